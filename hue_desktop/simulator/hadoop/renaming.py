"""RENAME, in its two kinds: the old one that says no, the new one that says why."""

from __future__ import annotations

from hue_desktop.simulator.hadoop import permissions
from hue_desktop.simulator.hadoop.errors import HdfsError, already_exists, io_error, not_found
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import Caller
from hue_desktop.simulator.hadoop.inodes import Directory, Inode
from hue_desktop.simulator.hadoop.permissions import WRITE
from hue_desktop.simulator.hadoop.quotas import check_room
from hue_desktop.simulator.hadoop.tree import check_name

__all__ = ["rename", "rename_to"]


def rename(hdfs: Hdfs, caller: Caller, source: str, target: str) -> bool:
    """The old rename: False for most things that cannot be; into an existing directory."""
    _check_target(target)
    old = hdfs.changeable(caller, source, f"rename {source}")
    new = hdfs.changeable(caller, target, f"rename {source}")
    node = old.node
    if node is None or node.parent is None:
        return False
    if isinstance(new.node, Directory):
        new = hdfs.tree.locate(f"{new.path.rstrip('/')}/{node.name}")
        if new.node is node:
            return False
    if new.node is node:
        return not node.is_directory
    if new.node is not None or len(new.missing) != 1:
        return False
    if node in new.chain or not isinstance(new.last, Directory):
        return False
    _check_rename(hdfs, caller, node, new.last)
    _move(hdfs, node, new.last, new.missing[0])
    return True


def rename_to(hdfs: Hdfs, caller: Caller, source: str, target: str, *, overwrite: bool) -> None:
    """The new rename: to exactly ``target``, with exceptions for what cannot be."""
    _check_target(target)
    old = hdfs.changeable(caller, source, f"rename {source}")
    new = hdfs.changeable(caller, target, f"rename {source}")
    node = old.node
    if node is None:
        raise not_found(f"rename source {old.path} is not found.")
    if node.parent is None:
        raise io_error("rename source cannot be the root")
    if new.node is node:
        raise already_exists(f"The source {old.path} and destination {new.path} are the same")
    if node in new.chain:
        raise io_error(
            f"Rename destination {new.path} is a directory or file under source {old.path}"
        )
    if new.node is None and len(new.missing) > 1:
        raise not_found(f"rename destination parent {new.path} not found.")
    parent_node = new.node.parent if new.node is not None else new.last
    if not isinstance(parent_node, Directory):
        raise io_error("rename destination cannot be the root")
    _check_rename(hdfs, caller, node, parent_node)
    if new.node is not None:
        _check_overwrite(node, new.node, overwrite)
        permissions.check_sticky(caller, parent_node, new.node)
        hdfs.drop(new.node)
    _move(hdfs, node, parent_node, new.names[-1])


def _check_overwrite(node: Inode, target: Inode, overwrite: bool) -> None:
    if node.is_directory != target.is_directory:
        kind = "directories" if node.is_directory else "files"
        raise io_error(f"Source {node.path} and destination {target.path} must both be {kind}")
    if not overwrite:
        raise already_exists(f"rename destination {target.path} already exists")
    if isinstance(target, Directory) and target.children:
        raise io_error(f"rename destination directory is not empty: {target.path}")


def _check_rename(hdfs: Hdfs, caller: Caller, node: Inode, target: Directory) -> None:
    assert node.parent is not None
    permissions.check_access(caller, node.parent, WRITE)
    permissions.check_sticky(caller, node.parent, node)
    permissions.check_access(caller, target, WRITE)
    if target is not node.parent:
        check_room(target, node=node, leaving=node.parent)
    hdfs.check_no_snapshots(node)


def _move(hdfs: Hdfs, node: Inode, target: Directory, name: str) -> None:
    hdfs.tree.remove(node, hdfs.now)
    node.name = name
    hdfs.tree.add(target, node, hdfs.now)


def _check_target(path: str) -> None:
    try:
        check_name(path)
    except HdfsError:
        raise io_error(f"Invalid name: {path}") from None
