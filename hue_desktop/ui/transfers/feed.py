"""Carries the engine's snapshots to a widget: ten times a second while something moves.

Progress is polled, never pushed: the engine copies thousands of chunks a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from hue_desktop.core.errors import HueError
from hue_desktop.core.transfers.values import Transfer, TransferState
from hue_desktop.ui.context import UiContext

if TYPE_CHECKING:
    from hue_desktop.services.fleet.values import FleetChange
    from hue_desktop.services.transfers import TransferService

__all__ = ["TransferFeed", "in_order"]

_TICK_MS = 100
_IDLE_TICK_MS = 1000  #: while only a badge and the sum of the speeds show


def in_order(transfers: tuple[Transfer, ...]) -> tuple[Transfer, ...]:
    """What moves or waits first, as it was asked for; then what failed; then the rest.

    What ended stands newest first.
    """
    busy = sorted((one for one in transfers if not one.state.ended), key=lambda one: one.id)
    over = sorted((one for one in transfers if one.state.ended), key=_lateness)
    return (*busy, *over)


def _lateness(transfer: Transfer) -> tuple[bool, int]:
    return transfer.state is not TransferState.FAILED, -transfer.id


class TransferFeed(QObject):
    """``arrived`` brings all transfers in order; ``run`` and ``rest`` as the widget shows.

    ``clusters_changed``: locations may be written in another way, to tell clusters apart.
    """

    arrived = Signal(object)
    clusters_changed = Signal()

    def __init__(self, ctx: UiContext, parent: QObject) -> None:
        super().__init__(parent)
        self._service: TransferService | None = None
        self.problem: HueError | None = None  #: why there are no transfers to follow
        self.transfers: tuple[Transfer, ...] = ()
        self._running = False
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.poll)
        post = ctx.tasks.poster.post

        def changed(_transfer: Transfer) -> None:
            post(lambda: self.poll() if isValid(self) else None)

        def compared(change: FleetChange) -> None:
            if change.removed or any("summary" in parts for parts in change.parts.values()):
                post(lambda: self.clusters_changed.emit() if isValid(self) else None)

        leave = ctx.app.fleet.subscribe(compared)
        self.destroyed.connect(lambda: leave())
        try:
            self._service = ctx.app.transfers
        except HueError as error:
            self.problem = error
        else:
            stop = self._service.subscribe(changed)
            self.destroyed.connect(lambda: stop())

    def run(self) -> None:
        """Somebody looks: follow what moves."""
        self._running = True
        self._timer.setInterval(_TICK_MS)
        self.poll()

    def rest(self) -> None:
        """Nobody looks at the lines: once a second is enough for the sums."""
        self._running = False
        self._timer.setInterval(_IDLE_TICK_MS)

    def poll(self) -> None:
        """Take the newest snapshot."""
        if self._service is None:
            self.arrived.emit(())
            return
        try:
            self.transfers = in_order(tuple(self._service.transfers()))
        except HueError as error:  # the journal cannot be read
            self.problem, self._service = error, None
            self._timer.stop()
            self.arrived.emit(())
            return
        moving = any(not one.state.ended for one in self.transfers)
        if not moving:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start(_TICK_MS if self._running else _IDLE_TICK_MS)
        self.arrived.emit(self.transfers)

    def rates(self) -> tuple[float, ...]:
        """Bytes per second over the last two minutes, all routes together."""
        if self._service is None:
            return ()
        return tuple(rate for _at, rate in self._service.throughput())
