"""Scaling policies and auto-termination."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hue_desktop.simulator.aws.emr.describe import auto_scaling_of
from hue_desktop.simulator.aws.emr.errors import validation
from hue_desktop.simulator.aws.emr.lookup import find_cluster, find_group, live_cluster
from hue_desktop.simulator.aws.emr.releases import version_of
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceGroup
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.world import World

__all__ = ["PolicyOperations", "check_idle_timeout", "check_managed_scaling"]

Json = dict[str, Any]
_MIN_IDLE, _MAX_IDLE = 60, 604_800


class PolicyOperations:
    """Managed scaling, automatic scaling of groups, auto-termination."""

    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "GetAutoTerminationPolicy": self.get_auto_termination_policy,
            "GetManagedScalingPolicy": self.get_managed_scaling_policy,
            "PutAutoScalingPolicy": self.put_auto_scaling_policy,
            "PutAutoTerminationPolicy": self.put_auto_termination_policy,
            "PutManagedScalingPolicy": self.put_managed_scaling_policy,
            "RemoveAutoScalingPolicy": self.remove_auto_scaling_policy,
            "RemoveAutoTerminationPolicy": self.remove_auto_termination_policy,
            "RemoveManagedScalingPolicy": self.remove_managed_scaling_policy,
        }

    # Managed scaling

    def put_managed_scaling_policy(self, call: Call) -> Json:
        """Let EMR scale the cluster between limits."""
        cluster = live_cluster(self._world, call.params["ClusterId"])
        policy = call.params["ManagedScalingPolicy"]
        check_managed_scaling(policy, cluster.release_label)
        fleets = cluster.collection_type == "INSTANCE_FLEET"
        unit = policy["ComputeLimits"]["UnitType"]
        if (unit == "InstanceFleetUnits") != fleets and unit != "VCPU":
            raise validation(f"Unit type {unit} does not fit a cluster of {_kind(cluster)}.")
        if any(_scales(group) for group in cluster.groups.values()):
            raise validation(
                "Managed scaling cannot be attached while an instance group has an automatic "
                "scaling policy."
            )
        cluster.managed_scaling = policy
        self._world.touch(cluster)
        self._world.scaling.look_soon(cluster)
        return {}

    def get_managed_scaling_policy(self, call: Call) -> Json:
        """The policy; nothing if there is none."""
        cluster = find_cluster(self._world, call.params["ClusterId"])
        policy = cluster.managed_scaling
        return {} if policy is None else {"ManagedScalingPolicy": policy}

    def remove_managed_scaling_policy(self, call: Call) -> Json:
        """Leave the cluster at its present size."""
        cluster = live_cluster(self._world, call.params["ClusterId"])
        cluster.managed_scaling = None
        cluster.scaling_low_since = NEVER
        self._world.unschedule("managed-scaling", cluster.id)
        self._world.touch(cluster)
        return {}

    # Automatic scaling of a group

    def put_auto_scaling_policy(self, call: Call) -> Json:
        """Give a core or task group rules over CloudWatch metrics."""
        world, params = self._world, call.params
        cluster = live_cluster(world, params["ClusterId"])
        group = find_group(cluster, params["InstanceGroupId"])
        policy = params["AutoScalingPolicy"]
        limits = policy["Constraints"]
        if world.compat != "moto":
            if group.role == "MASTER":
                raise validation("The master instance group cannot have a scaling policy.")
            if cluster.managed_scaling is not None:
                raise validation("The cluster has a managed scaling policy.")
            if not policy["Rules"]:
                raise validation("An automatic scaling policy must have at least one rule.")
        if not 0 <= limits["MinCapacity"] <= limits["MaxCapacity"]:
            raise validation("MinCapacity must be at least 0 and at most MaxCapacity.")
        world.scaling.attach(cluster, group, _resolved(policy, cluster))
        return {
            "ClusterId": cluster.id,
            "InstanceGroupId": group.id,
            "AutoScalingPolicy": auto_scaling_of(group, world.at),
            "ClusterArn": world.arn(cluster),
        }

    def remove_auto_scaling_policy(self, call: Call) -> Json:
        """Take a group's rules away."""
        cluster = live_cluster(self._world, call.params["ClusterId"])
        group = find_group(cluster, call.params["InstanceGroupId"])
        if self._world.compat == "moto":
            group.auto_scaling = None
            self._world.touch(group)
        else:
            self._world.scaling.detach(group)
        return {}

    # Auto-termination

    def put_auto_termination_policy(self, call: Call) -> Json:
        """End the cluster after it has been idle for a while."""
        cluster = live_cluster(self._world, call.params["ClusterId"])
        policy = call.params.get("AutoTerminationPolicy") or {}
        check_idle_timeout(policy, cluster.release_label)
        cluster.idle_timeout = int(policy.get("IdleTimeout") or 3600)
        cluster.idle_policy_since = self._world.at
        self._world.lifecycle.watch_idleness(cluster)
        self._world.touch(cluster)
        return {}

    def get_auto_termination_policy(self, call: Call) -> Json:
        """The policy; nothing if there is none."""
        cluster = find_cluster(self._world, call.params["ClusterId"])
        if cluster.idle_timeout is None:
            return {}
        return {"AutoTerminationPolicy": {"IdleTimeout": cluster.idle_timeout}}

    def remove_auto_termination_policy(self, call: Call) -> Json:
        """Let the cluster idle."""
        cluster = live_cluster(self._world, call.params["ClusterId"])
        cluster.idle_timeout = None
        self._world.lifecycle.watch_idleness(cluster)
        self._world.touch(cluster)
        return {}


