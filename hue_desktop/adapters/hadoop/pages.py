"""WebHDFS's file statuses as entries and columns."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any

from hue_desktop.core.errors import Refused
from hue_desktop.core.file_systems import Refusal, is_temporary
from hue_desktop.core.storage import Entry, EntryKind, EntryPage
from hue_desktop.core.text import _

__all__ = ["check_same", "entry_of", "page_of"]

_KINDS = {"FILE": EntryKind.FILE, "DIRECTORY": EntryKind.FOLDER, "SYMLINK": EntryKind.LINK}


def entry_of(status: Mapping[str, Any], name: str) -> Entry:
    """A ``FileStatus`` as a value."""
    kind = _KINDS.get(str(status.get("type")), EntryKind.FILE)
    details: dict[str, Any] = {
        "owner": status.get("owner", ""),
        "group": status.get("group", ""),
        "permission": _permission(status),
    }
    if kind is EntryKind.FILE:
        details["replication"] = status.get("replication", 0)
        details["block_size"] = status.get("blockSize", 0)
    if status.get("ecPolicy") or status.get("ecBit"):
        details["erasure_coding"] = status.get("ecPolicy") or "yes"
    if status.get("encBit"):
        details["encrypted"] = True
    size = int(status.get("length", 0)) if kind is EntryKind.FILE else None
    return Entry(name, kind, size, _modified(status), details)


def check_same(status: Mapping[str, Any], path: str, expected: Entry | None) -> Entry:
    """The file as it is now. ``Refused`` for a folder, or another file than was expected."""
    now = entry_of(status, path.rpartition("/")[2])
    if now.kind is EntryKind.FOLDER:
        raise Refused(_("{path} is a folder.").format(path=path), code=Refusal.IS_FOLDER)
    if expected is None:
        return now
    was = expected.modified
    same_time = was is None or abs((now.modified or 0.0) - was) < 0.001
    if (expected.size is None or expected.size == now.size) and same_time:
        return now
    raise Refused(
        _("{path} is another file than it was.").format(path=path), code=Refusal.SOURCE_CHANGED
    )


def page_of(statuses: Sequence[Mapping[str, Any]], prefix: str = "") -> EntryPage:
    """File statuses of one folder in columns; our own temporary files are left out."""
    kept = [each for each in statuses if not is_temporary(each["pathSuffix"])]
    folders = bytearray(each["type"] == "DIRECTORY" for each in kept)
    columns: dict[str, Sequence[Any]] = {
        "owner": [intern(each.get("owner", "")) for each in kept],
        "group": [intern(each.get("group", "")) for each in kept],
        "permission": array("i", map(_permission, kept)),
        "replication": array("i", (each.get("replication", 0) for each in kept)),
        "block_size": array("q", (each.get("blockSize", 0) for each in kept)),
    }
    if any(each.get("ecPolicy") for each in kept):
        columns["erasure_coding"] = [intern(each.get("ecPolicy") or "") for each in kept]
    return EntryPage(
        [prefix + each["pathSuffix"] for each in kept],
        folders,
        array(
            "q",
            (-1 if folder else each["length"] for folder, each in zip(folders, kept, strict=True)),
        ),
        array("d", map(_modified, kept)),
        columns,
    )


def _permission(status: Mapping[str, Any]) -> int:
    try:
        return int(str(status.get("permission", "0")).rstrip("+"), 8)
    except ValueError:
        return 0


def _modified(status: Mapping[str, Any]) -> float:
    return int(status.get("modificationTime", 0)) / 1000.0
