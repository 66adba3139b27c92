"""The fleet's changes on the main thread: several that came while it was busy arrive as one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hue_desktop.ui.tasks import Poster

if TYPE_CHECKING:
    from hue_desktop.services.fleet import FleetChange, FleetService, FleetSnapshot

__all__ = ["FleetFeed", "everything", "merged"]


def merged(older: FleetChange, newer: FleetChange) -> FleetChange:
    """Both changes as one: the newer snapshot, everything that differs from before the older."""
    from hue_desktop.services.fleet import FleetChange

    parts = dict(older.parts)
    for ref, names in newer.parts.items():
        parts[ref] = parts.get(ref, frozenset()) | names
    removed = (older.removed - newer.clusters) | newer.removed
    return FleetChange(
        snapshot=newer.snapshot,
        connections=older.connections | newer.connections,
        clusters=(older.clusters | newer.clusters) - removed,
        removed=removed,
        parts={ref: names for ref, names in parts.items() if ref not in removed},
    )


def everything(snapshot: FleetSnapshot) -> FleetChange:
    """A change that announces all of a snapshot, for a page that was not shown so far."""
    from hue_desktop.services.fleet import PARTS, FleetChange

    return FleetChange(
        snapshot=snapshot,
        connections=frozenset(status.connection.name for status in snapshot.connections),
        clusters=frozenset(snapshot.clusters),
        parts=dict.fromkeys(snapshot.clusters, frozenset(PARTS)),
    )


class FleetFeed(QObject):
    """``changed`` brings a ``FleetChange`` on the main thread."""

    changed = Signal(object)

    def __init__(self, fleet: FleetService, poster: Poster) -> None:
        super().__init__()
        self._fleet = fleet
        self._poster = poster
        self._lock = threading.Lock()
        self._waiting: FleetChange | None = None
        self.snapshot: FleetSnapshot = fleet.snapshot()
        self._unsubscribe = fleet.subscribe(self._arrived)

    def close(self) -> None:
        """Hear nothing more."""
        self._unsubscribe()

    def _arrived(self, change: FleetChange) -> None:
        with self._lock:
            first = self._waiting is None
            self._waiting = change if self._waiting is None else merged(self._waiting, change)
        if first:
            self._poster.post(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            change, self._waiting = self._waiting, None
        if change is not None:
            self.snapshot = change.snapshot
            self.changed.emit(change)
