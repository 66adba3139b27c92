"""The request budget, on a clock of its own and with real waiting where threads are about."""

from __future__ import annotations

import threading
import time

import pytest

from hue_desktop.adapters.aws.meter import EMR_QUOTAS, Meter, Priority, Quota
from hue_desktop.core.errors import Cancelled, Throttled


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def sent_within(meter: Meter, clock: Clock, operation: str, seconds: float) -> int:
    """How many requests of an operation get through in that time."""
    end, sent = clock.now + seconds, 0
    while clock.now < end:
        while meter.try_acquire(operation, Priority.CHANGE):
            sent += 1
        clock.now += 0.05
    return sent


@pytest.mark.parametrize("operation", ["DescribeCluster", "ListInstances", "ListClusters"])
def test_never_more_than_half_of_the_quota_of_an_api(operation: str) -> None:
    clock = Clock()
    meter = Meter(clock=clock)
    quota = EMR_QUOTAS[operation]
    assert sent_within(meter, clock, operation, 60) <= (quota.burst + 60 * quota.per_second) / 2
    # once the burst is gone, half of the rate is all of it
    sent = sent_within(meter, clock, operation, 100)
    assert sent == pytest.approx(100 * quota.per_second / 2, abs=1)


def test_all_apis_together_stay_below_half_of_the_account() -> None:
    clock = Clock()
    meter = Meter(clock=clock)
    operations = [name for name in EMR_QUOTAS if name not in ("", "*")]
    sent = 0
    for _step in range(600):
        sent += sum(meter.try_acquire(name, Priority.CHANGE) for name in operations)
        clock.now += 0.1
    assert sent <= 12.5 + 60 * 2.5 + 1
    assert meter.usage().limit_per_second == 2.5
    assert meter.usage().per_second <= 2.7


def test_the_reads_of_a_focused_cluster_fit() -> None:
    """DescribeCluster and ListInstanceGroups every 4 s, nodes and steps at half their quota."""
    clock = Clock()
    meter = Meter(clock=clock)
    for second in range(0, 600, 4):
        clock.now = 1000.0 + second
        wanted = ["DescribeCluster", "ListInstanceGroups", "ListInstances", "ListSteps"]
        assert all(meter.try_acquire(name, Priority.FOCUSED) for name in wanted), second


def test_what_matters_least_leaves_room_for_the_rest() -> None:
    clock = Clock()
    meter = Meter({"": Quota(20, 1), "*": Quota(100, 100)}, clock=clock)
    background = 0
    while meter.try_acquire(f"Read{background}", Priority.BACKGROUND):
        background += 1
    assert background == 7
    focused = 0
    while meter.try_acquire(f"Look{focused}", Priority.FOCUSED):
        focused += 1
    assert focused == 2
    assert meter.try_acquire("Change", Priority.CHANGE)
    assert not meter.try_acquire("Change", Priority.CHANGE)


def test_a_waiting_change_goes_before_what_waited_longer() -> None:
    meter = Meter({"": Quota(2, 4), "*": Quota(1000, 1000)})
    assert meter.try_acquire("ListClusters", Priority.CHANGE)
    served: list[str] = []

    def wait(name: str, priority: Priority) -> None:
        meter.acquire(name, priority)
        served.append(name)

    threads = []
    for name, priority in (
        ("background", Priority.BACKGROUND),
        ("focused", Priority.FOCUSED),
        ("change", Priority.CHANGE),
    ):
        threads.append(threading.Thread(target=wait, args=(name, priority)))
        threads[-1].start()
        deadline = time.monotonic() + 5
        while len(meter._queue) + len(served) < len(threads) and time.monotonic() < deadline:
            threading.Event().wait(0.001)
    for thread in threads:
        thread.join(10)
    assert served == ["change", "focused", "background"]


def test_no_answer_is_waited_for_longer_than_asked() -> None:
    meter = Meter({"": Quota(100, 100), "*": Quota(2, 0.01)})
    meter.acquire("ListSteps", Priority.BACKGROUND)
    started = time.monotonic()
    with pytest.raises(Throttled) as raised:
        meter.acquire("ListSteps", Priority.BACKGROUND, timeout_s=0.5)
    assert time.monotonic() - started < 0.4  # it is known at once that it would take 200 s
    assert raised.value.code == "RequestBudget"


def test_closing_lets_nobody_wait() -> None:
    meter = Meter({"": Quota(100, 100), "*": Quota(2, 0.1)})
    meter.acquire("ListSteps", Priority.BACKGROUND)
    raised = threading.Event()

    def wait() -> None:
        with pytest.raises(Cancelled):
            meter.acquire("ListSteps", Priority.BACKGROUND)
        raised.set()

    thread = threading.Thread(target=wait)
    thread.start()
    meter.close()
    assert raised.wait(5)
    thread.join()


def test_throttling_slows_down_says_so_and_passes() -> None:
    clock = Clock()
    meter = Meter(clock=clock)
    meter.throttled("DescribeCluster")
    slowed = meter.usage()
    assert slowed.throttled_until is not None
    assert slowed.limit_per_second == 1.25
    assert not meter.try_acquire("DescribeCluster", Priority.CHANGE)
    clock.now += 2.5
    assert meter.try_acquire("DescribeCluster", Priority.CHANGE)
    meter.throttled("DescribeCluster")
    assert meter.usage().limit_per_second == 0.625
    for _second in range(90):
        clock.now += 1
        meter.usage()
    assert meter.usage().throttled_until is None
    assert meter.usage().limit_per_second == 2.5


def test_usage_counts_the_last_minute() -> None:
    clock = Clock()
    meter = Meter(clock=clock)
    for _number in range(3):
        assert meter.try_acquire("DescribeCluster", Priority.CHANGE)
    assert meter.usage().per_second == 0.05
    clock.now += 61
    assert meter.usage().per_second == 0
