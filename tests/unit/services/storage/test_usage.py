"""Counting what takes up the space."""

from __future__ import annotations

import os
from pathlib import Path

from hue_desktop.core.storage import Location
from hue_desktop.services.storage.service import StorageService
from hue_desktop.services.storage.values import ListingState

WAIT_S = 20.0


def write(home: Location, sizes: dict[str, int]) -> None:
    for name, size in sizes.items():
        path = Path(home.path, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))


def test_a_tree_by_size(storage: StorageService, home: Location) -> None:
    write(home, {"a/big": 500, "a/deep/er/x": 50, "b/y": 100, "top": 7, "b/z": 1})
    usage = storage.usage(home)
    assert usage.wait(WAIT_S)
    assert (usage.state, usage.files, usage.bytes) == (ListingState.SHOWN, 5, 658)
    tree = usage.tree()
    assert tree is not None
    assert [(node.name, node.bytes, node.folder) for node in tree.children] == [
        ("a", 550, True), ("b", 101, True), ("top", 7, False),
    ]  # fmt: skip
    assert [node.path for node in tree.children[0].children] == ["a/big", "a/deep"]
    assert tree.children[0].children[1].children == (), "two levels only"
    below = usage.tree("a/deep")
    assert below is not None
    assert below.bytes == 50
    assert usage.tree("nowhere") is None


def test_the_newest_file_is_known(storage: StorageService, home: Location) -> None:
    write(home, {"a/old": 1, "b/new": 1, "c": 1})
    for name, seconds in {"a/old": 1_000, "b/new": 1_700_000_000, "c": 2_000}.items():
        os.utime(Path(home.path, name), (seconds, seconds))
    usage = storage.usage(home)
    assert usage.wait(WAIT_S)
    assert usage.newest == 1_700_000_000


def test_what_is_left_out_is_counted(storage: StorageService, home: Location) -> None:
    write(home, {f"f{number:03}": number for number in range(100)})
    usage = storage.usage(home)
    assert usage.wait(WAIT_S)
    tree = usage.tree(most=10)
    assert tree is not None
    assert [node.bytes for node in tree.children] == list(range(99, 89, -1))
    assert tree.rest_files == 90
    assert tree.rest_bytes + sum(node.bytes for node in tree.children) == tree.bytes


def test_a_missing_folder_fails(storage: StorageService, home: Location) -> None:
    usage = storage.usage(home.child("missing"))
    assert usage.wait(WAIT_S)
    assert usage.state is ListingState.FAILED
    assert usage.error is not None


def test_a_cancelled_count_stays(storage: StorageService, home: Location) -> None:
    write(home, {"x": 3})
    usage = storage.usage(home)
    usage.cancel()
    assert usage.wait(WAIT_S)
    assert usage.state in (ListingState.CANCELLED, ListingState.SHOWN)
