"""Work off the main thread, results on it.

A screen hands a blocking function to a lane; what comes back is delivered on the main thread, and
dropped when the screen is gone, has asked again since, or has cancelled.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from hue_desktop.core.errors import Cancelled, HueError, Unreachable
from hue_desktop.core.format import duration
from hue_desktop.core.text import _
from hue_desktop.services.lanes import Lane
from hue_desktop.ui.cancel import CancelToken

__all__ = ["CancelToken", "Poster", "Task", "TaskRunner"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_DRAIN_BUDGET_S = 0.006  #: posted work is done in slices, so that the window answers in between
_WATCH_INTERVAL_MS = 200
_CLOSE_WAIT_S = 1.0
_WIDTHS = {"aws": 6, "metrics": 2, "local": 2, "edit": 1, "storage": 4}
_DEFAULT_WIDTH = 1  #: a lane nobody declared runs one job at a time


class Poster(QObject):
    """Carries calls from any thread to the main thread, in order."""

    _posted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._calls: deque[Callable[[], None]] = deque()
        self._woken = False
        self._closed = False
        self._posted.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def post(self, fn: Callable[[], None]) -> None:
        """Run ``fn`` on the main thread soon; after ``close`` it is forgotten."""
        with self._lock:
            if self._closed:
                return
            self._calls.append(fn)
            if self._woken:
                return
            self._woken = True
            # Inside the lock: close() may not delete this object between test and emit.
            self._posted.emit()

    def close(self) -> None:
        """Deliver nothing any more."""
        with self._lock:
            self._closed = True
            self._calls.clear()

    def _drain(self) -> None:
        until = time.perf_counter() + _DRAIN_BUDGET_S
        while True:
            with self._lock:
                if not self._calls:
                    self._woken = False
                    return
                fn = self._calls.popleft()
            try:
                fn()
            except Exception:
                log.exception("a delivered call failed")
            if time.perf_counter() >= until:
                self._posted.emit()
                return


class Task:
    """One submitted job. ``cancel`` drops its result and runs the hooks of its token."""

    def __init__(self, owner: QObject, timeout_s: float) -> None:
        self.token = CancelToken()
        self.timeout_s = timeout_s
        self.started: float | None = None
        self.over = False
        self.expire: Callable[[], None] = self.cancel
        self._owner = owner

    @property
    def wanted(self) -> bool:
        """Whether anybody still waits for the result."""
        return not self.over and isValid(self._owner)

    def cancel(self) -> None:
        """Stop the job; neither ``done`` nor ``failed`` will be called."""
        self.over = True
        self.token.cancel()


class TaskRunner(QObject):
    """Runs jobs on lanes. Everything but the job itself happens on the main thread.

    ``failed`` is emitted with the HueError of every job that has no error path of its own;
    ``crashed`` with a bug's text. Both are shown by the window.
    """

    failed = Signal(object)
    crashed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.poster = Poster(self)
        self._lanes: dict[str, Lane] = {}
        self._running: set[Task] = set()
        self._newest: dict[tuple[int, str], Task] = {}
        self._closed = False
        self._watch = QTimer(self)
        self._watch.setInterval(_WATCH_INTERVAL_MS)
        self._watch.timeout.connect(self._stop_late)

    def run(
        self,
        lane: str,
        fn: Callable[[CancelToken], T],
        *,
        owner: QObject,
        done: Callable[[T], None] | None = None,
        failed: Callable[[HueError], None] | None = None,
        timeout_s: float = 60,
        key: str | None = None,
    ) -> Task:
        """Run ``fn`` on ``lane``; then ``done`` or ``failed`` on the main thread.

        With a ``key``, an older job of the same owner and key loses: its answer is ignored.
        ``timeout_s`` counts from when the job begins, not from when it was handed in.
        """
        task: Task = Task(owner, timeout_s)
        if self._closed:
            task.cancel()
            return task
        self._remember(task, owner, key)

        def finish(result: T | None, error: HueError | None, bug: str) -> None:
            self._finish(task, owner, key, result, error, bug, done, failed)

        task.expire = lambda: finish(None, _too_late(timeout_s), "")
        self._lane(lane).submit(_Job(task, fn, finish, self.poster).work)
        return task

    def active(self) -> int:
        """How many jobs are waiting or running."""
        return len(self._running)

    def close(self) -> None:
        """Cancel everything and wait a moment; what does not end in it is left to its daemon."""
        if self._closed:
            return
        self._closed = True
        self._watch.stop()
        self.poster.close()
        for task in tuple(self._running):
            task.cancel()
        self._running.clear()
        self._newest.clear()
        deadline = time.monotonic() + _CLOSE_WAIT_S
        for lane in self._lanes.values():
            lane.shutdown(timeout_s=max(0.0, deadline - time.monotonic()))

    def _lane(self, name: str) -> Lane:
        lane = self._lanes.get(name)
        if lane is None:
            width = _WIDTHS.get(name.split(":", 1)[0], _DEFAULT_WIDTH)
            lane = self._lanes[name] = Lane(name, width)
        return lane

    def _remember(self, task: Task, owner: QObject, key: str | None) -> None:
        self._running.add(task)
        if not self._watch.isActive():
            self._watch.start()
        if key is not None:
            older = self._newest.get((id(owner), key))
            if older is not None:
                older.cancel()
            self._newest[(id(owner), key)] = task

    def _finish(
        self,
        task: Task,
        owner: QObject,
        key: str | None,
        result: T | None,
        error: HueError | None,
        bug: str,
        done: Callable[[T], None] | None,
        failed: Callable[[HueError], None] | None,
    ) -> None:
        self._running.discard(task)
        task.expire = task.cancel
        if key is not None and self._newest.get((id(owner), key)) is task:
            del self._newest[(id(owner), key)]
        if bug:
            self.crashed.emit(bug)
        if not task.wanted:
            return
        task.over = True
        if error is None:
            if done is not None:
                done(result)  # type: ignore[arg-type]
        elif failed is not None:
            failed(error)
        elif not bug:
            self.failed.emit(error)

    def _stop_late(self) -> None:
        if not self._running:
            self._watch.stop()
            return
        now = time.monotonic()
        for task in tuple(self._running):
            if task.started is not None and now - task.started > task.timeout_s:
                # Somebody waits and hears of it now, even if the call cannot be interrupted.
                task.token.cancel()
                task.expire()


class _Job:
    """What a worker holds of a task. It lets go of everything before the main thread hears of it.

    ``fn`` and ``finish`` refer to widgets; were a worker the last to forget one, Qt would destroy
    it on the wrong thread.
    """

    def __init__(
        self,
        task: Task,
        fn: Callable[[CancelToken], T],
        finish: Callable[[T | None, HueError | None, str], None],
        poster: Poster,
    ) -> None:
        self._held = [(task, fn, finish)]
        self._outcome: list[tuple[T | None, HueError | None, str]] = []
        self._poster = poster

    def work(self) -> None:
        """Run the job and hand it over; called on a worker."""
        self._outcome.append(_outcome(*self._held[0][:2]))
        self._poster.post(self._deliver)

    def _deliver(self) -> None:
        """Tell the outcome and let everything go; called on the main thread."""
        _task, _fn, finish = self._held.pop()
        finish(*self._outcome.pop())


def _too_late(timeout_s: float) -> HueError:
    return Unreachable(
        _("There was no answer within {time}.").format(time=duration(timeout_s)),
        remedy=_("Try again; if it stays so, test the connection."),
    )


def _outcome(task: Task, fn: Callable[[CancelToken], T]) -> tuple[T | None, HueError | None, str]:
    """Run the job: its result, or the error that a person reads, and a bug's name if it is one."""
    if not task.wanted:
        return None, Cancelled(_("Cancelled.")), ""
    task.started = time.monotonic()
    try:
        return fn(task.token), None, ""
    except HueError as error:
        return None, error, ""
    except Exception as error:
        if task.token.cancelled:
            return None, Cancelled(_("Cancelled.")), ""
        log.exception("a job failed in an unforeseen way")
        text = f"{type(error).__name__}: {error}"
        return None, HueError(_("Something went wrong inside the application."), remedy=text), text
