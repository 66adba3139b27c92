"""Entities as the members of EMR's output shapes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup, TypeSpec
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.instances import Instance, Volume
from hue_desktop.simulator.world.scaling import auto_scaling_state
from hue_desktop.simulator.world.shapes import normalized_units
from hue_desktop.simulator.world.steps import Step

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = [
    "auto_scaling_of",
    "cluster_of",
    "cluster_summary_of",
    "collection_state",
    "fleet_of",
    "group_of",
    "instance_of",
    "master_dns",
    "normalized_hours",
    "present",
    "step_of",
    "tags_of",
]

Json = dict[str, Any]
#: Seconds for which a cluster's normalized instance hours count as fresh.
_HOURS_AGE = 300.0


def present(**members: Any) -> Json:
    """The members that have a value: EMR leaves out what is not set."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _when(**instants: float) -> Json:
    """Timeline members for the instants that are decided."""
    return {
        name: datetime.fromtimestamp(instant, UTC)
        for name, instant in instants.items()
        if instant != NEVER
    }


def _reason(code: str, message: str) -> Json:
    return present(Code=code, Message=message)


def tags_of(tags: dict[str, str]) -> list[Json]:
    """Tags as EMR lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


# Clusters


def _status_of(cluster: Cluster) -> Json:
    timeline = _when(
        CreationDateTime=cluster.created, ReadyDateTime=cluster.ready, EndDateTime=cluster.ended
    )
    return {
        "State": cluster.state,
        "StateChangeReason": _reason(cluster.reason_code, cluster.reason_message),
        "Timeline": timeline,
        **present(ErrorDetails=cluster.error_details),
    }


def cluster_summary_of(world: World, cluster: Cluster) -> Json:
    """A cluster as ListClusters tells it."""
    return {
        "Id": cluster.id,
        "Name": cluster.name,
        "Status": _status_of(cluster),
        "NormalizedInstanceHours": normalized_hours(world, cluster),
        "ClusterArn": world.arn(cluster),
        **present(OutpostArn=cluster.request.get("OutpostArn")),
    }


def cluster_of(world: World, cluster: Cluster) -> Json:
    """A cluster as DescribeCluster tells it."""
    if "described" not in cluster.caches:
        cluster.caches["described"] = _lasting(world, cluster)
    described: Json = dict(cluster.caches["described"])
    described["Status"] = _status_of(cluster)
    described["NormalizedInstanceHours"] = normalized_hours(world, cluster)
    dns = master_dns(world, cluster)
    if dns:
        described["MasterPublicDnsName"] = dns
    return described


def _lasting(world: World, cluster: Cluster) -> Json:
    """What does not change by time alone."""
    request = cluster.request
    return {
        "Id": cluster.id,
        "Name": cluster.name,
        "Ec2InstanceAttributes": cluster.ec2_attributes,
        "InstanceCollectionType": cluster.collection_type,
        "AutoTerminate": not cluster.keep_alive,
        "TerminationProtected": cluster.protected,
        "UnhealthyNodeReplacement": cluster.replace_unhealthy,
        "VisibleToAllUsers": cluster.visible_to_all,
        "Applications": cluster.applications,
        "Tags": tags_of(cluster.tags),
        "Configurations": cluster.configurations,
        "ClusterArn": world.arn(cluster),
        "StepConcurrencyLevel": cluster.step_concurrency,
        **present(ReleaseLabel=cluster.release_label, ExtendedSupport=cluster.extended_support),
        **{name: value for name, value in request.items() if name in _ECHOED},
    }


#: Members of Cluster that are kept in ``request`` just as they are answered.
_ECHOED = frozenset(
    {
        "AutoScalingRole",
        "CustomAmiId",
        "EbsRootVolumeIops",
        "EbsRootVolumeSize",
        "EbsRootVolumeThroughput",
        "KerberosAttributes",
        "LogEncryptionKmsKeyId",
        "LogUri",
        "MonitoringConfiguration",
        "OSReleaseLabel",
        "OutpostArn",
        "PlacementGroups",
        "RepoUpgradeOnBoot",
        "RequestedAmiVersion",
        "RunningAmiVersion",
        "ScaleDownBehavior",
        "SecurityConfiguration",
        "ServiceRole",
        "SessionEnabled",
    }
)


def master_dns(world: World, cluster: Cluster) -> str:
    """The name of the primary node, once it has booted."""
    if cluster.loaded.get("MasterPublicDnsName"):
        return str(cluster.loaded["MasterPublicDnsName"])
    if "dns" not in cluster.node_cache:
        booting = [
            member
            for item in cluster.of_role("MASTER")
            for member in item.members
            if member.booted != NEVER
        ]
        master = min(booting, key=lambda member: (not member.alive, member.booted), default=None)
        cluster.node_cache["dns"] = (
            (master.booted, world.public_dns(master) or world.private_dns(master))
            if master is not None
            else (NEVER, "")
        )
    since, dns = cluster.node_cache["dns"]
    return dns if since <= world.at else ""


def normalized_hours(world: World, cluster: Cluster) -> int:
    """Hours of its instances so far, weighted by size; counted anew every five minutes."""
    known = cluster.node_cache.get("hours")
    if known is None or world.at - known[0] > _HOURS_AGE:
        seconds = float(cluster.loaded.get("NormalizedInstanceHours", 0)) * 3600.0
        since = float(cluster.loaded.get("since", 0.0))
        for member in cluster.instances.values():
            began = max(member.fulfilled, since)
            served = min(member.ended, world.at) - began
            if served > 0:
                seconds += served * normalized_units(member.instance_type)
        known = cluster.node_cache["hours"] = (world.at, int(seconds // 3600))
    return int(known[1])


# Groups and fleets


def collection_state(cluster: Cluster, item: InstanceGroup | InstanceFleet, at: float) -> str:
    """The state of a group or fleet, which follows from its cluster's and its members'."""
    if cluster.ended_already:
        return "TERMINATED"
    if cluster.state == "TERMINATING":
        return "TERMINATING"
    if item.suspended:
        return "ARRESTED" if item.arrested else "SUSPENDED"
    if item.ready > at:
        booting = any(member.booted <= at for member in item.members)
        return "BOOTSTRAPPING" if booting or cluster.state == "BOOTSTRAPPING" else "PROVISIONING"
    if item.resizing:
        return "RESIZING"
    if isinstance(item, InstanceGroup) and item.reconfiguring_until > at:
        return "RECONFIGURING"
    return "RUNNING"


def _collection_status(cluster: Cluster, item: InstanceGroup | InstanceFleet, at: float) -> Json:
    return {
        "State": collection_state(cluster, item, at),
        "StateChangeReason": _reason(item.reason_code, item.reason_message),
        "Timeline": _when(
            CreationDateTime=item.created, ReadyDateTime=item.ready, EndDateTime=item.ended
        ),
    }


def _devices(volumes: tuple[Volume, ...]) -> list[Json]:
    return [
        {
            "VolumeSpecification": present(
                VolumeType=kind, Iops=iops, SizeInGB=gib, Throughput=throughput
            ),
            "Device": device,
        }
        for device, kind, gib, iops, throughput in volumes
    ]


def group_of(world: World, cluster: Cluster, group: InstanceGroup) -> Json:
    """A group as ListInstanceGroups tells it."""
    at = world.at
    status = _collection_status(cluster, group, at)
    running = len(group.running(at)) if not cluster.ended_already else 0
    if world.compat == "moto":
        running = group.target
        status["State"] = "RUNNING"  # the moto server's groups never change
    volumes = world.provisioning.volumes_of(group.instance_type, group.volumes)
    return {
        "Id": group.id,
        "Name": group.name,
        "Market": group.market,
        "InstanceGroupType": group.role,
        "InstanceType": group.instance_type,
        "RequestedInstanceCount": group.target,
        "RunningInstanceCount": running,
        "Status": status,
        "Configurations": group.configurations,
        "ConfigurationsVersion": group.configurations_version,
        "LastSuccessfullyAppliedConfigurations": group.applied_configurations,
        "LastSuccessfullyAppliedConfigurationsVersion": group.applied_version,
        "EbsBlockDevices": _devices(volumes),
        "ShrinkPolicy": group.shrink_policy,
        **present(
            BidPrice=group.bid_price,
            EbsOptimized=group.ebs_optimized,
            CustomAmiId=group.custom_ami_id,
            AutoScalingPolicy=auto_scaling_of(group, at),
        ),
    }


def auto_scaling_of(group: InstanceGroup, at: float) -> Json | None:
    """A group's automatic scaling policy with its state, or None."""
    state = auto_scaling_state(group, at)
    if group.auto_scaling is None or state == "DETACHED":
        return None
    return {
        "Status": {"State": state, "StateChangeReason": {"Code": "USER_REQUEST", "Message": ""}},
        "Constraints": group.auto_scaling["Constraints"],
        "Rules": group.auto_scaling["Rules"],
    }


