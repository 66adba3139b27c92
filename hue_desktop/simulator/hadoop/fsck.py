"""The NameNode's ``/fsck``: the health of files in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.inodes import Block, Directory, File
from hue_desktop.simulator.hadoop.tree import walk

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster

__all__ = ["FsckOptions", "fsck"]

_TRANSFER = 9866


@dataclass(frozen=True, slots=True)
class FsckOptions:
    """What is asked for; ``locations`` prints blocks too, as Hadoop does."""

    files: bool = False
    blocks: bool = False
    locations: bool = False
    open_files: bool = False


def fsck(cluster: HdfsOfCluster, hdfs: Hdfs, path: str, user: str, options: FsckOptions) -> str:
    """What ``hdfs fsck`` prints, with a shorter summary."""
    at = datetime.fromtimestamp(hdfs.now / 1000, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    lines = [f"FSCK started by {user} (auth:SIMPLE) from /127.0.0.1 for path {path} at {at}", ""]
    top = hdfs.tree.locate(path).node
    if top is None:
        return f"FSCK ended at {at} in 0 milliseconds\nPath '{path}' does not exist.\n"
    nodes = sorted(walk(top), key=lambda node: node.path)
    if options.files:
        lines += [f"{node.path} <dir>" for node in nodes if isinstance(node, Directory)]
    found = [
        node
        for node in nodes
        if isinstance(node, File) and (node.lease is None or options.open_files)
    ]
    lacking = missing = blocks = replicas = 0
    for file in found:
        notes = []
        for block in file.blocks:
            live = hdfs.blocks.live_replicas(block)
            blocks += 1
            replicas += live
            missing += live == 0
            lacking += 0 < live < file.replication
            if 0 < live < file.replication:
                notes.append(
                    f" Under replicated {cluster.block_pool()}:{block.name}. Target Replicas is "
                    f"{file.replication} but found {live} live replica(s)."
                )
        gone = [block for block in file.blocks if not hdfs.blocks.live_replicas(block)]
        if gone:
            size = sum(block.length for block in gone)
            notes.append(f" MISSING {len(gone)} blocks of total size {size} B")
        if options.files or notes:
            said = "".join(notes) or "  OK"
            state = ", OPENFORWRITE: " if file.lease is not None else ": "
            lines.append(
                f"{file.path} {file.length} bytes, replicated: replication={file.replication}, "
                f"{len(file.blocks)} block(s){state}{said}"
            )
            if options.blocks or options.locations:
                lines += [*_blocks(hdfs, cluster.block_pool(), file, options.locations), ""]
    state = "CORRUPT" if missing else "HEALTHY"
    live_nodes = [node for node in hdfs.blocks.datanodes.values() if not node.dead]
    lines += [
        "",
        f"Status: {state}",
        f" Number of data-nodes:\t{len(live_nodes)}",
        f" Total size:\t{sum(file.length for file in found)} B",
        f" Total files:\t{len(found)}",
        f" Total blocks (validated):\t{blocks}",
        f" Under-replicated blocks:\t{lacking}",
        f" Average block replication:\t{replicas / blocks if blocks else 0.0}",
        f" Missing blocks:\t\t{missing}",
        " Corrupt blocks:\t\t0",
        f"FSCK ended at {at} in 1 milliseconds",
        "",
        "",
        f"The filesystem under path '{path}' is {state}",
        "",
    ]
    return "\n".join(lines)


def _blocks(hdfs: Hdfs, pool: str, file: File, locations: bool) -> Iterator[str]:
    for place, block in enumerate(file.blocks):
        yield f"{place}. {pool}:{block.name} len={block.length} {_replicas(hdfs, block, locations)}"


def _replicas(hdfs: Hdfs, block: Block, locations: bool) -> str:
    holders = hdfs.blocks.holders(block)
    if not holders:
        return "MISSING!"
    text = f"Live_repl={hdfs.blocks.live_replicas(block)}"
    leaving = sum(node.leaving is not None for node in holders)
    if leaving:
        text += f" Decommissioning_repl={leaving}"
    if not locations:
        return text
    storages = (
        f"DatanodeInfoWithStorage[{node.ip}:{_TRANSFER},DS-{node.key},DISK]" for node in holders
    )
    return f"{text}  [{', '.join(storages)}]"
