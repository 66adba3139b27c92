"""The routes of a plan to choose from: time, money, load, and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from hue_desktop.core.format import DASH, money
from hue_desktop.core.text import _
from hue_desktop.core.transfers.plan import Forecast
from hue_desktop.core.transfers.planner import money_text, time_text
from hue_desktop.core.transfers.values import Route
from hue_desktop.ui.parts import KEYBOARD_REASONS
from hue_desktop.ui.tables.texts import Texts
from hue_desktop.ui.theme import active_theme
from hue_desktop.ui.transfers.words import route_name

__all__ = ["RouteList"]

_HEIGHT, _HEIGHT_NARROW = 56, 42
_NARROW = 500  #: pixels; below, the load stands before the reason
_LEFT = 36  #: of the names, behind the radio mark


def _edges(width: int) -> tuple[int, int, int]:
    """Right edges of time and money, and where the load begins."""
    load = round(max(0.655 * width, width - 230)) if width >= _NARROW else width + 14
    cash = load - 22
    return cash - max(72, round(0.125 * width)), cash, load


class _Head(QWidget):
    """The heads of the columns."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(28)
        self._texts = Texts()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        time, cash, load = _edges(self.width())
        draw, high = self._texts.draw, self.height()
        draw(painter, QRect(8, 0, 200, high), _("Route"), "text-2", size="small")
        for text, right in ((_("Time"), time), (_("Money"), cash)):
            box = QRect(right - 120, 0, 120, high)
            draw(painter, box, text, "text-2", size="small", align="right")
        box = QRect(load, 0, max(0, self.width() - load), high)
        draw(painter, box, _("Load"), "text-2", size="small")


