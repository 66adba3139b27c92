"""Capacity that does not come: nodes that a group or fleet waits for, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import count, duration, node_rate
from hue_desktop.core.instances import (
    GroupState,
    Instance,
    InstanceFleet,
    InstanceGroup,
    InstanceState,
    Market,
)
from hue_desktop.core.text import _, ngettext

__all__ = ["PATIENCE", "Shortage", "bid_problem", "shortage"]

PATIENCE = timedelta(minutes=10)  #: EC2 gives what it has within a few minutes
_WAITING = (InstanceState.AWAITING_FULFILLMENT, InstanceState.PROVISIONING)
_SETTLED = (GroupState.TERMINATED, GroupState.TERMINATING, GroupState.ENDED, GroupState.ARRESTED)


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is missing: ``missing`` nodes of a group, or units of a fleet.

    ``since`` is when EMR asked for the node that waits longest (region time), ``None`` when no
    node tells. ``sentence`` says what is the case, ``next_step`` what can be done.
    """

    missing: int
    since: datetime | None
    sentence: str
    next_step: str


def shortage(
    snapshot: ClusterSnapshot, owner: InstanceGroup | InstanceFleet, now: datetime
) -> Shortage | None:
    """What the group or fleet has waited for longer than is usual; ``None`` when nothing is."""
    if owner.state in _SETTLED:
        return None
    missing = _missing(owner)
    waiting = [
        node
        for node in snapshot.instances or ()
        if node.group_id == owner.id and node.active and node.state in _WAITING
    ]
    since = min((node.created for node in waiting if node.created is not None), default=None)
    suspended = owner.state is GroupState.SUSPENDED
    if missing <= 0 or not (suspended or (since is not None and now - since >= PATIENCE)):
        return None
    text = _sentence(owner, missing, None if since is None else now - since)
    if owner.state_reason:
        text += " " + _("EMR says: {reason}").format(reason=owner.state_reason)
    return Shortage(missing, since, text, _next_step(owner, waiting))


def bid_problem(bid_usd_hour: float | None, spot_now: float | None) -> str:
    """Why no Spot node comes at this maximum price; empty when it is high enough or unknown."""
    if bid_usd_hour is None or spot_now is None or bid_usd_hour >= spot_now:
        return ""
    text = _("Spot costs {now} now, more than the {bid} to be paid at most: no node comes.")
    return text.format(now=node_rate(spot_now), bid=node_rate(bid_usd_hour))


def _missing(owner: InstanceGroup | InstanceFleet) -> int:
    if isinstance(owner, InstanceGroup):
        return owner.requested - owner.running
    on_demand = owner.target_on_demand - owner.provisioned_on_demand
    return max(0, on_demand) + max(0, owner.target_spot - owner.provisioned_spot)


def _sentence(owner: InstanceGroup | InstanceFleet, missing: int, waited: timedelta | None) -> str:
    if isinstance(owner, InstanceGroup):
        spot = _(" on Spot") if owner.market is Market.SPOT else ""
        text = ngettext(
            "{n} of {all} nodes is missing: EC2 has had no {type}{spot} to give",
            "{n} of {all} nodes are missing: EC2 has had no {type}{spot} to give",
            missing,
        ).format(n=count(missing), all=count(owner.requested), type=owner.instance_type, spot=spot)
    else:
        text = ngettext(
            "{n} unit is missing: EC2 has had none of the fleet’s types to give",
            "{n} units are missing: EC2 has had none of the fleet’s types to give",
            missing,
        ).format(n=count(missing))
    if waited is not None:
        text = _("{text} for {time}").format(text=text, time=duration(waited))
    return text + "."


def _next_step(owner: InstanceGroup | InstanceFleet, waiting: Sequence[Instance]) -> str:
    if isinstance(owner, InstanceFleet):
        return _("Give the fleet more types, or set its targets to what came.")
    came = count(owner.running)
    if owner.state is GroupState.SUSPENDED:
        text = _("EMR has stopped trying. Set the size again to make it try, or add another type.")
        return text
    azs = sorted({node.az for node in waiting if node.az})
    where = _(" in {az}").format(az=azs[0]) if len(azs) == 1 else ""
    text = _(
        "EMR goes on asking{where}. Add a task group of another type, or set this one to the {n} "
        "that came."
    )
    return text.format(where=where, n=came)
