"""A copy of a cluster as lines that can be changed, and what each state of it comes to.

A line is an instance group, or one market of an instance fleet. Nothing here reaches AWS: a variant
is a wish, and :mod:`hue_desktop.core.what_if.commit` says which of it a running cluster can have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from hue_desktop.core.candidates.values import ClusterRoom
from hue_desktop.core.candidates.yarn_memory import Measured
from hue_desktop.core.changes import Risk
from hue_desktop.core.clusters import ClusterRef, ManagedScaling
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.instances import (
    EbsVolume,
    FleetType,
    GroupState,
    InstanceGroup,
    InstanceType,
    Market,
    Role,
)
from hue_desktop.core.pricing import HOURS_PER_MONTH, CostChange, CostRate, Interruption
from hue_desktop.core.replication import Replication

__all__ = ["BenchFacts", "BenchLine", "Figures", "Holding", "Outcome", "Variant", "Way"]


@dataclass(frozen=True, slots=True)
class Holding:
    """Nodes of one type and market; of a fleet (``fleet_types``) ``count`` is in units."""

    instance_type: str
    count: int
    market: Market = Market.ON_DEMAND
    ebs_volumes: tuple[EbsVolume, ...] = ()
    bid_usd_hour: float | None = None
    fleet_types: tuple[FleetType, ...] = ()

    def of_type(self, instance_type: str) -> Holding:
        """The same number of nodes of another type, with the volumes that EMR gives that type.

        The price that is paid at most was meant for the old type, so it goes back to EMR's default.
        """
        if instance_type == self.instance_type:
            return self
        return replace(self, instance_type=instance_type, ebs_volumes=(), bid_usd_hour=None)

    def on_market(self, market: Market) -> Holding:
        """The same nodes bought otherwise."""
        return self if market is self.market else replace(self, market=market, bid_usd_hour=None)


@dataclass(frozen=True, slots=True)
class BenchLine:
    """One line of the bench; ``now`` is ``None`` for task nodes that only the variant has.

    ``key`` is the group's id; for a fleet its id and the market; for a new line a name of its own.
    """

    key: str
    role: Role
    now: Holding | None
    want: Holding
    name: str = ""
    state: GroupState = GroupState.RUNNING

    @property
    def is_fleet(self) -> bool:
        """Whether it stands for a market of a fleet."""
        return bool(self.want.fleet_types)

    @property
    def changed(self) -> bool:
        """Whether it is wished otherwise than it is."""
        return self.now != self.want

    @property
    def owner_id(self) -> str:
        """The id of the group or fleet."""
        return self.key.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Variant:
    """One wish: all lines, and the managed-scaling limits (``None``: there are none)."""

    name: str
    lines: tuple[BenchLine, ...]
    scaling_now: ManagedScaling | None = None
    scaling: ManagedScaling | None = None

    @property
    def changed(self) -> bool:
        """Whether it is any different from the cluster."""
        return self.scaling != self.scaling_now or any(line.changed for line in self.lines)

    def with_line(self, line: BenchLine) -> Variant:
        """The variant with a line in the place of the one of its key, or one more."""
        if all(each.key != line.key for each in self.lines):
            return replace(self, lines=(*self.lines, line))
        lines = tuple(line if each.key == line.key else each for each in self.lines)
        return replace(self, lines=lines)

    def without(self, key: str) -> Variant:
        """The variant without a line that only it has."""
        return replace(self, lines=tuple(each for each in self.lines if each.key != key))

    def line(self, key: str) -> BenchLine | None:
        """The line of that key."""
        return next((each for each in self.lines if each.key == key), None)


@dataclass(frozen=True)
class BenchFacts:
    """What is known of the cluster and its region, to reckon with.

    ``types`` are those that the release supports. ``container_bytes`` is what a container held on
    average when YARN was asked last, ``None`` while none ran; bytes used likewise. ``spare`` are
    task groups with no nodes, which can be filled again in place of adding another; ``archs`` the
    processor architectures that the cluster has. ``missing`` says in sentences what could not be
    learnt.
    """

    ref: ClusterRef
    name: str
    release: str = ""
    root_gib: int | None = None
    az: str = ""
    uses_fleets: bool = False
    book: PriceBook = field(default_factory=PriceBook)
    types: Mapping[str, InstanceType] = field(default_factory=dict)
    measured: Measured = field(default_factory=Measured)
    interruptions: Mapping[str, Interruption] = field(default_factory=dict)
    container_bytes: float | None = None
    yarn_used_bytes: float | None = None
    hdfs_used_bytes: float | None = None
    safe_mode: bool = False
    replication: Replication = field(default_factory=lambda: Replication(1, False))
    spare: tuple[InstanceGroup, ...] = ()
    archs: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()


class Way(Enum):
    """How a wished line comes about on the cluster that runs."""

    KEEP = "keep"
    RESIZE = "resize"  #: another count of the same group or fleet
    SHRINK = "shrink"  #: fewer core nodes: what they hold is looked at first
    REPLACE = "replace"  #: a new task group, and the old one to 0
    ADD = "add"  #: a new task group
    NEW_CLUSTER = "new cluster"  #: only a clone can have it


@dataclass(frozen=True, slots=True)
class Figures:
    """What the nodes of a variant come to.

    ``containers`` is how many of the size that runs now would fit, ``None`` where no size is known.
    """

    rate: CostRate
    room: ClusterRoom
    containers: int | None = None

    @property
    def usd_month(self) -> float:
        """A month of 730 hours, as AWS reckons estimates."""
        return self.rate.total * HOURS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Outcome:
    """A variant against the cluster as it is.

    ``line_rates`` are $/h before (``None``: was not there) and after, in the order of the lines;
    ``ways`` likewise. ``at_most`` is what managed scaling may make of it, ``None`` without limits.
    """

    before: Figures
    after: Figures
    line_rates: tuple[tuple[CostRate | None, CostRate], ...]
    ways: tuple[Way, ...]
    risks: tuple[Risk, ...] = ()
    at_most: CostRate | None = None

    @property
    def cost(self) -> CostChange:
        """$/h before and after."""
        return CostChange(self.before.rate, self.after.rate)

    @property
    def needs_new_cluster(self) -> bool:
        """Whether a part of it is only to be had with a clone."""
        return Way.NEW_CLUSTER in self.ways
