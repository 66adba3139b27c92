"""One setting as it is declared: its title, the control of its type, its help, and a way back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.settings import Setting, SettingValue
from hue_desktop.core.text import _
from hue_desktop.ui.parts import (
    Button,
    Choice,
    ComboField,
    Label,
    NumberField,
    Segmented,
    TextField,
    column,
    row,
)

__all__ = ["SettingRow"]

_TITLE_WIDTH = 248
_SEGMENTS = 3  #: up to so many choices are shown side by side

_Control = Segmented | ComboField | QCheckBox | NumberField | TextField


class SettingRow(QWidget):
    """``changed`` tells key and value once the person chose another one."""

    changed = Signal(str, object)

    def __init__(self, setting: Setting, value: SettingValue) -> None:
        super().__init__()
        self.setting = setting
        self.control = self._make_control(_(setting.title))
        self._problem = Label(tone="critical", wrap=True)
        self._problem.hide()
        self.reset_button = Button(
            _("Reset"),
            kind="link",
            small=True,
            name=_("Reset {title}").format(title=_(setting.title)),
            clicked=self._reset,
        )
        title = Label(_(setting.title), weight=500, wrap=True)
        title.setFixedWidth(_TITLE_WIDTH)
        title.setMinimumHeight(28)
        title.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        help_text = Label(self._help(), tone="text-2", wrap=True)
        line = row(self.control, Label(_(setting.unit), tone="text-2"), self.reset_button, None)
        right = column(line, help_text, self._problem, spacing=4)
        whole = row(title, right, spacing=24, margins=(0, 8, 0, 8))
        whole.setStretchFactor(right, 1)
        whole.setAlignment(title, Qt.AlignmentFlag.AlignTop)
        self.setLayout(whole)
        self.show_value(value)

    def _help(self) -> str:
        text = _(self.setting.help)
        if self.setting.restart:
            return f"{text} {_('Takes effect at the next start.')}"
        return text

    def _make_control(self, name: str) -> _Control:
        setting = self.setting
        if isinstance(setting.default, bool):
            box = QCheckBox(_("On"))
            box.setAccessibleName(name)
            box.toggled.connect(self._chosen)
            return box
        if isinstance(setting.default, int | float):
            number = NumberField(
                name=name, low=round(setting.minimum or 0), high=round(setting.maximum or 1_000_000)
            )
            number.setFixedWidth(84)
            number.valueChanged.connect(self._chosen)
            return number
        choices = [(key, _(title)) for key, title in setting.choices]
        if 0 < len(choices) <= _SEGMENTS:
            switch = Segmented([Choice(key, title) for key, title in choices], name=name)
            switch.chosen.connect(self._chosen)
            return switch
        if choices:
            combo = ComboField(choices, name=name)
            combo.currentIndexChanged.connect(lambda _at: self._chosen(combo.key))
            return combo
        field = TextField(name=name)
        field.editingFinished.connect(lambda: self._chosen(field.text()))
        return field

    def _chosen(self, value: SettingValue) -> None:
        self.changed.emit(self.setting.key, value)

    def _reset(self) -> None:
        self.changed.emit(self.setting.key, self.setting.default)

    def show_value(self, value: SettingValue) -> None:
        """Show a value that is in force; announces nothing."""
        control = self.control
        was_blocked = control.blockSignals(True)
        if isinstance(control, QCheckBox):
            control.setChecked(bool(value))
        elif isinstance(control, NumberField):
            control.setValue(round(float(value)))
        elif isinstance(control, Segmented):
            control.set_current(str(value))
        elif isinstance(control, ComboField):
            control.set_key(str(value))
        else:
            control.setText(str(value))
        control.blockSignals(was_blocked)
        self.reset_button.setVisible(value != self.setting.default)
        self.show_problem(None)

    def show_problem(self, error: HueError | None) -> None:
        """Say why a value was not taken."""
        self._problem.setText(str(error) if error is not None else "")
        self._problem.setVisible(error is not None)
