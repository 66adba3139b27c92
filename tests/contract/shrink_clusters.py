"""Random clusters with HDFS, shrunk in the simulator: what a pre-flight is told, what is then lost.

All clusters live in one region whose clock stands still unless it is moved; nobody waits, and no
block has bytes on disk.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.inodes import File
from hue_desktop.simulator.hadoop.servers import HadoopServers
from hue_desktop.simulator.hadoop.shape import check_shape, load_shape
from hue_desktop.simulator.hadoop.tree import walk
from hue_desktop.simulator.region import Region, RegionOptions

__all__ = ["FileShape", "Shrink", "ShrinkRegion", "Shrunk", "shrink_region", "shrinks"]

MIB = 1024**2
_FILLED = (*(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7) * 8, 0.97)
_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FileShape:
    """A file: the replication it wants, and where each block of so many bytes is."""

    wanted: int
    blocks: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Shrink:
    """A cluster of ``nodes`` core nodes and what is asked of it; ``leaving`` are their numbers."""

    nodes: int
    replication: int
    files: tuple[FileShape, ...]
    capacity: int
    leaving: tuple[int, ...]
    timeout_s: int
    kill: bool


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What became of it: files that lost a block; how many nodes went of those that were to go."""

    lost: frozenset[str]
    gone: int
    asked: int


def shrinks() -> st.SearchStrategy[Shrink]:
    """Clusters from two to ten core nodes, full or empty, hurried or not.

    All follows from one number: drawing each replica by itself takes a hundred times longer, and
    most clusters would be tiny.
    """
    return st.integers(0, (1 << 60) - 1).map(lambda number: _shrink(random.Random(number)))


def _shrink(chance: random.Random) -> Shrink:
    nodes = chance.randint(2, 10)
    replication = chance.randint(1, min(3, nodes - 1))
    files = tuple(_file(chance, nodes, replication) for _ in range(chance.randint(1, 12)))
    floor = 1 if chance.random() < 0.03 else replication
    count = min(nodes - floor, chance.choice((1, 1, 1, 2, 2, 4)))
    leaving = chance.sample(range(nodes), count)
    capacity = _capacity(files, nodes, nodes - count, chance.choice(_FILLED))
    timeout_s = chance.choice((20, 60, 300, 900, 3600))
    kill = chance.random() < 0.2
    return Shrink(nodes, replication, files, capacity, tuple(leaving), timeout_s, kill)


def _capacity(files: tuple[FileShape, ...], nodes: int, staying: int, filled: float) -> int:
    """Bytes of a node, so that those that stay are filled so far afterwards."""
    held = [0] * nodes
    needed = 0
    for file in files:
        for length, on in file.blocks:
            needed += length * min(file.wanted, staying)
            for number in on:
                held[number] += length
    return max(int(needed / staying / filled), *held, 512 * MIB)


def _file(chance: random.Random, nodes: int, replication: int) -> FileShape:
    wanted = chance.choice((replication, replication, replication, 1, 2, 3))
    count = chance.choice((1, 1, 3, 10, 40, 150, 400))
    length = chance.choice((MIB, 64 * MIB, 128 * MIB, 512 * MIB))
    short = chance.choice((0, 0, 0, 1))  # a replica too few, as after a loss
    copies = max(1, min(wanted, nodes) - short)
    blocks = tuple((length, tuple(chance.sample(range(nodes), copies))) for _ in range(count))
    return FileShape(wanted, blocks)


