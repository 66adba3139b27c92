"""The Storage page under keys, clicks and drops."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState, ClusterSummary
from hue_desktop.core.errors import AccessDenied
from hue_desktop.core.storage import LOCAL, Location
from hue_desktop.core.transfers.values import TransferRequest
from hue_desktop.services.fleet import FleetChange, FleetSnapshot
from hue_desktop.ui.storage import deeds, place_of
from hue_desktop.ui.storage.clip import mime_of, pack
from hue_desktop.ui.storage.page import StoragePage
from hue_desktop.ui.storage.pane import Pane
from tests.ui.doing_desk import unnamed
from tests.ui.storage.desk import HDFS, S3, Desk, storage_desk

Key, Mod = Qt.Key, Qt.KeyboardModifier
DAYS = [f"dt=2026-11-{day}" for day in range(14, 20)]


def request(desk: Desk) -> TransferRequest:
    kind, asked = desk.places.asked[-1]
    assert kind == "transfer"
    assert isinstance(asked, TransferRequest)
    return asked


def press(pane: Pane, key: Qt.Key, modifier: Qt.KeyboardModifier = Mod.NoModifier) -> None:
    QTest.keyClick(pane.table, key, modifier)


def test_both_panes_show_what_is_there(desk: Desk) -> None:
    left = desk.names(desk.page.left)
    assert left[:6] == DAYS
    assert left[6:] == ["_SUCCESS", "readme.txt", "sample.csv", "schema.json"]
    assert desk.names(desk.page.right) == [*DAYS, "manifest.json"]
    assert desk.page.left.path.text() == "hdfs:///warehouse/events/"
    assert desk.page.right.path.text() == "s3://lake/raw/events/"


def _known(*names: str) -> FleetChange:
    """These clusters run; the first has the desk's HDFS."""
    ids = [HDFS.cluster_id, "j-OTHER"]
    clusters = {}
    for name, cluster_id in zip(names, ids, strict=False):
        ref = ClusterRef("prod", "us-east-1", cluster_id)
        summary = ClusterSummary(cluster_id, name, ClusterState.WAITING)
        clusters[ref] = ClusterSnapshot(ref, summary)
    return FleetChange(FleetSnapshot(clusters=clusters), clusters=frozenset(clusters))


def test_texts_tell_which_cluster_as_soon_as_there_are_two(desk: Desk) -> None:
    page, path = desk.page, desk.page.left.path
    for names, text in (
        (("analytics",), "hdfs:///warehouse/events/"),
        (("analytics", "etl"), "hdfs://analytics/warehouse/events/"),
    ):
        change = _known(*names)
        desk.fleet.known = change.snapshot
        page.left.table.setFocus()
        page.apply(change)
        assert path.text() == text
    assert place_of(desk.ctx, Location(HDFS, "/warehouse/"))[0] == "hdfs://analytics/warehouse"
    page.left.open_text("hdfs://analytics/warehouse/")
    desk.qtbot.waitUntil(lambda: path.text() == "hdfs://analytics/warehouse/")
    assert page.left.location == Location(HDFS, "/warehouse/")
    plan = desk.service.plan_delete((Location(HDFS, "/warehouse/events/readme.txt"),))
    assert "hdfs://analytics/warehouse/events/readme.txt" in plan.title


def test_what_is_being_typed_stays_when_a_cluster_comes(desk: Desk) -> None:
    path = desk.page.left.path
    path.setFocus()
    path.setText("s3://la")
    change = _known("analytics", "etl")
    desk.fleet.known = change.snapshot
    desk.page.apply(change)
    assert path.text() == "s3://la"


def test_the_page_of_a_cluster_writes_its_own_hdfs_without_a_name(desk: Desk) -> None:
    desk.fleet.known = _known("analytics", "etl").snapshot
    page = StoragePage(desk.ctx, ClusterRef("prod", "us-east-1", HDFS.cluster_id))
    desk.qtbot.addWidget(page)
    other = replace(HDFS, cluster_id="j-OTHER")
    assert page.source.display(Location(HDFS, "/x")) == "hdfs:///x"
    assert page.source.display(Location(other, "/x")) == "hdfs://etl/x"


