"""What lies above the curves: event marks with their dotted lines, crosshair and time pill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from hue_desktop.ui.charts.frame import Frame
from hue_desktop.ui.charts.series import Mark
from hue_desktop.ui.parts import paint_shape
from hue_desktop.ui.theme import Theme

__all__ = ["Overlay", "place_labels"]

_GAP = 8  #: least room between two labels in the lane


class Overlay(QWidget):
    """A transparent sheet over the chart; it takes no events."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._frame: Frame | None = None
        self._marks: list[Mark] = []
        self._cursor: datetime | None = None
        self._points: list[tuple[float, float, QColor]] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_frame(self, frame: Frame) -> None:
        """Use these measures."""
        self._frame = frame
        self.raise_()
        self.update()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Show these events."""
        self._marks = sorted(marks, key=lambda mark: mark.at)
        self.update()

    def set_cursor(self, at: datetime | None, points: list[tuple[float, float, QColor]]) -> None:
        """Show the crosshair at a moment with hollow points on the lines."""
        self._cursor, self._points = at, points
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        frame = self._frame
        if frame is None or not frame.strips:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter, frame)
        if self._cursor is not None:
            self._paint_cursor(painter, frame, self._cursor)

    def _paint_marks(self, painter: QPainter, frame: Frame) -> None:
        font = self._theme.font("small")
        painter.setFont(font)
        metrics = QFontMetrics(font)
        texts = [mark.label or mark.text for mark in self._marks]
        widths = [metrics.horizontalAdvance(text) for text in texts]
        xs = [frame.x(mark.at) for mark in self._marks]
        labels = place_labels(xs, widths, frame.left, frame.right)
        for mark, text, x, label in zip(self._marks, texts, xs, labels, strict=True):
            color = self._theme.color(mark.shape.token if mark.shape else "accent-text")
            pen = QPen(color, 1)
            pen.setDashPattern([2.0, 2.0])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, frame.lane_y + 6), QPointF(x, frame.bottom))
            self._paint_mark(painter, mark, QPointF(x, frame.lane_y), color)
            if label is not None:
                start, room = label
                painter.setPen(self._theme.color("text"))
                box = QRectF(start, frame.lane_y - 8, room + 2, 16)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)

    def mark_at(self, x: float, y: float) -> Mark | None:
        """The event under a point of the lane."""
        frame = self._frame
        if frame is None or y > 2 * frame.lane_y:
            return None
        near = [mark for mark in self._marks if abs(frame.x(mark.at) - x) <= 7]
        return near[-1] if near else None

    def _paint_mark(self, painter: QPainter, mark: Mark, center: QPointF, color: QColor) -> None:
        if mark.shape is not None:
            paint_shape(painter, mark.shape, center, 8)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(center, 4, 4)

    def _paint_cursor(self, painter: QPainter, frame: Frame, at: datetime) -> None:
        x = round(frame.x(at)) + 0.5
        painter.setPen(QPen(self._theme.color("text"), 1))
        painter.drawLine(QPointF(x, frame.strip_top(0)), QPointF(x, frame.bottom + 4))
        for point_x, y, color in self._points:
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(self._theme.color("surface"))
            painter.drawEllipse(QPointF(point_x, y), 3, 3)
        local = at.astimezone()
        span = (frame.end - frame.start).total_seconds()
        text = f"{local:%H:%M}" if span <= 86400 else f"{local:%a %H:%M}"
        painter.setFont(self._theme.font("small", 600))
        width = painter.fontMetrics().horizontalAdvance(text) + 16
        left = min(max(round(x - width / 2), frame.left), frame.right - width)
        pill = QRect(left, frame.bottom + 4, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("text"))
        painter.drawRoundedRect(pill, 4, 4)
        painter.setPen(self._theme.color("surface"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def place_labels(
    xs: Sequence[float], widths: Sequence[int], left: float, right: float
) -> list[tuple[float, int] | None]:
    """Start and width of each label: right of its mark, else left of it, else none.

    A label that does not fit as a whole is left out: half a name says less than its mark. Newer
    events win their place first: what just happened is what is looked for.
    """
    taken: list[tuple[float, float]] = [(x - 6, x + 6) for x in xs]
    places: list[tuple[float, int] | None] = [None] * len(xs)
    for index in reversed(range(len(xs))):
        x, width = xs[index], widths[index]
        after = min([low - _GAP for low, high in taken if high >= x + 10] + [right])
        before = max([high + _GAP for low, high in taken if low <= x - 10] + [left])
        start = x + 10 if x + 10 + width <= after else x - 10 - width
        if start == x + 10 or start >= before:
            places[index] = start, width
            taken.append((start, start + width))
    return places
