"""The HDFS of one simulated cluster: its DataNodes are the core nodes that the world has.

A cluster with nothing but a primary node has its DataNode there. Nothing is in memory before the
first use, and nothing happens between two uses.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.datanodes import DataNode, NodeFacts
from hue_desktop.simulator.hadoop.hdfs import Hdfs, HdfsOptions
from hue_desktop.simulator.hadoop.recording import HdfsRecorder
from hue_desktop.simulator.hadoop.seeds import Seed, first_tree, load
from hue_desktop.simulator.hadoop.shape import load_shape
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.hdfs_door import Held
from hue_desktop.simulator.yarn.state import Yarn

if TYPE_CHECKING:
    from hue_desktop.simulator.chance import Chance
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.world import World

__all__ = ["HdfsOfCluster", "has_hdfs"]

_GIB = 1024**3
_USABLE = 0.9  #: EMR removes core nodes while the rest has the blocks in so much of its room
#: EMR's applications that do not bring Hadoop with them.
_WITHOUT_HADOOP = frozenset({"ganglia", "mxnet", "tensorflow", "zookeeper"})
_COMBINE = "dfs.checksum.combine.mode"
_CACHE = "hdfs-nodes"  #: key in the cluster's node cache, which empties when a node changes


def has_hdfs(cluster: Cluster) -> bool:
    """Whether a cluster runs HDFS now."""
    if cluster.state not in ("RUNNING", "WAITING"):
        return False
    names = {str(item.get("Name", "")).lower() for item in cluster.applications}
    return not names or bool(names - _WITHOUT_HADOOP)


class HdfsOfCluster:
    """One cluster's HDFS; ``furniture`` tells what a new one holds."""

    def __init__(
        self,
        region: Region,
        cluster: Cluster,
        directory: Path,
        furniture: Callable[[], Iterable[Seed]],
    ) -> None:
        self.cluster = cluster
        self.directory = directory
        self.on_stop: Callable[[DataNode], None] = lambda node: None
        self._region = region
        self.block_md5s: dict[int, bytes] = {}  #: by generation, which no two contents share
        self._told_until = -1
        self._told: set[int] = set()  #: DataNodes whose end was told
        self._furniture = furniture
        self._hdfs: Hdfs | None = None
        self._recorder: HdfsRecorder | None = None
        self._yarn: Yarn | None = None

    @property
    def hdfs(self) -> Hdfs:
        """The HDFS itself, opened by the first who asks."""
        if self._hdfs is None:
            world, cluster = self._region.world, self.cluster
            self._hdfs = Hdfs(
                self.directory,
                lambda: world.at,
                HdfsOptions(replication=cluster.dfs_replication),
                kept=self._region.store.keeps,
                lock=self._region.lock,
                seed=cluster.id,
            )
            if self._hdfs.is_new:
                with self._hdfs.session(self._nodes()) as hdfs:
                    load(hdfs, first_tree(int(cluster.ready * 1000)))
                    load(hdfs, self._furniture())
            self._record(self._hdfs)
        return self._hdfs

    def _record(self, hdfs: Hdfs) -> None:
        """Note its figures from now on; one that was open in an earlier run goes on from there."""
        world = self._region.world
        noted = world.telemetry.hdfs_record(self.cluster.id).until
        if noted:
            hdfs.now = min(hdfs.now, noted * 1000)
        self._recorder = HdfsRecorder(world, self.cluster.id, hdfs, self._nodes)

    @property
    def yarn(self) -> Yarn:
        """The cluster's YARN."""
        if self._yarn is None:
            self._yarn = Yarn(self._region.world, self.cluster)
        return self._yarn

    @contextmanager
    def facts(self) -> Iterator[float]:
        """The world at this instant, which is given; HDFS is not touched."""
        with self._region.lock:
            self._region.world.advance()
            yield self._region.world.at

    @property
    def at(self) -> float:
        """The instant at which the world stands, epoch seconds."""
        return self._region.world.at

    @property
    def world(self) -> World:
        """The region's world; whoever changes it holds the lock, as in :meth:`facts`."""
        return self._region.world

    @property
    def chance(self) -> Chance:
        """What is drawn by name."""
        return self._region.world.chance

    def flush(self) -> None:
        """Write what changed in the world."""
        self._region.flush()

    @contextmanager
    def session(self) -> Iterator[Hdfs]:
        """The HDFS at this instant, with the DataNodes that the cluster's nodes make up now."""
        with self._region.lock:
            self._region.world.advance()
            hdfs = self.hdfs
            if self._recorder is not None:
                self._recorder.catch_up()
            with hdfs.session(self._nodes()):
                self._tell_ends()
                yield hdfs
                self._tell_ends()

    @contextmanager
    def _inside(self) -> Iterator[Hdfs]:
        """The HDFS at the world's own instant, for the world's engines: time stays as it is."""
        hdfs = self.hdfs
        if self._recorder is not None:
            self._recorder.catch_up()
        with hdfs.session(self._nodes(), now=int(self._region.world.at * 1000)):
            yield hdfs

    def may_leave(self, leaving: Sequence[str]) -> int:
        """How many of these EC2 instances, in their order, HDFS can do without."""
        with self._inside() as hdfs:
            blocks = hdfs.blocks
            live = {node.key: node for node in blocks.datanodes.values() if node.counts}
            sizes: Counter[int] = Counter()
            for block in blocks.blocks.values():
                sizes[blocks.wanted(block)] += block.length
            going = 0
            staying = set(live)
            for key in leaving:
                staying.discard(key)
                count = len(staying)
                room = sum(live[each].capacity for each in staying) * _USABLE
                needed = sum(size * min(wanted, count) for wanted, size in sizes.items())
                if count < max(1, hdfs.options.replication) or needed > room:
                    break
                going += 1
            return going

    def stand_up(self, shape: Mapping[str, Any]) -> None:
        """Put what a checked shape tells into the HDFS, which has just been made."""
        with self.session() as hdfs:
            load_shape(hdfs, shape)
        if self._recorder is not None:
            self._recorder.begin()

    def held(self) -> Held:
        """The EC2 instances that decommissioning holds, and about how long it still will."""
        with self._inside() as hdfs:
            bound = hdfs.blocks.bound()
            names = frozenset(hdfs.blocks.datanodes[number].key for number in bound)
            return Held(names, hdfs.blocks.replication.seconds_left() if bound else 0.0)

    @property
    def exists(self) -> bool:
        """Whether the cluster still runs HDFS."""
        cluster = self._region.world.clusters.get(self.cluster.id)
        return cluster is self.cluster and has_hdfs(cluster)

    def _tell_ends(self) -> None:
        if self._told_until == self.hdfs.blocks.changes:
            return
        self._told_until = self.hdfs.blocks.changes
        for node in self.hdfs.blocks.datanodes.values():
            if node.running:
                self._told.discard(node.number)
            elif node.number not in self._told:
                self._told.add(node.number)
                self.on_stop(node)

    def primary(self) -> Instance | None:
        """The primary node, where NameNode and HttpFS run."""
        at = self._region.world.at
        for collection in self.cluster.of_role("MASTER"):
            for member in collection.members:
                if member.ready <= at < member.ended:
                    return member
        return None

    def namenode_host(self) -> str:
        """Private DNS name of the primary node."""
        primary = self.primary()
        return self._region.world.private_dns(primary) if primary is not None else "localhost"

    def host_of(self, ec2_id: str) -> str:
        """Private DNS name of a machine."""
        instance = self._region.world.instances_by_ec2_id.get(ec2_id)
        return self._region.world.private_dns(instance) if instance is not None else ""

    def datanode_at(self, key: str) -> DataNode | None:
        """The DataNode on an EC2 instance."""
        for node in self.hdfs.blocks.datanodes.values():
            if node.key == key:
                return node
        return None

    def is_worker(self, instance: Instance) -> bool:
        """Whether a machine runs a NodeManager."""
        return instance.role != "MASTER" or all(
            item.role == "MASTER" for item in self.cluster.collections()
        )

    def dfs_bytes_on(self, ec2_id: str) -> int:
        """Bytes of HDFS on a machine; 0 without a DataNode."""
        with self.session():
            node = self.datanode_at(ec2_id)
            return node.used if node is not None else 0

    def non_dfs_bytes(self, node: DataNode) -> int:
        """What lies on a DataNode's disks beside HDFS."""
        worker = self.yarn.now().node_at(node.key)
        if node.filled:
            return max(0, node.capacity - node.used)
        return self.yarn.now().non_dfs_bytes(worker, node.used) if worker is not None else 0

    def serving_datanodes(self) -> int:
        """How many DataNodes share the work."""
        nodes = self.hdfs.blocks.datanodes.values()
        return max(1, sum(node.running for node in nodes))

    @property
    def hadoop_version(self) -> str:
        """Hadoop's version, as the cluster's applications say it."""
        for application in self.cluster.applications:
            if application.get("Name") == "Hadoop" and application.get("Version"):
                return str(application["Version"])
        return "3.3.6"

    @property
    def composite_checksums(self) -> bool:
        """Whether ``dfs.checksum.combine.mode`` asks for checksums that fit other stores."""
        return any(
            item.get("Classification") in ("hdfs-site", "httpfs-site")
            and (item.get("Properties") or {}).get(_COMBINE) == "COMPOSITE_CRC"
            for item in self.cluster.configurations
        )

    def block_pool(self) -> str:
        """The id of the block pool, as fsck and block lists print it."""
        number = zlib.crc32(self.cluster.id.encode())
        primary = self.primary()
        ip = primary.private_ip if primary is not None else "127.0.0.1"
        return f"BP-{number}-{ip}-{int(self.cluster.ready * 1000)}"

    def close(self) -> None:
        """Write what is left."""
        if self._recorder is not None:
            self._recorder.close()
        if self._hdfs is not None:
            self._hdfs.close()

    def _nodes(self, at: float | None = None) -> dict[str, NodeFacts]:
        """The nodes with a DataNode (then, or now), told anew when one has changed or time has."""
        at = self._region.world.at if at is None else at
        cached = self.cluster.node_cache.get(_CACHE)
        if cached is not None and cached[0] <= at < cached[1]:
            nodes: dict[str, NodeFacts] = cached[2]
            return nodes
        nodes = {}
        changes = [NEVER]
        role = "CORE" if self.cluster.of_role("CORE") else "MASTER"
        for collection in self.cluster.of_role(role):
            for member in collection.members:
                if member.ready <= at:
                    nodes[member.ec2_id] = self._facts(member, at)
                changes.extend(
                    instant
                    for instant in (member.ready, member.draining, member.ended, member.unhealthy)
                    if instant > at
                )
        self.cluster.node_cache[_CACHE] = (at, min(changes), nodes)
        return nodes

    def _facts(self, member: Instance, at: float) -> NodeFacts:
        world = self._region.world
        shape = world.shapes.get(member.instance_type)
        disk = shape.nvme_gb + sum(volume[2] for volume in member.volumes)
        told = self.cluster.loaded.get("hdfs_capacity") or {}
        return NodeFacts(
            key=member.ec2_id,
            host=world.private_dns(member),
            ip=member.private_ip,
            capacity=told.get(member.ec2_id) or disk * _GIB,
            joined=int(member.ready * 1000),
            leaving=int(member.draining * 1000) if member.draining <= at else None,
            gone=int(member.ended * 1000) if member.ended <= at else None,
            full=member.unhealthy <= at,
        )
