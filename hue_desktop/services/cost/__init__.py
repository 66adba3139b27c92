"""What clusters cost per hour: by role, by node, and what a change would make of it."""

from __future__ import annotations

from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.cost.values import ClusterCost

__all__ = ["ClusterCost", "PriceBooks"]
