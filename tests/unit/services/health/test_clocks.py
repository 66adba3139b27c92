"""Putting what was measured on the region's clock."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from hue_desktop.core.ports import RegionClock
from hue_desktop.services.health.clocks import RegionTimes

REGION = 2_000_000_000.0


class World:
    """A wall clock that people set, a steady one, and a region's."""

    def __init__(self, rate: float = 1.0) -> None:
        self.rate, self.steady, self.wall, self.ahead = rate, 50.0, 1_000_000.0, 0.0
        self.times = RegionTimes(lambda: self.wall, lambda: self.steady)
        self.clock: RegionClock | None = None

    @property
    def region(self) -> float:
        """What the region's clock shows."""
        return REGION + (self.steady - 50.0) * self.rate + self.ahead

    def pass_s(self, seconds: float) -> None:
        """Time goes by."""
        self.steady += seconds
        self.wall += seconds

    def look(self, off_s: float = 0.0, rate: float | None = None) -> None:
        """An answer with a Date header, which may be off by its rounding."""
        self.clock = RegionClock(
            datetime.fromtimestamp(self.wall, UTC),
            datetime.fromtimestamp(self.region + off_s, UTC),
            self.rate if rate is None else rate,
        )

    def measured(self) -> float:
        """The region's time of something measured now."""
        return self.times.region(self.steady, self.clock)


def test_a_clock_ahead_of_ours() -> None:
    world = World()
    world.look()
    for _second in range(100):
        world.pass_s(1.0)
        assert world.measured() == pytest.approx(world.region)


def test_headers_cut_to_a_second_move_nothing() -> None:
    world = World()
    world.look()
    moments = [world.measured()]
    for second in range(50):
        world.pass_s(1.0)
        world.look(off_s=-0.9 if second % 2 else 0.9, rate=1.0 + 0.01 * (second % 3))
        moments.append(world.measured())
    steps = [after - before for before, after in itertools.pairwise(moments)]
    assert min(steps) > 0.9, "never backwards, and no jitter"
    assert max(steps) < 1.1


def test_our_clock_is_set_while_we_measure() -> None:
    world = World()
    world.look()
    world.measured()
    world.wall += 3600.0
    world.pass_s(5.0)
    assert world.measured() == pytest.approx(world.region)
    world.wall -= 86_400.0
    world.pass_s(5.0)
    assert world.measured() == pytest.approx(world.region)
    world.look()
    assert world.measured() == pytest.approx(world.region)


def test_the_regions_clock_jumps() -> None:
    world = World()
    world.look()
    world.measured()
    world.pass_s(5.0)
    world.ahead = 7200.0
    world.look()
    assert world.measured() == pytest.approx(world.region)


def test_a_fast_region() -> None:
    world = World(rate=60.0)
    world.look()
    world.measured()
    world.pass_s(5.0)
    assert world.measured() == pytest.approx(world.region)
    assert world.times.rate == 60.0


def test_a_clock_that_nobody_knows_is_ours() -> None:
    world = World()
    assert world.measured() == world.wall
    world.pass_s(5.0)
    world.wall += 3600.0
    assert world.measured() == pytest.approx(1_000_005.0)
