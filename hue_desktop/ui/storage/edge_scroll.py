"""Scrolls a list while files are dragged near its upper or lower edge."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QAbstractItemView

__all__ = ["EdgeScroll"]

_EDGE = 28  #: pixels from the edge: one row
_TICK_MS = 40
_SLOWEST, _FASTEST = 4, 28  #: pixels a tick, far from the edge and on it


class EdgeScroll(QObject):
    """``follow`` with each move of a drag; ``moved`` is called after each step, as another row
    lies under the pointer then."""

    def __init__(self, view: QAbstractItemView, moved: Callable[[QPoint], None]) -> None:
        super().__init__(view)
        self._view = view
        self._moved = moved
        self._where = QPoint()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._step)

    def follow(self, where: QPoint) -> None:
        """The drag is at this point of the viewport."""
        self._where = where
        if not self.pace:
            self.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """The drag is over, or elsewhere."""
        self._timer.stop()

    @property
    def pace(self) -> int:
        """Pixels a tick; negative upwards, 0 away from the edges."""
        above = self._where.y()
        below = self._view.viewport().height() - 1 - above
        near = min(above, below)
        if near >= _EDGE or above + below < 4 * _EDGE:
            return 0
        speed = _FASTEST - (_FASTEST - _SLOWEST) * max(0, near) // _EDGE
        return -speed if above < below else speed

    def _step(self) -> None:
        bar = self._view.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + self.pace)
        if bar.value() == before:
            self.stop()
        else:
            self._moved(self._where)
