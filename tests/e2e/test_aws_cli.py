"""The real AWS CLI against a simulated region that runs as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.processes import SimulatorProcess, simulator_process

AWS = Path(sys.executable).with_name("aws")

pytestmark = pytest.mark.skipif(not AWS.exists(), reason="needs the AWS CLI")


@pytest.fixture(scope="module")
def running() -> Iterator[SimulatorProcess]:
    with simulator_process("--ephemeral", "--scenario", "empty") as process:
        yield process


def aws(running: SimulatorProcess, *arguments: str, fails: bool = False) -> Any:
    """Run ``aws --profile hue-simulator …``; its JSON, or its complaint if it should fail."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment["AWS_CONFIG_FILE"] = running.facts["aws_config_file"]
    environment["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    done = subprocess.run(
        [str(AWS), "--profile", "hue-simulator", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if fails:
        assert done.returncode != 0
        return done.stderr
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def test_a_session_with_a_cluster(running: SimulatorProcess) -> None:
    made = aws(
        running, "emr", "create-cluster", "--name", "nightly", "--release-label", "emr-7.1.0",
        "--applications", "Name=Hadoop", "Name=Spark", "--use-default-roles",
        "--instance-groups",
        "InstanceGroupType=MASTER,InstanceCount=1,InstanceType=m5.xlarge",
        "InstanceGroupType=CORE,InstanceCount=2,InstanceType=m5.xlarge",
        "--tags", "team=data",
    )  # fmt: skip
    cluster_id = made["ClusterId"]
    assert made["ClusterArn"].endswith(f":cluster/{cluster_id}")
    running.control("clock", {"jump_s": 3600})
    aws(running, "emr", "wait", "cluster-running", "--cluster-id", cluster_id)
    listed = aws(running, "emr", "list-clusters", "--active")["Clusters"]
    assert [(item["Id"], item["Status"]["State"]) for item in listed] == [(cluster_id, "WAITING")]
    added = aws(
        running, "emr", "add-steps", "--cluster-id", cluster_id, "--steps",
        "Type=Spark,Name=count,ActionOnFailure=CONTINUE,"
        "Args=[--class,org.example.Count,s3://bucket/count.jar]",
    )  # fmt: skip
    step_id = added["StepIds"][0]
    running.control("clock", {"jump_s": 3600})
    aws(running, "emr", "wait", "step-complete", "--cluster-id", cluster_id, "--step-id", step_id)
    described = aws(running, "emr", "describe-cluster", "--cluster-id", cluster_id)["Cluster"]
    assert described["Name"] == "nightly"
    assert described["Tags"] == [{"Key": "team", "Value": "data"}]
    assert {app["Name"] for app in described["Applications"]} == {"Hadoop", "Spark"}
    assert [group["RunningInstanceCount"] for group in described["InstanceGroups"]] == [1, 2]
    aws(running, "emr", "terminate-clusters", "--cluster-ids", cluster_id)
    running.control("clock", {"jump_s": 3600})
    aws(running, "emr", "wait", "cluster-terminated", "--cluster-id", cluster_id)
    status = aws(running, "emr", "describe-cluster", "--cluster-id", cluster_id)["Cluster"][
        "Status"
    ]
    assert status["State"] == "TERMINATED"
    assert status["StateChangeReason"]["Code"] == "USER_REQUEST"


def test_other_services_of_the_profile(running: SimulatorProcess) -> None:
    assert aws(running, "sts", "get-caller-identity")["Account"] == "123456789012"
    prices = aws(
        running, "ec2", "describe-spot-price-history", "--instance-types", "m5.xlarge",
        "--product-descriptions", "Linux/UNIX", "--max-items", "3",
    )["SpotPriceHistory"]  # fmt: skip
    assert {price["InstanceType"] for price in prices} == {"m5.xlarge"}
    metrics = aws(running, "cloudwatch", "list-metrics", "--namespace", "AWS/ElasticMapReduce")
    assert "Metrics" in metrics
    events = aws(running, "cloudtrail", "lookup-events", "--max-items", "5")["Events"]
    assert events[0]["EventName"] != ""


def test_a_mistake_is_answered_as_emr_does(running: SimulatorProcess) -> None:
    complaint = aws(running, "emr", "describe-cluster", "--cluster-id", "j-NONE", fails=True)
    assert "InvalidRequestException" in complaint
    assert "Cluster id 'j-NONE' is not valid." in complaint
    complaint = aws(running, "glue", "get-databases", fails=True)
    assert "is not simulated" in complaint
