"""What is measured of a cluster: names, units, samples.

Names are ours, so that a chart need not know whether YARN, the NameNode or CloudWatch told a value.
Times are seconds since the epoch on the region's clock; a value that nobody measured is missing,
never zero, and NaN is never stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from hue_desktop.core.text import _

__all__ = [
    "METRICS",
    "Metric",
    "NodeReading",
    "Reading",
    "Sample",
    "SeriesData",
    "SeriesKey",
    "Source",
    "Unit",
    "YarnApplication",
    "metric",
    "of_cloudwatch",
]


class Unit(Enum):
    """What a value counts; how it is written is decided by ``core.format``."""

    COUNT = "count"
    BYTES = "bytes"
    BYTES_PER_S = "bytes/s"
    PERCENT = "percent"  #: 0 to 100
    SECONDS = "seconds"
    USD_PER_HOUR = "usd/h"


class Source(Enum):
    """Who measured a value; a finer source wins where two overlap."""

    LIVE = "live"  #: YARN's and HDFS's own servers, every few seconds
    CLOUDWATCH = "cloudwatch"  #: every five minutes, or every minute where EMR says so


@dataclass(frozen=True, slots=True)
class Metric:
    """A thing that is measured. ``per_node``: it has one series for each node as well."""

    name: str
    title: str
    unit: Unit
    per_node: bool = False
    cloudwatch: str = ""  #: AWS's name of the same; empty when CloudWatch has none
    scale: float = 1.0  #: CloudWatch's value times this is ours


class SeriesKey(NamedTuple):
    """One series: ``node`` is the private DNS name, empty for the cluster as a whole."""

    metric: str
    node: str = ""


class Sample(NamedTuple):
    """A value at an instant."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class SeriesData:
    """A series as two columns in time order; ``step_s`` is how far apart values are meant to be.

    Where two neighbours are further apart than ``gap_s``, nothing was measured between them.
    Where a value is the mean of a stretch that begins at its time, ``lows`` and ``highs`` hold the
    smallest and the largest value in it, so that a spike is not lost; they are empty otherwise.
    """

    key: SeriesKey
    times: Sequence[float] = ()
    values: Sequence[float] = ()
    step_s: float = 5.0
    source: Source = Source.LIVE
    lows: Sequence[float] = ()
    highs: Sequence[float] = ()

    @property
    def gap_s(self) -> float:
        """The longest distance that a line may bridge."""
        return 2.6 * self.step_s

    @property
    def last(self) -> Sample | None:
        """The newest value."""
        return Sample(self.times[-1], self.values[-1]) if len(self.times) else None


@dataclass(frozen=True, slots=True)
class NodeReading:
    """What YARN and HDFS say of one node; ``None`` is what neither says.

    ``state`` is YARN's NodeState (RUNNING, UNHEALTHY, DECOMMISSIONING, LOST, …), empty for a node
    that is no NodeManager; ``health`` is the report of an unhealthy one.
    """

    host: str
    state: str = ""
    health: str = ""
    values: Mapping[str, float] = field(default_factory=dict)  #: by metric name


