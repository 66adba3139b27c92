"""The most that managed scaling may come to: what its limits allow, at the prices of now.

Limits count core and task nodes, never the master (EMR's guide on managed scaling). How EMR mixes
what it adds is its own affair, so every unit up to the maximum is reckoned as the dearest kind that
the limits of core and of on-demand leave room for: an upper end, not a forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.cost import times
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.pricing import CostRate

__all__ = ["Growing", "ceiling"]


@dataclass(frozen=True, slots=True)
class Growing:
    """Nodes that managed scaling may add to: units there are now, and $/h of one more.

    A unit is what the limits count: an instance, a vCPU or a fleet's unit.
    """

    role: Role
    market: Market
    units: float
    rate: CostRate


def ceiling(
    policy: ManagedScaling, parts: Sequence[Growing], now: CostRate
) -> tuple[CostRate, float] | None:
    """The highest rate under the limits, and how many units are added until then.

    ``now`` is the rate of the cluster with the units of ``parts`` in it. ``None`` without anything
    that could grow; no more than now where the limits are reached already.
    """
    workers = [part for part in parts if part.role is not Role.MASTER]
    if not workers:
        return None
    left = policy.maximum - sum(part.units for part in workers)
    most_core = policy.maximum if policy.maximum_core is None else policy.maximum_core
    most_listed = policy.maximum if policy.maximum_on_demand is None else policy.maximum_on_demand
    core = most_core - sum(part.units for part in workers if part.role is Role.CORE)
    listed = most_listed - sum(p.units for p in workers if p.market is Market.ON_DEMAND)
    rate, added = now, 0.0
    for part in sorted(workers, key=lambda each: -each.rate.total):
        more = max(0.0, left)
        if part.role is Role.CORE:
            more = min(more, max(0.0, core))
        if part.market is Market.ON_DEMAND:
            more = min(more, max(0.0, listed))
        if more <= 0:
            continue
        rate += times(part.rate, more)
        added, left = added + more, left - more
        core -= more if part.role is Role.CORE else 0
        listed -= more if part.market is Market.ON_DEMAND else 0
    return rate, added
