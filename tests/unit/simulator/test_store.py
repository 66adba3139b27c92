"""The region's documents on disk: whole or not at all, and never damaged."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from hue_desktop.simulator.store import SCHEMA_VERSION, StateError, Store


def documents(directory: Path) -> list[tuple[str, str, dict[str, object]]]:
    store = Store(directory)
    try:
        return list(store.load())
    finally:
        store.close()


def test_what_was_written_is_there_again_in_order(tmp_path: Path) -> None:
    store = Store(tmp_path / "new" / "state")
    store.write({("step", "s-2"): {"n": 2}, ("cluster", "j-1"): {"name": "ü"}})
    store.write({("step", "s-1"): {"n": 1}, ("step", "s-2"): None})
    store.close()
    assert documents(tmp_path / "new" / "state") == [
        ("cluster", "j-1", {"name": "ü"}),
        ("step", "s-1", {"n": 1}),
    ]


def test_documents_of_one_kind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write({("a", "2"): {}, ("a", "1"): {"x": 1}, ("b", "1"): {}})
    assert list(store.load_kind("a")) == [("1", {"x": 1}), ("2", {})]
    store.clear()
    assert list(store.load()) == []
    store.close()


def test_a_write_that_fails_changes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write({("a", "1"): {"x": 1}})
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.write({("a", "1"): {"x": 2}, ("a", "2"): {"x": float("nan")}})
    store.close()
    assert documents(tmp_path) == [("a", "1", {"x": 1})]


def test_without_a_directory_nothing_is_kept() -> None:
    store = Store(None)
    store.write({("a", "1"): {}})
    assert not store.keeps
    assert list(store.load()) == []
    store.close()


def test_a_second_region_on_the_same_state_is_refused(tmp_path: Path) -> None:
    first = Store(tmp_path)
    with pytest.raises(StateError, match="Another simulated region is running on"):
        Store(tmp_path)
    first.write({("a", "1"): {}})
    first.close()
    assert documents(tmp_path) == [("a", "1", {})]


def test_a_newer_state_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    Store(tmp_path).close()
    path = tmp_path / "region.sqlite3"
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    database.close()
    before = path.read_bytes()
    with pytest.raises(StateError, match="newer version of Hue Desktop"):
        Store(tmp_path)
    assert path.read_bytes() == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["region.sqlite3"]


def test_a_foreign_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "region.sqlite3"
    path.write_bytes(b"somebody's letters" * 100)
    with pytest.raises(StateError, match="is not the state of a region"):
        Store(tmp_path)
    assert path.read_bytes() == b"somebody's letters" * 100


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    Store(tmp_path).close()
    path = tmp_path / "region.sqlite3"
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 4000)
    with pytest.raises(StateError, match=r"cannot be used: .*--ephemeral"):
        Store(tmp_path)


def test_a_file_in_place_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StateError, match=r"cannot be used: .*--state"):
        Store(tmp_path / "state")


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_directory_that_cannot_be_made() -> None:
    with pytest.raises(StateError, match="cannot be used"):
        Store(Path("/proc/hue-desktop-state"))


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_directory_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StateError, match="cannot be used"):
            Store(tmp_path)
    finally:
        tmp_path.chmod(0o700)
