"""CloudWatch's arithmetic: nothing is lost in periods, statistics keep their order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.simulator.aws.cloudwatch.statistics import (
    buckets,
    first_second,
    known_statistic,
    statistic,
)

NOW = datetime(2026, 11, 22, 8, 3, 27, tzinfo=UTC)
values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@given(
    seconds=st.lists(st.integers(1_000_000, 1_100_000), unique=True, max_size=80),
    first=st.integers(990_000, 1_000_000),
    period=st.sampled_from([60, 300, 900, 3600]),
)
def test_each_sample_is_in_the_one_period_that_holds_its_instant(
    seconds: list[int], first: int, period: int
) -> None:
    found = buckets([(second, float(second)) for second in seconds], first, period)
    assert sum(len(inside) for inside in found.values()) == len(seconds)
    for begin, inside in found.items():
        assert (begin - first) % period == 0
        assert all(begin <= second < begin + period for second in inside)


@given(values)
def test_statistics_agree_with_each_other(samples: list[float]) -> None:
    low, high = statistic("Minimum", samples), statistic("Maximum", samples)
    assert statistic("p0", samples) == low
    assert statistic("p100", samples) == high
    assert low <= statistic("p50", samples) <= statistic("p99.9", samples) <= high
    assert statistic("SampleCount", samples) == len(samples)
    assert statistic("Sum", samples) == pytest.approx(
        statistic("Average", samples) * len(samples), abs=1e-3
    )


@pytest.mark.parametrize(
    ("age", "rounded"),
    [
        (timedelta(hours=1), NOW.replace(hour=7, second=0)),
        (timedelta(days=20), NOW.replace(day=2, minute=0, second=0)),
        (timedelta(days=70), datetime(2026, 9, 13, 8, tzinfo=UTC)),
    ],
)
def test_old_starts_are_rounded_more(age: timedelta, rounded: datetime) -> None:
    assert datetime.fromtimestamp(first_second(NOW - age, NOW), UTC) == rounded


@pytest.mark.parametrize("name", ["Average", "p90", "p99.99", "p100"])
def test_known_statistics(name: str) -> None:
    assert known_statistic(name)


@pytest.mark.parametrize("name", ["average", "p101", "p", "tm90"])
def test_unknown_statistics(name: str) -> None:
    assert not known_statistic(name)
    with pytest.raises(ValueError, match=name):
        statistic(name, [1.0])
