"""Nodes of a cluster, the groups and fleets they belong to, and instance types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

__all__ = [
    "EbsVolume",
    "FleetType",
    "GroupState",
    "Instance",
    "InstanceFleet",
    "InstanceGroup",
    "InstanceState",
    "InstanceType",
    "Market",
    "Role",
]


class Role(Enum):
    """What a node does. Core nodes hold HDFS blocks; task nodes hold none."""

    MASTER = "MASTER"
    CORE = "CORE"
    TASK = "TASK"


class Market(Enum):
    """How a node is bought."""

    ON_DEMAND = "ON_DEMAND"
    SPOT = "SPOT"


class InstanceState(Enum):
    """EMR's InstanceState; UNKNOWN for a word a newer API may use."""

    AWAITING_FULFILLMENT = "AWAITING_FULFILLMENT"
    PROVISIONING = "PROVISIONING"
    BOOTSTRAPPING = "BOOTSTRAPPING"
    RUNNING = "RUNNING"
    TERMINATED = "TERMINATED"
    UNKNOWN = "UNKNOWN"


class GroupState(Enum):
    """EMR's InstanceGroupState and InstanceFleetState in one; UNKNOWN for a newer word."""

    PROVISIONING = "PROVISIONING"
    BOOTSTRAPPING = "BOOTSTRAPPING"
    RUNNING = "RUNNING"
    RESIZING = "RESIZING"
    RECONFIGURING = "RECONFIGURING"
    SUSPENDED = "SUSPENDED"
    ARRESTED = "ARRESTED"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    TERMINATING = "TERMINATING"
    TERMINATED = "TERMINATED"
    ENDED = "ENDED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class EbsVolume:
    """One EBS volume as specified for a node; ``volume_type`` is EC2's word (``gp3``)."""

    volume_type: str
    size_gib: int
    iops: int | None = None
    throughput_mib_s: int | None = None
    device: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """One node. Times are UTC; ``bid_usd_hour`` is what is paid at most for Spot, not its price."""

    id: str
    ec2_id: str
    role: Role | None  #: ``None`` until the owning group or fleet is known
    group_id: str  #: instance group or fleet id
    instance_type: str
    market: Market
    state: InstanceState
    state_reason: str = ""
    state_code: str = ""
    private_dns: str = ""
    private_ip: str = ""
    public_dns: str = ""
    az: str = ""
    created: datetime | None = None
    ready: datetime | None = None
    ended: datetime | None = None
    ebs_volumes: tuple[EbsVolume, ...] = ()

    @property
    def active(self) -> bool:
        """Whether the node exists or is on its way (it may be billed)."""
        return self.state is not InstanceState.TERMINATED


@dataclass(frozen=True, slots=True)
class InstanceGroup:
    """Nodes of one type and market. ``running`` and ``requested`` count instances."""

    id: str
    name: str
    role: Role
    market: Market
    instance_type: str
    requested: int
    running: int
    state: GroupState
    state_reason: str = ""
    bid_usd_hour: float | None = None
    ebs_volumes: tuple[EbsVolume, ...] = ()
    created: datetime | None = None
    ready: datetime | None = None
    ended: datetime | None = None
    auto_scaling: str = ""  #: state of its custom automatic scaling policy; empty: it has none


@dataclass(frozen=True, slots=True)
class FleetType:
    """One instance type that a fleet may use, and how many units a node of it counts."""

    instance_type: str
    weight: int = 1
    bid_usd_hour: float | None = None
    bid_percent_of_on_demand: float | None = None
    ebs_volumes: tuple[EbsVolume, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceFleet:
    """Nodes of several types and markets. Targets and provisioned values count units (weights)."""

    id: str
    name: str
    role: Role
    target_on_demand: int
    target_spot: int
    provisioned_on_demand: int
    provisioned_spot: int
    state: GroupState
    state_reason: str = ""
    types: tuple[FleetType, ...] = ()
    spot_strategy: str = ""
    timeout_minutes: int | None = None
    timeout_action: str = ""
    created: datetime | None = None
    ready: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class InstanceType:
    """What EC2 and EMR say of a type. ``nvme_gb`` is decimal GB as AWS states it."""

    name: str
    vcpu: int
    memory_gib: float
    arch: str = "x86_64"
    nvme_gb: int = 0
    network: str = ""
    current_generation: bool = True