def test_sizes_of_folders_come_after_their_names(desk: Desk) -> None:
    pane = desk.page.left
    desk.qtbot.waitUntil(lambda: all(pane.model.has_facts(name) for name in DAYS))
    row = pane.model.row_at(0)
    assert row is not None
    assert row.facts is not None
    assert row.facts.files == 4
    desk.qtbot.waitUntil(lambda: desk.page.right.model.has_facts(DAYS[5]))


def test_the_status_line_sums_up(desk: Desk) -> None:
    pane = desk.page.left
    desk.qtbot.waitUntil(lambda: "free of" in pane.facts.text())
    desk.qtbot.waitUntil(lambda: "SSE-KMS" in desk.page.right.facts.text())
    desk.select(pane, "sample.csv")
    text = pane.sums.text().replace("\N{NO-BREAK SPACE}", " ")
    assert text == "6 folders, 4 files, 1 selected · 38 B"


def test_enter_goes_in_and_backspace_comes_back_to_the_same_name(desk: Desk) -> None:
    pane = desk.page.left
    desk.select(pane, DAYS[3])
    press(pane, Key.Key_Return)
    desk.settle(pane)
    assert pane.location == Location(HDFS, f"/warehouse/events/{DAYS[3]}/")
    assert desk.names(pane)[0] == "part-00000.parquet"
    press(pane, Key.Key_Backspace)
    desk.settle(pane)
    current = pane.table.current_row()
    assert current is not None
    assert current.entry.name == DAYS[3]
    press(pane, Key.Key_Left, Mod.AltModifier)
    desk.settle(pane)
    assert pane.location == Location(HDFS, f"/warehouse/events/{DAYS[3]}/")
    assert pane.forward.isEnabled()


def test_a_location_is_typed(desk: Desk) -> None:
    pane = desk.page.left
    press(pane, Key.Key_L, Mod.ControlModifier)
    assert pane.path.hasFocus()
    QTest.keySequence(pane.path, "Ctrl+A")
    QTest.keyClicks(pane.path, "s3://lake/raw/events/manifest.json")
    QTest.keyClick(pane.path, Key.Key_Return)
    desk.qtbot.waitUntil(lambda: pane.location == Location(S3, "/lake/raw/events/"))
    desk.settle(pane)

    def pointed() -> bool:
        row = pane.table.current_row()
        return row is not None and row.entry.name == "manifest.json"

    desk.qtbot.waitUntil(pointed)
    assert pane.table.hasFocus()


def test_nonsense_is_marked_and_nothing_moves(desk: Desk) -> None:
    pane = desk.page.left
    pane.path.edit()
    pane.path.setText("ftp://nowhere/")
    QTest.keyClick(pane.path, Key.Key_Return)
    desk.qtbot.waitUntil(lambda: bool(pane.path.property("problem")))
    assert desk.places.asked[-1][0] == "notify"
    assert pane.location == Location(HDFS, "/warehouse/events/")
    QTest.keyClick(pane.path, Key.Key_Escape)
    assert pane.path.text() == "hdfs:///warehouse/events/"
    assert not pane.path.property("problem")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_completion_offers_names(desk: Desk) -> None:
    pane = desk.page.left
    pane.path.edit()
    QTest.keyClicks(pane.path, "/warehouse/ev")
    model = pane.path.completer().model()
    desk.qtbot.waitUntil(lambda: model.rowCount() > 0)
    assert "/warehouse/events/" in str(model.index(0, 0).data())
    QTest.keyClick(pane.path, Key.Key_Escape)
    pane.path.completer().popup().hide()  # type: ignore[union-attr]


