"""The lower part of the overview: live series and events on one time axis, in some ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.format import duration
from hue_desktop.core.metrics import SeriesData, SeriesKey, Source
from hue_desktop.core.text import _
from hue_desktop.services.health import Event
from hue_desktop.ui.charts.event_marks import marks_of
from hue_desktop.ui.charts.strip_specs import OVERVIEW, keys_of
from hue_desktop.ui.parts import Choice, FourStates, Label, Segmented, row
from hue_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from hue_desktop.ui.charts.health_strips import HealthSeries
    from hue_desktop.ui.charts.live_strips import LiveStrips
    from hue_desktop.ui.charts.plots import Plot

__all__ = ["RANGES", "ChartPanel", "History"]

#: Seconds of each range.
RANGES: Mapping[str, float] = {
    "1h": 3600.0,
    "6h": 6 * 3600.0,
    "24h": 86400.0,
    "3d": 3 * 86400.0,
}
_LITTLE = 0.1  #: of the span; a strip with values for less of it gives way to others
_KEEP = 1.5  #: so many spans of older points are held


@dataclass(frozen=True)
class History:
    """What was read for the chart, between two instants of the region's clock."""

    start: float
    end: float
    series: Mapping[SeriesKey, SeriesData] = field(default_factory=dict)


class ChartPanel(QWidget):
    """``range_chosen`` asks for other hours, ``span_wanted`` for those that somebody went to;
    ``retry_requested`` for the same again.

    The chart itself is made when the first series arrive, because its library takes long to load.
    """

    range_chosen = Signal()
    span_wanted = Signal(float, float)
    retry_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._events: tuple[Event, ...] = ()
        self._ended = False
        self.follows = True  #: whether the right edge is now
        self.has_live = False  #: whether values of YARN or HDFS themselves have come
        self.chart: LiveStrips | None = None
        self.title = Label("", weight=600)
        self.caption = Label("", tone="text-2", elide=True)
        self.ranges = Segmented(
            (
                Choice("1h", _("1 h")),
                Choice("6h", _("6 h")),
                Choice("24h", _("24 h")),
                Choice("3d", _("3 d")),
            ),
            "6h",
            name=_("Hours shown"),
        )
        self._holder = QWidget()
        self._inner = QVBoxLayout(self._holder)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self.states = FourStates(self._holder)
        self.states.retry_requested.connect(self.retry_requested)
        self.ranges.chosen.connect(lambda _key: self.go_live())
        head = row(self.title, self.caption, None, self.ranges, spacing=16, margins=(0, 10, 0, 2))
        head.setStretchFactor(self.caption, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 0, 24, 4)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.states, 1)
        self.show_loading()

    @cached_property
    def series(self) -> HealthSeries:
        """The points; made when the first ones arrive."""
        from hue_desktop.ui.charts.health_strips import HealthSeries

        return HealthSeries(OVERVIEW)

    @property
    def keys(self) -> tuple[SeriesKey, ...]:
        """The series that may be shown."""
        return keys_of(OVERVIEW)

    @property
    def span_s(self) -> float:
        """How much time is asked for."""
        return RANGES[self.ranges.current]

    def go_live(self) -> None:
        """Follow the clock with the chosen range."""
        self.follows = True
        self.range_chosen.emit()

    def set_ended(self, ended: bool) -> None:
        """Whether the hours shown are the last ones of a cluster that is no more."""
        if ended != self._ended:
            self._ended = ended
            self._show_title()

    def show_loading(self) -> None:
        """The first series of a range are on their way; those that are there stay till then."""
        self._show_title()
        if self.chart is None or not self.chart.plots:
            self.states.show_loading(_("Reading the cluster’s metrics"))

    def show_failed(self, error: HueError) -> None:
        """Series could not be read; what was read before stays, with a word about it."""
        if self.chart is not None and self.chart.plots:
            self.caption.setText(_("could not be read again: {why}").format(why=error.message))
            self.caption.set_tone("warn")
            return
        self.states.show_failed(error)

    def show_history(self, history: History) -> None:
        """Show what was read."""
        self.series.load(history.series)
        self._show_title(history.series)
        plots = self._plots(history.start, history.end)
        if not plots:
            text = _("CloudWatch shows a cluster’s first values some minutes after it is ready.")
            if self._ended:
                text = _("Nothing was recorded, and CloudWatch keeps values for 63 days.")
            self.states.show_empty(_("No series for these hours"), text)
            return
        chart = self._chart()
        chart.set_plots(plots)
        chart.set_now(max(chart.frame.end, history.end))
        chart.set_span(history.start, history.end, fit=True)
        self._show_marks()
        self.states.show_content()

    def show_live(self, found: Mapping[SeriesKey, SeriesData], now: float) -> None:
        """Add what was measured since; the axis follows the clock."""
        fresh = self.series.append(found)
        chart = self.chart
        if chart is None or not chart.plots:
            return
        chart.set_now(now)
        if fresh:
            chart.set_plots(self._plots(chart.frame.start, now))
        if any(data.source is Source.LIVE and len(data.times) for data in found.values()):
            self.has_live = True
            self.caption.setText(_("YARN and HDFS, live"))
            self.caption.set_tone("text-2")
        if not self.follows:
            return
        pixel = self.span_s / max(1, chart.frame.right - chart.frame.left)
        if any(len(data.times) for data in found.values()) or now - chart.frame.end >= pixel:
            self.series.trim(now - _KEEP * self.span_s)
            chart.set_span(now - self.span_s, now)
            self._show_marks()

    def show_events(self, events: Sequence[Event]) -> None:
        """Draw these events on the axis."""
        if tuple(events) != self._events:
            self._events = tuple(events)
            self._show_marks()

    def set_stale(self, stale: bool) -> None:
        """Dim what is no longer followed."""
        if self.chart is not None:
            self.chart.set_stale(stale)

    def _plots(self, start: float, end: float) -> list[Plot]:
        """Where there is room for some strips only, those that say most of these hours."""

        def says_little(plot: Plot) -> bool:
            first = min(float(curve.data.times[0]) for curve in plot.curves)
            return end - max(first, start) < _LITTLE * (end - start)

        return sorted(self.series.plots(), key=says_little)

    def _show_marks(self) -> None:
        if self.chart is not None:
            frame = self.chart.frame
            start, end = (datetime.fromtimestamp(at, UTC) for at in (frame.start, frame.end))
            self.chart.set_marks(marks_of(self._events, start, end))

    def _show_title(self, series: Mapping[SeriesKey, SeriesData] | None = None) -> None:
        title = {
            "1h": _("Last hour"),
            "6h": _("Last 6 hours"),
            "24h": _("Last 24 hours"),
            "3d": _("Last 3 days"),
        }[self.ranges.current]
        self.title.setText(_("{hours} of its life").format(hours=title) if self._ended else title)
        self.caption.set_tone("text-2")
        if series is not None:
            self.caption.setText(_source(series))

    def _moved(self, start: float, end: float) -> None:
        self.follows = False
        self.span_wanted.emit(start, end)

    def _chart(self) -> LiveStrips:
        if self.chart is None:
            from hue_desktop.ui.charts.live_strips import LiveStrips

            self.chart = LiveStrips(self._theme, scrolls=False)
            self.chart.span_chosen.connect(self._moved)
            self.chart.live_requested.connect(self.go_live)
            self._inner.addWidget(self.chart)
        return self.chart


def _source(series: Mapping[SeriesKey, SeriesData]) -> str:
    """Who measured what is shown, and how often."""
    shown = [data for data in series.values() if len(data.times)]
    if not shown:
        return ""
    if any(data.source is Source.LIVE for data in shown):
        return _("YARN and HDFS, live")
    every = duration(min(data.step_s for data in shown))
    return _("CloudWatch, a value every {time}").format(time=every)
