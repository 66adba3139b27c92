"""Files that come to be: create, append, and the writer that fills block after block.

A file has a lease while it is written, and readers see only the blocks that are finished. A writer
that goes away in the middle leaves what it had sent: closed when it was told to (that is what a
DataNode does when a WebHDFS client's connection breaks), or under construction until the lease
expires when the DataNode itself died.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import BinaryIO

from hue_desktop.simulator.hadoop import permissions
from hue_desktop.simulator.hadoop.acls import inherit
from hue_desktop.simulator.hadoop.blocks import no_room
from hue_desktop.simulator.hadoop.datanodes import DataNode
from hue_desktop.simulator.hadoop.errors import (
    HdfsError,
    already_exists,
    bad_argument,
    io_error,
    of_protocol,
)
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import Caller
from hue_desktop.simulator.hadoop.inodes import Block, Directory, File, Lease
from hue_desktop.simulator.hadoop.permissions import WRITE
from hue_desktop.simulator.hadoop.quotas import check_room
from hue_desktop.simulator.hadoop.tree import check_name

__all__ = ["CreateOptions", "Writer", "append", "create"]

_MIN_BLOCK_SIZE = 1024 * 1024  #: dfs.namenode.fs-limits.min-block-size
_LEASE_SOFT_LIMIT_MS = 60_000  #: after that another writer may take a file over

Session = Callable[[], AbstractContextManager[Hdfs]]


class CreateOptions:
    """The parameters of CREATE; 0 and None stand for the defaults of the cluster."""

    def __init__(
        self,
        *,
        overwrite: bool = False,
        create_parent: bool = True,
        replication: int = 0,
        block_size: int = 0,
        mode: int = 0o644,
        excluded: frozenset[int] = frozenset(),
    ) -> None:
        self.overwrite = overwrite
        self.create_parent = create_parent
        self.replication = replication
        self.block_size = block_size
        self.mode = mode
        self.excluded = excluded


def create(
    hdfs: Hdfs, caller: Caller, path: str, holder: str, client: str, options: CreateOptions
) -> File:
    """A new empty file under construction, in place of an old one if ``overwrite``."""
    check_name(path)
    located = hdfs.changeable(caller, path, f"create file{path}")
    block_size = options.block_size or hdfs.options.block_size
    replication = options.replication or hdfs.options.replication
    _check_size(block_size)
    hdfs.check_replication(path, replication)
    node = located.node
    if isinstance(node, Directory):
        raise already_exists(f"{located.path} already exists as a directory")
    if isinstance(node, File):
        _take_over(hdfs, node)
        if not options.overwrite:
            raise _in_the_way(node, located.path, holder, client)
        permissions.check_access(caller, node, WRITE)
        parent = node.parent
        assert parent is not None
    else:
        if len(located.missing) > 1 and not options.create_parent:
            parent_path = located.path.rpartition("/")[0] or "/"
            raise _no_parent(parent_path)
        permissions.check_access(caller, located.last, WRITE)
        parent = hdfs.make_parents(caller, located, len(located.missing) - 1)
        permissions.check_access(caller, parent, WRITE)
        check_room(parent, names=1)
    if node is not None:
        hdfs.drop(node)
    file = File(
        hdfs.tree.new_id(),
        located.names[-1],
        caller.user,
        parent.group,
        options.mode,
        hdfs.now,
        hdfs.now,
        replication=replication,
        block_size=block_size,
        lease=Lease(holder, hdfs.now),
    )
    inherit(parent, file)
    hdfs.tree.add(parent, file, hdfs.now)
    hdfs.tree.written[file.id] = file
    return file


def append(hdfs: Hdfs, caller: Caller, path: str, holder: str, client: str) -> File:
    """An existing file, under construction again."""
    located = hdfs.changeable(caller, path, f"append file{path}")
    node = located.node
    if node is None:
        raise HdfsError(
            "java.io.FileNotFoundException",
            f"Failed to append to non-existent file {located.path} for client {client}",
            404,
        )
    file = located.file()
    permissions.check_access(caller, file, WRITE)
    _take_over(hdfs, file)
    if file.lease is not None:
        raise _being_created("APPEND_FILE", located.path, holder, client, file.lease)
    file.lease = Lease(holder, hdfs.now)
    hdfs.tree.written[file.id] = file
    hdfs.tree.touch(file)
    return file


class Writer:
    """Fills a file that :func:`create` or :func:`append` opened; used by one task at a time."""

    def __init__(
        self,
        session: Session,
        file: File,
        datanode: DataNode | None,
        excluded: frozenset[int] = frozenset(),
    ) -> None:
        self._session = session
        self._file = file
        self._datanode = datanode
        self._excluded = excluded
        self._block: Block | None = None
        self._stream: BinaryIO | None = None
        self._filled = 0
        with session() as hdfs:
            hdfs.writers.add(file.id)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Add bytes to the end; raises :class:`HdfsError` when the file may not grow."""
        view = memoryview(data)
        if self._block is not None and view:
            self._check_room()
        while view:
            if self._stream is None or self._filled >= self._file.block_size:
                self._next_block()
            assert self._stream is not None
            part = view[: self._file.block_size - self._filled]
            self._stream.write(part)
            self._filled += len(part)
            view = view[len(part) :]

    def close(self) -> None:
        """Finish the file: everything that was written is there for everybody."""
        self._close_stream()
        with self._session() as hdfs:
            hdfs.writers.discard(self._file.id)
            self._finalize(hdfs)
            if self._file.id in hdfs.tree.written:
                hdfs.complete(self._file)

    def abandon(self) -> None:
        """The writing DataNode is gone: the file stays under construction."""
        self._close_stream()
        with self._session() as hdfs:
            hdfs.writers.discard(self._file.id)

    def _check_room(self) -> None:
        """Raise when all disks that take the block have filled up, or its DataNodes are gone."""
        with self._session() as hdfs:
            assert self._block is not None
            self._check_lease(hdfs)
            nodes = [hdfs.blocks.datanodes[number] for number in self._block.replicas]
            if not any(node.running and not node.has_no_room for node in nodes):
                raise no_room(self._file.path, len(hdfs.blocks.datanodes))

    def _next_block(self) -> None:
        self._close_stream()
        with self._session() as hdfs:
            self._check_lease(hdfs)
            self._finalize(hdfs)
            self._block = self._reopened(hdfs) or self._allocated(hdfs)
            path = hdfs.files.create(self._block.id)
            if self._file.lease is not None:
                self._file.lease.since = hdfs.now
            hdfs.tree.touch(self._file)
        self._stream = path.open("ab", buffering=0)
        self._filled = self._stream.tell()

    def _reopened(self, hdfs: Hdfs) -> Block | None:
        """The last block, when an append goes on in it."""
        blocks = self._file.blocks
        if self._block is None and blocks and blocks[-1].length < self._file.block_size:
            if not hdfs.blocks.readable(blocks[-1]):
                raise io_error(
                    "Failed to replace a bad datanode on the existing pipeline due to no more "
                    f"good datanodes being available to try: {blocks[-1].name}"
                )
            hdfs.blocks.renew(blocks[-1])
            return blocks[-1]
        return None

    def _allocated(self, hdfs: Hdfs) -> Block:
        file = self._file
        if file.parent is not None:
            check_room(file.parent, space=file.block_size * file.replication)
        return hdfs.blocks.allocate(file.path, file, self._datanode, self._excluded)

    def _finalize(self, hdfs: Hdfs) -> None:
        if self._block is not None and self._block.id in hdfs.blocks.blocks:
            hdfs.blocks.finalize(self._block, self._filled)
            hdfs.tree.touch(self._file)

    def _check_lease(self, hdfs: Hdfs) -> None:
        if self._file.id not in hdfs.tree.written:
            path = self._file.path
            raise of_protocol(
                "LeaseExpiredException",
                f"No lease on {path} (inode {self._file.id}): File does not exist or it is not "
                "open for writing.",
            )

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _take_over(hdfs: Hdfs, file: File) -> None:
    """Recover a file whose writer has not been heard of for a while, when another one comes."""
    if file.lease is not None and file.lease.since + _LEASE_SOFT_LIMIT_MS <= hdfs.now:
        hdfs.recover(file)


def _check_size(block_size: int) -> None:
    if block_size % 512:
        raise bad_argument(
            f"Invalid values: dfs.bytes-per-checksum (=512) must divide block size (={block_size})."
        )
    if block_size < _MIN_BLOCK_SIZE:
        raise io_error(
            "Specified block size is less than configured minimum value "
            f"(dfs.namenode.fs-limits.min-block-size): {block_size} < {_MIN_BLOCK_SIZE}"
        )


def _in_the_way(node: File, path: str, holder: str, client: str) -> HdfsError:
    if node.lease is not None:
        return _being_created("CREATE_FILE", path, holder, client, node.lease)
    return already_exists(f"{path} for client {client} already exists")


def _being_created(doing: str, path: str, holder: str, client: str, lease: Lease) -> HdfsError:
    return of_protocol(
        "AlreadyBeingCreatedException",
        f"Failed to {doing} {path} for {holder} on {client} because this file lease is currently "
        f"owned by {lease.holder} on {client}",
    )


def _no_parent(path: str) -> HdfsError:
    return HdfsError(
        "java.io.FileNotFoundException", f"Parent directory doesn't exist: {path}", 404
    )
