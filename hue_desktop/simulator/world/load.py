"""What a cluster had to do at an instant: YARN, HDFS and node counts.

Everything derives from stored facts (the lives of instances, the intervals of steps) and chance,
so that a chart may ask for any instant of the past and always gets the same answer.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.shapes import CONTAINER_MB

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.steps import Step
    from hue_desktop.simulator.world.world import World

__all__ = ["Capacity", "Load", "hdfs_capacity", "load_of"]

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
class Load:
    """The cluster at one instant; ``requested`` and ``running`` are by role and ``TOTAL``."""

    apps_running: int = 0
    apps_pending: int = 0
    apps_completed: int = 0
    apps_failed: int = 0
    apps_killed: int = 0
    apps_submitted: int = 0
    containers_allocated: int = 0
    containers_pending: int = 0
    memory_total_mb: int = 0
    memory_allocated_mb: int = 0
    hdfs_utilization_pct: float = 0.0
    hdfs_capacity_bytes: int = 0
    hdfs_used_bytes: int = 0
    is_idle: bool = True
    live_data_nodes_pct: float = 0.0
    mr_total_nodes: int = 0
    mr_active_nodes: int = 0
    mr_lost_nodes: int = 0
    mr_unhealthy_nodes: int = 0
    mr_decommissioned_nodes: int = 0
    core_nodes_running: int = 0
    core_nodes_pending: int = 0
    task_nodes_running: int = 0
    task_nodes_pending: int = 0
    requested: dict[str, Capacity] = field(default_factory=dict)
    running: dict[str, Capacity] = field(default_factory=dict)

    @property
    def memory_available_mb(self) -> int:
        """YARN memory nobody holds."""
        return self.memory_total_mb - self.memory_allocated_mb


_NOTHING = {role: Capacity() for role in ("MASTER", "CORE", "TASK", "TOTAL")}


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


class _Nodes:
    """The lives of all instances of a cluster, arranged for questions about an instant."""

    def __init__(self, cluster: Cluster) -> None:
        self.spans: dict[tuple[str, str, int, int], _Spans] = defaultdict(_Spans)
        self.sick: list[float] = []
        self.sick_ended: list[float] = []
        self.drained: list[float] = []
        self.lost: list[float] = []
        sizes: dict[int, int] = {}
        for instance in cluster.instances.values():
            volumes = instance.volumes
            disk = sizes.get(id(volumes))
            if disk is None:
                disk = sizes[id(volumes)] = sum(volume[2] for volume in volumes)
            key = (instance.role, instance.instance_type, instance.weight, disk)
            self.spans[key].add(instance)
            if instance.unhealthy != NEVER:
                self.sick.append(instance.unhealthy)
                self.sick_ended.append(instance.ended)
            if instance.ended != NEVER and instance.role != "MASTER":
                if instance.draining != NEVER:
                    self.drained.append(instance.ended)
                elif instance.end_code != "CLUSTER_TERMINATED":
                    self.lost.append(instance.ended)
        for spans in self.spans.values():
            spans.sort()
        for instants in (self.sick, self.sick_ended, self.drained, self.lost):
            instants.sort()


def _nodes(cluster: Cluster) -> _Nodes:
    nodes = cluster.node_cache.get("nodes")
    if not isinstance(nodes, _Nodes):
        nodes = cluster.node_cache["nodes"] = _Nodes(cluster)
    return nodes


def hdfs_capacity(world: World, cluster: Cluster, at: float) -> int:
    """Bytes the data nodes offer HDFS at an instant, replicas not taken into account."""
    total = 0
    for (role, instance_type, _, disk), spans in _nodes(cluster).spans.items():
        if role == "CORE":
            nvme = world.shapes.get(instance_type).nvme_gb
            total += spans.running(at) * (nvme + disk) * _GIB
    return total


def load_of(world: World, cluster: Cluster, at: float) -> Load:
    """The cluster's load at ``at``; an empty one before it was ready and after its end."""
    if at < cluster.ready or at >= min(cluster.ended, cluster.terminating):
        return Load(requested=_capacities(world, cluster, at)[0], running=_NOTHING)
    requested, running = _capacities(world, cluster, at)
    containers, memory = _yarn_capacity(world, cluster, at)
    running_apps, pending_apps, allocated, pending = _share(world, cluster, at, containers)
    capacity = hdfs_capacity(world, cluster, at)
    used = min(_hdfs_used(world, cluster, at), 0.97 * capacity)
    finished = Counter(step.state for step in cluster.steps.values() if step.ended <= at)
    nodes = _nodes(cluster)
    sick = bisect_right(nodes.sick, at) - bisect_right(nodes.sick_ended, at)
    core, task = running["CORE"].nodes, running["TASK"].nodes
    core_wanted = requested["CORE"].nodes
    return Load(
        apps_running=running_apps,
        apps_pending=pending_apps,
        apps_completed=finished["COMPLETED"],
        apps_failed=finished["FAILED"],
        apps_killed=finished["INTERRUPTED"],
        apps_submitted=sum(finished.values()) + running_apps + pending_apps,
        containers_allocated=allocated,
        containers_pending=pending,
        memory_total_mb=memory,
        memory_allocated_mb=min(memory, allocated * CONTAINER_MB),
        hdfs_utilization_pct=100.0 * used / capacity if capacity else 0.0,
        hdfs_capacity_bytes=capacity,
        hdfs_used_bytes=int(used),
        is_idle=running_apps + pending_apps == 0,
        live_data_nodes_pct=min(100.0, 100.0 * core / core_wanted) if core_wanted else 0.0,
        mr_total_nodes=core + task,
        mr_active_nodes=max(0, core + task - sick),
        mr_lost_nodes=_recent(nodes.lost, at),
        mr_unhealthy_nodes=sick,
        mr_decommissioned_nodes=_recent(nodes.drained, at),
        core_nodes_running=core,
        core_nodes_pending=max(0, core_wanted - core),
        task_nodes_running=task,
        task_nodes_pending=max(0, requested["TASK"].nodes - task),
        requested=requested,
        running=running,
    )


