"""What transfers brought or took away shows in the panes that look there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from hue_desktop.core.errors import HueError
from hue_desktop.core.storage import Location
from hue_desktop.core.transfers.values import Transfer
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.storage.pane import Pane

__all__ = ["Arrivals", "touches"]

_GATHER_MS = 300  #: transfers that end together make one reading


class Arrivals(QObject):
    """Reads a pane again when a transfer has ended that wrote (or moved files away) there.

    A pane that is out of sight is read when it is shown again: ``catch_up``.
    """

    def __init__(self, ctx: UiContext, panes: Sequence[Pane], parent: QObject) -> None:
        super().__init__(parent)
        self._panes = tuple(panes)
        self._stale: set[int] = set()  #: places in ``_panes``
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_GATHER_MS)
        self._timer.timeout.connect(self.catch_up)
        post = ctx.tasks.poster.post

        def changed(transfer: Transfer) -> None:
            if transfer.state.ended:
                post(lambda: self.ended(transfer) if isValid(self) else None)

        try:
            stop = ctx.app.transfers.subscribe(changed)
        except HueError:
            return  # the list of transfers says why there are none
        self.destroyed.connect(lambda: stop())

    def ended(self, transfer: Transfer) -> None:
        """Remember which panes it concerns."""
        for place, pane in enumerate(self._panes):
            if pane.location is not None and touches(transfer, pane.location):
                self._stale.add(place)
        if self._stale:
            self._timer.start()

    def catch_up(self) -> None:
        """Read what is in sight and not up to date."""
        for place in sorted(self._stale):
            if self._panes[place].isVisible():
                self._stale.discard(place)
                self._panes[place].refresh()


def touches(transfer: Transfer, folder: Location) -> bool:
    """Whether a transfer may have changed what a listing of ``folder`` shows."""
    request = transfer.request
    if transfer.progress.files_total and not transfer.progress.files_done:
        return False
    if _same_line(request.target, folder):
        return True
    return request.options.move and any(_same_line(each, folder) for each in request.sources)


def _same_line(changed: Location, folder: Location) -> bool:
    """Whether one is above the other, or both are the same."""
    if _store_key(changed) != _store_key(folder):
        return False
    one, other = changed.as_folder().path, folder.as_folder().path
    return one.startswith(other) or other.startswith(one)


def _store_key(location: Location) -> tuple[object, ...]:
    """A bucket is the same one through whatever region it was reached."""
    store = location.store
    return store.kind, store.connection, store.cluster_id, store.authority
