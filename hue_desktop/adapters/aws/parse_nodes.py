"""Wire answers about instances, groups, fleets and instance types as values of core."""

from __future__ import annotations

from hue_desktop.adapters.aws.values import (
    Wire,
    flag,
    items,
    money,
    number,
    optional_number,
    required_text,
    section,
    text,
    when,
    word,
)
from hue_desktop.core.instances import (
    EbsVolume,
    FleetType,
    GroupState,
    Instance,
    InstanceFleet,
    InstanceGroup,
    InstanceState,
    InstanceType,
    Market,
    Role,
)

__all__ = ["parse_fleet", "parse_group", "parse_instance", "parse_instance_type"]


def parse_instance(data: Wire) -> Instance:
    """An Instance of ListInstances. Its role is that of its group, which this answer lacks.

    EMR names only the devices of the volumes; their sizes stand in the group's specification.
    """
    status = section(data, "Status")
    reason = section(status, "StateChangeReason")
    timeline = section(status, "Timeline")
    return Instance(
        id=required_text(data, "Id"),
        ec2_id=text(data, "Ec2InstanceId"),
        role=None,
        group_id=text(data, "InstanceGroupId") or text(data, "InstanceFleetId"),
        instance_type=text(data, "InstanceType"),
        market=word(data, "Market", Market, Market.ON_DEMAND),
        state=word(status, "State", InstanceState, InstanceState.UNKNOWN),
        state_reason=text(reason, "Message"),
        state_code=text(reason, "Code"),
        private_dns=text(data, "PrivateDnsName"),
        private_ip=text(data, "PrivateIpAddress"),
        public_dns=text(data, "PublicDnsName"),
        created=when(timeline, "CreationDateTime"),
        ready=when(timeline, "ReadyDateTime"),
        ended=when(timeline, "EndDateTime"),
        ebs_volumes=tuple(
            EbsVolume("", 0, device=text(volume, "Device")) for volume in items(data, "EbsVolumes")
        ),
    )


def parse_group(data: Wire) -> InstanceGroup:
    """An InstanceGroup of ListInstanceGroups."""
    status = section(data, "Status")
    timeline = section(status, "Timeline")
    return InstanceGroup(
        id=required_text(data, "Id"),
        name=text(data, "Name"),
        role=word(data, "InstanceGroupType", Role, Role.TASK),
        market=word(data, "Market", Market, Market.ON_DEMAND),
        instance_type=text(data, "InstanceType"),
        requested=number(data, "RequestedInstanceCount"),
        running=number(data, "RunningInstanceCount"),
        state=word(status, "State", GroupState, GroupState.UNKNOWN),
        state_reason=text(section(status, "StateChangeReason"), "Message"),
        bid_usd_hour=money(data, "BidPrice"),
        ebs_volumes=_block_devices(data),
        created=when(timeline, "CreationDateTime"),
        ready=when(timeline, "ReadyDateTime"),
        ended=when(timeline, "EndDateTime"),
        auto_scaling=_auto_scaling(data),
    )


def _auto_scaling(data: Wire) -> str:
    """The state of a group's custom policy, while it acts or is about to."""
    state = text(section(section(data, "AutoScalingPolicy"), "Status"), "State")
    return "" if state in ("DETACHING", "DETACHED", "FAILED") else state


def parse_fleet(data: Wire) -> InstanceFleet:
    """An InstanceFleet of ListInstanceFleets."""
    status = section(data, "Status")
    timeline = section(status, "Timeline")
    spot = section(section(data, "LaunchSpecifications"), "SpotSpecification")
    return InstanceFleet(
        id=required_text(data, "Id"),
        name=text(data, "Name"),
        role=word(data, "InstanceFleetType", Role, Role.TASK),
        target_on_demand=number(data, "TargetOnDemandCapacity"),
        target_spot=number(data, "TargetSpotCapacity"),
        provisioned_on_demand=number(data, "ProvisionedOnDemandCapacity"),
        provisioned_spot=number(data, "ProvisionedSpotCapacity"),
        state=word(status, "State", GroupState, GroupState.UNKNOWN),
        state_reason=text(section(status, "StateChangeReason"), "Message"),
        types=tuple(_fleet_type(part) for part in items(data, "InstanceTypeSpecifications")),
        spot_strategy=text(spot, "AllocationStrategy"),
        timeout_minutes=optional_number(spot, "TimeoutDurationMinutes"),
        timeout_action=text(spot, "TimeoutAction"),
        created=when(timeline, "CreationDateTime"),
        ready=when(timeline, "ReadyDateTime"),
        ended=when(timeline, "EndDateTime"),
    )


def parse_instance_type(data: Wire) -> InstanceType:
    """A SupportedInstanceType; EMR does not tell the network."""
    arch = text(data, "Architecture").lower()
    return InstanceType(
        name=required_text(data, "Type"),
        vcpu=number(data, "VCPU"),
        memory_gib=round(money(data, "MemoryGB") or 0.0, 2),  # EMR says 1.7000000476837158
        arch="arm64" if arch in ("arm64", "arm_64", "aarch64") else "x86_64",
        nvme_gb=0 if flag(data, "EbsStorageOnly") else number(data, "StorageGB"),
        current_generation="PREVIOUS_GEN" not in text(data, "InstanceFamilyId"),
    )


def _fleet_type(data: Wire) -> FleetType:
    return FleetType(
        instance_type=required_text(data, "InstanceType"),
        weight=number(data, "WeightedCapacity", 1),
        bid_usd_hour=money(data, "BidPrice"),
        bid_percent_of_on_demand=money(data, "BidPriceAsPercentageOfOnDemandPrice"),
        ebs_volumes=_block_devices(data),
    )


def _block_devices(data: Wire) -> tuple[EbsVolume, ...]:
    volumes = []
    for device in items(data, "EbsBlockDevices"):
        volume = section(device, "VolumeSpecification")
        volumes.append(
            EbsVolume(
                volume_type=text(volume, "VolumeType"),
                size_gib=number(volume, "SizeInGB"),
                iops=optional_number(volume, "Iops"),
                throughput_mib_s=optional_number(volume, "Throughput"),
                device=text(device, "Device"),
            )
        )
    return tuple(volumes)
