"""The Fleet page under keys and clicks, shown values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.errors import Unreachable
from hue_desktop.services.fleet import ConnectionState, FleetSnapshot
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.fleet.filter_bar import SavedFilter, saved_filters
from hue_desktop.ui.fleet.page import FleetPage
from hue_desktop.ui.tables.model import GroupLine
from hue_desktop.wiring import Paths
from tests.ui.sample_fleet import everything, fleet, status
from tests.ui.seeing_desk import QUIET_HEALTH, Places, make_context


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot) -> Iterator[tuple[FleetPage, Places, list[str]]]:
    """A page without data yet, where it asks to go, and which actions it triggered."""
    done: list[str] = []
    ctx, places = make_context(qapp)
    ctx.actions.bind(ctx, ActionContext)
    ctx.actions.add(
        Action(
            "new", "New cluster…", lambda _c, _w: done.append("new"), menus=("fleet",), changes=True
        ),
        Action(
            "clone",
            "Clone…",
            lambda _c, where: done.append(f"clone {where.ref}"),
            menus=("fleet", "cluster"),
            section=1,
            enabled=lambda where: where.cluster is not None,
            changes=True,
        ),
    )
    page = FleetPage(ctx)
    qtbot.addWidget(page)
    page.resize(1160, 764)
    page.show()
    yield page, places, done
    page.hidden()
    ctx.tasks.close()


def _names(page: FleetPage) -> list[str]:
    return [row.name for row in page.model.rows()]


def test_it_says_what_it_waits_for(desk: tuple[FleetPage, Places, list[str]]) -> None:
    page, _places, _done = desk
    assert page.states.state == "loading"
    connecting = status("prod", ConnectionClass.PRODUCTION, state=ConnectionState.CONNECTING)
    page.apply(everything(FleetSnapshot(connections=(connecting,))))
    assert page.states.state == "loading"
    assert "prod" in page.states.placeholder.accessibleName()


def test_without_a_connection_it_offers_one(desk: tuple[FleetPage, Places, list[str]]) -> None:
    page, places, _done = desk
    page.apply(everything(FleetSnapshot()))
    assert page.states.state == "empty"
    button = next(
        child
        for child in page.states.placeholder.findChildren(QWidget)
        if child.accessibleName() == "Add a connection"
    )
    button.click()  # type: ignore[attr-defined]
    assert places.asked == [("page", "connections", "")]


def test_without_a_cluster_it_offers_to_create_one(
    desk: tuple[FleetPage, Places, list[str]],
) -> None:
    page, _places, _done = desk
    page.apply(everything(FleetSnapshot(connections=(status("dev", ConnectionClass.DEVELOPMENT),))))
    assert page.states.state == "empty"
    assert "dev" in page.states.placeholder.accessibleName()


def test_when_nothing_can_be_read_it_says_why(desk: tuple[FleetPage, Places, list[str]]) -> None:
    page, _places, _done = desk
    broken = replace(
        status("dev", ConnectionClass.DEVELOPMENT, state=ConnectionState.FAILED),
        error=Unreachable("Nobody answers.", remedy="Start the region."),
    )
    page.apply(everything(FleetSnapshot(connections=(broken,))))
    assert page.states.state == "failed"
    assert "Start the region." in page.states.placeholder.accessibleName()


def test_a_connection_that_fails_beside_others_is_noted(
    desk: tuple[FleetPage, Places, list[str]],
) -> None:
    page, _places, _done = desk
    snapshot = fleet()
    broken = replace(
        status("old", ConnectionClass.TEST, state=ConnectionState.FAILED),
        error=Unreachable("Nobody answers."),
    )
    page.apply(everything(replace(snapshot, connections=(*snapshot.connections, broken))))
    assert page.states.state == "shown"
    assert page.notice.isVisible()
    assert "old: cannot be read: Nobody answers." in page.notice.text()


def test_clusters_stand_under_their_connections_dearest_first(
    desk: tuple[FleetPage, Places, list[str]],
) -> None:
    page, _places, _done = desk
    with_tester = QAbstractItemModelTester(
        page.model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    page.apply(everything(fleet()))
    assert page.states.state == "shown"
    assert _names(page)[:3] == ["analytics", "ml-features", "etl-nightly"]
    assert not page.notice.isVisible()
    del with_tester


def test_the_same_data_again_changes_nothing(
    desk: tuple[FleetPage, Places, list[str]], qtbot: QtBot
) -> None:
    page, _places, _done = desk
    snapshot = fleet()
    page.apply(everything(snapshot))
    with (
        qtbot.assertNotEmitted(page.model.dataChanged),
        qtbot.assertNotEmitted(page.model.layoutChanged),
    ):
        page.apply(everything(snapshot))


def test_the_filter_is_typed(desk: tuple[FleetPage, Places, list[str]], qtbot: QtBot) -> None:
    page, _places, _done = desk
    page.apply(everything(fleet()))
    assert page.focus_filter()
    QTest.keyClicks(page.filter_bar.field, "idle>2h @prod")
    qtbot.waitUntil(lambda: _names(page) == ["ml-features"])
    QTest.keyClick(page.filter_bar.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(_names(page)) == 6)


def test_a_typo_in_the_filter_is_told(
    desk: tuple[FleetPage, Places, list[str]], qtbot: QtBot
) -> None:
    page, _places, _done = desk
    page.apply(everything(fleet()))
    page.filter_bar.set_text("idle>soon")
    assert "soon" in page.filter_bar.problem.text()
    assert len(_names(page)) == 6


def test_a_filter_without_matches_can_be_cleared(
    desk: tuple[FleetPage, Places, list[str]],
) -> None:
    page, _places, _done = desk
    page.apply(everything(fleet()))
    page.filter_bar.set_text("nowhere")
    assert page.matches.state == "empty"
    page.filter_bar.set_text("")
    assert page.matches.state == "shown"


def test_a_saved_filter_is_a_click(desk: tuple[FleetPage, Places, list[str]]) -> None:
    page, _places, _done = desk
    page.apply(everything(fleet()))
    page.filter_bar.toggle("is:attention")
    assert _names(page) == ["etl-nightly"]
    page.filter_bar.toggle("is:attention")
    assert len(_names(page)) == 6


def test_enter_opens_a_cluster(desk: tuple[FleetPage, Places, list[str]], qtbot: QtBot) -> None:
    page, places, _done = desk
    snapshot = fleet()
    page.apply(everything(snapshot))
    ref = next(ref for ref, c in snapshot.clusters.items() if c.summary.name == "analytics")
    assert page.table.select_key(ref)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert places.asked == [("cluster", ref, "overview", "")]


def test_clone_waits_for_a_selection(desk: tuple[FleetPage, Places, list[str]]) -> None:
    page, _places, done = desk
    snapshot = fleet()
    page.apply(everything(snapshot))
    clone = next(button for action, button in page._buttons if action.id == "clone")
    assert not clone.isVisible()
    ref = next(iter(snapshot.clusters))
    page.table.select_key(ref)
    assert clone.isVisible()
    clone.click()
    assert done == [f"clone {ref}"]


def test_cards_show_the_same_clusters(
    desk: tuple[FleetPage, Places, list[str]], qtbot: QtBot
) -> None:
    page, places, _done = desk
    snapshot = fleet()
    page.apply(everything(snapshot))
    page.filter_bar.view.choose("cards")
    box = page.cards.card_rect("joins-test")
    QTest.mouseClick(page.cards.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    row = page.current_row()
    assert row is not None
    assert row.name == "joins-test"
    QTest.keyClick(page.cards, Qt.Key.Key_Right)
    QTest.keyClick(page.cards, Qt.Key.Key_Return)
    name = snapshot.clusters[places.asked[-1][1]].summary.name
    assert name == "spark-upgrade"


def test_old_rows_are_dimmed(desk: tuple[FleetPage, Places, list[str]]) -> None:
    page, _places, _done = desk
    snapshot = fleet()
    stale = replace(
        status("prod", ConnectionClass.PRODUCTION, state=ConnectionState.STALE),
        error=Unreachable("Nobody answers."),
    )
    page.apply(everything(replace(snapshot, connections=(stale, *snapshot.connections[1:]))))
    name = page.model.columns[0]
    assert name.color is not None
    colors = {row.name: name.color(row) for row in page.model.rows()}
    assert colors["analytics"] == "text-3"
    assert colors["joins-test"] == ""
    assert page.notice.text().startswith("prod: last read")


def test_columns_without_data_are_away(desk: tuple[FleetPage, Places, list[str]]) -> None:
    page, _places, _done = desk
    page.apply(everything(replace(fleet(), metrics={})))
    assert {"yarn", "hdfs"} <= page.table.hidden_columns
    page.apply(everything(fleet()))
    assert not {"yarn", "hdfs"} & page.table.hidden_columns


def test_every_control_has_a_name(desk: tuple[FleetPage, Places, list[str]]) -> None:
    page, _places, _done = desk
    page.apply(everything(fleet()))
    nameless = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.isVisible()
        and not widget.accessibleName()
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_ended_clusters_are_folded_below_and_can_be_looked_at(
    desk: tuple[FleetPage, Places, list[str]],
) -> None:
    page, _places, _done = desk
    page.apply(everything(fleet()))
    last = page.model.line(page.model.rowCount() - 1)
    assert isinstance(last, GroupLine)
    assert (last.group.title, last.collapsed) == ("Ended lately", True)
    page.model.toggle_group(last.group.key)
    assert _names(page)[-1] == "old-one"
    assert "Ended lately" not in {group.title for group in page.cards.groups}
    page.select("cost>1")
    assert "old-one" not in _names(page)


def test_a_filter_is_saved_under_a_name_and_removed(
    desk: tuple[FleetPage, Places, list[str]], qtbot: QtBot
) -> None:
    page, _places, _done = desk
    page.apply(everything(fleet()))
    bar = page.filter_bar
    assert not bar.save.isVisible()
    page.select("cost>1")
    qtbot.waitUntil(bar.save.isVisible)
    QTest.mouseClick(bar.save, Qt.MouseButton.LeftButton)
    (dialog,) = bar.findChildren(QInputDialog)
    dialog.setTextValue("  Dear ones ")
    dialog.accept()
    assert not bar.save.isVisible()
    links = {button.text() for button in bar.findChildren(QPushButton) if button.isVisible()}
    assert "Dear ones  4" in links
    (entry,) = bar.menu_of(SavedFilter("Dear ones", "cost>1")).actions()
    assert entry.text() == "Remove the filter “Dear ones”"
    entry.trigger()
    qtbot.waitUntil(bar.save.isVisible)
    assert bar.menu_of(saved_filters()[0]).isEmpty()


def test_view_and_filters_are_remembered(tmp_path: Path, qapp: QApplication, qtbot: QtBot) -> None:
    class Home:
        paths = Paths(tmp_path, tmp_path)
        health = QUIET_HEALTH

    def page() -> FleetPage:
        ctx, _places = make_context(qapp, Home())
        ctx.actions.bind(ctx, ActionContext)
        made = FleetPage(ctx)
        qtbot.addWidget(made)
        return made

    first = page()
    first.filter_bar.view.choose("cards")
    first.filter_bar.save_as("Dear ones", "cost>1")
    again = page()
    assert again.filter_bar.view.current == "cards"
    again.apply(everything(fleet()))
    assert len(again.filter_bar.menu_of(SavedFilter("Dear ones", "cost>1")).actions()) == 1
    first.filter_bar.remove(SavedFilter("Dear ones", "cost>1"))
    assert page().filter_bar.menu_of(SavedFilter("Dear ones", "cost>1")).isEmpty()
