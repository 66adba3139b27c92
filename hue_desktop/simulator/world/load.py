"""What a cluster had to do at an instant: YARN, HDFS and node counts.

Everything derives from stored facts (the lives of instances, the intervals of steps) and chance,
so that a chart may ask for any instant of the past and always gets the same answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hue_desktop.simulator.world.history import Capacity, node_history, step_history
from hue_desktop.simulator.world.room import room_history
from hue_desktop.simulator.world.shapes import CONTAINER_MB

if TYPE_CHECKING:
    from hue_desktop.simulator.world.applications import Application, Runs
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.steps import Step
    from hue_desktop.simulator.world.world import World

__all__ = ["Capacity", "Load", "Share", "hdfs_capacity", "load_of", "shares_of"]


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
    vcores_total: int = 0
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


def hdfs_capacity(world: World, cluster: Cluster, at: float) -> int:
    """Bytes the data nodes offer HDFS at an instant, replicas not taken into account."""
    return node_history(cluster, world.shapes).nodes(at).hdfs_bytes


def load_of(world: World, cluster: Cluster, at: float) -> Load:
    """The cluster's load at ``at``; an empty one before it was ready and after its end."""
    history = node_history(cluster, world.shapes)
    nodes = history.nodes(at)
    if at < cluster.ready or at >= min(cluster.ended, cluster.terminating):
        return Load(requested=nodes.requested, running=_NOTHING)
    room = room_history(cluster, world.shapes).at(at)
    shares = shares_of(world, cluster, at)
    allocated = sum(share.got for share in shares)
    running_apps = sum(share.got > 0 for share in shares)
    pending_apps = len(shares) - running_apps
    # What drains offers nothing but counts with what it still holds, as in the ResourceManager.
    drained = min(allocated, room.draining)
    capacity = nodes.hdfs_bytes
    used = min(_hdfs_used(world, cluster, at), 0.97 * capacity)
    finished = step_history(cluster).finished(at)
    sick = history.unhealthy(at)
    core, task = nodes.running["CORE"].nodes, nodes.running["TASK"].nodes
    core_wanted = nodes.requested["CORE"].nodes
    return Load(
        apps_running=running_apps,
        apps_pending=pending_apps,
        apps_completed=finished.completed,
        apps_failed=finished.failed,
        apps_killed=finished.killed,
        apps_submitted=finished.all + running_apps + pending_apps,
        containers_allocated=allocated,
        containers_pending=sum(share.wanted - share.got for share in shares),
        memory_total_mb=room.memory_mb + drained * CONTAINER_MB,
        memory_allocated_mb=allocated * CONTAINER_MB,
        vcores_total=room.vcores + drained,
        hdfs_utilization_pct=100.0 * used / capacity if capacity else 0.0,
        hdfs_capacity_bytes=capacity,
        hdfs_used_bytes=int(used),
        is_idle=running_apps + pending_apps == 0,
        live_data_nodes_pct=min(100.0, 100.0 * core / core_wanted) if core_wanted else 0.0,
        mr_total_nodes=core + task,
        mr_active_nodes=room.nodes,
        mr_lost_nodes=history.lost(at),
        mr_unhealthy_nodes=sick,
        mr_decommissioned_nodes=history.decommissioned(at),
        core_nodes_running=core,
        core_nodes_pending=max(0, core_wanted - core),
        task_nodes_running=task,
        task_nodes_pending=max(0, nodes.requested["TASK"].nodes - task),
        requested=nodes.requested,
        running=nodes.running,
    )


@dataclass(frozen=True, slots=True)
class Share:
    """What one application wants and gets of the containers."""

    application: Step | Application
    wanted: int
    got: int


def shares_of(world: World, cluster: Cluster, at: float) -> tuple[Share, ...]:
    """How the applications that run share the containers: first come, first served."""
    room = room_history(cluster, world.shapes).at(at)
    free = room.containers + room.draining
    shares = []
    for application in step_history(cluster).running(at):
        wanted = _wanted(world, application, at)
        got = min(wanted, free)
        free -= got
        shares.append(Share(application, wanted, got))
    return tuple(shares)


def _wanted(world: World, step: Runs, at: float) -> int:
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
