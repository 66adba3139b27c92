"""The ``aws emr create-cluster`` command that asks for the same cluster as a ``ClusterSpec``.

It is what a person copies into a script. Options follow the AWS CLI's own customisation of EMR
(``--instance-groups`` in its shorthand where that can say it, JSON where it cannot).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.connections import Connection
from hue_desktop.core.instances import EbsVolume, FleetType, Market
from hue_desktop.core.steps import StepSpec

__all__ = ["compute_limits", "create_command", "create_command_words"]

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/:")


def create_command(
    spec: ClusterSpec, connection: Connection | None = None, region: str = ""
) -> str:
    """The command for a shell, one option a line."""
    lines = [""]
    for word in create_command_words(spec, connection, region):
        if word.startswith("--"):
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {shlex.quote(word)}".lstrip()
    return " \\\n  ".join(lines)


def create_command_words(
    spec: ClusterSpec, connection: Connection | None = None, region: str = ""
) -> list[str]:
    """The command as a list of arguments, as a process would be given them."""
    words = ["aws", "emr", "create-cluster"]
    words += ["--name", spec.name, "--release-label", spec.release]
    if spec.applications:
        words += ["--applications", *(f"Name={name}" for name in spec.applications)]
    words += _nodes(spec)
    words += _life(spec)
    words += _access(spec)
    words += _extras(spec)
    words += _where(connection, region)
    return words


def _nodes(spec: ClusterSpec) -> list[str]:
    if spec.fleets:
        return ["--instance-fleets", _json(_fleet(fleet) for fleet in spec.fleets)]
    if all(_is_plain(group) for group in spec.groups):
        return ["--instance-groups", *(_shorthand(group) for group in spec.groups)]
    return ["--instance-groups", _json(_group(group) for group in spec.groups)]


def _is_plain(group: GroupSpec) -> bool:
    return not group.ebs_volumes and set(group.name) <= _PLAIN


def _group(group: GroupSpec) -> dict[str, object]:
    said: dict[str, object] = {
        "InstanceGroupType": group.role.value,
        "InstanceType": group.instance_type,
        "InstanceCount": group.count,
    }
    if group.name:
        said["Name"] = group.name
    if group.market is Market.SPOT:
        said["BidPrice"] = _bid(group.bid_usd_hour)
    if group.ebs_volumes:
        said["EbsConfiguration"] = {"EbsBlockDeviceConfigs": _volumes(group.ebs_volumes)}
    return said


def _shorthand(group: GroupSpec) -> str:
    return ",".join(f"{key}={value}" for key, value in _group(group).items())


def _bid(usd_hour: float | None) -> str:
    return "OnDemandPrice" if usd_hour is None else f"{usd_hour:.10g}"


def _fleet(fleet: FleetSpec) -> dict[str, object]:
    said: dict[str, object] = {
        "InstanceFleetType": fleet.role.value,
        "TargetOnDemandCapacity": fleet.target_on_demand,
        "TargetSpotCapacity": fleet.target_spot,
        "InstanceTypeConfigs": [_fleet_type(one) for one in fleet.types],
    }
    if fleet.name:
        said["Name"] = fleet.name
    if fleet.target_spot:
        said["LaunchSpecifications"] = {
            "SpotSpecification": {
                "TimeoutDurationMinutes": fleet.timeout_minutes,
                "TimeoutAction": fleet.timeout_action,
                "AllocationStrategy": fleet.spot_strategy,
            }
        }
    return said


def _fleet_type(one: FleetType) -> dict[str, object]:
    said: dict[str, object] = {"InstanceType": one.instance_type, "WeightedCapacity": one.weight}
    if one.bid_usd_hour is not None:
        said["BidPrice"] = _bid(one.bid_usd_hour)
    elif one.bid_percent_of_on_demand is not None:
        said["BidPriceAsPercentageOfOnDemandPrice"] = one.bid_percent_of_on_demand
    if one.ebs_volumes:
        said["EbsConfiguration"] = {"EbsBlockDeviceConfigs": _volumes(one.ebs_volumes)}
    return said


def _volumes(volumes: Iterable[EbsVolume]) -> list[dict[str, object]]:
    configs: list[dict[str, object]] = []
    for volume in volumes:
        said: dict[str, object] = {"VolumeType": volume.volume_type, "SizeInGB": volume.size_gib}
        if volume.iops is not None:
            said["Iops"] = volume.iops
        if volume.throughput_mib_s is not None:
            said["Throughput"] = volume.throughput_mib_s
        configs.append({"VolumeSpecification": said, "VolumesPerInstance": 1})
    return configs


def _life(spec: ClusterSpec) -> list[str]:
    words = ["--no-auto-terminate" if spec.keep_alive else "--auto-terminate"]
    protection = "--termination-protected"
    words.append(protection if spec.termination_protected else "--no-termination-protected")
    if spec.idle_timeout_s is not None:
        words += ["--auto-termination-policy", f"IdleTimeout={spec.idle_timeout_s}"]
    if spec.unhealthy_node_replacement is not None:
        replacing = spec.unhealthy_node_replacement
        words.append(
            "--unhealthy-node-replacement" if replacing else "--no-unhealthy-node-replacement"
        )
    if spec.managed_scaling is not None:
        policy = {"ComputeLimits": compute_limits(spec.managed_scaling)}
        words += ["--managed-scaling-policy", json.dumps(policy, separators=(",", ":"))]
    return words


def compute_limits(policy: ManagedScaling) -> dict[str, object]:
    """A managed scaling policy's ComputeLimits, as the API and the AWS CLI take them."""
    limits: dict[str, object] = {
        "UnitType": policy.unit_type,
        "MinimumCapacityUnits": policy.minimum,
        "MaximumCapacityUnits": policy.maximum,
    }
    if policy.maximum_on_demand is not None:
        limits["MaximumOnDemandCapacityUnits"] = policy.maximum_on_demand
    if policy.maximum_core is not None:
        limits["MaximumCoreCapacityUnits"] = policy.maximum_core
    return limits


