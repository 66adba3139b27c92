"""The question before a change: what it says, and what must be done before it can be accepted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import (
    Plan,
    ResizeGroup,
    Risk,
    RiskLevel,
    SetProtection,
    Terminate,
    Undoability,
)
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.pricing import CostChange, CostRate
from hue_desktop.ui.confirm import PlanDialog, needs_question
from hue_desktop.ui.confirm.change_table import ChangeTable
from hue_desktop.ui.theme import Theme

REF = ClusterRef("prod", "us-east-1", "j-1")
END = Plan(
    "Terminate analytics",
    "prod",
    "us-east-1",
    (Terminate("j-1"),),
    REF,
    "analytics",
    CostChange(CostRate(9.42, 3.41, 1.28), CostRate()),
    54.0,
    47.6,
    (
        Risk(RiskLevel.NOTE, "It has been up for 3 d."),
        Risk(RiskLevel.LOSS, "HDFS goes with the cluster."),
    ),
    typed_name="analytics",
    call_text='TerminateJobFlows {\n  "JobFlowIds": ["j-1"]\n}',
)
RESIZE = replace(
    END,
    title="Scale core to 9 nodes",
    changes=(ResizeGroup("j-1", "ig-1", 9),),
    risks=(),
    undo=Undoability.UNDOABLE,
    undo_text="undo sets the group back to 8 nodes",
    typed_name="",
    call_text="ModifyInstanceGroups × 1",
)


def _texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


@pytest.fixture(autouse=True)
def _dressed(theme: Theme) -> None:
    """Every dialog wears the theme."""


def _shown(qtbot: QtBot, plan: Plan, kind: ConnectionClass) -> PlanDialog:
    dialog = PlanDialog(plan, kind)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_production_wants_the_name_typed(qtbot: QtBot) -> None:
    dialog = _shown(qtbot, END, ConnectionClass.PRODUCTION)
    field = dialog.name_field
    assert field is not None
    assert not dialog.accept_button.isEnabled()
    QTest.keyClicks(field, "analytic")
    assert not dialog.accept_button.isEnabled()
    QTest.keyClicks(field, "s")
    assert dialog.accept_button.isEnabled()
    with qtbot.waitSignal(dialog.accepted):
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)


def test_the_worst_comes_first_and_return_never_destroys(qtbot: QtBot) -> None:
    dialog = _shown(qtbot, replace(END, typed_name=""), ConnectionClass.TEST)
    texts = _texts(dialog)
    assert texts.index("HDFS goes") < texts.index("up for 3 d")
    assert dialog.accept_button.property("kind") == "danger"
    assert dialog.focusWidget() is dialog.cancel_button
    accepted: list[bool] = []
    dialog.accepted.connect(lambda: accepted.append(True))
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert accepted == []


def test_cost_budget_and_undo_are_said(qtbot: QtBot) -> None:
    dialog = _shown(
        qtbot,
        replace(RESIZE, cost=CostChange(CostRate(9.42, 3.41, 1.28), CostRate(12.1, 5.0, 1.47))),
        ConnectionClass.PRODUCTION,
    )
    texts = _texts(dialog)
    for words in ("$18.57", "+$4.46/h", "$52.06 of $54.00/h", "after 96 %", "prod", "production"):
        assert words.replace(" %", "\u00a0%") in texts, texts
    assert "Undoable. Undo sets the group back to 8 nodes." in texts
    assert dialog.name_field is None
    assert dialog.accept_button.text() == "Scale core to 9 nodes"


def test_a_blocked_plan_can_only_be_closed(qtbot: QtBot) -> None:
    blocked = replace(END, blocked="Termination protection is on.")
    dialog = _shown(qtbot, blocked, ConnectionClass.PRODUCTION)
    assert "Termination protection is on." in _texts(dialog)
    assert not dialog.accept_button.isVisible()
    with qtbot.waitSignal(dialog.rejected):
        QTest.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)


def test_a_blocked_plan_offers_what_would_unblock_it(qtbot: QtBot) -> None:
    blocked = replace(
        END, blocked="Termination protection is on.", remedy=SetProtection("j-1", False)
    )
    dialog = _shown(qtbot, blocked, ConnectionClass.PRODUCTION)
    texts = _texts(dialog)
    assert "Termination protection is on." in texts
    assert "HDFS goes" not in texts  # nothing is lost yet
    assert dialog.accept_button.text() == "Turn protection off…"
    assert dialog.name_field is None
    with qtbot.waitSignal(dialog.accepted):
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)


def test_an_edge_sets_the_dialog_off(qtbot: QtBot, theme: Theme) -> None:
    dialog = _shown(qtbot, END, ConnectionClass.TEST)
    image = dialog.grab().toImage()
    middle = image.height() // 2
    edge = theme.color("line-strong").name()
    assert image.pixelColor(0, middle).name() == edge
    assert image.pixelColor(image.width() - 1, middle).name() == edge
    assert image.pixelColor(3, middle).name() == theme.color("surface").name()


def test_the_request_unfolds(qtbot: QtBot) -> None:
    dialog = _shown(qtbot, END, ConnectionClass.TEST)
    assert "TerminateJobFlows × 1" in _texts(dialog)
    assert "JobFlowIds" not in _texts(dialog)
    QTest.mouseClick(dialog.calls.toggle, Qt.MouseButton.LeftButton)
    assert "JobFlowIds" in _texts(dialog)
    plain = _shown(qtbot, RESIZE, ConnectionClass.TEST)
    assert not plain.calls.toggle.isVisible()


def test_everything_is_in_sight_where_there_is_room(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    many = tuple(
        Risk(RiskLevel.WARN, "Words that need a second line. " * 4 + str(n)) for n in range(3)
    )
    dialog = PlanDialog(replace(END, risks=many), ConnectionClass.PRODUCTION, window)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.name_field is not None
    field = dialog.name_field
    qtbot.waitUntil(lambda: field.visibleRegion().boundingRect().height() == field.height())


def test_a_dialog_fits_a_small_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1100, 500)
    window.show()
    many = tuple(Risk(RiskLevel.WARN, f"Something number {n} may go.") for n in range(30))
    dialog = PlanDialog(replace(END, risks=many), ConnectionClass.PRODUCTION, window)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.height() <= 500
    assert dialog.accept_button.visibleRegion().boundingRect().height() > 0


def test_what_needs_a_question() -> None:
    assert needs_question(END)
    assert needs_question(replace(END, typed_name=""))
    assert needs_question(replace(RESIZE, blocked="no"))
    assert not needs_question(RESIZE)


def test_a_table_reuses_its_lines(qtbot: QtBot) -> None:
    from hue_desktop.core.cost_lines import count_line

    table = ChangeTable()
    qtbot.addWidget(table)
    table.show()
    table.show_lines([count_line("Nodes", 33, 45), count_line("vCPU", 264, 360)])
    before = table.findChildren(QLabel)
    table.show_lines([count_line("Nodes", 33, 46), count_line("vCPU", 264, 368)])
    assert table.findChildren(QLabel) == before
    qtbot.waitUntil(lambda: "46" in _texts(table))
    table.show_lines([])
    assert table.accessibleName() == ""


SPEND = replace(
    RESIZE, cost=CostChange(CostRate(9.42), CostRate(19.42)), budget_usd_hour=54.0
)  #: takes prod to $57.60 of $54.00 an hour


def test_over_the_budget_a_tick_comes_first(qtbot: QtBot) -> None:
    dialog = _shown(qtbot, SPEND, ConnectionClass.TEST)
    assert "prod then costs $57.60/h, $3.60/h more than its budget of $54.00/h." in _texts(dialog)
    assert dialog.guard is not None
    assert dialog.guard.box.accessibleName() == "Go over the budget of prod"
    assert not dialog.accept_button.isEnabled()
    QTest.keyClick(dialog.guard.box, Qt.Key.Key_Space)
    assert dialog.accept_button.isEnabled()
    QTest.keyClick(dialog.guard.box, Qt.Key.Key_Space)
    assert not dialog.accept_button.isEnabled()


def test_on_production_the_name_is_typed_as_well(qtbot: QtBot) -> None:
    dialog = _shown(qtbot, replace(SPEND, typed_name="analytics"), ConnectionClass.PRODUCTION)
    assert dialog.guard is not None
    assert dialog.name_field is not None
    QTest.keyClicks(dialog.name_field, "analytics")
    assert not dialog.accept_button.isEnabled()
    dialog.guard.box.setChecked(True)
    assert dialog.accept_button.isEnabled()
    dialog.name_field.clear()
    assert not dialog.accept_button.isEnabled()


def test_a_sheet_must_ask_what_breaks_the_budget() -> None:
    assert needs_question(SPEND)
    assert not needs_question(replace(SPEND, budget_usd_hour=60.0))


def test_a_price_that_is_not_known_wants_a_tick_too(qtbot: QtBot) -> None:
    unpriced = replace(SPEND, cost=CostChange(CostRate(9.42), CostRate(9.42, unknown=2)))
    dialog = _shown(qtbot, unpriced, ConnectionClass.TEST)
    assert "nobody can tell whether prod stays" in _texts(dialog)
    assert not dialog.accept_button.isEnabled()
