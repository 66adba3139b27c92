"""Cluster, group and fleet specifications as RunJobFlow and its relatives take them.

Members that were not asked for are left out, so that AWS applies its own defaults.
"""

from __future__ import annotations

import json
from typing import Any

from hue_desktop.core.changes import (
    ClusterSpec,
    FleetSpec,
    GroupSpec,
    KillInstances,
    ResizeFleet,
    ResizeGroup,
)
from hue_desktop.core.clusters import BootstrapAction
from hue_desktop.core.create_command import compute_limits
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.instances import EbsVolume, FleetType, Market, Role
from hue_desktop.core.steps import StepSpec
from hue_desktop.core.text import _

__all__ = [
    "cluster_request",
    "fleet_request",
    "fleet_resize_request",
    "group_request",
    "resize_request",
]

Parameters = dict[str, Any]


def cluster_request(spec: ClusterSpec) -> Parameters:
    """RunJobFlow's parameters."""
    request: Parameters = {
        "Name": spec.name,
        "ReleaseLabel": spec.release,
        "Applications": [{"Name": name} for name in spec.applications],
        "Instances": _instances(spec),
        "Steps": [_step(step) for step in spec.steps],
        "BootstrapActions": [_bootstrap(action) for action in spec.bootstrap_actions],
        "Configurations": _configurations(spec.configurations_json),
        "Tags": [{"Key": key, "Value": value} for key, value in spec.tags],
        "ServiceRole": spec.service_role,
        "JobFlowRole": spec.instance_profile,
        "SecurityConfiguration": spec.security_configuration,
        "LogUri": spec.log_uri,
        "EbsRootVolumeSize": spec.root_volume_gib,
    }
    request = {key: value for key, value in request.items() if value not in (None, "", [])}
    request["VisibleToAllUsers"] = True
    if spec.step_concurrency != 1:
        request["StepConcurrencyLevel"] = spec.step_concurrency
    if spec.idle_timeout_s is not None:
        request["AutoTerminationPolicy"] = {"IdleTimeout": spec.idle_timeout_s}
    if spec.managed_scaling is not None:
        limits = compute_limits(spec.managed_scaling)
        request["ManagedScalingPolicy"] = {"ComputeLimits": limits}
    return request


def _instances(spec: ClusterSpec) -> Parameters:
    request: Parameters = {
        "InstanceGroups": [group_request(group) for group in spec.groups],
        "InstanceFleets": [fleet_request(fleet, launching=True) for fleet in spec.fleets],
        "Ec2KeyName": spec.key_name,
    }
    if spec.fleets:
        request["Ec2SubnetIds"] = list(spec.subnet_ids)
    elif spec.subnet_ids:
        request["Ec2SubnetId"] = spec.subnet_ids[0]
    request = {key: value for key, value in request.items() if value not in ("", [])}
    request["KeepJobFlowAliveWhenNoSteps"] = spec.keep_alive
    request["TerminationProtected"] = spec.termination_protected
    if spec.unhealthy_node_replacement is not None:
        request["UnhealthyNodeReplacement"] = spec.unhealthy_node_replacement
    return request


def group_request(group: GroupSpec) -> Parameters:
    """An InstanceGroupConfig."""
    request: Parameters = {
        "InstanceRole": group.role.value,
        "InstanceType": group.instance_type,
        "InstanceCount": group.count,
        "Market": group.market.value,
    }
    if group.name:
        request["Name"] = group.name
    if group.market is Market.SPOT and group.bid_usd_hour is not None:
        request["BidPrice"] = _price(group.bid_usd_hour)
    if group.ebs_volumes:
        request["EbsConfiguration"] = _ebs(group.ebs_volumes)
    return request


def fleet_request(fleet: FleetSpec, *, launching: bool) -> Parameters:
    """An InstanceFleetConfig; with ``launching`` also how Spot capacity is sought."""
    request: Parameters = {
        "InstanceFleetType": fleet.role.value,
        "InstanceTypeConfigs": [_fleet_type(part, fleet.role) for part in fleet.types],
        "TargetOnDemandCapacity": fleet.target_on_demand,
        "TargetSpotCapacity": fleet.target_spot,
    }
    if fleet.name:
        request["Name"] = fleet.name
    if launching and fleet.target_spot:
        spot: Parameters = {
            "TimeoutDurationMinutes": fleet.timeout_minutes,
            "TimeoutAction": fleet.timeout_action,
        }
        if fleet.spot_strategy:
            spot["AllocationStrategy"] = fleet.spot_strategy
        request["LaunchSpecifications"] = {"SpotSpecification": spot}
    return request


