"""Prices that the Pricing API told, kept so that the next start need not ask again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from hue_desktop.adapters.store.database import Database
from hue_desktop.core.pricing import PriceSource, TypePrice

__all__ = ["SqlitePriceCache"]


class SqlitePriceCache:
    """The ``PriceCache`` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, region: str, *, since: datetime) -> Sequence[tuple[datetime, TypePrice]]:
        """What was kept of a region from ``since`` on, and when."""
        rows = self._database.rows(
            "SELECT kept_at, instance_type, on_demand_usd_hour, emr_usd_hour, source, as_of"
            " FROM type_price WHERE region = ? AND kept_at >= ? ORDER BY instance_type",
            (region, since.astimezone(UTC).isoformat()),
        )
        return [
            (
                datetime.fromisoformat(kept_at),
                TypePrice(name, on_demand, emr, PriceSource(source, _moment(as_of))),
            )
            for kept_at, name, on_demand, emr, source, as_of in rows
        ]

    def save(self, region: str, prices: Iterable[TypePrice]) -> None:
        """Keep these as of now, in place of what was kept of the same types."""
        kept_at = datetime.now(UTC).isoformat()
        rows = [
            (
                region,
                price.instance_type,
                kept_at,
                price.on_demand_usd_hour,
                price.emr_usd_hour,
                price.source.name,
                price.source.as_of.isoformat() if price.source.as_of else None,
            )
            for price in prices
        ]
        with self._database.writing() as connection:
            connection.executemany("REPLACE INTO type_price VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _moment(text: str | None) -> date | datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
