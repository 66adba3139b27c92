"""What the health service needs from the world; the same promises as in ``core.ports``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hue_desktop.core.alerts import Alert, AlertRule, CloudWatchAlarm
    from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
    from hue_desktop.core.errors import HueError
    from hue_desktop.core.metrics import Reading, Sample, SeriesData, SeriesKey

__all__ = [
    "AlarmDoor",
    "AlertRuleStore",
    "ClusterServers",
    "LoadedRules",
    "MetricStore",
    "Mute",
    "RecordedStore",
]


@dataclass(frozen=True, slots=True)
class Mute:
    """A rule that says nothing of a cluster until ``until`` (region epoch seconds)."""

    ref: ClusterRef
    rule: str
    until: float


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """What the user has changed: by rule key the fields that differ, and what is muted.

    ``problems`` are sentences about what in the file cannot be used; the rest of it is.
    """

    changes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    mutes: tuple[Mute, ...] = ()
    problems: tuple[HueError, ...] = ()


class AlertRuleStore(Protocol):
    """Alert rules: those delivered with the application, and the user's changes to them."""

    def defaults(self) -> tuple[AlertRule, ...]:
        """The rules as delivered."""

    def load(self) -> LoadedRules:
        """The user's changes; never raises for a bad file, which is a problem in the answer."""

    def save(self, changes: Mapping[str, Mapping[str, object]], mutes: Iterable[Mute]) -> None:
        """Replace the user's changes, in one step that survives kill -9. ``StateError``."""


class ClusterServers(Protocol):
    """YARN's ResourceManager and HDFS's NameNode of one cluster, through its tunnel."""

    def read(self, *, applications: bool = True, data_nodes: bool = True) -> Reading:
        """Ask all of them once, side by side. ``at`` is this machine's time.

        A server that does not answer is named in ``missing``; ``Unreachable`` only when none does.
        """

    def close(self) -> None:
        """Close the connections; a read under way ends soon with ``Cancelled``."""


class AlarmDoor(Protocol):
    """CloudWatch's alarms of one connection in one region."""

    def alarms(self, cluster_id: str) -> tuple[CloudWatchAlarm, ...]:
        """DescribeAlarms, those with the cluster among their dimensions."""


class MetricStore(Protocol):
    """Metric history in the state directory: raw 1 day, 1 min 30 days, 15 min 1 year.

    Times are region epoch seconds. Survives kill -9 at any instant.
    """

    def add(self, ref: ClusterRef, samples: Mapping[SeriesKey, Sequence[Sample]]) -> None:
        """Keep raw samples, in one transaction; one for an instant that is there replaces it."""

    def read(
        self,
        ref: ClusterRef,
        keys: Iterable[SeriesKey],
        start: float,
        end: float,
        *,
        most: int = 1000,
    ) -> Mapping[SeriesKey, SeriesData]:
        """The series that exist, as fine as about ``most`` points each allow."""

    def span(self, ref: ClusterRef) -> tuple[float, float] | None:
        """The first and the last instant that is known; ``None`` when nothing is."""

    def refs(self) -> tuple[ClusterRef, ...]:
        """The clusters of which there is any history."""

    def roll_up(self, ref: ClusterRef, now: float) -> None:
        """Make coarser values of what has become old and drop the finer ones."""

    def add_alert(self, ref: ClusterRef, alert: Alert) -> None:
        """Keep an alert, or its newer state (same rule and ``since``)."""

    def alerts(self, ref: ClusterRef, start: float, end: float) -> tuple[Alert, ...]:
        """Alerts that stood between two instants, newest first."""

    def forget(self, ref: ClusterRef) -> None:
        """Drop all that is known of a cluster."""


class RecordedStore(Protocol):
    """Clusters that were opened once, as they were seen last; kept after EMR forgets them."""

    def save(self, snapshot: ClusterSnapshot, at: float) -> None:
        """Keep this newest state; nodes that are no longer listed are kept as they were last."""

    def load(self, ref: ClusterRef) -> ClusterSnapshot | None:
        """What was kept, with all instances ever seen."""

    def all(self) -> tuple[tuple[ClusterSnapshot, float], ...]:
        """All of them without their nodes, with the local epoch seconds of the last save."""

    def forget(self, ref: ClusterRef) -> None:
        """Drop a cluster."""
