"""The stores that the contract runs over. A backend is opened once, and gives each test a folder.

To add one: a class like :class:`Local` at the end of ``BACKENDS``. ``marks`` are pytest's (``real``
for servers that only stand in CI). ``refused_names`` are names that this store cannot hold; for
them the contract asks that they are refused, and not turned into others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Protocol

from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import LOCAL, Location

__all__ = ["BACKENDS", "Backend"]


class Backend(Protocol):
    """A store to run the contract over."""

    name: ClassVar[str]
    marks: ClassVar[tuple[Any, ...]]
    refused_names: ClassVar[frozenset[str]]
    min_part_bytes: ClassVar[int]  #: the least that a part may have, but for the last

    def open(self, tmp: Path) -> FileSystem:
        """Start what is needed and open the store; once for all tests of a process."""

    def folder(self, unique: str) -> Location:
        """An empty folder (prefix) for one test."""

    def close(self) -> None:
        """Close the store and stop what was started."""


class Local:
    """The disk of this machine."""

    name: ClassVar[str] = "local"
    marks: ClassVar[tuple[Any, ...]] = ()
    refused_names: ClassVar[frozenset[str]] = frozenset()
    min_part_bytes: ClassVar[int] = 1

    def open(self, tmp: Path) -> FileSystem:
        """Nothing is started."""
        from hue_desktop.adapters.local.file_system import LocalFileSystem

        self._tmp = tmp
        self._file_system: FileSystem = LocalFileSystem()
        return self._file_system

    def folder(self, unique: str) -> Location:
        """A directory below pytest's own."""
        path = self._tmp / unique
        path.mkdir()
        return Location(LOCAL, f"{path}/")

    def close(self) -> None:
        """Nothing was opened."""
        self._file_system.close()


BACKENDS: tuple[type[Backend], ...] = (Local,)
