"""Why Cost Explorer's figure of a cluster is not ours, with the amounts that can be told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from hue_desktop.core import format as fmt
from hue_desktop.core.billing import Bill, CostPart
from hue_desktop.core.pricing import HOURS_PER_MONTH
from hue_desktop.core.text import _
from hue_desktop.services.cost.months import month_of

if TYPE_CHECKING:
    from hue_desktop.core.cost_ports import ExplorerCosts

__all__ = ["ASKED", "differences", "midnight"]

#: Said beside each figure: when it was asked for, and why not anew.
ASKED = _("Asked at {when}; a request costs $0.01, so the answer is kept for a day.")
LAG_S = 24 * 3600.0  #: AWS refreshes Cost Explorer at least once a day
#: Usage types that are in our bill; outside of us-east-1 a short name of the region stands before.
_OURS = re.compile(r"^(?:[A-Z]+\d*-)?(?:BoxUsage|SpotUsage|EBS:VolumeUsage)(?:[.:]|$)")
_USAGE = ("Usage", "")  #: record types that are list price times usage
_CENT = 0.005
_HOUR_S = 3600.0

BillOf = Callable[[float, float], Bill]
"""Our bill between two instants."""


def midnight(day: date) -> float:
    """When a UTC day begins, in epoch seconds."""
    return datetime.combine(day, time(), UTC).timestamp()


def differences(costs: ExplorerCosts, bill: BillOf, now: float) -> tuple[str, ...]:
    """What accounts for the difference, each with its amount where that is known."""
    return tuple(_all(costs, bill, now))


def _all(costs: ExplorerCosts, bill: BillOf, now: float) -> Iterator[str]:
    start, end = midnight(costs.start), min(midnight(costs.end), now)
    ours = bill(start, end)
    if not costs.usd:
        yield _(
            "Cost Explorer knows nothing of this cluster: the tag {tag} must be activated as a "
            "cost allocation tag in Billing, and counts from then on."
        ).format(tag="aws:elasticmapreduce:job-flow-id")
    late = bill(max(start, now - LAG_S), end).total
    if late >= _CENT:
        yield _("AWS adds usage up to a day late; ours of the last 24 hours is {usd}.").format(
            usd=fmt.money(late)
        )
    if costs.estimated:
        yield _("AWS's figure is still an estimate.")
    yield from _theirs_alone(costs)
    months = _by_months(bill, start, end)
    if abs(months) >= _CENT:
        yield _("AWS bills EBS by the hours of the month, we by {hours}: {usd}.").format(
            hours=HOURS_PER_MONTH, usd=_signed(months)
        )
    if ours.unknown:
        yield _("Ours is at least: the price of {count} nodes is not fully known.").format(
            count=fmt.count(len(ours.unknown))
        )
    yield _(
        "Ours is at list prices: without tax, Savings Plans, reserved instances and private "
        "discounts."
    )


def _theirs_alone(costs: ExplorerCosts) -> Iterator[str]:
    """What is in AWS's figure and not in our bill."""
    others = sum(
        usd
        for (usage, record), usd in costs.usd.items()
        if record in _USAGE and not _OURS.match(usage)
    )
    if abs(others) >= _CENT:
        yield _("{usd} are not in ours: data transfer, bought IOPS and the like.").format(
            usd=_signed(others)
        )
    for record in sorted({record for _usage, record in costs.usd if record not in _USAGE}):
        usd = sum(amount for (_usage, each), amount in costs.usd.items() if each == record)
        if abs(usd) >= _CENT:
            yield _named(record, usd)


def _named(record: str, usd: float) -> str:
    known = {
        "Tax": _("{usd} are tax."),
        "Credit": _("{usd} are credits."),
        "Refund": _("{usd} are refunds."),
        "DiscountedUsage": _("{usd} are usage under reserved instances."),
        "SavingsPlanCoveredUsage": _("{usd} are usage under Savings Plans."),
        "SavingsPlanNegation": _("{usd} are taken off by Savings Plans."),
    }
    return known.get(record, _("{usd} are “{record}”.")).format(usd=_signed(usd), record=record)


def _by_months(bill: BillOf, start: float, end: float) -> float:
    """What AWS's EBS is more than ours, as it divides by the hours of each month."""
    more = 0.0
    while start < end:
        begin, following = month_of(start)
        hours = (following - begin) / _HOUR_S
        ebs = bill(start, min(following, end)).of_part(CostPart.EBS)
        more += ebs * (HOURS_PER_MONTH / hours - 1.0)
        start = following
    return more


def _signed(usd: float) -> str:
    return f"+{fmt.money(usd)}" if usd > 0 else fmt.money(usd)
