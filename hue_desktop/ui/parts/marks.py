"""Marks that mean something: state shapes, role squares, bars, sparklines.

State is a shape first and a colour second; the state's word stands in the same row.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import Attention, ClusterState
from hue_desktop.core.instances import Instance, InstanceState, Market, Role
from hue_desktop.core.steps import StepState
from hue_desktop.ui.theme import active_theme
from hue_desktop.ui.theme.tokens import SHAPES

__all__ = [
    "RoleSquare",
    "StateMark",
    "StateShape",
    "cluster_shape",
    "instance_shape",
    "paint_bar",
    "paint_shape",
    "paint_sparkline",
    "paint_square",
    "role_token",
    "step_shape",
]


class StateShape(Enum):
    """● ○ ▲ ✕ ◆ ■ ✓; the value is the key of its colour."""

    RUNNING = "running"
    WAITING = "waiting"
    ATTENTION = "attention"
    FAILED = "failed"
    STARTING = "starting"
    STOPPED = "stopped"
    DONE = "done"

    @property
    def token(self) -> str:
        """The token that paints it."""
        return SHAPES[self.value]


_CLUSTER_SHAPES = {
    ClusterState.STARTING: StateShape.STARTING,
    ClusterState.BOOTSTRAPPING: StateShape.STARTING,
    ClusterState.RUNNING: StateShape.RUNNING,
    ClusterState.WAITING: StateShape.WAITING,
    ClusterState.TERMINATED_WITH_ERRORS: StateShape.FAILED,
}


def cluster_shape(state: ClusterState, attention: Attention = Attention.NONE) -> StateShape:
    """The shape of a cluster; what needs attention wins over what merely runs or waits."""
    if attention is Attention.CRITICAL:
        return StateShape.FAILED
    if attention is Attention.WARN:
        return StateShape.ATTENTION
    return _CLUSTER_SHAPES.get(state, StateShape.STOPPED)


def instance_shape(node: Instance, problem: str = "") -> StateShape:
    """The shape of a node; ``problem`` is the sentence that says what is wrong with it."""
    if problem:
        return StateShape.ATTENTION
    if node.state is InstanceState.RUNNING:
        return StateShape.RUNNING
    return StateShape.STARTING if node.active else StateShape.STOPPED


def step_shape(state: StepState) -> StateShape:
    """The shape of a step."""
    if state in (StepState.FAILED, StepState.INTERRUPTED):
        return StateShape.FAILED
    if state is StepState.COMPLETED:
        return StateShape.DONE
    if state is StepState.RUNNING:
        return StateShape.RUNNING
    return StateShape.STARTING if state is StepState.PENDING else StateShape.STOPPED


def role_token(role: Role | None, market: Market = Market.ON_DEMAND, *, line: bool = False) -> str:
    """The colour of a role; task nodes on Spot have their own, and a darker one for lines."""
    if role is Role.MASTER:
        return "role-master"
    if role is Role.CORE:
        return "role-core"
    if market is Market.SPOT:
        return "role-spot-line" if line else "role-spot"
    return "role-task"


_shapes: dict[tuple[StateShape, float, int], QPixmap] = {}
_FINER = 2  #: shapes are kept twice as fine as shown, so that a dense screen shows sharp edges


def paint_shape(painter: QPainter, shape: StateShape, center: QPointF, size: float = 9) -> None:
    """Draw a state's shape around ``center``; each is drawn once and copied after that."""
    color = active_theme().color(shape.token)
    key = (shape, size, color.rgb())
    image = _shapes.get(key)
    side = int(size) + 4
    if image is None:
        image = QPixmap(side * _FINER, side * _FINER)
        image.fill(Qt.GlobalColor.transparent)
        image.setDevicePixelRatio(_FINER)
        own = QPainter(image)
        _draw_shape(own, shape, QPointF(side / 2, side / 2), size, color)
        own.end()
        _shapes[key] = image
    painter.drawPixmap(QPointF(center.x() - side / 2, center.y() - side / 2), image)


