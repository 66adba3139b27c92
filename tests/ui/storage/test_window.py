"""Storage in the whole window: tabs of places, and the sheet under the page that copies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hue_desktop.core.storage import LOCAL, Location
from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.app import Desk
from hue_desktop.ui.shell.palette_entries import palette_entries
from hue_desktop.ui.storage.page import StoragePage
from hue_desktop.ui.transfers.sheet import TransferSheet
from tests.ui.shell.desk import open_desk


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "below").mkdir(parents=True)
    (folder / "a.txt").write_text("one")
    (folder / "below" / "b.txt").write_text("two")
    return folder


@pytest.fixture
def desk(tmp_path: Path, files: Path, qtbot: QtBot) -> Iterator[Desk]:
    with open_desk(tmp_path) as (desk, _still):
        qtbot.waitUntil(lambda: desk.window.catalog.model.rowCount() > 0)
        yield desk


def place(path: Path, *, folder: bool = True) -> Location:
    return Location(LOCAL, path.as_posix() + ("/" if folder else ""))


def page_of(desk: Desk, qtbot: QtBot) -> StoragePage:
    page = desk.window.workspace.page
    assert isinstance(page, StoragePage)

    def read() -> bool:
        listing = page.left.listing
        return (
            listing is not None
            and listing.state is ListingState.SHOWN
            and (page.left.model.view is listing.view)
        )

    qtbot.waitUntil(read)
    return page


def test_a_place_opens_in_a_tab_of_its_own(desk: Desk, files: Path, qtbot: QtBot) -> None:
    desk.navigator.open_storage(place(files))
    page = page_of(desk, qtbot)
    assert page.left.location == place(files)
    assert desk.window.rail.button("stores").isChecked()
    first = desk.window.tabs.current
    desk.navigator.open_page("stores")
    assert desk.window.tabs.current != first
    assert desk.window.rail.button("stores").isChecked()
    desk.navigator.open_cluster(next(iter(desk.feed.snapshot.clusters)), "storage")
    assert desk.window.rail.button("fleet").isChecked()
    assert not desk.window.rail.button("stores").isChecked()
    desk.navigator.open_storage(place(files / "a.txt", folder=False))
    assert desk.window.tabs.current == first
    page = page_of(desk, qtbot)
    qtbot.waitUntil(
        lambda: (row := page.left.table.current_row()) is not None and row.name == "a.txt"
    )


def test_the_palette_leads_to_a_typed_location(desk: Desk, files: Path, qtbot: QtBot) -> None:
    entries = palette_entries(desk.window, f"{files}/below/")
    assert entries[0].title == f"{files}/below/"
    entries[0].run()
    page = page_of(desk, qtbot)
    qtbot.waitUntil(lambda: page.left.location == place(files / "below"))
    titles = [entry.title for entry in palette_entries(desk.window, "hdfs of")]
    assert any(title.startswith("HDFS of") for title in titles)


def test_what_copying_would_do_stands_under_its_page(desk: Desk, files: Path, qtbot: QtBot) -> None:
    desk.navigator.open_storage(place(files))
    page = page_of(desk, qtbot)
    page.right.go(place(files / "below"))
    qtbot.waitUntil(lambda: page.right.model.rowCount() == 1)
    page.left.table.go_to_row(1)
    QTest.keyClick(page.left.table, Qt.Key.Key_F6)
    sheet = desk.window.lower_sheets.current
    assert isinstance(sheet, TransferSheet)
    assert sheet.isVisible()
    assert page.isVisible()
    assert [each.name for each in sheet.request.sources] == ["a.txt"]
    assert sheet.request.target == place(files / "below")
    desk.navigator.open_page("fleet")
    assert not desk.window.lower_sheets.isVisible()
    desk.navigator.open_storage(place(files))
    assert desk.window.lower_sheets.isVisible()
    sheet.close_sheet()
    assert not desk.window.lower_sheets.isVisible()
    assert desk.window.lower_sheets.current is None


def test_places_are_there_again_at_the_next_start(
    tmp_path: Path, files: Path, qtbot: QtBot
) -> None:
    with open_desk(tmp_path) as (desk, _still):
        desk.navigator.open_storage(place(files / "below"))
        page_of(desk, qtbot)
        key = desk.window.tabs.current
    with open_desk(tmp_path) as (desk, _still):
        tab = desk.window.workspace.tab(key)
        assert tab is not None
        desk.window.tabs.show_tab(key)
        page = page_of(desk, qtbot)
        assert page.left.location == place(files / "below")
