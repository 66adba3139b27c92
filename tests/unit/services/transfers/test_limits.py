"""Limits of bandwidth, workers and stores."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.core.errors import Cancelled
from hue_desktop.core.file_systems import Capabilities
from hue_desktop.core.storage import LOCAL, StoreId, StoreKind
from hue_desktop.core.transfers.values import Route, TransferState
from hue_desktop.services.transfers.metering import Meter, Stop, Throughput, TokenBucket
from hue_desktop.services.transfers.pool import Pool
from hue_desktop.services.transfers.widths import (
    PART_BYTES,
    StoreLimits,
    part_size_for,
    widths_for,
)
from tests.unit.services.transfers.bench import WAIT_S, request, transfer_service

S3 = StoreId(StoreKind.S3, "c", "r")
MIB = 1 << 20


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Waiting(Stop):
    """A stop whose waiting moves the clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.wait = self._pass  # type: ignore[assignment]
        self._clock = clock

    def _pass(self, seconds: float) -> bool:
        self._clock.now += seconds
        return self.is_set


def test_a_bucket_lets_so_many_bytes_through() -> None:
    clock = Clock()
    bucket = TokenBucket(1 * MIB, clock)
    stop = Waiting(clock)
    for _each in range(100):
        bucket.take(MIB // 10, stop)
    assert 9.7 < clock.now - 100 < 10.1
    bucket.rate = 10 * MIB
    began = clock.now
    for _each in range(100):
        bucket.take(MIB // 10, stop)
    assert 0.8 < clock.now - began < 1.2
    bucket.rate = 0
    began = clock.now
    bucket.take(1000 * MIB, stop)
    assert clock.now == began


def test_a_stop_ends_the_waiting() -> None:
    clock = Clock()
    stop = Waiting(clock)
    bucket = TokenBucket(1, clock)
    bucket.take(100, stop)
    stop.set()
    with pytest.raises(Cancelled):
        bucket.take(100, stop)
    meter = Meter(stop, (bucket,))
    with pytest.raises(Cancelled):
        meter.count(1)


def test_a_meter_counts_what_is_done_and_under_way() -> None:
    meter = Meter(Stop(), ())
    meter.count(5)
    assert (meter.live, meter.done, meter.moved) == (5, 0, 5)
    meter.give_up()
    meter.count(7)
    meter.finish(10)  # three were sent without being counted
    assert (meter.live, meter.done, meter.moved) == (0, 10, 15)


def test_throughput_is_kept_for_two_minutes() -> None:
    speed = Throughput(seconds=10, every_s=1)
    for second in range(30):
        speed.sample(second, second * 100)
    samples = speed.samples()
    assert len(samples) == 10
    assert samples[-1] == (29, 100.0)
    assert speed.recent(3) == 100.0
    assert Throughput().recent() == 0.0


def test_a_store_that_complains_gets_half_and_then_slowly_more() -> None:
    clock = Clock()
    limits = StoreLimits(clock)
    assert limits.allowed([S3, LOCAL]) == StoreLimits.MOST
    limits.throttled(S3, busy=64)
    limits.throttled(S3, busy=64)  # the same complaint
    assert limits.allowed([S3, LOCAL]) == 32
    assert limits.allowed([LOCAL]) == StoreLimits.MOST
    clock.now += 2
    limits.throttled(S3, busy=34)
    assert limits.allowed([S3]) == 17
    clock.now += 3
    assert limits.allowed([S3]) == 20
    clock.now += 1000
    assert limits.allowed([S3]) == StoreLimits.MOST
    for _each in range(20):
        clock.now += 1
        limits.throttled(S3, busy=1)
    assert limits.allowed([S3]) >= 1


def test_part_sizes() -> None:
    able, unable = Capabilities(parallel_parts=True), Capabilities()
    assert part_size_for(2 * PART_BYTES - 1, able) is None
    assert part_size_for(2 * PART_BYTES, able) == PART_BYTES
    assert part_size_for(1 << 30, unable) == 4 * PART_BYTES
    largest = part_size_for(5 << 40, able)
    assert largest is not None
    assert largest % MIB == 0
    assert (5 << 40) / largest <= 10_000
    assert widths_for(StoreKind.S3, StoreKind.S3, Route.SERVER_SIDE).light == 32
    assert widths_for(StoreKind.LOCAL, StoreKind.S3, Route.STREAM).light == 64


class Crew:
    """A pool whose pieces wait until they are let go."""

    def __init__(self) -> None:
        self.pool = Pool("crew", lambda: Meter(Stop(), ()), lambda: None)
        self.lock = threading.Condition()
        self.busy = 0
        self.ended = 0
        self.allowed = 0

    def piece(self, _meter: Meter) -> None:
        with self.lock:
            self.busy += 1
            self.lock.notify_all()
            self.lock.wait_for(lambda: self.allowed > 0, 30)
            self.allowed -= 1
            self.busy -= 1
            self.ended += 1
            self.lock.notify_all()

    def let_go(self, count: int) -> None:
        with self.lock:
            self.allowed += count
            self.lock.notify_all()

    def is_busy(self, count: int) -> bool:
        """Whether so many come to be at work, and no more while one looks."""
        with self.lock:
            reached = self.lock.wait_for(lambda: self.busy == count, 10)
            more = self.lock.wait_for(lambda: self.busy > count, 0.05)
            return reached and not more


@pytest.fixture
def crew() -> Iterator[Crew]:
    found = Crew()
    yield found
    found.let_go(1000)
    found.pool.close()
    assert found.pool.join(10)


def test_no_more_workers_than_wanted(crew: Crew) -> None:
    crew.pool.set_width(4, 4)
    for _each in range(20):
        crew.pool.add(crew.piece)
    assert crew.is_busy(4)
    crew.pool.set_width(7, 7)
    assert crew.is_busy(7)
    crew.pool.set_width(2, 2)
    crew.let_go(7)
    assert crew.is_busy(2)
    crew.let_go(100)
    with crew.lock:
        assert crew.lock.wait_for(lambda: crew.ended == 20, 10)


def test_heavy_pieces_are_held_back_and_light_ones_pass(crew: Crew) -> None:
    crew.pool.set_width(8, 2)
    for _each in range(6):
        crew.pool.add(crew.piece, heavy=True)
    assert crew.is_busy(2)
    for _each in range(3):
        crew.pool.add(crew.piece)
    assert crew.is_busy(5)
    crew.let_go(100)
    with crew.lock:
        assert crew.lock.wait_for(lambda: crew.ended == 9, 10)


def test_what_is_resumed_may_have_other_limits(tmp_path: Path) -> None:
    source = tmp_path / "lake.bin"
    source.write_bytes(os.urandom(4 * MIB))
    with transfer_service(tmp_path / "state") as service:
        begun = threading.Event()
        service.subscribe(lambda each: begun.set() if each.state is TransferState.RUNNING else None)
        slow = service.submit(request(source, target=tmp_path / "there", bandwidth_limit=1000))
        assert begun.wait(WAIT_S)
        service.pause(slow.id)
        assert service.wait(slow.id, WAIT_S).state is TransferState.PAUSED
        service.resume(slow.id, bandwidth=0, connections=2)
        done = service.wait(slow.id, WAIT_S)
    assert done.state is TransferState.DONE
    assert (done.request.options.bandwidth_limit, done.request.options.connections) == (0, 2)
    assert (tmp_path / "there" / "lake.bin").read_bytes() == source.read_bytes()
