"""Tokens that ask a running job to stop, and close what it blocks on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hue_desktop.core.errors import Cancelled
from hue_desktop.core.text import _

__all__ = ["CancelToken"]


class CancelToken:
    """Says that a job should stop. Hooks run once, at the cancel or at once if it was before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hooks: list[Callable[[], None]] = []
        self._event = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether the job should stop."""
        return self._event.is_set()

    def on_cancel(self, hook: Callable[[], None]) -> None:
        """Call ``hook`` (close a socket, end a process) when the job is cancelled."""
        with self._lock:
            if not self._event.is_set():
                self._hooks.append(hook)
                return
        hook()

    def cancel(self) -> None:
        """Ask the job to stop; calling it again does nothing."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            hooks, self._hooks = self._hooks, []
        for hook in hooks:
            hook()

    def raise_if_cancelled(self) -> None:
        """Raise ``Cancelled`` when the job should stop."""
        if self._event.is_set():
            raise Cancelled(_("Cancelled."))

    def wait(self, timeout_s: float) -> bool:
        """Sleep up to ``timeout_s``; True as soon as the job is cancelled."""
        return self._event.wait(timeout_s)
