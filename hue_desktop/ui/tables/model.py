"""The model under every table: rows as values, refreshed by difference, sorted and filtered here.

Groups are lines of the same flat table (a collapsed group leaves its rows out), because a flat
table with rows of two heights scrolls and repaints faster than a tree, and sorting a Python list is
faster than asking a proxy's ``lessThan`` ten thousand times.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from hue_desktop.ui.tables.column import Column, RowGroup

__all__ = ["GroupLine", "RowsModel"]

R = TypeVar("R")

_Index = QModelIndex | QPersistentModelIndex
_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
    "center": Qt.AlignmentFlag.AlignCenter,
}


@dataclass(frozen=True)
class GroupLine:
    """A group row as a line of the table; its key cannot be mistaken for a row's."""

    group: RowGroup[Any]
    collapsed: bool

    @property
    def key(self) -> Hashable:
        """Identity of the line across refreshes."""
        return ("group row", self.group.key)


class RowsModel(QAbstractTableModel, Generic[R]):
    """Shows rows in columns. ``key`` tells a row's identity; equal rows announce nothing."""

    order_changed = Signal()
    rows_shown = Signal()  #: after every refresh, filter or sort that changed what is shown

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], Hashable],
        *,
        back: Callable[[R], str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """``back`` names the token of a row's ground, empty for the usual one."""
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self.back = back
        self._groups: tuple[RowGroup[R], ...] = ()
        self._grouped = False
        self._lines: list[R | GroupLine] = []
        self._keys: list[Hashable] = []
        self._heads: list[int] = []  #: lines that are group rows
        self._collapsed: set[Hashable] = set()
        self._accept: Callable[[R], bool] | None = None
        self._sort_key = ""
        self._descending = False
        self._titles_fit = True

    # What is shown

    def set_rows(self, rows: Iterable[R]) -> None:
        """Show these rows, without groups."""
        self._grouped = False
        self._groups = (RowGroup("", "", tuple(rows)),)
        self._show()

    def set_groups(self, groups: Iterable[RowGroup[R]]) -> None:
        """Show these rows under group rows; the groups keep the order given."""
        self._grouped = True
        self._groups = tuple(groups)
        self._show()

    def set_filter(self, accept: Callable[[R], bool] | None) -> None:
        """Show only rows that ``accept`` takes; a group without any is left out."""
        self._accept = accept
        self._show()

    def sort_by(self, key: str, descending: bool = False) -> None:
        """Order the rows (within their groups) by the column ``key``; empty: as they came."""
        self._sort_key, self._descending = key, descending
        self._show()
        self.order_changed.emit()

    @property
    def order(self) -> tuple[str, bool]:
        """The column that rows are ordered by, and whether downwards."""
        return self._sort_key, self._descending

    def toggle_group(self, key: Hashable) -> None:
        """Fold a group away, or show its rows again."""
        self._collapsed ^= {key}
        self._show()

    @property
    def collapsed(self) -> frozenset[Hashable]:
        """Keys of the groups that are folded away."""
        return frozenset(self._collapsed)

    def line(self, position: int) -> R | GroupLine:
        """The row or group row at a line of the table."""
        return self._lines[position]

    def row_at(self, position: int) -> R | None:
        """The row at a line; ``None`` for a group row or no line."""
        if not 0 <= position < len(self._lines):
            return None
        line = self._lines[position]
        return None if isinstance(line, GroupLine) else line

    def rows(self) -> tuple[R, ...]:
        """All rows that are shown now, in order."""
        return tuple(line for line in self._lines if not isinstance(line, GroupLine))

    def position_of(self, key: Hashable) -> int:
        """The line that shows the row of ``key``, -1 when none does."""
        try:
            return self._keys.index(key)
        except ValueError:
            return -1

    def group_positions(self) -> list[int]:
        """The lines that are group rows."""
        return list(self._heads)

    def column_of(self, key: str) -> int:
        """The position of a column, -1 when there is none."""
        return next((i for i, column in enumerate(self.columns) if column.key == key), -1)

    # Refreshing by difference

    def _show(self) -> None:
        lines = self._wanted_lines()
        keys = [line.key if isinstance(line, GroupLine) else self._key(line) for line in lines]
        if not self._lines and lines:
            self.beginResetModel()
            self._lines, self._keys = lines, keys
            self._find_heads()
            self.endResetModel()
            self.rows_shown.emit()
            return
        changed = False
        if keys != self._keys:
            changed = self._remove_missing(set(keys))
            changed |= self._reorder(keys)
            changed |= self._insert_new(lines, keys)
        changed |= self._replace_changed(lines)
        if changed:
            self.rows_shown.emit()

    def _wanted_lines(self) -> list[R | GroupLine]:
        lines: list[R | GroupLine] = []
        for group in self._groups:
            accept = self._accept
            rows = list(group.rows) if accept is None else [r for r in group.rows if accept(r)]
            rows = self._ordered(rows)
            if not self._grouped:
                lines.extend(rows)
            elif rows or self._accept is None:
                collapsed = group.key in self._collapsed
                lines.append(GroupLine(group, collapsed))
                if not collapsed:
                    lines.extend(rows)
        return lines

    def _ordered(self, rows: list[R]) -> list[R]:
        position = self.column_of(self._sort_key)
        if position < 0:
            return rows
        column = self.columns[position]
        measure = column.sort or column.text
        known = [(measure(row), row) for row in rows]
        have = [pair for pair in known if pair[0] is not None]
        have.sort(key=lambda pair: pair[0], reverse=self._descending)
        return [row for _, row in have] + [row for value, row in known if value is None]

    def _remove_missing(self, wanted: set[Hashable]) -> bool:
        missing = [i for i, key in enumerate(self._keys) if key not in wanted]
        for first, last in reversed(_runs(missing)):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._lines[first : last + 1]
            del self._keys[first : last + 1]
            self._find_heads()
            self.endRemoveRows()
        return bool(missing)

    def _reorder(self, keys: list[Hashable]) -> bool:
        here = set(self._keys)
        order = [key for key in keys if key in here]
        if order == self._keys:
            return False
        self.layoutAboutToBeChanged.emit()
        old_keys = self._keys
        by_key = dict(zip(old_keys, self._lines, strict=True))
        place = {key: position for position, key in enumerate(order)}
        before = self.persistentIndexList()
        self._keys = order
        self._lines = [by_key[key] for key in order]
        self._find_heads()
        after = [self.index(place[old_keys[index.row()]], index.column()) for index in before]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
        return True

    def _insert_new(self, lines: list[R | GroupLine], keys: list[Hashable]) -> bool:
        here = set(self._keys)
        new = [i for i, key in enumerate(keys) if key not in here]
        for first, last in _runs(new):
            self.beginInsertRows(QModelIndex(), first, last)
            self._lines[first:first] = lines[first : last + 1]
            self._keys[first:first] = keys[first : last + 1]
            self._find_heads()
            self.endInsertRows()
        return bool(new)

    def _replace_changed(self, lines: list[R | GroupLine]) -> bool:
        changed = [
            i
            for i, (old, new) in enumerate(zip(self._lines, lines, strict=True))
            if old is not new and old != new
        ]
        self._lines = lines
        last_column = len(self.columns) - 1
        for first, last in _runs(changed):
            # Not index(): that asks rowCount and columnCount, which are Python, each time.
            self.dataChanged.emit(self.createIndex(first, 0), self.createIndex(last, last_column))
        return bool(changed)

    def _find_heads(self) -> None:
        self._heads = [i for i, line in enumerate(self._lines) if isinstance(line, GroupLine)]

    # QAbstractTableModel

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        column = self.columns[index.column()]
        if isinstance(line, GroupLine):
            return _group_data(line, column, index.column(), role)
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(line)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tooltip(line) if column.tooltip is not None else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGN[column.align]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title}: {column.text(line)}" if column.title else column.text(line)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGN[column.align]
        return None


def _group_data(line: GroupLine, column: Column[Any], position: int, role: int) -> Any:
    group = line.group
    if role == Qt.ItemDataRole.AccessibleTextRole and position == 0:
        return " ".join(word for word in (group.title, group.tag, group.count, group.note) if word)
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return group.title if position == 0 else group.cells.get(column.key, "")
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return _ALIGN[column.align]
    return None


def _runs(positions: list[int]) -> list[tuple[int, int]]:
    """Neighbouring positions as (first, last): one announcement for each stretch."""
    if not positions:
        return []
    cuts = [i for i, (a, b) in enumerate(pairwise(positions), 1) if b != a + 1]
    starts, ends = [0, *cuts], [*cuts, len(positions)]
    return [(positions[a], positions[b - 1]) for a, b in zip(starts, ends, strict=True)]
