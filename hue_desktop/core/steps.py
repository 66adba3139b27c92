"""Steps: the units of work that EMR runs on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

__all__ = ["ActionOnFailure", "Step", "StepSpec", "StepState"]


class StepState(Enum):
    """EMR's StepState; UNKNOWN for a newer word."""

    PENDING = "PENDING"
    CANCEL_PENDING = "CANCEL_PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    UNKNOWN = "UNKNOWN"

    @property
    def active(self) -> bool:
        """Whether the step waits or runs; active steps count against the limit of 256."""
        return self in (StepState.PENDING, StepState.CANCEL_PENDING, StepState.RUNNING)


class ActionOnFailure(Enum):
    """What EMR does with the rest when a step fails."""

    TERMINATE_CLUSTER = "TERMINATE_CLUSTER"
    CANCEL_AND_WAIT = "CANCEL_AND_WAIT"
    CONTINUE = "CONTINUE"


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step as it is submitted."""

    name: str
    jar: str
    args: tuple[str, ...] = ()
    main_class: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    action_on_failure: ActionOnFailure = ActionOnFailure.CONTINUE


@dataclass(frozen=True, slots=True)
class Step:
    """A step as EMR reports it. Times are UTC."""

    id: str
    spec: StepSpec
    state: StepState
    reason: str = ""
    created: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
