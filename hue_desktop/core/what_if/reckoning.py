"""What a variant costs, gives and risks. Fast: it runs at each key stroke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil, floor

from hue_desktop.core.candidates.values import ClusterRoom
from hue_desktop.core.candidates.yarn_memory import room_after, yarn_gib_of
from hue_desktop.core.changes import FleetSpec, GroupSpec
from hue_desktop.core.clusters import ClusterSnapshot, ManagedScaling
from hue_desktop.core.cost import PriceBook, fleet_rate, group_rate, times
from hue_desktop.core.instances import (
    FleetType,
    InstanceFleet,
    InstanceGroup,
    InstanceType,
    Market,
    Role,
)
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.what_if.ceiling import Growing, ceiling
from hue_desktop.core.what_if.commit import way_of
from hue_desktop.core.what_if.risks import risks_of
from hue_desktop.core.what_if.values import (
    BenchFacts,
    BenchLine,
    Figures,
    Holding,
    Outcome,
    Variant,
)

__all__ = ["copy_of", "figures", "growing", "holding_rate", "nodes_of", "reckon"]

_GIB = 1024.0**3
_EMPTY = ClusterRoom(0, 0, 0.0, 0.0, True, 0.0, True)


def copy_of(snapshot: ClusterSnapshot, name: str = "") -> Variant:
    """The cluster as a variant in which nothing is changed; task groups with no nodes are left out.

    Counts are those asked for, as a resize may be under way.
    """
    policy = snapshot.cluster.managed_scaling if snapshot.cluster else None
    lines = [_of_group(group) for group in snapshot.groups or () if not _empty(group)]
    for fleet in snapshot.fleets or ():
        lines.extend(_of_fleet(fleet))
    order = (Role.MASTER, Role.CORE, Role.TASK)
    spot = Market.SPOT
    lines.sort(key=lambda line: (order.index(line.role), line.want.market is spot))
    return Variant(name, tuple(lines), policy, policy)


def _empty(group: InstanceGroup) -> bool:
    return group.role is Role.TASK and not group.requested and not group.running


def _of_group(group: InstanceGroup) -> BenchLine:
    held = Holding(
        group.instance_type,
        group.requested,
        group.market,
        group.ebs_volumes,
        group.bid_usd_hour,
    )
    return BenchLine(group.id, group.role, held, held, group.name, group.state)


def _of_fleet(fleet: InstanceFleet) -> Iterable[BenchLine]:
    """One line for each market; the master's one unit is on one of them."""
    for market, units in (
        (Market.ON_DEMAND, fleet.target_on_demand),
        (Market.SPOT, fleet.target_spot),
    ):
        if units or fleet.role is not Role.MASTER:
            held = Holding("", units, market, fleet_types=fleet.types)
            key = f"{fleet.id}:{market.value}"
            yield BenchLine(key, fleet.role, held, held, fleet.name, fleet.state)


def reckon(facts: BenchFacts, variant: Variant) -> Outcome:
    """Cost, room and risks of a variant against the cluster as it is."""
    now = [(line.role, line.now) for line in variant.lines if line.now is not None]
    want = [(line.role, line.want) for line in variant.lines]
    before, after = figures(facts, now), figures(facts, want)
    ways = tuple(way_of(facts, line) for line in variant.lines)
    rates = tuple(
        (
            None if line.now is None else holding_rate(facts, line.role, line.now),
            holding_rate(facts, line.role, line.want),
        )
        for line in variant.lines
    )
    at_most = None
    if variant.scaling is not None:
        parts = growing(facts, variant.scaling, want)
        found = ceiling(variant.scaling, parts, after.rate) if parts is not None else None
        at_most = found[0] if found is not None else None
    outcome = Outcome(before, after, rates, ways, at_most=at_most)
    return replace(outcome, risks=risks_of(facts, variant, outcome))


