"""Garbage is collected on the main thread only, in time, and Python gets its collector back."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from hue_desktop.ui.collector import MainThreadCollector


class _Noted(QObject):
    """Part of a cycle; tells on which thread it dies."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.me = self
        self._tell = tell

    def __del__(self) -> None:
        self._tell(threading.current_thread().name)


@pytest.fixture
def collector() -> Iterator[MainThreadCollector]:
    """Running as in a window, over Python's own automatic collection."""
    was_automatic = gc.isenabled()
    gc.enable()
    made = MainThreadCollector()
    made.start()
    yield made
    made.stop()
    if not was_automatic:
        gc.disable()


def _allocate_cycles(stop: threading.Event) -> None:
    """What parsing does to the collector, only more of it."""
    while not stop.is_set():
        for _round in range(40):
            cycle: list[object] = []
            cycle.append(cycle)
        stop.wait(0.01)


def test_qt_objects_in_cycles_die_on_the_main_thread(
    qtbot: QtBot, collector: MainThreadCollector
) -> None:
    died: list[str] = []
    stop = threading.Event()
    workers = [threading.Thread(target=_allocate_cycles, args=(stop,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for _number in range(50):
        _Noted(died.append)
    try:
        qtbot.waitUntil(lambda: len(died) == 50, timeout=20_000)
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert set(died) == {threading.main_thread().name}


def test_python_gets_its_collector_back(qtbot: QtBot, collector: MainThreadCollector) -> None:
    assert not gc.isenabled()
    assert gc.get_freeze_count() > 0
    collector.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_collector_that_was_off_stays_off(qtbot: QtBot) -> None:
    was_automatic = gc.isenabled()
    gc.disable()
    collector = MainThreadCollector()
    collector.start()
    collector.stop()
    assert not gc.isenabled()
    if was_automatic:
        gc.enable()


def test_what_lives_long_is_not_looked_at_again(
    qtbot: QtBot, collector: MainThreadCollector
) -> None:
    """The pause stays short, however much lives: a crowd is put aside, too."""
    frozen = gc.get_freeze_count()
    kept = [[number] for number in range(200_000)]
    qtbot.waitUntil(lambda: gc.get_freeze_count() >= frozen + 200_000, timeout=20_000)
    for _round in range(5):
        kept += [[number] for number in range(3_000)]
        qtbot.waitUntil(lambda: gc.get_count()[0] < 2_000, timeout=20_000)
    assert gc.get_freeze_count() >= frozen + len(kept)
    assert len(gc.get_objects()) < 20_000
