"""The command that a route runs, in one line with a button that copies it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.parts import IconButton, Label, row
from hue_desktop.ui.tables.texts import Texts
from hue_desktop.ui.theme import active_theme

__all__ = ["CommandLine"]


class _Box(QWidget):
    """The text on a sunken ground, cut where it is too long."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._texts = Texts()
        self.setFixedHeight(24)
        self.setMinimumWidth(80)

    def sizeHint(self) -> QSize:
        return QSize(240, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(active_theme().color("sunken"))
        painter.drawRoundedRect(self.rect(), 3, 3)
        room = QRect(8, 0, self.width() - 16, self.height())
        self._texts.draw(painter, room, self.text, "text", size="mono")


class CommandLine(QWidget):
    """Hidden while there is no command."""

    def __init__(self, copy: Callable[[str], None]) -> None:
        super().__init__()
        self._box = _Box()
        self.copy_button = IconButton(
            "copy", _("Copy the command"), clicked=lambda: copy(self._box.text)
        )
        line = row(Label(_("Runs"), tone="text-2"), self._box, self.copy_button, spacing=8,
                   margins=(8, 2, 8, 2))  # fmt: skip
        line.setStretchFactor(self._box, 1)
        self.setLayout(line)
        self.hide()

    @property
    def text(self) -> str:
        """The command that shows."""
        return self._box.text

    def show_command(self, command: str) -> None:
        """Another command; without one the line is gone."""
        self._box.text = command
        self._box.setAccessibleName(command)
        self._box.setToolTip(command)
        self._box.update()
        self.setVisible(bool(command))
