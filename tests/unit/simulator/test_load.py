"""The control API's ``load``, ``story``, ``spot-loss`` and ``capacity``."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulated import SimulatedRegion, simulated_region

GIB = 1024**3


def described(region: SimulatedRegion, name: str) -> tuple[str, list[dict[str, Any]]]:
    """What the AWS CLI would print of a cluster, as JSON."""
    emr = region.client("emr")
    listed = emr.list_clusters()["Clusters"]
    cluster_id = next(item["Id"] for item in listed if item["Name"] == name)
    answers = [
        emr.describe_cluster(ClusterId=cluster_id),
        emr.list_instance_groups(ClusterId=cluster_id),
        emr.list_instances(ClusterId=cluster_id, InstanceStates=["RUNNING"]),
    ]
    told = json.loads(json.dumps(answers, default=lambda at: at.timestamp()))
    return cluster_id, [
        {
            name: value
            for name, value in answer.items()
            if name not in ("ResponseMetadata", "Marker")
        }
        for answer in told
    ]


@pytest.fixture(scope="module")
def original() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A cluster of the demo."""
    with simulated_region("demo", paused=True) as region:
        yield described(region, "analytics-prod")


@pytest.fixture
def copy() -> Iterator[SimulatedRegion]:
    """An empty region."""
    with simulated_region(paused=True) as region:
        yield region


def core_ids(documents: list[dict[str, Any]]) -> list[str]:
    group = next(
        item["Id"] for item in documents[1]["InstanceGroups"] if item["InstanceGroupType"] == "CORE"
    )
    return [
        item["Ec2InstanceId"]
        for item in documents[2]["Instances"]
        if item["InstanceGroupId"] == group
    ]


def test_a_cluster_is_stood_up_with_its_hdfs_and_its_applications(
    original: tuple[str, list[dict[str, Any]]], copy: SimulatedRegion
) -> None:
    cluster_id, documents = original
    core = core_ids(documents)
    nodes = [{"instance": each, "capacity": 100 * GIB} for each in core]
    files = [[f"/data/{number}", 2, [[GIB, [number % 3, 3]]]] for number in range(6)]
    yarn = {"applications": [{"name": "train", "containers": 20, "elapsed_s": 60, "left_s": 900}]}
    shape = {"replication": 2, "datanodes": nodes, "files": files}
    answer = copy.control("load", {"documents": documents, "hdfs": shape, "yarn": yarn})
    assert answer == {"clusters": [cluster_id]}
    state = copy.control("hdfs/state", {"cluster_id": cluster_id})[cluster_id]
    assert (state["blocks"], state["missing"], state["under_replicated"]) == (6, 0, 0)
    by_id = {node["instance_id"]: node for node in state["datanodes"]}
    assert by_id[core[3]]["used"] == 6 * GIB
    assert {node["capacity"] for node in state["datanodes"]} == {100 * GIB}
    begun = copy.world.at
    copy.jump(hours=2)
    story = copy.control("story", {"cluster_id": cluster_id, "since": begun})
    (train,) = [each for each in story["applications"] if each["name"] == "train"]
    assert train["state"] == "FINISHED"
    assert train["ended"] - begun == pytest.approx(900, rel=0.5)
    assert story["hdfs"]["lost_count"] == 0


def test_totals_make_stand_ins_of_the_same_weight(
    original: tuple[str, list[dict[str, Any]]], copy: SimulatedRegion
) -> None:
    cluster_id, documents = original
    nodes = [
        {"instance": each, "capacity": 200 * GIB, "used": (place + 1) * 10 * GIB}
        for place, each in enumerate(core_ids(documents))
    ]
    copy.control("load", {"documents": documents, "hdfs": {"replication": 2, "datanodes": nodes}})
    state = copy.control("hdfs/state", {"cluster_id": cluster_id})[cluster_id]
    used = {node["instance_id"]: node["used"] for node in state["datanodes"]}
    for node in nodes:
        assert used[node["instance"]] == pytest.approx(node["used"], abs=GIB)


