"""A buffer grows at its end, forgets at its beginning, and never holds what is no value."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.ui.charts.buffer import SeriesBuffer


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), max_size=40))
def test_it_holds_what_was_appended_and_not_trimmed(rounds: list[tuple[int, int]]) -> None:
    buffer, held, now = SeriesBuffer(1.0), list[float](), 0.0
    for count, cut in rounds:
        times = [now + 1.0 + i for i in range(count)]
        now = times[-1]
        buffer.append(times, [2 * at for at in times])
        held += times
        before = held[min(cut, len(held) - 1)]
        buffer.trim(before)
        held = held[max(0, held.index(before) - 1) :]
        assert buffer.times.tolist() == held
        assert buffer.values.tolist() == [2 * at for at in held]
    assert buffer.last == (held[-1] if held else None)


def test_only_newer_points_that_are_values_are_taken() -> None:
    buffer = SeriesBuffer()
    assert buffer.append([1, 2, 3], [1.0, math.nan, 3.0]) == 2
    assert buffer.append([2, 3, 4], [9.0, 9.0, 4.0]) == 1
    assert buffer.append([5], [math.inf]) == 0
    assert buffer.times.tolist() == [1, 3, 4]
    buffer.replace([7], [7.0], 60.0)
    assert (buffer.times.tolist(), buffer.step_s) == ([7], 60.0)
