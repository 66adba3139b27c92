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


def keep_three_days(metrics: SqliteMetrics, key: SeriesKey) -> list[Sample]:
    """Three days of a sample every 30 s, rolled up every hour as it happens."""
    found: list[Sample] = []
    for hour in range(72):
        begin = T0 + hour * HOUR
        made = [Sample(begin + n * 30, float((hour * 120 + n) % 77)) for n in range(120)]
        metrics.add(REF, {key: made})
        metrics.roll_up(REF, begin + 2 * HOUR)
        found += made
    return found


def test_old_samples_grow_coarser_and_nothing_else_changes(metrics: SqliteMetrics) -> None:
    truth = keep_three_days(metrics, USED)
    now = T0 + 72 * HOUR
    day = one(metrics, now - 23 * HOUR, now, most=5000)
    assert pairs(day) == [each for each in truth if each.at >= now - 23 * HOUR]
    assert day.step_s == 30.0
    whole = one(metrics, T0, now, most=5000)
    assert whole.step_s == 60.0  # raw samples do not reach back so far
    assert len(whole.times) == 72 * 60
    assert whole.values[0] == (truth[0].value + truth[1].value) / 2
    assert (whole.lows[0], whole.highs[0]) == (truth[0].value, truth[1].value)
    chart = one(metrics, T0, now, most=300)
    assert chart.step_s == 900.0
    assert max(chart.highs) == max(each.value for each in truth)
    assert sum(chart.values) / len(chart.values) == pytest.approx(
        sum(each.value for each in truth) / len(truth), rel=1e-9
    )


def test_single_nodes_are_kept_for_less(metrics: SqliteMetrics, database: Database) -> None:
    keep_three_days(metrics, CPU)
    held = dict(database.rows("SELECT tier, count(*) FROM metric_block GROUP BY tier"))
    assert held[0] <= 4
    assert held[1] <= 4
    assert one(metrics, T0, T0 + 72 * HOUR, key=CPU, most=300).times[0] == T0
    metrics.roll_up(REF, T0 + 80 * DAY)
    assert database.rows("SELECT count(*) FROM metric_block") == [(0,)]
    assert database.rows("SELECT count(*) FROM metric_series") == [(0,)]
    assert metrics.refs() == ()
    every(metrics, 5.0, T0 + 80 * DAY, T0 + 80 * DAY + 60, key=CPU)  # numbers are not reused
    assert len(one(metrics, T0, T0 + 81 * DAY, key=CPU).times) == 1


def test_late_samples_fill_gaps_of_what_was_dropped_and_change_nothing(
    metrics: SqliteMetrics,
) -> None:
    truth = keep_three_days(metrics, USED)
    now = T0 + 72 * HOUR
    before = one(metrics, T0, now, most=5000)
    metrics.add(REF, {USED: [Sample(T0 + 10, 1e9), Sample(T0 - 3600, 5.0)]})
    for rolled in (False, True):
        if rolled:
            metrics.roll_up(REF, now + 2 * HOUR)
        after = one(metrics, T0 - HOUR, now, most=5000)
        assert pairs(after)[0] == (T0 - 3600, 5.0)
        assert pairs(after)[1:] == pairs(before)
    assert truth[0].value < 1e9


def test_a_clock_that_jumps_back_loses_nothing(metrics: SqliteMetrics) -> None:
    ahead = every(metrics, 5.0, T0 + 10 * DAY, T0 + 10 * DAY + HOUR)
    metrics.roll_up(REF, T0 + 10 * DAY + 2 * HOUR)
    behind = every(metrics, 5.0, T0, T0 + HOUR)
    metrics.roll_up(REF, T0 + 2 * HOUR)
    behind += every(metrics, 5.0, T0 + HOUR, T0 + 2 * HOUR)
    metrics.roll_up(REF, T0 + 3 * HOUR)
    assert pairs(one(metrics, T0, T0 + 2 * HOUR, most=5000)) == behind
    assert pairs(one(metrics, T0 + 9 * DAY, T0 + 11 * DAY, most=40_000)) == ahead
    assert metrics.span(REF) == (T0, ahead[-1].at)


def test_gaps_stay_and_are_told_from_the_step(metrics: SqliteMetrics) -> None:
    every(metrics, 5.0, T0, T0 + HOUR)
    every(metrics, 5.0, T0 + 3 * HOUR, T0 + 4 * HOUR)
    for most in (5000, 500):
        data = one(metrics, T0, T0 + 4 * HOUR, most=most)
        gaps = [b - a for a, b in zip(data.times, data.times[1:], strict=False)]
        assert sum(gap > data.gap_s for gap in gaps) == 1
        assert not [at for at in data.times if T0 + HOUR <= at < T0 + 3 * HOUR - 60]


def test_a_fast_region_has_wider_steps(metrics: SqliteMetrics) -> None:
    every(metrics, 300.0, T0, T0 + 6 * HOUR)  # every 5 s of a clock that runs 60 times as fast
    assert one(metrics, T0, T0 + 6 * HOUR).step_s == 300.0
    assert one(metrics, T0, T0 + 6 * HOUR, most=20).step_s >= 900.0
    metrics.add(OTHER, {USED: [Sample(T0, 1.0), Sample(T0 + 3 * HOUR, 2.0)]})
    two = metrics.read(OTHER, [USED], T0, T0 + 4 * HOUR)[USED]
    assert two.gap_s < 3 * HOUR


def test_a_forgotten_cluster_begins_anew(metrics: SqliteMetrics, database: Database) -> None:
    every(metrics, 5.0, T0, T0 + HOUR)
    metrics.roll_up(REF, T0 + 3 * HOUR)
    metrics.forget(REF)
    assert metrics.span(REF) is None
    assert database.rows("SELECT count(*) FROM metric_block") == [(0,)]
    metrics.add(REF, {USED: [Sample(T0, 5.0)]})
    assert pairs(one(metrics, T0, T0 + DAY)) == [(T0, 5.0)]


def test_two_processes_number_series_together(metrics: SqliteMetrics, tmp_path: Path) -> None:
    database = Database(tmp_path / "state.sqlite3", hasty=True)
    other = SqliteMetrics(database)
    metrics.add(REF, {USED: [Sample(T0, 1.0)], CPU: [Sample(T0, 2.0)]})
    other.add(REF, {CPU: [Sample(T0 + 5, 3.0)], SeriesKey("rm.heap"): [Sample(T0, 4.0)]})
    metrics.roll_up(REF, T0 + 80 * DAY)  # forgets all series
    other.add(REF, {CPU: [Sample(T0 + 81 * DAY, 6.0)]})
    metrics.add(REF, {CPU: [Sample(T0 + 81 * DAY + 5, 7.0)]})
    found = pairs(one(metrics, T0 + 81 * DAY, T0 + 81 * DAY + 60, key=CPU))
    assert [each.value for each in found] == [6.0, 7.0]
    database.close()


def test_a_failed_write_leaves_no_wrong_number(metrics: SqliteMetrics, database: Database) -> None:
    with pytest.raises(TypeError):
        metrics.add(REF, {USED: [Sample(T0, 1.0)], CPU: [Sample(T0, object())]})  # type: ignore[arg-type]
    metrics.add(REF, {CPU: [Sample(T0, 2.0)]})
    metrics.add(REF, {USED: [Sample(T0, 3.0)]})
    assert pairs(one(metrics, T0, T0 + 60)) == [(T0, 3.0)]
    assert pairs(one(metrics, T0, T0 + 60, key=CPU)) == [(T0, 2.0)]
