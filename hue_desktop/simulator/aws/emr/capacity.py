"""The rules for groups and fleets, and how their configurations become entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hue_desktop.simulator.aws.emr.errors import validation
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup
from hue_desktop.simulator.world.instances import Volume
from hue_desktop.simulator.world.provisioning import MAX_GROUP_INSTANCES, max_fleet_instances
from hue_desktop.simulator.world.world import World

__all__ = ["CapacityRules", "check_fleet_size", "make_fleet", "make_group", "volumes_from"]

Json = dict[str, Any]
MAX_GROUPS = 50
_MAX_TYPES = 30
_MAX_TYPES_WITHOUT_STRATEGY = 5
_MAX_VOLUMES = 25
_NAMES = {"MASTER": "Master", "CORE": "Core", "TASK": "Task"}


class CapacityRules:
    """Refuses what EMR would refuse, with a ValidationException."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check_groups(self, configs: Sequence[Json]) -> None:
        """The groups of a new cluster: one MASTER, at most one CORE, 48 TASK."""
        if not configs:
            return
        roles = [config["InstanceRole"] for config in configs]
        self.check_group_counts(roles)
        if roles.count("MASTER") != 1:
            raise validation("Exactly one master instance group must be specified.")
        for config in configs:
            self.check_group(config)
        masters = next(item for item in configs if item["InstanceRole"] == "MASTER")
        if masters["InstanceCount"] not in (1, 3):
            raise validation("Master instance group must have 1 or 3 instances.")
        if "TASK" in roles and "CORE" not in roles:
            raise validation("A task instance group requires a core instance group.")

    def check_group_counts(self, roles: Sequence[str]) -> None:
        """How many groups a cluster may have in all."""
        if len(roles) > MAX_GROUPS:
            raise validation("The number of instance groups exceeds the limit of 50.")
        for role in ("MASTER", "CORE"):
            if roles.count(role) > 1:
                raise validation(
                    f"{_NAMES[role]} instance group already exists; only one is allowed."
                )

    def check_group(self, config: Json) -> None:
        """One group: its type, count, bid and volumes."""
        self.check_type(config["InstanceType"])
        count = config["InstanceCount"]
        lowest = 0 if config["InstanceRole"] == "TASK" else 1
        if not lowest <= count <= MAX_GROUP_INSTANCES:
            raise validation(
                f"Instance count for the {config['InstanceRole'].lower()} instance group must be "
                f"between {lowest} and {MAX_GROUP_INSTANCES}."
            )
        if config.get("BidPrice") and config.get("Market") != "SPOT":
            raise validation("A bid price may only be specified for a Spot instance group.")
        _check_bid(config.get("BidPrice"))
        _check_volumes(config.get("EbsConfiguration") or {})

    def check_type(self, instance_type: str) -> None:
        """Whether EMR knows the type."""
        if self._world.compat != "moto" and self._world.types.get(instance_type) is None:
            raise validation(f"Instance type '{instance_type}' is not supported.")

    def check_fleets(self, configs: Sequence[Json], release_label: str) -> None:
        """The fleets of a new cluster: one for a role, with a MASTER of one unit."""
        if not configs:
            return
        roles = [config["InstanceFleetType"] for config in configs]
        for role in set(roles):
            if roles.count(role) > 1:
                raise validation(f"Only one instance fleet of type {role} may be specified.")
        if "MASTER" not in roles:
            raise validation("An instance fleet of type MASTER must be specified.")
        if "TASK" in roles and "CORE" not in roles:
            raise validation("A task instance fleet requires a core instance fleet.")
        for config in configs:
            self.check_fleet(config, release_label)

    def check_fleet(self, config: Json, release_label: str) -> None:
        """One fleet: targets, types, weights and timeouts."""
        role = config["InstanceFleetType"]
        on_demand = config.get("TargetOnDemandCapacity") or 0
        spot = config.get("TargetSpotCapacity") or 0
        if on_demand < 0 or spot < 0 or (on_demand + spot == 0 and role != "TASK"):
            raise validation(
                f"The target capacity of the {role} instance fleet must be greater than 0."
            )
        if role == "MASTER" and on_demand + spot != 1:
            raise validation("The target capacity of the MASTER instance fleet must be 1.")
        specs = config.get("InstanceTypeConfigs") or []
        if not specs:
            raise validation("InstanceTypeConfigs must contain at least one instance type.")
        launch = config.get("LaunchSpecifications") or {}
        strategy = any((part or {}).get("AllocationStrategy") for part in launch.values())
        most = _MAX_TYPES if strategy else _MAX_TYPES_WITHOUT_STRATEGY
        if len(specs) > most:
            raise validation(f"An instance fleet may have at most {most} instance types.")
        for spec in specs:
            self.check_spec(spec, role)
        check_fleet_size(on_demand + spot, specs, release_label)
        spot_part = launch.get("SpotSpecification") or {}
        check_minutes("TimeoutDurationMinutes", spot_part.get("TimeoutDurationMinutes"), 1440)
        check_resize(config.get("ResizeSpecifications") or {})

    def check_spec(self, spec: Json, role: str) -> None:
        """One type of a fleet: its name, weight, bid and volumes."""
        self.check_type(spec["InstanceType"])
        if role == "MASTER" and spec.get("WeightedCapacity", 1) != 1:
            raise validation("WeightedCapacity of the MASTER instance fleet must be 1.")
        if spec.get("WeightedCapacity", 1) < 1:
            raise validation("WeightedCapacity must be at least 1.")
        if spec.get("BidPrice") and spec.get("BidPriceAsPercentageOfOnDemandPrice") is not None:
            raise validation(
                "Only one of BidPrice and BidPriceAsPercentageOfOnDemandPrice may be specified."
            )
        _check_bid(spec.get("BidPrice"))
        _check_volumes(spec.get("EbsConfiguration") or {})


