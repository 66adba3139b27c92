"""Listings that grow, sort and filter; over a store that is told when to go on."""

from __future__ import annotations

import random
import threading
import tracemalloc
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.core.errors import AccessDenied
from hue_desktop.core.storage import EntryPage, Location, StoreId, StoreKind
from hue_desktop.services.lanes import Lane
from hue_desktop.services.storage.arranger import Arranger
from hue_desktop.services.storage.arranging import SortKey
from hue_desktop.services.storage.columns import PackedPage, pack
from hue_desktop.services.storage.listing import Listing
from hue_desktop.services.storage.service import StorageService
from hue_desktop.services.storage.values import ListingState

S3 = Location(StoreId(StoreKind.S3, "c"), "/bucket/")
WAIT_S = 20.0


def page(names: list[str], folders: list[int] | None = None, **columns: list[object]) -> EntryPage:
    marks = bytes(folders or [0] * len(names))
    sizes = array("q", (-1 if marks[row] else len(name) for row, name in enumerate(names)))
    times = array("d", (float(row) for row in range(len(names))))
    return EntryPage(names, marks, sizes, times, columns)


@pytest.fixture
def lanes() -> Iterator[tuple[Lane, Lane]]:
    """Where a listing reads, and where it is put in order."""
    both = Lane("read", 1), Lane("order", 1)
    yield both
    for lane in both:
        lane.shutdown()


