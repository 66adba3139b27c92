"""The row of targets: one chip for each number of nodes, with what would become of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from hue_desktop.core.format import count, duration
from hue_desktop.core.shrink.values import Level, TargetOption
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import Label, NumberField, paint_shape, row
from hue_desktop.ui.shrink.levels import level_shape, level_word
from hue_desktop.ui.theme import active_theme

__all__ = ["TargetChip", "TargetChips", "chip_text"]

_HEIGHT = 40
_NARROWEST = 118  #: room for the number, the mark and a short note
_LABEL_WIDTH = 80


def chip_text(option: TargetOption, now: int) -> str:
    """``now``, the time it takes, or why it cannot be."""
    if option.count == now:
        return _("now")
    if option.level is not Level.UNKNOWN and option.seconds is not None and not option.note:
        return duration(option.seconds)
    return option.note or level_word(option.level)


class TargetChip(QAbstractButton):
    """One target. Its text says level and time for those who do not see it."""

    def __init__(self, option: TargetOption, now: int) -> None:
        super().__init__()
        self.option = option
        self._text = chip_text(option, now)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        nodes = ngettext("{n} node", "{n} nodes", option.count).format(n=count(option.count))
        name = f"{nodes}: {self._text}"
        if option.count != now:
            name = f"{nodes}: {level_word(option.level)}, {self._text}"
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(_NARROWEST, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = active_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        on = self.isChecked()
        edge = "accent-text" if on else "control" if self.underMouse() else "line-strong"
        painter.setPen(QPen(theme.color(edge), 2 if on else 1))
        painter.setBrush(theme.color("selection" if on else "surface"))
        painter.drawRoundedRect(box, 4, 4)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("text" if on else "accent-text"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(3, 3, -3, -3), 2, 2)
        self._paint_texts(painter, on)
        painter.end()

    def _paint_texts(self, painter: QPainter, on: bool) -> None:
        theme = active_theme()
        dim = self.option.level is Level.BAD and not on
        painter.setFont(theme.font("body", 600))
        painter.setPen(theme.color("text-2" if dim else "text"))
        number = count(self.option.count)
        wide = painter.fontMetrics().horizontalAdvance(number)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(12, 0, wide + 4, self.height()), middle, number)
        left = 12 + wide + 14
        paint_shape(painter, level_shape(self.option.level), QPointF(left, self.height() / 2), 8)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text-2"))
        room = QRect(left + 11, 0, self.width() - left - 17, self.height())
        metrics = painter.fontMetrics()
        text = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle, text)


class TargetChips(QWidget):
    """Chips from the present number downwards; arrow keys move, ``chosen`` tells the target.

    Where there are more targets than fit, those around the chosen one show, and a number field
    reaches the others.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._options: tuple[TargetOption, ...] = ()
        self._current = 0
        self._now = 0
        self._shown: tuple[TargetOption, ...] = ()
        self._group = QButtonGroup(self)
        self._chips: dict[int, TargetChip] = {}
        self.number = NumberField(name=_("Target number of core nodes"), low=1)
        self.number.setFixedWidth(64)
        self.number.valueChanged.connect(self._number_changed)
        caption = Label(_("Target"), weight=500)
        caption.setFixedWidth(_LABEL_WIDTH)
        self._line = row(spacing=8)
        self.setLayout(row(caption, self.number, self._line, spacing=8))
        self.layout().setStretch(2, 1)  # type: ignore[union-attr]
        self.setFixedHeight(_HEIGHT)
        self._group.buttonClicked.connect(lambda chip: self._choose(chip.option.count))
        active_theme().changed.connect(self.update)

    @property
    def current(self) -> int:
        """The chosen target."""
        return self._current

    def chip(self, target: int) -> TargetChip:
        """The chip of a target (KeyError where it does not show)."""
        return self._chips[target]

    def show_options(self, options: Sequence[TargetOption], current: int, now: int) -> None:
        """Show what would become of each target."""
        self._options, self._current, self._now = tuple(options), current, now
        blocked = self.number.blockSignals(True)
        self.number.setRange(1, max(1, now))
        self.number.setValue(current)
        self.number.blockSignals(blocked)
        self._place()

    def _room(self) -> int:
        """How many chips fit."""
        width = self.width() - _LABEL_WIDTH - 8
        if len(self._options) * (_NARROWEST + 8) <= width:
            return len(self._options)
        return max(2, (width - self.number.width() - 8) // (_NARROWEST + 8))

    def _place(self) -> None:
        room = self._room()
        self.number.setVisible(room < len(self._options))
        shown = _around(self._options, self._current, room)
        held = any(chip.hasFocus() for chip in self._chips.values())
        if shown != self._shown or set(self._chips) != {one.count for one in shown}:
            self._make(shown)
        chip = self._chips.get(self._current)
        if chip is not None:
            chip.setChecked(True)
            if held:
                chip.setFocus()

    def _make(self, shown: tuple[TargetOption, ...]) -> None:
        self._shown = shown
        for chip in self._chips.values():
            self._group.removeButton(chip)
            self._line.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = {}
        for option in shown:
            chip = TargetChip(option, self._now)
            self._chips[option.count] = chip
            self._group.addButton(chip)
            self._line.addWidget(chip, 1)

    def _choose(self, target: int) -> None:
        if target == self._current:
            return
        self._current = target
        blocked = self.number.blockSignals(True)
        self.number.setValue(target)
        self.number.blockSignals(blocked)
        self.chosen.emit(target)

    def _number_changed(self, target: int) -> None:
        if target != self._current:
            self._current = target
            self._place()
            self.chosen.emit(target)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width shows another number of chips."""
        super().resizeEvent(event)
        if self._options:
            self._place()


def _around(options: tuple[TargetOption, ...], current: int, room: int) -> tuple[TargetOption, ...]:
    """The present number and those near the chosen one, as many as fit."""
    if room >= len(options):
        return options
    at = next((i for i, one in enumerate(options) if one.count == current), 0)
    rest = room - 1
    first = max(1, min(at - rest // 2, len(options) - rest))
    return (options[0], *options[first : first + rest])
