"""A line of a verdict: mark, title, fact, and at the right what the fact is measured against."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from hue_desktop.ui.parts.labels import Label
from hue_desktop.ui.parts.look import Rule, column, row
from hue_desktop.ui.parts.marks import StateMark, StateShape
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["FactLine"]

_NOTE_SHARE = 0.38  #: of the line's width, at most
_GAP = 12


class FactLine(QWidget):
    """The note takes the room that it needs, up to a share; the fact has the rest and wraps."""

    def __init__(self, title: str = "", *, title_width: int = 116) -> None:
        super().__init__()
        self._mark = StateMark(StateShape.STOPPED, 9)
        self.title = Label(title, weight=500)
        self.title.setFixedWidth(title_width)
        self.text = Label(wrap=True)
        self.note = Label(wrap=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = row(self._mark, self.title, self.text, self.note, spacing=_GAP)
        line.setStretchFactor(self.text, 1)
        line.setContentsMargins(0, 6, 0, 5)
        self.setLayout(column(line, Rule("h")))
        self.setMinimumHeight(SIZES["row-group"])

    def show_fact(
        self, shape: StateShape, text: str, note: str = "", *, tone: str = "", note_tone: str = ""
    ) -> None:
        """Show a fact; tones are those of its text and of its note."""
        self._mark.set_shape(shape)
        self.text.setText(text)
        self.text.set_tone(tone)
        self.note.setText(note)
        self.note.set_tone(note_tone)
        self.note.setVisible(bool(note))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width is another share for the note."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.note.ensurePolished()
        wanted = self.note.fontMetrics().horizontalAdvance(self.note.text()) + 4
        most = max(80, int(self.width() * _NOTE_SHARE))
        self.note.setFixedWidth(min(wanted, most))
