"""“6 nodes may be enough”: fewer nodes of a bigger type, with the button that takes them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hue_desktop.core.candidates.values import EnoughNodes
from hue_desktop.core.format import count, money_delta
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Button, Label, Rule, column, row

__all__ = ["EnoughPart"]


class EnoughPart(QWidget):
    """Hidden while every node is needed; ``accepted`` tells the target of the button."""

    accepted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._target = 0
        self._title = Label(weight=500)
        self._text = Label(tone="text-2", wrap=True)
        self.button = Button("", small=True, clicked=lambda: self.accepted.emit(self._target))
        self._saved = Label(tone="good", weight=600)
        self.setLayout(
            column(
                14,
                self._title,
                2,
                self._text,
                8,
                row(self.button, self._saved, None),
                14,
                Rule("h"),
            )
        )
        self.hide()

    def show_enough(self, found: EnoughNodes | None) -> None:
        """Show how many would do; ``None`` takes the section away."""
        self.setVisible(found is not None)
        if found is None:
            return
        self._target = found.target
        self._title.setText(found.title)
        self._text.setText(found.text)
        self.button.set_text(_("Set target to {n}").format(n=count(found.target)))
        saved = money_delta(-found.usd_hour) if found.usd_hour else ""
        self._saved.setText(saved)
