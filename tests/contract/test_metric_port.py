"""One suite for the ``MetricStore`` port: what every store of history promises."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.core.alerts import Alert, AlertLevel, AlertRule
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.health_ports import MetricStore
from hue_desktop.core.metrics import Sample, SeriesKey
from tests.contract.metric_backends import BACKENDS, metric_store

REF = ClusterRef("prod", "us-east-1", "j-1")
OTHER = ClusterRef("prod", "eu-west-1", "j-1")
HEAP = SeriesKey("rm.heap")
CPU = SeriesKey("node.cpu", "ip-10-0-0-1.ec2.internal")
T0 = 1_800_000_000 // 86_400 * 86_400.0
HOUR = 3600.0


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MetricStore]:
    with metric_store(request.param, tmp_path) as made:
        yield made


def test_what_was_added_is_read(store: MetricStore) -> None:
    store.add(REF, {HEAP: [Sample(T0 + 5, 2.0), Sample(T0, 1.0)], CPU: [Sample(T0, 50.0)]})
    store.add(REF, {HEAP: [Sample(T0 + 10, 3.5)]})
    found = store.read(REF, [HEAP, CPU, SeriesKey("hdfs.used")], T0, T0 + 60)
    assert set(found) == {HEAP, CPU}
    assert list(found[HEAP].times) == [T0, T0 + 5, T0 + 10]
    assert list(found[HEAP].values) == [1.0, 2.0, 3.5]
    assert found[HEAP].step_s == 5.0
    assert found[HEAP].last == (T0 + 10, 3.5)
    assert list(found[CPU].values) == [50.0]


def test_only_what_was_asked_for_is_read(store: MetricStore) -> None:
    store.add(REF, {HEAP: [Sample(T0 + 60 * n, float(n)) for n in range(10)]})
    found = store.read(REF, [HEAP], T0 + 120, T0 + 300)[HEAP]
    assert list(found.times) == [T0 + 120, T0 + 180, T0 + 240, T0 + 300]
    assert not store.read(REF, [CPU], T0, T0 + 600)
    nothing = store.read(REF, [HEAP], T0 + HOUR, T0 + 2 * HOUR)
    assert not nothing or not len(nothing[HEAP].times)


def test_clusters_of_one_name_in_two_regions_are_two(store: MetricStore) -> None:
    store.add(REF, {HEAP: [Sample(T0, 1.0)]})
    store.add(OTHER, {HEAP: [Sample(T0, 2.0)]})
    assert list(store.read(OTHER, [HEAP], T0, T0 + 1)[HEAP].values) == [2.0]
    assert set(store.refs()) == {REF, OTHER}


def test_a_later_value_for_an_instant_replaces_the_earlier(store: MetricStore) -> None:
    store.add(REF, {HEAP: [Sample(T0, 1.0), Sample(T0 + 5, 2.0)]})
    store.read(REF, [HEAP], T0, T0 + 60)
    store.add(REF, {HEAP: [Sample(T0, 9.0)]})
    assert list(store.read(REF, [HEAP], T0, T0 + 60)[HEAP].values) == [9.0, 2.0]


def test_what_is_no_number_is_not_kept(store: MetricStore) -> None:
    store.add(REF, {HEAP: [Sample(T0, math.nan), Sample(T0 + 5, -math.inf), Sample(T0 + 9, 1.0)]})
    assert list(store.read(REF, [HEAP], T0, T0 + 60)[HEAP].values) == [1.0]
    store.add(OTHER, {HEAP: []})
    assert store.span(OTHER) is None
    assert store.span(REF) == (T0 + 9, T0 + 9)


def test_many_points_become_about_as_many_as_asked_for(store: MetricStore) -> None:
    samples = [Sample(T0 + 5 * n, float(n % 60)) for n in range(int(6 * HOUR / 5))]
    spike = Sample(T0 + 2 * HOUR + 15, 1000.0)
    store.add(REF, {HEAP: [*samples, spike]})
    found = store.read(REF, [HEAP], T0, T0 + 6 * HOUR, most=360)[HEAP]
    assert 36 <= len(found.times) <= 432
    assert max(found.highs) == 1000.0
    assert max(found.values) < 1000.0
    assert min(found.lows) == 0.0
    widths = {b - a for a, b in zip(found.times, found.times[1:], strict=False)}
    assert widths == {found.step_s}
    assert len(found.times) == len(found.values) == len(found.lows) == len(found.highs)


def test_gaps_stay_gaps(store: MetricStore) -> None:
    before = [Sample(T0 + 5 * n, 1.0) for n in range(720)]
    after = [Sample(T0 + 3 * HOUR + 5 * n, 1.0) for n in range(720)]
    store.add(REF, {HEAP: before + after})
    for most in (100, 10_000):
        found = store.read(REF, [HEAP], T0, T0 + 4 * HOUR, most=most)[HEAP]
        steps = [b - a for a, b in zip(found.times, found.times[1:], strict=False)]
        assert sum(step > found.gap_s for step in steps) == 1
        assert not [at for at in found.times if T0 + HOUR <= at < T0 + 3 * HOUR - found.step_s]


def test_alerts_are_found_while_they_stood(store: MetricStore) -> None:
    rule = AlertRule("rm.heap", "rm.heap", "ResourceManager heap", 80.0, 90.0)
    stands = Alert(rule, AlertLevel.WARN, HEAP, 85.0, T0 + HOUR, text="85 %")
    over = Alert(rule, AlertLevel.OK, HEAP, 60.0, T0, cleared=T0 + 60)
    store.add_alert(REF, Alert(rule, AlertLevel.CRITICAL, HEAP, 95.0, T0))
    store.add_alert(REF, over)  # the newer state of the same
    store.add_alert(REF, stands)
    assert store.alerts(REF, T0, T0 + 2 * HOUR) == (stands, over)
    assert store.alerts(REF, T0 + 61, T0 + 2 * HOUR) == (stands,)
    assert store.alerts(REF, T0, T0 + 60) == (over,)


def test_forgetting_leaves_nothing(store: MetricStore) -> None:
    rule = AlertRule("rm.heap", "rm.heap", "ResourceManager heap", 80.0, 90.0)
    store.add(REF, {HEAP: [Sample(T0, 1.0)]})
    store.add(OTHER, {HEAP: [Sample(T0, 2.0)]})
    store.add_alert(REF, Alert(rule, AlertLevel.WARN, HEAP, 85.0, T0))
    store.forget(REF)
    store.forget(REF)
    assert store.refs() == (OTHER,)
    assert not store.read(REF, [HEAP], T0, T0 + 60)
    assert store.alerts(REF, T0, T0 + HOUR) == ()
    assert store.span(REF) is None
    assert store.span(OTHER) == (T0, T0)
