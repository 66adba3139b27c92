"""Snapshots: frozen copies of a directory's tree that share the blocks with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hue_desktop.simulator.hadoop.errors import HdfsError, access_control, not_found, of_protocol
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import Caller
from hue_desktop.simulator.hadoop.inodes import Directory, File, Inode
from hue_desktop.simulator.hadoop.permissions import check_owner
from hue_desktop.simulator.hadoop.tree import walk

__all__ = [
    "allow",
    "create",
    "delete",
    "differences",
    "disallow",
    "rename",
    "snapshottable",
    "snapshotted",
]

Json = dict[str, Any]


def allow(hdfs: Hdfs, caller: Caller, path: str) -> None:
    """Let snapshots be taken of a directory."""
    _check_superuser(caller)
    directory = hdfs.changeable(caller, path, f"allow snapshot for {path}").directory()
    if directory.snapshots is None:
        directory.snapshots = {}
        hdfs.tree.touch(directory)


def disallow(hdfs: Hdfs, caller: Caller, path: str) -> None:
    """No more snapshots of a directory, which has none left."""
    _check_superuser(caller)
    directory = hdfs.changeable(caller, path, f"disallow snapshot for {path}").directory()
    if directory.snapshots:
        raise of_protocol(
            "SnapshotException",
            f"The directory {path} has snapshot(s). Please redo the operation after removing all "
            "the snapshots.",
        )
    directory.snapshots = None
    hdfs.tree.touch(directory)


def create(hdfs: Hdfs, caller: Caller, path: str, name: str) -> str:
    """Take a snapshot; its path."""
    directory = snapshotted(hdfs, caller, path)
    check_owner(caller, directory)
    hdfs.check_safe_mode(f"Cannot create snapshot for {path}")
    snapshots = directory.snapshots
    assert snapshots is not None
    if name in snapshots:
        raise of_protocol(
            "SnapshotException",
            f'Failed to add snapshot: there is already a snapshot with the same name "{name}".',
        )
    frozen = _frozen(hdfs, directory, name)
    frozen.parent = directory
    snapshots[name] = frozen
    directory.mtime = hdfs.now
    hdfs.tree.touch(directory, *walk(frozen))
    return f"{directory.path.rstrip('/')}/.snapshot/{name}"


def delete(hdfs: Hdfs, caller: Caller, path: str, name: str) -> None:
    """Forget a snapshot; blocks that nobody else has go with it."""
    directory = snapshotted(hdfs, caller, path)
    check_owner(caller, directory)
    frozen = (directory.snapshots or {}).pop(name, None)
    if frozen is None:
        raise _no_snapshot(path, name)
    hdfs.discard(frozen)
    hdfs.tree.touch(directory)


def rename(hdfs: Hdfs, caller: Caller, path: str, old: str, new: str) -> None:
    """Give a snapshot another name."""
    directory = snapshotted(hdfs, caller, path)
    check_owner(caller, directory)
    snapshots = directory.snapshots or {}
    if old not in snapshots:
        raise _no_snapshot(path, old)
    if new in snapshots:
        raise of_protocol(
            "SnapshotException",
            f"The snapshot {new} already exists for directory {path}",
        )
    frozen = snapshots.pop(old)
    frozen.name = new
    snapshots[new] = frozen
    hdfs.tree.touch(frozen)


def snapshotted(hdfs: Hdfs, caller: Caller, path: str) -> Directory:
    """The directory of a path, which has to allow snapshots."""
    directory = hdfs.locate(caller, path).directory()
    if directory.snapshots is None:
        raise of_protocol(
            "SnapshotException", f"Directory is not a snapshottable directory: {path}"
        )
    return directory


def snapshottable(hdfs: Hdfs, caller: Caller) -> Iterator[Directory]:
    """All directories that allow snapshots and that the caller owns."""
    for node in walk(hdfs.tree.root):
        mine = caller.superuser or node.owner == caller.user
        if mine and isinstance(node, Directory) and node.snapshots is not None:
            yield node


def differences(hdfs: Hdfs, caller: Caller, path: str, old: str, new: str) -> Json:
    """What changed between two snapshots; an empty name stands for the present."""
    directory = snapshotted(hdfs, caller, path)
    found: list[Json] = []
    _compare(_state(directory, path, old), _state(directory, path, new), "", found)
    return {
        "SnapshotDiffReport": {
            "diffList": found,
            "fromSnapshot": old,
            "snapshotRoot": directory.path,
            "toSnapshot": new,
        }
    }


def _state(directory: Directory, path: str, name: str) -> Directory:
    if not name:
        return directory
    frozen = (directory.snapshots or {}).get(name)
    if frozen is None:
        raise _no_snapshot(path, name)
    return frozen


def _compare(old: Directory, new: Directory, prefix: str, found: list[Json]) -> None:
    """Children are told by name and number: one that was replaced is deleted and created."""
    before, after = old.children, new.children
    gone = [name for name in old.names() if not _same(before[name], after.get(name))]
    come = [name for name in new.names() if not _same(after[name], before.get(name))]
    if gone or come:
        found.append({"sourcePath": prefix, "type": "MODIFY"})
    found.extend({"sourcePath": _below(prefix, name), "type": "CREATE"} for name in come)
    found.extend({"sourcePath": _below(prefix, name), "type": "DELETE"} for name in gone)
    for name in old.names():
        left, right = before[name], after.get(name)
        if not _same(left, right):
            continue
        if isinstance(left, Directory) and isinstance(right, Directory):
            _compare(left, right, _below(prefix, name), found)
        elif isinstance(left, File) and isinstance(right, File) and _facts(left) != _facts(right):
            found.append({"sourcePath": _below(prefix, name), "type": "MODIFY"})


def _same(left: Inode, right: Inode | None) -> bool:
    return right is not None and left.file_id == right.file_id


def _facts(file: File) -> tuple[int, int, int]:
    return file.length, file.mtime, file.mode


def _below(prefix: str, name: str) -> str:
    return f"{prefix}/{name}" if prefix else name


def _frozen(hdfs: Hdfs, node: Directory, name: str) -> Directory:
    copy = Directory(
        hdfs.tree.new_id(),
        name,
        node.owner,
        node.group,
        node.mode,
        node.mtime,
        acl=list(node.acl),
        default_acl=list(node.default_acl),
        xattrs=dict(node.xattrs),
        origin=node.file_id,
    )
    for child in node.children.values():
        if isinstance(child, Directory):
            copy.add(_frozen(hdfs, child, child.name))
        elif isinstance(child, File):
            copy.add(_frozen_file(hdfs, child))
    return copy


def _frozen_file(hdfs: Hdfs, node: File) -> File:
    copy = File(
        hdfs.tree.new_id(),
        node.name,
        node.owner,
        node.group,
        node.mode,
        node.mtime,
        node.atime,
        acl=list(node.acl),
        xattrs=dict(node.xattrs),
        origin=node.file_id,
        replication=node.replication,
        block_size=node.block_size,
        blocks=list(node.blocks),
        frozen_length=node.length,
    )
    hdfs.blocks.adopt(copy)
    return copy


def _check_superuser(caller: Caller) -> None:
    if not caller.superuser:
        raise access_control(
            f"Access denied for user {caller.user}. Superuser privilege is required"
        )


def _no_snapshot(path: str, name: str) -> HdfsError:
    return not_found(f"Cannot find the snapshot of directory {path} with name {name}")