def _draw_shape(
    painter: QPainter, shape: StateShape, center: QPointF, size: float, color: QColor
) -> None:
    half = size / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    x, y = center.x(), center.y()
    if shape is StateShape.RUNNING:
        painter.drawEllipse(center, half, half)
    elif shape is StateShape.WAITING:
        width = max(1.6, size / 5)
        painter.setPen(QPen(color, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, half - width / 2, half - width / 2)
    elif shape is StateShape.ATTENTION:
        top, low = y - half + size * 0.04, y + half - size * 0.04
        points = [QPointF(x, top), QPointF(x + half * 1.12, low), QPointF(x - half * 1.12, low)]
        painter.drawPolygon(QPolygonF(points))
    elif shape is StateShape.STARTING:
        reach = half * 1.12
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(x, y - reach),
                    QPointF(x + reach, y),
                    QPointF(x, y + reach),
                    QPointF(x - reach, y),
                ]
            )
        )
    elif shape is StateShape.FAILED:
        painter.setPen(QPen(color, max(2.0, size / 4.5), c=Qt.PenCapStyle.RoundCap))
        arm = half * 0.78
        painter.drawLine(QPointF(x - arm, y - arm), QPointF(x + arm, y + arm))
        painter.drawLine(QPointF(x - arm, y + arm), QPointF(x + arm, y - arm))
    elif shape is StateShape.DONE:
        painter.setPen(QPen(color, max(1.8, size / 5), c=Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        corners = [(-0.86, 0.06), (-0.26, 0.66), (0.9, -0.62)]
        painter.drawPolyline(QPolygonF([QPointF(x + half * a, y + half * b) for a, b in corners]))
    else:
        painter.drawRect(QRectF(x - half * 0.88, y - half * 0.88, size * 0.88, size * 0.88))
    painter.restore()


def paint_square(painter: QPainter, token: str, center: QPointF, size: float = 8) -> None:
    """Draw the square of a role or connection class."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(active_theme().color(token))
    box = QRectF(center.x() - size / 2, center.y() - size / 2, size, size)
    painter.drawRoundedRect(box, 2, 2)
    painter.restore()


def paint_bar(painter: QPainter, box: QRectF, share: float, token: str) -> None:
    """Draw a bar filled to ``share`` (0 to 1)."""
    theme = active_theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("sunken"))
    painter.drawRoundedRect(box, 2, 2)
    if share > 0:
        filled = QRectF(box)
        filled.setWidth(max(4.0, box.width() * min(share, 1.0)))
        painter.setBrush(theme.color(token))
        painter.drawRoundedRect(filled, 2, 2)
    painter.restore()


def paint_sparkline(
    painter: QPainter, box: QRectF, values: Sequence[float], token: str, top: float
) -> None:
    """Draw values from 0 to ``top`` as a line with its area and an end point."""
    if len(values) < 2 or top <= 0:
        return
    color = active_theme().color(token)
    step = box.width() / (len(values) - 1)
    points = [
        QPointF(box.left() + i * step, box.bottom() - min(value / top, 1.0) * box.height())
        for i, value in enumerate(values)
    ]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QPainterPath(QPointF(box.left(), box.bottom()))
    for point in points:
        area.lineTo(point)
    area.lineTo(QPointF(box.right(), box.bottom()))
    wash = QColor(color)
    wash.setAlphaF(0.16)
    painter.fillPath(area, wash)
    painter.setPen(QPen(color, 1.2))
    painter.drawPolyline(QPolygonF(points))
    painter.setBrush(color)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(points[-1], 1.8, 1.8)
    painter.restore()


class StateMark(QWidget):
    """A state's shape as a widget."""

    def __init__(self, shape: StateShape = StateShape.STOPPED, size: int = 9) -> None:
        super().__init__()
        self._shape = shape
        self._size = size
        self.setFixedSize(QSize(size + 3, size + 3))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_shape(self, shape: StateShape) -> None:
        """Another state."""
        if shape is not self._shape:
            self._shape = shape
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_shape(QPainter(self), self._shape, QRectF(self.rect()).center(), self._size)


class RoleSquare(QWidget):
    """The coloured square beside the name of a role, a series or a connection class."""

    def __init__(self, token: str, size: int = 8) -> None:
        super().__init__()
        self._token = token
        self._size = size
        self.setFixedSize(QSize(size + 2, size + 2))

    def set_token(self, token: str) -> None:
        """Another colour, by token."""
        if token != self._token:
            self._token = token
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_square(QPainter(self), self._token, QRectF(self.rect()).center(), self._size)
