"""WebHDFS's GET operations that the NameNode answers itself."""

from __future__ import annotations

import json

from hue_desktop.simulator.hadoop import acls, permissions, snapshots
from hue_desktop.simulator.hadoop.errors import illegal_argument, io_error, not_found
from hue_desktop.simulator.hadoop.forms import (
    file_status,
    file_statuses,
    permission_text,
    status_in_listing,
)
from hue_desktop.simulator.hadoop.inodes import Directory, File, Inode
from hue_desktop.simulator.hadoop.locations import block_locations, located_blocks
from hue_desktop.simulator.hadoop.operations import Json, Operation, Request
from hue_desktop.simulator.hadoop.permissions import EXECUTE, READ
from hue_desktop.simulator.hadoop.quotas import usage_of
from hue_desktop.simulator.hadoop.storage_policies import DEFAULT_POLICY, POLICIES
from hue_desktop.simulator.hadoop.xattrs import ENCODINGS, shown

__all__ = ["READS"]

_LIST_LIMIT = 1000  #: dfs.ls.limit
_WHOLE = 2**63 - 1
_BITS = (("r", 4), ("w", 2), ("x", 1))


def _get_file_status(request: Request) -> Json:
    node = request.hdfs.status(request.caller, request.path)
    status = file_status(node)
    if isinstance(node, Directory) and node.snapshots is not None:
        status["snapshotEnabled"] = True
    return {"FileStatus": status}


def _list_status(request: Request) -> bytes:
    nodes = request.hdfs.listing(request.caller, request.path)
    return file_statuses(nodes, named=_lists_children(request))


def _list_status_batch(request: Request) -> bytes:
    after = request.params.text("startafter")
    nodes, left = request.hdfs.batch(request.caller, request.path, after, _LIST_LIMIT)
    part = file_statuses(nodes, named=_lists_children(request))
    return b'{"DirectoryListing":{"partialListing":%s,"remainingEntries":%d}}' % (part, left)


def _lists_children(request: Request) -> bool:
    return isinstance(request.hdfs.tree.locate(request.path).node, Directory)


def _content_summary(request: Request) -> Json:
    node = request.hdfs.status(request.caller, request.path)
    permissions.check_subtree(request.caller, node, READ | EXECUTE, empty_too=True)
    usage = usage_of(node)
    names, space = _quotas(node)
    return {
        "ContentSummary": {
            "directoryCount": usage.directories,
            "ecPolicy": "Replicated" if isinstance(node, File) else "",
            "fileCount": usage.files,
            "length": usage.length,
            "quota": names,
            "snapshotDirectoryCount": 0,
            "snapshotFileCount": 0,
            "snapshotLength": 0,
            "snapshotSpaceConsumed": 0,
            "spaceConsumed": usage.space,
            "spaceQuota": space,
            "typeQuota": {},
        }
    }


def _quota_usage(request: Request) -> Json:
    node = request.hdfs.locate(request.caller, request.path).node
    if node is None:
        raise not_found(f"File/Directory does not exist: {request.path}")
    usage = usage_of(node)
    names, space = _quotas(node)
    return {
        "QuotaUsage": {
            "fileAndDirectoryCount": usage.names,
            "quota": names,
            "spaceConsumed": usage.space,
            "spaceQuota": space,
            "typeQuota": {},
        }
    }


def _quotas(node: Inode) -> tuple[int, int]:
    if not isinstance(node, Directory):
        return -1, -1
    if node.parent is None and node.name_quota == -1:
        return _WHOLE, node.space_quota
    return node.name_quota, node.space_quota


def _home(request: Request) -> Json:
    return {"Path": f"/user/{request.caller.user}"}


def _trash_root(request: Request) -> Json:
    return {"Path": f"/user/{request.caller.user}/.Trash"}


def _check_access(request: Request) -> None:
    action = request.params.required("fsaction")
    fits = len(action) == 3 and all(
        sign in (bit, "-") for sign, (bit, _) in zip(action, _BITS, strict=True)
    )
    if not fits:
        raise illegal_argument(
            f'Invalid value for webhdfs parameter "fsaction": Invalid value: "{action}" does not '
            "belong to the domain [r-][w-][x-]"
        )
    wanted = sum(value for bit, value in _BITS if bit in action)
    request.hdfs.check(request.caller, request.path, wanted)


def _file(request: Request) -> File:
    node = request.hdfs.locate(request.caller, request.path).node
    if not isinstance(node, File):
        raise not_found(f"File does not exist: {request.path}")
    permissions.check_access(request.caller, node, READ)
    return node


def _block_locations(request: Request) -> Json:
    return block_locations(request.hdfs, _file(request), *_range(request))


def _located_blocks(request: Request) -> Json:
    return located_blocks(request.hdfs, _file(request), *_range(request), request.pool)


def _range(request: Request) -> tuple[int, int]:
    offset = request.params.number("offset", 0, least=0)
    return offset, request.params.number("length", _WHOLE, least=0)


