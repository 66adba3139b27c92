"""From what happened to a cluster to the marks that a chart draws on its time axis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hue_desktop.core.alerts import Alert
from hue_desktop.core.changes import JournalEntry
from hue_desktop.core.clusters import Attention, ClusterSnapshot
from hue_desktop.core.spot_notices import SpotNotice
from hue_desktop.core.steps import StepState
from hue_desktop.services.health import Event, EventKeeper, EventKind
from hue_desktop.services.health.events import alert_events, notice_events
from hue_desktop.ui.charts.series import Mark
from hue_desktop.ui.parts import StateShape, step_shape

__all__ = ["Happenings", "event_shape", "marks_of"]

_MOST_MARKS = 6
_PLACES = 9  #: two marks stand at least this part of the axis apart


class Happenings:
    """Events, alerts and Spot notices of a cluster, newest first; made anew where one differs."""

    def __init__(self) -> None:
        self._keeper = EventKeeper()
        self._of: tuple[object, ...] = ()
        self._both: tuple[Event, ...] = ()

    def of(
        self,
        cluster: ClusterSnapshot,
        journal: Sequence[JournalEntry] = (),
        alerts: tuple[Alert, ...] = (),
        notices: tuple[SpotNotice, ...] = (),
    ) -> tuple[Event, ...]:
        """All that is known to have happened."""
        events = self._keeper.of(cluster, journal)
        if not self._of or self._of[0] is not events or self._of[1:] != (alerts, notices):
            self._of = (events, alerts, notices)
            both = (*events, *alert_events(alerts), *notice_events(notices))
            self._both = tuple(sorted(both, key=lambda event: event.at, reverse=True))
        return self._both


def marks_of(events: Sequence[Event], start: datetime, end: datetime) -> tuple[Mark, ...]:
    """The events that a chart has room for: what asks for attention first, then the newest."""
    inside = [event for event in events if start <= event.at <= end]
    inside.sort(key=lambda event: (-_weight(event), -event.at.timestamp()))
    apart, taken = (end - start) / _PLACES, list[datetime]()
    marks: list[Mark] = []
    for event in inside:
        if len(marks) < _MOST_MARKS and all(abs(event.at - at) >= apart for at in taken):
            taken.append(event.at)
            marks.append(Mark(event.at, event.text, _mark_shape(event), event.label))
    return tuple(marks)


def _weight(event: Event) -> int:
    """What is drawn first where two events stand too close."""
    kinds = {EventKind.STEP: 0, EventKind.CHANGE: 2}
    return 10 * event.attention.value + kinds.get(event.kind, 1)


def _mark_shape(event: Event) -> StateShape | None:
    """Own changes and the start of a step are dots in the accent colour."""
    if event.step is StepState.RUNNING:
        return None
    if event.kind is EventKind.CHANGE and event.attention is Attention.NONE:
        return None
    return event_shape(event)


def event_shape(event: Event) -> StateShape:
    """What asks for attention has its shape, a step that of its state; nodes come or go."""
    if event.step is not None:
        return step_shape(event.step)
    quiet = StateShape.STARTING if event.kind is EventKind.NODES else StateShape.RUNNING
    return {
        Attention.CRITICAL: StateShape.FAILED,
        Attention.WARN: StateShape.ATTENTION,
        Attention.STARTING: StateShape.STARTING,
    }.get(event.attention, quiet)
