"""Spot prices and placement scores through boto3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulated import SimulatedRegion, simulated_region

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TYPES = ["m5.xlarge", "r5.2xlarge", "c5.4xlarge"]


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    with simulated_region(start=NOW, paused=True) as region:
        yield region


@pytest.fixture(scope="module")
def ec2(region: SimulatedRegion) -> Any:
    return region.client("ec2")


def history(ec2: Any, size: int = 1000, **params: Any) -> list[dict[str, Any]]:
    pages = ec2.get_paginator("describe_spot_price_history").paginate(
        **params, PaginationConfig={"PageSize": size}
    )
    return [item for page in pages for item in page["SpotPriceHistory"]]


def test_current_prices_are_one_for_each_pool(region: SimulatedRegion, ec2: Any) -> None:
    found = history(ec2, InstanceTypes=TYPES, StartTime=NOW, ProductDescriptions=["Linux/UNIX"])
    pools = {(item["InstanceType"], item["AvailabilityZone"]) for item in found}
    assert len(pools) == len(found)
    assert {name for name, _ in pools} == set(TYPES)
    market = region.world.market
    for item in found:
        assert item["Timestamp"] <= NOW
        price = market.price(item["InstanceType"], item["AvailabilityZone"], NOW)
        assert float(item["SpotPrice"]) == pytest.approx(price)


def test_history_is_newest_first_and_pages_lose_nothing(ec2: Any) -> None:
    window = {"StartTime": NOW - timedelta(days=7), "EndTime": NOW}
    params: dict[str, Any] = {"InstanceTypes": TYPES, **window}
    whole = history(ec2, **params)
    assert history(ec2, 37, **params) == whole
    times = [item["Timestamp"] for item in whole]
    assert times == sorted(times, reverse=True)
    assert 7 * 5 * 3 * 4 < len(whole) < 7 * 7 * 3 * 6


def test_pages_of_current_prices_lose_nothing(ec2: Any) -> None:
    params: dict[str, Any] = {"InstanceTypes": TYPES, "StartTime": NOW}
    whole = history(ec2, **params)
    assert history(ec2, 4, **params) == whole
    assert history(ec2, 1, **params) == whole


def test_all_types_at_once(ec2: Any) -> None:
    found = history(ec2, StartTime=NOW, AvailabilityZone="us-east-1b")
    assert {item["AvailabilityZone"] for item in found} == {"us-east-1b"}
    assert len(found) == len({item["InstanceType"] for item in found}) > 500


def test_a_filter_that_nothing_passes_gives_short_pages(ec2: Any) -> None:
    rules = [{"Name": "spot-price", "Values": ["999.*"]}]
    start = NOW - timedelta(days=1)
    answer = ec2.describe_spot_price_history(StartTime=start, Filters=rules)
    assert answer["SpotPriceHistory"] == []
    assert answer["NextToken"]
    assert history(ec2, StartTime=start, Filters=rules) == []


def test_no_start_means_ninety_days(ec2: Any) -> None:
    found = history(ec2, InstanceTypes=["m5.xlarge"], AvailabilityZone="us-east-1a")
    assert 500 < len(found) < 600
    assert timedelta(days=89) < NOW - found[-1]["Timestamp"] < timedelta(days=91)


@pytest.mark.parametrize(
    "rules",
    [
        {"Filters": [{"Name": "instance-type", "Values": ["m5.xlarge"]}]},
        {"InstanceTypes": ["m5.xlarge"], "AvailabilityZoneId": "use1-az6"},
        {
            "InstanceTypes": ["m5.xlarge"],
            "Filters": [{"Name": "availability-zone", "Values": ["us-east-1a"]}],
        },
    ],
)
def test_filters_narrow(ec2: Any, rules: dict[str, Any]) -> None:
    found = history(ec2, StartTime=NOW, **rules)
    assert {item["InstanceType"] for item in found} == {"m5.xlarge"}
    assert "us-east-1a" in {item["AvailabilityZone"] for item in found}


def test_prices_of_windows_are_not_there(ec2: Any) -> None:
    params: dict[str, Any] = {"InstanceTypes": ["m5.xlarge"], "StartTime": NOW}
    assert not history(ec2, ProductDescriptions=["Windows"], **params)
    assert history(ec2, ProductDescriptions=["Linux/UNIX (Amazon VPC)"], **params)


def test_unknown_types_have_no_history(ec2: Any) -> None:
    assert not history(
        ec2, StartTime=NOW, Filters=[{"Name": "instance-type", "Values": ["z9.huge"]}]
    )


def test_placement_scores(ec2: Any) -> None:
    region_wide = ec2.get_spot_placement_scores(InstanceTypes=TYPES, TargetCapacity=10)
    (score,) = region_wide["SpotPlacementScores"]
    assert score["Region"] == "us-east-1"
    assert "AvailabilityZoneId" not in score
    zones = ec2.get_spot_placement_scores(
        InstanceTypes=TYPES,
        TargetCapacity=4000,
        TargetCapacityUnitType="vcpu",
        SingleAvailabilityZone=True,
    )["SpotPlacementScores"]
    assert [item["Score"] for item in zones] == sorted(
        (item["Score"] for item in zones), reverse=True
    )
    assert all(item["AvailabilityZoneId"].startswith("use1-az") for item in zones)


def test_placement_scores_by_requirements(ec2: Any) -> None:
    answer = ec2.get_spot_placement_scores(
        TargetCapacity=10,
        InstanceRequirementsWithMetadata={
            "ArchitectureTypes": ["arm64"],
            "InstanceRequirements": {"VCpuCount": {"Min": 4, "Max": 8}, "MemoryMiB": {"Min": 8192}},
        },
    )
    assert 1 <= answer["SpotPlacementScores"][0]["Score"] <= 10


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (
            lambda ec2: ec2.get_spot_placement_scores(TargetCapacity=1),
            "InvalidParameterCombination",
        ),
        (
            lambda ec2: ec2.get_spot_placement_scores(TargetCapacity=1, InstanceTypes=["z9.huge"]),
            "InvalidParameterValue",
        ),
        (
            lambda ec2: ec2.describe_spot_price_history(NextToken="garbage"),
            "InvalidParameterValue",
        ),
        (
            lambda ec2: ec2.describe_spot_price_history(AvailabilityZone="mars-1a"),
            "InvalidParameterValue",
        ),
        (lambda ec2: ec2.describe_spot_price_history(DryRun=True), "DryRunOperation"),
    ],
)
def test_wrong_requests_get_ec2s_error(ec2: Any, call: Any, code: str) -> None:
    with pytest.raises(ClientError) as caught:
        call(ec2)
    assert caught.value.response["Error"]["Code"] == code


def test_a_window_begins_with_the_price_in_force_and_the_past_never_changes() -> None:
    with simulated_region(start=NOW, paused=True) as region:
        ec2 = region.client("ec2")
        window: dict[str, Any] = {
            "InstanceTypes": ["m5.xlarge"],
            "AvailabilityZone": "us-east-1a",
            "StartTime": NOW - timedelta(days=3),
            "EndTime": NOW - timedelta(days=1),
        }
        found = history(ec2, **window)
        assert found[-1]["Timestamp"] <= window["StartTime"] < found[-2]["Timestamp"]
        assert found[0]["Timestamp"] <= window["EndTime"]
        instant = {**window, "EndTime": window["StartTime"]}
        assert history(ec2, **instant) == found[-1:]
        region.jump(days=20)
        assert history(ec2, **window) == found
        region.jump(days=80)
        oldest = history(ec2, **{**window, "EndTime": region.clock.now()})[-1]["Timestamp"]
        assert timedelta(days=90) <= region.clock.now() - oldest < timedelta(days=90, hours=9)


def test_ec2_takes_instances_back_when_the_price_of_their_pool_changes() -> None:
    with simulated_region("month", start=NOW, paused=True) as region:
        market, cluster = region.world.market, next(iter(region.world.clusters.values()))
        chosen = [item for item in cluster.instances.values() if item.market == "SPOT"]
        assert len(chosen) > 20
        ec2 = region.client("ec2")
        for item in chosen[:10]:
            launched = datetime.fromtimestamp(item.fulfilled, UTC)
            end = market.interruption_after(item.id, item.instance_type, item.az, launched)
            if end is None or end > NOW + timedelta(days=300):
                continue
            changes = market.history(item.instance_type, item.az, end - timedelta(hours=9), end)
            gap = min(abs((end - at).total_seconds()) for at, _ in changes)
            assert gap <= 180 or end == launched + timedelta(minutes=3)
            before = history(
                ec2,
                InstanceTypes=[item.instance_type],
                AvailabilityZone=item.az,
                StartTime=launched,
                EndTime=launched,
            )
            price = market.price(item.instance_type, item.az, launched)
            assert float(before[0]["SpotPrice"]) == pytest.approx(price)
