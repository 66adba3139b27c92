"""The one place that decides whether and when a request is sent again.

Reads are sent again after anything that may pass (``HueError.retryable``). A change is sent again
only when it surely was not carried out: when it was throttled, or when nobody took the call.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from hue_desktop.core.errors import Cancelled, HueError, Throttled
from hue_desktop.core.text import _

__all__ = ["Retrying"]

T = TypeVar("T")


class Retrying:
    """Sends up to ``attempts`` times, waiting longer each time with jitter.

    After ``give_up_s`` seconds nothing is sent again: whoever polls comes back anyway.
    """

    def __init__(
        self,
        *,
        attempts: int = 3,
        base_s: float = 0.4,
        most_s: float = 8.0,
        give_up_s: float = 10.0,
    ) -> None:
        self._attempts = attempts
        self._give_up_s = give_up_s
        self._base_s = base_s
        self._most_s = most_s
        self._closed = threading.Event()

    def run(self, send: Callable[[], T], *, change: bool = False) -> T:
        """What ``send`` answers; its last ``HueError`` when it never does."""
        attempt = 1
        started = time.monotonic()
        while True:
            if self._closed.is_set():
                raise Cancelled(_("The connection was closed."))
            try:
                return send()
            except HueError as error:
                late = time.monotonic() - started + error.retry_after_s > self._give_up_s
                if late or attempt >= self._attempts or not self._may_resend(error, change):
                    raise
                wait_s = max(self.delay_s(attempt), error.retry_after_s)
            if self._closed.wait(wait_s):
                raise Cancelled(_("The connection was closed."))
            attempt += 1

    def delay_s(self, attempt: int) -> float:
        """How long to wait after the n-th attempt."""
        return random.uniform(0.1, 1.0) * min(self._most_s, self._base_s * 2.0 ** (attempt - 1))

    def close(self) -> None:
        """End all waiting."""
        self._closed.set()

    @staticmethod
    def _may_resend(error: HueError, change: bool) -> bool:
        if isinstance(error, Throttled):
            # our own budget has waited long enough already
            return error.code != "RequestBudget"
        if change:
            return False
        return error.retryable
