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
from hue_desktop.core.policies.ceiling import Growth, ceiling_of
from hue_desktop.core.policies.values import Pool
from hue_desktop.core.pricing import CostRate
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

__all__ = ["at_most", "copy_of", "figures", "holding_rate", "nodes_of", "rebased", "reckon"]

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


def rebased(variant: Variant, base: Variant) -> Variant:
    """The same wishes over the cluster as it is now; wishes for groups that are gone go as well."""
    wished = {line.key: line for line in variant.lines if line.changed}
    lines = []
    for line in base.lines:
        mine = wished.get(line.key)
        lines.append(line if mine is None else replace(line, want=mine.want))
    lines.extend(line for line in variant.lines if line.now is None)
    kept = variant.scaling == variant.scaling_now
    scaling = base.scaling if kept else variant.scaling
    return Variant(variant.name, tuple(lines), base.scaling, scaling)


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
    outcome = Outcome(before, after, rates, ways, at_most=at_most(facts, variant.scaling, want))
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


def at_most(
    facts: BenchFacts, policy: ManagedScaling | None, held: Sequence[tuple[Role, Holding]]
) -> CostRate | None:
    """What managed scaling may make of the nodes, the master included.

    ``None`` without a policy, with nothing to grow, and where the limits count vCPU that are not
    known.
    """
    workers = [(role, one) for role, one in held if role is not Role.MASTER]
    if policy is None or not workers:
        return None
    growths = []
    for role, one in workers:
        growth = _growth(facts, policy, role, one)
        if growth is None:
            return None
        growths.append(growth)
    rate = ceiling_of(policy, growths).rate
    masters = (one for role, one in held if role is Role.MASTER)
    return sum((holding_rate(facts, Role.MASTER, one) for one in masters), rate)


def _growth(facts: BenchFacts, policy: ManagedScaling, role: Role, held: Holding) -> Growth | None:
    """Nodes with what one unit of them costs, in the units of the limits."""
    name, nodes = nodes_of(facts, held)
    kind = facts.types.get(name)
    pool = Pool(name, name, role, held.market, nodes, kind.vcpu if kind else None)
    weight = next((max(1, t.weight) for t in held.fleet_types if t.instance_type == name), 1)
    node = holding_rate(facts, role, replace(held, count=weight))
    if policy.unit_type == "VCPU":
        if kind is None:
            return None
        return Growth(pool, _share(node, kind.vcpu), float(kind.vcpu))
    if policy.unit_type == "InstanceFleetUnits":
        return Growth(pool, _share(node, weight), float(weight))
    return Growth(pool, node)


def _share(node: CostRate, units: float) -> CostRate:
    """What one of its units costs; a price that is not known stays so."""
    return replace(times(node, 1 / units), unknown=node.unknown)
