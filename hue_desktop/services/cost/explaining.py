"""Why Cost Explorer's figure of a cluster is not ours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from hue_desktop.core import format as fmt
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.core.billing import Bill
    from hue_desktop.core.cost_ports import ExplorerCosts

__all__ = ["ASKED", "differences", "midnight"]

#: Said beside each figure: when it was asked for, and why not anew.
ASKED = _("Asked at {when}; a request costs $0.01, so the answer is kept for a day.")
LAG_S = 24 * 3600.0  #: AWS refreshes Cost Explorer at least once a day
#: Services whose costs are in our bill, by what their names in Cost Explorer hold.
_OURS = ("Elastic Compute Cloud", "Elastic MapReduce", "EC2", "EMR", "Elastic Block Store")
#: Record types that are list price times usage.
_USAGE = ("Usage", "")
_CENT = 0.005


def midnight(day: date) -> float:
    """When a UTC day begins, in epoch seconds."""
    return datetime.combine(day, time(), UTC).timestamp()


def differences(costs: ExplorerCosts, ours: Bill, now: float) -> tuple[str, ...]:
    """What accounts for the difference, each with its amount where that is known."""
    found = []
    others = sum(
        usd
        for (service, record), usd in costs.usd.items()
        if record in _USAGE and not _is_ours(service)
    )
    if abs(others) >= _CENT:
        found.append(
            _("{usd} are of other services, such as data transfer and S3.").format(
                usd=fmt.money(others)
            )
        )
    for record in sorted({record for _service, record in costs.usd if record not in _USAGE}):
        usd = sum(amount for (_service, each), amount in costs.usd.items() if each == record)
        if abs(usd) >= _CENT:
            found.append(_named(record, usd))
    if ours.unknown:
        found.append(
            _("Ours is at least: the price of {count} nodes is not fully known.").format(
                count=fmt.count(len(ours.unknown))
            )
        )
    if costs.estimated or now - midnight(costs.end) < LAG_S:
        found.append(_("AWS adds usage up to a day late, and its figure is still an estimate."))
    found.append(
        _(
            "Ours is at list prices: without tax, Savings Plans, reserved instances and private "
            "discounts. AWS bills EBS by the hours of the month, we by 730."
        )
    )
    if not costs.usd:
        found.insert(
            0,
            _(
                "Cost Explorer knows nothing of this cluster: the tag {tag} must be activated as a "
                "cost allocation tag in Billing, and counts from then on."
            ).format(tag="aws:elasticmapreduce:job-flow-id"),
        )
    return tuple(found)


def _named(record: str, usd: float) -> str:
    known = {
        "Tax": _("{usd} are tax."),
        "Credit": _("{usd} are credits."),
        "Refund": _("{usd} are refunds."),
        "DiscountedUsage": _("{usd} are usage under reserved instances."),
        "SavingsPlanCoveredUsage": _("{usd} are usage under Savings Plans."),
        "SavingsPlanNegation": _("{usd} are taken off by Savings Plans."),
    }
    return known.get(record, _("{usd} are “{record}”.")).format(usd=fmt.money(usd), record=record)


def _is_ours(service: str) -> bool:
    return any(name in service for name in _OURS)
