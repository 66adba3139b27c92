"""Clusters stood up from what the AWS CLI prints."""

from __future__ import annotations

import copy
import json
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.simulator.world.from_files import DescriptionError, load_files
from tests.unit.simulator.examples import examples
from tests.unit.simulator.world.worlds import TestedWorld, groups, step

Json = dict[str, Any]
#: What AWS documents for describe-cluster, list-instances and list-steps, shortened.
CLUSTER: Json = {
    "Cluster": {
        "Status": {
            "Timeline": {"ReadyDateTime": 1436475075.199, "CreationDateTime": 1436474656.563},
            "State": "WAITING",
            "StateChangeReason": {"Message": "Waiting for steps to run"},
        },
        "Ec2InstanceAttributes": {
            "ServiceAccessSecurityGroup": "sg-12345678",
            "EmrManagedMasterSecurityGroup": "sg-12345678",
            "IamInstanceProfile": "EMR_EC2_DefaultRole",
            "Ec2KeyName": "myKey",
            "Ec2AvailabilityZone": "us-east-1c",
            "EmrManagedSlaveSecurityGroup": "sg-87654321",
        },
        "Name": "My Cluster",
        "ServiceRole": "EMR_DefaultRole",
        "Tags": [{"Key": "team", "Value": "data"}],
        "TerminationProtected": True,
        "UnhealthyNodeReplacement": True,
        "ReleaseLabel": "emr-4.0.0",
        "NormalizedInstanceHours": 96,
        "InstanceGroups": [
            {
                "RequestedInstanceCount": 2,
                "Status": {
                    "Timeline": {
                        "ReadyDateTime": 1436475074.245,
                        "CreationDateTime": 1436474656.564,
                        "EndDateTime": 1436638158.387,
                    },
                    "State": "RUNNING",
                    "StateChangeReason": {"Message": ""},
                },
                "Name": "CORE",
                "InstanceGroupType": "CORE",
                "Id": "ig-CORE",
                "Configurations": [],
                "InstanceType": "m3.large",
                "Market": "ON_DEMAND",
                "RunningInstanceCount": 2,
            },
            {
                "RequestedInstanceCount": 1,
                "Status": {
                    "Timeline": {"CreationDateTime": 1436474656.564},
                    "State": "RUNNING",
                    "StateChangeReason": {},
                },
                "Name": "MASTER",
                "InstanceGroupType": "MASTER",
                "Id": "ig-MASTER",
                "InstanceType": "m3.large",
                "Market": "ON_DEMAND",
                "RunningInstanceCount": 1,
            },
        ],
        "Applications": [{"Name": "Hadoop"}],
        "VisibleToAllUsers": True,
        "BootstrapActions": [{"Name": "b", "ScriptPath": "s3://b/x.sh", "Args": ["a"]}],
        "MasterPublicDnsName": "ec2-52-52-41-150.us-west-2.compute.amazonaws.com",
        "AutoTerminate": False,
        "Id": "j-3C6XNQ39VR9WL",
        "Configurations": [],
    }
}
INSTANCES: Json = {
    "Instances": [
        {
            "Status": {
                "Timeline": {"ReadyDateTime": 1433200400.03, "CreationDateTime": 1433199960.152},
                "State": "RUNNING",
                "StateChangeReason": {},
            },
            "Ec2InstanceId": f"i-f19ecfe{number}",
            "PublicDnsName": f"ec2-52-52-41-15{number}.us-west-2.compute.amazonaws.com",
            "PrivateDnsName": f"ip-172-21-11-21{number}.us-west-2.compute.internal",
            "PublicIpAddress": f"52.52.41.15{number}",
            "Id": f"ci-3NNHQUQ2TWB6{number}",
            "PrivateIpAddress": f"172.21.11.21{number}",
        }
        for number in range(3)
    ]
}
STEPS: Json = {
    "Steps": [
        {
            "Status": {
                "Timeline": {
                    "EndDateTime": "2024-02-02T10:20:00+00:00",
                    "CreationDateTime": "2024-02-02T10:00:00+00:00",
                    "StartDateTime": "2024-02-02T10:01:00+00:00",
                },
                "State": "COMPLETED",
                "StateChangeReason": {},
            },
            "Config": {"Args": ["a"], "Jar": "s3://b/w.jar", "Properties": {}},
            "Id": "s-WPDNYF4DB9A2",
            "ActionOnFailure": "CONTINUE",
            "Name": "done",
        }
    ]
}


