"""Asking the clusters' servers in turn: one thread decides, a lane of its own asks.

The health thread owns all :class:`Tracked` clusters. Readings run on the lane and mail their
answers back; so do the public methods of the service.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from hue_desktop.core.alerts import Alert
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState
from hue_desktop.core.errors import Cancelled, HueError, NotFound, Unreachable
from hue_desktop.core.instances import Role
from hue_desktop.core.metrics import Reading
from hue_desktop.core.text import _
from hue_desktop.services.fleet.values import FleetChange, FleetSnapshot
from hue_desktop.services.health.clocks import steady
from hue_desktop.services.health.derived import told_by_cloudwatch
from hue_desktop.services.health.keeping import HistoryKeeper
from hue_desktop.services.health.rule_book import RuleBook
from hue_desktop.services.health.sizes import MachineSizes
from hue_desktop.services.health.tracked import DATA_NODES_EVERY, Tracked
from hue_desktop.services.health.values import Collecting, HealthChange
from hue_desktop.services.lanes import Lane

if TYPE_CHECKING:
    from hue_desktop.core.health_ports import ClusterServers
    from hue_desktop.core.ports import RegionClock

__all__ = ["Collector", "Fleet"]

_log = logging.getLogger(__name__)

THREADS = 32  #: clusters that are asked at the same time; a dead tunnel keeps one of them waiting
STUCK_S = 60.0  #: a reading that takes longer is cut
REOPEN_AFTER = 4  #: failures: then the way to the cluster is looked for anew
LONGEST_WAIT_S = 5.0
_TOLD = frozenset(("metrics", "summary", "groups"))  #: what CloudWatch's word is judged with
_UP = (ClusterState.RUNNING, ClusterState.WAITING)
_COMING = (ClusterState.STARTING,)


class Fleet(Protocol):
    """What is needed of the fleet service."""

    def snapshot(self) -> FleetSnapshot:
        """The newest snapshot."""

    def subscribe(self, listener: Callable[[FleetChange], None]) -> Callable[[], None]:
        """Hear of changes."""


class Collector:
    """Collects from ``start`` to ``stop``; what it publishes goes to ``tell``, on its thread."""

    def __init__(
        self,
        fleet: Fleet,
        servers: Callable[[ClusterRef], ClusterServers],
        number: Callable[[str], float],
        book: RuleBook,
        keeper: HistoryKeeper,
        sizes: MachineSizes,
        tell: Callable[[HealthChange], None],
    ) -> None:
        self._fleet = fleet
        self._open = servers
        self._number = number
        self._book = book
        self._keeper = keeper
        self._sizes = sizes
        self._tell = tell
        self._tracked: dict[ClusterRef, Tracked] = {}
        self._looks = 0
        self._mail: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._lane = Lane("health-readings", THREADS)
        self._unsubscribe: Callable[[], None] = lambda: None

    # -- for everybody ------------------------------------------------------------------------

    def start(self) -> None:
        """Begin; returns at once."""
        if self._thread is None and not self._stopped.is_set():
            self._unsubscribe = self._fleet.subscribe(self._hear)
            self._thread = threading.Thread(target=self._run, name="health", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End all readings and keep what is not kept yet."""
        self._unsubscribe()
        self._stopped.set()
        self._mail.put(lambda: None)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s / 2)
        for each in list(self._tracked.values()):
            if each.servers is not None:
                each.servers.close()
            self._keeper.keep(each)
        self._sizes.close()
        self._lane.shutdown(timeout_s=timeout_s / 2)

    def post(self, message: Callable[[], None]) -> None:
        """Do it on the health thread."""
        self._mail.put(message)

    def find(self, ref: ClusterRef) -> Tracked | None:
        """What is tracked of a cluster; never blocks."""
        return self._tracked.get(ref)

    # -- on the health thread -----------------------------------------------------------------

    def track(self, ref: ClusterRef) -> Tracked:
        """A cluster's state, made when there is none."""
        tracked = self._tracked.get(ref)
        if tracked is None:
            tracked = Tracked(ref, self._book)
            # readers look at the mapping without a lock: it is replaced, never changed
            self._tracked = {**self._tracked, ref: tracked}
            made = tracked
            self._keeper.resume(ref, lambda found: self.post(lambda: self._resume(made, found)))
        return tracked

    def _resume(self, tracked: Tracked, found: tuple[Alert, ...]) -> None:
        """Alerts of an earlier session are known: judge what was read meanwhile."""
        tracked.resume(found)
        if tracked.snapshot.values:
            changed = tracked.rejudge(self._clock(tracked.ref), steady())
            self._announce(tracked, changed, always=bool(found))

    def watch(self, ref: ClusterRef) -> None:
        """Somebody looks."""
        tracked = self.track(ref)
        self._looks += 1
        tracked.seen = self._looks
        tracked.watchers += 1
        self._collect(tracked, self._fleet.snapshot().clusters.get(ref))

    def unwatch(self, ref: ClusterRef) -> None:
        """Somebody looks no more."""
        tracked = self._tracked.get(ref)
        if tracked is not None and tracked.watchers:
            tracked.watchers -= 1

    def _collect(self, tracked: Tracked, cluster: ClusterSnapshot | None) -> None:
        """Ask it from now on, soon, unless it is known to have ended."""
        if cluster is not None and not cluster.summary.state.active:
            self._leave(tracked, Collecting.ENDED)
            return
        tracked.kept = True
        tracked.due = min(tracked.due, steady())
        if tracked.snapshot.collecting in (Collecting.OFF, Collecting.ENDED):
            self._change(tracked, tracked.set_collecting(Collecting.CONNECTING))

    def rejudge_all(self) -> None:
        """The rules have changed."""
        fleet = self._fleet.snapshot()
        for tracked in self._tracked.values():
            changed = tracked.rejudge(_clock_of(fleet, tracked.ref), steady())
            self._announce(tracked, changed, always=True)

    def _run(self) -> None:
        self._mail.put(self._judge_all_by_cloudwatch)
        while not self._stopped.is_set():
            try:
                self._begin_due()
                self._keeper.keep_due(self._tracked.values())
                self._take_mail()
            except Exception:  # the border of the thread: a bug must not end all collecting
                _log.exception("Collecting health failed")

    def _take_mail(self) -> None:
        now = steady()
        dues = [each.due - now for each in self._tracked.values() if self._turns(each)]
        wait_s = min([LONGEST_WAIT_S, *dues])
        try:
            message = self._mail.get(timeout=max(0.0, wait_s))
            while not self._stopped.is_set():
                message()
                message = self._mail.get_nowait()
        except queue.Empty:
            return

    def _turns(self, tracked: Tracked) -> bool:
        return tracked.kept and tracked.busy_since is None

    def _begin_due(self) -> None:
        now = steady()
        fleet = self._fleet.snapshot()
        waiting = sorted(self._tracked.values(), key=lambda each: (-each.watchers, -each.seen))
        for tracked in waiting:
            if tracked.busy_since is not None and now - tracked.busy_since > STUCK_S:
                self._cut(tracked)
            if tracked.kept and tracked.busy_since is None and tracked.due <= now:
                self._begin(tracked, fleet.clusters.get(tracked.ref), now)

    def _begin(self, tracked: Tracked, cluster: ClusterSnapshot | None, now: float) -> None:
        state = cluster.summary.state if cluster is not None else None
        tracked.due = now + self._interval_s(tracked)
        if state is not None and not state.active:
            self._leave(tracked, Collecting.ENDED)
            return
        if state in _COMING:
            text = _("The cluster is starting; its servers are asked once they run.")
            self._change(tracked, tracked.set_collecting(Collecting.CONNECTING, text))
            return
        tracked.busy_since = now
        tracked.number += 1
        number, servers = tracked.number, tracked.servers
        core = cluster.count(Role.CORE) if cluster is not None else 0
        few = core <= self._number("health.data_nodes")
        data_nodes = few and tracked.rounds % DATA_NODES_EVERY == 0
        tracked.rounds += 1
        self._lane.submit(self._read, tracked, number, servers, data_nodes)

    def _read(
        self, tracked: Tracked, number: int, servers: ClusterServers | None, data_nodes: bool
    ) -> None:
        """On the lane: ask, and mail what came of it."""
        try:
            if self._stopped.is_set():
                return
            opened = servers if servers is not None else self._open(tracked.ref)
            if self._stopped.is_set():
                opened.close()
                return
            if servers is None:
                self._mail.put(lambda: self._opened(tracked, number, opened))
            begun = steady()
            reading = opened.read(applications=True, data_nodes=data_nodes)
            at = begun + min(reading.took_s, steady() - begun) / 2
        except HueError as error:
            failed = error
            self._mail.put(lambda: self._failed(tracked, number, failed))
        except Exception as error:  # the border of the lane
            _log.exception("Reading the health of %s failed", tracked.ref.cluster_id)
            bug = HueError(f"{type(error).__name__}: {error}.")
            self._mail.put(lambda: self._failed(tracked, number, bug))
        else:
            self._mail.put(lambda: self._landed(tracked, number, reading, at))

    def _opened(self, tracked: Tracked, number: int, servers: ClusterServers) -> None:
        if tracked.number != number or self._stopped.is_set():
            servers.close()
        else:
            tracked.servers = servers

    def _landed(self, tracked: Tracked, number: int, reading: Reading, at: float) -> None:
        if tracked.number != number:
            return
        tracked.busy_since = None
        fleet = self._fleet.snapshot()
        cost = fleet.costs.get(tracked.ref)
        interval_s = self._interval_s(tracked)
        if tracked.failures:
            tracked.due = min(tracked.due, steady() + interval_s)
        cluster = fleet.clusters.get(tracked.ref)
        changed = tracked.take(
            reading,
            at,
            _clock_of(fleet, tracked.ref),
            cluster,
            cost.rate.total if cost is not None else None,
            interval_s,
            self._sizes.of(cluster),
        )
        self._announce(tracked, changed, always=True)

    def _failed(self, tracked: Tracked, number: int, error: HueError) -> None:
        if tracked.number != number:
            return
        tracked.busy_since = None
        if isinstance(error, Cancelled) and self._stopped.is_set():
            return
        if isinstance(error, NotFound):  # EMR has forgotten the cluster
            self._leave(tracked, Collecting.ENDED)
            return
        wait_s = tracked.fail(error, self._interval_s(tracked))
        tracked.due = steady() + wait_s
        if tracked.failures % REOPEN_AFTER == 0 or not error.retryable:
            self._drop_servers(tracked)
        self._announce(tracked, (), always=True)

    def _cut(self, tracked: Tracked) -> None:
        """A reading hangs: close its connections, and count it as failed."""
        tracked.number += 1
        self._drop_servers(tracked)
        self._failed(tracked, tracked.number, Unreachable(_("The servers are silent.")))

    def _leave(self, tracked: Tracked, collecting: Collecting) -> None:
        """Ask it no more; an answer under way is dropped."""
        tracked.kept = False
        tracked.number += 1
        tracked.busy_since = None
        self._drop_servers(tracked)
        self._keeper.keep(tracked)
        self._change(tracked, tracked.set_collecting(collecting))

    def _drop_servers(self, tracked: Tracked) -> None:
        if tracked.servers is not None:
            tracked.servers.close()
            tracked.servers = None

    # -- clusters that nobody watches ---------------------------------------------------------

    def _hear(self, change: FleetChange) -> None:
        """On the fleet's thread."""
        if change.parts or change.removed:
            self._mail.put(lambda: self._take_fleet(change))

    def _take_fleet(self, change: FleetChange) -> None:
        for ref, parts in change.parts.items():
            if parts & _TOLD:
                self._judge_by_cloudwatch(ref, change.snapshot)
            tracked = self._tracked.get(ref)
            cluster = change.snapshot.clusters.get(ref)
            if tracked is not None and cluster is not None and "summary" in parts:
                self._follow(tracked, cluster)
        for ref in change.removed:
            tracked = self._tracked.get(ref)
            if tracked is not None and tracked.kept:
                self._leave(tracked, Collecting.OFF)  # its connection is gone, or EMR's list ends

    def _follow(self, tracked: Tracked, cluster: ClusterSnapshot) -> None:
        """Another state of a cluster: it may have ended, be up, or be listed again."""
        if not cluster.summary.state.active:
            if tracked.kept:
                self._leave(tracked, Collecting.ENDED)
        elif tracked.kept and math.isinf(tracked.due):
            return  # a person was asked and said no
        elif tracked.kept or tracked.watchers:
            self._collect(tracked, cluster)

    def _judge_all_by_cloudwatch(self) -> None:
        snapshot = self._fleet.snapshot()
        for ref in snapshot.metrics:
            self._judge_by_cloudwatch(ref, snapshot)

    def _judge_by_cloudwatch(self, ref: ClusterRef, snapshot: FleetSnapshot) -> None:
        """Clusters that are not collected have CloudWatch's word only."""
        tracked = self._tracked.get(ref)
        cluster, told = snapshot.clusters.get(ref), snapshot.metrics.get(ref)
        if (tracked is not None and tracked.kept) or cluster is None or not told:
            return
        if cluster.summary.state not in _UP:
            return  # what starts has no nodes yet, and what ends loses them
        values = told_by_cloudwatch(told)
        if not cluster.count(Role.CORE):
            values.pop("hdfs.nodes.dead_share", None)
        tracked = self.track(ref)
        changed = tracked.take_cloudwatch(values, _clock_of(snapshot, ref), steady())
        self._announce(tracked, changed, always=bool(changed))

    # -- telling ------------------------------------------------------------------------------

    def _change(self, tracked: Tracked, changed: bool) -> None:
        if changed:
            self._announce(tracked, (), always=True)

    def _announce(self, tracked: Tracked, changed: tuple[Alert, ...], *, always: bool) -> None:
        for alert in changed:
            self._keeper.keep_alert(tracked.ref, alert)
        if always or changed:
            self._tell(HealthChange(tracked.snapshot, alerts=bool(changed)))

    def _clock(self, ref: ClusterRef) -> RegionClock | None:
        return _clock_of(self._fleet.snapshot(), ref)

    def _interval_s(self, tracked: Tracked) -> float:
        return self._number("health.live_s" if tracked.watchers else "health.background_s")


def _clock_of(fleet: FleetSnapshot, ref: ClusterRef) -> RegionClock | None:
    status = fleet.status(ref.connection, ref.region)
    return status.clock if status is not None else None
