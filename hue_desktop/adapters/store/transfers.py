"""The transfer journal in SQLite.

Rows are written in batches, a transaction each. File names come as they are on disk: what is no
UTF-8 is kept as bytes, everything else as text.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from hue_desktop.adapters.store.claims import Claims
from hue_desktop.adapters.store.codec import decode, encode
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.redact import redact_text
from hue_desktop.core.errors import StateError
from hue_desktop.core.file_systems import Part
from hue_desktop.core.storage import LOCAL, Location
from hue_desktop.core.text import _
from hue_desktop.core.transfers.ports import (
    Counts,
    FileRow,
    NewFile,
    Outcome,
    StoredTransfer,
)
from hue_desktop.core.transfers.values import (
    Comparison,
    FileState,
    Route,
    Transfer,
    TransferProgress,
    TransferRequest,
    TransferState,
)

__all__ = ["SqliteTransfers"]

_TRANSFER = (
    "id, created, started, ended, route, state, request, reason, error, remedy, step_id,"
    " verified, listed, run"
)
_FILE = (
    "id, source, name, target, size, modified, etag, folder, state, comparison, attempts, error,"
    " remedy, asks, verified, token, removed"
)
_COUNTS = """
    SELECT transfer, state, asks, count(*), sum(size) FROM transfer_file
    {where} GROUP BY transfer, state, asks
