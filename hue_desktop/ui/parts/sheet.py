"""Sheets: a task laid over a page, with a way back, a body and a footer that says what happens."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.parts.buttons import Button, IconButton
from hue_desktop.ui.parts.labels import Heading, Label
from hue_desktop.ui.parts.look import Rule, row
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["Scroll", "Sheet", "SidePanel"]


class Scroll(QScrollArea):
    """A body that scrolls downwards when room is short."""

    def __init__(self, body: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(body)


class SidePanel(QWidget):
    """The raised column at the right of a page or sheet; ``body`` is its layout."""

    def __init__(self, width: int = SIZES["side-panel"]) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "raised")
        self.setFixedWidth(width)
        inner = QWidget()
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(24, 20, 24, 16)
        self.body.setSpacing(0)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(Rule("v"))
        outer.addWidget(Scroll(inner), 1)


class Sheet(QWidget):
    """A task: back arrow, title, body, footer with a sentence at the left and buttons at the right.

    Fill ``body`` (a layout that scrolls), ``set_side`` a panel, and ``add_button`` from left to
    right, the primary one last. What stands at the right of the title goes into ``head_line``,
    what stands between sentence and buttons into ``footer_line``. Escape, Backspace outside of
    fields and the arrow close it.
    """

    closed = Signal()

    def __init__(self, title: str, subtitle: str = "", *, side: SidePanel | None = None) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "surface")
        self.setAccessibleName(title)
        self.heading = Heading(title, subtitle)
        self.back = IconButton("chevron-left", _("Back"), clicked=self.close_sheet)
        inner = QWidget()
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(24, 0, 24, 16)
        self.body.setSpacing(0)
        self.scroller = Scroll(inner)
        self.side = side
        main = QVBoxLayout()
        main.setContentsMargins(0, 0, 0, 0)
        main.setSpacing(0)
        self.head_line = row(self.back, self.heading, spacing=6, margins=(22, 10, 24, 10))
        self.head_line.setStretchFactor(self.heading, 1)
        main.addLayout(self.head_line)
        main.addLayout(row(Rule("h"), margins=(24, 0, 24, 0)))
        main.addWidget(self.scroller, 1)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(0)
        top.addLayout(main, 1)
        if side is not None:
            top.addWidget(side)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(top, 1)
        outer.addWidget(Rule("h", strong=True))
        outer.addWidget(self._make_footer())

    def _make_footer(self) -> QWidget:
        footer = QWidget()
        self.footer_text = Label("", tone="text-2", wrap=True)
        self._buttons = row(spacing=8)
        self.footer_line = QHBoxLayout(footer)
        self.footer_line.setContentsMargins(24, 0, 24, 0)
        self.footer_line.setSpacing(16)
        self.footer_line.addWidget(self.footer_text, 1)
        self.footer_line.addLayout(self._buttons)
        footer.setFixedHeight(SIZES["footer"] - 1)
        return footer

    def set_sentence(self, text: str, tone: str = "text-2") -> None:
        """What will happen, at the left of the footer."""
        self.footer_text.setText(text)
        self.footer_text.set_tone(tone)

    def add_button(self, button: Button) -> Button:
        """Put a button right of those that are there."""
        self._buttons.addWidget(button)
        return button

    def close_sheet(self) -> None:
        """Go back to the page under it."""
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            self.close_sheet()
            return
        super().keyPressEvent(event)