def _scales(group: InstanceGroup) -> bool:
    return group.auto_scaling is not None and group.auto_scaling_removed == NEVER


def _kind(cluster: Cluster) -> str:
    fleets = cluster.collection_type == "INSTANCE_FLEET"
    return "instance fleets" if fleets else "instance groups"


def _resolved(policy: Json, cluster: Cluster) -> Json:
    """The policy with the placeholder for the cluster's id filled in, and no state."""
    rules = []
    for rule in policy["Rules"]:
        alarm = dict(rule["Trigger"]["CloudWatchAlarmDefinition"])
        alarm["Dimensions"] = [
            {**item, "Value": cluster.id} if item.get("Value") == "${emr.clusterId}" else item
            for item in alarm.get("Dimensions") or ()
        ]
        rules.append({**rule, "Trigger": {"CloudWatchAlarmDefinition": alarm}})
    return {"Constraints": policy["Constraints"], "Rules": rules}


def _check_release(what: str, label: str) -> None:
    """Both policies came with 5.30.0 and 6.1.0."""
    if label and (version_of(label) < (5, 30, 0) or (6, 0, 0) <= version_of(label) < (6, 1, 0)):
        raise validation(f"{what} is not supported for release label {label}.")


def check_managed_scaling(policy: Mapping[str, Any], label: str) -> None:
    """The release and the order of the limits; ValidationException if they do not fit."""
    _check_release("Managed scaling", label)
    limits = policy.get("ComputeLimits")
    if not limits:
        if policy.get("ScalingStrategy") == "ADVANCED":
            return
        raise validation("ComputeLimits must be specified.")
    low, high = limits["MinimumCapacityUnits"], limits["MaximumCapacityUnits"]
    if low < 1:
        raise validation("MinimumCapacityUnits must be at least 1.")
    if low > high:
        raise validation("MinimumCapacityUnits must not be greater than MaximumCapacityUnits.")
    on_demand = limits.get("MaximumOnDemandCapacityUnits", high)
    core = limits.get("MaximumCoreCapacityUnits", high)
    if not 0 <= on_demand <= high:
        raise validation("MaximumOnDemandCapacityUnits must be between 0 and the maximum.")
    if not 1 <= core <= high:
        raise validation("MaximumCoreCapacityUnits must be between 1 and the maximum.")


def check_idle_timeout(policy: Mapping[str, Any], label: str) -> None:
    """Between a minute and seven days, on a release that has auto-termination."""
    _check_release("Auto-termination", label)
    timeout = policy.get("IdleTimeout")
    if timeout is not None and not _MIN_IDLE <= timeout <= _MAX_IDLE:
        raise validation(f"IdleTimeout must be between {_MIN_IDLE} and {_MAX_IDLE} seconds.")
