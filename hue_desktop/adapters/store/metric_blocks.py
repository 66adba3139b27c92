"""Points of a series as columns, and how they are packed into blobs. No database here.

A point stands for a stretch of time that begins at ``at``: how many samples fell into it, their
mean, the smallest and the largest. A raw sample is a point of one. Instants are whole milliseconds.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LARGEST",
    "NOTHING",
    "Points",
    "aggregate",
    "join",
    "merge",
    "pack",
    "raw_points",
    "round_values",
    "unpack",
]

Floats: TypeAlias = NDArray[np.float64]
Instants: TypeAlias = NDArray[np.int64]

#: Greater values are no measurements, and their sums would leave the range of a double.
LARGEST = 1e290

_PLAIN = 0  #: every mean is the smallest and the largest value as well
_SPREAD = 1
_FAST = 1  #: zlib's level: the shuffled bytes gain little from a higher one
#: Coarse points keep 30 significant bits, nine digits: integers to 10^9 stay what they are, and
#: the bytes that are left out are the ones that no packing makes smaller.
_DROPPED_BITS = 23


@dataclass(frozen=True, slots=True)
class Points:
    """Columns of equal length, in time order, no instant twice."""

    at: Instants
    count: Instants
    mean: Floats
    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.at)

    def where(self, chosen: Any) -> Points:
        """Those that a mask, slice or index chooses."""
        return Points(
            self.at[chosen],
            self.count[chosen],
            self.mean[chosen],
            self.low[chosen],
            self.high[chosen],
        )

    def between(self, start: int, end: int) -> Points:
        """Those with ``start <= at < end``."""
        first, last = np.searchsorted(self.at, (start, end))
        return self.where(slice(int(first), int(last)))


def raw_points(at: Instants, values: Floats) -> Points:
    """Samples in the order they came in; of two for one instant the later one counts."""
    points = Points(at, np.ones(len(at), np.int64), values, values, values)
    return merge(NOTHING, points)


def join(parts: list[Points]) -> Points:
    """Parts that follow each other, as one."""
    if len(parts) == 1:
        return parts[0]
    return Points(
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.count for part in parts]),
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.low for part in parts]),
        np.concatenate([part.high for part in parts]),
    )


def merge(old: Points, new: Points, *, fill: bool = False) -> Points:
    """Both in time order. At one instant the new point wins, or with ``fill`` the old one."""
    if not len(new):
        return old
    both = join([old, new]) if len(old) else new
    if len(both) > 1 and not bool(np.all(both.at[1:] > both.at[:-1])):
        both = both.where(np.argsort(both.at, kind="stable"))
        other = both.at[1:] != both.at[:-1]
        chosen = np.concatenate(([True], other) if fill else (other, [True]))
        both = both.where(chosen)
    return both


def aggregate(points: Points, step_ms: int) -> Points:
    """One point for each stretch of ``step_ms`` that has any; means weigh by samples."""
    if not len(points):
        return points
    buckets = points.at // step_ms * step_ms
    firsts = np.concatenate(([0], np.flatnonzero(np.diff(buckets)) + 1))
    count = np.add.reduceat(points.count, firsts)
    low = np.minimum.reduceat(points.low, firsts)
    high = np.maximum.reduceat(points.high, firsts)
    mean = np.add.reduceat(points.mean * points.count, firsts) / count
    return Points(buckets[firsts], count, np.clip(mean, low, high), low, high)


def round_values(points: Points) -> Points:
    """The points with values of nine significant digits; what was smaller stays not greater."""
    return Points(
        points.at,
        points.count,
        _rounded(points.mean),
        _rounded(points.low),
        _rounded(points.high),
    )


def pack(points: Points, start: int) -> bytes:
    """The points as bytes; ``start`` is not after the first, and less than 49 days before each."""
    one = points.low is points.mean is points.high
    spread = not one and bool((points.low != points.high).any())
    offsets = (points.at - start).astype("<u4")
    steps = offsets.copy()
    steps[1:] -= offsets[:-1]
    columns = [
        _shuffled(steps),
        _shuffled(points.count.astype("<u4")),
        _shuffled(points.mean.astype("<f8")),
    ]
    if spread:
        columns += [_shuffled(points.low.astype("<f8")), _shuffled(points.high.astype("<f8"))]
    kind = _SPREAD if spread else _PLAIN
    return bytes([kind]) + zlib.compress(b"".join(columns), _FAST)


def unpack(data: bytes, start: int) -> Points:
    """What ``pack`` packed."""
    columns = np.frombuffer(zlib.decompress(data[1:]), np.uint8)
    spread = data[0] == _SPREAD
    length = len(columns) // (32 if spread else 16)
    offsets = _plain(columns[: 4 * length], "<u4", length)
    count = _plain(columns[4 * length : 8 * length], "<u4", length)
    mean = _plain(columns[8 * length : 16 * length], "<f8", length)
    low = high = mean
    if spread:
        low = _plain(columns[16 * length : 24 * length], "<f8", length)
        high = _plain(columns[24 * length :], "<f8", length)
    at = start + np.cumsum(offsets, dtype=np.int64)
    return Points(at, count.astype(np.int64), mean, low, high)


def _shuffled(column: NDArray[Any]) -> bytes:
    """First bytes of all numbers, then second bytes …: what is alike stands side by side."""
    return column.view(np.uint8).reshape(len(column), column.itemsize).T.tobytes()


def _plain(data: NDArray[np.uint8], kind: str, length: int) -> NDArray[Any]:
    return np.ascontiguousarray(data.reshape(-1, length).T).view(kind).reshape(length)


def _rounded(values: Floats) -> Floats:
    bits = np.ascontiguousarray(values).view(np.int64)
    half, mask = np.int64(1 << (_DROPPED_BITS - 1)), np.int64(-(1 << _DROPPED_BITS))
    rounded: Floats = ((bits + half) & mask).view(np.float64)
    return rounded


#: No points.
NOTHING = Points(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0)
)
