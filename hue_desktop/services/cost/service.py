"""The newest cost of clusters, for those who have no snapshot in their hands."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.pricing import CostRate
from hue_desktop.services.cost.values import ClusterCost
from hue_desktop.services.fleet.service import FleetService

__all__ = ["CostService"]


class CostService:
    """Answers from the fleet's newest snapshot; never blocks."""

    def __init__(self, fleet: FleetService) -> None:
        self._fleet = fleet

    def of(self, ref: ClusterRef) -> ClusterCost | None:
        """The cost of a cluster now; ``None`` before its nodes and prices are known."""
        return self._fleet.snapshot().costs.get(ref)

    def of_connection(self, name: str) -> CostRate:
        """What all clusters of a connection cost now, as far as it is known."""
        total = CostRate()
        for ref, cost in self._fleet.snapshot().costs.items():
            if ref.connection == name:
                total += cost.rate
        return total
