"""How finely and how long history is kept, and how new samples get into blocks of every tier.

A block holds the points of one series and tier in a fixed stretch of time. Coarse points are always
worked out anew from all finer points of their stretch, so that doing it twice changes nothing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

import numpy as np

from hue_desktop.adapters.store.metric_blocks import (
    NOTHING,
    Points,
    aggregate,
    join,
    merge,
    pack,
    round_values,
    unpack,
)

__all__ = ["TIERS", "Blocks", "Tier", "drop_old"]

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Tier:
    """One fineness; all in milliseconds.

    ``step`` is how far apart points are, 0 for samples as they came; a block spans ``span``.
    Blocks are kept until all of one is older than ``keep``, or for the series of single nodes than
    ``keep_node``: there are a thousand times as many of them.
    """

    number: int
    step: int
    span: int
    keep: int
    keep_node: int

    def block_of(self, at: int) -> int:
        """Where the block that holds an instant begins."""
        return at // self.span * self.span


TIERS = (
    Tier(0, 0, _HOUR, _DAY, 2 * _HOUR),
    Tier(1, _MINUTE, 12 * _HOUR, 30 * _DAY, _DAY),
    Tier(2, 15 * _MINUTE, 4 * _DAY, 365 * _DAY, 30 * _DAY),
)


class Blocks:
    """The blocks of one series, within a transaction or outside of one."""

    def __init__(self, connection: sqlite3.Connection, series: int) -> None:
        self._connection = connection
        self._series = series

    def add(self, samples: Points) -> None:
        """Put raw samples into all tiers; for an instant that is there they replace the value.

        A sample for a time whose finer points were dropped cannot be weighed into what stands
        there: it fills gaps only.
        """
        self._absorb(0, samples, fill=False)

    def between(self, tier: Tier, start: int, end: int) -> Points:
        """The points with ``start <= at < end``."""
        rows = self._rows(tier, tier.block_of(start), end, "ORDER BY start")
        return join([NOTHING, *(unpack(data, at) for at, data in rows)]).between(start, end)

    def first(self, tier: Tier) -> int | None:
        """The first instant that a tier holds."""
        rows = self._rows(tier, -(1 << 62), 1 << 62, "ORDER BY start LIMIT 1")
        return int(unpack(rows[0][1], rows[0][0]).at[0]) if rows else None

    def _absorb(self, number: int, points: Points, *, fill: bool) -> None:
        tier = TIERS[number]
        starts = points.at // tier.span * tier.span
        for start in np.unique(starts).tolist():
            self._absorb_in(tier, start, points.where(starts == start), fill)

    def _absorb_in(self, tier: Tier, start: int, points: Points, fill: bool) -> None:
        """Take points in that lie in one block."""
        coarser = TIERS[tier.number + 1] if tier.number + 1 < len(TIERS) else None
        old = self._load(tier, start)
        if old is None and coarser and self._has(coarser, start, start + tier.span):
            self._absorb(coarser.number, _coarse(points, coarser), fill=True)
            return
        merged = merge(old, points, fill=fill) if old is not None else points
        self._save(tier, start, merged)
        if coarser is not None:
            touched = np.unique(points.at // coarser.step)
            whole = merged.where(np.isin(merged.at // coarser.step, touched))
            self._absorb(coarser.number, _coarse(whole, coarser), fill=False)

    def _has(self, tier: Tier, start: int, end: int) -> bool:
        return len(self.between(tier, start, end)) > 0

    def _load(self, tier: Tier, start: int) -> Points | None:
        rows = self._rows(tier, start, start + 1)
        return unpack(rows[0][1], start) if rows else None

    def _save(self, tier: Tier, start: int, points: Points) -> None:
        self._connection.execute(
            "INSERT INTO metric_block (series, tier, start, points) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (series, tier, start) DO UPDATE SET points = excluded.points",
            (self._series, tier.number, start, pack(points, start)),
        )

    def _rows(self, tier: Tier, start: int, end: int, order: str = "") -> list[Any]:
        return self._connection.execute(
            "SELECT start, points FROM metric_block"
            f" WHERE series = ? AND tier = ? AND start >= ? AND start < ? {order}",
            (self._series, tier.number, start, end),
        ).fetchall()


def drop_old(connection: sqlite3.Connection, cluster: int, per_node: bool, now: int) -> None:
    """Delete the blocks of which every point is older than its tier keeps."""
    for tier in TIERS:
        keep = tier.keep_node if per_node else tier.keep
        connection.execute(
            "DELETE FROM metric_block WHERE tier = ? AND start <= ? AND series IN"
            " (SELECT id FROM metric_series WHERE cluster = ? AND (node <> '') = ?)",
            (tier.number, now - keep - tier.span, cluster, per_node),
        )


def _coarse(points: Points, tier: Tier) -> Points:
    return round_values(aggregate(points, tier.step))
