"""What the scaling service needs from the world to judge capacity; see ``core.ports`` for promises.

Every method blocks, may be called from any thread, and raises a ``HueError`` when it fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["AzScore", "Quota", "QuotaDoor", "SpotPlacement"]


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