def fleet_of(world: World, cluster: Cluster, fleet: InstanceFleet) -> Json:
    """A fleet as ListInstanceFleets tells it."""
    at = world.at
    return {
        "Id": fleet.id,
        "Name": fleet.name,
        "Status": _collection_status(cluster, fleet, at),
        "InstanceFleetType": fleet.role,
        "TargetOnDemandCapacity": fleet.on_demand_target,
        "TargetSpotCapacity": fleet.spot_target,
        "ProvisionedOnDemandCapacity": fleet.provisioned("ON_DEMAND", at),
        "ProvisionedSpotCapacity": fleet.provisioned("SPOT", at),
        "InstanceTypeSpecifications": [_type_of(world, spec) for spec in fleet.types()],
        **present(
            LaunchSpecifications=fleet.launch_specifications,
            ResizeSpecifications=fleet.resize_specifications,
            Context=fleet.context,
        ),
    }


def _type_of(world: World, spec: TypeSpec) -> Json:
    volumes = world.provisioning.volumes_of(spec.instance_type, spec.volumes)
    return {
        "InstanceType": spec.instance_type,
        "WeightedCapacity": spec.weight,
        "EbsBlockDevices": _devices(volumes),
        **present(
            BidPrice=spec.bid_price,
            BidPriceAsPercentageOfOnDemandPrice=spec.bid_percent,
            Configurations=spec.configurations,
            EbsOptimized=spec.ebs_optimized,
            CustomAmiId=spec.custom_ami_id,
            Priority=spec.priority,
        ),
    }


