"""Squarified treemap (Bruls, Huizing, van Wijk 2000): areas by size, as square as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Box", "squarify"]


class Box(NamedTuple):
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float


def squarify(sizes: Sequence[float], room: Box) -> list[Box]:
    """One box for each size (largest first, all above zero); together they fill ``room``."""
    total = sum(sizes)
    if total <= 0 or room.width <= 0 or room.height <= 0:
        return [Box(room.x, room.y, 0, 0) for _size in sizes]
    scale = room.width * room.height / total
    areas = [size * scale for size in sizes]
    boxes: list[Box] = []
    at = 0
    while at < len(areas):
        side = min(room.width, room.height)
        end = _row_end(areas, at, side)
        row, room = _lay_row(areas[at:end], room)
        boxes += row
        at = end
    return boxes


def _row_end(areas: Sequence[float], begin: int, side: float) -> int:
    """How far a row goes before one more would make its worst box longer."""
    end, total = begin + 1, areas[begin]
    worst = _worst(areas[begin], areas[begin], total, side)
    while end < len(areas):
        wider = total + areas[end]
        next_worst = _worst(areas[begin], areas[end], wider, side)
        if next_worst > worst:
            break
        worst, total = next_worst, wider
        end += 1
    return end


def _worst(largest: float, smallest: float, total: float, side: float) -> float:
    if smallest <= 0 or side <= 0:
        return float("inf")
    square, whole = side * side, total * total
    return max(square * largest / whole, whole / (square * smallest))


def _lay_row(areas: Sequence[float], room: Box) -> tuple[list[Box], Box]:
    total = sum(areas)
    boxes = []
    if room.width >= room.height:
        width = total / room.height if room.height else 0.0
        y = room.y
        for area in areas:
            height = area / width if width else 0.0
            boxes.append(Box(room.x, y, width, height))
            y += height
        return boxes, Box(room.x + width, room.y, max(room.width - width, 0.0), room.height)
    height = total / room.width if room.width else 0.0
    x = room.x
    for area in areas:
        width = area / height if height else 0.0
        boxes.append(Box(x, room.y, width, height))
        x += width
    return boxes, Box(room.x, room.y + height, room.width, max(room.height - height, 0.0))
