"""Reckoning with prices: parts, unknown ones, Spot by AZ, fleets by unit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.cost import (
    PriceBook,
    fleet_rate,
    group_rate,
    node_rate,
    price_book,
    spec_rate,
)
from hue_desktop.core.instances import EbsVolume, FleetType, Market, Role
from hue_desktop.core.ports import SpotPrice
from hue_desktop.core.pricing import PriceSource, TypePrice

LIST = PriceSource("snapshot")
NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def book() -> PriceBook:
    """Two types; Spot of one of them in two AZs."""
    return price_book(
        {
            "m5.xlarge": TypePrice("m5.xlarge", 0.192, 0.048, LIST),
            "r5.2xlarge": TypePrice("r5.2xlarge", 0.504, 0.126, LIST),
            "x9.large": TypePrice("x9.large", None, 0.01, LIST),
        },
        [
            SpotPrice("m5.xlarge", "us-east-1a", NOW, 0.06),
            SpotPrice("m5.xlarge", "us-east-1b", NOW, 0.10),
            SpotPrice("m5.xlarge", "us-east-1b", NOW.replace(day=1), 0.50),
        ],
        {"gp3": (0.08, LIST)},
    )


def test_on_demand_node_has_three_parts(book: PriceBook) -> None:
    rate = node_rate(book, "m5.xlarge", Market.ON_DEMAND, (EbsVolume("gp3", 73),))
    assert rate.ec2 == 0.192
    assert rate.emr == 0.048
    assert rate.ebs == pytest.approx(0.08 * 73 / 730)
    assert rate.unknown == 0


def test_spot_costs_what_its_zone_says_and_not_what_was_bid(book: PriceBook) -> None:
    here = node_rate(book, "m5.xlarge", Market.SPOT, (), "us-east-1a")
    assert here.ec2 == 0.06
    assert here.saved_by_spot == pytest.approx(0.132)
    assert node_rate(book, "m5.xlarge", Market.SPOT, ()).ec2 == pytest.approx(0.08)
    assert book.spot_lowest["m5.xlarge"] == 0.06


@pytest.mark.parametrize(
    ("name", "market", "volumes"),
    [
        ("x9.large", Market.ON_DEMAND, ()),
        ("r5.2xlarge", Market.SPOT, ()),
        ("nobody.knows", Market.ON_DEMAND, ()),
        ("m5.xlarge", Market.ON_DEMAND, (EbsVolume("io2", 10),)),
    ],
)
def test_unknown_prices_are_counted_not_free(
    book: PriceBook, name: str, market: Market, volumes: tuple[EbsVolume, ...]
) -> None:
    assert node_rate(book, name, market, volumes).unknown == 1


def test_groups_and_whole_specifications_add_up(book: PriceBook) -> None:
    groups = (
        GroupSpec(Role.MASTER, "m5.xlarge", 1),
        GroupSpec(Role.CORE, "r5.2xlarge", 2),
        GroupSpec(Role.TASK, "m5.xlarge", 10, Market.SPOT),
    )
    spec = ClusterSpec(name="a", release="emr-7.5.0", groups=groups)
    total = spec_rate(book, spec)
    parts = [group_rate(book, each, release=spec.release, root_gib=None) for each in groups]
    assert total.total == pytest.approx(sum(part.total for part in parts))
    # root 15 GiB and the default 2 × 32 GiB
    assert parts[0].ebs == pytest.approx(0.08 * (15 + 64) / 730)


def test_a_fleet_counts_its_cheapest_type_in_units(book: PriceBook) -> None:
    types = (FleetType("m5.xlarge", weight=4), FleetType("r5.2xlarge", weight=8))
    fleet = FleetSpec(Role.TASK, types, target_on_demand=9)
    rate = fleet_rate(book, fleet, release="emr-7.5.0", root_gib=None)
    assert rate.ec2 == pytest.approx(3 * 0.192), "9 units are 3 nodes of weight 4"


@pytest.mark.parametrize(
    ("volume", "unknown"),
    [
        (EbsVolume("gp3", 100, iops=3000, throughput_mib_s=125), 0),
        (EbsVolume("gp3", 100, iops=6000), 1),
        (EbsVolume("gp3", 100, throughput_mib_s=500), 1),
    ],
)
def test_speed_that_is_bought_makes_the_cost_a_lower_bound(
    book: PriceBook, volume: EbsVolume, unknown: int
) -> None:
    rate = node_rate(book, "m5.xlarge", Market.ON_DEMAND, (volume,))
    assert rate.unknown == unknown
    assert rate.ebs == pytest.approx(0.08 * 100 / 730)
