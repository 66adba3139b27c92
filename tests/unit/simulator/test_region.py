"""A region as a whole: restart, time, identity, and what a write that fails means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.simulator.region import Region, RegionOptions
from hue_desktop.simulator.service import ApiError, Call
from hue_desktop.simulator.store import Changes, StateError
from tests.simulated import simulated_region

START = datetime(2030, 1, 1, tzinfo=UTC)
CLUSTER = {
    "Name": "kept",
    "ReleaseLabel": "emr-7.1.0",
    "Instances": {
        "KeepJobFlowAliveWhenNoSteps": True,
        "InstanceGroups": [
            {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
            {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 2},
        ],
    },
    "JobFlowRole": "EMR_EC2_DefaultRole",
    "ServiceRole": "EMR_DefaultRole",
}


class Wall:
    """Seconds that move when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(state: Path | None, wall: Wall | None = None, **more: Any) -> Region:
    more.setdefault("start", START)
    more.setdefault("scenario", "empty")
    return Region.open(RegionOptions(state=state, wall=wall or Wall(), **more))


def describe(region: Region, cluster_id: str) -> dict[str, Any]:
    cluster: dict[str, Any] = region.call("emr", "DescribeCluster", {"ClusterId": cluster_id})[
        "Cluster"
    ]
    return cluster


def instances(region: Region, cluster_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = region.call("emr", "ListInstances", {"ClusterId": cluster_id})[
        "Instances"
    ]
    return found


def test_a_cluster_is_the_same_after_a_restart(tmp_path: Path) -> None:
    wall = Wall()
    first = opened(tmp_path, wall)
    cluster_id = first.call("emr", "RunJobFlow", CLUSTER)["JobFlowId"]
    first.clock.pause()
    before = describe(first, cluster_id)
    nodes = instances(first, cluster_id)
    first.close()
    second = opened(tmp_path)
    assert describe(second, cluster_id) == before
    assert instances(second, cluster_id) == nodes
    second.close()


def test_a_region_takes_the_same_course_with_and_without_a_restart(tmp_path: Path) -> None:
    def course(state: Path, *, restart: bool) -> dict[str, Any]:
        region = opened(state)
        region.clock.pause()
        cluster_id = region.call("emr", "RunJobFlow", CLUSTER)["JobFlowId"]
        region.clock.jump(timedelta(minutes=2))
        if restart:
            region.close()
            region = opened(state)
        region.clock.jump(timedelta(minutes=20))
        described = describe(region, cluster_id)
        region.close()
        return described

    through = course(tmp_path / "a", restart=False)
    assert through["Status"]["State"] == "WAITING"
    assert course(tmp_path / "b", restart=True) == through


def test_time_goes_on_from_where_it_was(tmp_path: Path) -> None:
    wall = Wall()
    first = opened(tmp_path, wall, speed=60.0)
    wall.now += 3600
    ended = first.clock.now()
    assert ended == START + timedelta(hours=60)
    first.close()
    second = opened(tmp_path)
    assert second.clock.now() == ended
    assert second.clock.speed == 60
    second.close()
    third = opened(tmp_path, start=ended + timedelta(days=1), speed=1.0)
    assert third.clock.now() == ended + timedelta(days=1)
    assert third.clock.speed == 1
    third.close()


def test_no_client_sees_time_go_back_after_a_kill(tmp_path: Path) -> None:
    """A region that is never closed keeps only what it wrote: later answers must not be older."""
    wall = Wall()
    killed = opened(tmp_path, wall, speed=100.0)
    seen = START
    for _ in range(40):
        wall.now += 0.3
        killed.call("emr", "ListClusters", {})
        seen = killed.clock.now()
    killed.store.close()
    again = opened(tmp_path)
    assert seen <= again.clock.now() <= seen + timedelta(seconds=200)
    again.close()


def test_a_paused_clock_stays_paused(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.clock.pause()
    first.close()
    second = opened(tmp_path, start=START + timedelta(days=9))
    assert second.clock.paused
    assert second.clock.now() == START
    second.close()


def test_reads_write_at_most_once_a_second(tmp_path: Path) -> None:
    wall = Wall()
    region = opened(tmp_path, wall)
    writes: list[int] = []
    write = region.store.write

    def counted(changes: Changes) -> None:
        writes.append(len(changes))
        write(changes)

    region.store.write = counted  # type: ignore[method-assign]
    for _ in range(100):
        wall.now += 0.1
        region.call("emr", "ListClusters", {})
    assert 5 <= len(writes) <= 11
    region.call("emr", "RunJobFlow", CLUSTER)
    assert len(writes) <= 12
    assert writes[-1] > 3
    region.close()


def test_a_change_that_cannot_be_written_is_not_acknowledged(tmp_path: Path) -> None:
    region = opened(tmp_path)
    write = region.store.write

    def full(changes: Changes) -> None:
        raise StateError("The disk is full.")

    region.store.write = full  # type: ignore[method-assign]
    with pytest.raises(ApiError) as raised:
        region.call("emr", "RunJobFlow", CLUSTER)
    assert (raised.value.status, raised.value.message) == (500, "The disk is full.")
    region.store.write = write  # type: ignore[method-assign]
    region.close()
    again = opened(tmp_path)
    assert len(again.call("emr", "ListClusters", {})["Clusters"]) == 1
    again.close()


def test_a_bug_of_an_operation_is_an_internal_error_that_tests_see() -> None:
    region = opened(None)

    def broken(call: Call) -> dict[str, Any]:
        raise KeyError("oops")

    region._operations["emr"] = {"ListClusters": broken}
    with pytest.raises(ApiError) as raised:
        region.call("emr", "ListClusters", {})
    assert raised.value.code == "InternalServerException"
    assert region.bugs == ["emr ListClusters: KeyError('oops')"]
    region.close()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"region": "eu-central-1"}, "has region us-east-1, not eu-central-1"),
        ({"seed": 8}, "has seed 7, not 8"),
    ],
)
def test_a_state_keeps_its_identity(tmp_path: Path, options: dict[str, Any], problem: str) -> None:
    opened(tmp_path, seed=7).close()
    with pytest.raises(ValueError, match=problem):
        opened(tmp_path, **options)
    opened(tmp_path, seed=7, region="us-east-1").close()