class ShrinkRegion:
    """One region for all the clusters."""

    def __init__(self, region: Region, hadoop: HadoopServers) -> None:
        self._region = region
        self._hadoop = hadoop
        self._count = 0

    def stand_up(self, shrink: Shrink) -> ShrinkCluster:
        """A cluster that serves, with the files of the shrink."""
        self._count += 1
        world = self._region.world
        groups = [
            {"InstanceRole": role, "InstanceCount": count, "InstanceType": "m5.xlarge"}
            for role, count in (("MASTER", 1), ("CORE", shrink.nodes))
        ]
        hdfs = {"dfs.replication": str(shrink.replication)}
        answer = self.call(
            "RunJobFlow",
            Name=f"shrink-{self._count}",
            ReleaseLabel="emr-7.5.0",
            Configurations=[{"Classification": "hdfs-site", "Properties": hdfs}],
            Instances={"KeepJobFlowAliveWhenNoSteps": True, "InstanceGroups": groups},
        )
        self.pass_time(900)
        cluster = world.clusters[answer["JobFlowId"]]
        members = cluster.alive_instances("CORE")
        keys = [member.ec2_id for member in members]
        cluster.loaded = {"hdfs_capacity": dict.fromkeys(keys, shrink.capacity)}
        cluster.node_cache.clear()
        shape = {
            "replication": shrink.replication,
            "datanodes": [{"instance": key, "capacity": shrink.capacity} for key in keys],
            "files": [
                [f"/data/file-{place}", file.wanted, [[n, list(on)] for n, on in file.blocks]]
                for place, file in enumerate(shrink.files)
            ],
        }
        check_shape(shape)
        made = ShrinkCluster(self, cluster.id, shrink, keys)
        with made.hdfs() as opened:
            load_shape(opened, shape)
        return made

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """One request to EMR."""
        return self._region.call("emr", operation, params)

    def pass_time(self, seconds: float) -> None:
        """Move the clock; what was due happens."""
        self._region.clock.jump(timedelta(seconds=seconds))
        with self._region.lock:
            self._region.world.advance()

    @contextmanager
    def hdfs_of(self, cluster_id: str) -> Iterator[Hdfs]:
        """The HDFS of a cluster, now."""
        with self._hadoop.hdfs_of(cluster_id).session() as hdfs:
            yield hdfs

    def group_of(self, cluster_id: str) -> str:
        """The id of the core group."""
        groups = self._region.world.clusters[cluster_id].of_role("CORE")
        return groups[0].id

    def host_of(self, ec2_id: str) -> str:
        """The private name of a node."""
        world = self._region.world
        return world.private_dns(world.instances_by_ec2_id[ec2_id])

    def runs(self, ec2_id: str) -> bool:
        """Whether a node is there."""
        world = self._region.world
        return world.instances_by_ec2_id[ec2_id].runs_at(world.at)


@dataclass(frozen=True, slots=True)
class ShrinkCluster:
    """One of them; ``keys`` are EC2 ids by number."""

    region: ShrinkRegion
    cluster_id: str
    shrink: Shrink
    keys: list[str]

    @property
    def group_id(self) -> str:
        """The id of its core group."""
        return self.region.group_of(self.cluster_id)

    @contextmanager
    def hdfs(self) -> Iterator[Hdfs]:
        """Its HDFS, now."""
        with self.region.hdfs_of(self.cluster_id) as hdfs:
            yield hdfs

    def leaving(self) -> list[str]:
        """EC2 ids of those that are to go."""
        return [self.keys[number] for number in self.shrink.leaving]

    def carry_out(self) -> Shrunk:
        """Do it as it was asked for, and look two hours later."""
        leaving, shrink = self.leaving(), self.shrink
        change: dict[str, Any] = {"InstanceGroupId": self.group_id}
        if shrink.kill:
            change["EC2InstanceIdsToTerminate"] = leaving
        else:
            change["InstanceCount"] = shrink.nodes - len(leaving)
            resize = {
                "InstancesToTerminate": leaving,
                "InstanceTerminationTimeout": shrink.timeout_s,
            }
            change["ShrinkPolicy"] = {
                "DecommissionTimeout": shrink.timeout_s,
                "InstanceResizePolicy": resize,
            }
        self.region.call("ModifyInstanceGroups", ClusterId=self.cluster_id, InstanceGroups=[change])
        self.region.pass_time(7200)
        with self.hdfs() as hdfs:
            lost = frozenset(
                item.path
                for item in walk(hdfs.tree.root)
                if isinstance(item, File)
                and any(not hdfs.blocks.readable(block) for block in item.blocks)
            )
        gone = sum(not self.region.runs(key) for key in leaving)
        self.region.call("TerminateJobFlows", JobFlowIds=[self.cluster_id])
        self.region.pass_time(300)
        return Shrunk(lost, gone, len(leaving))


@contextmanager
def shrink_region(directory: Path) -> Iterator[ShrinkRegion]:
    """A region without servers, whose clock only moves when it is told to."""
    options = RegionOptions(scenario="empty", start=_START, wall=lambda: 0.0, throttled=False)
    region = Region.open(options)
    hadoop = HadoopServers(region, lambda: directory)
    region.world.resizing.hdfs = hadoop
    try:
        yield ShrinkRegion(region, hadoop)
    finally:
        region.close()
    assert not region.bugs, region.bugs
