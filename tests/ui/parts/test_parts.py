"""Parts as a person meets them: by key, by click, and by what assistive tools read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import Attention, ClusterState
from hue_desktop.core.errors import Unreachable
from hue_desktop.core.instances import Market, Role
from hue_desktop.ui.parts import (
    Button,
    Choice,
    ComboField,
    FourStates,
    Label,
    NumberField,
    Placeholder,
    SearchField,
    Segmented,
    Sheet,
    StateShape,
    Tile,
    TileRow,
    cluster_shape,
    role_token,
)
from hue_desktop.ui.parts.marks import StateMark

pytestmark = pytest.mark.usefixtures("theme")


def test_the_four_states_are_said_in_words(qtbot: QtBot) -> None:
    states = FourStates(Label("content"))
    qtbot.addWidget(states)
    acts: list[str] = []
    states.show_loading("Reading the nodes")
    assert states.state == "loading"
    assert states.placeholder.accessibleName() == "Reading the nodes…"
    states.show_empty("No clusters", "Create one.", "New cluster…", lambda: acts.append("new"))
    assert states.state == "empty"
    error = Unreachable("Nobody answers.", remedy="Start the region.")
    with qtbot.waitSignal(states.retry_requested):
        states.show_failed(error, action="Edit…", act=lambda: acts.append("edit"))
        states.show()
        buttons = {b.accessibleName(): b for b in states.placeholder.findChildren(Button)}
        qtbot.mouseClick(buttons["Edit"], Qt.MouseButton.LeftButton)
        qtbot.mouseClick(buttons["Retry"], Qt.MouseButton.LeftButton)
    assert states.state == "failed"
    assert states.placeholder.accessibleName() == "Nobody answers. Start the region."
    assert acts == ["edit"]
    states.show_content()
    assert states.state == "shown"
    states.hide()


def test_arrows_choose_in_a_segmented(qtbot: QtBot) -> None:
    choice = Segmented([Choice("t", "Table"), Choice("c", "Cards")], "t", name="View")
    qtbot.addWidget(choice)
    choice.show()
    choice.activateWindow()
    choice.segment("t").setFocus()
    qtbot.waitUntil(choice.segment("t").hasFocus)
    with qtbot.waitSignal(choice.chosen) as chosen:
        qtbot.keyClick(choice.segment("t"), Qt.Key.Key_Right)
    assert chosen.args == ["c"]
    assert choice.current == "c"
    with qtbot.waitSignal(choice.chosen):
        qtbot.mouseClick(choice.segment("t"), Qt.MouseButton.LeftButton)
    assert choice.current == "t"


def test_a_search_settles_and_escape_empties_it(qtbot: QtBot) -> None:
    field = SearchField("filter…")
    qtbot.addWidget(field)
    heard: list[str] = []
    field.searched.connect(heard.append)
    qtbot.keyClicks(field, "abc")
    qtbot.waitUntil(lambda: heard == ["abc"])
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert heard == ["abc", ""]


def test_the_wheel_changes_no_field(qtbot: QtBot, qapp: QApplication) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    number = NumberField(5, name="Nodes", low=1, high=9)
    combo = ComboField([("a", "A"), ("b", "B")], name="Market")
    for field in (number, combo):
        qtbot.addWidget(field)
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, 120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        qapp.sendEvent(field, event)
    assert (number.value(), combo.key) == (5, "a")


def test_a_combo_keeps_its_key_when_the_answers_change(qtbot: QtBot) -> None:
    combo = ComboField([("a", "A"), ("b", "B")], name="Market")
    qtbot.addWidget(combo)
    combo.set_key("b")
    combo.set_items([("c", "C"), ("b", "Bee")])
    assert combo.key == "b"
    combo.set_items([("c", "C")])
    assert combo.key == "c"


def test_a_problem_is_told_to_the_eye_and_to_assistive_tools(qtbot: QtBot) -> None:
    number = NumberField(5, name="Nodes")
    qtbot.addWidget(number)
    number.set_problem("At least one.")
    assert number.property("problem") is True
    assert number.accessibleDescription() == "At least one."
    number.set_problem("")
    assert number.property("problem") is False


def test_tiles_without_data_are_left_out(qtbot: QtBot) -> None:
    first, second = Tile("Cost now", "$1", "/h", "since 14:00"), Tile("HDFS used")
    row = TileRow([first, second])
    qtbot.addWidget(row)
    row.set_shown([first])
    assert not second.isVisibleTo(row)
    assert first.accessibleName() == "Cost now, $1/h, since 14:00"


def test_escape_closes_a_sheet(qtbot: QtBot) -> None:
    sheet = Sheet("Scale task-spot", "18 nodes")
    qtbot.addWidget(sheet)
    with qtbot.waitSignal(sheet.closed):
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    with qtbot.waitSignal(sheet.closed):
        qtbot.mouseClick(sheet.back, Qt.MouseButton.LeftButton)


def test_a_long_text_gives_way_and_is_told_in_the_tooltip(qtbot: QtBot) -> None:
    label = Label("a rather long sentence that has no room", elide=True)
    qtbot.addWidget(label)
    label.setFixedWidth(60)
    label.show()
    label.grab()
    assert label.toolTip() == label.text()
    label.setFixedWidth(600)
    label.grab()
    assert label.toolTip() == ""
    label.hide()


def test_shapes_say_the_state_and_attention_wins() -> None:
    assert cluster_shape(ClusterState.RUNNING) is StateShape.RUNNING
    assert cluster_shape(ClusterState.WAITING) is StateShape.WAITING
    assert cluster_shape(ClusterState.RUNNING, Attention.WARN) is StateShape.ATTENTION
    assert cluster_shape(ClusterState.TERMINATED) is StateShape.STOPPED
    assert cluster_shape(ClusterState.UNKNOWN) is StateShape.STOPPED
    assert role_token(Role.TASK, Market.SPOT) == "role-spot"
    assert role_token(Role.TASK, Market.SPOT, line=True) == "role-spot-line"


def test_a_failure_in_a_low_place_keeps_its_words(qtbot: QtBot) -> None:
    place = Placeholder()
    qtbot.addWidget(place)
    place.show_failed(
        "HDFS of ip-10-3-55-148.ec2.internal cannot be reached: 127.0.0.1:33031 ended the"
        " connection without a word: it is not SSH, or its server lets nobody in now.",
        "Check the host and port of the SSH server.",
    )
    place.resize(420, 176)
    place.show()
    title = place.findChildren(QLabel)[0]
    qtbot.waitUntil(lambda: title.height() >= title.heightForWidth(title.width()), timeout=3000)
    assert place.accessibleName().startswith("HDFS of")
    place.resize(420, 400)
    qtbot.waitUntil(lambda: place.findChildren(StateMark)[0].isVisible())
