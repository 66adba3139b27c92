"""What the cost of a cluster is reckoned from: all nodes it ever had, its prices, its Spot history.

The fleet reads ended nodes only of the cluster in front; a bill needs them of every cluster, so
they are asked for here, and kept for a while. A cluster that EMR has forgotten is taken from what
was recorded of it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hue_desktop.core.billing import Bill, Life, SpotHistory
from hue_desktop.core.billing_sums import bill, bill_between
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.instances import Market
from hue_desktop.core.recorded import as_recorded
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.lives import completed, lives_of, merged_nodes
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.fleet.values import FleetSnapshot, extrapolate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hue_desktop.core.cost_ports import LaunchTimes
    from hue_desktop.core.health_ports import RecordedStore
    from hue_desktop.core.ports import RegionAccess

__all__ = ["Account", "Ledger"]

_FRESH_S = 20.0  #: this machine's time for which nodes are not asked for again, without a fleet
_LISTED_S = 600.0  #: the same while the fleet tells of each node that ends


@dataclass(frozen=True)
class Account:
    """A cluster's lives and prices, as they are known at ``now`` (region epoch seconds)."""

    snapshot: ClusterSnapshot
    lives: tuple[Life, ...]
    book: PriceBook
    spot: SpotHistory
    now: float

    @property
    def began(self) -> float:
        """When the first node began, or the cluster; ``now`` before either is known."""
        created = self.snapshot.summary.created
        first = [created.timestamp()] if created is not None else []
        return min((*first, *(life.started for life in self.lives)), default=self.now)

    @property
    def until(self) -> float:
        """Now, or when the cluster ended."""
        ended = self.snapshot.summary.ended
        return min(self.now, ended.timestamp()) if ended is not None else self.now

    def bill(self, start: float | None, end: float | None, slices: int = 0) -> Bill:
        """The bill between two instants; by default from the beginning until now."""
        begin = self.began if start is None else start
        until = self.until if end is None else min(end, self.now)
        return bill(self.lives, self.book, self.spot, begin, until, slices)

    def between(self, edges: Sequence[float]) -> Bill:
        """The bill with a slice between each two neighbours of rising ``edges``."""
        return bill_between(self.lives, self.book, self.spot, edges)


class Ledger:
    """Accounts of clusters; the methods block unless they say otherwise."""

    def __init__(
        self,
        fleet: Callable[[], FleetSnapshot],
        access: AccessPool,
        books: PriceBooks,
        recorded: Callable[[], RecordedStore | None],
    ) -> None:
        self._fleet = fleet
        self._access = access
        self._books = books
        self._recorded = recorded
        self._lock = threading.Lock()
        self._locks: dict[ClusterRef, threading.Lock] = {}
        self._launches: dict[ClusterRef, Mapping[str, float]] = {}
        self._read: dict[ClusterRef, tuple[float, ClusterSnapshot]] = {}

    def account(self, ref: ClusterRef) -> Account:
        """What is known of a cluster now. ``HueError`` when nothing can be known."""
        snapshot = self.snapshot(ref)
        lives = lives_of(snapshot, self._launched(ref, snapshot))
        now = self.now(ref)
        return Account(snapshot, lives, self._book(ref, lives), self._spot(ref, lives, now), now)

    def now(self, ref: ClusterRef) -> float:
        """The region's time, as far as it is known. Does not block."""
        doors = self._access.peek(ref.connection, ref.region)
        return extrapolate(doors.emr.clock() if doors else None, datetime.now(UTC)).timestamp()

    def forget(self, ref: ClusterRef) -> None:
        """Read the cluster anew with the next question. Does not block."""
        self._read.pop(ref, None)

    def snapshot(self, ref: ClusterRef) -> ClusterSnapshot:
        """The cluster with every node that is known of it, ended ones too."""
        with self._lock:
            lock = self._locks.setdefault(ref, threading.Lock())
        with lock:
            newest = self._fleet().clusters.get(ref)
            read_at, known = self._read.get(ref, (0.0, None))
            if known is None or not _still_right(known, newest, time.monotonic() - read_at):
                known = self._ask(ref, newest)
                self._read[ref] = time.monotonic(), known
            return _with_newest(known, newest)

    def _ask(self, ref: ClusterRef, newest: ClusterSnapshot | None) -> ClusterSnapshot:
        if newest is not None and newest.recorded_at is not None:
            kept = self._kept(ref)  # the fleet knows already that EMR does not list it
            return as_recorded(kept, newest.recorded_at) if kept is not None else newest
        try:
            read = _read_all(self._access.of(ref.connection, ref.region), ref, newest)
        except Cancelled:
            raise
        except HueError:
            kept = self._kept(ref)
            if kept is None:
                raise
            return as_recorded(kept, datetime.now(UTC))
        kept = self._kept(ref) if not read.instances else None
        if kept is not None:  # EMR still lists the cluster, and its nodes no more
            read = replace(read, instances=merged_nodes(read.instances, kept.instances))
        return read

    def _kept(self, ref: ClusterRef) -> ClusterSnapshot | None:
        """What was recorded; a state that cannot be read is the same as nothing."""
        store = self._recorded()
        if store is None:
            return None
        try:
            return store.load(ref)
        except HueError:
            return None

    def _launched(self, ref: ClusterRef, snapshot: ClusterSnapshot) -> Mapping[str, float]:
        """When EC2 launched the nodes; asked for again only when there is a new one."""
        known = self._launches.get(ref, {})
        new = {node.ec2_id for node in snapshot.instances or () if node.active} - known.keys()
        if ref in self._launches and not new - {""}:
            return known
        try:
            door = self._access.of(ref.connection, ref.region).launch_times
            found = {} if door is None else _launches(door, ref.cluster_id)
        except Cancelled:
            raise
        except HueError:
            found = {}
        unknown = dict.fromkeys(new, math.nan)  # what EC2 does not tell is not asked for again
        known = self._launches[ref] = {**unknown, **known, **found}
        return known

    def _book(self, ref: ClusterRef, lives: tuple[Life, ...]) -> PriceBook:
        types = {life.instance_type for life in lives}
        volumes = {volume.volume_type for life in lives for volume in life.volumes}
        try:
            return self._books.read(
                ref.connection, ref.region, types, volume_types=volumes, spot=False
            )
        except Cancelled:
            raise
        except HueError:  # a connection that is gone: everything is "at least"
            return self._books.now(ref.connection, ref.region)

    def _spot(self, ref: ClusterRef, lives: tuple[Life, ...], now: float) -> SpotHistory:
        """The prices over the Spot nodes' lives; unknown ones are counted by the bill."""
        bought = [life for life in lives if life.market is Market.SPOT]
        if not bought:
            return SpotHistory()
        start = min(life.started for life in bought)
        end = max(now if life.ended is None else life.ended for life in bought)
        pools = {(life.instance_type, life.az) for life in bought}
        try:
            histories = self._access.of(ref.connection, ref.region).spot_histories
            return SpotHistory() if histories is None else histories.read(pools, start, end)
        except Cancelled:
            raise
        except HueError:
            return SpotHistory()