"""
_SKIPPED, _WAITING = FileState.SKIPPED.value, FileState.WAITING.value
_STATES = {state.value: state for state in FileState}
_COMPARISONS = {comparison.value: comparison for comparison in Comparison}


class SqliteTransfers:
    """The ``TransferStore`` port."""

    def __init__(self, database: Database, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    # -- transfers --------------------------------------------------------------------------
    def add(self, request: TransferRequest, route: Route, reason: str, created: float) -> int:
        """A new transfer, waiting; its id."""
        text = json.dumps(encode(request))
        with self._database.writing() as connection:
            row_id = connection.execute(
                "INSERT INTO transfer (created, route, state, request, reason)"
                " VALUES (?, ?, ?, ?, ?)",
                (created, route.value, TransferState.WAITING.value, text, reason),
            ).lastrowid
        if row_id is None:
            raise StateError(_("The journal did not take a row."))
        return row_id

    def save(self, transfer: Transfer, *, run: str) -> None:
        """Rewrite what may change of a transfer."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE transfer SET started = ?, ended = ?, route = ?, state = ?, error = ?,"
                " remedy = ?, step_id = ?, verified = ?, run = ?, request = ? WHERE id = ?",
                (
                    transfer.started,
                    transfer.ended,
                    transfer.route.value,
                    transfer.state.value,
                    redact_text(transfer.error),
                    transfer.remedy,
                    transfer.step_id,
                    transfer.verified,
                    run,
                    json.dumps(encode(transfer.request)),
                    transfer.id,
                ),
            )

    def transfers(self, *, limit: int = 500) -> tuple[StoredTransfer, ...]:
        """The newest ones with their counts."""
        rows = self._database.rows(
            f"SELECT {_TRANSFER} FROM transfer ORDER BY id DESC LIMIT ?", (limit,)
        )
        counts = self._counts("WHERE transfer >= ?", (rows[-1][0],)) if rows else {}
        return tuple(_stored(row, counts.get(row[0], Counts())) for row in rows)

    def transfer(self, transfer_id: int) -> StoredTransfer | None:
        """One transfer with its counts."""
        rows = self._database.rows(f"SELECT {_TRANSFER} FROM transfer WHERE id = ?", (transfer_id,))
        return _stored(rows[0], self.counts(transfer_id)) if rows else None

    def newest(self) -> int:
        """The greatest id."""
        return int(self._database.rows("SELECT ifnull(max(id), 0) FROM transfer")[0][0])

    def remove(self, transfer_id: int) -> None:
        """Forget a transfer with all it holds."""
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM transfer_part WHERE file IN"
                " (SELECT id FROM transfer_file WHERE transfer = ? AND token <> '')",
                (transfer_id,),
            )
            connection.execute("DELETE FROM transfer_file WHERE transfer = ?", (transfer_id,))
            connection.execute("DELETE FROM transfer WHERE id = ?", (transfer_id,))

    def claim(self, transfer_id: int) -> bool:
        """Lock it for this process."""
        return self._claims.take(transfer_id)

    def release(self, transfer_id: int) -> None:
        """Unlock it."""
        self._claims.give_back(transfer_id)

    # -- files ------------------------------------------------------------------------------
    def add_files(self, transfer_id: int, files: Sequence[NewFile]) -> None:
        """Insert what is not there yet."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO transfer_file (transfer, source, name, target, size,"
                " modified, etag, folder, state, comparison, error, asks)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        transfer_id,
                        file.source,
                        _name(file.name),
                        _name(file.target),
                        file.size,
                        file.modified,
                        file.etag,
                        file.folder,
                        file.state.value,
                        file.comparison.value,
                        file.error,
                        file.asks,
                    )
                    for file in files
                ],
            )

    def mark_listed(self, transfer_id: int) -> None:
        """All files are known."""
        with self._database.writing() as connection:
            connection.execute("UPDATE transfer SET listed = 1 WHERE id = ?", (transfer_id,))

    def waiting(self, transfer_id: int, *, after: int, limit: int) -> list[FileRow]:
        """The next files to be copied."""
        return self._rows(
            "transfer = ? AND state = ? AND id > ?", (transfer_id, _WAITING, after), limit
        )

    def files(
        self,
        transfer_id: int,
        states: Collection[FileState] | None = None,
        *,
        limit: int = 1000,
        offset: int = 0,
    ) -> list[FileRow]:
        """Files by id."""
        if states is None:
            return self._rows("transfer = ?", (transfer_id,), limit, offset)
        words = [state.value for state in states]
        marks = ", ".join("?" * len(words))
        where = f"transfer = ? AND state IN ({marks})"
        return self._rows(where, (transfer_id, *words), limit, offset)

    def find(self, transfer_id: int, target: str) -> FileRow | None:
        """The file with that path at the target."""
        found = self._rows("transfer = ? AND target = ?", (transfer_id, _name(target)), 1)
        return found[0] if found else None

    def counts(self, transfer_id: int) -> Counts:
        """Files and bytes by state."""
        return self._counts("WHERE transfer = ?", (transfer_id,)).get(transfer_id, Counts())

    def verified(self, transfer_id: int) -> dict[str, int]:
        """Finished files by how they were checked."""
        return dict(
            self._database.rows(
                "SELECT verified, count(*) FROM transfer_file"
                " WHERE transfer = ? AND state = ? AND NOT folder GROUP BY verified",
                (transfer_id, FileState.DONE.value),
            )
        )

    def finish(self, outcomes: Sequence[Outcome]) -> None:
        """Write what became of files, all in one."""
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE transfer_file SET state = ?, attempts = ?, error = ?, remedy = ?,"
                " verified = ?, size = iif(? < 0, size, ?),"
                " modified = iif(? < 0, modified, ?), asks = ? WHERE id = ?",
                [
                    (
                        each.state.value,
                        each.attempts,
                        redact_text(each.error) if each.error else "",
                        each.remedy,
                        each.verified,
                        each.size,
                        each.size,
                        each.size,
                        each.modified,
                        each.asks,
                        each.id,
                    )
                    for each in outcomes
                ],
            )

    def set_token(self, file_id: int, token: str) -> None:
        """Note the upload of a file."""
        with self._database.writing() as connection:
            connection.execute("UPDATE transfer_file SET token = ? WHERE id = ?", (token, file_id))
            if not token:
                connection.execute("DELETE FROM transfer_part WHERE file = ?", (file_id,))

    def add_parts(self, parts: Iterable[tuple[int, Part]]) -> None:
        """Note parts of uploads."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO transfer_part (file, number, start, length, crc32c, tag)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (file_id, part.index, part.offset, part.length, part.crc32c, part.tag)
                    for file_id, part in parts
                ],
            )

    def parts(self, file_id: int) -> list[Part]:
        """Parts that were noted."""
        rows = self._database.rows(
            "SELECT number, start, length, crc32c, tag FROM transfer_part WHERE file = ?"
            " ORDER BY number",
            (file_id,),
        )
        return [Part(*row) for row in rows]

    def begun(self, transfer_id: int) -> list[FileRow]:
        """Files with uploads that were begun and not finished."""
        return self._rows("transfer = ? AND token <> ''", (transfer_id,), -1)

    def wait_again(
        self, transfer_id: int, *, failed: bool = False, asked: bool = False, target: str = ""
    ) -> int:
        """Let files wait again."""
        chosen = []
        if failed:
            chosen.append("state = 'failed'")
        if asked:
            chosen.append("(state = 'skipped' AND asks)")
        where, values = self._of(transfer_id, target)
        with self._database.writing() as connection:
            return connection.execute(
                f"UPDATE transfer_file SET state = ?, attempts = 0, error = '', remedy = '',"
                f" asks = 0 WHERE {where} AND ({' OR '.join(chosen) or '0'})",
                (_WAITING, *values),
            ).rowcount

    def settle_asked(self, transfer_id: int, target: str = "") -> int:
        """Leave files out that were asked about."""
        where, values = self._of(transfer_id, target)
        with self._database.writing() as connection:
            return connection.execute(
                f"UPDATE transfer_file SET asks = 0 WHERE {where} AND state = ? AND asks",
                (*values, _SKIPPED),
            ).rowcount

    def rename_target(self, file_id: int, target: str) -> None:
        """Copy the file under another name, at which nothing stands."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE transfer_file SET target = ?, comparison = ? WHERE id = ?",
                (_name(target), Comparison.NEW.value, file_id),
            )

    def mark_removed(self, file_ids: Sequence[int]) -> None:
        """Note that sources are gone."""
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE transfer_file SET removed = 1 WHERE id = ?", [(each,) for each in file_ids]
            )

    def to_remove(self, transfer_id: int, *, limit: int) -> list[FileRow]:
        """Copied files whose sources are still there."""
        values = (transfer_id, FileState.DONE.value)
        return self._rows("transfer = ? AND state = ? AND NOT removed", values, limit)

    def close(self) -> None:
        """Give the locks back and close the database."""
        self._claims.close()
        self._database.close()

    @staticmethod
    def _of(transfer_id: int, target: str) -> tuple[str, tuple[Any, ...]]:
        if target:
            return "transfer = ? AND target = ?", (transfer_id, _name(target))
        return "transfer = ?", (transfer_id,)

    def _rows(
        self, where: str, values: Sequence[Any], limit: int, offset: int = 0
    ) -> list[FileRow]:
        rows = self._database.rows(
            f"SELECT {_FILE} FROM transfer_file WHERE {where} ORDER BY id LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [_row(row) for row in rows]

    def _counts(self, where: str, values: Sequence[Any]) -> dict[int, Counts]:
        sums: dict[int, dict[str, int]] = {}
        for transfer_id, state, asks, files, size in self._database.rows(
            _COUNTS.format(where=where), values
        ):
            found = sums.setdefault(transfer_id, {})
            found["files"] = found.get("files", 0) + files
            if state in ("done", "skipped", "failed"):
                found[state] = found.get(state, 0) + files
            if asks:
                found["asked"] = found.get("asked", 0) + files
            if state != _SKIPPED:
                found["bytes_total"] = found.get("bytes_total", 0) + size
            if state == "done":
                found["bytes_done"] = found.get("bytes_done", 0) + size
        return {transfer_id: Counts(**found) for transfer_id, found in sums.items()}


def _row(row: tuple[Any, ...]) -> FileRow:
    (row_id, source, name, target, size, modified, etag, folder, state, comparison, *rest) = row
    attempts, error, remedy, asks, verified, token, removed = rest
    return FileRow(
        row_id, source, _text(name), _text(target), size, modified, etag, bool(folder),
        _STATES[state], _COMPARISONS[comparison], attempts, error, remedy, bool(asks), verified,
        token, bool(removed),
    )  # fmt: skip


def _stored(row: tuple[Any, ...], counts: Counts) -> StoredTransfer:
    (row_id, created, started, ended, route, state, request, *rest) = row
    reason, error, remedy, step_id, verified, listed, run = rest
    try:
        wanted = decode(json.loads(request), TransferRequest)
    except (ValueError, KeyError):
        wanted = TransferRequest((), Location(LOCAL, "/"))
        error = error or _("This transfer cannot be read any more.")
        state = TransferState.CANCELLED.value
    progress = TransferProgress(
        files_total=counts.files,
        files_done=counts.done,
        files_skipped=counts.skipped,
        files_failed=counts.failed,
        files_asked=counts.asked,
        bytes_total=counts.bytes_total,
        bytes_done=counts.bytes_done,
        listing_done=bool(listed),
    )
    transfer = Transfer(
        id=row_id, request=wanted, route=Route(route), state=TransferState(state),
        created=created, started=started, ended=ended, progress=progress, error=error,
        remedy=remedy, step_id=step_id, verified=verified, reason=reason,
    )  # fmt: skip
    return StoredTransfer(transfer, bool(listed), run)


def _name(text: str) -> str | bytes:
    """Text as SQLite takes it; bytes for what is no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
    return text


def _text(name: str | bytes) -> str:
    return name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")
