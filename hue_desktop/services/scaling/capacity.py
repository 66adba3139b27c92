"""What speaks against more nodes: a quota, capacity that does not come, a maximum price too low."""

from __future__ import annotations

from collections.abc import Iterable

from hue_desktop.core.candidates.shortage import bid_problem, shortage
from hue_desktop.core.changes import GroupSpec, Risk, RiskLevel
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.instances import FleetType, GroupState, InstanceGroup, Market
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.scaling.candidates import CandidateReader
from hue_desktop.services.scaling.quotas import VcpuLimits

__all__ = ["CapacityRisks", "bid_risks"]


class CapacityRisks:
    """From what was read before; nothing here blocks."""

    def __init__(
        self, fleet: FleetService, books: PriceBooks, reader: CandidateReader, vcpu: VcpuLimits
    ) -> None:
        self._fleet = fleet
        self._books = books
        self._reader = reader
        self._vcpu = vcpu

    def growing(
        self, snapshot: ClusterSnapshot, group: InstanceGroup, wanted: int
    ) -> tuple[Risk, ...]:
        """More nodes of a group that waits for some already, or that pays too little for them."""
        if wanted < group.requested or group.state is GroupState.SUSPENDED:
            return ()
        found: list[Risk] = []
        now = self._fleet.snapshot().region_now(snapshot.ref)
        waits = shortage(snapshot, group, now)
        if waits is not None:
            found.append(Risk(RiskLevel.WARN, f"{waits.sentence} {waits.next_step}"))
        if wanted > group.requested:
            book = self._books.now(snapshot.ref.connection, snapshot.ref.region)
            found.extend(bid_risks(book, group, snapshot.cluster.az if snapshot.cluster else ""))
        return tuple(found)

    def over_quota(
        self, snapshot: ClusterSnapshot, market: Market, type_name: str, more: int
    ) -> tuple[Risk, ...]:
        """A warning when the account's quota is known and does not allow the nodes."""
        types = self._reader.known_types(snapshot)
        return self._vcpu.risks(snapshot, market, type_name, more, types)

    def units_over_quota(
        self, snapshot: ClusterSnapshot, types: Iterable[FleetType], on_demand: int, spot: int
    ) -> tuple[Risk, ...]:
        """The same for so many more units of a fleet, made of the type with the fewest vCPU."""
        known = self._reader.known_types(snapshot)
        sized = [
            (known[each.instance_type].vcpu / max(1, each.weight), each)
            for each in types
            if each.instance_type in known
        ]
        if not sized:
            return ()
        _vcpu, one = min(sized, key=lambda pair: pair[0])
        found: list[Risk] = []
        for market, units in ((Market.ON_DEMAND, on_demand), (Market.SPOT, spot)):
            nodes = -(-units // max(1, one.weight))
            found.extend(self.over_quota(snapshot, market, one.instance_type, nodes))
        return tuple(found)


def bid_risks(book: PriceBook, group: InstanceGroup | GroupSpec, az: str) -> tuple[Risk, ...]:
    if group.market is not Market.SPOT:
        return ()
    text = bid_problem(group.bid_usd_hour, book.spot(group.instance_type, az))
    return (Risk(RiskLevel.WARN, text),) if text else ()
