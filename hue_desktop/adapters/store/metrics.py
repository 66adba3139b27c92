"""Metric history in SQLite: raw samples for a day, minutes for a month, quarter hours for a year.

The series of single nodes are kept for less: raw for two hours, minutes for a day and quarter hours
for thirty days.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hue_desktop.adapters.store.codec import decode, encode
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.metric_blocks import Points, aggregate, merge
from hue_desktop.adapters.store.metric_rounds import Pending, Round
from hue_desktop.adapters.store.metric_tiers import STRIDE, TIERS, Reader, Tier, Writer, drop_old
from hue_desktop.core.alerts import Alert
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import Sample, SeriesData, SeriesKey

__all__ = ["SqliteMetrics"]

_RAW, _MINUTES, _QUARTERS = TIERS
_LIVE_STEP_S = 5.0
_FEW_S = 300.0  #: of two or three samples nobody knows whether they are far apart or with a gap
#: Rounds are put into blocks when there are so many, by whether they are of single nodes; fewer
#: rounds to read beside the blocks against fewer times that a block is written anew.
_RIPE_ROUNDS = {False: 120, True: 120}
_RIPE_MS = 3_600_000
_MOST_ROUNDS = 480  #: of one roll-up; what is left is taken by the next
_DROP_MS = 3_600_000
_SERIES_AT_ONCE = 250  #: in one transaction, so that nobody waits long to write
_STEPS_S = (10, 15, 20, 30)  #: what raw samples are put together to


@dataclass(slots=True)
class _Known:
    """The numbers that the database gave to a cluster and its series."""

    cluster: int
    series_set: int
    series: dict[SeriesKey, int] = field(default_factory=dict)


class SqliteMetrics:
    """The ``MetricStore`` port. Safe from any thread and beside other processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._known: dict[ClusterRef, _Known] = {}
        self._dropped: dict[ClusterRef, int] = {}  #: the hour in which old blocks were dropped last

    # -- samples ------------------------------------------------------------------------------

    def add(self, ref: ClusterRef, samples: Mapping[SeriesKey, Sequence[Sample]]) -> None:
        """Keep samples; what is no finite number is left out."""
        if not any(samples.values()):
            return
        with self._numbering(ref) as (connection, known):
            self._number(connection, known, samples)
            rounds = [(per_node, _round(known, samples, per_node)) for per_node in (False, True)]
            rows = [
                (known.cluster, per_node, int(each.at.min()), int(each.at.max()), each.packed())
                for per_node, each in rounds
                if len(each)
            ]
            connection.executemany(
                "INSERT INTO metric_round (cluster, per_node, first, last, samples)"
                " VALUES (?, ?, ?, ?, ?)",
                rows,
            )
            for _cluster, _per_node, first, last, _samples in rows:
                connection.execute(
                    "UPDATE metric_cluster SET first = min(ifnull(first, ?1), ?1),"
                    " last = max(ifnull(last, ?2), ?2) WHERE id = ?3",
                    (first, last, known.cluster),
                )

    def read(
        self,
        ref: ClusterRef,
        keys: Iterable[SeriesKey],
        start: float,
        end: float,
        *,
        most: int = 1000,
    ) -> Mapping[SeriesKey, SeriesData]:
        """The series that exist, each from the finest tier that reaches back far enough."""
        wanted = list(dict.fromkeys(keys))
        with self._database.reading() as connection:
            cluster = _cluster(connection, ref)
            numbers = _numbers(connection, cluster, wanted) if cluster is not None else {}
            if cluster is None or not numbers:
                return {}
            pending = {
                per_node: Pending.read(connection, cluster, per_node, wanted=numbers.values())
                for per_node in {bool(key.node) for key in numbers}
            }
            found: dict[SeriesKey, SeriesData] = {}
            for key, number in numbers.items():
                series = _Series(Reader(connection, number), pending[bool(key.node)].of(number))
                data = series.read(key, round(start * 1000), round(end * 1000) + 1, most)
                if data is not None:
                    found[key] = data
            return found

    def span(self, ref: ClusterRef) -> tuple[float, float] | None:
        """The first and the last instant that is known."""
        rows = self._database.rows(
            "SELECT first, last FROM metric_cluster WHERE connection = ? AND region = ?"
            " AND cluster_id = ? AND first IS NOT NULL",
            _place(ref),
        )
        return (rows[0][0] / 1000.0, rows[0][1] / 1000.0) if rows else None

    def refs(self) -> tuple[ClusterRef, ...]:
        """The clusters of which there is any history."""
        rows = self._database.rows("SELECT connection, region, cluster_id FROM metric_cluster")
        return tuple(ClusterRef(*row) for row in rows)

    # -- growing old --------------------------------------------------------------------------

    def roll_up(self, ref: ClusterRef, now: float) -> None:
        """Put samples into blocks of all tiers when enough came together, and drop old blocks.

        Returns at once when there is nothing to do. A kill at any moment costs the work since the
        last transaction: samples leave the rounds only after all their series have them.
        """
        at = round(now * 1000)
        for per_node in (False, True):
            cluster = self._ripe(ref, per_node, at)
            if cluster is None:
                continue
            with self._database.reading() as connection:
                pending = Pending.read(connection, cluster, per_node, most=_MOST_ROUNDS)
            self._roll(cluster, per_node, pending)
        if self._dropped.get(ref) != at // _DROP_MS:
            self._dropped[ref] = at // _DROP_MS
            self._drop(ref, at)

    def _ripe(self, ref: ClusterRef, per_node: bool, now: int) -> int | None:
        """The cluster's number when its rounds are to be put into blocks."""
        rows = self._database.rows(
            "SELECT c.id, count(*), min(r.first) FROM metric_cluster c JOIN metric_round r"
            " ON r.cluster = c.id AND r.per_node = ?"
            " WHERE c.connection = ? AND c.region = ? AND c.cluster_id = ? GROUP BY c.id",
            (per_node, *_place(ref)),
        )
        if not rows:
            return None
        cluster, rounds, oldest = rows[0]
        ripe = rounds >= _RIPE_ROUNDS[per_node] or oldest <= now - _RIPE_MS
        return int(cluster) if ripe else None

    def _roll(self, cluster: int, per_node: bool, pending: Pending) -> None:
        series = pending.series()
        for begin in range(0, len(series), _SERIES_AT_ONCE):
            chosen = series[begin : begin + _SERIES_AT_ONCE]
            with self._database.writing() as connection:
                if not _still_first(connection, cluster, per_node, pending):
                    return  # another process was faster, or the cluster is forgotten
                aged = connection.execute(
                    "SELECT aged FROM metric_cluster WHERE id = ?", (cluster,)
                ).fetchone()[0]
                writer = Writer(connection, chosen, aged, per_node)
                writer.add(pending.side_by_side(chosen, STRIDE))
        with self._database.writing() as connection:
            if _still_first(connection, cluster, per_node, pending):
                connection.execute(
                    "DELETE FROM metric_round WHERE cluster = ? AND per_node = ? AND id <= ?",
                    (cluster, per_node, pending.ids[-1]),
                )

    def _drop(self, ref: ClusterRef, now: int) -> None:
        """Delete what is older than its tier keeps; a cluster that has nothing left, too."""
        with self._guard, self._database.writing() as connection:
            cluster = _cluster(connection, ref)
            if cluster is not None:
                for per_node in (False, True):
                    drop_old(connection, cluster, per_node, now)
                _drop_empty(connection, cluster, now)

    def forget(self, ref: ClusterRef) -> None:
        """Drop samples, series and alerts of a cluster."""
        with self._guard, self._database.writing() as connection:
            self._known.pop(ref, None)
            cluster = _cluster(connection, ref)
            if cluster is None:
                return
            connection.execute(
                "DELETE FROM metric_block WHERE series IN"
                " (SELECT id FROM metric_series WHERE cluster = ?)",
                (cluster,),
            )
            for table in ("metric_round", "metric_series", "metric_alert"):
                connection.execute(f"DELETE FROM {table} WHERE cluster = ?", (cluster,))
            connection.execute("DELETE FROM metric_cluster WHERE id = ?", (cluster,))

    # -- alerts -------------------------------------------------------------------------------

    def add_alert(self, ref: ClusterRef, alert: Alert) -> None:
        """Keep an alert, or its newer state."""
        text = json.dumps(encode(alert))
        with self._numbering(ref) as (connection, known):
            connection.execute(
                "REPLACE INTO metric_alert (cluster, rule, since, cleared, alert)"
                " VALUES (?, ?, ?, ?, ?)",
                (known.cluster, alert.rule.key, alert.since, alert.cleared, text),
            )

    def alerts(self, ref: ClusterRef, start: float, end: float) -> tuple[Alert, ...]:
        """Alerts that stood between two instants, newest first."""
        rows = self._database.rows(
            "SELECT a.alert FROM metric_cluster c JOIN metric_alert a ON a.cluster = c.id"
            " WHERE c.connection = ? AND c.region = ? AND c.cluster_id = ?"
            " AND a.since <= ? AND ifnull(a.cleared, ?) >= ? ORDER BY a.since DESC, a.rule",
            (*_place(ref), end, end, start),
        )
        return tuple(alert for (text,) in rows if (alert := _alert(text)) is not None)

    # -- numbers ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _numbering(self, ref: ClusterRef) -> Iterator[tuple[sqlite3.Connection, _Known]]:
        """A transaction that may number series; what it numbered is forgotten if it fails."""
        with self._guard:
            try:
                with self._database.writing() as connection:
                    yield connection, self._enter(connection, ref)
            except BaseException:
                self._known.pop(ref, None)
                raise

    def _enter(self, connection: sqlite3.Connection, ref: ClusterRef) -> _Known:
        """The cluster's number, and what is known of its series if no series was dropped since."""
        rows = connection.execute(
            "INSERT INTO metric_cluster (connection, region, cluster_id) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET series_set = series_set RETURNING id, series_set",
            _place(ref),
        ).fetchall()
        known = self._known.get(ref)
        if known is None or (known.cluster, known.series_set) != rows[0]:
            known = self._known[ref] = _Known(*rows[0])
            for number, metric, node in connection.execute(
                "SELECT id, metric, node FROM metric_series WHERE cluster = ?", (known.cluster,)
            ):
                known.series[SeriesKey(metric, node)] = number
        return known

    def _number(
        self,
        connection: sqlite3.Connection,
        known: _Known,
        keys: Iterable[SeriesKey],
    ) -> None:
        """Give numbers to series that have none."""
        for key in keys:
            if key not in known.series:
                rows = connection.execute(
                    "INSERT INTO metric_series (cluster, metric, node) VALUES (?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET node = node RETURNING id",
                    (known.cluster, *key),
                ).fetchall()
                known.series[key] = int(rows[0][0])


