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
    """
    CREATE TABLE transfer (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        created  REAL NOT NULL,
        started  REAL,
        ended    REAL,
        route    TEXT NOT NULL,
        state    TEXT NOT NULL,
        request  TEXT NOT NULL,
        reason   TEXT NOT NULL DEFAULT '',
        error    TEXT NOT NULL DEFAULT '',
        remedy   TEXT NOT NULL DEFAULT '',
        step_id  TEXT NOT NULL DEFAULT '',
        verified TEXT NOT NULL DEFAULT '',
        listed   INTEGER NOT NULL DEFAULT 0,
        run      TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE transfer_file (
        id         INTEGER PRIMARY KEY,
        transfer   INTEGER NOT NULL,
        source     INTEGER NOT NULL,
        name       NOT NULL,
        target     NOT NULL,
        size       INTEGER NOT NULL,
        modified   REAL,
        etag       TEXT NOT NULL,
        folder     INTEGER NOT NULL,
        state      TEXT NOT NULL,
        comparison TEXT NOT NULL,
        attempts   INTEGER NOT NULL DEFAULT 0,
        error      TEXT NOT NULL DEFAULT '',
        remedy     TEXT NOT NULL DEFAULT '',
        asks       INTEGER NOT NULL DEFAULT 0,
        verified   TEXT NOT NULL DEFAULT '',
        token      TEXT NOT NULL DEFAULT '',
        removed    INTEGER NOT NULL DEFAULT 0
    );
    CREATE UNIQUE INDEX transfer_file_name ON transfer_file (transfer, source, name);
    CREATE INDEX transfer_file_state ON transfer_file (transfer, state);
    CREATE INDEX transfer_file_token ON transfer_file (transfer) WHERE token <> '';
    CREATE TABLE transfer_part (
        file    INTEGER NOT NULL,
        number  INTEGER NOT NULL,
        start   INTEGER NOT NULL,
        length  INTEGER NOT NULL,
        crc32c  INTEGER NOT NULL,
        tag     TEXT NOT NULL,
        PRIMARY KEY (file, number)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE route_run (
        id      INTEGER PRIMARY KEY,
        route   TEXT NOT NULL,
        source  TEXT NOT NULL,
        target  TEXT NOT NULL,
        at      REAL NOT NULL,
        files   INTEGER NOT NULL,
        bytes   INTEGER NOT NULL,
        seconds REAL NOT NULL
    );
    CREATE INDEX route_run_newest ON route_run (route, source, target, at);
    """,
    """
    CREATE TABLE metric_cluster (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        connection TEXT NOT NULL,
        region     TEXT NOT NULL,
        cluster_id TEXT NOT NULL,
        first      INTEGER,
        last       INTEGER,
        series_set INTEGER NOT NULL DEFAULT 0,
        UNIQUE (connection, region, cluster_id)
    );
    CREATE TABLE metric_series (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        cluster INTEGER NOT NULL,
        metric  TEXT NOT NULL,
        node    TEXT NOT NULL,
        UNIQUE (cluster, metric, node)
    );
    CREATE TABLE metric_round (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        cluster  INTEGER NOT NULL,
        per_node INTEGER NOT NULL,
        first    INTEGER NOT NULL,
        last     INTEGER NOT NULL,
        samples  BLOB NOT NULL
    );
    CREATE INDEX metric_round_of ON metric_round (cluster, per_node, id, first);
    CREATE TABLE metric_block (
        id     INTEGER PRIMARY KEY,
        series INTEGER NOT NULL,
        tier   INTEGER NOT NULL,
        start  INTEGER NOT NULL,
        points BLOB NOT NULL
    );
    CREATE UNIQUE INDEX metric_block_of ON metric_block (series, tier, start);
    CREATE TABLE metric_alert (
        cluster INTEGER NOT NULL,
        rule    TEXT NOT NULL,
        since   REAL NOT NULL,
        cleared REAL,
        alert   TEXT NOT NULL,
        PRIMARY KEY (cluster, rule, since)
    ) WITHOUT ROWID;
    CREATE TABLE recorded_cluster (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        connection TEXT NOT NULL,
        region     TEXT NOT NULL,
        cluster_id TEXT NOT NULL,
        saved_at   REAL NOT NULL,
        summary    TEXT NOT NULL,
        details    TEXT NOT NULL,
        UNIQUE (connection, region, cluster_id)
    );
    CREATE TABLE recorded_node (
        cluster INTEGER NOT NULL,
        id      TEXT NOT NULL,
        place   INTEGER NOT NULL,
        node    TEXT NOT NULL,
        PRIMARY KEY (cluster, id)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE spot_pool (
        connection    TEXT NOT NULL,
        region        TEXT NOT NULL,
        instance_type TEXT NOT NULL,
        az            TEXT NOT NULL,
        until         REAL NOT NULL,
        PRIMARY KEY (connection, region, instance_type, az)
    ) WITHOUT ROWID;
    CREATE TABLE spot_price (
        connection    TEXT NOT NULL,
        region        TEXT NOT NULL,
        instance_type TEXT NOT NULL,
        az            TEXT NOT NULL,
        at            REAL NOT NULL,
        usd_hour      REAL,
        PRIMARY KEY (connection, region, instance_type, az, at)
    ) WITHOUT ROWID;
    CREATE TABLE explorer_costs (
        connection TEXT NOT NULL,
        cluster_id TEXT NOT NULL,
        start      TEXT NOT NULL,
        end        TEXT NOT NULL,
        usd        TEXT NOT NULL,
        estimated  INTEGER NOT NULL,
        asked_at   REAL NOT NULL,
        PRIMARY KEY (connection, cluster_id)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE metric_cluster ADD COLUMN aged INTEGER NOT NULL DEFAULT 0;
    """,
    """
    CREATE TABLE node_launch (
        connection TEXT NOT NULL,
        cluster_id TEXT NOT NULL,
        ec2_id     TEXT NOT NULL,
        launched   REAL NOT NULL,
        PRIMARY KEY (connection, cluster_id, ec2_id)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE yarn_application (
        connection  TEXT NOT NULL,
        region      TEXT NOT NULL,
        cluster_id  TEXT NOT NULL,
        id          TEXT NOT NULL,
        ended       INTEGER NOT NULL,
        seen_at     REAL NOT NULL,
        application TEXT NOT NULL,
        PRIMARY KEY (connection, region, cluster_id, id)
    ) WITHOUT ROWID;
    """,
)
