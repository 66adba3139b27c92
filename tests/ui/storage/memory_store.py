"""A store in memory: the file-system port over a dictionary, for what panes show of HDFS and S3.

Listings can be held back, so that a test sees a pane while it reads.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hue_desktop.core.errors import HueError, NotFound, Refused
from hue_desktop.core.file_systems import BlockPlace, Capabilities, Source
from hue_desktop.core.storage import (
    Checksum,
    Entry,
    EntryKind,
    EntryPage,
    Location,
    Space,
    StoreId,
    StoreKind,
)

__all__ = ["MemoryStore"]

NOON = 1_795_176_000.0  #: 2026-11-20 12:00 UTC


class _Bytes:
    """A source over bytes."""

    def __init__(self, data: bytes, offset: int) -> None:
        self._data, self.offset = memoryview(data), offset
        self.length = len(data)
        self._at = 0

    def readinto(self, buffer: memoryview, /) -> int:
        part = self._data[self._at : self._at + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def fileno(self) -> int:
        return -1

    @property
    def checksum(self) -> Checksum | None:
        return None

    def advance(self, count: int, /) -> None:
        return None

    @property
    def modified(self) -> float | None:
        return None

    def close(self) -> None:
        self._at = self.length


@dataclass
class MemoryStore:
    """Files by path (``/warehouse/a``); folders end in a slash and are there by themselves."""

    store: StoreId
    files: dict[str, Entry] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    hold: threading.Event | None = None  #: listings wait for it after their first page
    fails: HueError | None = None  #: what every listing answers
    page: int = 1000
    calls: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        hdfs = self.store.kind is StoreKind.HDFS
        return Capabilities(
            folders=hdfs, rename=hdfs, permissions=hdfs, replication=hdfs, trash=hdfs,
            blocks=hdfs, versions=not hdfs, presigned=not hdfs,
        )  # fmt: skip

    # Filling

    def add(
        self, path: str, size: int = 0, *, modified: float = NOON, data: bytes = b"", **details: Any
    ) -> None:
        """A file, or with a slash at its end a folder."""
        folder = path.endswith("/")
        kind = EntryKind.FOLDER if folder else EntryKind.FILE
        name = path.rstrip("/").rpartition("/")[2]
        amount = None if folder else len(data) or size
        self.files[path] = Entry(name, kind, amount, modified, details)
        if data:
            self.contents[path] = data

    def _below(self, folder: str) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for path, entry in sorted(self.files.items()):
            if not path.startswith(folder) or path == folder:
                continue
            name, slash, rest = path[len(folder) :].partition("/")
            if not slash or not rest:
                found[name] = entry
            else:
                found.setdefault(name, Entry(name, EntryKind.FOLDER, None, None))
        return found

    # The port

    def list(self, location: Location) -> Iterator[EntryPage]:
        if self.fails is not None:
            raise self.fails
        entries = list(self._below(location.path).values())
        if not entries and location.path != "/" and location.path not in self.files:
            raise NotFound(f"There is no {location.path}.")
        for at in range(0, len(entries), self.page):
            if at and self.hold is not None:
                self.hold.wait(20)
            yield _page(entries[at : at + self.page])

    def walk(self, location: Location) -> Iterator[EntryPage]:
        base = location.path
        yield _page(
            [
                replace(entry, name=path[len(base) :])
                for path, entry in sorted(self.files.items())
                if path.startswith(base) and not entry.is_folder
            ]
        )

    def stat(self, location: Location) -> Entry:
        for path in (location.path, location.path + "/"):
            if path in self.files:
                return self.files[path]
        if self._below(location.as_folder().path):
            return Entry(location.name, EntryKind.FOLDER, None, None)
        raise NotFound(f"There is no {location.path}.")

    def open(
        self, location: Location, offset: int = 0, length: int | None = None,
        *, expected: Entry | None = None,
    ) -> Source:  # fmt: skip
        data = self.contents.get(location.path)
        if data is None:
            data = bytes(min(self.stat(location).size or 0, 1 << 20))
        end = len(data) if length is None else offset + length
        return _Bytes(data[offset:end], offset)

    def checksum(self, location: Location, *, cheap: bool = True) -> Checksum | None:
        return None

    def space(self, location: Location) -> Space:
        return Space(8_589_934_592_000, 5_610_000_000_000, 2_979_934_592_000)

    def properties(self, location: Location) -> Mapping[str, str]:
        below = [
            e for p, e in self.files.items() if p.startswith(location.path) and not e.is_folder
        ]
        if location.is_folder:
            total = sum(entry.size or 0 for entry in below)
            return {"files": str(len(below)), "bytes": str(total)}
        return {"encryption": "SSE-KMS"} if self.store.kind is StoreKind.S3 else {"quota": "none"}

    def blocks(self, location: Location) -> tuple[BlockPlace, ...]:
        size = self.stat(location).size or 0
        count = -(-size // (128 << 20))
        hosts = [f"ip-10-20-0-{n}.ec2.internal" for n in range(5, 13)]
        return tuple(
            BlockPlace(
                n * (128 << 20), min(128 << 20, size - n * (128 << 20)),
                (hosts[n % 8],) if n % 11 == 3 else (hosts[n % 8], hosts[(n * 3 + 1) % 8]),
            )
            for n in range(count)
        )  # fmt: skip

    def versions(self, location: Location) -> tuple[Entry, ...]:
        entry = self.stat(location)
        return tuple(
            replace(
                entry,
                modified=NOON - 86_400 * n,
                details={**entry.details, "version_id": f"3sL4kqtJlcpXroDTDmJ{n}"},
            )
            for n in range(3)
        )

    def presigned_url(self, location: Location, expires_s: int) -> str:
        return f"https://{location.bucket}.example/{location.key}?X-Amz-Expires={expires_s}"

    def trash_root(self) -> Location | None:
        if self.store.kind is StoreKind.S3:
            return None
        return Location(self.store, "/user/hadoop/.Trash/Current/")

    # Changing

    def make_folder(self, location: Location) -> None:
        self.calls.append(("make_folder", location.path))
        self.add(location.path)

    def rename(self, source: Location, target: Location, *, overwrite: bool = False) -> None:
        self.calls.append(("rename", source.path, target.path))
        for path in [p for p in self.files if p.startswith(source.path)]:
            entry = self.files.pop(path)
            moved = target.path + path[len(source.path) :]
            self.files[moved] = replace(entry, name=moved.rstrip("/").rpartition("/")[2])

    def delete(self, location: Location, *, recursive: bool = False) -> int:
        self.calls.append(("delete", location.path))
        gone = [p for p in self.files if p == location.path or p.startswith(location.path + "/")]
        gone += [p for p in self.files if location.is_folder and p.startswith(location.path)]
        for path in set(gone):
            del self.files[path]
        return len(set(gone))

    def delete_many(self, locations: Sequence[Location]) -> Mapping[Location, str]:
        for location in locations:
            self.delete(location)
        return {}

    def change(self, location: Location, what: str, value: Any) -> None:
        self.calls.append(("change", location.path, what, str(value)))
        entry = self.files[location.path]
        self.files[location.path] = replace(entry, details={**entry.details, what: value})

    def trash(self, locations: Sequence[Location]) -> Mapping[Location, Location]:
        moved = {}
        for location in locations:
            target = Location(self.store, "/user/hadoop/.Trash/Current" + location.path)
            self.rename(location, target)
            moved[location] = target
        return moved

    def restore(self, location: Location) -> Location:
        target = Location(self.store, location.path.removeprefix("/user/hadoop/.Trash/Current"))
        if target.path in self.files:
            raise Refused("Something is there already.")
        self.rename(location, target)
        return target

    def close(self) -> None:
        if self.hold is not None:
            self.hold.set()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name == "bucket_facts" and self.store.kind is StoreKind.S3:
            return lambda _location: {"versioning": "Enabled", "encryption": "aws:kms"}
        raise AttributeError(f"a store in memory has no {name}")


def _page(entries: Sequence[Entry]) -> EntryPage:
    keys = {key: None for entry in entries for key in entry.details}
    return EntryPage(
        [entry.name for entry in entries],
        bytes(entry.is_folder for entry in entries),
        array("q", (-1 if entry.size is None else entry.size for entry in entries)),
        array("d", (float("nan") if e.modified is None else e.modified for e in entries)),
        {key: [entry.details.get(key) for entry in entries] for key in keys},
    )