# Instances


def instance_of(world: World, instance: Instance, at: float) -> Json:
    """An instance as ListInstances tells it; EC2 knows it once it is launched."""
    state = instance.state_at(at)
    timeline: Json = {"CreationDateTime": datetime.fromtimestamp(instance.created, UTC)}
    if instance.ready <= at:
        timeline["ReadyDateTime"] = datetime.fromtimestamp(instance.ready, UTC)
    reason: Json = {}
    if state == "TERMINATED":
        timeline["EndDateTime"] = datetime.fromtimestamp(instance.ended, UTC)
        reason = _reason(instance.end_code, instance.end_message)
    described: Json = {
        "Id": instance.id,
        "Status": {"State": state, "StateChangeReason": reason, "Timeline": timeline},
        "Market": instance.market,
        "InstanceType": instance.instance_type,
    }
    if instance.group_id:
        described["InstanceGroupId"] = instance.group_id
    if instance.fleet_id:
        described["InstanceFleetId"] = instance.fleet_id
    if instance.fulfilled <= at:
        described["Ec2InstanceId"] = instance.ec2_id
        described["PrivateIpAddress"] = instance.private_ip
        described["PrivateDnsName"] = world.private_dns(instance)
        described["PublicIpAddress"] = instance.public_ip
        described["PublicDnsName"] = world.public_dns(instance)
        described["EbsVolumes"] = volumes_attached(instance)
    return described


def volumes_attached(instance: Instance) -> list[Json]:
    """The data volumes of an instance."""
    if instance.loaded_volumes is not None:
        return [{"Device": device, "VolumeId": name} for device, name in instance.loaded_volumes]
    return [
        {"Device": volume[0], "VolumeId": volume_id}
        for volume, volume_id in zip(instance.volumes, instance.volume_ids, strict=True)
    ]


# Steps


def step_of(step: Step, at: float, *, summary: bool = False) -> Json:
    """A step as DescribeStep tells it, or as ListSteps does."""
    ended = step.ended if not step.active else NEVER
    status: Json = {
        "State": step.state,
        "StateChangeReason": present(Message=step.message),
        "Timeline": _when(
            CreationDateTime=step.created, StartDateTime=step.started, EndDateTime=ended
        ),
    }
    if step.state == "FAILED":
        status["FailureDetails"] = present(
            Reason=step.failure_reason, Message=step.failure_message, LogFile=step.failure_log
        )
    described: Json = {
        "Id": step.id,
        "Name": step.name,
        "Config": {
            "Jar": step.jar,
            "Properties": step.properties,
            "Args": step.args,
            **present(MainClass=step.main_class),
        },
        "ActionOnFailure": step.action_on_failure,
        "Status": status,
    }
    if step.application_id:
        described["AdditionalInfo"] = {
            "ResourceManagerApplicationIds": [step.application_id],
            "ResourceManager": "YARN",
        }
    s3 = step.monitoring.get("S3MonitoringConfiguration") or {}
    described.update(present(LogUri=s3.get("LogUri"), EncryptionKeyArn=s3.get("EncryptionKeyArn")))
    if not summary:
        described.update(present(ExecutionRoleArn=step.execution_role))
    return described