def write(folder: Path, **documents: Json) -> list[Path]:
    files = []
    for name, document in documents.items():
        file = folder / f"{name}.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        files.append(file)
    return files


def test_documented_answers_become_a_cluster_that_lives_on(tmp_path: Path) -> None:
    tested = TestedWorld()
    files = write(tmp_path, instances=INSTANCES, cluster=CLUSTER, steps=STEPS)
    assert load_files(tested.world, files) == ["j-3C6XNQ39VR9WL"]
    told = tested.call("DescribeCluster", ClusterId="j-3C6XNQ39VR9WL")["Cluster"]
    expected = CLUSTER["Cluster"]
    for member in ("Name", "ReleaseLabel", "Tags", "MasterPublicDnsName", "Ec2InstanceAttributes"):
        assert told[member] == expected[member]
    assert told["NormalizedInstanceHours"] == 96
    assert told["Status"]["Timeline"]["CreationDateTime"].timestamp() == 1436474656.563
    listed = tested.call("ListInstances", ClusterId=told["Id"])["Instances"]
    for have, want in zip(listed, INSTANCES["Instances"], strict=True):
        for member in ("Id", "Ec2InstanceId", "PrivateIpAddress", "PrivateDnsName"):
            assert have[member] == want[member]
        assert have["Status"]["State"] == "RUNNING"
    assert [item["InstanceGroupId"] for item in listed] == ["ig-MASTER", "ig-CORE", "ig-CORE"]
    assert tested.call("ListSteps", ClusterId=told["Id"])["Steps"][0]["Id"] == "s-WPDNYF4DB9A2"
    actions = tested.call("ListBootstrapActions", ClusterId=told["Id"])["BootstrapActions"]
    assert actions == expected["BootstrapActions"]

    change = {"InstanceGroupId": "ig-CORE", "InstanceCount": 4}
    tested.call("ModifyInstanceGroups", InstanceGroups=[change])
    tested.call("AddJobFlowSteps", JobFlowId=told["Id"], Steps=[step("new")])
    tested.jump(hours=1)
    core = tested.call("ListInstanceGroups", ClusterId=told["Id"])["InstanceGroups"][0]
    assert (core["RunningInstanceCount"], core["Status"]["State"]) == (4, "RUNNING")
    assert tested.call("ListSteps", ClusterId=told["Id"])["Steps"][0]["Status"]["State"] == (
        "COMPLETED"
    )
    tested.call("SetTerminationProtection", JobFlowIds=[told["Id"]], TerminationProtected=False)
    tested.call("TerminateJobFlows", JobFlowIds=[told["Id"]])
    tested.jump(minutes=5)
    ended = tested.call("DescribeCluster", ClusterId=told["Id"])["Cluster"]["Status"]["State"]
    assert ended == "TERMINATED"


def test_without_instances_they_are_made_from_the_counts(tmp_path: Path) -> None:
    tested = TestedWorld()
    load_files(tested.world, write(tmp_path, cluster=CLUSTER))
    told = tested.call("ListInstances", ClusterId="j-3C6XNQ39VR9WL")["Instances"]
    assert [item["Status"]["State"] for item in told] == ["RUNNING"] * 3


def plain(value: Any) -> Any:
    """An answer as the AWS CLI prints it."""
    return json.loads(json.dumps(value, default=datetime.isoformat))


def test_what_one_region_prints_another_one_loads(tmp_path: Path) -> None:
    first = TestedWorld(seed=8)
    cluster = first.ready(*groups(core=4, task=3, Market="SPOT"))
    first.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=[step("a"), step("b")])
    first.jump(minutes=1)
    first.world.terminate_ec2(list(cluster.instances)[-1], "", "")
    operations = {
        "cluster": "DescribeCluster",
        "groups": "ListInstanceGroups",
        "instances": "ListInstances",
        "steps": "ListSteps",
    }
    answers = {
        name: plain(first.call(operation, ClusterId=cluster.id))
        for name, operation in operations.items()
    }
    second = TestedWorld(seed=9)
    second.clock.jump(first.clock.now() - second.clock.now())
    second.world.advance()
    load_files(second.world, write(tmp_path, **answers))
    for name, operation in operations.items():
        again = plain(second.call(operation, ClusterId=cluster.id))
        assert _timeless(again) == _timeless(answers[name]), name
    second.jump(hours=2)
    states = [
        item["Status"]["State"] for item in second.call("ListSteps", ClusterId=cluster.id)["Steps"]
    ]
    assert states == ["COMPLETED", "COMPLETED"]
    assert second.copy().documents() == second.documents()


