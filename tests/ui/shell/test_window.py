"""The window by keys and clicks: where one gets, what the edges and bars say."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import CredentialsError
from hue_desktop.core.ports import ApiUsage, RegionClock
from hue_desktop.services.fleet import ConnectionState
from hue_desktop.ui.app import Desk
from tests.ui.sample_fleet import fleet
from tests.ui.shell.desk import StillFleet, open_desk


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[tuple[Desk, StillFleet]]:
    with open_desk(tmp_path) as (desk, still):
        qtbot.waitUntil(lambda: desk.window.catalog.model.rowCount() > 0)
        qtbot.waitUntil(lambda: not desk.tasks.active())
        yield desk, still


@pytest.fixture
def desk(opened: tuple[Desk, StillFleet]) -> Desk:
    return opened[0]


def ref_of(name: str) -> ClusterRef:
    return next(ref for ref, c in fleet().clusters.items() if c.summary.name == name)


def in_front(desk: Desk) -> tuple[str, str]:
    tab = desk.window.workspace.current
    assert tab is not None
    return (tab.ref.cluster_id if tab.ref else "", tab.page)


def test_it_starts_on_fleet_and_says_who_and_where(desk: Desk) -> None:
    window = desk.window
    assert in_front(desk) == ("", "fleet")
    assert window.windowTitle().startswith("Fleet")
    assert window.status_bar.arn.text() == "arn:aws:iam::481029375566:role/emr-ops"
    assert window.status_bar.region.text() == "us-east-1"
    assert "changes allowed on prod" in window.status_bar.lock.text()
    assert "production" in window.edge.accessibleName()


def test_a_click_in_the_catalog_opens_the_cluster_and_focuses_its_reading(
    opened: tuple[Desk, StillFleet], qtbot: QtBot
) -> None:
    desk, still = opened
    catalog = desk.window.catalog
    ref = ref_of("joins-test")
    position = next(
        i
        for i in range(catalog.model.rowCount())
        if catalog.model.row_at(i).ref == ref  # type: ignore[union-attr]
    )
    box = catalog.lines.visualRect(catalog.model.index(position, 0))
    qtbot.mouseClick(catalog.lines.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert in_front(desk) == (ref.cluster_id, "overview")
    assert still.focus[-1] == ref
    assert desk.window.page_bar.isVisible()
    assert "development" in desk.window.edge.accessibleName()
    assert "dev" in desk.window.status_bar.lock.text()


def test_keys_go_between_tabs_up_and_close(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    first, second = ref_of("analytics"), ref_of("etl-nightly")
    window.open_tab(first)
    window.open_tab(second, "nodes")
    assert window.tabs.order()[0] == ":fleet"
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert in_front(desk) == (first.cluster_id, "overview")
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert in_front(desk) == (second.cluster_id, "nodes")
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    assert in_front(desk) == (second.cluster_id, "overview")
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    assert in_front(desk) == ("", "fleet")
    qtbot.keyClick(window, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert in_front(desk) == (first.cluster_id, "overview")
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert len(window.tabs.order()) == 2
    window.close_tab(":fleet")
    window.close_tab()
    assert in_front(desk) == ("", "fleet")


def test_f5_reads_what_is_in_front(opened: tuple[Desk, StillFleet], qtbot: QtBot) -> None:
    desk, still = opened
    ref = ref_of("analytics")
    desk.window.open_tab(ref)
    qtbot.keyClick(desk.window, Qt.Key.Key_F5)
    assert still.refreshed[-1] == ref


def test_question_mark_shows_the_keys_and_backspace_takes_them_away(
    desk: Desk, qtbot: QtBot
) -> None:
    window = desk.window
    qtbot.keyClick(window, "?")
    tab = window.workspace.current
    assert tab is not None
    assert tab.sheet is not None
    assert tab.sheet.accessibleName() == "Keys"
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    assert tab.sheet is None


def test_the_palette_finds_clusters_nodes_and_actions(desk: Desk, qtbot: QtBot) -> None:
    window, palette = desk.window, desk.window.palette_box
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert palette.isVisible()
    palette.field.setText("")
    qtbot.keyClicks(palette.field, "joins")
    first = palette.model.row_at(0)
    assert first is not None
    assert first.title == "joins-test"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert in_front(desk)[0] == ref_of("joins-test").cluster_id
    node = (fleet().clusters[ref_of("analytics")].instances or ())[3]
    window.open_palette(node.ec2_id[:12])
    found = palette.model.row_at(0)
    assert found is not None
    assert found.title == node.ec2_id
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    window.open_palette("read-only mode")
    action = palette.model.row_at(0)
    assert action is not None
    assert action.kind == "action"
    palette.close_palette()


def test_the_palette_says_when_nothing_has_the_name(desk: Desk) -> None:
    palette = desk.window.palette_box
    palette.open("qqqqqqzz")
    assert palette.model.rowCount() == 0
    assert not palette.list.isVisible()
    palette.close_palette()


def test_commands_go_to_pages_of_named_clusters(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    qtbot.keyClick(window, ":")
    field = window.palette_box.field
    assert field.text() == ":"
    qtbot.keyClicks(field, "nodes etl")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert in_front(desk) == (ref_of("etl-nightly").cluster_id, "nodes")
    window.open_palette(":fleet")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert in_front(desk) == ("", "fleet")


def test_the_padlock_hides_what_changes(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    window.open_tab(ref_of("analytics"))
    changing = [action for action in desk.actions.all() if action.changes]
    assert any(action.applies(window.action_context()) for action in changing)
    qtbot.mouseClick(window.status_bar.lock, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "read-only on prod" in window.status_bar.lock.text())
    assert window.action_context().read_only
    assert not any(action.applies(window.action_context()) for action in changing)


def test_expired_credentials_and_throttling_are_said(
    opened: tuple[Desk, StillFleet], qtbot: QtBot
) -> None:
    desk, still = opened
    bar = desk.window.status_bar
    before = still.now.connections[0]
    error = CredentialsError("The token has expired.", expired=True)
    expired = dataclasses.replace(before, state=ConnectionState.EXPIRED, error=error)
    still.show(dataclasses.replace(still.now, connections=(expired, *still.now.connections[1:])))
    qtbot.waitUntil(lambda: "expired" in bar.notice.text())
    until = datetime.now(UTC) + timedelta(minutes=1)
    slow = dataclasses.replace(before, usage=ApiUsage(1.3, 2.5, until))
    still.show(dataclasses.replace(still.now, connections=(slow, *still.now.connections[1:])))
    qtbot.waitUntil(lambda: "fewer requests" in bar.notice.text())
    assert bar.api.text() == "API 1.3 of 2.5 req/s"


def test_a_fast_clock_is_said(opened: tuple[Desk, StillFleet], qtbot: QtBot) -> None:
    desk, still = opened
    now = datetime.now(UTC)
    fast = dataclasses.replace(still.now.connections[0], clock=RegionClock(now, now, 59.6))
    still.show(dataclasses.replace(still.now, connections=(fast,)))
    qtbot.waitUntil(lambda: desk.window.status_bar.clock.text() == "clock ×60")


def test_tabs_and_folds_come_back_at_the_next_start(tmp_path: Path, qtbot: QtBot) -> None:
    ref = ref_of("etl-nightly")
    with open_desk(tmp_path) as (desk, _still):
        desk.window.open_tab(ref, "nodes")
        desk.window.open_tab(None, "fleet")
        desk.window.catalog.set_folds(["dev"], ["prod"])
    with open_desk(tmp_path) as (desk, _still):
        assert [tab.name for tab in desk.window.workspace.tabs() if tab.ref] == ["etl-nightly"]
        assert desk.window.workspace.tabs()[1].page == "nodes"
        assert in_front(desk) == ("", "fleet")
        assert desk.window.catalog.folds == (["dev"], ["prod"])


def test_a_damaged_session_starts_afresh(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "data").mkdir()
    damaged = "[window]\ntabs=not json at all\ncurrent=x\ngeometry=junk\n[lists]\nfolded={\n"
    (tmp_path / "data" / "window.ini").write_text(damaged, encoding="utf-8")
    with open_desk(tmp_path) as (desk, _still):
        assert in_front(desk) == ("", "fleet")


def test_the_theme_follows_the_setting(desk: Desk, qtbot: QtBot) -> None:
    desk.app.settings.set("appearance.theme", "dark")
    qtbot.waitUntil(lambda: desk.theme.dark)
    qtbot.keyClick(
        desk.window,
        Qt.Key.Key_D,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    qtbot.waitUntil(lambda: not desk.theme.dark)
    assert desk.app.settings.text("appearance.theme") == "light"


def test_tab_reaches_every_region_of_the_window(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    window.activateWindow()
    seen = set()
    for _step in range(120):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        for part in (window.rail, window.catalog, window.tabs, window.workspace, window.dock,
                     window.status_bar):  # fmt: skip
            if focus is not None and part.isAncestorOf(focus):
                seen.add(type(part).__name__)
    assert seen == {"Rail", "Catalog", "TabStrip", "Workspace", "Dock", "StatusBar"}
