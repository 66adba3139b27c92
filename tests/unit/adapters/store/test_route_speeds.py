"""Runs of transfers in SQLite."""

from __future__ import annotations

from pathlib import Path

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.route_speeds import SqliteRouteSpeeds
from hue_desktop.core.transfers.speeds import KEPT_RUNS, RouteKey, RouteRun
from hue_desktop.core.transfers.values import Route

UP = RouteKey(Route.STREAM, "local", "s3:prod:us-east-1")
DOWN = RouteKey(Route.STREAM, "s3:prod:us-east-1", "local")


def test_runs_survive_and_are_told_apart(tmp_path: Path) -> None:
    database = Database(tmp_path / "state.sqlite3")
    speeds = SqliteRouteSpeeds(database)
    first, second = RouteRun(3, 1000, 2.5, 10.0), RouteRun(4, 5 << 40, 100.0, 20.0)
    speeds.record(UP, first)
    speeds.record(UP, second)
    database.close()
    again = Database(tmp_path / "state.sqlite3")
    assert SqliteRouteSpeeds(again).runs(UP) == (second, first)
    assert SqliteRouteSpeeds(again).runs(DOWN) == ()
    again.close()


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    database = Database(tmp_path / "state.sqlite3")
    speeds = SqliteRouteSpeeds(database)
    speeds.record(DOWN, RouteRun(1, 1, 1.0, 0.0))
    for at in range(KEPT_RUNS + 5):
        speeds.record(UP, RouteRun(1, at, 1.0, float(at)))
    kept = speeds.runs(UP)
    assert len(kept) == KEPT_RUNS
    assert kept[0].at == KEPT_RUNS + 4
    assert kept[-1].at == 5
    assert len(speeds.runs(DOWN)) == 1
    database.close()
