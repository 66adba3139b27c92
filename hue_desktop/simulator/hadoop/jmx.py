"""The NameNode's MBeans: its health in figures, as ``/jmx`` tells them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, pstdev
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.blocks import Health
from hue_desktop.simulator.hadoop.datanodes import DataNode
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.inodes import File
from hue_desktop.simulator.hadoop.mbeans import jvm_metrics
from hue_desktop.simulator.hadoop.tree import walk

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster

__all__ = ["namenode_beans"]

Json = dict[str, Any]

_GIB = 1024**3
_DOMAIN = "Hadoop:service=NameNode,name="
_HEAP_MB = 4096.0
_PACKAGE = "org.apache.hadoop.hdfs.server.namenode."
_CLASSES = {
    "FSNamesystemState": f"{_PACKAGE}FSNamesystem",
    "NameNodeInfo": f"{_PACKAGE}FSNamesystem",
    "NameNodeStatus": f"{_PACKAGE}NameNode",
}
_SAFE_MODE = (
    "Safe mode is ON. It was turned on manually. "
    'Use "hdfs dfsadmin -safemode leave" to turn safe mode off.'
)


def namenode_beans(cluster: HdfsOfCluster, hdfs: Hdfs) -> list[Json]:
    """All beans that are simulated; the caller holds a session."""
    facts = _Facts.of(cluster, hdfs)
    host = cluster.namenode_host()
    busy = min(1.0, facts.files / 2e6 + len(hdfs.tree.written) / 50)
    up_s = cluster.at - cluster.cluster.ready
    figures = _figures(facts)
    return [
        jvm_metrics("NameNode", host, _HEAP_MB, busy, up_s, cluster.chance),
        _bean("FSNamesystem", _namesystem(facts, figures, host)),
        _bean("FSNamesystemState", _state(facts, figures)),
        _bean("NameNodeInfo", _info(facts)),
        _bean("NameNodeStatus", _status(facts, host)),
    ]


def _bean(name: str, members: Json) -> Json:
    """A bean; what the metrics system makes is of its own name, the rest of a Java class."""
    return {"name": f"{_DOMAIN}{name}", "modelerType": _CLASSES.get(name, name), **members}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the beans are made of, counted once; ``other`` are bytes beside HDFS by DataNode."""

    cluster: HdfsOfCluster
    hdfs: Hdfs
    live: list[DataNode]
    dead: list[DataNode]
    other: dict[int, int]
    replicas: Counter[int]
    files: int
    health: Health

    @classmethod
    def of(cls, cluster: HdfsOfCluster, hdfs: Hdfs) -> _Facts:
        nodes = hdfs.blocks.datanodes.values()
        live = [node for node in nodes if not node.dead]
        dead = [node for node in nodes if node.dead and node.leaving is None]
        other = {node.number: cluster.non_dfs_bytes(node) for node in live}
        replicas = Counter(
            number for block in hdfs.blocks.blocks.values() for number in block.replicas
        )
        files = sum(1 for _ in walk(hdfs.tree.root))
        return cls(cluster, hdfs, live, dead, other, replicas, files, hdfs.blocks.health())

    @property
    def leaving(self) -> list[DataNode]:
        return [node for node in self.live if node.leaving is not None]

    @property
    def stale(self) -> int:
        """DataNodes that are silent and not yet dead."""
        return sum(1 for node in self.live if not node.running)

    def remaining(self, node: DataNode) -> int:
        """Bytes that still fit on a node, what lies beside HDFS taken off."""
        return max(0, min(node.remaining, node.capacity - node.used - self.other[node.number]))

    @property
    def capacity(self) -> int:
        return sum(node.capacity for node in self.live)

    @property
    def used(self) -> int:
        return sum(node.used for node in self.live)

    @property
    def free(self) -> int:
        return sum(map(self.remaining, self.live))


