"""From the fleet's snapshot to the rows, groups and sums that the Fleet page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hue_desktop.core.clusters import (
    Attention,
    ClusterRef,
    ClusterSnapshot,
    ClusterState,
)
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.fleet_filter import ClusterFacts
from hue_desktop.core.format import date_time, money, short_duration
from hue_desktop.core.idleness import idle_since
from hue_desktop.core.instances import InstanceState, Market, Role
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.text import _
from hue_desktop.services.cost import ClusterCost
from hue_desktop.services.fleet import (
    ConnectionState,
    ConnectionStatus,
    FleetSnapshot,
    extrapolate,
)
from hue_desktop.services.nodes import attention_of
from hue_desktop.ui.parts import StateShape, cluster_shape

__all__ = ["Counts", "FleetRow", "FleetRows", "counts_of", "fleet_rows", "state_text", "yarn_used"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Running nodes by role, and how many of them are task nodes on Spot."""

    master: int = 0
    core: int = 0
    task: int = 0
    spot: int = 0

    @property
    def total(self) -> int:
        """All nodes."""
        return self.master + self.core + self.task

    @property
    def spot_percent(self) -> float | None:
        """Share of Spot in all nodes; ``None`` when there is none."""
        return 100.0 * self.spot / self.total if self.spot else None

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.master + other.master,
            self.core + other.core,
            self.task + other.task,
            self.spot + other.spot,
        )

    def __str__(self) -> str:
        return f"{self.master} · {self.core} · {self.task}" if self.total else "–"


@dataclass(frozen=True, slots=True)
class FleetRow:
    """A cluster as one row; equal rows look equal. Texts that follow the clock are texts."""

    ref: ClusterRef
    name: str
    shape: StateShape
    state: str
    sentence: str
    attention: Attention
    uptime: str
    counts: Counts
    rate: CostRate | None
    yarn: float | None
    hdfs: float | None
    starting: bool
    idle: str
    idle_cost: str
    simulated: bool
    stale: bool
    unread: bool  #: its nodes have not been read yet
    active: bool
    ended: datetime | None
    ended_text: str  #: how, when and why it ended; empty while it has not
    facts: ClusterFacts = field(compare=False)
    so_far: float | None = None  #: USD in whole cents, once it is added up
    at_least: bool = False  #: a price in ``so_far`` is not known
    marker: str = ""  #: what the idle finder says, in a word or two
    marker_tip: str = ""

    @property
    def idling(self) -> bool:
        """Whether the cluster is paid for without working."""
        return bool(self.idle)

    @property
    def usd_hour(self) -> float | None:
        """What it costs now."""
        return self.rate.total if self.rate is not None else None


