"""Samples as they come in: one row holds all that one round of collecting brought.

Writing a thousand nodes is one row; putting them into the blocks of their series is done later,
for many rounds at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hue_desktop.adapters.store.metric_blocks import LARGEST, Points, raw_points
from hue_desktop.core.metrics import Sample

__all__ = ["Pending", "Round"]

_LATEST_S = 4e9  #: the year 2096; a later clock is wrong


class Round:
    """Samples of many series: three columns in the order they came in."""

    def __init__(
        self, series: NDArray[np.int64], at: NDArray[np.int64], values: NDArray[np.float64]
    ) -> None:
        self.series = series
        self.at = at
        self.values = values

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def of(cls, samples: Mapping[int, Sequence[Sample]]) -> Round:
        """Samples by the number of their series; what is no finite number is left out."""
        series = np.repeat(
            np.fromiter(samples, np.int64, len(samples)),
            np.fromiter(map(len, samples.values()), np.int64, len(samples)),
        )
        flat = np.array([pair for each in samples.values() for pair in each], np.float64)
        at, values = flat.reshape(-1, 2).T
        good = (at >= 0.0) & (at < _LATEST_S) & (np.abs(values) <= LARGEST)
        return cls(
            series[good],
            np.rint(at[good] * 1000.0).astype(np.int64),
            np.ascontiguousarray(values[good]),
        )

    @classmethod
    def unpacked(cls, data: bytes) -> Round:
        """What ``packed`` made."""
        length = len(data) // 20
        return cls(
            np.frombuffer(data, "<u4", length, 0).astype(np.int64),
            np.frombuffer(data, "<i8", length, 4 * length),
            np.frombuffer(data, "<f8", length, 12 * length),
        )

    def only(self, wanted: NDArray[np.int64] | None) -> Round:
        """The samples of the series whose sorted numbers are given; all of them for ``None``."""
        if wanted is None:
            return self
        places = np.minimum(np.searchsorted(wanted, self.series), len(wanted) - 1)
        chosen = wanted[places] == self.series
        return Round(self.series[chosen], self.at[chosen], self.values[chosen])

    def packed(self) -> bytes:
        """The columns one after the other."""
        columns = (self.series.astype("<u4"), self.at.astype("<i8"), self.values.astype("<f8"))
        return b"".join(column.tobytes() for column in columns)


class Pending:
    """The rounds of a cluster that are in no block yet, oldest first; all series or ``wanted``."""

    def __init__(
        self, rows: Iterable[tuple[int, bytes]], wanted: Collection[int] | None = None
    ) -> None:
        rounds = [Round.unpacked(b"")]
        self.ids: list[int] = []
        chosen = None if wanted is None else np.array(sorted(wanted), np.int64)
        for row_id, data in rows:
            self.ids.append(row_id)
            rounds.append(Round.unpacked(data).only(chosen))
        every = _joined(rounds)
        order = np.argsort(every.series, kind="stable")
        self._sorted = Round(every.series[order], every.at[order], every.values[order])

    @classmethod
    def read(
        cls,
        connection: sqlite3.Connection,
        cluster: int,
        per_node: bool,
        *,
        most: int = -1,
        wanted: Collection[int] | None = None,
    ) -> Pending:
        """All of them, or the ``most`` oldest."""
        rows = connection.execute(
            "SELECT id, samples FROM metric_round WHERE cluster = ? AND per_node = ?"
            " ORDER BY id LIMIT ?",
            (cluster, per_node, most),
        )
        return cls(rows, wanted)

    def series(self) -> list[int]:
        """Which series have samples."""
        found: list[int] = np.unique(self._sorted.series).tolist()
        return found

    def of(self, series: int) -> Points:
        """The samples of one series."""
        first, last = np.searchsorted(self._sorted.series, (series, series + 1)).tolist()
        return raw_points(self._sorted.at[first:last], self._sorted.values[first:last])

    def side_by_side(self, series: Sequence[int], stride: int) -> Points:
        """The samples of neighbours in ``series()``, each series a stride after the one before."""
        first = int(np.searchsorted(self._sorted.series, series[0]))
        last = int(np.searchsorted(self._sorted.series, series[-1] + 1))
        slots = np.searchsorted(np.array(series), self._sorted.series[first:last])
        return raw_points(
            self._sorted.at[first:last] + slots * stride, self._sorted.values[first:last]
        )


def _joined(rounds: list[Round]) -> Round:
    return Round(
        np.concatenate([each.series for each in rounds]),
        np.concatenate([each.at for each in rounds]),
        np.concatenate([each.values for each in rounds]),
    )
