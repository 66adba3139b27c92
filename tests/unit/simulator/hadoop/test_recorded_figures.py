"""What CloudWatch says of an HDFS follows the files and DataNodes that there are."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.simulator.hadoop.seeds import Seed, load
from tests.simulated import SimulatedRegion, simulated_region

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
NAMES = (
    "HDFSUtilization",
    "LiveDataNodes",
    "MissingBlocks",
    "UnderReplicatedBlocks",
    "CapacityRemainingGB",
)
MIB = 1024**2


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    with simulated_region(start=START, paused=True) as region:
        yield region


def launch(region: SimulatedRegion) -> str:
    groups = [
        {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
        {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 4},
    ]
    answer = region.client("emr").run_job_flow(
        Name="data",
        ReleaseLabel="emr-7.5.0",
        Instances={"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True},
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
    )
    region.jump(minutes=30)
    return str(answer["JobFlowId"])


def write(region: SimulatedRegion, cluster_id: str, path: str, size: int, replicas: int) -> None:
    base = region.control("hdfs", {"cluster_id": cluster_id})[cluster_id]["webhdfs"]
    url = f"{base}/webhdfs/v1{path}?op=CREATE&user.name=hadoop&replication={replicas}"
    with urllib.request.urlopen(
        urllib.request.Request(f"{url}&noredirect=true", method="PUT")
    ) as r:
        target = json.load(r)["Location"]
    with urllib.request.urlopen(urllib.request.Request(target, b"x" * size, method="PUT")):
        pass


def series(region: SimulatedRegion, cluster_id: str) -> dict[str, dict[datetime, float]]:
    """All points so far by metric."""
    queries = [
        {
            "Id": name.lower(),
            "Label": name,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ElasticMapReduce",
                    "MetricName": name,
                    "Dimensions": [{"Name": "JobFlowId", "Value": cluster_id}],
                },
                "Period": 300,
                "Stat": "Average",
            },
        }
        for name in NAMES
    ]
    answer = region.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries,
        StartTime=START,
        EndTime=region.clock.now() + timedelta(minutes=1),
        ScanBy="TimestampAscending",
    )
    return {
        item["Label"]: dict(zip(item["Timestamps"], item["Values"], strict=True))
        for item in answer["MetricDataResults"]
    }


def newest(found: dict[str, dict[datetime, float]]) -> dict[str, float]:
    return {name: points[max(points)] for name, points in found.items()}


def test_files_fill_hdfs(region: SimulatedRegion) -> None:
    cluster_id = launch(region)
    region.control("hdfs", {"cluster_id": cluster_id})
    write(region, cluster_id, "/data/a", 20 * MIB, 2)
    region.jump(minutes=6)
    before = newest(series(region, cluster_id))
    write(region, cluster_id, "/data/b", 60 * MIB, 4)
    region.jump(minutes=6)
    after = newest(series(region, cluster_id))
    capacity = 4 * 64 * 1024 * MIB
    assert before["HDFSUtilization"] == pytest.approx(100 * 40 * MIB / capacity)
    assert after["HDFSUtilization"] == pytest.approx(100 * 280 * MIB / capacity)
    assert after["LiveDataNodes"] == 100
    assert after["CapacityRemainingGB"] == 255


def test_a_datanode_that_dies_shows_after_its_heartbeats_ran_out(region: SimulatedRegion) -> None:
    cluster_id = launch(region)
    write(region, cluster_id, "/data/single", 5 * MIB, 1)
    write(region, cluster_id, "/data/double", 5 * MIB, 4)
    nodes = region.control("hdfs/state", {"cluster_id": cluster_id})[cluster_id]["datanodes"]
    victim = max(nodes, key=lambda node: node["blocks"])["instance_id"]
    region.control("hdfs/datanode", {"instance_id": victim, "running": False})
    died = region.clock.now()
    region.jump(hours=2)
    found = series(region, cluster_id)
    live = found["LiveDataNodes"]
    noticed = min(at for at, value in live.items() if value == 75)
    assert timedelta(minutes=10.5) <= noticed - died <= timedelta(minutes=15.6)
    assert all((value == 75) == (at >= noticed) for at, value in live.items())
    last = newest(found)
    assert last["MissingBlocks"] == 1
    assert last["UnderReplicatedBlocks"] == 1
    assert last["CapacityRemainingGB"] == 191
    region.control("hdfs/datanode", {"instance_id": victim, "running": True})
    region.jump(minutes=6)
    last = newest(series(region, cluster_id))
    assert (last["LiveDataNodes"], last["MissingBlocks"]) == (100, 0)


def test_a_node_that_ec2_takes_away_shows_without_anybody_looking(region: SimulatedRegion) -> None:
    cluster_id = launch(region)
    write(region, cluster_id, "/data/x", 5 * MIB, 4)
    core = region.world.clusters[cluster_id].alive_instances("CORE")
    region.client("ec2").terminate_instances(InstanceIds=[core[0].ec2_id])
    region.jump(minutes=25)
    region.jump(days=1)
    found = series(region, cluster_id)["LiveDataNodes"]
    # EMR has put another node in its place; the NameNode goes on listing the dead one.
    assert min(found.values()) == found[max(found)] == 80


def test_the_past_stays_as_it_was_also_after_a_restart_and_the_end(tmp_path: Path) -> None:
    def opened() -> Any:
        return simulated_region(start=START, paused=True, state=tmp_path)

    with opened() as region:
        cluster_id = launch(region)
        early = series(region, cluster_id)
        write(region, cluster_id, "/data/x", 50 * MIB, 3)
        nodes = region.control("hdfs/state", {"cluster_id": cluster_id})[cluster_id]["datanodes"]
        stopped = {"instance_id": nodes[0]["instance_id"], "running": False}
        region.control("hdfs/datanode", stopped)
        region.jump(minutes=8)
    with opened() as region:
        region.jump(hours=1)
        middle = series(region, cluster_id)
        assert newest(middle)["LiveDataNodes"] == 75
        region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
        region.jump(hours=1)
    with opened() as region:
        late = series(region, cluster_id)
    for name in NAMES:
        assert early[name].items() <= middle[name].items() <= late[name].items()


def test_an_alarm_rings_when_a_datanode_is_lost(region: SimulatedRegion) -> None:
    cluster_id = launch(region)
    write(region, cluster_id, "/data/x", 5 * MIB, 2)
    cloudwatch = region.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="nodes",
        Namespace="AWS/ElasticMapReduce",
        MetricName="LiveDataNodes",
        Dimensions=[{"Name": "JobFlowId", "Value": cluster_id}],
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=99.0,
        ComparisonOperator="LessThanThreshold",
    )
    region.jump(minutes=10)
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["StateValue"] == "OK"
    (state,) = region.control("hdfs/state", {"cluster_id": cluster_id}).values()
    victim = state["datanodes"][0]["instance_id"]
    region.control("hdfs/datanode", {"instance_id": victim, "running": False})
    region.jump(minutes=20)
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"


@pytest.mark.parametrize(("gib", "state"), [(1, "TERMINATED"), (20, "WAITING")])
def test_what_files_hold_decides_whether_a_cluster_ends_by_itself(
    region: SimulatedRegion, gib: int, state: str
) -> None:
    cluster_id = launch(region)
    with region.front.servers.hadoop.hdfs_of(cluster_id).session() as hdfs:
        load(hdfs, [Seed("/data/holes", size=gib * 1024 * MIB)])
    region.client("emr").put_auto_termination_policy(
        ClusterId=cluster_id, AutoTerminationPolicy={"IdleTimeout": 600}
    )
    region.jump(hours=1)
    assert region.world.clusters[cluster_id].state == state
