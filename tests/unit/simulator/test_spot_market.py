"""The spot market: bounded, repeatable, and the same whichever way one asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.simulator.chance import Chance
from hue_desktop.simulator.instance_types import TypeCatalog
from hue_desktop.simulator.spot_market import NOTICE, SpotMarket
from tests.unit.simulator.examples import examples

CATALOG = TypeCatalog.load("us-east-1")
MARKET = SpotMarket(Chance(7), CATALOG)
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)

pools = st.sampled_from([(found.name, az) for found in CATALOG.supported() for az in found.azs])
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@given(pool=pools, at=moments)
def test_price_is_above_zero_and_never_above_on_demand(pool: tuple[str, str], at: datetime) -> None:
    found = CATALOG.get(pool[0])
    assert found is not None
    assert 0 < MARKET.price(*pool, at) <= found.on_demand_usd_hour


@given(pool=pools, at=moments, seed=st.integers(0, 2**31))
def test_same_seed_gives_the_same_market(pool: tuple[str, str], at: datetime, seed: int) -> None:
    one, other = (SpotMarket(Chance(seed), CATALOG) for _ in range(2))
    assert one.price(*pool, at) == other.price(*pool, at)
    assert one.available(*pool, at) == other.available(*pool, at)


@settings(max_examples=examples(40))
@given(pool=pools, start=moments, hours=st.integers(0, 24 * 14), probe=st.floats(0, 1))
def test_history_says_what_price_says(
    pool: tuple[str, str], start: datetime, hours: int, probe: float
) -> None:
    end = start + timedelta(hours=hours)
    changes = MARKET.history(*pool, start, end)
    moments = [at for at, _ in changes]
    assert moments == sorted(set(moments))
    assert moments[0] <= start
    assert moments[-1] <= end
    assert all(at > start for at in moments[1:])
    at = start + (end - start) * probe
    in_force = [price for since, price in changes if since <= at][-1]
    assert MARKET.price(*pool, at) == in_force


def test_history_of_a_window_that_ends_before_it_starts_is_empty() -> None:
    assert MARKET.history("m5.xlarge", "us-east-1a", NOW, NOW - timedelta(seconds=1)) == []


def test_price_moves_every_few_hours_around_the_average_of_the_snapshot() -> None:
    found = CATALOG.get("m5.xlarge")
    assert found is not None
    assert found.spot_usd_hour_avg is not None
    per_zone = {
        az: MARKET.history("m5.xlarge", az, NOW - timedelta(days=365), NOW) for az in found.azs
    }
    for changes in per_zone.values():
        prices = [price for _, price in changes]
        assert 365 * 5 < len(changes) < 365 * 7
        assert len(set(prices)) > 100
        assert max(prices) > 1.2 * min(prices)
    mean = fmean(price for changes in per_zone.values() for _, price in changes)
    assert mean == pytest.approx(found.spot_usd_hour_avg, rel=0.2)


def test_zones_differ_as_much_as_they_do_in_the_world() -> None:
    for name in ("m5.xlarge", "r5.4xlarge", "c5.9xlarge"):
        found = CATALOG.get(name)
        assert found is not None
        factors = [MARKET._pool(name, az).average for az in found.azs]
        assert 1.29 <= max(factors) / min(factors) <= 1.61


def test_instances_are_taken_back_as_often_as_their_class_says() -> None:
    month = NOW + timedelta(days=30)
    for name, share in (("m5.xlarge", 0.25), ("c5.9xlarge", 0.025)):
        ends = [
            MARKET.interruption_after(f"i-{number}", name, "us-east-1a", NOW)
            for number in range(3000)
        ]
        taken = sum(end is not None and end < month for end in ends) / len(ends)
        assert taken == pytest.approx(share, abs=0.02)
        assert all(end is None or end - NOTICE > NOW for end in ends)


def test_interruption_factor_multiplies() -> None:
    calm = SpotMarket(Chance(7), CATALOG, interruption_factor=0)
    assert calm.interruption_after("i-1", "m5.xlarge", "us-east-1a", NOW) is None
    storm = SpotMarket(Chance(7), CATALOG, interruption_factor=100)
    ends = [
        storm.interruption_after(f"i-{number}", "m5.xlarge", "us-east-1a", NOW)
        for number in range(500)
    ]
    week = NOW + timedelta(days=7)
    assert sum(end is not None and end < week for end in ends) > 200


def test_capacity_runs_out_now_and_then_and_comes_back() -> None:
    seen = [
        MARKET.available("r5.4xlarge", "us-east-1c", NOW + timedelta(hours=4 * step))
        for step in range(6 * 365)
    ]
    assert 0 in seen
    assert max(seen) > 50
    assert sum(room == 0 for room in seen) / len(seen) < 0.15


def test_a_zone_without_the_type_has_a_price_but_no_capacity() -> None:
    assert MARKET.available("m5.xlarge", "us-east-1e", NOW) == 0
    assert MARKET.price("m5.xlarge", "us-east-1e", NOW) > 0


def test_an_unknown_type_has_no_market() -> None:
    with pytest.raises(LookupError, match=r"m99\.huge"):
        MARKET.price("m99.huge", "us-east-1a", NOW)


@given(target=st.integers(1, 100_000), at=moments, az=st.sampled_from([None, "us-east-1a"]))
def test_placement_score_is_one_to_ten_and_falls_with_the_target(
    target: int, at: datetime, az: str | None
) -> None:
    types = ("m5.xlarge", "m5.2xlarge", "m5a.xlarge")
    score = MARKET.placement_score(types, target, az, at)
    assert 1 <= score <= 10
    assert MARKET.placement_score(types, target * 10, az, at) <= score


def test_few_types_score_low() -> None:
    assert MARKET.placement_score(["m5.xlarge"], 1, None, NOW) <= 3
    assert MARKET.placement_score(["m5.xlarge", "m5.2xlarge", "m5a.xlarge"], 1, None, NOW) > 3
