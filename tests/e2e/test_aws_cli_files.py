"""What the real AWS CLI prints of a cluster is enough to stand the cluster up again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_aws_cli import AWS, aws
from tests.unit.simulator.processes import SimulatorProcess, simulator_process

pytestmark = pytest.mark.skipif(not AWS.exists(), reason="needs the AWS CLI")

#: What the CLI is asked about a cluster; its describe-cluster tells groups and fleets as well.
QUESTIONS = ("describe-cluster", "list-instances", "list-steps")

Answers = dict[str, Any]


def ask(running: SimulatorProcess, cluster_id: str) -> Answers:
    return {name: aws(running, "emr", name, "--cluster-id", cluster_id) for name in QUESTIONS}


def nodes(answers: Answers) -> dict[str, tuple[Any, ...]]:
    """What is told of each node."""
    return {
        item["Id"]: (
            item["Status"]["State"],
            item["Ec2InstanceId"],
            item["InstanceType"],
            item["Market"],
            item.get("InstanceGroupId"),
            item.get("InstanceFleetId"),
            item["PrivateIpAddress"],
            item["PublicDnsName"],
            item["Status"]["Timeline"],
            item["EbsVolumes"],
        )
        for item in answers["list-instances"]["Instances"]
    }


def parts(answers: Answers) -> dict[str, tuple[Any, ...]]:
    """What is told of each group and fleet."""
    cluster = answers["describe-cluster"]["Cluster"]
    told = {
        item["Id"]: (item["InstanceType"], item["Market"], item["RequestedInstanceCount"])
        for item in cluster.get("InstanceGroups") or ()
    }
    for item in cluster.get("InstanceFleets") or ():
        names = sorted(spec["InstanceType"] for spec in item["InstanceTypeSpecifications"])
        told[item["Id"]] = (names, item["TargetOnDemandCapacity"], item["TargetSpotCapacity"])
    return told


def steps(answers: Answers) -> list[tuple[Any, ...]]:
    """What is told of the finished steps, in the order of the answer."""
    return [
        (item["Id"], item["Name"], item["Status"]["State"], item["Status"]["Timeline"])
        for item in answers["list-steps"]["Steps"]
        if item["Status"]["State"] not in ("PENDING", "RUNNING")
    ]


@pytest.mark.slow
def test_what_the_cli_prints_can_be_loaded_and_says_the_same(tmp_path: Path) -> None:
    files, before = [], {}
    with simulator_process("--ephemeral", "--scenario", "demo") as demo:
        demo.control("clock", {"pause": True})
        for item in aws(demo, "emr", "list-clusters", "--active")["Clusters"]:
            cluster_id = item["Id"]
            before[cluster_id] = ask(demo, cluster_id)
            for name, answer in before[cluster_id].items():
                files.append(tmp_path / f"{name}-{cluster_id}.json")
                files[-1].write_text(json.dumps(answer))
    assert len(before) >= 3
    with simulator_process(
        "--ephemeral", "--scenario", "empty", "--from", *map(str, files)
    ) as copy:
        copy.control("clock", {"pause": True})
        listed = aws(copy, "emr", "list-clusters")["Clusters"]
        assert {item["Id"] for item in listed} == set(before)
        for cluster_id, told in before.items():
            after = ask(copy, cluster_id)
            old, new = (one["describe-cluster"]["Cluster"] for one in (told, after))
            for member in ("Name", "ReleaseLabel", "Tags", "Applications", "Configurations"):
                assert new[member] == old[member]
            for member in ("MasterPublicDnsName", "Ec2InstanceAttributes", "ServiceRole"):
                assert new[member] == old[member]
            assert parts(after) == parts(told)
            assert nodes(after) == nodes(told)
            assert steps(after) == steps(told)
        changed = next(iter(before))
        aws(copy, "emr", "add-tags", "--resource-id", changed, "--tags", "loaded=yes")
        aws(copy, "emr", "terminate-clusters", "--cluster-ids", changed)
        copy.control("clock", {"jump_s": 600})
        cluster = aws(copy, "emr", "describe-cluster", "--cluster-id", changed)["Cluster"]
        assert {"Key": "loaded", "Value": "yes"} in cluster["Tags"]
        assert cluster["Status"]["State"] == "TERMINATED"
