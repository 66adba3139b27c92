"""The table as a person uses it: keys, folding, ordering by the head, columns that give way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hue_desktop.ui.parts import StateShape, column
from hue_desktop.ui.tables import Column, DataTable, RowGroup, RowsModel, TotalRow

pytestmark = pytest.mark.usefixtures("theme")


@dataclass(frozen=True)
class Node:
    """A row for the tests."""

    id: str
    usd: float
    share: float | None = None


COLUMNS = (
    Column[Node]("id", "Instance", lambda n: n.id, kind="state", width=160,
        value=lambda n: StateShape.RUNNING, tooltip=lambda n: f"tip {n.id}"),
    Column[Node]("cpu", "CPU", lambda n: f"{n.share:.0%}" if n.share is not None else "–",
        kind="bar", value=lambda n: n.share, width=110, hide_below=500),
    Column[Node]("spark", "Last hour", lambda n: "", kind="spark",
        value=lambda n: (1.0, n.usd, 2.0), width=90),
    Column[Node]("note", "Note", lambda n: n.id, kind="badge", value=lambda n: "1", stretch=True),
    Column[Node]("usd", "$/h", lambda n: f"${n.usd:.2f}", sort=lambda n: n.usd, align="right",
        weight=600, descending_first=True),
)  # fmt: skip


@pytest.fixture
def table(qtbot: QtBot) -> Iterator[DataTable[Node]]:
    model = RowsModel(COLUMNS, key=lambda node: node.id)
    made = DataTable(model, name="Nodes", multiple=True)
    total = TotalRow(made, name="Total")
    holder = QWidget()
    holder.setLayout(column(made, total))
    holder.resize(800, 400)
    qtbot.addWidget(holder)
    model.set_groups(
        [
            RowGroup("core", "Core", (Node("c1", 2.0, 0.3), Node("c2", 1.0)), cells={"usd": "$3"}),
            RowGroup("task", "Task", (Node("t1", 0.5),), note="no HDFS", tag="Spot"),
        ]
    )
    total.set_cells("All 3 nodes", {"usd": "$3.50"})
    holder.show()
    holder.grab()
    yield made
    holder.hide()


def model_of(table: DataTable[Node]) -> RowsModel[Node]:
    model = table.model()
    assert isinstance(model, RowsModel)
    return model


def shown(table: DataTable[Node]) -> list[str]:
    model = model_of(table)
    return [str(model.index(i, 0).data()) for i in range(model.rowCount())]


def test_arrows_fold_a_group_and_enter_opens_a_row(table: DataTable[Node], qtbot: QtBot) -> None:
    table.setCurrentIndex(model_of(table).index(0, 0))
    qtbot.keyClick(table, Qt.Key.Key_Left)
    assert shown(table) == ["Core", "Task", "t1"]
    qtbot.keyClick(table, Qt.Key.Key_Right)
    assert shown(table) == ["Core", "c1", "c2", "Task", "t1"]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.row_activated) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [Node("c1", 2.0, 0.3)]
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.current_row() == Node("t1", 0.5)
    qtbot.keyClick(table, Qt.Key.Key_Home)
    assert table.current_row() is None


def test_a_click_on_the_chevron_folds(table: DataTable[Node], qtbot: QtBot) -> None:
    box = table.visualRect(model_of(table).index(0, 0))
    where = QPoint(box.left() + 12, box.center().y())
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert shown(table) == ["Core", "Task", "t1"]


def test_a_click_on_the_head_orders_and_a_second_one_turns(
    table: DataTable[Node], qtbot: QtBot
) -> None:
    head = table.horizontalHeader()
    position = model_of(table).column_of("usd")
    where = QPoint(head.sectionViewportPosition(position) + 10, 10)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert shown(table) == ["Core", "c1", "c2", "Task", "t1"]
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert shown(table) == ["Core", "c2", "c1", "Task", "t1"]
    assert model_of(table).order == ("usd", False)


def test_narrow_tables_hide_columns_and_choice_hides_more(table: DataTable[Node]) -> None:
    position = model_of(table).column_of("cpu")
    assert not table.isColumnHidden(position)
    holder = table.parentWidget()
    assert holder is not None
    holder.resize(420, 400)
    holder.grab()
    assert table.isColumnHidden(position)
    holder.resize(800, 400)
    holder.grab()
    assert not table.isColumnHidden(position)
    table.set_hidden_columns(["spark"])
    assert table.isColumnHidden(model_of(table).column_of("spark"))


def test_the_selection_stays_with_its_row_and_group_rows_are_not_selected(
    table: DataTable[Node], qtbot: QtBot
) -> None:
    assert table.select_key("c2")
    model_of(table).sort_by("usd")
    assert table.selected_rows() == (Node("c2", 1.0),)
    table.selectAll()
    assert {node.id for node in table.selected_rows()} == {"c1", "c2", "t1"}
    assert not table.select_key("gone")


def test_keys_of_the_window_are_left_to_it(table: DataTable[Node], qtbot: QtBot) -> None:
    heard: list[str] = []
    holder = table.parentWidget()
    assert holder is not None
    holder.keyPressEvent = lambda event: heard.append(event.text() or "backspace")  # type: ignore[method-assign]
    table.setFocus()
    for key in (":", "/", "?"):
        qtbot.keyClick(table, key)
    assert heard == [":", "/", "?"]


def test_the_total_stands_under_its_column(table: DataTable[Node]) -> None:
    total = table.parentWidget().findChild(TotalRow)  # type: ignore[union-attr]
    assert total is not None
    assert total.accessibleDescription() == "All 3 nodes, $3.50"


def test_rows_of_two_heights(table: DataTable[Node]) -> None:
    heights = [table.rowHeight(i) for i in range(5)]
    assert heights == [32, 28, 28, 32, 28]
    model_of(table).toggle_group("core")
    assert [table.rowHeight(i) for i in range(3)] == [32, 32, 28]
