"""Instance groups: listing, adding, resizing, reconfiguring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hue_desktop.simulator.aws.emr.capacity import (
    CapacityRules,
    make_group,
)
from hue_desktop.simulator.aws.emr.describe import group_of
from hue_desktop.simulator.aws.emr.errors import invalid_request, validation
from hue_desktop.simulator.aws.emr.lookup import find_cluster, find_group, live_job_flow, page
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceGroup
from hue_desktop.simulator.world.instances import Instance
from hue_desktop.simulator.world.provisioning import MAX_GROUP_INSTANCES
from hue_desktop.simulator.world.world import World

__all__ = ["GroupOperations"]

Json = dict[str, Any]
_PAGE = 100


class GroupOperations:
    """Operations on instance groups."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules = CapacityRules(world)

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "AddInstanceGroups": self.add_instance_groups,
            "ListInstanceGroups": self.list_instance_groups,
            "ModifyInstanceGroups": self.modify_instance_groups,
        }

    def list_instance_groups(self, call: Call) -> Json:
        """The groups of a cluster; an error for a cluster of fleets."""
        cluster = find_cluster(self._world, call.params["ClusterId"])
        if cluster.collection_type == "INSTANCE_FLEET":
            raise invalid_request("Instance fleets and instance groups are mutually exclusive.")
        chosen, more = page(list(cluster.groups.values()), call.params.get("Marker"), _PAGE)
        groups = [group_of(self._world, cluster, group) for group in chosen]
        return {"InstanceGroups": groups, **more}

    def add_instance_groups(self, call: Call) -> Json:
        """Add task groups (or the core group that is missing) to a running cluster."""
        world = self._world
        cluster = live_job_flow(world, call.params["JobFlowId"])
        if cluster.collection_type == "INSTANCE_FLEET":
            raise validation("Instance groups cannot be added to a cluster of instance fleets.")
        configs = call.params["InstanceGroups"]
        roles = [group.role for group in cluster.groups.values()]
        self._rules.check_group_counts(roles + [config["InstanceRole"] for config in configs])
        for config in configs:
            self._rules.check_group(config)
        ids = []
        for config in configs:
            group = make_group(world, cluster, config, len(cluster.groups) + 1)
            cluster.groups[group.id] = group
            world.lifecycle.provision(cluster, group)
            world.resizing.expect(cluster, group)
            if config.get("AutoScalingPolicy"):
                world.scaling.attach(cluster, group, config["AutoScalingPolicy"])
            ids.append(group.id)
        world.touch(cluster)
        return {
            "JobFlowId": cluster.id,
            "InstanceGroupIds": ids,
            "ClusterArn": world.arn(cluster),
        }

    # Modifying

    def modify_instance_groups(self, call: Call) -> None:
        """Resize or reconfigure groups; all is checked before anything changes."""
        changes = call.params.get("InstanceGroups") or []
        found = [self._target(call.params.get("ClusterId"), change) for change in changes]
        for (cluster, group), change in zip(found, changes, strict=True):
            self._check(cluster, group, change)
        for (cluster, group), change in zip(found, changes, strict=True):
            self._apply(cluster, group, change)

    def _target(self, cluster_id: str | None, change: Json) -> tuple[Cluster, InstanceGroup]:
        group_id = change["InstanceGroupId"]
        if cluster_id:
            cluster = find_cluster(self._world, cluster_id)
        else:
            cluster = next(
                (item for item in self._world.clusters.values() if group_id in item.groups), None
            ) or self._unknown(group_id)
        group = find_group(cluster, group_id)
        if cluster.state not in ("RUNNING", "WAITING") and self._world.compat != "moto":
            raise validation(
                "An instance group may only be modified when the job flow is running or waiting"
            )
        return cluster, group

    def _unknown(self, group_id: str) -> Cluster:
        raise validation(f"Instance group id '{group_id}' is not valid.")

    def _check(self, cluster: Cluster, group: InstanceGroup, change: Json) -> None:
        count = change.get("InstanceCount")
        configurations = change.get("Configurations")
        named = change.get("ShrinkPolicy") or change.get("EC2InstanceIdsToTerminate")
        if count is None and configurations is None and not named:
            raise validation("Please provide an instance count or configurations to modify.")
        if count is not None:
            if configurations is not None and self._world.compat != "moto":
                raise validation("A group cannot be resized and reconfigured in one request.")
            if group.role == "MASTER" and count != group.target and self._world.compat != "moto":
                raise validation("The master instance group may not be resized.")
            if not 0 <= count <= MAX_GROUP_INSTANCES:
                raise validation(f"Instance count must be between 0 and {MAX_GROUP_INSTANCES}.")
            if group.role == "CORE" and count < 1:
                raise validation("A core instance group must have at least one instance.")
        for name in ("EC2InstanceIdsToTerminate",):
            self._members(group, change.get(name) or ())
        policy = (change.get("ShrinkPolicy") or {}).get("InstanceResizePolicy") or {}
        self._members(group, policy.get("InstancesToTerminate") or ())
        self._members(group, policy.get("InstancesToProtect") or ())

    def _members(self, group: InstanceGroup, ids: list[str] | tuple[str, ...]) -> list[Instance]:
        """The group's instances with these EC2 ids; ValidationException for a stranger."""
        by_id = {member.ec2_id: member for member in group.members} if ids else {}
        for instance_id in ids:
            if instance_id not in by_id or by_id[instance_id].ended <= self._world.at:
                raise validation(
                    f"Instance '{instance_id}' does not run in instance group '{group.id}'."
                )
        return [by_id[instance_id] for instance_id in ids]

    def _apply(self, cluster: Cluster, group: InstanceGroup, change: Json) -> None:
        world = self._world
        if "ShrinkPolicy" in change:
            group.shrink_policy = change["ShrinkPolicy"] or {}
            world.touch(group)
        doomed = self._members(group, change.get("EC2InstanceIdsToTerminate") or ())
        if doomed:
            world.resizing.terminate_now(cluster, group, doomed)
        if change.get("InstanceCount") is not None:
            world.resizing.resize_group(cluster, group, change["InstanceCount"])
        if change.get("Configurations") is not None:
            configurations = change["Configurations"]
            if change.get("ReconfigurationType") == "MERGE":
                configurations = _merged(group.configurations, configurations)
            world.resizing.reconfigure(cluster, group, configurations)


def _merged(old: list[Json], new: list[Json]) -> list[Json]:
    """Classifications of both; properties of the new one win."""
    merged = {item.get("Classification", ""): dict(item) for item in old}
    for item in new:
        have = merged.setdefault(item.get("Classification", ""), {})
        properties = {**(have.get("Properties") or {}), **(item.get("Properties") or {})}
        merged[item.get("Classification", "")] = {**have, **item, "Properties": properties}
    return list(merged.values())
