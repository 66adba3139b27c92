"""The clusters that run, asked for once: what a command needs that does not keep a fleet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import replace
from time import monotonic

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError, Unreachable
from hue_desktop.core.text import _
from hue_desktop.services.access import AccessPool
from hue_desktop.services.fleet.values import FleetSnapshot
from hue_desktop.services.storage.locations import names_of

__all__ = ["RunningClusters"]

_WAIT_S = 60.0
_OTHERS_S = 3.0  #: how long others are waited for once the cluster of that name is found
_METRICS = ("MemoryAvailableMB", "MemoryTotalMB")

_Question = Callable[[ClusterSnapshot], None]


class RunningClusters:
    """Asks each connection and region for its active clusters, all at the same time.

    Everything that was learnt stands in ``snapshot``; the methods that ask block.
    """

    def __init__(
        self,
        access: AccessPool,
        lane: Executor,
        connections: Callable[[], tuple[Connection, ...]],
    ) -> None:
        self._access = access
        self._lane = lane
        self._connections = connections
        self._lock = threading.Lock()
        self._snapshot = FleetSnapshot()

    def snapshot(self) -> FleetSnapshot:
        """What was learnt so far; has no cost. Does not block."""
        return self._snapshot

    def find(self, wanted: str) -> tuple[ClusterSnapshot, ...]:
        """The active clusters with that id, name or primary node; several may share a name.

        ``HueError`` when there is none and a connection could not be asked.
        """
        failed = self._list(wanted)
        found = self._named(wanted)
        if not found and "." in wanted:  # perhaps the name of a primary node
            up = [each for each in self._active() if each.summary.state.up]
            self._ask([(self._describe, each) for each in up])
            found = self._named(wanted)
        if not found and failed:
            raise failed[0]
        return found

    def all(self) -> tuple[ClusterSnapshot, ...]:
        """The active clusters. ``HueError`` when there are none and a connection failed."""
        failed = self._list("")
        found = self._active()
        if not found and failed:
            raise failed[0]
        return found

    def learn(self, ref: ClusterRef) -> None:
        """Ask for what a prediction wants to know of a cluster; does without what is refused."""
        known = self._snapshot.clusters.get(ref)
        if known is not None:
            self._ask([(self._describe, known), (self._measure, known)])

    def _list(self, wanted: str) -> list[HueError]:
        """List everywhere; ends early when ``wanted`` is an id that was found."""
        places = [(one.name, region) for one in self._connections() for region in one.regions]
        futures = [self._lane.submit(self._list_one, *place) for place in places]
        waiting: set[Future[None]] = set(futures)
        deadline = monotonic() + _WAIT_S
        while waiting and (left_s := deadline - monotonic()) > 0:
            _done, waiting = wait(waiting, left_s, FIRST_COMPLETED)
            named = self._named(wanted) if wanted else ()
            if any(each.ref.cluster_id == wanted for each in named):
                return []
            if named:
                deadline = min(deadline, monotonic() + _OTHERS_S)
        failed = [_failure(each) for each in futures]
        return [error for error in failed if error is not None]

    def _list_one(self, connection: str, region: str) -> None:
        doors = self._access.of(connection, region)
        self._keep(
            ClusterSnapshot(ClusterRef(connection, region, each.id), each)
            for each in doors.emr.list_clusters(active_only=True)
        )

    def _describe(self, known: ClusterSnapshot) -> None:
        doors = self._access.of(known.ref.connection, known.ref.region)
        described = doors.emr.describe_cluster(known.ref.cluster_id)
        self._keep([replace(known, summary=described.summary, cluster=described)])

    def _measure(self, known: ClusterSnapshot) -> None:
        ref = known.ref
        doors = self._access.of(ref.connection, ref.region)
        values = doors.metrics.newest((ref.cluster_id,), _METRICS).get(ref.cluster_id, {})
        with self._lock:
            metrics = {**self._snapshot.metrics, ref: values}
            self._snapshot = replace(self._snapshot, metrics=metrics)

    def _ask(self, jobs: Sequence[tuple[_Question, ClusterSnapshot]]) -> None:
        """All at once, as far as each can be answered."""
        futures = [self._lane.submit(ask, known) for ask, known in jobs]
        wait(futures, _WAIT_S)
        for each in futures:
            _failure(each)

    def _keep(self, found: Iterable[ClusterSnapshot]) -> None:
        with self._lock:
            clusters = {**self._snapshot.clusters, **{each.ref: each for each in found}}
            self._snapshot = replace(self._snapshot, clusters=clusters)

    def _active(self) -> tuple[ClusterSnapshot, ...]:
        known = self._snapshot.clusters.values()
        return tuple(each for each in known if each.summary.state.active)

    def _named(self, wanted: str) -> tuple[ClusterSnapshot, ...]:
        return tuple(each for each in self._active() if wanted in names_of(each))


def _failure(future: Future[None]) -> HueError | None:
    """Why it could not be answered; bugs are raised."""
    if not future.done():
        return Unreachable(_("EMR does not answer."), remedy=_("Check the network, or try again."))
    try:
        future.result()
    except HueError as error:
        return error
    return None
