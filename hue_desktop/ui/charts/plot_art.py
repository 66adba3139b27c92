"""Draws the curves of one strip into a picture that is copied to the screen until it changes.

Importing this module imports pyqtgraph, which turns arrays into paths: do it when a chart shows.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from hue_desktop.ui.charts.plots import Curve, Plot
from hue_desktop.ui.charts.series import LineStyle
from hue_desktop.ui.charts.thinning import Trace, trace
from hue_desktop.ui.theme import Theme

__all__ = ["draw_plot"]

_AREA_ALPHA = 0.22
_DASH = [4.0, 3.0]
_HALF = 0.25  #: a fine line drawn twice, this far to either side, looks 1.5 px wide
_STEPPED = (LineStyle.STEP, LineStyle.LIMIT)


def draw_plot(
    theme: Theme, plot: Plot, size: QSize, span: tuple[float, float], top: float, ratio: float
) -> QPixmap:
    """The curves of ``plot`` from ``span[0]`` to ``span[1]``, with zero at the lower edge."""
    image = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    box = QRectF(0.0, 1.0, size.width(), size.height() - 2.0)
    for curve in plot.curves:
        points = _points(curve, plot.scale, top, box, span)
        if len(points.x):
            _draw_curve(painter, theme.color(curve.color), curve, points, box, ratio)
    painter.end()
    return image


def _points(
    curve: Curve, scale: float, top: float, box: QRectF, span: tuple[float, float]
) -> Trace:
    """The curve in pixels of the picture; steps with their corners."""
    data = curve.data
    found = trace(data.times, data.values, *span, round(box.width()), curve.gap_s)
    y = box.bottom() - found.y * (box.height() / (scale * (top or 1.0)))
    if curve.style in _STEPPED and len(found.x) > 1:
        return _with_corners(found.x, y, found.joined)
    return Trace(found.x, y, found.joined)


def _with_corners(x: np.ndarray, y: np.ndarray, joined: np.ndarray) -> Trace:
    """Each value holds until the next one; before a gap it ends where it was."""
    count = len(x)
    out_x, out_y = np.empty(2 * count - 1), np.empty(2 * count - 1)
    out_x[0::2], out_y[0::2] = x, y
    out_x[1::2] = np.where(joined[:-1], x[1:], x[:-1])
    out_y[1::2] = y[:-1]
    both = np.ones(2 * count - 1, dtype=np.bool_)
    both[1::2] = joined[:-1]
    both[-1] = False
    return Trace(out_x, out_y, both)


def _draw_curve(
    painter: QPainter, color: QColor, curve: Curve, points: Trace, box: QRectF, ratio: float
) -> None:
    if curve.style is LineStyle.AREA:
        _draw_area(painter, color, points, box, ratio)
    path = pg.arrayToQPath(points.x, points.y, connect=points.joined.astype(np.int32))
    smooth = curve.style not in _STEPPED
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(color, 1)
    if curve.style is LineStyle.LIMIT:
        pen.setDashPattern(_DASH)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.drawPath(path)
    else:
        painter.setPen(pen)
        across = _HALF if smooth else 0.0
        for side in (-1, 1):
            painter.translate(side * across, side * _HALF)
            painter.drawPath(path)
            painter.translate(-side * across, -side * _HALF)
    _draw_lone(painter, color, points)


def _draw_lone(painter: QPainter, color: QColor, points: Trace) -> None:
    """A point with a gap on either side would be no line at all: a dot shows it."""
    before = np.concatenate(([False], points.joined[:-1]))
    lone = np.flatnonzero(~before & ~points.joined)
    if not len(lone) or len(lone) > 200:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for index in lone.tolist():
        painter.drawEllipse(QPointF(points.x[index], points.y[index]), 1.2, 1.2)


def _draw_area(painter: QPainter, color: QColor, points: Trace, box: QRectF, ratio: float) -> None:
    """The ground under a line, made as an image: to fill a path of so many corners takes longer."""
    width, height = round(box.width() * ratio), round((box.bottom() + 1) * ratio)
    if len(points.x) < 2 or width < 1 or height < 1:
        return
    columns = (np.arange(width) + 0.5) / ratio
    before = np.searchsorted(points.x, columns, side="right") - 1
    held = (before >= 0) & (before < len(points.x) - 1)
    held &= points.joined[np.clip(before, 0, len(points.x) - 1)]
    tops = np.where(held, np.interp(columns, points.x, points.y) * ratio, np.inf)
    rows = np.arange(height)[:, None]
    under = (rows >= tops[None, :]) & (rows < box.bottom() * ratio)
    ground = np.where(under, np.uint32(_washed(color)), np.uint32(0))
    image = QImage(ground.data, width, height, 4 * width, _PREMULTIPLIED)
    image.setDevicePixelRatio(ratio)
    painter.drawImage(QPointF(0.0, 0.0), image)


def _washed(color: QColor) -> int:
    """The colour of an area as one premultiplied pixel."""
    alpha = round(255 * _AREA_ALPHA)
    parts = (color.red(), color.green(), color.blue())
    red, green, blue = (round(part * _AREA_ALPHA) for part in parts)
    return alpha << 24 | red << 16 | green << 8 | blue


_PREMULTIPLIED = QImage.Format.Format_ARGB32_Premultiplied
