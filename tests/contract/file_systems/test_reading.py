"""Stat, list, walk, open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from hue_desktop.core.errors import NotFound, Refused
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.storage import Entry, EntryKind
from tests.contract.file_systems.place import BytesSource, Place

DATA = bytes(range(256)) * 1000


def test_stat_tells_files_from_folders(place: Place) -> None:
    place.put("folder/file", b"12345")
    file = place.fs.stat(place.at("folder/file"))
    assert (file.name, file.kind, file.size) == ("file", EntryKind.FILE, 5)
    assert file.modified is not None
    folder = place.fs.stat(place.at("folder/"))
    assert (folder.name, folder.kind, folder.size) == ("folder", EntryKind.FOLDER, None)


def test_what_is_not_there_is_not_found(place: Place) -> None:
    for name in ("missing", "missing/deeper", "missing/"):
        with pytest.raises(NotFound):
            place.fs.stat(place.at(name))
    with pytest.raises(NotFound):
        place.fs.open(place.at("missing"))
    with pytest.raises(NotFound):
        place.fs.rename(place.at("missing"), place.at("other"))


def test_a_missing_folder_is_not_found_or_empty(place: Place) -> None:
    for read in (place.fs.list, place.fs.walk):
        if place.fs.capabilities.folders:
            with pytest.raises(NotFound):
                list(read(place.at("missing/")))
        else:
            assert not [name for page in read(place.at("missing/")) for name in page.names]


def test_an_empty_file(place: Place) -> None:
    place.put("empty", b"")
    assert place.fs.stat(place.at("empty")).size == 0
    assert place.read("empty") == b""
    assert place.listed()["empty"].size == 0


def test_ranges(place: Place) -> None:
    place.put("file", DATA)
    assert place.read("file") == DATA
    assert place.read("file", 1000) == DATA[1000:]
    assert place.read("file", 1000, 5) == DATA[1000:1005]
    assert place.read("file", len(DATA) - 3, 100) == DATA[-3:]
    assert place.read("file", 0, 1) == DATA[:1]
    source = place.fs.open(place.at("file"), 256, 512)
    try:
        assert (source.offset, source.length) == (256, 512)
    finally:
        source.close()
        source.close()


def test_many_threads_read_one_file(place: Place) -> None:
    place.put("file", DATA)
    with ThreadPoolExecutor(8) as pool:
        pieces = list(pool.map(lambda n: place.read("file", n * 1000, 1000), range(64)))
    assert pieces == [DATA[n * 1000 : n * 1000 + 1000] for n in range(64)]


def test_a_source_closed_early_disturbs_nobody(place: Place) -> None:
    place.put("file", DATA)
    for _ in range(20):
        source = place.fs.open(place.at("file"))
        assert source.readinto(memoryview(bytearray(10))) > 0
        source.close()
    assert place.read("file") == DATA


def test_a_file_that_was_changed_is_not_read_as_the_old_one(place: Place) -> None:
    place.put("file", b"old")
    before = place.fs.stat(place.at("file"))
    assert place.fs.open(place.at("file"), expected=before).length == 3
    place.put("file", b"new and longer", overwrite=True)
    with pytest.raises(Refused) as refused:
        _read_expecting(place, before)
    assert refused.value.code == Refusal.SOURCE_CHANGED


def _read_expecting(place: Place, before: Entry) -> None:
    with closing(place.fs.open(place.at("file"), expected=before)) as source:
        source.readinto(memoryview(bytearray(100)))


def test_list_shows_one_level(place: Place) -> None:
    place.put("b.txt", b"12")
    place.put("a/one", b"1")
    place.put("a/deep/two", b"2")
    listed = place.listed()
    assert set(listed) == {"a", "b.txt"}
    assert listed["a"].is_folder
    assert not listed["b.txt"].is_folder
    assert listed["b.txt"].size == 2
    assert set(place.listed(place.at("a/"))) == {"one", "deep"}


def test_walk_shows_all_files(place: Place) -> None:
    names = {"top", "a/one", "a/deep/two", "a/deep/three", "ab/four", "z"}
    for name in names:
        place.put(name, name.encode())
    walked = place.walked()
    assert set(walked) == names
    assert all(entry.size == len(name) for name, entry in walked.items())
    assert set(place.walked(place.at("a/"))) == {"one", "deep/two", "deep/three"}


def test_empty_folders_are_walked(place: Place) -> None:
    place.put("full/file")
    place.fs.make_folder(place.at("empty/"))
    place.fs.make_folder(place.at("deep/er/empty/"))
    walked = place.walked()
    folders = {name.rstrip("/") for name, entry in walked.items() if entry.is_folder}
    assert {"empty", "deep/er/empty"} <= folders
    assert "full" not in folders


def test_a_folder_of_many(place: Place) -> None:
    names = {f"{number:05}" for number in range(1010)}
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(place.put, names))
    assert set(place.listed()) == names
    assert set(place.walked()) == names
    pages = place.fs.list(place.root)
    assert len(next(pages)) > 0
    pages.close()  # type: ignore[attr-defined]
    assert set(place.listed()) == names


def test_a_checksum_is_of_the_bytes(place: Place) -> None:
    from awscrt.checksums import crc32c

    place.put("file", DATA)
    found = place.fs.checksum(place.at("file"), cheap=False)
    if found is not None and found.algorithm == "CRC32C":
        assert found.value == f"{crc32c(DATA):08x}"
    same = place.at("same")
    place.fs.put(same, BytesSource(DATA), overwrite=False)
    again = place.fs.checksum(same, cheap=False)
    assert again == found


def test_space_makes_sense(place: Place) -> None:
    space = place.fs.space(place.root)
    if space.capacity is not None and space.free is not None:
        assert 0 <= space.free <= space.capacity


def test_properties_are_words(place: Place) -> None:
    place.put("file")
    found = place.fs.properties(place.at("file"))
    assert all(isinstance(key, str) and isinstance(text, str) for key, text in found.items())
