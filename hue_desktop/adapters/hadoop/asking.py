"""Who is asked and how often: the one place of this room that decides about asking again.

There may be several NameNodes, of which one is active. Reads are sent again after whatever may
pass, and so are changes that do the same when they are done twice; a change that does not is sent
again only when the server surely had not carried it out.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from hue_desktop.adapters.hadoop.remote_errors import Standby
from hue_desktop.core.errors import Cancelled, HueError, Throttled, Unreachable
from hue_desktop.core.text import _

__all__ = ["Address", "Asking", "StaleConnection"]

Address = tuple[str, int]
T = TypeVar("T")

ATTEMPTS = 5
BASE_S = 0.2
MOST_S = 5.0


class StaleConnection(Exception):
    """A kept connection had been closed by the server before it read our request."""


class Asking:
    """The addresses of one service, and the one that answered last."""

    def __init__(
        self, addresses: Sequence[Address], *, attempts: int = ATTEMPTS, base_s: float = BASE_S
    ) -> None:
        self._addresses = tuple(addresses)
        self._active = 0
        self._attempts = attempts
        self._base_s = base_s
        self._closed = threading.Event()

    @property
    def address(self) -> Address:
        """The one that answered last."""
        return self._addresses[self._active]

    def run(self, act: Callable[[], T], *, again: bool = True) -> T:
        """Do it, and after what may pass do it again, on another NameNode where there is one."""
        attempt = 1
        while True:
            if self._closed.is_set():
                raise _closed()
            at = self._active
            try:
                return act()
            except StaleConnection:
                continue  # closed while it was idle; each such one leaves the pool
            except HueError as error:
                if isinstance(error, Unreachable):
                    self._turn(at)
                # a standby, and whoever is too busy, have done nothing
                harmless = again or isinstance(error, (Standby, Throttled))
                if not (error.retryable and harmless) or attempt >= self._attempts:
                    raise
                if error.exhausted:  # trying of tries: the tunnel has done its own
                    raise
                at_once = isinstance(error, Standby) and attempt < len(self._addresses)
            if not at_once:
                self.pause(attempt)
            attempt += 1

    def pause(self, attempt: int) -> None:
        """Wait after the n-th attempt, longer each time; ``Cancelled`` when closed meanwhile."""
        self.wait(random.uniform(0.3, 1.0) * min(MOST_S, self._base_s * 2.0 ** (attempt - 1)))

    def wait(self, wait_s: float) -> None:
        """Wait; ``Cancelled`` when closed meanwhile."""
        if self._closed.wait(wait_s):
            raise _closed()

    def close(self) -> None:
        """End all waiting."""
        self._closed.set()

    def _turn(self, failed: int) -> None:
        """Ask the next one from now on, unless another thread has turned already."""
        if self._active == failed:
            self._active = (failed + 1) % len(self._addresses)


def _closed() -> Cancelled:
    return Cancelled(_("The connection was closed."))
