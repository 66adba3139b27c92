"""Lanes: named pools of daemon threads that run blocking calls, and tokens that cancel them.

The standard ThreadPoolExecutor joins its threads when the process ends, so that one call blocked in
a socket holds the whole application. These threads are daemons: closing asks every job to stop
(its token closes what it blocks on) and then waits a bounded time only.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from hue_desktop.core.errors import Cancelled
from hue_desktop.core.text import _

__all__ = ["CancelToken", "Lane"]


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


class Lane:
    """Runs jobs on at most ``width`` daemon threads, in the order they came."""

    def __init__(self, name: str, width: int) -> None:
        self.name = name
        self._width = width
        self._jobs: deque[Callable[[], None]] = deque()
        self._ready = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False

    def submit(self, job: Callable[[], None]) -> None:
        """Run ``job`` soon; it must not raise."""
        with self._ready:
            if self._closed:
                return
            self._jobs.append(job)
            if len(self._jobs) > self._idle and len(self._threads) < self._width:
                name = f"{self.name}-{len(self._threads)}"
                thread = threading.Thread(target=self._work, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
            else:
                self._ready.notify()

    def close(self) -> None:
        """Take no more jobs and forget those that have not begun."""
        with self._ready:
            self._closed = True
            self._jobs.clear()
            self._ready.notify_all()

    def join(self, deadline: float) -> bool:
        """Wait for running jobs until ``deadline`` (monotonic seconds); whether all ended."""
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while True:
            with self._ready:
                while not self._jobs and not self._closed:
                    self._idle += 1
                    self._ready.wait()
                    self._idle -= 1
                if self._closed:
                    return
                job = self._jobs.popleft()
            job()
