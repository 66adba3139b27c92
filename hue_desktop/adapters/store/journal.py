"""The change journal in SQLite."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

from hue_desktop.adapters.store.codec import decode, encode
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.redact import redact, redact_text
from hue_desktop.core.changes import ChangeState, JournalEntry, Plan
from hue_desktop.core.errors import StateError
from hue_desktop.core.text import _

__all__ = ["SqliteJournal"]

COLUMNS = "id, at, connection, region, state, plan, error, outcome, undoes, undone_by, actor"


class SqliteJournal:
    """The ``JournalStore`` port. Rows hold no secrets: they are hidden before they are written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: JournalEntry) -> JournalEntry:
        """Write a new row, whatever id the entry had; the answer carries the row's."""
        plan = entry.plan
        values = (
            entry.at.astimezone(UTC).isoformat(),
            plan.connection,
            plan.region,
            plan.target.cluster_id if plan.target else "",
            _plan_json(plan),
            *_changing(entry),
        )
        with self._database.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO journal (at, connection, region, cluster_id, plan,"
                " state, error, outcome, undoes, undone_by, actor)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            row_id = cursor.lastrowid
        if row_id is None:
            raise StateError(_("The journal did not take a row."))
        return dataclasses.replace(entry, id=row_id)

    def update(self, entry: JournalEntry) -> None:
        """Rewrite what may change of a row: state, error, outcome, undo links, actor."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "UPDATE journal SET state = ?, error = ?, outcome = ?, undoes = ?, undone_by = ?,"
                " actor = ? WHERE id = ?",
                (*_changing(entry), entry.id),
            )
            if cursor.rowcount != 1:
                raise StateError(_("The journal has no row {id}.").format(id=entry.id))

    def entries(self, *, limit: int = 500) -> tuple[JournalEntry, ...]:
        """Newest first."""
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM journal ORDER BY id DESC LIMIT ?", (limit,)
        )
        return tuple(_entry(row) for row in rows)

    def plan_of(self, entry_id: int) -> Plan | None:
        """The plan of a row, with secrets hidden; ``None`` if there is none to be read."""
        rows = self._database.rows("SELECT plan FROM journal WHERE id = ?", (entry_id,))
        return _plan_or_none(rows[0][0]) if rows else None


def _changing(entry: JournalEntry) -> tuple[Any, ...]:
    return (
        entry.state.value,
        redact_text(entry.error),
        json.dumps(dict(entry.outcome)),
        entry.undoes,
        entry.undone_by,
        entry.actor,
    )


def _plan_json(plan: Plan) -> str:
    return json.dumps(redact(encode(plan)), ensure_ascii=False)


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    row_id, at, connection, region, state, plan, error, outcome, undoes, undone_by, actor = row
    return JournalEntry(
        id=row_id,
        at=datetime.fromisoformat(at),
        plan=_plan_or_none(plan) or _unreadable(connection, region),
        state=ChangeState(state),
        error=error,
        outcome=json.loads(outcome),
        undoes=undoes,
        undone_by=undone_by,
        actor=actor,
    )


def _plan_or_none(text: str) -> Plan | None:
    try:
        plan: Plan = decode(json.loads(text), Plan)
    except ValueError:
        return None
    return plan


def _unreadable(connection: str, region: str) -> Plan:
    """What stands for a damaged plan, so that it does not take the whole journal with it."""
    return Plan(_("A change that cannot be read any more"), connection, region, ())
