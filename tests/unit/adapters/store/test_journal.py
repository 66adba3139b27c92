"""The change journal: every plan comes back as it was, secrets do not, and no kill loses a row."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.journal import SqliteJournal
from hue_desktop.core.changes import (
    AddTags,
    Change,
    ChangeState,
    ClusterSpec,
    CreateCluster,
    JournalEntry,
    Plan,
    Terminate,
)
from hue_desktop.core.clusters import BootstrapAction, ClusterRef
from hue_desktop.core.errors import StateError
from hue_desktop.core.steps import StepSpec

AT = datetime(2026, 11, 22, 8, 0, 0, 123456, UTC)
PLAN = Plan("Terminate x", "prod", "us-east-1", (Terminate("j-1"),), ClusterRef("p", "r", "j-1"))

# hidden on purpose when they look like a secret, so not what a round trip can be held to
PLAIN = st.text("abcdefgXYZ 0123äß€\n'", max_size=12)
st.register_type_strategy(str, PLAIN)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    database = Database(tmp_path / "hue.sqlite3")
    yield SqliteJournal(database)
    database.close()


def entry(plan: Plan = PLAN, **values: object) -> JournalEntry:
    return dataclasses.replace(JournalEntry(0, AT, plan, ChangeState.WAITING), **values)  # type: ignore[arg-type]


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=st.from_type(Plan), change=st.from_type(Change))  # type: ignore[arg-type]
def test_every_plan_comes_back_as_it_was(
    journal: SqliteJournal, plan: Plan, change: Change
) -> None:
    plan = dataclasses.replace(plan, changes=(change, *plan.changes), inverse=(change,))
    added = journal.add(entry(plan))
    assert journal.plan_of(added.id) == plan
    assert journal.entries(limit=1) == (added,)


def test_rows_are_numbered_listed_newest_first_and_updated(journal: SqliteJournal) -> None:
    first, second = journal.add(entry()), journal.add(entry())
    assert second.id > first.id
    assert [row.id for row in journal.entries()] == [second.id, first.id]
    assert [row.id for row in journal.entries(limit=1)] == [second.id]
    done = dataclasses.replace(
        first,
        state=ChangeState.DONE,
        outcome={"cluster_id": "j-9"},
        undone_by=second.id,
        actor="arn:aws:iam::1:user/x",
        error="none",
    )
    journal.update(done)
    assert journal.entries()[1] == done
    assert journal.plan_of(99) is None
    with pytest.raises(StateError, match="no row 99"):
        journal.update(dataclasses.replace(done, id=99))


def test_secrets_are_hidden_before_they_are_written(journal: SqliteJournal, tmp_path: Path) -> None:
    secret = "hunter2-s3cr3t"
    spec = ClusterSpec(
        "c",
        "emr-7.1.0",
        bootstrap_actions=(BootstrapAction("b", "s3://x", ("--db-password", secret, "keep")),),
        steps=(
            StepSpec(
                "s",
                "jar",
                (f"--token={secret}", f"jdbc:mysql://me:{secret}@db/x", "AKIAABCDEFGHIJKLMNOP"),
                properties=(("fs.s3a.secret.key", secret), ("plain", "stays")),
            ),
        ),
        tags=(("token-bucket", "a tag stays"),),
        configurations_json=json.dumps(
            [
                {
                    "Classification": "hive-site",
                    "Properties": {
                        "javax.jdo.option.ConnectionPassword": secret,
                        "hive.execution.engine": "tez",
                    },
                }
            ]
        ),
    )
    plan = dataclasses.replace(PLAN, changes=(CreateCluster(spec), AddTags("j", (("pwd", "t"),))))
    added = journal.add(entry(plan, error=f"refused: password={secret}"))
    for file in tmp_path.glob("hue.sqlite3*"):
        content = file.read_bytes()
        assert secret.encode() not in content
        assert b"AKIAABCDEFGHIJKLMNOP" not in content
    kept = journal.plan_of(added.id)
    assert kept is not None
    change = kept.changes[0]
    assert isinstance(change, CreateCluster)
    assert change.spec.bootstrap_actions[0].args[2] == "keep"
    assert change.spec.steps[0].properties[1] == ("plain", "stays")
    assert change.spec.tags == spec.tags
    assert "tez" in change.spec.configurations_json
    assert kept.changes[1] == plan.changes[1]


@pytest.mark.parametrize("content", ['{"type": "Plan"}', "{half", '{"title": 5}', "[]"])
def test_a_row_that_cannot_be_read_keeps_the_others(
    journal: SqliteJournal, tmp_path: Path, content: str
) -> None:
    first, second = journal.add(entry()), journal.add(entry())
    with closing(sqlite3.connect(tmp_path / "hue.sqlite3")) as other, other:
        other.execute("UPDATE journal SET plan = ? WHERE id = ?", (content, first.id))
    rows = journal.entries()
    assert rows[0] == second
    assert rows[1].id == first.id
    assert rows[1].plan.connection == "prod"
    assert "cannot be read" in rows[1].plan.title
    assert rows[1].plan.changes == rows[1].plan.inverse == ()
    assert journal.plan_of(first.id) is None
    journal.update(dataclasses.replace(rows[1], state=ChangeState.FAILED))
    assert journal.entries()[1].state is ChangeState.FAILED


def test_two_windows_write_at_once(tmp_path: Path) -> None:
    databases = [Database(tmp_path / "hue.sqlite3") for _number in range(2)]
    journals = [SqliteJournal(database) for database in databases]

    def write(journal: SqliteJournal) -> None:
        for _number in range(25):
            journal.add(entry())

    threads = [threading.Thread(target=write, args=(journals[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(journals[0].entries()) == 100
    for database in databases:
        database.close()


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.journal import SqliteJournal
from hue_desktop.core.changes import ChangeState, JournalEntry, Plan, Terminate
journal = SqliteJournal(Database(Path(sys.argv[1])))
for number in range(100_000):
    plan = Plan("t", "c", "r", (Terminate(f"j-{number}"),))
    added = journal.add(JournalEntry(0, datetime.now(UTC), plan, ChangeState.SENDING))
    sys.stdout.write(f"{added.id}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("rows", [1, 7, 40])
def test_a_kill_loses_no_row_that_was_promised(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "hue.sqlite3"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    promised = [int(writer.stdout.readline()) for _number in range(rows)]
    os.kill(writer.pid, signal.SIGKILL)
    promised += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
    writer.wait()
    writer.stdout.close()
    database = Database(path)
    kept = [row.id for row in SqliteJournal(database).entries(limit=1_000_000)]
    assert set(promised) <= set(kept)
    assert database.rows("PRAGMA integrity_check") == [("ok",)]
    assert SqliteJournal(database).add(entry()).id > max(kept)
    database.close()
