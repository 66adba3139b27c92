"""Values that no server tells: means by role and market, the fullest core disk, the cost."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import Instance, InstanceType, Market, Role
from hue_desktop.core.metrics import METRICS, NodeReading, Reading, SeriesKey, of_cloudwatch

__all__ = [
    "CLOUDWATCH_RESTS",
    "against_machines",
    "cluster_values",
    "host_key",
    "node_readings",
    "series_of",
    "told_by_cloudwatch",
]

#: what CloudWatch tells as the per cent that are left of ours
CLOUDWATCH_RESTS = {
    "YARNMemoryAvailablePercentage": "yarn.memory.share",
    "LiveDataNodes": "hdfs.nodes.dead_share",
}
_GIB = 1024.0**3
_MEANS = ("node.cpu", "node.memory", "node.disk")


def host_key(host: str) -> str:
    """A host's name as YARN, HDFS and EMR all write it, but for case, port and a final dot."""
    return host.strip().partition(":")[0].rstrip(".").lower()


def node_readings(reading: Reading, cluster: ClusterSnapshot | None) -> dict[str, NodeReading]:
    """The nodes by their private DNS name as EMR has it.

    YARN may say the short name, another domain or the address; HDFS may say either. What two
    servers said of one node is put together. A node that EMR does not list keeps its own name.
    """
    names = _names((cluster.instances if cluster else None) or ())
    found: dict[str, NodeReading] = {}
    for node in reading.nodes:
        key = host_key(node.host)
        name = names.get(key) or names.get(key.partition(".")[0]) or key
        known = found.get(name)
        if known is None:
            found[name] = replace(node, host=name)
        else:
            found[name] = NodeReading(
                name,
                known.state or node.state,
                known.health or node.health,
                {**node.values, **known.values},
            )
    return found


def against_machines(
    nodes: Mapping[str, NodeReading],
    cluster: ClusterSnapshot | None,
    sizes: Mapping[str, InstanceType],
) -> dict[str, NodeReading]:
    """CPU and memory in per cent of what the machine has, where its size is known.

    Without it they stay as they came: in per cent of what YARN may give away of it.
    """
    if not sizes:
        return dict(nodes)
    types = {host_key(each.private_dns): each.instance_type for each in _active(cluster)}
    found = {}
    for host, node in nodes.items():
        size = sizes.get(types.get(host, ""))
        values = dict(node.values)
        processors, memory = values.get("node.processors"), values.get("node.memory.used")
        if size is not None and processors is not None and size.vcpu > 0:
            values["node.cpu"] = min(100.0, 100.0 * processors / size.vcpu)
        if size is not None and memory is not None and size.memory_gib > 0:
            values["node.memory"] = min(100.0, 100.0 * memory / (size.memory_gib * _GIB))
        found[host] = replace(node, values=values)
    return found


def cluster_values(
    reading: Reading,
    nodes: Mapping[str, NodeReading],
    cluster: ClusterSnapshot | None,
    usd_hour: float | None,
) -> dict[str, float]:
    """What the servers told of the cluster, and what follows from it. NaN never gets in."""
    values = {name: each for name, each in reading.values.items() if math.isfinite(each)}
    roles = {host_key(each.private_dns): each for each in _active(cluster)}
    for name in _MEANS:
        _set_mean(values, name, (each.values.get(name) for each in nodes.values()))
    cpus: dict[str, list[float | None]] = defaultdict(list)
    core_disks = []
    for host, node in nodes.items():
        instance = roles.get(host)
        if instance is None or instance.role is None:
            continue
        cpus[_cpu_name(instance)].append(node.values.get("node.cpu"))
        disk = node.values.get("node.disk")
        if instance.role is Role.CORE and disk is not None and math.isfinite(disk):
            core_disks.append(disk)
    for name, each in cpus.items():
        if name:
            _set_mean(values, name, each)
    if core_disks:
        values["node.disk.fullest"] = max(core_disks)
    live, dead = values.get("hdfs.nodes.live"), values.get("hdfs.nodes.dead")
    if live is not None and dead is not None and live + dead > 0:
        values.setdefault("hdfs.nodes.dead_share", 100.0 * dead / (live + dead))
    if usd_hour is not None:
        values["cost.usd_hour"] = usd_hour
    return values


def told_by_cloudwatch(told: Mapping[str, float]) -> dict[str, float]:
    """CloudWatch's newest values under our names and in our units."""
    values = {}
    for name, value in told.items():
        known = of_cloudwatch(name)
        if name in CLOUDWATCH_RESTS:
            values[CLOUDWATCH_RESTS[name]] = min(100.0, max(0.0, 100.0 - value))
        elif known is not None:
            values[known.name] = value * known.scale
    return {name: value for name, value in values.items() if math.isfinite(value)}


def series_of(
    values: Mapping[str, float], nodes: Mapping[str, NodeReading]
) -> dict[SeriesKey, float]:
    """One reading as values of series; ``nodes`` may be empty to leave them out."""
    found = {SeriesKey(name): value for name, value in values.items()}
    for host, node in nodes.items():
        for name, value in node.values.items():
            if name in METRICS and METRICS[name].per_node:
                found[SeriesKey(name, host)] = value
    return found


def _active(cluster: ClusterSnapshot | None) -> Iterable[Instance]:
    return cluster.nodes() if cluster else ()


def _names(instances: Iterable[Instance]) -> dict[str, str]:
    """Private DNS names by every word that a server may use for the node; active ones win."""
    names: dict[str, str] = {}
    for instance in sorted(instances, key=lambda each: each.active):
        if instance.private_dns:
            name = host_key(instance.private_dns)
            names[name] = names[name.partition(".")[0]] = name
            if instance.private_ip:
                names[instance.private_ip] = name
    return names


def _cpu_name(instance: Instance) -> str:
    if instance.role is Role.CORE:
        return "cpu.core"
    if instance.role is Role.TASK:
        return "cpu.task_spot" if instance.market is Market.SPOT else "cpu.task_on_demand"
    return ""


def _set_mean(values: dict[str, float], name: str, found: Iterable[float | None]) -> None:
    known = [each for each in found if each is not None and math.isfinite(each)]
    if known:
        values[name] = sum(known) / len(known)
