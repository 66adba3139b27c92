"""A cluster as it would be asked for anew when advice is followed that takes a new one."""

from __future__ import annotations

from dataclasses import replace

from hue_desktop.core.advice.values import AdviceAction, TypeChange
from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.ebs import default_volumes
from hue_desktop.core.instances import EbsVolume, FleetType, Market, Role

__all__ = ["applied"]


def applied(spec: ClusterSpec, action: AdviceAction) -> ClusterSpec:
    """``spec`` with the types, markets and volumes that the advice asks for; all else stays."""
    groups = tuple(_group(group, action, spec.release) for group in spec.groups)
    fleets = tuple(_fleet(fleet, action, spec.release) for fleet in spec.fleets)
    return replace(spec, groups=groups, fleets=fleets)


def _group(group: GroupSpec, action: AdviceAction, release: str) -> GroupSpec:
    change = _wanted(action, group.role, group.instance_type)
    kind = change.after if change is not None else group.instance_type
    market = (change.market if change is not None else None) or group.market
    on_spot = market is Market.SPOT
    return replace(
        group,
        instance_type=kind,
        market=market,
        # a highest price belongs to the type and market that it was said for
        bid_usd_hour=group.bid_usd_hour if on_spot and kind == group.instance_type else None,
        ebs_volumes=_volumes(group.ebs_volumes, kind, action, release),
    )


def _fleet(fleet: FleetSpec, action: AdviceAction, release: str) -> FleetSpec:
    types: dict[str, FleetType] = {}
    market: Market | None = None
    for each in fleet.types:
        change = _wanted(action, fleet.role, each.instance_type)
        kind = change.after if change is not None else each.instance_type
        market = market or (change.market if change is not None else None)
        volumes = _volumes(each.ebs_volumes, kind, action, release)
        types.setdefault(kind, replace(each, instance_type=kind, ebs_volumes=volumes))
    units = fleet.target_on_demand + fleet.target_spot
    if market is Market.ON_DEMAND:
        fleet = replace(fleet, target_on_demand=units, target_spot=0)
    elif market is Market.SPOT:
        fleet = replace(fleet, target_on_demand=0, target_spot=units)
    return replace(fleet, types=tuple(types.values()))


def _wanted(action: AdviceAction, role: Role, type_name: str) -> TypeChange | None:
    for change in action.types:
        if change.role is role and change.before == type_name:
            return change
    return None


def _volumes(
    asked: tuple[EbsVolume, ...], kind: str, action: AdviceAction, release: str
) -> tuple[EbsVolume, ...]:
    """The volumes with gp2 made gp3; EMR's defaults are named where they would be gp2."""
    if not action.volume_type:
        return asked
    return tuple(
        replace(each, volume_type=action.volume_type) if each.volume_type == "gp2" else each
        for each in asked or default_volumes(kind, release)
    )
