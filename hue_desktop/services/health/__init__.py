"""CloudWatch's series, and what happened, on one time axis."""

from __future__ import annotations

from hue_desktop.services.health.events import Event, EventKeeper, EventKind, events_of
from hue_desktop.services.health.service import HealthService

__all__ = ["Event", "EventKeeper", "EventKind", "HealthService", "events_of"]
