"""The lists of transfers, files and routes as models and as what a person clicks."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from hue_desktop.core.transfers.planner import make_plan
from hue_desktop.core.transfers.values import Comparison, Conflict, Route, TransferState
from hue_desktop.ui.theme import Theme
from hue_desktop.ui.transfers.feed import in_order
from hue_desktop.ui.transfers.file_list import FileList, FilesModel
from hue_desktop.ui.transfers.route_list import RouteList
from hue_desktop.ui.transfers.transfer_list import TransferList, TransfersModel
from hue_desktop.ui.transfers.transfer_rows import verbs_of
from hue_desktop.ui.transfers.words import (
    amount_text,
    problem_text,
    share_of,
    source_text,
    summary_badge,
)
from tests.ui.transfers.samples import draft, transfers

pytestmark = pytest.mark.usefixtures("theme")
_SPACE = "\N{NO-BREAK SPACE}"


def test_what_moves_stands_first_then_what_failed() -> None:
    states = [one.state for one in in_order(transfers()[::-1])]
    running, failed, done = TransferState.RUNNING, TransferState.FAILED, TransferState.DONE
    assert states == [running, running, running, failed, done]


def test_texts_of_a_line() -> None:
    orders, _models, _report, clicks, done = transfers()
    assert source_text(orders.request) == "hdfs:///warehouse/orders"
    named = source_text(orders.request, lambda one: f"hdfs://etl{one.path}")
    assert named == "hdfs://etl/warehouse/orders"
    assert amount_text(orders.progress) == f"251 of 412{_SPACE}GiB"
    assert amount_text(done.progress) == f"3{_SPACE}GiB"
    assert share_of(orders.progress) == pytest.approx(0.61, abs=0.001)
    assert problem_text(clicks) == "2 of 96 files failed: 403 from S3, key policy"
    assert problem_text(orders) == ""
    assert summary_badge(transfers()) == "3 running · 1 failed"
    paused = replace(orders, state=TransferState.PAUSED)
    asked = replace(orders, progress=replace(orders.progress, files_asked=2))
    assert summary_badge((paused, replace(asked, state=TransferState.DONE))) == "1 paused · 1 asks"
    assert "wait for your word" in problem_text(asked)


def test_a_line_tells_which_cluster(qtbot: QtBot) -> None:
    model = TransfersModel(lambda one: f"<{one.path}>")
    model.show_transfers(transfers())
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        assert model.data(model.index(0), role).startswith("</warehouse/orders> to <")


def test_random_edits_keep_the_model_right(qtbot: QtBot) -> None:
    model = TransfersModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    some = random.Random(7)
    every = [replace(one, id=10 * k + one.id) for k in range(4) for one in transfers()]
    for _round in range(60):
        chosen = some.sample(every, some.randrange(len(every)))
        chosen = [replace(one, state=some.choice(list(TransferState))) for one in chosen]
        model.show_transfers(chosen)
        assert model.transfers == chosen
    assert tester.model() is model


def test_equal_transfers_announce_nothing(qtbot: QtBot) -> None:
    model = TransfersModel()
    model.show_transfers(transfers())
    with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.rowsMoved):
        model.show_transfers(transfers())


def _shown(qtbot: QtBot) -> tuple[TransferList, list[tuple[str, list[int]]]]:
    model = TransfersModel()
    view = TransferList(model)
    qtbot.addWidget(view)
    asked: list[tuple[str, list[int]]] = []
    view.requested.connect(lambda verb, some: asked.append((verb, [one.id for one in some])))
    model.show_transfers(transfers())
    view.resize(1160, 200)
    view.show()
    return view, asked


def test_buttons_of_a_line_ask(qtbot: QtBot) -> None:
    view, asked = _shown(qtbot)
    for line, verbs in ((0, ["cancel"]), (1, ["pause", "cancel"]), (3, ["retry", "forget"]),
                        (4, ["open", "forget"])):  # fmt: skip
        asked.clear()
        box = view.visualRect(view.model().index(line, 0))
        places = [box.right() - 55, box.right() - 31] if len(verbs) > 1 else [box.right() - 31]
        for right in places:
            QTest.mouseClick(
                view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(right, box.center().y())
            )
        assert [verb for verb, _ids in asked] == verbs
        assert {ids[0] for _verb, ids in asked} == {line + 1}


def test_keys_ask(qtbot: QtBot) -> None:
    view, asked = _shown(qtbot)
    assert view.select_id(2)
    QTest.keyClick(view, Qt.Key.Key_Space)
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert view.select_id(4)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert asked == [("pause", [2]), ("details", [2]), ("cancel", [2]), ("forget", [4])]
    assert not view.select_id(99)


@pytest.mark.parametrize("state", list(TransferState))
def test_every_state_has_something_to_do(state: TransferState) -> None:
    assert all(verb.title for verb in verbs_of(replace(transfers()[1], state=state)))


def test_files_are_taken_out_by_click_and_by_key(qtbot: QtBot) -> None:
    model = FilesModel()
    view = FileList(model)
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    sample = draft()
    model.set_conflict(Conflict.OVERWRITE)
    model.show_files(sample.files, 12, frozenset())
    assert model.rowCount() == len(sample.files) + 1
    assert model.index(0, 0).data() == "part-00017.parquet"
    assert "12 more" in model.index(model.rowCount() - 1, 0).data()
    box = view.visualRect(model.index(0, 0))
    with qtbot.waitSignal(model.unticked_changed):
        QTest.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, box.center().y())
        )
    assert model.unticked == {"dt=2026-11-19/part-00017.parquet"}
    view.setCurrentIndex(model.index(0, 0))
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert model.unticked == frozenset()


def test_what_is_the_same_is_never_ticked_and_a_rule_skips_what_differs() -> None:
    model = FilesModel()
    model.set_conflict(Conflict.SKIP)
    model.show_files(draft().files, 0, frozenset())
    ticked = {kind: False for kind in Comparison}
    for file in model.files:
        ticked[file.comparison] |= model.ticked(file)
    assert ticked == {Comparison.NEW: True, Comparison.SAME: False, Comparison.DIFFERS: False}
    same = next(i for i, one in enumerate(model.files) if one.comparison is Comparison.SAME)
    model.toggle([same])
    assert model.unticked == frozenset()


def test_routes_are_chosen_by_click_and_key_and_the_impossible_is_not(
    qtbot: QtBot, theme: Theme
) -> None:
    routes = RouteList()
    qtbot.addWidget(routes)
    plan = make_plan(draft())
    routes.show_forecasts(plan.forecasts, plan.suggested, plan.suggested)
    routes.resize(600, 260)
    routes.show()
    assert routes.current is Route.S3DISTCP
    chosen: list[Route] = []
    routes.chosen.connect(chosen.append)
    QTest.mouseClick(routes.rows[Route.SERVER_SIDE], Qt.MouseButton.LeftButton)
    assert chosen == []
    QTest.mouseClick(routes.rows[Route.STREAM], Qt.MouseButton.LeftButton)
    QTest.keyClick(routes, Qt.Key.Key_Down)
    assert chosen == [Route.STREAM, Route.S3DISTCP]
    assert "Not possible: the source is HDFS" in routes.rows[Route.SERVER_SIDE].reason
    assert "47 s" not in routes.rows[Route.SERVER_SIDE].accessibleDescription()
