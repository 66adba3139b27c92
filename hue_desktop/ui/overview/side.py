"""The column beside the topology: advice first, then what runs and what happened lately."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.advice.panel import HEAD, ROW, AdvicePanel
from hue_desktop.ui.overview.listing import Listing, Note

__all__ = ["SideColumn"]

_WIDEST, _NARROWEST = 448, 250
_BELOW = 8
_NOTE = 28
_FEWEST = 2  #: lines of advice for which the list below gives up its second line


class SideColumn(QWidget):
    """Shares its height: as many whole lines of advice as leave room for the newest events."""

    def __init__(self, advice: AdvicePanel) -> None:
        super().__init__()
        self.advice = advice
        self.latest = Listing(_("Latest"))
        self.latest.table.setMinimumHeight(_NOTE)
        self.setMaximumWidth(_WIDEST)
        self.setMinimumWidth(_NARROWEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 0, 0, _BELOW)
        layout.setSpacing(0)
        layout.addWidget(self.advice)
        layout.addWidget(self.latest, 1)

    def minimumSizeHint(self) -> QSize:
        """A line of advice and an event: the chart below needs its room, too."""
        return QSize(_NARROWEST, 2 * HEAD + ROW + _NOTE + _BELOW)

    def set_active(self, active: bool) -> None:
        """A cluster that has ended gets no advice: there is nothing to change."""
        self.advice.setVisible(active)

    def show_latest(self, running: Sequence[Note], happened: Sequence[Note], empty: str) -> None:
        """Steps that run, then events, or the sentence that says why there are none."""
        self.latest.show_notes((*running, *happened), empty)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().height() - _BELOW - 2 * HEAD
        lines = (room - 2 * _NOTE) // ROW
        if lines < _FEWEST:
            lines = (room - _NOTE) // ROW
        self.advice.set_room(max(1, lines))
