"""What the scaling service needs from the world to judge capacity; see ``core.ports`` for promises.

Every method blocks, may be called from any thread, and raises a ``HueError`` when it fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from hue_desktop.core.pricing import PriceSource

__all__ = [
    "AzScore",
    "Quota",
    "QuotaDoor",
    "SpotAdviceStore",
    "SpotAdvisorData",
    "SpotAdvisorFeed",
    "SpotPlacement",
]


@dataclass(frozen=True, slots=True)
class AzScore:
    """EC2's placement score, 1 to 10, of one AZ (or of the region when ``az`` is empty).

    ``az`` is the account's own name of it where EC2 told the id, else the id.
    """

    region: str
    az: str
    score: int


class SpotPlacement(Protocol):
    """Where EC2 has which types and finds Spot nodes: one connection in one region."""

    def offered(self, az: str) -> frozenset[str]:
        """The types that EC2 has in an AZ (DescribeInstanceTypeOfferings); kept for some hours."""

    def scores(
        self, instance_types: Sequence[str], capacity: int, *, by_az: bool = True
    ) -> tuple[AzScore, ...]:
        """GetSpotPlacementScores for ``capacity`` nodes of any of the types, best first.

        EC2 limits how many different questions an account may ask in a day (``Throttled`` or
        ``Refused`` then), so an answer is kept and given again for a while.
        """


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota of the account in the region. ``applied`` is in the quota's own unit (vCPU)."""

    service: str
    code: str
    name: str
    applied: float
    adjustable: bool = True


class QuotaDoor(Protocol):
    """Service Quotas of one connection in one region."""

    def quotas(self, service: str) -> Mapping[str, Quota]:
        """The account's quotas of a service (``ec2``) by code; kept for some hours."""


@dataclass(frozen=True)
class SpotAdvisorData:
    """What the Spot Advisor publishes (Linux): class and saving in per cent by region and type.

    ``classes`` are the bounds of each class as shares of nodes taken back in a month; ``None``: no
    upper end. ``day`` is when AWS made the data.
    """

    day: date
    classes: tuple[tuple[float, float | None], ...]
    regions: Mapping[str, Mapping[str, tuple[int, int]]]


class SpotAdvisorFeed(Protocol):
    """The published data of the Spot Advisor."""

    def read(self) -> SpotAdvisorData:
        """Read them from where AWS publishes them. ``ProtocolError`` when they make no sense."""


class SpotAdviceStore(Protocol):
    """The data that came with the application, and newer ones that the user has read."""

    @property
    def source(self) -> PriceSource | None:
        """Which data are in use and of when; ``None`` when there are none."""

    @property
    def problem(self) -> str:
        """Why the user's copy is not in use; empty when it is, or when there is none."""

    def save(self, data: SpotAdvisorData) -> None:
        """Keep newer data in the user's data directory. ``StateError``."""
