"""The metrics of namespace ``AWS/ElasticMapReduce``: names, units, and how each follows from load.

Names and units as EMR's management guide lists them for Hadoop 2 and later. EMR sends a sample
every five minutes; those of managed scaling and auto-termination come every minute, and exist only
where a cluster has such a policy. The byte counters count MapReduce only, as EMR's do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hue_desktop.simulator.aws.cloudwatch.samples import BLOCK_BYTES, Sample
from hue_desktop.simulator.world.clusters import Cluster

__all__ = ["FIVE_MINUTES", "METRICS", "NAMESPACE", "Metric"]

NAMESPACE = "AWS/ElasticMapReduce"
FIVE_MINUTES = 300
_MINUTE = 60

_GIB = 1024**3
#: Bytes a second that one container of a MapReduce application reads.
_CONTAINER_BYTES_S = 20 * 1024**2


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; ``exists`` says for which clusters EMR sends it at all."""

    name: str
    unit: str
    value: Callable[[Sample], float]
    exists: Callable[[Cluster], bool]
    every_s: int = FIVE_MINUTES


def _always(cluster: Cluster) -> bool:
    return True


def _has_core(cluster: Cluster) -> bool:
    return any(item.role == "CORE" for item in cluster.collections())


def _is_multi_master(cluster: Cluster) -> bool:
    return sum(group.target for group in cluster.groups.values() if group.role == "MASTER") > 1


def _terminates_itself(cluster: Cluster) -> bool:
    return cluster.idle_timeout is not None


def _scales_in(unit: str) -> Callable[[Cluster], bool]:
    def exists(cluster: Cluster) -> bool:
        limits = (cluster.managed_scaling or {}).get("ComputeLimits") or {}
        return limits.get("UnitType") == unit

    return exists


def _ratio(sample: Sample) -> float:
    """Pending containers for each allocated one; the pending ones where none is allocated."""
    load = sample.load
    return load.containers_pending / max(1, load.containers_allocated)


def _memory_share(sample: Sample) -> float:
    load = sample.load
    return 100.0 * load.memory_available_mb / load.memory_total_mb if load.memory_total_mb else 0.0


def _bytes(sample: Sample, weight: float) -> float:
    rate = sample.load.containers_allocated * sample.map_reduce * _CONTAINER_BYTES_S
    return float(round(rate * FIVE_MINUTES * weight * (0.8 + 0.4 * sample.noise)))


def _pending_blocks(sample: Sample) -> float:
    """Blocks that are copied just now: those that lack a replica, and those of draining nodes."""
    hdfs = sample.hdfs
    held = hdfs.used / BLOCK_BYTES / max(1, hdfs.live)
    return float(round(0.1 * hdfs.lacking + 0.05 * held * hdfs.draining))


def _live_share(sample: Sample) -> float:
    """Percent of the DataNodes that the NameNode hears from."""
    return 100.0 * sample.hdfs.live / sample.hdfs.known if sample.hdfs.known else 0.0


def _from_load(name: str, field: str, unit: str = "Count") -> Metric:
    return Metric(name, unit, lambda sample: float(getattr(sample.load, field)), _always)


def _core_from_load(name: str, field: str, unit: str = "Count") -> Metric:
    return Metric(name, unit, lambda sample: float(getattr(sample.load, field)), _has_core)


def _count(
    name: str,
    value: Callable[[Sample], float],
    exists: Callable[[Cluster], bool] = _always,
    unit: str = "Count",
) -> Metric:
    return Metric(name, unit, value, exists)


def _zero(sample: Sample) -> float:
    return 0.0


def _capacity_metrics() -> list[Metric]:
    """``TotalNodesRequested`` and its kin: one family for the unit of the scaling policy."""
    families = (("Units", "InstanceFleetUnits"), ("Nodes", "Instances"), ("VCPU", "VCPU"))
    return [
        Metric(
            f"{scope}{family}{side}",
            "Count",
            _capacity(scope, family.lower(), side.lower()),
            _scales_in(unit),
            _MINUTE,
        )
        for family, unit in families
        for side in ("Requested", "Running")
        for scope in ("Total", "Core", "Task")
    ]


