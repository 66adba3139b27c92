"""The lower part of the overview: series and events on one time axis, with a choice of ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.format import duration
from hue_desktop.core.ports import Series
from hue_desktop.core.text import _
from hue_desktop.services.health import Event
from hue_desktop.ui.charts.series import Mark
from hue_desktop.ui.overview.history import marks_of, period_of, strips_of
from hue_desktop.ui.parts import Choice, FourStates, Label, Segmented, row
from hue_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from hue_desktop.ui.charts.strips import TimeStrips

__all__ = ["RANGES", "ChartPanel", "History"]

RANGES = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "3d": timedelta(days=3),
}
_GAPS = 1.6  #: a hole of more than this many periods is drawn as one


@dataclass(frozen=True)
class History:
    """What was read for the chart, between two moments of the region's time."""

    start: datetime
    end: datetime
    series: Mapping[str, Series] = field(default_factory=dict)


class ChartPanel(QWidget):
    """``range_chosen`` asks for other hours; ``retry_requested`` for the same again.

    The chart itself is made when the first series arrive, because its library takes long to load.
    """

    range_chosen = Signal()
    retry_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._history: History | None = None
        self._events: tuple[Event, ...] = ()
        self._ended = False
        self.chart: TimeStrips | None = None
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
        self.ranges.chosen.connect(lambda _key: self.range_chosen.emit())
        head = row(self.title, self.caption, None, self.ranges, spacing=16, margins=(0, 10, 0, 2))
        head.setStretchFactor(self.caption, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 0, 24, 4)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.states, 1)
        self.show_loading()

    @property
    def span(self) -> timedelta:
        """How much time is asked for."""
        return RANGES[self.ranges.current]

    def set_ended(self, ended: bool) -> None:
        """Whether the hours shown are the last ones of a cluster that is no more."""
        if ended != self._ended:
            self._ended = ended
            self._show_title()

    def show_loading(self) -> None:
        """The first series of a range are on their way."""
        self._show_title()
        self.states.show_loading(_("Reading CloudWatch’s series"))

    def show_failed(self, error: HueError) -> None:
        """Series could not be read; what was read before stays, with a word about it."""
        if self._history is not None and self._history.series:
            self.caption.setText(_("could not be read again: {why}").format(why=error.message))
            self.caption.set_tone("warn")
            return
        self.states.show_failed(error)

    def show_history(self, history: History) -> None:
        """Show what was read."""
        self._history = history
        self._show_title()
        strips = strips_of(history.series)
        if not strips:
            text = _("CloudWatch shows a cluster’s first values some minutes after it is ready.")
            if self._ended:
                text = _("CloudWatch keeps five-minute values for 63 days.")
            self.states.show_empty(_("No series for these hours"), text)
            return
        chart = self._chart()
        gap_s = _GAPS * max(300.0, period_of(history.series))
        chart.set_data(strips, self._marks(history), history.start, history.end, gap_s=gap_s)
        self.states.show_content()

    def show_events(self, events: Sequence[Event]) -> None:
        """Draw these events on the axis."""
        if tuple(events) != self._events:
            self._events = tuple(events)
            if self.chart is not None and self._history is not None:
                self.chart.set_marks(self._marks(self._history))

    def _marks(self, history: History) -> tuple[Mark, ...]:
        return marks_of(self._events, history.start, history.end)

    def _show_title(self) -> None:
        title = {
            "1h": _("Last hour"),
            "6h": _("Last 6 hours"),
            "24h": _("Last 24 hours"),
            "3d": _("Last 3 days"),
        }[self.ranges.current]
        self.title.setText(_("{hours} of its life").format(hours=title) if self._ended else title)
        self.caption.set_tone("text-2")
        every = duration(period_of(self._history.series)) if self._history else ""
        text = _("CloudWatch, a value every {time}") if every else _("CloudWatch")
        self.caption.setText(text.format(time=every))

    def _chart(self) -> TimeStrips:
        if self.chart is None:
            from hue_desktop.ui.charts.strips import TimeStrips

            self.chart = TimeStrips(self._theme)
            self._inner.addWidget(self.chart)
        return self.chart
