"""The catalog column: connections and their clusters, with state, alerts and $/h, and a filter."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.text import _
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.ui.alert_counts import AlertCount
from hue_desktop.ui.parts import (
    KEYBOARD_REASONS,
    SearchField,
    column,
    paint_shape,
    paint_square,
    row,
)
from hue_desktop.ui.shell.catalog_lines import CatalogLine, catalog_lines
from hue_desktop.ui.tables import Column, RowsModel
from hue_desktop.ui.theme import active_theme, pixmap
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["Catalog"]

_ALIGN_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _LineDelegate(QStyledItemDelegate):
    """Draws one line of the column."""

    def __init__(self, model: RowsModel[CatalogLine]) -> None:
        super().__init__(model)
        self._model = model
        self.by_keyboard = False  #: the edge of the focus is for those who use it

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        line = self._model.row_at(index.row())
        return QSize(100, 10 if line is not None and line.kind == "gap" else SIZES["row"])

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        line = self._model.row_at(index.row())
        if line is None or line.kind == "gap":
            return
        theme = active_theme()
        box: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected and line.kind == "cluster":
            painter.fillRect(box, theme.color("selection"))
        if option.state & QStyle.StateFlag.State_HasFocus and self.by_keyboard:
            painter.setPen(QPen(theme.color("accent-text"), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        right = self._right_edge(painter, box, line)
        left = self._paint_marks(painter, box, line)
        self._paint_words(painter, QRect(left, box.top(), right - left, box.height()), line)

    def _right_edge(self, painter: QPainter, box: QRect, line: CatalogLine) -> int:
        """Draw $/h and the alert badge; where the text must end."""
        theme = active_theme()
        right = box.right() - 12
        if line.money:
            painter.setFont(theme.font("body", 600 if line.idle else 500 if not line.ref else 400))
            painter.setPen(theme.color("warn" if line.idle else "text-2"))
            width = painter.fontMetrics().horizontalAdvance(line.money)
            spot = QRect(right - width, box.top(), width + 2, box.height())
            painter.drawText(spot, _ALIGN_RIGHT, line.money)
            right -= width + 10
        if line.badge:
            painter.setFont(theme.font("small", 600))
            width = painter.fontMetrics().horizontalAdvance(line.badge) + 12
            ground = QRect(right - width, box.center().y() - 8, width, 17)
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("warn-back"))
            painter.drawRoundedRect(ground, 3, 3)
            painter.restore()
            painter.setPen(theme.color("warn"))
            painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, line.badge)
            right -= width + 8
        return right

    def _paint_marks(self, painter: QPainter, box: QRect, line: CatalogLine) -> int:
        """Draw what stands before the text; where the text begins."""
        middle = box.center().y()
        left = box.left()
        if line.kind in ("connection", "fold"):
            image = pixmap("chevron-right" if line.folded else "chevron-down", "text-2", 14)
            painter.drawPixmap(left + (8 if line.kind == "connection" else 26), middle - 6, image)
        if line.kind == "connection":
            paint_square(painter, line.token, QPointF(left + 32, middle + 0.5))
            return left + 42
        if line.kind == "cluster" and line.shape is not None:
            paint_shape(painter, line.shape, QPointF(left + 33, middle + 0.5), 9)
        return left + (28 if line.kind == "note" else 47)

    def _paint_words(self, painter: QPainter, box: QRect, line: CatalogLine) -> None:
        theme = active_theme()
        bold = line.kind == "connection"
        painter.setFont(theme.font("body", 600 if bold else 400))
        token = line.token if line.kind == "note" and line.token else ""
        painter.setPen(theme.color(token or ("text-3" if line.quiet else "text")))
        metrics = painter.fontMetrics()
        text = metrics.elidedText(line.text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, _ALIGN_LEFT, text)
        room = box.width() - metrics.horizontalAdvance(text) - 8
        if line.tag and room > 30:
            tag = QRect(box.right() - room + 1, box.top() + 1, room, box.height() - 1)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color(line.token))
            shown = painter.fontMetrics().elidedText(line.tag, Qt.TextElideMode.ElideRight, room)
            painter.drawText(tag, _ALIGN_LEFT, shown)


class _LineList(QListView):
    """The lines; Enter opens, Left and Right fold."""

    opened = Signal(object)
    fold_requested = Signal(object, object)
    menu_requested = Signal(object, QPoint)

    def __init__(self, model: RowsModel[CatalogLine]) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self._delegate = _LineDelegate(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(_("Connections and clusters"))
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setProperty("surface", "chrome")

    def _line(self, index: QModelIndex) -> CatalogLine | None:
        return self._model.row_at(index.row()) if index.isValid() else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self._line(self.indexAt(event.position().toPoint()))
        self._delegate.by_keyboard = False
        super().mousePressEvent(event)
        if line is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        if line.kind == "cluster":
            self.opened.emit(line)
        elif line.kind in ("connection", "fold"):
            self.fold_requested.emit(line, not line.folded)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._delegate.by_keyboard = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._delegate.by_keyboard = True
        line = self._line(self.currentIndex())
        key = event.key()
        if line is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if line.kind == "cluster":
                self.opened.emit(line)
            else:
                self.fold_requested.emit(line, not line.folded)
        elif line is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.fold_requested.emit(line, key == Qt.Key.Key_Left)
        elif key == Qt.Key.Key_Backspace or event.text() in (":", "/", "?"):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keyboard else self.indexAt(event.pos())
        line = self._line(index)
        if line is not None:
            corner = self.visualRect(index).bottomLeft()
            where = self.viewport().mapToGlobal(corner) if keyboard else event.globalPos()
            self.menu_requested.emit(line, where)


class Catalog(QWidget):
    """``opened`` tells the cluster to show, ``menu_requested`` the line and where."""

    opened = Signal(object)
    menu_requested = Signal(object, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "chrome")
        self.setFixedWidth(SIZES["catalog"])
        self._snapshot = FleetSnapshot()
        self._alerts: Mapping[ClusterRef, AlertCount] = {}
        self._folded: set[str] = set()
        self._ended: set[str] = set()
        text = Column[CatalogLine]("text", "", lambda line: line.words, tooltip=_hint)
        self.model = RowsModel((text,), key=lambda line: line.key, parent=self)
        self.lines = _LineList(self.model)
        self.filter = SearchField(_("filter…"), name=_("Filter clusters"))
        self.filter.searched.connect(lambda _text: self._rebuild())
        self.filter.returnPressed.connect(self._open_first)
        self.lines.opened.connect(lambda line: self.opened.emit(line.ref))
        self.lines.fold_requested.connect(self._fold)
        self.lines.menu_requested.connect(self.menu_requested)
        bottom = row(self.filter, margins=(8, 8, 8, 8))
        self.setLayout(column(9, self.lines, bottom))

    def apply(self, snapshot: FleetSnapshot) -> None:
        """Show the connections and clusters of a snapshot."""
        self._snapshot = snapshot
        self._rebuild()

    def show_alerts(self, alerts: Mapping[ClusterRef, AlertCount]) -> None:
        """Count the alerts of live health beside their clusters."""
        self._alerts = dict(alerts)
        self._rebuild()

    def set_current(self, ref: ClusterRef | None) -> None:
        """Mark the cluster that shows now."""
        if ref is None:
            self.lines.clearSelection()
            return
        key = ("cluster", ref.connection, f"{ref.region}/{ref.cluster_id}")
        position = self.model.position_of(key)
        if position >= 0:
            self.lines.setCurrentIndex(self.model.index(position, 0))

    @property
    def folds(self) -> tuple[list[str], list[str]]:
        """Which connections are folded away, and whose ended clusters show."""
        return sorted(self._folded), sorted(self._ended)

    def set_folds(self, folded: list[str], ended: list[str]) -> None:
        """As it was left at the end of the last session."""
        self._folded, self._ended = set(folded), set(ended)
        self._rebuild()

    def _rebuild(self) -> None:
        text = self.filter.text()
        self.model.set_rows(
            catalog_lines(
                self._snapshot,
                text=text,
                folded=self._folded,
                ended=self._ended,
                alerts=self._alerts,
            )
        )

    def _fold(self, line: CatalogLine, fold: bool) -> None:
        if line.kind == "connection":
            (self._folded.add if fold else self._folded.discard)(line.connection)
        elif line.kind == "fold":
            (self._ended.discard if fold else self._ended.add)(line.connection)
        self._rebuild()

    def _open_first(self) -> None:
        self._rebuild()
        first = next((line for line in self.model.rows() if line.kind == "cluster"), None)
        if first is not None and self.filter.text():
            self.opened.emit(first.ref)


def _hint(line: CatalogLine) -> str:
    return " · ".join(part for part in (line.text, line.state, line.hint) if part)