def _capacity(scope: str, family: str, side: str) -> Callable[[Sample], float]:
    roles = ("CORE", "TASK") if scope == "Total" else (scope.upper(),)

    def value(sample: Sample) -> float:
        by_role = getattr(sample.load, side)
        return float(sum(getattr(by_role[role], family) for role in roles if role in by_role))

    return value


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        # Managed scaling; its CoreNodesRunning is the one that every cluster sends, further down
        *_capacity_metrics(),
        # Cluster state
        _count("IsIdle", lambda sample: float(sample.load.is_idle), unit="None"),
        _from_load("ContainerAllocated", "containers_allocated"),
        _count("ContainerReserved", _zero),
        _from_load("ContainerPending", "containers_pending"),
        _count("ContainerPendingRatio", _ratio),
        _from_load("AppsCompleted", "apps_completed"),
        _from_load("AppsFailed", "apps_failed"),
        _from_load("AppsKilled", "apps_killed"),
        _from_load("AppsPending", "apps_pending"),
        _from_load("AppsRunning", "apps_running"),
        _from_load("AppsSubmitted", "apps_submitted"),
        # Nodes
        _core_from_load("CoreNodesRunning", "core_nodes_running"),
        _core_from_load("CoreNodesPending", "core_nodes_pending"),
        _count("LiveDataNodes", _live_share, _has_core, "Percent"),
        _from_load("MRTotalNodes", "mr_total_nodes"),
        _from_load("MRActiveNodes", "mr_active_nodes"),
        _from_load("MRLostNodes", "mr_lost_nodes"),
        _from_load("MRUnhealthyNodes", "mr_unhealthy_nodes"),
        _from_load("MRDecommissionedNodes", "mr_decommissioned_nodes"),
        _count("MRRebootedNodes", _zero),
        _count(
            "MultiMasterInstanceGroupNodesRunning",
            lambda sample: float(sample.masters),
            _is_multi_master,
        ),
        _count(
            "MultiMasterInstanceGroupNodesRunningPercentage",
            lambda sample: 100.0 * sample.masters / max(1, sample.masters_wanted),
            _is_multi_master,
            "Percent",
        ),
        _count(
            "MultiMasterInstanceGroupNodesRequested",
            lambda sample: float(sample.masters_wanted),
            _is_multi_master,
        ),
        # Input and output
        _count("S3BytesWritten", lambda sample: _bytes(sample, 0.4), unit="Bytes"),
        _count("S3BytesRead", lambda sample: _bytes(sample, 0.6), unit="Bytes"),
        _count("HDFSUtilization", lambda sample: sample.hdfs.share, _has_core, "Percent"),
        _count("HDFSBytesRead", lambda sample: _bytes(sample, 0.5), _has_core, "Bytes"),
        _count("HDFSBytesWritten", lambda sample: _bytes(sample, 0.5), _has_core, "Bytes"),
        _count("MissingBlocks", lambda sample: float(sample.hdfs.missing), _has_core),
        _count("CorruptBlocks", _zero, _has_core),
        _count(
            "TotalLoad",
            lambda sample: float(round(sample.load.containers_allocated * (1 + sample.noise))),
            _has_core,
        ),
        _from_load("MemoryTotalMB", "memory_total_mb"),
        _count("MemoryReservedMB", _zero),
        _from_load("MemoryAvailableMB", "memory_available_mb"),
        _count("YARNMemoryAvailablePercentage", _memory_share, unit="Percent"),
        _from_load("MemoryAllocatedMB", "memory_allocated_mb"),
        _count("PendingDeletionBlocks", _zero, _has_core),
        _count("UnderReplicatedBlocks", lambda sample: float(sample.hdfs.lacking), _has_core),
        _count("DfsPendingReplicationBlocks", _pending_blocks, _has_core),
        _count(
            "CapacityRemainingGB",
            lambda sample: float((sample.hdfs.capacity - sample.hdfs.used) // _GIB),
            _has_core,
        ),
        # Auto-termination
        Metric("TotalNotebookKernels", "Count", _zero, _terminates_itself, _MINUTE),
        Metric(
            "AutoTerminationIsClusterIdle",
            "Count",
            lambda sample: float(sample.idle),
            _terminates_itself,
            _MINUTE,
        ),
    )
}
