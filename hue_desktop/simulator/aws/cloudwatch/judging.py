"""How CloudWatch judges an alarm: enough of the latest data points must break the threshold.

CloudWatch looks at a few more periods than it needs. If they hold enough data points, it judges the
latest and ignores what is missing; else what is missing counts as ``TreatMissingData`` says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["COMPARISONS", "MISSING", "Rule", "Verdict", "judge"]

#: Periods that are looked at beyond those that are needed.
SPARE = 2

MISSING = ("missing", "notBreaching", "breaching", "ignore")

#: Comparison -> (whether a value breaks the threshold, CloudWatch's words for that).
COMPARISONS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (lambda a, b: a >= b, "greater than or equal to"),
    "GreaterThanThreshold": (lambda a, b: a > b, "greater than"),
    "LessThanThreshold": (lambda a, b: a < b, "less than"),
    "LessThanOrEqualToThreshold": (lambda a, b: a <= b, "less than or equal to"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """The part of an alarm that is judged."""

    statistic: str
    period: int
    comparison: str
    threshold: float
    periods: int  #: EvaluationPeriods
    needed: int  #: DatapointsToAlarm
    missing: str = "missing"

    @property
    def looked_at(self) -> int:
        """How many periods are looked at."""
        return self.periods + SPARE


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state with CloudWatch's reason for it, in words and as JSON."""

    state: str
    reason: str
    data: str


def judge(rule: Rule, slots: Sequence[tuple[int, float | None]], state: str, at: float) -> Verdict:
    """The state of an alarm by its latest periods, oldest first: (second, value or None).

    ``state`` is the one it is in, and keeps when data is missing and that shall be ignored.
    """
    breaks, _words = COMPARISONS[rule.comparison]
    present = [(second, value) for second, value in slots if value is not None]
    used = present[-rule.periods :]
    breaking = [value for _, value in used if breaks(value, rule.threshold)]
    filled = rule.periods - len(used)
    found = _state(rule, len(used), len(breaking), filled, state)
    data = _data(rule, used, at)
    if not used:
        return Verdict(found, _reason_without_data(rule, found), data)
    return Verdict(found, _reason(rule, used, breaking, filled, found), data)


def _state(rule: Rule, have: int, breaking: int, filled: int, state: str) -> str:
    if rule.missing == "breaching":
        breaking, have = breaking + filled, have + filled
    elif rule.missing == "notBreaching":
        have += filled
    if breaking >= rule.needed:
        return "ALARM"
    if rule.missing == "missing" or not filled:
        if not have:
            return "INSUFFICIENT_DATA"
        # Nothing speaks against the alarm: it is raised although data points are missing.
        return "ALARM" if filled and breaking == have else "OK"
    if rule.missing == "ignore" and breaking == have:
        return state
    return "OK"


def _reason(
    rule: Rule,
    used: Sequence[tuple[int, float]],
    breaking: Sequence[float],
    filled: int,
    state: str,
) -> str:
    _breaks, words = COMPARISONS[rule.comparison]
    alarm = state == "ALARM"
    counted = len(breaking) if alarm else len(used) - len(breaking)
    listed = ", ".join(f"{value} ({_day(second)})" for second, value in reversed(used))
    verb = "was" if counted == 1 else "were"
    least = rule.needed if alarm else rule.periods - rule.needed + 1
    plural = "" if least == 1 else "s"
    change = "OK -> ALARM" if alarm else "ALARM -> OK"
    missing = ""
    if filled and rule.missing in ("breaching", "notBreaching"):
        treated = "Breaching" if rule.missing == "breaching" else "NonBreaching"
        each = "datapoint was" if filled == 1 else "datapoints were"
        missing = f" and {filled} missing {each} treated as [{treated}]"
    return (
        f"Threshold Crossed: {counted} out of the last {len(used)} datapoints [{listed}] {verb} "
        f"{'' if alarm else 'not '}{words} the threshold ({float(rule.threshold)}){missing} "
        f"(minimum {least} datapoint{plural} for {change} transition)."
    )


def _reason_without_data(rule: Rule, state: str) -> str:
    one = rule.periods == 1
    if rule.missing in ("breaching", "notBreaching"):
        treated = "Breaching" if rule.missing == "breaching" else "NonBreaching"
        period, point = ("period", "datapoint was") if one else ("periods", "datapoints were")
        return (
            f"Threshold Crossed: no datapoints were received for {rule.periods} {period} and "
            f"{rule.periods} missing {point} treated as [{treated}]."
        )
    said = "datapoint was" if one else "datapoints were"
    return f"Insufficient Data: {rule.periods} {said} unknown."


def _data(rule: Rule, used: Sequence[tuple[int, float]], at: float) -> str:
    points = [{"timestamp": _moment(second), "value": value} for second, value in reversed(used)]
    return json.dumps(
        {
            "version": "1.0",
            "queryDate": _moment(at),
            **({"startDate": _moment(used[0][0])} if used else {}),
            "statistic": rule.statistic,
            "period": rule.period,
            "recentDatapoints": [value for _, value in used],
            "threshold": float(rule.threshold),
            "evaluatedDatapoints": points,
        },
        separators=(",", ":"),
    )


def _day(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%d/%m/%y %H:%M:%S")


def _moment(second: float) -> str:
    return datetime.fromtimestamp(int(second), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
