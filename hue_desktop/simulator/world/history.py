"""The past of a cluster, arranged for questions about an instant.

A chart of two weeks asks for thousands of instants. Between two changes (a node comes or goes, an
application starts or ends) all of them have the same answer, so the changes are sorted once, each
question is a bisection, and what holds between two changes is counted at most once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hue_desktop.simulator.world.applications import applications_of, outcome_of
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.shapes import Shapes

if TYPE_CHECKING:
    from hue_desktop.simulator.world.applications import Application
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.steps import Step

__all__ = [
    "Capacity",
    "Finished",
    "NodeHistory",
    "Nodes",
    "StepHistory",
    "node_history",
    "step_history",
]

_GIB = 1024**3
#: How long YARN's lists show a node that was decommissioned or lost, seconds.
_REMEMBERED = 3600.0


@dataclass(frozen=True, slots=True)
class Capacity:
    """Fleet units, nodes and vCPUs."""

    units: int = 0
    nodes: int = 0
    vcpu: int = 0


@dataclass(frozen=True, slots=True)
class Nodes:
    """What the nodes of a cluster offer between two changes; capacities by role and ``TOTAL``."""

    requested: dict[str, Capacity]
    running: dict[str, Capacity]
    hdfs_bytes: int  #: what the data nodes offer, replicas not taken into account


class _Spans:
    """Counts of nodes of one kind over time: sorted beginnings and ends, asked by bisection."""

    __slots__ = ("asked", "began", "ended", "gone")

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.gone: list[float] = []
        self.began: list[float] = []
        self.ended: list[float] = []

    def add(self, instance: Instance) -> None:
        self.asked.append(instance.created)
        ended, ready = instance.ended, instance.ready
        if ended != NEVER:
            draining = instance.draining
            self.gone.append(ended if draining == NEVER else draining)
        if ready < ended:
            self.began.append(ready)
            if ended != NEVER:
                self.ended.append(ended)

    def sort(self) -> None:
        for instants in (self.asked, self.gone, self.began, self.ended):
            instants.sort()

    def requested(self, at: float) -> int:
        return bisect_right(self.asked, at) - bisect_right(self.gone, at)

    def running(self, at: float) -> int:
        return bisect_right(self.began, at) - bisect_right(self.ended, at)


class NodeHistory:
    """The lives of all instances of a cluster."""

    def __init__(self, cluster: Cluster, shapes: Shapes) -> None:
        self._shapes = shapes
        self._spans: dict[tuple[str, str, int, int], _Spans] = defaultdict(_Spans)
        self._sick: list[float] = []
        self._sick_ended: list[float] = []
        self._drained: list[float] = []
        self._lost: list[float] = []
        self._counted: dict[int, Nodes] = {}
        self._add_all(cluster)
        for spans in self._spans.values():
            spans.sort()
        for instants in (self._sick, self._sick_ended, self._drained, self._lost):
            instants.sort()
        changes: set[float] = set()
        for spans in self._spans.values():
            changes.update(spans.asked, spans.gone, spans.began, spans.ended)
        self._changes = sorted(changes)

    def _add_all(self, cluster: Cluster) -> None:
        sizes: dict[int, int] = {}
        for instance in cluster.instances.values():
            volumes = instance.volumes
            disk = sizes.get(id(volumes))
            if disk is None:
                disk = sizes[id(volumes)] = sum(volume[2] for volume in volumes)
            key = (instance.role, instance.instance_type, instance.weight, disk)
            self._spans[key].add(instance)
            if instance.unhealthy != NEVER and instance.role != "MASTER":
                self._sick.append(instance.unhealthy)
                self._sick_ended.append(instance.ended)
            if instance.ended != NEVER and instance.role != "MASTER":
                if instance.draining != NEVER:
                    self._drained.append(instance.ended)
                elif instance.end_code != "CLUSTER_TERMINATED":
                    self._lost.append(instance.ended)

    def nodes(self, at: float) -> Nodes:
        """What the nodes offered at an instant."""
        place = bisect_right(self._changes, at)
        found = self._counted.get(place)
        if found is None:
            found = self._counted[place] = self._count(at)
        return found

    def unhealthy(self, at: float) -> int:
        """Nodes on YARN's deny list at an instant."""
        return bisect_right(self._sick, at) - bisect_right(self._sick_ended, at)

    def lost(self, at: float) -> int:
        """Nodes that YARN still lists as lost."""
        return _recent(self._lost, at)

    def decommissioned(self, at: float) -> int:
        """Nodes that YARN still lists as decommissioned."""
        return _recent(self._drained, at)

    def _count(self, at: float) -> Nodes:
        sums = {role: [0] * 6 for role in ("MASTER", "CORE", "TASK", "TOTAL")}
        hdfs = 0
        for (role, instance_type, weight, disk), spans in self._spans.items():
            shape = self._shapes.get(instance_type)
            asked, running = spans.requested(at), spans.running(at)
            figures = (
                *(asked * weight, asked, asked * shape.vcpu),
                *(running * weight, running, running * shape.vcpu),
            )
            for place in (role, "TOTAL"):
                sums[place] = [have + more for have, more in zip(sums[place], figures, strict=True)]
            if role == "CORE":
                hdfs += running * (shape.nvme_gb + disk) * _GIB
        return Nodes(
            requested={role: Capacity(*figures[:3]) for role, figures in sums.items()},
            running={role: Capacity(*figures[3:]) for role, figures in sums.items()},
            hdfs_bytes=hdfs,
        )


