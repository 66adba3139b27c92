"""From thousands of points to what a chart has pixels for, with every peak and every gap kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hue_desktop.ui.charts.buffer import Column

__all__ = ["Trace", "break_after", "trace"]

_LOCAL = 4.0  #: a distance so many times that of its neighbours is a gap, whatever the source
_SEEN = 1.5  #: pixels; a narrower gap cannot be seen


class Trace(NamedTuple):
    """Points in pixels from the left and in values; ``joined[i]``: a line leads to point i + 1."""

    x: Column
    y: Column
    joined: NDArray[np.bool_]


def break_after(times: Column, gap_s: float) -> NDArray[np.bool_]:
    """For each point but the last: whether nothing was measured between it and the next.

    A series may be fine in one part and coarse in another (what was recorded, then what
    CloudWatch knows), so a distance is compared with its neighbours, too.
    """
    steps = np.diff(times)
    if len(steps) < 3:
        return np.asarray(steps > gap_s)
    beside = np.empty_like(steps)
    np.maximum(steps[:-2], steps[2:], out=beside[1:-1])
    beside[0], beside[-1] = steps[1], steps[-2]
    return np.asarray((steps > gap_s) | (steps > _LOCAL * beside))


def trace(
    times: Column, values: Column, start: float, end: float, width: int, gap_s: float
) -> Trace:
    """The points between two moments (and one on either side) on ``width`` pixels.

    Where several points share a pixel, the lowest and the highest of them are kept.
    """
    low = max(0, int(np.searchsorted(times, start)) - 1)
    high = int(np.searchsorted(times, end, side="right")) + 1
    times, values = times[low:high], values[low:high]
    per_s = width / max(end - start, 1e-9)
    x = (times - start) * per_s
    if len(x) < 2:
        return Trace(x, values, np.zeros(len(x), dtype=np.bool_))
    broken = break_after(times, gap_s) & (np.diff(x) >= _SEEN)
    if len(x) > 2 * width:
        return _thinned(x, values, broken)
    return Trace(x, values, np.append(~broken, False))


def _thinned(x: Column, values: Column, broken: NDArray[np.bool_]) -> Trace:
    """Two points for each pixel that has any: its lowest and its highest value."""
    pixel = np.floor(x)
    new = np.concatenate(([True], (np.diff(pixel) > 0) | broken))
    first = np.flatnonzero(new)
    count = len(first)
    out_x, out_y = np.empty(2 * count), np.empty(2 * count)
    out_x[0::2] = out_x[1::2] = x[first]
    out_y[0::2] = np.minimum.reduceat(values, first)
    out_y[1::2] = np.maximum.reduceat(values, first)
    joined = np.ones(2 * count, dtype=np.bool_)
    joined[1:-1:2] = ~broken[first[1:] - 1]
    joined[-1] = False
    return Trace(out_x, out_y, joined)
