"""What the fleet service publishes: the newest snapshot, and what changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError
from hue_desktop.services.cost.values import ClusterCost

if TYPE_CHECKING:
    from hue_desktop.core.ports import ApiUsage, RegionClock

__all__ = [
    "PARTS",
    "ConnectionState",
    "ConnectionStatus",
    "FleetChange",
    "FleetSnapshot",
    "extrapolate",
]

#: The names in ``FleetChange.parts``.
PARTS = ("summary", "cluster", "groups", "fleets", "instances", "steps", "cost", "metrics")


class ConnectionState(Enum):
    """How a connection does in one region."""

    CONNECTING = "connecting"  #: nothing was read yet
    ONLINE = "online"
    STALE = "stale"  #: it answered before and does not now; the last data is kept
    FAILED = "failed"  #: it never answered
    EXPIRED = "expired"  #: the credentials ended; nothing is asked until they are renewed


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """A connection in one of its regions. ``last_read`` is the local UTC of the last answer."""

    connection: Connection
    region: str
    state: ConnectionState
    error: HueError | None = None
    caller_arn: str = ""
    usage: ApiUsage | None = None
    clock: RegionClock | None = None
    last_read: datetime | None = None
    read_only: bool = False


@dataclass(frozen=True)
class FleetSnapshot:
    """Everything known now. ``metrics`` are the newest CloudWatch values by AWS metric name."""

    generation: int = 0
    connections: tuple[ConnectionStatus, ...] = ()
    clusters: Mapping[ClusterRef, ClusterSnapshot] = field(default_factory=dict)
    costs: Mapping[ClusterRef, ClusterCost] = field(default_factory=dict)
    metrics: Mapping[ClusterRef, Mapping[str, float]] = field(default_factory=dict)

    def of_connection(self, name: str, region: str | None = None) -> tuple[ClusterSnapshot, ...]:
        """The clusters of a connection, of one region or all."""
        return tuple(
            cluster
            for ref, cluster in self.clusters.items()
            if ref.connection == name and region in (None, ref.region)
        )

    def status(self, name: str, region: str | None = None) -> ConnectionStatus | None:
        """How a connection does: in ``region``, or in the first of its regions."""
        for status in self.connections:
            if status.connection.name == name and region in (None, status.region):
                return status
        return None

    def usd_hour(self, connection: str) -> float | None:
        """$/h of a connection; ``None`` while it has active clusters of unknown cost only."""
        active = [each.ref for each in self.of_connection(connection) if each.summary.state.active]
        known = [self.costs[ref].rate.total for ref in active if ref in self.costs]
        return sum(known) if known or not active else None

    def region_now(
        self, where: ClusterRef | str, region: str | None = None, *, now: datetime | None = None
    ) -> datetime:
        """The region's own time: its clock continued at its rate, else this machine's UTC.

        ``where`` is a cluster or the name of a connection.
        """
        local = now or datetime.now(UTC)
        name = where if isinstance(where, str) else where.connection
        place = region if isinstance(where, str) else where.region
        status = self.status(name, place)
        return extrapolate(status.clock if status else None, local)


def extrapolate(clock: RegionClock | None, local: datetime) -> datetime:
    """What ``clock`` shows when this machine shows ``local``; without a clock, the same."""
    if clock is None:
        return local
    return clock.region_time + (local - clock.at_local) * (
        1.0 if clock.rate is None else clock.rate
    )


@dataclass(frozen=True, slots=True)
class FleetChange:
    """The newest snapshot and what is different in it; unchanged data announces nothing.

    ``clusters`` holds the new and changed ones, ``parts`` says which parts of each (``PARTS``).
    """

    snapshot: FleetSnapshot
    connections: frozenset[str] = frozenset()
    clusters: frozenset[ClusterRef] = frozenset()
    removed: frozenset[ClusterRef] = frozenset()
    parts: Mapping[ClusterRef, frozenset[str]] = field(default_factory=dict)
