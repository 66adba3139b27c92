"""How finely and how long history is kept, and how new samples get into blocks of every tier.

A block holds the points of one series and tier in a fixed stretch of time. Coarse points are always
worked out anew from all finer points of their stretch, so that doing it twice changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

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

__all__ = ["STRIDE", "TIERS", "Reader", "Tier", "Writer", "drop_old"]

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

    def kept(self, per_node: bool) -> int:
        """For how long."""
        return self.keep_node if per_node else self.keep


TIERS = (
    Tier(0, 0, _HOUR, _DAY, 2 * _HOUR),
    Tier(1, _MINUTE, 12 * _HOUR, 30 * _DAY, _DAY),
    Tier(2, 15 * _MINUTE, 4 * _DAY, 365 * _DAY, 30 * _DAY),
)


#: How far apart two series are on the time axis of a ``Writer``: a multiple of every span, and
#: more than any instant that is stored.
STRIDE = TIERS[-1].span << 14


class Reader:
    """The blocks of one series."""

    def __init__(self, connection: sqlite3.Connection, series: int) -> None:
        self._connection = connection
        self._series = series

    def between(self, tier: Tier, start: int, end: int) -> Points:
        """The points with ``start <= at < end``."""
        rows = self._connection.execute(
            "SELECT start, points FROM metric_block"
            " WHERE series = ? AND tier = ? AND start >= ? AND start < ? ORDER BY start",
            (self._series, tier.number, tier.block_of(start), end),
        )
        return join([NOTHING, *(unpack(data, at) for at, data in rows)]).between(start, end)

    def first(self, tier: Tier) -> int | None:
        """The first instant that a tier holds."""
        rows = self._connection.execute(
            "SELECT start, points FROM metric_block WHERE series = ? AND tier = ?"
            " ORDER BY start LIMIT 1",
            (self._series, tier.number),
        ).fetchall()
        return int(unpack(rows[0][1], rows[0][0]).at[0]) if rows else None


class Writer:
    """Puts samples of many series into their blocks, within a transaction.

    All series are worked on at once: each has a stretch of its own on one long time axis, a
    multiple of every block's span away from the next, so that no block or bucket holds two series.
    ``aged`` is the latest time at which old blocks were dropped.
    """

    def __init__(
        self, connection: sqlite3.Connection, series: Sequence[int], aged: int, per_node: bool
    ) -> None:
        self._connection = connection
        self._series = series
        self._aged = aged
        self._per_node = per_node

    def add(self, samples: Points) -> None:
        """Put raw samples into all tiers; for an instant that is there they replace the value.

        ``at`` of the series with the index n is n times ``STRIDE`` later than it is. A sample for
        a time whose finer points were dropped cannot be weighed into what stands there: it fills
        gaps only.
        """
        self._absorb(0, samples, fill=False)

    def _absorb(self, number: int, points: Points, *, fill: bool) -> None:
        tier = TIERS[number]
        starts = points.at // tier.span * tier.span
        old, gone = self._load(tier, np.unique(starts).tolist())
        if gone:
            lost = np.isin(starts, gone)
            coarse = _coarse(points.where(lost), TIERS[number + 1])
            self._absorb(number + 1, coarse, fill=True)
            points = points.where(~lost)
        if not len(points):
            return
        merged = merge(old, points, fill=fill)
        self._save(tier, merged)
        if number + 1 < len(TIERS):
            step = TIERS[number + 1].step
            touched = np.isin(merged.at // step, points.at // step)
            self._absorb(number + 1, _coarse(merged.where(touched), TIERS[number + 1]), fill=False)

    def _load(self, tier: Tier, starts: list[int]) -> tuple[Points, list[int]]:
        """What the blocks hold, and those that were dropped while coarser points remain."""
        found = [NOTHING]
        gone = []
        oldest = self._aged - tier.kept(self._per_node) - tier.span
        for start in starts:
            slot, at = divmod(start, STRIDE)
            rows = self._connection.execute(
                "SELECT points FROM metric_block WHERE series = ? AND tier = ? AND start = ?",
                (self._series[slot], tier.number, at),
            ).fetchall()
            if rows:
                found.append(unpack(rows[0][0], start))
            elif at <= oldest and self._has_coarser(tier, self._series[slot], at):
                gone.append(start)
        return join(found), gone

    def _has_coarser(self, tier: Tier, series: int, start: int) -> bool:
        if tier.number + 1 == len(TIERS):
            return False
        reader = Reader(self._connection, series)
        return len(reader.between(TIERS[tier.number + 1], start, start + tier.span)) > 0

    def _save(self, tier: Tier, points: Points) -> None:
        blocks = points.at // tier.span
        firsts = np.concatenate(([0], np.flatnonzero(blocks[1:] != blocks[:-1]) + 1)).tolist()
        rows = []
        for first, last in zip(firsts, [*firsts[1:], len(points)], strict=True):
            start = int(blocks[first]) * tier.span
            slot, at = divmod(start, STRIDE)
            data = pack(points.where(slice(first, last)), start)
            rows.append((self._series[slot], tier.number, at, data))
        self._connection.executemany(
            "INSERT INTO metric_block (series, tier, start, points) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (series, tier, start) DO UPDATE SET points = excluded.points",
            rows,
        )


def drop_old(connection: sqlite3.Connection, cluster: int, per_node: bool, now: int) -> None:
    """Delete the blocks of which every point is older than its tier keeps, and note when."""
    for tier in TIERS:
        connection.execute(
            "DELETE FROM metric_block WHERE tier = ? AND start <= ? AND series IN"
            " (SELECT id FROM metric_series WHERE cluster = ? AND (node <> '') = ?)",
            (tier.number, now - tier.kept(per_node) - tier.span, cluster, per_node),
        )
    connection.execute("UPDATE metric_cluster SET aged = max(aged, ?) WHERE id = ?", (now, cluster))


def _coarse(points: Points, tier: Tier) -> Points:
    return round_values(aggregate(points, tier.step))
