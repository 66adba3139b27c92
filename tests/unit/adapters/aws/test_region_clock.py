"""The region's clock, told by Date headers."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.adapters.aws.region_clock import DateClock

LOCAL = 1_800_000_000.0
REGION = 1_700_000_000.0


def watch(clock: DateClock, seconds: float, speed: float, start: float, region: float) -> float:
    """Answers arrive each half second; the region's time at the end."""
    steps = int(seconds * 2)
    for step in range(steps + 1):
        passed = step / 2
        clock.observe(start + passed, formatdate(int(region + passed * speed), usegmt=True))
    return region + seconds * speed


def test_nothing_is_known_before_the_first_answer() -> None:
    clock = DateClock()
    assert clock.now() is None
    clock.observe(LOCAL, "yesterday, or so")
    assert clock.now() is None


def test_the_first_answer_tells_the_time_and_no_rate() -> None:
    clock = DateClock()
    clock.observe(LOCAL, formatdate(REGION, usegmt=True))
    known = clock.now()
    assert known is not None
    assert known.region_time.timestamp() == REGION
    assert known.at_local.timestamp() == LOCAL
    assert known.rate is None


@given(speed=st.sampled_from([1.0, 10.0, 60.0, 600.0]), fraction=st.floats(0, 0.999))
def test_a_steady_clock_is_found_out(speed: float, fraction: float) -> None:
    clock = DateClock()
    end = watch(clock, 12, speed, LOCAL, REGION + fraction)
    known = clock.now()
    assert known is not None
    assert known.rate is not None
    assert known.rate == pytest.approx(speed, abs=1.0 / 12 + 0.001)
    assert known.region_time.timestamp() == pytest.approx(end, abs=2.1)


def test_aws_runs_as_we_do_and_not_almost() -> None:
    clock = DateClock()
    watch(clock, 5, 1.0, LOCAL, REGION + 0.7)
    known = clock.now()
    assert known is not None
    assert known.rate == 1.0


def test_a_jump_is_a_new_beginning() -> None:
    clock = DateClock()
    end = watch(clock, 10, 1.0, LOCAL, REGION)
    watch(clock, 3, 1.0, LOCAL + 10.5, end + 86400)
    known = clock.now()
    assert known is not None
    assert known.rate == 1.0
    assert known.region_time.timestamp() == pytest.approx(end + 86400 + 3, abs=1.1)


def test_a_pause_and_a_new_speed_are_noticed() -> None:
    clock = DateClock()
    end = watch(clock, 10, 60.0, LOCAL, REGION)
    watch(clock, 5, 0.0, LOCAL + 10.5, end)
    known = clock.now()
    assert known is not None
    assert known.rate == pytest.approx(0.0, abs=0.01)
    assert known.region_time.timestamp() == pytest.approx(end, abs=1.1)
    watch(clock, 5, 10.0, LOCAL + 16, end)
    known = clock.now()
    assert known is not None
    assert known.rate == pytest.approx(10.0, abs=0.3)


def test_answers_that_crossed_and_a_clock_set_back_do_no_harm() -> None:
    clock = DateClock()
    watch(clock, 5, 1.0, LOCAL, REGION)
    clock.observe(LOCAL + 4.8, formatdate(REGION + 4, usegmt=True))
    known = clock.now()
    assert known is not None
    assert known.at_local.timestamp() == LOCAL + 5
    watch(clock, 5, 1.0, LOCAL - 3600, REGION + 6)
    known = clock.now()
    assert known is not None
    assert known.at_local.timestamp() == LOCAL - 3600 + 5
    assert known.rate == 1.0


@pytest.mark.parametrize(("before", "after"), [(60.0, 1.0), (60.0, 0.0), (600.0, 60.0)])
@pytest.mark.parametrize("gap_s", [0.05, 0.2, 4.0])
def test_another_speed_is_found_out_however_close_the_answers_come(
    before: float, after: float, gap_s: float
) -> None:
    clock = DateClock()
    region, local = REGION, LOCAL
    for speed, seconds in ((before, 20.0), (after, 12.0)):
        for _answer in range(int(seconds / gap_s)):
            local += gap_s
            region += speed * gap_s
            clock.observe(local, formatdate(int(region), usegmt=True))
    known = clock.now()
    assert known is not None
    assert known.region_time.timestamp() == pytest.approx(region, abs=2.1)
    assert known.rate == pytest.approx(after, abs=0.5)
