"""What the door to AWS tells of itself: how much it asks, and the region's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["ApiUsage", "RegionClock"]


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """What the request meter says of one connection and region."""

    per_second: float  #: EMR requests per second over the last minute
    limit_per_second: float  #: what we allow ourselves: half of the account's quota, or less
    throttled_until: datetime | None = None  #: slowed down because AWS asked for it


@dataclass(frozen=True, slots=True)
class RegionClock:
    """The region's own time, measured from the Date header of its answers.

    ``rate`` is region seconds per local second: 1 for AWS, another for a region whose clock runs
    fast; ``None`` until two answers far enough apart have been seen.
    """

    at_local: datetime
    region_time: datetime
    rate: float | None = None
