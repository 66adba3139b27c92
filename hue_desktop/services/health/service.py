"""Live health: what clusters do now, what they did, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hue_desktop.core.alerts import Alert, AlertRule, CloudWatchAlarm
from hue_desktop.core.changes import JournalEntry
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import HueError, Unreachable
from hue_desktop.core.metrics import SeriesData, SeriesKey
from hue_desktop.core.settings import setting
from hue_desktop.core.text import _
from hue_desktop.services.access import AccessPool
from hue_desktop.services.health.collector import Collector, Fleet
from hue_desktop.services.health.events import Event, alert_events, events_of, notice_events
from hue_desktop.services.health.history import PERIODS_S, CloudWatchHistory, merged
from hue_desktop.services.health.keeping import HistoryKeeper
from hue_desktop.services.health.rule_book import RuleBook
from hue_desktop.services.health.sizes import MachineSizes
from hue_desktop.services.health.values import HealthChange, HealthSnapshot
from hue_desktop.services.listeners import Listeners

if TYPE_CHECKING:
    from hue_desktop.core.health_ports import AlertRuleStore, ClusterServers, MetricStore
    from hue_desktop.core.ports import Series

__all__ = ["HealthService"]

_POINTS = 360  #: about as many as a chart has pixels to tell apart
Listener = Callable[[HealthChange], None]


class HealthService:
    """Collects while somebody looks; every method may be called anywhere.

    ``fleet`` tells of clusters, ``servers`` opens the way to one's YARN and HDFS (it blocks),
    ``number`` gives settings ``health.…``, ``store`` opens the metric history when it is needed
    first. Without it nothing is kept beyond the last hour; without rules no alerts are raised.
    """

    def __init__(
        self,
        access: AccessPool,
        fleet: Fleet | None = None,
        servers: Callable[[ClusterRef], ClusterServers] | None = None,
        *,
        number: Callable[[str], float] | None = None,
        store: Callable[[], MetricStore | None] | None = None,
        rules: AlertRuleStore | None = None,
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._listeners: Listeners[[HealthChange]] = Listeners("live health")
        self._history = CloudWatchHistory(access)
        self._keeper = HistoryKeeper(store)
        self._book = RuleBook(rules, self._rules_changed)
        self._collector: Collector | None = None
        if fleet is not None:
            self._collector = Collector(
                fleet,
                servers or _no_way,
                number or (lambda key: float(setting(key).default)),
                self._book,
                self._keeper,
                MachineSizes(access),
                self._listeners.tell,
            )

    # -- collecting ---------------------------------------------------------------------------

    def start(self) -> None:
        """Begin; returns at once."""
        if self._collector is not None:
            self._collector.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """End collecting, and keep what is not kept yet."""
        if self._collector is not None:
            self._collector.stop(timeout_s / 2)
        self._keeper.close(timeout_s / 2)

    def watch(self, ref: ClusterRef) -> None:
        """Collect a cluster every few seconds, from now on until ``unwatch``; calls are counted."""
        collector = self._collector
        if collector is not None:
            collector.post(lambda: collector.watch(ref))

    def unwatch(self, ref: ClusterRef) -> None:
        """Nobody looks any more; it goes on being collected, at a slower pace."""
        collector = self._collector
        if collector is not None:
            collector.post(lambda: collector.unwatch(ref))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` on the health thread after each reading; the answer ends it."""
        return self._listeners.add(listener)

    # -- what is known ------------------------------------------------------------------------

    def snapshot(self, ref: ClusterRef) -> HealthSnapshot:
        """What is known now; never blocks."""
        tracked = self._collector.find(ref) if self._collector is not None else None
        return tracked.snapshot if tracked is not None else HealthSnapshot(ref)

    def live(
        self, ref: ClusterRef, keys: Iterable[SeriesKey], start: float, end: float
    ) -> Mapping[SeriesKey, SeriesData]:
        """Series of the last hour from memory, those that have a value; never blocks."""
        tracked = self._collector.find(ref) if self._collector is not None else None
        return tracked.live(keys, start, end) if tracked is not None else {}

    def history(
        self,
        ref: ClusterRef,
        keys: Iterable[SeriesKey],
        start: float,
        end: float,
        *,
        most: int = 1000,
    ) -> Mapping[SeriesKey, SeriesData]:
        """Series between two region times: memory, store and CloudWatch. Blocks.

        What one source cannot tell is left out; ``HueError`` only when nothing else is known.
        """
        wanted = tuple(dict.fromkeys(keys))
        sources: list[Mapping[SeriesKey, SeriesData]] = [self.live(ref, wanted, start, end)]
        failed: HueError | None = None
        for read in (self._recorded, self._told):
            try:
                sources.append(read(ref, wanted, start, end, most))
            except HueError as error:
                failed = error
        found = merged(sources, start, end, most)
        if failed is not None and not found:
            raise failed
        return found

    def series(
        self, ref: ClusterRef, names: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Series]:
        """CloudWatch's own series between two region times. Blocks; HueError when it fails."""
        span_s = (end - start).total_seconds()
        period_s = next((p for p in PERIODS_S if span_s / p <= _POINTS), PERIODS_S[-1])
        metrics = self._access.of(ref.connection, ref.region).metrics
        return metrics.cluster_series(ref.cluster_id, names, start, end, period_s=period_s)

    def events(
        self, snapshot: ClusterSnapshot, journal: Iterable[JournalEntry] = ()
    ) -> tuple[Event, ...]:
        """What happened to the cluster, newest first.

        Nodes, Spot notices, steps, our own changes, alerts.
        """
        happened = events_of(snapshot, journal)
        health = self.snapshot(snapshot.ref)
        live = (*alert_events(health.alerts), *notice_events(health.notices))
        if not live:
            return happened
        return tuple(sorted((*happened, *live), key=lambda event: event.at, reverse=True))

    # -- alerts -------------------------------------------------------------------------------

    @property
    def problems(self) -> tuple[HueError, ...]:
        """What is wrong with the user's alert rules, to be shown once."""
        return self._book.problems

    def rules(self) -> tuple[AlertRule, ...]:
        """The rules in force."""
        return self._book.rules()

    def default_rules(self) -> tuple[AlertRule, ...]:
        """The rules as delivered."""
        return self._book.defaults()

    def set_rules(self, rules: Iterable[AlertRule]) -> None:
        """Check, keep and apply rules; only what differs from the delivered ones is kept.

        Writes a small file. ``ConfigurationError`` for a rule that makes no sense, ``StateError``
        when the file cannot be written.
        """
        self._book.set_rules(rules)

    def mute(self, ref: ClusterRef, rule_key: str, until: float | None) -> None:
        """Say nothing of a rule on a cluster until then (region epoch s); ``None`` ends it."""
        read_at = self.snapshot(ref).read_at
        self._book.mute(ref, rule_key, until, read_at if read_at is not None else 0.0)

    def alerts(self, ref: ClusterRef, start: float, end: float) -> tuple[Alert, ...]:
        """Alerts that stood between two region times, newest first. Blocks."""
        found = {
            (each.rule.key, round(each.since)): each
            for each in self.snapshot(ref).alerts
            if each.since <= end and (each.cleared is None or each.cleared >= start)
        }
        store = self._keeper.store
        if store is not None:
            for each in store.alerts(ref, start, end):
                found.setdefault((each.rule.key, round(each.since)), each)
        return tuple(sorted(found.values(), key=lambda alert: alert.since, reverse=True))

    def cloudwatch_alarms(self, ref: ClusterRef) -> tuple[CloudWatchAlarm, ...]:
        """The alarms that somebody set in CloudWatch on this cluster. Blocks; ``HueError``."""
        door = self._access.of(ref.connection, ref.region).alarms
        return door.alarms(ref.cluster_id) if door is not None else ()

    # -- within -------------------------------------------------------------------------------

    def _recorded(
        self, ref: ClusterRef, keys: Sequence[SeriesKey], start: float, end: float, most: int
    ) -> Mapping[SeriesKey, SeriesData]:
        store = self._keeper.store
        return store.read(ref, keys, start, end, most=most) if store is not None else {}

    def _told(
        self, ref: ClusterRef, keys: Sequence[SeriesKey], start: float, end: float, most: int
    ) -> Mapping[SeriesKey, SeriesData]:
        return self._history.read(ref, keys, start, end, most)

    def _rules_changed(self) -> None:
        collector = self._collector
        if collector is not None:
            collector.post(collector.rejudge_all)


def _no_way(ref: ClusterRef) -> ClusterServers:
    raise Unreachable(_("There is no way to cluster {id}.").format(id=ref.cluster_id))
