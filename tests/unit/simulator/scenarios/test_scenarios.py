"""What new regions hold."""

from __future__ import annotations

from collections import Counter

import pytest

from hue_desktop.simulator import scenarios
from hue_desktop.simulator.world.documents import NEVER
from tests.unit.simulator.world.worlds import TestedWorld


def furnished(name: str, seed: int = 0) -> TestedWorld:
    tested = TestedWorld(seed=seed)
    scenarios.apply(name, tested.world)
    return tested


def test_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(
        ValueError, match="'nothing'; there are demo, empty, fleet-1000, month, storm"
    ):
        furnished("nothing")


def test_empty_is_empty() -> None:
    assert furnished("empty").call("ListClusters") == {"Clusters": []}


@pytest.mark.parametrize("seed", range(4))
def test_demo_looks_alive(seed: int) -> None:
    tested = furnished("demo", seed)
    by_name = {item.name: item for item in tested.world.clusters.values()}
    states = Counter(item.state for item in by_name.values())
    assert states["TERMINATED"] == 3
    assert states["TERMINATED_WITH_ERRORS"] == 2
    for name in ("dev-sandbox", "bi-presto", "graph-poc"):
        assert by_name[name].state == "WAITING"
    assert by_name["etl-streaming"].collection_type == "INSTANCE_FLEET"
    assert by_name["feature-store-test"].reason_code == "BOOTSTRAP_FAILURE"
    assert by_name["churn-model-training"].reason_code == "STEP_FAILURE"
    assert all(item.tags for item in by_name.values())
    loads = [
        tested.world.load_of(by_name["analytics-prod"], tested.world.at - 300.0 * back)
        for back in range(288)
    ]
    assert len({item.memory_allocated_mb for item in loads}) > 40
    assert len({item.task_nodes_running for item in loads}) > 2
    assert all(item.hdfs_utilization_pct > 20 for item in loads)


@pytest.mark.slow
def test_demo_goes_on_for_days_and_stays_bounded() -> None:
    tested = furnished("demo")
    live = [item for item in tested.world.clusters.values() if item.live]
    before = {item.id: item.steps_added for item in live}
    tested.jump(days=1)
    assert all(item.live for item in live)
    grown = [item for item in live if item.steps_added - before[item.id] > 50]
    assert {item.name for item in grown} == {"analytics-prod", "etl-streaming"}
    assert all(len(item.steps) <= 330 for item in live)
    assert len(tested.world.timeline) < 200


def test_demo_has_something_for_an_idle_finder() -> None:
    tested = furnished("demo")
    world = tested.world
    by_name = {item.name: item for item in world.clusters.values()}
    presto, forgotten = by_name["bi-presto"], by_name["graph-poc"]
    assert presto.idle_timeout is not None
    assert world.at - presto.idle_since > 10 * presto.idle_timeout
    assert forgotten.protected
    assert world.at - forgotten.idle_since > 36 * 3600
    assert world.load_of(forgotten).hdfs_utilization_pct < 3
    assert len(forgotten.alive_instances("CORE")) >= 4
    tested.jump(days=8)
    assert presto.state == forgotten.state == "WAITING"
    assert set(world.telemetry.alarms) >= {"dev-sandbox idle", "analytics-prod missing blocks"}


def test_fleet_of_a_thousand_nodes() -> None:
    tested = furnished("fleet-1000")
    large, *small = tested.world.clusters.values()
    assert len(small) == 30
    at = tested.world.at
    roles = Counter(item.role for item in large.instances.values() if item.ended > at)
    assert roles["MASTER"] == 1
    assert roles["CORE"] == 199
    assert 795 <= roles["TASK"] <= 803
    alive = [item for item in large.instances.values() if item.ended > at]
    troubled = [
        item
        for item in alive
        if item.unhealthy != NEVER or item.ended != NEVER or item.state != "RUNNING"
    ]
    assert 9 <= len(troubled) <= 16
    answer = tested.call("ListInstances", ClusterId=large.id, InstanceStates=["RUNNING"])
    assert len(answer["Instances"]) > 990
    assert {item.state for item in small} >= {"WAITING", "TERMINATED"}


def test_a_month_of_one_cluster() -> None:
    tested = furnished("month")
    world = tested.world
    cluster = next(iter(world.clusters.values()))
    assert world.at - cluster.ready > 29.9 * 86400
    lives = [item for item in cluster.instances.values() if item.market == "SPOT"]
    assert len(lives) > 20
    assert sum(item.notice != NEVER for item in lives) >= 3
    core = [item for item in cluster.instances.values() if item.role == "CORE"]
    assert len(core) == 6
    days = [world.at - 86400.0 * back for back in range(29)]
    assert len({world.load_of(cluster, at).task_nodes_running for at in days}) >= 2
    working = [
        not world.load_of(cluster, world.at - 3600.0 * back).is_idle for back in range(29 * 24)
    ]
    assert 0.1 < sum(working[-100:]) / 100 < 0.9
    assert 0.1 < sum(working[:100]) / 100 < 0.9


@pytest.mark.parametrize("seed", range(3))
def test_storm_takes_spot_nodes_in_waves_and_ec2_gives_others(seed: int) -> None:
    tested = furnished("storm", seed)
    (cluster,) = tested.world.clusters.values()
    begun = tested.world.at
    running = len(cluster.alive_instances("TASK"))
    assert running == 24
    assert len(cluster.yarn_applications) == 4
    tested.jump(minutes=7)
    noticed = [item for item in cluster.instances.values() if item.notice != NEVER]
    assert 0 < len(noticed) < running
    assert {round(item.notice - begun) for item in noticed} == {180}
    tested.jump(hours=4)
    noticed = [item for item in cluster.instances.values() if item.notice != NEVER]
    assert len({round(item.notice - begun) for item in noticed}) >= 3
    assert len(cluster.alive_instances("TASK")) == running
    states = {item.name: item.state for item in cluster.yarn_applications.values()}
    assert states["hourly sessions"] != "RUNNING"
    assert sum(item.lost_containers for item in cluster.yarn_applications.values()) > 0
