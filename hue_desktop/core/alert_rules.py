"""Judging values by alert rules: levels with hysteresis and hold, worst nodes, means, unknown.

Nothing here knows a clock: the caller says when a value was measured, in region epoch seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hue_desktop.core.alerts import AlertLevel, AlertRule
from hue_desktop.core.text import _

__all__ = ["Finding", "RuleJudge", "check_rule", "mean_of"]

_LEVELS = (AlertLevel.WARN, AlertLevel.CRITICAL)
_LEAST_COVERED = 0.5  #: of the time of a mean; with less, nothing is known


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says now. ``nodes`` are those as bad as ``level``, worst first.

    ``since`` is when the alert that stands began; ``None`` when none does. ``value`` is the worst.
    """

    rule: AlertRule
    level: AlertLevel
    value: float | None = None
    since: float | None = None
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Trigger:
    """One threshold: ``on`` once it has been passed for the hold, off once cleared as long."""

    on: bool = False
    turning: float | None = None  #: since when the value has spoken for the other state
    began: float | None = None  #: when the value passed the threshold that turned it on

    def step(self, at: float, turns: bool, hold_s: float) -> _Trigger:
        """The state after one more value; ``turns``: it speaks for the other state."""
        if not turns:
            return self if self.turning is None else replace(self, turning=None)
        since = at if self.turning is None else min(self.turning, at)
        if at - since < hold_s:
            return replace(self, turning=since)
        return _Trigger(on=not self.on, began=None if self.on else since)


@dataclass(slots=True)
class _Subject:
    """A rule's state for the cluster or for one node."""

    triggers: dict[AlertLevel, _Trigger] = field(default_factory=dict)
    measured: float = -math.inf
    value: float | None = None

    @property
    def level(self) -> AlertLevel:
        """The highest level that stands."""
        on = [level for level, trigger in self.triggers.items() if trigger.on]
        return max(on, key=lambda level: level.value, default=AlertLevel.OK)

    @property
    def began(self) -> float | None:
        """When it left OK."""
        starts = [each.began for each in self.triggers.values() if each.on and each.began]
        return min(starts, default=None)


class RuleJudge:
    """Judges one rule of one cluster, value after value; it remembers what stood before.

    ``stale_s``: when nothing was measured for so long, the level is not known any more. What stood
    goes on standing then, since a lost tunnel mends no disk, and a hold begins anew.
    """

    def __init__(self, rule: AlertRule) -> None:
        self.rule = rule
        self._subjects: dict[str, _Subject] = {}

    def judge(
        self, at: float, values: Mapping[str, float], *, stale_s: float, hold_s: float | None = None
    ) -> Finding:
        """Take values in (by node; ``""`` is the cluster) and say what stands.

        With values for nodes, nodes that have none left the cluster: what stood for them is over.
        """
        hold = self.rule.hold_s if hold_s is None else hold_s
        for name, value in values.items():
            if math.isfinite(value):
                self._step(name, at, value, hold, stale_s)
        if values:
            self._subjects = {name: each for name, each in self._subjects.items() if name in values}
        return self._finding(at, stale_s)

    def _step(self, name: str, at: float, value: float, hold_s: float, stale_s: float) -> None:
        subject = self._subjects.setdefault(name, _Subject())
        if at - subject.measured > stale_s:  # a gap: what was turning has to begin anew
            for level, trigger in subject.triggers.items():
                subject.triggers[level] = replace(trigger, turning=None)
        subject.measured, subject.value = at, value
        for level in _LEVELS:
            threshold = _threshold(self.rule, level)
            if threshold is None:
                subject.triggers.pop(level, None)
                continue
            trigger = subject.triggers.get(level) or _Trigger()
            turns = (
                _clears(self.rule, value, threshold)
                if trigger.on
                else _passes(self.rule, value, threshold)
            )
            subject.triggers[level] = trigger.step(at, turns, hold_s)

    def _finding(self, at: float, stale_s: float) -> Finding:
        worst = max((each.level for each in self._subjects.values()), key=_rank, default=None)
        if worst in _LEVELS:
            bad = [(name, each) for name, each in self._subjects.items() if each.level is worst]
            bad.sort(key=lambda pair: pair[1].value or 0.0, reverse=self.rule.above)
            since = min((each.began for _name, each in bad if each.began), default=at)
            nodes = tuple(name for name, _each in bad if name)
            return Finding(self.rule, worst, bad[0][1].value, since, nodes)
        fresh = [each for each in self._subjects.values() if at - each.measured <= stale_s]
        if not fresh:
            return Finding(self.rule, AlertLevel.UNKNOWN)
        known = [each.value for each in fresh if each.value is not None]
        value = max(known) if self.rule.above else min(known)
        return Finding(self.rule, AlertLevel.OK, value)


def mean_of(
    times: Sequence[float], values: Sequence[float], at: float, mean_s: float, gap_s: float
) -> float | None:
    """The mean of the last ``mean_s`` seconds before ``at``, each value weighed by its time.

    A value holds until the next one, at most for ``gap_s``. ``None`` when less than half of the
    time is covered: a mean of one value is no mean.
    """
    total = covered = 0.0
    following = at + gap_s
    for place in range(len(times) - 1, -1, -1):
        moment, value = times[place], values[place]
        end = min(following, moment + gap_s, at)
        begin = max(moment, at - mean_s)
        if end > begin and math.isfinite(value):
            total += value * (end - begin)
            covered += end - begin
        following = moment
        if moment <= at - mean_s:
            break
    return total / covered if covered >= _LEAST_COVERED * mean_s else None


def check_rule(rule: AlertRule) -> str:
    """What is wrong with a rule, as a sentence; empty when nothing is."""
    numbers = [rule.warn, rule.critical, rule.hold_s, rule.margin, rule.mean_s]
    if any(each is not None and not math.isfinite(each) for each in numbers):
        return _("{title}: a threshold is not a number.").format(title=rule.title)
    if min(rule.hold_s, rule.margin, rule.mean_s) < 0:
        return _("{title}: times and margins cannot be negative.").format(title=rule.title)
    if rule.warn is not None and rule.critical is not None:
        worse = rule.critical >= rule.warn if rule.above else rule.critical <= rule.warn
        if not worse:
            return _("{title}: the critical threshold is milder than the warning’s.").format(
                title=rule.title
            )
    return ""


def _threshold(rule: AlertRule, level: AlertLevel) -> float | None:
    return rule.warn if level is AlertLevel.WARN else rule.critical


def _passes(rule: AlertRule, value: float, threshold: float) -> bool:
    return value >= threshold if rule.above else value <= threshold


def _clears(rule: AlertRule, value: float, threshold: float) -> bool:
    """Better than the threshold by the margin."""
    if rule.above:
        return value < threshold - rule.margin
    return value > threshold + rule.margin


def _rank(level: AlertLevel) -> int:
    return level.value
