"""Instance types as candidates for more task nodes: prices, risk and room side by side.

Prices are USD per hour of one node. A figure that nobody could tell is ``None``, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hue_desktop.core.instances import FleetType, InstanceType, Market
from hue_desktop.core.pricing import Interruption, PriceSource, TypePrice

__all__ = [
    "Candidate",
    "CandidateList",
    "ClusterRoom",
    "Diversification",
    "DiversifySpec",
    "EnoughNodes",
    "Need",
    "Pick",
    "PlacementScores",
    "RankBy",
    "SpotLine",
    "VcpuLimit",
    "WeighBy",
]

SpotLine = tuple[tuple[float, float], ...]
"""(region epoch seconds, USD per hour) in time order; each price holds until the next point."""


class RankBy(Enum):
    """What comes first in the table."""

    PRICE_AND_RISK = "price and risk"
    PER_GIB = "per GiB"
    PER_VCPU = "per vCPU"


class WeighBy(Enum):
    """What the units of a fleet stand for."""

    VCPU = "vcpu"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Need:
    """What the new nodes are to be like: the type they are compared with, and what they get.

    ``model`` is the type that the group has (empty: there is none to compare with), ``release`` and
    ``root_gib`` decide about the volumes of a new node, ``archs`` are the processor architectures
    that the cluster has now.
    """

    model: str = ""
    release: str = ""
    root_gib: int | None = None
    archs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One instance type for new nodes.

    ``usd_hour`` is EC2 in the market asked for, EMR fee and EBS of one node; ``usd_100gib`` the
    same for 100 GiB of YARN memory and ``usd_vcpu`` for one vCPU. ``spot_now`` is the lowest of the
    AZs where the cluster can have nodes, ``pools`` how many of these AZs have the type on Spot
    (``None``: not known). ``spot_line`` are the last 90 days in at most 120 points, empty until
    they were asked for. ``yarn_gib`` is what YARN can
    give to containers on one node; not ``yarn_sure``: by EMR's rule and not measured. ``own`` marks
    the type that the group has, ``suggested`` the one to take. ``reasons`` say what speaks for or
    against it, in sentences. ``arch_differs``: software that was built for the cluster's processors
    may not run. ``here`` says whether the cluster's own AZ has the type: ``False`` means that EMR
    cannot add it, ``None`` that nobody told.
    """

    type: InstanceType
    price: TypePrice
    spot_now: float | None = None
    spot_line: SpotLine = ()
    interruption: Interruption | None = None
    pools: int | None = None
    yarn_gib: float = 0.0
    yarn_sure: bool = False
    ebs_usd_hour: float | None = None
    usd_hour: float | None = None
    usd_100gib: float | None = None
    usd_vcpu: float | None = None
    own: bool = False
    suggested: bool = False
    reasons: tuple[str, ...] = ()
    arch_differs: bool = False
    here: bool | None = None

    @property
    def name(self) -> str:
        """The type's name, for example ``m5.xlarge``."""
        return self.type.name


@dataclass(frozen=True, slots=True)
class CandidateList:
    """The candidates of a cluster in a market, ranked by price and risk.

    ``as_of`` has the sources with their dates (list prices, Spot history, Spot Advisor).
    ``missing`` says in sentences what could not be known and what that means.
    """

    candidates: tuple[Candidate, ...]
    market: Market
    need: Need = field(default_factory=Need)
    as_of: tuple[PriceSource, ...] = ()
    missing: tuple[str, ...] = ()

    def named(self, name: str) -> Candidate | None:
        """The candidate of that type."""
        return next((each for each in self.candidates if each.name == name), None)

    @property
    def own(self) -> Candidate | None:
        """The type that the group has now, when it is among them."""
        return next((each for each in self.candidates if each.own), None)

    @property
    def suggested(self) -> Candidate | None:
        """The one to take; ``None`` when none is better than what the group has."""
        return next((each for each in self.candidates if each.suggested), None)


