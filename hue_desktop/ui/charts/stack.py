"""Layers that stand on each other over time, as values; and where their names have room."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

__all__ = ["Layer", "Place", "Stack", "axis_step", "label_places"]

_LEADS = (1.0, 2.0, 2.5, 4.0, 5.0, 10.0)
_RULES = 4  #: an axis has at most so many rules above zero
_EDGE = 8  #: pixels between a name and the end of the axis
_COLUMNS = 48  #: so many places along the axis are tried for the names of layers


@dataclass(frozen=True, slots=True)
class Layer:
    """One part: a value for each stretch of the stack, which holds over all of it.

    ``title`` names it in a table, ``label`` inside of its area, ``color`` is a token.
    """

    key: str
    title: str
    label: str
    color: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Stack:
    """Layers from the lowest to the highest over stretches of time.

    ``edges`` are epoch seconds in order, one more than each layer has values.
    """

    edges: tuple[float, ...]
    layers: tuple[Layer, ...]

    @cached_property
    def bounds(self) -> tuple[tuple[float, ...], ...]:
        """The lower bound of each layer in each stretch, then the upper bound of the last one."""
        nothing = (0.0,) * max(0, len(self.edges) - 1)
        sums = accumulate(
            (layer.values for layer in self.layers),
            lambda below, values: tuple(a + b for a, b in zip(below, values, strict=True)),
            initial=nothing,
        )
        return tuple(sums)

    @property
    def highest(self) -> float:
        """The highest total of any stretch."""
        return max(self.bounds[-1], default=0.0)

    def stretch_at(self, at: float) -> int | None:
        """Which stretch a moment lies in; the end belongs to the last one."""
        last = len(self.edges) - 2
        if last < 0 or not self.edges[0] <= at <= self.edges[-1]:
            return None
        return min(bisect_right(self.edges, at) - 1, last)

    def values_at(self, at: float) -> tuple[float, ...] | None:
        """The value of each layer at a moment; ``None`` outside of the stack."""
        stretch = self.stretch_at(at)
        return None if stretch is None else tuple(layer.values[stretch] for layer in self.layers)


def axis_step(highest: float) -> float:
    """The distance of the rules of an axis from zero: a round value, at most four of them."""
    if not math.isfinite(highest) or highest < 1e-9:
        return 0.25
    unit = 10.0 ** math.floor(math.log10(highest / _RULES))
    return next(lead * unit for lead in _LEADS if lead * unit * _RULES >= highest * (1 - 1e-9))


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of a layer's name: in pixels along the axis, as a value upwards."""

    x: float
    value: float


def label_places(
    stack: Stack,
    widths: tuple[float, ...],
    height: float,
    left: float,
    right: float,
    avoid: Sequence[float] = (),
) -> tuple[Place | None, ...]:
    """Where the names of layers fit inside of their areas, all at one ``x`` where that is possible.

    The stack lies between the pixels ``left`` and ``right``. ``widths`` are the names' in pixels,
    ``height`` that of a line as a value; at the pixels ``avoid`` are upright lines. ``None``: no
    room.
    """
    if len(stack.edges) < 2 or right <= left:
        return (None,) * len(stack.layers)
    start = stack.edges[0]
    per_pixel = (stack.edges[-1] - start) / (right - left)
    tries = [left + (right - left) * (i + 0.5) / _COLUMNS for i in range(_COLUMNS)]
    room: list[list[Place | None]] = []
    for index, width in enumerate(widths):
        half = width / 2 + 2
        room.append([])
        for x in tries:
            value = None
            if left + half + _EDGE <= x <= right - half - _EDGE and all(
                abs(each - x) > half for each in avoid
            ):
                since = start + (x - half - left) * per_pixel
                value = _middle(stack, index, since, since + 2 * half * per_pixel, height)
            room[-1].append(None if value is None else Place(x, value))
    fitting = [sum(places[i] is not None for places in room) for i in range(_COLUMNS)]
    best = fitting.index(max(fitting))
    return tuple(
        places[best] or next((place for place in places if place is not None), None)
        for places in room
    )


def _middle(stack: Stack, index: int, start: float, end: float, height: float) -> float | None:
    """The middle of what a layer covers all the time between two moments, if it is high enough."""
    first, last = stack.stretch_at(start), stack.stretch_at(end)
    if first is None or last is None:
        return None
    low = max(stack.bounds[index][first : last + 1])
    high = min(stack.bounds[index + 1][first : last + 1])
    return (low + high) / 2 if high - low >= height else None
