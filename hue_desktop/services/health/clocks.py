"""When something was measured, on the region's clock.

The region's clock is known from the Date headers of AWS's answers, to a second, and may run at
another rate than ours. This machine's clock may be set while we measure. So instants are counted on
a steady clock and put on the region's by a line that is drawn anew only when it has proved wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hue_desktop.core.ports import RegionClock

__all__ = ["RegionTimes", "steady"]

TOLERANCE_S = 2.0  #: local seconds by which two looks at the Date header may differ
_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)  #: goes on while the machine sleeps


def steady() -> float:
    """Seconds of a clock that nobody sets and that counts the machine's sleep where it can."""
    return time.clock_gettime(_CLOCK) if _CLOCK is not None else time.monotonic()


class RegionTimes:
    """Turns steady seconds into region epoch seconds; not safe from several threads."""

    def __init__(
        self, wall: Callable[[], float] = time.time, now: Callable[[], float] = steady
    ) -> None:
        self._wall = wall
        self._now = now
        self._seen: datetime | None = None
        self._anchor: tuple[float, float] | None = None  #: steady and region seconds
        self.rate = 1.0  #: region seconds per second

    def region(self, at: float, clock: RegionClock | None) -> float:
        """The region's time at a steady instant, with the newest that is known of its clock."""
        if clock is not None and clock.at_local != self._seen:
            self._seen = clock.at_local
            self._learn(clock)
        elif self._anchor is None:
            self._anchor = (self._now(), self._wall())
        steady_s, region_s = self._anchor or (at, self._wall())
        return region_s + (at - steady_s) * self.rate

    def _learn(self, clock: RegionClock) -> None:
        """Take a newer look at the clock in, if the line does not go through it."""
        now = self._now()
        rate = self.rate if clock.rate is None else clock.rate
        since = self._wall() - clock.at_local.timestamp()
        told = clock.region_time.timestamp() + since * rate
        if self._anchor is not None:
            drawn = self._anchor[1] + (now - self._anchor[0]) * self.rate
            if abs(told - drawn) <= TOLERANCE_S * max(1.0, rate):
                told = drawn  # a better rate bends the line, it does not break it
        self._anchor, self.rate = (now, told), rate


def utc(region_s: float) -> datetime:
    """Region epoch seconds as a time."""
    return datetime.fromtimestamp(region_s, UTC)
