"""WebHDFS's operations that change the namespace and need no DataNode."""

from __future__ import annotations

from collections.abc import Callable

from hue_desktop.simulator.hadoop import acls, permissions, snapshots, xattrs
from hue_desktop.simulator.hadoop.errors import (
    HdfsError,
    access_control,
    illegal_argument,
    io_error,
    not_found,
    unsupported,
)
from hue_desktop.simulator.hadoop.inodes import UNLIMITED, Inode
from hue_desktop.simulator.hadoop.operations import Json, Operation, Request
from hue_desktop.simulator.hadoop.permissions import WRITE
from hue_desktop.simulator.hadoop.renaming import rename, rename_to
from hue_desktop.simulator.hadoop.reshaping import concat, truncate
from hue_desktop.simulator.hadoop.storage_policies import policy_number

__all__ = ["CHANGES"]

_LEAVE = 2**63 - 1  #: a quota that stays as it is
_MAX_XATTRS = 32  #: dfs.namenode.fs-limits.max-xattrs-per-inode


def _mkdirs(request: Request) -> Json:
    mode = request.params.mode("permission", 0o755)
    return {"boolean": request.hdfs.mkdirs(request.caller, request.path, mode)}


def _delete(request: Request) -> Json:
    recursive = request.params.flag("recursive", False)
    return {"boolean": request.hdfs.delete(request.caller, request.path, recursive=recursive)}


def _rename(request: Request) -> Json | None:
    target = request.params.required("destination")
    if not target.startswith("/"):
        raise illegal_argument(
            'Invalid value for webhdfs parameter "destination": Invalid parameter value: '
            f'destination = "{target}" is not an absolute path.'
        )
    options = {item.strip().upper() for item in request.params.text("renameoptions").split(",")}
    if options == {""}:
        return {"boolean": rename(request.hdfs, request.caller, request.path, target)}
    overwrite = "OVERWRITE" in options
    rename_to(request.hdfs, request.caller, request.path, target, overwrite=overwrite)
    return None


def _set_permission(request: Request) -> None:
    mode = request.params.mode("permission", 0o755)
    request.hdfs.set_permission(request.caller, request.path, mode)


def _set_owner(request: Request) -> None:
    owner, group = request.params.text("owner"), request.params.text("group")
    request.hdfs.set_owner(request.caller, request.path, owner, group)


def _set_times(request: Request) -> None:
    mtime = request.params.number("modificationtime", -1, least=-1)
    atime = request.params.number("accesstime", -1, least=-1)
    request.hdfs.set_times(request.caller, request.path, mtime, atime)


def _set_replication(request: Request) -> Json:
    wanted = request.params.number("replication", request.hdfs.options.replication, least=1)
    return {"boolean": request.hdfs.set_replication(request.caller, request.path, wanted)}


def _set_quota(request: Request) -> None:
    if not request.caller.superuser:
        raise access_control(
            f"Access denied for user {request.caller.user}. Superuser privilege is required"
        )
    names = request.params.number("namespacequota", _LEAVE)
    space = request.params.number("storagespacequota", _LEAVE)
    doing = f"set quota on {request.path}"
    directory = request.hdfs.changeable(request.caller, request.path, doing).directory()
    for quota in (names, space):
        if quota != UNLIMITED and quota <= 0:
            raise illegal_argument(f"Invalid values for quota : {names} and {space}")
    if names != _LEAVE:
        directory.name_quota = names
    if space != _LEAVE:
        directory.space_quota = space
    request.hdfs.tree.touch(directory)


def _concat(request: Request) -> None:
    sources = request.params.required("sources").split(",")
    concat(request.hdfs, request.caller, request.path, sources)


def _truncate(request: Request) -> Json:
    request.params.required("newlength")
    length = request.params.number("newlength", 0, least=0)
    return {"boolean": truncate(request.hdfs, request.caller, request.path, length)}


# Access control lists


def _change_acl(request: Request, doing: str, change: Callable[[Inode], None]) -> None:
    located = request.hdfs.changeable(request.caller, request.path, f"{doing} {request.path}")
    node = located.existing()
    permissions.check_owner(request.caller, node)
    change(node)
    request.hdfs.tree.touch(node)


def _modify_acl(request: Request) -> None:
    spec = request.params.required("aclspec")
    _change_acl(request, "modify ACL entries on", lambda node: acls.modify(node, spec))


def _set_acl(request: Request) -> None:
    spec = request.params.required("aclspec")
    _change_acl(request, "set ACL on", lambda node: acls.replace(node, spec))


def _remove_acl_entries(request: Request) -> None:
    spec = request.params.required("aclspec")
    _change_acl(request, "remove ACL entries on", lambda node: acls.remove_entries(node, spec))


def _remove_default_acl(request: Request) -> None:
    _change_acl(request, "remove default ACL entries on", acls.remove_default)


def _remove_acl(request: Request) -> None:
    _change_acl(request, "remove ACL on", acls.remove_all)


# Extended attributes