def check_fleet_size(units: int, specs: Sequence[Json], release_label: str) -> None:
    """Whether the heaviest type of a fleet can make up its target within the limit."""
    most = max_fleet_instances(release_label)
    if units > most * max(spec.get("WeightedCapacity", 1) for spec in specs):
        raise validation(f"An instance fleet may have at most {most} instances.")


def check_minutes(name: str, minutes: int | None, most: int) -> None:
    """Timeouts of fleets are at least five minutes."""
    if minutes is not None and not 5 <= minutes <= most:
        raise validation(f"{name} must be between 5 and {most} minutes.")


def check_resize(specifications: Json) -> None:
    """The timeouts of a fleet's resizes."""
    for part in specifications.values():
        check_minutes("TimeoutDurationMinutes", (part or {}).get("TimeoutDurationMinutes"), 10080)


def _check_bid(bid: str | None) -> None:
    if bid:
        try:
            price = float(bid)
        except ValueError:
            price = 0.0
        if not price > 0:
            raise validation(f"Bid price '{bid}' is not valid.")


def _check_volumes(ebs: Json) -> None:
    configs = ebs.get("EbsBlockDeviceConfigs") or ()
    if sum(config.get("VolumesPerInstance") or 1 for config in configs) > _MAX_VOLUMES:
        raise validation("The number of EBS volumes per instance exceeds the limit of 25.")
    for config in configs:
        specification = config["VolumeSpecification"]
        if specification["VolumeType"] not in (
            "gp2",
            "gp3",
            "io1",
            "io2",
            "st1",
            "sc1",
            "standard",
        ):
            raise validation(f"Volume type '{specification['VolumeType']}' is not supported.")
        if not 1 <= specification["SizeInGB"] <= 16384:
            raise validation("Volume size must be between 1 and 16384 GiB.")


def volumes_from(ebs: Mapping[str, Any] | None) -> list[Volume]:
    """The data volumes an EbsConfiguration asks for; empty for EMR's default."""
    volumes: list[Volume] = []
    for config in (ebs or {}).get("EbsBlockDeviceConfigs") or ():
        specification = config["VolumeSpecification"]
        for _ in range(config.get("VolumesPerInstance") or 1):
            volumes.append(
                (
                    f"/dev/sd{chr(ord('b') + len(volumes))}",
                    specification["VolumeType"],
                    specification["SizeInGB"],
                    specification.get("Iops"),
                    specification.get("Throughput"),
                )
            )
    return volumes


def make_group(world: World, cluster: Cluster, config: Json, ordinal: int) -> InstanceGroup:
    """The group that a configuration describes, not launched yet."""
    role = config["InstanceRole"]
    configurations = list(config.get("Configurations") or ())
    moto_name = {"MASTER": "master", "CORE": "slave", "TASK": "Task instance group"}[role]
    default = moto_name if world.compat == "moto" else f"{_NAMES[role]} Instance Group"
    ebs = config.get("EbsConfiguration") or {}
    group = InstanceGroup(
        id=world.chance.emr_id("ig-", cluster.id, ordinal),
        cluster_id=cluster.id,
        role=role,
        name=config.get("Name") or default,
        created=world.at,
        ordinal=ordinal,
        instance_type=config["InstanceType"],
        market=config.get("Market") or "ON_DEMAND",
        target=config["InstanceCount"],
        bid_price=config.get("BidPrice") or "",
        configurations=configurations,
        configurations_version=1 if configurations else 0,
        applied_configurations=configurations,
        applied_version=1 if configurations else 0,
        volumes=volumes_from(ebs),
        ebs_optimized=ebs.get("EbsOptimized"),
        custom_ami_id=config.get("CustomAmiId") or "",
    )
    if world.compat == "moto":
        group.ready = world.at
    return group


def make_fleet(world: World, cluster: Cluster, config: Json, ordinal: int) -> InstanceFleet:
    """The fleet that a configuration describes, not launched yet."""
    role = config["InstanceFleetType"]
    fleet = InstanceFleet(
        id=world.chance.emr_id("if-", cluster.id, ordinal),
        cluster_id=cluster.id,
        role=role,
        name=config.get("Name") or f"{_NAMES[role]} Instance Fleet",
        created=world.at,
        ordinal=ordinal,
        on_demand_target=config.get("TargetOnDemandCapacity") or 0,
        spot_target=config.get("TargetSpotCapacity") or 0,
        specs=specs_from(config.get("InstanceTypeConfigs") or ()),
        launch_specifications=dict(config.get("LaunchSpecifications") or {}),
        resize_specifications=dict(config.get("ResizeSpecifications") or {}),
        context=config.get("Context") or "",
    )
    if world.compat == "moto":
        fleet.ready = world.at
    return fleet


def specs_from(configs: Sequence[Json]) -> list[Json]:
    """Documents of the types a fleet may use."""
    specs = []
    for config in configs:
        bid, percent = config.get("BidPrice"), config.get("BidPriceAsPercentageOfOnDemandPrice")
        ebs = config.get("EbsConfiguration") or {}
        specs.append(
            {
                "instance_type": config["InstanceType"],
                "weight": config.get("WeightedCapacity", 1),
                "bid_price": bid or "",
                "bid_percent": 100.0 if not bid and percent is None else percent,
                "volumes": [list(volume) for volume in volumes_from(ebs)],
                "ebs_optimized": ebs.get("EbsOptimized"),
                "configurations": config.get("Configurations"),
                "custom_ami_id": config.get("CustomAmiId") or "",
                "priority": config.get("Priority"),
            }
        )
    return specs
