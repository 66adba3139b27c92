"""A DataNode's MBeans: what it reads and writes, and how full it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_DNS, uuid5

from hue_desktop.simulator.hadoop.datanodes import DataNode
from hue_desktop.simulator.hadoop.mbeans import jvm_metrics

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster

__all__ = ["datanode_beans"]

Json = dict[str, Any]

_HEAP_MB = 1024.0
_DIRECTORIES = "FSDataset{dirpath='[/mnt/hdfs]'}"
#: Bytes a second that a container reads from HDFS on the average, and writes to it.
_READ_BYTES_S = 6.0e6
_WRITTEN_BYTES_S = 2.5e6
_BLOCK = 128 * 1024**2


def datanode_beans(cluster: HdfsOfCluster, node: DataNode) -> list[Json]:
    """The beans of a DataNode that runs; the caller holds a session."""
    since = node.running_since / 1000
    host = node.host
    return [
        jvm_metrics("DataNode", host, _HEAP_MB, 0.1, cluster.at - since, cluster.chance),
        _activity(cluster, node, since),
        *_datasets(cluster, node),
    ]


def _activity(cluster: HdfsOfCluster, node: DataNode, since: float) -> Json:
    """Counters since the process began, from what the cluster's containers did meanwhile.

    All nodes have their part in the work of the cluster, some more, some less.
    """
    ledger = cluster.yarn.ledger
    seconds = ledger.total(cluster.at) - ledger.total(since)
    part = (0.7 + 0.6 * cluster.chance.unit("dfs", node.key)) / cluster.serving_datanodes()
    read = int(seconds * part * _READ_BYTES_S) + node.served
    written = int(seconds * part * _WRITTEN_BYTES_S) + node.received
    name = f"DataNodeActivity-{node.host}-9866"
    return {
        "name": f"Hadoop:service=DataNode,name={name}",
        "modelerType": name,
        "tag.SessionId": None,
        "tag.Context": "dfs",
        "tag.Hostname": node.host,
        "BytesWritten": written,
        "TotalWriteTime": written // 180_000,
        "BytesRead": read,
        "TotalReadTime": read // 220_000,
        "BlocksWritten": written // _BLOCK,
        "BlocksRead": read // _BLOCK,
        "BlocksReplicated": 0,
        "BlocksRemoved": 0,
        "BlocksVerified": 0,
        "BlockVerificationFailures": 0,
        "ReadsFromLocalClient": read // _BLOCK,
        "ReadsFromRemoteClient": 0,
        "VolumeFailures": 0,
        "DatanodeNetworkErrors": 0,
    }


def _datasets(cluster: HdfsOfCluster, node: DataNode) -> list[Json]:
    """The disks twice, as Hadoop has them: under the storage's id, and as a metric."""
    other = cluster.non_dfs_bytes(node)
    figures = {
        "Capacity": node.capacity,
        "DfsUsed": node.used,
        "Remaining": max(0, min(node.remaining, node.capacity - node.used - other)),
        "NumFailedVolumes": 0,
        "LastVolumeFailureDate": 0,
        "EstimatedCapacityLostTotal": 0,
        "CacheUsed": 0,
        "CacheCapacity": 0,
        "NumBlocksCached": 0,
        "NumBlocksFailedToCache": 0,
    }
    storage = uuid5(NAMESPACE_DNS, node.key)
    return [
        {
            "name": f"Hadoop:service=DataNode,name=FSDatasetState-{storage}",
            "modelerType": "org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsDatasetImpl",
            **figures,
            "NumBlocksFailedToUncache": 0,
            "FailedStorageLocations": [],
            "StorageInfo": _DIRECTORIES,
        },
        {
            "name": "Hadoop:service=DataNode,name=FSDatasetState",
            "modelerType": "FSDatasetState",
            "tag.Context": "FSDatasetState",
            "tag.StorageInfo": _DIRECTORIES,
            "tag.Hostname": node.host,
            **figures,
            "NumBlocksFailedToUnCache": 0,
        },
    ]
