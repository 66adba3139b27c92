"""Pricing clusters and what-ifs."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.values import ClusterCost
from hue_desktop.services.fleet.service import FleetService

__all__ = ["CostService"]


class CostService:
    """The newest cost of clusters."""

    def __init__(self, access: AccessPool, fleet: FleetService) -> None:
        self._access = access
        self._fleet = fleet

    def of(self, ref: ClusterRef) -> ClusterCost | None:
        """The cost of a cluster now; ``None`` before its prices are known."""
        return self._fleet.snapshot().costs.get(ref)
