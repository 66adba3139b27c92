"""How EMR finds capacity, and what happens when there is none (EMR's guides, API text). Pure."""

from __future__ import annotations

from typing import NamedTuple

from hue_desktop.core.ebs import release_number
from hue_desktop.core.format import duration
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.text import _

__all__ = [
    "FIRST_TIMEOUT_MINUTES",
    "RESIZE_TIMEOUT_MINUTES",
    "Strategy",
    "default_strategy",
    "first_shortage_text",
    "group_shortage_text",
    "resize_shortage_text",
    "strategies",
    "timeout_problem",
]

FIRST_TIMEOUT_MINUTES = (5, 1440)  #: while a cluster or fleet is first provisioned
RESIZE_TIMEOUT_MINUTES = (5, 10_080)  #: for each resize later on
_USUAL_MINUTES = 60  #: EMR gives up a fleet's resize after this when no time-out is given


class Strategy(NamedTuple):
    """An allocation strategy as EMR names it, and what it does."""

    key: str
    title: str
    text: str
    recommended: bool = False


def strategies(market: Market) -> tuple[Strategy, ...]:
    """The strategies that a fleet can be given for its nodes of a market, the best first."""
    if market is Market.ON_DEMAND:
        return (
            Strategy(
                "lowest-price",
                _("Lowest price"),
                _("The cheapest type that EC2 has; EMR's default."),
                True,
            ),
            Strategy(
                "prioritized",
                _("In your order"),
                _("The first type of the list that EC2 has, whatever it costs."),
            ),
        )
    return (
        Strategy(
            "price-capacity-optimized",
            _("Price and capacity"),
            _("Of the pools with the most to spare, the cheapest: few nodes are taken back."),
            True,
        ),
        Strategy(
            "capacity-optimized",
            _("Capacity"),
            _("The pools with the most to spare, whatever they cost."),
        ),
        Strategy(
            "capacity-optimized-prioritized",
            _("Capacity, in your order"),
            _("The pools with the most to spare; the order of the types counts where it can."),
        ),
        Strategy(
            "diversified",
            _("Spread"),
            _("Nodes of all types: what happens to one pool costs few of them."),
        ),
        Strategy(
            "lowest-price",
            _("Lowest price"),
            _("The cheapest pool, which is often the one that is taken back first."),
        ),
    )


def default_strategy(release: str) -> str:
    """What EMR does with Spot when no strategy is given."""
    if release_number(release) >= (6, 10):
        return "price-capacity-optimized"
    return "capacity-optimized"


def first_shortage_text(minutes: int, action: str) -> str:
    """What happens when a new fleet's Spot capacity does not come."""
    time = duration(60.0 * minutes)
    if action == "TERMINATE_CLUSTER":
        text = _("If EC2 has not found the Spot nodes after {time}, EMR ends the cluster.")
        return text.format(time=time)
    text = _(
        "If EC2 has not found the Spot nodes after {time}, EMR takes on-demand nodes instead, at "
        "their full price. This holds for the first start only."
    )
    return text.format(time=time)


def resize_shortage_text(minutes: int | None, market: Market) -> str:
    """What happens when a resize of a fleet finds too little capacity."""
    time = duration(60.0 * (minutes or _USUAL_MINUTES))
    if market is Market.SPOT:
        text = _(
            "EMR tries for {time} and then keeps the Spot nodes that came; the rest is dropped, "
            "and no on-demand nodes come in their place."
        )
    else:
        text = _("EMR tries for {time} and then keeps the on-demand nodes that came.")
    return text.format(time=time)


def group_shortage_text(role: Role, market: Market) -> str:
    """What happens when an instance group finds too little capacity: groups have no time-out."""
    if role is Role.CORE and market is Market.SPOT:
        return _("A core group on Spot waits until all of its nodes were found.")
    if market is Market.SPOT:
        return _(
            "The group works with the nodes that came; EMR goes on asking EC2 for the rest until "
            "you set another count. Groups have no time-out, fleets do."
        )
    return _(
        "If EC2 is short of the type, EMR suspends the group after some tries; setting the count "
        "again makes it try again."
    )


def timeout_problem(minutes: int | None, *, first: bool) -> str:
    """Why EMR would refuse the time-out; empty when it takes it."""
    low, high = FIRST_TIMEOUT_MINUTES if first else RESIZE_TIMEOUT_MINUTES
    if minutes is None or low <= minutes <= high:
        return ""
    return _("The time-out is {low} to {high}.").format(
        low=duration(60.0 * low), high=duration(60.0 * high)
    )
