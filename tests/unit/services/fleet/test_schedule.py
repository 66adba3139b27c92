"""When what is read: due times, and staying under half of AWS's default quotas."""

from __future__ import annotations

import random

import pytest

from hue_desktop.services.fleet.schedule import (
    STEPS_BESIDE_FOCUS_S,
    FirstReadings,
    Intervals,
    Schedule,
    Spacing,
    Topic,
    backoff_s,
)

#: Half of the default requests per second, by operation (Service Quotas).
HALF = {
    Topic.CLUSTER: 0.5,
    Topic.GROUPS: 0.5,
    Topic.STEPS: 0.25,
    Topic.INSTANCES: 0.25,
    Topic.FLEETS: 0.25,
    Topic.POLICIES: 0.25,
}
ACCOUNT = 2.5


def _rate(intervals: Intervals, topic: Topic, clusters: int) -> float:
    others = (clusters - 1) / intervals.of(topic, focused=False)
    return 1 / intervals.of(topic, focused=True) + others


@pytest.mark.parametrize("clusters", [1, 3, 20, 100, 500])
def test_groups_stay_under_half_the_quotas(clusters: int) -> None:
    intervals = Intervals(clusters=clusters)
    details = [topic for topic in HALF if topic is not Topic.FLEETS]
    for topic in details:
        assert _rate(intervals, topic, clusters) <= HALF[topic], topic
    # two calls a reading of the policies; two lists of clusters
    account = sum(_rate(intervals, topic, clusters) for topic in (*details, Topic.POLICIES))
    account += 1 / intervals.of(Topic.ACTIVE, focused=False)
    account += 1 / intervals.of(Topic.ENDED, focused=False)
    assert account <= ACCOUNT


@pytest.mark.parametrize("clusters", [1, 3, 20, 100])
def test_fleets_stay_under_half_the_quotas(clusters: int) -> None:
    intervals = Intervals(clusters=clusters, fleets=clusters)
    assert _rate(intervals, Topic.FLEETS, clusters) <= HALF[Topic.FLEETS]


@pytest.mark.parametrize("topic", [Topic.CLUSTER, Topic.GROUPS, Topic.FLEETS, Topic.STEPS])
def test_a_change_to_the_cluster_in_front_is_seen_within_five_seconds(topic: Topic) -> None:
    assert Intervals(clusters=50).of(topic, focused=True) <= 4.5


def test_throttling_slows_everything_down() -> None:
    slow, normal = Intervals(slow=4.0), Intervals()
    for topic in Topic:
        assert slow.of(topic, focused=True) == 4 * normal.of(topic, focused=True)


def test_a_key_is_never_read_twice_at_once() -> None:
    schedule: Schedule[str] = Schedule()
    schedule.ensure("a", 10.0)
    assert schedule.due(9.0) == []
    assert schedule.due(10.0) == ["a"]
    schedule.began("a")
    assert schedule.due(99.0) == []
    assert schedule.running == 1

    schedule.hurry("a", 11.0)
    assert schedule.due(99.0) == []
    schedule.landed("a", 50.0, now=12.0)
    assert schedule.due(12.0) == ["a"], "what was hurried meanwhile is read once more"
    schedule.began("a")
    schedule.landed("a", 50.0, now=13.0)
    assert schedule.due(49.0) == []
    assert schedule.next_due(lambda _key: True) == 50.0
    assert schedule.next_due(lambda _key: False) is None


def test_the_longest_overdue_goes_first_and_the_forgotten_never() -> None:
    schedule: Schedule[str] = Schedule()
    for name, due in (("late", 1.0), ("later", 2.0), ("gone", 0.0)):
        schedule.ensure(name, due)
    schedule.forget("gone")
    assert schedule.due(5.0) == ["late", "later"]
    schedule.plan("late", 9.0)
    assert schedule.due(5.0) == ["later"]


def test_backing_off_doubles_to_a_minute_with_jitter() -> None:
    source = random.Random(1)
    waits = [backoff_s(failures, source) for failures in range(12)]
    assert 1.0 <= waits[0] <= 2.0
    assert max(waits) <= 60.0
    assert waits[8] >= 30.0


def test_first_readings_are_spread_after_a_few_at_once() -> None:
    first = FirstReadings()
    assert [first.due(Topic.CLUSTER, 100.0) for _ in range(6)] == [100, 100, 100, 102, 104, 106]
    assert first.due(Topic.STEPS, 100.0) == 100, "each API has a quota of its own"
    assert first.due(Topic.CLUSTER, 500.0) == 500, "the past is not made up for"


def test_steps_of_others_leave_the_cluster_in_front_its_turn() -> None:
    spacing = Spacing(STEPS_BESIDE_FOCUS_S)
    assert spacing.may_begin(10.0)
    spacing.began(10.0)
    assert not spacing.may_begin(10.0 + STEPS_BESIDE_FOCUS_S - 1)
    assert spacing.may_begin(10.0 + STEPS_BESIDE_FOCUS_S)
    # jitter makes an interval a twentieth shorter on average
    usual_s = Intervals().of(Topic.STEPS, focused=True) * 0.95
    assert 1 / usual_s + 1 / STEPS_BESIDE_FOCUS_S <= HALF[Topic.STEPS]