def test_a_share_of_the_spot_task_nodes_goes_at_once(
    original: tuple[str, list[dict[str, Any]]], copy: SimulatedRegion
) -> None:
    cluster_id, documents = original
    copy.control("load", {"documents": documents})
    begun = copy.world.at
    answer = copy.control("spot-loss", {"cluster_id": cluster_id, "share": 0.5})
    assert len(answer["interrupted"]) == -(-answer["of"] // 2)
    copy.jump(minutes=5)
    events = copy.control("story", {"cluster_id": cluster_id, "since": begun})["events"]
    gone = {event["instance"] for event in events if event["what"] == "reclaimed"}
    assert gone == set(answer["interrupted"])
    noticed = [event["at"] for event in events if event["what"] == "notice"]
    assert len(noticed) == len(gone)


def test_an_application_loses_its_master_once_and_fails_the_second_time(
    original: tuple[str, list[dict[str, Any]]], copy: SimulatedRegion
) -> None:
    cluster_id, documents = original
    yarn = {"applications": [{"name": "train", "containers": 4, "elapsed_s": 60, "left_s": 90000}]}
    copy.control("load", {"documents": documents, "yarn": yarn})
    begun = copy.world.at
    cluster = copy.world.clusters[cluster_id]
    states = []
    for _ in range(2):
        (train,) = cluster.yarn_applications.values()
        with copy.region.lock:
            copy.world.terminate_ec2(train.master, "", "")
        copy.jump(minutes=5)
        told = copy.control("story", {"cluster_id": cluster_id, "since": begun})
        found = next(each for each in told["applications"] if each["name"] == "train")
        states.append((found["state"], len(found["restarts"])))
    assert states == [("RUNNING", 1), ("FAILED", 2)]


def test_ec2_can_be_without_capacity(copy: SimulatedRegion) -> None:
    assert copy.control("capacity", {"instance_type": "m5.xlarge", "available": False}) == {
        "without_capacity": ["m5.xlarge:ON_DEMAND", "m5.xlarge:SPOT"]
    }
    told = copy.control(
        "capacity", {"instance_type": "m5.xlarge", "market": "SPOT", "available": True}
    )
    assert told == {"without_capacity": ["m5.xlarge:ON_DEMAND"]}
    assert copy.control("capacity", {"clear": True}) == {"without_capacity": []}


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("load", {}, "documents must be a list"),
        ("load", {"documents": [{"Nothing": []}]}, "none of the members"),
        ("load", {"documents": [{}], "hdfs": []}, "hdfs must be an object"),
        ("load", {"documents": [{}], "hdfs": {"datanodes": []}}, "at least one DataNode"),
        (
            "load",
            {"documents": [{}], "hdfs": {"datanodes": [{"instance": "i-1"}], "files": [["x"]]}},
            "must be [path, replication, blocks]",
        ),
        (
            "load",
            {
                "documents": [{}],
                "hdfs": {
                    "datanodes": [{"instance": "i-1"}],
                    "files": [["/x", 1, [[10, [1]]]]],
                },
            },
            "from 0 to 0",
        ),
        ("load", {"documents": [{}], "yarn": {"applications": [{}]}}, "containers"),
        ("story", {"cluster_id": "j-1"}, "no cluster"),
        ("spot-loss", {"cluster_id": "j-1", "share": 0.5}, "no cluster"),
        ("capacity", {"instance_type": "m5.xlarge"}, "available"),
    ],
)
def test_what_makes_no_sense_is_refused(
    copy: SimulatedRegion, name: str, body: dict[str, Any], said: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        copy.control(name, body)
    with raised.value as answer:
        assert answer.code == 400
        assert said in json.load(answer)["message"]
    assert copy.control("state")["clusters"] == {}
