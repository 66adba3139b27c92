"""Waiting for a condition while the event loop runs, until a signal ends it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from PySide6.QtCore import QEventLoop, QTimer

__all__ = ["heeding_signals", "settle", "wait_until"]

_LOOK_MS = 15

_left = threading.Event()  #: somebody wants us to end; Qt swallows exceptions, so it is noted here


@contextmanager
def heeding_signals() -> Iterator[None]:
    """Within, SIGINT and SIGTERM end the next or present waiting with ``KeyboardInterrupt``."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(_number: int, _frame: FrameType | None) -> None:
        _left.set()

    _left.clear()
    before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except Exception as error:
        if _left.is_set():  # what failed, failed because the signal reached our children, too
            raise KeyboardInterrupt from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _left.clear()


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Run the event loop until ``condition`` holds; whether it did in time."""
    _end_if_told()
    if condition():
        return True
    loop = QEventLoop()
    met = False

    def look() -> None:
        nonlocal met
        if _left.is_set():
            loop.quit()
        elif condition():
            met = True
            loop.quit()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(_LOOK_MS)
    late = QTimer()
    late.setSingleShot(True)
    late.timeout.connect(loop.quit)
    late.start(int(timeout_s * 1000))
    loop.exec()
    timer.stop()
    late.stop()
    _end_if_told()
    return met


def settle(rounds: int = 2) -> None:
    """Let the event loop turn a few times, so that layouts and deferred deletions are done."""
    for _round in range(rounds):
        _end_if_told()
        loop = QEventLoop()
        QTimer.singleShot(0, loop, loop.quit)
        loop.exec()


def _end_if_told() -> None:
    if _left.is_set():
        raise KeyboardInterrupt
