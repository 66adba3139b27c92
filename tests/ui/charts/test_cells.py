"""Cells never overlap, never leave the map, and are found again by their own middle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.ui.charts.cells import SIZES, Block, arrange

_BLOCKS = st.lists(
    st.builds(Block, st.uuids().map(str), st.integers(1, 400), st.integers(20, 300)),
    min_size=1,
    max_size=5,
    unique_by=lambda block: block.key,
)


@given(_BLOCKS, st.integers(320, 1400), st.integers(120, 900))
def test_every_cell_has_its_own_place(blocks: list[Block], width: int, height: int) -> None:
    layout = arrange(blocks, width, height)
    taken: set[tuple[int, int]] = set()
    for block in layout.blocks:
        for index in range(block.count):
            x, y, cell_width, cell_height = layout.cell(block, index)
            assert x >= 0
            assert x + cell_width <= width
            assert y + cell_height <= layout.height
            assert (x, y) not in taken
            taken.add((x, y))
            assert layout.at(x + cell_width // 2, y + cell_height // 2) == (block.key, index)
    assert len(taken) == sum(block.count for block in blocks)


def test_a_small_cluster_looks_as_drawn() -> None:
    blocks = [Block("m", 1, 60), Block("c", 8, 250), Block("t", 6, 250), Block("s", 18, 250)]
    layout = arrange(blocks, 616, 290)
    assert layout.size == SIZES[0]
    master, core, task, spot = layout.blocks
    assert master.y == core.y < task.y < spot.y
    assert core.columns == 8
    assert spot.columns == 9


def test_a_thousand_nodes_fit_without_scrolling() -> None:
    blocks = [Block("m", 1, 60), Block("c", 300, 250), Block("t", 200, 250), Block("s", 499, 250)]
    layout = arrange(blocks, 616, 290)
    assert layout.height <= 290
    assert layout.size.width >= 8


def test_titles_count_when_groups_share_a_band() -> None:
    layout = arrange([Block("a", 1, 300), Block("b", 1, 300)], 600, 500)
    first, second = layout.blocks
    assert second.y > first.y


def test_nothing_is_under_a_title_or_outside() -> None:
    layout = arrange([Block("a", 3, 100)], 600, 500)
    assert layout.at(10, 5) is None
    assert layout.at(300, 40) is None
    assert layout.at(-1, 40) is None


@given(_BLOCKS, st.integers(0, 900), st.integers(0, 600), st.integers(1, 80), st.integers(1, 80))
def test_what_a_rectangle_touches_is_found(
    blocks: list[Block], x: int, y: int, width: int, height: int
) -> None:
    layout = arrange(blocks, 900, 600)
    for block in layout.blocks:
        found = layout.under(block, x, y, width, height)
        assert len(set(found)) == len(found)
        for index in range(block.count):
            left, top, cell_width, cell_height = layout.cell(block, index)
            apart = left >= x + width or left + cell_width <= x
            if not (apart or top >= y + height or top + cell_height <= y):
                assert index in found
