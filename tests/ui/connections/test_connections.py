"""The connections page and sheet: reading, editing, testing, removing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.connections import ConnectionClass
from hue_desktop.services.connections import CheckState
from hue_desktop.services.fleet import ConnectionState
from hue_desktop.ui.connections import actions
from hue_desktop.ui.connections.connection_sheet import ConnectionSheet
from hue_desktop.ui.connections.page import ConnectionsPage
from tests.ui.doing_desk import DoingDesk, click, open_doing_desk, type_into, unnamed

BROKEN = '\n[connections.broken]\nregoin = "us-east-1"\n'


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[DoingDesk]:
    with open_doing_desk(qapp, qtbot, tmp_path, scenario="empty", more=BROKEN) as opened:
        opened.ctx.actions.add(*actions())
        yield opened


def test_the_page_lists_edits_and_removes(desk: DoingDesk) -> None:
    page = desk.show(ConnectionsPage(desk.ctx))
    stop = desk.app.fleet.subscribe(
        lambda change: desk.ctx.tasks.poster.post(lambda: page.apply(change))
    )
    page.show_all()  # it may have come online between the two
    desk.until(lambda: page.model.rows()[0].state is ConnectionState.ONLINE)
    stop()
    assert [row.connection.name for row in page.model.rows()] == ["here"]
    assert page._problems.isVisible()
    assert any("regoin" in str(problem) for problem in desk.app.connections.problems())

    assert desk.ctx.actions.trigger(
        "connections.edit", page.action_context(desk.ctx.actions.focus())
    )
    sheet = desk.opened(ConnectionSheet)
    assert unnamed(page) == unnamed(sheet) == []
    click(sheet.kind.segment(ConnectionClass.PRODUCTION.value))
    type_into(sheet.budget, "12.5")
    click(sheet.save_button)
    desk.until(lambda: desk.app.connections.find("here").hourly_budget_usd == 12.5)
    desk.until(
        lambda: page.model.rows()[0].connection.connection_class is ConnectionClass.PRODUCTION
    )
    text = (desk.app.paths.config_dir / "connections.toml").read_text()
    assert "regoin" in text  # the entry that is wrong is the user's to mend

    page.table.select_key("here")
    click(page.buttons["remove"])
    desk.until(lambda: page.states.state == "empty")
    assert desk.answers.asked[0][0] == "Remove here"


def test_a_new_connection_is_checked_before_it_is_kept(desk: DoingDesk) -> None:
    known = desk.connection
    assert desk.trigger("connections.add")
    sheet = desk.opened(ConnectionSheet)
    click(sheet.save_button)
    assert sheet.rows["name"].problem.text()
    type_into(sheet.name, "here")
    click(sheet.save_button)
    assert "already" in sheet.rows["name"].problem.text()

    type_into(sheet.name, "second")
    type_into(sheet.profile, known.profile)
    type_into(sheet.config_file, known.aws_config_file)
    type_into(sheet.regions, "us-east-1")
    type_into(sheet.endpoint, "http://127.0.0.1:1")
    click(sheet.test_button)
    desk.until(lambda: "stops at" in sheet.checks.status)
    assert sheet.checks.checks[0].state is CheckState.FAILED
    assert sheet.checks.checks[1].state is CheckState.SKIPPED

    type_into(sheet.endpoint, known.endpoint_url)
    click(sheet.test_button)
    assert sheet.test_button.text() == "Stop"
    desk.until(lambda: sheet.checks.status == "Everything answers.")
    assert sheet.test_button.text() == "Test"
    click(sheet.save_button)
    desk.until(lambda: len(desk.app.connections.connections()) == 2)
    assert desk.app.connections.find("second").endpoint_url == known.endpoint_url


def test_a_check_up_can_be_stopped_and_escape_leaves(desk: DoingDesk) -> None:
    assert desk.trigger("connections.test")
    sheet = desk.opened(ConnectionSheet)
    click(sheet.test_button)
    assert sheet.checks.status == "Stopped."
    seen = len(sheet.checks.checks)
    closed: list[bool] = []
    sheet.closed.connect(lambda: closed.append(True))
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert closed
    assert len(sheet.checks.checks) == seen


def test_where_nothing_answers_a_way_out_is_offered(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    with open_doing_desk(qapp, qtbot, tmp_path, scenario="empty") as desk:
        desk.ctx.actions.add(*actions())
        page = desk.show(ConnectionsPage(desk.ctx))
        dead = replace(desk.connection, endpoint_url="http://127.0.0.1:1")
        desk.app.connections.save(dead)
        desk.app.fleet.refresh()

        def offered() -> bool:
            page.show_all()
            return page.simulate_button.isVisible()

        desk.until(offered)
        assert "127.0.0.1:1" in page.model.rows()[0].state_text
        click(page.simulate_button)
        desk.until(lambda: len(desk.app.connections.connections()) == 2)
        made = desk.app.connections.connections()[1]
        assert made.simulation is not None
        desk.until(lambda: desk.places.pages == ["fleet"])
