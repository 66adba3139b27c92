"""Lanes keep order, give errors back, and never hold the process."""

from __future__ import annotations

import threading
import time
from concurrent.futures import CancelledError

import pytest

from hue_desktop.services.lanes import Lane


def test_results_and_errors_arrive() -> None:
    lane = Lane("test", 2)
    try:
        assert lane.submit(pow, 2, 10).result(5) == 1024
        with pytest.raises(ZeroDivisionError):
            lane.submit(lambda: 1 / 0).result(5)
        assert lane.submit(pow, 2, 3).result(5) == 8, "an error does not end the thread"
    finally:
        lane.shutdown()


def test_a_lane_of_one_keeps_the_order() -> None:
    lane, seen = Lane("test"), list[int]()
    jobs = [lane.submit(seen.append, number) for number in range(500)]
    jobs[-1].result(10)
    lane.shutdown()
    assert seen == list(range(500))


def test_a_wide_lane_runs_side_by_side() -> None:
    lane = Lane("test", 4)
    together = threading.Barrier(4, timeout=10)
    jobs = [lane.submit(together.wait) for _ in range(4)]
    assert sorted(job.result(10) for job in jobs) == [0, 1, 2, 3]
    lane.shutdown()


def test_shutting_down_drops_what_waits_and_does_not_wait_for_what_hangs() -> None:
    lane, release, began = Lane("test"), threading.Event(), threading.Event()
    hanging = lane.submit(lambda: (began.set(), release.wait(30)))
    waiting = lane.submit(lambda: None)
    assert began.wait(5)

    start = time.monotonic()
    lane.shutdown(timeout_s=0.1)

    assert time.monotonic() - start < 1.0
    with pytest.raises(CancelledError):
        waiting.result(1)
    with pytest.raises(RuntimeError):
        lane.submit(lambda: None)
    release.set()
    hanging.result(5)
