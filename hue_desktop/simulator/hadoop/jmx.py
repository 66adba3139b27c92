"""The NameNode's ``/jmx`` and ``/fsck``: its health in figures and in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.datanodes import DataNode
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.inodes import File
from hue_desktop.simulator.hadoop.tree import walk

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster

__all__ = ["beans", "fsck"]

Json = dict[str, Any]

_GIB = 1024**3
_DOMAIN = "Hadoop:service=NameNode,name="
_SAFE_MODE = "Safe mode is ON. It was turned on manually."


def beans(cluster: HdfsOfCluster, hdfs: Hdfs, query: str) -> Json:
    """The beans that ``qry`` asks for; all of them without it."""
    makers: dict[str, Callable[[HdfsOfCluster, Hdfs], Json]] = {
        "FSNamesystem": _namesystem,
        "FSNamesystemState": _state,
        "NameNodeInfo": _info,
        "NameNodeStatus": _status,
    }
    wanted = query.removeprefix(_DOMAIN)
    return {
        "beans": [
            {"name": f"{_DOMAIN}{name}", "modelerType": name, **maker(cluster, hdfs)}
            for name, maker in makers.items()
            if wanted in ("", "*", name)
        ]
    }


def _nodes(hdfs: Hdfs) -> tuple[list[DataNode], list[DataNode]]:
    nodes = hdfs.blocks.datanodes.values()
    return [node for node in nodes if not node.dead], [
        node for node in nodes if node.dead and node.leaving is None
    ]


def _figures(hdfs: Hdfs) -> Json:
    live, dead = _nodes(hdfs)
    health = hdfs.blocks.health()
    leaving = [node for node in live if node.leaving is not None]
    capacity = sum(node.capacity for node in live)
    remaining = sum(node.remaining for node in live)
    return {
        "CapacityTotal": capacity,
        "CapacityUsed": sum(node.used for node in live),
        "CapacityRemaining": remaining,
        "BlocksTotal": len(hdfs.blocks.blocks),
        "FilesTotal": sum(1 for _ in walk(hdfs.tree.root)),
        "UnderReplicatedBlocks": health.lacking,
        "LowRedundancyBlocks": health.lacking,
        "PendingReplicationBlocks": 0,
        "ScheduledReplicationBlocks": 0,
        "PendingDeletionBlocks": 0,
        "NumLiveDataNodes": len(live),
        "NumDeadDataNodes": len(dead),
        "NumDecomLiveDataNodes": 0,
        "NumDecomDeadDataNodes": 0,
        "NumDecommissioningDataNodes": len(leaving),
        "NumInServiceLiveDataNodes": len(live) - len(leaving),
        "StaleDataNodes": sum(1 for node in live if not node.running),
        "VolumeFailuresTotal": 0,
    }


def _namesystem(cluster: HdfsOfCluster, hdfs: Hdfs) -> Json:
    figures = _figures(hdfs)
    health = hdfs.blocks.health()
    return {
        "tag.Context": "dfs",
        "tag.HAState": "active",
        **figures,
        "CapacityTotalGB": float(figures["CapacityTotal"] // _GIB),
        "CapacityUsedGB": float(figures["CapacityUsed"] // _GIB),
        "CapacityRemainingGB": float(figures["CapacityRemaining"] // _GIB),
        "CapacityUsedNonDFS": 0,
        "MissingBlocks": health.missing,
        "MissingReplOneBlocks": health.missing_single,
        "CorruptBlocks": 0,
        "ExcessBlocks": 0,
        "NumFilesUnderConstruction": len(hdfs.tree.written),
        "SnapshottableDirectories": 0,
        "Snapshots": 0,
        "BlockCapacity": 2097152,
        "TotalLoad": len(hdfs.tree.written),
    }


def _state(cluster: HdfsOfCluster, hdfs: Hdfs) -> Json:
    return {**_figures(hdfs), "FSState": "safeMode" if hdfs.safe_mode else "Operational"}


def _status(cluster: HdfsOfCluster, hdfs: Hdfs) -> Json:
    return {
        "NNRole": "NameNode",
        "HostAndPort": f"{cluster.namenode_host()}:8020",
        "SecurityEnabled": False,
        "State": "active",
    }


def _info(cluster: HdfsOfCluster, hdfs: Hdfs) -> Json:
    live, dead = _nodes(hdfs)
    health = hdfs.blocks.health()
    total = sum(node.capacity for node in live)
    used = sum(node.used for node in live)
    free = sum(node.remaining for node in live)
    leaving = [node for node in live if node.leaving is not None]
    return {
        "Version": f"{cluster.hadoop_version}, r{'0' * 40}",
        "SoftwareVersion": cluster.hadoop_version,
        "ClusterId": f"CID-{cluster.cluster.id}",
        "BlockPoolId": cluster.block_pool(),
        "Total": total,
        "Used": used,
        "Free": free,
        "NonDfsUsedSpace": 0,
        "BlockPoolUsedSpace": used,
        "PercentUsed": 100.0 * used / total if total else 0.0,
        "PercentRemaining": 100.0 * free / total if total else 0.0,
        "Safemode": _SAFE_MODE if hdfs.safe_mode else "",
        "TotalBlocks": len(hdfs.blocks.blocks),
        "NumberOfMissingBlocks": health.missing,
        "NumberOfMissingBlocksWithReplicationFactorOne": health.missing_single,
        "LiveNodes": json.dumps({_name(node): _live(hdfs, node) for node in live}),
        "DeadNodes": json.dumps({_name(node): _dead(hdfs, node) for node in dead}),
        "DecomNodes": json.dumps({_name(node): _leaving(hdfs, node) for node in leaving}),
        "EnteringMaintenanceNodes": "{}",
        "CorruptFiles": json.dumps([f"{block}\t{path}" for block, path in _lost(hdfs)]),
        "NNStartedTimeInMillis": int(cluster.cluster.ready * 1000),
    }


def _name(node: DataNode) -> str:
    return f"{node.host}:9866"


def _live(hdfs: Hdfs, node: DataNode) -> Json:
    silent = 0 if node.stopped is None else (hdfs.now - node.stopped) // 1000
    return {
        "infoAddr": f"{node.ip}:9864",
        "infoSecureAddr": f"{node.ip}:0",
        "xferaddr": f"{node.ip}:9866",
        "location": "/default-rack",
        "lastContact": silent,
        "usedSpace": node.used,
        "adminState": "In Service" if node.leaving is None else "Decommission In Progress",
        "nonDfsUsedSpace": 0,
        "capacity": node.capacity,
        "numBlocks": hdfs.blocks.count_on(node),
        "used": node.used,
        "remaining": node.remaining,
        "blockScheduled": 0,
        "blockPoolUsed": node.used,
        "blockPoolUsedPercent": 100.0 * node.used / node.capacity if node.capacity else 0.0,
        "volfails": 0,
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


def _lost(hdfs: Hdfs) -> Iterator[tuple[str, str]]:
    """Blocks without a replica, and their files."""
    for node in walk(hdfs.tree.root):
        if isinstance(node, File):
            for block in node.blocks:
                if not hdfs.blocks.holders(block):
                    yield f"blk_{block.id}", node.path


def fsck(cluster: HdfsOfCluster, hdfs: Hdfs, path: str, user: str, *, files: bool) -> str:
    """What ``hdfs fsck`` prints, in short."""
    at = datetime.fromtimestamp(hdfs.now / 1000, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    lines = [f"FSCK started by {user} (auth:SIMPLE) from /127.0.0.1 for path {path} at {at}", ""]
    top = hdfs.tree.locate(path).node
    if top is None:
        return f"FSCK ended at {at} in 0 milliseconds\nPath '{path}' does not exist.\n"
    found = [node for node in walk(top) if isinstance(node, File) and node.lease is None]
    found.sort(key=lambda node: node.path)
    lacking = missing = blocks = replicas = 0
    for file in found:
        notes = []
        for block in file.blocks:
            live = hdfs.blocks.live_replicas(block)
            blocks += 1
            replicas += live
            missing += live == 0
            lacking += 0 < live < file.replication
            if 0 < live < file.replication:
                notes.append(
                    f" Under replicated {cluster.block_pool()}:{block.name}. Target Replicas is "
                    f"{file.replication} but found {live} live replica(s)."
                )
        gone = [block for block in file.blocks if not hdfs.blocks.live_replicas(block)]
        if gone:
            size = sum(block.length for block in gone)
            notes.append(f" MISSING {len(gone)} blocks of total size {size} B")
        if files or notes:
            said = "".join(notes) or "  OK"
            lines.append(
                f"{file.path} {file.length} bytes, replicated: replication={file.replication}, "
                f"{len(file.blocks)} block(s): {said}"
            )
    state = "CORRUPT" if missing else "HEALTHY"
    live_nodes = _nodes(hdfs)[0]
    lines += [
        "",
        f"Status: {state}",
        f" Number of data-nodes:\t{len(live_nodes)}",
        f" Total size:\t{sum(file.length for file in found)} B",
        f" Total files:\t{len(found)}",
        f" Total blocks (validated):\t{blocks}",
        f" Under-replicated blocks:\t{lacking}",
        f" Average block replication:\t{replicas / blocks if blocks else 0.0}",
        f" Missing blocks:\t\t{missing}",
        " Corrupt blocks:\t\t0",
        f"FSCK ended at {at} in 1 milliseconds",
        "",
        "",
        f"The filesystem under path '{path}' is {state}",
        "",
    ]
    return "\n".join(lines)
