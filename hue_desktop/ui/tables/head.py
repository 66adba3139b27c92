"""The head of a table: titles in small type, an arrow where rows are ordered, a click to order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter
from PySide6.QtWidgets import QHeaderView

from hue_desktop.core.text import _
from hue_desktop.ui.tables.column import Column
from hue_desktop.ui.theme import active_theme, pixmap
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["Ordered", "TableHead"]


class Ordered(Protocol):
    """A model whose rows stand in an order that a column names."""

    @property
    def columns(self) -> Sequence[Column[Any]]: ...
    @property
    def order(self) -> tuple[str, bool]: ...
    @property
    def order_changed(self) -> Any: ...
    def sort_by(self, key: str, descending: bool = ..., /) -> None: ...


class TableHead(QHeaderView):
    """Painted by itself, so that title, arrow and cell text stand on one edge.

    ``lead`` and ``tail`` are what the first column has more at its left, the last at its right.
    """

    menu_requested = Signal(QPoint)

    def __init__(self, model: Ordered, padding: int, *, lead: int = 0, tail: int = 0) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._model = model
        self._padding = padding
        self._lead, self._tail = lead, tail
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
        lead = self._lead if logical_index == 0 else 0
        tail = self._tail if logical_index == len(self._model.columns) - 1 else 0
        box = rect.adjusted(self._padding + lead, 0, -self._padding - tail, -1)
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
