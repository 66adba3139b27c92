"""Strips of series above one time axis, with event marks and one crosshair through all.

pyqtgraph draws the curves; this widget draws grid, labels and legend below them and the overlay
draws marks and crosshair above. Importing this module imports pyqtgraph: do it when a chart shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from hue_desktop.core.format import date_time
from hue_desktop.core.text import _
from hue_desktop.ui.charts.frame import Frame
from hue_desktop.ui.charts.overlay import Overlay
from hue_desktop.ui.charts.series import Line, LineStyle, Mark, Point, Strip, segments, value_at
from hue_desktop.ui.charts.ticks import time_ticks
from hue_desktop.ui.theme import Theme

__all__ = ["TimeStrips"]

_DASH = [4.0, 3.0]
_PILL = 52  #: labels nearer to the crosshair than this would touch its time
_AREA_ALPHA = 0.22


class TimeStrips(QWidget):
    """A chart of several strips; ``set_data`` replaces what it shows.

    The crosshair follows the mouse, or the arrow keys when the chart has the focus.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._all: tuple[Strip, ...] = ()
        self._strips: tuple[Strip, ...] = ()  #: those that there is room for
        self._gap_s = 480.0
        self._frame = Frame(1, 1, 0, datetime.now(UTC), datetime.now(UTC) + timedelta(hours=1))
        self._cursor: datetime | None = None
        self._focus_visible = False  #: reached by Tab, not by a click
        self._boxes: list[pg.ViewBox] = []
        self._view = pg.GraphicsView(self, background=None)
        self._view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view.setStyleSheet("background: transparent; border: none;")
        self._view.viewport().setAutoFillBackground(False)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setAccessibleName(_("Curves"))
        self._view.viewport().setAccessibleName(_("Curves"))
        self._view.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._overlay = Overlay(theme, self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(206)
        self.setAccessibleName(_("Chart of the cluster's metrics"))
        theme.changed.connect(self._draw)

    def set_data(
        self,
        strips: Sequence[Strip],
        marks: Sequence[Mark],
        start: datetime,
        end: datetime,
        *,
        gap_s: float = 480.0,
    ) -> None:
        """Show these strips from ``start`` to ``end`` (UTC); a hole over ``gap_s`` is a gap."""
        self._all, self._gap_s = tuple(strips), gap_s
        self._fit(self.width(), self.height(), start, end)
        self.set_marks(marks)
        self.setAccessibleDescription(self._spoken())
        self._draw()

    def _fit(self, width: int, height: int, start: datetime, end: datetime) -> None:
        """Measure; where legends would be cut, leave out the strips that give way."""
        wanted = [self._all, tuple(strip for strip in self._all if not strip.gives_way)]
        for strips in wanted if wanted[1] else wanted[:1]:
            self._strips = strips
            self._frame = Frame(width, height, len(strips), start, end)
            longest = max((len(strip.lines) for strip in strips), default=0)
            if _legend_lines(self._frame) >= longest:
                return

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Draw these events on the same axis."""
        frame = self._frame
        self._overlay.set_marks([mark for mark in marks if frame.start <= mark.at <= frame.end])

    @property
    def frame(self) -> Frame:
        """The measures now in use."""
        return self._frame

    @property
    def strips(self) -> tuple[Strip, ...]:
        """What is shown."""
        return self._strips

    def set_cursor(self, at: datetime | None) -> None:
        """Put the crosshair on a moment, or take it away."""
        if at is not None:
            at = min(max(at, self._frame.start), self._frame.end)
        self._cursor = at
        self._place_cursor()
        self.update()

    def _place_cursor(self) -> None:
        at = self._cursor
        self._overlay.set_cursor(at, self._points_at(at) if at else [])

    def readings(self) -> dict[str, float | None]:
        """The value of each line at the crosshair, or the newest one, by ``strip.line`` key."""
        found: dict[str, float | None] = {}
        for strip in self._strips:
            for line in strip.lines:
                point = self._reading(line)
                found[f"{strip.key}.{line.key}"] = point[1] if point else None
        return found

    def _reading(self, line: Line) -> Point | None:
        at = self._cursor or self._frame.end
        return value_at(line, at, self._gap_s if self._cursor else 3 * self._gap_s)

    def _points_at(self, at: datetime) -> list[tuple[float, float, QColor]]:
        points = []
        for index, strip in enumerate(self._strips):
            for line in strip.lines:
                point = value_at(line, at, self._gap_s)
                if point is not None:
                    y = self._frame.y(index, point[1], strip.highest)
                    points.append((self._frame.x(at), y, self._theme.color(line.color)))
        return points

    def _spoken(self) -> str:
        parts = []
        for strip in self._strips:
            for line in strip.lines:
                point = self._reading(line)
                if point is not None:
                    value = f"{point[1]:,.{line.decimals}f} {strip.unit}".strip()
                    parts.append(f"{strip.title}, {line.title}: {value}")
        return "; ".join(parts)

    # -- drawing ---------------------------------------------------------------------------

    def _draw(self) -> None:
        """Lay the boxes out again and draw every curve."""
        frame = self._frame
        self._overlay.set_frame(frame)
        scene = self._view.scene()
        for box in self._boxes:
            scene.removeItem(box)
        self._boxes.clear()
        for index, strip in enumerate(self._strips):
            box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0.0)
            scene.addItem(box)
            box.setGeometry(0, frame.strip_top(index), frame.right - frame.left, frame.strip_height)
            box.setRange(
                xRange=(0.0, (frame.end - frame.start).total_seconds()),
                yRange=(0.0, strip.highest),
                padding=0,
                disableAutoRange=True,
            )
            for line in strip.lines:
                self._draw_line(box, line)
            self._boxes.append(box)
        self._place_cursor()
        self.update()

    def _draw_line(self, box: pg.ViewBox, line: Line) -> None:
        color = self._theme.color(line.color)
        pen = pg.mkPen(color, width=1.5)
        if line.style is LineStyle.LIMIT:
            pen = pg.mkPen(color, width=1)
            pen.setDashPattern(_DASH)
        stepped = line.style in (LineStyle.STEP, LineStyle.LIMIT)
        for run in segments(line.points, self._gap_s):
            x = np.array([(at - self._frame.start).total_seconds() for at, _v in run])
            y = np.array([value for _at, value in run])
            if stepped:
                x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
            curve = pg.PlotCurveItem(x, y, pen=pen, antialias=not stepped)
            if line.style is LineStyle.AREA:
                fill = QColor(color)
                fill.setAlphaF(_AREA_ALPHA)
                curve.setFillLevel(0.0)
                curve.setBrush(fill)
            box.addItem(curve, ignoreBounds=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index, strip in enumerate(self._strips):
            self._paint_axis(painter, index, strip)
            self._paint_legend(painter, index, strip)
        self._paint_times(painter)
        if self._focus_visible:
            painter.setPen(QPen(self._theme.color("accent-text"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_axis(self, painter: QPainter, index: int, strip: Strip) -> None:
        frame, highest = self._frame, strip.highest
        painter.setFont(self._theme.font("small"))
        for share in (0.0, 0.5, 1.0):
            y = round(frame.y(index, share * highest, highest))
            painter.setPen(self._theme.color("line"))
            painter.drawLine(frame.left, y, frame.right, y)
            painter.setPen(self._theme.color("text-2"))
            box = QRect(frame.left - 56, y - 8, 48, 16)
            painter.drawText(box, _RIGHT_MIDDLE, _axis_label(share * highest))

    def _paint_legend(self, painter: QPainter, index: int, strip: Strip) -> None:
        y = self._frame.strip_top(index) - 8
        painter.setFont(self._theme.font("body", 600))
        painter.setPen(self._theme.color("text"))
        painter.drawText(QRect(0, y, 120, 18), _LEFT_MIDDLE, strip.title)
        painter.setFont(self._theme.font("small"))
        painter.setPen(self._theme.color("text-2"))
        painter.drawText(QRect(0, y, 124, 18), _RIGHT_MIDDLE, strip.unit)
        pitch = _legend_pitch(self._frame)
        for row, line in enumerate(strip.lines[: max(1, _legend_lines(self._frame))]):
            self._paint_reading(painter, y + 2 + pitch * (row + 1), line)

    def _paint_reading(self, painter: QPainter, y: int, line: Line) -> None:
        pen = QPen(self._theme.color(line.color), 2)
        if line.style is LineStyle.LIMIT:
            pen = QPen(self._theme.color(line.color), 1)
            pen.setDashPattern(_DASH)
        painter.setPen(pen)
        painter.drawLine(0, y + 9, 10, y + 9)
        painter.setFont(self._theme.font("body"))
        painter.setPen(self._theme.color("text-2"))
        painter.drawText(QRect(16, y, 76, 17), _LEFT_MIDDLE, line.title)
        point = self._reading(line)
        text = f"{point[1]:,.{line.decimals}f}" if point else "–"
        painter.setFont(self._theme.font("body", 500))
        painter.setPen(self._theme.color("text" if point else "text-3"))
        painter.drawText(QRect(64, y, 60, 17), _RIGHT_MIDDLE, text)

    def _paint_times(self, painter: QPainter) -> None:
        frame = self._frame
        painter.setFont(self._theme.font("small"))
        painter.setPen(self._theme.color("text-2"))
        for at, label in time_ticks(frame.start, frame.end, frame.right - frame.left):
            x = min(max(round(frame.x(at)), frame.left + 16), frame.right - 16)
            if self._cursor is not None and abs(frame.x(self._cursor) - x) < _PILL:
                continue  # the time pill of the crosshair stands there
            painter.drawText(QRect(x - 40, frame.bottom + 6, 80, 16), _CENTER, label)

    # -- events ----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        frame = self._frame
        size = event.size()
        self._fit(size.width(), size.height(), frame.start, frame.end)
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

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._focus_visible = event.reason() in _BY_KEY
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._focus_visible = False
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.set_cursor(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if direction is None:
            if event.key() == Qt.Key.Key_Escape and self._cursor is not None:
                self.set_cursor(None)
                return
            super().keyPressEvent(event)
            return
        frame = self._frame
        step = (frame.end - frame.start) / 72
        self.set_cursor((self._cursor or frame.end) + direction * step)


_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter


def _legend_pitch(frame: Frame) -> int:
    return 17 if frame.strip_height >= 44 else 15


def _legend_lines(frame: Frame) -> int:
    """How many lines of its legend a strip has room for, below its title."""
    return (frame.strip_height + frame.gap - 18) // _legend_pitch(frame)


def _axis_label(value: float) -> str:
    if value and value < 10 and value != round(value):
        return f"{value:.2f}".rstrip("0")
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