def _recent(ends: list[float], at: float) -> int:
    return bisect_right(ends, at) - bisect_right(ends, at - _REMEMBERED)


def _capacities(
    world: World, cluster: Cluster, at: float
) -> tuple[dict[str, Capacity], dict[str, Capacity]]:
    """Requested and running capacity by role, and in ``TOTAL``."""
    sums = {role: [0] * 6 for role in ("MASTER", "CORE", "TASK", "TOTAL")}
    for (role, instance_type, weight, _), spans in _nodes(cluster).spans.items():
        vcpu = world.shapes.get(instance_type).vcpu
        asked, running = spans.requested(at), spans.running(at)
        figures = (asked * weight, asked, asked * vcpu, running * weight, running, running * vcpu)
        for place in (role, "TOTAL"):
            sums[place] = [have + more for have, more in zip(sums[place], figures, strict=True)]
    return (
        {role: Capacity(*figures[:3]) for role, figures in sums.items()},
        {role: Capacity(*figures[3:]) for role, figures in sums.items()},
    )


def _yarn_capacity(world: World, cluster: Cluster, at: float) -> tuple[int, int]:
    """Containers that fit and megabytes YARN manages, on core and task nodes."""
    containers = memory = 0
    for (role, instance_type, _, _), spans in _nodes(cluster).spans.items():
        if role != "MASTER":
            shape = world.shapes.get(instance_type)
            running = spans.running(at)
            containers += running * shape.containers
            memory += running * shape.yarn_mb
    return containers, memory


def _share(world: World, cluster: Cluster, at: float, free: int) -> tuple[int, int, int, int]:
    """How the applications share the containers: first come, first served."""
    running = waiting = allocated = pending = 0
    steps = cluster.active_steps if at >= world.at else cluster.steps
    for step in steps.values():
        if step.runs_at(at):
            wanted = _wanted(world, step, at)
            got = min(wanted, free)
            free -= got
            allocated += got
            pending += wanted - got
            running += got > 0
            waiting += got == 0
    return running, waiting, allocated, pending


def _wanted(world: World, step: Step, at: float) -> int:
    """Containers an application wants: it ramps up, wavers, and tapers off."""
    age = at - step.started
    ramp = min(1.0, 0.25 + age / 60.0)
    taper = min(1.0, 0.3 + (step.ended - at) / 60.0)
    waver = 0.75 + 0.25 * world.chance.unit("waver", step.id, int(at // 60))
    return max(1, round(step.containers * min(ramp, taper) * waver))


def _hdfs_used(world: World, cluster: Cluster, at: float) -> float:
    """Bytes on HDFS: what was there, a little more each day, and a tide of temporary files."""
    days = max(0.0, at - cluster.ready) / 86400.0
    phase = world.chance.unit("hdfs-tide", cluster.id)
    tide = 0.06 * math.sin(2 * math.pi * (at / 21600.0 + phase))
    return cluster.hdfs_base * (1.0 + tide + min(0.25, 0.02 * days))
