"""Lanes: thread pools whose threads never keep the process alive.

``concurrent.futures.ThreadPoolExecutor`` joins its threads when the interpreter ends, so one call
that nobody can interrupt would hold the window's process. A lane is an executor with daemon threads
and a ``shutdown`` that waits only as long as it is told.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

__all__ = ["Lane"]

P = ParamSpec("P")
T = TypeVar("T")

_Job = tuple[Future[Any], Callable[[], Any]]


class Lane(Executor):
    """At most ``width`` daemon threads; a lane of width 1 keeps the order of submission."""

    def __init__(self, name: str, width: int = 1) -> None:
        self.name = name
        self._width = width
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn`` on the lane. RuntimeError once the lane is shut down."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError(f"lane {self.name} is shut down")
            self._jobs.put((future, lambda: fn(*args, **kwargs)))
            if self._idle:
                self._idle -= 1
            elif len(self._threads) < self._width:
                self._start_thread()
        return future

    def shutdown(
        self, wait: bool = True, *, cancel_futures: bool = True, timeout_s: float = 2.0
    ) -> None:
        """Take no more work, drop what has not begun, and wait at most ``timeout_s``."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
        if cancel_futures:
            self._drop_waiting()
        for _ in threads:
            self._jobs.put(None)
        deadline = time.monotonic() + timeout_s
        for thread in threads:
            if wait and thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _drop_waiting(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job[0].cancel()

    def _start_thread(self) -> None:
        name = f"{self.name}-{len(self._threads)}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, call = job
            if future.set_running_or_notify_cancel():
                _settle(future, call)
            del job, future, call
            with self._lock:
                if self._jobs.empty() and not self._closed:
                    self._idle += 1


def _settle(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        result = call()
    except BaseException as error:  # the border: whatever a job raises belongs to its future
        future.set_exception(error)
    else:
        future.set_result(result)
