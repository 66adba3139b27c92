"""Writing what was measured into the store, in batches and never on the health thread."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hue_desktop.core.alerts import Alert
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import HueError
from hue_desktop.services.health.clocks import steady
from hue_desktop.services.lanes import Lane

if TYPE_CHECKING:
    from hue_desktop.core.health_ports import MetricStore
    from hue_desktop.services.health.tracked import Tracked

__all__ = ["HistoryKeeper"]

_log = logging.getLogger(__name__)

EVERY_S = 30.0
ROLL_UP_EVERY_S = 600.0
_FOREVER = 1e12


class HistoryKeeper:
    """Keeps samples and alerts where there is a store; a store that fails costs history only."""

    def __init__(self, opener: Callable[[], MetricStore | None] | None) -> None:
        self._opener = opener
        self._opening = threading.Lock()
        self._opened: MetricStore | None = None
        self._lane = Lane("health-store", 1)
        self._last = steady()
        self._rolled: dict[ClusterRef, float] = {}
        self.problem: HueError | None = None  #: why nothing is kept at present

    @property
    def store(self) -> MetricStore | None:
        """The store, opened at the first call; that may block."""
        with self._opening:
            if self._opener is not None:
                self._opened, self._opener = self._opener(), None
            return self._opened

    def keep_due(self, tracked: Iterable[Tracked]) -> None:
        """Every half minute: hand over what has come in."""
        now = steady()
        if now - self._last < EVERY_S:
            return
        self._last = now
        for each in tracked:
            self.keep(each)

    def keep(self, tracked: Tracked) -> None:
        """Hand over what has come in of a cluster; returns at once."""
        samples = dict(tracked.pending)
        tracked.pending.clear()
        if not samples:
            return
        ref, now = tracked.ref, tracked.snapshot.read_at
        self._do(lambda store: store.add(ref, samples))
        if now is not None and steady() - self._rolled.get(ref, 0.0) > ROLL_UP_EVERY_S:
            self._rolled[ref] = steady()
            region_now = now
            self._do(lambda store: store.roll_up(ref, region_now))

    def keep_alert(self, ref: ClusterRef, alert: Alert) -> None:
        """Keep an alert's newest state."""
        self._do(lambda store: store.add_alert(ref, alert))

    def resume(self, ref: ClusterRef, done: Callable[[tuple[Alert, ...]], None]) -> None:
        """Look for alerts of earlier sessions and hand them over, none where there is no store.

        ``done`` is called on the store's lane, in any case. All of them are looked for: the
        region's time may not be known yet.
        """

        def look() -> None:
            found: tuple[Alert, ...] = ()
            try:
                store = self.store
                if store is not None:
                    found = store.alerts(ref, 0.0, _FOREVER)
            except HueError as error:
                self.problem = error
            finally:
                done(found)

        with contextlib.suppress(RuntimeError):  # closing
            self._lane.submit(look)

    def close(self, timeout_s: float) -> None:
        """Write what is waiting, for at most so long."""
        self._lane.shutdown(cancel_futures=False, timeout_s=timeout_s)

    def _do(self, work: Callable[[MetricStore], None]) -> None:
        def run() -> None:
            try:
                store = self.store
                if store is not None:
                    work(store)
                self.problem = None
            except HueError as error:
                if self.problem is None:
                    _log.warning("Health history is not kept: %s", error)
                self.problem = error

        with contextlib.suppress(RuntimeError):  # closing
            self._lane.submit(run)