def fleet_rows(snapshot: FleetSnapshot, now: datetime | None = None) -> tuple[FleetRow, ...]:
    """A row for each cluster. ``now`` (local UTC) is continued by each region's own clock."""
    return FleetRows().of(snapshot, now)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a row was made of."""

    cluster: ClusterSnapshot
    cost: ClusterCost | None
    metrics: Mapping[str, float] | None
    kind: ConnectionClass
    state: ConnectionState
    row: FleetRow


class FleetRows:
    """Makes rows, and keeps those of clusters that did not change; only their times move on."""

    def __init__(self) -> None:
        self._known: dict[ClusterRef, _Known] = {}

    def of(self, snapshot: FleetSnapshot, now: datetime | None = None) -> tuple[FleetRow, ...]:
        """A row for each cluster; ``now`` is local UTC."""
        local = now or datetime.now(UTC)
        statuses = {
            (s.connection.name, s.region): (s, extrapolate(s.clock, local))
            for s in snapshot.connections
        }
        fresh: dict[ClusterRef, _Known] = {}
        for ref, cluster in snapshot.clusters.items():
            found = statuses.get((ref.connection, ref.region))
            if found is not None:
                fresh[ref] = self._made(snapshot, cluster, *found)
        self._known = fresh
        return tuple([known.row for known in fresh.values()])

    def _made(
        self,
        snapshot: FleetSnapshot,
        cluster: ClusterSnapshot,
        status: ConnectionStatus,
        now: datetime,
    ) -> _Known:
        ref, kind = cluster.ref, status.connection.connection_class
        cost, metrics = snapshot.costs.get(ref), snapshot.metrics.get(ref)
        known = self._known.get(ref)
        if (
            known is None
            or known.cluster is not cluster
            or known.cost is not cost
            or known.metrics != metrics
            or known.kind is not kind
            or known.state is not status.state
        ):
            row = _row(snapshot, cluster, status, now)
            return _Known(cluster, cost, metrics, kind, status.state, row)
        row = _moved_on(known.row, cluster, metrics or {}, now)
        return known if row is known.row else replace(known, row=row)


def _moved_on(
    row: FleetRow, cluster: ClusterSnapshot, metrics: Mapping[str, float], now: datetime
) -> FleetRow:
    """The row at another time of its region's clock; the same one within a second."""
    uptime_s = _uptime_s(cluster, now)
    if uptime_s is None or abs(uptime_s - (row.facts.uptime_s or 0.0)) < 1.0:
        return row
    since = idle_since(cluster, metrics)
    idle_s = max(0.0, (now - since).total_seconds()) if since else None
    return replace(
        row,
        uptime=short_duration(uptime_s),
        idle=short_duration(idle_s) if idle_s is not None else "",
        idle_cost=_idle_cost(cluster, row.rate, since, idle_s),
        facts=replace(row.facts, uptime_s=uptime_s, idle_s=idle_s),
    )


def _row(
    snapshot: FleetSnapshot, cluster: ClusterSnapshot, status: ConnectionStatus, now: datetime
) -> FleetRow:
    ref, summary = cluster.ref, cluster.summary
    metrics = snapshot.metrics.get(ref, {})
    cost = snapshot.costs.get(ref)
    known = cost is not None and cluster.instances is not None and summary.state.active
    rate = cost.rate if cost and known else None
    attention, sentence = attention_of(cluster)
    counts = counts_of(cluster)
    since = idle_since(cluster, metrics)
    idle_s = max(0.0, (now - since).total_seconds()) if since else None
    uptime_s = _uptime_s(cluster, now)
    simulated = status.connection.connection_class is ConnectionClass.SIMULATED
    yarn = yarn_used(metrics)
    return FleetRow(
        ref=ref,
        name=summary.name or ref.cluster_id,
        shape=cluster_shape(summary.state, attention),
        state=_("Recorded") if cluster.recorded_at is not None else state_text(summary.state),
        sentence=sentence,
        attention=attention,
        uptime=short_duration(uptime_s),
        counts=counts,
        rate=rate,
        yarn=yarn,
        hdfs=metrics.get("HDFSUtilization"),
        starting=summary.state in (ClusterState.STARTING, ClusterState.BOOTSTRAPPING),
        idle=short_duration(idle_s) if idle_s is not None else "",
        idle_cost=_idle_cost(cluster, rate, since, idle_s),
        simulated=simulated,
        stale=status.state in (ConnectionState.STALE, ConnectionState.EXPIRED),
        unread=summary.state.active and cluster.instances is None,
        active=summary.state.active,
        ended=summary.ended,
        ended_text=_ended_text(cluster, now),
        facts=_facts(cluster, status, attention, counts, rate, metrics, uptime_s, idle_s),
    )


