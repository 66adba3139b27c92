"""What the file system needs of a way to HDFS: WebHDFS, HttpFS or RPC. Paths are absolute.

Statuses are mappings in WebHDFS's words (``type``, ``pathSuffix``, ``length``, ``permission`` …).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from hue_desktop.core.file_systems import BlockPlace, Source
from hue_desktop.core.storage import Checksum, Entry, Space

__all__ = ["Status", "Way"]

Status = Mapping[str, Any]


class Way(Protocol):
    """Operations on a NameNode and, for the bytes, on DataNodes. All of them block."""

    checks_writes: bool  #: what is sent carries checksums that DataNodes compare

    def status(self, path: str) -> Status:
        """What stands there; ``NotFound`` when nothing does."""

    def pages(self, path: str) -> Iterator[Sequence[Status]]:
        """A folder's statuses; a file's own, with an empty ``pathSuffix``."""

    def open(self, path: str, offset: int, length: int | None, expected: Entry | None) -> Source:
        """Bytes of a range."""

    def send(self, path: str, source: Source | None, *, parents: bool = True) -> tuple[int, int]:
        """Create a file (or replace it) with what a source holds: CRC32C and bytes.

        ``parents``: folders above it are made; else ``NotFound`` when they are not there.
        """

    def make_folder(self, path: str, permission: int | None = None) -> None:
        """Make it and those above it."""

    def rename(self, source: str, target: str, *, overwrite: bool) -> None:
        """Rename; ``Refused`` when something is there that must stay."""

    def appear(
        self, temporary: str, target: str, modified: float | None, *, overwrite: bool
    ) -> None:
        """Set the time where one is given, and rename."""

    def join(self, target: str, sources: Sequence[str]) -> None:
        """Append files to another one; they are gone then."""

    def delete(self, path: str, *, recursive: bool) -> bool:
        """Delete; whether there was something."""

    def change(self, path: str, what: str, value: Any) -> None:
        """``permission``, ``owner``, ``group``, ``replication`` or ``modified``."""

    def summary(self, path: str) -> Mapping[str, int]:
        """The content summary: ``length``, ``fileCount``, ``directoryCount`` …"""

    def blocks(self, path: str) -> tuple[BlockPlace, ...]:
        """The blocks of a file and who has them."""

    def checksum(self, path: str) -> Checksum | None:
        """The best checksum that is told without reading data."""

    def properties(self, path: str) -> Mapping[str, str]:
        """Everything else that is told of a path."""

    def space(self) -> Space:
        """The cluster's capacity."""

    def block_size(self) -> int:
        """What new files get."""

    def trash_root(self, path: str) -> str:
        """The trash that a path goes to."""

    def empties_trash(self) -> bool:
        """Whether the NameNode keeps a trash, which it empties by itself."""

    def close(self) -> None:
        """End all connections and all waiting."""
