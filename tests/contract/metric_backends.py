"""What the suite of the ``MetricStore`` port runs over: SQLite, and plain lists.

``PlainMetrics`` keeps every sample for ever and works out what is read from all of them.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.metrics import SqliteMetrics
from hue_desktop.core.alerts import Alert
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.health_ports import MetricStore
from hue_desktop.core.metrics import Sample, SeriesData, SeriesKey

__all__ = ["BACKENDS", "metric_store"]

BACKENDS = ("sqlite", "sqlite rolled up", "plain")
_LADDER_S = (60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0)


class PlainMetrics:
    """The port in a few lines."""

    def __init__(self) -> None:
        self._samples: dict[ClusterRef, dict[SeriesKey, dict[float, float]]] = {}
        self._alerts: dict[ClusterRef, dict[tuple[str, float], Alert]] = defaultdict(dict)

    def add(self, ref: ClusterRef, samples: Mapping[SeriesKey, Sequence[Sample]]) -> None:
        for key, each in samples.items():
            good = {at: v for at, v in each if math.isfinite(at) and math.isfinite(v)}
            if good:
                self._samples.setdefault(ref, {}).setdefault(key, {}).update(good)

    def read(
        self,
        ref: ClusterRef,
        keys: Iterable[SeriesKey],
        start: float,
        end: float,
        *,
        most: int = 1000,
    ) -> Mapping[SeriesKey, SeriesData]:
        known = self._samples.get(ref, {})
        return {key: _series(key, known[key], start, end, most) for key in keys if key in known}

    def span(self, ref: ClusterRef) -> tuple[float, float] | None:
        instants = [at for series in self._samples.get(ref, {}).values() for at in series]
        return (min(instants), max(instants)) if instants else None

    def refs(self) -> tuple[ClusterRef, ...]:
        return tuple(self._samples)

    def roll_up(self, ref: ClusterRef, now: float) -> None:
        return None

    def add_alert(self, ref: ClusterRef, alert: Alert) -> None:
        self._alerts[ref][alert.rule.key, alert.since] = alert

    def alerts(self, ref: ClusterRef, start: float, end: float) -> tuple[Alert, ...]:
        found = [
            alert
            for alert in self._alerts[ref].values()
            if alert.since <= end and (alert.cleared is None or alert.cleared >= start)
        ]
        return tuple(sorted(found, key=lambda alert: -alert.since))

    def forget(self, ref: ClusterRef) -> None:
        self._samples.pop(ref, None)
        self._alerts.pop(ref, None)


def _series(
    key: SeriesKey, samples: Mapping[float, float], start: float, end: float, most: int
) -> SeriesData:
    chosen = sorted((at, value) for at, value in samples.items() if start <= at <= end)
    gaps = sorted(b - a for (a, _v), (b, _w) in itertools.pairwise(chosen))
    step_s = gaps[len(gaps) // 4] if gaps else 5.0
    if len(chosen) <= most:
        return SeriesData(key, [at for at, _v in chosen], [v for _at, v in chosen], step_s)
    width = next(s for s in _LADDER_S if (chosen[-1][0] - chosen[0][0]) / s <= most)
    buckets: dict[float, list[float]] = defaultdict(list)
    for at, value in chosen:
        buckets[at // width * width].append(value)
    return SeriesData(
        key,
        list(buckets),
        [sum(found) / len(found) for found in buckets.values()],
        width,
        lows=[min(found) for found in buckets.values()],
        highs=[max(found) for found in buckets.values()],
    )


class _RolledUp(SqliteMetrics):
    """Puts everything into blocks before it is read."""

    def read(
        self,
        ref: ClusterRef,
        keys: Iterable[SeriesKey],
        start: float,
        end: float,
        *,
        most: int = 1000,
    ) -> Mapping[SeriesKey, SeriesData]:
        known = self.span(ref)
        if known is not None:
            self.roll_up(ref, known[0] + 3600.0)  # early enough that nothing is dropped
        return super().read(ref, keys, start, end, most=most)


@contextmanager
def metric_store(kind: str, folder: Path) -> Iterator[MetricStore]:
    """An empty store of a kind."""
    if kind == "plain":
        yield PlainMetrics()
        return
    database = Database(folder / "state.sqlite3", hasty=True)
    yield _RolledUp(database) if "rolled" in kind else SqliteMetrics(database)
    database.close()