def _facts(
    cluster: ClusterSnapshot,
    status: ConnectionStatus,
    attention: Attention,
    counts: Counts,
    rate: CostRate | None,
    metrics: Mapping[str, float],
    uptime_s: float | None,
    idle_s: float | None,
) -> ClusterFacts:
    details, summary = cluster.cluster, cluster.summary
    kind = status.connection.connection_class
    marks = {
        "idle": idle_s is not None,
        "attention": attention in (Attention.WARN, Attention.CRITICAL),
        "protected": details is not None and details.termination_protected,
        "transient": details is not None and not details.keep_alive,
        "simulated": kind is ConnectionClass.SIMULATED,
        "ended": not summary.state.active,
        "recorded": cluster.recorded_at is not None,
    }
    return ClusterFacts(
        name=summary.name,
        cluster_id=summary.id,
        connection=status.connection.name,
        connection_class=kind.value,
        region=status.region,
        state=summary.state.value,
        release=details.release if details else "",
        applications=tuple(app.name for app in details.applications) if details else (),
        tags=details.tags if details else (),
        marks=frozenset(mark for mark, holds in marks.items() if holds),
        uptime_s=uptime_s,
        idle_s=idle_s,
        usd_hour=rate.total if rate else None,
        nodes=counts.total,
        spot_percent=counts.spot_percent or 0.0,
        yarn_percent=yarn_used(metrics),
        hdfs_percent=metrics.get("HDFSUtilization"),
    )


def _ended_text(cluster: ClusterSnapshot, now: datetime) -> str:
    """``Terminated 14:32 · User request``; what EMR has forgotten is ``Recorded``."""
    summary = cluster.summary
    if summary.state.active:
        return ""
    when = date_time(summary.ended, today=now) if summary.ended else ""
    state = state_text(summary.state)
    if cluster.recorded_at is not None:
        seen = date_time(cluster.recorded_at, today=now)
        return _("Recorded · last seen {when}").format(when=seen)
    how = " ".join(filter(None, (state, when)))
    return " · ".join(filter(None, (how, summary.reason.rstrip(".") or summary.reason_code)))


def state_text(state: ClusterState) -> str:
    """The state in words."""
    return {
        ClusterState.STARTING: _("Starting"),
        ClusterState.BOOTSTRAPPING: _("Bootstrapping"),
        ClusterState.RUNNING: _("Running"),
        ClusterState.WAITING: _("Waiting"),
        ClusterState.TERMINATING: _("Terminating"),
        ClusterState.TERMINATED: _("Terminated"),
        ClusterState.TERMINATED_WITH_ERRORS: _("Ended with errors"),
    }.get(state, state.value)


def yarn_used(metrics: Mapping[str, float]) -> float | None:
    """Percent of YARN's memory in use, as CloudWatch says."""
    free = metrics.get("YARNMemoryAvailablePercentage")
    return None if free is None else 100.0 - free


def counts_of(cluster: ClusterSnapshot) -> Counts:
    """Running nodes by role; from the groups while the nodes are unread."""
    if not cluster.summary.state.active:
        return Counts()
    master, core, task = (cluster.count(role) for role in (Role.MASTER, Role.CORE, Role.TASK))
    return Counts(master, core, task, _spot_nodes(cluster))


def _spot_nodes(cluster: ClusterSnapshot) -> int:
    if cluster.instances is None:
        return sum(g.running for g in cluster.groups or () if g.market is Market.SPOT)
    running = InstanceState.RUNNING
    return sum(node.market is Market.SPOT and node.state is running for node in cluster.instances)


def _uptime_s(cluster: ClusterSnapshot, now: datetime) -> float | None:
    """From creation to the end or to now."""
    summary = cluster.summary
    if summary.created is None:
        return None
    return max(0.0, ((summary.ended or now) - summary.created).total_seconds())


def _idle_cost(
    cluster: ClusterSnapshot,
    rate: CostRate | None,
    since: datetime | None,
    idle_s: float | None,
) -> str:
    """What the idle time cost, when the nodes have been the same ones all along."""
    if rate is None or since is None or idle_s is None or cluster.instances is None:
        return ""
    nodes = cluster.nodes()
    if any(node.ready is None or node.ready > since for node in nodes):
        return ""
    return money(rate.total * idle_s / 3600)
