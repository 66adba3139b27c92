"""One cluster's namespace on disk: inodes, blocks and DataNodes in an SQLite database of its own.

Each operation of the NameNode is one transaction in write-ahead mode, so a process killed at any
moment leaves all of an operation or nothing of it. What it has not put, it does not know: the
caller hands in the entities that changed, and commits before it answers.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["Journal"]

Json = dict[str, Any]

_TABLES = ("inodes", "blocks", "datanodes", "facts")
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode


class Journal:
    """Documents by table and key; with no file nothing is kept."""

    def __init__(self, file: Path | None) -> None:
        self._changes: dict[tuple[str, int], Json | None] = {}
        self.noted = 0  #: counts all changes
        self._database: sqlite3.Connection | None = None
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            database.execute("PRAGMA journal_mode = WAL")
            # Enough against a killed process; only a power cut could take the last operations.
            database.execute("PRAGMA synchronous = OFF")
            for table in _TABLES:
                database.execute(
                    f"CREATE TABLE IF NOT EXISTS {table} (key INTEGER PRIMARY KEY, document TEXT)"
                )
            self._database = database

    def rows(self, table: str) -> Iterator[tuple[int, Json]]:
        """All documents of a table, ordered by key."""
        if self._database is not None:
            query = f"SELECT key, document FROM {table} ORDER BY key"
            for key, text in self._database.execute(query):
                yield key, json.loads(text)

    def put(self, table: str, key: int, document: Json | None) -> None:
        """Note a document to be written (or with None deleted) by the next commit."""
        self.noted += 1
        if self._database is not None:
            self._changes[(table, key)] = document

    def commit(self) -> None:
        """Write what was noted, all of it or nothing."""
        database = self._database
        if database is None or not self._changes:
            return
        changes, self._changes = self._changes, {}
        with database:
            database.execute("BEGIN IMMEDIATE")
            for (table, key), document in changes.items():
                if document is None:
                    database.execute(f"DELETE FROM {table} WHERE key = ?", (key,))
                else:
                    database.execute(
                        f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (key, _encode(document))
                    )

    def close(self) -> None:
        """Write what is left and close; a second call does nothing."""
        if self._database is not None:
            self.commit()
            self._database.close()
            self._database = None
