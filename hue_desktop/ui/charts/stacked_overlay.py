"""What lies above stacked areas: names in them, marks, crosshair, and all values at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from hue_desktop.ui.charts.frame import Frame
from hue_desktop.ui.charts.overlay import Overlay
from hue_desktop.ui.parts import paint_square
from hue_desktop.ui.theme import Theme

__all__ = ["Reading", "StackFrame", "StackedOverlay"]

_LINE = 18
_PAD = 8


@dataclass(frozen=True, slots=True)
class StackFrame(Frame):
    """A chart of one strip without a legend: the table beside it names the layers."""

    @property
    def left(self) -> int:
        """Where the time axis begins: right of the labels of the value axis."""
        return 44


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of what the crosshair reads: a colour's token (empty for the sum), name, value."""

    color: str
    title: str
    value: str


class StackedOverlay(Overlay):
    """A transparent sheet over the areas; it takes no events."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._theme_in_use = theme
        self._names: tuple[tuple[str, float, float], ...] = ()
        self._readings: tuple[Reading, ...] = ()
        self._at_x = 0.0
        self._measures: Frame | None = None

    def set_frame(self, frame: Frame) -> None:
        """Use these measures."""
        self._measures = frame
        super().set_frame(frame)

    def set_names(self, names: Sequence[tuple[str, float, float]]) -> None:
        """Write these names (text and middle) inside of the areas."""
        self._names = tuple(names)
        self.update()

    def set_readings(self, x: float, readings: Sequence[Reading]) -> None:
        """Say what the crosshair at ``x`` reads; nothing takes the words away."""
        self._at_x, self._readings = x, tuple(readings)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_names(painter)
        painter.end()
        super().paintEvent(event)
        if self._readings and self._measures is not None:
            painter.begin(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_readings(painter, self._measures)
            painter.end()

    def _paint_names(self, painter: QPainter) -> None:
        painter.setFont(self._theme_in_use.font("small"))
        painter.setPen(self._theme_in_use.color("on-fill"))
        width = painter.fontMetrics().horizontalAdvance
        for text, x, y in self._names:
            room = width(text) + 8
            box = QRectF(x - room / 2, y - 8, room, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_readings(self, painter: QPainter, frame: Frame) -> None:
        theme = self._theme_in_use
        strong = QFontMetrics(theme.font("small", 600))
        titles = max(strong.horizontalAdvance(each.title) for each in self._readings)
        values = max(strong.horizontalAdvance(each.value) for each in self._readings)
        width = titles + values + 16 + 16 + 2 * _PAD
        height = len(self._readings) * _LINE + _PAD
        left = self._at_x + 12
        if left + width > frame.right:
            left = self._at_x - 12 - width
        box = QRect(round(max(left, 0)), frame.strip_top(0) + 6, width, height)
        painter.setPen(QPen(theme.color("line-strong"), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        for row, each in enumerate(self._readings):
            line = QRect(box.left() + _PAD, box.top() + _PAD // 2 + row * _LINE,
                         width - 2 * _PAD, _LINE)  # fmt: skip
            if each.color:
                paint_square(painter, each.color, QPointF(line.left() + 4, line.center().y() + 0.5))
            painter.setFont(theme.font("small", 400 if each.color else 600))
            painter.setPen(theme.color("text"))
            title = line.adjusted(16, 0, 0, 0)
            painter.drawText(title, _LEFT, each.title)
            painter.drawText(line, _RIGHT, each.value)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
