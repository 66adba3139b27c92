"""Spot prices and Cost Explorer's answers in SQLite."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hue_desktop.adapters.store.applications import SqliteApplications
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.explorer import SqliteExplorerCosts
from hue_desktop.adapters.store.spot_prices import SqliteSpotPrices
from hue_desktop.core.billing import PriceStep
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.cost_ports import ExplorerCosts
from hue_desktop.core.metrics import YarnApplication

POOL = ("m5.xlarge", "us-east-1a")
OTHER = ("m5.xlarge", "us-east-1b")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "state.sqlite3")
    yield opened
    opened.close()


def test_spot_prices_survive_and_are_told_apart(tmp_path: Path) -> None:
    first = Database(tmp_path / "state.sqlite3")
    store = SqliteSpotPrices(first)
    store.add("prod", "us-east-1", POOL, [PriceStep(10.0, 0.05), PriceStep(20.0, 0.06)], 30.0)
    store.add("prod", "us-east-1", POOL, [PriceStep(20.0, 0.99), PriceStep(40.0, 0.07)], 50.0)
    store.add("dev", "us-east-1", POOL, [PriceStep(1.0, 0.01)], 2.0)
    first.close()

    again = Database(tmp_path / "state.sqlite3")
    kept = SqliteSpotPrices(again).load("prod", "us-east-1", [POOL, OTHER])
    again.close()
    assert set(kept) == {POOL}
    assert kept[POOL].steps == ((10.0, 0.05), (20.0, 0.06), (40.0, 0.07))
    assert kept[POOL].until == 50.0


def test_what_nobody_knew_stays_unknown_and_time_does_not_run_back(database: Database) -> None:
    store = SqliteSpotPrices(database)
    store.add("prod", "us-east-1", POOL, [PriceStep(10.0, math.nan)], 50.0)
    store.add("prod", "us-east-1", POOL, [], 30.0)
    kept = store.load("prod", "us-east-1", [POOL])[POOL]
    assert math.isnan(kept.steps[0].usd_hour)
    assert kept.until == 50.0


def test_the_newest_answer_of_cost_explorer_is_kept(database: Database) -> None:
    store = SqliteExplorerCosts(database)
    assert store.load("prod", "j-1") is None
    old = ExplorerCosts(date(2026, 11, 1), date(2026, 11, 2), {("A", "Usage"): 1.0}, True, 1.0)
    new = ExplorerCosts(
        date(2026, 11, 1),
        date(2026, 11, 3),
        {("A", "Usage"): 2.5, ("B", "Credit"): -1.0},
        False,
        2.0,
    )
    store.save("prod", "j-1", old)
    store.save("prod", "j-1", new)
    store.save("dev", "j-1", old)
    assert store.load("prod", "j-1") == new


def test_applications_end_when_they_were_seen_last_unless_they_are_seen_to_end(
    database: Database,
) -> None:
    store = SqliteApplications(database)
    ref, other = ClusterRef("prod", "us-east-1", "j-1"), ClusterRef("prod", "us-east-1", "j-2")
    first = YarnApplication("a_1", "load", "ana", "q", "SPARK", "RUNNING", started=1.0, tags=("x",))
    second = YarnApplication("a_2", "sum", "bob", "q", "TEZ", "RUNNING", started=2.0)
    store.save(ref, [first, second], 10.0)
    assert [(each.id, each.ended) for each in store.load(ref)] == [("a_2", 10.0), ("a_1", 10.0)]
    done = replace(first, state="FINISHED", ended=15.0, memory_byte_s=5.0)
    store.save(ref, [done], 20.0)
    store.save(ref, [replace(done, memory_byte_s=0.0)], 30.0)  # it does not change any more
    assert store.load(ref) == (replace(second, ended=10.0), done)
    assert store.load(other) == ()
