"""Every way to spend more shows what it costs and the budget, and asks when it is over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.core.budget import budget_question, budget_use
from hue_desktop.core.changes import FleetSpec, GroupSpec, Plan
from hue_desktop.core.clusters import ClusterRef, ManagedScaling
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.instances import FleetType, Market, Role
from hue_desktop.services.launch import LaunchService
from hue_desktop.services.scaling import ScalingService
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import House, connection_to, open_house, run_cluster
from tests.unit.services.what_if.bench_house import bench_of, plans_of, policies_of, ready

Make = Callable[[House, ClusterRef], Plan]
PLENTY, LITTLE = 10_000.0, 0.01


@pytest.fixture(scope="module")
def spending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, ClusterRef]]:
    """A house over a cluster of groups and one of fleets; only plans are made in it."""
    folder = tmp_path_factory.mktemp("spending")
    with simulated_region("empty") as region:
        connection = replace(
            connection_to(region, folder),
            connection_class=ConnectionClass.PRODUCTION,
            hourly_budget_usd=LITTLE,
        )
        with open_house(connection, folder) as house:
            ref = ready(house, run_cluster(region, name="groups"))
            ready(house, _fleet_cluster(region))
            yield house, ref


def _fleet_cluster(region: SimulatedRegion) -> str:
    fleets = [
        {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1,
         "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]},
        {"InstanceFleetType": "CORE", "TargetOnDemandCapacity": 2,
         "InstanceTypeConfigs": [{"InstanceType": "r5.xlarge"}]},
    ]  # fmt: skip
    answer = region.client("emr").run_job_flow(
        Name="fleets", ReleaseLabel="emr-7.5.0", Applications=[{"Name": "Spark"}],
        JobFlowRole="EMR_EC2_DefaultRole", ServiceRole="EMR_DefaultRole",
        Instances={"InstanceFleets": fleets, "KeepJobFlowAliveWhenNoSteps": True},
    )  # fmt: skip
    region.jump(minutes=15)
    return str(answer["JobFlowId"])


def _launching(house: House) -> LaunchService:
    return LaunchService(house.access, house.fleet, house.books, plans_of(house))


def _scaling(house: House) -> ScalingService:
    plans = plans_of(house)
    return ScalingService(house.access, house.fleet, house.books, plans, house.launching)


def _key(house: House, ref: ClusterRef, role: Role) -> str:
    snapshot = house.fleet.snapshot().clusters[ref]
    return next(group.id for group in snapshot.groups or () if group.role is role)


def _fleets(house: House) -> ClusterRef:
    clusters = house.fleet.snapshot().clusters.values()
    return next(each.ref for each in clusters if each.summary.name == "fleets")


def _clone(house: House, ref: ClusterRef) -> Plan:
    spec = _launching(house).read_clone_spec(ref)
    return _launching(house).plan_create(ref.connection, ref.region, spec)


def _launch(house: House, ref: ClusterRef) -> Plan:
    spec = _launching(house).read_clone_spec(ref)
    spec = replace(spec, name="new", groups=spec.groups[:2])
    return _launching(house).plan_create(ref.connection, ref.region, spec)


def _resize(role: Role) -> Make:
    def make(house: House, ref: ClusterRef) -> Plan:
        return _scaling(house).plan_resize_group(ref, _key(house, ref, role), 9)

    return make


def _add_group(house: House, ref: ClusterRef) -> Plan:
    group = GroupSpec(Role.TASK, "c5.2xlarge", 4, Market.SPOT)
    return _scaling(house).plan_add_task_group(ref, group)


def _add_fleet(house: House, _ref: ClusterRef) -> Plan:
    fleet = FleetSpec(Role.TASK, (FleetType("m5.2xlarge", 2),), 0, 8)
    return _scaling(house).plan_add_task_fleet(_fleets(house), fleet)


def _grow_fleet(house: House, _ref: ClusterRef) -> Plan:
    ref = _fleets(house)
    snapshot = house.fleet.snapshot().clusters[ref]
    core = next(each.id for each in snapshot.fleets or () if each.role is Role.CORE)
    return _scaling(house).plan_resize_fleet(ref, core, 5, 0)


def _managed(unit: str) -> Make:
    def make(house: House, ref: ClusterRef) -> Plan:
        maximum = 400 if unit == "VCPU" else 50
        policy = ManagedScaling(unit, 4, maximum)
        return policies_of(house, plans_of(house)).plan_managed_scaling(ref, policy)

    return make


def _what_if(house: House, ref: ClusterRef) -> Plan:
    service = bench_of(house)
    bench = service.open(ref)
    task = bench.base.lines[-1]
    wanted = replace(task, want=replace(task.want.of_type("r5.2xlarge"), count=8))
    return service.commit(bench, bench.base.with_line(wanted)).question


def _what_if_limits(house: House, ref: ClusterRef) -> Plan:
    service = bench_of(house)
    bench = service.open(ref)
    policy = ManagedScaling("Instances", 4, 50)
    return service.commit(bench, replace(bench.base, scaling=policy)).question


WAYS: dict[str, Make] = {
    "launch": _launch,
    "clone": _clone,
    "resize core": _resize(Role.CORE),
    "resize task": _resize(Role.TASK),
    "add task group": _add_group,
    "add task fleet": _add_fleet,
    "resize fleet": _grow_fleet,
    "managed scaling, nodes": _managed("Instances"),
    "managed scaling, vCPU": _managed("VCPU"),
    "what if": _what_if,
    "what if, limits": _what_if_limits,
}


@pytest.mark.parametrize("way", WAYS)
def test_what_adds_cost_shows_it_and_the_budget(
    spending: tuple[House, ClusterRef], way: str
) -> None:
    house, ref = spending
    plan = WAYS[way](house, ref)
    assert plan.blocked == "", way
    assert plan.cost is not None
    assert plan.cost.delta > 0.1
    assert plan.cost.after.unknown == 0
    use = budget_use(plan)
    assert use is not None
    assert use.limit == LITTLE
    assert use.after - use.now == pytest.approx(plan.cost.delta)
    assert "more than its budget" in budget_question(plan)
    # on production the name is typed, too, although each of these can be undone
    assert plan.typed_name == plan.target_name != ""
    roomy = replace(plan, budget_usd_hour=PLENTY)
    assert budget_question(roomy) == ""


def test_what_saves_asks_nothing_over_the_budget(spending: tuple[House, ClusterRef]) -> None:
    house, ref = spending
    plan = _scaling(house).plan_resize_group(ref, _key(house, ref, Role.TASK), 1)
    assert plan.cost is not None
    assert plan.cost.delta < 0
    assert budget_question(plan) == ""
    assert plan.typed_name == ""


def test_names_are_typed_where_the_setting_says(tmp_path: Path, region: SimulatedRegion) -> None:
    """On a test connection the tick is enough, unless names are typed everywhere."""
    connection = replace(connection_to(region, tmp_path), hourly_budget_usd=LITTLE)
    with open_house(connection, tmp_path) as house:
        ref = ready(house, run_cluster(region))
        plan = _scaling(house).plan_resize_group(ref, _key(house, ref, Role.TASK), 9)
        assert budget_question(plan)
        assert plan.typed_name == ""
        plans = plans_of(house, changes_typed_name="always")
        assert plans.asks_over_budget(connection, plan)


def test_undoing_a_saving_is_held_against_the_budget(
    tmp_path: Path, region: SimulatedRegion
) -> None:
    connection = replace(connection_to(region, tmp_path), hourly_budget_usd=LITTLE)
    with open_house(connection, tmp_path) as house:
        ref = ready(house, run_cluster(region))
        entry = house.carry_out(
            house.scaling.plan_resize_group(ref, _key(house, ref, Role.TASK), 1)
        )
        undo = house.journal.undo_plan(entry.id)
        assert "more than its budget" in budget_question(undo)
