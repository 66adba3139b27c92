"""What is asked of a region: each reading runs on a lane and comes back as its own landing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.errors import HueError
from hue_desktop.core.ports import RegionAccess
from hue_desktop.services.fleet.schedule import Topic
from hue_desktop.services.fleet.snapshot_keeper import SnapshotKeeper
from hue_desktop.services.fleet.values import extrapolate

__all__ = ["METRICS", "Landing", "Reading", "Work", "detail_reading", "region_now", "then"]

T = TypeVar("T")

Landing = Callable[[], None]
Reading = Callable[[RegionAccess], Landing]
Parts = frozenset[str]

#: CloudWatch's names of what is shown with its newest value.
METRICS = (
    "IsIdle",
    "AppsRunning",
    "AppsPending",
    "ContainerAllocated",
    "ContainerPending",
    "YARNMemoryAvailablePercentage",
    "MemoryTotalMB",
    "MemoryAllocatedMB",
    "MemoryAvailableMB",
    "HDFSUtilization",
    "MissingBlocks",
    "UnderReplicatedBlocks",
    "CapacityRemainingGB",
    "LiveDataNodes",
    "CoreNodesRunning",
    "MRActiveNodes",
    "MRUnhealthyNodes",
)


@dataclass(frozen=True)
class Work:
    """A reading to begin: ``call`` on a lane; its landing, or ``failed``, on the fleet's thread.

    ``fresh``: the doors are opened anew first, for renewed credentials or another endpoint.
    """

    connection: str
    region: str
    fresh: bool
    call: Reading
    failed: Callable[[HueError], None]


def then(read: Callable[[RegionAccess], T], land: Callable[[T], None]) -> Reading:
    """Read on the lane, and land with what was read."""

    def call(doors: RegionAccess) -> Landing:
        answer = read(doors)
        return lambda: land(answer)

    return call


def region_now(doors: RegionAccess) -> datetime:
    """The region's time at this moment, as far as its clock is known."""
    return extrapolate(doors.emr.clock(), datetime.now(UTC))


def detail_reading(
    topic: Topic,
    state: SnapshotKeeper,
    number: int,
    complete: bool,
    land: Callable[[frozenset[str]], None],
) -> Reading:
    """The reading of one part of a cluster; ``land`` hears which parts of the snapshot changed.

    ``complete`` asks for ended nodes too.
    """
    cluster_id = state.snapshot.ref.cluster_id

    def policies(doors: RegionAccess) -> tuple[int | None, ManagedScaling | None]:
        return doors.emr.idle_timeout_s(cluster_id), doors.emr.managed_scaling(cluster_id)

    ways: dict[Topic, tuple[Callable[[RegionAccess], Any], Callable[[Any, datetime], Parts]]] = {
        Topic.CLUSTER: (
            lambda doors: doors.emr.describe_cluster(cluster_id),
            lambda read, at: state.apply_cluster(read, number, at),
        ),
        Topic.GROUPS: (
            lambda doors: doors.emr.list_groups(cluster_id),
            lambda read, at: state.apply_groups(read, number, at),
        ),
        Topic.FLEETS: (
            lambda doors: doors.emr.list_fleets(cluster_id),
            lambda read, at: state.apply_fleets(read, number, at),
        ),
        Topic.STEPS: (
            lambda doors: doors.emr.list_steps(cluster_id),
            lambda read, at: state.apply_steps(read, number, at),
        ),
        Topic.INSTANCES: (
            lambda doors: doors.emr.list_instances(cluster_id, active_only=not complete),
            lambda read, at: state.apply_instances(read, number, at, complete=complete),
        ),
        Topic.POLICIES: (
            policies,
            lambda read, _at: state.apply_policies(read[0], read[1], number),
        ),
    }
    return _part(state, *ways[topic], land)


def _part(
    state: SnapshotKeeper,
    read: Callable[[RegionAccess], T],
    apply: Callable[[T, datetime], frozenset[str]],
    land: Callable[[frozenset[str]], None],
) -> Reading:
    def call(doors: RegionAccess) -> Landing:
        answer = read(doors)
        clock = doors.emr.clock()

        def landing() -> None:
            parts = apply(answer, datetime.now(UTC))
            state.set_region_time(clock.region_time if clock else None)
            land(parts)

        return landing

    return call


def since(doors: RegionAccess, days: float) -> datetime:
    """So many days ago on the region's clock."""
    return region_now(doors) - timedelta(days=days)
