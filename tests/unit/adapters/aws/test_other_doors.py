"""Prices, metrics, roles and identity, asked of a simulated region through real boto3."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hue_desktop.adapters.aws.cloudwatch import AwsMetrics
from hue_desktop.adapters.aws.emr import AwsEmr
from hue_desktop.adapters.aws.identity import AwsIdentity
from hue_desktop.adapters.aws.launching import AwsLaunching
from hue_desktop.adapters.aws.price_list import home_of_prices
from hue_desktop.adapters.aws.prices import AwsPrices
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.local.prices import SnapshotPrices
from hue_desktop.adapters.local.resources import resources_dir
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.errors import Cancelled, StateError
from hue_desktop.core.pricing import PriceSource, TypePrice
from tests.recorded_server import RecordedServer
from tests.simulated import SimulatedRegion, simulated_region

Connect = Callable[..., AwsSession]
SNAPSHOT = SnapshotPrices(resources_dir() / "prices", "us-east-1")


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    with simulated_region("demo") as running:
        yield running


@pytest.fixture
def session(connect: Connect, region: SimulatedRegion) -> AwsSession:
    return connect(region.endpoint_url, region="us-east-1")


def test_identity(session: AwsSession) -> None:
    assert AwsIdentity(session).caller_arn().startswith("arn:aws:")


def test_what_a_cluster_can_be_given(session: AwsSession) -> None:
    doors = AwsLaunching(session)
    subnets = doors.subnets()
    assert subnets == tuple(sorted(subnets, key=lambda subnet: subnet.az))
    assert all(subnet.id.startswith("subnet-") and subnet.vpc_id for subnet in subnets)
    assert subnets[0].free_addresses
    assert "hue" in [key.name for key in doors.key_pairs()]
    roles = doors.service_roles()
    assert roles[0] == "EMR_DefaultRole"
    assert "EMR_EC2_DefaultRole" not in roles  # EC2 assumes it, not EMR
    assert doors.instance_profiles()[0] == "EMR_EC2_DefaultRole"


def test_list_prices_come_from_the_price_list(session: AwsSession) -> None:
    prices = AwsPrices(session, SNAPSHOT)
    found = prices.type_prices(["m5.xlarge", "r5d.2xlarge", "m99.huge"])
    assert (found["m5.xlarge"].on_demand_usd_hour, found["m5.xlarge"].emr_usd_hour) == (
        0.192,
        0.048,
    )
    assert found["m5.xlarge"].source.name == "Pricing API"
    assert isinstance(found["m5.xlarge"].source.as_of, date)
    assert found["m99.huge"].on_demand_usd_hour is None
    assert found["m99.huge"].source.name == "unknown"
    usd, source = prices.ebs_usd_gib_month("gp3")
    assert (usd, source.name) == (0.08, "Pricing API")
    assert prices.ebs_usd_gib_month("floppy")[0] is None


def test_all_types_of_a_release_are_priced_in_few_calls(
    session: AwsSession, region: SimulatedRegion
) -> None:
    names = [found.name for found in AwsEmr(session).supported_types("emr-7.1.0")]
    assert len(names) > 500
    prices = AwsPrices(session, SNAPSHOT)
    found = prices.type_prices(names)
    assert all(price.on_demand_usd_hour and price.emr_usd_hour for price in found.values())
    # asked again, nothing is sent: the region may be gone
    before = prices.type_prices(names)
    assert before == found


def test_spot_prices_are_the_newest_of_each_zone(session: AwsSession) -> None:
    found = AwsPrices(session, SNAPSHOT).spot_now(["m5.xlarge", "c5.xlarge"])
    places = [(price.instance_type, price.az) for price in found]
    assert len(set(places)) == len(places)
    assert {name for name, _az in places} == {"m5.xlarge", "c5.xlarge"}
    assert all(0 < price.usd_hour < 0.192 for price in found)
    assert all(price.at <= session.region_now() + timedelta(seconds=2) for price in found)


class Shelf:
    """A price cache in memory."""

    def __init__(self) -> None:
        self.kept: list[tuple[datetime, TypePrice]] = []

    def load(self, region: str, *, since: datetime) -> Sequence[tuple[datetime, TypePrice]]:
        return [row for row in self.kept if row[0] >= since]

    def save(self, region: str, prices: Iterable[TypePrice]) -> None:
        self.kept += [(datetime.now(UTC), price) for price in prices]


@pytest.mark.parametrize("recording", ["error_denied", "garbage_page"])
def test_without_the_price_list_the_snapshot_answers(
    connect: Connect, recorded: RecordedServer, recording: str
) -> None:
    recorded.answer("*", recording)
    prices = AwsPrices(connect(recorded.endpoint_url, region="us-east-1"), SNAPSHOT)
    found = prices.type_prices(["m5.xlarge"])["m5.xlarge"]
    assert (found.on_demand_usd_hour, found.source.name) == (0.192, "snapshot")
    prices.type_prices(["c5.xlarge"])
    assert prices.ebs_usd_gib_month("gp3")[1].name == "snapshot"
    assert len(recorded.requests) == 1  # and the API is left alone for a while


def test_closing_is_not_taken_for_a_missing_price(connect: Connect) -> None:
    session = connect("http://127.0.0.1:9", region="us-east-1")
    session.close()
    with pytest.raises(Cancelled):
        AwsPrices(session, SNAPSHOT).type_prices(["m5.xlarge"])


@pytest.fixture
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS itself cannot be reached, whatever the network of the machine."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")


@pytest.mark.usefixtures("no_way_out")
def test_what_was_told_lately_is_not_asked_again(connect: Connect) -> None:
    shelf = Shelf()
    lately = TypePrice("m5.xlarge", 1.0, 2.0, PriceSource("Pricing API", date(2026, 1, 1)))
    old = TypePrice("c5.xlarge", 3.0, 4.0, PriceSource("Pricing API", date(2026, 1, 1)))
    shelf.kept = [
        (datetime.now(UTC) - timedelta(hours=1), lately),
        (datetime.now(UTC) - timedelta(hours=30), old),
    ]
    prices = AwsPrices(connect("", region="us-east-1"), SNAPSHOT, shelf)
    assert prices.type_prices(["m5.xlarge"])["m5.xlarge"] == lately
    assert prices.type_prices(["c5.xlarge"])["c5.xlarge"].source.name == "snapshot"


class BrokenShelf:
    """A cache on a full disk."""

    def load(self, region: str, *, since: datetime) -> Sequence[tuple[datetime, TypePrice]]:
        raise StateError("no room")

    def save(self, region: str, prices: Iterable[TypePrice]) -> None:
        raise StateError("no room")


@pytest.mark.usefixtures("no_way_out")
def test_a_cache_that_cannot_be_used_costs_no_price(connect: Connect) -> None:
    prices = AwsPrices(connect("", region="us-east-1"), SNAPSHOT, BrokenShelf())
    assert prices.type_prices(["m5.xlarge"])["m5.xlarge"].source.name == "snapshot"
    prices._keep([])


def test_an_endpoint_of_ones_own_has_no_part_in_the_cache(session: AwsSession) -> None:
    shelf = Shelf()
    foreign = TypePrice("m5.xlarge", 9.0, 9.0, PriceSource("Pricing API"))
    shelf.kept = [(datetime.now(UTC), foreign)]
    found = AwsPrices(session, SNAPSHOT, shelf).type_prices(["m5.xlarge"])
    assert found["m5.xlarge"].on_demand_usd_hour == 0.192
    assert len(shelf.kept) == 1


def test_an_endpoint_that_a_profile_names_is_not_aws_either(
    connect: Connect, aws_config: Path
) -> None:
    assert connect("", region="us-east-1").speaks_to_aws("pricing")
    with aws_config.open("a") as file:
        file.write("endpoint_url = http://127.0.0.1:9\n")
    assert not connect("", region="us-east-1").speaks_to_aws("pricing")


@pytest.mark.parametrize(
    ("region", "home"),
    [
        ("us-west-2", "us-east-1"),
        ("eu-north-1", "eu-central-1"),
        ("ap-south-1", "ap-south-1"),
        ("cn-north-1", "cn-northwest-1"),
    ],
)
def test_prices_are_asked_where_they_are_answered(region: str, home: str) -> None:
    assert home_of_prices(region) == home


def active_cluster(session: AwsSession) -> str:
    """A cluster that has run for a while."""
    listed = AwsEmr(session).list_clusters(active_only=True)
    found = [c for c in listed if c.state in (ClusterState.WAITING, ClusterState.RUNNING)]
    return min(found, key=lambda cluster: cluster.created or datetime.max.replace(tzinfo=UTC)).id


def test_series_have_points_in_time_order(session: AwsSession) -> None:
    cluster_id = active_cluster(session)
    end = session.region_now()
    names = ["HDFSUtilization", "MemoryTotalMB", "NoSuchMetric", "HDFSUtilization"]
    start = end - timedelta(hours=2)
    found = AwsMetrics(session).cluster_series(cluster_id, names, start, end)
    assert set(found) == {"HDFSUtilization", "MemoryTotalMB"}
    used = found["HDFSUtilization"]
    assert (used.unit, found["MemoryTotalMB"].unit) == ("%", "MiB")
    times = [at for at, _value in used.points]
    assert times == sorted(times)
    assert len(times) >= 20
    assert start - timedelta(minutes=5) <= times[0]  # CloudWatch begins with whole periods
    assert times[-1] <= end
    assert all(0 <= value <= 100 for _at, value in used.points)


def test_newest_values_of_several_clusters(session: AwsSession) -> None:
    cluster_id = active_cluster(session)
    found = AwsMetrics(session).newest([cluster_id, "j-NOBODY"], ["IsIdle", "CoreNodesRunning"])
    assert found["j-NOBODY"] == {}
    assert set(found[cluster_id]) == {"IsIdle", "CoreNodesRunning"}
    assert found[cluster_id]["CoreNodesRunning"] >= 1


def test_more_metrics_than_one_call_takes(session: AwsSession) -> None:
    cluster_id = active_cluster(session)
    names = [f"Nothing{number}" for number in range(600)]
    found = AwsMetrics(session).newest([cluster_id], [*names, "IsIdle"])
    assert set(found[cluster_id]) == {"IsIdle"}
