"""How a cell of a node map looks: ground, corner shape, text, and the ring around the chosen one.

Ground and shape are drawn once for each look and copied after that: a thousand rounded rectangles
with smooth edges would take the main thread longer than a frame lasts.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from hue_desktop.ui.parts import StateShape, paint_shape
from hue_desktop.ui.theme import Theme

__all__ = ["TEXT_FROM", "CellArt", "MapCell"]

TEXT_FROM = 28  #: cells narrower than this carry no text
_INK = {f"heat-{step}": f"heat-{step}-text" for step in range(5)}
_INK |= {"sunken": "text-2", "role-core": "surface"}
_SMOOTH = QPainter.RenderHint.Antialiasing


@dataclass(frozen=True, slots=True)
class MapCell:
    """A node: its colour token, its text (or ``short``), the shape of its problem or change."""

    id: str
    fill: str
    text: str = ""
    shape: StateShape | None = None
    short: str = ""


class CellArt:
    """Paints cells in the colours of the theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._grounds: dict[tuple[str, str, int, int, float], QPixmap] = {}
        theme.changed.connect(self._grounds.clear)

    def paint(self, painter: QPainter, at: QPoint, size: QSize, cell: MapCell, text: str) -> None:
        """A cell with its top left corner at ``at``; ``text`` where there is room for one."""
        painter.drawPixmap(at, self._ground(painter, size, cell))
        if text and size.width() >= TEXT_FROM:
            painter.setFont(self._theme.font("small", 500))
            painter.setPen(self._theme.color(_INK.get(cell.fill, "on-fill")))
            painter.drawText(QRect(at, size), Qt.AlignmentFlag.AlignCenter, text)

    def ring(self, painter: QPainter, rect: QRect, *, focused: bool) -> None:
        """The ring around the cell that is pointed at."""
        radius = _radius(rect.width()) + 1
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("accent-text" if focused else "text"), 2))
        painter.drawRoundedRect(rect.adjusted(-1, -1, 1, 1), radius, radius)

    def _ground(self, painter: QPainter, size: QSize, cell: MapCell) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        shape = cell.shape.name if cell.shape is not None else ""
        key = (cell.fill, shape, size.width(), size.height(), ratio)
        image = self._grounds.get(key)
        if image is None:
            image = self._grounds[key] = self._draw(size, cell, ratio)
        return image

    def _draw(self, size: QSize, cell: MapCell, ratio: float) -> QPixmap:
        image = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
        image.fill(Qt.GlobalColor.transparent)
        image.setDevicePixelRatio(ratio)
        rect, radius = QRect(QPoint(0, 0), size), _radius(size.width())
        painter = QPainter(image)
        painter.setRenderHint(_SMOOTH)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(cell.fill))
        painter.drawRoundedRect(rect, radius, radius)
        if cell.shape is not None:
            self._draw_corner(painter, rect, cell.shape)
        painter.end()
        return image

    def _draw_corner(self, painter: QPainter, rect: QRect, shape: StateShape) -> None:
        wide = rect.width() >= 22
        corner, middle = QPointF(rect.right() - 7, rect.top() + 8), QPointF(rect.center())
        if shape is StateShape.ATTENTION:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("warn-shape"), 2 if rect.width() >= 16 else 1.5))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 2, 2)
        size = 8 if wide else min(6, rect.width() - 3)
        paint_shape(painter, shape, corner if wide else middle + QPointF(0.5, 0.5), size)


def _radius(width: int) -> int:
    return 3 if width >= 16 else 1
