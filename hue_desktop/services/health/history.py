"""Series over any time: the rings, the store, and CloudWatch for what nobody recorded.

A finer source wins where two have a value; what neither has stays a gap.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import METRICS, SeriesData, SeriesKey, Source
from hue_desktop.services.access import AccessPool
from hue_desktop.services.health.clocks import steady, utc
from hue_desktop.services.health.derived import CLOUDWATCH_RESTS

if TYPE_CHECKING:
    from hue_desktop.core.ports import Series

__all__ = ["CloudWatchHistory", "merged", "thinned"]

_RESTS = {ours: name for name, ours in CLOUDWATCH_RESTS.items()}
PERIODS_S = (300, 900, 3600, 21600)
REMEMBERED_S = 60.0  #: the same question is not asked (and paid for) again for so long
MOST_REMEMBERED = 16


class CloudWatchHistory:
    """CloudWatch's series under our names. Blocks; safe from any thread."""

    def __init__(self, access: AccessPool) -> None:
        self._access = access
        self._lock = threading.Lock()
        self._known: dict[tuple[object, ...], tuple[float, Mapping[str, Series]]] = {}

    def read(
        self, ref: ClusterRef, keys: Iterable[SeriesKey], start: float, end: float, most: int
    ) -> dict[SeriesKey, SeriesData]:
        """The series that CloudWatch has, no finer than ``most`` points. ``HueError``."""
        wanted = [METRICS[key.metric] for key in keys if not key.node and key.metric in METRICS]
        names = {_RESTS.get(each.name, each.cloudwatch): each for each in wanted}
        names.pop("", None)
        if not names or end <= start:
            return {}
        period_s = next((each for each in PERIODS_S if (end - start) / each <= most), PERIODS_S[-1])
        found: dict[SeriesKey, SeriesData] = {}
        for name, series in self._ask(ref, tuple(names), start, end, period_s).items():
            known = names.get(name)
            if known is None or not series.points:
                continue
            key = SeriesKey(known.name)
            times = array("d", [at.timestamp() for at, _value in series.points])
            scale, offset = (-1.0, 100.0) if name in CLOUDWATCH_RESTS else (known.scale, 0.0)
            values = array("d", [value * scale + offset for _at, value in series.points])
            found[key] = SeriesData(key, times, values, float(period_s), Source.CLOUDWATCH)
        return found

    def _ask(
        self, ref: ClusterRef, names: tuple[str, ...], start: float, end: float, period_s: int
    ) -> Mapping[str, Series]:
        # on the period's grid, so that a window that slides on asks the same for a while
        first, last = start // period_s * period_s, -(-end // period_s) * period_s
        question = (ref, names, first, last, period_s)
        with self._lock:
            known = self._known.get(question)
        if known is not None and steady() - known[0] < REMEMBERED_S:
            return known[1]
        metrics = self._access.of(ref.connection, ref.region).metrics
        found = metrics.cluster_series(
            ref.cluster_id, names, utc(first), utc(last), period_s=period_s
        )
        with self._lock:
            while len(self._known) >= MOST_REMEMBERED:
                del self._known[min(self._known, key=lambda each: self._known[each][0])]
            self._known[question] = (steady(), found)
        return found


def merged(
    sources: Sequence[Mapping[SeriesKey, SeriesData]], start: float, end: float, most: int
) -> dict[SeriesKey, SeriesData]:
    """One series for each key: the sources are given finest first."""
    found: dict[SeriesKey, SeriesData] = {}
    for source in sources:
        for key, data in source.items():
            data = _within(data, start, end)
            known = found.get(key)
            if data.times:
                found[key] = data if known is None else _filled(known, data)
    return {key: thinned(data, most) for key, data in found.items()}


def thinned(data: SeriesData, most: int) -> SeriesData:
    """At most about ``most`` points: means of equal stretches of time, with their extremes.

    A stretch without a value has no point, so gaps stay gaps.
    """
    count = len(data.times)
    if count <= most or most < 1:
        return data
    first, last = data.times[0], data.times[-1]
    width = (last - first) / most or 1.0
    lows, highs = data.lows or data.values, data.highs or data.values
    table = _Table()
    place = 0
    while place < count:
        bucket = int((data.times[place] - first) / width)
        end = place + 1
        while end < count and int((data.times[end] - first) / width) == bucket:
            end += 1
        mean = sum(data.values[place:end]) / (end - place)
        table.add(data.times[place], mean, min(lows[place:end]), max(highs[place:end]))
        place = end
    return table.data(replace(data, step_s=max(data.step_s, width)), with_extremes=True)


class _Table:
    """Columns of a series that is being put together."""

    def __init__(self) -> None:
        self.times, self.values = array("d"), array("d")
        self.lows, self.highs = array("d"), array("d")

    def add(self, at: float, value: float, low: float, high: float) -> None:
        """One more point."""
        self.times.append(at)
        self.values.append(value)
        self.lows.append(low)
        self.highs.append(high)

    def extend(self, data: SeriesData, start: int, end: int) -> None:
        """Points of a series."""
        self.times.extend(data.times[start:end])
        self.values.extend(data.values[start:end])
        self.lows.extend((data.lows or data.values)[start:end])
        self.highs.extend((data.highs or data.values)[start:end])

    def data(self, like: SeriesData, *, with_extremes: bool) -> SeriesData:
        """The series."""
        lows, highs = (self.lows, self.highs) if with_extremes else ((), ())
        return replace(like, times=self.times, values=self.values, lows=lows, highs=highs)


def _within(data: SeriesData, start: float, end: float) -> SeriesData:
    low, high = bisect_left(data.times, start), bisect_right(data.times, end)
    if low == 0 and high == len(data.times):
        return data
    return replace(
        data,
        times=data.times[low:high],
        values=data.values[low:high],
        lows=data.lows[low:high],
        highs=data.highs[low:high],
    )


def _filled(fine: SeriesData, coarse: SeriesData) -> SeriesData:
    """The fine series, with the coarse one's values where it has none near."""
    reach = coarse.step_s / 2
    table = _Table()
    place, added = 0, False
    for index, at in enumerate(coarse.times):
        near = bisect_left(fine.times, at - reach)
        if near < len(fine.times) and fine.times[near] <= at + reach:
            continue
        stop = bisect_left(fine.times, at)
        table.extend(fine, place, stop)
        table.extend(coarse, index, index + 1)
        place, added = stop, True
    if not added:
        return fine
    table.extend(fine, place, len(fine.times))
    step_s = max(fine.step_s, coarse.step_s)  # neighbours of the coarse part belong together
    extremes = bool(len(fine.lows) or len(coarse.lows))
    return table.data(replace(fine, step_s=step_s), with_extremes=extremes)