class RouteRow(QAbstractButton):
    """One route; a route that cannot be taken says why and cannot be chosen."""

    def __init__(self, forecast: Forecast) -> None:
        super().__init__()
        self.forecast = forecast
        self.suggested = False
        self.last = False
        self._texts = Texts()
        self._by_keyboard = False
        self.setCheckable(True)
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_forecast(forecast)

    def show_forecast(self, forecast: Forecast, *, suggested: bool = False) -> None:
        """Another prediction of the same route."""
        self.forecast, self.suggested = forecast, suggested
        self.setEnabled(forecast.possible)
        name = route_name(forecast.route)
        self.setAccessibleName(name)
        figures = f"{time_text(forecast)}, {money_text(forecast)}, {forecast.load}"
        self.setAccessibleDescription(f"{figures if forecast.possible else ''} {self.reason}")
        self.setToolTip(f"{self.reason}\n{_parts_text(forecast)}".strip())
        self.update()

    @property
    def reason(self) -> str:
        """The sentence below the name."""
        why = self.forecast.why
        if not self.forecast.possible:
            return _("Not possible: {why}").format(why=why[:1].lower() + why[1:])
        return why

    def sizeHint(self) -> QSize:
        return QSize(420, _HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(_HEIGHT_NARROW if self.width() < _NARROW else _HEIGHT)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on = active_theme(), self.isChecked()
        box = self.rect()
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selection"))
            painter.drawRoundedRect(box, 4, 4)
        elif not self.last:
            painter.fillRect(8, box.bottom(), box.width() - 16, 1, theme.color("line"))
        self._paint_mark(painter, on)
        self._paint_texts(painter, on)
        if self.hasFocus() and self._by_keyboard:
            painter.setPen(QPen(theme.color("accent-text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)

    def _paint_mark(self, painter: QPainter, on: bool) -> None:
        theme, middle = active_theme(), QPointF(16, self._top + 11)
        pen = QPen(theme.color("accent-text" if on else "control"), 1.5)
        if not self.forecast.possible:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, 6.5, 6.5)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent-text"))
            painter.drawEllipse(middle, 3.5, 3.5)

    @property
    def _top(self) -> int:
        """Where the first line begins."""
        return 3 if self.width() < _NARROW else 8

    def _paint_texts(self, painter: QPainter, on: bool) -> None:
        one, possible, top = self.forecast, self.forecast.possible, self._top
        narrow = self.width() < _NARROW
        time, cash, load = _edges(self.width())
        strong = 600 if on else 500 if possible else 400
        main, quiet = ("text", "text-2") if possible else ("text-2", "text-2")
        draw = self._texts.draw
        taken = round(self._texts.width(time_text(one), "body", 600)) + 10 if possible else 10
        name_room = (time if possible or not narrow else self.width()) - taken - _LEFT
        name = QRect(_LEFT, top, name_room, 22)
        draw(painter, name, route_name(one.route), main, weight=strong)
        for text, right in ((time_text(one), time), (money_text(one), cash)):
            weight = 600 if on else 400
            figure = text if possible else "" if narrow else DASH
            box = QRect(right - 110, top, 110, 22)
            draw(painter, box, figure, main, weight=weight, align="right")
        if not narrow:
            box = QRect(load, top, self.width() - load - 8, 22)
            draw(painter, box, one.load if possible else _("none"), main if on else quiet)
        self._paint_reason(painter, quiet, narrow)

    def _paint_reason(self, painter: QPainter, tone: str, narrow: bool) -> None:
        left, top = _LEFT, self._top + 22
        if self.suggested:
            word = _("Suggested:") + " "
            box = QRect(left, top, 120, 16)
            self._texts.draw(painter, box, word, "accent-text", weight=600, size="small")
            left += round(self._texts.width(word, "small", 600)) + 3
        load = self.forecast.load
        text = f"{load} · {self.reason}" if narrow and load else self.reason
        room = QRect(left, top, self.width() - left - 10, 16)
        self._texts.draw(painter, room, text, tone, size="small")


class RouteList(QWidget):
    """Routes in the order of the plan; ``chosen`` tells the route that a person picked."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Routes"))
        self._group = QButtonGroup(self)
        self.rows: dict[Route, RouteRow] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(_Head())
        self._group.buttonClicked.connect(self._clicked)

    @property
    def current(self) -> Route | None:
        """The route that is chosen."""
        row = self._group.checkedButton()
        return row.forecast.route if isinstance(row, RouteRow) else None

    def show_forecasts(
        self, forecasts: Sequence[Forecast], suggested: Route, chosen: Route
    ) -> None:
        """Show these; rows keep their place once they are there, only figures change."""
        for forecast in forecasts:
            row = self.rows.get(forecast.route)
            if row is None:
                row = self.rows[forecast.route] = RouteRow(forecast)
                self._group.addButton(row)
                self._layout.addWidget(row)
            mark = suggested is forecast.route and forecast.possible and len(forecasts) > 1
            row.show_forecast(forecast, suggested=mark)
            row.setChecked(chosen is forecast.route and forecast.possible)
        rows = list(self.rows.values())
        for row in rows:
            row.last = row is rows[-1]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move between the routes that can be taken."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        open_rows = [row for row in self.rows.values() if row.isEnabled()]
        if step is None or not open_rows:
            super().keyPressEvent(event)
            return
        at = next((i for i, row in enumerate(open_rows) if row.isChecked()), 0)
        row = open_rows[(at + step) % len(open_rows)]
        row.setFocus(Qt.FocusReason.TabFocusReason)
        row.click()

    def _clicked(self, row: QAbstractButton) -> None:
        if isinstance(row, RouteRow):
            self.chosen.emit(row.forecast.route)


def _parts_text(forecast: Forecast) -> str:
    """What the money is made of."""
    names = {
        "requests": _("requests"),
        "egress": _("bytes that leave AWS"),
        "cluster minutes": _("cluster minutes"),
    }
    return "\n".join(f"{names.get(name, name)} {money(usd, 4)}" for name, usd in forecast.usd_parts)
