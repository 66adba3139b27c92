"""CONCAT and TRUNCATE: files that change without being written."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from hue_desktop.simulator.hadoop import permissions
from hue_desktop.simulator.hadoop.errors import bad_argument, of_protocol
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import Caller
from hue_desktop.simulator.hadoop.inodes import Block, File
from hue_desktop.simulator.hadoop.permissions import READ, WRITE

__all__ = ["concat", "truncate"]


def concat(hdfs: Hdfs, caller: Caller, path: str, sources: Sequence[str]) -> None:
    """Put the blocks of other files of the same directory at the end of a file."""
    target = hdfs.changeable(caller, path, f"concat {path}").file()
    permissions.check_access(caller, target, WRITE)
    _check_closed(target)
    files: list[File] = []
    for source in sources:
        file = hdfs.changeable(caller, source, f"concat {path}").file()
        permissions.check_access(caller, file, READ)
        _check_source(target, file)
        if file not in files:
            files.append(file)
    parent = target.parent
    assert parent is not None
    permissions.check_access(caller, parent, WRITE)
    for file in files:
        target.blocks.extend(file.blocks)
        file.blocks = []  # they have a new owner, and stay when the file goes
        hdfs.drop(file)
    target.mtime = hdfs.now
    hdfs.blocks.want(target)
    hdfs.tree.touch(target)


def truncate(hdfs: Hdfs, caller: Caller, path: str, length: int) -> bool:
    """Cut a file; False says, as in HDFS, that its last block is being cut in the background."""
    file = hdfs.changeable(caller, path, f"truncate {path}").file()
    permissions.check_access(caller, file, WRITE)
    _check_closed(file)
    size = file.length
    if length > size:
        raise bad_argument(
            f"Cannot truncate to a larger file size. Current size: {size}, truncate size: {length}."
        )
    if length == size:
        return True
    kept = 0
    start = 0
    for block in file.blocks:
        if start >= length:
            break
        kept += 1
        start += block.length
    hdfs.free(file, len(file.blocks) - kept)
    if start > length:
        tail = file.blocks[-1]
        _cut(hdfs, file, tail, tail.length - (start - length))
    file.mtime = hdfs.now
    hdfs.tree.touch(file)
    return start == length


def _cut(hdfs: Hdfs, file: File, tail: Block, length: int) -> None:
    """Shorten the last block; one that a snapshot shares is copied first."""
    if hdfs.blocks.shared(tail):
        copy = hdfs.blocks.copied(file, tail)
        shutil.copyfile(hdfs.files.path(tail.id), hdfs.files.create(copy.id))
        tail = copy
    else:
        hdfs.blocks.renew(tail)
    hdfs.files.truncate(tail.id, length)
    hdfs.blocks.finalize(tail, length)


def _check_closed(file: File) -> None:
    if file.lease is not None:
        raise of_protocol(
            "AlreadyBeingCreatedException",
            f"{file.path} is being written by {file.lease.holder}",
        )


def _check_source(target: File, file: File) -> None:
    if file is target:
        raise bad_argument(
            f"concat: the src file {file.path} is the same with the target file {target.path}"
        )
    if file.parent is not target.parent:
        raise bad_argument(
            f"Source file {file.path} is not in the same directory with the target {target.path}"
        )
    if file.lease is not None or not file.blocks:
        raise bad_argument(
            f"concat: source file {file.path} is invalid or empty or underConstruction"
        )
