"""Reading a cluster's history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hue_desktop.core.changes import JournalEntry
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.services.access import AccessPool
from hue_desktop.services.health.events import Event, events_of

if TYPE_CHECKING:
    from hue_desktop.core.ports import Series

__all__ = ["HealthService"]

_POINTS = 360  #: about as many as a chart has pixels to tell apart
_PERIODS_S = (300, 900, 3600, 21600)


class HealthService:
    """Series come from CloudWatch (5-minute data of ``AWS/ElasticMapReduce``)."""

    def __init__(self, access: AccessPool) -> None:
        self._access = access

    def series(
        self, ref: ClusterRef, names: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Series]:
        """The series that exist between two region times. Blocks; HueError when it fails."""
        span_s = (end - start).total_seconds()
        period_s = next((p for p in _PERIODS_S if span_s / p <= _POINTS), _PERIODS_S[-1])
        metrics = self._access.of(ref.connection, ref.region).metrics
        return metrics.cluster_series(ref.cluster_id, names, start, end, period_s=period_s)

    def events(
        self, snapshot: ClusterSnapshot, journal: Iterable[JournalEntry] = ()
    ) -> tuple[Event, ...]:
        """What happened to the cluster, newest first: nodes, groups, steps, our own changes."""
        return events_of(snapshot, journal)
