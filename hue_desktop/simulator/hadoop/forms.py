"""WebHDFS's JSON: how inodes, blocks and summaries look in an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from hue_desktop.simulator.hadoop.inodes import Directory, File, Inode

__all__ = ["encoded", "file_status", "file_statuses", "permission_text"]

Json = dict[str, Any]


def encoded(answer: Json) -> bytes:
    """The bytes of an answer; text stays UTF-8, lone surrogates cannot be in a path."""
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode()


def permission_text(mode: int) -> str:
    """Permission bits in octal, as short as Hadoop prints them."""
    return f"{mode:o}"


def file_status(node: Inode, suffix: str = "") -> Json:
    """``FileStatus`` of an inode; ``suffix`` is its name within a listing."""
    is_file = isinstance(node, File)
    status: Json = {
        "accessTime": node.atime,
        "blockSize": node.block_size if isinstance(node, File) else 0,
        "childrenNum": len(node.children) if isinstance(node, Directory) else 0,
        "fileId": node.file_id,
        "group": node.group,
        "length": node.length if isinstance(node, File) else 0,
        "modificationTime": node.mtime,
        "owner": node.owner,
        "pathSuffix": suffix,
        "permission": permission_text(node.mode),
        "replication": node.replication if isinstance(node, File) else 0,
        "storagePolicy": node.storage_policy,
        "type": "FILE" if is_file else "DIRECTORY",
    }
    if node.acl or (isinstance(node, Directory) and node.default_acl):
        status["aclBit"] = True
    return status


def status_in_listing(node: Inode) -> Json:
    """``FileStatus`` of a child."""
    return file_status(node, node.name)


def file_statuses(nodes: Iterable[Inode], *, named: bool) -> Json:
    """``FileStatuses``; a file that lists itself is not ``named``."""
    return {
        "FileStatuses": {
            "FileStatus": [file_status(node, node.name if named else "") for node in nodes]
        }
    }
