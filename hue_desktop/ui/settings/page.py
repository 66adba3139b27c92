"""The settings page: built from the declarations, applied at once, kept in the user's file."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QWidget
from shiboken6 import isValid

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import HueError
from hue_desktop.core.settings import SETTINGS, SettingValue
from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import Page
from hue_desktop.ui.parts import Heading, Label, Rule, Scroll, StateMark, StateShape, column, row
from hue_desktop.ui.settings.setting_row import SettingRow

__all__ = ["SettingsPage"]

_TEXT_WIDTH = 860


class SettingsPage(Page):
    """All settings by group; what the file says wrongly stands on top."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self.rows: dict[str, SettingRow] = {}
        self._problems = QWidget()
        self._problem_lines = column(spacing=6, margins=(0, 14, 0, 0))
        self._problems.setLayout(self._problem_lines)
        content = column(self._problems, margins=(24, 0, 24, 24))
        for group in dict.fromkeys(setting.group for setting in SETTINGS):
            content.addLayout(self._group(group))
        content.addStretch(1)
        body = QWidget()
        body.setLayout(content)
        body.setMaximumWidth(_TEXT_WIDTH)
        outer = QWidget()
        line = row(body, spacing=0)
        line.addStretch(0)
        line.setStretchFactor(body, 1)
        outer.setLayout(line)
        head = Heading(_("Settings"), _("They apply at once."))
        self.setLayout(column(row(head, margins=(24, 14, 24, 12)), Rule("h"), Scroll(outer)))
        self._show_problems(ctx.app.settings.problems)
        stop = ctx.app.settings.subscribe(self._announced)
        self.destroyed.connect(lambda: stop())

    @property
    def title(self) -> str:
        return _("Settings")

    def _group(self, group: str) -> QBoxLayout:
        lines = column(18, Label(_(group), weight=600), 8, Rule("h"))
        for setting in SETTINGS:
            if setting.group == group:
                made = SettingRow(setting, self.ctx.app.settings.get(setting.key))
                made.changed.connect(self.change)
                self.rows[setting.key] = made
                lines.addWidget(made)
                lines.addWidget(Rule("h"))
        return lines

    def change(self, key: str, value: SettingValue) -> None:
        """Take another value over, or say why not."""
        settings, changed = self.ctx.app.settings, self.rows[key]
        try:
            settings.set(key, value)
        except HueError as error:
            changed.show_value(settings.get(key))
            changed.show_problem(error)
        else:
            changed.show_value(settings.get(key))

    def _announced(self, key: str, value: SettingValue) -> None:
        """A setting changed anywhere (the palette changes the theme); on any thread."""

        def show() -> None:
            if isValid(self) and key in self.rows:
                self.rows[key].show_value(value)

        self.ctx.tasks.poster.post(show)

    def _show_problems(self, problems: tuple[HueError, ...]) -> None:
        self._problems.setVisible(bool(problems))
        for problem in problems:
            text = Label(str(problem), tone="warn", wrap=True)
            line = row(StateMark(StateShape.ATTENTION, 12), text, spacing=10)
            line.setStretchFactor(text, 1)
            self._problem_lines.addLayout(line)

    def keys(self) -> tuple[tuple[str, str], ...]:
        return ((_("Tab"), _("next setting")), (_("Space"), _("turn on or off")))
