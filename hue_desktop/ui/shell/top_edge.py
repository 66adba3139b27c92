"""The edge at the top of the window in the colour of the connection's class."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.text import _
from hue_desktop.ui.shell.catalog_lines import class_word
from hue_desktop.ui.theme import active_theme
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["TopEdge"]


class TopEdge(QWidget):
    """Red over production, so that nobody mistakes it for another one."""

    def __init__(self) -> None:
        super().__init__()
        self._class: ConnectionClass | None = None
        self.setFixedHeight(SIZES["edge"])

    def set_class(self, kind: ConnectionClass | None) -> None:
        """The class of the connection that the window is about."""
        if kind is self._class:
            return
        self._class = kind
        word = class_word(kind) if kind is not None else ""
        self.setAccessibleName(_("Connection class: {word}").format(word=word))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        token = "line-strong"
        if self._class is ConnectionClass.PRODUCTION:
            token = "production-edge"
        elif self._class is not None:
            token = self._class.value
        QPainter(self).fillRect(self.rect(), active_theme().color(token))
