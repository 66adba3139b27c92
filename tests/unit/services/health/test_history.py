"""Putting sources together and making series thinner."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.metrics import SeriesData, SeriesKey, Source
from hue_desktop.services.health.history import merged, thinned

KEY = SeriesKey("hdfs.share")


def _series(points: dict[float, float], step_s: float = 5.0) -> SeriesData:
    source = Source.LIVE if step_s < 60 else Source.CLOUDWATCH
    return SeriesData(KEY, array("d", points), array("d", points.values()), step_s, source)


def _merged(*sources: SeriesData, most: int = 10_000) -> SeriesData:
    return merged([{KEY: each} for each in sources], 0.0, 100_000.0, most)[KEY]


def test_the_finer_source_wins_and_the_coarser_fills_in() -> None:
    live = _series({at: 1.0 for at in range(3000, 3600, 5)})
    told = _series({at: 2.0 for at in range(0, 6000, 300)}, 300.0)
    data = _merged(live, told)
    assert list(data.times) == sorted(set(data.times))
    found = dict(zip(data.times, data.values, strict=True))
    assert all(value == 1.0 for at, value in found.items() if 3000 <= at < 3600)
    assert found[2700.0] == 2.0
    assert found[3900.0] == 2.0
    assert data.gap_s > 300, "CloudWatch's neighbours belong together"


def test_what_nobody_has_stays_a_gap() -> None:
    live = _series(
        {**{at: 1.0 for at in range(0, 100, 5)}, **{at: 1.0 for at in range(700, 800, 5)}}
    )
    data = _merged(live)
    widest = max(b - a for a, b in zip(data.times, data.times[1:], strict=False))
    assert widest > data.gap_s
    assert _merged(live, most=20).times[-1] > 690
    thin = _merged(live, most=20)
    widest = max(b - a for a, b in zip(thin.times, thin.times[1:], strict=False))
    assert widest > thin.gap_s


def test_only_what_was_asked_for() -> None:
    data = merged([{KEY: _series({1.0: 1.0, 5.0: 2.0, 9.0: 3.0})}], 2.0, 8.0, 100)[KEY]
    assert list(data.times) == [5.0]
    assert merged([{KEY: _series({1.0: 1.0})}], 2.0, 8.0, 100) == {}


def test_a_spike_is_not_lost() -> None:
    data = thinned(_series({float(at): 100.0 if at == 517 else 1.0 for at in range(1000)}), 50)
    assert len(data.times) <= 51
    assert max(data.highs) == 100.0
    assert min(data.lows) == 1.0
    assert max(data.values) < 10.0


@given(
    st.lists(st.tuples(st.floats(0.1, 500), st.floats(-1e6, 1e6)), min_size=1, max_size=300),
    st.integers(1, 60),
)
def test_thinner_series(points: list[tuple[float, float]], most: int) -> None:
    at, found = 0.0, {}
    for step, value in points:
        at += step
        found[at] = value
    data = _series(found)
    thin = thinned(data, most)
    assert len(thin.times) <= max(most + 1, 1)
    assert list(thin.times) == sorted(thin.times)
    assert set(thin.times) <= set(data.times), "a stretch begins with its first value"
    for low, value, high in zip(
        thin.lows or thin.values, thin.values, thin.highs or thin.values, strict=True
    ):
        assert low - 1e-6 <= value <= high + 1e-6
    assert max(thin.highs or thin.values) == pytest.approx(max(data.values))