def test_a_part_of_the_path_leads_there(desk: Desk) -> None:
    pane = desk.page.left
    pane.table.setFocus()
    where = pane.path.cursorRect().topLeft()
    text = "hdfs:///ware"
    where.setX(pane.path.fontMetrics().horizontalAdvance(text) + 30)
    where.setY(pane.path.height() // 2)
    QTest.mouseClick(pane.path, Qt.MouseButton.LeftButton, pos=where)
    desk.settle(pane)
    assert pane.location == Location(HDFS, "/warehouse/")
    current = pane.table.current_row()
    assert current is not None


def test_letters_find_a_name_and_step_on(desk: Desk) -> None:
    pane = desk.page.left
    pane.table.go_to_row(0)
    QTest.keyClicks(pane.table, "sc")
    row = pane.table.current_row()
    assert row is not None
    assert row.entry.name == "schema.json"
    pane.table.type_ahead.stop()
    QTest.keyClicks(pane.table, "d")
    QTest.keyClicks(pane.table, "d")
    row = pane.table.current_row()
    assert row is not None
    assert row.entry.name == DAYS[1]
    pane.table.type_ahead.stop()


def test_the_filter_narrows_and_says_when_nothing_fits(desk: Desk) -> None:
    pane = desk.page.left
    assert desk.page.focus_filter()
    QTest.keyClicks(pane.filter, "s")
    desk.qtbot.waitUntil(lambda: desk.names(pane) == ["_SUCCESS", "sample.csv", "schema.json"])
    QTest.keyClicks(pane.filter, "zz")
    desk.qtbot.waitUntil(lambda: pane.place.isVisible())
    assert pane.place.state == "empty"
    QTest.keyClick(pane.filter, Key.Key_Escape)
    desk.qtbot.waitUntil(lambda: len(desk.names(pane)) == 10)
    assert not pane.place.isVisible()


def test_a_click_on_a_head_orders(desk: Desk) -> None:
    pane = desk.page.right
    desk.go(pane, HDFS, f"/warehouse/events/{DAYS[0]}/")
    pane.model.sort_by("name", True)
    desk.qtbot.waitUntil(lambda: desk.names(pane)[:1] == ["part-00003.parquet"], timeout=5000)


def test_tab_leads_to_the_other_pane_and_back(desk: Desk) -> None:
    page = desk.page
    press(page.left, Key.Key_Tab)
    assert page.active is page.right
    assert page.right.table.hasFocus()
    assert page.right.path.property("lit")
    assert not page.left.path.property("lit")
    press(page.right, Key.Key_Tab)
    assert page.active is page.left


def test_f6_copies_to_the_other_pane(desk: Desk) -> None:
    page = desk.page
    desk.select(page.left, DAYS[5])
    press(page.left, Key.Key_F6)
    asked = request(desk)
    assert asked.sources == (Location(HDFS, f"/warehouse/events/{DAYS[5]}"),)
    assert asked.target == Location(S3, "/lake/raw/events/")
    assert not asked.options.move
    press(page.left, Key.Key_F6, Mod.ShiftModifier)
    assert request(desk).options.move


def test_files_are_copied_and_pasted(desk: Desk) -> None:
    page = desk.page
    desk.select(page.left, "readme.txt")
    press(page.left, Key.Key_Down, Mod.ShiftModifier)
    press(page.left, Key.Key_C, Mod.ControlModifier)
    press(page.left, Key.Key_Tab)
    press(page.right, Key.Key_V, Mod.ControlModifier)
    asked = request(desk)
    assert [each.name for each in asked.sources] == ["readme.txt", "sample.csv"]
    assert asked.target == Location(S3, "/lake/raw/events/")
    QGuiApplication.clipboard().clear()
    press(page.right, Key.Key_V, Mod.ControlModifier)
    assert desk.places.asked[-1][0] == "notify"


def test_cut_files_are_moved_and_drawn_pale(desk: Desk) -> None:
    page = desk.page
    desk.select(page.left, "readme.txt")
    press(page.left, Key.Key_X, Mod.ControlModifier)
    assert page.left.table.painter.cut == {"readme.txt"}
    press(page.left, Key.Key_Tab)
    press(page.right, Key.Key_V, Mod.ControlModifier)
    assert request(desk).options.move


def drop(desk: Desk, pane: Pane, files: tuple[Location, ...], line: int) -> bool:
    """Let files fall on a line of a pane (-1: below all lines); whether they were taken."""
    table = pane.table
    if line >= 0:
        where = table.visualRect(pane.model.index(line, 0)).center()
    else:
        where = table.viewport().rect().bottomRight()
    mime = mime_of(files)
    event = QDropEvent(
        QPointF(where), Qt.DropAction.CopyAction, mime,
        Qt.MouseButton.LeftButton, Mod.NoModifier,
    )  # fmt: skip
    event.ignore()
    table.dropEvent(event)
    return event.isAccepted()


def test_what_falls_on_a_folder_goes_into_it(desk: Desk) -> None:
    file = Location(LOCAL, "/tmp/report.csv")
    assert drop(desk, desk.page.right, (file,), 2)
    assert request(desk).target == Location(S3, f"/lake/raw/events/{DAYS[2]}/")
    assert request(desk).sources == (file,)
    assert drop(desk, desk.page.left, (file,), 7)  # onto a file: into its folder
    assert request(desk).target == Location(HDFS, "/warehouse/events/")
    assert drop(desk, desk.page.left, (file,), -1)
    assert request(desk).target == Location(HDFS, "/warehouse/events/")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_read_only_mode_takes_nothing(desk: Desk) -> None:
    desk.fleet.locked.add("prod")
    drop(desk, desk.page.left, (Location(LOCAL, "/tmp/x"),), -1)
    assert desk.places.asked[-1][0] == "notify"
    desk.select(desk.page.left, "readme.txt")
    press(desk.page.left, Key.Key_Delete)
    press(desk.page.left, Key.Key_F7)
    assert not desk.page.left.names.isVisible()
    assert desk.answers.plans == []
    desk.page.request_transfer((Location(HDFS, "/a/b"),), Location(LOCAL, "/tmp/"), True)
    assert "moved away from hdfs:///a/" in str(desk.places.asked[-1])
    desk.page.pop_up(desk.page.left, desk.page.mapToGlobal(desk.page.rect().center()))
    menu = desk.page.findChild(QMenu)
    assert menu is not None
    words = [action.text() for action in menu.actions() if action.text()]
    assert "Copy to the other pane" in words
    assert not {"Delete…", "Rename…", "New folder…", "Paste", "Move to the other pane"} & set(words)
    menu.close()


def test_a_new_folder_is_made_and_pointed_at(desk: Desk) -> None:
    pane = desk.page.left
    press(pane, Key.Key_F7)
    assert pane.names.field.hasFocus()
    QTest.keyClicks(pane.names.field, DAYS[0])
    assert not pane.names.accept.isEnabled()
    pane.names.field.clear()
    QTest.keyClicks(pane.names.field, "new one")
    QTest.keyClick(pane.names.field, Key.Key_Return)
    desk.qtbot.waitUntil(lambda: "new one" in desk.names(pane))

    def pointed() -> bool:
        row = pane.table.current_row()
        return row is not None and row.entry.name == "new one"

    desk.qtbot.waitUntil(pointed)
    assert ("make_folder", "/warehouse/events/new one/") in [
        (call[0], call[1].rstrip("/") + "/") for call in desk.hdfs.calls
    ]
    assert desk.answers.plans == []


def test_a_file_is_renamed_and_the_change_taken_back(desk: Desk) -> None:
    pane = desk.page.left
    desk.select(pane, "readme.txt")
    press(pane, Key.Key_F2)
    assert pane.names.field.selectedText() == "readme"
    QTest.keyClicks(pane.names.field, "about")
    QTest.keyClick(pane.names.field, Key.Key_Return)
    desk.qtbot.waitUntil(lambda: "about.txt" in desk.names(pane))
    desk.settle(pane)
    press(pane, Key.Key_Z, Mod.ControlModifier)
    desk.qtbot.waitUntil(lambda: "readme.txt" in desk.names(pane))


def test_delete_asks_with_what_is_lost(desk: Desk) -> None:
    pane = desk.page.left
    desk.answers.yes = False
    desk.select(pane, DAYS[0])
    press(pane, Key.Key_Delete, Mod.ShiftModifier)
    desk.qtbot.waitUntil(lambda: bool(desk.answers.plans))
    loss = desk.answers.plans[0].loss
    assert loss is not None
    assert loss.files == 4
    assert DAYS[0] in desk.names(pane)
    desk.answers.yes = True
    desk.select(pane, "readme.txt")
    press(pane, Key.Key_Delete)
    desk.qtbot.waitUntil(lambda: "readme.txt" not in desk.names(pane))
    desk.settle(pane)
    row = pane.table.current_row()
    assert row is not None
    assert row.entry.name == "sample.csv"


def test_what_is_in_the_trash_can_be_restored(desk: Desk) -> None:
    pane = desk.page.left
    desk.select(pane, "readme.txt")
    press(pane, Key.Key_Delete)
    desk.qtbot.waitUntil(lambda: "readme.txt" not in desk.names(pane))
    deeds.do(deeds.Deed.TRASH, desk.page, pane)
    desk.qtbot.waitUntil(lambda: pane.in_trash)
    desk.go(pane, HDFS, "/user/hadoop/.Trash/Current/warehouse/events/")
    desk.select(pane, "readme.txt")
    deeds.do(deeds.Deed.RESTORE, desk.page, pane)
    desk.qtbot.waitUntil(lambda: "/warehouse/events/readme.txt" in desk.hdfs.files)
    desk.settle(pane)


def test_reading_again_leaves_rows_and_selection_where_they_are(desk: Desk) -> None:
    pane, store = desk.page.left, desk.hdfs
    desk.select(pane, "sample.csv")
    desk.qtbot.waitUntil(lambda: all(pane.model.has_facts(name) for name in DAYS))
    store.hold, store.page = threading.Event(), 3
    store.add("/warehouse/events/aaa.txt", data=b"new")
    with desk.qtbot.assertNotEmitted(pane.model.modelReset):
        desk.page.refresh()
        assert len(desk.names(pane)) == 10
        store.hold.set()
        desk.qtbot.waitUntil(lambda: "aaa.txt" in desk.names(pane))
    assert [row.entry.name for row in pane.table.selected_rows()] == ["sample.csv"]
    first = pane.model.row_at(0)
    assert first is not None
    assert first.facts is not None  # what was known of folders stays until it is known anew
    desk.qtbot.waitUntil(lambda: pane.model.has_facts(DAYS[0]))


def test_the_storage_class_of_all_that_is_selected_is_set(desk: Desk) -> None:
    page, path = desk.page, "/lake/raw/events/manifest.json"
    desk.select(page.right, "manifest.json")
    deeds.change_selected(page, page.right, "storage_class", "GLACIER_IR")
    desk.qtbot.waitUntil(lambda: desk.s3.files[path].details["storage_class"] == "GLACIER_IR")
    desk.settle(page.right)


def test_space_looks_at_the_file_and_follows_the_focus(desk: Desk) -> None:
    page = desk.page
    desk.select(page.left, "readme.txt")
    press(page.left, Key.Key_Space)
    inspector = page.inspector
    assert inspector.isVisible()
    assert not page.right.isVisible()
    panel = inspector.panel("preview")
    desk.qtbot.waitUntil(lambda: panel.states.state == "shown")
    assert "web shop" in panel.text.toPlainText()  # type: ignore[attr-defined]
    press(page.left, Key.Key_Down)
    desk.qtbot.waitUntil(
        lambda: inspector.target is not None and inspector.target.row.name == "sample.csv"
    )
    desk.qtbot.waitUntil(lambda: panel.states.state == "shown")
    press(page.left, Key.Key_Space)
    assert page.right.isVisible()
    assert not inspector.isVisible()


def test_the_inspector_is_reached_and_left_by_keys(desk: Desk) -> None:
    page = desk.page
    desk.select(page.left, "readme.txt")
    press(page.left, Key.Key_Return, Mod.AltModifier)
    assert page.inspector.current == "properties"
    press(page.left, Key.Key_Tab)
    inside = page.focusWidget()
    assert page.inspector.isAncestorOf(inside)
    QTest.keyClick(inside, Key.Key_Escape)
    assert not page.inspector.isVisible()
    assert page.left.table.hasFocus()


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("properties", "readme.txt"),
        ("permissions", "readme.txt"),
        ("blocks", "_SUCCESS"),
        ("usage", DAYS[0]),
    ],
)
def test_every_part_of_the_inspector_comes_to_an_end(desk: Desk, key: str, name: str) -> None:
    desk.select(desk.page.left, name)
    desk.page.inspect(desk.page.left, key)
    panel = desk.page.inspector.panel(key)
    desk.qtbot.waitUntil(lambda: panel.states.state in ("shown", "empty"))
    assert desk.page.inspector.current == key
    assert unnamed(desk.page) == []