def _figures(facts: _Facts) -> Json:
    """What FSNamesystem and FSNamesystemState have in common."""
    hdfs, live, leaving = facts.hdfs, facts.live, facts.leaving
    health = facts.health
    return {
        "CapacityTotal": facts.capacity,
        "CapacityUsed": facts.used,
        "CapacityRemaining": facts.free,
        "ProvidedCapacityTotal": 0,
        "TotalLoad": len(hdfs.tree.written),
        "BlocksTotal": len(hdfs.blocks.blocks),
        "FilesTotal": facts.files,
        "UnderReplicatedBlocks": health.lacking,
        "LowRedundancyBlocks": health.lacking,
        "PendingReplicationBlocks": 0,
        "PendingReconstructionBlocks": 0,
        "ScheduledReplicationBlocks": 0,
        "PendingDeletionBlocks": 0,
        "NumLiveDataNodes": len(live),
        "NumDeadDataNodes": len(facts.dead),
        "NumDecomLiveDataNodes": 0,
        "NumDecomDeadDataNodes": 0,
        "NumDecommissioningDataNodes": len(leaving),
        "NumInServiceLiveDataNodes": len(live) - len(leaving),
        "NumInMaintenanceLiveDataNodes": 0,
        "NumInMaintenanceDeadDataNodes": 0,
        "NumEnteringMaintenanceDataNodes": 0,
        "NumStaleStorages": 0,
        "VolumeFailuresTotal": 0,
        "EstimatedCapacityLostTotal": 0,
    }


