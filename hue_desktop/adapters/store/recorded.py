"""Clusters as they were seen last, in SQLite: one row for each, and one for each of its nodes.

Nodes are many and change one at a time, so only those that changed are written.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from typing import Any

from hue_desktop.adapters.store.codec import decode, encode
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.redact import redact
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.instances import Instance
from hue_desktop.core.recorded import kept_snapshot

__all__ = ["SqliteRecorded"]

_MOST_REMEMBERED = 4096  #: clusters whose last saved state is held, so that saving need not read it


class SqliteRecorded:
    """The ``RecordedStore`` port. Rows hold no secrets: they are hidden before they are written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._saved: dict[ClusterRef, ClusterSnapshot] = {}

    def save(self, snapshot: ClusterSnapshot, at: float) -> None:
        """Keep this newest state, with the parts and nodes of earlier ones that it lacks."""
        ref = snapshot.ref
        with self._guard:
            older = self._saved.get(ref) or self.load(ref)
            kept = kept_snapshot(snapshot, older)
            known = {node.id: node for node in (older.instances if older else None) or ()}
            changed = [
                (place, node)
                for place, node in enumerate(kept.instances or ())
                if known.get(node.id) is not node and known.get(node.id) != node
            ]
            with self._database.writing() as connection:
                number = _save_brief(connection, kept, at)
                if older is None or _details(kept) != _details(older):
                    connection.execute(
                        "UPDATE recorded_cluster SET details = ? WHERE id = ?",
                        (_json(replace(kept, instances=None)), number),
                    )
                connection.executemany(
                    "REPLACE INTO recorded_node (cluster, id, place, node) VALUES (?, ?, ?, ?)",
                    [(number, node.id, place, _json(node)) for place, node in changed],
                )
            self._remember(kept)

    def load(self, ref: ClusterRef) -> ClusterSnapshot | None:
        """What was kept, with all instances ever seen."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, summary, details FROM recorded_cluster"
                " WHERE connection = ? AND region = ? AND cluster_id = ?",
                _place(ref),
            ).fetchall()
            nodes = connection.execute(
                "SELECT node FROM recorded_node WHERE cluster = ? ORDER BY place",
                (rows[0][0] if rows else None,),
            ).fetchall()
        if not rows:
            return None
        brief: ClusterSnapshot | None = _read(rows[0][1], ClusterSnapshot)
        details: ClusterSnapshot | None = _read(rows[0][2], ClusterSnapshot)
        if brief is None or details is None:
            return None
        found = [_read(text, Instance) for (text,) in nodes]
        return replace(
            details,
            summary=brief.summary,
            region_time=brief.region_time,
            instances=tuple(node for node in found if node is not None) or None,
        )

    def all(self) -> tuple[tuple[ClusterSnapshot, float], ...]:
        """All of them by their summaries alone, with when each was saved."""
        rows = self._database.rows(
            "SELECT summary, saved_at FROM recorded_cluster ORDER BY saved_at DESC, id"
        )
        briefs = [(_read(text, ClusterSnapshot), saved_at) for text, saved_at in rows]
        return tuple((brief, at) for brief, at in briefs if brief is not None)

    def forget(self, ref: ClusterRef) -> None:
        """Drop a cluster."""
        with self._guard, self._database.writing() as connection:
            self._saved.pop(ref, None)
            connection.execute(
                "DELETE FROM recorded_node WHERE cluster IN (SELECT id FROM recorded_cluster"
                " WHERE connection = ? AND region = ? AND cluster_id = ?)",
                _place(ref),
            )
            connection.execute(
                "DELETE FROM recorded_cluster"
                " WHERE connection = ? AND region = ? AND cluster_id = ?",
                _place(ref),
            )

    def _remember(self, kept: ClusterSnapshot) -> None:
        self._saved.pop(kept.ref, None)
        while len(self._saved) >= _MOST_REMEMBERED:
            del self._saved[next(iter(self._saved))]
        self._saved[kept.ref] = kept


def _save_brief(connection: sqlite3.Connection, kept: ClusterSnapshot, at: float) -> int:
    """What changes with every reading: small, so that being seen again costs little."""
    brief = ClusterSnapshot(kept.ref, kept.summary, region_time=kept.region_time)
    rows = connection.execute(
        "INSERT INTO recorded_cluster (connection, region, cluster_id, saved_at, summary, details)"
        " VALUES (?, ?, ?, ?, ?, '')"
        " ON CONFLICT (connection, region, cluster_id) DO UPDATE SET saved_at = excluded.saved_at,"
        " summary = excluded.summary RETURNING id",
        (*_place(kept.ref), at, _json(brief)),
    ).fetchall()
    return int(rows[0][0])


def _details(snapshot: ClusterSnapshot) -> ClusterSnapshot:
    """What is written only when it changed."""
    return replace(snapshot, instances=None, region_time=None, read_at={})


def _place(ref: ClusterRef) -> tuple[str, str, str]:
    return ref.connection, ref.region, ref.cluster_id


def _json(value: Any) -> str:
    return json.dumps(redact(encode(value)), separators=(",", ":"))


def _read(text: str, kind: Any) -> Any:
    """``None`` for a row that a later version wrote in another way."""
    try:
        return decode(json.loads(text), kind)
    except ValueError:
        return None
