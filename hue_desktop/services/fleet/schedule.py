"""When what is read again: due times, backing off, and half of AWS's quotas. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

__all__ = [
    "STEPS_BESIDE_FOCUS_S",
    "FirstReadings",
    "Intervals",
    "Schedule",
    "Spacing",
    "Topic",
    "backoff_s",
]

K = TypeVar("K", bound=Hashable)


class Topic(Enum):
    """What one reading is about; the first five are of a region, the others of a cluster."""

    IDENTITY = "identity"
    ACTIVE = "active"
    ENDED = "ended"
    PRICES = "prices"
    METRICS = "metrics"
    CLUSTER = "cluster"
    GROUPS = "groups"
    FLEETS = "fleets"
    INSTANCES = "instances"
    STEPS = "steps"
    POLICIES = "policies"


#: Seconds between readings of the cluster in front, with 4 s asked for. Half the default quota of
#: ListInstances, ListSteps and ListInstanceFleets is one call in four seconds (facts of EMR §2).
_FOCUSED = {
    Topic.CLUSTER: 1.0,
    Topic.GROUPS: 1.0,
    Topic.FLEETS: 1.1,
    Topic.STEPS: 1.1,
    Topic.INSTANCES: 5.0,
    Topic.POLICIES: 4.0,
}
#: The others, as multiples of the background interval.
_BACKGROUND = {
    Topic.CLUSTER: 1.0,
    Topic.GROUPS: 1.0,
    Topic.FLEETS: 5.0,
    Topic.INSTANCES: 5.0,
    Topic.POLICIES: 10.0,
}
_REGION = {Topic.IDENTITY: 900.0, Topic.ENDED: 300.0, Topic.PRICES: 300.0, Topic.METRICS: 300.0}
_PER_CLUSTER_S = 4.0  #: what one background cluster costs of DescribeCluster's half quota
_PER_FLEET_S = 10.0  #: and one with fleets of ListInstanceFleets'
_PER_STEPS_S = 45.0  #: and of what the cluster in front leaves of ListSteps'


@dataclass(slots=True)
class Intervals:
    """The present intervals of one region, in seconds.

    ``slow`` grows while AWS throttles; ``clock_rate`` is the speed of the region's clock: where it
    is fast, CloudWatch has new data and clusters end more often.
    """

    fleet_s: float = 30.0
    focused_s: float = 4.0
    background_s: float = 60.0
    clusters: int = 0
    fleets: int = 0
    slow: float = 1.0
    clock_rate: float = 1.0

    def of(self, topic: Topic, *, focused: bool, moving: bool = False) -> float:
        """Until the next reading; ``moving`` when the cluster's nodes come or go just now."""
        if topic is Topic.ACTIVE:
            return self.fleet_s * self.slow
        fast = max(1.0, self.clock_rate)
        if topic is Topic.METRICS:
            return min(_REGION[topic], max(10.0, 300.0 / fast)) * self.slow
        if topic is Topic.ENDED:
            return max(self.fleet_s, _REGION[topic] / fast) * self.slow
        if topic in _REGION:
            return _REGION[topic] * self.slow
        if focused:
            factor = 2.0 if moving and topic is Topic.INSTANCES else _FOCUSED[topic]
            return self.focused_s * factor * self.slow
        if topic is Topic.STEPS:
            return max(self.background() * 2.0, _PER_STEPS_S * self.clusters) * self.slow
        return self.background() * _BACKGROUND[topic] * self.slow

    def background(self) -> float:
        """The background interval: longer where there are more clusters than the quota feeds."""
        return max(self.background_s, _PER_CLUSTER_S * self.clusters, _PER_FLEET_S * self.fleets)


#: So far apart do first readings of many clusters begin, in seconds: half the default quotas.
_GAPS_S = {Topic.CLUSTER: 2.0, Topic.GROUPS: 2.0}
_GAP_S = 4.0
_AT_ONCE = 3  #: so many begin together


class FirstReadings:
    """Spreads the first readings of many clusters, so that they do not queue up for the quota."""

    def __init__(self) -> None:
        self._free_at: dict[Topic, float] = {}

    def due(self, topic: Topic, now: float) -> float:
        """When the next cluster's first reading of this topic may begin."""
        gap_s = _GAPS_S.get(topic, _GAP_S)
        free_at = max(now, self._free_at.get(topic, 0.0))
        self._free_at[topic] = free_at + gap_s
        return max(now, free_at - (_AT_ONCE - 1) * gap_s)


def backoff_s(failures: int, random_source: random.Random) -> float:
    """How long to wait after so many failures in a row: 2 s doubling up to a minute, jittered."""
    doubled: float = 2.0 * float(2 ** min(failures, 6))
    return min(60.0, doubled) * random_source.uniform(0.5, 1.0)


#: The cluster in front takes nearly all of ListSteps' half quota: a call every 4.2 s of one in 4 s.
#: What it leaves is one call in so many seconds; more of them would make it wait its turn.
STEPS_BESIDE_FOCUS_S = 100.0


class Spacing:
    """Lets something begin only so many seconds after it began last."""

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._free_at = float("-inf")

    def may_begin(self, now: float) -> bool:
        """Whether enough time has passed."""
        return now >= self._free_at

    def began(self, now: float) -> None:
        """It begins now."""
        self._free_at = now + self._gap_s


@dataclass(slots=True)
class _Slot:
    due: float
    running: bool = False
    again: bool = False


class Schedule(Generic[K]):
    """Due times by key; a key is never read twice at the same time."""

    def __init__(self) -> None:
        self._slots: dict[K, _Slot] = {}

    def __contains__(self, key: K) -> bool:
        return key in self._slots

    @property
    def running(self) -> int:
        """How many readings are under way."""
        return sum(slot.running for slot in self._slots.values())

    def ensure(self, key: K, due: float) -> None:
        """Plan a key that is not planned yet."""
        if key not in self._slots:
            self._slots[key] = _Slot(due)

    def hurry(self, key: K, due: float) -> None:
        """Read it by ``due``; one that is being read right now is read once more after that."""
        slot = self._slots.setdefault(key, _Slot(due))
        if slot.running:
            slot.again = True
        slot.due = min(slot.due, due)

    def due(self, now: float) -> list[K]:
        """The keys to read now, the longest overdue first."""
        late = [(slot.due, key) for key, slot in self._slots.items() if _waits(slot, now)]
        return [key for _due, key in sorted(late, key=lambda pair: pair[0])]

    def next_due(self, allowed: Callable[[K], bool]) -> float | None:
        """The earliest due time of what is not under way and allowed."""
        return min(
            (slot.due for key, slot in self._slots.items() if not slot.running and allowed(key)),
            default=None,
        )

    def plan(self, key: K, due: float) -> None:
        """Read it at ``due``, earlier plans notwithstanding."""
        self._slots.setdefault(key, _Slot(due)).due = due

    def began(self, key: K) -> None:
        """The reading is under way."""
        slot = self._slots[key]
        slot.running, slot.again = True, False

    def landed(self, key: K, next_due: float, now: float) -> None:
        """The reading came back; unknown keys were forgotten in the meantime."""
        slot = self._slots.get(key)
        if slot is not None:
            slot.running = False
            slot.due = now if slot.again else next_due

    def forget(self, key: K) -> None:
        """Do not read it any more."""
        self._slots.pop(key, None)

    def planned(self) -> tuple[K, ...]:
        """All planned keys."""
        return tuple(self._slots)


def _waits(slot: _Slot, now: float) -> bool:
    return not slot.running and slot.due <= now
