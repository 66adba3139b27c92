"""The advice service over a simulated region, through its bastion: what it gathers and misses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hue_desktop.core.advice.values import ActionKind, Confidence
from hue_desktop.core.changes import AddTaskGroup
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.errors import HueError, Unreachable
from hue_desktop.core.health_ports import ClusterServers
from hue_desktop.services.advice import AdviceService
from hue_desktop.services.cost.service import CostService
from hue_desktop.services.health import Collecting, HealthService
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.health.watching import Ward, open_ward
from tests.unit.services.house import House, connection_to, open_house, run_cluster

GROUPS = (("MASTER", "m5.4xlarge", 1), ("CORE", "m4.xlarge", 3), ("TASK", "m5.2xlarge", 3))


def no_way(ref: ClusterRef) -> ClusterServers:
    raise Unreachable(f"Nobody answers at {ref.cluster_id}.", remedy="Check the bastion.")


def service(
    house: House, health: HealthService, kind: ConnectionClass = ConnectionClass.PRODUCTION
) -> AdviceService:
    return AdviceService(
        house.access,
        house.fleet,
        health,
        house.launching,
        house.books,
        CostService(house.fleet, house.access, house.books),
        no_way,
        lambda _name: kind,
    )


@dataclass
class Place:
    """A region with one cluster in it."""

    region: SimulatedRegion
    cluster_id: str


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with simulated_region("empty", speed=1) as region:
        yield Place(region, run_cluster(region, groups=GROUPS, name="etl"))


@pytest.fixture
def house(place: Place, tmp_path: Path) -> Iterator[House]:
    """A house whose fleet reads nothing by itself, as commands have it."""
    with open_house(connection_to(place.region, tmp_path), tmp_path, start=False) as opened:
        yield opened


@pytest.fixture
def ward(place: Place, tmp_path: Path) -> Iterator[Ward]:
    """All services as the window has them."""
    with open_ward(place.region, tmp_path) as opened:
        yield opened


def watched(ward: Ward, ref: ClusterRef) -> None:
    """A cluster whose page is open."""
    ward.house.cluster(ref.cluster_id, lambda cluster: cluster.instances and cluster.cluster)
    ward.health.watch(ref)


def test_a_cluster_that_nobody_watches_is_read_once(place: Place, house: House) -> None:
    report = service(house, HealthService(house.access)).report(house.ref(place.cluster_id))
    rules = {each.rule: each for each in report.advice}
    assert {"spot-task", "master-size", "generation"} <= set(rules)
    spot = rules["spot-task"]
    assert spot.usd_month is not None
    assert spot.usd_month < 0
    assert spot.apply is not None
    assert spot.apply.kind is ActionKind.ADD_TASK
    (added, _emptied) = spot.apply.changes
    assert isinstance(added, AddTaskGroup)
    assert added.group.count == 3
    assert "m4.xlarge" in rules["generation"].evidence[0].text + rules["generation"].why
    # what the release supports, with this region's prices
    assert rules["master-size"].apply is not None
    assert rules["master-size"].apply.types[0].after.startswith("m")


def test_what_could_not_be_reached_is_said_with_the_remedy(place: Place, house: House) -> None:
    report = service(house, HealthService(house.access)).report(house.ref(place.cluster_id))
    (said,) = (each for each in report.missing if "YARN and the NameNode" in each)
    assert said.endswith("Check the bastion.")
    assert any("CPU was measured for less than" in each for each in report.missing)


def test_a_cluster_that_does_not_exist_is_an_error(house: House) -> None:
    with pytest.raises(HueError):
        service(house, HealthService(house.access)).report(house.ref("j-NOSUCHCLUSTER"))


def test_the_class_of_the_connection_decides_about_tests(place: Place, house: House) -> None:
    ref = house.ref(place.cluster_id)
    health = HealthService(house.access)
    production = service(house, health).report(ref)
    assert "spot-test" not in {each.rule for each in production.advice}
    tests = service(house, health, ConnectionClass.TEST).report(ref)
    assert "spot-test" in {each.rule for each in tests.advice}


def test_live_nodes_tell_yarns_memory(place: Place, ward: Ward) -> None:
    ref = ward.house.ref(place.cluster_id)
    watched(ward, ref)
    ward.until(ref, lambda now: now.collecting is Collecting.LIVE and now.nodes)
    report = service(ward.house, ward.health).report(ref)
    assert not any("could not be asked" in each for each in report.missing)
    assert report.advice
    assert {each.confidence for each in report.advice} <= set(Confidence)


def test_safe_mode_is_said(place: Place, ward: Ward) -> None:
    ref = ward.house.ref(place.cluster_id)
    watched(ward, ref)
    ward.until(ref, lambda now: now.collecting is Collecting.LIVE)
    place.region.control("hdfs/safe-mode", {"cluster_id": ref.cluster_id, "on": True})
    try:
        ward.until(ref, lambda now: now.safe_mode)
        report = service(ward.house, ward.health).report(ref)
        assert any("HDFS is in safe mode" in each for each in report.missing)
    finally:
        place.region.control("hdfs/safe-mode", {"cluster_id": ref.cluster_id, "on": False})


def test_a_tunnel_that_is_down_is_said_and_advice_goes_on(place: Place, ward: Ward) -> None:
    ref = ward.house.ref(place.cluster_id)
    watched(ward, ref)
    ward.until(ref, lambda now: now.collecting is Collecting.LIVE)
    ward.tunnel.down()
    broken = ward.until(ref, lambda now: now.collecting is Collecting.BROKEN)
    report = service(ward.house, ward.health).report(ref)
    assert broken.problem
    assert report.missing
    assert "spot-task" in {each.rule for each in report.advice}


def test_a_group_that_emr_gave_up_on(place: Place, house: House) -> None:
    """Its own cluster: the group stays suspended until its count is set again."""
    emr = place.region.client("emr")
    cluster_id = run_cluster(place.region, groups=GROUPS, name="stuck")
    ref = house.ref(cluster_id)
    listed = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    (task,) = (each["Id"] for each in listed if each["InstanceGroupType"] == "TASK")
    with place.region.region.lock:
        place.region.world.clusters[cluster_id].groups[task].suspended = True
    report = service(house, HealthService(house.access)).report(ref)
    assert report.advice[0].rule == "stuck-group"