class _Series:
    """Reads one series: its blocks, and the samples that are in none yet."""

    def __init__(self, blocks: Reader, pending: Points) -> None:
        self._blocks = blocks
        self._pending = pending

    def read(self, key: SeriesKey, start: int, end: int, most: int) -> SeriesData | None:
        """The series between two instants; ``None`` when nothing at all is known of it."""
        firsts = [self._first(tier) for tier in TIERS]
        known = [first for first in firsts if first is not None]
        if not known:
            return None
        begin = max(start, min(known))
        wanted_s = max(0, end - begin) / 1000.0 / max(1, most)
        tier = next(
            tier
            for tier, first in zip(TIERS, firsts, strict=True)
            if tier is _QUARTERS
            or (_suffices(tier, wanted_s) and first is not None and self._reaches(first, begin))
        )
        points = self._points(tier, start, end)
        return _series(key, tier, points, wanted_s, most)

    def _first(self, tier: Tier) -> int | None:
        found = self._blocks.first(tier)
        if not len(self._pending):
            return found
        if not tier.step:  # what comes late does not bring back the raw samples around it
            return int(self._pending.at[0]) if found is None else found
        waiting = int(self._pending.at[0]) // tier.step * tier.step
        return waiting if found is None else min(found, waiting)

    def _reaches(self, first: int, begin: int) -> bool:
        """Whether a tier that begins at ``first`` lacks nothing from ``begin`` on."""
        step = _QUARTERS.step
        return not len(self._blocks.between(_QUARTERS, begin // step * step, first // step * step))

    def _points(self, tier: Tier, start: int, end: int) -> Points:
        """Points of a tier, with those that the waiting samples will make."""
        if not tier.step:
            blocks = self._blocks.between(tier, start, end)
            return merge(blocks, self._pending.between(start, end))
        low, high = start // tier.step * tier.step, end
        blocks = self._blocks.between(tier, low, high)
        waiting = self._pending.between(low, -(-high // tier.step) * tier.step)
        if not len(waiting):
            return blocks
        begin = int(waiting.at[0]) // tier.step * tier.step
        raw = self._blocks.between(_RAW, begin, high + tier.step)
        oldest = _RAW.block_of(int(raw.at[0])) if len(raw) else begin
        late, fresh = waiting.between(0, oldest), waiting.between(oldest, high + tier.step)
        blocks = merge(blocks, aggregate(late, tier.step), fill=True)
        return merge(blocks, aggregate(merge(raw, fresh), tier.step)).between(low, high)


def _suffices(tier: Tier, wanted_s: float) -> bool:
    """Whether points of the next tier would be too few."""
    coarser = TIERS[tier.number + 1]
    return wanted_s * 1000 < coarser.step


def _series(
    key: SeriesKey, tier: Tier, points: Points, wanted_s: float, most: int
) -> SeriesData | None:
    """At most about ``most`` points, with how far apart they are."""
    step_s = max(tier.step / 1000.0, _spacing_s(points.at))
    raw = not tier.step
    if len(points) > 1.2 * most:
        unit_s = tier.step / 1000.0
        if raw:
            bin_s = next((s for s in _STEPS_S if s >= wanted_s), 60.0)
        else:
            bin_s = -(-wanted_s // unit_s) * unit_s
        points = aggregate(points, round(bin_s * 1000))
        step_s = max(bin_s, step_s)
        raw = False
    nothing = array("d")
    return SeriesData(
        key,
        array("d", (points.at / 1000.0).tobytes()),
        array("d", points.mean.tobytes()),
        step_s or _LIVE_STEP_S,
        lows=nothing if raw else array("d", points.low.tobytes()),
        highs=nothing if raw else array("d", points.high.tobytes()),
    )


def _spacing_s(at: NDArray[np.int64]) -> float:
    """How far apart neighbours are where no gap is; 0 when there are no two."""
    gaps = np.diff(at) / 1000.0
    if not len(gaps):
        return 0.0
    usual = float(np.quantile(gaps, 0.25, method="lower"))
    return usual if len(gaps) > 2 else min(usual, _FEW_S)


def _round(known: _Known, samples: Mapping[SeriesKey, Sequence[Sample]], per_node: bool) -> Round:
    chosen = {
        known.series[key]: each
        for key, each in samples.items()
        if each and bool(key.node) is per_node
    }
    return Round.of(chosen)


def _place(ref: ClusterRef) -> tuple[str, str, str]:
    return ref.connection, ref.region, ref.cluster_id


def _cluster(connection: sqlite3.Connection, ref: ClusterRef) -> int | None:
    rows = connection.execute(
        "SELECT id FROM metric_cluster WHERE connection = ? AND region = ? AND cluster_id = ?",
        _place(ref),
    ).fetchall()
    return int(rows[0][0]) if rows else None


def _numbers(
    connection: sqlite3.Connection, cluster: int, keys: Iterable[SeriesKey]
) -> dict[SeriesKey, int]:
    found: dict[SeriesKey, int] = {}
    for key in keys:
        for (number,) in connection.execute(
            "SELECT id FROM metric_series WHERE cluster = ? AND metric = ? AND node = ?",
            (cluster, *key),
        ):
            found[key] = number
    return found


def _still_first(
    connection: sqlite3.Connection, cluster: int, per_node: bool, pending: Pending
) -> bool:
    """Whether the rounds that we hold are still the oldest ones in the database."""
    rows = connection.execute(
        "SELECT min(id) FROM metric_round WHERE cluster = ? AND per_node = ?", (cluster, per_node)
    ).fetchall()
    return bool(pending.ids) and rows[0][0] == pending.ids[0]


def _drop_empty(connection: sqlite3.Connection, cluster: int, now: int) -> None:
    """Forget series without a point left and alerts of long ago; move the beginning on."""
    year = now - _QUARTERS.keep
    waiting = connection.execute(
        "SELECT 1 FROM metric_round WHERE cluster = ? LIMIT 1", (cluster,)
    ).fetchall()
    if not waiting:
        dropped = connection.execute(
            "DELETE FROM metric_series WHERE cluster = ? AND NOT EXISTS"
            " (SELECT 1 FROM metric_block WHERE series = metric_series.id)",
            (cluster,),
        ).rowcount
        connection.execute(
            "UPDATE metric_cluster SET series_set = series_set + ? WHERE id = ?",
            (dropped > 0, cluster),
        )
    connection.execute(
        "DELETE FROM metric_alert WHERE cluster = ? AND cleared < ?", (cluster, year / 1000.0)
    )
    connection.execute(
        "UPDATE metric_cluster SET first = max(first, min(last, ?)) WHERE id = ?", (year, cluster)
    )
    connection.execute(
        "DELETE FROM metric_cluster WHERE id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM metric_series WHERE cluster = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM metric_alert WHERE cluster = ?1)",
        (cluster,),
    )


def _alert(text: str) -> Alert | None:
    """``None`` for a row that a later version wrote in another way."""
    try:
        alert: Alert = decode(json.loads(text), Alert)
    except ValueError:
        return None
    return alert
