"""How many alerts stand on each watched cluster, for the catalog, the tabs and the desktop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hue_desktop.core.alerts import Alert, AlertLevel
from hue_desktop.core.clusters import Attention, ClusterRef
from hue_desktop.ui.health_feed import HealthFeed
from hue_desktop.ui.tasks import Poster

if TYPE_CHECKING:
    from hue_desktop.services.health import HealthService
    from hue_desktop.services.health.values import HealthChange

__all__ = ["AlertCount", "AlertCounts", "worse"]


_NEWS_S = 600.0  #: of the region's clock


@dataclass(frozen=True, slots=True)
class AlertCount:
    """Alerts that stand and are not muted: how many, the worst level, and what they say."""

    n: int
    level: AlertLevel
    text: str

    @property
    def attention(self) -> Attention:
        """The same as what asks for attention in lists."""
        return Attention.CRITICAL if self.level is AlertLevel.CRITICAL else Attention.WARN


def worse(attention: Attention, alerts: AlertCount | None) -> Attention:
    """What asks more: what EMR reports of a cluster, or its alerts."""
    if alerts is None or attention is Attention.CRITICAL:
        return attention
    return alerts.attention


class AlertCounts(QObject):
    """``changed`` names a cluster whose alerts differ; ``raised`` brings each new one of it."""

    changed = Signal(object)
    raised = Signal(object, object)

    def __init__(self, health: HealthService, poster: Poster) -> None:
        super().__init__()
        self._counts: dict[ClusterRef, AlertCount] = {}
        self._known: set[tuple[ClusterRef, str, float, AlertLevel]] = set()
        self._seen: set[ClusterRef] = set()
        self._feed = HealthFeed(health, poster)
        self._feed.changed.connect(self._arrived)

    @property
    def counts(self) -> Mapping[ClusterRef, AlertCount]:
        """Those clusters that have alerts."""
        return self._counts

    def close(self) -> None:
        """Hear nothing more."""
        self._feed.close()

    def _arrived(self, change: HealthChange) -> None:
        ref = change.snapshot.ref
        standing = [a for a in change.snapshot.alerts if a.active and a.muted_until is None]
        count = _count(standing)
        if count != self._counts.get(ref):
            if count is None:
                self._counts.pop(ref, None)
            else:
                self._counts[ref] = count
            self.changed.emit(ref)
        fresh = self._fresh_from(change)
        for alert in standing:
            key = (ref, alert.rule.key, alert.since, alert.level)
            if key not in self._known:
                self._known.add(key)
                if alert.since >= fresh:
                    self.raised.emit(ref, alert)

    def _fresh_from(self, change: HealthChange) -> float:
        """Since when an alert is news: at first sight of a cluster, old ones are none."""
        ref, read_at = change.snapshot.ref, change.snapshot.read_at
        if ref in self._seen or read_at is None:
            return float("-inf")
        self._seen.add(ref)
        return read_at - _NEWS_S


def _count(standing: list[Alert]) -> AlertCount | None:
    if not standing:
        return None
    worst = max(standing, key=lambda alert: alert.level.value)
    text = "; ".join(alert.text or alert.rule.title for alert in standing)
    return AlertCount(len(standing), worst.level, text)