@dataclass(frozen=True, slots=True)
class PlacementScores:
    """How likely EC2 finds Spot nodes now, 1 to 10, as GetSpotPlacementScores says.

    ``together`` is for a request that may take any of the types, ``by_az`` (AZ name or id) for the
    same in one AZ, ``by_type`` for each type alone (the first few only: EC2 limits how many
    different questions an account may ask in a day). ``missing`` says why there is none.
    """

    by_type: Mapping[str, int] = field(default_factory=dict)
    together: int | None = None
    by_az: Mapping[str, int] = field(default_factory=dict)
    capacity: int = 0
    missing: str = ""


@dataclass(frozen=True, slots=True)
class VcpuLimit:
    """An account's vCPU quota in a market for the type's family, and what is used of it.

    ``limit`` is ``None`` when Service Quotas did not tell. ``used`` counts the clusters that the
    connection shows in the region: the account uses at least that much. ``sentence`` is for the
    reader; with ``over`` the nodes asked for do not fit in. ``next_step`` says what to do then.
    """

    name: str
    limit: int | None
    used: int | None
    asked: int
    over: bool
    sentence: str
    next_step: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class EnoughNodes:
    """Fewer nodes of a bigger type that bring the same YARN memory.

    ``nodes`` of the type give ``yarn_gib``; ``instead_of`` nodes of ``model`` would have given
    ``model_yarn_gib``. ``usd_hour`` is what is saved against ``instead_of`` nodes of the type
    (``None`` when its price is unknown). ``target`` is the count to set with them.
    """

    type_name: str
    nodes: int
    yarn_gib: float
    model: str
    instead_of: int
    model_yarn_gib: float
    usd_hour: float | None
    title: str
    text: str
    target: int = 0


@dataclass(frozen=True, slots=True)
class ClusterRoom:
    """What a cluster has to compute and store with.

    Figures are ``None`` when a type is not in the catalog; ``hdfs_gib`` is raw capacity of the core
    nodes (divide by the replication factor for files). Not ``yarn_sure`` or ``hdfs_sure``: reckoned
    by EMR's rules for at least one of the nodes, not measured.
    """

    nodes: int
    vcpu: int | None = None
    memory_gib: float | None = None
    yarn_gib: float | None = None
    yarn_sure: bool = False
    hdfs_gib: float | None = None
    hdfs_sure: bool = False


@dataclass(frozen=True, slots=True)
class DiversifySpec:
    """What a fleet is wanted for.

    ``model`` is the type that it grows from, ``weigh_by`` what a unit stands for, ``most`` the
    number of types (EMR takes 30 with an allocation strategy, 5 without). ``mixed_archs`` allows
    other processors than the cluster's. ``names`` are types that must be among them.
    """

    model: str
    weigh_by: WeighBy = WeighBy.VCPU
    most: int = 15
    mixed_archs: bool = False
    names: tuple[str, ...] = ()
    max_interruption: float | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """One type of a diversified fleet: its units, and why it is in."""

    candidate: Candidate
    weight: int
    why: str
    usd_unit: float | None = None

    @property
    def fleet_type(self) -> FleetType:
        """As EMR is told it; the price that is paid at most is EMR's default, on-demand."""
        return FleetType(self.candidate.name, self.weight)


@dataclass(frozen=True, slots=True)
class Diversification:
    """The types of a fleet with proportional weights.

    ``unit`` says what a unit stands for ("2 vCPU"); ``pools`` is types times AZs as far as known;
    ``left_out`` has types of a fitting size that were refused, each with the reason; ``notes`` are
    sentences about the whole.
    """

    picks: tuple[Pick, ...]
    unit: str = ""
    pools: int | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def types(self) -> tuple[FleetType, ...]:
        """For ``FleetSpec.types``."""
        return tuple(pick.fleet_type for pick in self.picks)
