"""CloudWatch alarms as facts: what was asked for, the state they are in, and how they got there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from hue_desktop.simulator.world.documents import NEVER, Stored

__all__ = ["Alarm", "AlarmEvent"]

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class Alarm(Stored):
    """One metric alarm; ``id`` is its name. Instants are epoch seconds."""

    KIND: ClassVar[str] = "alarm"

    id: str
    created: float
    configured: float  #: last change of what was asked for
    request: Json = field(default_factory=dict)  #: members of PutMetricAlarm, echoed
    tags: dict[str, str] = field(default_factory=dict)
    actions_enabled: bool = True
    state: str = "INSUFFICIENT_DATA"
    reason: str = "Unchecked: Initial alarm creation"
    reason_data: str = ""
    state_since: float = NEVER  #: when the state, or its reason, was set
    evaluated: float = 0.0  #: judged up to here
    unchecked: bool = True  #: not judged since it was made or changed


@dataclass(slots=True, eq=False)
class AlarmEvent(Stored):
    """One line of an alarm's history; it outlives the alarm."""

    KIND: ClassVar[str] = "alarm-event"

    id: str
    at: float
    alarm: str
    kind: str  #: ``ConfigurationUpdate`` or ``StateUpdate``
    summary: str
    data: str = ""
