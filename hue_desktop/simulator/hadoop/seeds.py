"""What a new HDFS holds: the directories EMR makes, and whatever a scenario adds.

A seed's bytes are given, or only a size: such a file is a hole on the disk, takes no room and reads
as zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import SUPERGROUP, SUPERUSER
from hue_desktop.simulator.hadoop.inodes import UNLIMITED, Directory, File, Inode
from hue_desktop.simulator.hadoop.tree import components

__all__ = ["Seed", "first_tree", "load"]


@dataclass(frozen=True, slots=True)
class Seed:
    """One file or directory; directories above it are made as needed, with the same owner."""

    path: str
    data: bytes | None = None
    size: int | None = None  #: a file of so many zeros
    owner: str = "hadoop"
    group: str = SUPERGROUP
    mode: int | None = None  #: default: 755 for directories, 644 for files
    mtime: int | None = None  #: epoch ms; default: the instant of loading
    replication: int | None = None  #: default: as the cluster has it
    stored_replicas: int | None = None  #: fewer than wanted make an under-replicated file
    block_size: int | None = None
    name_quota: int = UNLIMITED
    space_quota: int = UNLIMITED
    acl: tuple[str, ...] = ()  #: like ``user:ana:rwx``
    snapshottable: bool = False

    @property
    def is_file(self) -> bool:
        """Whether it is a file."""
        return self.data is not None or self.size is not None


def first_tree(at: int) -> Iterator[Seed]:
    """The directories of a new EMR cluster, as ``hdfs dfs -ls`` shows them there."""
    for path, owner, group, mode in (
        ("/apps", SUPERUSER, SUPERGROUP, 0o755),
        ("/tmp", SUPERUSER, SUPERGROUP, 0o1777),
        ("/tmp/hadoop-yarn", "yarn", SUPERGROUP, 0o777),
        ("/tmp/hive", "hadoop", SUPERGROUP, 0o733),
        ("/user", SUPERUSER, SUPERGROUP, 0o755),
        ("/user/hadoop", "hadoop", SUPERGROUP, 0o755),
        ("/user/history", "mapred", SUPERGROUP, 0o1777),
        ("/user/hive", "hive", SUPERGROUP, 0o755),
        ("/user/hive/warehouse", "hive", SUPERGROUP, 0o1777),
        ("/user/hue", "hue", "hue", 0o755),
        ("/user/root", "root", SUPERGROUP, 0o755),
        ("/user/spark", "spark", "spark", 0o755),
        ("/var", SUPERUSER, SUPERGROUP, 0o755),
        ("/var/log", SUPERUSER, SUPERGROUP, 0o1777),
        ("/var/log/spark", "spark", "spark", 0o1777),
    ):
        yield Seed(path, owner=owner, group=group, mode=mode, mtime=at)


def load(hdfs: Hdfs, seeds: Iterable[Seed]) -> None:
    """Put seeds into an HDFS, inside a session; what is there already is left alone."""
    for seed in seeds:
        located = hdfs.tree.locate(seed.path)
        if located.node is not None:
            continue
        at = hdfs.now if seed.mtime is None else seed.mtime
        parent = located.last
        assert isinstance(parent, Directory)
        for name in located.missing[:-1]:
            parent = _directory(hdfs, parent, name, seed, at)
        before = parent.mtime
        name = components(seed.path)[-1]
        if seed.is_file:
            _file(hdfs, parent, name, seed, at)
        else:
            made = _directory(hdfs, parent, name, seed, at)
            made.mode = 0o755 if seed.mode is None else seed.mode
            made.acl = list(seed.acl)
            made.name_quota, made.space_quota = seed.name_quota, seed.space_quota
            made.snapshots = {} if seed.snapshottable else None
            hdfs.tree.touch(made)
        parent.mtime = max(before, at)


def _directory(hdfs: Hdfs, parent: Directory, name: str, seed: Seed, at: int) -> Directory:
    made = Directory(hdfs.tree.new_id(), name, seed.owner, seed.group, 0o755, at)
    _add(hdfs, parent, made, at)
    return made


def _file(hdfs: Hdfs, parent: Directory, name: str, seed: Seed, at: int) -> None:
    mode = 0o644 if seed.mode is None else seed.mode
    made = File(
        hdfs.tree.new_id(),
        name,
        seed.owner,
        seed.group,
        mode,
        at,
        at,
        replication=seed.replication or hdfs.options.replication,
        block_size=seed.block_size or hdfs.options.block_size,
    )
    made.acl = list(seed.acl)
    left = len(seed.data) if seed.data is not None else seed.size or 0
    start = 0
    while left > 0:
        length = min(left, made.block_size)
        block = hdfs.blocks.allocate(seed.path, made, None)
        path = hdfs.files.create(block.id)
        if seed.data is not None:
            path.write_bytes(seed.data[start : start + length])
        else:
            hdfs.files.truncate(block.id, length)
        if seed.stored_replicas is not None:
            del block.replicas[max(1, seed.stored_replicas) :]
        hdfs.blocks.finalize(block, length)
        start += length
        left -= length
    _add(hdfs, parent, made, at)


def _add(hdfs: Hdfs, parent: Directory, made: Inode, at: int) -> None:
    hdfs.tree.add(parent, made, at)
