"""``hue-desktop ls``: what stands in a bucket, an HDFS folder or a local one."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hue_desktop.cli.places import locate
from hue_desktop.core.storage import EntryKind, EntryPage, Location, StoreKind

if TYPE_CHECKING:
    from hue_desktop.wiring import Application

__all__ = ["ListOptions", "list_location"]

_UNITS = "BKMGTPE"


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What was asked for on the command line."""

    text: str
    cluster: str = ""
    recursive: bool = False
    as_json: bool = False
    human: bool = False
    summarize: bool = False


@dataclass
class _Sums:
    files: int = 0
    folders: int = 0
    bytes: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, page: EntryPage) -> None:
        folders = sum(page.folders)
        self.folders += folders
        self.files += len(page) - folders
        self.bytes += sum(size for size in page.sizes if size > 0)
        errors = page.columns.get("error")
        if errors is not None:
            self.errors += [
                f"{name}: {text}" for name, text in zip(page.names, errors, strict=True) if text
            ]


def list_location(application: Application, options: ListOptions) -> int:
    """Print the entries as they come; 1 when a folder below could not be read."""
    location = locate(application, [options.text], options.cluster)[0]
    write = _json_lines if options.as_json else _Lines(options.human)
    sums = _Sums()
    out = sys.stdout
    for page in _pages(application, location, options.recursive):
        out.write(write(page))
        sums.add(page)
    if options.summarize:
        out.write(_summary(sums, options))
    out.flush()
    for text in sums.errors:
        print(f"hue-desktop: {text}", file=sys.stderr)
    return 1 if sums.errors else 0


def _pages(application: Application, location: Location, recursive: bool) -> Iterator[EntryPage]:
    file_system = application.file_systems.of(location.store)
    if not location.is_folder:
        entry = file_system.stat(location)
        if entry.kind is not EntryKind.FOLDER:
            columns = {key: [value] for key, value in entry.details.items()}
            modified = math.nan if entry.modified is None else entry.modified
            size = -1 if entry.size is None else entry.size
            yield EntryPage([location.name], b"\0", [size], [modified], columns)
            return
        location = location.as_folder()
    if recursive:
        yield from file_system.walk(location)
    elif location.store.kind is StoreKind.LOCAL:  # the disk has no order
        yield from (_by_name(page) for page in file_system.list(location))
    else:
        yield from file_system.list(location)


def _by_name(page: EntryPage) -> EntryPage:
    order = sorted(range(len(page)), key=page.names.__getitem__)
    return EntryPage(
        [page.names[row] for row in order],
        bytes(page.folders[row] for row in order),
        [page.sizes[row] for row in order],
        [page.modified[row] for row in order],
        {key: [values[row] for row in order] for key, values in page.columns.items()},
    )


class _Lines:
    """Time, size and name in columns; folders end in a slash and have no size."""

    def __init__(self, human: bool) -> None:
        self._size: Callable[[int], str] = _human if human else str
        self._minutes: dict[int, str] = {}

    def __call__(self, page: EntryPage) -> str:
        size_of, time_of = self._size, self._time
        return "".join(
            f"{time_of(modified)} {'-' if folder or size < 0 else size_of(size):>14}"
            f" {name if name.isprintable() else _escaped(name)}{'/' if folder else ''}\n"
            for name, folder, size, modified in zip(
                page.names, page.folders, page.sizes, page.modified, strict=True
            )
        )

    def _time(self, modified: float) -> str:
        """Local time; a minute is formatted once, for listings repeat them."""
        if modified != modified:
            return "-                  "
        minute, second = divmod(int(modified), 60)
        text = self._minutes.get(minute)
        if text is None:
            text = time.strftime("%Y-%m-%d %H:%M", time.localtime(minute * 60))
            self._minutes[minute] = text
        return f"{text}:{second:02d}"


def _escaped(name: str) -> str:
    """Control characters as escapes, so that a name stays on its line and moves no cursor."""
    return "".join(
        char if char.isprintable() or "\udc80" <= char <= "\udcff" else _escape(char)
        for char in name
    )


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _human(size: int) -> str:
    value, unit = float(size), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{size} B" if unit == 0 else f"{value:.1f} {_UNITS[unit]}iB"


def _json_lines(page: EntryPage) -> str:
    return "".join(json.dumps(_record(page, row)) + "\n" for row in range(len(page)))


def _record(page: EntryPage, row: int) -> dict[str, Any]:
    size, modified = page.sizes[row], page.modified[row]
    record: dict[str, Any] = {
        "name": page.names[row],
        "kind": "folder" if page.folders[row] else "file",
        "size": None if size < 0 else size,
        "modified": None
        if math.isnan(modified)
        else datetime.fromtimestamp(modified, UTC).isoformat().replace("+00:00", "Z"),
    }
    for key, values in page.columns.items():
        if values[row] not in (None, ""):
            record[key] = values[row]
    return record


def _summary(sums: _Sums, options: ListOptions) -> str:
    if options.as_json:
        total = {"files": sums.files, "folders": sums.folders, "bytes": sums.bytes}
        return json.dumps({"total": total}) + "\n"
    size = _human(sums.bytes) if options.human else str(sums.bytes)
    return f"{sums.files} files, {sums.folders} folders, {size}\n"
