"""Alarms through boto3: they follow the simulated series by the simulated clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulated import SimulatedRegion, simulated_region

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
GROUPS = [
    {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
    {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 2},
]


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    with simulated_region(start=START, paused=True) as region:
        yield region


def launch(region: SimulatedRegion, job_s: int = 0) -> str:
    command = ["spark-submit", "--simulate-duration", str(job_s)]
    step = {
        "Name": "job",
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": command},
    }
    answer = region.client("emr").run_job_flow(
        Name="watched",
        ReleaseLabel="emr-7.5.0",
        Instances={"InstanceGroups": GROUPS, "KeepJobFlowAliveWhenNoSteps": True},
        Steps=[step] if job_s else [],
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
    )
    return str(answer["JobFlowId"])


def alarm(cluster_id: str, name: str = "idle", **more: Any) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "Namespace": "AWS/ElasticMapReduce",
        "MetricName": "IsIdle",
        "Dimensions": [{"Name": "JobFlowId", "Value": cluster_id}],
        "Statistic": "Average",
        "Period": 300,
        "EvaluationPeriods": 3,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        **more,
    }


def states(cloudwatch: Any, name: str = "idle") -> list[tuple[datetime, str]]:
    """The changes of state, oldest first."""
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=name, HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
    )
    return [
        (item["Timestamp"], json.loads(item["HistoryData"])["newState"]["stateValue"])
        for page in pages
        for item in page["AlarmHistoryItems"]
    ]


def one(cloudwatch: Any, name: str = "idle") -> dict[str, Any]:
    (found,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return dict(found)


def test_an_alarm_waits_for_data_and_follows_the_cluster(region: SimulatedRegion) -> None:
    cloudwatch = region.client("cloudwatch")
    cluster_id = launch(region, job_s=3600)
    cloudwatch.put_metric_alarm(**alarm(cluster_id), AlarmDescription="Nobody works")
    made = one(cloudwatch)
    assert (made["StateValue"], made["StateReason"]) == (
        "INSUFFICIENT_DATA",
        "Unchecked: Initial alarm creation",
    )
    assert made["AlarmArn"].endswith(":alarm:idle")
    region.jump(minutes=40)
    assert one(cloudwatch)["StateValue"] == "OK"
    region.jump(hours=2)
    ringing = one(cloudwatch)
    assert ringing["StateValue"] == "ALARM"
    assert ringing["StateReason"].startswith("Threshold Crossed: 3 out of the last 3 datapoints [1")
    assert json.loads(ringing["StateReasonData"])["recentDatapoints"] == [1.0, 1.0, 1.0]
    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(hours=1)
    assert one(cloudwatch)["StateValue"] == "INSUFFICIENT_DATA"
    changes = states(cloudwatch)
    assert [state for _, state in changes] == ["OK", "ALARM", "INSUFFICIENT_DATA"]
    assert changes[0][0] < changes[1][0] < changes[2][0]


def test_the_course_does_not_depend_on_who_looks_when() -> None:
    found = []
    for steps in (1, 36):
        with simulated_region(start=START, paused=True) as region:
            cloudwatch = region.client("cloudwatch")
            cluster_id = launch(region, job_s=4000)
            cloudwatch.put_metric_alarm(**alarm(cluster_id))
            for _ in range(steps):
                region.jump(hours=6 / steps)
                cloudwatch.describe_alarms()
            found.append(states(cloudwatch))
    assert found[0] == found[1]
    assert len(found[0]) == 2


def test_an_alarm_rings_by_the_data_points_that_are_there(region: SimulatedRegion) -> None:
    cloudwatch = region.client("cloudwatch")
    cluster_id = launch(region, job_s=3600)
    cloudwatch.put_metric_alarm(**alarm(cluster_id))
    region.jump(hours=3)
    ((_, first), (rang, second)) = states(cloudwatch)
    assert (first, second) == ("OK", "ALARM")
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[
            {
                "Id": "idle",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/ElasticMapReduce",
                        "MetricName": "IsIdle",
                        "Dimensions": [{"Name": "JobFlowId", "Value": cluster_id}],
                    },
                    "Period": 300,
                    "Stat": "Average",
                },
            }
        ],
        StartTime=START,
        EndTime=START + timedelta(hours=3),
        ScanBy="TimestampAscending",
    )["MetricDataResults"][0]
    points = list(zip(answer["Timestamps"], answer["Values"], strict=True))
    before = [value for at, value in points if at <= rang][-4:]
    assert before == [0.0, 1.0, 1.0, 1.0]
    assert timedelta() < rang - max(at for at, _ in points if at <= rang) <= timedelta(minutes=2)


def test_missing_data_counts_as_it_was_asked_for(region: SimulatedRegion) -> None:
    cloudwatch = region.client("cloudwatch")
    for treat in ("missing", "breaching", "notBreaching", "ignore"):
        request = alarm("j-NOSUCHCLUSTER", treat, TreatMissingData=treat)
        cloudwatch.put_metric_alarm(**request)
    region.jump(minutes=10)
    found = {item["AlarmName"]: item for item in cloudwatch.describe_alarms()["MetricAlarms"]}
    assert {name: item["StateValue"] for name, item in found.items()} == {
        "missing": "INSUFFICIENT_DATA",
        "breaching": "ALARM",
        "notBreaching": "OK",
        "ignore": "INSUFFICIENT_DATA",
    }
    assert "treated as [Breaching]" in found["breaching"]["StateReason"]


def test_a_state_set_by_hand_lasts_until_the_next_judgement(region: SimulatedRegion) -> None:
    cloudwatch = region.client("cloudwatch")
    cloudwatch.put_metric_alarm(**alarm(launch(region, job_s=9000)))
    region.jump(minutes=32, seconds=10)
    assert one(cloudwatch)["StateValue"] == "OK"
    cloudwatch.set_alarm_state(AlarmName="idle", StateValue="ALARM", StateReason="a drill")
    assert one(cloudwatch)["StateReason"] == "a drill"
    region.jump(minutes=6)
    assert one(cloudwatch)["StateValue"] == "OK"
    assert [state for _, state in states(cloudwatch)] == ["OK", "ALARM", "OK"]


def test_alarms_are_found_by_state_name_prefix_and_metric(region: SimulatedRegion) -> None:
    cloudwatch = region.client("cloudwatch")
    cluster_id = launch(region)
    for number in range(3):
        cloudwatch.put_metric_alarm(**alarm(cluster_id, f"idle-{number}"))
    full = alarm(cluster_id, "full", MetricName="HDFSUtilization", Threshold=75.0)
    cloudwatch.put_metric_alarm(**full, Tags=[{"Key": "team", "Value": "bi"}])
    region.jump(hours=1)

    def names(**rules: Any) -> list[str]:
        pages = cloudwatch.get_paginator("describe_alarms").paginate(**rules)
        return [item["AlarmName"] for page in pages for item in page["MetricAlarms"]]

    assert names(PaginationConfig={"PageSize": 2}) == ["full", "idle-0", "idle-1", "idle-2"]
    assert names(StateValue="OK") == ["full"]
    assert names(AlarmNamePrefix="idle") == ["idle-0", "idle-1", "idle-2"]
    assert names(AlarmTypes=["CompositeAlarm"]) == []
    on_metric = cloudwatch.describe_alarms_for_metric(
        MetricName="HDFSUtilization",
        Namespace="AWS/ElasticMapReduce",
        Dimensions=[{"Name": "JobFlowId", "Value": cluster_id}],
    )["MetricAlarms"]
    assert [item["AlarmName"] for item in on_metric] == ["full"]
    arn = on_metric[0]["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "env", "Value": "prod"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["team"])
    tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == [{"Key": "env", "Value": "prod"}]
    cloudwatch.disable_alarm_actions(AlarmNames=["full"])
    assert one(cloudwatch, "full")["ActionsEnabled"] is False
    cloudwatch.delete_alarms(AlarmNames=["idle-0", "idle-1"])
    assert names() == ["full", "idle-2"]
    history = cloudwatch.describe_alarm_history(AlarmName="idle-0")["AlarmHistoryItems"]
    assert [item["HistoryItemType"] for item in history] == [
        "ConfigurationUpdate",
        "StateUpdate",
        "ConfigurationUpdate",
    ]


def test_alarms_and_their_history_are_kept(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        with simulated_region(start=START, paused=True, state=tmp_path) as region:
            cloudwatch = region.client("cloudwatch")
            if not region.world.clusters:
                cloudwatch.put_metric_alarm(**alarm(launch(region)))
                region.jump(hours=1)
            found.append((one(cloudwatch), states(cloudwatch)))
    assert found[0] == found[1]
    assert found[0][0]["StateValue"] == "ALARM"


@pytest.mark.parametrize(
    "more",
    [
        {"Statistic": "Average", "ExtendedStatistic": "p90"},
        {"Period": 45},
        {"EvaluationPeriods": 500},
        {"DatapointsToAlarm": 4},
        {"TreatMissingData": "shrug"},
        {"ComparisonOperator": "LessThanLowerThreshold"},
    ],
)
def test_wrong_alarms_are_refused(region: SimulatedRegion, more: dict[str, Any]) -> None:
    cloudwatch = region.client("cloudwatch")
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_metric_alarm(**{**alarm("j-1"), **more})
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_an_alarm_that_does_not_exist_is_not_found(region: SimulatedRegion) -> None:
    cloudwatch = region.client("cloudwatch")
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound):
        cloudwatch.set_alarm_state(AlarmName="no", StateValue="OK", StateReason="x")
    with pytest.raises(ClientError):
        cloudwatch.delete_alarms(AlarmNames=["no"])
