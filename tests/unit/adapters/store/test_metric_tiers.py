"""Roll-up as a property: whatever order samples come in, nothing is lost, doubled or invented."""

from __future__ import annotations

import itertools
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.metric_blocks import (
    Points,
    aggregate,
    merge,
    pack,
    raw_points,
    round_values,
    unpack,
)
from hue_desktop.adapters.store.metrics import SqliteMetrics
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import Sample, SeriesData, SeriesKey

REF = ClusterRef("prod", "us-east-1", "j-1")
KEYS = (SeriesKey("hdfs.used"), SeriesKey("rm.heap"))
T0 = 1_800_000_000 // 345_600 * 345_600.0
HOUR, DAY = 3600.0, 86_400.0

#: Other programs on the machine must not fail a test.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

values = st.floats(-1e15, 1e15, allow_nan=False).map(lambda v: 0.0 if abs(v) < 1e-9 else v)
instants = st.integers(0, int(20 * HOUR * 1000))
samples = st.lists(st.tuples(instants, values), max_size=60)


def points_of(pairs: list[tuple[int, float]]) -> Points:
    at = np.array([each for each, _value in pairs], np.int64)
    return raw_points(at, np.array([value for _at, value in pairs], np.float64))


@calm
@given(samples)
def test_packing_loses_nothing(pairs: list[tuple[int, float]]) -> None:
    points = points_of(pairs)
    if not len(points):
        return
    for kept in (points, round_values(aggregate(points, 60_000))):
        again = unpack(pack(kept, 0), 0)
        for name in ("at", "count", "mean", "low", "high"):
            assert np.array_equal(getattr(again, name), getattr(kept, name)), name


@calm
@given(samples, samples, st.booleans())
def test_merging_is_what_a_dictionary_does(
    old: list[tuple[int, float]], new: list[tuple[int, float]], fill: bool
) -> None:
    merged = merge(points_of(old), points_of(new), fill=fill)
    expected = {**dict(new), **dict(old)} if fill else {**dict(old), **dict(new)}
    assert dict(zip(merged.at.tolist(), merged.mean.tolist(), strict=True)) == expected
    assert merged.at.tolist() == sorted(expected)


@calm
@given(samples, st.sampled_from([60_000, 900_000, 2_700_000]))
def test_aggregating_keeps_counts_sums_and_extremes(
    pairs: list[tuple[int, float]], step: int
) -> None:
    points = points_of(pairs)
    coarse = aggregate(points, step)
    assert coarse.count.sum() == len(points)
    total = float((coarse.mean * coarse.count).sum())
    scale = float(np.abs(points.mean).sum()) or 1.0
    assert total == pytest.approx(float(points.mean.sum()), abs=1e-9 * scale)
    if len(points):
        assert coarse.low.min() == points.mean.min()
        assert coarse.high.max() == points.mean.max()
    assert np.all((coarse.low <= coarse.mean) & (coarse.mean <= coarse.high))


@calm
@given(st.lists(values, min_size=1, max_size=30))
def test_rounding_keeps_nine_digits_and_the_order(found: list[float]) -> None:
    plain = np.array(sorted(found))
    rounded = round_values(
        Points(np.arange(len(plain)), np.ones(len(plain), np.int64), plain, plain, plain)
    ).mean
    assert np.all(np.diff(rounded) >= 0)
    assert np.allclose(rounded, plain, rtol=1e-9, atol=0)
    whole = np.rint(plain % 1e9)
    same = round_values(Points(np.arange(len(whole)), np.arange(len(whole)), whole, whole, whole))
    assert np.array_equal(same.mean, whole)


batch = st.tuples(
    st.sampled_from([0, 0, 0, 1]), st.lists(st.tuples(instants, values), min_size=1, max_size=12)
)
steps = st.lists(st.one_of(batch, st.just("roll"), st.just("reopen")), min_size=1, max_size=10)


@settings(calm, max_examples=40)
@given(steps)
def test_history_is_what_all_samples_say(found: list[object]) -> None:
    """Late, early, doubled samples, rolled up at any time: each tier is the sum of all samples."""
    truth: dict[int, dict[int, float]] = defaultdict(dict)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "s.sqlite3", hasty=True)
        metrics = SqliteMetrics(database)
        for step in found:
            if step == "roll":  # nothing is old enough to be dropped
                metrics.roll_up(REF, T0 + 22 * HOUR)
            elif step == "reopen":
                metrics = SqliteMetrics(database)
            elif isinstance(step, tuple):
                number, pairs = step
                made = [Sample(T0 + at / 1000, value) for at, value in pairs]
                metrics.add(REF, {KEYS[number]: made})
                truth[number].update(dict(pairs))
        for number, most in itertools.product(truth, (100_000, 5_000, 200)):
            data = metrics.read(REF, [KEYS[number]], T0, T0 + 4 * DAY, most=most)[KEYS[number]]
            check(data, truth[number])
        database.close()


def check(data: SeriesData, truth: dict[int, float]) -> None:
    """The series against plain arithmetic over all samples."""
    raw = not len(data.lows)
    step_ms = 1 if raw else round(_bucket_s(data) * 1000)
    expected: dict[int, list[float]] = defaultdict(list)
    for at, value in truth.items():
        expected[(round(T0 * 1000) + at) // step_ms * step_ms].append(value)
    assert [round(at * 1000) for at in data.times] == sorted(expected)
    for place, at in enumerate(sorted(expected)):
        found = expected[at]
        scale = max(map(abs, found))
        mean = pytest.approx(sum(found) / len(found), abs=1e-8 * scale)
        assert data.values[place] == mean
        if not raw:
            assert data.lows[place] == pytest.approx(min(found), abs=1e-8 * scale)
            assert data.highs[place] == pytest.approx(max(found), abs=1e-8 * scale)


def _bucket_s(data: SeriesData) -> float:
    """How long the stretches are that the values stand for: the tier's own here."""
    return 900.0 if all(at % 900 == 0 for at in data.times) else 60.0
