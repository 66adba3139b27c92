"""How many nodes ran over the rehearsed time: core below, task on top, drawn as steps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hue_desktop.core.format import count, duration
from hue_desktop.core.rehearsal import NodesAt
from hue_desktop.core.text import _
from hue_desktop.ui.theme import active_theme

__all__ = ["NodeChart"]

_LEFT, _TOP, _BOTTOM = 34, 6, 20
_FILL = 0.82
_SHORTEST_S = 1800.0  #: so that a count that never changes has a length


class NodeChart(QWidget):
    """The series of an outcome; areas start at 0, draining nodes are a dashed line."""

    def __init__(self) -> None:
        super().__init__()
        self.series: tuple[NodesAt, ...] = ()
        self._length_s = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(150)
        self.setAccessibleName(_("Nodes over time"))
        active_theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(320, 150)

    def show_series(self, series: Sequence[NodesAt], hours: float) -> None:
        """Show these counts of so many hours, as far as they change."""
        self.series = tuple(series)
        last_s = _last_change_s(self.series)
        # Nothing moves any more after the last change: a quarter of the time beyond it is enough.
        self._length_s = max(60.0, min(hours * 3600, max(last_s * 1.25, _SHORTEST_S)))
        if series:
            first, last = series[0], series[-1]
            self.setAccessibleDescription(
                _("core {a} → {b}, task {c} → {d}").format(
                    a=first.core, b=last.core, c=first.task, d=last.task
                )
            )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(_LEFT, _TOP, -2, -_BOTTOM)
        most = max((one.core + one.task for one in self.series), default=1) or 1
        top = _round_up(most)
        self._paint_grid(painter, box, top)
        if self.series:
            core = [float(one.core) for one in self.series]
            both = [float(one.core + one.task) for one in self.series]
            self._paint_area(painter, box, [0.0] * len(core), core, top, "role-core")
            self._paint_area(painter, box, core, both, top, "role-task")
            self._paint_draining(painter, box, top)
        painter.end()

    def _x(self, box: QRectF, after_s: float) -> float:
        return box.left() + box.width() * min(1.0, max(0.0, after_s) / self._length_s)

    def _paint_grid(self, painter: QPainter, box: QRectF, top: int) -> None:
        theme = active_theme()
        painter.setFont(theme.font("small"))
        for share in (0.0, 0.5, 1.0):
            y = box.bottom() - share * box.height()
            painter.setPen(theme.color("line"))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            if share * top == int(share * top):
                painter.setPen(theme.color("text-2"))
                where = QRectF(0, y - 8, _LEFT - 6, 16)
                align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(where, align, count(share * top))
        painter.setPen(theme.color("text-2"))
        for share, align in (
            (0.0, Qt.AlignmentFlag.AlignLeft),
            (0.5, Qt.AlignmentFlag.AlignHCenter),
            (1.0, Qt.AlignmentFlag.AlignRight),
        ):
            text = _("begin") if share == 0 else duration(share * self._length_s)
            painter.drawText(QRectF(box.left(), box.bottom() + 4, box.width(), 16), align, text)

    def _steps(self, box: QRectF, values: Sequence[float], top: int) -> list[QPointF]:
        """The corners of a step line from the first instant to the end."""
        points: list[QPointF] = []
        for one, value in zip(self.series, values, strict=True):
            x, y = self._x(box, one.after_s), box.bottom() - value / top * box.height()
            if points:
                points.append(QPointF(x, points[-1].y()))
            points.append(QPointF(x, y))
        points.append(QPointF(box.right(), points[-1].y()))
        return points

    def _paint_area(
        self,
        painter: QPainter,
        box: QRectF,
        low: Sequence[float],
        high: Sequence[float],
        top: int,
        token: str,
    ) -> None:
        upper, lower = self._steps(box, high, top), self._steps(box, low, top)
        path = QPainterPath(upper[0])
        for point in (*upper[1:], *reversed(lower)):
            path.lineTo(point)
        path.closeSubpath()
        color = QColor(active_theme().color(token))
        color.setAlphaF(_FILL)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillPath(path, color)
        painter.setPen(QPen(active_theme().color("surface"), 1))
        painter.drawPolyline(upper)

    def _paint_draining(self, painter: QPainter, box: QRectF, top: int) -> None:
        if not any(one.draining for one in self.series):
            return
        pen = QPen(active_theme().color("text"), 1.5)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        ends = [one.after_s for one in self.series[1:]] + [self._length_s]
        for one, end in zip(self.series, ends, strict=True):
            if one.draining:
                left = one.core + one.task - one.draining
                y = box.bottom() - left / top * box.height()
                painter.drawLine(
                    QPointF(self._x(box, one.after_s), y), QPointF(self._x(box, end), y)
                )


def _last_change_s(series: Sequence[NodesAt]) -> float:
    """When a count was another one for the last time."""
    last_s = 0.0
    for before, one in pairwise(series):
        if (before.core, before.task, before.draining) != (one.core, one.task, one.draining):
            last_s = one.after_s
    return last_s


def _round_up(value: int) -> int:
    """The next even number of one or two leading digits."""
    step = 1
    while value > 20 * step:
        step *= 10
    rounded = -(-value // (2 * step)) * 2 * step
    return max(2, rounded)
