"""Capacity that never comes: said, with how long it has been waited for and what can be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hue_desktop.core.candidates.shortage import PATIENCE, bid_problem, shortage
from hue_desktop.core.changes import GroupSpec, RiskLevel
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState, ClusterSummary
from hue_desktop.core.instances import GroupState, InstanceFleet, InstanceGroup, Market, Role
from tests.simulated import SimulatedRegion
from tests.unit.services.house import House, run_cluster

SPOT_TASKS = {
    "InstanceRole": "TASK",
    "InstanceType": "r5.2xlarge",
    "InstanceCount": 0,
    "Market": "SPOT",
    "Name": "spot",
}


def _cluster(region: SimulatedRegion, house: House) -> tuple[ClusterRef, str]:
    """A cluster with an empty task group on Spot, in an AZ that has none of its type."""
    cluster_id = run_cluster(region)
    emr = region.client("emr")
    answer = emr.add_instance_groups(JobFlowId=cluster_id, InstanceGroups=[SPOT_TASKS])
    region.control("capacity", {"instance_type": "r5.2xlarge", "available": False})
    ref = house.ref(cluster_id)
    house.fleet.set_focus(ref)
    house.cluster(cluster_id, lambda c: c.instances and len(c.groups or ()) == 4)
    return ref, answer["InstanceGroupIds"][0]


def _group(snapshot: ClusterSnapshot, group_id: str) -> InstanceGroup:
    return next(group for group in snapshot.groups or () if group.id == group_id)


def test_nodes_that_do_not_come(region: SimulatedRegion, house: House) -> None:
    ref, group_id = _cluster(region, house)
    house.carry_out(house.scaling.plan_resize_group(ref, group_id, 4))
    house.cluster(ref.cluster_id, lambda c: _group(c, group_id).requested == 4)
    assert house.scaling.shortage(ref, group_id) is None  # not yet: EC2 needs its minutes

    region.jump(minutes=25)
    house.cluster(
        ref.cluster_id,
        lambda c: house.scaling.shortage(ref, group_id) is not None,
    )
    found = house.scaling.shortage(ref, group_id)
    assert found is not None
    assert found.missing == 4
    assert "4 of 4 nodes are missing" in found.sentence
    assert "r5.2xlarge on Spot" in found.sentence
    assert "another type" in found.next_step
    # more of the same is warned of
    plan = house.scaling.plan_resize_group(ref, group_id, 6)
    assert any("missing" in risk.text for risk in plan.risks if risk.level is RiskLevel.WARN)
    assert not plan.blocked
    # going back to what came is not
    plan = house.scaling.plan_resize_group(ref, group_id, 0)
    assert not any("missing" in risk.text for risk in plan.risks)


def _snapshot() -> ClusterSnapshot:

    ref = ClusterRef("here", "us-east-1", "j-1")
    return ClusterSnapshot(ref, ClusterSummary("j-1", "x", ClusterState.WAITING))


GROUP = InstanceGroup(
    "ig-1", "t", Role.TASK, Market.SPOT, "m5.xlarge", 5, 2, GroupState.SUSPENDED, "Too many errors"
)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_suspended_group_says_what_emr_says() -> None:
    found = shortage(_snapshot(), GROUP, NOW)
    assert found is not None
    assert found.missing == 3
    assert found.since is None
    assert "Too many errors" in found.sentence
    assert "Set the size again" in found.next_step


@pytest.mark.parametrize("state", [GroupState.ARRESTED, GroupState.TERMINATED, GroupState.ENDED])
def test_what_has_ended_waits_for_nothing(state: GroupState) -> None:
    assert shortage(_snapshot(), replace(GROUP, state=state), NOW) is None


def test_a_fleet_counts_units_of_both_markets() -> None:
    fleet = InstanceFleet("if-1", "t", Role.TASK, 4, 16, 6, 8, GroupState.SUSPENDED)
    found = shortage(_snapshot(), fleet, NOW)
    assert found is not None
    assert found.missing == 8  # on-demand overshoot does not make up for Spot
    assert "more types" in found.next_step


def test_patience_is_minutes() -> None:
    assert timedelta(minutes=5) <= PATIENCE <= timedelta(minutes=20)


def test_a_maximum_below_the_price_brings_nothing(region: SimulatedRegion, house: House) -> None:
    assert bid_problem(0.1, 0.15)
    assert bid_problem(0.15, 0.15) == bid_problem(None, 0.15) == bid_problem(0.1, None) == ""
    cluster_id = run_cluster(region)
    ref = house.ref(cluster_id)
    house.fleet.set_focus(ref)
    house.cluster(cluster_id, lambda c: c.instances)
    spec = GroupSpec(Role.TASK, "m5.2xlarge", 2, Market.SPOT, bid_usd_hour=0.001)
    texts = [risk.text for risk in house.scaling.plan_add_task_group(ref, spec).risks]
    assert any("no node comes" in text for text in texts)
    fair = replace(spec, bid_usd_hour=5.0)
    texts = [risk.text for risk in house.scaling.plan_add_task_group(ref, fair).risks]
    assert not any("no node comes" in text for text in texts)
