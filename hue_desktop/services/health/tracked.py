"""One cluster that is, or was, collected: its readings, its series, its alerts, its next turn."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hue_desktop.core.alert_rules import mean_of
from hue_desktop.core.alerts import Alert, AlertRule
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import AccessDenied, ConfigurationError, HueError, NotConfirmed
from hue_desktop.core.instances import InstanceType
from hue_desktop.core.metrics import NodeReading, Reading, Sample, SeriesData, SeriesKey
from hue_desktop.core.spot_notices import spot_notices
from hue_desktop.core.text import _
from hue_desktop.services.health.alerting import ClusterAlerts
from hue_desktop.services.health.buffers import SeriesRing
from hue_desktop.services.health.clocks import RegionTimes
from hue_desktop.services.health.derived import (
    against_machines,
    cluster_values,
    node_readings,
    series_of,
)
from hue_desktop.services.health.rule_book import RuleBook
from hue_desktop.services.health.values import Collecting, HealthSnapshot
from hue_desktop.services.health.wording import verdict_of

if TYPE_CHECKING:
    from hue_desktop.core.health_ports import ClusterServers
    from hue_desktop.core.ports import RegionClock

__all__ = ["Tracked"]

CLUSTER_POINTS = 3600  #: instants of cluster series that are kept: an hour at one a second
NODE_POINTS = 720  #: of each node: an hour at one in five seconds
MOST_NODES = 200  #: with more, a node has its newest values only
BACK_OFF_S = (5.0, 10.0, 20.0, 40.0, 60.0)  #: until the next try after so many failures
REFUSED_S = 300.0  #: after a refusal, which a person has to do something about
STORED_NODE_STEP_S = 60.0  #: nodes are kept in the store once in so long
STORED_NODE_METRICS = frozenset(("node.cpu", "node.memory", "node.disk", "yarn.memory.share"))
STALE_ROUNDS = 6.0
DATA_NODES_EVERY = 3  #: DataNodes are asked every third round
_SELDOM = frozenset(("hdfs.read", "hdfs.written"))
_STEP = SeriesKey("")  #: how far apart readings were meant to be, as a series of the ring


class Tracked:
    """Everything known of a cluster's health. All but ``live`` is for the health thread."""

    def __init__(self, ref: ClusterRef, book: RuleBook) -> None:
        self.ref = ref
        self.watchers = 0
        self.kept = False  #: it was watched in this session and goes on being collected
        self.seen = 0  #: the higher, the later it was looked at
        self.due = 0.0  #: steady seconds of the next reading
        self.busy_since: float | None = None
        self.servers: ClusterServers | None = None
        self.failures = 0
        self.rounds = 0
        self.number = 0  #: of the reading under way; a late one of an earlier number is dropped
        self.resumed = False  #: alerts of an earlier session are known; before, none is raised
        self.times = RegionTimes()
        self.ring = SeriesRing(CLUSTER_POINTS)
        self.node_ring = SeriesRing(NODE_POINTS)
        self.snapshot = HealthSnapshot(ref)
        self.pending: dict[SeriesKey, list[Sample]] = defaultdict(list)
        self._book = book
        self._alerts = ClusterAlerts()
        self._nodes_stored = 0.0

    # -- what it is told ----------------------------------------------------------------------

    def take(
        self,
        reading: Reading,
        at_steady: float,
        clock: RegionClock | None,
        cluster: ClusterSnapshot | None,
        usd_hour: float | None,
        interval_s: float,
        sizes: Mapping[str, InstanceType],
    ) -> tuple[Alert, ...]:
        """A reading: into the rings, through the rules, into the snapshot; the changed alerts."""
        self.failures = 0
        at = self.times.region(at_steady, clock)
        step_s = interval_s * max(self.times.rate, 0.0) or interval_s
        nodes = against_machines(node_readings(reading, cluster), cluster, sizes)
        values = cluster_values(reading, nodes, cluster, usd_hour)
        self._keep(at, values, nodes, step_s)
        changed = self._judge(at, values, nodes, stale_s=STALE_ROUNDS * step_s + 60.0)
        collecting, problem = Collecting.LIVE, ""
        if reading.missing:
            collecting, problem = Collecting.PARTLY, _partly(reading.missing)
        applications = reading.applications
        if applications is None and not any("YARN" in name for name in reading.missing):
            applications = self.snapshot.applications
        self._publish(
            collecting=collecting,
            problem=problem,
            read_at=at,
            values=values,
            nodes=nodes,
            applications=applications,
            safe_mode=reading.safe_mode,
            notices=spot_notices(self.snapshot.notices, nodes, cluster, at, datetime.now(UTC)),
        )
        return changed

    def fail(self, error: HueError, interval_s: float) -> float:
        """No server answered: how many seconds to wait. What was read last stays, with its time.

        What may pass is tried again ever more seldom, but for good. Nobody is asked a second time
        about a host that they did not confirm, until the cluster is looked at again.
        """
        self.failures += 1
        if isinstance(error, NotConfirmed):
            pattern, wait_s = (
                _("{reason} It is tried again when the page is opened anew."),
                math.inf,
            )
        elif isinstance(error, (AccessDenied, ConfigurationError)):
            pattern, wait_s = _("{reason} It is tried again every {wait} s."), REFUSED_S
        else:
            step_s = BACK_OFF_S[min(self.failures, len(BACK_OFF_S)) - 1]
            pattern, wait_s = _("{reason} It is tried again in {wait} s."), max(interval_s, step_s)
        wait = "" if math.isinf(wait_s) else str(math.ceil(wait_s))
        problem = pattern.format(reason=error.message, wait=wait)
        self._publish(collecting=Collecting.BROKEN, problem=problem)
        return wait_s

    def take_cloudwatch(
        self, values: Mapping[str, float], clock: RegionClock | None, now_steady: float
    ) -> tuple[Alert, ...]:
        """CloudWatch's newest values of a cluster that nobody watches: they are judged at once."""
        at = self.times.region(now_steady, clock)
        changed = self._judge(at, values, {}, stale_s=1800.0, hold_s=0.0)
        self._publish(collecting=Collecting.OFF, problem="", values=values, read_at=at)
        return changed

    def rejudge(self, clock: RegionClock | None, now_steady: float) -> tuple[Alert, ...]:
        """Rules or mutes have changed: look again at what was read last."""
        at = self.times.region(now_steady, clock)
        snapshot = self.snapshot
        hold_s = None if self.kept else 0.0
        changed = self._judge(at, snapshot.values, snapshot.nodes, stale_s=1800.0, hold_s=hold_s)
        self._publish()
        return changed

    def resume(self, alerts: Iterable[Alert]) -> None:
        """Alerts of an earlier session; from now on there are new ones."""
        self.resumed = True
        self._alerts.resume(alerts)

    def set_collecting(self, collecting: Collecting, problem: str = "") -> bool:
        """Another state without a reading; whether it is another one."""
        if (collecting, problem) == (self.snapshot.collecting, self.snapshot.problem):
            return False
        self._publish(collecting=collecting, problem=problem)
        return True

    # -- what is asked of it ------------------------------------------------------------------

    def live(
        self, keys: Iterable[SeriesKey], start: float, end: float
    ) -> dict[SeriesKey, SeriesData]:
        """From the rings; safe from any thread."""
        wanted = list(keys)
        of_cluster = [key for key in wanted if not key.node]
        found = self._read(self.ring, of_cluster, start, end)
        found.update(self._read(self.node_ring, [k for k in wanted if k.node], start, end))
        return found

    def _read(
        self, ring: SeriesRing, keys: list[SeriesKey], start: float, end: float
    ) -> dict[SeriesKey, SeriesData]:
        if not keys:
            return {}
        found = ring.read([*keys, _STEP], start, end, 5.0)
        steps = found.pop(_STEP, None)
        if steps is None:
            return {}
        step_s = max(steps.values)
        return {
            key: replace(
                each, step_s=step_s * DATA_NODES_EVERY if key.metric in _SELDOM else step_s
            )
            for key, each in found.items()
        }

    # -- within -------------------------------------------------------------------------------

    def _keep(
        self,
        at: float,
        values: Mapping[str, float],
        nodes: Mapping[str, NodeReading],
        step_s: float,
    ) -> None:
        cluster_series = series_of(values, {})
        self.ring.add(at, {**cluster_series, _STEP: step_s})
        for key, value in cluster_series.items():
            self.pending[key].append(Sample(at, value))
        if not nodes or len(nodes) > MOST_NODES:
            return
        node_series = series_of({}, nodes)
        self.node_ring.add(at, {**node_series, _STEP: step_s})
        if gone := self.node_ring.hosts() - nodes.keys():
            self.node_ring.forget_nodes(gone)
        if abs(at - self._nodes_stored) >= STORED_NODE_STEP_S:
            self._nodes_stored = at
            for key, value in node_series.items():
                if key.metric in STORED_NODE_METRICS:
                    self.pending[key].append(Sample(at, value))

    def _judge(
        self,
        at: float,
        values: Mapping[str, float],
        nodes: Mapping[str, NodeReading],
        *,
        stale_s: float,
        hold_s: float | None = None,
    ) -> tuple[Alert, ...]:
        if not self.resumed:
            return ()

        def measured(rule: AlertRule) -> Mapping[str, float]:
            if rule.per_node:
                return {
                    host: node.values[rule.metric]
                    for host, node in nodes.items()
                    if rule.metric in node.values
                }
            value = values.get(rule.metric)
            if value is not None and rule.mean_s and hold_s is None:
                value = self._mean(rule, at)
            return {} if value is None else {"": value}

        return self._alerts.judge(at, self._book.rules(), measured, stale_s=stale_s, hold_s=hold_s)

    def _mean(self, rule: AlertRule, at: float) -> float | None:
        key = SeriesKey(rule.metric)
        data = self.live([key], at - 2 * rule.mean_s, at).get(key)
        if data is None:
            return None
        return mean_of(data.times, data.values, at, rule.mean_s, data.gap_s)

    def _publish(self, **changes: object) -> None:
        snapshot = replace(self.snapshot, **changes)  # type: ignore[arg-type]
        at = snapshot.read_at or 0.0
        alerts = self._alerts.alerts(lambda rule: self._book.muted_until(self.ref, rule, at))
        verdict = verdict_of(snapshot.collecting, snapshot.problem, snapshot.values, alerts)
        self.snapshot = replace(snapshot, alerts=alerts, verdict=verdict)


def _partly(missing: Mapping[str, str]) -> str:
    return " ".join(
        _("{server} does not answer: {reason}").format(server=server, reason=reason)
        for server, reason in missing.items()
    )
