"""YARN's room on the nodes of a cluster over time: what each node offers, and their sum.

A node that is UNHEALTHY offers nothing. One that is being decommissioned, because it shall go or
because EC2 has announced that it takes it, gets no new containers; those it has come to their end
one by one, which is simplified to two steps: half of them stay for the first half of the time that
it is given.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hue_desktop.simulator.world.documents import NEVER

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.shapes import Shape, Shapes

__all__ = ["Room", "RoomHistory", "room_history", "slots_at", "workers_of", "yarn_state"]

_LONGEST_DRAIN_S = 3600.0  #: EMR's yarn.resourcemanager.nodemanager-graceful-decommission-timeout
_REMEMBERED_S = 3600.0  #: how long YARN's lists show a node that is gone


@dataclass(frozen=True, slots=True)
class Room:
    """What the nodes offer together; ``draining`` are containers that may only come to an end."""

    containers: int = 0
    memory_mb: int = 0
    vcores: int = 0
    draining: int = 0
    nodes: int = 0  #: that are RUNNING


def workers_of(cluster: Cluster) -> list[Instance]:
    """The nodes with a NodeManager, in the order of creation; the primary when it is alone."""
    alone = all(item.role == "MASTER" for item in cluster.collections())
    return [item for item in cluster.instances.values() if alone or item.role != "MASTER"]


def yarn_state(instance: Instance, at: float) -> str:
    """YARN's NodeState of a worker; empty when its lists do not show it."""
    if at < instance.ready:
        return ""
    if at >= instance.ended:
        if at >= instance.ended + _REMEMBERED_S or instance.end_code == "CLUSTER_TERMINATED":
            return ""
        return "LOST" if instance.draining == NEVER else "DECOMMISSIONED"
    if instance.leaving <= at:
        return "DECOMMISSIONING"
    return "UNHEALTHY" if instance.unhealthy <= at else "RUNNING"


def slots_at(instance: Instance, shape: Shape, at: float) -> int:
    """How many containers a worker holds at most at an instant."""
    if not instance.ready <= at < min(instance.ended, instance.unhealthy):
        return 0
    if instance.leaving <= at:
        return shape.containers // 2 if at < _half_drained(instance) else 0
    return shape.containers


def _half_drained(instance: Instance) -> float:
    begin = instance.leaving
    return begin + min(min(instance.released, instance.ended) - begin, _LONGEST_DRAIN_S) / 2


class RoomHistory:
    """The room of one cluster at any instant."""

    def __init__(self, workers: Iterable[Instance], shapes: Shapes) -> None:
        changes: defaultdict[float, list[int]] = defaultdict(lambda: [0] * 5)

        def add(at: float, sign: int, *amounts: int) -> None:
            if at != NEVER:
                changes[at] = [
                    have + sign * more for have, more in zip(changes[at], amounts, strict=True)
                ]

        for node in workers:
            shape = shapes.get(node.instance_type)
            end = min(node.ended, node.unhealthy)
            full = min(end, node.leaving)
            if node.ready < full:
                offered = (shape.containers, shape.yarn_mb, shape.vcpu, 0, 1)
                add(node.ready, 1, *offered)
                add(full, -1, *offered)
            if node.leaving != NEVER:
                begin, half = max(node.ready, node.leaving), min(end, _half_drained(node))
                if begin < half:
                    left = (0, 0, 0, shape.containers // 2, 0)
                    add(begin, 1, *left)
                    add(half, -1, *left)
        self.changes = sorted(changes)
        self._rooms = [Room()]
        sums = [0] * 5
        for at in self.changes:
            sums = [have + more for have, more in zip(sums, changes[at], strict=True)]
            self._rooms.append(Room(*sums))

    def at(self, at: float) -> Room:
        """The room at an instant."""
        return self._rooms[bisect_right(self.changes, at)]


def room_history(cluster: Cluster, shapes: Shapes) -> RoomHistory:
    """The cluster's :class:`RoomHistory`, kept until one of its instances changes."""
    known = cluster.node_cache.get("room")
    if not isinstance(known, RoomHistory):
        known = cluster.node_cache["room"] = RoomHistory(workers_of(cluster), shapes)
    return known
