"""Cost Explorer through boto3: sums that follow from lives and prices, tags, lateness, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulated import SimulatedRegion, simulated_region

START = datetime(2026, 10, 29, 9, tzinfo=UTC)
TAG = "aws:elasticmapreduce:job-flow-id"
TO_THE_END = {"Start": "2026-10-29", "End": "2026-11-04"}
COMPUTE = "Amazon Elastic Compute Cloud - Compute"
EMR = "Amazon Elastic MapReduce"


def launch(region: SimulatedRegion, name: str, **more: Any) -> str:
    groups = [
        {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
        {"InstanceRole": "CORE", "InstanceType": "r5.xlarge", "InstanceCount": 2},
        {
            "InstanceRole": "TASK",
            "InstanceType": "c5.2xlarge",
            "InstanceCount": 2,
            "Market": "SPOT",
        },
    ]
    answer = region.client("emr").run_job_flow(
        Name=name,
        ReleaseLabel="emr-7.5.0",
        Instances={"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True},
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        LogUri="s3://logs/",
        Tags=[{"Key": "team", "Value": "bi"}],
        **more,
    )
    return str(answer["JobFlowId"])


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """Two clusters from the end of October into November, one of them ended."""
    with simulated_region(start=START, paused=True) as region:
        launch(region, "stays")
        ended = launch(region, "ends")
        region.jump(hours=30)
        region.client("emr").terminate_job_flows(JobFlowIds=[ended])
        region.jump(days=4)
        yield region


@pytest.fixture(scope="module")
def ce(region: SimulatedRegion) -> Any:
    return region.client("ce")


def ask(ce: Any, **more: Any) -> list[dict[str, Any]]:
    answer = ce.get_cost_and_usage(
        **{
            "TimePeriod": TO_THE_END,
            "Granularity": "DAILY",
            "Metrics": ["UnblendedCost"],
            **more,
        }
    )
    return list(answer["ResultsByTime"])


def total(rows: list[dict[str, Any]]) -> float:
    return sum(float(row["Total"]["UnblendedCost"]["Amount"]) for row in rows)


def of_cluster(cluster_id: str) -> dict[str, Any]:
    return {"Tags": {"Key": TAG, "Values": [cluster_id]}}


def known_from(region: SimulatedRegion) -> datetime:
    """Figures reach to here: twelve to twenty-four hours ago."""
    now = region.clock.now()
    half = now.replace(hour=now.hour // 12 * 12, minute=0, second=0, microsecond=0)
    return half - timedelta(hours=12)


def spot_usd(
    region: SimulatedRegion, item: dict[str, Any], start: datetime, end: datetime
) -> float:
    """The price at each second, as EC2's history tells it, summed up the slow way."""
    pages = (
        region.client("ec2")
        .get_paginator("describe_spot_price_history")
        .paginate(
            InstanceTypes=[item["InstanceType"]],
            AvailabilityZone=item["Zone"],
            ProductDescriptions=["Linux/UNIX"],
            StartTime=start,
            EndTime=end,
        )
    )
    changes: list[tuple[datetime, float]] = sorted(
        (row["Timestamp"], float(row["SpotPrice"]))
        for page in pages
        for row in page["SpotPriceHistory"]
    )
    assert changes[0][0] <= start
    marks = [max(at, start) for at, _usd in changes] + [end]
    return sum(
        usd * (marks[place + 1] - marks[place]).total_seconds() / 3600
        for place, (_at, usd) in enumerate(changes)
    )


def lives(region: SimulatedRegion, cluster_id: str) -> list[dict[str, Any]]:
    """What the world knows of the nodes' lives, cut to what Cost Explorer can know."""
    world, until = region.world, known_from(region)
    found = []
    for item in world.clusters[cluster_id].instances.values():
        end = min(datetime.fromtimestamp(min(item.ended, until.timestamp()), UTC), until)
        found.append(
            {
                "InstanceType": item.instance_type,
                "Zone": item.az,
                "Spot": item.market == "SPOT",
                "Start": datetime.fromtimestamp(item.fulfilled, UTC),
                "End": end,
                "Free": item.notice <= item.ended < item.fulfilled + 3600,
            }
        )
    return found


@pytest.mark.parametrize("number", [0, 1])
def test_compute_follows_from_lives_and_price_history(
    region: SimulatedRegion, ce: Any, number: int
) -> None:
    cluster_id = list(region.world.clusters)[number]
    expected = 0.0
    for item in lives(region, cluster_id):
        if not item["Spot"]:
            found = region.world.types.get(item["InstanceType"])
            assert found is not None
            price = found.on_demand_usd_hour
            expected += price * (item["End"] - item["Start"]).total_seconds() / 3600
        elif not item["Free"]:
            expected += spot_usd(region, item, item["Start"], item["End"])
    service = {"Dimensions": {"Key": "SERVICE", "Values": [COMPUTE]}}
    rows = ask(ce, Filter={"And": [of_cluster(cluster_id), service]})
    assert expected > 3
    assert total(rows) == pytest.approx(expected, rel=1e-6)


