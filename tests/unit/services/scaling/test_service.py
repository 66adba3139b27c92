"""Resizes and task groups, planned against a simulated region."""

from __future__ import annotations

from typing import Any

import pytest

from hue_desktop.core.changes import (
    AddTaskFleet,
    AddTaskGroup,
    FleetSpec,
    GroupSpec,
    ResizeFleet,
    ResizeGroup,
    RiskLevel,
    Undoability,
)
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState, ClusterSummary
from hue_desktop.core.errors import NotFound
from hue_desktop.core.instances import FleetType, GroupState, InstanceGroup, Market, Role
from hue_desktop.services.scaling.limits import limits_of
from tests.simulated import SimulatedRegion
from tests.unit.services.house import House, run_cluster


def _ready(house: House, cluster_id: str) -> ClusterRef:
    """The cluster with nodes and prices read."""
    ref = house.ref(cluster_id)
    house.fleet.set_focus(ref)
    house.cluster(cluster_id, lambda c: c.instances)
    house.until(lambda s: ref in s.costs and s.costs[ref].rate.total > 0)
    return ref


def _group_id(snapshot: ClusterSnapshot, role: Role) -> str:
    return next(group.id for group in snapshot.groups or () if group.role is role)


def test_growing_a_task_group(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    ref = _ready(house, cluster_id)
    group_id = _group_id(house.fleet.snapshot().clusters[ref], Role.TASK)

    plan = house.scaling.plan_resize_group(ref, group_id, 5)

    assert plan.blocked == ""
    assert plan.changes == (ResizeGroup(cluster_id, group_id, 5),)
    assert plan.inverse == (ResizeGroup(cluster_id, group_id, 3),)
    assert plan.undo is Undoability.UNDOABLE
    assert "3 nodes" in plan.undo_text
    assert plan.cost is not None
    assert plan.cost.after.ec2 - plan.cost.before.ec2 == pytest.approx(2 * 0.384)
    assert plan.cost.after.emr - plan.cost.before.emr == pytest.approx(2 * 0.096)
    assert plan.cost.after.ebs > plan.cost.before.ebs
    assert "ModifyInstanceGroups" in plan.call_text
    assert '"InstanceCount": 5' in plan.call_text
    assert not [risk for risk in plan.risks if risk.level is RiskLevel.LOSS]


def test_shrinking_core_names_the_blocks_and_stops_at_replication(
    region: SimulatedRegion, house: House
) -> None:
    cluster_id = run_cluster(region)
    ref = _ready(house, cluster_id)
    region.jump(minutes=10)
    house.fleet.refresh(ref)
    house.until(lambda s: "HDFSUtilization" in s.metrics.get(ref, {}))
    group_id = _group_id(house.fleet.snapshot().clusters[ref], Role.CORE)

    plan = house.scaling.plan_resize_group(ref, group_id, 3)
    assert plan.blocked == ""
    assert plan.undo is Undoability.UNTIL_STARTED
    assert any(risk.level is RiskLevel.LOSS and "HDFS" in risk.text for risk in plan.risks)
    assert any("2 copies" in risk.text for risk in plan.risks)
    assert any("full" in risk.text for risk in plan.risks)

    limits = house.scaling.limits(ref, group_id)
    assert limits.low == 2, "four core nodes at the start mean two copies"
    assert "2 copies" in limits.sentence
    assert house.scaling.plan_resize_group(ref, group_id, 1).blocked == limits.sentence


@pytest.mark.parametrize(
    ("role", "low", "high"), [(Role.MASTER, 1, 1), (Role.TASK, 0, 2000), (Role.CORE, 2, 2000)]
)
def test_limits(region: SimulatedRegion, house: House, role: Role, low: int, high: int) -> None:
    cluster_id = run_cluster(region)
    ref = _ready(house, cluster_id)
    limits = house.scaling.limits(ref, _group_id(house.fleet.snapshot().clusters[ref], role))
    assert (limits.low, limits.high) == (low, high)
    assert limits.sentence


def test_what_cannot_be_resized(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    ref = _ready(house, cluster_id)
    snapshot = house.fleet.snapshot().clusters[ref]
    master, task = _group_id(snapshot, Role.MASTER), _group_id(snapshot, Role.TASK)

    assert house.scaling.plan_resize_group(ref, master, 3).blocked
    assert "already" in house.scaling.plan_resize_group(ref, task, 3).blocked
    assert house.scaling.plan_resize_group(ref, task, 2001).blocked
    with pytest.raises(NotFound):
        house.scaling.plan_resize_group(ref, "ig-NONE", 3)


def test_an_empty_group_stays(region: SimulatedRegion, house: House) -> None:
    ref = _ready(house, run_cluster(region))
    group_id = _group_id(house.fleet.snapshot().clusters[ref], Role.TASK)
    plan = house.scaling.plan_resize_group(ref, group_id, 0)
    assert not plan.blocked
    assert any("EMR removes no group" in risk.text for risk in plan.risks)


def test_groups_where_fleets_were_expected_and_the_reverse(
    region: SimulatedRegion, house: House
) -> None:
    ref = _ready(house, run_cluster(region))
    with pytest.raises(NotFound, match="made of instance groups"):
        house.scaling.plan_resize_fleet(ref, "if-1", 2, 0)
    fleets = _ready(house, _fleets(region))
    with pytest.raises(NotFound, match="made of instance fleets"):
        house.scaling.plan_resize_group(fleets, "ig-1", 2)


@pytest.mark.parametrize("role", [Role.TASK, Role.CORE])
def test_an_arrested_group_says_what_to_do(role: Role) -> None:
    group = InstanceGroup(
        "ig-1", "", role, Market.SPOT, "m5.xlarge", 5, 2, GroupState.ARRESTED, "No capacity."
    )
    summary = ClusterSummary("j-1", "x", ClusterState.RUNNING)
    snapshot = ClusterSnapshot(ClusterRef("here", "us-east-1", "j-1"), summary, groups=(group,))
    limits = limits_of(snapshot, group)
    assert (limits.low, limits.high) == (5, 5)
    assert "No capacity." in limits.sentence
    step = "Add another task group" if role is Role.TASK else "Clone the cluster"
    assert step in limits.sentence


def test_managed_scaling_is_mentioned(region: SimulatedRegion, house: House) -> None:
    limits = {"UnitType": "Instances", "MinimumCapacityUnits": 4, "MaximumCapacityUnits": 9}
    cluster_id = run_cluster(region, ManagedScalingPolicy={"ComputeLimits": limits})
    ref = _ready(house, cluster_id)
    house.cluster(cluster_id, lambda c: c.cluster.managed_scaling)
    group_id = _group_id(house.fleet.snapshot().clusters[ref], Role.TASK)
    plan = house.scaling.plan_resize_group(ref, group_id, 4)
    assert any("Managed scaling is on (4 to 9)" in risk.text for risk in plan.risks)


def test_adding_a_task_group(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    ref = _ready(house, cluster_id)
    group = GroupSpec(Role.TASK, "c5.2xlarge", 10, Market.SPOT)

    plan = house.scaling.plan_add_task_group(ref, group)

    assert plan.blocked == ""
    assert plan.changes == (AddTaskGroup(cluster_id, group),)
    assert plan.cost is not None
    assert plan.cost.after.saved_by_spot > 0
    assert plan.cost.after.unknown == 0
    assert plan.cost.delta > 0
    assert "0 nodes" in plan.undo_text
    core = GroupSpec(Role.CORE, "c5.2xlarge", 10)
    assert house.scaling.plan_add_task_group(ref, core).blocked
    fleet = FleetSpec(Role.TASK, (FleetType("m5.xlarge"),), 2)
    assert "groups" in house.scaling.plan_add_task_fleet(ref, fleet).blocked


def _fleets(region: SimulatedRegion) -> str:
    fleets: list[dict[str, Any]] = [
        {
            "InstanceFleetType": "MASTER",
            "TargetOnDemandCapacity": 1,
            "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}],
        },
        {
            "InstanceFleetType": "CORE",
            "TargetOnDemandCapacity": 8,
            "InstanceTypeConfigs": [{"InstanceType": "r5.xlarge", "WeightedCapacity": 4}],
        },
    ]
    answer = region.client("emr").run_job_flow(
        Name="fleets",
        ReleaseLabel="emr-7.5.0",
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        Instances={"InstanceFleets": fleets, "KeepJobFlowAliveWhenNoSteps": True},
    )
    region.jump(minutes=15)
    return str(answer["JobFlowId"])


def test_fleets_are_resized_in_units_and_undone(region: SimulatedRegion, house: House) -> None:
    cluster_id = _fleets(region)
    ref = _ready(house, cluster_id)
    core = next(
        each for each in house.fleet.snapshot().clusters[ref].fleets or () if each.role is Role.CORE
    )

    before = house.fleet.snapshot().costs[ref]
    half = house.scaling.plan_resize_fleet(ref, core.id, 4, 0)
    assert half.cost is not None
    gone = before.by_role[Role.CORE, Market.ON_DEMAND].total / 2
    assert half.cost.delta == pytest.approx(-gone), "what goes costs what it costs now"

    plan = house.scaling.plan_resize_fleet(ref, core.id, 8, 8)
    assert plan.changes == (ResizeFleet(cluster_id, core.id, 8, 8),)
    assert plan.cost is not None
    assert plan.cost.delta > 0
    assert any(risk.level is RiskLevel.LOSS for risk in plan.risks), "core on Spot"
    entry = house.carry_out(plan)
    house.cluster(cluster_id, lambda c: any(each.target_spot == 8 for each in c.fleets))
    house.carry_out(house.journal.undo_plan(entry.id))
    house.cluster(cluster_id, lambda c: all(each.target_spot == 0 for each in c.fleets))

    assert house.scaling.plan_resize_fleet(ref, core.id, 0, 0).blocked
    assert house.scaling.plan_resize_fleet(ref, core.id, 8, 0).blocked


def test_adding_the_task_fleet(region: SimulatedRegion, house: House) -> None:
    cluster_id = _fleets(region)
    ref = _ready(house, cluster_id)
    fleet = FleetSpec(Role.TASK, (FleetType("m5.xlarge", 1),), target_spot=4)

    plan = house.scaling.plan_add_task_fleet(ref, fleet)
    assert plan.changes == (AddTaskFleet(cluster_id, fleet),)
    entry = house.carry_out(plan)
    house.cluster(cluster_id, lambda c: len(c.fleets) == 3)
    undo = house.journal.undo_plan(entry.id)
    assert undo.changes == (ResizeFleet(cluster_id, entry.outcome["fleet_id"], 0, 0),)
    assert house.scaling.plan_add_task_fleet(ref, fleet).blocked
    group = GroupSpec(Role.TASK, "m5.xlarge", 2)
    assert "fleets" in house.scaling.plan_add_task_group(ref, group).blocked
