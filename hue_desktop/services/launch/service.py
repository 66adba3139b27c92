"""Planning a cluster's life. Nothing here changes anything: plans go to the journal."""

from __future__ import annotations

from collections.abc import Mapping, Set

from hue_desktop.core.changes import ClusterSpec, Plan
from hue_desktop.core.clusters import Application, ClusterRef, ClusterSnapshot
from hue_desktop.core.pricing import CostRate
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.launch.values import LaunchOptions, PricedType, SpecProblem
from hue_desktop.services.planning import PlanMaker

__all__ = ["LaunchService"]


class LaunchService:
    """Options and prices block and raise a HueError; checks and plans answer at once."""

    def __init__(
        self, access: AccessPool, fleet: FleetService, books: PriceBooks, plans: PlanMaker
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._books = books
        self._plans = plans

    def options(self, connection: str, region: str) -> LaunchOptions:
        """What the region offers for a new cluster. Blocks."""
        raise NotImplementedError

    def applications(self, connection: str, region: str, release: str) -> tuple[Application, ...]:
        """What a release can install. Blocks."""
        raise NotImplementedError

    def instance_types(self, connection: str, region: str, release: str) -> tuple[PricedType, ...]:
        """The types a release supports, with prices. Blocks."""
        raise NotImplementedError

    def clone_spec(self, snapshot: ClusterSnapshot) -> ClusterSpec:
        """The cluster as a new one would be asked for."""
        raise NotImplementedError

    def check(self, spec: ClusterSpec) -> tuple[SpecProblem, ...]:
        """What EMR would refuse."""
        raise NotImplementedError

    def price(self, connection: str, region: str, spec: ClusterSpec) -> CostRate:
        """$/h of the cluster once all nodes run. Blocks (prices are read at the first call)."""
        raise NotImplementedError

    def plan_create(self, connection: str, region: str, spec: ClusterSpec) -> Plan:
        """Create the cluster. Blocks for prices."""
        raise NotImplementedError

    def plan_terminate(self, ref: ClusterRef) -> Plan:
        """End the cluster; says what is lost."""
        raise NotImplementedError

    def plan_protection(self, ref: ClusterRef, protected: bool) -> Plan:
        """Turn termination protection on or off."""
        raise NotImplementedError

    def plan_tags(self, ref: ClusterRef, tags: Mapping[str, str], remove: Set[str]) -> Plan:
        """Set and remove tags; tags that are neither named stay."""
        raise NotImplementedError

    def plan_auto_termination(self, ref: ClusterRef, idle_timeout_s: int | None) -> Plan:
        """End the cluster after so many idle seconds, or never by itself (``None``)."""
        raise NotImplementedError
