"""Writes down every cluster of which the fleet knows details, so that it can be opened later.

EMR forgets a cluster two months after its end, and a node after thirty days. One thread saves what
changed, each cluster only so often; nobody waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import HueError

if TYPE_CHECKING:
    from hue_desktop.core.health_ports import MetricStore, RecordedStore
    from hue_desktop.services.fleet.service import FleetService
    from hue_desktop.services.fleet.values import FleetChange

__all__ = ["ClusterRecorder"]

_PARTS = frozenset(("summary", "cluster", "groups", "fleets", "instances", "steps"))
_SETTLES_S = 2.0  #: the parts of a cluster arrive one after the other
_EVERY_S = 30.0  #: at most so often is a cluster saved
_SEEN_S = 300.0  #: so often it is noted that an unchanged one was seen
_HOUSEKEEPING_S = 3600.0
_KEPT_S = 366 * 86_400.0  #: what was not seen for so long is forgotten, as its history is

_log = logging.getLogger(__name__)


class ClusterRecorder:
    """Follows the fleet from ``start`` to ``stop``; every method may be called anywhere."""

    def __init__(
        self,
        fleet: FleetService,
        recorded: Callable[[], RecordedStore | None],
        metrics: Callable[[], MetricStore | None],
        *,
        settles_s: float = _SETTLES_S,
        every_s: float = _EVERY_S,
    ) -> None:
        self._fleet = fleet
        self._recorded = recorded
        self._metrics = metrics
        self._settles_s = settles_s
        self._every_s = every_s
        self._changed = threading.Condition()
        self._due: dict[ClusterRef, float] = {}  #: when to save, on the monotonic clock
        self._newest: dict[ClusterRef, ClusterSnapshot] = {}
        self._saved_at: dict[ClusterRef, float] = {}
        self._forgotten: set[ClusterRef] = set()
        self._stopping = False
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = _nothing

    def start(self) -> None:
        """Begin to save; returns at once."""
        if self._thread is None:
            self._unsubscribe = self._fleet.subscribe(self._hear)
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Save what is not saved yet, as far as the time allows."""
        self._unsubscribe()
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def forget(self, ref: ClusterRef) -> None:
        """Drop all that is kept of a cluster, its metrics too. Blocks; ``StateError``."""
        with self._changed:
            self._forgotten.add(ref)
            self._due.pop(ref, None)
            self._newest.pop(ref, None)
        with self._writing:
            for store in (self._recorded(), self._metrics()):
                if store is not None:
                    store.forget(ref)
        self._fleet.forget(ref)

    def _hear(self, change: FleetChange) -> None:
        """On the fleet's thread: note what is to be saved."""
        now = time.monotonic()
        with self._changed:
            for ref in change.clusters:
                snapshot = change.snapshot.clusters.get(ref)
                if snapshot is not None and change.parts.get(ref, _PARTS) & _PARTS:
                    self._note(snapshot, now + self._settles_s)
            self._changed.notify_all()

    def _note(self, snapshot: ClusterSnapshot, due: float) -> None:
        ref = snapshot.ref
        if snapshot.cluster is None or snapshot.recorded_at is not None:
            return
        self._forgotten.discard(ref)  # EMR lists it, so it is to be kept
        earliest = self._saved_at.get(ref, float("-inf")) + self._every_s
        self._newest[ref] = snapshot
        self._due.setdefault(ref, max(due, earliest))

    # -- the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        seen_at = tidied_at = time.monotonic()
        while True:
            batch, last = self._wait(min(seen_at + _SEEN_S, tidied_at + _HOUSEKEEPING_S))
            for snapshot in batch:
                self._save(snapshot)
            if last:
                return
            now = time.monotonic()
            if now - seen_at >= _SEEN_S:
                seen_at = now
                with self._changed:
                    self._note_all(now)
            if now - tidied_at >= _HOUSEKEEPING_S and not self._stopping:
                tidied_at = now
                self._tidy()

    def _wait(self, until: float) -> tuple[list[ClusterSnapshot], bool]:
        """Wait until something is due, and whether it is the last: at the end everything is."""
        with self._changed:
            while not self._stopping:
                now = time.monotonic()
                due = min(min(self._due.values(), default=until), until)
                if due <= now:
                    break
                self._changed.wait(due - now)
            last = self._stopping
            if last:
                self._note_all(0.0)
            now = time.monotonic()
            ready = [ref for ref, due in self._due.items() if due <= now or last]
            for ref in ready:
                del self._due[ref]
                self._saved_at[ref] = now
            return [self._newest.pop(ref) for ref in ready if ref in self._newest], last

    def _note_all(self, due: float) -> None:
        """Unchanged clusters were seen, too: until when matters for what their nodes cost."""
        for snapshot in self._fleet.snapshot().clusters.values():
            if snapshot.summary.state.active and snapshot.ref not in self._forgotten:
                self._note(snapshot, due)

    def _save(self, snapshot: ClusterSnapshot) -> None:
        with self._writing:
            with self._changed:
                if snapshot.ref in self._forgotten:
                    return
            try:
                store = self._recorded()
                if store is not None:
                    store.save(snapshot, time.time())
            except HueError as error:
                _log.warning("%s cannot be recorded: %s", snapshot.ref.cluster_id, error)
            except Exception:  # the border of the thread: a bug must not end the recording
                _log.exception("Recording %s failed", snapshot.ref.cluster_id)

    def _tidy(self) -> None:
        """Let history grow old that nobody adds to any more, and forget clusters of last year."""
        try:
            metrics, recorded = self._metrics(), self._recorded()
            fleet = self._fleet.snapshot()
            for ref in metrics.refs() if metrics is not None else ():
                status = fleet.status(ref.connection, ref.region)
                asleep = status is not None and status.clock is None  #: its time is not known
                if metrics is not None and not asleep and not self._stopping:
                    metrics.roll_up(ref, fleet.region_now(ref).timestamp())
            for brief, at in recorded.all() if recorded is not None else ():
                if time.time() - at > _KEPT_S and not self._stopping:
                    self.forget(brief.ref)
        except HueError as error:
            _log.warning("History cannot be tidied: %s", error)


def _nothing() -> None:
    """There is no subscription to end."""
