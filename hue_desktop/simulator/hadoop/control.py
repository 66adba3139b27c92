"""Requests of the control API for HDFS: where it is served, and the trouble one can make there."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.trouble import trouble_of

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster
    from hue_desktop.simulator.hadoop.datanodes import DataNode
    from hue_desktop.simulator.hadoop.servers import HadoopServers

__all__ = ["HadoopControl"]

_Body = Mapping[str, Any]
_LISTED = 100  #: each cluster that is listed takes two listening sockets


class HadoopControl:
    """Answers the control API for the Hadoop servers."""

    def __init__(self, servers: HadoopServers) -> None:
        self._servers = servers

    def controls(self) -> Mapping[str, Callable[[_Body], Coroutine[Any, Any, object]]]:
        """Requests by name; a GET has an empty body."""
        return {
            "hdfs": self._list,
            "hdfs/state": self._state,
            "hdfs/datanode": self._datanode,
            "hdfs/disk": self._disk,
            "hdfs/safe-mode": self._safe_mode,
            "hdfs/trouble": self._trouble,
            "hdfs/cut": self._cut,
        }

    async def _list(self, body: _Body) -> object:
        """The clusters with HDFS, or one of them, and their servers' addresses on this machine."""
        asked = body.get("cluster_id")
        clusters = [str(asked)] if asked else self._servers.cluster_ids()[-_LISTED:]
        return {cluster_id: self._urls(cluster_id) for cluster_id in clusters}

    def _urls(self, cluster_id: str) -> dict[str, str]:
        return {
            "webhdfs": self._servers.webhdfs_url(cluster_id),
            "httpfs": self._servers.httpfs_url(cluster_id),
        }

    async def _state(self, body: _Body) -> object:
        """The DataNodes and blocks of each cluster, or of one."""
        asked = body.get("cluster_id")
        clusters = [str(asked)] if asked else self._servers.cluster_ids()
        return {
            cluster_id: _described(self._servers.hdfs_of(cluster_id)) for cluster_id in clusters
        }

    async def _datanode(self, body: _Body) -> object:
        """Stop a DataNode's process, start it again or both; its machine and disks stay."""
        cluster, node = self._find(body)
        restarts = body.get("restart") is True
        if not restarts and not isinstance(body.get("running"), bool):
            raise ValueError("running must be true or false.")
        with cluster.session() as hdfs:
            if restarts:
                hdfs.blocks.stop(node, hdfs.now)
                hdfs.blocks.start(node, hdfs.now)
            elif body["running"]:
                hdfs.blocks.start(node, hdfs.now)
            else:
                hdfs.blocks.stop(node, hdfs.now)
        return _described(cluster)

    async def _disk(self, body: _Body) -> object:
        """Fill the disks of one DataNode or of all, or empty them again."""
        if not isinstance(body.get("full"), bool):
            raise ValueError("full must be true or false.")
        cluster = self._servers.hdfs_of(str(body.get("cluster_id", "")))
        with cluster.session() as hdfs:
            nodes = list(hdfs.blocks.datanodes.values())
            if "instance_id" in body:
                nodes = [self._find(body)[1]]
            for node in nodes:
                hdfs.blocks.fill(node, full=body["full"])
        return _described(cluster)

    async def _safe_mode(self, body: _Body) -> object:
        """Let a NameNode take no changes, or take them again."""
        if not isinstance(body.get("on"), bool):
            raise ValueError("on must be true or false.")
        cluster = self._servers.hdfs_of(str(body.get("cluster_id", "")))
        with cluster.session() as hdfs:
            hdfs.safe_mode = body["on"]
        return _described(cluster)

    async def _trouble(self, body: _Body) -> object:
        """Set trouble for the next requests, or clear all of it."""
        if body.get("clear"):
            self._servers.troubles.clear()
        elif body:
            self._servers.troubles.add(trouble_of(body))
        return {"trouble": len(self._servers.troubles)}

    async def _cut(self, body: _Body) -> object:
        """Break the connections to a cluster's Hadoop servers, or to all of them."""
        return {"cut": self._servers.cut(str(body.get("cluster_id", "")))}

    def _find(self, body: _Body) -> tuple[HdfsOfCluster, DataNode]:
        """The DataNode on an instance, named by EMR's or EC2's id or by host name."""
        name = str(body.get("instance_id", ""))
        asked = body.get("cluster_id")
        for cluster_id in [str(asked)] if asked else self._servers.cluster_ids():
            cluster = self._servers.hdfs_of(cluster_id)
            ec2_id = self._servers.ec2_id(name)
            with cluster.session() as hdfs:
                for node in hdfs.blocks.datanodes.values():
                    if ec2_id == node.key or name in (node.host, node.ip):
                        return cluster, node
        raise ValueError(f"There is no DataNode {name!r}.")


def _described(cluster: HdfsOfCluster) -> dict[str, Any]:
    with cluster.session() as hdfs:
        health = hdfs.blocks.health()
        return {
            "safe_mode": hdfs.safe_mode,
            "blocks": len(hdfs.blocks.blocks),
            "under_replicated": health.lacking,
            "missing": health.missing,
            "under_construction": [file.path for file in hdfs.tree.written.values()],
            "datanodes": [
                {
                    "instance_id": node.key,
                    "host": node.host,
                    "running": node.running,
                    "dead": node.dead,
                    "decommissioning": node.leaving is not None,
                    "full": node.has_no_room,
                    "capacity": node.capacity,
                    "used": node.used,
                    "blocks": hdfs.blocks.count_on(node),
                }
                for node in hdfs.blocks.datanodes.values()
            ],
        }
