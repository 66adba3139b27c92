"""Counting what a change would touch, without taking longer than a person waits."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from hue_desktop.core.errors import HueError
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Entry, Location, StoreKind
from hue_desktop.core.storage_plans import Loss

__all__ = ["count_loss", "settle"]

_FILES = 200_000
_SECONDS = 8.0
_LISTED = 8  #: more files of one folder than this are looked up in its listing


def settle(file_system: FileSystem, locations: Sequence[Location]) -> list[tuple[Location, Entry]]:
    """What stands at each location, which is then written as the folder or file it is.

    Many of one folder are looked up in its listing. NotFound when one is not there.
    """
    by_parent: dict[Location, list[Location]] = {}
    for location in locations:
        by_parent.setdefault(location.parent(), []).append(location)
    found: dict[Location, Entry] = {}
    for parent, own in by_parent.items():
        if len(own) > _LISTED:
            found |= _look_up(file_system, parent, own)
    settled = []
    for location in locations:
        entry = found.get(location) or file_system.stat(location)
        settled.append((location.as_folder() if entry.is_folder else location, entry))
    return settled


def _look_up(
    file_system: FileSystem, parent: Location, locations: Sequence[Location]
) -> dict[Location, Entry]:
    wanted = {(each.name, each.is_folder): each for each in locations}
    found: dict[Location, Entry] = {}
    for page in file_system.list(parent):
        for row, name in enumerate(page.names):
            location = wanted.get((name, bool(page.folders[row])))
            if location is not None:
                found[location] = page.entry(row)
        if len(found) == len(wanted):
            break
    return found


def count_loss(file_system: FileSystem, settled: Sequence[tuple[Location, Entry]]) -> Loss:
    """Files, bytes and folders there and below; not ``complete`` when it took too long."""
    counter = _Counter(file_system)
    for location, entry in settled:
        counter.add(location, entry)
    return Loss(counter.files, counter.bytes, counter.folders, counter.complete, counter.newest)


class _Counter:
    def __init__(self, file_system: FileSystem) -> None:
        self._file_system = file_system
        self._deadline = time.monotonic() + _SECONDS
        self.files = self.bytes = self.folders = 0
        self.complete = True
        self.newest: float | None = None

    def add(self, location: Location, entry: Entry) -> None:
        if not entry.is_folder:
            self.files += 1
            self.bytes += entry.size or 0
            self._see(entry.modified)
            return
        self.folders += 1
        if location.store.kind is StoreKind.HDFS and self._ask(location):
            return
        self._walk(location.as_folder())

    def _ask(self, location: Location) -> bool:
        """HDFS keeps count of what is below a folder."""
        try:
            told = self._file_system.properties(location)
            files, below, size = (int(told[key]) for key in ("files", "folders", "bytes"))
        except (HueError, KeyError, ValueError):
            return False
        self.files += files
        self.folders += max(0, below - 1)  # the folder itself is among them
        self.bytes += size
        return True

    def _walk(self, folder: Location) -> None:
        if not self.complete:
            return
        pages = self._file_system.walk(folder)
        folders: set[str] = set()
        try:
            for page in pages:
                for name, is_folder, size, modified in zip(
                    page.names, page.folders, page.sizes, page.modified, strict=True
                ):
                    _add_folders(folders, name if is_folder else name.rpartition("/")[0])
                    if is_folder:
                        continue
                    self.files += 1
                    self.bytes += max(0, size)
                    self._see(modified)
                if self.files > _FILES or time.monotonic() > self._deadline:
                    self.complete = False
                    return
        finally:
            self.folders += len(folders)
            close = getattr(pages, "close", None)
            if close is not None:
                close()

    def _see(self, modified: float | None) -> None:
        if modified is not None and not math.isnan(modified):
            self.newest = max(self.newest or modified, modified)


def _add_folders(folders: set[str], path: str) -> None:
    """The folder and those above it, up to one that is known."""
    path = path.rstrip("/")
    while path and path not in folders:
        folders.add(path)
        path = path.rpartition("/")[0]
