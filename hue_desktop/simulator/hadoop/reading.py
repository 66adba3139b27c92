"""How a byte range of a file becomes spans of block files, and which DataNode gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hue_desktop.simulator.hadoop import permissions
from hue_desktop.simulator.hadoop.datanodes import DataNode
from hue_desktop.simulator.hadoop.errors import HdfsError, io_error, not_found
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import Caller
from hue_desktop.simulator.hadoop.inodes import Block, Directory, File
from hue_desktop.simulator.hadoop.permissions import READ

__all__ = [
    "Span",
    "block_missing",
    "check_offset",
    "datanode_for",
    "open_file",
    "readable_length",
    "spans",
]


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive bytes of one block."""

    block: Block
    path: Path
    offset: int
    length: int


def open_file(hdfs: Hdfs, caller: Caller, path: str) -> File:
    """The file to read; raises what Hadoop's client raises when it opens one."""
    located = hdfs.locate(caller, path)
    node = located.node
    if node is None:
        raise not_found(f"File does not exist: {located.path}")
    if isinstance(node, Directory):
        raise not_found(f"Path is not a file: {located.path}")
    permissions.check_access(caller, node, READ)
    assert isinstance(node, File)
    return node


def spans(hdfs: Hdfs, file: File, offset: int, length: int | None) -> list[Span]:
    """The spans that make up a range; ``length`` None means to the end."""
    total = readable_length(hdfs, file)
    end = total if length is None else min(total, offset + length)
    found: list[Span] = []
    start = 0
    for block in file.blocks:
        size = _size(hdfs, file, block)
        first, last = max(offset, start), min(end, start + size)
        if first < last:
            told = file.lease is None
            path = hdfs.files.whole(block.id, size) if told else hdfs.files.path(block.id)
            found.append(Span(block, path, first - start, last - first))
        start += size
    return found


def readable_length(hdfs: Hdfs, file: File) -> int:
    """Bytes that a reader gets: of a file that is being written, also what arrived last."""
    if file.lease is None:
        return file.length
    return sum(_size(hdfs, file, block) for block in file.blocks)


def _size(hdfs: Hdfs, file: File, block: Block) -> int:
    if file.lease is None:
        return block.length
    return max(block.length, hdfs.files.size(block.id))


def check_offset(file: File, path: str, offset: int, doing: str) -> None:
    """Raise for an offset outside the file, as the NameNode does before it redirects."""
    length = file.length
    if offset < 0 or (offset >= length and length > 0):
        raise io_error(f"Offset={offset} out of the range [0, {length}); {doing}, path={path}")


def block_missing(block: Block, path: str) -> HdfsError:
    """Nobody that runs has a replica of this block."""
    return HdfsError(
        "org.apache.hadoop.hdfs.BlockMissingException",
        f"Could not obtain block: {block.name} file={path}",
    )


def datanode_for(hdfs: Hdfs, file: File, offset: int, excluded: frozenset[int]) -> DataNode | None:
    """The DataNode that the NameNode names for reading at an offset; None for an empty file.

    Raises the NameNode's ``IOException`` when it knows of no replica.
    """
    part = spans(hdfs, file, offset, 1)
    if not part:
        return None
    holders = [node for node in hdfs.blocks.holders(part[0].block) if node.number not in excluded]
    if not holders:
        raise io_error("No active nodes contain this block")
    staying = [node for node in holders if node.leaving is None]
    return hdfs.blocks.any_of(staying or holders)
