"""The blocks that the page is built of: facts, tags, scripts, classifications."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QVBoxLayout, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.configuration.facts import Fact
from hue_desktop.ui.parts import Button, IconButton, Label, Rule, row
from hue_desktop.ui.theme import Theme

__all__ = ["Block", "FactGrid", "JsonView"]

_NAME_WIDTH = 156
_MOST_LINES = 24


class Block(QWidget):
    """A heading with a rule, room for a button at its right, and a body."""

    def __init__(self, title: str, body: QWidget, *, note: str = "") -> None:
        super().__init__()
        self.title = Label(title, weight=600)
        self.note = Label(note, tone="text-2", elide=True)
        self.button = Button("", small=True)
        self.button.hide()
        self._clicked: Callable[[], None] = lambda: None
        self.button.clicked.connect(lambda _on=False: self._clicked())
        head = row(self.title, self.note, self.button, spacing=12, margins=(0, 14, 0, 6))
        head.setStretchFactor(self.note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(Rule("h"))
        layout.addWidget(body)

    def set_button(self, text: str, clicked: Callable[[], None] | None) -> None:
        """The button at the right, away without ``clicked``."""
        self.button.setVisible(clicked is not None)
        if clicked is not None:
            self.button.set_text(text)
            self._clicked = clicked


class FactGrid(QWidget):
    """Names at the left, values at the right; ids can be copied, some facts be changed."""

    def __init__(self, copy: Callable[[str], None], act: Callable[[str], None]) -> None:
        super().__init__()
        self._copy, self._act = copy, act
        self._facts: tuple[tuple[Fact, str], ...] = ()
        self._values: list[Label] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 8, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, _NAME_WIDTH)
        self._grid.setColumnStretch(1, 1)

    def show_facts(self, facts: Sequence[Fact], actions: dict[str, str]) -> None:
        """Show these; ``actions`` maps ids of actions that apply now to the button's word."""
        wanted = tuple((fact, actions.get(fact.action, "")) for fact in facts)
        if wanted == self._facts:
            return
        before, self._facts = self._facts, wanted
        if [_form(*pair) for pair in before] == [_form(*pair) for pair in wanted]:
            for label, (fact, _word) in zip(self._values, wanted, strict=True):
                _write(label, fact)
            return
        self._values.clear()
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for line, (fact, word) in enumerate(wanted):
            self._add(line, fact, word)

    def _add(self, line: int, fact: Fact, word: str) -> None:
        top = Qt.AlignmentFlag.AlignTop
        name = Label(fact.name, tone="text-2")
        name.setMinimumHeight(24)
        # Ids and names are long words: they give way, and the button copies them whole.
        value = Label("", elide=True) if fact.copies else Label("", wrap=True, selectable=True)
        _write(value, fact)
        value.setMinimumHeight(24)
        value.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._grid.addWidget(name, line, 0, top)
        self._grid.addWidget(value, line, 1, top)
        self._values.append(value)
        if word:
            change = Button(word, small=True, name=f"{word.rstrip('…')}: {fact.name}")
            change.clicked.connect(lambda _on=False, id_=fact.action: self._act(id_))
            self._grid.addWidget(change, line, 2, top)
        elif fact.copies:
            copy = IconButton("copy", _("Copy {name}").format(name=fact.name), icon_size=14)
            copy.clicked.connect(lambda _on=False, label=value: self._copy(label.text()))
            self._grid.addWidget(copy, line, 2, top | Qt.AlignmentFlag.AlignRight)


def _form(fact: Fact, word: str) -> tuple[str, bool, str, str]:
    """What decides which widgets a fact needs."""
    return fact.name, fact.copies, fact.action, word


def _write(label: Label, fact: Fact) -> None:
    label.setText(fact.value)
    label.set_tone(fact.tone)
    label.setAccessibleName(f"{fact.name}: {fact.value}")


class JsonView(QPlainTextEdit):
    """Classifications as EMR keeps them, to read and to copy; as high as its text."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(_("Configurations as JSON"))
        self.setTabChangesFocus(True)

    def show_text(self, text: str) -> None:
        """Show it; the same text keeps the selection."""
        if text == self.toPlainText():
            return
        self.setPlainText(text)
        font = self._theme.font("mono")
        lines = min(_MOST_LINES, text.count("\n") + 2)
        self.setFixedHeight(lines * QFontMetrics(font).lineSpacing() + 24)
