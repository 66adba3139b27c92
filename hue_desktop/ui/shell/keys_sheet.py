"""The ``?`` sheet: the keys of this screen, and those that work everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.parts import Label, Rule, Sheet

__all__ = ["KeysSheet", "key_text"]


def key_text(shortcut: str) -> str:
    """A shortcut as this platform writes it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


class KeysSheet(Sheet):
    """Sections of (key, what it does)."""

    def __init__(
        self, title: str, sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    ) -> None:
        super().__init__(_("Keys"), title)
        for heading, keys in sections:
            if not keys:
                continue
            self.body.addSpacing(16)
            self.body.addWidget(Label(heading, weight=600))
            self.body.addSpacing(6)
            self.body.addWidget(Rule())
            self.body.addWidget(self._grid(keys))
        self.body.addStretch(1)
        self.set_sentence(_("Everything else has an entry in the palette: Ctrl+K."))

    def _grid(self, keys: Sequence[tuple[str, str]]) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 8, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        half = (len(keys) + 1) // 2
        for position, (key, text) in enumerate(keys):
            line, side = position % half, position // half
            grid.addWidget(Label(key, size="mono", weight=600), line, side * 2)
            grid.addWidget(Label(text, tone="text-2", elide=True), line, side * 2 + 1)
        for side in (0, 1):
            grid.setColumnMinimumWidth(side * 2, 130)
            grid.setColumnStretch(side * 2 + 1, 1)
        return holder
