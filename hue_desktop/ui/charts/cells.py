"""Where the cells of a node map go: pure geometry, in pixels, without Qt.

Groups of nodes stand one below the other; a small one (the master) shares its band with the next.
The largest cell size that needs no scrolling is taken; a thousand nodes end as small squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["SIZES", "Block", "CellSize", "Layout", "PlacedBlock", "arrange"]

_HEAD = 28  #: height of a group's title row
_BAND_GAP = 10  #: room below a band of groups
_LOW_HEAD = 22  #: the same where room is short
_LOW_BAND_GAP = 2
_SIDE_GAP = 36  #: room between two groups that share a band
_SHARED = 0.7  #: a group of several rows may stand beside another when it gets this much width


@dataclass(frozen=True, slots=True)
class CellSize:
    """Width and height of one cell and the gap to the next."""

    width: int
    height: int
    gap: int


SIZES = (
    CellSize(60, 36, 4),
    CellSize(44, 28, 4),
    CellSize(30, 22, 3),
    CellSize(22, 18, 3),
    CellSize(16, 14, 2),
    CellSize(11, 11, 2),
    CellSize(8, 8, 2),
    CellSize(6, 6, 1),
)
_FEW = 60  #: up to so many nodes only the larger sizes are used
_SIZES_OF_FEW = 4


@dataclass(frozen=True, slots=True)
class Block:
    """A group to be placed: its number of cells and how wide its title is."""

    key: str
    count: int
    title_width: int


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A group with its place; cells fill rows of ``columns`` below the title row."""

    key: str
    count: int
    x: int
    y: int
    columns: int
    width: int
    head: int = _HEAD  #: height of its title row

    @property
    def cells_y(self) -> int:
        """Top of the first row of cells."""
        return self.y + self.head


@dataclass(frozen=True, slots=True)
class Layout:
    """All groups placed; ``height`` may exceed what was available (then it scrolls)."""

    size: CellSize
    blocks: tuple[PlacedBlock, ...]
    width: int
    height: int

    def cell(self, block: PlacedBlock, index: int) -> tuple[int, int, int, int]:
        """x, y, width and height of a group's cell."""
        row, column = divmod(index, block.columns)
        step_x, step_y = self.size.width + self.size.gap, self.size.height + self.size.gap
        x, y = block.x + column * step_x, block.cells_y + row * step_y
        return x, y, self.size.width, self.size.height

    def under(self, block: PlacedBlock, x: int, y: int, width: int, height: int) -> list[int]:
        """Indices of a group's cells that a rectangle may touch."""
        step_x, step_y = self.size.width + self.size.gap, self.size.height + self.size.gap
        first = max(0, (x - block.x) // step_x)
        last = min(block.columns - 1, (x + width - block.x) // step_x)
        top = max(0, (y - block.cells_y) // step_y)
        low = min((block.count - 1) // block.columns, (y + height - block.cells_y) // step_y)
        return [
            index
            for row in range(top, low + 1)
            for index in range(row * block.columns + first, row * block.columns + last + 1)
            if index < block.count
        ]

    def at(self, x: int, y: int) -> tuple[str, int] | None:
        """Group key and cell index under a point; the gap belongs to the cell before it."""
        step_x, step_y = self.size.width + self.size.gap, self.size.height + self.size.gap
        for block in self.blocks:
            column, row = (x - block.x) // step_x, (y - block.cells_y) // step_y
            if not (0 <= column < block.columns and row >= 0):
                continue
            index = row * block.columns + column
            if index < block.count:
                return block.key, index
        return None


def arrange(blocks: Sequence[Block], width: int, height: int) -> Layout:
    """Place the groups in the given room with the largest cells that fit.

    A few nodes keep cells that can be hit with a mouse, and scroll.
    """
    few = sum(block.count for block in blocks) <= _FEW
    roomy, low = (_HEAD, _BAND_GAP), (_LOW_HEAD, _LOW_BAND_GAP)
    tries = [(size, roomy) for size in (SIZES[:2] if few else SIZES)]
    tries += [(size, low) for size in (SIZES[1:_SIZES_OF_FEW] if few else SIZES[-1:])]
    layout = _place(blocks, width, SIZES[-1], roomy)
    for size, bands in tries:
        layout = _place(blocks, width, size, bands)
        if layout.height <= height:
            break
    return layout


def _place(blocks: Sequence[Block], width: int, size: CellSize, bands: tuple[int, int]) -> Layout:
    """Place groups with cells of ``size``; ``bands`` is the height of heads, and the gap below."""
    head, gap = bands
    placed: list[PlacedBlock] = []
    x = y = band_height = 0
    for block in blocks:
        one_row = block.count * (size.width + size.gap) - size.gap
        needed = max(block.title_width, one_row)
        room = width - x - _SIDE_GAP
        fits = needed <= room or (room >= _SHARED * width and block.title_width <= room)
        if x and (not fits or band_height > head + size.height):
            x, y, band_height = 0, y + band_height + gap, 0
        left = x + _SIDE_GAP if x else 0
        columns = max(1, min(block.count, (width - left + size.gap) // (size.width + size.gap)))
        rows, taken = -(-block.count // columns), min(needed, width - left)
        placed.append(PlacedBlock(block.key, block.count, left, y, columns, taken, head))
        x = left + taken
        band_height = max(band_height, head + rows * (size.height + size.gap) - size.gap)
    return Layout(size, tuple(placed), width, y + band_height)