def _timeless(answer: Json) -> Json:
    """An answer without what a restart of the accounting may change."""
    answer = copy.deepcopy(answer)
    answer.get("Cluster", {}).pop("NormalizedInstanceHours", None)
    for told in answer.get("InstanceGroups", []):
        told["Status"].pop("State")
        told["Status"].pop("StateChangeReason")
        told["EbsBlockDevices"] = len(told["EbsBlockDevices"])
    return answer


@pytest.mark.parametrize("state", ["STARTING", "BOOTSTRAPPING", "TERMINATING", "TERMINATED"])
def test_clusters_in_other_states_live_on(tmp_path: Path, state: str) -> None:
    tested = TestedWorld()
    told = copy.deepcopy(CLUSTER)
    told["Cluster"]["Status"]["State"] = state
    if state in ("STARTING", "BOOTSTRAPPING"):
        told["Cluster"]["Status"]["Timeline"].pop("ReadyDateTime")
    load_files(tested.world, write(tmp_path, cluster=told))
    cluster = tested.world.clusters["j-3C6XNQ39VR9WL"]
    assert cluster.state == state
    tested.jump(minutes=12)
    assert cluster.state == ("TERMINATED" if state.startswith("TERMINAT") else "WAITING")


def test_several_clusters_share_files_by_group_ids_or_by_name(tmp_path: Path) -> None:
    tested = TestedWorld()
    other = json.loads(
        json.dumps(CLUSTER).replace("j-3C6XNQ39VR9WL", "j-ANOTHER123456").replace("ig-", "ig-X")
    )
    instances = copy.deepcopy(INSTANCES)
    for item in instances["Instances"]:
        item["InstanceGroupId"] = "ig-XCORE"
    instances["Instances"][0]["InstanceGroupId"] = "ig-XMASTER"
    files = write(
        tmp_path, one=CLUSTER, two=other, instances=instances, **{"steps-j-ANOTHER123456": STEPS}
    )
    load_files(tested.world, files)
    assert tested.call("ListSteps", ClusterId="j-ANOTHER123456")["Steps"]
    assert not tested.call("ListSteps", ClusterId="j-3C6XNQ39VR9WL")["Steps"]
    ids = {
        item["Id"]
        for item in tested.call("ListInstances", ClusterId="j-ANOTHER123456")["Instances"]
    }
    assert "ci-3NNHQUQ2TWB60" in ids
    with pytest.raises(DescriptionError, match="does not say to which"):
        load_files(TestedWorld().world, write(tmp_path, one=CLUSTER, two=other, steps=STEPS))


GROUP = {"Id": "ig-1", "Status": {}, "InstanceType": "m5.xlarge", "InstanceGroupType": "CORE"}
FLEET = {
    "Id": "if-1",
    "Status": {},
    "InstanceFleetType": "CORE",
    "InstanceTypeSpecifications": [{"InstanceType": "m5.xlarge", "WeightedCapacity": 1}],
}


