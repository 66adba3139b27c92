"""Targets and named nodes always fit together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.ui.shrink.wish import Wish

IDS = tuple(f"i-{number}" for number in range(8))


def test_naming_one_more_lowers_the_target() -> None:
    wish = Wish(8, 7, ("i-0",), named=True).toggled("i-5")
    assert wish.leaving == ("i-0", "i-5")
    assert wish.count == 6
    assert wish.toggled("i-0").leaving == ("i-5",)


def test_another_target_keeps_who_was_named_first() -> None:
    wish = Wish(8, 6, ("i-7", "i-2"), named=True)
    assert wish.with_count(7, IDS).leaving == ("i-7",)
    assert wish.with_count(5, IDS).leaving == ("i-7", "i-2", "i-0")


def test_one_node_always_stays() -> None:
    wish = Wish(3, 1, ("i-0", "i-1"), named=True)
    assert wish.toggled("i-2") == wish
    assert wish.with_count(0, IDS).count == 1


def test_when_emr_chooses_nobody_is_named_and_nobody_killed() -> None:
    wish = Wish(8, 6, ("i-0", "i-1"), named=True, kill=True).naming(False, IDS)
    assert wish.leaving == ()
    assert not wish.kill
    assert wish.naming(True, IDS).leaving == ("i-0", "i-1")


@given(
    st.integers(1, 8),
    st.lists(st.tuples(st.sampled_from(["toggle", "count", "naming"]), st.integers(0, 9))),
)
def test_whatever_is_pressed_named_nodes_are_as_many_as_leave(
    now: int, presses: list[tuple[str, int]]
) -> None:
    ids = IDS[:now]
    wish = Wish(now, now, named=True)
    for what, number in presses:
        if what == "toggle":
            wish = wish.toggled(ids[number % now])
        elif what == "count":
            wish = wish.with_count(number, ids)
        else:
            wish = wish.naming(number % 2 == 0, ids)
        assert 1 <= wish.count <= now
        assert not wish.named or len(wish.leaving) == wish.goes
        assert len(set(wish.leaving)) == len(wish.leaving)