def resize_request(change: ResizeGroup | KillInstances) -> Parameters:
    """An InstanceGroupModifyConfig."""
    request: Parameters = {"InstanceGroupId": change.group_id}
    if isinstance(change, KillInstances):
        return {**request, "EC2InstanceIdsToTerminate": list(change.ec2_ids)}
    request["InstanceCount"] = change.count
    chosen: Parameters = {
        "InstancesToTerminate": list(change.leaving),
        "InstancesToProtect": list(change.keeping),
    }
    chosen = {key: ids for key, ids in chosen.items() if ids}
    policy: Parameters = {}
    if chosen:
        if change.timeout_s is not None:
            chosen["InstanceTerminationTimeout"] = change.timeout_s
        policy["InstanceResizePolicy"] = chosen
    if change.timeout_s is not None:
        policy["DecommissionTimeout"] = change.timeout_s
    if policy:
        request["ShrinkPolicy"] = policy
    return request


def fleet_resize_request(change: ResizeFleet) -> Parameters:
    """An InstanceFleetModifyConfig."""
    request: Parameters = {
        "InstanceFleetId": change.fleet_id,
        "TargetOnDemandCapacity": change.target_on_demand,
        "TargetSpotCapacity": change.target_spot,
    }
    if change.timeout_minutes is not None:
        limit = {"TimeoutDurationMinutes": change.timeout_minutes}
        request["ResizeSpecifications"] = {
            "SpotResizeSpecification": limit,
            "OnDemandResizeSpecification": limit,
        }
    if change.types:
        request["InstanceTypeConfigs"] = [_fleet_type(part, Role.TASK) for part in change.types]
    return request


def _fleet_type(part: FleetType, role: Role) -> Parameters:
    request: Parameters = {"InstanceType": part.instance_type}
    if role is not Role.MASTER:  # EMR refuses a weight there
        request["WeightedCapacity"] = part.weight
    if part.bid_usd_hour is not None:
        request["BidPrice"] = _price(part.bid_usd_hour)
    elif part.bid_percent_of_on_demand is not None:
        request["BidPriceAsPercentageOfOnDemandPrice"] = part.bid_percent_of_on_demand
    if part.ebs_volumes:
        request["EbsConfiguration"] = _ebs(part.ebs_volumes)
    return request


def _ebs(volumes: tuple[EbsVolume, ...]) -> Parameters:
    devices = []
    for volume in volumes:
        specification: Parameters = {
            "VolumeType": volume.volume_type,
            "SizeInGB": volume.size_gib,
        }
        if volume.iops is not None:
            specification["Iops"] = volume.iops
        if volume.throughput_mib_s is not None:
            specification["Throughput"] = volume.throughput_mib_s
        devices.append({"VolumeSpecification": specification, "VolumesPerInstance": 1})
    return {"EbsBlockDeviceConfigs": devices}


def _step(step: StepSpec) -> Parameters:
    jar: Parameters = {"Jar": step.jar, "Args": list(step.args)}
    if step.main_class:
        jar["MainClass"] = step.main_class
    if step.properties:
        jar["Properties"] = [{"Key": key, "Value": value} for key, value in step.properties]
    return {
        "Name": step.name,
        "ActionOnFailure": step.action_on_failure.value,
        "HadoopJarStep": jar,
    }


def _bootstrap(action: BootstrapAction) -> Parameters:
    script: Parameters = {"Path": action.script_path, "Args": list(action.args)}
    return {"Name": action.name, "ScriptBootstrapAction": script}


def _configurations(configurations_json: str) -> list[Any]:
    """The classifications that the person pasted."""
    if not configurations_json.strip():
        return []
    try:
        found = json.loads(configurations_json)
    except ValueError as error:
        raise ConfigurationError(
            _("The configurations are not JSON: {error}").format(error=error),
            remedy=_("Correct them in the form."),
        ) from error
    if not isinstance(found, list):
        raise ConfigurationError(
            _("The configurations must be a JSON list of classifications."),
            remedy=_("Put [ and ] around them."),
        )
    return found


def _price(usd_hour: float) -> str:
    """EMR takes bids as text with at most six decimals."""
    return f"{usd_hour:.6f}".rstrip("0").rstrip(".")
