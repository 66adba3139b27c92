"""What the data points of a cluster are made of: its load at an instant, and a little more."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass

from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.hdfs_record import HdfsFigures
from hue_desktop.simulator.world.lifecycle import counts_as_idle
from hue_desktop.simulator.world.load import Load
from hue_desktop.simulator.world.world import World

__all__ = ["BLOCK_BYTES", "Sample", "SampleCache", "Samples", "sending"]

BLOCK_BYTES = 128 * 1024**2
_MAP_REDUCE = ("s3-dist-cp", "hadoop-streaming", "hadoop jar")
_REPAIR_S = 1800.0  #: how long HDFS needs to copy what a lost node held
_SETTLED_S = 60  #: a sample this old does not change any more
_KEPT = 9000  #: samples in memory, below 1 KB each: a month of one cluster

_NO_HDFS = HdfsFigures(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sample:
    """A cluster at one instant."""

    load: Load
    map_reduce: float  #: share of the applications that are MapReduce
    noise: float  #: between 0 and 1, the same for the same instant
    masters: int
    masters_wanted: int
    idle: bool = False  #: as auto-termination sees it
    hdfs: HdfsFigures = _NO_HDFS


def sending(cluster: Cluster) -> tuple[float, float]:
    """From when to when a cluster sends samples, epoch seconds; the end is not included."""
    return cluster.ready, min(cluster.terminating, cluster.ended)


class SampleCache:
    """Samples of the past, kept because charts ask for the same ones again and again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], tuple[Cluster, Sample]] = OrderedDict()

    def get(self, cluster: Cluster, second: int) -> Sample | None:
        """A kept sample; none of an earlier cluster that had the same id before a reset."""
        key = (cluster.id, second)
        found = self._kept.get(key)
        if found is None or found[0] is not cluster:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def put(self, cluster: Cluster, second: int, sample: Sample) -> None:
        """Keep a sample in place of the one that was not asked for the longest."""
        self._kept[cluster.id, second] = (cluster, sample)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


class Samples:
    """The samples of one cluster for one request."""

    def __init__(self, world: World, cluster: Cluster, cache: SampleCache) -> None:
        self.cluster = cluster
        self._world = world
        self._cache = cache
        self._fresh: dict[int, Sample] = {}
        self._history: _History | None = None
        world.telemetry.refresh(cluster.id)

    def at(self, second: int) -> Sample:
        """The sample of an instant at which the cluster was :func:`sending`."""
        found = self._fresh.get(second) or self._cache.get(self.cluster, second)
        if found is None:
            if self._history is None:
                self._history = _History(self.cluster)
            found = self._fresh[second] = self._make(second, self._history)
            if second < self._world.at - _SETTLED_S:
                self._cache.put(self.cluster, second, found)
        return found

    def _make(self, second: int, history: _History) -> Sample:
        load = self._world.load_of(self.cluster, second)
        jobs = sum(began <= second < ended for began, ended in history.jobs)
        recorded = self._world.telemetry.hdfs_at(self.cluster.id, second)
        hdfs = recorded or _imagined(load, history, second)
        return Sample(
            load=load,
            map_reduce=min(1.0, jobs / load.apps_running) if load.apps_running else 0.0,
            noise=self._world.chance.unit("metric", self.cluster.id, second),
            masters=load.running["MASTER"].nodes if load.running else 0,
            masters_wanted=load.requested["MASTER"].nodes if load.requested else 0,
            idle=counts_as_idle(self.cluster, load, hdfs.share),
            hdfs=hdfs,
        )


def _imagined(load: Load, history: _History, second: int) -> HdfsFigures:
    """HDFS as long as nobody has looked into it: what nodes hold, and what lost ones held."""
    recent = history.losses[
        bisect_right(history.losses, second - _REPAIR_S) : bisect_right(history.losses, second)
    ]
    per_node = load.hdfs_used_bytes / BLOCK_BYTES / max(1, load.core_nodes_running)
    lacking = sum(per_node * (1 - (second - ended) / _REPAIR_S) for ended in recent)
    wanted = load.core_nodes_running + load.core_nodes_pending
    return HdfsFigures(
        used=load.hdfs_used_bytes,
        capacity=load.hdfs_capacity_bytes,
        live=load.core_nodes_running,
        known=max(wanted, load.core_nodes_running),
        missing=0,
        lacking=round(lacking),
        draining=sum(began <= second < ended for began, ended in history.drains),
    )


class _History:
    """What happened to the data of a cluster: core nodes lost or drained, MapReduce jobs run."""

    def __init__(self, cluster: Cluster) -> None:
        end = min(cluster.terminating, cluster.ended)
        core = [item for item in cluster.instances.values() if item.role == "CORE"]
        self.losses = sorted(
            item.ended for item in core if item.ended < end and not math.isfinite(item.draining)
        )
        self.drains = [(item.draining, item.ended) for item in core if math.isfinite(item.draining)]
        self.jobs = [
            (step.started, step.ended)
            for step in cluster.steps.values()
            if math.isfinite(step.started) and any(word in _MAP_REDUCE for word in step.args[:2])
        ]
