"""What managed scaling may cost when it has gone as far as it is allowed to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.cost import times
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.policies.values import Pool
from hue_desktop.core.pricing import CostRate

__all__ = ["Ceiling", "Growth", "ceiling_of"]


@dataclass(frozen=True, slots=True)
class Growth:
    """A pool that managed scaling may resize, with what one unit of it costs an hour.

    ``per_unit.unknown`` is above zero where a price is not known; ``node_units`` is how many units
    a node of it counts.
    """

    pool: Pool
    per_unit: CostRate
    node_units: float = 1.0


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that core and task nodes may cost, and the units at which they do.

    ``units`` is below the policy's maximum where no pool is allowed to take the rest: a limit of
    on-demand capacity without a Spot group, or of core capacity without a task group.
    """

    units: int
    rate: CostRate


def ceiling_of(policy: ManagedScaling, growths: Sequence[Growth]) -> Ceiling:
    """Fill what the limits leave with the dearest pools; an upper bound, not a forecast.

    A pool that is larger than its limit is counted at the limit: that is what EMR brings it to.
    """
    core_left = policy.maximum if policy.maximum_core is None else policy.maximum_core
    bought_left = policy.maximum if policy.maximum_on_demand is None else policy.maximum_on_demand
    left = policy.maximum
    total = CostRate()
    for growth in _dearest_first(growths):
        room = left
        if growth.pool.role is Role.CORE:
            room = min(room, core_left)
        if growth.pool.market is Market.ON_DEMAND:
            room = min(room, bought_left)
        room = max(0, room)
        total += _of_units(growth, room)
        left -= room
        if growth.pool.role is Role.CORE:
            core_left -= room
        if growth.pool.market is Market.ON_DEMAND:
            bought_left -= room
    return Ceiling(policy.maximum - left, total)


def _dearest_first(growths: Iterable[Growth]) -> list[Growth]:
    return sorted(growths, key=lambda each: (-each.per_unit.total, each.pool.id))


def _of_units(growth: Growth, units: int) -> CostRate:
    """So many units; the unknown prices are counted in nodes."""
    nodes = math.ceil(units / growth.node_units)
    return replace(times(growth.per_unit, units), unknown=nodes if growth.per_unit.unknown else 0)
