"""When EC2 launched nodes, kept as EC2 forgets them an hour after they ended."""

from __future__ import annotations

from collections.abc import Mapping

from hue_desktop.adapters.store.database import Database

__all__ = ["SqliteLaunches"]


class SqliteLaunches:
    """The ``LaunchStore`` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, connection: str, cluster_id: str) -> Mapping[str, float]:
        """Epoch seconds by EC2 id."""
        rows = self._database.rows(
            "SELECT ec2_id, launched FROM node_launch WHERE connection = ? AND cluster_id = ?",
            (connection, cluster_id),
        )
        return dict(rows)

    def add(self, connection: str, cluster_id: str, launched: Mapping[str, float]) -> None:
        """Keep more; what is there stays."""
        rows = [(connection, cluster_id, *each) for each in launched.items()]
        with self._database.writing() as open_:
            open_.executemany("INSERT OR IGNORE INTO node_launch VALUES (?, ?, ?, ?)", rows)
