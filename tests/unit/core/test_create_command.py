"""The command is given to the real AWS CLI, and what it sends is compared with what was asked."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.clusters import BootstrapAction, ManagedScaling
from hue_desktop.core.connections import Connection
from hue_desktop.core.create_command import create_command, create_command_words
from hue_desktop.core.instances import EbsVolume, FleetType, Market, Role
from hue_desktop.core.steps import ActionOnFailure, StepSpec


class _Recorder(ThreadingHTTPServer):
    requests: list[dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: _Recorder

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.requests.append(json.loads(self.rfile.read(length)))
        answer = json.dumps({"JobFlowId": "j-1", "ClusterArn": "arn:aws:x"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def recorder() -> Iterator[_Recorder]:
    server = _Recorder(("127.0.0.1", 0), _Handler)
    server.requests = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _sent(recorder: _Recorder, words: list[str]) -> dict[str, Any]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    aws = str(Path(sys.executable).parent / "aws")
    done = subprocess.run(
        [aws, *words[1:]], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return recorder.requests[-1]


def _connection(recorder: _Recorder) -> Connection:
    return Connection("here", endpoint_url=f"http://127.0.0.1:{recorder.server_port}")


def test_groups_and_everything_beside_them(recorder: _Recorder) -> None:
    spec = ClusterSpec(
        name="nightly 'sales'",
        release="emr-7.5.0",
        applications=("Spark", "Hive"),
        groups=(
            GroupSpec(Role.MASTER, "m5.xlarge", 1, name="master"),
            GroupSpec(Role.CORE, "r5.2xlarge", 2, ebs_volumes=(EbsVolume("gp3", 64, 3000),)),
            GroupSpec(Role.TASK, "m5.2xlarge", 4, Market.SPOT, "task spot", 0.25),
        ),
        keep_alive=False,
        termination_protected=True,
        idle_timeout_s=7200,
        managed_scaling=ManagedScaling("Instances", 2, 10, 4, 2),
        bootstrap_actions=(BootstrapAction("disks", "s3://b/x.sh", ("--a", "b c")),),
        steps=(
            StepSpec(
                "load",
                "command-runner.jar",
                ("spark-submit", "s3://b/a.py"),
                action_on_failure=ActionOnFailure.TERMINATE_CLUSTER,
            ),
        ),
        step_concurrency=1,
        tags=(("team", "data eng"), ("empty", "")),
        subnet_ids=("subnet-1",),
        key_name="ops",
        security_configuration="strict",
        log_uri="s3://logs/emr/",
        configurations_json='[{"Classification":"spark-defaults","Properties":{"a":"1"}}]',
        root_volume_gib=32,
        unhealthy_node_replacement=False,
    )
    sent = _sent(recorder, create_command_words(spec, _connection(recorder), "eu-central-1"))

    instances = sent["Instances"]
    groups = {group["InstanceRole"]: group for group in instances["InstanceGroups"]}
    assert sent["Name"] == "nightly 'sales'"
    assert sent["ReleaseLabel"] == "emr-7.5.0"
    assert sent["Applications"] == [{"Name": "Spark"}, {"Name": "Hive"}]
    assert groups["CORE"]["EbsConfiguration"]["EbsBlockDeviceConfigs"][0][
        "VolumeSpecification"
    ] == {
        "VolumeType": "gp3",
        "SizeInGB": 64,
        "Iops": 3000,
    }
    assert groups["TASK"]["Market"] == "SPOT"
    assert groups["TASK"]["BidPrice"] == "0.25"
    assert groups["TASK"]["Name"] == "task spot"
    assert instances["KeepJobFlowAliveWhenNoSteps"] is False
    assert instances["TerminationProtected"] is True
    assert instances["UnhealthyNodeReplacement"] is False
    assert instances["Ec2SubnetId"] == "subnet-1"
    assert instances["Ec2KeyName"] == "ops"
    assert sent["AutoTerminationPolicy"] == {"IdleTimeout": 7200}
    assert sent["ManagedScalingPolicy"]["ComputeLimits"]["MaximumCoreCapacityUnits"] == 2
    assert sent["BootstrapActions"][0]["ScriptBootstrapAction"]["Args"] == ["--a", "b c"]
    assert sent["Steps"][0]["ActionOnFailure"] == "TERMINATE_CLUSTER"
    assert sent["Steps"][0]["HadoopJarStep"]["Args"] == ["spark-submit", "s3://b/a.py"]
    assert {"Key": "team", "Value": "data eng"} in sent["Tags"]
    assert sent["Configurations"][0]["Properties"] == {"a": "1"}
    assert sent["EbsRootVolumeSize"] == 32
    assert sent["JobFlowRole"] == "EMR_EC2_DefaultRole"
    assert sent["ServiceRole"] == "EMR_DefaultRole"


def test_plain_groups_use_the_shorthand(recorder: _Recorder) -> None:
    spec = ClusterSpec(
        name="small",
        release="emr-7.5.0",
        groups=(
            GroupSpec(Role.MASTER, "m5.xlarge", 1),
            GroupSpec(Role.CORE, "m5.xlarge", 2, Market.SPOT),
        ),
    )
    words = create_command_words(spec, _connection(recorder), "us-east-1")
    assert "InstanceGroupType=MASTER,InstanceType=m5.xlarge,InstanceCount=1" in words
    core = _sent(recorder, words)["Instances"]["InstanceGroups"][1]
    assert core["Market"] == "SPOT"
    assert "BidPrice" not in core


def test_fleets(recorder: _Recorder) -> None:
    spec = ClusterSpec(
        name="fleets",
        release="emr-7.5.0",
        fleets=(
            FleetSpec(Role.MASTER, (FleetType("m5.xlarge"),), 1),
            FleetSpec(
                Role.CORE,
                (FleetType("m5.xlarge", 4), FleetType("r5.2xlarge", 8, None, 60.0)),
                target_on_demand=4,
                target_spot=8,
                timeout_minutes=20,
            ),
        ),
        subnet_ids=("subnet-1", "subnet-2"),
    )
    sent = _sent(recorder, create_command_words(spec, _connection(recorder), "us-east-1"))
    core = sent["Instances"]["InstanceFleets"][1]
    assert core["TargetSpotCapacity"] == 8
    assert core["InstanceTypeConfigs"][1]["BidPriceAsPercentageOfOnDemandPrice"] == 60
    spot = core["LaunchSpecifications"]["SpotSpecification"]
    assert spot["AllocationStrategy"] == "price-capacity-optimized"
    assert spot["TimeoutDurationMinutes"] == 20
    assert sent["Instances"]["Ec2SubnetIds"] == ["subnet-1", "subnet-2"]


def test_a_shell_reads_the_text_as_the_same_words() -> None:
    spec = ClusterSpec(
        name="it's one",
        release="emr-7.5.0",
        applications=("Spark",),
        groups=(GroupSpec(Role.MASTER, "m5.xlarge", 1),),
        tags=(("team", "a b"),),
    )
    words = create_command_words(spec, Connection("c", profile="ops"), "us-east-1")
    text = create_command(spec, Connection("c", profile="ops"), "us-east-1")
    assert shlex.split(text.replace("\\\n", "")) == words
    assert text.splitlines()[0] == "aws emr create-cluster \\"
    assert words[-2:] == ["--profile", "ops"]
