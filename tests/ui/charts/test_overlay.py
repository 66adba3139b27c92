"""Labels of events never overlap, and the newest finds its place first."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.ui.charts.overlay import place_labels


@given(st.lists(st.tuples(st.integers(200, 1100), st.integers(20, 240)), max_size=12))
def test_labels_stay_apart_and_inside(marks: list[tuple[int, int]]) -> None:
    marks.sort()
    xs, widths = [float(x) for x, _w in marks], [w for _x, w in marks]
    boxes = []
    for place in place_labels(xs, widths, 200, 1100):
        if place is not None:
            boxes.append((place[0], place[0] + place[1]))
    boxes.sort()
    assert all(low >= 200 and high <= 1100 for low, high in boxes)
    assert all(first[1] < second[0] for first, second in pairwise(boxes))


def test_a_label_stands_right_of_its_mark_or_left_of_it() -> None:
    assert place_labels([300.0], [100], 200, 1100) == [(310.0, 100)]
    assert place_labels([1050.0], [100], 200, 1100) == [(940.0, 100)]


def test_a_label_without_room_is_left_out_as_a_whole() -> None:
    first, second = place_labels([300.0, 420.0], [200, 100], 290, 1100)
    assert second == (430.0, 100)
    assert first is None
