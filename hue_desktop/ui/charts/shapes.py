"""The state shapes as they are painted inside charts and cells."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

__all__ = ["paint_shape"]


def paint_shape(painter: QPainter, shape: str, color: QColor, center: QPointF, size: float) -> None:
    """Paint a state's shape, ``size`` pixels wide, around ``center``; unknown shapes are discs."""
    half = size / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    if shape == "attention":
        painter.drawPolygon(_polygon(center, (0, -half), (half, half * 0.9), (-half, half * 0.9)))
    elif shape == "starting":
        painter.drawPolygon(_polygon(center, (0, -half), (half, 0), (0, half), (-half, 0)))
    elif shape == "stopped":
        painter.drawRect(_square(center, half * 0.85))
    elif shape == "failed":
        painter.setPen(QPen(color, size * 0.28, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        edge = half * 0.7
        for sign in (1, -1):
            painter.drawLine(
                center + QPointF(-edge, -edge * sign), center + QPointF(edge, edge * sign)
            )
    elif shape == "waiting":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, size * 0.2))
        painter.drawEllipse(_square(center, half * 0.8))
    else:
        painter.drawEllipse(_square(center, half))
    painter.restore()


def _polygon(center: QPointF, *corners: tuple[float, float]) -> QPolygonF:
    return QPolygonF([center + QPointF(x, y) for x, y in corners])


def _square(center: QPointF, half: float) -> QRectF:
    return QRectF(center.x() - half, center.y() - half, 2 * half, 2 * half)
