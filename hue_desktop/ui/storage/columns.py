"""What a pane shows of each file: columns that fit the store it looks at."""

from __future__ import annotations

import stat
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hue_desktop.core.format import (
    DASH,
    Style,
    count,
    date_time,
    size,
    style_in_use,
    utc_time,
)
from hue_desktop.core.storage import Entry, EntryKind, Location, StoreKind
from hue_desktop.core.text import _
from hue_desktop.ui.tables import Column

__all__ = ["FileRow", "FolderFacts", "columns_for", "permission_text", "storage_class_text"]

_CLASSES = {
    "STANDARD": "Standard",
    "STANDARD_IA": "Standard-IA",
    "ONEZONE_IA": "One Zone-IA",
    "INTELLIGENT_TIERING": "Intelligent",
    "GLACIER": "Glacier",
    "GLACIER_IR": "Glacier IR",
    "DEEP_ARCHIVE": "Deep Archive",
    "REDUCED_REDUNDANCY": "Reduced",
    "EXPRESS_ONEZONE": "Express",
}


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What is below a folder. ``at_least``: there is more than was counted.

    ``newest`` is when the newest file was written, in epoch seconds, where all were looked at.
    """

    files: int
    bytes: int
    at_least: bool = False
    newest: float | None = None


@dataclass(frozen=True, slots=True)
class FileRow:
    """One line of a pane; ``facts`` of a folder come after its name, if at all."""

    entry: Entry
    facts: FolderFacts | None = None

    @property
    def name(self) -> str:
        """The name as it is shown: an S3 folder marker has none of its own."""
        return self.entry.name or _("(this folder)")


def columns_for(location: Location) -> tuple[Column[FileRow], ...]:
    """The columns of a listing, names first."""
    name = Column[FileRow]("name", _("Name"), lambda row: row.name, stretch=True, optional=False)
    kind = location.store.kind
    if kind is StoreKind.S3 and not location.bucket:
        return (name, _modified(_("Created")))
    sizes = Column[FileRow](
        "size", _("Size"), _size, align="right", width=84, descending_first=True, weight=500
    )
    if kind is StoreKind.S3:
        keys = _files(_("Keys"))
        storage_class = Column[FileRow](
            "storage_class", _("Class"), _class, width=92, quiet=True, hide_below=520
        )
        return (name, sizes, keys, storage_class, _modified())
    if kind is StoreKind.HDFS:
        replication = Column[FileRow](
            "replication", _("Repl."), _replication, align="right", width=56, hide_below=520,
            quiet=True, help=_("Copies that HDFS keeps of each block"),
        )  # fmt: skip
        return (name, sizes, _files(_("Files")), replication, *_posix(), _modified())
    return (name, sizes, *_posix(), _modified())


def _files(title: str) -> Column[FileRow]:
    return Column("files", title, _files_text, align="right", width=64, quiet=True, hide_below=460)


def _modified(title: str = "") -> Column[FileRow]:
    return Column(
        "modified", title or _("Modified"), _modified_text, align="right", width=112, quiet=True,
        tooltip=_modified_tip, hide_below=300, descending_first=True,
    )  # fmt: skip


def _posix() -> tuple[Column[FileRow], ...]:
    owner = Column[FileRow](
        "owner", _("Owner"), lambda row: str(row.entry.details.get("owner") or DASH),
        width=88, quiet=True, hide_below=720,
    )  # fmt: skip
    permission = Column[FileRow](
        "permission", _("Permissions"), _permission, width=98, kind="mono", quiet=True,
        hide_below=640,
    )  # fmt: skip
    return (owner, permission)


def _size(row: FileRow) -> str:
    if row.entry.is_folder:
        if row.facts is None:
            return DASH
        text = size(row.facts.bytes)
        return f"≥ {text}" if row.facts.at_least else text
    return size(row.entry.size)


def _files_text(row: FileRow) -> str:
    if row.facts is None:
        return "" if not row.entry.is_folder else DASH
    text = count(row.facts.files)
    return f"≥ {text}" if row.facts.at_least else text


def _class(row: FileRow) -> str:
    return storage_class_text(row.entry.details.get("storage_class")) or DASH


def storage_class_text(value: Any) -> str:
    """``STANDARD_IA`` as a person reads it."""
    return _CLASSES.get(str(value), str(value)) if value else ""


def _replication(row: FileRow) -> str:
    value = row.entry.details.get("replication")
    policy = row.entry.details.get("erasure_coding")
    return str(policy) if policy else str(value) if value else ""


def _permission(row: FileRow) -> str:
    return permission_text(row.entry)


def permission_text(entry: Entry) -> str:
    """``drwxr-xr-x``; empty where the store has no permissions."""
    value = entry.details.get("permission")
    if value is None:
        return ""
    kinds = {EntryKind.FOLDER: stat.S_IFDIR, EntryKind.LINK: stat.S_IFLNK}
    return stat.filemode(kinds.get(entry.kind, stat.S_IFREG) | int(value))


def _modified_s(row: FileRow) -> float | None:
    """When it was written; of an S3 prefix, which has no time of its own, its newest key."""
    if row.entry.modified is None and row.facts is not None:
        return row.facts.newest
    return row.entry.modified


def _moment_of(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None  # a time that no calendar holds


def _modified_text(row: FileRow) -> str:
    """Cheap for the many files that were written in one minute."""
    seconds = _modified_s(row)
    if seconds is None:
        return DASH
    return _minute_text(int(seconds // 60), int(time.time() // 3600), style_in_use())


@lru_cache(maxsize=4096)
def _minute_text(minute: int, _hour_now: int, _style: Style) -> str:
    """How a minute since 1970 is written in this hour (it depends on what year it is)."""
    moment = _moment_of(minute * 60.0)
    return date_time(moment, always_date=True)


def _modified_tip(row: FileRow) -> str:
    seconds = _modified_s(row)
    moment = None if seconds is None else _moment_of(seconds)
    if moment is None:
        return ""
    if row.entry.modified is None:
        return _("The newest file in it: {time}").format(time=utc_time(moment))
    return utc_time(moment)
