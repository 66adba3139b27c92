"""What transfers took, by route and stores, so that the next one can be predicted."""

from __future__ import annotations

from hue_desktop.adapters.store.database import Database
from hue_desktop.core.transfers.speeds import KEPT_RUNS, RouteKey, RouteRun

__all__ = ["SqliteRouteSpeeds"]


class SqliteRouteSpeeds:
    """The ``RouteSpeeds`` port: the newest runs of each route between two stores."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, key: RouteKey, run: RouteRun) -> None:
        """Keep a run; those older than the newest two dozen of its kind are forgotten."""
        where = (key.route.value, key.source, key.target)
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO route_run (route, source, target, at, files, bytes, seconds)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*where, run.at, run.files, run.bytes, run.seconds),
            )
            connection.execute(
                "DELETE FROM route_run WHERE route = ?1 AND source = ?2 AND target = ?3"
                " AND id NOT IN (SELECT id FROM route_run WHERE route = ?1 AND source = ?2"
                " AND target = ?3 ORDER BY at DESC, id DESC LIMIT ?4)",
                (*where, KEPT_RUNS),
            )

    def runs(self, key: RouteKey) -> tuple[RouteRun, ...]:
        """The runs of exactly this route between these stores, newest first."""
        rows = self._database.rows(
            "SELECT files, bytes, seconds, at FROM route_run"
            " WHERE route = ? AND source = ? AND target = ? ORDER BY at DESC, id DESC LIMIT ?",
            (key.route.value, key.source, key.target, KEPT_RUNS),
        )
        return tuple(RouteRun(*row) for row in rows)
