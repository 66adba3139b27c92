"""A row that asks for an amount: label, slider with the present marked, number, difference."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hue_desktop.core.format import MINUS, count
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import Label, NumberField, column, row
from hue_desktop.ui.scaling.target_slider import TargetSlider, slider_top

__all__ = ["AmountRow", "difference_text"]

_LABEL_WIDTH = 80


def difference_text(delta: int, *, units: bool = False) -> str:
    """``+12 nodes``, ``−3 units``, ``no change``."""
    if delta == 0:
        return _("no change")
    size = abs(delta)
    if units:
        text = ngettext("{n} unit", "{n} units", size).format(n=count(size))
    else:
        text = ngettext("{n} node", "{n} nodes", size).format(n=count(size))
    return f"{'+' if delta > 0 else MINUS}{text}"


class AmountRow(QWidget):
    """Slider and number are one value; ``changed`` tells it after the person moved either."""

    changed = Signal(int)

    def __init__(self, label: str, role_color: str, *, units: bool = False) -> None:
        super().__init__()
        self._units = units
        self._now = 0
        self._low, self._high = 0, 1
        self._touched = False  #: until the person moves it, the target follows the present
        self.slider = TargetSlider(label, role_color)
        self.number = NumberField(name=_("{label}, as a number").format(label=label))
        self.number.setFixedWidth(68)
        self._difference = Label(tone="accent")
        self._difference.setMinimumWidth(76)
        self._why = Label(tone="text-2", wrap=True)
        caption = Label(label, weight=500)
        caption.setFixedWidth(_LABEL_WIDTH)
        line = row(caption, self.slider, self.number, self._difference, spacing=12)
        line.setStretchFactor(self.slider, 1)
        why = row(_LABEL_WIDTH + 12, self._why, spacing=0)
        why.setStretchFactor(self._why, 1)
        self.setLayout(column(line, why))
        self._why.hide()
        self.slider.valueChanged.connect(self._slid)
        self.number.valueChanged.connect(self._typed)

    @property
    def value(self) -> int:
        """The wanted amount."""
        return self.number.value()

    @property
    def delta(self) -> int:
        """The wanted amount less the present one."""
        return self.value - self._now

    def show_amount(self, now: int, low: int, high: int, why: str = "") -> None:
        """Set the present amount and its limits; ``why`` says where the limits come from."""
        keep = self.value if self._touched else now
        self._now, self._low, self._high = now, low, high
        self._set_both(max(low, min(keep, high)), announce=False)
        self._why.setText(why)
        self._why.setVisible(bool(why))

    def set_value(self, value: int) -> None:
        """Want another amount, as a person would."""
        self._set_both(max(self._low, min(value, self._high)), announce=True)

    def _slid(self, value: int) -> None:
        if value != self.number.value():
            self._set_both(value, announce=True)

    def _typed(self, value: int) -> None:
        self._set_both(value, announce=True)

    def _set_both(self, value: int, *, announce: bool) -> None:
        for widget in (self.slider, self.number):
            widget.blockSignals(True)
        top = max(slider_top(self._now, value, self._high), self._low + 1)
        low = min(self._low, self._now)
        if self.slider.isSliderDown():
            top = max(self.slider.maximum(), value)
        self.number.setRange(self._low, self._high)
        self.number.setValue(value)
        self.slider.show_range(low, top, self._now)
        self.slider.setValue(value)
        for widget in (self.slider, self.number):
            widget.blockSignals(False)
        if self.slider.value() != self.number.value():
            self.slider.setValue(self.number.value())
        self._difference.setText(difference_text(self.delta, units=self._units))
        self._difference.set_tone("accent" if self.delta else "text-2")
        if announce:
            self._touched = True
            self.changed.emit(self.number.value())
