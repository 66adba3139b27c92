"""The lines of the catalog column, worked out from a snapshot. No widgets here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hue_desktop.core.clusters import Attention, ClusterRef, ClusterSnapshot, ClusterState
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.format import money, money_rate
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost import ClusterCost
from hue_desktop.services.fleet import ConnectionState, ConnectionStatus, FleetSnapshot
from hue_desktop.services.nodes import attention_of
from hue_desktop.ui.alert_counts import AlertCount, worse
from hue_desktop.ui.parts import StateShape, cluster_shape

__all__ = ["CatalogLine", "catalog_lines", "class_word"]

_MOST_MADE = 5000
_made: dict[
    ClusterRef,
    tuple[ClusterSnapshot, ClusterCost | None, ConnectionState, AlertCount | None, CatalogLine],
] = {}


@dataclass(frozen=True)
class CatalogLine:
    """One line: a connection, a cluster, a fold of ended clusters, or a sentence."""

    kind: str  #: connection, cluster, fold, note, gap
    connection: str
    text: str = ""
    tag: str = ""
    token: str = ""  #: colour of the class
    ref: ClusterRef | None = None
    shape: StateShape | None = None
    state: str = ""
    badge: str = ""
    money: str = ""
    idle: bool = False
    folded: bool = False
    quiet: bool = False
    hint: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Identity across refreshes."""
        cluster = f"{self.ref.region}/{self.ref.cluster_id}" if self.ref else ""
        return self.kind, self.connection, cluster

    @property
    def words(self) -> str:
        """What assistive tools read."""
        parts = (self.text, self.tag, self.state, self.badge and self.hint, self.money)
        return ", ".join(part for part in parts if part)


def class_word(kind: ConnectionClass) -> str:
    """The class as a person reads it."""
    return {
        ConnectionClass.PRODUCTION: _("production"),
        ConnectionClass.DEVELOPMENT: _("development"),
        ConnectionClass.TEST: _("test"),
        ConnectionClass.SIMULATED: _("simulated"),
    }[kind]


def catalog_lines(
    snapshot: FleetSnapshot,
    *,
    text: str = "",
    folded: Collection[str] = (),
    ended: Collection[str],
    alerts: Mapping[ClusterRef, AlertCount] = MappingProxyType({}),
) -> tuple[CatalogLine, ...]:
    """All lines in order.

    ``folded`` names connections that are folded away, ``ended`` those whose ended clusters show.
    A filter ``text`` shows what contains it, folded or not. ``alerts`` are those of live health.
    """
    lines: list[CatalogLine] = []
    for name in dict.fromkeys(status.connection.name for status in snapshot.connections):
        status = _worst(snapshot, name)
        clusters = [c for c in snapshot.of_connection(name) if _matches(c, text)]
        if text and not clusters and text.casefold() not in name.casefold():
            continue
        if lines:
            lines.append(CatalogLine("gap", name))
        is_folded = name in folded and not text
        lines.append(_connection_line(snapshot, status, is_folded))
        if is_folded:
            continue
        lines.extend(_body(snapshot, status, clusters, bool(text) or name in ended, alerts))
    return tuple(lines)


def _worst(snapshot: FleetSnapshot, name: str) -> ConnectionStatus:
    """The region of a connection that has trouble, else its first one."""
    every = [status for status in snapshot.connections if status.connection.name == name]
    return next((s for s in every if s.state is not ConnectionState.ONLINE), every[0])


def _matches(cluster: ClusterSnapshot, text: str) -> bool:
    wanted = text.strip().casefold()
    return wanted in cluster.summary.name.casefold() or wanted in cluster.ref.cluster_id.casefold()


def _connection_line(
    snapshot: FleetSnapshot, status: ConnectionStatus, folded: bool
) -> CatalogLine:
    name = status.connection.name
    kind = status.connection.connection_class
    rates = [
        snapshot.costs[cluster.ref].rate
        for cluster in snapshot.of_connection(name)
        if cluster.ref in snapshot.costs and cluster.summary.state.active
    ]
    total = sum(rate.total for rate in rates)
    unknown = any(rate.unknown for rate in rates) or any(
        cluster.instances is None and cluster.summary.state.active
        for cluster in snapshot.of_connection(name)
    )
    word = class_word(kind)
    return CatalogLine(
        "connection",
        name,
        text=name,
        tag="" if kind is ConnectionClass.SIMULATED and name.startswith("simul") else word,
        token=kind.value,
        money=money_rate(total, at_least=unknown) if total else "",
        folded=folded,
    )


