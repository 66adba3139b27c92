"""The database's versions, oldest first. A version that was released is never edited.

``PRAGMA user_version`` holds the number of scripts that were applied.
"""

from __future__ import annotations

__all__ = ["APPLICATION_ID", "MIGRATIONS"]

APPLICATION_ID = 0x48754544  #: "HuED" in the file's header

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE journal (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        at         TEXT NOT NULL,
        connection TEXT NOT NULL,
        region     TEXT NOT NULL,
        cluster_id TEXT NOT NULL,
        state      TEXT NOT NULL,
        plan       TEXT NOT NULL,
        error      TEXT NOT NULL,
        outcome    TEXT NOT NULL,
        undoes     INTEGER,
        undone_by  INTEGER,
        actor      TEXT NOT NULL
    );
    CREATE INDEX journal_by_cluster ON journal (cluster_id, id);
    CREATE TABLE type_price (
        region             TEXT NOT NULL,
        instance_type      TEXT NOT NULL,
        kept_at            TEXT NOT NULL,
        on_demand_usd_hour REAL,
        emr_usd_hour       REAL,
        source             TEXT NOT NULL,
        as_of              TEXT,
        PRIMARY KEY (region, instance_type)
    ) WITHOUT ROWID;
    """,
)
