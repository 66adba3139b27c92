"""Waiting on the tour: until something holds, no longer than told, and not after a signal."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from hue_desktop.ui.tour.waiting import heeding_signals, settle, wait_until


def test_it_waits_until_something_holds(qapp: QApplication) -> None:
    seen: list[int] = []
    QTimer.singleShot(0, lambda: seen.append(1))
    assert wait_until(lambda: bool(seen), 10)
    assert not wait_until(lambda: False, 0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_waiting(qapp: QApplication, number: int) -> None:
    before = signal.getsignal(number)
    QTimer.singleShot(0, lambda: os.kill(os.getpid(), number))
    with heeding_signals(), pytest.raises(KeyboardInterrupt):
        wait_until(lambda: False, 20)
    assert signal.getsignal(number) is before
    settle()


def test_what_fails_because_of_a_signal_is_the_signal(qapp: QApplication) -> None:
    def start_a_region() -> None:
        with heeding_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            raise RuntimeError("the child has heard it, too")

    with pytest.raises(KeyboardInterrupt):
        start_a_region()
