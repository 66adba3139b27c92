"""The parts that a cluster's cost is split into, in the order in which they are stacked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hue_desktop.core.billing import Bill, CostPart, Who
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.text import _
from hue_desktop.services.cost import ClusterCost
from hue_desktop.ui.charts.stack import Layer, Stack

__all__ = ["Part", "now_by_part", "part_key", "parts", "stack_of", "usd_by_part"]


@dataclass(frozen=True, slots=True)
class Part:
    """What dollars are paid for; ``color`` is a token."""

    key: str
    title: str
    label: str
    color: str


def parts() -> tuple[Part, ...]:
    """All parts, the lowest of the stack first."""
    return (
        Part("core", _("EC2 core"), _("core"), "role-core"),
        Part("master", _("EC2 master"), _("master"), "role-master"),
        Part("task", _("EC2 task, on-demand"), _("on-demand"), "role-task"),
        Part("spot", _("EC2 task, Spot"), _("Spot"), "role-spot"),
        Part("emr", _("EMR fee"), _("EMR fee"), "emr-fee"),
        Part("ebs", _("EBS"), _("EBS"), "other"),
    )


def part_key(part: CostPart, who: Who) -> str:
    """Which part a dollar belongs to: fee and EBS as a whole, EC2 by role, tasks by market too."""
    if part is not CostPart.EC2:
        return str(part.value)
    if who.role is Role.TASK:
        return "spot" if who.market is Market.SPOT else "task"
    return str(who.role.value).lower()


def usd_by_part(usd: Mapping[tuple[CostPart, Who], float]) -> dict[str, float]:
    """Dollars of a bill or of one of its slices."""
    found: dict[str, float] = {}
    for (part, who), amount in usd.items():
        key = part_key(part, who)
        found[key] = found.get(key, 0.0) + amount
    return found


def now_by_part(cost: ClusterCost) -> dict[str, float]:
    """Dollars per hour."""
    found = {"emr": cost.rate.emr, "ebs": cost.rate.ebs}
    for (role, market), rate in cost.by_role.items():
        key = part_key(CostPart.EC2, Who(role, market))
        found[key] = found.get(key, 0.0) + rate.ec2
    return found


def stack_of(bill: Bill) -> Stack:
    """$/h by part in each slice; parts that cost nothing all the time are left out."""
    slices = [each for each in bill.slices if each.end > each.start]
    if not slices:
        return Stack((), ())
    by_slice = [usd_by_part(each.usd) for each in slices]
    hours = [(each.end - each.start) / 3600 for each in slices]
    layers = []
    for part in parts():
        values = tuple(
            usd.get(part.key, 0.0) / hour for usd, hour in zip(by_slice, hours, strict=True)
        )
        if any(values):
            layers.append(Layer(part.key, part.title, part.label, part.color, values))
    return Stack((*(each.start for each in slices), slices[-1].end), tuple(layers))
