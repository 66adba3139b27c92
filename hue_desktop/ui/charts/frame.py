"""The measures of strips on one time axis: who stands where, in pixels, without Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["Frame"]

_LEGEND = 136  #: names and values at the left
_AXIS = 52  #: labels of the value axis
_RIGHT = 8
_LANE = 26  #: event marks on top
_TIME = 26  #: labels of the time axis
_STRIP_GAP = 16
_ROOMY = 280  #: a lower chart moves its strips together


@dataclass(frozen=True, slots=True)
class Frame:
    """Size of the widget, number of strips, and the time that the axis spans."""

    width: int
    height: int
    strips: int
    start: datetime
    end: datetime

    @property
    def left(self) -> int:
        """Where the time axis begins."""
        return _LEGEND + _AXIS

    @property
    def right(self) -> int:
        """Where the time axis ends."""
        return max(self.left + 1, self.width - _RIGHT)

    @property
    def lane_y(self) -> int:
        """The middle of the lane of event marks."""
        return _LANE // 2

    @property
    def bottom(self) -> int:
        """Where the last strip ends and the time labels begin."""
        return self.height - _TIME

    @property
    def gap(self) -> int:
        """Room between two strips."""
        return _STRIP_GAP if self.height >= _ROOMY else _STRIP_GAP - 4

    @property
    def strip_height(self) -> int:
        """Height of one strip."""
        count = max(1, self.strips)
        room = self.bottom - _LANE - 8 - (count - 1) * self.gap
        return max(12, room // count)

    def strip_top(self, index: int) -> int:
        """Top of a strip's axis."""
        return _LANE + 8 + index * (self.strip_height + self.gap)

    def x(self, at: datetime) -> float:
        """Where a moment stands."""
        span = (self.end - self.start).total_seconds() or 1.0
        share = (at - self.start).total_seconds() / span
        return self.left + share * (self.right - self.left)

    def moment(self, x: float) -> datetime:
        """Which moment stands at ``x``."""
        share = (x - self.left) / (self.right - self.left)
        return self.start + timedelta(seconds=share * (self.end - self.start).total_seconds())

    def y(self, index: int, value: float, highest: float) -> float:
        """Where a value of a strip stands."""
        return self.strip_top(index) + self.strip_height * (1 - value / (highest or 1.0))
