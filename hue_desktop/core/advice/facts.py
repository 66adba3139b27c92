"""What is known of a cluster when advice is asked for, and the sums that rules share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from hue_desktop.core.advice.series import LEAST_S, SeriesSummary
from hue_desktop.core.advice.workload import Workload
from hue_desktop.core.candidates.yarn_memory import measured, yarn_gib_of
from hue_desktop.core.changes import GroupSpec
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.cost import PriceBook, group_rate
from hue_desktop.core.instances import (
    EbsVolume,
    GroupState,
    InstanceFleet,
    InstanceGroup,
    InstanceType,
    Market,
    Role,
)
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.pricing import HOURS_PER_MONTH, Interruption

__all__ = ["ClusterFacts", "Part", "month_usd", "parts_of"]

_CPU = {
    (Role.CORE, Market.ON_DEMAND): "cpu.core",
    (Role.CORE, Market.SPOT): "cpu.core",
    (Role.TASK, Market.ON_DEMAND): "cpu.task_on_demand",
    (Role.TASK, Market.SPOT): "cpu.task_spot",
}
_STUCK = (GroupState.SUSPENDED, GroupState.ARRESTED)


@dataclass(frozen=True, slots=True)
class Part:
    """Nodes of one role, type and market: an instance group, or what a fleet bought of a type."""

    owner_id: str  #: of the group or fleet
    role: Role
    market: Market
    type_name: str
    count: int
    state: GroupState = GroupState.RUNNING
    volumes: tuple[EbsVolume, ...] = ()
    in_fleet: bool = False

    @property
    def cpu_metric(self) -> str:
        """The series of these nodes' CPU; nothing measures the master's."""
        return _CPU.get((self.role, self.market), "")

    @property
    def settled(self) -> bool:
        """Whether its size stands: not while it is resized, and not after EMR gave up."""
        return self.state in (GroupState.RUNNING, GroupState.UNKNOWN)


@dataclass(frozen=True)
class ClusterFacts:
    """Everything that rules look at. ``now`` is the region's time in epoch seconds.

    ``types`` are those that the release supports in the region, empty where that could not be
    read. ``series`` are the cluster's own, by metric. ``asked_class`` is the connection's.
    """

    snapshot: ClusterSnapshot
    now: float
    types: Mapping[str, InstanceType] = field(default_factory=dict)
    book: PriceBook = field(default_factory=PriceBook)
    interruptions: Mapping[str, Interruption] = field(default_factory=dict)
    series: Mapping[str, SeriesSummary] = field(default_factory=dict)
    nodes: Mapping[str, NodeReading] = field(default_factory=dict)
    workload: Workload = field(default_factory=Workload)
    asked_class: ConnectionClass = ConnectionClass.DEVELOPMENT
    idle_since: datetime | None = None
    idle_known: bool = True
    parts: tuple[Part, ...] = ()

    def measured(self, metric: str) -> SeriesSummary | None:
        """A series that was measured for long enough to say something."""
        found = self.series.get(metric)
        return found if found is not None and found.covered_s >= LEAST_S else None

    def of_role(self, role: Role) -> tuple[Part, ...]:
        """The parts of a role."""
        return tuple(part for part in self.parts if part.role is role)

    @property
    def node_count(self) -> int:
        """All nodes that were asked for."""
        return sum(part.count for part in self.parts)

    @property
    def release(self) -> str:
        """EMR's release label; empty before the cluster was described."""
        return self.snapshot.cluster.release if self.snapshot.cluster is not None else ""

    @property
    def az(self) -> str:
        """The zone that its nodes run in."""
        return self.snapshot.cluster.az if self.snapshot.cluster is not None else ""

    def yarn_gib(self, type_name: str) -> tuple[float, bool] | None:
        """GiB that YARN gives out on a node of a type, and whether it was measured here."""
        known = self._measured_yarn
        kind = self.types.get(type_name)
        if kind is None:
            return (known[type_name], True) if type_name in known else None
        return yarn_gib_of(kind, known)

    @cached_property
    def node_months(self) -> dict[tuple[str, Market, tuple[EbsVolume, ...]], float | None]:
        """Dollars a month of nodes by type, market and volumes, as far as they were asked for."""
        return {}

    @cached_property
    def _measured_yarn(self) -> Mapping[str, float]:
        return measured(self.snapshot, self.nodes).yarn_gib

    def usd_hours(self, part: Part, market: Market | None = None) -> Mapping[str, float]:
        """What one node of each supported type would cost an hour in this part's place."""
        found = {}
        for name in {*self.types, part.type_name}:
            usd = month_usd(self, part, type_name=name, market=market, count=1)
            if usd is not None:
                found[name] = usd / HOURS_PER_MONTH
        return found


def parts_of(snapshot: ClusterSnapshot) -> tuple[Part, ...]:
    """The cluster's nodes by group, or by fleet, type and market."""
    if snapshot.fleets:
        return tuple(_fleet_parts(snapshot, snapshot.fleets))
    return tuple(_group_part(each) for each in snapshot.groups or () if _size(each) > 0)


def month_usd(
    facts: ClusterFacts,
    part: Part,
    *,
    type_name: str = "",
    market: Market | None = None,
    count: int | None = None,
) -> float | None:
    """EC2, EMR fee and EBS of a part, or of what would take its place, for 730 hours.

    ``None`` when one of the prices is not known.
    """
    one = _node_month(facts, part, type_name or part.type_name, market or part.market)
    return None if one is None else one * (part.count if count is None else count)


def _node_month(facts: ClusterFacts, part: Part, kind: str, market: Market) -> float | None:
    """One node; asked for again and again by rules that compare types."""
    # volumes that were asked for stay; EMR's defaults follow the type
    volumes = part.volumes if kind == part.type_name or part.role is Role.CORE else ()
    key = (kind, market, volumes)
    known = facts.node_months
    if key not in known:
        cluster = facts.snapshot.cluster
        spec = GroupSpec(part.role, kind, 1, market, ebs_volumes=volumes)
        root_gib = cluster.root_volume_gib if cluster is not None else None
        rate = group_rate(facts.book, spec, release=facts.release, root_gib=root_gib, az=facts.az)
        known[key] = None if rate.unknown else rate.total * HOURS_PER_MONTH
    return known[key]


def _group_part(group: InstanceGroup) -> Part:
    return Part(
        group.id,
        group.role,
        group.market,
        group.instance_type,
        _size(group),
        group.state,
        group.ebs_volumes,
    )


def _size(group: InstanceGroup) -> int:
    return group.running if group.state in _STUCK else group.requested


def _fleet_parts(snapshot: ClusterSnapshot, fleets: tuple[InstanceFleet, ...]) -> list[Part]:
    known = {fleet.id: fleet for fleet in fleets}
    counts: dict[tuple[str, str, Market], int] = {}
    for node in snapshot.nodes():
        if node.group_id in known:
            key = (node.group_id, node.instance_type, node.market)
            counts[key] = counts.get(key, 0) + 1
    found = []
    for (fleet_id, type_name, market), count in counts.items():
        fleet = known[fleet_id]
        volumes = next(
            (each.ebs_volumes for each in fleet.types if each.instance_type == type_name), ()
        )
        found.append(
            Part(fleet_id, fleet.role, market, type_name, count, fleet.state, volumes, True)
        )
    return found
