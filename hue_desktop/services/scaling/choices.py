"""What a cluster can grow by: candidates, fleets made of them, room, quotas, interruption data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from hue_desktop.core.candidates.diversify import diversify
from hue_desktop.core.candidates.shortage import Shortage, shortage
from hue_desktop.core.candidates.values import (
    CandidateList,
    ClusterRoom,
    Diversification,
    DiversifySpec,
    PlacementScores,
    SpotLine,
    VcpuLimit,
)
from hue_desktop.core.candidates.yarn_memory import Measured
from hue_desktop.core.capacity_ports import SpotAdviceStore, SpotAdvisorFeed
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.instances import InstanceFleet, InstanceGroup, Market
from hue_desktop.core.pricing import PriceSource
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.planning import PlanMaker
from hue_desktop.services.scaling.candidates import CandidateReader
from hue_desktop.services.scaling.quotas import VcpuLimits

__all__ = ["Advisor", "Choices"]

Advisor = Callable[[], tuple[SpotAdvisorFeed, SpotAdviceStore]]


class Choices:
    """What says so blocks and raises a HueError; a cluster that is not known raises NotFound."""

    def __init__(
        self,
        fleet: FleetService,
        plans: PlanMaker,
        reader: CandidateReader,
        vcpu: VcpuLimits,
        advisor: Advisor | None,
    ) -> None:
        self._fleet = fleet
        self._plans = plans
        self._reader = reader
        self._vcpu = vcpu
        self._advisor = advisor

    def candidate_list(self, ref: ClusterRef, market: Market, group_id: str = "") -> CandidateList:
        """Types for more nodes of a group or fleet, or for a new task group. Blocks.

        All types of the release, ranked by price and risk, those of other processor architectures
        too. They come without 90-day lines and placement scores: ask for these of the rows that
        show.
        """
        found = self._reader.read(self._plans.cluster(ref), market, group_id)
        _source, problem = self.interruption_data()
        if problem and market is Market.SPOT:
            found = replace(found, missing=(*found.missing, problem))
        return found

    def spot_lines(self, ref: ClusterRef, names: Iterable[str]) -> Mapping[str, SpotLine]:
        """Spot prices of the last 90 days by type, 120 points at most each. Blocks."""
        return self._reader.spot_lines(self._plans.cluster(ref), names)

    def placement_scores(
        self, ref: ClusterRef, names: Sequence[str], capacity: int, *, alone: bool = True
    ) -> PlacementScores:
        """How likely EC2 finds ``capacity`` Spot nodes of the types now. Blocks.

        EC2 counts the questions of a day, so ask for what is about to be chosen, not for all rows.
        ``alone`` asks about each type by itself, too; EC2 gives a low score to any request with
        fewer than three types, so such scores compare with each other only.
        """
        return self._reader.scores(self._plans.cluster(ref), names, capacity, alone=alone)

    def diversify(
        self, ref: ClusterRef, spec: DiversifySpec, market: Market = Market.SPOT, fleet_id: str = ""
    ) -> Diversification:
        """Types for a fleet with proportional weights; those that it has stay in. Blocks."""
        snapshot = self._plans.cluster(ref)
        fleet = next((each for each in snapshot.fleets or () if each.id == fleet_id), None)
        has = tuple(kind.instance_type for kind in fleet.types) if fleet else ()
        spec = replace(spec, names=tuple(dict.fromkeys((*spec.names, *has))))
        found = self._reader.read(snapshot, market, fleet_id)
        return diversify(found.candidates, spec, market)

    def room(self, ref: ClusterRef) -> ClusterRoom:
        """Nodes, vCPU, memory, YARN memory and HDFS that the cluster is asked to have. Blocks."""
        return self._reader.room(self._plans.cluster(ref))

    def measured(self, ref: ClusterRef) -> Measured:
        """What the cluster's own nodes report of YARN memory and disks, by type."""
        return self._reader.measured(self._plans.cluster(ref))

    def vcpu_limit(self, ref: ClusterRef, market: Market, type_name: str, more: int) -> VcpuLimit:
        """Whether ``more`` nodes of a type fit into the account's vCPU quota. Blocks."""
        snapshot = self._plans.cluster(ref)
        return self._vcpu.read(ref, market, type_name, more, self._reader.types(snapshot))

    def shortage(self, ref: ClusterRef, owner_id: str) -> Shortage | None:
        """Nodes that a group or fleet has waited for too long, with what can be done."""
        snapshot = self._plans.cluster(ref)
        owners: tuple[InstanceGroup | InstanceFleet, ...] = (
            *(snapshot.groups or ()),
            *(snapshot.fleets or ()),
        )
        owner = next((each for each in owners if each.id == owner_id), None)
        now = self._fleet.snapshot().region_now(ref)
        return None if owner is None else shortage(snapshot, owner, now)

    def interruption_data(self) -> tuple[PriceSource | None, str]:
        """Which data on interruptions are in use, and why newer ones that were read are not."""
        if self._advisor is None:
            return None, ""
        _feed, store = self._advisor()
        return store.source, store.problem

    def refresh_interruptions(self) -> PriceSource | None:
        """Read the Spot Advisor's data anew and keep them for all connections. Blocks; HueError.

        What was known stays in use when they cannot be read or make no sense.
        """
        if self._advisor is None:
            return None
        feed, store = self._advisor()
        store.save(feed.read())
        return store.source
