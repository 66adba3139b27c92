"""The limits of managed scaling on one axis, with what the cluster has now."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hue_desktop.core.format import count
from hue_desktop.core.text import _
from hue_desktop.ui.theme import active_theme

__all__ = ["Limits", "LimitsBand"]

_MARGIN = 12
_BAR_Y, _BAR = 30, 8
_LABEL = 90


@dataclass(frozen=True, slots=True)
class Limits:
    """Capacity in the unit of the policy; ``None`` where it is not known or not limited."""

    minimum: int
    maximum: int
    core: int | None = None
    task_on_demand: int | None = None
    now: int | None = None
    on_demand_cap: int | None = None
    core_cap: int | None = None


class LimitsBand(QWidget):
    """Bar of now (core, task on demand, task on Spot), the range and the limits within it."""

    def __init__(self) -> None:
        super().__init__()
        self._limits: Limits | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(760)
        self.setAccessibleName(_("Limits"))

    def show_limits(self, limits: Limits) -> None:
        """Other limits."""
        self._limits = limits
        said = [_("{low} to {high}").format(low=count(limits.minimum), high=count(limits.maximum))]
        if limits.now is not None:
            said.append(_("now {n}").format(n=count(limits.now)))
        self.setAccessibleDescription(", ".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 66)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 66)

    def _x(self, value: float) -> float:
        limits = self._limits
        assert limits is not None
        top = 1.08 * max(limits.maximum, limits.now or 0, 1)
        return _MARGIN + value / top * (self.width() - 2 * _MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._limits is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bars(painter, self._limits)
        self._paint_caps(painter, self._limits)
        self._paint_labels(painter, self._limits)

    def _paint_bars(self, painter: QPainter, limits: Limits) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        end = self.width() - _MARGIN
        parts: list[tuple[float, float, str]] = [(_MARGIN, end, "sunken")]
        parts.append((self._x(limits.minimum), self._x(limits.maximum), "selection"))
        if limits.now is not None:
            core = min(limits.core or 0, limits.now)
            bought = min(core + (limits.task_on_demand or 0), limits.now)
            parts.append((_MARGIN, self._x(core), "role-core"))
            parts.append((self._x(core), self._x(bought), "role-task"))
            parts.append((self._x(bought), self._x(limits.now), "role-spot"))
        for left, right, token in parts:
            if right > left:
                high = 16 if token == "selection" else _BAR
                box = QRectF(left, _BAR_Y - high / 2, right - left, high)
                painter.setBrush(active_theme().color(token))
                painter.drawRoundedRect(box, 2, 2)

    def _paint_caps(self, painter: QPainter, limits: Limits) -> None:
        """Dashed as limits are in charts."""
        for cap, token in ((limits.core_cap, "role-core"), (limits.on_demand_cap, "text-2")):
            if cap is not None and 0 <= cap < limits.maximum:
                painter.setPen(QPen(active_theme().color(token), 1.5, Qt.PenStyle.DashLine))
                x = self._x(cap)
                painter.drawLine(QPointF(x, _BAR_Y - 11), QPointF(x, _BAR_Y + 11))
        painter.setPen(QPen(active_theme().color("accent-text"), 2))
        for edge in (limits.minimum, limits.maximum):
            x = self._x(edge)
            painter.drawLine(QPointF(x, _BAR_Y - 10), QPointF(x, _BAR_Y + 10))

    def _paint_labels(self, painter: QPainter, limits: Limits) -> None:
        theme = active_theme()
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text-2"))
        below: list[tuple[float, str]] = [
            (self._x(limits.minimum), _("minimum {n}").format(n=count(limits.minimum))),
            (self._x(limits.maximum), _("maximum {n}").format(n=count(limits.maximum))),
        ]
        if below[1][0] - below[0][0] < _LABEL:
            text = _("{low} – {high}").format(low=count(limits.minimum), high=count(limits.maximum))
            below = [((below[0][0] + below[1][0]) / 2, text)]
        for x, text in below:
            self._text(painter, x, 46, text)
        if limits.now is not None:
            painter.setPen(theme.color("text"))
            self._text(painter, self._x(limits.now), 0, _("now {n}").format(n=count(limits.now)))

    def _text(self, painter: QPainter, x: float, y: float, text: str) -> None:
        left = min(max(x - _LABEL / 2, 0.0), self.width() - _LABEL)
        align = Qt.AlignmentFlag.AlignHCenter
        if left == 0.0:
            align = Qt.AlignmentFlag.AlignLeft
        elif left == self.width() - _LABEL:
            align = Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(left, y, _LABEL, 16), align, text)
