"""A store, an empty folder in it, and the short words that the contract is written in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hue_desktop.core.file_systems import FileSystem, Part, Upload
from hue_desktop.core.storage import Checksum, Entry, EntryPage, Location

if TYPE_CHECKING:
    from tests.contract.file_systems.backends import Backend

__all__ = ["BytesSource", "Place"]


@dataclass
class BytesSource:
    """Bytes in memory as a source. ``step`` is how many come at once."""

    data: bytes
    offset: int = 0
    step: int = 1 << 20
    checksum: Checksum | None = None
    modified: float | None = None
    length: int = field(init=False)

    def __post_init__(self) -> None:
        self.length = len(self.data)
        self._at = 0

    def readinto(self, buffer: memoryview, /) -> int:
        """Some of the bytes."""
        piece = self.data[self._at : self._at + min(self.step, len(buffer))]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def fileno(self) -> int:
        """There is no file."""
        return -1

    def advance(self, count: int, /) -> None:
        """Nobody sends from a descriptor that is not there."""
        raise AssertionError(count)

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class Place:
    """What each test of the contract is given."""

    fs: FileSystem
    root: Location
    backend: Backend

    def at(self, name: str) -> Location:
        """A location in the folder; a name that ends in ``/`` is a folder."""
        return self.root.child(name)

    def put(self, name: str, data: bytes = b"x", *, overwrite: bool = False) -> Location:
        """Store a small file."""
        location = self.at(name)
        self.fs.put(location, BytesSource(data), overwrite=overwrite)
        return location

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """The bytes of a file."""
        return self.read_at(self.at(name), offset, length)

    def read_at(self, location: Location, offset: int = 0, length: int | None = None) -> bytes:
        """The bytes at a location."""
        source = self.fs.open(location, offset, length)
        try:
            found = bytearray()
            space = memoryview(bytearray(65_536))
            while count := source.readinto(space):
                found += space[:count]
            assert len(found) == source.length
            return bytes(found)
        finally:
            source.close()

    def write_part(self, upload: Upload, data: bytes, index: int, size: int) -> Part:
        """Store one part of ``data`` as the upload cuts it."""
        offset = index * upload.part_size
        piece = data[offset : min(offset + upload.part_size, size)]
        return upload.write(index, offset, BytesSource(piece, offset))

    def listed(self, location: Location | None = None) -> dict[str, Entry]:
        """A folder's entries by name."""
        return _by_name(self.fs.list(location or self.root))

    def walked(self, location: Location | None = None) -> dict[str, Entry]:
        """All files below by relative name."""
        return _by_name(self.fs.walk(location or self.root))


def _by_name(pages: Iterator[EntryPage]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for page in pages:
        assert len(page.names) == len(page.folders) == len(page.sizes) == len(page.modified)
        assert all(len(column) == len(page) for column in page.columns.values())
        for entry in page.entries():
            assert entry.name not in found, "an entry came twice"
            found[entry.name] = entry
    return found