def _namesystem(facts: _Facts, figures: Json, host: str) -> Json:
    health = facts.health
    return {
        "tag.Context": "dfs",
        "tag.TotalSyncTimes": "",
        "tag.HAState": "active",
        "tag.Hostname": host,
        **figures,
        "StaleDataNodes": facts.stale,
        "CapacityTotalGB": float(facts.capacity // _GIB),
        "CapacityUsedGB": float(facts.used // _GIB),
        "CapacityRemainingGB": float(facts.free // _GIB),
        "CapacityUsedNonDFS": sum(facts.other.values()),
        "MissingBlocks": health.missing,
        "MissingReplOneBlocks": health.missing_single,
        "CorruptBlocks": 0,
        "ExcessBlocks": 0,
        "PostponedMisreplicatedBlocks": 0,
        "NumFilesUnderConstruction": len(facts.hdfs.tree.written),
        "NumActiveClients": len(facts.hdfs.tree.written),
        "SnapshottableDirectories": 0,
        "Snapshots": 0,
        "BlockCapacity": 2097152,
        "MillisSinceLastLoadedEdits": 0,
    }


def _state(facts: _Facts, figures: Json) -> Json:
    return {
        **figures,
        "NumStaleDataNodes": facts.stale,
        "FSState": "safeMode" if facts.hdfs.safe_mode else "Operational",
        "MaxObjects": 0,
        "FsLockQueueLength": 0,
    }


def _status(facts: _Facts, host: str) -> Json:
    return {
        "NNRole": "NameNode",
        "HostAndPort": f"{host}:8020",
        "SecurityEnabled": False,
        "LastHATransitionTime": 0,
        "BytesWithFutureGenerationStamps": 0,
        "SlowPeersReport": None,
        "SlowDisksReport": None,
        "State": "active",
    }


def _info(facts: _Facts) -> Json:
    cluster, hdfs = facts.cluster, facts.hdfs
    health = facts.health
    total, used, free = facts.capacity, facts.used, facts.free
    live = {f"{node.host}:9866": _live(facts, node) for node in facts.live}
    dead = {f"{node.host}:9866": _dead(hdfs, node) for node in facts.dead}
    leaving = {f"{node.host}:9866": _leaving(hdfs, node) for node in facts.leaving}
    return {
        "Version": f"{cluster.hadoop_version}, r{'0' * 40}",
        "SoftwareVersion": cluster.hadoop_version,
        "ClusterId": f"CID-{cluster.cluster.id}",
        "BlockPoolId": cluster.block_pool(),
        "UpgradeFinalized": True,
        "Total": total,
        "Used": used,
        "Free": free,
        "NonDfsUsedSpace": sum(facts.other.values()),
        "BlockPoolUsedSpace": used,
        "PercentUsed": 100.0 * used / total if total else 0.0,
        "PercentRemaining": 100.0 * free / total if total else 0.0,
        "PercentBlockPoolUsed": 100.0 * used / total if total else 0.0,
        "CacheUsed": 0,
        "CacheCapacity": 0,
        "Safemode": _SAFE_MODE if hdfs.safe_mode else "",
        "TotalBlocks": len(hdfs.blocks.blocks),
        "Threads": 79,
        "NumberOfMissingBlocks": health.missing,
        "NumberOfMissingBlocksWithReplicationFactorOne": health.missing_single,
        "LiveNodes": json.dumps(live),
        "DeadNodes": json.dumps(dead),
        "DecomNodes": json.dumps(leaving),
        "EnteringMaintenanceNodes": "{}",
        "CorruptFiles": json.dumps([f"{block}\t{path}" for block, path in _lost(facts)]),
        "NameDirStatuses": json.dumps(
            {"active": {"/mnt/namenode": "IMAGE_AND_EDITS"}, "failed": {}}
        ),
        "NodeUsage": json.dumps({"nodeUsage": _spread(facts.live)}),
        "DistinctVersionCount": 1,
        "DistinctVersions": [{"key": cluster.hadoop_version, "value": len(live)}],
        "NNStartedTimeInMillis": int(cluster.cluster.ready * 1000),
    }


def _spread(nodes: list[DataNode]) -> dict[str, str]:
    """How evenly the DataNodes are filled."""
    shares = [100.0 * node.used / node.capacity for node in nodes if node.capacity] or [0.0]
    spread = {"min": min(shares), "median": median(shares), "max": max(shares)}
    return {name: f"{share:.2f}%" for name, share in (spread | {"stdDev": pstdev(shares)}).items()}


def _live(facts: _Facts, node: DataNode) -> Json:
    hdfs = facts.hdfs
    silent = 0 if node.stopped is None else (hdfs.now - node.stopped) // 1000
    return {
        "infoAddr": f"{node.ip}:9864",
        "infoSecureAddr": f"{node.ip}:0",
        "xferaddr": f"{node.ip}:9866",
        "location": "/default-rack",
        "lastContact": silent if silent else node.number % 3,
        "usedSpace": node.used,
        "adminState": "In Service" if node.leaving is None else "Decommission In Progress",
        "nonDfsUsedSpace": facts.other[node.number],
        "capacity": node.capacity,
        "numBlocks": facts.replicas[node.number],
        "version": facts.cluster.hadoop_version,
        "used": node.used,
        "remaining": facts.remaining(node),
        "blockScheduled": 0,
        "blockPoolUsed": node.used,
        "blockPoolUsedPercent": 100.0 * node.used / node.capacity if node.capacity else 0.0,
        "volfails": 0,
        "lastBlockReport": (hdfs.now // 60000 + node.number) % 360,
    }


def _dead(hdfs: Hdfs, node: DataNode) -> Json:
    return {
        "lastContact": (hdfs.now - (node.stopped or hdfs.now)) // 1000,
        "decommissioned": False,
        "adminState": "In Service",
        "xferaddr": f"{node.ip}:9866",
        "location": "/default-rack",
    }


def _leaving(hdfs: Hdfs, node: DataNode) -> Json:
    return {
        "xferaddr": f"{node.ip}:9866",
        "location": "/default-rack",
        "underReplicatedBlocks": hdfs.blocks.lacking_on(node),
        "decommissionOnlyReplicas": 0,
        "underReplicateInOpenFiles": 0,
    }


def _lost(facts: _Facts) -> Iterator[tuple[str, str]]:
    """Blocks without a replica, and their files."""
    hdfs = facts.hdfs
    if not facts.health.missing:
        return
    for node in walk(hdfs.tree.root):
        if isinstance(node, File):
            for block in node.blocks:
                if not hdfs.blocks.holders(block):
                    yield f"blk_{block.id}", node.path
