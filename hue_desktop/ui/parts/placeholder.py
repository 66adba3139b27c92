"""What a page says while it has nothing to show: loading, empty, failed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.text import _
from hue_desktop.ui.parts.buttons import Button
from hue_desktop.ui.parts.labels import Label
from hue_desktop.ui.parts.look import column, row
from hue_desktop.ui.parts.marks import StateMark, StateShape

__all__ = ["FourStates", "Placeholder"]

_LOW = 190  #: pixels; a sentence of three lines, its remedy and a button need no less


class Placeholder(QWidget):
    """A title, a sentence and buttons in the middle of an otherwise empty place."""

    retry_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.state = "empty"
        self._mark = StateMark(StateShape.FAILED, 18)
        self._title = Label("", weight=600, wrap=True)
        self._text = Label("", tone="text-2", wrap=True)
        for label in (self._title, self._text):
            label.setMaximumWidth(520)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._retry = Button(_("Retry"), icon_name="refresh", clicked=self.retry_requested.emit)
        self._act = Button("", kind="primary")
        self._on_act: Callable[[], None] | None = None
        self._act.clicked.connect(self._do_act)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        centre = Qt.AlignmentFlag.AlignHCenter
        layout.addWidget(self._mark, 0, centre)
        # In rows of their own: a label that is aligned by its layout forgets how high it must be.
        for label in (self._title, self._text):
            sentence = row(None, label, None)
            sentence.setStretchFactor(label, 20)
            layout.addLayout(sentence)
        layout.addSpacing(8)
        layout.addLayout(row(None, self._retry, self._act, None))
        layout.addStretch(3)
        self.show_empty("")

    def show_loading(self, what: str) -> None:
        """``what`` is being read: "Reading the nodes of analytics"."""
        self._show("loading", what + "…", "")

    def show_empty(
        self, title: str, text: str = "", action: str = "", act: Callable[[], None] | None = None
    ) -> None:
        """There is nothing, and this can be done about it."""
        self._show("empty", title, text, action, act)

    def show_failed(
        self,
        error: HueError | str,
        text: str = "",
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        """It could not be read: what happened, why, Retry."""
        if isinstance(error, HueError):
            self._show("failed", error.message, text or error.remedy, action, act)
        else:
            self._show("failed", error, text, action, act)

    def _show(
        self,
        state: str,
        title: str,
        text: str,
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        self.state = state
        self._fit()
        self._title.setText(title)
        self._title.set_tone("text-2" if state == "loading" else "")
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._retry.setVisible(state == "failed")
        self._act.setVisible(bool(action))
        self._act.set_text(action)
        self._on_act = act
        self.setAccessibleName(f"{title} {text}".strip())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low place the mark and the margins give way to the words."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        low = 0 < self.height() < _LOW
        self._mark.setVisible(self.state == "failed" and not low)
        margin = 4 if low else 24
        layout = self.layout()
        if layout is not None and layout.contentsMargins().top() != margin:
            layout.setContentsMargins(24, margin, 24, margin)
            layout.setSpacing(4 if low else 8)

    def _do_act(self) -> None:
        if self._on_act is not None:
            self._on_act()


class FourStates(QWidget):
    """Either the content or a placeholder that says why there is none."""

    retry_requested = Signal()

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.content = content
        self.placeholder = Placeholder()
        self.placeholder.retry_requested.connect(self.retry_requested)
        # Not a QStackedLayout: it forgets that what wraps is higher when it becomes narrower.
        layout = column()
        layout.addWidget(content, 1)
        layout.addWidget(self.placeholder, 1)
        self.setLayout(layout)
        self.placeholder.hide()

    @property
    def state(self) -> str:
        """``loading``, ``empty``, ``failed`` or ``shown``."""
        return "shown" if self.placeholder.isHidden() else self.placeholder.state

    def show_content(self) -> None:
        """There is something to show."""
        self.placeholder.hide()
        self.content.show()

    def show_loading(self, what: str) -> None:
        """See ``Placeholder.show_loading``."""
        self.placeholder.show_loading(what)
        self._hide_content()

    def show_empty(
        self, title: str, text: str = "", action: str = "", act: Callable[[], None] | None = None
    ) -> None:
        """See ``Placeholder.show_empty``."""
        self.placeholder.show_empty(title, text, action, act)
        self._hide_content()

    def show_failed(
        self,
        error: HueError | str,
        text: str = "",
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        """See ``Placeholder.show_failed``."""
        self.placeholder.show_failed(error, text, action, act)
        self._hide_content()

    def _hide_content(self) -> None:
        self.content.hide()
        self.placeholder.show()
