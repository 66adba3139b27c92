"""What the region has measured or watches, beside the clusters: alarms and recorded figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hue_desktop.simulator.world.alarms import Alarm, AlarmEvent
from hue_desktop.simulator.world.documents import Stored

__all__ = ["Telemetry"]

Json = dict[str, Any]

_EVENTS_KEPT = 2000


class Telemetry:
    """Alarms by name, and their history from the oldest on."""

    def __init__(self) -> None:
        self.alarms: dict[str, Alarm] = {}
        self.alarm_events: list[AlarmEvent] = []

    def entities(self) -> Iterator[Stored]:
        """Everything with a document."""
        yield from self.alarms.values()
        yield from self.alarm_events

    def restore(self, documents: Mapping[str, Iterable[Json]]) -> None:
        """Take over the documents of an earlier run, by kind."""
        for document in documents.get(Alarm.KIND, ()):
            alarm = Alarm.from_document(document)
            self.alarms[alarm.id] = alarm
        events = map(AlarmEvent.from_document, documents.get(AlarmEvent.KIND, ()))
        self.alarm_events = sorted(events, key=lambda event: event.id)

    def note(self, at: float, alarm: str, kind: str, summary: str, data: str) -> list[Stored]:
        """Add a line to an alarm's history; returns what is new, and with it what was dropped."""
        number = int(self.alarm_events[-1].id) + 1 if self.alarm_events else 1
        self.alarm_events.append(AlarmEvent(f"{number:09d}", at, alarm, kind, summary, data))
        return [self.alarm_events[-1]]

    def overflow(self) -> list[AlarmEvent]:
        """Take the oldest lines away that are too many."""
        over = len(self.alarm_events) - _EVENTS_KEPT
        if over <= 0:
            return []
        gone, self.alarm_events = self.alarm_events[:over], self.alarm_events[over:]
        return gone
