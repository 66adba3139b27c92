"""The cost service over a simulated region: bills, shares, Cost Explorer and its differences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hue_desktop.adapters.store.applications import SqliteApplications
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.recorded import SqliteRecorded
from hue_desktop.core.billing import CostPart
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.metrics import SeriesData, SeriesKey, YarnApplication
from hue_desktop.services.cost.service import CostService
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import House, connection_to, open_house, run_cluster

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = 3600.0
SPOT_TASK = {
    "InstanceRole": "TASK",
    "InstanceType": "m5.2xlarge",
    "InstanceCount": 3,
    "Market": "SPOT",
    "Name": "TASK",
}
TAG = "aws:elasticmapreduce:job-flow-id"


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    """Paused: every second is the test's."""
    with simulated_region("empty", start=START, paused=True) as running:
        yield running


@pytest.fixture
def house(region: SimulatedRegion, tmp_path: Path) -> Iterator[House]:
    """The services; the fleet does not read by itself."""
    with open_house(connection_to(region, tmp_path), tmp_path, start=False) as opened:
        yield opened


@pytest.fixture
def cost(house: House) -> CostService:
    return CostService(house.fleet, house.access, house.books)


def mixed(region: SimulatedRegion) -> str:
    """A primary, two core nodes, and three task nodes on Spot."""
    cluster_id = run_cluster(region, groups=(("MASTER", "m5.xlarge", 1), ("CORE", "r5.xlarge", 2)))
    region.client("emr").add_instance_groups(JobFlowId=cluster_id, InstanceGroups=[SPOT_TASK])
    return cluster_id


def charged(region: SimulatedRegion, cluster_id: str) -> dict[str, float]:
    """What the region's own Cost Explorer says, by service."""
    answer = region.client("ce").get_cost_and_usage(
        TimePeriod={"Start": "2026-11-02", "End": "2026-11-06"},
        Granularity="DAILY",
        Metrics=["UnblendedCost"],
        Filter={"Tags": {"Key": TAG, "Values": [cluster_id]}},
        GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
    )
    sums: dict[str, float] = {}
    for day in answer["ResultsByTime"]:
        for group in day["Groups"]:
            usd = float(group["Metrics"]["UnblendedCost"]["Amount"])
            sums[group["Keys"][0]] = sums.get(group["Keys"][0], 0.0) + usd
    return sums