def test_versions_and_links_are_of_s3(desk: Desk) -> None:
    page = desk.page
    desk.select(page.right, "manifest.json")
    page.inspect(page.right, "versions")
    assert not page.left.isVisible()
    versions = page.inspector.panel("versions")
    desk.qtbot.waitUntil(lambda: versions.states.state == "shown")
    page.inspect(page.right, "link")
    link = page.inspector.panel("link")
    desk.qtbot.waitUntil(lambda: link.states.state == "shown")
    assert "X-Amz-Expires=3600" in link.url.toPlainText()  # type: ignore[attr-defined]
    link.length.set_key(str(12 * 3600))  # type: ignore[attr-defined]
    desk.qtbot.waitUntil(
        lambda: "X-Amz-Expires=43200" in link.url.toPlainText()  # type: ignore[attr-defined]
    )


def test_permissions_are_changed_after_a_question(desk: Desk) -> None:
    page = desk.page
    desk.select(page.left, "readme.txt")
    page.inspect(page.left, "permissions")
    panel = page.inspector.panel("permissions")
    assert not panel.apply.isEnabled()  # type: ignore[attr-defined]
    panel.boxes["others", "read"].setChecked(True)  # type: ignore[attr-defined]
    panel.copies.setValue(3)  # type: ignore[attr-defined]
    assert panel.differences() == {"permission": 0o644, "replication": 3}  # type: ignore[attr-defined]
    panel.apply.click()  # type: ignore[attr-defined]
    entry = desk.hdfs.files
    path = "/warehouse/events/readme.txt"
    desk.qtbot.waitUntil(lambda: entry[path].details["replication"] == 3)
    assert entry[path].details["permission"] == 0o644
    assert len(desk.answers.plans) == 2
    desk.settle(page.left)


