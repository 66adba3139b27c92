"""Few pixels show every peak and every gap of many points."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.ui.charts.thinning import break_after, trace


@given(st.lists(st.floats(0, 1000), min_size=300, max_size=1500), st.integers(20, 100))
def test_the_highest_and_the_lowest_of_each_pixel_stay(values: list[float], width: int) -> None:
    times, raw = np.arange(len(values), dtype=float), np.array(values)
    found = trace(times, raw, 0.0, float(len(values)), width, 10.0)
    assert len(found.x) <= max(2 * (width + 2), 2 * width + 1)
    pixels = np.floor(times * (width / len(values)))  # rounded as there
    for pixel in range(width):
        mine = raw[pixels == pixel]
        shown = found.y[np.floor(found.x) == pixel]
        assert shown.max() == mine.max()
        assert shown.min() == mine.min()


def test_ten_minutes_without_a_tunnel_are_not_bridged() -> None:
    times = np.concatenate([np.arange(0, 1200, 5.0), np.arange(1800, 3600, 5.0)])
    found = trace(times, np.ones(len(times)), 0.0, 3600.0, 400, 13.0)
    breaks = np.flatnonzero(~found.joined[:-1])
    assert len(breaks) == 1
    left, right = found.x[breaks[0]], found.x[breaks[0] + 1]
    assert (round(left * 9), round(right * 9)) == (1195, 1800) or right - left > 60
    fine = trace(times, np.ones(len(times)), 1000.0, 2000.0, 4000, 13.0)
    assert (~fine.joined[:-1]).sum() == 1


def test_a_coarse_past_is_no_gap_and_a_hole_in_a_fine_present_is_one() -> None:
    coarse, fine = np.arange(0, 3000, 300.0), np.arange(3000, 3600, 5.0)
    both = np.concatenate([coarse, fine])
    assert not break_after(both, 780.0).any()
    holed = both[(both < 3200) | (both > 3400)]
    assert break_after(holed, 780.0).sum() == 1


def test_one_point_beside_the_span_leads_into_it() -> None:
    times = np.arange(0, 100, 10.0)
    found = trace(times, times, 35.0, 55.0, 200, 26.0)
    assert found.y.tolist() == [30, 40, 50, 60]
    assert found.x[0] < 0 < 200 < found.x[-1]
    assert len(trace(times[:1], times[:1], 0.0, 10.0, 50, 5.0).x) == 1
    assert len(trace(times[:0], times[:0], 0.0, 10.0, 50, 5.0).x) == 0
