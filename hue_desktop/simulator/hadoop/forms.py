"""WebHDFS's JSON: how inodes, blocks and summaries look in an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from hue_desktop.simulator.hadoop.inodes import Directory, File, Inode

__all__ = ["encoded", "file_status", "file_statuses", "permission_text", "status_in_listing"]

Json = dict[str, Any]

_text = json.JSONEncoder(ensure_ascii=False).encode


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
    if _has_acl(node):
        status["aclBit"] = True
    return status


def status_in_listing(node: Inode) -> Json:
    """``FileStatus`` of a child."""
    return file_status(node, node.name)


def file_statuses(nodes: Iterable[Inode], *, named: bool) -> bytes:
    """``FileStatuses``, encoded; a file that lists itself is not ``named``.

    Written by hand: a directory may have a hundred thousand children.
    """
    rows = [_row(node, node.name if named else "") for node in nodes]
    return b'{"FileStatuses":{"FileStatus":[%s]}}' % ",".join(rows).encode()


def _row(node: Inode, suffix: str) -> str:
    if isinstance(node, File):
        facts = (node.block_size, 0, node.length, node.replication, "FILE")
    else:
        children = len(node.children) if isinstance(node, Directory) else 0
        facts = (0, children, 0, 0, "DIRECTORY")
    block_size, children, length, replication, kind = facts
    acl = '"aclBit":true,' if _has_acl(node) else ""
    return (
        f'{{"accessTime":{node.atime},{acl}"blockSize":{block_size},"childrenNum":{children},'
        f'"fileId":{node.file_id},"group":{_text(node.group)},"length":{length},'
        f'"modificationTime":{node.mtime},"owner":{_text(node.owner)},'
        f'"pathSuffix":{_text(suffix)},"permission":"{node.mode:o}",'
        f'"replication":{replication},"storagePolicy":{node.storage_policy},"type":"{kind}"}}'
    )


def _has_acl(node: Inode) -> bool:
    return bool(node.acl) or (isinstance(node, Directory) and bool(node.default_acl))