def _body(
    snapshot: FleetSnapshot,
    status: ConnectionStatus,
    clusters: list[ClusterSnapshot],
    show_ended: bool,
    alerts: Mapping[ClusterRef, AlertCount],
) -> list[CatalogLine]:
    name = status.connection.name
    active = [c for c in clusters if c.summary.state.active]
    over = [c for c in clusters if not c.summary.state.active]
    lines = [
        _cluster_line(snapshot, status, c, alerts.get(c.ref)) for c in sorted(active, key=_by_name)
    ]
    note = _state_note(status, bool(clusters))
    if note:
        lines.insert(0, note)
    if over:
        text = ngettext("{n} terminated", "{n} terminated", len(over)).format(n=len(over))
        lines.append(CatalogLine("fold", name, text=text, folded=not show_ended, quiet=True))
        if show_ended:
            lines.extend(_cluster_line(snapshot, status, c) for c in sorted(over, key=_newest))
    return lines


def _by_name(cluster: ClusterSnapshot) -> tuple[str, str]:
    return cluster.summary.name.casefold(), cluster.ref.cluster_id


def _newest(cluster: ClusterSnapshot) -> float:
    return -cluster.summary.ended.timestamp() if cluster.summary.ended else 0.0


def _cluster_line(
    snapshot: FleetSnapshot,
    status: ConnectionStatus,
    cluster: ClusterSnapshot,
    alerts: AlertCount | None = None,
) -> CatalogLine:
    """The line of a cluster; made anew only when its snapshot or its cost is another object."""
    cost = snapshot.costs.get(cluster.ref)
    known = _made.get(cluster.ref)
    same = known is not None and known[0] is cluster and known[1] is cost
    if known is not None and same and known[2] is status.state and known[3] == alerts:
        return known[4]
    if len(_made) >= _MOST_MADE:
        _made.clear()
    line = _new_cluster_line(status, cluster, cost, alerts)
    _made[cluster.ref] = (cluster, cost, status.state, alerts, line)
    return line


def _new_cluster_line(
    status: ConnectionStatus,
    cluster: ClusterSnapshot,
    cost: ClusterCost | None,
    alerts: AlertCount | None,
) -> CatalogLine:
    attention, sentence = attention_of(cluster)
    active = cluster.summary.state.active
    alert = attention in (Attention.WARN, Attention.CRITICAL) and active
    if active and alerts is not None:
        attention = worse(attention, alerts)
        sentence = "; ".join(filter(None, (sentence, alerts.text)))
    n = alerts.n if alerts is not None and active else int(alert)
    return CatalogLine(
        "cluster",
        cluster.ref.connection,
        text=cluster.summary.name or cluster.ref.cluster_id,
        ref=cluster.ref,
        shape=cluster_shape(cluster.summary.state, attention),
        tag=_("recorded") if cluster.recorded_at is not None else "",
        token="text-3",
        state=cluster.summary.state.value.replace("_", " ").lower(),
        badge=str(n) if n else "",
        money=money(cost.rate.total) if cost is not None and active and cost.rate.total else "",
        idle=cluster.summary.state is ClusterState.WAITING,
        quiet=not active or status.state is ConnectionState.STALE,
        hint=sentence,
    )


def _state_note(status: ConnectionStatus, has_clusters: bool) -> CatalogLine | None:
    error = status.error.message if status.error is not None else ""
    if status.state is ConnectionState.CONNECTING:
        text, token = _("connecting…"), ""
    elif status.state is ConnectionState.FAILED:
        text, token = error or _("does not answer"), "critical"
    elif status.state is ConnectionState.EXPIRED:
        text, token = _("credentials expired"), "critical"
    elif status.state is ConnectionState.STALE:
        text, token = _("no answer, shown is the last state"), "warn"
    elif not has_clusters:
        text, token = _("no clusters"), ""
    else:
        return None
    hint = str(status.error) if status.error is not None else ""
    return CatalogLine(
        "note", status.connection.name, text=text, token=token, quiet=True, hint=hint
    )
