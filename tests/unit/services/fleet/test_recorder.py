"""Clusters outlive EMR's memory: recorded while they are seen, shown when EMR forgot them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.metrics import SqliteMetrics
from hue_desktop.adapters.store.recorded import SqliteRecorded
from hue_desktop.core.clusters import ClusterRef, ClusterState
from hue_desktop.core.instances import InstanceState
from hue_desktop.core.metrics import Sample, SeriesKey
from hue_desktop.services.fleet.recorder import ClusterRecorder
from tests.simulated import SimulatedRegion
from tests.unit.services.house import House, connection_to, open_house, run_cluster

WAIT_S = 20.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "history.sqlite3", hasty=True)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> SqliteRecorded:
    return SqliteRecorded(database)


@contextmanager
def session(
    region: SimulatedRegion, folder: Path, store: SqliteRecorded, metrics: SqliteMetrics
) -> Iterator[tuple[House, ClusterRecorder]]:
    """The window's services from start to end."""
    with open_house(connection_to(region, folder), folder, recorded=store, start=False) as house:
        recorder = ClusterRecorder(
            house.fleet, lambda: store, lambda: metrics, settles_s=0.0, every_s=0.0
        )
        recorder.start()
        house.fleet.start()
        yield house, recorder
        house.fleet.stop()
        recorder.stop(5.0)


def until(done: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < deadline, "never came about"
        time.sleep(0.02)


def recorded_nodes(store: SqliteRecorded, ref: ClusterRef) -> int:
    kept = store.load(ref)
    return len(kept.instances or ()) if kept else 0


def test_a_cluster_that_emr_forgot_opens_from_what_was_recorded(
    region: SimulatedRegion, tmp_path: Path, store: SqliteRecorded, database: Database
) -> None:
    cluster_id = run_cluster(region)
    metrics = SqliteMetrics(database)
    with session(region, tmp_path, store, metrics) as (house, _recorder):
        ref = house.ref(cluster_id)
        house.fleet.set_focus(ref)
        house.cluster(cluster_id, lambda c: c.instances and c.steps is not None)
        until(lambda: recorded_nodes(store, ref) == 8)
    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(days=70)
    asked = calls_about(region, cluster_id)
    assert asked
    with session(region, tmp_path, SqliteRecorded(database), metrics) as (house, recorder):
        found = house.cluster(cluster_id, lambda c: c.recorded_at)
        # its end was not seen; that it is over is known
        assert found.summary.state is ClusterState.TERMINATED
        assert found.summary.ended == found.recorded_at
        assert "nobody saw" in found.summary.reason
        assert found.instances is None
        house.fleet.set_focus(ref)
        found = house.cluster(cluster_id, lambda c: c.instances)
        assert found.groups is not None
        assert {node.state for node in found.instances or ()} == {InstanceState.TERMINATED}
        assert all(node.ended == found.recorded_at for node in found.instances or ())
        house.fleet.refresh(ref)
        house.fleet.refresh()
        assert ref not in house.fleet.snapshot().costs
        metrics.add(ref, {SeriesKey("hdfs.used"): [Sample(1.8e9, 1.0)]})
        recorder.forget(ref)
        house.until(lambda all_: ref not in all_.clusters)
        assert store.all() == ()
        assert metrics.span(ref) is None
    assert calls_about(region, cluster_id) == asked


def calls_about(region: SimulatedRegion, cluster_id: str) -> set[str]:
    """The calls that named the cluster, as CloudTrail tells them."""
    attributes = [{"AttributeKey": "ResourceName", "AttributeValue": cluster_id}]
    pages = region.client("cloudtrail").get_paginator("lookup_events")
    answers = pages.paginate(LookupAttributes=attributes)
    return {event["EventId"] for answer in answers for event in answer["Events"]}


def test_a_cluster_that_emr_forgets_while_we_look_stays(
    region: SimulatedRegion, tmp_path: Path, store: SqliteRecorded, database: Database
) -> None:
    cluster_id = run_cluster(region)
    with session(region, tmp_path, store, SqliteMetrics(database)) as (house, _recorder):
        ref = house.ref(cluster_id)
        house.fleet.set_focus(ref)
        house.cluster(cluster_id, lambda c: c.instances)
        region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
        region.jump(minutes=15)
        house.cluster(cluster_id, lambda c: c.summary.state is ClusterState.TERMINATED)
        region.jump(days=70)
        house.fleet.refresh()
        found = house.cluster(cluster_id, lambda c: c.recorded_at)
        assert found.summary.ended == found.recorded_at
        assert len(found.instances or ()) == 8


def test_what_emr_lists_is_not_shown_as_recorded(
    region: SimulatedRegion, tmp_path: Path, store: SqliteRecorded, database: Database
) -> None:
    cluster_id = run_cluster(region)
    with session(region, tmp_path, store, SqliteMetrics(database)) as (house, _recorder):
        ref = house.ref(cluster_id)
        house.cluster(cluster_id, lambda c: c.instances)
        region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
        region.jump(minutes=15)
        house.cluster(cluster_id, lambda c: c.summary.state is ClusterState.TERMINATED)
        until(lambda: any(not brief.summary.state.active for brief, _at in store.all()))
    with session(region, tmp_path, store, SqliteMetrics(database)) as (house, _recorder):
        house.fleet.set_focus(ref)
        found = house.cluster(
            cluster_id, lambda c: c.recorded_at is None and c.instances is not None
        )
        assert found.summary.ended is not None
        assert all(node.ended is not None for node in found.instances or ())
