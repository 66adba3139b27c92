"""What ``/jmx`` of NameNode, DataNode and ResourceManager says, in our words.

Names of attributes moved between Hadoop 2 and 3, and beans come and go with a server's state.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from hue_desktop.adapters.hadoop.figures import Json, decoded, listed, number, share, word
from hue_desktop.core.metrics import NodeReading

__all__ = [
    "Beans",
    "beans_of",
    "data_node_doors",
    "data_nodes_of",
    "heap_share",
    "is_standby",
    "namenode_values",
    "safe_mode_of",
    "traffic_of",
]

Beans = Mapping[str, Json]
_COUNTS = {
    "hdfs.blocks": ("BlocksTotal", "TotalBlocks"),
    "hdfs.files": ("FilesTotal", "TotalFiles"),
    "hdfs.missing": ("MissingBlocks", "NumberOfMissingBlocks"),
    "hdfs.corrupt": ("CorruptBlocks",),
    "hdfs.under_replicated": ("UnderReplicatedBlocks", "LowRedundancyBlocks"),
    "hdfs.nodes.live": ("NumLiveDataNodes",),
    "hdfs.nodes.dead": ("NumDeadDataNodes",),
    "hdfs.volume_failures": ("VolumeFailuresTotal",),
    "hdfs.used": ("CapacityUsed", "Used"),
    "hdfs.capacity": ("CapacityTotal", "Total"),
    "hdfs.remaining": ("CapacityRemaining", "Free"),
}


def beans_of(answer: Any) -> Beans:
    """The beans of an answer by the last part of their names (``FSNamesystem``)."""
    found = {}
    for bean in listed(answer, "beans"):
        name = word(bean, "name")
        if "name=" in name:
            found[name.rpartition("name=")[2].partition(",")[0]] = bean
    return found


def heap_share(beans: Beans) -> float | None:
    """The heap in use, in per cent of what it may grow to."""
    jvm = beans.get("JvmMetrics", {})
    # the maximum is -1 on a JVM that has none
    return share(number(jvm, "MemHeapUsedM"), number(jvm, "MemHeapMaxM"))


def namenode_values(beans: Beans) -> dict[str, float]:
    """Capacity, blocks and DataNodes; each from the first bean that has it."""
    values: dict[str, float] = {}
    for name, words in _COUNTS.items():
        for bean in ("FSNamesystem", "FSNamesystemState", "NameNodeInfo"):
            found = number(beans.get(bean, {}), *words)
            if found is not None:
                values[name] = max(0.0, found)
                break
    used = share(values.get("hdfs.used"), values.get("hdfs.capacity"))
    if used is not None:
        values["hdfs.share"] = used
    heap = heap_share(beans)
    if heap is not None:
        values["namenode.heap"] = heap
    live, dead = values.get("hdfs.nodes.live"), values.get("hdfs.nodes.dead")
    if live is not None and dead is not None and live + dead > 0:
        values["hdfs.nodes.dead_share"] = 100.0 * dead / (live + dead)
    if "NameNodeInfo" in beans or "FSNamesystemState" in beans:
        values["hdfs.safe_mode"] = 1.0 if safe_mode_of(beans) else 0.0
    return values


def safe_mode_of(beans: Beans) -> str:
    """The NameNode's own words for its safe mode; empty outside it."""
    text = word(beans.get("NameNodeInfo", {}), "Safemode")
    if text:
        return text
    state = word(beans.get("FSNamesystemState", {}), "FSState")
    return state if state.lower() == "safemode" else ""


def is_standby(beans: Beans) -> bool:
    """Whether another NameNode is the active one."""
    state = word(beans.get("FSNamesystem", {}), "tag.HAState")
    return state.lower() in ("standby", "observer")


def data_nodes_of(beans: Beans) -> list[NodeReading]:
    """The live DataNodes."""
    return [NodeReading(host, values=_data_node(told)) for host, told in _live(beans).items()]


def data_node_doors(beans: Beans) -> dict[str, int]:
    """The port of each DataNode's web server, where the NameNode tells it."""
    doors = {}
    for host, told in _live(beans).items():
        port = word(told, "infoAddr").rpartition(":")[2]
        if port.isdigit() and 0 < int(port) < 65536:
            doors[host] = int(port)
    return doors


def traffic_of(beans: Beans) -> tuple[float, float] | None:
    """The bytes that a DataNode has read and written since it started."""
    for name, bean in beans.items():
        if name.startswith("DataNodeActivity"):
            read, written = number(bean, "BytesRead"), number(bean, "BytesWritten")
            if read is not None and written is not None:
                return read, written
    return None


def _live(beans: Beans) -> dict[str, Json]:
    """``LiveNodes`` is JSON within a string, with ``host:port`` as keys; here by host."""
    nodes: Any = beans.get("NameNodeInfo", {}).get("LiveNodes")
    if isinstance(nodes, str):
        text, nodes = nodes, None
        with contextlib.suppress(ValueError):
            nodes = decoded(text)
    if not isinstance(nodes, Mapping):
        return {}
    return {
        name.partition(":")[0].lower(): told
        for name, told in nodes.items()
        if isinstance(name, str) and isinstance(told, Mapping)
    }


def _data_node(told: Json) -> dict[str, float]:
    values: dict[str, float] = {}
    used, capacity = number(told, "usedSpace", "used"), number(told, "capacity")
    beside = number(told, "nonDfsUsedSpace")
    found = {
        "hdfs.used": used,
        "hdfs.capacity": capacity,
        "hdfs.remaining": number(told, "remaining"),
        "hdfs.blocks": number(told, "numBlocks"),
        "hdfs.share": share(used, capacity),
        # what is on the disks beside HDFS fills them as well
        "node.disk": None if used is None else share(used + (beside or 0.0), capacity),
    }
    for name, value in found.items():
        if value is not None:
            values[name] = value
    return values
