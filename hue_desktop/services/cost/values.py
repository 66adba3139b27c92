"""The cost of a cluster as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hue_desktop.core.instances import Market, Role
from hue_desktop.core.pricing import CostRate, PriceSource

__all__ = ["ClusterCost"]


@dataclass(frozen=True, slots=True)
class ClusterCost:
    """$/h of a cluster now; ``by_node`` is USD per hour by EMR instance id.

    A node whose price nobody knows is missing in ``by_node`` and counted in ``rate.unknown``.
    """

    rate: CostRate
    by_role: Mapping[tuple[Role, Market], CostRate] = field(default_factory=dict)
    by_node: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[PriceSource, ...] = ()
