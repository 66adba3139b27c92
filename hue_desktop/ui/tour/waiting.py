"""Waiting for a condition while the event loop runs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

__all__ = ["settle", "wait_until"]

_LOOK_MS = 15


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Run the event loop until ``condition`` holds; whether it did in time."""
    if condition():
        return True
    loop = QEventLoop()
    met = False

    def look() -> None:
        nonlocal met
        if condition():
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
    return met


def settle(rounds: int = 2) -> None:
    """Let the event loop turn a few times, so that layouts and deferred deletions are done."""
    for _round in range(rounds):
        loop = QEventLoop()
        QTimer.singleShot(0, loop, loop.quit)
        loop.exec()
