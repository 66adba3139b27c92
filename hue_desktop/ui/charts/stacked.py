"""Stacked areas over time: what each part adds, with event marks and one crosshair.

pyqtgraph draws the areas; this widget draws grid and axes below them, the overlay names, marks and
crosshair above. Importing this module imports pyqtgraph: do it when a chart shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QGraphicsPathItem, QWidget

from hue_desktop.core.format import date_time, round_parts
from hue_desktop.core.text import _
from hue_desktop.ui.charts.series import Mark
from hue_desktop.ui.charts.stack import Stack, axis_step, label_places
from hue_desktop.ui.charts.stacked_overlay import Reading, StackedOverlay, StackFrame
from hue_desktop.ui.charts.ticks import time_ticks
from hue_desktop.ui.theme import Theme

__all__ = ["StackedAreas"]

_ALPHA = 0.82
_NAME_HEIGHT = 15
_SEAM = 14  #: pixels; a narrower step has no seam
_PILL = 40  #: labels nearer to the crosshair than this would touch its time
_APART = 10  #: least room between two labels of the time axis


class StackedAreas(QWidget):
    """``set_data`` replaces what it shows; ``write`` says a value with so many places.

    The crosshair follows the mouse, or the arrow keys when the chart has the focus.
    """

    def __init__(self, theme: Theme, write: Callable[[float, int], str], name: str) -> None:
        super().__init__()
        self._theme = theme
        self._write = write
        self._stack = Stack((), ())
        self._marks: list[Mark] = []
        self._live = True
        now = datetime.now(UTC)
        self._frame = StackFrame(1, 1, 1, now, now + timedelta(hours=1))
        self._top = 1.0
        self._step = 0.25
        self._cursor: datetime | None = None
        self._focus_visible = False  #: reached by Tab, not by a click
        self._box: pg.ViewBox | None = None
        self._view = pg.GraphicsView(self, background=None)
        self._view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view.setStyleSheet("background: transparent; border: none;")
        self._view.viewport().setAutoFillBackground(False)
        for part in (self._view, self._view.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            part.setAccessibleName(_("Areas"))
        self._overlay = StackedOverlay(theme, self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(200)
        self.setAccessibleName(name)
        theme.changed.connect(self._draw)

    # -- what is shown ---------------------------------------------------------------------

    def set_data(
        self,
        stack: Stack,
        marks: Sequence[Mark],
        start: datetime,
        end: datetime,
        *,
        live: bool = True,
    ) -> None:
        """Show the stack from ``start`` to ``end`` (UTC); ``live``: the end is now."""
        self._stack, self._live = stack, live
        self._step = axis_step(stack.highest)
        self._top = self._step * max(1, -(-stack.highest * (1 - 1e-9) // self._step))
        self._frame = StackFrame(self.width(), self.height(), 1, start, end)
        self._show_marks(marks)
        self._draw()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Draw these events on the axis."""
        self._show_marks(marks)
        self._place_names()

    def _show_marks(self, marks: Sequence[Mark]) -> None:
        frame = self._frame
        self._marks = [mark for mark in marks if frame.start <= mark.at <= frame.end]
        self._overlay.set_marks(self._marks)

    @property
    def frame(self) -> StackFrame:
        """The measures now in use."""
        return self._frame

    @property
    def stack(self) -> Stack:
        """What is shown."""
        return self._stack

    def set_cursor(self, at: datetime | None) -> None:
        """Put the crosshair on a moment, or take it away."""
        if at is not None:
            at = min(max(at, self._frame.start), self._frame.end)
        if at != self._cursor:
            self._cursor = at
            self._place_cursor()
            self.update()

    def readings(self) -> dict[str, float]:
        """The value of each layer at the crosshair, or the newest one; empty outside."""
        at = (self._cursor or self._frame.end).timestamp()
        values = self._stack.values_at(at)
        if values is None:
            return {}
        keys = (layer.key for layer in self._stack.layers)
        return dict(zip(keys, values, strict=True))

    # -- drawing ---------------------------------------------------------------------------

    def _draw(self) -> None:
        frame = self._frame
        self._overlay.set_frame(frame)
        if self._box is not None:
            self._view.scene().removeItem(self._box)
        box = self._box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0.0)
        self._view.scene().addItem(box)
        box.setGeometry(0, frame.strip_top(0), frame.right - frame.left, frame.strip_height)
        box.setRange(
            xRange=(0.0, max(1.0, (frame.end - frame.start).total_seconds())),
            yRange=(0.0, self._top),
            padding=0,
            disableAutoRange=True,
        )
        for index, layer in enumerate(self._stack.layers):
            self._draw_layer(box, index, self._theme.color(layer.color))
        self._place_names()
        self._place_cursor()
        self.setAccessibleDescription(self._spoken())
        self.update()

    def _draw_layer(self, box: pg.ViewBox, index: int, color: QColor) -> None:
        lower, upper = self._stack.bounds[index], self._stack.bounds[index + 1]
        top, bottom = self._outline(upper), self._outline(lower)
        fill = QColor(color)
        fill.setAlphaF(_ALPHA)
        ring = QPainterPath()
        ring.addPolygon(QPolygonF([*top, *reversed(bottom)]))
        area = QGraphicsPathItem(ring)
        area.setPen(QPen(Qt.PenStyle.NoPen))
        area.setBrush(fill)
        box.addItem(area, ignoreBounds=True)
        seam = QGraphicsPathItem(self._seam(top))
        pen = QPen(self._theme.color("surface"), 1)
        pen.setCosmetic(True)
        seam.setPen(pen)
        seam.setZValue(1)
        box.addItem(seam, ignoreBounds=True)

    def _seam(self, top: Sequence[QPointF]) -> QPainterPath:
        """The level parts of an outline that are wide enough; upright ones would be hatching."""
        frame, path = self._frame, QPainterPath()
        per_pixel = (frame.end - frame.start).total_seconds() / (frame.right - frame.left)
        for begin, end in zip(top[::2], top[1::2], strict=False):
            if end.x() - begin.x() >= _SEAM * per_pixel:
                path.moveTo(begin)
                path.lineTo(end)
        return path

    def _outline(self, values: Sequence[float]) -> list[QPointF]:
        """Steps over all stretches; stretches of one height are one step."""
        edges, start = self._stack.edges, self._frame.start.timestamp()
        points: list[QPointF] = []
        for position, value in enumerate(values):
            if points and abs(points[-1].y() - value) < 1e-9:
                points.pop()
            else:
                points.append(QPointF(edges[position] - start, value))
            points.append(QPointF(edges[position + 1] - start, value))
        return points

    def _place_names(self) -> None:
        frame, stack = self._frame, self._stack
        names: list[tuple[str, float, float]] = []
        if len(stack.edges) > 1:
            left, right = (frame.x(_moment(stack.edges[end])) for end in (0, -1))
            width = QFontMetrics(self._theme.font("small")).horizontalAdvance
            places = label_places(
                stack,
                tuple(float(width(layer.label)) for layer in stack.layers),
                _NAME_HEIGHT * self._top / frame.strip_height,
                left,
                right,
                [frame.x(mark.at) for mark in self._marks],
            )
            names = [
                (layer.label, place.x, frame.y(0, place.value, self._top))
                for layer, place in zip(stack.layers, places, strict=True)
                if place is not None
            ]
        self._overlay.set_names(names)

    def _place_cursor(self) -> None:
        at, frame = self._cursor, self._frame
        values = self._stack.values_at(at.timestamp()) if at is not None else None
        if at is None or values is None:
            self._overlay.set_cursor(at, [])
            self._overlay.set_readings(0.0, ())
            return
        x, points, total = frame.x(at), [], 0.0
        for layer, value in zip(self._stack.layers, values, strict=True):
            total += value
            if value > 0:
                y = frame.y(0, total, self._top)
                points.append((x, y, self._theme.color(layer.color)))
        self._overlay.set_cursor(at, points)
        self._overlay.set_readings(x, self._lines(values))

    def _lines(self, values: Sequence[float]) -> list[Reading]:
        """The highest layer first, as they lie on each other; then the sum."""
        pairs = list(zip(self._stack.layers, round_parts(values), strict=True))
        lines = [
            Reading(layer.color, layer.title, self._write(value, 2))
            for layer, value in reversed(pairs)
            if value > 0
        ]
        total = sum(value for _layer, value in pairs)
        return [*lines, Reading("", _("Total"), self._write(total, 2))]

    def _spoken(self) -> str:
        values = self._stack.values_at(self._frame.end.timestamp())
        if values is None:
            return ""
        return "; ".join(f"{line.title}: {line.value}" for line in self._lines(values))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_values(painter)
        self._paint_times(painter)
        if self._focus_visible:
            painter.setPen(QPen(self._theme.color("accent-text"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_values(self, painter: QPainter) -> None:
        frame = self._frame
        painter.setFont(self._theme.font("small"))
        for number in range(round(self._top / self._step) + 1):
            value = number * self._step
            y = round(frame.y(0, value, self._top))
            painter.setPen(self._theme.color("line"))
            painter.drawLine(frame.left, y, frame.right, y)
            painter.setPen(self._theme.color("text-2"))
            places = 0 if self._step >= 1 else 2 if self._step >= 0.01 else 3
            text = self._write(value, places)
            painter.drawText(QRect(0, y - 8, frame.left - 8, 16), _RIGHT_MIDDLE, text)

    def _paint_times(self, painter: QPainter) -> None:
        """Both ends of the axis, and round times between them; the crosshair has its own."""
        frame, width = self._frame, QFontMetrics(self._theme.font("small")).horizontalAdvance
        painter.setFont(self._theme.font("small"))
        first = date_time(frame.start, today=frame.end)
        last = _("now") if self._live else date_time(frame.end, today=frame.start)
        labels = [(frame.left, width(first), first)]
        labels.append((frame.right - width(last), width(last), last))
        cursor = frame.x(self._cursor) if self._cursor is not None else None
        for at, text in time_ticks(frame.start, frame.end, frame.right - frame.left):
            x = round(frame.x(at))
            painter.setPen(self._theme.color("line"))
            painter.drawLine(x, frame.strip_top(0), x, frame.bottom)
            left, room = x - width(text) // 2, width(text)
            if left > labels[0][0] + labels[0][1] + _APART and left + room + _APART < labels[1][0]:
                labels.append((left, room, text))
        painter.setPen(self._theme.color("text-2"))
        for left, room, text in labels:
            if cursor is None or left - _PILL > cursor or left + room + _PILL < cursor:
                painter.drawText(QRect(left, frame.bottom + 6, room + 2, 16), _LEFT_MIDDLE, text)

    # -- events ----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        frame, size = self._frame, event.size()
        self._frame = StackFrame(size.width(), size.height(), 1, frame.start, frame.end)
        self._overlay.resize(size)
        left, right = self._frame.left, self._frame.right
        self._view.setGeometry(left, 0, right - left, size.height())
        self._view.setSceneRect(0, 0, right - left, size.height())
        self._draw()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, y = event.position().x(), event.position().y()
        mark = self._overlay.mark_at(x, y)
        self.setToolTip(f"{mark.text}\n{date_time(mark.at)}" if mark else "")
        inside = self._frame.left <= x <= self._frame.right
        self.set_cursor(self._frame.moment(x) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        self.set_cursor(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._focus_visible = event.reason() in _BY_KEY
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._focus_visible = False
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        frame, key = self._frame, event.key()
        step = (frame.end - frame.start) / 72
        here = self._cursor or frame.end
        target = {
            Qt.Key.Key_Left.value: here - step,
            Qt.Key.Key_Right.value: here + step,
            Qt.Key.Key_Home.value: frame.start,
            Qt.Key.Key_End.value: frame.end,
        }.get(key)
        if target is not None:
            self.set_cursor(target)
        elif key == Qt.Key.Key_Escape and self._cursor is not None:
            self.set_cursor(None)
        else:
            super().keyPressEvent(event)


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
