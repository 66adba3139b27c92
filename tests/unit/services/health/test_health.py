"""Series of a running cluster, and what happened to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hue_desktop.core.changes import ChangeState, JournalEntry, Plan, ResizeGroup
from hue_desktop.core.clusters import Attention, ClusterState
from hue_desktop.core.instances import InstanceState, Market, Role
from hue_desktop.core.steps import Step, StepSpec, StepState
from hue_desktop.services.health import EventKind, HealthService, events_of
from tests.simulated import SimulatedRegion
from tests.unit.services.house import House, run_cluster
from tests.unit.services.samples import BEGAN, REF, cluster_of, node, summary


def test_series_of_a_cluster(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    region.jump(hours=2)
    now = region.clock.now()
    names = ("YARNMemoryAvailablePercentage", "CoreNodesRunning", "NoSuchMetric")

    series = HealthService(house.access).series(
        house.ref(cluster_id), names, now - timedelta(hours=1), now
    )

    nodes = series["CoreNodesRunning"]
    assert 10 <= len(nodes.points) <= 13, "five-minute data"
    assert {value for _at, value in nodes.points} == {4.0}
    times = [at for at, _value in nodes.points]
    assert times == sorted(times)
    assert not series.get("NoSuchMetric") or not series["NoSuchMetric"].points


def test_events_newest_first_and_in_bunches() -> None:
    snapshot = cluster_of(2, 0)
    later = BEGAN + timedelta(hours=1)
    joined = [
        replace(node(50 + n, Role.TASK, Market.SPOT), ready=later + timedelta(seconds=10 * n))
        for n in range(5)
    ]
    lost = replace(
        node(60, Role.TASK, Market.SPOT, InstanceState.TERMINATED),
        state_code="INSTANCE_FAILURE",
        ended=later + timedelta(hours=1),
    )
    left = replace(
        node(61, Role.TASK, Market.SPOT, InstanceState.TERMINATED),
        ended=later + timedelta(hours=2),
    )
    step = Step(
        "s-1",
        StepSpec("etl", "a.jar"),
        StepState.FAILED,
        started=later,
        ended=later + timedelta(hours=3),
    )
    busy = replace(
        snapshot, instances=(*(snapshot.instances or ()), *joined, lost, left), steps=(step,)
    )

    events = events_of(busy)

    assert [event.at for event in events] == sorted((e.at for e in events), reverse=True)
    texts = {event.text: event for event in events}
    assert "5 task Spot nodes joined" in texts
    assert texts["1 task Spot node lost"].attention is Attention.WARN
    assert texts["1 task Spot node left"].attention is Attention.NONE
    assert texts["Step failed: etl"].attention is Attention.WARN
    assert texts["Cluster ready"].kind is EventKind.CLUSTER


def test_the_end_with_its_reason() -> None:
    ended = replace(
        summary(ClusterState.TERMINATED_WITH_ERRORS),
        ended=BEGAN + timedelta(hours=1),
        reason="On the master instance, application provisioning failed",
    )
    [first, *_] = events_of(replace(cluster_of(1, 0), summary=ended))
    assert first.attention is Attention.CRITICAL
    assert "provisioning failed" in first.text


def test_our_own_changes_stand_at_the_regions_time() -> None:
    plan = Plan("Resize", "here", "us-east-1", (ResizeGroup("j-1", "ig-1", 3),), target=REF)
    in_region = BEGAN + timedelta(hours=3)
    done = JournalEntry(1, datetime.now(UTC), plan, ChangeState.DONE, region_at=in_region)
    failed = replace(done, id=2, state=ChangeState.FAILED)
    other = replace(done, id=3, plan=replace(plan, target=replace(REF, cluster_id="j-2")))

    changes = [
        event
        for event in events_of(cluster_of(1, 0), (done, failed, other))
        if event.kind is EventKind.CHANGE
    ]
    assert [(event.at, event.text) for event in changes] == [(in_region, "Resize")]
