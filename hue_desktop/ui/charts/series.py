"""What a chart is given: lines, strips of lines that share a unit, and marks on the time axis."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hue_desktop.ui.charts.ticks import nice_top
from hue_desktop.ui.parts import StateShape

__all__ = ["Line", "LineStyle", "Mark", "Point", "Strip", "segments", "value_at"]

Point = tuple[datetime, float]


class LineStyle(Enum):
    """How a series is drawn."""

    AREA = "area"  #: a line and a light fill down to zero
    LINE = "line"
    STEP = "step"  #: holds its value until the next one: counts, prices
    LIMIT = "limit"  #: dashed steps: capacity, thresholds


@dataclass(frozen=True, slots=True)
class Line:
    """One series; ``color`` is a token, points are (UTC, value) in time order."""

    key: str
    title: str
    color: str
    points: tuple[Point, ...]
    style: LineStyle = LineStyle.LINE
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Strip:
    """Series of one unit above each other's axis from zero. ``top`` fixes the axis (percent)."""

    key: str
    title: str
    unit: str
    lines: tuple[Line, ...]
    whole: bool = False  #: things that are counted: no halves on the axis
    top: float | None = None
    gives_way: bool = False  #: left out first where a chart is too low for all its strips

    @property
    def highest(self) -> float:
        """The value at the top of the axis."""
        if self.top is not None:
            return self.top
        values = [value for line in self.lines for _at, value in line.points]
        return nice_top(max(values, default=0.0), whole=self.whole)


@dataclass(frozen=True, slots=True)
class Mark:
    """An event on the time axis; without a state's ``shape`` it is a dot in the accent colour.

    ``label`` stands beside it where there is room; ``text`` says all, in its tooltip.
    """

    at: datetime
    text: str
    shape: StateShape | None = None
    label: str = ""


def segments(points: Sequence[Point], gap_s: float) -> list[list[Point]]:
    """The points in runs without a gap longer than ``gap_s``; a gap is not bridged by a line."""
    runs: list[list[Point]] = []
    for point in points:
        if runs and (point[0] - runs[-1][-1][0]).total_seconds() <= gap_s:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def value_at(line: Line, at: datetime, gap_s: float) -> Point | None:
    """The point nearest to ``at``, for steps the one that holds there; ``None`` inside a gap."""
    times = [moment for moment, _value in line.points]
    index = bisect_left(times, at)
    before = line.points[index - 1] if index else None
    after = line.points[index] if index < len(times) else None
    if after is not None and after[0] == at:
        return after
    near = [point for point in (before, after) if point is not None]
    if line.style in (LineStyle.STEP, LineStyle.LIMIT):
        near = [point for point in (before,) if point is not None]
    best = min(near, key=lambda point: abs((point[0] - at).total_seconds()), default=None)
    if best is None or abs((best[0] - at).total_seconds()) > gap_s:
        return None
    return best
