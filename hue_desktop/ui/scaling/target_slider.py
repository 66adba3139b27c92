"""The slider of a resize: what is there now, what is wanted, and the difference between them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.theme import active_theme

__all__ = ["TargetSlider", "slider_top"]

_MARGIN = 10  #: room for half the handle and half a label at both ends
_GROOVE_Y = 28
_HANDLE = 7.0
_ROUND = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_STEPS = (10, 20, 30, 60, 100, 200, 300, 600, 1000, 2000, 3000, 6000, 10_000)


def slider_top(now: int, target: int, highest: int) -> int:
    """The right end of the slider: a round number with room to triple, within the limit."""
    wanted = max(3 * now, target, 10)
    return min(next((step for step in _STEPS if step >= wanted), wanted), max(highest, 1))


def _round_labels(low: int, high: int) -> list[int]:
    """Both ends and round numbers between them, not too close to each other."""
    step = next(size for size in _ROUND if (high - low) / size <= 7)
    first = -(-low // step) * step
    near = 0.6 * step
    inner = range(first, high + 1, step)
    kept = [value for value in inner if value - low > near and high - value > near]
    return [low, *kept, high] if high > low else [low]


class TargetSlider(QAbstractSlider):
    """A number of nodes or units, drawn in the colour of its role; ``valueChanged`` says it."""

    def __init__(self, name: str, role_color: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = 0
        self._role_color = role_color
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSingleStep(1)
        self.setPageStep(5)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_range(self, low: int, high: int, now: int) -> None:
        """Set both ends and the marker; the value is kept within them."""
        self._now = now
        self.setRange(low, high)
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough to drag, high enough for the marker above and the labels below."""
        return QSize(320, 56)

    def minimumSizeHint(self) -> QSize:
        """Still draggable in a narrow window."""
        return QSize(120, 56)

    def _x(self, value: float) -> float:
        span = max(self.maximum() - self.minimum(), 1)
        return _MARGIN + (value - self.minimum()) / span * (self.width() - 2 * _MARGIN)

    def _value_at(self, x: float) -> int:
        span = self.maximum() - self.minimum()
        share = (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1)
        return self.minimum() + round(min(max(share, 0.0), 1.0) * span)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to where the person pressed."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer while pressed."""
        if self.isSliderDown():
            self.setValue(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the focus ring away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, present, difference, marker, labels and handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_groove(painter)
        self._paint_labels(painter)
        self._paint_marker(painter)
        self._paint_handle(painter)

    def _paint_groove(self, painter: QPainter) -> None:
        now, target = self._x(min(self._now, self.maximum())), self._x(self.value())
        painter.setPen(Qt.PenStyle.NoPen)
        for left, right, color in (
            (_MARGIN, self.width() - _MARGIN, "sunken"),
            (_MARGIN, min(now, target), self._role_color),
            (min(now, target), max(now, target), "accent-fill"),
        ):
            painter.setBrush(active_theme().color(color))
            painter.drawRoundedRect(QRectF(left, _GROOVE_Y - 2, right - left, 4), 2, 2)

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setFont(active_theme().font("small"))
        painter.setPen(active_theme().color("text-2"))
        labels = _round_labels(self.minimum(), self.maximum())
        for value in labels:
            box = QRectF(self._x(value) - 30, _GROOVE_Y + 12, 60, 16)
            box.moveLeft(min(max(box.left(), -20.0), self.width() - 40.0))
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, str(value))

    def _paint_marker(self, painter: QPainter) -> None:
        if not self.minimum() <= self._now <= self.maximum():
            return
        x = self._x(self._now)
        painter.setPen(QPen(active_theme().color("text-2"), 1.5))
        painter.drawLine(QPointF(x, _GROOVE_Y - 8), QPointF(x, _GROOVE_Y + 8))
        painter.setFont(active_theme().font("small"))
        painter.setPen(active_theme().color("text"))
        left = min(max(x - 40, -8.0), self.width() - 72.0)
        text = _("now {count}").format(count=self._now)
        painter.drawText(QRectF(left, 2, 80, 16), Qt.AlignmentFlag.AlignHCenter, text)

    def _paint_handle(self, painter: QPainter) -> None:
        theme = active_theme()
        painter.setBrush(theme.color("surface"))
        painter.setPen(QPen(theme.color("accent-fill"), 2))
        painter.drawEllipse(QPointF(self._x(self.value()), _GROOVE_Y), _HANDLE, _HANDLE)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent-text"), 2))
            painter.drawEllipse(QPointF(self._x(self.value()), _GROOVE_Y), 10.0, 10.0)
