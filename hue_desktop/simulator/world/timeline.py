"""What will happen by itself: a heap of due events, each with a key that makes it unique.

Scheduling a key again moves the event. Events are handled in the order of their instants (and of
their keys when two are due together), so that a region which was killed and restored takes the
same course as one that kept running.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hue_desktop.simulator.world.documents import Stored

__all__ = ["Event", "Moment", "Timeline"]


@dataclass(slots=True, eq=False)
class Moment:
    """The instant up to which everything due has happened, shared by all entities of a world."""

    at: float = 0.0  #: epoch seconds


@dataclass(slots=True, eq=False)
class Event(Stored):
    """Something that is due at an instant: ``kind`` picks the handler, ``subject`` the entity."""

    KIND: ClassVar[str] = "event"

    due: float
    kind: str
    cluster_id: str
    subject: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """``kind:subject``; one such event is due at most once."""
        return f"{self.kind}:{self.subject or self.cluster_id}"


class Timeline:
    """The events to come."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str, int, Event]] = []
        self._serial = itertools.count()  # tells apart what was scheduled twice for one instant
        self._events: dict[str, Event] = {}

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events.values())

    def get(self, key: str) -> Event | None:
        """The event with this key, or None."""
        return self._events.get(key)

    def put(self, event: Event) -> None:
        """Add the event, in place of an earlier one with its key."""
        self._events[event.key] = event
        heapq.heappush(self._heap, (event.due, event.key, next(self._serial), event))
        if len(self._heap) > 64 + 2 * len(self._events):
            self._heap = [
                (item.due, key, next(self._serial), item) for key, item in self._events.items()
            ]
            heapq.heapify(self._heap)

    def drop(self, key: str) -> Event | None:
        """Take the event away before it is due."""
        return self._events.pop(key, None)

    def pop_due(self, at: float) -> Event | None:
        """The next event due at or before ``at``, taken from the timeline."""
        while self._heap and self._heap[0][0] <= at:
            _, key, _, event = heapq.heappop(self._heap)
            if self._events.get(key) is event:
                del self._events[key]
                return event
        return None
