"""The transfer journal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.adapters.store.claims import Claims
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.transfers import SqliteTransfers
from hue_desktop.core.file_systems import Part
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.transfers.ports import Counts, NewFile, Outcome
from hue_desktop.core.transfers.values import (
    Comparison,
    Conflict,
    FileState,
    Filter,
    Route,
    TransferOptions,
    TransferRequest,
    TransferState,
    Verify,
)

REQUEST = TransferRequest(
    (Location(StoreId(StoreKind.S3, "prod", "eu-central-1"), "/lake//odd/"),),
    Location(LOCAL, "/home/caf\udce9/"),
    TransferOptions(Conflict.KEEP_BOTH, Verify.SIZE, Filter(("*.csv",), ("tmp/",)), Route.STREAM,
                    1000, 4, True),
    frozenset({"a/b", "c"}),
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hue.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteTransfers]:
    opened = SqliteTransfers(Database(path, hasty=True), Claims(path.with_name("lock")))
    yield opened
    opened.close()


def file(name: str, state: FileState = FileState.WAITING, **other: object) -> NewFile:
    base = NewFile(0, name, f"t/{name}", 10, 1.5, "e", False, state, Comparison.NEW)
    return base._replace(**other)  # type: ignore[arg-type]


def test_a_request_comes_back_as_it_was(store: SqliteTransfers, path: Path) -> None:
    number = store.add(REQUEST, Route.STREAM, "it is near", 12.5)
    stored = store.transfer(number)
    assert stored is not None
    assert stored.transfer.request == REQUEST
    assert (stored.transfer.created, stored.transfer.reason) == (12.5, "it is near")
    assert (stored.listed, stored.run) == (False, "")
    ended = replace(
        stored.transfer, state=TransferState.FAILED, started=13.0, ended=14.0, error="no",
        remedy="do", step_id="s-1", verified="all",
    )  # fmt: skip
    store.save(ended, run="abc")
    store.mark_listed(number)
    again = SqliteTransfers(Database(path), Claims(path.with_name("lock2"))).transfers()[0]
    assert again.transfer == replace(ended, progress=again.transfer.progress)
    assert (again.listed, again.run) == (True, "abc")
    assert store.transfer(999) is None


def test_files_by_state(store: SqliteTransfers) -> None:
    number = store.add(REQUEST, Route.STREAM, "", 1.0)
    odd = "b\udcff\n"
    store.add_files(number, [file("a"), file(odd), file("c", FileState.SKIPPED, asks=True)])
    store.add_files(number, [file("a", size=99), file("d")])
    waiting = store.waiting(number, after=0, limit=10)
    assert [row.name for row in waiting] == ["a", odd, "d"]
    assert waiting[0].size == 10
    assert [row.name for row in store.waiting(number, after=waiting[0].id, limit=1)] == [odd]
    assert store.counts(number) == Counts(4, 0, 1, 0, 1, 30, 0)
    store.finish([
        Outcome(waiting[0].id, FileState.DONE, 1, verified="crc32c", size=12, modified=2.0),
        Outcome(waiting[1].id, FileState.FAILED, 6, "password=hidden went", "wait"),
    ])  # fmt: skip
    assert store.counts(number) == Counts(4, 1, 1, 1, 1, 32, 12)
    (failed,) = store.files(number, (FileState.FAILED,))
    assert (failed.name, failed.attempts, failed.remedy) == (odd, 6, "wait")
    assert "hidden" not in failed.error
    assert store.verified(number) == {"crc32c": 1}
    found = store.find(number, f"t/{odd}")
    assert found is not None
    assert found.id == failed.id
    assert [row.name for row in store.files(number, limit=2, offset=1)] == [odd, "c"]


def test_waiting_again(store: SqliteTransfers) -> None:
    number = store.add(REQUEST, Route.STREAM, "", 1.0)
    skipped, failed = FileState.SKIPPED, FileState.FAILED
    files = [file("a", failed), file("b", skipped, asks=True), file("c", skipped, asks=True)]
    store.add_files(number, [*files, file("d", skipped)])
    assert store.wait_again(number) == 0
    assert store.wait_again(number, asked=True, target="t/b") == 1
    assert store.wait_again(number, failed=True) == 1
    assert [row.name for row in store.waiting(number, after=0, limit=9)] == ["a", "b"]
    assert store.settle_asked(number) == 1
    assert store.counts(number).asked == 0
    row = store.files(number)[0]
    store.rename_target(row.id, "t/a (2)")
    assert store.files(number)[0].target == "t/a (2)"


def test_uploads_and_parts(store: SqliteTransfers) -> None:
    number = store.add(REQUEST, Route.STREAM, "", 1.0)
    store.add_files(number, [file("a"), file("b")])
    first, second = store.waiting(number, after=0, limit=2)
    store.set_token(first.id, "upload-1")
    parts = [Part(1, 5, 5, 7, "two"), Part(0, 0, 5, 0xFFFFFFFF, "one")]
    store.add_parts((first.id, part) for part in parts)
    assert store.parts(first.id) == parts[::-1]
    assert [(row.id, row.token) for row in store.begun(number)] == [(first.id, "upload-1")]
    store.set_token(first.id, "")
    assert store.parts(first.id) == []
    store.finish([Outcome(each.id, FileState.DONE, 1) for each in (first, second)])
    assert len(store.to_remove(number, limit=5)) == 2
    store.mark_removed([first.id])
    assert [row.id for row in store.to_remove(number, limit=5)] == [second.id]
    store.remove(number)
    assert store.transfers() == ()
    assert store.files(number) == []


def test_only_one_process_works_on_a_transfer(store: SqliteTransfers, path: Path) -> None:
    assert store.claim(7)
    assert not store.claim(7)
    code = (
        "import sys; from pathlib import Path; from hue_desktop.adapters.store.claims import Claims"
        "\nclaims = Claims(Path(sys.argv[1]))\nprint(claims.take(7), claims.take(8), flush=True)\n"
        "sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(path.with_name("lock"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == "False True\n"
    assert not store.claim(8)
    other.kill()
    other.communicate()
    assert store.claim(8)
    store.release(7)
    assert store.claim(7)