class Heard:
    """A listener that a test can wait on."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.times = 0

    def __call__(self) -> None:
        with self._changed:
            self.times += 1
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, WAIT_S)


def names_of(listing: Listing) -> list[str]:
    return list(listing.rows(0, listing.count).names)


def listing_of(pages: list[EntryPage], lanes: tuple[Lane, Lane], where: Location = S3) -> Listing:
    listing = Listing(where, lambda: iter(pages), lanes[0].submit, lanes[1].submit)
    assert listing.wait(WAIT_S)
    return listing


def test_rows_show_before_all_have_come(lanes: tuple[Lane, Lane]) -> None:
    go_on = threading.Event()

    def read() -> Iterator[EntryPage]:
        yield page(["a", "b"])
        assert go_on.wait(WAIT_S)
        yield page(["c"])

    listing = Listing(S3, read, lanes[0].submit, lanes[1].submit)
    heard = Heard()
    listing.subscribe(heard)
    heard.wait_for(lambda: listing.count == 2)
    assert listing.state is ListingState.LOADING
    before = listing.generation
    go_on.set()
    assert listing.wait(WAIT_S)
    assert listing.state is ListingState.SHOWN
    assert names_of(listing) == ["a", "b", "c"]
    assert listing.generation == before, "rows came at the end only"


def test_folders_come_first_and_move_what_is_there(lanes: tuple[Lane, Lane]) -> None:
    listing = listing_of([page(["a", "b"]), page(["c", "d"], [1, 0])], lanes)
    assert names_of(listing) == ["c", "a", "b", "d"]
    assert listing.folders == 1
    assert listing.rows(0, 1).folders == b"\x01"
    assert listing.size == 3


def test_sort_and_filter(lanes: tuple[Lane, Lane]) -> None:
    words = ["ccc", "a", "bb", "dddd"]
    listing = listing_of([page(words, storage_class=["Z", "A", "Z", "B"])], lanes)
    heard = Heard()
    listing.subscribe(heard)
    assert names_of(listing) == sorted(words)
    generation = listing.generation
    listing.sort("size", True)
    heard.wait_for(lambda: names_of(listing) == ["dddd", "ccc", "bb", "a"])
    assert listing.generation > generation
    listing.sort("storage_class")
    heard.wait_for(lambda: names_of(listing) == ["a", "dddd", "ccc", "bb"])
    listing.filter("D")
    heard.wait_for(lambda: names_of(listing) == ["dddd"])
    listing.filter("?*b")
    heard.wait_for(lambda: names_of(listing) == ["bb"])
    listing.filter("")
    heard.wait_for(lambda: listing.count == 4)
    assert listing.columns == ("storage_class",)


def test_a_failure_keeps_the_rows_that_came(lanes: tuple[Lane, Lane]) -> None:
    def read() -> Iterator[EntryPage]:
        yield page(["a"])
        raise AccessDenied("No more of it.")

    listing = Listing(S3, read, lanes[0].submit, lanes[1].submit)
    assert listing.wait(WAIT_S)
    assert listing.state is ListingState.FAILED
    assert isinstance(listing.error, AccessDenied)
    assert names_of(listing) == ["a"]


def test_a_bug_in_a_store_is_told(
    lanes: tuple[Lane, Lane], caplog: pytest.LogCaptureFixture
) -> None:
    def read() -> Iterator[EntryPage]:
        raise ZeroDivisionError("by nought")

    listing = Listing(S3, read, lanes[0].submit, lanes[1].submit)
    assert listing.wait(WAIT_S)
    assert "by nought" in str(listing.error)
    assert "ZeroDivisionError" in caplog.text


def test_cancel_ends_the_reading(lanes: tuple[Lane, Lane]) -> None:
    go_on, closed = threading.Event(), threading.Event()

    def read() -> Iterator[EntryPage]:
        try:
            yield page(["a"])
            assert go_on.wait(WAIT_S)
            yield page(["b"])
            raise AssertionError("read on after it was cancelled")
        finally:
            closed.set()

    listing = Listing(S3, read, lanes[0].submit, lanes[1].submit)
    listing.cancel()
    assert listing.state is ListingState.CANCELLED
    go_on.set()
    assert closed.wait(WAIT_S)


def test_find(lanes: tuple[Lane, Lane]) -> None:
    listing = listing_of([page(["ab", "b", "abc"]), page(["Abd", "a*"])], lanes)
    shown = names_of(listing)
    assert all(listing.find(name) == row for row, name in enumerate(shown))
    assert listing.find("a") == -1
    assert listing.find("missing") == -1
    first = listing.find_start("AB")
    assert shown[first].lower().startswith("ab")
    assert listing.find_start("ab", first) > first
    assert listing.find_start("a*") == shown.index("a*")
    assert listing.find_start("zz") == -1


def test_a_real_folder(storage: StorageService, home: Location) -> None:
    for name in ("Beta", "alpha", "gamma.txt"):
        Path(home.path, name).write_text(name, encoding="utf-8")
    Path(home.path, "zeta").mkdir()
    listing = storage.listing(home)
    assert listing.wait(WAIT_S)
    assert names_of(listing) == ["zeta", "alpha", "Beta", "gamma.txt"]
    missing = storage.listing(home.child("missing"))
    assert missing.wait(WAIT_S)
    assert missing.state is ListingState.FAILED


NAMES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0/")), max_size=60)


@settings(max_examples=150, deadline=None)
@given(NAMES, st.booleans(), st.booleans(), st.integers(1, 7))
def test_any_names_in_any_pages_are_sorted(
    names: list[str], descending: bool, fold: bool, width: int
) -> None:
    names = [name * 20 if index % 5 == 0 else name for index, name in enumerate(names)]
    pages = []
    for start in range(0, len(names), width):
        pages.append(PackedPage(page(names[start : start + width]), start))
    view = Arranger().arrange(pages, SortKey("name", descending, fold), "", None)
    shown = [view.name(index) for index in range(view.count)]
    if fold:
        assert sorted(map(str.casefold, names), reverse=descending) == list(
            map(str.casefold, shown)
        )
    else:
        assert shown == sorted(names, reverse=descending)


@settings(max_examples=150, deadline=None)
@given(NAMES, st.text(max_size=3))
def test_any_filter_finds_what_holds_it(names: list[str], text: str) -> None:
    text = text.replace("*", "").replace("?", "").replace("[", "")
    packed = PackedPage(page(names), 0) if names else None
    view = Arranger().arrange([packed] if packed else [], SortKey(), text, None)
    shown = {view.name(index) for index in range(view.count)}
    assert shown == {name for name in names if text.casefold() in name.casefold()}


@given(st.lists(st.one_of(st.none(), st.text()), max_size=20))
def test_packed_texts_come_back(values: list[str | None]) -> None:
    clean = [None if value == "\0" else value for value in values]
    assert list(pack(clean)) == clean


@given(st.lists(st.one_of(st.none(), st.integers(-(2**62), 2**62), st.booleans()), max_size=20))
def test_packed_numbers_come_back(values: list[int | None]) -> None:
    assert list(pack(values)) == values


def test_growing_views_are_those_of_the_whole() -> None:
    rows = random.Random(7)
    names = [f"{rows.randrange(10**6):06}" for _number in range(3000)]
    marks = [rows.randrange(2) for _name in names]
    arranger, view, pages = Arranger(), None, []
    for start in range(0, 3000, 100):
        part = page(names[start : start + 100], marks[start : start + 100])
        pages.append(PackedPage(part, start))
        view = arranger.arrange(pages, SortKey(), "", view)
    assert view is not None
    shown = [view.name(index) for index in range(view.count)]
    folders = sorted(name for name, mark in zip(names, marks, strict=True) if mark)
    files = sorted(name for name, mark in zip(names, marks, strict=True) if not mark)
    assert shown == folders + files
    assert view.folders == len(folders)


def test_a_row_takes_little_memory() -> None:
    rows, width = 30_000, 1000
    tracemalloc.start()
    try:
        packed, start = [], 0
        for number in range(rows // width):
            names = [f"events/part-{number:04}-{row:05}.snappy.parquet" for row in range(width)]
            columns: dict[str, list[object]] = {
                "storage_class": ["STANDARD"] * width,
                "etag": [f'"{number * width + row:032x}"' for row in range(width)],
            }
            packed.append(PackedPage(page(names, **columns), start))
            start += width
            del names, columns
        view = Arranger().arrange(packed, SortKey(), "", None)
        held, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert view.count == rows
    assert held / rows < 150
