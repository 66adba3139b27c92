"""What clusters have cost, for screens: read on a worker now and then, carried on every second.

Between two readings a bill goes on at the rate of now, which the fleet's snapshot tells; the next
reading puts it right to the cent.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from hue_desktop.core.billing import Bill
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import HueError
from hue_desktop.core.pricing import CostRate
from hue_desktop.ui.tasks import TaskRunner

__all__ = ["Bills", "carried_on", "carried_on_saving"]

T = TypeVar("T")

_TIMEOUT_S = 120.0
_AGAIN_S = 30.0  #: after a reading that failed


def carried_on(usd: float, until: float, usd_hour: float | None, now: float) -> float:
    """``usd`` until an instant, and what came to it since at a rate; times in seconds."""
    return usd + (usd_hour or 0.0) * max(0.0, now - until) / 3600


def carried_on_saving(bill: Bill, rate: CostRate | None, now: float) -> float:
    """What Spot has saved until now."""
    saving = rate.saved_by_spot if rate is not None else None
    return carried_on(bill.saved_by_spot, bill.end, saving, now)


class Bills(QObject, Generic[T]):
    """The newest reading of each cluster; one is read at a time, on the lane ``metrics``.

    ``read`` blocks and may raise HueError. ``changed`` tells whose reading came or failed.
    """

    changed = Signal(object)

    def __init__(
        self,
        tasks: TaskRunner,
        read: Callable[[ClusterRef], T],
        owner: QObject,
        *,
        every_s: float = 30.0,
    ) -> None:
        super().__init__(owner)
        self._tasks = tasks
        self._read = read
        self._every_s = every_s
        self._found: dict[ClusterRef, T] = {}
        self._errors: dict[ClusterRef, HueError] = {}
        self._asked_at: dict[ClusterRef, float] = {}
        self._waiting: deque[ClusterRef] = deque()
        self._reading: ClusterRef | None = None

    def of(self, ref: ClusterRef) -> T | None:
        """The newest reading; ``None`` before the first."""
        return self._found.get(ref)

    def error(self, ref: ClusterRef) -> HueError | None:
        """Why the last try failed, if it did."""
        return self._errors.get(ref)

    def ask(self, refs: Iterable[ClusterRef], *, again: bool = False) -> None:
        """Read those that are due, in this order; with ``again`` all of them."""
        now = time.monotonic()
        for ref in refs:
            due = again or now - self._asked_at.get(ref, -self._every_s) >= self._every_s
            if due and ref != self._reading and ref not in self._waiting:
                self._waiting.append(ref)
        if self._reading is None:
            self._next()

    def stop(self) -> None:
        """Begin no further reading; what is under way ends by itself."""
        self._waiting.clear()

    def _next(self) -> None:
        if not self._waiting:
            return
        ref = self._reading = self._waiting.popleft()
        self._asked_at[ref] = time.monotonic()
        read = self._read
        self._tasks.run(
            "metrics",
            lambda _token: read(ref),
            owner=self,
            done=lambda found: self._came(ref, found),
            failed=lambda error: self._failed(ref, error),
            timeout_s=_TIMEOUT_S,
        )

    def _came(self, ref: ClusterRef, found: T) -> None:
        self._found[ref] = found
        self._errors.pop(ref, None)
        self._over(ref)

    def _failed(self, ref: ClusterRef, error: HueError) -> None:
        self._errors[ref] = error
        # sooner than a reading that came: what is not known yet is missed more than what is old
        self._asked_at[ref] -= max(0.0, self._every_s - _AGAIN_S)
        self._over(ref)

    def _over(self, ref: ClusterRef) -> None:
        self._reading = None
        self.changed.emit(ref)
        self._next()
