"""The request budget: one meter per connection and region for all EMR calls.

EMR refills a token bucket per API and one for the whole account. We take at most half of both, so
that the other half is left to everything else in the account. A person's change goes first, then
the focused cluster, then the rest; when AWS throttles us all the same, the meter slows down for a
while and recovers in steps.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from hue_desktop.core.api_usage import ApiUsage
from hue_desktop.core.errors import Cancelled, Throttled
from hue_desktop.core.text import _

__all__ = ["EMR_QUOTAS", "Meter", "Priority", "Quota"]

SHARE = 0.5  #: the part of every quota that we allow ourselves
SLOWED_S = 20.0  #: how long a throttling answer slows us down; longer when it repeats
USAGE_WINDOW_S = 60.0  #: longer than a burst, which would read as if the limit were broken


class Priority(IntEnum):
    """Who is served first."""

    CHANGE = 0  #: a person's change
    FOCUSED = 1  #: the cluster that is looked at
    BACKGROUND = 2


@dataclass(frozen=True, slots=True)
class Quota:
    """A token bucket of AWS: requests at once, and requests per second in the long run."""

    burst: float
    per_second: float


#: Default EMR quotas as Service Quotas lists them (adjustable per account).
EMR_QUOTAS = {
    "": Quota(25, 5),  # the whole account
    # APIs without a published default: told by the account's bucket, and by being throttled
    "*": Quota(20, 4),
    "GetAutoTerminationPolicy": Quota(5, 0.5),
    "GetManagedScalingPolicy": Quota(5, 0.5),
    "PutAutoTerminationPolicy": Quota(5, 0.5),
    "RemoveAutoTerminationPolicy": Quota(5, 0.5),
    "AddInstanceFleet": Quota(5, 0.5),
    "AddInstanceGroups": Quota(5, 0.2),
    "AddJobFlowSteps": Quota(10, 0.5),
    "AddTags": Quota(5, 0.5),
    "CancelSteps": Quota(10, 0.5),
    "DescribeCluster": Quota(10, 1),
    "DescribeStep": Quota(10, 0.5),
    "ListBootstrapActions": Quota(10, 1),
    "ListClusters": Quota(20, 0.5),
    "ListInstanceFleets": Quota(5, 0.5),
    "ListInstanceGroups": Quota(10, 1),
    "ListInstances": Quota(10, 0.5),
    "ListSecurityConfigurations": Quota(5, 0.5),
    "ListSteps": Quota(10, 0.5),
    "ModifyCluster": Quota(10, 0.5),
    "ModifyInstanceFleet": Quota(5, 0.5),
    "ModifyInstanceGroups": Quota(5, 0.5),
    "RemoveTags": Quota(5, 0.5),
    "RunJobFlow": Quota(10, 0.5),
    "SetTerminationProtection": Quota(5, 0.2),
    "TerminateJobFlows": Quota(10, 0.5),
}
#: Account tokens that lower priorities leave alone, so that the higher find one at once.
RESERVE = {Priority.CHANGE: 0.0, Priority.FOCUSED: 1.0, Priority.BACKGROUND: 3.0}


class _Bucket:
    """Tokens that refill with time; not locked, the meter's lock guards it."""

    def __init__(self, quota: Quota, now: float) -> None:
        self.capacity = max(1.0, quota.burst * SHARE)
        self.per_second = quota.per_second * SHARE
        self.tokens = self.capacity
        self._at = now

    def refill(self, now: float, pace: float) -> None:
        passed = max(0.0, now - self._at)
        self.tokens = min(self.capacity, self.tokens + passed * self.per_second * pace)
        self._at = now

    def wait_s(self, needed: float, pace: float) -> float:
        missing = needed - self.tokens
        return 0.0 if missing <= 0 else missing / (self.per_second * pace)


