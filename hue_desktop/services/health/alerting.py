"""The alerts of one cluster: which stand, which are over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from hue_desktop.core.alert_rules import Finding, RuleJudge
from hue_desktop.core.alerts import Alert, AlertLevel, AlertRule
from hue_desktop.core.metrics import SeriesKey
from hue_desktop.services.health.wording import alert_text

__all__ = ["ClusterAlerts", "Measured"]

#: The values of a rule by node (``""`` is the cluster); empty when nothing is known.
Measured = Callable[[AlertRule], Mapping[str, float]]

_CLEARED_KEPT_S = 86_400.0
_MOST_CLEARED = 200
_ALERTS = (AlertLevel.WARN, AlertLevel.CRITICAL)


class ClusterAlerts:
    """Judges all rules and keeps what came of it. Used by one thread."""

    def __init__(self) -> None:
        self._judges: dict[str, RuleJudge] = {}
        self._standing: dict[str, Alert] = {}
        self._cleared: list[Alert] = []

    def judge(
        self,
        at: float,
        rules: Iterable[AlertRule],
        measured: Measured,
        *,
        stale_s: float,
        hold_s: float | None = None,
    ) -> tuple[Alert, ...]:
        """Judge at a region time; the alerts that are new, changed level, or are over."""
        changed: list[Alert] = []
        known = {rule.key: rule for rule in rules if rule.enabled}
        for key in [key for key in self._judges if self._judges[key].rule != known.get(key)]:
            del self._judges[key]  # another threshold: what stood is judged anew
        for key in [key for key in self._standing if key not in known]:
            changed.append(self._clear(key, at))
        for rule in known.values():
            judge = self._judges.setdefault(rule.key, RuleJudge(rule))
            finding = judge.judge(at, measured(rule), stale_s=stale_s, hold_s=hold_s)
            changed += self._take(at, finding)
        self._cleared = [
            each for each in self._cleared if at - (each.cleared or at) < _CLEARED_KEPT_S
        ][:_MOST_CLEARED]
        return tuple(changed)

    def resume(self, alerts: Iterable[Alert]) -> None:
        """Alerts that stood when the application was closed; the next judging says of each."""
        for alert in alerts:
            if alert.active:
                self._standing.setdefault(alert.rule.key, alert)
            elif alert.cleared is not None and alert not in self._cleared:
                self._cleared.append(alert)

    def alerts(self, muted_until: Callable[[str], float | None]) -> tuple[Alert, ...]:
        """Those that stand, worst first, then those that are over, newest first."""
        standing = sorted(
            self._standing.values(), key=lambda each: (-each.level.value, -each.since)
        )
        marked = (replace(each, muted_until=muted_until(each.rule.key)) for each in standing)
        return (*marked, *self._cleared)

    def _take(self, at: float, finding: Finding) -> list[Alert]:
        key = finding.rule.key
        known = self._standing.get(key)
        if finding.level not in _ALERTS:
            if known is None or finding.level is AlertLevel.UNKNOWN:
                return []  # what is not measured any more is not over
            return [self._clear(key, at)]
        since = finding.since if finding.since is not None else at
        alert = Alert(
            rule=finding.rule,
            level=finding.level,
            series=SeriesKey(finding.rule.metric, finding.nodes[0] if finding.nodes else ""),
            value=finding.value,
            since=min(since, known.since) if known else since,
            text=alert_text(finding),
            nodes=finding.nodes,
        )
        self._standing[key] = alert
        return [alert] if known is None or known.level is not alert.level else []

    def _clear(self, key: str, at: float) -> Alert:
        over = replace(self._standing.pop(key), cleared=at)
        self._cleared.insert(0, over)
        return over
