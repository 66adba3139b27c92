"""The question before files are changed."""

from __future__ import annotations

from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import Undoability
from hue_desktop.core.storage import Location
from hue_desktop.core.storage_plans import Loss, StorageAct, StorageChange, StoragePlan
from hue_desktop.ui.parts import Label
from hue_desktop.ui.storage.plan_dialog import StoragePlanDialog, loss_words
from tests.ui.storage.desk import HDFS, S3, Desk


def plan(**more: object) -> StoragePlan:
    change = StorageChange(StorageAct.DELETE, Location(HDFS, "/a/"), recursive=True)
    known: dict[str, object] = {"loss": Loss(4, 1 << 30, 1), "calls": ("DELETE /a/",), **more}
    return StoragePlan("Delete hdfs:///a/", (change,), **known)  # type: ignore[arg-type]


def shown(qtbot: QtBot, asked: StoragePlan) -> StoragePlanDialog:
    dialog = StoragePlanDialog(asked)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def texts(dialog: StoragePlanDialog) -> list[str]:
    return [label.text().replace("\N{NO-BREAK SPACE}", " ") for label in dialog.findChildren(Label)]


def test_it_says_what_is_lost_and_does_not_stand_on_the_button(qtbot: QtBot, theme: object) -> None:
    dialog = shown(qtbot, plan(lines=("It does not go to a trash.",)))
    assert "4 files, 1 folder, 1 GiB" in texts(dialog)
    assert "It does not go to a trash." in texts(dialog)
    assert "DELETE /a/" in texts(dialog)
    assert dialog.accept_button.text() == "Delete"
    assert dialog.accept_button.property("kind") == "danger"
    assert dialog.focusWidget() is dialog.cancel_button


def test_on_production_the_name_is_typed(qtbot: QtBot, theme: object) -> None:
    dialog = shown(qtbot, plan(typed_name="analytics"))
    assert not dialog.accept_button.isEnabled()
    assert dialog.name_field is not None
    QTest.keyClicks(dialog.name_field, "analytics")
    assert dialog.accept_button.isEnabled()


def test_what_is_blocked_can_only_be_closed(qtbot: QtBot, theme: object) -> None:
    dialog = shown(qtbot, plan(blocked="The trash is off."))
    assert not dialog.accept_button.isVisible()
    assert "The trash is off." in texts(dialog)


def test_what_can_be_undone_is_not_dangerous(qtbot: QtBot, theme: object) -> None:
    dialog = shown(qtbot, plan(undo=Undoability.UNDOABLE, undo_text="Undo restores it."))
    assert dialog.accept_button.property("kind") == "primary"
    assert "Undo restores it." in texts(dialog)


def test_a_count_that_was_not_finished_says_at_least() -> None:
    assert loss_words(Loss(2, 10, complete=False)).startswith("at least 2 files")


def test_long_titles_are_not_cut(desk: Desk, qtbot: QtBot) -> None:
    made = desk.service.plan_delete((Location(S3, "/lake/raw/events/dt=2026-11-14/"),))
    dialog = shown(qtbot, made)
    for label in dialog.findChildren(Label):
        if label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width())
