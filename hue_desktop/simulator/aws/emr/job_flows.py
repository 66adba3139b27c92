"""DescribeJobFlows: deprecated since 2012 and still answered, as by the real service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hue_desktop.simulator.aws.emr.describe import (
    collection_state,
    master_dns,
    normalized_hours,
    present,
)
from hue_desktop.simulator.aws.emr.errors import validation
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceGroup
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.steps import Step
from hue_desktop.simulator.world.world import World

__all__ = ["JobFlowOperations"]

Json = dict[str, Any]
_MAX_ANSWERED = 512
_STATES = {"TERMINATING": "SHUTTING_DOWN", "TERMINATED_WITH_ERRORS": "FAILED"}
_STEP_STATES = {"CANCEL_PENDING": "RUNNING"}


class JobFlowOperations:
    """The old view of clusters."""

    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"DescribeJobFlows": self.describe_job_flows}

    def describe_job_flows(self, call: Call) -> Json:
        """Clusters as job flows, 512 at most; ValidationException for an unknown id."""
        params = call.params
        ids, states = params.get("JobFlowIds") or (), set(params.get("JobFlowStates") or ())
        for cluster_id in ids:
            if self._world.cluster(cluster_id) is None:
                raise validation("Specified job flow ID not valid")
        after, before = params.get("CreatedAfter"), params.get("CreatedBefore")
        since = after.timestamp() if after else float("-inf")
        until = before.timestamp() if before else float("inf")
        found = [
            cluster
            for cluster in self._world.clusters.values()
            if (not ids or cluster.id in ids)
            and (not states or _state(cluster) in states)
            and since <= cluster.created <= until
        ]
        return {"JobFlows": [self._described(cluster) for cluster in found[-_MAX_ANSWERED:]]}

    def _described(self, cluster: Cluster) -> Json:
        request = cluster.request
        return {
            "JobFlowId": cluster.id,
            "Name": cluster.name,
            "ExecutionStatusDetail": {
                "State": _state(cluster),
                **_when(
                    CreationDateTime=cluster.created,
                    StartDateTime=cluster.ready,
                    ReadyDateTime=cluster.ready,
                    EndDateTime=cluster.ended,
                ),
                **present(LastStateChangeReason=cluster.reason_message),
            },
            "Instances": self._instances(cluster),
            "Steps": [_step(step) for step in cluster.steps.values()],
            "BootstrapActions": [
                {"BootstrapActionConfig": action} for action in cluster.bootstrap_actions
            ],
            "SupportedProducts": [],
            "VisibleToAllUsers": cluster.visible_to_all,
            **present(
                LogUri=request.get("LogUri"),
                AmiVersion=request.get("RunningAmiVersion"),
                JobFlowRole=cluster.ec2_attributes.get("IamInstanceProfile"),
                ServiceRole=request.get("ServiceRole"),
                AutoScalingRole=request.get("AutoScalingRole"),
                ScaleDownBehavior=request.get("ScaleDownBehavior"),
            ),
        }

    def _instances(self, cluster: Cluster) -> Json:
        at = self._world.at
        groups = list(cluster.groups.values())
        masters = [item for item in cluster.instances.values() if item.role == "MASTER"]
        others = [item for item in cluster.instances.values() if item.role == "CORE"]
        attributes = cluster.ec2_attributes
        return {
            "MasterInstanceType": masters[0].instance_type if masters else "unknown",
            "SlaveInstanceType": others[0].instance_type if others else "unknown",
            "InstanceCount": sum(at < item.ended for item in cluster.instances.values()),
            "InstanceGroups": [self._group(cluster, group) for group in groups],
            "NormalizedInstanceHours": normalized_hours(self._world, cluster),
            "Placement": {"AvailabilityZone": cluster.az},
            "KeepJobFlowAliveWhenNoSteps": cluster.keep_alive,
            "TerminationProtected": cluster.protected,
            "UnhealthyNodeReplacement": cluster.replace_unhealthy,
            **present(
                MasterPublicDnsName=master_dns(self._world, cluster),
                MasterInstanceId=masters[0].ec2_id if masters else None,
                Ec2KeyName=attributes.get("Ec2KeyName"),
                Ec2SubnetId=attributes.get("Ec2SubnetId"),
            ),
        }

    def _group(self, cluster: Cluster, group: InstanceGroup) -> Json:
        at = self._world.at
        return {
            "InstanceGroupId": group.id,
            "Name": group.name,
            "Market": group.market,
            "InstanceRole": group.role,
            "InstanceType": group.instance_type,
            "InstanceRequestCount": group.target,
            "InstanceRunningCount": len(group.running(at)),
            "State": collection_state(cluster, group, at),
            **_when(
                CreationDateTime=group.created,
                StartDateTime=group.created,
                ReadyDateTime=group.ready,
                EndDateTime=group.ended,
            ),
            **present(BidPrice=group.bid_price, LastStateChangeReason=group.reason_message),
        }


def _state(cluster: Cluster) -> str:
    if cluster.state == "TERMINATED" and cluster.reason_code == "ALL_STEPS_COMPLETED":
        return "COMPLETED"
    return _STATES.get(cluster.state, cluster.state)


def _step(step: Step) -> Json:
    jar: Json = {"Jar": step.jar, "Args": step.args, **present(MainClass=step.main_class)}
    jar["Properties"] = [{"Key": key, "Value": value} for key, value in step.properties.items()]
    return {
        "StepConfig": {
            "Name": step.name,
            "ActionOnFailure": step.action_on_failure,
            "HadoopJarStep": jar,
        },
        "ExecutionStatusDetail": {
            "State": _STEP_STATES.get(step.state, step.state),
            **_when(
                CreationDateTime=step.created,
                StartDateTime=step.started,
                EndDateTime=NEVER if step.active else step.ended,
            ),
            **present(LastStateChangeReason=step.message),
        },
    }


def _when(**instants: float) -> Json:
    return {
        name: datetime.fromtimestamp(instant, UTC)
        for name, instant in instants.items()
        if instant != NEVER
    }
