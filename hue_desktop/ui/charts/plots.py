"""What a live chart is given: plots (strips) of curves that read their points from buffers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from hue_desktop.core.format import count, decimal
from hue_desktop.ui.charts.buffer import SeriesBuffer
from hue_desktop.ui.charts.series import LineStyle
from hue_desktop.ui.charts.ticks import nice_top

__all__ = ["AxisTop", "Curve", "Plot", "Threshold", "plain"]

_SHRINK_BELOW = 0.4  #: an axis shrinks when its highest value is below this part of it …
_SHRINK_AFTER = 20  #: … for so many refreshes


def plain(value: float) -> str:
    """A figure as the legend shows it: whole numbers, small ones with a decimal or two."""
    if value == round(value) or abs(value) >= 100:
        return count(value)
    return decimal(value, 1 if abs(value) >= 1 else 2)


@dataclass(frozen=True, eq=False)
class Curve:
    """One line; ``color`` is a token. The points are those of ``data`` when it is drawn."""

    key: str
    title: str
    color: str
    data: SeriesBuffer
    style: LineStyle = LineStyle.LINE

    @property
    def gap_s(self) -> float:
        """A longer distance between two points is not bridged."""
        return 2.6 * self.data.step_s

    def at(self, moment: float) -> tuple[float, float] | None:
        """The point nearest to a moment, for steps the one that holds there; none in a gap."""
        times = self.data.times
        if not len(times):
            return None
        index = int(np.searchsorted(times, moment, side="right"))
        near = (
            [index - 1] if self.style in (LineStyle.STEP, LineStyle.LIMIT) else [index - 1, index]
        )
        near = [i for i in near if 0 <= i < len(times)]
        if not near:
            return None
        best = min(near, key=lambda i: abs(float(times[i]) - moment))
        reach = self.gap_s
        if 0 < index < len(times) and float(times[index] - times[index - 1]) > reach:
            reach = self.data.step_s  # between the ends of a gap nothing was measured
        if abs(float(times[best]) - moment) > reach:
            return None
        return float(times[best]), float(self.data.values[best])


@dataclass(frozen=True, slots=True)
class Threshold:
    """A line where a rule begins to warn; ``token`` is its colour, ``text`` stands on it."""

    value: float
    token: str
    text: str


@dataclass(frozen=True, eq=False)
class Plot:
    """Curves of one unit above one axis from zero.

    Raw values are divided by ``scale`` before anybody sees them. ``top`` fixes the axis (shown
    unit), ``whole`` is for things that are counted, ``words`` writes a shown value.
    """

    key: str
    title: str
    unit: str
    curves: tuple[Curve, ...]
    scale: float = 1.0
    top: float | None = None
    whole: bool = False
    limits: tuple[Threshold, ...] = ()
    words: Callable[[float], str] = plain
    names: tuple[str, ...] = field(default=())  #: metric of each curve, for the header of a CSV

    def highest(self, start: float, end: float) -> float:
        """The highest value shown between two moments, in the shown unit."""
        best = 0.0
        for curve in self.curves:
            times = curve.data.times
            low = np.searchsorted(times, start)
            high = np.searchsorted(times, end, side="right")
            if high > low:
                best = max(best, float(curve.data.values[low:high].max()))
        return best / self.scale


class AxisTop:
    """The value at the top of an axis, which grows at once and shrinks only after a while."""

    def __init__(self) -> None:
        self.value = 1.0
        self._low_for = 0
        self._fresh = True

    def reset(self) -> None:
        """Fit what comes next exactly: another range is shown."""
        self._fresh = True

    def fit(self, plot: Plot, highest: float) -> float:
        """The top for a plot whose highest shown value is ``highest``."""
        if plot.top is not None:
            self.value = plot.top
            return self.value
        wanted = nice_top(highest, whole=plot.whole)
        low = wanted <= self.value * _SHRINK_BELOW
        self._low_for = self._low_for + 1 if low else 0
        if self._fresh or wanted > self.value or self._low_for > _SHRINK_AFTER:
            self.value, self._fresh, self._low_for = wanted, False, 0
        return self.value
