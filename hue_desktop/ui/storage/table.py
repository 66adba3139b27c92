"""The table of a pane: many rows selected, dragged and dropped, found by typing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.services.storage.courtesy import Courtesy
from hue_desktop.ui.parts import KEYBOARD_REASONS
from hue_desktop.ui.storage.cells import Cell, RowPainter
from hue_desktop.ui.storage.clip import locations_in, mime_of
from hue_desktop.ui.storage.columns import FileRow
from hue_desktop.ui.storage.drag_picture import drag_picture
from hue_desktop.ui.storage.edge_scroll import EdgeScroll
from hue_desktop.ui.storage.listing_model import ListingModel
from hue_desktop.ui.storage.type_ahead import TypeAhead
from hue_desktop.ui.tables.head import TableHead
from hue_desktop.ui.theme import active_theme
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["FileTable"]

_WINDOW_KEYS = (":", "/", "?")
_PAGE_KEYS = (Qt.Key.Key_F2, Qt.Key.Key_Delete)  #: the page does these, whatever Qt would do
_PAGE_LETTERS = (Qt.Key.Key_C, Qt.Key.Key_X, Qt.Key.Key_V)
_TAIL = 4


class FileTable(QTableView):
    """Shows a ``ListingModel``.

    ``dropped`` brings the locations, the row they fell on (-1: the folder itself) and whether they
    are to be moved; ``left_window`` comes when files of a store were dragged out of the window, and
    ``tabbed`` with the Tab key, which leads to the other pane.
    """

    row_activated = Signal(int)
    selection_changed = Signal()
    menu_requested = Signal(QPoint)
    dropped = Signal(object, int, bool)
    left_window = Signal()
    tabbed = Signal()
    resized = Signal()
    came_here = Signal()

    def __init__(self, model: ListingModel, courtesy: Courtesy, *, name: str) -> None:
        super().__init__()
        self._courtesy = courtesy
        self.rows = model
        self._lead = SIZES["gutter"] - SIZES["cell-padding"]
        self._by_keyboard = False
        self._target: int | None = None  #: row under a drag, -1 for the whole folder
        self.setAccessibleName(name)
        self.setHorizontalHeader(
            TableHead(model, SIZES["cell-padding"], lead=self._lead, tail=_TAIL)
        )
        self.horizontalHeader().setMinimumSectionSize(36)
        self.setModel(model)
        self.painter = RowPainter(model, SIZES["gutter"])
        self.type_ahead = TypeAhead(self)
        self.edge_scroll = EdgeScroll(self, lambda where: self._set_target(self._drop_row(where)))
        self._set_manners()
        model.modelReset.connect(self.size_columns)
        model.modelReset.connect(self.type_ahead.stop)
        self.doubleClicked.connect(lambda index: self.row_activated.emit(index.row()))
        self.selectionModel().selectionChanged.connect(lambda *_sel: self.selection_changed.emit())
        active_theme().changed.connect(self.viewport().update)

    def _set_manners(self) -> None:
        view = QAbstractItemView
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(view.SelectionBehavior.SelectRows)
        self.setSelectionMode(view.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(view.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(view.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(view.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(view.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)
        heads = self.verticalHeader()
        heads.hide()
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setMinimumSectionSize(20)
        heads.setDefaultSectionSize(SIZES["row"])

    # Columns

    def size_columns(self) -> None:
        """Widths and who gives way, for the columns of the store that is shown."""
        head, width = self.horizontalHeader(), self.viewport().width()
        for position, column in enumerate(self.rows.columns):
            mode = head.ResizeMode
            head.setSectionResizeMode(position, mode.Stretch if column.stretch else mode.Fixed)
            tail = _TAIL if position == len(self.rows.columns) - 1 else 0
            head.resizeSection(position, column.width + tail)
            self.setColumnHidden(position, 0 < width < column.hide_below)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.size_columns()
        self.resized.emit()

    # What is selected

    def ranges(self) -> list[tuple[int, int]]:
        """The selected rows as (first, last), both ends in; cheap for a million of them."""
        chosen = self.selectionModel().selection()
        parts = [chosen.at(place) for place in range(chosen.count())]
        spans = sorted({(part.top(), part.bottom()) for part in parts})
        joined: list[tuple[int, int]] = []
        for first, last in spans:
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(joined[-1][1], last))
            else:
                joined.append((first, last))
        return joined

    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(last - first + 1 for first, last in self.ranges())

    def selected_rows(self) -> list[FileRow]:
        """The selected rows as values."""
        return list(self.rows.rows_of(self.ranges()))

    def selected_locations(self) -> tuple[Location, ...]:
        """Where the selected files are."""
        found = (
            self.rows.location_at(row)
            for first, last in self.ranges()
            for row in range(first, last + 1)
        )
        return tuple(location for location in found if location is not None)

    def current_row(self) -> FileRow | None:
        """The row in focus."""
        return self.rows.row_at(self.currentIndex().row())

    def current_location(self) -> Location | None:
        """Where the file in focus is."""
        return self.rows.location_at(self.currentIndex().row())

    def go_to_row(self, row: int) -> None:
        """Select one row and show it."""
        index = self.rows.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)

    def select_all_rows(self) -> None:
        """Select everything as one range."""
        last = self.rows.rowCount() - 1
        if last < 0:
            return
        everything = QItemSelection(
            self.rows.index(0, 0), self.rows.index(last, self.rows.columnCount() - 1)
        )
        self.selectionModel().select(everything, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def selectAll(self) -> None:
        self.select_all_rows()

    def show_cut(self, files: Sequence[Location]) -> None:
        """Draw these pale: they are on the clipboard to be moved."""
        self.painter.cut = frozenset(location.name for location in files)
        self.viewport().update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with self._courtesy.first():
            self._paint(event.rect())

    def _paint(self, dirty: QRect) -> None:
        painter = QPainter(self.viewport())
        self._paint_rows(painter, dirty)
        if self._target is not None:
            self._paint_frame(painter, self._target, 2 if self._target < 0 else 1)
        elif self._by_keyboard and self.hasFocus() and self.currentIndex().isValid():
            self._paint_frame(painter, self.currentIndex().row(), 1)
        painter.end()

    def _paint_rows(self, painter: QPainter, dirty: QRect) -> None:
        first = self.rowAt(dirty.top())
        if first < 0:
            return
        painter.setFont(active_theme().font())
        height, width = SIZES["row"], self.viewport().width()
        top, ranges, cells = self.rowViewportPosition(first), self.ranges(), self._cells()
        last = min(first + (dirty.bottom() - top) // height, self.rows.rowCount() - 1)
        for line in range(first, last + 1):
            box = QRect(0, top + (line - first) * height, width, height)
            selected = any(begin <= line <= end for begin, end in ranges)
            self.painter.paint(painter, line, box, cells, selected)

    def _cells(self) -> list[Cell]:
        """The columns that are shown, with where they stand."""
        shown = [n for n in range(len(self.rows.columns)) if not self.isColumnHidden(n)]
        return [
            Cell(
                self.rows.columns[n], self.columnViewportPosition(n), self.columnWidth(n),
                n == 0, n == shown[-1],
            )
            for n in shown
        ]  # fmt: skip

    def _paint_frame(self, painter: QPainter, row: int, width: int) -> None:
        painter.setPen(QPen(active_theme().color("accent-text"), width))
        if row < 0:
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
            return
        box = self.visualRect(self.rows.index(row, 0))
        box.setLeft(0)
        box.setRight(self.viewport().width() - 1)
        painter.drawRect(box.adjusted(0, 0, 0, -1))

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_keyboard = True
        key, text = event.key(), event.text()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        modified = event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if modified:
                event.ignore()
            elif self.currentIndex().isValid():
                self.row_activated.emit(self.currentIndex().row())
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.rows.rowCount():
            self._jump(0 if key == Qt.Key.Key_Home else self.rows.rowCount() - 1, event)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Backspace, Qt.Key.Key_Tab, Qt.Key.Key_Escape):
            if key == Qt.Key.Key_Space and self.type_ahead.active:
                self.type_ahead.type(" ")
            else:
                event.ignore()
        elif text and text.isprintable() and not modified and text not in _WINDOW_KEYS:
            self.type_ahead.type(text)
        elif text in _WINDOW_KEYS or key in _PAGE_KEYS or (control and key in _PAGE_LETTERS):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _jump(self, row: int, event: QKeyEvent) -> None:
        flags = QItemSelectionModel.SelectionFlag
        index = self.rows.index(row, 0)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            anchor = self.currentIndex().row()
            span = QItemSelection(
                self.rows.index(min(anchor, row), 0),
                self.rows.index(max(anchor, row), self.rows.columnCount() - 1),
            )
            self.selectionModel().select(span, flags.ClearAndSelect)
            self.selectionModel().setCurrentIndex(index, flags.NoUpdate)
            self.scrollTo(index)
        else:
            self.go_to_row(row)

    def focusNextPrevChild(self, forward: bool) -> bool:
        if forward:
            self.tabbed.emit()
            return True
        return super().focusNextPrevChild(forward)

    def keyboardSearch(self, search: str) -> None:
        """``type_ahead`` does it, off the main thread."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        super().mousePressEvent(event)
        if (
            event.button() is Qt.MouseButton.LeftButton
            and not self.indexAt(event.position().toPoint()).isValid()
        ):
            self.clearSelection()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in KEYBOARD_REASONS
        if self._by_keyboard and not self.currentIndex().isValid() and self.rows.rowCount():
            self.go_to_row(0)
        super().focusInEvent(event)
        self.came_here.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            box = self.visualRect(self.currentIndex())
            self.menu_requested.emit(self.viewport().mapToGlobal(box.bottomLeft()))
            return
        index = self.indexAt(event.pos())
        if not index.isValid():
            self.clearSelection()
        elif not self.selectionModel().isRowSelected(index.row(), QModelIndex()):
            self.go_to_row(index.row())
        self.menu_requested.emit(event.globalPos())

    # Drag and drop

    def startDrag(self, supported: Qt.DropAction) -> None:
        files = self.selected_locations()
        if not files:
            return
        drag = QDrag(self)
        drag.setMimeData(mime_of(files))
        drag.setPixmap(drag_picture(files))
        actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
        done = drag.exec(actions, Qt.DropAction.CopyAction)
        remote = any(each.store.kind is not StoreKind.LOCAL for each in files)
        if remote and drag.target() is None and done is Qt.DropAction.IgnoreAction:
            self.left_window.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if locations_in(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        where = event.position().toPoint()
        self.edge_scroll.follow(where)
        target = self._drop_row(where)
        if self._is_own(event, target):
            self._set_target(None)
            event.ignore()
            return
        self._set_target(target)
        _choose_action(event)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.edge_scroll.stop()
        self._set_target(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self.edge_scroll.stop()
        target = self._drop_row(event.position().toPoint())
        self._set_target(None)
        files = locations_in(event.mimeData())
        if not files or self._is_own(event, target):
            event.ignore()
            return
        move = _choose_action(event)
        # What moves is removed by the transfer once it is verified, never by the drag itself.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(files, target, move)

    def _drop_row(self, where: QPoint) -> int:
        index = self.indexAt(where)
        row = self.rows.row_at(index.row()) if index.isValid() else None
        return index.row() if row is not None and row.entry.is_folder and row.entry.name else -1

    def _is_own(self, event: QDropEvent, target: int) -> bool:
        """Whether files would fall where they are, or onto one of themselves."""
        if event.source() is not self:
            return False
        return target < 0 or self.selectionModel().isRowSelected(target, QModelIndex())

    def _set_target(self, target: int | None) -> None:
        if target != self._target:
            self._target = target
            self.viewport().update()


def _choose_action(event: QDropEvent) -> bool:
    """Copy, unless Shift asks to move; whether it moves."""
    move = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    event.setDropAction(Qt.DropAction.MoveAction if move else Qt.DropAction.CopyAction)
    return move
