"""Changes: what a person can do to a cluster, as values.

A service makes a :class:`Plan` of them (calls, cost, risks, inverse); the person confirms; the
journal keeps plan and outcome. An adapter turns each change into exactly one API operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from hue_desktop.core.clusters import BootstrapAction, ClusterRef, ManagedScaling
from hue_desktop.core.instances import EbsVolume, FleetType, Market, Role
from hue_desktop.core.pricing import CostChange
from hue_desktop.core.steps import StepSpec

__all__ = [
    "AddTags",
    "AddTaskFleet",
    "AddTaskGroup",
    "Change",
    "ChangeState",
    "ClusterSpec",
    "CreateCluster",
    "FleetSpec",
    "GroupSpec",
    "JournalEntry",
    "KillInstances",
    "Plan",
    "RemoveTags",
    "ResizeFleet",
    "ResizeGroup",
    "Risk",
    "RiskLevel",
    "SetAutoTermination",
    "SetManagedScaling",
    "SetProtection",
    "Terminate",
    "Undoability",
]


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """An instance group as asked for; on Spot, no ``bid_usd_hour`` means the on-demand price."""

    role: Role
    instance_type: str
    count: int
    market: Market = Market.ON_DEMAND
    name: str = ""
    bid_usd_hour: float | None = None
    ebs_volumes: tuple[EbsVolume, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetSpec:
    """An instance fleet as asked for; targets in units."""

    role: Role
    types: tuple[FleetType, ...]
    target_on_demand: int = 0
    target_spot: int = 0
    name: str = ""
    spot_strategy: str = "price-capacity-optimized"
    timeout_minutes: int = 60
    timeout_action: str = "SWITCH_TO_ON_DEMAND"


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """A cluster as asked for: what RunJobFlow takes, in our words."""

    name: str
    release: str
    applications: tuple[str, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    fleets: tuple[FleetSpec, ...] = ()
    keep_alive: bool = True
    termination_protected: bool = False
    idle_timeout_s: int | None = None
    managed_scaling: ManagedScaling | None = None
    bootstrap_actions: tuple[BootstrapAction, ...] = ()
    steps: tuple[StepSpec, ...] = ()
    step_concurrency: int = 1
    tags: tuple[tuple[str, str], ...] = ()
    subnet_ids: tuple[str, ...] = ()
    key_name: str = ""
    service_role: str = "EMR_DefaultRole"
    instance_profile: str = "EMR_EC2_DefaultRole"
    security_configuration: str = ""
    log_uri: str = ""
    configurations_json: str = "[]"
    root_volume_gib: int | None = None
    unhealthy_node_replacement: bool | None = None


@dataclass(frozen=True, slots=True)
class CreateCluster:
    """RunJobFlow."""

    spec: ClusterSpec


@dataclass(frozen=True, slots=True)
class Terminate:
    """TerminateJobFlows for one cluster."""

    cluster_id: str


@dataclass(frozen=True, slots=True)
class SetProtection:
    """SetTerminationProtection."""

    cluster_id: str
    protected: bool


@dataclass(frozen=True, slots=True)
class SetAutoTermination:
    """PutAutoTerminationPolicy, or RemoveAutoTerminationPolicy for ``None``; seconds."""

    cluster_id: str
    idle_timeout_s: int | None


@dataclass(frozen=True, slots=True)
class SetManagedScaling:
    """PutManagedScalingPolicy, or RemoveManagedScalingPolicy for ``None``."""

    cluster_id: str
    policy: ManagedScaling | None


@dataclass(frozen=True, slots=True)
class ResizeGroup:
    """ModifyInstanceGroups with an instance count.

    ``leaving`` and ``keeping`` are EC2 ids of nodes that shall go first and of nodes that must not
    go; ``timeout_s`` is how long nodes are given to drain, in place of YARN's own time-out. All
    three are EMR's ShrinkPolicy, which lets nodes drain; see :class:`KillInstances` for the other
    way.
    """

    cluster_id: str
    group_id: str
    count: int
    leaving: tuple[str, ...] = ()
    keeping: tuple[str, ...] = ()
    timeout_s: int | None = None


@dataclass(frozen=True, slots=True)
class KillInstances:
    """ModifyInstanceGroups with ``EC2InstanceIdsToTerminate``: at once, nothing drains."""

    cluster_id: str
    group_id: str
    ec2_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResizeFleet:
    """ModifyInstanceFleet with target units.

    ``timeout_minutes`` is how long EC2 is asked for capacity (5 to 10,080; what did not come by
    then is dropped). ``types`` takes the place of the fleet's types, where there are any.
    """

    cluster_id: str
    fleet_id: str
    target_on_demand: int
    target_spot: int
    timeout_minutes: int | None = None
    types: tuple[FleetType, ...] = ()


@dataclass(frozen=True, slots=True)
class AddTaskGroup:
    """AddInstanceGroups with one task group; it cannot be removed again, only set to 0."""

    cluster_id: str
    group: GroupSpec


@dataclass(frozen=True, slots=True)
class AddTaskFleet:
    """AddInstanceFleet (task only; one a cluster)."""

    cluster_id: str
    fleet: FleetSpec


@dataclass(frozen=True, slots=True)
class AddTags:
    """AddTags: sets the tags, replacing values of keys that exist."""

    cluster_id: str
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RemoveTags:
    """RemoveTags."""

    cluster_id: str
    keys: tuple[str, ...]


Change = (
    CreateCluster
    | Terminate
    | SetProtection
    | SetAutoTermination
    | SetManagedScaling
    | ResizeGroup
    | KillInstances
    | ResizeFleet
    | AddTaskGroup
    | AddTaskFleet
    | AddTags
    | RemoveTags
)


class RiskLevel(Enum):
    """How bad it can get."""

    NOTE = "note"
    WARN = "warn"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Risk:
    """One sentence about what may be lost or surprise."""

    level: RiskLevel
    text: str


class Undoability(Enum):
    """An honest label for a change."""

    UNDOABLE = "undoable"
    UNTIL_STARTED = "undoable until it starts"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done when the person confirms.

    ``inverse`` undoes it as far as ``undo`` says; ``undo_text`` says it in words ("undo sets the
    group back to 18 nodes"). ``typed_name`` is the text the person must type first, or empty.
    ``call_text`` is the API call as AWS names it ("ModifyInstanceGroups × 1").
    ``blocked`` says why it cannot be done now (protection is on, the cluster has ended); empty
    when it can; ``remedy`` is the change, if there is one, after which it can. ``undoes`` is the
    journal entry that the plan undoes.
    """

    title: str
    connection: str
    region: str
    changes: tuple[Change, ...]
    target: ClusterRef | None = None
    target_name: str = ""
    cost: CostChange | None = None
    budget_usd_hour: float | None = None
    connection_usd_hour: float | None = None  #: what the whole connection costs now
    risks: tuple[Risk, ...] = ()
    inverse: tuple[Change, ...] = ()
    undo: Undoability = Undoability.FINAL
    undo_text: str = ""
    typed_name: str = ""
    call_text: str = ""
    blocked: str = ""
    remedy: Change | None = None
    undoes: int | None = None


class ChangeState(Enum):
    """Where a journalled change stands."""

    WAITING = "waiting"  #: confirmed, held back for a moment; can be cancelled
    SENDING = "sending"  #: the call is under way
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  #: the application ended while the call was under way
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row of the change journal.

    ``outcome`` holds the ids that AWS gave (``cluster_id``, ``group_id``).
    """

    id: int
    at: datetime
    plan: Plan
    state: ChangeState
    error: str = ""
    outcome: Mapping[str, str] = field(default_factory=dict)
    undoes: int | None = None  #: the entry that this one undid
    undone_by: int | None = None
    actor: str = ""  #: the caller's ARN
    region_at: datetime | None = None  #: the region's own time at ``at``

    @property
    def can_undo(self) -> bool:
        """Whether Undo has something to do for this entry."""
        return self.state is ChangeState.DONE and bool(self.plan.inverse) and self.undone_by is None
