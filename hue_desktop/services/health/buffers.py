"""The newest hour of a cluster's series in memory, in rings of fixed size.

All series of one reading share its instant, so there is one column of times, and a series is one
more column. Where a series has no value, its column has a hole (NaN), which nobody outside sees.
"""

from __future__ import annotations

import math
import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping

from hue_desktop.core.metrics import Sample, SeriesData, SeriesKey

__all__ = ["SeriesRing"]

_HOLE = math.nan


class SeriesRing:
    """Columns of at most ``capacity`` instants, oldest overwritten first. Safe from any thread.

    Instants come in order. A clock that was set back makes a new beginning: what was measured on
    the time that is to come again would stand before it, and is dropped.
    """

    def __init__(self, capacity: int, *, most_series: int = 100_000) -> None:
        self._capacity = capacity
        self._most_series = most_series
        self._lock = threading.Lock()
        self._times = array("d")
        self._start = 0  #: the place of the oldest instant once the ring is full
        self._columns: dict[SeriesKey, array[float]] = {}
        self._holes: dict[SeriesKey, int] = {}

    def __len__(self) -> int:
        return len(self._times)

    def add(self, at: float, values: Mapping[SeriesKey, float]) -> None:
        """One more instant. Values that are no numbers are holes; so is what is not in it."""
        with self._lock:
            if self._times and at <= self._times[self._start - 1]:
                self._drop_from(at)
            place = self._place(at)
            for key, value in values.items():
                if math.isfinite(value):
                    column = self._columns.get(key) or self._new_column(key, place)
                    if column is not None:
                        column[place] = value
                        self._holes[key] -= 1

    def read(
        self, keys: Iterable[SeriesKey], start: float, end: float, step_s: float
    ) -> dict[SeriesKey, SeriesData]:
        """The series that have a value in the time, in time order, without holes."""
        with self._lock:
            times = self._ordered(self._times)
            low, high = bisect_left(times, start), bisect_right(times, end)
            found = {}
            for key in keys:
                column = self._columns.get(key)
                if column is None:
                    continue
                some_times, values = times[low:high], self._ordered(column)[low:high]
                if self._holes[key]:
                    kept = [place for place, value in enumerate(values) if value == value]
                    if len(kept) < len(values):
                        some_times = array("d", [some_times[place] for place in kept])
                        values = array("d", [values[place] for place in kept])
                if values:
                    found[key] = SeriesData(key, some_times, values, step_s)
            return found

    def newest(self, key: SeriesKey) -> Sample | None:
        """The newest value of a series."""
        with self._lock:
            column = self._columns.get(key)
            if column is None:
                return None
            count = len(self._times)
            for back in range(1, count + 1):
                place = (self._start - back) % count
                if column[place] == column[place]:
                    return Sample(self._times[place], column[place])
            return None

    def forget_nodes(self, hosts: Iterable[str]) -> None:
        """Drop the columns of nodes that are no more, once nothing of them is in the ring."""
        gone = set(hosts)
        with self._lock:
            for key in [key for key in self._columns if key.node in gone]:
                if self._holes[key] >= len(self._times):
                    del self._columns[key], self._holes[key]

    def hosts(self) -> set[str]:
        """The nodes that have columns."""
        with self._lock:
            return {key.node for key in self._columns if key.node}

    def _place(self, at: float) -> int:
        """Make room for an instant: its place, with holes in all columns."""
        if len(self._times) < self._capacity:
            self._times.append(at)
            for key, column in self._columns.items():
                column.append(_HOLE)
                self._holes[key] += 1
            return len(self._times) - 1
        place = self._start
        self._start = (place + 1) % self._capacity
        self._times[place] = at
        for key, column in self._columns.items():
            if column[place] == column[place]:
                self._holes[key] += 1
            column[place] = _HOLE
        return place

    def _new_column(self, key: SeriesKey, place: int) -> array[float] | None:
        if len(self._columns) >= self._most_series:
            return None
        count = len(self._times)
        column = self._columns[key] = array("d", [_HOLE]) * count
        self._holes[key] = count
        return column

    def _ordered(self, column: array[float]) -> array[float]:
        if not self._start:
            return column
        return column[self._start :] + column[: self._start]

    def _drop_from(self, at: float) -> None:
        """Drop the instants from ``at`` on; the ring stands straight afterwards."""
        times = self._ordered(self._times)
        keep = bisect_left(times, at)
        for key, column in list(self._columns.items()):
            kept = self._ordered(column)[:keep]
            self._columns[key] = kept
            self._holes[key] = sum(value != value for value in kept)
        self._times, self._start = times[:keep], 0
