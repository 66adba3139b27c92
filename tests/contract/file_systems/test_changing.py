"""Folders, rename, delete, attributes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hue_desktop.core.errors import NotFound, Refused
from hue_desktop.core.file_systems import Refusal
from tests.contract.file_systems.place import BytesSource, Place


def test_a_folder_is_made_with_its_parents_and_twice(place: Place) -> None:
    place.fs.make_folder(place.at("a/b/"))
    place.fs.make_folder(place.at("a/b/"))
    assert place.fs.stat(place.at("a/b/")).is_folder
    assert place.listed()["a"].is_folder


def test_a_folder_is_not_made_over_a_file(place: Place) -> None:
    if not place.fs.capabilities.folders:
        pytest.skip("a key and a prefix may have one name")
    place.put("file")
    with pytest.raises(Refused):
        place.fs.make_folder(place.at("file/"))


def test_a_file_is_renamed(place: Place) -> None:
    place.put("old", b"data")
    place.put("folder/other", b"other")
    place.fs.rename(place.at("old"), place.at("folder/new"))
    assert place.read("folder/new") == b"data"
    assert set(place.walked()) == {"folder/new", "folder/other"}


def test_rename_replaces_only_when_it_may(place: Place) -> None:
    place.put("old", b"old")
    place.put("there", b"there")
    with pytest.raises(Refused) as refused:
        place.fs.rename(place.at("old"), place.at("there"))
    assert refused.value.code == Refusal.ALREADY_EXISTS
    assert (place.read("old"), place.read("there")) == (b"old", b"there")
    place.fs.rename(place.at("old"), place.at("there"), overwrite=True)
    assert place.read("there") == b"old"
    assert set(place.walked()) == {"there"}


def test_a_folder_is_renamed(place: Place) -> None:
    place.put("old/a", b"a")
    place.put("old/deep/b", b"b")
    place.put("older/c", b"c")
    place.fs.rename(place.at("old/"), place.at("new/"))
    assert set(place.walked()) == {"new/a", "new/deep/b", "older/c"}
    assert place.read("new/deep/b") == b"b"


def test_a_folder_is_never_renamed_over_another(place: Place) -> None:
    place.put("old/a", b"a")
    place.put("new/b", b"b")
    with pytest.raises(Refused):
        place.fs.rename(place.at("old/"), place.at("new/"))
    assert set(place.walked()) == {"old/a", "new/b"}


def test_a_file_is_deleted(place: Place) -> None:
    place.put("folder/file")
    place.put("folder/file2")
    assert place.fs.delete(place.at("folder/file")) == 1
    with pytest.raises(NotFound):
        place.fs.stat(place.at("folder/file"))
    assert set(place.walked()) == {"folder/file2"}


def test_a_full_folder_is_deleted_only_when_all_is_meant(place: Place) -> None:
    for name in ("folder/a", "folder/deep/b", "folder2/c"):
        place.put(name)
    with pytest.raises(Refused) as refused:
        place.fs.delete(place.at("folder/"))
    assert refused.value.code == Refusal.NOT_EMPTY
    assert len(place.walked()) == 3
    assert place.fs.delete(place.at("folder/"), recursive=True) == 2
    assert set(place.walked()) == {"folder2/c"}


def test_an_empty_folder_is_deleted(place: Place) -> None:
    place.fs.make_folder(place.at("empty/"))
    place.fs.delete(place.at("empty/"))
    assert not place.listed()


def test_many_are_deleted_and_what_failed_is_told(place: Place) -> None:
    names = [f"file {number}" for number in range(20)]
    for name in names:
        place.put(name)
    gone = [place.at(name) for name in names[:15]]
    assert not place.fs.delete_many(gone)
    assert set(place.listed()) == set(names[15:])


def test_attributes_are_set_where_the_store_has_them(place: Place) -> None:
    place.put("file")
    if place.fs.capabilities.permissions:
        place.fs.change(place.at("file"), "permission", 0o600)
        assert place.fs.stat(place.at("file")).details["permission"] == 0o600
        assert place.listed()["file"].details["permission"] == 0o600
    else:
        with pytest.raises(Refused):
            place.fs.change(place.at("file"), "permission", 0o600)
    if not place.fs.capabilities.replication:
        with pytest.raises(Refused):
            place.fs.change(place.at("file"), "replication", 2)
    with pytest.raises(Refused):
        place.fs.change(place.at("file"), "colour", "blue")


def test_what_a_store_has_not_is_refused_and_not_broken(place: Place) -> None:
    location = place.put("file")
    can = place.fs.capabilities
    calls: dict[str, tuple[bool, Callable[[], object]]] = {
        "blocks": (can.blocks, lambda: place.fs.blocks(location)),
        "presigned": (can.presigned, lambda: place.fs.presigned_url(location, 60)),
        "trash": (can.trash, lambda: place.fs.trash([location])),
    }
    for name, (offered, call) in calls.items():
        if not offered:
            with pytest.raises(Refused) as refused:
                call()
            assert refused.value.code == Refusal.NOT_OFFERED, name
    if not can.trash:
        assert place.fs.trash_root() is None


def test_the_trash_keeps_and_gives_back(place: Place) -> None:
    if not place.fs.capabilities.trash:
        pytest.skip("the store has no trash")
    location = place.put("folder/file", b"precious")
    there = place.fs.trash([location])[location]
    root = place.fs.trash_root()
    assert root is not None  # also where the cluster's own trash is switched off
    assert there.path.startswith(root.path)
    assert not [name for name in place.walked() if name.endswith("file")]
    assert place.read_at(there) == b"precious"
    assert place.fs.restore(there) == location
    assert place.read("folder/file") == b"precious"


def test_a_copy_within_the_store(place: Place) -> None:
    if not place.fs.capabilities.server_side_copy:
        with pytest.raises(Refused):
            place.fs.copy_within(place.put("one"), place.at("two"), overwrite=False)
        return
    source = place.put("one", b"same bytes")
    place.fs.copy_within(source, place.at("deep/two"), overwrite=False)
    assert place.read("deep/two") == b"same bytes"
    with pytest.raises(Refused) as refused:
        place.fs.copy_within(source, place.at("deep/two"), overwrite=False)
    assert refused.value.code == Refusal.ALREADY_EXISTS
    before = place.fs.stat(source)
    place.fs.put(source, BytesSource(b"other, longer bytes"), overwrite=True)
    with pytest.raises(Refused) as refused:
        place.fs.copy_within(source, place.at("three"), overwrite=False, expected=before)
    assert refused.value.code == Refusal.SOURCE_CHANGED
    assert set(place.walked()) == {"one", "deep/two"}
