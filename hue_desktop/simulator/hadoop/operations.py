"""WebHDFS operations on the namespace: what NameNode and HttpFS answer in the same way.

Each takes the open session's HDFS, the caller, the path and the parameters, and returns the JSON of
its answer, or None for an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hue_desktop.simulator.hadoop.errors import illegal_argument
from hue_desktop.simulator.hadoop.forms import file_status, file_statuses
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import Caller
from hue_desktop.simulator.hadoop.inodes import Directory
from hue_desktop.simulator.hadoop.params import Params

__all__ = ["OPERATIONS", "Json", "Operation"]

Json = dict[str, Any]
Operation = Callable[[Hdfs, Caller, str, Params], "Json | None"]

_LIST_LIMIT = 1000  #: dfs.ls.limit


def _get_file_status(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> Json:
    return {"FileStatus": file_status(hdfs.status(caller, path))}


def _list_status(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> Json:
    nodes = hdfs.listing(caller, path)
    return file_statuses(nodes, named=_lists_children(hdfs, path))


def _list_status_batch(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> Json:
    nodes = hdfs.listing(caller, path, after=params.text("startafter"))
    part = file_statuses(nodes[:_LIST_LIMIT], named=_lists_children(hdfs, path))
    return {
        "DirectoryListing": {
            "partialListing": part,
            "remainingEntries": max(0, len(nodes) - _LIST_LIMIT),
        }
    }


def _lists_children(hdfs: Hdfs, path: str) -> bool:
    return isinstance(hdfs.tree.locate(path).node, Directory)


def _home(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> Json:
    return {"Path": f"/user/{caller.user}"}


def _check_access(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> None:
    action = params.text("fsaction", "---")
    if len(action) != 3 or any(
        sign not in (bit, "-") for sign, bit in zip(action, "rwx", strict=True)
    ):
        raise illegal_argument(
            f'Invalid value for webhdfs parameter "fsaction": Invalid value: "{action}" does not '
            "belong to the domain [r-][w-][x-]"
        )
    hdfs.check(
        caller, path, sum(bit for sign, bit in zip(action, (4, 2, 1), strict=True) if sign != "-")
    )


def _mkdirs(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> Json:
    return {"boolean": hdfs.mkdirs(caller, path, params.mode("permission", 0o755))}


def _delete(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> Json:
    return {"boolean": hdfs.delete(caller, path, recursive=params.flag("recursive", False))}


def _rename(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> Json | None:
    target = params.text("destination")
    if not target.startswith("/"):
        raise illegal_argument(
            f'Invalid value for webhdfs parameter "destination": "{target}" is not an absolute '
            "path."
        )
    options = {item.strip().upper() for item in params.text("renameoptions").split(",")}
    if options == {""}:
        return {"boolean": hdfs.rename(caller, path, target)}
    hdfs.rename_to(caller, path, target, overwrite="OVERWRITE" in options)
    return None


def _set_permission(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> None:
    hdfs.set_permission(caller, path, params.mode("permission", 0o755))


def _set_owner(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> None:
    hdfs.set_owner(caller, path, params.text("owner"), params.text("group"))


def _set_times(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> None:
    mtime = params.number("modificationtime", -1, least=-1)
    hdfs.set_times(caller, path, mtime, params.number("accesstime", -1, least=-1))


def _set_replication(hdfs: Hdfs, caller: Caller, path: str, params: Params) -> Json:
    replication = params.number("replication", hdfs.options.replication)
    return {"boolean": hdfs.set_replication(caller, path, replication)}


#: (HTTP method, operation) -> what answers it
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "GETFILESTATUS"): _get_file_status,
    ("GET", "LISTSTATUS"): _list_status,
    ("GET", "LISTSTATUS_BATCH"): _list_status_batch,
    ("GET", "GETHOMEDIRECTORY"): _home,
    ("GET", "CHECKACCESS"): _check_access,
    ("PUT", "MKDIRS"): _mkdirs,
    ("PUT", "RENAME"): _rename,
    ("PUT", "SETPERMISSION"): _set_permission,
    ("PUT", "SETOWNER"): _set_owner,
    ("PUT", "SETTIMES"): _set_times,
    ("PUT", "SETREPLICATION"): _set_replication,
    ("DELETE", "DELETE"): _delete,
}
