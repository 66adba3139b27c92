"""Spot prices that EC2 told, kept beyond the 90 days for which EC2 tells them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from hue_desktop.adapters.store.database import Database
from hue_desktop.core.billing import PriceStep
from hue_desktop.core.cost_ports import KeptSpot

__all__ = ["SqliteSpotPrices"]

Pool = tuple[str, str]


class SqliteSpotPrices:
    """The ``SpotStore`` port. A price that nobody knew is NULL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, connection: str, region: str, pools: Iterable[Pool]) -> Mapping[Pool, KeptSpot]:
        """What was kept of these pools."""
        return {
            pool: found
            for pool in pools
            if (found := self._load((connection, region, *pool))) is not None
        }

    def add(
        self, connection: str, region: str, pool: Pool, steps: Sequence[PriceStep], until: float
    ) -> None:
        """Keep more steps; an instant that is there keeps its price. They hold ``until`` then."""
        key = (connection, region, *pool)
        rows = [
            (*key, step.at, None if math.isnan(step.usd_hour) else step.usd_hour) for step in steps
        ]
        with self._database.writing() as open_:
            open_.executemany("INSERT OR IGNORE INTO spot_price VALUES (?, ?, ?, ?, ?, ?)", rows)
            open_.execute(
                "INSERT INTO spot_pool VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET until = max(until, excluded.until)",
                (*key, until),
            )

    def _load(self, key: tuple[str, str, str, str]) -> KeptSpot | None:
        where = "WHERE connection = ? AND region = ? AND instance_type = ? AND az = ?"
        until = self._database.rows(f"SELECT until FROM spot_pool {where}", key)
        if not until:
            return None
        rows = self._database.rows(f"SELECT at, usd_hour FROM spot_price {where} ORDER BY at", key)
        steps = tuple(PriceStep(at, math.nan if usd is None else usd) for at, usd in rows)
        return KeptSpot(steps, until[0][0])