def _set_xattr(request: Request) -> None:
    name = request.params.required("xattr.name")
    flag = request.params.required("flag").upper()
    xattrs.check_name(name)
    value = xattrs.kept(request.params.text("xattr.value"))
    node = _writable(request, "set XAttr on")
    there = name in node.xattrs
    if there and "REPLACE" not in flag:
        raise io_error(f"XAttr: {name} already exists. The REPLACE flag must be specified.")
    if not there and "CREATE" not in flag:
        raise io_error(f"XAttr: {name} does not exist. The CREATE flag must be specified.")
    if not there and len(node.xattrs) >= _MAX_XATTRS:
        raise io_error(f"Cannot add additional XAttr to inode, would exceed limit of {_MAX_XATTRS}")
    node.xattrs[name] = value
    request.hdfs.tree.touch(node)


def _remove_xattr(request: Request) -> None:
    name = request.params.required("xattr.name")
    xattrs.check_name(name)
    node = _writable(request, "remove XAttr entry on")
    if name not in node.xattrs:
        raise io_error("No matching attributes found for remove operation")
    del node.xattrs[name]
    request.hdfs.tree.touch(node)


def _writable(request: Request, doing: str) -> Inode:
    located = request.hdfs.changeable(request.caller, request.path, f"{doing} {request.path}")
    if located.node is None:
        raise not_found(f"cannot find {request.path}")
    permissions.check_access(request.caller, located.node, WRITE)
    return located.node


# Snapshots


def _allow_snapshot(request: Request) -> None:
    snapshots.allow(request.hdfs, request.caller, request.path)


def _disallow_snapshot(request: Request) -> None:
    snapshots.disallow(request.hdfs, request.caller, request.path)


def _create_snapshot(request: Request) -> Json:
    name = request.params.text("snapshotname") or request.hdfs.snapshot_name()
    return {"Path": snapshots.create(request.hdfs, request.caller, request.path, name)}


def _rename_snapshot(request: Request) -> None:
    old = request.params.required("oldsnapshotname")
    new = request.params.required("snapshotname")
    snapshots.rename(request.hdfs, request.caller, request.path, old, new)


def _delete_snapshot(request: Request) -> None:
    name = request.params.required("snapshotname")
    snapshots.delete(request.hdfs, request.caller, request.path, name)


# Storage policies


def _set_storage_policy(request: Request) -> None:
    name = request.params.text("storagepolicy")
    if not name:
        raise illegal_argument("Storage policy name is empty.")
    number = policy_number(name)
    if number is None:
        raise HdfsError(
            "org.apache.hadoop.HadoopIllegalArgumentException",
            f"Cannot find a block policy with the name {name}",
            400,
        )
    _store_policy(request, number)


def _unset_storage_policy(request: Request) -> None:
    _store_policy(request, 0)


def _store_policy(request: Request, number: int) -> None:
    doing = f"set storage policy for {request.path}"
    node = request.hdfs.changeable(request.caller, request.path, doing).node
    if node is None:
        raise not_found(f"File/Directory does not exist: {request.path}")
    permissions.check_access(request.caller, node, WRITE)
    node.storage_policy = number
    request.hdfs.tree.touch(node)


def _symlink(request: Request) -> None:
    raise unsupported("Symlinks not supported")


#: (HTTP method, operation) -> what answers it
CHANGES: dict[tuple[str, str], Operation] = {
    ("PUT", "MKDIRS"): _mkdirs,
    ("PUT", "RENAME"): _rename,
    ("PUT", "SETPERMISSION"): _set_permission,
    ("PUT", "SETOWNER"): _set_owner,
    ("PUT", "SETTIMES"): _set_times,
    ("PUT", "SETREPLICATION"): _set_replication,
    ("PUT", "SETQUOTA"): _set_quota,
    ("PUT", "MODIFYACLENTRIES"): _modify_acl,
    ("PUT", "SETACL"): _set_acl,
    ("PUT", "REMOVEACLENTRIES"): _remove_acl_entries,
    ("PUT", "REMOVEDEFAULTACL"): _remove_default_acl,
    ("PUT", "REMOVEACL"): _remove_acl,
    ("PUT", "SETXATTR"): _set_xattr,
    ("PUT", "REMOVEXATTR"): _remove_xattr,
    ("PUT", "ALLOWSNAPSHOT"): _allow_snapshot,
    ("PUT", "DISALLOWSNAPSHOT"): _disallow_snapshot,
    ("PUT", "CREATESNAPSHOT"): _create_snapshot,
    ("PUT", "RENAMESNAPSHOT"): _rename_snapshot,
    ("PUT", "SETSTORAGEPOLICY"): _set_storage_policy,
    ("PUT", "CREATESYMLINK"): _symlink,
    ("POST", "CONCAT"): _concat,
    ("POST", "TRUNCATE"): _truncate,
    ("POST", "UNSETSTORAGEPOLICY"): _unset_storage_policy,
    ("DELETE", "DELETE"): _delete,
    ("DELETE", "DELETESNAPSHOT"): _delete_snapshot,
}
