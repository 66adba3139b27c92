"""The head of a table: titles in small type, an arrow where rows are ordered, a click to order."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter
from PySide6.QtWidgets import QHeaderView

from hue_desktop.core.text import _
from hue_desktop.ui.tables.model import RowsModel
from hue_desktop.ui.theme import active_theme, pixmap
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["TableHead"]


class TableHead(QHeaderView):
    """Painted by itself, so that title, arrow and cell text stand on one edge."""

    menu_requested = Signal(QPoint)

    def __init__(self, model: RowsModel[Any], padding: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._model = model
        self._padding = padding
        self.setAccessibleName(_("Column heads"))
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setFixedHeight(SIZES["head"])
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sectionClicked.connect(self._order_by)
        model.order_changed.connect(self.viewport().update)

    def _order_by(self, section: int) -> None:
        column = self._model.columns[section]
        if not column.title:
            return
        key, descending = self._model.order
        if key == column.key:
            self._model.sort_by(key, not descending)
        else:
            self._model.sort_by(column.key, column.descending_first)

    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        theme = active_theme()
        column = self._model.columns[logical_index]
        painter.fillRect(rect, theme.color("surface"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        key, descending = self._model.order
        ordered = key == column.key
        painter.setFont(theme.font("small", 500))
        painter.setPen(theme.color("text" if ordered else "text-2"))
        box = rect.adjusted(self._padding, 0, -self._padding, -1)
        metrics = painter.fontMetrics()
        if ordered:
            arrow = pixmap("arrow-down" if descending else "arrow-up", "text-2", 10)
            if column.align == "right":
                painter.drawPixmap(box.right() - 9, box.center().y() - 4, arrow)
                box = box.adjusted(0, 0, -13, 0)
            else:
                shown = min(metrics.horizontalAdvance(column.title), box.width() - 13)
                painter.drawPixmap(box.left() + shown + 3, box.center().y() - 4, arrow)
                box = box.adjusted(0, 0, -13, 0)
        align = Qt.AlignmentFlag
        side = align.AlignRight if column.align == "right" else align.AlignLeft
        text = metrics.elidedText(column.title, Qt.TextElideMode.ElideRight, max(box.width(), 0))
        painter.drawText(box, side | align.AlignVCenter, text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())