@dataclass(frozen=True, slots=True)
class YarnApplication:
    """An application as YARN's ResourceManager lists it; times are its clock's, in seconds."""

    id: str
    name: str
    user: str
    queue: str
    kind: str  #: YARN's applicationType: SPARK, MAPREDUCE, TEZ
    state: str  #: YARN's YarnApplicationState
    final_status: str = ""
    started: float | None = None
    ended: float | None = None
    containers: int = 0
    memory_bytes: float = 0.0  #: held now
    memory_byte_s: float = 0.0  #: held over its life (memorySeconds)
    vcore_s: float = 0.0
    progress: float = 0.0  #: 0 to 100
    tracking_url: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one round of asking a cluster's servers brought.

    ``missing`` names the servers that did not answer, with the reason in words; what they would
    have said is missing in ``values``. ``safe_mode`` is the NameNode's own text, empty outside it.
    """

    at: float
    values: Mapping[str, float] = field(default_factory=dict)
    nodes: tuple[NodeReading, ...] = ()
    applications: tuple[YarnApplication, ...] | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    safe_mode: str = ""
    took_s: float = 0.0


def _all() -> Iterable[Metric]:
    gib, mib = 1024.0**3, 1024.0**2
    count, size, share = Unit.COUNT, Unit.BYTES, Unit.PERCENT
    yield Metric(
        "yarn.memory.used", _("YARN memory in use"), size, True, "MemoryAllocatedMB", scale=mib
    )
    yield Metric("yarn.memory.total", _("YARN memory"), size, True, "MemoryTotalMB", scale=mib)
    yield Metric(
        "yarn.memory.reserved", _("YARN memory reserved"), size, False, "MemoryReservedMB", mib
    )
    yield Metric("yarn.memory.share", _("YARN memory in use"), share, True)
    yield Metric("yarn.vcores.used", _("vCores in use"), count, True)
    yield Metric("yarn.vcores.total", _("vCores"), count, True)
    yield Metric("yarn.containers", _("Containers running"), count, True, "ContainerAllocated")
    yield Metric(
        "yarn.containers.pending", _("Containers pending"), count, False, "ContainerPending"
    )
    yield Metric("yarn.apps.running", _("Applications running"), count, False, "AppsRunning")
    yield Metric("yarn.apps.pending", _("Applications pending"), count, False, "AppsPending")
    yield Metric("yarn.apps.failed", _("Applications failed"), count, False, "AppsFailed")
    yield Metric("yarn.nodes.live", _("Nodes in YARN"), count, False, "MRActiveNodes")
    yield Metric("yarn.nodes.lost", _("Nodes lost"), count, False, "MRLostNodes")
    yield Metric("yarn.nodes.unhealthy", _("Nodes unhealthy"), count, False, "MRUnhealthyNodes")
    yield Metric("yarn.nodes.decommissioning", _("Nodes decommissioning"), count)
    yield Metric("rm.latency", _("YARN answers in"), Unit.SECONDS)
    yield Metric("rm.heap", _("YARN heap"), share)
    yield Metric("hdfs.used", _("HDFS used"), size, True)
    yield Metric("hdfs.capacity", _("HDFS capacity"), size, True)
    yield Metric("hdfs.share", _("HDFS used"), share, True, "HDFSUtilization")
    yield Metric("hdfs.remaining", _("HDFS room"), size, True, "CapacityRemainingGB", gib)
    yield Metric("hdfs.blocks", _("Blocks"), count, True)
    yield Metric("hdfs.files", _("Files"), count)
    yield Metric("hdfs.missing", _("Missing blocks"), count, False, "MissingBlocks")
    yield Metric("hdfs.corrupt", _("Corrupt blocks"), count, False, "CorruptBlocks")
    yield Metric(
        "hdfs.under_replicated", _("Under-replicated blocks"), count, False, "UnderReplicatedBlocks"
    )
    yield Metric("hdfs.safe_mode", _("HDFS in safe mode"), count)  # 1 or 0
    yield Metric("hdfs.volume_failures", _("Failed volumes"), count)
    yield Metric("hdfs.nodes.live", _("DataNodes live"), count)
    yield Metric("hdfs.nodes.dead", _("DataNodes lost"), count)
    yield Metric("hdfs.nodes.dead_share", _("DataNodes lost"), share)
    yield Metric("hdfs.read", _("HDFS read"), Unit.BYTES_PER_S, True)
    yield Metric("hdfs.written", _("HDFS written"), Unit.BYTES_PER_S, True)
    yield Metric("namenode.heap", _("NameNode heap"), share)
    yield Metric("namenode.latency", _("HDFS answers in"), Unit.SECONDS)
    yield Metric("node.cpu", _("CPU"), share, True)
    yield Metric("node.memory", _("Memory"), share, True)
    yield Metric("node.disk", _("Disk"), share, True)
    yield Metric("node.disk.fullest", _("Fullest core disk"), share)
    yield Metric("cpu.core", _("CPU, core"), share)
    yield Metric("cpu.task_on_demand", _("CPU, task on-demand"), share)
    yield Metric("cpu.task_spot", _("CPU, task Spot"), share)
    yield Metric("cost.usd_hour", _("Cost"), Unit.USD_PER_HOUR)


#: All metrics by name, in the order of charts and lists.
METRICS: Mapping[str, Metric] = {each.name: each for each in _all()}

_BY_CLOUDWATCH = {each.cloudwatch: each for each in METRICS.values() if each.cloudwatch}


def metric(name: str) -> Metric:
    """The metric of that name; a name of tomorrow is a plain count."""
    return METRICS.get(name) or Metric(name, name, Unit.COUNT)


def of_cloudwatch(name: str) -> Metric | None:
    """Our metric for CloudWatch's name; ``None`` when we have none."""
    return _BY_CLOUDWATCH.get(name)
