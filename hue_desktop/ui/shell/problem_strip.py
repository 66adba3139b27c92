"""What is wrong with the user's files, over the pages until it is put right or waved away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from hue_desktop.core.errors import HueError
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Button, Label, Rule, StateMark, StateShape, column, row

__all__ = ["ProblemStrip"]

_SHOWN = 3  #: more lines would push the page away; Connections lists all of its file


class ProblemStrip(QWidget):
    """A line for each problem of connections, settings and state. Hidden while there is none."""

    def __init__(self, ctx: UiContext) -> None:
        super().__init__()
        self._ctx = ctx
        self._dismissed: frozenset[str] = frozenset()
        self.texts: tuple[str, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.again = Button(
            _("Read again"), icon_name="refresh", small=True, clicked=self._read_again
        )
        self.dismiss = Button(_("Dismiss"), small=True, clicked=self._dismiss)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        mark = StateMark(StateShape.ATTENTION, 12)
        mark.setFixedSize(14, 18)
        place = column(mark, None)
        buttons = column(row(self.again, self.dismiss), None)
        line = row(place, self._lines, buttons, spacing=10, margins=(24, 8, 24, 8))
        line.setStretchFactor(self._lines, 1)
        self.setLayout(column(line, Rule("h")))
        self._stop = ctx.app.connections.subscribe(self._changed)
        self.destroyed.connect(lambda: self._stop())
        self.hide()

    def start(self) -> None:
        """Show what is known, and look for damage that nobody has met yet."""
        self._show()
        self._ctx.tasks.run(
            "local",
            lambda _token: self._ctx.app.check_state(),
            owner=self,
            done=lambda _found: self._show(),
        )

    def _changed(self) -> None:
        def show() -> None:
            if isValid(self):
                self._show()

        self._ctx.tasks.poster.post(show)

    def _show(self) -> None:
        problems = self._ctx.app.problems()
        texts = tuple(str(problem) for problem in problems)
        if texts != self.texts:
            self.texts = texts
            self._fill(problems)
        self.setAccessibleName(" ".join(texts))
        self.setVisible(bool(frozenset(texts) - self._dismissed))

    def _fill(self, problems: Sequence[HueError]) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for problem in problems[:_SHOWN]:
            self._lines.addWidget(_line(str(problem)))
        more = len(problems) - _SHOWN
        if more > 0:
            text = ngettext("and {n} more", "and {n} more", more).format(n=more)
            self._lines.addWidget(_line(text, tone="text-2"))

    def _read_again(self) -> None:
        self._dismissed = frozenset()
        self._ctx.tasks.run(
            "local", lambda _token: self._ctx.app.connections.read_again(), owner=self
        )

    def _dismiss(self) -> None:
        self._dismissed = frozenset(self.texts)
        self.hide()


def _line(text: str, *, tone: str = "warn") -> Label:
    return Label(text, tone=tone, wrap=True, selectable=True)
