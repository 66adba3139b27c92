"""The line of a Spot price over the last 90 days, thinned to what a table cell can show. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hue_desktop.core.billing import PriceStep
from hue_desktop.core.candidates.values import SpotLine

__all__ = ["LINE_S", "MOST_POINTS", "spot_line"]

LINE_S = 90 * 86400.0
MOST_POINTS = 120


def spot_line(
    steps: Sequence[PriceStep], start: float, end: float, most: int = MOST_POINTS
) -> SpotLine:
    """The price between two instants (region epoch seconds) in at most ``most`` points.

    Stretches that nobody read (NaN) are left out at the beginning and end and bridged between.
    Of each part of the time the highest and the lowest price stay, so that a spike still shows.
    """
    inside = [(at, usd) for at, usd in steps if start <= at <= end and not math.isnan(usd)]
    before = [usd for at, usd in steps if at < start]
    if before and not math.isnan(before[-1]) and (not inside or inside[0][0] > start):
        inside.insert(0, (start, before[-1]))
    if not inside:
        return ()
    points = _thinned(inside, start, end, most - 1) if len(inside) >= most else inside
    last = steps[-1].usd_hour
    if not math.isnan(last) and points[-1][0] < end:
        points = [*points, (end, inside[-1][1])]
    return tuple(points)


def _thinned(
    points: Sequence[tuple[float, float]], start: float, end: float, most: int
) -> list[tuple[float, float]]:
    """The lowest and the highest point of each of ``most`` / 2 equal stretches, in time order."""
    buckets = max(1, most // 2)
    width = max(1e-9, (end - start) / buckets)
    found: dict[int, tuple[tuple[float, float], tuple[float, float]]] = {}
    for point in points:
        place = min(buckets - 1, int((point[0] - start) / width))
        low, high = found.get(place, (point, point))
        found[place] = (
            point if point[1] < low[1] else low,
            point if point[1] > high[1] else high,
        )
    kept = {point for pair in found.values() for point in pair}
    return sorted(kept)
