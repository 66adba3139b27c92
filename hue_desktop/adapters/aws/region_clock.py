"""The region's own clock, measured from the Date header of its answers.

AWS's clock runs as ours does, a simulated region's may run faster, stand still or jump. Ages of
clusters must be counted on the region's clock, or a fast region shows nonsense.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime

from hue_desktop.core.api_usage import RegionClock

__all__ = ["DateClock"]

WINDOW_S = 60.0  #: local seconds of answers that are looked back on
LEAST_SPAN_S = 2.0  #: a rate from less than this is a guess
HEADER_STEP_S = 1.0  #: resolution of the Date header


class DateClock:
    """Collects (local time, Date header) pairs; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: deque[tuple[float, float]] = deque(maxlen=512)

    def observe(self, local_s: float, date_header: str) -> None:
        """Take in one answer: its arrival (Unix time) and Date header; nonsense is ignored."""
        from email.utils import parsedate_to_datetime

        try:
            region_s = parsedate_to_datetime(date_header).timestamp()
        except (TypeError, ValueError, OverflowError):
            return
        with self._lock:
            if self._seen and local_s < self._seen[-1][0]:
                if self._seen[-1][0] - local_s < 1.0:
                    return  # answers of two threads crossed
                self._seen.clear()  # the local clock was set back
            if self._jumped(local_s, region_s):
                self._seen.clear()
            self._seen.append((local_s, region_s))
            while local_s - self._seen[0][0] > WINDOW_S:
                self._seen.popleft()

    def now(self) -> RegionClock | None:
        """What is known; ``None`` before the first answer."""
        with self._lock:
            if not self._seen:
                return None
            local_s, region_s = self._seen[-1]
            rate = self._rate()
            if rate is not None:
                # the header cuts off the fraction: the answer that promises most is nearest
                region_s = max(at + rate * (local_s - then) for then, at in self._seen)
            return RegionClock(
                datetime.fromtimestamp(local_s, UTC), datetime.fromtimestamp(region_s, UTC), rate
            )

    def _rate(self) -> float | None:
        first, last = self._seen[0], self._seen[-1]
        span = last[0] - first[0]
        if span < LEAST_SPAN_S:
            return None
        rate = (last[1] - first[1]) / span
        # the header is cut off to a second, and one answer takes 20 ms longer than another
        unsure = (HEADER_STEP_S + 0.02 * max(1.0, rate)) / span
        for likely in (1.0, float(round(rate))):  # AWS's speed, or a whole one
            if abs(rate - likely) <= unsure:
                return likely
        return rate

    def _jumped(self, local_s: float, region_s: float) -> bool:
        """Whether the answer does not fit the rate so far: a jump, a pause or another speed."""
        rate = self._rate() if len(self._seen) > 1 else None
        if rate is None:
            return False
        passed = local_s - self._seen[-1][0]
        # from all answers: one after the other, many in a second, each is close to the one before
        expected = max(at + rate * (local_s - then) for then, at in self._seen)
        # two cut-off fractions, and answers that were up to a tenth of a second under way
        slack = 2 * HEADER_STEP_S + 0.3 * rate + 0.1 * rate * passed
        return abs(expected - region_s) > slack
