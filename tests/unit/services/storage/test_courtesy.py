"""Readers let a window that draws go first, and never wait for long."""

from __future__ import annotations

import threading
import time

from hue_desktop.services.storage.courtesy import Courtesy


def test_nobody_waits_while_nobody_draws() -> None:
    courtesy = Courtesy()
    began = time.perf_counter()
    for _page in range(1000):
        courtesy.give_way()
    assert time.perf_counter() - began < 1


def test_a_reader_waits_until_the_window_has_drawn() -> None:
    courtesy, order = Courtesy(), []
    waiting = threading.Event()

    def read() -> None:
        waiting.set()
        courtesy.give_way()
        order.append("read")

    with courtesy.first():
        reader = threading.Thread(target=read)
        reader.start()
        assert waiting.wait(5)
        order.append("drawn")
    reader.join(5)
    assert order[0] == "drawn"


def test_a_window_that_draws_too_long_is_not_waited_for() -> None:
    courtesy = Courtesy()
    with courtesy.first():
        courtesy.give_way()  # comes back by itself
