"""Event marks in their lane with dotted lines through all strips, and the crosshair's time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from hue_desktop.ui.charts.overlay import place_labels
from hue_desktop.ui.charts.series import Mark
from hue_desktop.ui.charts.strip_frame import LANE, StripFrame
from hue_desktop.ui.parts import paint_shape
from hue_desktop.ui.theme import Theme

__all__ = ["mark_at", "moment_text", "paint_marks", "paint_pill"]

_LANE_Y = (LANE - 4) // 2
_NEAR = 7  #: pixels


def moment_text(at: float, frame: StripFrame) -> str:
    """A moment as the axis names it: seconds in a short span, the day in a long one."""
    local = datetime.fromtimestamp(at, UTC).astimezone()
    span = frame.end - frame.start
    if span <= 900:
        return f"{local:%H:%M:%S}"
    return f"{local:%H:%M}" if span <= 86400 else f"{local:%a} {local.day} {local:%H:%M}"


def mark_at(frame: StripFrame, marks: Sequence[Mark], x: float, y: float) -> Mark | None:
    """The event under a point of the lane."""
    if y > LANE:
        return None
    near = [mark for mark in marks if abs(frame.x(mark.at.timestamp()) - x) <= _NEAR]
    return near[-1] if near else None


def paint_marks(painter: QPainter, theme: Theme, frame: StripFrame, marks: Sequence[Mark]) -> None:
    """Draw the events that lie within the frame."""
    shown = [mark for mark in marks if frame.start <= mark.at.timestamp() <= frame.end]
    shown.sort(key=lambda mark: mark.at)
    font = theme.font("small")
    metrics = QFontMetrics(font)
    texts = [mark.label or mark.text for mark in shown]
    widths = [metrics.horizontalAdvance(text) for text in texts]
    xs = [frame.x(mark.at.timestamp()) for mark in shown]
    labels = place_labels(xs, widths, frame.left, frame.right)
    painter.save()
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for mark, text, x, label in zip(shown, texts, xs, labels, strict=True):
        color = theme.color(mark.shape.token if mark.shape else "accent-text")
        pen = QPen(color, 1)
        pen.setDashPattern([2.0, 2.0])
        painter.setPen(pen)
        line_x = round(x) + 0.5
        painter.drawLine(QPointF(line_x, _LANE_Y + 6), QPointF(line_x, frame.bottom))
        _paint_shape(painter, theme, mark, QPointF(x, _LANE_Y))
        if label is not None:
            start, room = label
            painter.setPen(theme.color("text"))
            box = QRectF(start, _LANE_Y - 8, room + 2, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()


def _paint_shape(painter: QPainter, theme: Theme, mark: Mark, center: QPointF) -> None:
    if mark.shape is not None:
        paint_shape(painter, mark.shape, center, 8)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("accent-text"))
    painter.drawEllipse(center, 4, 4)


def paint_pill(painter: QPainter, theme: Theme, frame: StripFrame, at: float) -> None:
    """The time of the crosshair on the axis."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font("small", 600))
    text = moment_text(at, frame)
    width = painter.fontMetrics().horizontalAdvance(text) + 16
    left = min(max(round(frame.x(at) - width / 2), frame.left), frame.right - width)
    pill = QRect(left, frame.bottom + 6, width, 21)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("text"))
    painter.drawRoundedRect(pill, 4, 4)
    painter.setPen(theme.color("surface"))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
