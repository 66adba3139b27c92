"""How cells are drawn. Everything is painted here, without the style, for speed and for looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from hue_desktop.ui.parts.marks import (
    StateShape,
    paint_bar,
    paint_shape,
    paint_sparkline,
    paint_square,
)
from hue_desktop.ui.tables.column import Column
from hue_desktop.ui.tables.model import GroupLine, RowsModel
from hue_desktop.ui.tables.texts import Texts
from hue_desktop.ui.theme import Theme, active_theme, pixmap

__all__ = ["CellDelegate", "paint_group_title"]

_FLAGS = {
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
    "center": Qt.AlignmentFlag.AlignCenter,
}


class CellDelegate(QStyledItemDelegate):
    """Paints the cells of a ``RowsModel``."""

    def __init__(self, model: RowsModel[Any], padding: int) -> None:
        super().__init__(model)
        self._model = model
        self._padding = padding
        self._texts = Texts()
        self._spark_top: dict[str, float] = {}
        model.rows_shown.connect(self._spark_top.clear)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        column = self._model.columns[index.column()]
        metrics = QFontMetrics(active_theme().font())
        return QSize(metrics.horizontalAdvance(text) + _extra(column) + 2 * self._padding, 28)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme = active_theme()
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        line = self._model.line(index.row())
        column = self._model.columns[index.column()]
        selected = bool(state & QStyle.StateFlag.State_Selected)
        self._paint_ground(painter, theme, box, line, selected)
        inner = box.adjusted(self._padding, 0, -self._padding, -1)
        if isinstance(line, GroupLine):
            if index.column() > 0:
                text = line.group.cells.get(column.key, "")
                # Money stands out in every subtotal, as it does in the total below.
                bold = line.group.strong or "$" in text
                token, weight = ("text", 600) if bold else ("text-2", 400)
                if text:
                    self._texts.draw(painter, inner, text, token, weight=weight, align=column.align)
            return
        self._paint_cell(painter, theme, inner, line, column)

    def _paint_ground(
        self, painter: QPainter, theme: Theme, box: QRect, line: Any, selected: bool
    ) -> None:
        ground = ""
        if selected:
            ground = "selection"
        elif isinstance(line, GroupLine):
            ground = "raised"
        elif self._model.back is not None:
            ground = self._model.back(line)
        if ground:
            painter.fillRect(box, theme.color(ground))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, theme.color("line"))

    def _paint_cell(
        self, painter: QPainter, theme: Theme, box: QRect, row: Any, column: Column[Any]
    ) -> None:
        text = column.text(row)
        value = column.value(row) if column.value is not None else None
        token = (column.color(row) if column.color is not None else "") or (
            "text-2" if column.quiet or text in ("", "–") else "text"
        )
        weight = column.weight(row) if callable(column.weight) else column.weight
        middle = box.center().y() + 0.5
        if column.kind == "state" and isinstance(value, StateShape):
            paint_shape(painter, value, QPointF(box.left() + 5, middle), 9)
            box = box.adjusted(18, 0, 0, 0)
        elif column.kind == "square" and value:
            paint_square(painter, value, QPointF(box.left() + 5, middle))
            box = box.adjusted(18, 0, 0, 0)
        elif column.kind == "bar":
            box = _paint_bar(painter, box, row, column, value)
        elif column.kind == "spark" and value:
            box = self._paint_spark(painter, box, row, column, value)
        elif column.kind == "badge" and value:
            back = column.bar_color(row) if column.bar_color is not None else "warn-back"
            box = self._paint_badge(painter, theme, box, text, str(value), weight, back)
        if text:
            size = "mono" if column.kind == "mono" else "body"
            self._texts.draw(
                painter, box, text, token, weight=weight, align=column.align, size=size
            )

    def _paint_spark(
        self, painter: QPainter, box: QRect, row: Any, column: Column[Any], value: Sequence[float]
    ) -> QRect:
        top = self._spark_top.get(column.key)
        if top is None and column.value is not None:
            every = [column.value(other) or () for other in self._model.rows()]
            top = max((max(values, default=0.0) for values in every), default=0.0)
            self._spark_top[column.key] = top
        width = min(50, box.width() // 2)
        area = QRectF(box.left(), box.center().y() - 8, width, 17)
        token = column.bar_color(row) if column.bar_color is not None else "role-core"
        paint_sparkline(painter, area, value, token, top or 1.0)
        return box.adjusted(width + 6, 0, 0, 0)

    def _paint_badge(
        self,
        painter: QPainter,
        theme: Theme,
        box: QRect,
        text: str,
        badge: str,
        weight: int,
        back: str,
    ) -> QRect:
        text_width = round(self._texts.width(text, "body", weight))
        width = round(self._texts.width(badge, "small", 600)) + 10
        left = min(box.left() + text_width + 8, box.right() - width)
        ground = QRectF(left, box.center().y() - 8, width, 17)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(back))
        painter.drawRoundedRect(ground, 3, 3)
        painter.restore()
        tone = "warn" if back == "warn-back" else "text-2"
        spot = ground.toRect()
        self._texts.draw(painter, spot, badge, tone, weight=600, align="center", size="small")
        return box.adjusted(0, 0, -(box.right() - left) - 6, 0)


def _extra(column: Column[Any]) -> int:
    return {"state": 18, "square": 18, "bar": 52, "spark": 56, "badge": 26}.get(column.kind, 0)


def _paint_bar(
    painter: QPainter, box: QRect, row: Any, column: Column[Any], value: float | None
) -> QRect:
    if value is None:
        return box
    width = min(44, box.width() // 2)
    token = column.bar_color(row) if column.bar_color is not None else "role-core"
    paint_bar(painter, QRectF(box.left(), box.center().y() - 1, width, 4), value, token)
    return box.adjusted(width + 8, 0, 0, 0)


def paint_group_title(painter: QPainter, box: QRect, line: GroupLine, padding: int) -> None:
    """Draw the title of a group row; it may run across the columns that have no subtotal."""
    theme = active_theme()
    group = line.group
    middle = box.center().y()
    left = box.left() + padding
    chevron = pixmap("chevron-right" if line.collapsed else "chevron-down", "text-2", 14)
    painter.drawPixmap(left - 1, middle - 7, chevron)
    left += 22
    if group.square:
        paint_square(painter, group.square, QPointF(left + 3, middle + 0.5))
        left += 16
    pieces = (
        (group.title, "text", 600),
        (group.tag, group.tag_color or "text-2", 500),
        (group.count, "text", 500),
        (group.note, "text-2", 400),
    )
    for text, token, weight in pieces:
        room = box.right() - left
        if not text or room < 24:
            continue
        painter.setFont(theme.font("body", weight))
        painter.setPen(theme.color(token))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, box.top(), room, box.height() - 1), _FLAGS["left"], shown)
        left += metrics.horizontalAdvance(shown) + 8