def figures(facts: BenchFacts, held: Sequence[tuple[Role, Holding]]) -> Figures:
    """What nodes come to, all together."""
    rate, room, containers = CostRate(), _EMPTY, 0
    known = True
    alone = all(role is Role.MASTER for role, one in held if one.count)
    for role, one in held:
        rate += holding_rate(facts, role, one)
        name, nodes = nodes_of(facts, one)
        kind = facts.types.get(name)
        room = room_after(
            room,
            kind,
            nodes,
            facts.measured,
            role=Role.CORE if alone else role,
            volumes=one.ebs_volumes,
            release=facts.release,
        )
        if nodes and (alone or role is not Role.MASTER):
            fits = _fitting(facts, kind)
            known = known and fits is not None
            containers += nodes * (fits or 0)
    return Figures(rate, room, containers if known else None)


def _fitting(facts: BenchFacts, kind: InstanceType | None) -> int | None:
    """Containers of the size that runs now on one node."""
    if kind is None or not facts.container_bytes:
        return None
    gib, _sure = yarn_gib_of(kind, facts.measured.yarn_gib)
    return floor(gib * _GIB / facts.container_bytes)


def holding_rate(facts: BenchFacts, role: Role, held: Holding) -> CostRate:
    """$/h of all its nodes once they run."""
    release, root_gib, az = facts.release, facts.root_gib, facts.az
    if held.fleet_types:
        spot = held.market is Market.SPOT
        fleet = FleetSpec(
            role,
            held.fleet_types,
            0 if spot else held.count,
            held.count if spot else 0,
        )
        return fleet_rate(facts.book, fleet, release=release, root_gib=root_gib, az=az)
    group = GroupSpec(
        role, held.instance_type, held.count, held.market, ebs_volumes=held.ebs_volumes
    )
    return group_rate(facts.book, group, release=release, root_gib=root_gib, az=az)


def nodes_of(facts: BenchFacts, held: Holding) -> tuple[str, int]:
    """Type and number of nodes; of a fleet, as if EMR took the type that is cheapest per unit."""
    if not held.fleet_types:
        return held.instance_type, held.count
    cheapest = min(held.fleet_types, key=lambda each: _usd_unit(facts.book, held.market, each))
    return cheapest.instance_type, ceil(held.count / max(1, cheapest.weight))


def _usd_unit(book: PriceBook, market: Market, choice: FleetType) -> tuple[bool, float]:
    name, weight = choice.instance_type, choice.weight
    paid = book.on_demand(name) if market is Market.ON_DEMAND else book.spot(name)
    fee = book.emr_fee(name)
    return paid is None, ((paid or 0.0) + (fee or 0.0)) / max(1, weight)


def growing(
    facts: BenchFacts, policy: ManagedScaling, held: Sequence[tuple[Role, Holding]]
) -> list[Growing] | None:
    """What managed scaling may add to, in the units of its limits; ``None`` where vCPU of a type is
    not known."""
    parts = []
    for role, one in held:
        if role is Role.MASTER:
            continue
        units = _units_of_one(facts, policy, one)
        if units is None:
            return None
        each = holding_rate(facts, role, replace(one, count=1))
        name, nodes = nodes_of(facts, one)
        if one.fleet_types and policy.unit_type != "InstanceFleetUnits":
            weight = next(t.weight for t in one.fleet_types if t.instance_type == name)
            each = holding_rate(facts, role, replace(one, count=max(1, weight)))
            parts.append(Growing(role, one.market, nodes * units, times(each, 1 / units)))
        else:
            parts.append(Growing(role, one.market, one.count * units, times(each, 1 / units)))
    return parts


def _units_of_one(facts: BenchFacts, policy: ManagedScaling, held: Holding) -> float | None:
    """What the limits count for one node (or one unit of a fleet)."""
    if policy.unit_type != "VCPU":
        return 1.0
    kind = facts.types.get(nodes_of(facts, held)[0])
    return None if kind is None else float(kind.vcpu)
