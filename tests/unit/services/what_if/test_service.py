"""The bench over a cluster of a simulated region, and its plans carried out there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hue_desktop.core.changes import (
    AddTaskGroup,
    ChangeState,
    CreateCluster,
    ResizeFleet,
    ResizeGroup,
    SetManagedScaling,
)
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.errors import NotFound
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.metrics import NodeReading, YarnApplication
from hue_desktop.core.what_if.values import BenchLine, Holding, Variant, Way
from hue_desktop.services.health.values import HealthSnapshot
from hue_desktop.services.what_if import Bench
from tests.simulated import SimulatedRegion
from tests.unit.services.house import House, run_cluster
from tests.unit.services.what_if.bench_house import bench_of, ready

GIB = 1024.0**3


def _wish(variant: Variant, role: Role, of: Market | None = None, **fields: Any) -> Variant:
    line = next(
        each for each in variant.lines if each.role is role and of in (None, each.want.market)
    )
    return variant.with_line(replace(line, want=replace(line.want, **fields)))


def _open(region: SimulatedRegion, house: House, **options: Any) -> Bench:
    ref = ready(house, run_cluster(region, **options))
    return bench_of(house).open(ref)


def test_the_bench_costs_what_the_cluster_costs(region: SimulatedRegion, house: House) -> None:
    bench = _open(region, house)
    outcome = bench_of(house).reckon(bench, bench.base)
    rate = house.fleet.snapshot().costs[bench.facts.ref].rate
    assert outcome.before.rate.total == pytest.approx(rate.total)
    assert outcome.before.rate.emr == pytest.approx(rate.emr)
    assert outcome.before.rate.ebs == pytest.approx(rate.ebs)
    assert outcome.before.room.nodes == 8
    assert outcome.before.room.vcpu == 4 + 4 * 4 + 3 * 8
    assert any("No container runs" in text for text in bench.facts.missing)


def test_what_yarn_and_hdfs_say_is_measured(region: SimulatedRegion, house: House) -> None:
    ref = ready(house, run_cluster(region))
    snapshot = house.fleet.snapshot().clusters[ref]
    node = snapshot.nodes(Role.CORE)[0].private_dns
    values = {"yarn.memory.total": 20 * GIB, "hdfs.capacity": 100 * GIB}
    application = YarnApplication(
        "application_1", "q", "etl", "default", "SPARK", "RUNNING", containers=8,
        memory_bytes=40 * GIB,
    )  # fmt: skip
    health = HealthSnapshot(
        ref,
        values={"yarn.memory.used": 40 * GIB, "hdfs.used": 90 * GIB},
        nodes={node: NodeReading(node, "RUNNING", values=values)},
        applications=(application,),
        safe_mode="Safe mode is ON.",
    )
    bench = bench_of(house, health).open(ref)
    room = bench_of(house).reckon(bench, bench.base).before.room
    assert room.yarn_gib == pytest.approx(4 * 20 + 3 * 24)
    assert room.hdfs_gib == pytest.approx(4 * 100)
    assert bench.facts.container_bytes == 5 * GIB
    assert bench.facts.hdfs_used_bytes == 90 * GIB
    assert bench.facts.safe_mode


def test_cloudwatch_tells_what_no_tunnel_reaches(region: SimulatedRegion, house: House) -> None:
    ref = ready(house, run_cluster(region))
    region.jump(minutes=10)
    house.fleet.refresh(ref)
    house.until(lambda s: "HDFSUtilization" in s.metrics.get(ref, {}))
    bench = bench_of(house).open(ref)
    assert bench.facts.hdfs_used_bytes is not None
    assert any("CloudWatch" in text for text in bench.facts.missing)


def test_a_resize_under_way_is_said(region: SimulatedRegion, house: House) -> None:
    bench = _open(region, house)
    ref = bench.facts.ref
    group = next(line for line in bench.base.lines if line.role is Role.TASK).key
    house.carry_out(house.scaling.plan_resize_group(ref, group, 6))
    house.cluster(ref.cluster_id, lambda c: any(g.requested == 6 for g in c.groups or ()))
    later = bench_of(house).refreshed(bench)
    assert any("resize is under way" in text for text in later.facts.missing)
    line = later.base.line(group)
    assert line is not None
    assert line.want.count == 6
    assert later.types == bench.types


def test_an_unknown_cluster_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        bench_of(house).open(house.ref("j-NONE"))


def test_a_wish_becomes_real(region: SimulatedRegion, house: House) -> None:
    """Core grows, tasks get another type on Spot, limits are set: one question, three plans."""
    bench = _open(region, house)
    service = bench_of(house)
    variant = _wish(bench.base, Role.CORE, count=6)
    variant = _wish(variant, Role.TASK, instance_type="r5.2xlarge", market=Market.SPOT, count=2)
    limits = ManagedScaling("Instances", 8, 12)  # it would take idle nodes below that
    variant = replace(variant, scaling=limits)

    commit = service.commit(bench, variant)

    ref = bench.facts.ref
    core, task = (
        next(line.key for line in bench.base.lines if line.role is role)
        for role in (Role.CORE, Role.TASK)
    )
    changes = [part.changes for part in commit.parts]
    assert changes[0] == (ResizeGroup(ref.cluster_id, core, 6),)
    added, emptied = changes[1]
    assert isinstance(added, AddTaskGroup)
    assert (added.group.instance_type, added.group.count) == ("r5.2xlarge", 2)
    assert added.group.market is Market.SPOT
    assert emptied == ResizeGroup(ref.cluster_id, task, 0)
    assert changes[2] == (SetManagedScaling(ref.cluster_id, limits),)
    assert commit.question.changes == tuple(each for part in changes for each in part)
    assert commit.question.cost is not None
    assert commit.question.blocked == ""

    for part in commit.parts:
        house.carry_out(part)
    region.jump(minutes=15)
    house.fleet.refresh(ref)
    after = house.cluster(
        ref.cluster_id,
        lambda c: c.cluster and c.cluster.managed_scaling == limits and c.count(Role.CORE) == 6,
    )
    kinds = {(g.instance_type, g.market): g.requested for g in after.groups or ()}
    assert kinds["r5.2xlarge", Market.SPOT] == 2
    assert kinds["m5.2xlarge", Market.ON_DEMAND] == 0


def test_the_cost_of_the_plans_is_that_of_the_bench(region: SimulatedRegion, house: House) -> None:
    bench = _open(region, house)
    variant = _wish(bench.base, Role.CORE, count=6)
    variant = _wish(variant, Role.TASK, instance_type="r5.2xlarge", count=4)
    service = bench_of(house)
    commit = service.commit(bench, variant)
    assert commit.question.cost is not None
    expected = service.reckon(bench, variant).cost.delta
    assert commit.question.cost.delta == pytest.approx(expected)
    parts = sum(part.cost.delta for part in commit.parts if part.cost is not None)
    assert parts == pytest.approx(expected)


def test_undo_brings_the_old_group_back(region: SimulatedRegion, house: House) -> None:
    bench = _open(region, house)
    variant = _wish(bench.base, Role.TASK, instance_type="r5.2xlarge", count=2)
    entry = house.carry_out(bench_of(house).commit(bench, variant).parts[0])
    ref = bench.facts.ref
    house.cluster(ref.cluster_id, lambda c: len(c.groups or ()) == 4)
    house.carry_out(house.journal.undo_plan(entry.id))
    house.fleet.refresh(ref)
    after = house.cluster(
        ref.cluster_id,
        lambda c: {g.instance_type: g.requested for g in c.groups or ()}.get("r5.2xlarge") == 0,
    )
    assert {g.instance_type: g.requested for g in after.groups or ()}["m5.2xlarge"] == 3


def test_an_empty_group_is_filled_in_place_of_another(
    region: SimulatedRegion, house: House
) -> None:
    groups = (("MASTER", "m5.xlarge", 1), ("CORE", "r5.xlarge", 4), ("TASK", "m5.2xlarge", 3),
              ("TASK", "r5.2xlarge", 1))  # fmt: skip
    bench = _open(region, house, groups=groups)
    ref = bench.facts.ref
    empty = next(line for line in bench.base.lines if line.want.instance_type == "r5.2xlarge").key
    house.carry_out(house.scaling.plan_resize_group(ref, empty, 0))
    region.jump(minutes=70)
    house.fleet.refresh(ref)
    house.cluster(
        ref.cluster_id, lambda c: any(not g.requested and not g.running for g in c.groups or ())
    )
    bench = bench_of(house).open(ref)
    assert [line.want.instance_type for line in bench.base.lines] == [
        "m5.xlarge", "r5.xlarge", "m5.2xlarge",
    ]  # fmt: skip
    variant = _wish(bench.base, Role.TASK, instance_type="r5.2xlarge", count=2)
    part = bench_of(house).commit(bench, variant).parts[0]
    old = next(line.key for line in bench.base.lines if line.role is Role.TASK)
    assert part.changes == (
        ResizeGroup(ref.cluster_id, empty, 2),
        ResizeGroup(ref.cluster_id, old, 0),
    )


def test_what_only_a_clone_has(region: SimulatedRegion, house: House) -> None:
    bench = _open(region, house)
    variant = _wish(bench.base, Role.MASTER, instance_type="m5.2xlarge")
    variant = _wish(variant, Role.CORE, market=Market.SPOT)
    service = bench_of(house)
    assert Way.NEW_CLUSTER in service.reckon(bench, variant).ways
    commit = service.commit(bench, variant)
    assert commit.parts == ()
    assert len(commit.left_out) == 2
    assert "running cluster" in commit.question.blocked

    change = service.clone(bench.facts.ref, variant)
    assert isinstance(change, CreateCluster)
    by_role = {group.role: group for group in change.spec.groups}
    assert by_role[Role.MASTER].instance_type == "m5.2xlarge"
    assert by_role[Role.CORE].market is Market.SPOT
    plan = house.launching.plan_create(house.connection.name, region.name, change.spec)
    assert plan.blocked == ""
    house.carry_out(plan)


def test_a_new_line_is_a_new_group(region: SimulatedRegion, house: House) -> None:
    bench = _open(region, house)
    held = Holding("c5.2xlarge", 2, Market.SPOT)
    variant = bench.base.with_line(BenchLine("new-1", Role.TASK, None, held))
    (part,) = bench_of(house).commit(bench, variant).parts
    (change,) = part.changes
    assert isinstance(change, AddTaskGroup)
    assert change.group.count == 2


def test_a_target_that_emr_refuses_blocks_the_whole(region: SimulatedRegion, house: House) -> None:
    """More nodes than a group may have: nothing is sent, the core change neither."""
    bench = _open(region, house)
    variant = _wish(bench.base, Role.CORE, count=6)
    variant = _wish(variant, Role.TASK, count=2001)
    question = bench_of(house).commit(bench, variant).question
    assert "0 to 2\u202f000 nodes" in question.blocked


def test_fewer_core_nodes_are_left_to_the_pre_flight(region: SimulatedRegion, house: House) -> None:
    bench = _open(region, house)
    variant = _wish(bench.base, Role.CORE, count=3)
    variant = _wish(variant, Role.TASK, count=5)
    commit = bench_of(house).commit(bench, variant)
    task = next(line.key for line in bench.base.lines if line.role is Role.TASK)
    assert commit.question.changes == (ResizeGroup(bench.facts.ref.cluster_id, task, 5),)
    assert commit.left_out == ("CORE",)
    rehearsed = bench_of(house).commit(bench, variant, shrinks=True)
    assert len(rehearsed.question.changes) == 2


def test_a_target_of_zero_task_nodes(region: SimulatedRegion, house: House) -> None:
    bench = _open(region, house)
    variant = _wish(bench.base, Role.TASK, instance_type="r5.2xlarge", count=0)
    (part,) = bench_of(house).commit(bench, variant).parts
    task = next(line.key for line in bench.base.lines if line.role is Role.TASK)
    assert part.changes == (ResizeGroup(bench.facts.ref.cluster_id, task, 0),)
    house.carry_out(part, ChangeState.DONE)


def test_fleets_are_resized_in_units(region: SimulatedRegion, house: House) -> None:
    fleets = [
        {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1,
         "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]},
        {"InstanceFleetType": "CORE", "TargetOnDemandCapacity": 2,
         "InstanceTypeConfigs": [{"InstanceType": "r5.xlarge"}]},
        {"InstanceFleetType": "TASK", "TargetSpotCapacity": 8,
         "InstanceTypeConfigs": [{"InstanceType": "m5.2xlarge", "WeightedCapacity": 2}]},
    ]  # fmt: skip
    options = {"InstanceFleets": fleets, "KeepJobFlowAliveWhenNoSteps": True}
    client = region.client("emr")
    cluster_id = client.run_job_flow(
        Name="fleets", ReleaseLabel="emr-7.5.0", Applications=[{"Name": "Spark"}],
        JobFlowRole="EMR_EC2_DefaultRole", ServiceRole="EMR_DefaultRole", Instances=options,
    )["JobFlowId"]  # fmt: skip
    region.jump(minutes=15)
    ref = ready(house, cluster_id)
    service = bench_of(house)
    bench = service.open(ref)
    variant = _wish(bench.base, Role.TASK, Market.SPOT, count=12)
    variant = _wish(variant, Role.TASK, Market.ON_DEMAND, count=2)
    (part,) = service.commit(bench, variant).parts
    (change,) = part.changes
    assert isinstance(change, ResizeFleet)
    assert (change.target_on_demand, change.target_spot) == (2, 12)
    outcome = service.reckon(bench, variant)
    assert outcome.cost.delta > 0
    assert outcome.after.room.nodes == outcome.before.room.nodes + 3
