"""Opening the database: numbered migrations, refusals that say what to do, one writer at a time."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hue_desktop.adapters.store.migrations import APPLICATION_ID, MIGRATIONS
from hue_desktop.core.errors import StateError
from hue_desktop.core.text import _

__all__ = ["Database"]

#: Where SQLite's file header keeps ``user_version``, four bytes big-endian.
VERSION_OFFSET = 60
MAGIC = b"SQLite format 3\x00"
BUSY_TIMEOUT_S = 5.0


class Database:
    """An open database; safe from any thread, and beside another process that has it open.

    A committed transaction survives a kill of the process at any moment (WAL), and of the machine
    unless ``hasty``: then the newest ones may be lost with it, and none waits for the disk.
    """

    def __init__(self, path: Path, *, hasty: bool = False) -> None:
        self._path = path
        self._hasty = hasty
        self._lock = threading.RLock()
        with self._explained():
            self._refuse_newer(_version_in_header(path))
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or nothing."""
        with self._lock, self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One view of the data: several queries see the same state."""
        with self._lock, self._explained():
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.execute("ROLLBACK")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, self._explained():
            return self._connection.execute(sql, values).fetchall()

    def check(self) -> None:
        """Look at every page. ``StateError`` if one is damaged; blocks, longer for larger files.

        Through a connection of its own: with a year of history this takes seconds, and nobody who
        reads or writes meanwhile waits for it.
        """
        place = f"{self._path.resolve().as_uri()}?mode=ro"
        with self._explained(), contextlib.closing(sqlite3.connect(place, uri=True)) as own:
            found = own.execute("PRAGMA quick_check(1)").fetchall()
        if found != [("ok",)]:
            raise self._explain(sqlite3.DatabaseError("database disk image is malformed"))

    def close(self) -> None:
        """Close the file; later calls fail with ``StateError``."""
        with self._lock:
            self._connection.close()

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        level = "NORMAL" if self._hasty else "FULL"
        self._connection.execute(f"PRAGMA synchronous = {level}")
        with self.writing() as connection:
            version = self._version()
            self._refuse_newer(version)  # another process may have been faster
            for number, script in enumerate(MIGRATIONS[version:], version + 1):
                for statement in filter(str.strip, script.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        # the version must stand in the file itself, where it is looked for before opening
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _refuse_newer(self, version: int) -> None:
        if version > len(MIGRATIONS):
            raise StateError(
                _(
                    "{path} was written by a newer Hue Desktop (version {theirs}, ours {ours})."
                ).format(path=self._path, theirs=version, ours=len(MIGRATIONS)),
                remedy=_("Update Hue Desktop, or name another directory in HUE_DATA_DIR."),
            )

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Failures of files and SQLite as ``StateError``."""
        try:
            yield
        except sqlite3.ProgrammingError as error:
            raise StateError(_("{path} is closed.").format(path=self._path)) from error
        except sqlite3.DatabaseError as error:
            raise self._explain(error) from error
        except OSError as error:
            raise StateError(
                _("{path} cannot be used: {error}.").format(path=self._path, error=error.strerror),
                remedy=_("Make the directory writable, or name another one in HUE_DATA_DIR."),
            ) from error

    def _explain(self, error: sqlite3.DatabaseError) -> StateError:
        said = str(error)
        if "locked" in said or "busy" in said:
            message = _("{path} is being written by another program.")
            remedy = _("Close the other window, and try again.")
        elif "not a database" in said or "malformed" in said:
            message = _("{path} is damaged: {error}.")
            remedy = _("Move it away; Hue Desktop then starts with an empty journal.")
        elif "full" in said:
            message = _("There is no room left to write {path}.")
            remedy = _("Free some space on the disk.")
        else:
            message = _("{path} cannot be used: {error}.")
            remedy = _("Make the directory writable, or name another one in HUE_DATA_DIR.")
        retryable = isinstance(error, sqlite3.OperationalError) and "locked" in said
        return StateError(
            message.format(path=self._path, error=said), remedy=remedy, retryable=retryable
        )


def _version_in_header(path: Path) -> int:
    """The version without opening the database, which would already write beside it."""
    try:
        with open(path, "rb") as file:
            header = file.read(VERSION_OFFSET + 4)
    except FileNotFoundError:
        return 0
    if not header.startswith(MAGIC):
        return 0  # empty, or no database: opening says which
    return int.from_bytes(header[VERSION_OFFSET:], "big")