def test_the_map_of_space_goes_down_and_opens(desk: Desk) -> None:
    page = desk.page
    desk.go(page.left, HDFS, "/")
    desk.select(page.left, "warehouse")
    page.inspect(page.left, "usage")
    panel = page.inspector.panel("usage")
    desk.qtbot.waitUntil(lambda: panel.states.state == "shown")
    map_ = panel.map  # type: ignore[attr-defined]
    assert [node.name for node in map_.nodes] == ["events"]
    QTest.mouseClick(map_, Qt.MouseButton.LeftButton, pos=map_.box_of(0).center())
    assert map_.nodes[0].name == DAYS[5]
    panel.open.click()  # type: ignore[attr-defined]
    desk.qtbot.waitUntil(lambda: page.left.location == Location(HDFS, "/warehouse/events/"))
    desk.settle(page.left)


def test_the_four_states(desk: Desk) -> None:
    pane, store = desk.page.left, desk.hdfs
    desk.go(pane, HDFS, "/warehouse/")
    store.hold = threading.Event()
    store.page = 3
    pane.go(Location(HDFS, "/warehouse/events/"))
    desk.qtbot.waitUntil(lambda: pane.model.rowCount() == 3)
    assert "reading" in pane.sums.text()
    store.hold.set()
    desk.settle(pane)
    store.fails = AccessDenied("You may not look.", remedy="Ask somebody.")
    pane.refresh()
    desk.qtbot.waitUntil(lambda: pane.place.isVisible())
    assert pane.place.state == "failed"
    store.fails = None
    pane.place.retry_requested.emit()
    desk.settle(pane)
    assert not pane.place.isVisible()
    store.add("/warehouse/empty/")
    desk.go(pane, HDFS, "/warehouse/empty/")
    assert pane.place.isVisible()
    assert pane.place.state == "empty"
    press(pane, Key.Key_Backspace)
    desk.settle(pane)
    assert pane.location == Location(HDFS, "/warehouse/")


