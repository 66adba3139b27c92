"""Changes as API requests: each becomes exactly one EMR operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from hue_desktop.adapters.aws.request_cluster import (
    cluster_request,
    fleet_request,
    fleet_resize_request,
    group_request,
    resize_request,
)
from hue_desktop.adapters.aws.values import Wire, text, texts
from hue_desktop.core.changes import (
    AddTags,
    AddTaskFleet,
    AddTaskGroup,
    Change,
    CreateCluster,
    KillInstances,
    RemoveTags,
    ResizeFleet,
    ResizeGroup,
    SetAutoTermination,
    SetManagedScaling,
    SetProtection,
    Terminate,
)
from hue_desktop.core.create_command import compute_limits

__all__ = ["ApiRequest", "outcome_of", "request_of"]


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """An EMR operation and its parameters as boto3 and the AWS CLI take them."""

    operation: str
    parameters: Mapping[str, Any]

    def text(self) -> str:
        """The operation's name, and its parameters as indented JSON."""
        return f"{self.operation} {json.dumps(self.parameters, indent=2, ensure_ascii=False)}"


def request_of(change: Change) -> ApiRequest:
    """The one request that carries the change out. ``ConfigurationError`` for broken JSON in it."""
    match change:
        case CreateCluster():
            return ApiRequest("RunJobFlow", cluster_request(change.spec))
        case Terminate():
            return ApiRequest("TerminateJobFlows", {"JobFlowIds": [change.cluster_id]})
        case SetProtection():
            parameters = {
                "JobFlowIds": [change.cluster_id],
                "TerminationProtected": change.protected,
            }
            return ApiRequest("SetTerminationProtection", parameters)
        case SetAutoTermination():
            return _auto_termination(change)
        case AddTags() | RemoveTags():
            return _tags(change)
        case SetManagedScaling():
            return _managed_scaling(change)
        case ResizeGroup() | ResizeFleet() | AddTaskGroup() | AddTaskFleet() | KillInstances():
            return _capacity(change)
        case _:
            assert_never(change)


def _auto_termination(change: SetAutoTermination) -> ApiRequest:
    if change.idle_timeout_s is None:
        return ApiRequest("RemoveAutoTerminationPolicy", {"ClusterId": change.cluster_id})
    parameters = {
        "ClusterId": change.cluster_id,
        "AutoTerminationPolicy": {"IdleTimeout": change.idle_timeout_s},
    }
    return ApiRequest("PutAutoTerminationPolicy", parameters)


def _managed_scaling(change: SetManagedScaling) -> ApiRequest:
    if change.policy is None:
        return ApiRequest("RemoveManagedScalingPolicy", {"ClusterId": change.cluster_id})
    limits = {"ComputeLimits": compute_limits(change.policy)}
    return ApiRequest(
        "PutManagedScalingPolicy",
        {"ClusterId": change.cluster_id, "ManagedScalingPolicy": limits},
    )


def _tags(change: AddTags | RemoveTags) -> ApiRequest:
    if isinstance(change, RemoveTags):
        parameters = {"ResourceId": change.cluster_id, "TagKeys": list(change.keys)}
        return ApiRequest("RemoveTags", parameters)
    tags = [{"Key": key, "Value": value} for key, value in change.tags]
    return ApiRequest("AddTags", {"ResourceId": change.cluster_id, "Tags": tags})


def _capacity(
    change: ResizeGroup | ResizeFleet | AddTaskGroup | AddTaskFleet | KillInstances,
) -> ApiRequest:
    match change:
        case ResizeGroup() | KillInstances():
            group = resize_request(change)
            return ApiRequest(
                "ModifyInstanceGroups", {"ClusterId": change.cluster_id, "InstanceGroups": [group]}
            )
        case ResizeFleet():
            return ApiRequest(
                "ModifyInstanceFleet",
                {"ClusterId": change.cluster_id, "InstanceFleet": fleet_resize_request(change)},
            )
        case AddTaskGroup():
            groups = [group_request(change.group)]
            return ApiRequest(
                "AddInstanceGroups", {"JobFlowId": change.cluster_id, "InstanceGroups": groups}
            )
        case AddTaskFleet():
            parameters: dict[str, Any] = {
                "ClusterId": change.cluster_id,
                "InstanceFleet": fleet_request(change.fleet, launching=True),
            }
            return ApiRequest("AddInstanceFleet", parameters)
        case _:
            assert_never(change)


def outcome_of(change: Change, answer: Wire) -> Mapping[str, str]:
    """The ids that AWS gave: ``cluster_id``, ``group_id`` or ``fleet_id``."""
    match change:
        case CreateCluster():
            return {"cluster_id": text(answer, "JobFlowId")}
        case AddTaskGroup():
            ids = texts(answer, "InstanceGroupIds")
            return {"group_id": ids[0]} if ids else {}
        case AddTaskFleet():
            return {"fleet_id": text(answer, "InstanceFleetId")}
        case _:
            return {}
