"""Scaling by policy: EMR managed scaling, and the custom automatic scaling of groups.

Managed scaling looks at YARN's demand while there is work: what waits makes the cluster grow (core
first, On-Demand up to its limit, then Spot), ten quiet minutes make it shrink (task first, Spot
first), never beyond the limits and never the primary node.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.load import Load
from hue_desktop.simulator.world.provisioning import MAX_GROUP_INSTANCES
from hue_desktop.simulator.world.timeline import Event

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["Scaling", "auto_scaling_state"]

_LOOK_AFTER = 15.0
_LOOK_AGAIN = 120.0
_QUIET = 600.0
_PERIOD = 300.0
#: Seconds after PutAutoScalingPolicy at which a policy is ATTACHING, then ATTACHED.
_ATTACHING, _ATTACHED = 3.0, 15.0
_DETACHED = 10.0


class Scaling:
    """Acts on the scaling policies of clusters."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> Mapping[str, Callable[[Event], None]]:
        """What to do when an event of a kind is due."""
        return {"managed-scaling": self._on_look, "auto-scaling": self._on_period}

    # Managed scaling

    def look_soon(self, cluster: Cluster) -> None:
        """Something changed the demand: let managed scaling look."""
        world = self._world
        if cluster.managed_scaling is None or world.compat == "moto" or cluster.ready == NEVER:
            return
        if world.due("managed-scaling", cluster.id) is None:
            world.schedule(world.at + _LOOK_AFTER, "managed-scaling", cluster.id)

    def _on_look(self, event: Event) -> None:
        world = self._world
        cluster = world.clusters[event.cluster_id]
        if cluster.managed_scaling is None or cluster.state not in ("RUNNING", "WAITING"):
            return
        load = world.load_of(cluster)
        limits = cluster.managed_scaling["ComputeLimits"]
        unit = limits["UnitType"]
        have = self._units(cluster, unit)
        wanted = self._wanted(load, have)
        target = min(max(wanted, limits["MinimumCapacityUnits"]), limits["MaximumCapacityUnits"])
        busy = self._resizing(cluster)
        quiet = self._quiet(cluster, target < have)
        if target > have or (target < have and quiet and not busy):
            self._spread(cluster, unit, target)
        # What cannot grow (no task group to put it in) is not tried again until work comes.
        if cluster.active_steps or target < have or self._resizing(cluster):
            world.schedule(world.at + _LOOK_AGAIN, "managed-scaling", cluster.id)

    @staticmethod
    def _resizing(cluster: Cluster) -> bool:
        return any(item.resizing for item in cluster.collections() if item.role != "MASTER")

    @staticmethod
    def _wanted(load: Load, have: int) -> int:
        """Units that the demand needs, with a tenth to spare."""
        demand = load.containers_allocated + load.containers_pending
        if not demand or not load.containers_allocated:
            return have if demand else 0
        taken = load.memory_allocated_mb / max(1, load.memory_total_mb)
        return math.ceil(1.1 * have * taken * demand / load.containers_allocated)

    def _quiet(self, cluster: Cluster, low: bool) -> bool:
        """Whether the cluster has had too much capacity for a while."""
        since = cluster.scaling_low_since
        if not low:
            cluster.scaling_low_since = NEVER
        elif since == NEVER:
            cluster.scaling_low_since = self._world.at
        self._world.touch(cluster)
        return low and since != NEVER and self._world.at - since >= _QUIET

    def _units(self, cluster: Cluster, unit: str, role: str = "", market: str = "") -> int:
        """Capacity asked for on core and task nodes, in the policy's unit."""
        total = 0
        for item in cluster.collections():
            if item.role != "MASTER" and role in ("", item.role):
                for member in item.alive():
                    if market in ("", member.market):
                        total += self._worth(member.instance_type, member.weight, unit)
        return total

    def _worth(self, instance_type: str, weight: int, unit: str) -> int:
        if unit == "VCPU":
            return self._world.shapes.get(instance_type).vcpu
        return weight if unit == "InstanceFleetUnits" else 1

    def _spread(self, cluster: Cluster, unit: str, target: int) -> None:
        """Bring the cluster to a target, within the limits of core and On-Demand capacity."""
        assert cluster.managed_scaling is not None
        limits = cluster.managed_scaling["ComputeLimits"]
        maximum = limits["MaximumCapacityUnits"]
        core_cap = limits.get("MaximumCoreCapacityUnits", maximum)
        on_demand_cap = limits.get("MaximumOnDemandCapacityUnits", maximum)
        core_floor = min(core_cap, limits["MinimumCapacityUnits"])
        core = self._units(cluster, unit, "CORE")
        if target >= self._units(cluster, unit):
            core_target = max(core, min(core_cap, target))
        else:
            core_target = min(core, max(core_floor, target))
        self._set_role(cluster, "CORE", unit, core_target, on_demand_cap)
        room = max(0, on_demand_cap - self._units(cluster, unit, "CORE", "ON_DEMAND"))
        self._set_role(cluster, "TASK", unit, max(0, target - core_target), room)

    def _set_role(
        self, cluster: Cluster, role: str, unit: str, target: int, on_demand: int
    ) -> None:
        """Divide a role's capacity among its groups or its fleet: On-Demand first."""
        for item in cluster.of_role(role):
            if isinstance(item, InstanceFleet):
                first = min(target, on_demand) if item.on_demand_target or role == "CORE" else 0
                if (first, target - first) != (item.on_demand_target, item.spot_target):
                    self._world.resizing.resize_fleet(cluster, item, first, target - first)
                return
        groups = [item for item in cluster.of_role(role) if isinstance(item, InstanceGroup)]
        for group in sorted(groups, key=lambda item: item.market != "ON_DEMAND"):
            worth = self._worth(group.instance_type, 1, unit)
            room = min(target, on_demand) if group.market == "ON_DEMAND" else target
            count = min(room // worth, MAX_GROUP_INSTANCES)
            target -= count * worth
            if count != group.target:
                self._world.resizing.resize_group(cluster, group, count)

    # Custom automatic scaling

    def attach(self, cluster: Cluster, group: InstanceGroup, policy: dict[str, Any]) -> None:
        """Give a group a policy of rules."""
        world = self._world
        group.auto_scaling = policy
        moto = world.compat == "moto"
        group.auto_scaling_since = world.at - _ATTACHED if moto else world.at
        group.auto_scaling_removed = NEVER
        world.touch(group)
        if not moto:
            world.schedule(world.at + _PERIOD, "auto-scaling", cluster.id, group.id)

    def detach(self, group: InstanceGroup) -> None:
        """Take a group's policy away; it is DETACHING for a moment."""
        if group.auto_scaling is not None:
            group.auto_scaling_removed = self._world.at
            self._world.unschedule("auto-scaling", group.id)
            self._world.touch(group)

    def _on_period(self, event: Event) -> None:
        world = self._world
        cluster = world.clusters[event.cluster_id]
        group = cluster.groups[event.subject]
        if group.auto_scaling is None or not cluster.live:
            return
        due = world.made_up_for(event) or world.at + _PERIOD
        world.schedule(due, "auto-scaling", cluster.id, group.id)
        if cluster.state not in ("RUNNING", "WAITING") or group.resizing:
            return
        limits = group.auto_scaling["Constraints"]
        wanted = group.target
        for rule in group.auto_scaling["Rules"]:
            action = rule["Action"]["SimpleScalingPolicyConfiguration"]
            cooled = world.at - group.scaled_at >= action.get("CoolDown", 0)
            if cooled and self._alarmed(cluster, rule["Trigger"]["CloudWatchAlarmDefinition"]):
                wanted = _adjusted(group.target, action)
                break
        wanted = min(max(wanted, limits["MinCapacity"]), limits["MaxCapacity"])
        wanted = max(0, min(wanted, MAX_GROUP_INSTANCES))
        if wanted != group.target:
            group.scaled_at = world.at
            world.resizing.resize_group(cluster, group, wanted)

    def _alarmed(self, cluster: Cluster, alarm: dict[str, Any]) -> bool:
        """Whether the metric was beyond the threshold in each of the periods."""
        for period in range(alarm.get("EvaluationPeriods", 1)):
            at = self._world.at - period * alarm["Period"]
            if at < cluster.ready:
                return False
            value = _metric(self._world.load_of(cluster, at), alarm["MetricName"])
            if value is None or not _COMPARE[alarm["ComparisonOperator"]](
                value, alarm["Threshold"]
            ):
                return False
        return True


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GREATER_THAN_OR_EQUAL": lambda value, threshold: value >= threshold,
    "GREATER_THAN": lambda value, threshold: value > threshold,
    "LESS_THAN": lambda value, threshold: value < threshold,
    "LESS_THAN_OR_EQUAL": lambda value, threshold: value <= threshold,
}


