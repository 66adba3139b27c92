"""The Hadoop servers of all simulated clusters, by host name and port.

``address_of`` is for whoever leads a connection to a machine (the SSH bastion): the loopback
address that serves a port of it. ``webhdfs_url`` is for those on this machine: a NameNode whose
redirects stay on 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster, has_hdfs
from hue_desktop.simulator.hadoop.datanodes import DataNode
from hue_desktop.simulator.hadoop.dist_cp import DistCp
from hue_desktop.simulator.hadoop.doors import (
    DATANODE,
    HTTPFS,
    NAMENODE,
    NODE_MANAGER,
    RESOURCE_MANAGER,
    Door,
    DoorKey,
)
from hue_desktop.simulator.hadoop.ports import PORTS
from hue_desktop.simulator.hadoop.seeds import Seed
from hue_desktop.simulator.hadoop.server_trouble import ServerTrouble, ServerTroubles
from hue_desktop.simulator.hadoop.trouble import TroubleList
from hue_desktop.simulator.world.hdfs_door import Held

if TYPE_CHECKING:
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance

__all__ = ["HadoopServers"]

_NOWHERE = 1  #: a port that nobody listens at


def _unfurnished(cluster: Cluster) -> Iterable[Seed]:
    return ()


class HadoopServers:
    """Opens the HDFS of a cluster when somebody first asks for it.

    ``directory`` gives the place for all of them; ``furnish`` what a new one holds; ``s3`` a client
    of the region's object store, for the steps that copy.
    """

    def __init__(
        self,
        region: Region,
        directory: Callable[[], Path],
        *,
        furnish: Callable[[Cluster], Iterable[Seed]] = _unfurnished,
        s3: Callable[[], Any] | None = None,
    ) -> None:
        self._region = region
        self._directory = directory
        self._furnish = furnish
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened: dict[str, HdfsOfCluster] = {}
        self._doors: dict[DoorKey, Door] = {}
        self._last_ports: dict[DoorKey, int] = {}
        self._machines: dict[str, Instance] = {}  #: by private DNS name
        self.troubles = TroubleList()
        self.server_troubles = ServerTroubles()
        self._dist_cp = DistCp(self, s3) if s3 is not None else None
        self.bugs: list[str] = []  #: requests that failed in a way of their own, for tests

    async def start(self) -> None:
        """Serve from now on, in the running loop; drops what clusters that have ended left."""
        self._loop = asyncio.get_running_loop()
        self._region.world.work.carrier = self._dist_cp
        self._region.world.resizing.hdfs = self
        with self._region.lock:
            known = self._region.world.clusters
            directory = self._directory()
            for left in directory.iterdir() if directory.is_dir() else ():
                cluster = known.get(left.name)
                if cluster is None or cluster.ended_already:
                    shutil.rmtree(left, ignore_errors=True)

    async def stop(self) -> None:
        """Close all doors and write what is left."""
        self._region.world.work.carrier = None
        self._region.world.resizing.hdfs = None
        if self._dist_cp is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._dist_cp.close)
        with self._region.lock:
            for door in list(self._doors.values()):
                door.close()
            self._doors.clear()
            for opened in self._opened.values():
                opened.close()
            self._opened.clear()

    async def reset(self) -> None:
        """The region was emptied: so is everything here."""
        if self._dist_cp is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._dist_cp.forget)
        self.server_troubles.clear()
        with self._region.lock:
            self._drop_ended()
            shutil.rmtree(self._directory(), ignore_errors=True)

    def address_of(self, private_dns: str, port: int) -> tuple[str, int] | None:
        """The loopback address that serves a port of a machine; None if nothing listens there."""
        with self._region.lock:
            self._region.world.advance()
            instance = self._machine(private_dns)
            if instance is None:
                return None
            cluster = self._cluster(instance.cluster_id)
            if cluster is None:
                return None
            server = PORTS.get(port)
            if server is None or not server.listens(cluster, instance):
                return None
            if self.server_troubles.refuses(instance.cluster_id, private_dns, port):
                return None
            door = self._door(cluster, DoorKey(cluster.cluster.id, instance.ec2_id, port))
            return "127.0.0.1", door.port

    def webhdfs_url(self, cluster_id: str) -> str:
        """A NameNode's address on this machine; KeyError for a cluster without HDFS."""
        return self._direct_url(cluster_id, NAMENODE)

    def httpfs_url(self, cluster_id: str) -> str:
        """An HttpFS server's address on this machine; KeyError for a cluster without HDFS."""
        return self._direct_url(cluster_id, HTTPFS)

    def resource_manager_url(self, cluster_id: str) -> str:
        """A ResourceManager's address on this machine; KeyError for a cluster without YARN."""
        return self._direct_url(cluster_id, RESOURCE_MANAGER)

    def node_url(self, instance_id: str, port: int = NODE_MANAGER) -> str:
        """A node's NodeManager (or DataNode) on this machine; EMR's or EC2's id names the node.

        KeyError when the node does not run it.
        """
        with self._region.lock:
            self._region.world.advance()
            instance = self._region.world.instance(instance_id)
            cluster = self._cluster(instance.cluster_id) if instance is not None else None
            if instance is None or cluster is None or not instance.runs_at(self._region.world.at):
                raise KeyError(f"There is no node {instance_id!r} that runs.")
            if not PORTS[port].listens(cluster, instance):
                raise KeyError(f"{instance_id} does not listen on {port}.")
            key = DoorKey(instance.cluster_id, instance.ec2_id, port, direct=True)
            return self._door(cluster, key).url

    def hdfs_of(self, cluster_id: str) -> HdfsOfCluster:
        """The HDFS of a cluster; KeyError if it has none."""
        with self._region.lock:
            self._region.world.advance()
            cluster = self._cluster(cluster_id)
            if cluster is None:
                raise KeyError(f"The cluster {cluster_id} has no HDFS that runs.")
            return cluster

    def knows(self, cluster: Cluster) -> bool:
        """Whether the cluster has an HDFS that runs."""
        return self._serves(cluster) and self._cluster(cluster.id) is not None

    def may_leave(self, cluster: Cluster, leaving: Sequence[Instance]) -> int:
        """How many core nodes, in their order, its HDFS can do without."""
        found = self._cluster(cluster.id)
        return found.may_leave([item.ec2_id for item in leaving]) if found is not None else 0

    def held(self, cluster: Cluster) -> Held:
        """Which nodes still have blocks to copy."""
        found = self._cluster(cluster.id)
        return found.held() if found is not None else Held(frozenset(), 0.0)

    def cluster_ids(self) -> list[str]:
        """The clusters that have HDFS now."""
        with self._region.lock:
            self._region.world.advance()
            self._drop_ended()
            clusters = self._region.world.clusters.values()
            return [
                cluster.id for cluster in clusters if has_hdfs(cluster) and self._serves(cluster)
            ]

    def ec2_id(self, name: str) -> str:
        """EC2's id of an instance that EMR's or EC2's id names; empty if there is none."""
        instance = self._region.world.instance(name)
        return instance.ec2_id if instance is not None else ""

    def cut(self, cluster_id: str = "") -> int:
        """Break the connections to a cluster's servers, or to all; how many there were."""
        doors = [door for key, door in self._doors.items() if cluster_id in ("", key.cluster_id)]
        return sum(door.cut() for door in doors)

    def cut_met(self, trouble: ServerTrouble) -> None:
        """Break the connections to the servers that trouble is meant for."""
        for key, door in self._doors.items():
            host = door.cluster.host_of(key.ec2_id)
            if trouble.meets(key.cluster_id, host, key.port):
                door.cut()

    def _serves(self, cluster: Cluster) -> bool:
        """Whether its primary node runs."""
        at = self._region.world.at
        masters = (item for group in cluster.of_role("MASTER") for item in group.members)
        return any(item.runs_at(at) for item in masters)

    def _direct_url(self, cluster_id: str, port: int) -> str:
        with self._region.lock:
            cluster = self.hdfs_of(cluster_id)
            primary = cluster.primary()
            if primary is None:
                raise KeyError(f"The cluster {cluster_id} has no primary node that runs.")
            key = DoorKey(cluster_id, primary.ec2_id, port, direct=True)
            return self._door(cluster, key).url

    def _cluster(self, cluster_id: str) -> HdfsOfCluster | None:
        self._drop_ended()
        found = self._opened.get(cluster_id)
        if found is None:
            cluster = self._region.world.clusters.get(cluster_id)
            if cluster is None or not has_hdfs(cluster):
                return None
            furniture = partial(self._furnish, cluster)
            directory = self._directory() / cluster_id
            found = HdfsOfCluster(self._region, cluster, directory, furniture)
            found.on_stop = lambda node: self._close(DoorKey(cluster_id, node.key, DATANODE))
            self._opened[cluster_id] = found
        return found

    def _drop_ended(self) -> None:
        for cluster_id, opened in list(self._opened.items()):
            if not opened.exists:
                del self._opened[cluster_id]
                for key in [key for key in self._doors if key.cluster_id == cluster_id]:
                    self._close(key)
                opened.close()
                shutil.rmtree(opened.directory, ignore_errors=True)

    def _machine(self, name: str) -> Instance | None:
        """The running machine with a private DNS name."""
        world = self._region.world
        known = world.instances_by_ec2_id
        found = self._machines.get(name)
        if found is None or known.get(found.ec2_id) is not found:
            self._machines = {world.private_dns(item): item for item in known.values()}
            found = self._machines.get(name)
        return found if found is not None and found.runs_at(world.at) else None

    def _door(self, cluster: HdfsOfCluster, key: DoorKey) -> Door:
        door = self._doors.get(key)
        if door is None:
            assert self._loop is not None, "the servers have not been started"
            door = Door(
                key,
                cluster,
                self._names(key.ec2_id),
                self._datanode_port,
                self.bugs,
                self.troubles,
                self.server_troubles,
                PORTS[key.port].handler,
                self._last_ports.get(key, 0),
            )
            self._doors[key] = door
            self._last_ports[key] = door.port
            asyncio.run_coroutine_threadsafe(door.serve(), self._loop)
        return door

    def _datanode_port(self, node: DataNode) -> int:
        with self._region.lock:
            instance = self._region.world.instances_by_ec2_id[node.key]
            cluster = self._opened[instance.cluster_id]
            key = DoorKey(instance.cluster_id, node.key, DATANODE)
            if not node.running:
                return self._last_ports.get(key, _NOWHERE)
            return self._door(cluster, key).port

    def _names(self, ec2_id: str) -> frozenset[str]:
        world = self._region.world
        instance = world.instances_by_ec2_id[ec2_id]
        names = (world.private_dns(instance), instance.private_ip, world.public_dns(instance))
        return frozenset(name.lower() for name in names if name)

    def _close(self, key: DoorKey) -> None:
        door = self._doors.pop(key, None)
        if door is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(door.close)
