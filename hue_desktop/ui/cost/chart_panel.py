"""The chart of a cluster's costs: $/h by part over some hours or its whole life."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.billing import Bill
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import money
from hue_desktop.core.text import _
from hue_desktop.services.health import Event, EventKind
from hue_desktop.ui.charts.event_marks import marks_of
from hue_desktop.ui.charts.series import Mark
from hue_desktop.ui.charts.stack import Stack
from hue_desktop.ui.parts import Choice, FourStates, Label, Segmented, row
from hue_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from hue_desktop.ui.charts.stacked import StackedAreas

__all__ = ["RANGES_H", "CostChart"]

#: Hours of each range; ``None`` is the cluster's whole life.
RANGES_H: dict[str, float | None] = {"6h": 6.0, "24h": 24.0, "all": None}


class CostChart(QWidget):
    """``range_chosen`` asks for other hours, ``retry_requested`` for the same again.

    The chart itself is made with the first figures, because its library takes long to load.
    """

    range_chosen = Signal()
    retry_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._events: tuple[Event, ...] = ()
        self.chart: StackedAreas | None = None
        self.caption = Label("", tone="text-2", elide=True)
        self.ranges = Segmented(
            (Choice("6h", _("6 h")), Choice("24h", _("24 h")), Choice("all", _("All"))),
            "all",
            name=_("Hours shown"),
        )
        self._holder = QWidget()
        self._inner = QVBoxLayout(self._holder)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self.states = FourStates(self._holder)
        self.states.retry_requested.connect(self.retry_requested)
        self.ranges.chosen.connect(lambda _key: self.range_chosen.emit())
        title = Label(_("$/h by part"), weight=600)
        head = row(title, self.caption, self.ranges, spacing=10, margins=(0, 8, 0, 2))
        head.setStretchFactor(self.caption, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 16, 4)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.states, 1)
        self.show_loading()

    def show_loading(self) -> None:
        """The first figures of a range are on their way."""
        self.states.show_loading(_("Adding up what each node has cost"))

    def show_failed(self, error: HueError) -> None:
        """They could not be read; what was shown before stays, with a word about it."""
        if self.states.state == "shown":
            self.caption.setText(_("could not be added up again: {why}").format(why=error.message))
            self.caption.set_tone("warn")
            return
        self.states.show_failed(error)

    def show_bill(self, bill: Bill, stack: Stack, *, live: bool) -> None:
        """Draw the ``stack`` of a bill's slices; ``live``: it ends now."""
        self._show_caption(bill, live)
        if not stack.layers:
            text = _("Nodes are billed from the second on that EC2 starts them.")
            if bill.unknown:
                text = _("Nobody knows the prices of its {n} nodes.").format(n=len(bill.unknown))
            self.states.show_empty(_("Nothing has been billed in these hours"), text)
            return
        start, end = _moment(bill.start), _moment(bill.end)
        self._chart().set_data(stack, self._marks(start, end), start, end, live=live)
        self.states.show_content()

    def show_events(self, events: Sequence[Event]) -> None:
        """Draw these events on the axis; steps are not what changes $/h."""
        wanted = tuple(event for event in events if event.kind is not EventKind.STEP)
        if wanted != self._events:
            self._events = wanted
            if self.chart is not None:
                frame = self.chart.frame
                self.chart.set_marks(self._marks(frame.start, frame.end))

    def _marks(self, start: datetime, end: datetime) -> tuple[Mark, ...]:
        return marks_of(self._events, start, end)

    def _show_caption(self, bill: Bill, live: bool) -> None:
        self.caption.set_tone("text-2")
        local = _moment(bill.start).astimezone()
        when = f"{local:%a} {local.day} {local:%b %H:%M}"
        if self.ranges.current == "all":
            text = _("since the cluster was created, {when}") if live else _("its life from {when}")
        else:
            text = _("since {when}") if live else _("its last hours, from {when}")
        self.caption.setText(text.format(when=when))

    def _chart(self) -> StackedAreas:
        if self.chart is None:
            from hue_desktop.ui.charts.stacked import StackedAreas

            name = _("Chart of the cost per hour by part")
            self.chart = StackedAreas(self._theme, money, name)
            self._inner.addWidget(self.chart)
        return self.chart


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
