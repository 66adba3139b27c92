"""Live readings, their history and alerts, and what happened, on one time axis."""

from __future__ import annotations

from hue_desktop.services.health.events import (
    Event,
    EventKeeper,
    EventKind,
    alert_events,
    events_of,
    notice_events,
)
from hue_desktop.services.health.service import HealthService
from hue_desktop.services.health.values import Collecting, HealthChange, HealthSnapshot, Verdict

__all__ = [
    "Collecting",
    "Event",
    "EventKeeper",
    "EventKind",
    "HealthChange",
    "HealthService",
    "HealthSnapshot",
    "Verdict",
    "alert_events",
    "events_of",
    "notice_events",
]