def _launches(door: LaunchTimes, cluster_id: str) -> Mapping[str, float]:
    try:
        return door.read(cluster_id)
    except Cancelled:
        raise
    except HueError:  # no permission: EMR's own times do
        return door.known(cluster_id)


def _still_right(known: ClusterSnapshot, newest: ClusterSnapshot | None, age_s: float) -> bool:
    """Whether the nodes of ``known`` need not be asked for again.

    While the fleet reads the cluster, its list of active nodes tells when one has ended.
    """
    if known.recorded_at is not None:  # perhaps EMR could only not be reached
        return age_s < _FRESH_S
    if not known.summary.state.active:
        return True
    if newest is None or newest.instances is None:
        return age_s < _FRESH_S
    listed = {node.id for node in newest.instances}
    running = (node.id for node in known.instances or () if node.active)
    return newest.summary.state.active and age_s < _LISTED_S and listed.issuperset(running)


def _with_newest(known: ClusterSnapshot, newest: ClusterSnapshot | None) -> ClusterSnapshot:
    """``known`` with what the fleet read since; no node is forgotten."""
    if newest is None or not known.summary.state.active or not newest.summary.state.active:
        return known
    return replace(
        known,
        summary=newest.summary,
        cluster=newest.cluster or known.cluster,
        instances=merged_nodes(newest.instances, known.instances),
        groups=newest.groups or known.groups,
        fleets=newest.fleets or known.fleets,
        steps=newest.steps or known.steps,
    )


def _read_all(
    doors: RegionAccess, ref: ClusterRef, newest: ClusterSnapshot | None
) -> ClusterSnapshot:
    """All nodes, and whatever else the fleet has not read of a cluster that runs."""
    emr, cluster_id = doors.emr, ref.cluster_id
    known = newest if newest is not None and newest.summary.state.active else None
    cluster = known.cluster if known is not None else None
    if cluster is None:
        cluster = emr.describe_cluster(cluster_id)
    groups = known.groups if known is not None else None
    fleets = known.fleets if known is not None else None
    steps = known.steps if known is not None else None
    if cluster.uses_fleets:
        fleets = fleets or emr.list_fleets(cluster_id)
    else:
        groups = groups or emr.list_groups(cluster_id)
    read = ClusterSnapshot(
        ref=ref,
        summary=cluster.summary,
        cluster=cluster,
        groups=groups,
        fleets=fleets,
        instances=emr.list_instances(cluster_id, active_only=False),
        steps=steps if steps is not None else emr.list_steps(cluster_id),
    )
    return completed(read)
