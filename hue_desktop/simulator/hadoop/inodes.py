"""What a namespace is made of: directories, files, blocks. Times are epoch milliseconds.

Names keep the exact text of the path; a directory lists its children in the order of their UTF-8
bytes as HDFS compares them, which is as signed numbers: beyond ASCII comes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["UNLIMITED", "Block", "Directory", "File", "Inode", "Lease", "sort_key"]

Json = dict[str, Any]

UNLIMITED = -1  #: no quota
_SIGNED = bytes(byte ^ 0x80 for byte in range(256))


def sort_key(name: str) -> bytes:
    """What orders names as HDFS does."""
    return name.encode().translate(_SIGNED)


@dataclass(slots=True, eq=False)
class Block:
    """Up to a block size of bytes; the bytes are kept once, ``replicas`` says who holds them."""

    id: int
    generation: int
    length: int = 0
    replicas: list[int] = field(default_factory=list)  #: numbers of DataNodes

    @property
    def name(self) -> str:
        """As fsck and logs print it."""
        return f"blk_{self.id}_{self.generation}"


@dataclass(slots=True, eq=False)
class Lease:
    """A writer's claim on a file that is under construction."""

    holder: str
    since: int  #: last renewal


@dataclass(slots=True, eq=False)
class Inode:
    """What files and directories share."""

    id: int
    name: str
    owner: str
    group: str
    mode: int  #: permission bits, the sticky bit included
    mtime: int
    atime: int = 0
    parent: Directory | None = None
    acl: list[str] = field(default_factory=list)  #: entries beyond the permission bits
    xattrs: dict[str, str] = field(default_factory=dict)  #: values in WebHDFS's hex encoding
    storage_policy: int = 0  #: 0 leaves it to the parent
    origin: int = 0  #: the inode that a snapshot's copy was made of

    @property
    def path(self) -> str:
        """The full path now."""
        names: list[str] = []
        node: Inode | None = self
        while node is not None and node.parent is not None:
            names.append(node.name)
            node = node.parent
        return "/" + "/".join(reversed(names))

    @property
    def file_id(self) -> int:
        """Its number for clients: a snapshot shows the original's."""
        return self.origin or self.id

    @property
    def is_directory(self) -> bool:
        """Whether it can have children."""
        return isinstance(self, Directory)


@dataclass(slots=True, eq=False)
class File(Inode):
    """A file; under construction while it has a lease."""

    replication: int = 1
    block_size: int = 128 * 1024 * 1024
    blocks: list[Block] = field(default_factory=list)
    lease: Lease | None = None
    frozen_length: int | None = None  #: of a snapshot's copy, whatever its blocks become

    @property
    def length(self) -> int:
        """Bytes a reader is told of: the last block counts once its writer has closed it."""
        if self.frozen_length is not None:
            return self.frozen_length
        blocks = self.blocks[:-1] if self.lease is not None else self.blocks
        return sum(block.length for block in blocks)

    @property
    def space(self) -> int:
        """Bytes against a space quota, replication included."""
        return self.replication * sum(block.length for block in self.blocks)


@dataclass(slots=True, eq=False)
class Directory(Inode):
    """A directory with its children and its quotas."""

    children: dict[str, Inode] = field(default_factory=dict)
    name_quota: int = UNLIMITED
    space_quota: int = UNLIMITED
    default_acl: list[str] = field(default_factory=list)
    snapshots: dict[str, Directory] | None = None  #: None: snapshots are not allowed here
    _order: list[str] | None = None

    def names(self) -> list[str]:
        """The children's names in HDFS's order (do not change the list)."""
        if self._order is None:
            self._order = sorted(self.children, key=sort_key)
        return self._order

    def add(self, child: Inode) -> None:
        """Put a child in its place."""
        if child.name not in self.children:
            self._order = None
        child.parent = self
        self.children[child.name] = child

    def remove(self, name: str) -> None:
        """Take a child away."""
        del self.children[name]
        self._order = None

    @property
    def limited(self) -> bool:
        """Whether it has a quota of either kind."""
        return self.name_quota != UNLIMITED or self.space_quota != UNLIMITED
