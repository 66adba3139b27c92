"""The NameNode's ``/fsck``: the health of files in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.inodes import File
from hue_desktop.simulator.hadoop.tree import walk

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster

__all__ = ["fsck"]


def fsck(cluster: HdfsOfCluster, hdfs: Hdfs, path: str, user: str, *, files: bool) -> str:
    """What ``hdfs fsck`` prints, in short."""
    at = datetime.fromtimestamp(hdfs.now / 1000, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    lines = [f"FSCK started by {user} (auth:SIMPLE) from /127.0.0.1 for path {path} at {at}", ""]
    top = hdfs.tree.locate(path).node
    if top is None:
        return f"FSCK ended at {at} in 0 milliseconds\nPath '{path}' does not exist.\n"
    found = [node for node in walk(top) if isinstance(node, File) and node.lease is None]
    found.sort(key=lambda node: node.path)
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
        if files or notes:
            said = "".join(notes) or "  OK"
            lines.append(
                f"{file.path} {file.length} bytes, replicated: replication={file.replication}, "
                f"{len(file.blocks)} block(s): {said}"
            )
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