def test_everything_is_selected_as_one_range(desk: Desk) -> None:
    pane = desk.page.left
    press(pane, Key.Key_A, Mod.ControlModifier)
    assert pane.table.ranges() == [(0, 9)]
    assert "10 selected" in pane.sums.text()


def test_a_place_is_remembered(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    with storage_desk(qapp, qtbot, tmp_path) as first:
        first.go(first.page.left, S3, "/lake/raw/")
    with storage_desk(qapp, qtbot, tmp_path) as second:
        step = second.page.left.path.text()
        assert step == "hdfs:///warehouse/events/"  # the desk went there itself
        second.page.left.step(-1)
        second.settle(second.page.left)
        assert second.page.left.location == Location(S3, "/lake/raw/")


def test_a_packed_location_selects(desk: Desk) -> None:
    desk.page.select(pack(Location(S3, "/lake/raw/events/manifest.json")))
    desk.settle(desk.page.left)
    row = desk.page.left.table.current_row()
    assert row is not None
    assert row.entry.name == "manifest.json"


def test_every_control_has_a_name(desk: Desk) -> None:
    assert unnamed(desk.page) == []


def test_a_long_location_is_cut_at_one_of_its_parts_and_still_leads_up(desk: Desk) -> None:
    pane = desk.page.left
    asked: list[Location] = []
    path = pane.path
    path.crumb_clicked.disconnect()
    path.crumb_clicked.connect(asked.append)
    whole, narrow = path.grab().toImage(), path.fontMetrics().horizontalAdvance("…/events/") + 40
    path.resize(narrow, path.height())
    assert path.text() == "hdfs:///warehouse/events/"  # what can be copied and read aloud
    assert path.grab().toImage() != whole.copy(0, 0, narrow, path.height())
    x = 31 + path.fontMetrics().horizontalAdvance("…")  # the slash that ends what is above
    QTest.mouseClick(path, Qt.MouseButton.LeftButton, pos=QPoint(x + 1, path.height() // 2))
    assert [place.path for place in asked] == ["/warehouse/"]


def test_dragging_at_the_lower_edge_scrolls(desk: Desk) -> None:
    table = desk.page.left.table
    table.resize(table.width(), 28 * 7)
    bar, height = table.verticalScrollBar(), table.viewport().height()
    desk.qtbot.waitUntil(lambda: bar.maximum() > 0)
    table.edge_scroll.follow(QPoint(40, height // 2))
    assert table.edge_scroll.pace == 0
    table.edge_scroll.follow(QPoint(40, height - 2))
    desk.qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    table.edge_scroll.follow(QPoint(40, 2))
    desk.qtbot.waitUntil(lambda: bar.value() == 0)
    table.edge_scroll.stop()
