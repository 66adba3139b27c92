"""The region on disk: documents by kind and key in one SQLite database.

Every write is one transaction in write-ahead mode, so a process killed at any moment leaves either
all of a change or nothing of it. The database is locked for as long as a region runs on it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["SCHEMA_VERSION", "Changes", "Document", "StateError", "Store"]

SCHEMA_VERSION = 1

Document = dict[str, Any]
Changes = Mapping[tuple[str, str], Document | None]

_FILE = "region.sqlite3"
_MAGIC = b"SQLite format 3\x00"
_USER_VERSION_AT = 60  # offset of PRAGMA user_version in the header of an SQLite file
_decode = json.JSONDecoder().raw_decode  # what is written here has no space around it
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class StateError(Exception):
    """The state directory cannot be used; the text says why and what to do."""


class Store:
    """The documents of one region; with no directory, nothing is kept.

    Raises :class:`StateError` when the directory cannot be written, belongs to a running region,
    or holds something that this version cannot read (which is then left untouched).
    """

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory
        self._database = None if directory is None else _open(directory)

    @property
    def keeps(self) -> bool:
        """Whether anything is written at all."""
        return self._database is not None

    def load(self) -> Iterator[tuple[str, str, Document]]:
        """All documents as (kind, key, document), ordered by kind and key."""
        yield from self._rows("SELECT kind, key, document FROM documents ORDER BY kind, key", ())

    def load_kind(self, kind: str) -> Iterator[tuple[str, Document]]:
        """The documents of one kind as (key, document), ordered by key."""
        query = "SELECT kind, key, document FROM documents WHERE kind = ? ORDER BY key"
        for _, key, document in self._rows(query, (kind,)):
            yield key, document

    def write(self, changes: Changes) -> None:
        """Put (or with ``None`` delete) documents, all of them or none.

        Raises :class:`StateError` when the disk does not take them.
        """
        if self._database is None or not changes:
            return
        deleted = [key for key, document in changes.items() if document is None]
        put = [
            (*key, _encode(document)) for key, document in changes.items() if document is not None
        ]
        try:
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.executemany(
                    "DELETE FROM documents WHERE kind = ? AND key = ?", deleted
                )
                self._database.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", put)
        except sqlite3.Error as error:
            raise StateError(
                f"The state in {self.directory} cannot be written: {error}."
            ) from error

    def clear(self) -> None:
        """Delete all documents."""
        if self._database is not None:
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.execute("DELETE FROM documents")

    def close(self) -> None:
        """Close the database and give up its lock; a second call does nothing."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _rows(self, query: str, parameters: tuple[str, ...]) -> Iterator[tuple[str, str, Document]]:
        if self._database is None:
            return
        try:
            for kind, key, text in self._database.execute(query, parameters):
                yield kind, key, _decode(text)[0]
        except (sqlite3.DatabaseError, ValueError) as error:
            raise self.damaged(str(error)) from error

    def damaged(self, reason: str) -> StateError:
        """The error of a state that can be opened but not understood."""
        return StateError(
            f"The state in {self.directory} is damaged ({reason}). Move the directory away to "
            "start a new region, or choose another one with --state."
        )


def _open(directory: Path) -> sqlite3.Connection:
    path = directory / _FILE
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _refuse_foreign_file(path)
    except OSError as error:
        raise StateError(
            f"The state directory {directory} cannot be used: {error.strerror}. "
            "Choose another one with --state, or keep nothing with --ephemeral."
        ) from error
    database: sqlite3.Connection | None = None
    try:
        database = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
        _prepare(database, path)
    except (sqlite3.Error, StateError) as error:
        if database is not None:
            database.close()
        if isinstance(error, StateError):
            raise
        raise _explained(error, directory) from error
    return database


def _refuse_foreign_file(path: Path) -> None:
    """Look at the header alone: opening a file with SQLite may already change it."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        header = file.read(100)
    if not header.startswith(_MAGIC):
        raise StateError(f"{path} is not the state of a region; move it away to start a new one.")
    _refuse_newer(int.from_bytes(header[_USER_VERSION_AT : _USER_VERSION_AT + 4], "big"), path)


def _refuse_newer(version: int, path: Path) -> None:
    if version > SCHEMA_VERSION:
        raise StateError(
            f"{path} was written by a newer version of Hue Desktop (schema {version}, this one "
            f"reads up to {SCHEMA_VERSION}). Update Hue Desktop, or choose another --state "
            "directory; the file was left as it is."
        )


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    # An exclusive lock is the region's claim on its state: the system drops it with the process.
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("PRAGMA journal_mode = WAL")
    # A killed process loses nothing that was committed; only a power cut could.
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("BEGIN IMMEDIATE")
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    try:
        _refuse_newer(version, path)
        if version == 0:
            database.execute(
                "CREATE TABLE documents (kind TEXT NOT NULL, key TEXT NOT NULL,"
                " document TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"
            )
            database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    except StateError:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _explained(error: sqlite3.Error, directory: Path) -> StateError:
    if "locked" in str(error):
        return StateError(
            f"Another simulated region is running on {directory}. Stop it first, or choose "
            "another --state directory."
        )
    return StateError(
        f"The state in {directory} cannot be used: {error}. Choose another one with --state, "
        "or keep nothing with --ephemeral."
    )
