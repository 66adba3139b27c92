"""The sheet, the panel and the page over the real engine and the local disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.storage import LOCAL, Location
from hue_desktop.core.transfers.values import (
    Conflict,
    Route,
    TransferOptions,
    TransferRequest,
    TransferState,
    Verify,
)
from hue_desktop.ui.transfers.page import TransfersPage
from hue_desktop.ui.transfers.panel import TransfersPanel
from hue_desktop.ui.transfers.sheet import TransferSheet
from tests.ui.doing_desk import DoingDesk, click, open_doing_desk, unnamed


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[DoingDesk]:
    with open_doing_desk(qapp, qtbot, tmp_path / "desk", scenario="empty") as opened:
        yield opened


@pytest.fixture
def request_(tmp_path: Path) -> TransferRequest:
    """Four files, one of which is there already and one differs."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (target / "source").mkdir(parents=True)
    for name in ("a", "b", "c"):
        (source / name).write_bytes(name.encode() * 5000)
    (target / "source" / "c").write_text("other")
    return TransferRequest(
        (Location(LOCAL, str(source)),),
        Location(LOCAL, f"{target}/"),
        TransferOptions(conflict=Conflict.OVERWRITE),
    )


def _planned(desk: DoingDesk, request: TransferRequest) -> TransferSheet:
    sheet = desk.show(TransferSheet(desk.ctx, request), (1160, 372))
    desk.until(lambda: sheet.plan is not None)
    return sheet


def test_the_sheet_says_what_would_happen(desk: DoingDesk, request_: TransferRequest) -> None:
    sheet = desk.show(TransferSheet(desk.ctx, request_), (1160, 372))
    assert sheet.states.state == "loading"
    assert not sheet.start_button.isEnabled()
    desk.until(lambda: sheet.plan is not None)
    assert sheet.states.state == "shown"
    assert sheet.title.text().startswith("Copy 3 files, ")
    assert sheet.routes.current is Route.STREAM
    assert sheet.sentence.text() == "1 file is replaced for good."
    assert unnamed(sheet) == []


def test_rule_ticks_and_limit_change_the_plan(desk: DoingDesk, request_: TransferRequest) -> None:
    sheet = _planned(desk, request_)
    click(sheet.conflict.segment("skip"))
    assert sheet.title.text().startswith("Copy 2 of 3 files")
    assert sheet.sentence.text() == "1 file of the same name stays as it is"
    sheet.files.toggle(
        [row for row, one in enumerate(sheet.files.files) if one.relative[-1] == "a"]
    )
    assert sheet.title.text().startswith("Copy 1 of 3 files")
    click(sheet.verify)
    sheet.bandwidth.set_key("5")
    assert sheet.request.options.verify is Verify.SIZE
    assert sheet.request.options.bandwidth_limit == 5 << 20
    sheet.files.toggle(
        [row for row, one in enumerate(sheet.files.files) if one.relative[-1] == "b"]
    )
    assert not sheet.start_button.isEnabled()
    assert "Nothing is left" in sheet.sentence.text()


def test_starting_copies_what_was_ticked(
    desk: DoingDesk, request_: TransferRequest, tmp_path: Path
) -> None:
    sheet = _planned(desk, request_)
    closed: list[bool] = []
    sheet.closed.connect(lambda: closed.append(True))
    sheet.files.toggle(
        [row for row, one in enumerate(sheet.files.files) if one.relative[-1] == "a"]
    )
    click(sheet.start_button)
    desk.until(lambda: closed)
    assert desk.places.panels == ["transfers"]
    [transfer] = desk.app.transfers.transfers()
    desk.until(lambda: desk.app.transfers.transfer(transfer.id).state is TransferState.DONE)
    assert transfer.reason
    assert sorted(path.name for path in (tmp_path / "target" / "source").iterdir()) == ["b", "c"]
    assert (tmp_path / "target" / "source" / "c").read_bytes() == b"c" * 5000


def test_a_source_that_is_gone_fails_in_words_and_can_be_tried_again(
    desk: DoingDesk, tmp_path: Path
) -> None:
    gone = Location(LOCAL, str(tmp_path / "gone"))
    target = Location(LOCAL, f"{tmp_path}/out/")
    sheet = desk.show(TransferSheet(desk.ctx, TransferRequest((gone,), target)), (820, 300))
    desk.until(lambda: sheet.states.state == "failed")
    assert not sheet.start_button.isEnabled()
    (tmp_path / "gone").write_text("here again")
    sheet.states.retry_requested.emit()
    desk.until(lambda: sheet.states.state == "shown")


def test_an_empty_folder_onto_itself_is_said_to_be_nonsense(
    desk: DoingDesk, tmp_path: Path
) -> None:
    place = Location(LOCAL, f"{tmp_path}/")
    sheet = desk.show(TransferSheet(desk.ctx, TransferRequest((place,), place)), (820, 300))
    desk.until(lambda: sheet.states.state == "empty")
    assert "onto itself" in sheet.states.placeholder.accessibleName()


def test_escape_closes_while_it_still_compares(desk: DoingDesk, request_: TransferRequest) -> None:
    sheet = desk.show(TransferSheet(desk.ctx, request_), (1160, 372))
    closed: list[bool] = []
    sheet.closed.connect(lambda: closed.append(True))
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert closed == [True]


def test_the_panel_follows_and_the_page_tells_files(
    desk: DoingDesk, request_: TransferRequest
) -> None:
    panel = desk.show(TransfersPanel(desk.ctx), (1160, 152))
    page = desk.show(TransfersPage(desk.ctx), (1160, 700))
    page.shown()
    assert panel.states.state == page.states.state == "empty"
    asking = TransferRequest(request_.sources, request_.target)  # the rule is to ask
    transfer = desk.app.transfers.submit(asking)
    desk.until(lambda: panel.model.transfers and panel.model.transfers[0].state.ended)
    desk.until(lambda: page.detail.table.rows_model.rows())
    assert page.list.current is not None
    desk.until(lambda: page.detail.answers.isVisible())
    page.detail.which.choose("asks")
    desk.until(
        lambda: [one.relative for one in page.detail.table.rows_model.rows()] == ["source/c"]
    )
    assert unnamed(page) == []
    page.detail.answer(Conflict.OVERWRITE)
    target = Path(request_.target.path) / "source" / "c"
    desk.until(lambda: target.read_bytes() == b"c" * 5000)
    desk.until(lambda: not desk.app.transfers.transfer(transfer.id).progress.files_asked)
    page.which.choose("failed")
    assert page.states.state == "empty"
    page.which.choose("all")
    page.select(str(transfer.id))
    desk.until(lambda: desk.app.transfers.transfer(transfer.id).state is TransferState.DONE)
    desk.until(page.clear_button.isVisible)
    click(page.clear_button)
    desk.until(lambda: page.states.state == "empty")
    assert desk.app.transfers.transfers() == ()
    page.hidden()


def test_a_failed_transfer_is_retried_from_the_panel(
    desk: DoingDesk, request_: TransferRequest
) -> None:
    in_the_way = Path(request_.target.path) / "source" / "a"
    in_the_way.mkdir()
    panel = desk.show(TransfersPanel(desk.ctx), (1160, 152))
    transfer = desk.app.transfers.submit(request_)
    desk.until(lambda: panel.badge == "1 failed")
    in_the_way.rmdir()
    panel.head.show()
    click(panel.retry_button)
    desk.until(lambda: desk.app.transfers.transfer(transfer.id).state is TransferState.DONE)
    assert in_the_way.read_bytes() == b"a" * 5000
    desk.until(lambda: panel.badge == "")
    panel.head.hide()
