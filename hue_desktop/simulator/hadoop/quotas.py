"""Quotas and what counts against them: names, and bytes with their replicas."""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.simulator.hadoop.errors import HdfsError, of_protocol
from hue_desktop.simulator.hadoop.inodes import UNLIMITED, Directory, File, Inode
from hue_desktop.simulator.hadoop.tree import walk

__all__ = ["Usage", "check_room", "usage_of"]

_UNITS = ("B", "KB", "MB", "GB", "TB", "PB", "EB")


@dataclass(slots=True)
class Usage:
    """What is in a tree, its top included."""

    directories: int = 0
    files: int = 0
    length: int = 0
    space: int = 0  #: with replicas

    @property
    def names(self) -> int:
        """What counts against a name quota."""
        return self.directories + self.files


def usage_of(node: Inode) -> Usage:
    """Count a tree."""
    usage = Usage()
    for item in walk(node):
        if isinstance(item, File):
            usage.files += 1
            usage.length += item.length
            usage.space += item.space
        else:
            usage.directories += 1
    return usage


def check_room(
    parent: Directory,
    *,
    names: int = 0,
    space: int = 0,
    node: Inode | None = None,
    leaving: Directory | None = None,
) -> None:
    """Raise when a directory or one above it has no room for so many more names or bytes.

    ``node`` is a tree that moves here from ``leaving``: directories above both gain nothing.
    """
    above = _line(leaving) if leaving is not None else []
    limited = [item for item in _line(parent) if item.limited and item not in above]
    if not limited:
        return
    if node is not None:
        moved = usage_of(node)
        names, space = moved.names, moved.space
    for directory in limited:
        usage = usage_of(directory)
        if directory.name_quota != UNLIMITED and usage.names + names > directory.name_quota:
            raise _names_exceeded(directory, usage.names + names)
        spaced = directory.space_quota != UNLIMITED and space > 0
        if spaced and usage.space + space > directory.space_quota:
            raise _space_exceeded(directory, usage.space + space)


def _line(directory: Directory) -> list[Directory]:
    """A directory and those above it."""
    line: list[Directory] = []
    item: Directory | None = directory
    while item is not None:
        line.append(item)
        item = item.parent
    return line


def _names_exceeded(directory: Directory, count: int) -> HdfsError:
    return of_protocol(
        "NSQuotaExceededException",
        f"The NameSpace quota (directories and files) of directory {directory.path} is exceeded: "
        f"quota={directory.name_quota} file count={count}",
    )


def _space_exceeded(directory: Directory, space: int) -> HdfsError:
    quota = directory.space_quota
    return of_protocol(
        "DSQuotaExceededException",
        f"The DiskSpace quota of {directory.path} is exceeded: quota = {quota} B = "
        f"{_readable(quota)} but diskspace consumed = {space} B = {_readable(space)}",
    )


def _readable(size: float) -> str:
    """A size as Hadoop prints it: ``384 MB``, ``1.50 GB``."""
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size /= 1024
        unit += 1
    number = f"{size:.0f}" if size == int(size) else f"{size:.2f}"
    return f"{number} {_UNITS[unit]}"
