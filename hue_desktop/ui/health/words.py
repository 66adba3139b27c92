"""How alerts, rules and readings are written on the health page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from hue_desktop.core.alerts import Alert, AlertLevel, AlertRule
from hue_desktop.core.format import DASH, count, date_time, decimal, percent, size
from hue_desktop.core.metrics import Unit, metric
from hue_desktop.core.text import _
from hue_desktop.services.health.values import HealthSnapshot
from hue_desktop.ui.parts import StateShape

__all__ = [
    "alert_when",
    "figure",
    "level_of",
    "level_shape",
    "moment",
    "threshold_text",
    "value_text",
    "worst_value",
]

_SHAPES = {
    AlertLevel.OK: StateShape.RUNNING,
    AlertLevel.UNKNOWN: StateShape.STOPPED,
    AlertLevel.WARN: StateShape.ATTENTION,
    AlertLevel.CRITICAL: StateShape.FAILED,
}


def level_shape(level: AlertLevel) -> StateShape:
    """The shape of a level."""
    return _SHAPES[level]


def moment(at: float) -> datetime:
    """An instant of the region's clock as a datetime."""
    return datetime.fromtimestamp(at, UTC)


def figure(value: float) -> str:
    """A number without its unit: no more decimals than it needs."""
    return count(value) if value == round(value) or abs(value) >= 100 else decimal(value, 1)


def value_text(name: str, value: float | None) -> str:
    """A metric's value with its unit."""
    if value is None:
        return DASH
    unit = metric(name).unit
    if unit is Unit.PERCENT:
        return percent(value)
    if unit is Unit.BYTES:
        return size(value)
    if unit is Unit.BYTES_PER_S:
        return _("{size}/s").format(size=size(value))
    if unit is Unit.SECONDS:
        return _("{n} s").format(n=decimal(value, 2 if value < 1 else 1))
    return figure(value)


def threshold_text(rule: AlertRule, value: float | None) -> str:
    """A threshold as the table shows it; the unit stands in the column of values."""
    if value is None:
        return DASH
    unit = metric(rule.metric).unit
    return size(value) if unit in (Unit.BYTES, Unit.BYTES_PER_S) else figure(value)


def worst_value(rule: AlertRule, snapshot: HealthSnapshot) -> float | None:
    """What the rule would judge now: the cluster's value, or that of the worst node."""
    found = [
        node.values[rule.metric] for node in snapshot.nodes.values() if rule.metric in node.values
    ]
    if not rule.per_node or not found:
        return snapshot.values.get(rule.metric)
    return max(found) if rule.above else min(found)


def level_of(
    rule: AlertRule, snapshot: HealthSnapshot, standing: Mapping[str, Alert]
) -> AlertLevel:
    """How a rule stands: by its alert if there is one, else whether there is anything to judge."""
    alert = standing.get(rule.key)
    if alert is not None:
        return alert.level
    return AlertLevel.UNKNOWN if worst_value(rule, snapshot) is None else AlertLevel.OK


def alert_when(alert: Alert, today: datetime) -> str:
    """``since 12:43``, or ``13:26 – 13:43`` when it is over."""
    since = date_time(moment(alert.since), today=today)
    if alert.cleared is None:
        return _("since {time}").format(time=since)
    return f"{since} – {date_time(moment(alert.cleared), today=today)}"
