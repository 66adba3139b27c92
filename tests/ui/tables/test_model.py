"""Tables refresh by difference: what views hear, and that they end up with the right rows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from hue_desktop.ui.tables import Column, GroupLine, RowGroup, RowsModel


@dataclass(frozen=True)
class Node:
    """A row for the tests."""

    id: str
    usd: float | None


COLUMNS = (
    Column[Node]("id", "Id", lambda node: node.id),
    Column[Node]("usd", "$/h", lambda node: f"${node.usd}", sort=lambda n: n.usd, align="right"),
)


class Heard:
    """Counts what a model announces."""

    def __init__(self, model: RowsModel[Node]) -> None:
        self.resets = self.inserted = self.removed = self.changed = self.moved = 0
        model.modelReset.connect(self._reset)
        model.rowsInserted.connect(self._insert)
        model.rowsRemoved.connect(self._remove)
        model.dataChanged.connect(self._change)
        model.layoutChanged.connect(self._move)

    def _reset(self) -> None:
        self.resets += 1

    def _insert(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.inserted += last - first + 1

    def _remove(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.removed += last - first + 1

    def _change(self, first: QModelIndex, last: QModelIndex) -> None:
        self.changed += last.row() - first.row() + 1

    def _move(self) -> None:
        self.moved += 1


@pytest.fixture
def model(qtbot: QtBot) -> Iterator[RowsModel[Node]]:
    made = RowsModel(COLUMNS, key=lambda node: node.id)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


def nodes(*ids: str, usd: float = 1.0) -> list[Node]:
    return [Node(name, usd) for name in ids]


def shown(model: RowsModel[Node]) -> list[str]:
    return [str(model.index(i, 0).data()) for i in range(model.rowCount())]


def test_the_first_rows_come_as_a_reset_and_later_ones_as_differences(
    model: RowsModel[Node],
) -> None:
    heard = Heard(model)
    model.set_rows(nodes("a", "b", "c"))
    model.set_rows([Node("a", 1.0), Node("c", 2.0), Node("d", 1.0)])
    assert shown(model) == ["a", "c", "d"]
    assert (heard.resets, heard.removed, heard.inserted, heard.changed) == (1, 1, 1, 1)


def test_unchanged_rows_announce_nothing(model: RowsModel[Node]) -> None:
    model.set_rows(nodes("a", "b"))
    heard = Heard(model)
    model.set_rows(nodes("a", "b"))
    assert (heard.resets, heard.removed, heard.inserted, heard.changed, heard.moved) == (0,) * 5


def test_a_selection_follows_its_row_through_a_new_order(model: RowsModel[Node]) -> None:
    model.set_rows([Node("a", 3.0), Node("b", 1.0), Node("c", 2.0)])
    kept = QPersistentModelIndex(model.index(0, 0))
    model.sort_by("usd")
    assert shown(model) == ["b", "c", "a"]
    assert kept.row() == 2
    assert kept.data() == "a"


def test_unknown_values_are_last_in_both_directions(model: RowsModel[Node]) -> None:
    model.set_rows([Node("a", None), Node("b", 1.0), Node("c", 2.0)])
    model.sort_by("usd")
    assert shown(model) == ["b", "c", "a"]
    model.sort_by("usd", descending=True)
    assert shown(model) == ["c", "b", "a"]


def test_groups_fold_filter_and_keep_their_order(model: RowsModel[Node]) -> None:
    core = RowGroup("core", "Core", tuple(nodes("c1", "c2")), cells={"usd": "$2"})
    task = RowGroup("task", "Task", tuple(nodes("t1")))
    model.set_groups([core, task])
    assert shown(model) == ["Core", "c1", "c2", "Task", "t1"]
    assert model.index(0, 1).data() == "$2"
    model.toggle_group("core")
    assert shown(model) == ["Core", "Task", "t1"]
    model.set_filter(lambda node: node.id.startswith("c"))
    assert shown(model) == ["Core"]
    model.toggle_group("core")
    assert shown(model) == ["Core", "c1", "c2"]
    assert model.row_at(0) is None
    assert isinstance(model.line(0), GroupLine)
    assert model.position_of("c2") == 2


def test_a_row_that_changes_its_group_moves(model: RowsModel[Node]) -> None:
    model.set_groups([RowGroup("a", "A", tuple(nodes("x", "y"))), RowGroup("b", "B", ())])
    model.set_groups([RowGroup("a", "A", tuple(nodes("y"))), RowGroup("b", "B", tuple(nodes("x")))])
    assert shown(model) == ["A", "y", "B", "x"]


def test_cells_tell_assistive_tools_their_column(model: RowsModel[Node]) -> None:
    model.set_rows([Node("a", 3.0)])
    assert model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "$/h: $3.0"
    side = model.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole)
    assert side & Qt.AlignmentFlag.AlignRight


@pytest.mark.parametrize("seed", range(4))
def test_random_edits_end_with_the_rows_given(model: RowsModel[Node], seed: int) -> None:
    chance = random.Random(seed)
    rows = [Node(f"n{i}", chance.random()) for i in range(30)]
    mirror: list[str] = []

    def follow() -> None:
        mirror[:] = shown(model)

    model.modelReset.connect(follow)
    model.layoutChanged.connect(follow)
    model.dataChanged.connect(lambda *_: follow())
    model.rowsInserted.connect(
        lambda _p, first, last: mirror.__setitem__(
            slice(first, first), [str(model.index(i, 0).data()) for i in range(first, last + 1)]
        )
    )
    model.rowsRemoved.connect(lambda _p, first, last: mirror.__delitem__(slice(first, last + 1)))
    for round_ in range(25):
        _edit(chance, rows, round_)
        if chance.random() < 0.2:
            model.sort_by(chance.choice(("", "id", "usd")), chance.random() < 0.5)
        if chance.random() < 0.15:
            model.toggle_group(chance.randrange(3))
        if chance.random() < 0.15:
            limit = chance.random()
            model.set_filter(
                None if limit > 0.6 else (lambda node, low=limit: (node.usd or 0) >= low)
            )
        if chance.random() < 0.5:
            model.set_rows(rows)
        else:
            model.set_groups(RowGroup(i, f"G{i}", tuple(rows[i::3])) for i in range(3))
        assert mirror == shown(model)
        assert {node.id for node in model.rows()} <= {node.id for node in rows}
    model.set_filter(None)
    model.sort_by("")
    model.set_rows(rows)
    assert shown(model) == [node.id for node in rows]


def _edit(chance: random.Random, rows: list[Node], round_: int) -> None:
    for _ in range(chance.randrange(6)):
        kind = chance.randrange(4)
        if kind == 0:
            rows.insert(chance.randint(0, len(rows)), Node(f"r{round_}-{chance.random()}", 0.5))
        elif kind == 1 and rows:
            rows.pop(chance.randrange(len(rows)))
        elif kind == 2 and rows:
            position = chance.randrange(len(rows))
            rows[position] = replace(rows[position], usd=chance.choice((None, chance.random())))
        else:
            chance.shuffle(rows)
