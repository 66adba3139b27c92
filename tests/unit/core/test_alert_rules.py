"""Judging values by alert rules."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.alert_rules import RuleJudge, check_rule, mean_of
from hue_desktop.core.alerts import AlertLevel, AlertRule

OK, UNKNOWN, WARN, CRITICAL = AlertLevel
FULL = AlertRule("full", "hdfs.share", "HDFS fills", 75.0, 80.0, hold_s=30.0, margin=2.0)


class Judged:
    """A judge and a clock of five-second steps."""

    def __init__(self, rule: AlertRule = FULL) -> None:
        self.judge = RuleJudge(rule)
        self.at = 1000.0

    def say(self, *values: float) -> list[AlertLevel]:
        """The levels after each value of the cluster."""
        return [self.nodes({"": value}) for value in values]

    def nodes(self, values: dict[str, float]) -> AlertLevel:
        """The level after values of nodes."""
        self.at += 5.0
        self.finding = self.judge.judge(self.at, values, stale_s=60.0)
        return self.finding.level


def test_a_level_has_to_be_held() -> None:
    judged = Judged()
    assert judged.say(*[76.0] * 6) == [OK] * 6
    assert judged.say(76.0) == [WARN]
    assert judged.finding.since == 1005.0, "since it began, not since it was held long enough"
    assert judged.say(*[85.0] * 7) == [WARN] * 6 + [CRITICAL]
    assert judged.finding.since == 1005.0


def test_a_spike_raises_nothing() -> None:
    judged = Judged()
    assert set(judged.say(99.0, 99.0, 99.0, 60.0, 99.0, 99.0, 99.0, 99.0)) == {OK}


def test_a_value_that_trembles_raises_one_alert() -> None:
    judged = Judged()
    levels = judged.say(*[76.0] * 7, *[74.9, 75.1] * 100)
    changes = sum(one is not other for one, other in itertools.pairwise(levels))
    assert changes == 1
    assert levels[-1] is WARN
    assert judged.say(*[72.9] * 7)[-1] is OK, "better by the margin for as long as the hold"


@given(st.lists(st.floats(74.01, 75.99), min_size=1, max_size=60))
def test_whatever_trembles_within_the_margin(values: list[float]) -> None:
    rule = replace(FULL, hold_s=0.0)
    levels = Judged(rule).say(*values)
    first = next((place for place, value in enumerate(values) if value >= 75.0), len(values))
    assert levels == [OK] * first + [WARN] * (len(values) - first)


def test_small_values_may_be_bad() -> None:
    rule = AlertRule("few", "hdfs.remaining", "Little room", 20.0, 10.0, above=False, hold_s=0.0)
    assert Judged(rule).say(30.0, 20.0, 9.0, 15.0, 21.0) == [OK, WARN, CRITICAL, WARN, OK]


def test_only_one_level() -> None:
    rule = AlertRule("missing", "hdfs.missing", "Missing", None, 1.0, hold_s=0.0)
    assert Judged(rule).say(0.0, 1.0, 0.0) == [OK, CRITICAL, OK]


def test_the_worst_node_decides() -> None:
    rule = replace(FULL, per_node=True, hold_s=0.0)
    judged = Judged(rule)
    assert judged.nodes({"a": 10.0, "b": 78.0, "c": 76.0}) is WARN
    assert judged.finding.nodes == ("b", "c")
    assert judged.finding.value == 78.0
    assert judged.nodes({"a": 90.0, "b": 78.0, "c": 10.0}) is CRITICAL
    assert judged.finding.nodes == ("a",)


def test_a_node_that_left_is_no_trouble_any_more() -> None:
    judged = Judged(replace(FULL, per_node=True, hold_s=0.0))
    assert judged.nodes({"a": 90.0, "b": 10.0}) is CRITICAL
    assert judged.nodes({"b": 10.0}) is OK


def test_no_value_is_not_known() -> None:
    judged = Judged()
    assert judged.nodes({}) is UNKNOWN
    judged.say(10.0)
    judged.at += 100
    assert judged.nodes({}) is UNKNOWN


def test_what_stood_goes_on_standing_without_values() -> None:
    judged = Judged()
    judged.say(*[76.0] * 7)
    judged.at += 600
    assert judged.nodes({}) is WARN, "a lost tunnel mends no disk"
    assert judged.say(70.0)[-1] is WARN, "and the hold begins anew"
    assert judged.say(*[70.0] * 7)[-1] is OK


def test_a_gap_is_no_hold() -> None:
    judged = Judged()
    judged.say(99.0)
    judged.at += 600
    assert judged.say(99.0) == [OK], "nobody knows what was in between"


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_judged(odd: float) -> None:
    judged = Judged(replace(FULL, hold_s=0.0))
    assert judged.say(odd) == [UNKNOWN]
    assert judged.say(76.0, odd) == [WARN, WARN]


def test_a_mean_weighs_by_time() -> None:
    times, values = [0.0, 10.0, 90.0], [100.0, 0.0, 50.0]
    assert mean_of(times, values, 100.0, 100.0, 100.0) == pytest.approx(15.0)
    assert mean_of(times, values, 100.0, 10.0, 100.0) == pytest.approx(50.0)


def test_a_mean_wants_half_of_its_time() -> None:
    times = [float(at) for at in range(0, 40, 5)]
    assert mean_of(times, [50.0] * 8, 40.0, 100.0, 13.0) is None
    assert mean_of(times, [50.0] * 8, 40.0, 80.0, 13.0) == pytest.approx(50.0)
    assert mean_of([], [], 40.0, 80.0, 13.0) is None
    assert mean_of([0.0, 95.0], [1.0, 1.0], 100.0, 100.0, 13.0) is None, "gaps do not count"


def test_rules_that_make_no_sense() -> None:
    assert not check_rule(FULL)
    assert "milder" in check_rule(replace(FULL, critical=70.0))
    assert "milder" in check_rule(replace(FULL, above=False))
    assert check_rule(replace(FULL, warn=math.nan))
    assert check_rule(replace(FULL, hold_s=-1.0))
