"""One line over a pane's status that asks for a name: of a new folder, or of a file anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.parts import Button, Label, Rule, TextField, column, row

__all__ = ["NameBar"]


class NameBar(QWidget):
    """Hidden until ``ask``; ``closed`` when the person is done with it."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._answer: Callable[[str], None] | None = None
        self._check: Callable[[str], str] = lambda _name: ""
        self.setProperty("surface", "raised")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._caption = Label("", weight=500)
        self.field = TextField(name=_("Name"))
        self.field.setMinimumWidth(60)
        self._problem = Label("", tone="critical", elide=True)
        self.accept = Button(_("Create"), kind="primary", clicked=self._accept)
        self._cancel = Button(_("Cancel"), clicked=self.close_bar)
        self.field.returnPressed.connect(self._accept)
        self.field.textChanged.connect(self._look)
        line = row(self._caption, self.field, self._cancel, self.accept, margins=(24, 6, 12, 6))
        line.setStretchFactor(self.field, 1)
        below = row(self._problem, margins=(24, 0, 12, 6))
        self.setLayout(column(Rule("h"), line, below))
        self._problem.hide()
        self.hide()

    def ask(
        self,
        caption: str,
        verb: str,
        answer: Callable[[str], None],
        *,
        text: str = "",
        check: Callable[[str], str] = lambda _name: "",
    ) -> None:
        """Ask; ``check`` says in a sentence what is wrong with a name."""
        self._answer, self._check = answer, check
        self._caption.setText(caption)
        self.accept.set_text(verb)
        self.field.setAccessibleName(caption)
        self.field.setText(text)
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        stem = text.rpartition(".")[0]
        self.field.setSelection(0, len(stem) if stem else len(text))
        self._look(text)

    def close_bar(self) -> None:
        """Go away without an answer."""
        self._answer = None
        self.hide()
        self.closed.emit()

    def _look(self, text: str) -> None:
        sentence = self._check(text) if text else ""
        self.field.set_problem(sentence)
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.accept.setEnabled(bool(text) and not sentence)

    def _accept(self) -> None:
        answer, text = self._answer, self.field.text()
        if answer is None or not text or self._check(text):
            return
        self.close_bar()
        answer(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
            return
        super().keyPressEvent(event)
