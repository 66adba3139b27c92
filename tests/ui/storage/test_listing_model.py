"""The table's model over real listings: rows that come, rows that move, rows far away."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from hue_desktop.core.storage import Location
from hue_desktop.services.lanes import Lane
from hue_desktop.services.storage.listing import Listing
from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.storage.columns import FolderFacts
from hue_desktop.ui.storage.listing_model import ListingModel
from tests.ui.storage.desk import S3
from tests.ui.storage.memory_store import MemoryStore

LAKE = Location(S3, "/lake/")


@pytest.fixture
def lanes() -> Iterator[tuple[Lane, Lane]]:
    pair = Lane("read", 1), Lane("order", 1)
    yield pair
    for lane in pair:
        lane.shutdown()


def listing_of(store: MemoryStore, lanes: tuple[Lane, Lane]) -> Listing:
    return Listing(LAKE, lambda: store.list(LAKE), lanes[0].submit, lanes[1].submit)


def names(model: ListingModel) -> list[str]:
    rows = (model.row_at(line) for line in range(model.rowCount()))
    return [row.entry.name for row in rows if row is not None]


def test_rows_are_appended_while_they_come(
    qtbot: QtBot, theme: object, lanes: tuple[Lane, Lane]
) -> None:
    store = MemoryStore(S3, page=10, hold=threading.Event())
    for n in range(35):
        store.add(f"/lake/key-{n:03}", n)
    model = ListingModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    listing = listing_of(store, lanes)
    model.show(listing)
    qtbot.waitUntil(lambda: listing.count == 10)
    model.update_rows()
    assert names(model) == [f"key-{n:03}" for n in range(10)]
    with qtbot.assertNotEmitted(model.layoutChanged), qtbot.waitSignal(model.rowsInserted):
        store.close()
        assert listing.wait(10)
        model.update_rows()
    assert names(model) == [f"key-{n:03}" for n in range(35)]
    assert listing.state is ListingState.SHOWN


def test_another_order_keeps_hold_of_what_was_in_focus(
    qtbot: QtBot, theme: object, lanes: tuple[Lane, Lane]
) -> None:
    store = MemoryStore(S3)
    sizes = list(range(40))
    random.Random(3).shuffle(sizes)
    for n, amount in enumerate(sizes):
        store.add(f"/lake/key-{n:03}", amount)
    model = ListingModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    listing = listing_of(store, lanes)
    model.show(listing)
    assert listing.wait(10)
    model.update_rows()
    held = QPersistentModelIndex(model.index(7, 0))
    before = listing.generation
    model.sort_by("size", True)
    qtbot.waitUntil(lambda: listing.generation != before)
    model.update_rows()
    assert [row.entry.size for row in map(model.row_at, range(40)) if row] == sorted(
        sizes, reverse=True
    )
    found = model.row_at(held.row())
    assert found is not None
    assert found.entry.name == "key-007"
    assert model.order == ("size", True)


def test_a_filter_takes_rows_away_and_gives_them_back(
    qtbot: QtBot, theme: object, lanes: tuple[Lane, Lane]
) -> None:
    store = MemoryStore(S3)
    for n in range(30):
        store.add(f"/lake/{'even' if n % 2 == 0 else 'odd'}-{n:02}", n)
    model = ListingModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    listing = listing_of(store, lanes)
    model.show(listing)
    assert listing.wait(10)
    model.update_rows()
    listing.filter("ODD")
    qtbot.waitUntil(lambda: listing.count == 15)
    model.update_rows()
    assert all(name.startswith("odd") for name in names(model))
    listing.filter("")
    qtbot.waitUntil(lambda: listing.count == 30)
    model.update_rows()
    assert len(names(model)) == 30


def test_rows_far_away_are_read_when_they_are_looked_at(
    qtbot: QtBot, theme: object, lanes: tuple[Lane, Lane]
) -> None:
    store = MemoryStore(S3)
    for n in range(5_000):
        store.add(f"/lake/key-{n:05}", n)
    model = ListingModel()
    listing = listing_of(store, lanes)
    model.show(listing)
    assert listing.wait(20)
    model.update_rows()
    for line in (4_999, 0, 2_500):
        shown = model.data(model.index(line, 0), Qt.ItemDataRole.DisplayRole)
        assert shown == f"key-{line:05}"
        assert model.location_at(line) == LAKE.child(f"key-{line:05}")
    assert model.row_at(5_000) is None
    assert model.data(model.index(5_000, 0)) is None


def test_what_is_below_a_folder_is_filled_in(
    qtbot: QtBot, theme: object, lanes: tuple[Lane, Lane]
) -> None:
    store = MemoryStore(S3)
    store.add("/lake/a/x", 1)
    store.add("/lake/b", 2)
    model = ListingModel()
    listing = listing_of(store, lanes)
    model.show(listing)
    assert listing.wait(10)
    model.update_rows()
    assert names(model) == ["a", "b"]
    with qtbot.waitSignal(model.dataChanged):
        model.set_facts("a", FolderFacts(1, 1 << 30))
    size = next(i for i, column in enumerate(model.columns) if column.key == "size")
    shown = str(model.data(model.index(0, size))).replace("\N{NO-BREAK SPACE}", " ")
    assert shown == "1 GiB"