def test_the_fee_is_its_own_service_and_volumes_and_traffic_their_own_usage(
    region: SimulatedRegion, ce: Any
) -> None:
    cluster_id = next(iter(region.world.clusters))
    rows = ask(
        ce,
        Granularity="MONTHLY",
        Metrics=["UnblendedCost", "UsageQuantity"],
        Filter=of_cluster(cluster_id),
        GroupBy=[{"Type": "DIMENSION", "Key": name} for name in ("SERVICE", "USAGE_TYPE")],
    )
    assert [row["TimePeriod"]["Start"] for row in rows] == ["2026-10-29", "2026-11-01"]
    assert [row["Estimated"] for row in rows] == [False, True]
    november = {tuple(group["Keys"]): group["Metrics"] for group in rows[1]["Groups"]}
    usages = {usage for _service, usage in november}
    assert {"SpotUsage:c5.2xlarge", "BoxUsage:m5.xlarge", "EBS:VolumeUsage.gp3"} <= usages
    hours = (known_from(region) - datetime(2026, 11, 1, tzinfo=UTC)).total_seconds() / 3600
    fee = november["Amazon Elastic MapReduce", "BoxUsage:r5.xlarge"]
    assert float(fee["UsageQuantity"]["Amount"]) == pytest.approx(2 * hours)
    found = region.world.types.get("r5.xlarge")
    assert found is not None
    usd = found.emr_usd_hour
    assert float(fee["UnblendedCost"]["Amount"]) == pytest.approx(2 * hours * usd)
    root = november["EC2 - Other", "EBS:VolumeUsage.gp3"]
    assert float(root["UsageQuantity"]["Amount"]) == pytest.approx(5 * 15 * hours / 720)
    traffic = november["EC2 - Other", "DataTransfer-Regional-Bytes"]["UnblendedCost"]
    assert 0 < float(traffic["Amount"]) < 0.1 * float(fee["UnblendedCost"]["Amount"]) + 1


def test_groups_add_up_to_the_total_and_untagged_usage_has_an_empty_value(ce: Any) -> None:
    whole = total(ask(ce))
    rows = ask(ce, GroupBy=[{"Type": "TAG", "Key": TAG}])
    groups = [group for row in rows for group in row["Groups"]]
    assert all(row["Total"] == {} for row in rows)
    amounts = [float(group["Metrics"]["UnblendedCost"]["Amount"]) for group in groups]
    assert sum(amounts) == pytest.approx(whole)
    keys = {group["Keys"][0] for group in groups}
    assert len(keys) == 3
    assert f"{TAG}$" in keys
    untagged = ask(ce, Filter={"Tags": {"Key": TAG, "MatchOptions": ["ABSENT"]}})
    assert 0 < total(untagged) < 0.5
    tagged = ask(ce, Filter={"Not": {"Tags": {"Key": TAG, "MatchOptions": ["ABSENT"]}}})
    assert total(tagged) + total(untagged) == pytest.approx(whole)


def test_days_add_up_to_months(region: SimulatedRegion, ce: Any) -> None:
    rule = {"Filter": of_cluster(next(iter(region.world.clusters)))}
    days, months = ask(ce, **rule), ask(ce, Granularity="MONTHLY", **rule)
    assert [row["TimePeriod"]["Start"] for row in days][:2] == ["2026-10-29", "2026-10-30"]
    assert len(days) == 6
    assert total(days[:3]) == pytest.approx(total(months[:1]), rel=1e-9)
    assert total(days[3:]) == pytest.approx(total(months[1:]), rel=1e-9)


def test_a_spot_node_that_ec2_takes_back_at_once_costs_no_compute() -> None:
    with simulated_region(start=START, paused=True) as region:
        launch(region, "unlucky")
        region.jump(minutes=20)
        spot = [item for item in region.world.instances_by_ec2_id.values() if item.market == "SPOT"]
        region.control("spot/interrupt", {"instance_id": spot[0].id})
        region.jump(days=1)
        assert spot[0].ended < spot[0].fulfilled + 3600
        rows = ask(
            region.client("ce"),
            TimePeriod={"Start": "2026-10-29", "End": "2026-11-01"},
            Granularity="MONTHLY",
            Metrics=["UnblendedCost", "UsageQuantity"],
            Filter={"Dimensions": {"Key": "SERVICE", "Values": [COMPUTE, EMR]}},
            GroupBy=[{"Type": "DIMENSION", "Key": name} for name in ("SERVICE", "USAGE_TYPE")],
        )
        found = {tuple(group["Keys"]): group["Metrics"] for group in rows[0]["Groups"]}
        until = known_from(region)
        paid = sum(
            spot_usd(
                region,
                {"InstanceType": item.instance_type, "Zone": item.az},
                datetime.fromtimestamp(item.fulfilled, UTC),
                min(until, datetime.fromtimestamp(min(item.ended, until.timestamp()), UTC)),
            )
            for item in region.world.instances_by_ec2_id.values()
            if item.market == "SPOT" and item is not spot[0]
        )
        metrics = found[COMPUTE, "SpotUsage:c5.2xlarge"]
        assert float(metrics["UnblendedCost"]["Amount"]) == pytest.approx(paid, rel=1e-6)
        fee = found[EMR, "BoxUsage:c5.2xlarge"]["UsageQuantity"]["Amount"]
        assert float(fee) == pytest.approx(float(metrics["UsageQuantity"]["Amount"]))


