"""What EMR refuses of a fleet's new targets, and what they risk, in sentences."""

from __future__ import annotations

from hue_desktop.core.candidates.diversify import MOST_TYPES
from hue_desktop.core.candidates.strategies import first_shortage_text, resize_shortage_text
from hue_desktop.core.changes import FleetSpec, Risk, RiskLevel
from hue_desktop.core.instances import FleetType, GroupState, InstanceFleet, Market, Role
from hue_desktop.core.text import _
from hue_desktop.services.scaling.risks import spot_risks

__all__ = ["fleet_blocked", "fleet_risks", "new_fleet_risks"]


def fleet_blocked(
    fleet: InstanceFleet, on_demand: int, spot: int, types: tuple[FleetType, ...]
) -> str:
    if fleet.role is Role.MASTER:
        return _("The master fleet keeps its size; launch a new cluster for another one.")
    if on_demand < 0 or spot < 0:
        return _("A target cannot be below zero.")
    if fleet.role is Role.CORE and on_demand + spot < 1:
        return _("The core fleet keeps at least one unit.")
    if len(types) > MOST_TYPES:
        return _("A fleet takes {n} types at most.").format(n=MOST_TYPES)
    retries = fleet.state is GroupState.SUSPENDED or types not in ((), fleet.types)
    if (on_demand, spot) == (fleet.target_on_demand, fleet.target_spot) and not retries:
        return _("The targets are like that already.")
    return ""


def new_fleet_risks(fleet: FleetSpec) -> tuple[Risk, ...]:
    if not fleet.target_spot:
        return ()
    text = first_shortage_text(fleet.timeout_minutes, fleet.timeout_action)
    return (*spot_risks(Role.TASK), Risk(RiskLevel.NOTE, text))


def fleet_risks(
    fleet: InstanceFleet, on_demand: int, spot: int, timeout_minutes: int | None
) -> tuple[Risk, ...]:
    found: list[Risk] = []
    if fleet.role is Role.CORE and on_demand + spot < fleet.target_on_demand + fleet.target_spot:
        text = _("Core nodes that go hand their HDFS blocks to those that stay, if there is room.")
        found.append(Risk(RiskLevel.LOSS, text))
    if spot > fleet.target_spot:
        found.extend(spot_risks(fleet.role))
    if fleet.state is GroupState.SUSPENDED:
        text = _("The fleet is suspended after errors; setting its targets makes EMR try again.")
        found.append(Risk(RiskLevel.NOTE, text))
    if fleet.state is GroupState.RESIZING:
        text = _("The fleet is being resized already; this takes that resize’s place.")
        found.append(Risk(RiskLevel.NOTE, text))
    markets = ((Market.SPOT, spot > fleet.target_spot),
               (Market.ON_DEMAND, on_demand > fleet.target_on_demand))  # fmt: skip
    for market, grows in markets:
        if grows:
            text = resize_shortage_text(timeout_minutes, market)
            found.append(Risk(RiskLevel.NOTE, text))
    return tuple(found)
