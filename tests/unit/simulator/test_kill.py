"""``kill -9`` at any moment: every change that was acknowledged is there afterwards."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.unit.simulator.processes import SimulatorProcess, simulator_process
from tests.unit.simulator.test_region import CLUSTER

pytestmark = pytest.mark.slow


def mutate(running: SimulatorProcess, seen: dict[str, Any], number: int) -> None:
    """Change things until the region dies; what it acknowledged goes to ``seen``."""
    emr, iam = running.client("emr"), running.client("iam")
    count = 0
    while True:
        count += 1
        name = f"r{number}-{count}"
        try:
            emr.create_security_configuration(Name=name, SecurityConfiguration="{}")
            seen["configurations"].add(name)
            if count % 5 == 1:
                made = emr.run_job_flow(**{**CLUSTER, "Name": name})["JobFlowId"]
                seen["clusters"][made] = {}
            cluster_id = random.choice(sorted(seen["clusters"]))
            emr.add_tags(ResourceId=cluster_id, Tags=[{"Key": name, "Value": "x"}])
            seen["clusters"][cluster_id][name] = "x"
            if count == 2:
                iam.create_user(UserName=name)
                seen["users"].add(name)
        except (BotoCoreError, ClientError):
            return


def check(running: SimulatorProcess, seen: dict[str, Any]) -> None:
    """Everything in ``seen`` is there, and the state is whole."""
    emr = running.client("emr")
    pages = emr.get_paginator("list_security_configurations").paginate()
    names = {item["Name"] for page in pages for item in page["SecurityConfigurations"]}
    assert seen["configurations"] <= names
    for cluster_id, tags in seen["clusters"].items():
        cluster = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
        kept = {tag["Key"]: tag["Value"] for tag in cluster["Tags"]}
        assert tags.items() <= kept.items()
        groups = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
        nodes = emr.list_instances(ClusterId=cluster_id)["Instances"]
        assert sorted(group["RequestedInstanceCount"] for group in groups) == [1, 2]
        assert {node["InstanceGroupId"] for node in nodes} <= {group["Id"] for group in groups}
    if seen["users"]:
        users = {user["UserName"] for user in running.client("iam").list_users()["Users"]}
        assert seen["users"] <= users


def test_a_killed_region_has_lost_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, rounds=2)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_region_killed_many_times_has_lost_nothing(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, rounds=20)


def kill_again_and_again(tmp_path: Path, *, rounds: int) -> None:
    seen: dict[str, Any] = {"configurations": set(), "clusters": {}, "users": set()}
    chance = random.Random(2)
    arguments = ("--state", str(tmp_path), "--scenario", "empty", "--compat", "moto")
    for number in range(rounds):
        with simulator_process(*arguments) as running:
            check(running, seen)
            killer = threading.Timer(chance.uniform(0.4, 1.2), running.process.kill)
            killer.start()
            mutate(running, seen, number)
            killer.join()
            assert running.process.wait(20) == -9
    assert len(seen["configurations"]) > rounds
    with simulator_process(*arguments) as running:
        check(running, seen)
