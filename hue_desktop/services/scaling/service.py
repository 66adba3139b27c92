"""Planning resizes and task groups. Nothing here changes anything: plans go to the journal."""

from __future__ import annotations

from hue_desktop.core.changes import FleetSpec, GroupSpec, Plan
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.instances import Market
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.launch.values import PricedType
from hue_desktop.services.planning import PlanMaker
from hue_desktop.services.scaling.values import SizeLimits

__all__ = ["ScalingService"]


class ScalingService:
    """``candidates`` blocks and raises a HueError; limits and plans answer at once."""

    def __init__(
        self, access: AccessPool, fleet: FleetService, books: PriceBooks, plans: PlanMaker
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._books = books
        self._plans = plans

    def plan_resize_group(self, ref: ClusterRef, group_id: str, count: int) -> Plan:
        """Set an instance group to ``count`` nodes."""
        raise NotImplementedError

    def plan_resize_fleet(self, ref: ClusterRef, fleet_id: str, on_demand: int, spot: int) -> Plan:
        """Set a fleet's targets, in units."""
        raise NotImplementedError

    def plan_add_task_group(self, ref: ClusterRef, group: GroupSpec) -> Plan:
        """Add a task group."""
        raise NotImplementedError

    def plan_add_task_fleet(self, ref: ClusterRef, fleet: FleetSpec) -> Plan:
        """Add the task fleet."""
        raise NotImplementedError

    def candidates(self, ref: ClusterRef, market: Market) -> tuple[PricedType, ...]:
        """Types for task nodes, the cheapest per vCPU and GiB first. Blocks."""
        raise NotImplementedError

    def limits(self, ref: ClusterRef, group_id: str) -> SizeLimits:
        """How far the group can be resized, and why."""
        raise NotImplementedError