def _acl_status(request: Request) -> Json:
    node = request.hdfs.locate(request.caller, request.path).node
    if node is None:
        raise not_found(f"cannot find {request.path}")
    return {
        "AclStatus": {
            "entries": acls.shown(node),
            "group": node.group,
            "owner": node.owner,
            "permission": permission_text(node.mode & 0o777),
            "stickyBit": bool(node.mode & permissions.STICKY),
        }
    }


def _get_xattrs(request: Request) -> Json:
    encoding = request.params.required("encoding").lower()
    if encoding not in ENCODINGS:
        raise illegal_argument(
            f'Invalid value for webhdfs parameter "encoding": No enum constant '
            f"org.apache.hadoop.fs.XAttrCodec.{encoding.upper()}"
        )
    node = _with_xattrs(request)
    name = request.params.text("xattr.name")
    if name and name not in node.xattrs:
        raise io_error("At least one of the attributes provided was not found.")
    return {
        "XAttrs": [
            {"name": key, "value": shown(value, encoding)}
            for key, value in node.xattrs.items()
            if not name or key == name
        ]
    }


def _list_xattrs(request: Request) -> Json:
    names = list(_with_xattrs(request).xattrs)
    return {"XAttrNames": json.dumps(names, separators=(",", ":"))}


def _with_xattrs(request: Request) -> Inode:
    node = request.hdfs.locate(request.caller, request.path).node
    if node is None:
        raise not_found(f"cannot find {request.path}")
    permissions.check_access(request.caller, node, READ)
    return node


def _snapshottable(request: Request) -> Json:
    found = [
        {
            "dirStatus": status_in_listing(directory),
            "parentFullPath": directory.path.rpartition("/")[0] or "/",
            "snapshotNumber": len(directory.snapshots or {}),
            "snapshotQuota": 65536,
        }
        for directory in snapshots.snapshottable(request.hdfs, request.caller)
    ]
    return {"SnapshottableDirectoryList": found or None}


def _snapshot_diff(request: Request) -> Json:
    params = request.params
    return snapshots.differences(
        request.hdfs,
        request.caller,
        request.path,
        params.text("oldsnapshotname"),
        params.text("snapshotname"),
    )


def _server_defaults(request: Request) -> Json:
    options = request.hdfs.options
    return {
        "FsServerDefaults": {
            "replication": options.replication,
            "encryptDataTransfer": False,
            "defaultStoragePolicyId": DEFAULT_POLICY,
            "writePacketSize": 65536,
            "fileBufferSize": 4096,
            "checksumType": 2,
            "trashInterval": options.trash_interval_min,
            "keyProviderUri": "",
            "blockSize": options.block_size,
            "bytesPerChecksum": 512,
        }
    }


def _storage_policies(request: Request) -> Json:
    return {"BlockStoragePolicies": {"BlockStoragePolicy": list(POLICIES.values())}}


def _storage_policy(request: Request) -> Json:
    node = request.hdfs.locate(request.caller, request.path).node
    if node is None:
        raise not_found(f"File/Directory does not exist: {request.path}")
    place: Inode | None = node
    while place is not None and not place.storage_policy:
        place = place.parent
    number = place.storage_policy if place is not None else DEFAULT_POLICY
    return {"BlockStoragePolicy": POLICIES[number]}


def _delegation_token(request: Request) -> Json:
    """An insecure cluster has no tokens to give."""
    return {"Token": None}


#: (HTTP method, operation) -> what answers it
READS: dict[tuple[str, str], Operation] = {
    ("GET", "GETFILESTATUS"): _get_file_status,
    ("GET", "LISTSTATUS"): _list_status,
    ("GET", "LISTSTATUS_BATCH"): _list_status_batch,
    ("GET", "GETCONTENTSUMMARY"): _content_summary,
    ("GET", "GETQUOTAUSAGE"): _quota_usage,
    ("GET", "GETHOMEDIRECTORY"): _home,
    ("GET", "GETTRASHROOT"): _trash_root,
    ("GET", "CHECKACCESS"): _check_access,
    ("GET", "GETFILEBLOCKLOCATIONS"): _block_locations,
    ("GET", "GET_BLOCK_LOCATIONS"): _located_blocks,
    ("GET", "GETACLSTATUS"): _acl_status,
    ("GET", "GETXATTRS"): _get_xattrs,
    ("GET", "LISTXATTRS"): _list_xattrs,
    ("GET", "GETSNAPSHOTTABLEDIRECTORYLIST"): _snapshottable,
    ("GET", "GETSNAPSHOTDIFF"): _snapshot_diff,
    ("GET", "GETSERVERDEFAULTS"): _server_defaults,
    ("GET", "GETALLSTORAGEPOLICY"): _storage_policies,
    ("GET", "GETSTORAGEPOLICY"): _storage_policy,
    ("GET", "GETDELEGATIONTOKEN"): _delegation_token,
}
