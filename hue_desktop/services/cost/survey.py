"""What clusters cost and waste, asked for once: for commands, which keep no fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.idle_finder import find_idle, smaller_masters
from hue_desktop.services.cost.ledger import Account
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.cost.reckoning import cluster_cost
from hue_desktop.services.cost.values import ClusterCost, IdleFinding
from hue_desktop.services.fleet.values import FleetSnapshot

__all__ = ["Survey", "survey"]

_THREADS = 8
_METRICS = (
    "AppsRunning",
    "ContainerAllocated",
    "HDFSUtilization",
    "MemoryAvailableMB",
    "MemoryTotalMB",
)


@dataclass(frozen=True)
class Survey:
    """What was found, and the clusters that could not be read, with the reason."""

    snapshots: Mapping[ClusterRef, ClusterSnapshot] = field(default_factory=dict)
    costs: Mapping[ClusterRef, ClusterCost] = field(default_factory=dict)
    findings: tuple[IdleFinding, ...] = ()
    errors: Mapping[ClusterRef, HueError] = field(default_factory=dict)


@dataclass(frozen=True)
class _Read:
    account: Account
    cost: ClusterCost
    metrics: Mapping[str, float]


def survey(
    refs: Iterable[ClusterRef],
    account: Callable[[ClusterRef], Account],
    access: AccessPool,
    books: PriceBooks,
) -> Survey:
    """Read all of these clusters, several at a time. Blocks; ``Cancelled`` while closing."""
    wanted = tuple(dict.fromkeys(refs))
    read: dict[ClusterRef, _Read] = {}
    errors: dict[ClusterRef, HueError] = {}
    with ThreadPoolExecutor(_THREADS, "survey") as pool:
        futures = {ref: pool.submit(_read, ref, account, access, books) for ref in wanted}
        for ref, future in futures.items():
            try:
                read[ref] = future.result()
            except Cancelled:
                pool.shutdown(cancel_futures=True)
                raise
            except HueError as error:
                errors[ref] = error
    fleet = FleetSnapshot(
        clusters={ref: each.account.snapshot for ref, each in read.items()},
        costs={ref: each.cost for ref, each in read.items()},
        metrics={ref: each.metrics for ref, each in read.items()},
    )

    def now(ref: ClusterRef) -> datetime:
        return datetime.fromtimestamp(read[ref].account.now, UTC)

    return Survey(fleet.clusters, fleet.costs, find_idle(fleet, books.now, now), errors)


def _read(
    ref: ClusterRef,
    account: Callable[[ClusterRef], Account],
    access: AccessPool,
    books: PriceBooks,
) -> _Read:
    found = account(ref)
    doors = access.of(ref.connection, ref.region)
    snapshot = found.snapshot
    types = {node.instance_type for node in snapshot.nodes()} | smaller_masters(snapshot)
    volumes = {each.volume_type for life in found.lives for each in life.volumes}
    book = books.read(ref.connection, ref.region, types, volume_types=volumes)
    metrics: Mapping[str, float] = {}
    if snapshot.summary.state.active and snapshot.cluster is not None:
        metrics = doors.metrics.newest((ref.cluster_id,), _METRICS).get(ref.cluster_id, {})
        policies = replace(
            snapshot.cluster,
            idle_timeout_s=doors.emr.idle_timeout_s(ref.cluster_id),
            managed_scaling=doors.emr.managed_scaling(ref.cluster_id),
        )
        snapshot = replace(snapshot, cluster=policies)
    return _Read(replace(found, snapshot=snapshot), cluster_cost(snapshot, book), metrics)