@pytest.mark.parametrize("options", [{"scenario": "nonsense"}, {"region": "mars-north-1"}])
def test_an_unknown_scenario_or_region_is_explained_and_leaves_no_state(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"there are|known|mars"):
        opened(tmp_path, **options)
    opened(tmp_path).close()


def test_an_unknown_operation_is_refused() -> None:
    region = opened(None)
    for service in ("emr", "glue"):
        with pytest.raises(ApiError, match="is not simulated"):
            region.call(service, "Fly", {})
    region.close()


def test_the_port_is_remembered(tmp_path: Path) -> None:
    with simulated_region(state=tmp_path) as running:
        assert running.region.last_port() == 0
        running.region.remember_port(12345)
    with simulated_region(state=tmp_path) as running:
        assert running.region.last_port() == 12345


def test_described_clusters_are_added_once(tmp_path: Path) -> None:
    status = {"State": "WAITING", "Timeline": {"CreationDateTime": START.isoformat()}}
    group = {
        "Id": "ig-1XXXXXXXXXXXX",
        "InstanceGroupType": "MASTER",
        "InstanceType": "m5.xlarge",
        "Market": "ON_DEMAND",
        "RequestedInstanceCount": 1,
        "RunningInstanceCount": 1,
        "Status": {"State": "RUNNING"},
    }
    cluster = {
        "Id": "j-2AXXXXXXGAPLF",
        "Name": "real",
        "Status": status,
        "InstanceGroups": [group],
    }
    file = tmp_path / "cluster.json"
    file.write_text(json.dumps({"Cluster": cluster}))
    state = tmp_path / "state"
    opened(state).close()
    for _ in range(2):
        region = opened(state, scenario=None, files=(file,))
        listed = region.call("emr", "ListClusters", {})["Clusters"]
        assert [item["Id"] for item in listed] == [cluster["Id"]]
        region.close()
    file.write_text("{}")
    with pytest.raises(ValueError, match=r"cluster\.json"):
        opened(state, files=(file,))
