"""Health readings on the main thread: of several that came while it was busy, the newest."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hue_desktop.ui.tasks import Poster

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.services.health import HealthService
    from hue_desktop.services.health.values import HealthChange, HealthSnapshot
    from hue_desktop.ui.context import UiContext

__all__ = ["HealthFeed", "HealthWatch"]


class HealthFeed(QObject):
    """``changed`` brings a ``HealthChange`` on the main thread, one for each cluster at a time.

    With a ``ref`` it hears of that cluster only.
    """

    changed = Signal(object)

    def __init__(
        self, health: HealthService, poster: Poster, ref: ClusterRef | None = None
    ) -> None:
        super().__init__()
        self._poster = poster
        self._ref = ref
        self._lock = threading.Lock()
        self._waiting: dict[ClusterRef, HealthChange] = {}
        self._closed = False
        self._unsubscribe = health.subscribe(self._arrived)

    def close(self) -> None:
        """Hear nothing more."""
        self._closed = True
        self._unsubscribe()

    def _arrived(self, change: HealthChange) -> None:
        ref = change.snapshot.ref
        if self._ref is not None and ref != self._ref:
            return
        with self._lock:
            first = not self._waiting
            before = self._waiting.get(ref)
            if before is not None and before.alerts:
                change = replace(change, alerts=True)
            self._waiting[ref] = change
        if first:
            self._poster.post(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for change in waiting.values():
            if not self._closed:
                self.changed.emit(change)


class HealthWatch(QObject):
    """What a page needs while it is in front: its cluster collected live, and told of here."""

    changed = Signal(object)

    def __init__(self, ctx: UiContext, ref: ClusterRef) -> None:
        super().__init__()
        self._ctx = ctx
        self._ref = ref
        self._feed: HealthFeed | None = None

    def start(self) -> HealthSnapshot:
        """Begin to watch; what is known already."""
        health = self._ctx.app.health
        if self._feed is None:
            self._feed = HealthFeed(health, self._ctx.tasks.poster, self._ref)
            self._feed.changed.connect(self.changed)
            health.watch(self._ref)
        return health.snapshot(self._ref)

    def stop(self) -> None:
        """The page is behind now."""
        if self._feed is not None:
            self._feed.close()
            self._feed = None
            self._ctx.app.health.unwatch(self._ref)
