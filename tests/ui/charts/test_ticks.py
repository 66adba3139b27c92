"""Axes end on round values and ticks stand on round local times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.ui.charts.ticks import nice_top, time_ticks

NOON = datetime(2026, 11, 20, 12, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("highest", "top"), [(781, 800), (1000, 1000), (0.7, 0.8), (14.11, 16), (95, 100), (0, 1)]
)
def test_the_top_is_round(highest: float, top: float) -> None:
    assert nice_top(highest) == pytest.approx(top)


@given(st.floats(0, 1e12))
def test_the_top_holds_every_value_and_wastes_at_most_half(highest: float) -> None:
    top = nice_top(highest)
    assert top >= highest * 0.999
    assert highest < 1e-3 or top <= 2.001 * highest


@pytest.mark.parametrize(("highest", "top"), [(0, 2), (1, 2), (3, 4), (31, 40), (5, 6)])
def test_things_that_are_counted_have_whole_labels(highest: float, top: float) -> None:
    assert nice_top(highest, whole=True) == top


def test_ticks_stand_on_round_local_times() -> None:
    ticks = time_ticks(NOON - timedelta(hours=6), NOON, 900, UTC)
    assert [label for _, label in ticks] == ["07:00", "08:00", "09:00", "10:00", "11:00", "12:00"]


def test_midnight_says_the_day() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    ticks = time_ticks(NOON - timedelta(days=3), NOON, 900, east)
    labels = dict(ticks)
    assert "Fri 20" in labels.values()
    midnight = next(at for at, label in ticks if label == "Fri 20")
    assert midnight == datetime(2026, 11, 19, 18, 30, tzinfo=UTC)


def test_labels_keep_their_distance() -> None:
    for hours in (1, 6, 24, 72):
        for width in (300, 700, 1400):
            ticks = time_ticks(NOON - timedelta(hours=hours), NOON, width, UTC)
            gap = (ticks[1][0] - ticks[0][0]).total_seconds() if len(ticks) > 1 else 1e9
            assert gap / (hours * 3600) * width >= 80
