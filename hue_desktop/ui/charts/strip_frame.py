"""The measures of live strips on one time axis: who stands where, in pixels, without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["StripFrame", "how_many_fit"]

LEGEND = 124  #: names and values at the left
AXIS = 62  #: labels of the value axis
RIGHT = 8
LANE = 30  #: event marks on top
TIME = 34  #: labels of the time axis
HEAD = 14  #: above the axis of a strip, below its rule
FOOT = 10  #: below zero, above the next rule
_HEAD_LINE = 24  #: height of a strip's title
_LINE = 19  #: height of a line of its legend


@dataclass(frozen=True, slots=True)
class StripFrame:
    """Size of the widget, the strips' lines of legend, what the axis spans, what is scrolled."""

    width: int
    height: int
    lines: tuple[int, ...]
    start: float
    end: float
    scrolled: int = 0
    legend: int = LEGEND

    @property
    def left(self) -> int:
        """Where the time axis begins."""
        return self.legend + AXIS

    @property
    def right(self) -> int:
        """Where the time axis ends."""
        return max(self.left + 1, self.width - RIGHT)

    @property
    def top(self) -> int:
        """Where the strips begin, below the lane of events."""
        return LANE

    @property
    def bottom(self) -> int:
        """Where the strips end and the time labels begin."""
        return max(self.top + 1, self.height - TIME)

    @property
    def content(self) -> int:
        """How high all strips are together; more than there is room for when it scrolls."""
        heights, _tops = _places(self.lines, self.bottom - self.top)
        return max(self.bottom - self.top, sum(heights))

    def height_of(self, index: int) -> int:
        """Height of a strip, rule and margins included."""
        return _places(self.lines, self.bottom - self.top)[0][index]

    def top_of(self, index: int) -> int:
        """Where a strip begins: its rule."""
        return self.top - self.scrolled + _places(self.lines, self.bottom - self.top)[1][index]

    def axis(self, index: int) -> tuple[int, int]:
        """Top and height of a strip's axis."""
        return self.top_of(index) + HEAD, max(12, self.height_of(index) - HEAD - FOOT)

    def x(self, at: float) -> float:
        """Where a moment stands."""
        share = (at - self.start) / ((self.end - self.start) or 1.0)
        return self.left + share * (self.right - self.left)

    def moment(self, x: float) -> float:
        """Which moment stands at ``x``."""
        share = (x - self.left) / (self.right - self.left)
        return self.start + share * (self.end - self.start)

    def y(self, index: int, value: float, top: float) -> float:
        """Where a shown value of a strip stands."""
        axis_top, height = self.axis(index)
        return axis_top + 1 + (height - 2) * (1 - value / (top or 1.0))


@lru_cache(maxsize=64)
def _places(lines: tuple[int, ...], room: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Heights of the strips, and where each begins below the first one."""
    least = [_least(each) for each in lines]
    even = room // max(1, len(least))
    spare = max(0, room - sum(least)) // max(1, len(least))
    heights = tuple(even if max(least) <= even else each + spare for each in least)
    tops = tuple(sum(heights[:index]) for index in range(len(heights)))
    return heights, tops


def _least(lines: int) -> int:
    """The least height of a strip with so many lines in its legend."""
    return max(HEAD + 34 + FOOT, _HEAD_LINE + 2 + _LINE * lines + 4)


def how_many_fit(height: int, lines: Sequence[int]) -> int:
    """How many strips a chart of that height has room for; always one."""
    room, count = height - LANE - TIME, 0
    for each in lines:
        room -= _least(each)
        if room < 0:
            break
        count += 1
    return max(1, count)
