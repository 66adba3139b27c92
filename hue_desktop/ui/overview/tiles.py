"""The tiles over a cluster's overview: cost, state, nodes, and what CloudWatch says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hue_desktop.core.alerts import AlertLevel
from hue_desktop.core.clusters import Attention, ClusterSnapshot, ClusterState
from hue_desktop.core.format import count, money, percent, short_duration, size
from hue_desktop.core.idleness import idle_since
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.metrics import metric
from hue_desktop.core.recorded import last_nodes
from hue_desktop.core.spot_notices import SpotNotice
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost import ClusterCost
from hue_desktop.services.cost.values import CostOverview
from hue_desktop.services.health.values import Collecting, HealthSnapshot
from hue_desktop.services.nodes import attention_of
from hue_desktop.ui.bills import carried_on
from hue_desktop.ui.parts import StateShape, cluster_shape

__all__ = ["KEYS", "TileText", "overview_tiles", "state_word"]

KEYS = ("cost", "state", "nodes", "hdfs", "yarn", "apps", "alerts")
_MIB = 1024**2
_GB = 1024**3
_HDFS_USED, _HDFS_CAPACITY = "hdfs.used", "hdfs.capacity"  #: bytes, which CloudWatch does not tell


@dataclass(frozen=True, slots=True)
class TileText:
    """One tile; a tile without data is not made at all."""

    key: str
    label: str
    figure: str
    unit: str = ""
    caption: str = ""
    attention: str = ""
    shape: StateShape | None = None


def overview_tiles(
    cluster: ClusterSnapshot,
    cost: ClusterCost | None,
    metrics: Mapping[str, float],
    now: datetime,
    health: HealthSnapshot | None = None,
    costs: CostOverview | None = None,
) -> list[TileText]:
    """Those tiles that have data, in order; ``now`` is the region's time.

    ``costs`` is the newest bill, which is carried on to ``now`` at the rate of now. What live
    ``health`` knows takes the place of CloudWatch's older values in ``metrics``.
    """
    if health is not None and health.collecting in (Collecting.LIVE, Collecting.PARTLY):
        metrics = {**metrics, **_as_cloudwatch(health.values)}
    alerts = _alerts(health) if health is not None and cluster.summary.state.active else None
    made = [
        _cost(cluster, cost, costs, now),
        _state(cluster, metrics, now, health.notices if health is not None else ()),
        _nodes(cluster),
        _hdfs(metrics),
        _yarn(metrics),
        _apps(metrics) if alerts is None else None,
        alerts,
    ]
    return [tile for tile in made if tile is not None]


def state_word(state: ClusterState) -> str:
    """The state as a headline."""
    return {
        ClusterState.STARTING: _("Starting"),
        ClusterState.BOOTSTRAPPING: _("Bootstrapping"),
        ClusterState.RUNNING: _("Running"),
        ClusterState.WAITING: _("Waiting"),
        ClusterState.TERMINATING: _("Terminating"),
        ClusterState.TERMINATED: _("Terminated"),
        ClusterState.TERMINATED_WITH_ERRORS: _("Failed"),
    }.get(state, state.value)


def _cost(
    cluster: ClusterSnapshot, cost: ClusterCost | None, costs: CostOverview | None, now: datetime
) -> TileText | None:
    if not cluster.summary.state.active:
        return _final_bill(costs)
    if cost is None:
        return None
    rate = cost.rate
    words = _so_far(cost, costs, now) if costs is not None else _parts_now(cost)
    if rate.unknown:
        words = [_("price of {n} nodes unknown").format(n=rate.unknown)]
    figure = money(rate.total, at_least=rate.unknown > 0)
    return TileText("cost", _("Cost now"), figure, _("/h"), " · ".join(words))


def _so_far(cost: ClusterCost, costs: CostOverview, now: datetime) -> list[str]:
    """``$989.36 so far``, and what Spot saves."""
    bill, rate = costs.bill, cost.rate
    usd = carried_on(bill.total, bill.end, rate.total, now.timestamp())
    words = [_("{usd} so far").format(usd=money(usd, at_least=bool(bill.unknown)))]
    if rate.saved_by_spot >= 0.005:
        words.append(_("{saved}/h saved by Spot").format(saved=money(rate.saved_by_spot)))
    return words


def _parts_now(cost: ClusterCost) -> list[str]:
    """What is paid for, before anything was added up."""
    rate = cost.rate
    if rate.saved_by_spot >= 0.005:
        return [_("Spot saves {saved}/h").format(saved=money(rate.saved_by_spot))]
    parts = ((_("EC2"), rate.ec2), (_("EMR"), rate.emr), (_("EBS"), rate.ebs))
    return [f"{name} {money(value)}" for name, value in parts if value >= 0.005]


def _final_bill(costs: CostOverview | None) -> TileText | None:
    """What an ended cluster has cost."""
    if costs is None:
        return None
    bill = costs.bill
    caption = ""
    if bill.saved_by_spot >= 0.005:
        caption = _("{saved} saved by Spot").format(saved=money(bill.saved_by_spot))
    figure = money(bill.total, at_least=bool(bill.unknown))
    return TileText("cost", _("Final bill"), figure, "", caption)


def _state(
    cluster: ClusterSnapshot,
    metrics: Mapping[str, float],
    now: datetime,
    notices: Sequence[SpotNotice] = (),
) -> TileText:
    attention, sentence = attention_of(cluster, notices=notices)
    state = cluster.summary.state
    label, tone = _("State"), ""
    if attention is Attention.CRITICAL:
        label, tone = _("Critical"), "critical"
    elif attention is Attention.WARN:
        label = _("Needs attention")
    since = idle_since(cluster, metrics)
    if since is not None and attention is Attention.IDLE:
        label, tone = _("Idle"), "warn"
        sentence = _("for {time}").format(
            time=short_duration(max(0.0, (now - since).total_seconds()))
        )
    asks = attention in (Attention.WARN, Attention.CRITICAL, Attention.STARTING)
    words = [_up(cluster, now)]
    if (asks or tone) and sentence:
        words = [sentence]
    elif cluster.running_steps:
        n = cluster.running_steps
        words.append(ngettext("{n} step", "{n} steps", n).format(n=n))
    shape = cluster_shape(state, attention)
    caption = " · ".join(filter(None, words))
    word = state_word(state) if cluster.recorded_at is None else _("Recorded")
    return TileText("state", label, word, "", caption, tone, shape)


def _up(cluster: ClusterSnapshot, now: datetime) -> str:
    summary = cluster.summary
    if summary.created is None:
        return ""
    seconds = max(0.0, ((summary.ended or now) - summary.created).total_seconds())
    if summary.ended is not None:
        return _("was up {time}").format(time=short_duration(seconds))
    return _("up {time}").format(time=short_duration(seconds))


def _nodes(cluster: ClusterSnapshot) -> TileText | None:
    if cluster.instances is None and cluster.groups is None:
        return None
    counts = {role: cluster.count(role) for role in (Role.MASTER, Role.CORE, Role.TASK)}
    spot = sum(node.market is Market.SPOT for node in cluster.nodes(Role.TASK))
    if cluster.recorded_at is not None:
        last = last_nodes(cluster)
        counts = {role: sum(node.role is role for node in last) for role in counts}
        spot = sum(node.market is Market.SPOT for node in last if node.role is Role.TASK)
    words = [_("{n} core").format(n=counts[Role.CORE])]
    if counts[Role.MASTER] > 1:
        words.insert(0, _("{n} master").format(n=counts[Role.MASTER]))
    task = _("{n} task").format(n=counts[Role.TASK])
    words.append(_("{task} ({spot} Spot)").format(task=task, spot=spot) if spot else task)
    return TileText("nodes", _("Nodes"), count(sum(counts.values())), "", " · ".join(words))


def _hdfs(metrics: Mapping[str, float]) -> TileText | None:
    used = metrics.get("HDFSUtilization")
    if used is None:
        return None
    free = metrics.get("CapacityRemainingGB")
    words = [_("{size} free").format(size=size(free * _GB))] if free is not None else []
    if metrics.get(_HDFS_CAPACITY):
        stored, capacity = size(metrics[_HDFS_USED]), size(metrics[_HDFS_CAPACITY])
        words = [_("{used} of {capacity}").format(used=stored, capacity=capacity)]
    missing = metrics.get("MissingBlocks", 0)
    under = metrics.get("UnderReplicatedBlocks", 0)
    tone = "warn" if used >= 85 else ""
    if missing:
        words, tone = [_("{n} blocks missing").format(n=count(missing))], "critical"
    elif under:
        words.append(_("{n} blocks under-replicated").format(n=count(under)))
    caption = " · ".join(words) or _("CloudWatch, every 5 minutes")
    return TileText("hdfs", _("HDFS used"), percent(used)[:-2], "%", caption, tone)


def _yarn(metrics: Mapping[str, float]) -> TileText | None:
    free = metrics.get("YARNMemoryAvailablePercentage")
    if free is None:
        return None
    used, words = 100.0 - free, []
    total, allocated = metrics.get("MemoryTotalMB"), metrics.get("MemoryAllocatedMB")
    if total and allocated is not None:
        words.append(_part_of(allocated * _MIB, total * _MIB))
    if metrics.get("ContainerPending"):
        words.append(_("{n} pending").format(n=count(metrics["ContainerPending"])))
    caption = " · ".join(words) or _("CloudWatch, every 5 minutes")
    tone = "warn" if used >= 95 else ""
    return TileText("yarn", _("YARN memory"), percent(used)[:-2], "%", caption, tone)


def _part_of(used: float, total: float) -> str:
    """``592 of 816 GiB``: both in GiB, because YARN hands memory out in GiB."""
    text = _("{used} of {total} GiB")
    return text.format(used=count(used / _GB), total=count(total / _GB))


def _as_cloudwatch(values: Mapping[str, float]) -> dict[str, float]:
    """Live values under CloudWatch's names, in its units."""
    found = {
        metric(name).cloudwatch: value / metric(name).scale
        for name, value in values.items()
        if metric(name).cloudwatch
    }
    total, used = values.get("yarn.memory.total"), values.get("yarn.memory.used")
    if total and used is not None:
        found["YARNMemoryAvailablePercentage"] = 100.0 - 100.0 * used / total
    capacity, stored = values.get("hdfs.capacity"), values.get("hdfs.used")
    if capacity and stored is not None:
        found[_HDFS_USED], found[_HDFS_CAPACITY] = stored, capacity
    return found


