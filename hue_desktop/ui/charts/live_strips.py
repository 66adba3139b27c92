"""Live strips: plots above one time axis that moves with the clock, with one crosshair for all.

Importing this module imports pyqtgraph: do it when a chart shows.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QWidget

from hue_desktop.core.format import date_time
from hue_desktop.core.text import _
from hue_desktop.ui.charts.mark_lane import mark_at
from hue_desktop.ui.charts.plots import Plot
from hue_desktop.ui.charts.series import Mark
from hue_desktop.ui.charts.strip_frame import LANE, LEGEND, StripFrame, how_many_fit
from hue_desktop.ui.charts.strip_scene import StripScene
from hue_desktop.ui.parts import KEYBOARD_REASONS
from hue_desktop.ui.theme import Theme

__all__ = ["LONGEST_S", "SHORTEST_S", "LiveStrips"]

SHORTEST_S, LONGEST_S = 60.0, 62 * 86400.0
_SLICE_MS = 6  #: strips are drawn one after the other with so much time for all else in between
_ZOOM = 1.25  #: by one click of the wheel
_NOTCH = 120
_DRAG_FROM = 4  #: pixels before a press becomes a drag


class LiveStrips(QWidget):
    """``span_chosen`` brings the start and the end that a person panned or zoomed to;
    ``live_requested`` asks to follow the clock again.

    Drag pans, the wheel zooms about the pointer, Shift and drag zooms to a box, a double click or
    Home goes back to live. The arrow keys move the crosshair, + and - zoom.
    """

    span_chosen = Signal(float, float)
    live_requested = Signal()
    cursor_moved = Signal(object)

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        legend: int = LEGEND,
        scrolls: bool = True,
    ) -> None:
        """Where room is short, a chart that ``scrolls`` shows all strips, else the first ones."""
        super().__init__(parent)
        self._theme = theme
        self._scrolls = scrolls
        self._all: tuple[Plot, ...] = ()
        self.scene = StripScene(theme, legend=legend)
        self._end_now = time.time()
        self._dirty: list[int] = []
        self._focus_visible = False  #: reached by Tab, not by a click
        self._press: QPoint | None = None
        self._pressed_span = (0.0, 0.0)
        self._box: tuple[int, int] | None = None
        self._dragging = False
        self._slices = QTimer(self)
        self._slices.setInterval(_SLICE_MS)
        self._slices.timeout.connect(self._draw_next)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setAccessibleName(_("Scroll the strips"))
        self._bar.valueChanged.connect(lambda _value: self._refit())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(180)
        self.setAccessibleName(_("Chart of the cluster’s metrics"))
        theme.changed.connect(self._redraw)

    # -- what it shows ---------------------------------------------------------------------

    @property
    def frame(self) -> StripFrame:
        """The measures now in use."""
        return self.scene.frame

    @property
    def plots(self) -> tuple[Plot, ...]:
        """What is shown."""
        return self.scene.plots

    @property
    def busy(self) -> bool:
        """Whether strips wait to be drawn."""
        return self._slices.isActive()

    def set_plots(self, plots: Sequence[Plot]) -> None:
        """Show these plots, each with the points that its buffers hold."""
        self._all = tuple(plots)
        self._choose_plots()
        self._refit()
        self.setAccessibleDescription(self.scene.spoken())

    def set_span(self, start: float, end: float, *, fit: bool = False) -> None:
        """Show the time from ``start`` to ``end``; ``fit`` lets the value axes fit it anew."""
        if fit:
            self.scene.reset_axes()
        same = abs((end - start) - (self.frame.end - self.frame.start)) < 1e-6
        self._fit(start, end)
        if same and not fit:
            self.refresh()
        else:
            self._redraw()

    def set_now(self, now: float) -> None:
        """The region's time: nobody pans beyond it."""
        self._end_now = now

    def refresh(self) -> None:
        """The buffers hold new points: draw the strips anew, one after the other."""
        self._dirty = list(range(len(self.scene.plots)))
        if self._dirty and not self._slices.isActive():
            self._slices.start()
        if self.hasFocus():
            self.setAccessibleDescription(self.scene.spoken())

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Draw these events on the axis."""
        if tuple(marks) != self.scene.marks:
            self.scene.marks = tuple(marks)
            self.update()

    def set_stale(self, stale: bool) -> None:
        """Dim what is no longer followed."""
        if stale != self.scene.stale:
            self.scene.stale = stale
            self.update()

    def set_cursor(self, at: float | None) -> None:
        """Put the crosshair on a moment, or take it away."""
        if at is not None:
            at = min(max(at, self.frame.start), self.frame.end)
        if at == self.scene.cursor:
            return
        self.scene.cursor = at
        if self.hasFocus():
            self.setAccessibleDescription(self.scene.spoken())
        self.cursor_moved.emit(at)
        self.update()

    @property
    def cursor_at(self) -> float | None:
        """Where the crosshair stands."""
        return self.scene.cursor

    def readings(self) -> dict[str, float | None]:
        """The value of each curve at the crosshair, or the newest, by ``plot.curve``."""
        return self.scene.readings()

    def picture(self) -> QImage:
        """Everything that is shown, also what is scrolled away, twice as fine as the screen."""
        scene, frame = StripScene(self._theme, legend=self.frame.legend), self.frame
        scene.ratio = 2.0
        scene.set_plots(self.scene.plots)
        scene.marks, scene.stale = self.scene.marks, self.scene.stale
        size = QSize(frame.width, frame.height - (frame.bottom - frame.top) + frame.content)
        scene.fit(size, frame.start, frame.end)
        for index in range(len(scene.plots)):
            scene.draw(index)
        margin = 24
        whole = QSize(size.width() + 2 * margin, size.height() + margin)
        image = QImage(whole * 2, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(2.0)
        image.fill(self._theme.color("surface"))
        painter = QPainter(image)
        painter.translate(margin, margin // 2)
        scene.cursor = self.scene.cursor
        scene.paint(painter, QRect(QPoint(0, 0), size))
        painter.end()
        return image

    # -- drawing ---------------------------------------------------------------------------

    def _choose_plots(self) -> None:
        """All of them, or the first ones that there is room for."""
        shown = self._all
        if not self._scrolls:
            lines = [len(plot.curves) for plot in shown]
            shown = shown[: how_many_fit(self.height(), lines)]
        if shown != self.scene.plots:
            self.scene.set_plots(shown)

    def _fit(self, start: float, end: float) -> None:
        scene = self.scene
        scene.ratio = self.devicePixelRatioF()
        scene.fit(self.size(), start, end, self._bar.value())
        room = self.frame.bottom - self.frame.top
        spare = max(0, self.frame.content - room)
        self._bar.setVisible(spare > 0)
        if self._bar.maximum() != spare:
            self._bar.setRange(0, spare)
            self._bar.setPageStep(room)
            self._bar.setSingleStep(40)

    def _refit(self) -> None:
        self._fit(self.frame.start, self.frame.end)
        self.update()

    def _redraw(self) -> None:
        """Draw everything when it is painted next; what waited is part of it."""
        self._dirty.clear()
        self._slices.stop()
        self.scene.forget()
        self.update()

    def _draw_next(self) -> None:
        """Draw one strip that is in sight; the others are drawn when they come into it."""
        while self._dirty:
            index = self._dirty.pop(0)
            if index >= len(self.scene.plots):
                continue
            self.scene.draw(index)
            self.update(self.scene.strip_rect(index))
            break
        if not self._dirty:
            self._slices.stop()
            self.update(0, self.frame.bottom, self.width(), self.height() - self.frame.bottom)
            self.update(0, 0, self.width(), LANE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.scene.paint(painter, event.rect())
        if self._box is not None:
            low, high = sorted(self._box)
            shade = self._theme.color("accent-text")
            shade.setAlphaF(0.18)
            area = QRect(low, self.frame.top, high - low, self.frame.bottom - self.frame.top)
            painter.fillRect(area, shade)
        if self._focus_visible:
            painter.setPen(QPen(self._theme.color("accent-text"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._choose_plots()
        width = self._bar.sizeHint().width()
        place = QRect(self.width() - width, LANE, width, max(1, self.frame.bottom - LANE))
        self._bar.setGeometry(place)
        self._refit()
        self._bar.setGeometry(self.width() - width, LANE, width, self.frame.bottom - LANE)

    # -- time ------------------------------------------------------------------------------

    def show_span(self, start: float, end: float) -> None:
        """Go to a span as a person does: within what can be shown, and announced."""
        length = min(max(end - start, SHORTEST_S), LONGEST_S)
        middle = (start + end) / 2
        end = min(middle + length / 2, self._end_now)
        self.set_span(end - length, end, fit=True)
        self.span_chosen.emit(end - length, end)

    def zoom(self, factor: float, about: float | None = None) -> None:
        """Show ``factor`` of the time, with the moment ``about`` staying where it is."""
        start, end = self.frame.start, self.frame.end
        length = min(max((end - start) * factor, SHORTEST_S), LONGEST_S)
        if about is None:
            about = self.scene.cursor if self.scene.cursor is not None else end
        share = (about - start) / ((end - start) or 1.0)
        first = about - share * length
        self.show_span(first, first + length)

    def pan(self, seconds: float) -> None:
        """Move the span."""
        self.show_span(self.frame.start + seconds, self.frame.end + seconds)

    # -- mouse -----------------------------------------------------------------------------

    def _inside(self, x: float) -> bool:
        return self.frame.left <= x <= self.frame.right

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._inside(event.position().x()):
            self._press = event.position().toPoint()
            self._pressed_span = (self.frame.start, self.frame.end)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._box = (self._press.x(), self._press.x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, y = event.position().x(), event.position().y()
        if self._press is not None:
            self._drag(round(x))
            return
        mark = mark_at(self.frame, self.scene.marks, x, y)
        self.setToolTip(f"{mark.text}\n{date_time(mark.at)}" if mark else "")
        self.set_cursor(self.frame.moment(x) if self._inside(x) else None)

    def _drag(self, x: int) -> None:
        assert self._press is not None
        if self._box is not None:
            self._box = (self._box[0], min(max(x, self.frame.left), self.frame.right))
            self.update()
            return
        moved = x - self._press.x()
        if not self._dragging and abs(moved) < _DRAG_FROM:
            return
        self._dragging = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        start, end = self._pressed_span
        by = -moved * (end - start) / (self.frame.right - self.frame.left)
        by = min(by, self._end_now - end)
        self.set_cursor(None)
        self.set_span(start + by, end + by)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        box, dragged = self._box, self._dragging
        self._press = self._box = None
        self._dragging = False
        self.unsetCursor()
        if box is not None and abs(box[1] - box[0]) >= _DRAG_FROM:
            low, high = sorted(box)
            self.show_span(self.frame.moment(low), self.frame.moment(high))
        elif dragged:
            self.span_chosen.emit(self.frame.start, self.frame.end)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._press = self._box = None
        self.live_requested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta, x = event.angleDelta(), event.position().x()
        sideways = delta.x() or (
            delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        )
        if not self._inside(x):
            self._bar.setValue(self._bar.value() - round(delta.y() / _NOTCH * 40))
        elif sideways:
            self.pan(-sideways / _NOTCH * (self.frame.end - self.frame.start) / 12)
        elif delta.y():
            self.zoom(_ZOOM ** (-delta.y() / _NOTCH), self.frame.moment(x))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        if not self._focus_visible:
            self.set_cursor(None)

    # -- keys ------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._focus_visible = event.reason() in KEYBOARD_REASONS
        self.setAccessibleDescription(self.scene.spoken())
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._focus_visible = False
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, length = Qt.Key(event.key()), self.frame.end - self.frame.start
        far = 6 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = length / 72 * far * (1 if key == Qt.Key.Key_Right else -1)
            at = self.scene.cursor if self.scene.cursor is not None else self.frame.end
            self.set_cursor(at + step)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(_ZOOM if key == Qt.Key.Key_Minus else 1 / _ZOOM)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.pan(length / 2 * (1 if key == Qt.Key.Key_PageDown else -1))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._bar.maximum():
            self._bar.setValue(self._bar.value() + (40 if key == Qt.Key.Key_Down else -40))
        elif key == Qt.Key.Key_Home:
            self.live_requested.emit()
        elif key == Qt.Key.Key_Escape and self.scene.cursor is not None:
            self.set_cursor(None)
        else:
            super().keyPressEvent(event)