def _access(spec: ClusterSpec) -> list[str]:
    attributes: dict[str, object] = {}
    if spec.key_name:
        attributes["KeyName"] = spec.key_name
    if spec.instance_profile:
        attributes["InstanceProfile"] = spec.instance_profile
    if len(spec.subnet_ids) > 1:
        attributes["SubnetIds"] = list(spec.subnet_ids)
    elif spec.subnet_ids:
        attributes["SubnetId"] = spec.subnet_ids[0]
    words: list[str] = []
    if attributes:
        words += ["--ec2-attributes", json.dumps(attributes, separators=(",", ":"))]
    if spec.service_role:
        words += ["--service-role", spec.service_role]
    if spec.security_configuration:
        words += ["--security-configuration", spec.security_configuration]
    return words


def _extras(spec: ClusterSpec) -> list[str]:
    words: list[str] = []
    if spec.log_uri:
        words += ["--log-uri", spec.log_uri]
    if spec.root_volume_gib is not None:
        words += ["--ebs-root-volume-size", str(spec.root_volume_gib)]
    if json.loads(spec.configurations_json or "[]"):
        compact = json.dumps(json.loads(spec.configurations_json), separators=(",", ":"))
        words += ["--configurations", compact]
    if spec.bootstrap_actions:
        actions = (
            {"Name": action.name, "Path": action.script_path, "Args": list(action.args)}
            for action in spec.bootstrap_actions
        )
        words += ["--bootstrap-actions", _json(actions)]
    if spec.steps:
        words += ["--steps", _json(_step(step) for step in spec.steps)]
    if spec.step_concurrency != 1:
        words += ["--step-concurrency-level", str(spec.step_concurrency)]
    if spec.tags:
        words += ["--tags", *(f"{key}={value}" if value else key for key, value in spec.tags)]
    return words


def _step(step: StepSpec) -> dict[str, object]:
    said: dict[str, object] = {
        "Type": "CUSTOM_JAR",
        "Name": step.name,
        "ActionOnFailure": step.action_on_failure.value,
        "Jar": step.jar,
        "Args": list(step.args),
    }
    if step.main_class:
        said["MainClass"] = step.main_class
    if step.properties:
        said["Properties"] = ",".join(f"{key}={value}" for key, value in step.properties)
    return said


def _where(connection: Connection | None, region: str) -> list[str]:
    words = ["--region", region] if region else []
    if connection is None:
        return words
    if connection.profile:
        words += ["--profile", connection.profile]
    if connection.endpoint_url:
        words += ["--endpoint-url", connection.endpoint_url]
    return words


def _json(items: Iterable[object]) -> str:
    return json.dumps(list(items), separators=(",", ":"))
