"""Opening the database: versions, damage, and places that cannot be written."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.migrations import MIGRATIONS
from hue_desktop.adapters.store.prices import SqlitePriceCache
from hue_desktop.core.errors import StateError
from hue_desktop.core.pricing import PriceSource, TypePrice


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "hue.sqlite3"


def contents(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_a_new_database_has_all_migrations(path: Path) -> None:
    database = Database(path)
    assert database.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert database.rows("PRAGMA journal_mode") == [("wal",)]
    assert os.stat(path.parent).st_mode & 0o077 == 0
    database.close()
    Database(path).close()


def test_a_newer_database_is_refused_and_not_touched(path: Path) -> None:
    Database(path).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = contents(path.parent)
    with pytest.raises(StateError, match="newer Hue Desktop") as raised:
        Database(path)
    assert "HUE_DATA_DIR" in raised.value.remedy
    assert contents(path.parent) == before


def test_a_newer_database_that_is_in_use_is_refused_too(path: Path) -> None:
    Database(path).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")  # still in the log
        with pytest.raises(StateError, match="newer Hue Desktop"):
            Database(path)


def test_a_migration_that_fails_leaves_the_old_version(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Database(path).close()
    broken = (*MIGRATIONS, "CREATE TABLE extra (x); CREATE TABLE journal (again)")
    monkeypatch.setattr("hue_desktop.adapters.store.database.MIGRATIONS", broken)
    with pytest.raises(StateError):
        Database(path)
    monkeypatch.undo()
    database = Database(path)
    assert database.rows("SELECT name FROM sqlite_master WHERE name = 'extra'") == []
    database.close()


@pytest.mark.parametrize("content", [b"this is not a database, " * 50, b"SQLite format 3\0" * 80])
def test_a_damaged_file_is_named_and_kept(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    content = content[:60] + b"\0\0\0\0" + content[64:]  # where the version stands
    path.write_bytes(content)
    with pytest.raises(StateError, match="damaged") as raised:
        Database(path)
    assert "Move it away" in raised.value.remedy
    assert path.read_bytes() == content


def test_a_place_that_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be used") as raised:
        Database(tmp_path / "file" / "hue.sqlite3")
    assert "writable" in raised.value.remedy


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A directory that its reader may not write, also where the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="hue-read-only-"))
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Permissions mean nothing to root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("existing", [True, False])
def test_a_read_only_directory_says_what_to_do(read_only: Path, existing: bool) -> None:
    path = read_only / "hue.sqlite3"
    if existing:
        Database(path).close()
        path.chmod(0o444)
    read_only.chmod(0o555)
    before = contents(read_only)
    with without_privileges(), pytest.raises(StateError, match="cannot be used") as raised:
        Database(path)
    assert "HUE_DATA_DIR" in raised.value.remedy
    assert contents(read_only) == before


def test_a_closed_database_says_so(path: Path) -> None:
    database = Database(path)
    database.close()
    with pytest.raises(StateError, match="is closed"):
        database.rows("SELECT 1")


def test_prices_are_kept_by_region_and_age(path: Path) -> None:
    database = Database(path)
    cache = SqlitePriceCache(database)
    day = TypePrice("m5.xlarge", 0.192, 0.048, PriceSource("Pricing API", date(2026, 7, 20)))
    moment = TypePrice("r5.large", 0.1, None, PriceSource("x", datetime(2026, 7, 20, tzinfo=UTC)))
    old = datetime.now(UTC) - timedelta(hours=1)
    cache.save("us-east-1", [day, moment])
    cache.save("eu-central-1", [TypePrice("m5.xlarge", None, None, PriceSource("x"))])
    cache.save("us-east-1", [day])
    kept = cache.load("us-east-1", since=old)
    assert [price for _at, price in kept] == [day, moment]
    assert all(old < at <= datetime.now(UTC) for at, _price in kept)
    assert cache.load("us-east-1", since=datetime.now(UTC) + timedelta(hours=1)) == []
    database.close()


def test_damage_is_found_while_others_write(path: Path) -> None:
    database = Database(path)
    with database.writing() as connection:
        connection.execute("CREATE TABLE filler (data BLOB)")
        connection.executemany("INSERT INTO filler VALUES (?)", [(b"x" * 3000,)] * 50)
        Database.check(database)  # needs no turn: it waits for no transaction
    database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(30 * 4096)
        file.write(b"\xff" * 8 * 4096)
    with pytest.raises(StateError, match="damaged"):
        database.check()
    database.close()
