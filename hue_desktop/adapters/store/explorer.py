"""Cost Explorer's answers: each request costs money, so the newest of each cluster is kept."""

from __future__ import annotations

import json
from datetime import date

from hue_desktop.adapters.store.database import Database
from hue_desktop.core.cost_ports import ExplorerCosts

__all__ = ["SqliteExplorerCosts"]


class SqliteExplorerCosts:
    """The ``ExplorerStore`` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, connection: str, cluster_id: str) -> ExplorerCosts | None:
        """The newest answer."""
        rows = self._database.rows(
            "SELECT start, end, usd, estimated, asked_at FROM explorer_costs"
            " WHERE connection = ? AND cluster_id = ?",
            (connection, cluster_id),
        )
        if not rows:
            return None
        start, end, usd, estimated, asked_at = rows[0]
        return ExplorerCosts(
            start=date.fromisoformat(start),
            end=date.fromisoformat(end),
            usd={(usage, record): amount for usage, record, amount in json.loads(usd)},
            estimated=bool(estimated),
            asked_at=asked_at,
        )

    def save(self, connection: str, cluster_id: str, costs: ExplorerCosts) -> None:
        """Keep the newest answer in place of an older one."""
        usd = json.dumps([[*key, amount] for key, amount in sorted(costs.usd.items())])
        row = (costs.start.isoformat(), costs.end.isoformat(), usd, costs.estimated, costs.asked_at)
        with self._database.writing() as open_:
            open_.execute(
                "REPLACE INTO explorer_costs VALUES (?, ?, ?, ?, ?, ?, ?)",
                (connection, cluster_id, *row),
            )
