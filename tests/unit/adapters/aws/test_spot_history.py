"""Spot prices over time, read through boto3 from a simulated region's market."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.spot_history import AwsSpotHistories
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.spot_prices import SqliteSpotPrices
from hue_desktop.core.errors import AccessDenied
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import connection_to

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
POOLS = [("m5.xlarge", "us-east-1a"), ("r5.xlarge", "us-east-1b")]
DAY = 86_400.0


class LikeAws(AwsSession):
    """Counts its calls, and passes for AWS's own endpoint, whose prices are kept."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.asked: list[Mapping[str, Any]] = []

    def speaks_to_aws(self, service: str, region: str = "") -> bool:
        return True

    def call(self, service: str, operation: str, *args: Any, **more: Any) -> dict[str, Any]:
        self.asked.append({"operation": operation, **dict(args[0] if args else {})})
        return super().call(service, operation, *args, **more)


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    with simulated_region("empty", start=START, paused=True) as running:
        running.jump(days=30)
        yield running


@pytest.fixture
def session(region: SimulatedRegion, tmp_path: Path) -> Iterator[LikeAws]:
    opened = LikeAws(connection_to(region, tmp_path), region.name)
    opened.call("sts", "GetCallerIdentity")  # the region's time becomes known
    opened.asked.clear()
    yield opened
    opened.close()


def now(region: SimulatedRegion) -> float:
    return region.clock.now().timestamp()


def test_every_pool_has_the_price_in_force_at_the_start_and_each_change(
    region: SimulatedRegion, session: LikeAws
) -> None:
    start = now(region) - 20 * DAY
    found = AwsSpotHistories(session).read(POOLS, start, now(region))

    assert set(found.steps) == set(POOLS)
    for steps in found.steps.values():
        times = [step.at for step in steps]
        assert times == sorted(set(times))
        assert times[0] <= start
        assert times[-1] > start
        assert len(steps) > 5
        assert all(step.usd_hour > 0 for step in steps)
    assert found.source is not None
    assert found.source.name == "Spot history"


def test_all_pages_are_read(region: SimulatedRegion, session: LikeAws) -> None:
    AwsSpotHistories(session).read(
        [(f"m5.{size}xlarge", "us-east-1a") for size in ("", "2", "4", "8", "12", "16", "24")],
        now(region) - 30 * DAY,
        now(region),
    )
    pages = [asked for asked in session.asked if asked.get("NextToken")]
    calls = [asked for asked in session.asked if not asked.get("NextToken")]
    assert len(calls) == 1
    assert len(pages) == len(session.asked) - 1


def test_nothing_is_asked_twice(region: SimulatedRegion, session: LikeAws) -> None:
    histories = AwsSpotHistories(session)
    start = now(region) - 5 * DAY
    first = histories.read(POOLS, start, now(region))
    session.asked.clear()
    assert histories.read(POOLS, start + DAY, now(region) - DAY).steps == first.steps
    assert session.asked == []


def test_only_what_came_since_is_asked_after_a_new_start(
    region: SimulatedRegion, session: LikeAws, tmp_path: Path
) -> None:
    database = Database(tmp_path / "state.sqlite3")
    store = SqliteSpotPrices(database)
    start, until = now(region) - 20 * DAY, now(region)
    before = AwsSpotHistories(session, store).read(POOLS, start, until)
    region.jump(days=2)
    session.call("sts", "GetCallerIdentity")
    session.asked.clear()

    after = AwsSpotHistories(session, store).read(POOLS, start, now(region))

    for asked in session.asked:
        assert asked["StartTime"].timestamp() == pytest.approx(until, abs=5)
    for pool in POOLS:
        assert after.steps[pool][: len(before.steps[pool])] == before.steps[pool]
        assert len(after.steps[pool]) > len(before.steps[pool])
    database.close()


def test_prices_older_than_ninety_days_are_those_that_were_read_and_a_hole_is_marked(
    region: SimulatedRegion, session: LikeAws, tmp_path: Path
) -> None:
    database = Database(tmp_path / "state.sqlite3")
    store = SqliteSpotPrices(database)
    start, until = now(region) - 20 * DAY, now(region)
    before = AwsSpotHistories(session, store).read(POOLS, start, until)
    region.jump(days=120)
    session.call("sts", "GetCallerIdentity")

    after = AwsSpotHistories(session, store).read(POOLS, start, now(region))

    for pool in POOLS:
        kept = before.steps[pool]
        assert after.steps[pool][: len(kept)] == kept
        hole = after.steps[pool][len(kept)]
        assert math.isnan(hole.usd_hour)
        assert hole.at == pytest.approx(until, abs=5)
        told = region.clock.now() - timedelta(days=90)
        assert after.steps[pool][len(kept) + 1].at <= told.timestamp() + DAY
    database.close()


def test_a_refusal_is_raised_when_nothing_is_known_and_else_only_costs_the_newest(
    region: SimulatedRegion, session: LikeAws
) -> None:
    histories = AwsSpotHistories(session)
    start = now(region) - DAY
    region.control("deny", {"service": "ec2", "operation": "DescribeSpotPriceHistory"})
    with pytest.raises(AccessDenied):
        histories.read(POOLS, start, now(region))
    region.control("deny", {"clear": True})
    known = histories.read(POOLS, start, now(region))
    region.control("deny", {"service": "ec2", "operation": "DescribeSpotPriceHistory"})
    assert histories.read(POOLS, start - DAY, now(region)).steps == known.steps


def test_without_a_type_or_zone_nothing_is_asked(session: LikeAws) -> None:
    assert AwsSpotHistories(session).read([("m5.xlarge", "")], 0.0, 1.0).steps == {}
    assert session.asked == []
