"""Changes as API requests: each becomes exactly one EMR operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from hue_desktop.adapters.aws.request_cluster import cluster_request, fleet_request, group_request
from hue_desktop.adapters.aws.values import Wire, text, texts
from hue_desktop.core.changes import (
    AddTags,
    AddTaskFleet,
    AddTaskGroup,
    Change,
    CreateCluster,
    RemoveTags,
    ResizeFleet,
    ResizeGroup,
    SetAutoTermination,
    SetProtection,
    Terminate,
)

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
        case ResizeGroup() | ResizeFleet() | AddTaskGroup() | AddTaskFleet():
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


def _tags(change: AddTags | RemoveTags) -> ApiRequest:
    if isinstance(change, RemoveTags):
        parameters = {"ResourceId": change.cluster_id, "TagKeys": list(change.keys)}
        return ApiRequest("RemoveTags", parameters)
    tags = [{"Key": key, "Value": value} for key, value in change.tags]
    return ApiRequest("AddTags", {"ResourceId": change.cluster_id, "Tags": tags})


def _capacity(change: ResizeGroup | ResizeFleet | AddTaskGroup | AddTaskFleet) -> ApiRequest:
    match change:
        case ResizeGroup():
            group = {"InstanceGroupId": change.group_id, "InstanceCount": change.count}
            return ApiRequest(
                "ModifyInstanceGroups", {"ClusterId": change.cluster_id, "InstanceGroups": [group]}
            )
        case ResizeFleet():
            fleet: dict[str, Any] = {
                "InstanceFleetId": change.fleet_id,
                "TargetOnDemandCapacity": change.target_on_demand,
                "TargetSpotCapacity": change.target_spot,
            }
            return ApiRequest(
                "ModifyInstanceFleet", {"ClusterId": change.cluster_id, "InstanceFleet": fleet}
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
