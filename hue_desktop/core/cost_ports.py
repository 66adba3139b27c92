"""What the cost service needs from the world; the same promises as in ``core.ports``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hue_desktop.core.billing import PriceStep, SpotHistory
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.core.metrics import YarnApplication

__all__ = [
    "ApplicationStore",
    "CostExplorer",
    "ExplorerCosts",
    "ExplorerStore",
    "KeptSpot",
    "LaunchStore",
    "LaunchTimes",
    "SpotHistories",
    "SpotStore",
]

Pool = tuple[str, str]
"""An instance type and an AZ."""


class SpotHistories(Protocol):
    """Spot prices over time (Linux/UNIX) of one connection in one region."""

    def read(self, pools: Iterable[Pool], start: float, end: float) -> SpotHistory:
        """The prices of these pools from ``start`` to ``end`` (region epoch seconds). Blocks.

        EC2 tells the last 90 days; older prices are those that were read while it told them.
        A stretch that nobody read begins with a step of NaN. ``HueError`` when EC2 refuses and
        nothing was kept.
        """


@dataclass(frozen=True)
class KeptSpot:
    """What was kept of a pool: its steps, and until when they hold."""

    steps: tuple[PriceStep, ...] = ()
    until: float = 0.0


class SpotStore(Protocol):
    """Spot prices in the state directory, by connection (AZ names differ by account) and region."""

    def load(self, connection: str, region: str, pools: Iterable[Pool]) -> Mapping[Pool, KeptSpot]:
        """What was kept of these pools."""

    def add(
        self, connection: str, region: str, pool: Pool, steps: Sequence[PriceStep], until: float
    ) -> None:
        """Keep more steps; an instant that is there keeps its price. They hold ``until`` then."""


class LaunchTimes(Protocol):
    """When EC2 launched the nodes of clusters (region epoch seconds by EC2 id)."""

    def read(self, cluster_id: str) -> Mapping[str, float]:
        """Those that EC2 tells now and those that are known from before. Blocks; ``HueError``."""

    def known(self, cluster_id: str) -> Mapping[str, float]:
        """Those that are known from before."""


class ApplicationStore(Protocol):
    """YARN applications in the state directory, as they were seen last."""

    def load(self, ref: ClusterRef) -> tuple[YarnApplication, ...]:
        """What was kept; one that still ran ends when it was seen last."""

    def save(
        self, ref: ClusterRef, applications: Iterable[YarnApplication], seen_at: float
    ) -> None:
        """Keep these as they were seen at ``seen_at`` (region epoch seconds)."""


class LaunchStore(Protocol):
    """Launches of nodes in the state directory."""

    def load(self, connection: str, cluster_id: str) -> Mapping[str, float]:
        """What was kept, by EC2 id."""

    def add(self, connection: str, cluster_id: str, launched: Mapping[str, float]) -> None:
        """Keep more; what is there stays."""


@dataclass(frozen=True, slots=True)
class ExplorerCosts:
    """What Cost Explorer says, in USD by (usage type, record type), between two UTC days.

    ``end`` is the day after the last. ``estimated`` is AWS's own word: the bill is not final.
    ``asked_at`` is this machine's epoch seconds: an answer is used for a day, as each costs $0.01.
    """

    start: date
    end: date
    usd: Mapping[tuple[str, str], float] = field(default_factory=dict)
    estimated: bool = True
    asked_at: float = 0.0

    @property
    def total(self) -> float:
        """All usage types and record types."""
        return sum(self.usd.values())


class CostExplorer(Protocol):
    """Cost Explorer of one connection. AWS charges $0.01 for each request: ask on demand only."""

    def costs(self, cluster_id: str, start: date, end: date) -> ExplorerCosts:
        """GetCostAndUsage by EMR's own tag on the cluster's resources. Blocks.

        The same question is answered from what was heard for a day. ``AccessDenied`` without
        permission, ``Refused`` where Cost Explorer was never turned on.
        """


class ExplorerStore(Protocol):
    """Cost Explorer's answers in the state directory."""

    def load(self, connection: str, cluster_id: str) -> ExplorerCosts | None:
        """The newest answer."""

    def save(self, connection: str, cluster_id: str, costs: ExplorerCosts) -> None:
        """Keep the newest answer in place of an older one."""
