"""What live strips look like: legends, axes, curves, limits, events and the crosshair.

A scene knows nothing of mouse or keys, so that the same one paints the screen and the exported
picture. Curves are drawn into one picture for each strip and copied from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from hue_desktop.core.text import _
from hue_desktop.ui.charts.mark_lane import moment_text, paint_marks, paint_pill
from hue_desktop.ui.charts.plot_art import draw_plot
from hue_desktop.ui.charts.plots import AxisTop, Curve, Plot, plain
from hue_desktop.ui.charts.series import LineStyle, Mark
from hue_desktop.ui.charts.strip_frame import LANE, LEGEND, StripFrame
from hue_desktop.ui.charts.ticks import time_ticks
from hue_desktop.ui.theme import Theme

__all__ = ["StripScene"]

_PILL = 52  #: labels nearer to the crosshair than this would touch its time
_LINE = 19
_NEWEST_GAPS = 3  #: a value so many gaps old is still the newest one, an older one is not
_STALE = 0.45  #: how much is left of the curves of stale data
_RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter


class _Picture:
    """The curves of a strip as they were drawn last, and what time they span."""

    __slots__ = ("image", "start", "top")

    def __init__(self, image: QPixmap, start: float, top: float) -> None:
        self.image, self.start, self.top = image, start, top


class StripScene:
    """Plots one below the other over a frame. ``ratio`` is the screen's pixels per point."""

    def __init__(self, theme: Theme, *, legend: int = LEGEND) -> None:
        self._theme = theme
        self._legend = legend
        self.ratio = 1.0
        self.plots: tuple[Plot, ...] = ()
        self.frame = StripFrame(1, 1, (), 0.0, 3600.0, legend=legend)
        self.cursor: float | None = None
        self.stale = False
        self.marks: tuple[Mark, ...] = ()
        self._pictures: list[_Picture | None] = []
        self._tops: dict[str, AxisTop] = {}

    def set_plots(self, plots: Sequence[Plot]) -> None:
        """Show these plots; an axis that was there before keeps its top."""
        self.plots = tuple(plots)
        self._tops = {plot.key: self._tops.get(plot.key) or AxisTop() for plot in self.plots}
        self._pictures = [None] * len(self.plots)

    def fit(self, size: QSize, start: float, end: float, scrolled: int = 0) -> None:
        """Measure for a size and a span of time."""
        before = self.frame
        lines = tuple(len(plot.curves) for plot in self.plots)
        self.frame = StripFrame(
            size.width(), size.height(), lines, start, end, scrolled, self._legend
        )
        if (before.width, before.height, before.lines, before.end - before.start) != (
            size.width(), size.height(), lines, end - start,
        ):  # fmt: skip
            self.forget()

    def forget(self) -> None:
        """Draw everything anew when it is painted next."""
        self._pictures = [None] * len(self.plots)

    def reset_axes(self) -> None:
        """Let each axis fit what is shown now."""
        for top in self._tops.values():
            top.reset()

    def draw(self, index: int) -> None:
        """Draw the curves of one strip."""
        plot, frame = self.plots[index], self.frame
        highest = plot.highest(frame.start, frame.end) if plot.top is None else plot.top
        top = self._tops[plot.key].fit(plot, highest)
        _top, height = frame.axis(index)
        size = QSize(frame.right - frame.left, height)
        span = (frame.start, frame.end)
        image = draw_plot(self._theme, plot, size, span, top, self.ratio)
        self._pictures[index] = _Picture(image, frame.start, top)

    def strip_rect(self, index: int) -> QRect:
        """All that belongs to a strip, its legend included."""
        frame = self.frame
        return QRect(0, frame.top_of(index), frame.width, frame.height_of(index))

    def top_of(self, index: int) -> float:
        """The value at the top of a strip's axis, in the shown unit."""
        return self._tops[self.plots[index].key].value

    # -- readings --------------------------------------------------------------------------

    def reading(self, curve: Curve) -> float | None:
        """The raw value of a curve at the crosshair, or the newest one."""
        if self.cursor is not None:
            point = curve.at(self.cursor)
            return point[1] if point else None
        last, end = curve.data.last, self.frame.end
        if last is None:
            return None
        if last > end:
            point = curve.at(end)
            return point[1] if point else None
        fresh = end - last <= _NEWEST_GAPS * curve.gap_s or self.stale
        return float(curve.data.values[-1]) if fresh else None

    def readings(self) -> dict[str, float | None]:
        """What the legend shows, by ``plot.curve``, in the shown unit."""
        found: dict[str, float | None] = {}
        for plot in self.plots:
            for curve in plot.curves:
                value = self.reading(curve)
                shown = None if value is None else value / plot.scale
                found[f"{plot.key}.{curve.key}"] = shown
        return found

    def spoken(self) -> str:
        """All readings as a sentence for those who do not see them."""
        parts = [moment_text(self.cursor, self.frame)] if self.cursor is not None else []
        for plot in self.plots:
            for curve in plot.curves:
                value = self.reading(curve)
                if value is not None:
                    text = f"{plot.words(value / plot.scale)} {plot.unit}".strip()
                    parts.append(f"{plot.title}, {curve.title}: {text}")
        return "; ".join(parts)

    # -- painting --------------------------------------------------------------------------

    def paint(self, painter: QPainter, region: QRect) -> None:
        """Paint what lies in ``region``."""
        frame = self.frame
        clip = QRect(0, frame.top, frame.width, frame.bottom - frame.top)
        painter.save()
        painter.setClipRect(clip.intersected(region))
        for index, plot in enumerate(self.plots):
            if self.strip_rect(index).intersects(region) and self.strip_rect(index).intersects(
                clip
            ):
                self._paint_strip(painter, index, plot)
        painter.restore()
        if region.bottom() >= frame.bottom:
            self._paint_times(painter)
        if region.top() < LANE:
            self._paint_when(painter)
        paint_marks(painter, self._theme, frame, self.marks)
        if self.cursor is not None:
            self._paint_cursor(painter, self.cursor)

    def _paint_strip(self, painter: QPainter, index: int, plot: Plot) -> None:
        if self._pictures[index] is None:
            self.draw(index)
        picture = self._pictures[index]
        assert picture is not None
        frame = self.frame
        painter.setPen(self._theme.color("line"))
        painter.drawLine(0, frame.top_of(index), frame.right, frame.top_of(index))
        self._paint_axis(painter, index, plot, picture.top)
        axis_top, height = frame.axis(index)
        place = QRect(frame.left, axis_top, frame.right - frame.left, height)
        shift = (picture.start - frame.start) / ((frame.end - frame.start) or 1.0) * place.width()
        painter.save()
        painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
        if self.stale:
            painter.setOpacity(_STALE)
        painter.drawPixmap(QPointF(place.left() + round(shift), axis_top), picture.image)
        painter.restore()
        self._paint_limits(painter, index, plot, picture.top)
        self._paint_legend(painter, frame.top_of(index), plot)

    def _paint_axis(self, painter: QPainter, index: int, plot: Plot, top: float) -> None:
        frame = self.frame
        painter.setFont(self._theme.font("small"))
        low = frame.axis(index)[1] < 44
        for share in (0.0, 1.0) if low else (0.0, 0.5, 1.0):
            y = round(frame.y(index, share * top, top))
            painter.setPen(self._theme.color("line"))
            painter.drawLine(frame.left, y, frame.right, y)
            painter.setPen(self._theme.color("text-2"))
            box = QRect(frame.left - 60, y - 8, 52, 16)
            painter.drawText(box, _RIGHT_MIDDLE, plain(share * top))

    def _paint_limits(self, painter: QPainter, index: int, plot: Plot, top: float) -> None:
        """Dashed lines; the words of two that are close stand side by side on the upper one."""
        frame = self.frame
        painter.setFont(self._theme.font("small"))
        metrics, left, label_y = painter.fontMetrics(), frame.left + 4, -100
        shown = [limit for limit in plot.limits if 0 < limit.value <= top]
        for limit in sorted(shown, key=lambda each: -each.value):
            y = round(frame.y(index, limit.value, top))
            pen = QPen(self._theme.color(limit.token), 1)
            pen.setDashPattern([4.0, 3.0])
            painter.setPen(pen)
            painter.drawLine(frame.left, y, frame.right, y)
            if y - label_y >= 18:
                left, label_y = frame.left + 4, y
            painter.setPen(self._theme.color(limit.token.removesuffix("-shape")))
            width = metrics.horizontalAdvance(limit.text)
            painter.drawText(QRect(left, label_y - 16, width + 4, 15), _LEFT_MIDDLE, limit.text)
            left += width + 10

    def _paint_legend(self, painter: QPainter, y: int, plot: Plot) -> None:
        width = self._legend
        painter.setFont(self._theme.font("small"))
        painter.setPen(self._theme.color("text-2"))
        painter.drawText(QRect(0, y + 6, width, 20), _RIGHT_MIDDLE, plot.unit)
        room = width - painter.fontMetrics().horizontalAdvance(plot.unit) - 6
        painter.setFont(self._theme.font("body", 600))
        painter.setPen(self._theme.color("text"))
        title = painter.fontMetrics().elidedText(plot.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(0, y + 6, room, 20), _LEFT_MIDDLE, title)
        for row, curve in enumerate(plot.curves):
            self._paint_reading(painter, y + 26 + _LINE * row, plot, curve)

    def _paint_reading(self, painter: QPainter, y: int, plot: Plot, curve: Curve) -> None:
        pen = QPen(self._theme.color(curve.color), 2)
        if curve.style is LineStyle.LIMIT:
            pen = QPen(self._theme.color(curve.color), 1)
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawLine(0, y + 9, 9, y + 9)
        value = self.reading(curve)
        text = "–" if value is None else plot.words(value / plot.scale)
        painter.setFont(self._theme.font("body", 500))
        taken = painter.fontMetrics().horizontalAdvance(text) + 8
        painter.setPen(self._theme.color("text-3" if value is None else "text"))
        painter.drawText(QRect(16, y, self._legend - 16, 18), _RIGHT_MIDDLE, text)
        painter.setFont(self._theme.font("body"))
        painter.setPen(self._theme.color("text-2"))
        room = self._legend - 16 - taken
        name = painter.fontMetrics().elidedText(curve.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(16, y, room, 18), _LEFT_MIDDLE, name)

    def _paint_when(self, painter: QPainter) -> None:
        """Which moment the values of the legend are of."""
        text = _("newest")
        if self.cursor is not None:
            text = _("at {time}").format(time=moment_text(self.cursor, self.frame))
        painter.setFont(self._theme.font("small"))
        painter.setPen(self._theme.color("text-2"))
        painter.drawText(QRect(0, 0, self._legend, LANE - 4), _RIGHT_MIDDLE, text)

    def _paint_times(self, painter: QPainter) -> None:
        frame = self.frame
        painter.setFont(self._theme.font("small"))
        painter.setPen(self._theme.color("line"))
        painter.drawLine(0, frame.bottom, frame.right, frame.bottom)
        painter.setPen(self._theme.color("text-2"))
        start, end = (datetime.fromtimestamp(at, UTC) for at in (frame.start, frame.end))
        for at, label in time_ticks(start, end, frame.right - frame.left):
            x = round(frame.x(at.timestamp()))
            x = min(max(x, frame.left + 16), frame.right - 16)
            if self.cursor is not None and abs(frame.x(self.cursor) - x) < _PILL:
                continue  # the time pill of the crosshair stands there
            painter.drawText(QRect(x - 44, frame.bottom + 9, 88, 16), _CENTER, label)

    def _paint_cursor(self, painter: QPainter, at: float) -> None:
        frame, theme = self.frame, self._theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = round(frame.x(at)) + 0.5
        painter.setPen(QPen(theme.color("text"), 1))
        painter.drawLine(QPointF(x, frame.top), QPointF(x, frame.bottom + 6))
        painter.setClipRect(QRectF(0, frame.top, frame.width, frame.bottom - frame.top))
        for point, color in self._points_at(at):
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(theme.color("surface"))
            painter.drawEllipse(point, 3, 3)
        painter.restore()
        paint_pill(painter, theme, frame, at)

    def _points_at(self, at: float) -> list[tuple[QPointF, QColor]]:
        points = []
        for index, plot in enumerate(self.plots):
            picture = self._pictures[index]
            for curve in plot.curves if picture is not None else ():
                found = curve.at(at)
                if found is not None and picture is not None:
                    step = curve.style in (LineStyle.STEP, LineStyle.LIMIT)
                    x = self.frame.x(at if step else found[0])
                    y = self.frame.y(index, found[1] / plot.scale, picture.top)
                    points.append((QPointF(x, y), self._theme.color(curve.color)))
        return points
