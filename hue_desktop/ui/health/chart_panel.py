"""The left part of the health page: ranges, the live strips, export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.alerts import AlertRule
from hue_desktop.core.errors import HueError
from hue_desktop.core.metrics import SeriesData, SeriesKey
from hue_desktop.core.text import _
from hue_desktop.services.health import Event
from hue_desktop.ui.charts.event_marks import marks_of
from hue_desktop.ui.charts.strip_specs import STRIPS, keys_of
from hue_desktop.ui.parts import Button, Choice, FourStates, Label, Segmented, row
from hue_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from hue_desktop.ui.charts.health_strips import HealthSeries
    from hue_desktop.ui.charts.live_strips import LiveStrips

__all__ = ["RANGES", "HealthChart", "span_text"]

#: Seconds of each range.
RANGES: Mapping[str, float] = {
    "15m": 900.0,
    "1h": 3600.0,
    "6h": 6 * 3600.0,
    "24h": 86400.0,
    "7d": 7 * 86400.0,
    "30d": 30 * 86400.0,
}
_SETTLE_MS = 180  #: after panning or zooming, before finer values are asked for
_KEEP = 1.5  #: so many spans of older points are held


def span_text(start: float, end: float) -> str:
    """``Fri 20 Nov, 08:32 – 14:32``; both days where they differ."""
    first, last = (datetime.fromtimestamp(at, UTC).astimezone() for at in (start, end))
    clock = "%H:%M:%S" if end - start < 600 else "%H:%M"
    day = f"{first:%a} {first.day} {first:%b}"
    if first.date() == last.date():
        return f"{day}, {first.strftime(clock)} – {last.strftime(clock)}"
    return f"{day} {first.strftime(clock)} – {last:%a} {last.day} {last:%b} {last.strftime(clock)}"


class HealthChart(QWidget):
    """``span_wanted`` asks for the values between two instants; ``live_wanted`` for those of the
    range in use until now; ``export_requested`` when the button is pressed.

    The chart itself is made with the first values, because its library takes long to load.
    """

    span_wanted = Signal(float, float)
    live_wanted = Signal()
    export_requested = Signal()
    retry_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rules: tuple[AlertRule, ...] = ()
        self._events: tuple[Event, ...] = ()
        self._shown_keys: tuple[tuple[str, ...], ...] = ()
        self._stale = False
        self.follows = True  #: whether the right edge is now
        self.chart: LiveStrips | None = None
        self.ranges = Segmented(
            (
                Choice("15m", _("15 min")),
                Choice("1h", _("1 h")),
                Choice("6h", _("6 h")),
                Choice("24h", _("24 h")),
                Choice("7d", _("7 d")),
                Choice("30d", _("30 d")),
            ),
            "1h",
            name=_("Range shown"),
        )
        self.span_label = Label("", tone="text-2", elide=True)
        self.back = Button(_("Back to live"), kind="link", clicked=self.go_live)
        self.back.hide()
        self.export = Button(_("Export…"), clicked=self.export_requested.emit)
        self._holder = QWidget()
        self._inner = QVBoxLayout(self._holder)
        self._inner.setContentsMargins(24, 0, 16, 0)
        self.states = FourStates(self._holder)
        self.states.retry_requested.connect(self.retry_requested)
        self.ranges.chosen.connect(lambda _key: self.go_live())
        head = row(
            self.ranges, self.span_label, self.back, self.export,
            spacing=12, margins=(24, 10, 24, 6),
        )  # fmt: skip
        head.setStretchFactor(self.span_label, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.states, 1)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._ask)

    @cached_property
    def series(self) -> HealthSeries:
        """The points; made when the first ones arrive."""
        from hue_desktop.ui.charts.health_strips import HealthSeries

        return HealthSeries()

    @property
    def keys(self) -> tuple[SeriesKey, ...]:
        """The series that may be shown."""
        return keys_of(STRIPS)

    @property
    def length_s(self) -> float:
        """How much time the chosen range is."""
        return RANGES[self.ranges.current]

    @property
    def span(self) -> tuple[float, float]:
        """What the chart spans now."""
        return (self.chart.frame.start, self.chart.frame.end) if self.chart else (0.0, 0.0)

    # -- asking ----------------------------------------------------------------------------

    def go_live(self) -> None:
        """Follow the clock with the chosen range."""
        self._settle.stop()
        self.follows = True
        self.back.hide()
        self.live_wanted.emit()

    def _moved(self, _start: float, _end: float) -> None:
        self.follows = False
        self.back.show()
        self._show_span()
        self._settle.start()

    def _ask(self) -> None:
        self.span_wanted.emit(*self.span)

    # -- showing ---------------------------------------------------------------------------

    def show_loading(self) -> None:
        """Nothing was read yet."""
        if self.chart is None or not self.chart.plots:
            self.export.setEnabled(False)
            self.states.show_loading(_("Reading the cluster’s metrics"))

    def show_failed(self, error: HueError) -> None:
        """Values could not be read; those that are there stay."""
        if self.chart is None or not self.chart.plots:
            self.states.show_failed(error)

    def show_history(
        self,
        found: Mapping[SeriesKey, SeriesData],
        start: float,
        end: float,
        now: float,
        empty: str,
    ) -> None:
        """Show what was read for a span; ``empty`` says why there may be nothing."""
        self.series.load(found)
        plots = self.series.plots(self._rules)
        self._shown_keys = tuple(plot.names for plot in plots)
        self.export.setEnabled(bool(plots))
        if not plots:
            self.states.show_empty(_("No values for these hours"), empty)
            return
        chart = self._chart()
        chart.set_plots(plots)
        chart.set_now(max(now, end))
        chart.set_span(start, end, fit=True)
        self._show_marks()
        self._show_span()
        self.states.show_content()

    def show_live(self, found: Mapping[SeriesKey, SeriesData], now: float) -> None:
        """Add what was measured since; move on with the clock when the chart follows it."""
        fresh = self.series.append(found)
        chart = self.chart
        if chart is None or not chart.plots:
            if fresh:
                self.show_again(now - self.length_s, now)
            return
        chart.set_now(now)
        if fresh:
            self._set_plots()
        if not self.follows:
            return
        pixel = self.length_s / max(1, chart.frame.right - chart.frame.left)
        if any(len(data.times) for data in found.values()) or now - chart.frame.end >= pixel:
            self.series.trim(now - _KEEP * self.length_s)
            chart.set_span(now - self.length_s, now)
            self._show_marks()
            self._show_span()

    def show_again(self, start: float, end: float) -> None:
        """The buffers hold their first values: show them."""
        chart = self._chart()
        self._set_plots()
        chart.set_span(start, end, fit=True)
        self._show_marks()
        self._show_span()
        self.export.setEnabled(True)
        self.states.show_content()

    def show_rules(self, rules: Sequence[AlertRule]) -> None:
        """Draw the thresholds of these rules."""
        if tuple(rules) != self._rules:
            self._rules = tuple(rules)
            if self.chart is not None and self.chart.plots:
                self._set_plots()

    def show_events(self, events: Sequence[Event]) -> None:
        """Draw these events on the axis."""
        if tuple(events) != self._events:
            self._events = tuple(events)
            self._show_marks()

    def set_stale(self, stale: bool) -> None:
        """Dim what is no longer followed."""
        self._stale = stale
        if self.chart is not None:
            self.chart.set_stale(stale)

    def _set_plots(self) -> None:
        chart = self._chart()
        chart.set_plots(self.series.plots(self._rules))

    def _show_marks(self) -> None:
        if self.chart is not None:
            start, end = (datetime.fromtimestamp(at, UTC) for at in self.span)
            self.chart.set_marks(marks_of(self._events, start, end))

    def _show_span(self) -> None:
        self.span_label.setText(span_text(*self.span))

    def _chart(self) -> LiveStrips:
        if self.chart is None:
            from hue_desktop.ui.charts.live_strips import LiveStrips

            self.chart = LiveStrips(self._theme)
            self.chart.set_stale(self._stale)
            self.chart.span_chosen.connect(self._moved)
            self.chart.live_requested.connect(self.go_live)
            self._inner.addWidget(self.chart)
        return self.chart