def test_figures_are_late_and_grow_by_themselves() -> None:
    with simulated_region(start=START, paused=True) as region:
        ce = region.client("ce")
        launch(region, "new")
        region.jump(hours=2)
        day = {"TimePeriod": {"Start": "2026-10-29", "End": "2026-11-01"}}
        assert total(ask(ce, **day)) == 0
        region.jump(hours=24)
        first = total(ask(ce, **day))
        assert first > 0
        region.jump(hours=12)
        assert total(ask(ce, **day)) > first


def test_the_bill_remembers_what_emr_has_forgotten(tmp_path: Path) -> None:
    day = {"TimePeriod": {"Start": "2026-10-29", "End": "2026-11-01"}}
    with simulated_region(start=START, paused=True, state=tmp_path) as region:
        cluster_id = launch(region, "short")
        region.jump(hours=5)
        region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
        region.jump(days=2)
        query = {**day, "Filter": of_cluster(cluster_id)}
        first = total(ask(region.client("ce"), **query))
        assert first > 1
        region.jump(days=80)
        assert region.client("emr").list_clusters()["Clusters"] == []
        assert total(ask(region.client("ce"), **query)) == pytest.approx(first)
    with simulated_region(start=START, paused=True, state=tmp_path) as region:
        assert total(ask(region.client("ce"), **query)) == pytest.approx(first)


def test_a_tag_that_was_never_activated_has_no_data(ce: Any) -> None:
    team = {"Tags": {"Key": "team", "Values": ["bi"]}}
    for more in ({"Filter": team}, {"GroupBy": [{"Type": "TAG", "Key": "team"}]}):
        with pytest.raises(ClientError) as caught:
            ask(ce, **more)
        assert caught.value.response["Error"]["Code"] == "DataUnavailableException"
    status = {
        row["TagKey"]: row["Status"] for row in ce.list_cost_allocation_tags()["CostAllocationTags"]
    }
    assert (status[TAG], status["team"]) == ("Active", "Inactive")
    change = [{"TagKey": "team", "Status": "Active"}, {"TagKey": "nobody", "Status": "Active"}]
    errors = ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=change)["Errors"]
    assert [error["TagKey"] for error in errors] == ["nobody"]
    assert total(ask(ce, Filter=team)) > 3
    assert ce.get_tags(TimePeriod=TO_THE_END, TagKey="team")["Tags"] == ["", "bi"]
    change = [{"TagKey": "team", "Status": "Inactive"}]
    ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=change)


def test_values_of_dimensions(ce: Any) -> None:
    answer = ce.get_dimension_values(TimePeriod=TO_THE_END, Dimension="SERVICE")
    names = [item["Value"] for item in answer["DimensionValues"]]
    assert names == sorted(names)
    assert {COMPUTE, "EC2 - Other", "Amazon Elastic MapReduce"} <= set(names)


def test_access_is_denied_when_the_control_api_says_so(region: SimulatedRegion, ce: Any) -> None:
    region.control("deny", {"service": "ce"})
    with pytest.raises(ClientError) as caught:
        ask(ce)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "ce:GetCostAndUsage" in caught.value.response["Error"]["Message"]
    region.client("emr").list_clusters()
    region.control("deny", {"clear": True})
    assert ask(ce)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"TimePeriod": {"Start": "2026-11-02", "End": "2026-11-02"}}, "ValidationException"),
        ({"TimePeriod": {"Start": "2026-11-02", "End": "2026-12-02"}}, "ValidationException"),
        ({"TimePeriod": {"Start": "2025-01-01", "End": "2026-11-02"}}, "ValidationException"),
        ({"Metrics": ["Cost"]}, "ValidationException"),
        ({"Metrics": []}, "ValidationException"),
        ({"Filter": {}}, "ValidationException"),
        ({"Filter": {"Dimensions": {"Key": "TENANCY", "Values": ["x"]}}}, "ValidationException"),
        ({"Granularity": "HOURLY"}, "DataUnavailableException"),
        ({"NextPageToken": "x"}, "InvalidNextTokenException"),
    ],
)
def test_wrong_requests_get_cost_explorers_error(ce: Any, more: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as caught:
        ask(ce, **more)
    assert caught.value.response["Error"]["Code"] == code