def _metric(load: Load, name: str) -> float | None:
    """A CloudWatch metric of the cluster, as far as scaling rules use it."""
    free = 100.0 * load.memory_available_mb / load.memory_total_mb if load.memory_total_mb else 0.0
    allocated = max(1, load.containers_allocated)
    metrics: dict[str, float] = {
        "AppsPending": load.apps_pending,
        "AppsRunning": load.apps_running,
        "ContainerAllocated": load.containers_allocated,
        "ContainerPending": load.containers_pending,
        "ContainerPendingRatio": load.containers_pending / allocated,
        "HDFSUtilization": load.hdfs_utilization_pct,
        "IsIdle": float(load.is_idle),
        "MemoryAvailableMB": load.memory_available_mb,
        "YARNMemoryAvailablePercentage": free,
    }
    return metrics.get(name)


def _adjusted(count: int, action: dict[str, Any]) -> int:
    """The capacity a rule's action leads to."""
    change = int(action["ScalingAdjustment"])
    kind = action.get("AdjustmentType", "CHANGE_IN_CAPACITY")
    if kind == "EXACT_CAPACITY":
        return change
    if kind == "PERCENT_CHANGE_IN_CAPACITY":
        step = count * change / 100.0
        return count + (math.ceil(step) if step > 0 else math.floor(step))
    return count + change


def auto_scaling_state(group: InstanceGroup, at: float) -> str:
    """The state of a group's policy at an instant; empty without one."""
    if group.auto_scaling is None:
        return ""
    if at >= group.auto_scaling_removed:
        return "DETACHING" if at - group.auto_scaling_removed < _DETACHED else "DETACHED"
    age = at - group.auto_scaling_since
    if age < _ATTACHING:
        return "PENDING"
    return "ATTACHING" if age < _ATTACHED else "ATTACHED"
