"""CloudWatch's arithmetic: periods that begin at the start of a request, and what a stat means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

__all__ = ["BASIC", "Point", "buckets", "first_second", "known_statistic", "statistic"]

#: (second since 1970, value)
Point = tuple[int, float]

BASIC = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)", re.IGNORECASE)
_COARSE = ((timedelta(days=63), 3600), (timedelta(days=15), 300))


def first_second(start: datetime, now: datetime) -> int:
    """The start as CloudWatch rounds it: to minutes, and more coarsely the older it is."""
    step = next((size for age, size in _COARSE if now - start > age), 60)
    return int(start.timestamp() // step) * step


def buckets(points: Iterable[Point], first: int, period: int) -> dict[int, list[float]]:
    """The values of each period that has any, by the second at which it begins."""
    found: dict[int, list[float]] = {}
    for second, value in points:
        found.setdefault(first + (second - first) // period * period, []).append(value)
    return found


def known_statistic(name: str) -> bool:
    """Whether :func:`statistic` can compute it."""
    return name in BASIC or _PERCENTILE.fullmatch(name) is not None


def statistic(name: str, values: Sequence[float]) -> float:
    """One statistic of the samples of a period; raises ``ValueError`` for an unknown one."""
    if name == "Average":
        return sum(values) / len(values)
    if name == "Sum":
        return sum(values)
    if name == "Minimum":
        return min(values)
    if name == "Maximum":
        return max(values)
    if name == "SampleCount":
        return float(len(values))
    percentile = _PERCENTILE.fullmatch(name)
    if percentile is None:
        raise ValueError(name)
    ordered = sorted(values)
    place = float(percentile[1]) / 100 * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