def _recent(ends: list[float], at: float) -> int:
    if not ends:
        return 0
    return bisect_right(ends, at) - bisect_right(ends, at - _REMEMBERED)


def node_history(cluster: Cluster, shapes: Shapes) -> NodeHistory:
    """The cluster's :class:`NodeHistory`, kept until one of its instances changes."""
    known = cluster.node_cache.get("nodes")
    if not isinstance(known, NodeHistory):
        known = cluster.node_cache["nodes"] = NodeHistory(cluster, shapes)
    return known


@dataclass(frozen=True, slots=True)
class Finished:
    """How many applications had ended by an instant."""

    completed: int = 0
    failed: int = 0
    killed: int = 0

    @property
    def all(self) -> int:
        """However they ended."""
        return self.completed + self.failed + self.killed


class StepHistory:
    """When the applications of a cluster ran and how they ended.

    Those that are forgotten count as if they had ended long ago: counters never go back.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._steps = applications_of(cluster)
        self._changes: list[float] = []
        self._running: list[tuple[Step | Application, ...]] = [()]
        self._ends: list[float] = []
        self._forgotten: dict[str, int] = cluster.applications_forgotten
        self._sweep()
        self._tally()

    def running(self, at: float) -> tuple[Step | Application, ...]:
        """The applications that ran at an instant, in the order of submission."""
        return self._running[bisect_right(self._changes, at)]

    def finished(self, at: float) -> Finished:
        """What had ended by an instant."""
        return self._finished[bisect_right(self._ends, at)]

    def _sweep(self) -> None:
        """Note who runs after each start and end, in the order of time."""
        changes: dict[float, list[tuple[int, bool]]] = defaultdict(list)
        for place, step in enumerate(self._steps):
            if step.started < step.ended:
                changes[step.started].append((place, True))
                if step.ended != NEVER:
                    changes[step.ended].append((place, False))
        active: list[int] = []
        for at in sorted(changes):
            for place, starts in changes[at]:
                if starts:
                    insort(active, place)
                else:
                    del active[bisect_left(active, place)]
            self._changes.append(at)
            self._running.append(tuple(self._steps[place] for place in active))

    def next_change(self, at: float) -> float:
        """When the next application starts or ends after an instant."""
        place = bisect_right(self._changes, at)
        return self._changes[place] if place < len(self._changes) else NEVER

    def _tally(self) -> None:
        counts = {name: self._forgotten.get(name, 0) for name in ("FINISHED", "FAILED", "KILLED")}
        self._finished = [Finished(*counts.values())]
        done = [step for step in self._steps if step.ended != NEVER and not _runs(step)]
        for step in sorted(done, key=lambda item: item.ended):
            counts[outcome_of(step)] += 1
            self._ends.append(step.ended)
            self._finished.append(Finished(*counts.values()))


def _runs(application: Step | Application) -> bool:
    return application.state in ("RUNNING", "CANCEL_PENDING", "PENDING")


def step_history(cluster: Cluster) -> StepHistory:
    """The cluster's :class:`StepHistory`, kept until one of its steps changes."""
    known = cluster.step_cache.get("steps")
    if not isinstance(known, StepHistory):
        known = cluster.step_cache["steps"] = StepHistory(cluster)
    return known
