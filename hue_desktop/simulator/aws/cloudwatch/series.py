"""The series of the region: which metric of which cluster, and its samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hue_desktop.simulator.aws.cloudwatch.metrics import METRICS, NAMESPACE, Metric
from hue_desktop.simulator.aws.cloudwatch.samples import SampleCache, Samples, sending
from hue_desktop.simulator.aws.cloudwatch.statistics import Point
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.world import World

__all__ = ["DIMENSION", "SeriesReader"]

DIMENSION = "JobFlowId"
_RETAINED = timedelta(days=63)


class SeriesReader:
    """Reads samples, and remembers those of the past."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cache = SampleCache()

    def points(
        self,
        asked: Mapping[str, Any],
        first: float,
        end: float,
        now: datetime,
        known: dict[str, Samples],
    ) -> Iterator[Point]:
        """The samples of a metric from one instant to before another, oldest first.

        ``asked`` is a ``Metric`` of the API; ``known`` lets the metrics of one request share
        samples. Nothing comes of a metric that EMR does not send.
        """
        metric, cluster = self.find(asked)
        if metric is None or cluster is None:
            return
        samples = known.get(cluster.id)
        if samples is None:
            samples = known[cluster.id] = Samples(self._world, cluster, self._cache)
        began, ended = sending(cluster)
        oldest = (now - _RETAINED).timestamp()
        last = min(end, ended, now.timestamp() + 1)
        step = metric.every_s
        start = max(first, began, oldest)
        if start >= last:
            return
        for second in range(-int(-start // step) * step, int(last) + 1, step):
            if second < last:
                yield second, metric.value(samples.at(second))

    def find(self, asked: Mapping[str, Any]) -> tuple[Metric | None, Cluster | None]:
        """The metric and its cluster, if EMR sends it for that one."""
        dimensions: Sequence[Mapping[str, str]] = list(asked.get("Dimensions") or ())
        named = asked.get("Namespace") == NAMESPACE
        metric = METRICS.get(asked.get("MetricName", "")) if named else None
        if metric is None or [item["Name"] for item in dimensions] != [DIMENSION]:
            return None, None
        cluster = self._world.clusters.get(dimensions[0]["Value"])
        if cluster is None or not metric.exists(cluster):
            return None, None
        return metric, cluster