class Meter:
    """Hands out permissions to send one request; safe from any thread.

    ``quotas`` are the account's by operation, ``""`` for all together and ``"*"`` for the rest.
    """

    def __init__(
        self,
        quotas: Mapping[str, Quota] = EMR_QUOTAS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._quotas = quotas
        self._clock = clock
        self._changed = threading.Condition()
        self._buckets: dict[str, _Bucket] = {}
        self._queue: list[tuple[Priority, int, str]] = []
        self._number = 0
        self._sent: deque[float] = deque()
        self._closed = False
        self._slow_until = 0.0
        self._pace = 1.0

    def acquire(self, operation: str, priority: Priority, *, timeout_s: float = 60.0) -> None:
        """Wait for the budget of one request.

        Raises ``Throttled`` when it would take longer than ``timeout_s`` and ``Cancelled`` when
        the meter is closed meanwhile.
        """
        with self._changed, self._ticket(operation, priority) as ticket:
            deadline = self._clock() + timeout_s
            while True:
                wait_s = self._wait_for(ticket)
                if self._closed:
                    raise Cancelled(_("The connection was closed."))
                if wait_s <= 0:
                    self._take(operation)
                    return
                left = deadline - self._clock()
                if left <= 0 or (wait_s > left and self._first(ticket)):
                    raise Throttled(
                        _("{operation} has used up its share of requests for now.").format(
                            operation=operation
                        ),
                        code="RequestBudget",
                        remedy=_("It is read again a little later."),
                    )
                self._changed.wait(min(wait_s, left))

    def try_acquire(self, operation: str, priority: Priority = Priority.BACKGROUND) -> bool:
        """Take the budget of one request if it is there now and nobody waits for it."""
        with self._changed, self._ticket(operation, priority) as ticket:
            if self._closed or self._wait_for(ticket) > 0:
                return False
            self._take(operation)
            return True

    def throttled(self, operation: str) -> None:
        """AWS said no: leave half a token, halve the pace, recover after a while."""
        with self._changed:
            now = self._clock()
            self._refill(now)
            bucket = self._bucket(operation)
            bucket.tokens = min(bucket.tokens, 0.5)
            self._pace = max(0.125, self._pace / 2)
            self._slow_until = now + SLOWED_S * random.uniform(0.8, 1.2) / self._pace**0.5

    def usage(self) -> ApiUsage:
        """What goes out now, and what we allow ourselves."""
        with self._changed:
            now = self._clock()
            self._refill(now)
            self._forget(now)
            slow = self._slow_until - now
            until = datetime.now(UTC) + timedelta(seconds=slow) if slow > 0 else None
            limit = self._quotas[""].per_second * SHARE * self._pace
            return ApiUsage(len(self._sent) / USAGE_WINDOW_S, limit, until)

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @contextmanager
    def _ticket(self, operation: str, priority: Priority) -> Iterator[tuple[Priority, int, str]]:
        self._number += 1
        ticket = (priority, self._number, operation)
        self._queue.append(ticket)
        try:
            yield ticket
        finally:
            self._queue.remove(ticket)
            self._changed.notify_all()

    def _first(self, ticket: tuple[Priority, int, str]) -> bool:
        return not any(other < ticket for other in self._queue)

    def _wait_for(self, ticket: tuple[Priority, int, str]) -> float:
        """Seconds until the ticket may be served; 0 for now. Those before it come first."""
        priority, _number, operation = ticket
        self._refill(self._clock())
        ahead = [other for other in self._queue if other < ticket]
        same = sum(other[2] == operation for other in ahead)
        own = self._bucket(operation).wait_s(1.0 + same, self._pace)
        # whoever waits for a bucket of their own does not stand in the way of the account's
        ready = sum(
            self._bucket(other[2]).tokens >= 1.0 for other in ahead if other[2] != operation
        )
        account = self._bucket("")
        needed = 1.0 + ready
        needed += min(RESERVE[priority], max(0.0, account.capacity - needed))
        return max(own, account.wait_s(needed, self._pace))

    def _take(self, operation: str) -> None:
        self._bucket(operation).tokens -= 1.0
        self._bucket("").tokens -= 1.0
        now = self._clock()
        self._forget(now)
        self._sent.append(now)

    def _bucket(self, operation: str) -> _Bucket:
        if operation not in self._buckets:
            quota = self._quotas.get(operation, self._quotas["*"])
            self._buckets[operation] = _Bucket(quota, self._clock())
        return self._buckets[operation]

    def _refill(self, now: float) -> None:
        if now >= self._slow_until and self._pace < 1.0:
            self._pace = min(1.0, self._pace * 2)
            self._slow_until = now + SLOWED_S / 2 if self._pace < 1.0 else 0.0
        for bucket in self._buckets.values():
            bucket.refill(now, self._pace)

    def _forget(self, now: float) -> None:
        while self._sent and now - self._sent[0] > USAGE_WINDOW_S:
            self._sent.popleft()
