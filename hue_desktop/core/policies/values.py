"""What policies are judged by, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.ebs import release_number
from hue_desktop.core.instances import GroupState, Market, Role
from hue_desktop.core.metrics import YarnApplication
from hue_desktop.core.text import _

__all__ = [
    "Measured",
    "PolicyFacts",
    "Pool",
    "Remark",
    "RemarkLevel",
    "is_task_only",
    "units_word",
    "worst",
]


class RemarkLevel(Enum):
    """How much a remark matters; ordered, the worst first."""

    REFUSED = 0  #: EMR does not accept the policy
    HARM = 1  #: data or work may be lost
    NEVER = 2  #: the policy can never do what it is there for
    WARN = 3
    UNKNOWN = 4  #: it may matter, but nobody could measure it
    NOTE = 5


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule says of a policy. ``rule`` names it; ``evidence`` is what was measured."""

    rule: str
    level: RemarkLevel
    text: str
    evidence: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its source in words ("NameNode, 12 s ago")."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Core or task nodes of one market: a group, or one market of a fleet.

    ``units`` is what is asked for in the unit of the policy (weights for fleets); ``per_node`` is
    how many units a node counts, ``None`` where it differs from type to type.
    """

    id: str
    name: str
    role: Role
    market: Market
    nodes: int
    vcpu: int | None = None  #: of one node
    fleet_units: int | None = None  #: the target of a fleet; ``None`` for a group
    state: GroupState = GroupState.RUNNING
    state_reason: str = ""
    custom_scaling: str = ""  #: state of a custom automatic scaling policy; empty: none

    def units(self, unit_type: str) -> int | None:
        """Its size in a policy's unit; ``None`` where the type's vCPU are not known."""
        if self.fleet_units is not None:
            return self.fleet_units
        if unit_type == "VCPU":
            return None if self.vcpu is None else self.nodes * self.vcpu
        return self.nodes


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """What is known of a cluster; ``None`` and missing entries are unknown, never zero.

    ``configurations`` holds the properties of classifications by ``(classification, name)``.
    """

    release: str = ""
    applications: tuple[str, ...] = ()
    uses_fleets: bool = False
    keep_alive: bool = True
    pools: tuple[Pool, ...] = ()
    idle_timeout_s: int | None = None
    scaling: ManagedScaling | None = None
    hdfs_share: Measured | None = None  #: per cent of HDFS in use
    fullest_disk: Measured | None = None  #: per cent, of the node whose local disk is fullest
    replication: int | None = None  #: ``dfs.replication``
    steps_active: int | None = None  #: pending and running steps
    running_applications: tuple[YarnApplication, ...] | None = None
    now: float = 0.0  #: region epoch seconds
    notebook_kernels: Measured | None = None
    idle_told: bool | None = None  #: whether CloudWatch has AutoTerminationIsClusterIdle
    configurations: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def number(self) -> tuple[int, ...]:
        """The release as numbers; (999,) when it is not known."""
        return release_number(self.release)

    def has(self, *names: str) -> tuple[str, ...]:
        """Which of these applications are installed, as EMR spells them."""
        wanted = {name.lower() for name in names}
        return tuple(name for name in self.applications if name.lower() in wanted)

    def of(self, role: Role | None = None, market: Market | None = None) -> tuple[Pool, ...]:
        """The pools of a role and market."""
        return tuple(
            pool
            for pool in self.pools
            if (role is None or pool.role is role) and (market is None or pool.market is market)
        )

    def units(
        self, unit_type: str, role: Role | None = None, market: Market | None = None
    ) -> int | None:
        """What core and task nodes are set to in a policy's unit; ``None`` when unknown."""
        sizes = [pool.units(unit_type) for pool in self.of(role, market)]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None


def is_task_only(policy: ManagedScaling | None) -> bool:
    """Whether only task nodes are scaled: the maximum of core capacity equals the minimum."""
    return policy is not None and policy.maximum_core == policy.minimum


def units_word(unit_type: str) -> str:
    """The unit of a policy as a person reads it."""
    return {
        "Instances": _("nodes"),
        "VCPU": _("vCPU"),
        "InstanceFleetUnits": _("units"),
    }.get(unit_type, unit_type)


def worst(remarks: Iterable[Remark]) -> RemarkLevel | None:
    """The level of the worst remark; ``None`` without any."""
    return min((each.level for each in remarks), key=lambda level: level.value, default=None)