def broken(**changes: Any) -> Json:
    told = copy.deepcopy(CLUSTER)
    for path, value in changes.items():
        if value is None:
            told["Cluster"].pop(path)
        else:
            told["Cluster"][path] = value
    return told


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"Reservations": []}, "has none of the members"),
        ([], "has none of the members"),
        ({"Cluster": []}, "Cluster is not an object"),
        (broken(Name=7), "Cluster.Name is not a string"),
        (broken(AutoTerminate="no"), "Cluster.AutoTerminate is not a boolean"),
        (broken(Id=None), "has no Id"),
        (broken(Id="cluster"), "not the id of a cluster"),
        (broken(Status={"State": "HAPPY"}), "'HAPPY' is not the state"),
        (broken(InstanceGroups=None), "nothing tells the instance groups"),
        (broken(InstanceGroups=[{"Id": "ig-1"}]), "number 1 has no Status"),
        (broken(InstanceGroups=[{"Id": "ig-1", "Status": {}}]), "ig-1 has no InstanceType"),
        (
            broken(InstanceGroups=[{"Id": "ig-1", "Status": {}, "InstanceType": "m5.xlarge"}]),
            "ig-1 has the unknown role None",
        ),
        (
            broken(InstanceGroups=[{**GROUP, "RequestedInstanceCount": 10**20}]),
            "ig-1 cannot have 1",
        ),
        (
            broken(InstanceGroups=None, InstanceFleets=[{**FLEET, "TargetSpotCapacity": 10**20}]),
            "if-1 cannot have 0",
        ),
        (
            broken(
                InstanceGroups=None,
                InstanceFleets=[
                    {
                        **FLEET,
                        "InstanceTypeSpecifications": [
                            {"InstanceType": "m5.xlarge", "WeightedCapacity": -1}
                        ],
                    }
                ],
            ),
            "if-1 has a WeightedCapacity below 1",
        ),
        (broken(Tags=7), "Cluster.Tags is not a list"),
        (
            broken(Status={"State": "WAITING", "Timeline": {"ReadyDateTime": "soon"}}),
            "Cluster.Status.Timeline.ReadyDateTime is not a time: 'soon'",
        ),
        ({"Steps": [{"Id": "s-1", "Status": {"State": "DONE"}}], **CLUSTER}, "'DONE' of s-1"),
        (INSTANCES, "no cluster is described"),
        ({"Steps": {}}, "is not a list"),
    ],
)
def test_what_describes_no_cluster_is_refused(tmp_path: Path, document: Any, message: str) -> None:
    tested = TestedWorld()
    with pytest.raises(DescriptionError, match=message):
        load_files(tested.world, write(tmp_path, odd=document))
    assert not tested.world.clusters


def test_unreadable_files_are_refused_by_name(tmp_path: Path) -> None:
    world = TestedWorld().world
    file = tmp_path / "x.yaml"
    file.write_text("Cluster:\n  Id: j-1", encoding="utf-8")
    with pytest.raises(DescriptionError, match=r"x\.yaml: is not JSON"):
        load_files(world, [file])
    with pytest.raises(DescriptionError, match="No such file"):
        load_files(world, [tmp_path / "missing.json"])
    file.write_bytes(b"\xff\xfe\x00garbage")
    with pytest.raises(DescriptionError, match="is not JSON"):
        load_files(world, [file])


def test_the_same_cluster_is_not_loaded_twice(tmp_path: Path) -> None:
    tested = TestedWorld()
    files = write(tmp_path, cluster=CLUSTER)
    load_files(tested.world, files)
    with pytest.raises(DescriptionError, match="is there already"):
        load_files(tested.world, files)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to everything inside a document."""
    found = [path] if path else []
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(item, (*path, key))
    return found


WHOLE = {**copy.deepcopy(CLUSTER), **INSTANCES, **STEPS}
_NOTHING = object()
GARBAGE = [_NOTHING, None, "", "odd", -1, 10**20, 0.5, True, [], [None], {}, {"a": 1}]


@settings(max_examples=examples(120), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(places(WHOLE)),
            st.sampled_from(
                [_NOTHING, None, "", "odd", -1, 10**20, 0.5, True, [], [None], {}, {"a": 1}]
            ),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_garbled_files_are_refused_or_tell_a_whole_cluster(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    document = copy.deepcopy(WHOLE)
    for path, value in changes:
        garble(document, path, value)
    tested = TestedWorld()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "garbled.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        refusals = []
        try:
            loaded = load_files(tested.world, [file])
        except DescriptionError as problem:
            loaded = []
            refusals.append(str(problem))
    assert all("garbled.json" in text for text in refusals)
    assert bool(refusals) != bool(tested.world.clusters)
    for _ in range(3):
        for cluster_id in loaded:
            for operation in (
                "DescribeCluster",
                "ListInstanceGroups",
                "ListInstances",
                "ListSteps",
            ):
                tested.call(operation, ClusterId=cluster_id)
        tested.call("DescribeJobFlows")
        tested.jump(hours=1)


def garble(document: Any, path: tuple[Any, ...], value: Any) -> None:
    """Replace what is at a path, or take it away; the path may be gone already."""
    *way, last = path
    with suppress(KeyError, IndexError, TypeError):
        for key in way:
            document = document[key]
        if value is _NOTHING:
            del document[last]
        else:
            document[last] = value
