"""YARN memory and HDFS room of nodes: measured where a node of the type runs, else by EMR's rule.

EMR sets ``yarn.nodemanager.resource.memory-mb`` by type. Its published task configurations (12,288
MB for m5.xlarge with 16 GiB, 23,424 for r4.xlarge with 30.5, 54,272 for r4.2xlarge with 61) are the
memory less a quarter, but at most 8 GiB. A cluster's own configuration may say otherwise: what its
NodeManagers report comes first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from hue_desktop.core.candidates.values import ClusterRoom
from hue_desktop.core.ebs import default_volumes
from hue_desktop.core.instances import EbsVolume, InstanceType, Role

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterSnapshot
    from hue_desktop.core.metrics import NodeReading

__all__ = [
    "Measured",
    "configured_yarn_gib",
    "measured",
    "room",
    "room_after",
    "with_configured",
    "yarn_gib_of",
]

_GIB = 1024.0**3
_SHARE, _MOST_GIB = 0.25, 8.0  #: what EMR keeps back for the system and the daemons
_GB = 1000.0**3
_HELD_BACK = 0.05  #: of a node's disks: the file system's own and what is reserved for others


@dataclass(frozen=True)
class Measured:
    """What nodes that run say: GiB by instance type. Empty: nothing was measured."""

    yarn_gib: Mapping[str, float] = field(default_factory=dict)
    hdfs_gib: Mapping[str, float] = field(default_factory=dict)


def yarn_gib_of(kind: InstanceType, measured: Mapping[str, float]) -> tuple[float, bool]:
    """GiB that YARN gives out on a node of the type, and whether that was measured."""
    known = measured.get(kind.name)
    if known is not None:
        return known, True
    return kind.memory_gib - min(_MOST_GIB, _SHARE * kind.memory_gib), False


def measured(snapshot: ClusterSnapshot, nodes: Mapping[str, NodeReading]) -> Measured:
    """The median of the nodes of each type; ``nodes`` by private DNS name.

    YARN's total of a node that is going (DECOMMISSIONING) shrinks to what is in use, so only those
    that run count.
    """
    yarn: dict[str, list[float]] = {}
    hdfs: dict[str, list[float]] = {}
    for node in snapshot.nodes():
        reading = nodes.get(node.private_dns)
        if reading is None:
            continue
        total = reading.values.get("yarn.memory.total")
        if total and reading.state == "RUNNING":
            yarn.setdefault(node.instance_type, []).append(total / _GIB)
        disk = reading.values.get("hdfs.capacity")
        if disk and node.role is not Role.TASK:
            hdfs.setdefault(node.instance_type, []).append(disk / _GIB)
    return Measured(_medians(yarn), _medians(hdfs))


def configured_yarn_gib(configurations_json: str) -> float | None:
    """The memory that the cluster's own ``yarn-site`` sets for all nodes; ``None`` without one."""
    try:
        classifications = json.loads(configurations_json)
        for one in classifications:
            if one.get("Classification") == "yarn-site":
                text = (one.get("Properties") or {}).get("yarn.nodemanager.resource.memory-mb")
                return float(text) / 1024 if text else None
    except (ValueError, AttributeError, TypeError):
        return None
    return None


def with_configured(
    known: Measured, configurations_json: str, types: Iterable[InstanceType]
) -> Measured:
    """The same with what the cluster's ``yarn-site`` sets for types of which no node was asked.

    EMR sets it on every node, whatever its type. One with less memory than that is left to the
    rule: YARN would give out what is not there.
    """
    gib = configured_yarn_gib(configurations_json)
    if gib is None:
        return known
    told = {kind.name: gib for kind in types if kind.memory_gib >= gib}
    return Measured({**told, **known.yarn_gib}, known.hdfs_gib)


def room(
    snapshot: ClusterSnapshot, types: Mapping[str, InstanceType], known: Measured
) -> ClusterRoom:
    """What the groups ask for; with fleets, the nodes that exist.

    The master gives YARN and HDFS nothing, unless it is the only node: then it does everything.
    """
    found = ClusterRoom(0, 0, 0.0, 0.0, True, 0.0, True)
    release = snapshot.cluster.release if snapshot.cluster else ""
    counts = tuple(_counts(snapshot))
    alone = all(role is Role.MASTER for _name, role, count, _volumes in counts if count)
    for name, role, count, volumes in counts:
        role = Role.CORE if alone else role
        found = _more(found, types.get(name), name, role, count, volumes, release, known)
    return found


def room_after(
    before: ClusterRoom,
    kind: InstanceType | None,
    more: int,
    known: Measured,
    *,
    role: Role = Role.TASK,
    volumes: tuple[EbsVolume, ...] = (),
    release: str = "",
) -> ClusterRoom:
    """The same with so many more (or fewer) nodes of a type; ``None``: a type nobody knows."""
    name = kind.name if kind else ""
    return _more(before, kind, name, role, more, volumes, release, known)


def _more(
    before: ClusterRoom,
    kind: InstanceType | None,
    name: str,
    role: Role,
    count: int,
    volumes: tuple[EbsVolume, ...],
    release: str,
    known: Measured,
) -> ClusterRoom:
    if count == 0:
        return before
    worker = role is not Role.MASTER
    yarn: float | None = 0.0
    disk: float | None = 0.0
    yarn_sure = disk_sure = True
    if worker:
        yarn, yarn_sure = (None, False) if kind is None else yarn_gib_of(kind, known.yarn_gib)
    if role is Role.CORE:
        disk, disk_sure = _hdfs_gib(kind, name, volumes, release, known)
    return ClusterRoom(
        before.nodes + count,
        _vcpu(before.vcpu, kind, count),
        _sum(before.memory_gib, kind.memory_gib if kind else None, count),
        _sum(before.yarn_gib, yarn, count),
        before.yarn_sure and yarn_sure,
        _sum(before.hdfs_gib, disk, count),
        before.hdfs_sure and disk_sure,
    )


def _hdfs_gib(
    kind: InstanceType | None,
    name: str,
    volumes: tuple[EbsVolume, ...],
    release: str,
    known: Measured,
) -> tuple[float | None, bool]:
    told = known.hdfs_gib.get(name)
    if told is not None:
        return told, True
    if kind is None:
        return None, False
    ebs = sum(volume.size_gib for volume in volumes or default_volumes(name, release))
    return (ebs + kind.nvme_gb * _GB / _GIB) * (1 - _HELD_BACK), False


def _sum(before: float | None, each: float | None, count: int) -> float | None:
    return None if before is None or each is None else before + count * each


def _vcpu(before: int | None, kind: InstanceType | None, count: int) -> int | None:
    return None if before is None or kind is None else before + count * kind.vcpu


def _counts(
    snapshot: ClusterSnapshot,
) -> Iterable[tuple[str, Role, int, tuple[EbsVolume, ...]]]:
    if snapshot.groups:
        for group in snapshot.groups:
            yield group.instance_type, group.role, group.requested, group.ebs_volumes
        return
    for node in snapshot.nodes():
        yield node.instance_type, node.role or Role.TASK, 1, ()


def _medians(found: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: median(values) for name, values in found.items()}
