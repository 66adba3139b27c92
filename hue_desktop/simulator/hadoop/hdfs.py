"""One HDFS: what its NameNode does when it is asked, and the course of its DataNodes over time.

An operation takes the :class:`~hue_desktop.simulator.hadoop.identity.Caller` first, checks all that
Hadoop checks before it changes anything, and raises
:class:`~hue_desktop.simulator.hadoop.errors.HdfsError` with Hadoop's class and words. Operations
run inside :meth:`Hdfs.session`, which lets the time pass first and writes what changed at the end.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hue_desktop.simulator.hadoop import permissions
from hue_desktop.simulator.hadoop.acls import inherit
from hue_desktop.simulator.hadoop.blocks import BlockManager
from hue_desktop.simulator.hadoop.contents import BlockFiles
from hue_desktop.simulator.hadoop.datanodes import NodeFacts
from hue_desktop.simulator.hadoop.errors import (
    HdfsError,
    access_control,
    already_exists,
    illegal_argument,
    io_error,
    not_found,
    of_protocol,
)
from hue_desktop.simulator.hadoop.identity import Caller
from hue_desktop.simulator.hadoop.inodes import Directory, File, Inode, sort_key
from hue_desktop.simulator.hadoop.journal import Journal
from hue_desktop.simulator.hadoop.permissions import EXECUTE, READ, WRITE
from hue_desktop.simulator.hadoop.quotas import check_room
from hue_desktop.simulator.hadoop.trash import TrashEmptier
from hue_desktop.simulator.hadoop.tree import SNAPSHOT_DIR, Located, Tree, check_name, walk

__all__ = ["Hdfs", "HdfsOptions"]

_SAFE_MODE = "org.apache.hadoop.hdfs.server.namenode.SafeModeException"
_LEASE_HARD_LIMIT_MS = 1_200_000  #: dfs.namenode.lease-hard-limit-sec
_MAX_REPLICATION = 512


class HdfsOptions:
    """What ``hdfs-site`` says."""

    def __init__(
        self,
        replication: int = 1,
        block_size: int = 128 * 1024 * 1024,
        trash_interval_min: int = 60,
    ) -> None:
        self.replication = replication
        self.block_size = block_size
        self.trash_interval_min = trash_interval_min


class Hdfs:
    """A namespace with its blocks.

    ``clock`` gives epoch seconds; ``directory`` is where block files go, and the namespace too if
    ``kept``; ``lock`` guards everything.
    """

    def __init__(
        self,
        directory: Path,
        clock: Callable[[], float],
        options: HdfsOptions | None = None,
        *,
        kept: bool = True,
        lock: threading.RLock | None = None,
        seed: str = "",
    ) -> None:
        self.options = options or HdfsOptions()
        self.lock = lock or threading.RLock()
        self.journal = Journal(directory / "namespace.sqlite3" if kept else None)
        self.files = BlockFiles(directory / "blocks")
        self._clock = clock
        self.now = int(clock() * 1000)  #: the instant at which the session stands, epoch ms
        self.safe_mode = False
        self.tree = Tree(self.journal, self.now)
        self.blocks = BlockManager(self.journal, seed, self.options.replication)
        self.writers: set[int] = set()  #: files that somebody writes right now
        self._freed: list[int] = []
        self.is_new = not self._restore()
        self._trash = TrashEmptier(self)

    def _restore(self) -> bool:
        self.blocks.restore()
        found = list(self.tree.restore(self.blocks.blocks))
        for file in found:
            self.blocks.adopt(file)
        for file in self.tree.written.values():
            self._recover_tail(file)
        self.files.sweep(self.blocks.blocks)
        if any(True for _ in self.journal.rows("inodes")):
            return True
        self.tree.touch(self.tree.root)
        return False

    def _recover_tail(self, file: File) -> None:
        """The writer of a file died with the process: what reached the disk is what there is."""
        if file.blocks:
            tail = file.blocks[-1]
            self.blocks.finalize(tail, min(self.files.size(tail.id), file.block_size))

    @contextmanager
    def session(
        self, nodes: Mapping[str, NodeFacts] | None = None, *, now: int | None = None
    ) -> Iterator[Hdfs]:
        """One operation, or several that belong together, at one instant.

        ``nodes`` are the cluster's DataNodes then; None leaves them as they were. ``now`` is an
        instant between the last session and the clock's, epoch ms; by default the clock's.
        """
        with self.lock:
            self.now = max(self.now, int(self._clock() * 1000) if now is None else now)
            if nodes is not None:
                self.blocks.see(nodes, self.now)
            self.blocks.advance(self.now)
            self._expire_leases()
            self._trash.run()
            try:
                yield self
            finally:
                self.journal.commit()
                if self._freed:
                    freed, self._freed = self._freed, []
                    self.files.delete(freed)

    def close(self) -> None:
        """Write what is left."""
        with self.lock:
            self.journal.close()

    def _expire_leases(self) -> None:
        for file in list(self.tree.written.values()):
            lease = file.lease
            if lease is not None and lease.since + _LEASE_HARD_LIMIT_MS <= self.now:
                self.recover(file)

    # Looking

    def locate(self, caller: Caller, path: str, *, making: bool = False) -> Located:
        """What there is of a path, when the caller may pass to it."""
        located = self.tree.locate(path, making=making)
        permissions.check_traverse(caller, located.ancestors)
        return located

    def status(self, caller: Caller, path: str) -> Inode:
        """What a path names; raises when there is nothing."""
        return self.locate(caller, path).existing()

    def listing(self, caller: Caller, path: str) -> list[Inode]:
        """A directory's children by name; a file lists itself."""
        return self.batch(caller, path)[0]

    def batch(
        self, caller: Caller, path: str, after: str = "", limit: int | None = None
    ) -> tuple[list[Inode], int]:
        """Some of a directory's children, those after a name, and how many are left then."""
        located = self.locate(caller, path)
        node = located.node
        if node is None:
            raise not_found(f"File {located.path} does not exist.")
        if not isinstance(node, Directory):
            return [node], 0
        permissions.check_access(caller, node, READ | EXECUTE)
        names = node.names()
        start = bisect_right(names, sort_key(after), key=sort_key) if after else 0
        end = len(names) if limit is None else min(len(names), start + limit)
        return [node.children[name] for name in names[start:end]], len(names) - end

    def check(self, caller: Caller, path: str, action: int) -> None:
        """CHECKACCESS: raise unless the caller may do ``action``."""
        permissions.check_access(caller, self.status(caller, path), action)

    # Making and taking away

    def changeable(self, caller: Caller, path: str, doing: str) -> Located:
        """What there is of a path that shall change; not in safe mode, not in a snapshot."""
        self.check_safe_mode(f"Cannot {doing}")
        located = self.locate(caller, path, making=True)
        if located.snapshot or SNAPSHOT_DIR in located.names:
            raise _snapshot_is_read_only()
        return located

    def check_safe_mode(self, message: str) -> None:
        """Raise ``SafeModeException`` when the NameNode takes no changes."""
        if self.safe_mode:
            raise HdfsError(
                _SAFE_MODE,
                f"{message}. Name node is in safe mode.\nIt was turned on manually. Use "
                '"hdfs dfsadmin -safemode leave" to turn safe mode off.',
            )

    def mkdirs(self, caller: Caller, path: str, mode: int = 0o755) -> bool:
        """Make a directory and those above it that are missing."""
        check_name(path)
        located = self.changeable(caller, path, f"create directory {path}")
        if located.node is not None:
            if not located.node.is_directory:
                raise already_exists(f"Path is not a directory: {located.path}")
            return True
        self.make_parents(caller, located, len(located.missing), mode)
        return True

    def make_parents(
        self, caller: Caller, located: Located, count: int, mode: int = 0o755
    ) -> Directory:
        """Make the first ``count`` missing directories of a path; the deepest one."""
        parent = located.last
        assert isinstance(parent, Directory)
        if not count:
            return parent
        permissions.check_access(caller, parent, WRITE)
        check_room(parent, names=count)
        missing = located.missing
        for place, name in enumerate(missing[:count]):
            last = place == len(missing) - 1
            # What is made on the way must let its maker pass and write.
            bits = mode if last else mode | 0o300
            child = Directory(self.tree.new_id(), name, caller.user, parent.group, bits, self.now)
            inherit(parent, child)
            self.tree.add(parent, child, self.now)
            parent = child
        return parent

    def delete(self, caller: Caller, path: str, *, recursive: bool) -> bool:
        """Delete a file or directory; False if there is none."""
        located = self.changeable(caller, path, f"delete {path}")
        node = located.node
        if node is None:
            return False
        if node.parent is None:
            return False
        if isinstance(node, Directory) and node.children and not recursive:
            raise HdfsError(
                "org.apache.hadoop.fs.PathIsNotEmptyDirectoryException",
                f"`{located.path} is non empty': Directory is not empty",
            )
        permissions.check_access(caller, node.parent, WRITE)
        permissions.check_sticky(caller, node.parent, node)
        if recursive:
            permissions.check_subtree(caller, node, READ | WRITE | EXECUTE)
        self.check_no_snapshots(node)
        self.drop(node)
        return True

    def drop(self, node: Inode) -> None:
        """Take an inode and everything below away, bytes included."""
        self.tree.remove(node, self.now)
        self.discard(node)

    def discard(self, node: Inode) -> None:
        """Forget a tree that is in no directory any more."""
        for file in self.tree.forget(node):
            self.writers.discard(file.id)
            self._freed.extend(block.id for block in self.blocks.release(file))

    def free(self, file: File, count: int) -> None:
        """Take the last ``count`` blocks away from a file."""
        gone = file.blocks[len(file.blocks) - count :]
        del file.blocks[len(file.blocks) - count :]
        self._freed.extend(block.id for block in self.blocks.release_blocks(gone))

    def check_no_snapshots(self, node: Inode) -> None:
        """Raise when a directory with snapshots is in a tree that shall go."""
        for item in walk(node):
            if isinstance(item, Directory) and item.snapshots:
                raise of_protocol(
                    "SnapshotException",
                    f"The directory {item.path} cannot be deleted since {item.path} is "
                    "snapshottable and already has snapshots",
                )

    # Attributes

    def set_permission(self, caller: Caller, path: str, mode: int) -> None:
        """Set the permission bits; with an ACL the group's bits are its mask."""
        node = self.changeable(caller, path, f"set permission for {path}").existing()
        permissions.check_owner(caller, node)
        if not caller.superuser and node.group not in caller.groups:
            mode &= 0o1777
        node.mode = mode & 0o1777
        self.tree.touch(node)

    def set_owner(self, caller: Caller, path: str, owner: str, group: str) -> None:
        """Set owner and group, each unless it is empty."""
        node = self.changeable(caller, path, f"set owner for {path}").existing()
        permissions.check_owner(caller, node)
        if not owner and not group:
            raise illegal_argument("Both owner and group are empty.")
        if not caller.superuser:
            if owner and owner != caller.user:
                raise access_control(
                    f"User {caller.user} is not a super user (non-super user cannot change owner)."
                )
            if group and group not in caller.groups:
                raise access_control(f"User {caller.user} does not belong to {group}")
        node.owner = owner or node.owner
        node.group = group or node.group
        self.tree.touch(node)

    def set_times(self, caller: Caller, path: str, mtime: int, atime: int) -> None:
        """Set modification and access time, epoch ms; -1 leaves one as it is."""
        located = self.changeable(caller, path, f"set times {path}")
        node = located.node
        if node is None:
            raise not_found(f"File/Directory {located.path} does not exist.")
        permissions.check_access(caller, node, WRITE)
        if mtime != -1:
            node.mtime = mtime
        if atime != -1:
            node.atime = atime
        self.tree.touch(node)

    def set_replication(self, caller: Caller, path: str, replication: int) -> bool:
        """Set how many replicas a file shall have; False for a directory."""
        self.check_replication(path, replication)
        node = self.changeable(caller, path, f"set replication for {path}").node
        if not isinstance(node, File):
            return False
        permissions.check_access(caller, node, WRITE)
        more = (replication - node.replication) * sum(block.length for block in node.blocks)
        if node.parent is not None and more > 0:
            check_room(node.parent, space=more)
        node.replication = replication
        self.blocks.want(node)
        self.tree.touch(node)
        return True

    @staticmethod
    def check_replication(path: str, replication: int) -> None:
        """Raise for a number of replicas that no file can have."""
        if replication > _MAX_REPLICATION:
            raise io_error(
                f"Requested replication factor of {replication} exceeds maximum of "
                f"{_MAX_REPLICATION} for {path}"
            )

    def snapshot_name(self) -> str:
        """The name of a snapshot that was given none."""
        at = datetime.fromtimestamp(self.now / 1000, UTC)
        return f"s{at:%Y%m%d-%H%M%S}.{self.now % 1000:03d}"

    # Under construction

    def recover(self, file: File) -> bool:
        """Close a file whose writer is gone, with what arrived; False while it is there."""
        if file.id in self.writers:
            return False
        self._recover_tail(file)
        self.complete(file)
        return True

    def complete(self, file: File) -> None:
        """A file is written: everybody sees its length."""
        file.lease = None
        file.mtime = self.now
        self.tree.written.pop(file.id, None)
        self.tree.touch(file)


def _snapshot_is_read_only() -> HdfsError:
    return of_protocol(
        "SnapshotAccessControlException", "Modification on a read-only snapshot is disallowed"
    )
