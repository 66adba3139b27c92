"""YARN's ResourceManager REST in our words: cluster metrics, nodes, applications.

Hadoop reports a node's CPU (``nodeCPUUsage``) as the number of processors in use, as the operating
system counts them, and its memory (``nodePhysicalMemoryMB``) as all that is in use on the machine,
daemons included. YARN's own figures are what containers were promised.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hue_desktop.adapters.hadoop.figures import Json, listed, number, part, share, word
from hue_desktop.core.metrics import NodeReading, YarnApplication

__all__ = ["applications_of", "cluster_values", "host_of", "nodes_of"]

MIB = 1024.0**2
_COUNTS = {
    "yarn.containers": ("containersAllocated",),
    "yarn.containers.pending": ("containersPending", "pendingContainers"),
    "yarn.apps.running": ("appsRunning",),
    "yarn.apps.pending": ("appsPending",),
    "yarn.apps.failed": ("appsFailed",),
    "yarn.nodes.live": ("activeNodes",),
    "yarn.nodes.lost": ("lostNodes",),
    "yarn.nodes.unhealthy": ("unhealthyNodes",),
    "yarn.nodes.decommissioning": ("decommissioningNodes",),
    "yarn.vcores.used": ("allocatedVirtualCores",),
    "yarn.vcores.total": ("totalVirtualCores",),
}
_MEMORY = {
    "yarn.memory.used": "allocatedMB",
    "yarn.memory.total": "totalMB",
    "yarn.memory.reserved": "reservedMB",
}


def cluster_values(answer: Any) -> dict[str, float]:
    """``/ws/v1/cluster/metrics``; what is absent stays absent."""
    told = part(answer, "clusterMetrics")
    values: dict[str, float] = {}
    for name, words in _COUNTS.items():
        _put(values, name, number(told, *words))
    for name, key in _MEMORY.items():
        mb = number(told, key)
        _put(values, name, None if mb is None else mb * MIB)
    used, total = values.get("yarn.memory.used"), values.get("yarn.memory.total")
    _put(values, "yarn.memory.share", share(used, total))
    return values


def nodes_of(answer: Any) -> list[NodeReading]:
    """``/ws/v1/cluster/nodes``."""
    return list(_nodes(answer))


def applications_of(answer: Any) -> list[YarnApplication]:
    """``/ws/v1/cluster/apps``; an entry without an id is none."""
    found = (_application(each) for each in listed(part(answer, "apps"), "app"))
    return [each for each in found if each is not None]


def host_of(node: Json) -> str:
    """The host of a node: its name, else the first part of its id (``host:port``)."""
    return word(node, "nodeHostName") or word(node, "id").rpartition(":")[0]


def _nodes(answer: Any) -> Iterator[NodeReading]:
    for node in listed(part(answer, "nodes"), "node"):
        host = host_of(node)
        if not host:
            continue
        state = word(node, "state")
        healthy = state not in ("UNHEALTHY", "LOST")
        report = "" if healthy else word(node, "healthReport")
        yield NodeReading(host.lower(), state, report, _node_values(node))


def _node_values(node: Json) -> dict[str, float]:
    values: dict[str, float] = {}
    used_mb, free_mb = number(node, "usedMemoryMB"), number(node, "availMemoryMB")
    used_cores = number(node, "usedVirtualCores")
    free_cores = number(node, "availableVirtualCores")
    total_mb, cores = _sum(used_mb, free_mb), _sum(used_cores, free_cores)
    _put(values, "yarn.containers", number(node, "numContainers"))
    _put(values, "yarn.vcores.used", used_cores)
    _put(values, "yarn.vcores.total", cores)
    _put(values, "yarn.memory.used", None if used_mb is None else used_mb * MIB)
    _put(values, "yarn.memory.total", None if total_mb is None else total_mb * MIB)
    _put(values, "yarn.memory.share", share(used_mb, total_mb))
    usage = part(node, "resourceUtilization")
    processors, memory_mb = number(usage, "nodeCPUUsage"), number(usage, "nodePhysicalMemoryMB")
    if processors is not None and processors >= 0:
        values["node.processors"] = processors
        _put(values, "node.cpu", share(processors, cores))
    if memory_mb is not None and memory_mb > 0:
        values["node.memory.used"] = memory_mb * MIB
        _put(values, "node.memory", share(memory_mb, total_mb))
    return values


def _application(app: Json) -> YarnApplication | None:
    app_id = word(app, "id")
    if not app_id:
        return None
    return YarnApplication(
        id=app_id,
        name=word(app, "name"),
        user=word(app, "user"),
        queue=word(app, "queue"),
        kind=word(app, "applicationType"),
        state=word(app, "state"),
        final_status=word(app, "finalStatus"),
        started=_seconds(app, "startedTime"),
        ended=_seconds(app, "finishedTime"),
        containers=int(max(0.0, number(app, "runningContainers") or 0.0)),
        memory_bytes=max(0.0, number(app, "allocatedMB") or 0.0) * MIB,
        memory_byte_s=(number(app, "memorySeconds") or 0.0) * MIB,
        vcore_s=number(app, "vcoreSeconds") or 0.0,
        progress=min(100.0, max(0.0, number(app, "progress") or 0.0)),
        tracking_url=word(app, "trackingUrl"),
        tags=tuple(filter(None, word(app, "applicationTags").split(","))),
    )


def _seconds(app: Json, name: str) -> float | None:
    """Milliseconds since the epoch; YARN writes 0 for what has not come about."""
    found = number(app, name)
    return found / 1000.0 if found else None


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _put(values: dict[str, float], name: str, value: float | None) -> None:
    if value is not None:
        values[name] = value
