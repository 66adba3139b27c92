"""The table widget: heads that order, rows that open, groups that fold, columns that give way."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from hue_desktop.ui.parts.look import KEYBOARD_REASONS
from hue_desktop.ui.tables.delegate import CellDelegate, paint_group_title
from hue_desktop.ui.tables.head import TableHead
from hue_desktop.ui.tables.model import GroupLine, RowsModel
from hue_desktop.ui.theme import active_theme
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["DataTable", "TotalRow"]

R = TypeVar("R")


class DataTable(QTableView, Generic[R]):
    """Shows a ``RowsModel``.

    ``row_activated`` comes with Enter or a double click, ``menu_requested`` with the row (or the
    ``RowGroup``) under the pointer and where to pop up, ``selection_changed`` with the rows.
    """

    row_activated = Signal(object)
    group_activated = Signal(object)
    menu_requested = Signal(object, QPoint)
    selection_changed = Signal(object)

    def __init__(
        self,
        model: RowsModel[R],
        *,
        name: str,
        row_height: int = SIZES["row"],
        padding: int = SIZES["cell-padding"],
        multiple: bool = False,
    ) -> None:
        super().__init__()
        self._model = model
        self._row_height = row_height
        self._padding = padding
        self._hidden: frozenset[str] = frozenset()
        self._sized = False
        self._by_keyboard = False  #: the edge of the focus is for those who use it
        self.setAccessibleName(name)
        self.setHorizontalHeader(TableHead(model, padding))
        self.horizontalHeader().setMinimumSectionSize(36)
        self.setModel(model)
        self.setItemDelegate(CellDelegate(model, padding))
        self._set_manners(multiple)
        self._size_columns()
        self._size_rows()
        model.rowsInserted.connect(lambda _parent, first, last: self._size_rows(first, last))
        model.modelReset.connect(self._size_rows)
        model.layoutChanged.connect(lambda *_change: self._size_rows())
        self.doubleClicked.connect(self._activate)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        active_theme().changed.connect(self.viewport().update)

    def _set_manners(self, multiple: bool) -> None:
        view = QAbstractItemView
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(view.SelectionBehavior.SelectRows)
        mode = view.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if multiple else mode.SingleSelection)
        self.setVerticalScrollMode(view.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(view.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(view.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(20)
        rows.setDefaultSectionSize(self._row_height)

    # What is selected

    def current_row(self) -> R | None:
        """The row with the focus."""
        return self._model.row_at(self.currentIndex().row())

    def selected_rows(self) -> tuple[R, ...]:
        """The selected rows in order, without group rows."""
        lines = sorted(index.row() for index in self.selectionModel().selectedRows())
        rows = (self._model.row_at(line) for line in lines)
        return tuple(row for row in rows if row is not None)

    def select_key(self, key: Hashable) -> bool:
        """Select and show the row of ``key``; whether it is there."""
        position = self._model.position_of(key)
        if position < 0:
            return False
        index = self._model.index(position, 0)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)
        return True

    # Columns

    def set_hidden_columns(self, keys: Iterable[str]) -> None:
        """Hide these columns by choice; narrow tables hide more by themselves."""
        self._hidden = frozenset(keys)
        self._size_columns()

    @property
    def hidden_columns(self) -> frozenset[str]:
        """What the person (or the data) has hidden."""
        return self._hidden

    def _size_columns(self) -> None:
        head = self.horizontalHeader()
        width = self.viewport().width()
        for position, column in enumerate(self._model.columns):
            hidden = column.key in self._hidden or 0 < width < column.hide_below
            if hidden != self.isColumnHidden(position):
                self.setColumnHidden(position, hidden)
            if not self._sized:
                mode = head.ResizeMode
                head.setSectionResizeMode(
                    position, mode.Stretch if column.stretch else mode.Interactive
                )
                head.resizeSection(position, column.width)
        self._sized = True

    def _size_rows(self, first: int = 0, last: int = -1) -> None:
        """Give lines their heights, all of them or those that came; Qt moves heights along."""
        rows, count = self.verticalHeader(), self._model.rowCount()
        heads = set(self._model.group_positions()) if self._mixed_heights() else set()
        for position in range(first, last + 1 if last >= 0 else count) if heads else ():
            height = SIZES["row-group"] if position in heads else self._row_height
            if rows.sectionSize(position) != height:
                rows.resizeSection(position, height)

    def _mixed_heights(self) -> bool:
        return self._row_height != SIZES["row-group"] and bool(self._model.group_positions())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_columns()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        dirty, width = event.region(), self.viewport().width()
        for position in self._model.group_positions():
            top, height = self.rowViewportPosition(position), self.rowHeight(position)
            if dirty.intersects(QRect(0, top, width, height)):
                box = QRect(0, top, self._title_width(position), height)
                line = self._model.line(position)
                assert isinstance(line, GroupLine)
                paint_group_title(painter, box, line, self._padding)
        if self._by_keyboard and self.hasFocus() and self.currentIndex().isValid():
            box = self.visualRect(self.currentIndex())
            box.setLeft(0)
            box.setRight(self.viewport().width() - 1)
            painter.setPen(QPen(active_theme().color("accent-text"), 1))
            painter.drawRect(box.adjusted(0, 0, 0, -1))
        painter.end()

    def _title_width(self, position: int) -> int:
        line = self._model.line(position)
        assert isinstance(line, GroupLine)
        cells = line.group.cells
        for column, spec in enumerate(self._model.columns):
            if column and cells.get(spec.key) and not self.isColumnHidden(column):
                return self.columnViewportPosition(column)
        return self.viewport().width()

    # Keys and mouse

    def _activate(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        line = self._model.line(index.row())
        if isinstance(line, GroupLine):
            self.group_activated.emit(line.group)
        else:
            self.row_activated.emit(line)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() is Qt.MouseButton.LeftButton:
            line = self._model.line(index.row())
            if isinstance(line, GroupLine) and event.position().x() < self._padding + 20:
                self._model.toggle_group(line.group.key)
                return
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_keyboard = True
        index = self.currentIndex()
        line = self._model.line(index.row()) if index.isValid() else None
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate(index)
        elif isinstance(line, GroupLine) and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            if line.collapsed is (key == Qt.Key.Key_Right):
                self._model.toggle_group(line.group.key)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._model.rowCount():
            last = self._model.rowCount() - 1
            target = 0 if key == Qt.Key.Key_Home else last
            self.setCurrentIndex(self._model.index(target, max(index.column(), 0)))
        elif key == Qt.Key.Key_Backspace or event.text() in (":", "/", "?"):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are for the window's keys; the filter field searches."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            where = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        else:
            index = self.indexAt(event.pos())
            where = event.globalPos()
        if index.isValid():
            line = self._model.line(index.row())
            self.menu_requested.emit(line.group if isinstance(line, GroupLine) else line, where)

    def _selection_changed(self, *_selection: object) -> None:
        self.selection_changed.emit(self.selected_rows())


class TotalRow(QWidget):
    """A line under a table whose cells stand under the table's columns."""

    def __init__(self, table: DataTable[Any], *, name: str) -> None:
        super().__init__()
        self._table = table
        self._title = ""
        self._cells: dict[str, str] = {}
        self.setAccessibleName(name)
        self.setFixedHeight(SIZES["row-group"])
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.update)
        head = table.horizontalHeader()
        head.sectionResized.connect(lambda *_sizes: self._later.start())
        head.geometriesChanged.connect(self._later.start)
        table.horizontalScrollBar().valueChanged.connect(lambda _value: self._later.start())
        active_theme().changed.connect(self.update)

    def set_cells(self, title: str, cells: Mapping[str, str]) -> None:
        """The title at the left and a text by column key."""
        if (title, dict(cells)) != (self._title, self._cells):
            self._title, self._cells = title, dict(cells)
            self.setAccessibleDescription(", ".join([title, *cells.values()]))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = active_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("raised"))
        painter.fillRect(0, 0, self.width(), 1, theme.color("line-strong"))
        painter.setFont(theme.font("body", 600))
        painter.setPen(theme.color("text"))
        table, model = self._table, self._table.model()
        assert isinstance(model, RowsModel)
        align = Qt.AlignmentFlag
        first = self.width()
        for position, column in enumerate(model.columns):
            text = self._cells.get(column.key, "")
            if not text or table.isColumnHidden(position):
                continue
            left = table.columnViewportPosition(position)
            first = min(first, left)
            box = QRect(left + 8, 0, table.columnWidth(position) - 16, self.height())
            side = align.AlignRight if column.align == "right" else align.AlignLeft
            painter.drawText(box, side | align.AlignVCenter, text)
        box = QRect(8, 0, first - 16, self.height())
        painter.drawText(box, align.AlignLeft | align.AlignVCenter, self._title)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()
