"""Alert rules: thresholds on a metric, with hysteresis, and the alerts that they raise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hue_desktop.core.metrics import SeriesKey

__all__ = ["Alert", "AlertLevel", "AlertRule", "CloudWatchAlarm"]


class AlertLevel(Enum):
    """How bad it is; ordered."""

    OK = 0
    UNKNOWN = 1  #: nothing was measured of late
    WARN = 2
    CRITICAL = 3


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Raise an alert when a metric passes a threshold for ``hold_s`` seconds.

    ``warn`` and ``critical`` are in the metric's unit, ``None`` for a level that does not exist.
    With ``above`` false, small values are bad. An alert is cleared when the value is better than
    the threshold by ``margin`` (same unit) for ``hold_s``: a value that trembles about a threshold
    raises one alert, not hundreds. ``mean_s``: compare the mean of so many seconds.
    """

    key: str
    metric: str
    title: str
    warn: float | None
    critical: float | None
    above: bool = True
    hold_s: float = 30.0
    margin: float = 0.0
    mean_s: float = 0.0
    per_node: bool = False  #: judge each node; the worst one makes the alert
    enabled: bool = True
    remedy: str = ""  #: what to do about it, in words


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule's finding. ``since`` and ``cleared`` are region epoch seconds.

    ``text`` is one sentence with the figures; ``nodes`` are the hosts it is about, worst first.
    """

    rule: AlertRule
    level: AlertLevel
    series: SeriesKey
    value: float | None
    since: float
    cleared: float | None = None
    text: str = ""
    nodes: tuple[str, ...] = ()
    muted_until: float | None = None

    @property
    def active(self) -> bool:
        """Whether it stands now."""
        return self.cleared is None and self.level in (AlertLevel.WARN, AlertLevel.CRITICAL)


@dataclass(frozen=True, slots=True)
class CloudWatchAlarm:
    """An alarm that somebody set in CloudWatch (DescribeAlarms); shown beside ours.

    ``state`` is AWS's word: OK, ALARM, INSUFFICIENT_DATA.
    """

    name: str
    metric: str
    state: str
    reason: str
    changed: float | None = None
    threshold: float | None = None
    comparison: str = ""
