"""How an alarm is judged, by the tables of CloudWatch's user guide on missing data."""

from __future__ import annotations

import json

import pytest

from hue_desktop.simulator.aws.cloudwatch.judging import Rule, judge

TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
BEFORE = "state before"
INSUFFICIENT = "INSUFFICIENT_DATA"


def verdict(points: str, needed: int, missing: str, periods: int = 3) -> str:
    """``X`` breaks the threshold, ``0`` does not, ``-`` is missing; the latest is on the right."""
    rule = Rule("Average", 300, "GreaterThanThreshold", 5.0, periods, needed, missing)
    value = {"X": 9.0, "0": 1.0, "-": None}
    slots = [(300 * place, value[sign]) for place, sign in enumerate(points.split())]
    return judge(rule, slots, BEFORE, 2000.0).state


@pytest.mark.parametrize(
    ("points", "states"),
    [
        ("0 - X - X", ("OK", "OK", "OK", "OK")),
        ("0 - - - -", ("OK", "OK", "OK", "OK")),
        ("- - - - -", (INSUFFICIENT, BEFORE, "ALARM", "OK")),
        ("0 X X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("- - X - -", ("ALARM", BEFORE, "ALARM", "OK")),
    ],
)
def test_three_of_three(points: str, states: tuple[str, ...]) -> None:
    assert tuple(verdict(points, 3, name) for name in TREATMENTS) == states


@pytest.mark.parametrize(
    ("points", "states"),
    [
        ("0 - X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("0 0 X 0 X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("0 - X - -", ("OK", "OK", "ALARM", "OK")),
        ("- - - - 0", ("OK", "OK", "ALARM", "OK")),
        ("- - - - X", ("ALARM", BEFORE, "ALARM", "OK")),
        ("- - - - -", (INSUFFICIENT, BEFORE, "ALARM", "OK")),
    ],
)
def test_two_of_three(points: str, states: tuple[str, ...]) -> None:
    assert tuple(verdict(points, 2, name) for name in TREATMENTS) == states


def test_the_reason_is_written_as_cloudwatch_writes_it() -> None:
    rule = Rule("Maximum", 300, "GreaterThanOrEqualToThreshold", 75, 2, 1)
    slots = [(1795336800 + 300 * place, value) for place, value in enumerate((70.0, 80.5))]
    found = judge(rule, slots, "OK", 1795337400.0)
    assert found.reason == (
        "Threshold Crossed: 1 out of the last 2 datapoints [80.5 (22/11/26 08:45:00), 70.0 "
        "(22/11/26 08:40:00)] was greater than or equal to the threshold (75.0) (minimum 1 "
        "datapoint for OK -> ALARM transition)."
    )
    data = json.loads(found.data)
    assert data["recentDatapoints"] == [70.0, 80.5]
    assert data["startDate"] == "2026-11-22T08:40:00.000+0000"
    nothing = judge(rule, [(0, None)], "OK", 600.0)
    assert nothing.reason == "Insufficient Data: 2 datapoints were unknown."
