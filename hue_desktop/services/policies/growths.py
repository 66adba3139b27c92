"""What the pools of a cluster cost for each unit that managed scaling counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hue_desktop.core.changes import FleetSpec, GroupSpec
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.cost import PriceBook, fleet_rate, group_rate, times
from hue_desktop.core.instances import InstanceFleet, InstanceType, Market, Role
from hue_desktop.core.policies import Growth, Pool
from hue_desktop.core.pricing import CostRate

__all__ = ["growths_of", "types_of"]


def types_of(snapshot: ClusterSnapshot) -> tuple[str, ...]:
    """The types that core and task nodes may have."""
    groups = [each.instance_type for each in snapshot.groups or ()]
    fleets = [kind.instance_type for each in snapshot.fleets or () for kind in each.types]
    return tuple(dict.fromkeys((*groups, *fleets)))


def growths_of(
    snapshot: ClusterSnapshot,
    pools: Iterable[Pool],
    unit_type: str,
    book: PriceBook,
    types: Mapping[str, InstanceType],
) -> tuple[Growth, ...]:
    """Each pool with the price of a unit; of a fleet that of its dearest type."""
    found = (_growth(snapshot, pool, unit_type, book, types) for pool in pools)
    return tuple(growth for growth in found if growth is not None)


def _growth(
    snapshot: ClusterSnapshot,
    pool: Pool,
    unit_type: str,
    book: PriceBook,
    types: Mapping[str, InstanceType],
) -> Growth | None:
    cluster = snapshot.cluster
    release = cluster.release if cluster else ""
    root = cluster.root_volume_gib if cluster else None
    az = cluster.az if cluster else ""
    for group in snapshot.groups or ():
        if group.id != pool.id:
            continue
        one = GroupSpec(
            group.role, group.instance_type, 1, group.market, ebs_volumes=group.ebs_volumes
        )
        rate = group_rate(book, one, release=release, root_gib=root, az=az)
        if unit_type != "VCPU":
            return Growth(pool, rate)
        kind = types.get(group.instance_type)
        vcpu = kind.vcpu if kind is not None else pool.vcpu
        return Growth(pool, _split(rate, vcpu), float(vcpu)) if vcpu else None
    for fleet in snapshot.fleets or ():
        if fleet.id == pool.id:
            return _of_fleet(fleet, pool, book, release, root, az)
    return None


def _of_fleet(
    fleet: InstanceFleet, pool: Pool, book: PriceBook, release: str, root: int | None, az: str
) -> Growth | None:
    dearest: tuple[CostRate, int] | None = None
    unknown = 0
    for kind in fleet.types:
        weight = max(1, kind.weight)
        on_demand = weight if pool.market is Market.ON_DEMAND else 0
        spec = FleetSpec(Role.TASK, (kind,), on_demand, weight - on_demand)
        rate = _split(fleet_rate(book, spec, release=release, root_gib=root, az=az), weight)
        unknown = max(unknown, rate.unknown)
        if dearest is None or rate.total > dearest[0].total:
            dearest = (rate, weight)
    if dearest is None:
        return None
    return Growth(pool, replace(dearest[0], unknown=unknown), float(dearest[1]))


def _split(rate: CostRate, parts: int) -> CostRate:
    """A part of a node's rate; that a price of it is unknown is not divided away."""
    return replace(times(rate, 1 / parts), unknown=rate.unknown)
