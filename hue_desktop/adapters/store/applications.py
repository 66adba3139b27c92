"""YARN applications as they were seen last: the ResourceManager forgets them, at the latest with
the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from hue_desktop.adapters.store.codec import decode, encode
from hue_desktop.adapters.store.database import Database
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import YarnApplication

__all__ = ["SqliteApplications"]


class SqliteApplications:
    """The ``ApplicationStore`` port. One that was seen to have ended is not written again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, ref: ClusterRef) -> tuple[YarnApplication, ...]:
        """What was kept; one that still ran ends when it was seen last."""
        rows = self._database.rows(
            "SELECT seen_at, application FROM yarn_application"
            " WHERE connection = ? AND region = ? AND cluster_id = ? ORDER BY id DESC",
            _key(ref),
        )
        found: list[YarnApplication] = []
        for seen_at, text in rows:
            try:
                application: YarnApplication = decode(json.loads(text), YarnApplication)
            except (ValueError, KeyError):  # another version's
                continue
            if application.ended is None:
                application = replace(application, ended=seen_at)
            found.append(application)
        return tuple(found)

    def save(
        self, ref: ClusterRef, applications: Iterable[YarnApplication], seen_at: float
    ) -> None:
        """Keep these as they were seen at ``seen_at`` (region epoch seconds)."""
        rows = self._database.rows(
            "SELECT id FROM yarn_application"
            " WHERE connection = ? AND region = ? AND cluster_id = ? AND ended",
            _key(ref),
        )
        known = {row[0] for row in rows}
        fresh = [
            (*_key(ref), each.id, each.ended is not None, seen_at, json.dumps(encode(each)))
            for each in applications
            if each.id not in known
        ]
        if fresh:
            with self._database.writing() as open_:
                open_.executemany(
                    "REPLACE INTO yarn_application VALUES (?, ?, ?, ?, ?, ?, ?)", fresh
                )


def _key(ref: ClusterRef) -> tuple[str, str, str]:
    return ref.connection, ref.region, ref.cluster_id
