"""The metrics of EMR clusters through boto3, which speaks CBOR to CloudWatch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hue_desktop.simulator.aws.cloudwatch.samples import Sample, SampleCache
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.load import Load
from tests.simulated import SimulatedRegion, simulated_region

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
NAMESPACE = "AWS/ElasticMapReduce"
GROUPS = [
    {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
    {"InstanceRole": "CORE", "InstanceType": "m5.2xlarge", "InstanceCount": 4},
    {"InstanceRole": "TASK", "InstanceType": "r5.xlarge", "InstanceCount": 3, "Market": "SPOT"},
]


def launch(region: SimulatedRegion, groups: list[dict[str, Any]], **more: Any) -> str:
    step = {
        "Name": "sessionize",
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {
            "Jar": "command-runner.jar",
            "Args": ["spark-submit", "--simulate-duration", "3600"],
        },
    }
    answer = region.client("emr").run_job_flow(
        Name="analytics",
        ReleaseLabel="emr-7.10.0",
        Instances={"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True},
        Steps=[step],
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        **more,
    )
    return str(answer["JobFlowId"])


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """Three clusters, three hours old: a plain one, one that scales, one of a single node."""
    with simulated_region(start=START, paused=True) as region:
        launch(region, GROUPS)
        launch(
            region,
            GROUPS,
            ManagedScalingPolicy={
                "ComputeLimits": {
                    "UnitType": "Instances",
                    "MinimumCapacityUnits": 7,
                    "MaximumCapacityUnits": 20,
                }
            },
            AutoTerminationPolicy={"IdleTimeout": 604800},
        )
        launch(region, GROUPS[:1])
        region.jump(hours=3)
        yield region


@pytest.fixture(scope="module")
def cloudwatch(region: SimulatedRegion) -> Any:
    return region.client("cloudwatch")


@pytest.fixture(scope="module")
def clusters(region: SimulatedRegion) -> tuple[str, ...]:
    """The ids in the order of :func:`region`."""
    return tuple(region.world.clusters)


def query(cluster_id: str, name: str, stat: str = "Average", period: int = 300) -> dict[str, Any]:
    metric = {
        "Namespace": NAMESPACE,
        "MetricName": name,
        "Dimensions": [{"Name": "JobFlowId", "Value": cluster_id}],
    }
    key = f"{name[0].lower()}{name[1:]}_{stat.lower()}"
    return {"Id": key, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def fetch(
    cloudwatch: Any, queries: list[dict[str, Any]], hours: float = 3, **more: Any
) -> dict[str, list[tuple[datetime, float]]]:
    end = START + timedelta(hours=3)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=end - timedelta(hours=hours), EndTime=end, **more
    )
    found: dict[str, list[tuple[datetime, float]]] = {item["Id"]: [] for item in queries}
    for page in pages:
        for item in page["MetricDataResults"]:
            found[item["Id"]] += zip(item["Timestamps"], item["Values"], strict=True)
    return found


def test_a_running_cluster_sends_a_point_every_five_minutes(
    cloudwatch: Any, clusters: tuple[str, ...]
) -> None:
    names = ("CoreNodesRunning", "MRTotalNodes", "IsIdle", "AppsRunning", "MemoryTotalMB")
    found = fetch(
        cloudwatch,
        [query(clusters[0], name) for name in names],
        ScanBy="TimestampAscending",
    )
    times = [at for at, _ in found["coreNodesRunning_average"]]
    assert len(times) > 30
    steps = {later - earlier for earlier, later in pairwise(times)}
    assert steps == {timedelta(minutes=5)}
    assert found["coreNodesRunning_average"][-1][1] == 4
    assert found["mRTotalNodes_average"][-1][1] == 7
    assert found["memoryTotalMB_average"][-1][1] > 7 * 16000
    idle = dict(found["isIdle_average"])
    apps = dict(found["appsRunning_average"])
    assert set(idle.values()) == {0.0, 1.0}
    assert all((apps[at] == 0) == (idle[at] == 1) for at in idle)


def test_nothing_is_sent_before_a_cluster_is_up_nor_after_its_end(region: SimulatedRegion) -> None:
    with simulated_region(start=START, paused=True) as other:
        cluster_id = launch(other, GROUPS)
        other.jump(hours=1)
        other.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
        other.jump(hours=2)
        found = fetch(other.client("cloudwatch"), [query(cluster_id, "MRTotalNodes")])
        times = [at for at, _ in found["mRTotalNodes_average"]]
    assert START + timedelta(minutes=2) < min(times) < START + timedelta(minutes=20)
    assert START + timedelta(minutes=50) < max(times) <= START + timedelta(minutes=61)


def test_the_answer_does_not_depend_on_when_one_asks(region: SimulatedRegion) -> None:
    with simulated_region(start=START, paused=True) as other:
        cluster_id = launch(other, GROUPS)
        names = ("ContainerAllocated", "HDFSUtilization", "YARNMemoryAvailablePercentage")
        queries = [query(cluster_id, name) for name in names]
        cloudwatch = other.client("cloudwatch")
        other.jump(hours=3)
        early = fetch(cloudwatch, queries)
        other.jump(days=2)
        assert fetch(cloudwatch, queries) == early


def test_samples_are_kept_for_the_cluster_they_are_of_and_not_without_end() -> None:
    cache = SampleCache()
    first, later = (Cluster("j-1", 1, name, 0.0, "us-east-1a") for name in ("a", "b"))
    sample = Sample(Load(), 0.0, 0.0, 1, 1)
    cache.put(first, 300, sample)
    assert cache.get(first, 300) is sample
    assert cache.get(later, 300) is None
    for second in range(600, 600 + 300 * 10_000, 300):
        cache.put(first, second, sample)
    assert cache.get(first, 300) is None
    assert cache.get(first, 300 * 10_000) is sample


def test_statistics_and_periods(cloudwatch: Any, clusters: tuple[str, ...]) -> None:
    stats = ("Average", "Sum", "Minimum", "Maximum", "SampleCount", "p50")
    found = fetch(
        cloudwatch,
        [query(clusters[0], "ContainerAllocated", stat, 3600) for stat in stats],
        hours=2,
    )
    series = {stat: dict(found[f"containerAllocated_{stat.lower()}"]) for stat in stats}
    assert len(series["Sum"]) == 2
    for at, total in series["Sum"].items():
        assert series["SampleCount"][at] == 12
        assert series["Average"][at] == pytest.approx(total / 12)
        assert series["Minimum"][at] <= series["p50"][at] <= series["Maximum"][at]


def test_pages_lose_nothing(cloudwatch: Any, clusters: tuple[str, ...]) -> None:
    queries = [query(clusters[0], name) for name in ("MRTotalNodes", "AppsRunning", "IsIdle")]
    whole = fetch(cloudwatch, queries)
    assert fetch(cloudwatch, queries, MaxDatapoints=10) == whole
    times = [at for at, _ in whole["isIdle_average"]]
    assert times == sorted(times, reverse=True)


def test_metrics_are_absent_where_emr_does_not_send_them(
    cloudwatch: Any, clusters: tuple[str, ...]
) -> None:
    plain, scaling, single = clusters
    for cluster_id, name, sent in (
        (plain, "HDFSUtilization", True),
        (single, "HDFSUtilization", False),
        (single, "CoreNodesRunning", False),
        (plain, "TotalNodesRequested", False),
        (scaling, "TotalNodesRequested", True),
        (scaling, "TotalVCPURequested", False),
        (plain, "AutoTerminationIsClusterIdle", False),
        (scaling, "AutoTerminationIsClusterIdle", True),
        (plain, "CPUUtilization", False),
        ("j-NOSUCHCLUSTER", "IsIdle", False),
    ):
        (points,) = fetch(cloudwatch, [query(cluster_id, name)], hours=1).values()
        assert bool(points) == sent, name


def test_managed_scaling_sends_every_minute(cloudwatch: Any, clusters: tuple[str, ...]) -> None:
    queries = [query(clusters[1], "TotalNodesRunning", period=60)]
    (points,) = fetch(cloudwatch, queries, hours=1).values()
    assert len(points) == 60
    coarse = [query(clusters[1], "MRTotalNodes", period=60)]
    (points,) = fetch(cloudwatch, coarse, hours=1).values()
    assert len(points) == 12


def test_get_metric_statistics(cloudwatch: Any, clusters: tuple[str, ...]) -> None:
    answer = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName="HDFSUtilization",
        Dimensions=[{"Name": "JobFlowId", "Value": clusters[0]}],
        StartTime=START + timedelta(hours=2),
        EndTime=START + timedelta(hours=3),
        Period=900,
        Statistics=["Average", "Maximum"],
        ExtendedStatistics=["p90"],
    )
    assert answer["Label"] == "HDFSUtilization"
    assert len(answer["Datapoints"]) == 4
    for point in answer["Datapoints"]:
        assert point["Unit"] == "Percent"
        assert 0 < point["Average"] <= point["Maximum"] < 100
        assert point["ExtendedStatistics"]["p90"] <= point["Maximum"]


def test_metrics_can_be_listed(cloudwatch: Any, clusters: tuple[str, ...]) -> None:
    def names(**rules: Any) -> list[str]:
        pages = cloudwatch.get_paginator("list_metrics").paginate(**rules)
        return [item["MetricName"] for page in pages for item in page["Metrics"]]

    of_plain = names(Namespace=NAMESPACE, Dimensions=[{"Name": "JobFlowId", "Value": clusters[0]}])
    assert {"IsIdle", "HDFSUtilization", "S3BytesRead"} <= set(of_plain)
    assert "TotalNodesRequested" not in of_plain
    assert names(MetricName="IsIdle") == ["IsIdle"] * 3
    assert names(Namespace="AWS/EC2") == []
    assert names(RecentlyActive="PT3H", MetricName="IsIdle") == ["IsIdle"] * 3


WINDOW = {"StartTime": START, "EndTime": START + timedelta(hours=1)}
BACKWARDS = {"StartTime": START, "EndTime": START}
STATISTIC = {"Namespace": NAMESPACE, "MetricName": "IsIdle", "Statistics": ["Average"]}


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("get_metric_data", {"MetricDataQueries": [query("j-1", "X")] * 2}, "ValidationError"),
        (
            "get_metric_data",
            {"MetricDataQueries": [query("j-1", "X", period=61)]},
            "ValidationError",
        ),
        (
            "get_metric_data",
            {"MetricDataQueries": [query("j-1", "X", stat="Mode")]},
            "ValidationError",
        ),
        (
            "get_metric_data",
            {"MetricDataQueries": [query("j-1", "X")], **BACKWARDS},
            "ValidationError",
        ),
        (
            "get_metric_data",
            {"MetricDataQueries": [query("j-1", "X")], "NextToken": "garbage"},
            "InvalidNextToken",
        ),
        ("get_metric_statistics", {**STATISTIC, "Period": 45}, "InvalidParameterValue"),
        (
            "get_metric_statistics",
            {**STATISTIC, "Period": 60, "EndTime": START + timedelta(days=2)},
            "InvalidParameterCombination",
        ),
        (
            "get_metric_statistics",
            {**STATISTIC, "Period": 60, **BACKWARDS},
            "InvalidParameterValue",
        ),
        (
            "get_metric_statistics",
            {"Namespace": NAMESPACE, "MetricName": "IsIdle", "Period": 60},
            "MissingParameter",
        ),
    ],
)
def test_wrong_requests_get_cloudwatchs_error(
    cloudwatch: Any, operation: str, params: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(cloudwatch, operation)(**{**WINDOW, **params})
    found = caught.value.response["Error"]["Code"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert found == code