def _alerts(health: HealthSnapshot) -> TileText | None:
    """How many alerts stand, and what about; away while nothing is judged."""
    if health.collecting in (Collecting.OFF, Collecting.CONNECTING) and not health.alerts:
        return None
    standing = [alert for alert in health.alerts if alert.active and alert.muted_until is None]
    if not standing:
        if health.collecting is Collecting.BROKEN:
            return None
        return TileText("alerts", _("Alerts"), "0", "", _("nothing to look at"))
    critical = any(alert.level is AlertLevel.CRITICAL for alert in standing)
    words = list(dict.fromkeys(metric(alert.rule.metric).title for alert in standing))
    tone = "critical" if critical else "warn"
    return TileText("alerts", _("Alerts"), count(len(standing)), "", " · ".join(words[:3]), tone)


def _apps(metrics: Mapping[str, float]) -> TileText | None:
    running = metrics.get("AppsRunning")
    if running is None:
        return None
    words = []
    for name, text in (
        ("AppsPending", _("{n} pending")),
        ("AppsFailed", _("{n} failed")),
        ("ContainerAllocated", _("{n} containers")),
    ):
        if metrics.get(name):
            words.append(text.format(n=count(metrics[name])))
    return TileText("apps", _("Applications"), count(running), "", " · ".join(words[:2]))