def test_our_bill_is_what_the_region_charges(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    """Resized, partly ended, partly Spot; only what is not in our bill makes a difference."""
    cluster_id = mixed(region)
    region.jump(hours=5)
    cost.bill(house.ref(cluster_id))  # somebody looks while EC2 still knows its nodes
    emr = region.client("emr")
    groups = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    task = next(group["Id"] for group in groups if group["InstanceGroupType"] == "TASK")
    emr.modify_instance_groups(
        ClusterId=cluster_id, InstanceGroups=[{"InstanceGroupId": task, "InstanceCount": 1}]
    )
    region.jump(hours=7)
    emr.terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(days=3)

    cost.refresh(house.ref(cluster_id))
    ours = cost.bill(house.ref(cluster_id))
    theirs = charged(region, cluster_id)

    ec2 = theirs["Amazon Elastic Compute Cloud - Compute"]
    assert ours.of_part(CostPart.EC2) == pytest.approx(ec2, rel=2e-4)
    assert ours.of_part(CostPart.EMR) == pytest.approx(theirs["Amazon Elastic MapReduce"], rel=2e-3)
    assert not ours.unknown
    assert ours.saved_by_spot > 0
    assert {who.market for _part, who in ours.usd} == set(Market)
    assert {source.name for source in ours.sources} >= {"Spot history"}


def test_what_ec2_takes_back_in_the_first_hour_is_charged_by_emr_alone(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    cluster_id = mixed(region)
    ref = house.ref(cluster_id)
    region.jump(minutes=20)
    spot = [
        life for life in region.client("emr").list_instances(ClusterId=cluster_id)["Instances"]
        if life["Market"] == "SPOT"
    ]  # fmt: skip
    cost.bill(ref)
    region.control("spot/interrupt", {"instance_id": spot[0]["Ec2InstanceId"]})
    region.jump(minutes=30)
    cost.refresh(ref)
    cost.bill(ref)  # its replacement is seen while EC2 knows it
    region.jump(hours=10)
    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(days=3)

    cost.refresh(ref)
    ours, theirs = cost.bill(ref), charged(region, cluster_id)

    assert len(ours.by_node) == 7
    ec2 = theirs["Amazon Elastic Compute Cloud - Compute"]
    assert ours.of_part(CostPart.EC2) == pytest.approx(ec2, rel=2e-4)
    assert ours.by_node[spot[0]["Id"]] < 0.1


def test_nodes_that_ec2_has_forgotten_are_billed_from_when_emr_asked_for_them(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    """Seconds more, never less."""
    cluster_id = mixed(region)
    region.jump(hours=12)
    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(days=3)
    ours = cost.bill(house.ref(cluster_id)).of_part(CostPart.EMR)
    theirs = charged(region, cluster_id)["Amazon Elastic MapReduce"]
    assert theirs < ours < theirs * 1.003


def test_cost_explorers_figure_stands_beside_ours_with_the_difference_explained(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    cluster_id = mixed(region)
    region.jump(days=3)

    figure = cost.explorer(house.ref(cluster_id))

    assert figure is not None, cost.explorer_problem(house.ref(cluster_id))
    assert figure.usd == pytest.approx(sum(charged(region, cluster_id).values()))
    assert figure.ours_usd is not None
    assert figure.ours_usd > figure.usd  # the last hours are not in Cost Explorer yet
    assert figure.estimated
    assert any("late" in why for why in figure.why)
    assert any("$0.01" in why for why in figure.why)


def test_what_accounts_for_the_difference_adds_up_to_it(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    """A cluster that is over for days: nothing is late, and each amount is told."""
    cluster_id = mixed(region)
    region.jump(hours=30)
    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(days=3)

    figure = cost.explorer(house.ref(cluster_id))

    assert figure is not None
    assert figure.ours_usd is not None
    told = [re.search(r"([+−])\$(\d+\.\d+)", why) for why in figure.why]
    amounts = [float(found[2]) * (1 if found[1] == "+" else -1) for found in told if found]
    assert len(amounts) == 2  # transfer, and the hours of the month
    assert figure.usd - figure.ours_usd == pytest.approx(sum(amounts), abs=0.03)


def test_cost_explorer_is_asked_once_a_day(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    cluster_id = mixed(region)
    region.jump(days=2)
    first = cost.explorer(house.ref(cluster_id))
    region.jump(hours=1)
    again = cost.explorer(house.ref(cluster_id))
    assert first is not None
    assert again is not None
    assert again.usd == first.usd
    region.jump(days=1)
    # what was read of the cluster, and of the region's time, is kept for some seconds
    later = CostService(house.fleet, house.access, house.books).explorer(house.ref(cluster_id))
    assert later is not None
    assert later.usd > first.usd


def test_a_refusal_of_cost_explorer_is_told_and_nothing_is_made_up(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    cluster_id = mixed(region)
    region.control("deny", {"service": "ce", "operation": "GetCostAndUsage"})
    assert cost.explorer(house.ref(cluster_id)) is None
    assert "GetCostAndUsage" in cost.explorer_problem(house.ref(cluster_id))


def test_nodes_that_ended_long_ago_stay_in_the_bill(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    cluster_id = run_cluster(region)
    region.jump(hours=2)
    before = cost.bill(house.ref(cluster_id))
    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(days=20)
    after = CostService(house.fleet, house.access, house.books).bill(house.ref(cluster_id))
    assert after.total > before.total
    assert set(after.by_node) == set(before.by_node)
    assert after.total < before.total * 1.2


def test_a_cluster_that_emr_has_forgotten_is_billed_from_what_was_recorded(
    region: SimulatedRegion, house: House, cost: CostService, tmp_path: Path
) -> None:
    cluster_id = mixed(region)
    ref = house.ref(cluster_id)
    region.jump(hours=9)
    before = cost.bill(ref)
    database = Database(tmp_path / "recorded.sqlite3")
    store = SqliteRecorded(database)
    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(minutes=10)
    cost.refresh(ref)
    store.save(cost.snapshot(ref), 0.0)
    last = cost.bill(ref)
    region.jump(days=80)

    fresh = CostService(house.fleet, house.access, house.books, recorded=lambda: store)
    found = fresh.bill(ref)

    assert [each.ref for each in fresh.recorded()] == [ref]
    assert set(found.by_node) == set(before.by_node)
    assert found.total == pytest.approx(last.total, rel=5e-3)  # launches are forgotten
    database.close()


def test_while_the_fleet_reads_nodes_end_in_the_bill_when_they_end(
    region: SimulatedRegion, tmp_path: Path
) -> None:
    """EMR is asked for ended nodes when one is missing from the fleet's list, and no sooner."""
    cluster_id = mixed(region)
    region.jump(hours=2)
    with open_house(connection_to(region, tmp_path), tmp_path) as house:
        service = CostService(house.fleet, house.access, house.books)
        ref = house.ref(cluster_id)
        house.cluster(cluster_id, lambda c: c.cluster and c.instances and c.steps is not None)
        before = service.snapshot(ref)
        task = next(each for each in before.groups or () if each.role is Role.TASK)
        region.client("emr").modify_instance_groups(
            ClusterId=cluster_id,
            InstanceGroups=[{"InstanceGroupId": task.id, "InstanceCount": 0}],
        )
        region.jump(hours=1)
        house.cluster(cluster_id, lambda c: c.count(Role.TASK) == 0)

        after = service.snapshot(ref)

        tasks = [node for node in after.instances or () if node.role is Role.TASK]
        assert len(tasks) == 3
        assert all(node.ended is not None for node in tasks)
        assert {node.id for node in after.instances or ()} == {
            node.id for node in before.instances or ()
        }


def test_without_a_record_a_forgotten_cluster_is_an_error(house: House, cost: CostService) -> None:
    with pytest.raises(HueError):
        cost.bill(house.ref("j-0000000000000"))


def test_slices_cover_the_life_and_add_up(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    cluster_id = mixed(region)
    region.jump(hours=6)
    found = cost.bill(house.ref(cluster_id), slices=50)
    assert len(found.slices) == 50
    assert sum(part.total for part in found.slices) == pytest.approx(found.total, rel=1e-9)
    assert {who.role for part in found.slices for _part, who in part.usd} == set(Role)


def test_the_overview_has_rate_bill_forecast_and_no_idle_waste_that_nobody_measured(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    cluster_id = mixed(region)
    region.jump(hours=6)
    found = cost.overview(house.ref(cluster_id))

    assert found.rate.total > 1.0
    assert found.rate.saved_by_spot > 0
    assert found.bill.total > 0
    assert found.month_end == datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    left_h = (found.month_end - region.clock.now().timestamp()) / HOUR
    assert found.month_usd == pytest.approx(found.bill.total + left_h * found.rate.total, rel=1e-3)
    assert found.idle_usd is None
    assert found.idle_known_s == 0


def test_idle_waste_counts_the_dollars_of_measured_idle_time_only(
    region: SimulatedRegion, house: House
) -> None:
    cluster_id = mixed(region)
    region.jump(hours=6)
    now = region.clock.now().timestamp()
    began = now - 4 * HOUR
    times = [began + 300 * step for step in range(24)]  # two hours of samples
    values = [0.0] * 12 + [2.0] * 12

    def measured(_ref: ClusterRef, _start: float, _end: float) -> SeriesData:
        return SeriesData(SeriesKey("yarn.apps.running"), times, values, step_s=300.0)

    service = CostService(house.fleet, house.access, house.books, running_apps=measured)
    found = service.overview(house.ref(cluster_id))
    idle = service.bill(house.ref(cluster_id), began, began + HOUR)

    assert found.idle_s == pytest.approx(HOUR)
    assert found.idle_usd == pytest.approx(idle.total)
    assert found.idle_known_s == pytest.approx(2 * HOUR + 150)


def test_applications_users_and_steps_share_the_bill(region: SimulatedRegion, house: House) -> None:
    cluster_id = mixed(region)
    region.jump(hours=6)
    now = region.clock.now().timestamp()
    gib = 1024.0**3

    def app(
        name: str, user: str, start: float, end: float | None, weight: float
    ) -> YarnApplication:
        lasted = (now if end is None else end) - start
        return YarnApplication(
            f"application_{name}", name, user, "default", "SPARK", "RUNNING",
            started=start, ended=end, memory_byte_s=weight * gib * lasted,
        )  # fmt: skip

    apps = (
        app("a", "ana", now - 3 * HOUR, now - 1 * HOUR, 8),
        app("b", "bob", now - 2 * HOUR, None, 24),
    )
    service = CostService(house.fleet, house.access, house.books, applications=lambda _ref: apps)
    ref = house.ref(cluster_id)
    shares = {share.title: share for share in service.by_application(ref)}
    users = {share.key: share for share in service.by_user(ref)}

    alone = service.bill(ref, now - 3 * HOUR, now - 2 * HOUR).total
    both = service.bill(ref, now - 2 * HOUR, now - 1 * HOUR).total
    last = service.bill(ref, now - 1 * HOUR, now).total
    assert shares["a"].usd == pytest.approx(alone + both / 4, rel=1e-3)
    assert shares["b"].usd == pytest.approx(both * 3 / 4 + last, rel=1e-3)
    assert shares["a"].container_share == pytest.approx(16 / (16 + 24), rel=1e-3)
    assert sum(each.container_share or 0 for each in users.values()) == pytest.approx(1)
    assert users["bob"].usd == pytest.approx(shares["b"].usd, rel=1e-3)


def test_what_applications_cost_is_known_after_yarn_is_gone(
    region: SimulatedRegion, house: House, tmp_path: Path
) -> None:
    cluster_id = mixed(region)
    region.jump(hours=6)
    now = region.clock.now().timestamp()
    done = YarnApplication(
        "application_1_1", "load", "hadoop", "default", "SPARK", "FINISHED",
        started=now - 2 * HOUR, ended=now - HOUR, memory_byte_s=1e12,
    )  # fmt: skip
    runs = replace(done, id="application_1_2", started=now - HOUR / 2, ended=None)
    told: list[tuple[YarnApplication, ...] | None] = [(done, runs), None]
    database = Database(tmp_path / "seen.sqlite3")
    store = SqliteApplications(database)
    service = CostService(
        house.fleet,
        house.access,
        house.books,
        applications=lambda _ref: told.pop(0),
        seen_applications=lambda: store,
    )
    ref = house.ref(cluster_id)
    live = {share.key: share.usd for share in service.by_application(ref)}
    gone = {share.key: share.usd for share in service.by_application(ref)}
    assert gone[done.id] == pytest.approx(live[done.id])
    assert gone[runs.id] == pytest.approx(live[runs.id], rel=1e-3)
    database.close()


def test_without_yarn_nobody_knows_what_steps_cost(
    region: SimulatedRegion, house: House, cost: CostService
) -> None:
    cluster_id = mixed(region)
    region.client("emr").add_job_flow_steps(
        JobFlowId=cluster_id,
        Steps=[{"Name": "load", "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["true"]}}],
    )
    region.jump(hours=1)
    (share,) = cost.by_step(house.ref(cluster_id))
    assert share.title == "load"
    assert share.usd is None
    assert cost.by_application(house.ref(cluster_id)) == ()
