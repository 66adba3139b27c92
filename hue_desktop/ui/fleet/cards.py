"""The fleet as cards: one painted field for each cluster, grouped by connection."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from hue_desktop.core.clusters import Attention
from hue_desktop.core.format import DASH, money, percent
from hue_desktop.core.text import _
from hue_desktop.ui.fleet.rows import Counts, FleetRow
from hue_desktop.ui.parts import paint_bar, paint_shape, paint_square
from hue_desktop.ui.tables import RowGroup
from hue_desktop.ui.theme import Theme

__all__ = ["FleetCards"]

_HEIGHT = 116
_LEAST_WIDTH = 250
_GAP = 16
_HEAD = 36
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | _MIDDLE
_RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE


class FleetCards(QAbstractScrollArea):
    """Arrows move between cards, Enter or a double click opens one."""

    row_activated = Signal(object)
    menu_requested = Signal(object, QPoint)
    selection_changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._groups: tuple[RowGroup[FleetRow], ...] = ()
        self._places: list[tuple[FleetRow, QRect]] = []
        self._heads: list[tuple[RowGroup[FleetRow], int]] = []
        self._current: object = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Clusters as cards"))
        self.viewport().setAccessibleName(_("Cards"))
        theme.changed.connect(self.viewport().update)

    def set_groups(self, groups: Sequence[RowGroup[FleetRow]]) -> None:
        """Show these clusters; nothing is painted when nothing differs."""
        if tuple(groups) != self._groups:
            self._groups = tuple(groups)
            self._arrange()

    @property
    def groups(self) -> tuple[RowGroup[FleetRow], ...]:
        """What is shown."""
        return self._groups

    def current_row(self) -> FleetRow | None:
        """The card in focus."""
        return next((row for row, _box in self._places if row.ref == self._current), None)

    def card_rect(self, name: str) -> QRect:
        """Where the card of a cluster's name is; empty when it is not shown."""
        found = (box for row, box in self._places if row.name == name)
        return next(found, QRect()).translated(0, -self.verticalScrollBar().value())

    def _arrange(self) -> None:
        width = self.viewport().width()
        columns = max(1, (width + _GAP) // (_LEAST_WIDTH + _GAP))
        card = (width - (columns - 1) * _GAP) // columns
        self._places, self._heads, top = [], [], 0
        for group in self._groups:
            self._heads.append((group, top))
            top += _HEAD
            for index, row in enumerate(group.rows):
                line, column = divmod(index, columns)
                x, y = column * (card + _GAP), top + line * (_HEIGHT + _GAP)
                self._places.append((row, QRect(x, y, card, _HEIGHT)))
            top += -(-len(group.rows) // columns) * (_HEIGHT + _GAP) + 4
        bar, room = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, top - room))
        bar.setPageStep(room)
        bar.setSingleStep(32)
        self.viewport().update()

    # -- painting --------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, -self.verticalScrollBar().value())
        for group, top in self._heads:
            self._paint_head(painter, group, top)
        for row, box in self._places:
            self._paint_card(painter, row, box)

    def _paint_head(self, painter: QPainter, group: RowGroup[FleetRow], top: int) -> None:
        middle = top + _HEAD // 2
        paint_square(painter, group.square, QPointF(5, middle))
        left = 18
        texts = ((group.title, "text", 600), (group.tag, group.tag_color, 400))
        for text, token, weight in (*texts, (group.note, "text-2", 400)):
            if text:
                self._text(painter, QRect(left, top, 500, _HEAD), text, token, weight=weight)
                left += painter.fontMetrics().horizontalAdvance(text) + 10
        total = group.cells.get("cost", "")
        if total and total != DASH:
            box = QRect(0, top, self.viewport().width(), _HEAD)
            self._text(painter, box, f"{total}{_('/h')}", "text", weight=600, align=_RIGHT)

    def _paint_card(self, painter: QPainter, row: FleetRow, box: QRect) -> None:
        focused = row.ref == self._current
        painter.setBrush(self._theme.color("warn-back" if row.idling else "surface"))
        edge = "accent-text" if focused and self.hasFocus() else "line-strong"
        painter.setPen(QPen(self._theme.color(edge), 2 if focused and self.hasFocus() else 1))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        inner = box.adjusted(14, 10, -14, -10)
        paint_shape(painter, row.shape, QPointF(inner.left() + 5, inner.top() + 11), 9)
        cost = DASH if row.rate is None else money(row.rate.total) + _("/h")
        self._text(
            painter, QRect(inner.left(), inner.top(), inner.width(), 22), cost,
            "text-2" if row.simulated else "text", weight=600, align=_RIGHT,
        )  # fmt: skip
        taken = painter.fontMetrics().horizontalAdvance(cost) + 12
        name = QRect(inner.left() + 18, inner.top(), inner.width() - 18 - taken, 22)
        self._text(painter, name, row.name, "text", weight=600)
        line = QRect(inner.left() + 18, inner.top() + 22, inner.width() - 18, 20)
        self._text(painter, line, _second_line(row), _state_token(row))
        self._paint_counts(painter, row.counts, QRect(inner.left(), inner.top() + 48, 0, 0), inner)
        figures = QRect(inner.left(), inner.bottom() - 18, inner.width(), 18)
        self._paint_shares(painter, row, figures)

    def _paint_counts(self, painter: QPainter, counts: Counts, at: QRect, inner: QRect) -> None:
        """Nodes by role as one bar, and in numbers."""
        if not counts.total:
            return
        on_demand = counts.task - counts.spot
        left, width = at.left(), inner.width() - 84
        painter.setPen(Qt.PenStyle.NoPen)
        for token, n in (
            ("role-master", counts.master),
            ("role-core", counts.core),
            ("role-task", max(0, on_demand)),
            ("role-spot", counts.spot),
        ):
            part = width * n / counts.total
            if part:
                painter.setBrush(self._theme.color(token))
                painter.drawRect(QRectF(left, at.top() + 6, max(2.0, part - 1), 6))
            left += round(part)
        box = QRect(inner.left(), at.top(), inner.width(), 18)
        self._text(painter, box, str(counts), "text-2", align=_RIGHT)

    def _paint_shares(self, painter: QPainter, row: FleetRow, box: QRect) -> None:
        left = box.left()
        for title, value in ((_("YARN"), row.yarn), (_("HDFS"), row.hdfs)):
            if value is None:
                continue
            self._text(painter, QRect(left, box.top(), 40, 18), title, "text-2", size="small")
            paint_bar(painter, QRectF(left + 36, box.center().y() - 1, 32, 4), value / 100,
                      "warn-shape" if value >= 90 else "role-core")  # fmt: skip
            figure = QRect(left + 74, box.top(), 46, 18)
            self._text(painter, figure, percent(value), "text", size="small")
            left += 120

    def _text(
        self, painter: QPainter, box: QRect, text: str, token: str, *,
        weight: int = 400, size: str = "body", align: Qt.AlignmentFlag = _LEFT,
    ) -> None:  # fmt: skip
        font = self._theme.font(size, weight)
        painter.setFont(font)
        painter.setPen(self._theme.color(token or "text"))
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, align, elided)

    # -- events ----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _at(self, point: QPoint) -> FleetRow | None:
        there = point + QPoint(0, self.verticalScrollBar().value())
        return next((row for row, box in self._places if box.contains(there)), None)

    def _choose(self, row: FleetRow | None) -> None:
        self._current = row.ref if row else None
        self.selection_changed.emit((row,) if row else ())
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(self._at(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._at(event.position().toPoint())
        if row is not None:
            self.row_activated.emit(row)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self._at(event.pos()) or self.current_row()
        if row is not None:
            self._choose(row)
            self.menu_requested.emit(row, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = [row for row, _box in self._places]
        current, key = self.current_row(), Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current is not None:
            self.row_activated.emit(current)
            return
        columns = len({box.left() for _row, box in self._places})
        step = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns,
        }.get(key)  # fmt: skip
        if step is None or not rows:
            super().keyPressEvent(event)
            return
        index = rows.index(current) + step if current in rows else 0
        self._choose(rows[max(0, min(index, len(rows) - 1))])
        self._reveal()

    def _reveal(self) -> None:
        box = next((box for row, box in self._places if row.ref == self._current), None)
        bar, room = self.verticalScrollBar(), self.viewport().height()
        if box is not None and not bar.value() <= box.top() <= box.bottom() <= bar.value() + room:
            bar.setValue(box.top() - _HEAD)


def _second_line(row: FleetRow) -> str:
    asks = row.attention in (Attention.WARN, Attention.CRITICAL)
    if asks and row.sentence:
        return row.sentence
    if row.idling:
        text = _("{state} for {time}").format(state=row.state, time=row.idle)
        return f"{text} · {row.idle_cost}" if row.idle_cost else text
    text = _("{state}, up {time}").format(state=row.state, time=row.uptime)
    if row.so_far is None:
        return text
    usd = money(row.so_far, 0 if row.so_far >= 100 else 2, at_least=row.at_least)
    return _("{text} · {usd} so far").format(text=text, usd=usd)


def _state_token(row: FleetRow) -> str:
    if row.attention is Attention.CRITICAL:
        return "critical"
    return "warn" if row.attention is Attention.WARN or row.idling else "text-2"
