"""Metric history in SQLite: what goes in comes out, from the right tier, whatever happens."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.metrics import SqliteMetrics
from hue_desktop.core.alerts import Alert, AlertLevel, AlertRule
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import Sample, SeriesData, SeriesKey

REF = ClusterRef("prod", "us-east-1", "j-1")
OTHER = ClusterRef("prod", "us-east-1", "j-2")
USED = SeriesKey("hdfs.used")
CPU = SeriesKey("node.cpu", "ip-10-0-0-1.ec2.internal")
T0 = 1_800_000_000.0 // 86_400 * 86_400
HOUR = 3600.0
DAY = 24 * HOUR


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "state.sqlite3", hasty=True)
    yield opened
    opened.close()


@pytest.fixture
def metrics(database: Database) -> SqliteMetrics:
    return SqliteMetrics(database)


def every(
    metrics: SqliteMetrics,
    step_s: float,
    start: float,
    end: float,
    *,
    key: SeriesKey = USED,
    per_call: int = 500,
) -> list[Sample]:
    """Write a sample every ``step_s``: the value is the sample's number."""
    samples = [Sample(start + n * step_s, float(n)) for n in range(int((end - start) / step_s))]
    for begin in range(0, len(samples), per_call):
        metrics.add(REF, {key: samples[begin : begin + per_call]})
    return samples


def one(
    metrics: SqliteMetrics, start: float, end: float, *, key: SeriesKey = USED, most: int = 1000
) -> SeriesData:
    return metrics.read(REF, [key], start, end, most=most)[key]


def pairs(data: SeriesData) -> list[Sample]:
    return [Sample(*pair) for pair in zip(data.times, data.values, strict=True)]


def test_samples_come_back_as_they_were(metrics: SqliteMetrics) -> None:
    metrics.add(REF, {USED: [Sample(T0, 1.5), Sample(T0 + 5, 2.5)], CPU: [Sample(T0, 99.0)]})
    metrics.add(OTHER, {USED: [Sample(T0, 7.0)]})
    data = one(metrics, T0, T0 + 60)
    assert pairs(data) == [(T0, 1.5), (T0 + 5, 2.5)]
    assert data.step_s == 5.0
    assert not data.lows
    assert pairs(one(metrics, T0, T0, key=CPU)) == [(T0, 99.0)]
    assert metrics.read(REF, [SeriesKey("rm.heap")], T0, T0 + 60) == {}
    assert set(metrics.refs()) == {REF, OTHER}


def test_what_is_no_number_is_left_out(metrics: SqliteMetrics) -> None:
    metrics.add(REF, {USED: [Sample(T0, math.nan), Sample(T0 + 5, 1.0), Sample(T0 + 9, math.inf)]})
    metrics.add(REF, {USED: [Sample(math.nan, 3.0)], CPU: []})
    assert pairs(one(metrics, T0, T0 + 60)) == [(T0 + 5, 1.0)]
    assert metrics.span(REF) == (T0 + 5, T0 + 5)


@pytest.mark.parametrize("rolled", [False, True])
def test_a_sample_for_an_instant_that_is_there_replaces_it(
    metrics: SqliteMetrics, rolled: bool
) -> None:
    metrics.add(REF, {USED: [Sample(T0, 1.0), Sample(T0, 2.0)]})
    if rolled:
        metrics.roll_up(REF, T0 + 2 * HOUR)
    metrics.add(REF, {USED: [Sample(T0, 3.0)]})
    assert pairs(one(metrics, T0, T0 + 60)) == [(T0, 3.0)]
    assert pairs(one(metrics, T0, T0 + 30 * DAY)) == [(T0, 3.0)]


def test_rolling_up_changes_nothing_that_is_read(metrics: SqliteMetrics) -> None:
    every(metrics, 5.0, T0, T0 + 6 * HOUR)
    spans = [(T0, T0 + HOUR), (T0 + 100, T0 + 6 * HOUR), (T0 - 40 * DAY, T0 + DAY)]
    before = [one(metrics, *span) for span in spans]
    metrics.roll_up(REF, T0 + 7 * HOUR)
    for span, was in zip(spans, before, strict=True):
        now = one(metrics, *span)
        assert now.times == was.times
        assert now.step_s == was.step_s
        assert list(now.values) == pytest.approx(list(was.values), rel=1e-8)


def test_alerts_are_kept_in_their_newest_state(metrics: SqliteMetrics) -> None:
    rule = AlertRule("hdfs.used", "hdfs.share", "HDFS used", 75.0, 80.0)
    alert = Alert(rule, AlertLevel.WARN, SeriesKey("hdfs.share"), 76.0, T0, nodes=("a", "b"))
    metrics.add_alert(REF, alert)
    assert metrics.alerts(REF, T0 + DAY, T0 + 2 * DAY) == (alert,)
    later = Alert(rule, AlertLevel.CRITICAL, alert.series, 81.0, T0 + HOUR)
    cleared = Alert(rule, AlertLevel.OK, alert.series, 60.0, T0, cleared=T0 + 60)
    metrics.add_alert(REF, later)
    metrics.add_alert(REF, cleared)
    assert metrics.alerts(REF, T0, T0 + DAY) == (later, cleared)
    assert metrics.alerts(REF, T0 + 61, T0 + DAY) == (later,)
    assert metrics.alerts(REF, T0 - DAY, T0 - 1) == ()
    assert metrics.alerts(OTHER, T0, T0 + DAY) == ()
