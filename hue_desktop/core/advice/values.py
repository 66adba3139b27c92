"""Advice as values: what to change, why, what it is worth, and how sure that is.

Dollars are of a month of 730 hours with the cluster running all of it; a price that nobody knows
leaves them ``None``. Pieces of advice are alternatives as often as not: their dollars do not add
up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hue_desktop.core.changes import Change
from hue_desktop.core.instances import Market, Role

__all__ = [
    "ActionKind",
    "Advice",
    "AdviceAction",
    "Confidence",
    "Evidence",
    "Risk",
    "TypeChange",
]


class Confidence(Enum):
    """How sure it is that following the advice does what it says."""

    LOW = "low"  #: a rule of thumb, or less than three hours were measured
    MEDIUM = "medium"
    HIGH = "high"  #: a fact, or a day and more was measured


class Risk(Enum):
    """What may go wrong when the advice is followed; the sentence beside it says how."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was seen. ``start`` and ``end`` are the window in region epoch seconds.

    ``metric`` is a name of ``core.metrics``, or empty for what EMR says; ``value`` is in its unit.
    """

    metric: str
    text: str
    start: float | None = None
    end: float | None = None
    value: float | None = None


class ActionKind(Enum):
    """What Review… opens."""

    RESIZE = "resize"  #: the Scale sheet of ``group_id``
    ADD_TASK = "add task"  #: the sheet that adds task nodes
    MANAGED_SCALING = "managed scaling"
    AUTO_TERMINATION = "auto-termination"
    CLONE = "clone"  #: a new cluster with ``types`` in place of the old ones
    TERMINATE = "terminate"
    NODES = "nodes"  #: nothing to set: the nodes that it is about
    COST = "cost"  #: nothing to set: the figures that it is about


@dataclass(frozen=True, slots=True)
class TypeChange:
    """In a clone: nodes of ``role`` that are ``before`` become ``after``, on ``market``."""

    role: Role
    before: str
    after: str
    market: Market | None = None  #: ``None``: as it is


@dataclass(frozen=True, slots=True)
class AdviceAction:
    """The change that would follow the advice; ``changes`` are what its sheet begins with."""

    kind: ActionKind
    text: str  #: what Review… leads to, in words
    group_id: str = ""
    changes: tuple[Change, ...] = ()
    types: tuple[TypeChange, ...] = ()
    volume_type: str = ""  #: in a clone: the EBS type that takes the place of gp2


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice. ``rule`` is the stable name of the rule that gave it.

    ``usd_month`` is negative where it saves, zero where it costs nothing, ``None`` where a price
    is not known; ``usd_note`` says why, or what the figure leaves out. ``attention`` marks what
    endangers data or work.
    """

    rule: str
    title: str
    why: str
    evidence: tuple[Evidence, ...]
    usd_month: float | None
    risk: str
    confidence: Confidence
    apply: AdviceAction | None = None
    role: Role | None = None
    risk_level: Risk = Risk.LOW
    usd_note: str = ""
    attention: bool = False

    @property
    def saves(self) -> bool:
        """Whether it lowers the bill."""
        return self.usd_month is not None and self.usd_month < 0
