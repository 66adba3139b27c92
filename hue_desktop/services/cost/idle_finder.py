"""Clusters, and parts of them, that cost money for little: pure over the fleet's snapshot.

Each finding says why it was found, in words that can be checked, and what to do. A cluster whose
auto-termination is about to end it is left in peace.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from hue_desktop.core import format as fmt
from hue_desktop.core.clusters import Cluster, ClusterRef, ClusterSnapshot, ClusterState
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.ebs import release_number
from hue_desktop.core.idleness import idle_since
from hue_desktop.core.instances import Instance, InstanceState, Market, Role
from hue_desktop.core.text import _
from hue_desktop.services.cost.values import ClusterCost, IdleFinding, IdleKind
from hue_desktop.services.fleet.values import FleetSnapshot

__all__ = ["find_idle", "never_ends_because", "right_master", "smaller_masters"]

Books = Callable[[str, str], PriceBook]
"""The prices known now, by connection and region; does not block."""

IDLE_S = 3600.0  #: EMR's own default of an auto-termination policy
FORGOTTEN_S = 24 * 3600.0
LATE_S = 1800.0  #: how much later than its timeout EMR may end an idle cluster
HDFS_BUSY = 10.0  #: percent from which on EMR does not call a cluster idle (5.34, 6.4)
HDFS_FULL = 60.0  #: percent that HDFS may fill when core nodes are given back
YARN_FREE = 50.0  #: percent of YARN's memory that must be free, or core nodes work
SPARE_CORE = 2  #: fewer than so many are not worth a resize
_DAY_H = 24.0
#: With these installed EMR never calls a cluster idle.
_NEVER_IDLE = ("Presto", "Trino", "HBase", "PrestoSQL")
#: Families that EMR offers in ``large``; the others begin with ``xlarge``.
_LARGE = frozenset(("m4", "m3", "m1", "c4", "c3"))
_SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "9xlarge", "10xlarge", "12xlarge",
          "16xlarge", "18xlarge", "24xlarge", "32xlarge", "48xlarge")  # fmt: skip
_SMALL_NODES = 50
_JUDGED_NODES = 100  #: beyond, the NameNode's and ResourceManager's heap decide


@dataclass(frozen=True)
class _Case:
    """One cluster and what is known of it."""

    snapshot: ClusterSnapshot
    cost: ClusterCost | None
    metrics: Mapping[str, float]
    book: PriceBook
    now: datetime

    @property
    def cluster(self) -> Cluster | None:
        return self.snapshot.cluster

    @property
    def usd_day(self) -> float | None:
        """The whole cluster; ``None`` when not one price of it is known."""
        if self.cost is None or self.cost.rate.total <= 0:
            return None
        return self.cost.rate.total * _DAY_H

    def nodes(self, role: Role) -> tuple[Instance, ...]:
        running = InstanceState.RUNNING
        return tuple(node for node in self.snapshot.nodes(role) if node.state is running)


def find_idle(
    fleet: FleetSnapshot, books: Books, now: Callable[[ClusterRef], datetime]
) -> tuple[IdleFinding, ...]:
    """All findings, the dearest first; those without a price last. ``now``: the region's time."""
    found: list[IdleFinding] = []
    for ref, snapshot in fleet.clusters.items():
        if snapshot.summary.state not in (ClusterState.WAITING, ClusterState.RUNNING):
            continue
        case = _Case(
            snapshot,
            fleet.costs.get(ref),
            fleet.metrics.get(ref, {}),
            books(ref.connection, ref.region),
            now(ref),
        )
        found += _of_cluster(case)
    return tuple(sorted(found, key=lambda each: (each.usd_day is None, -(each.usd_day or 0.0))))


def never_ends_because(
    cluster: Cluster, masters: int, metrics: Mapping[str, float]
) -> tuple[str, ...]:
    """Why a cluster's auto-termination policy can never fire, as far as that can be seen.

    From EMR's guide to auto-termination policies and its page on several master nodes.
    """
    why = []
    release = release_number(cluster.release)
    if not _has_policies(release):
        why.append(
            _("{release} is too old for auto-termination (from 5.30 and 6.1).").format(
                release=cluster.release
            )
        )
    busy = [each.name for each in cluster.applications if each.name in _NEVER_IDLE]
    if busy:
        why.append(
            _("{names} is installed: EMR never calls such a cluster idle.").format(
                names=", ".join(busy)
            )
        )
    hdfs = metrics.get("HDFSUtilization")
    if hdfs is not None and hdfs >= HDFS_BUSY and _looks_at_hdfs(release):
        why.append(
            _("HDFS is {share} full: from 10 % on EMR does not call a cluster idle.").format(
                share=fmt.percent(hdfs)
            )
        )
    if masters > 1:
        why.append(_("With several master nodes EMR overrides auto-termination."))
    return tuple(why)


def right_master(instance_type: str, nodes: int) -> str:
    """The type that is enough for the master node of so many nodes; empty when this one is right.

    EMR's guide: a master node computes little; up to 50 nodes the smallest size of its family is
    enough, beyond an ``xlarge``. Nothing is said of more than 100 nodes.
    """
    family, _dot, size = instance_type.partition(".")
    if size not in _SIZES or nodes > _JUDGED_NODES:
        return ""
    enough = "large" if nodes <= _SMALL_NODES and family in _LARGE else "xlarge"
    return f"{family}.{enough}" if _SIZES.index(size) > _SIZES.index(enough) else ""


def smaller_masters(snapshot: ClusterSnapshot) -> set[str]:
    """The types that would be enough for its master nodes; empty when they are right."""
    nodes = snapshot.nodes()
    found = {right_master(node.instance_type, len(nodes)) for node in snapshot.nodes(Role.MASTER)}
    return found - {""}


def _of_cluster(case: _Case) -> Iterator[IdleFinding]:
    since = idle_since(case.snapshot, case.metrics)
    idle_s = (case.now - since).total_seconds() if since is not None else 0.0
    blocked = _blocked(case, idle_s)
    if since is not None and idle_s >= IDLE_S and not _ends_soon(case, blocked):
        yield _idle(case, since, idle_s, blocked)
    elif blocked:
        yield _never_ends(case, blocked, _at_stake(case), since)
    yield from _spare_core(case)
    yield from _large_master(case)


def _idle(case: _Case, since: datetime, idle_s: float, blocked: tuple[str, ...]) -> IdleFinding:
    """One finding for all of an idle cluster's dollars, by what is worst about it."""
    cluster = case.cluster
    protected = cluster is not None and cluster.termination_protected
    forgotten = protected and idle_s >= FORGOTTEN_S
    why = [_("No step and no YARN application for {time}.").format(time=fmt.duration(idle_s))]
    if protected:
        why.append(_("It is protected against termination."))
    if cluster is not None and cluster.idle_timeout_s is None:
        why.append(_("It has no auto-termination."))
    if blocked and not forgotten:
        return _never_ends(case, (*why, *blocked), case.usd_day, since)
    title = _("{name} is idle and protected") if forgotten else _("{name} is idle")
    return IdleFinding(
        ref=case.snapshot.ref,
        kind=IdleKind.FORGOTTEN if forgotten else IdleKind.IDLE,
        title=title.format(name=_name(case)),
        why=" ".join((*why, *blocked)),
        usd_day=case.usd_day,
        action="unprotect" if forgotten else "terminate",
        since=since.timestamp(),
    )


def _never_ends(
    case: _Case, why: tuple[str, ...], usd_day: float | None, since: datetime | None
) -> IdleFinding:
    return IdleFinding(
        ref=case.snapshot.ref,
        kind=IdleKind.NEVER_ENDS,
        title=_("{name}: its auto-termination never fires").format(name=_name(case)),
        why=" ".join(why),
        usd_day=usd_day,
        action="auto-termination" if since is None else "terminate",
        since=since.timestamp() if since is not None else None,
    )


def _blocked(case: _Case, idle_s: float) -> tuple[str, ...]:
    """Why its policy cannot fire; nothing when it has none, or can."""
    cluster = case.cluster
    if cluster is None or cluster.idle_timeout_s is None:
        return ()
    masters = len(case.nodes(Role.MASTER))
    why = never_ends_because(cluster, masters, case.metrics)
    if why or idle_s < cluster.idle_timeout_s + LATE_S:
        return why
    return (
        _("It has been idle for {time}, longer than its {limit}, and runs on.").format(
            time=fmt.duration(idle_s), limit=fmt.duration(float(cluster.idle_timeout_s))
        ),
        _(
            "Notebooks and open web interfaces keep it busy; a private DNS name for API Gateway, "
            "or a security group without port 9443, keeps EMR from seeing that it is idle."
        ),
    )


def _ends_soon(case: _Case, blocked: tuple[str, ...]) -> bool:
    """Whether its auto-termination will end it."""
    cluster = case.cluster
    return cluster is not None and cluster.idle_timeout_s is not None and not blocked


def _at_stake(case: _Case) -> float | None:
    """While the cluster works, nothing is wasted yet; without a price nobody knows."""
    return None if case.usd_day is None else 0.0


def _spare_core(case: _Case) -> Iterator[IdleFinding]:
    """Core nodes that neither HDFS nor YARN needs."""
    core = case.nodes(Role.CORE)
    hdfs = case.metrics.get("HDFSUtilization")
    free = _yarn_free(case.metrics)
    scaled = case.cluster is not None and case.cluster.managed_scaling is not None
    if hdfs is None or free is None or free < YARN_FREE or scaled or not core:
        return
    needed = max(math.ceil(len(core) * hdfs / HDFS_FULL), _replicas(len(core)))
    spare = len(core) - needed
    if spare < SPARE_CORE:
        return
    yield IdleFinding(
        ref=case.snapshot.ref,
        kind=IdleKind.SPARE_CORE,
        title=_("{name}: {count} core nodes too many").format(
            name=_name(case), count=fmt.count(spare)
        ),
        why=_(
            "HDFS is {share} full and {free} of YARN's memory is free: {needed} of {count} core "
            "nodes hold it below {full}."
        ).format(
            share=fmt.percent(hdfs),
            free=fmt.percent(free),
            needed=fmt.count(needed),
            count=fmt.count(len(core)),
            full=fmt.percent(HDFS_FULL),
        ),
        usd_day=_usd_day(case, core, spare),
        action="resize",
    )


def _large_master(case: _Case) -> Iterator[IdleFinding]:
    masters = case.nodes(Role.MASTER)
    nodes = len(case.snapshot.nodes())
    if not masters:
        return
    kind = masters[0].instance_type
    enough = right_master(kind, nodes)
    if not enough:
        return
    yield IdleFinding(
        ref=case.snapshot.ref,
        kind=IdleKind.LARGE_MASTER,
        title=_("{name}: {type} is large for a master node").format(name=_name(case), type=kind),
        why=_(
            "For {count} nodes {enough} is enough, unless drivers or notebooks run on it. The type "
            "of a master node can only be chosen for a new cluster."
        ).format(count=fmt.count(nodes), enough=enough),
        usd_day=_smaller(case, masters, kind, enough),
        action="clone",
    )


def _smaller(case: _Case, masters: tuple[Instance, ...], kind: str, enough: str) -> float | None:
    """What smaller master nodes save a day, without their volumes."""
    found = []
    for each in (kind, enough):
        spot = masters[0].market is Market.SPOT
        ec2 = case.book.spot(each, masters[0].az) if spot else case.book.on_demand(each)
        fee = case.book.emr_fee(each)
        if ec2 is None or fee is None:
            return None
        found.append(ec2 + fee)
    return max(0.0, (found[0] - found[1]) * len(masters) * _DAY_H)


def _usd_day(case: _Case, nodes: tuple[Instance, ...], count: int) -> float | None:
    """What the ``count`` cheapest of ``nodes`` cost a day; ``None`` without their prices."""
    known = case.cost.by_node if case.cost is not None else {}
    rates = sorted(known[node.id] for node in nodes if node.id in known)
    return sum(rates[:count]) * _DAY_H if len(rates) >= count else None


def _yarn_free(metrics: Mapping[str, float]) -> float | None:
    """Percent of YARN's memory that is free."""
    total, free = metrics.get("MemoryTotalMB"), metrics.get("MemoryAvailableMB")
    if total and free is not None:
        return 100.0 * free / total
    return metrics.get("YARNMemoryAvailablePercentage")


def _replicas(core: int) -> int:
    """EMR's dfs.replication for so many core nodes: fewer nodes could not hold all replicas."""
    return 1 if core < 4 else 2 if core < 10 else 3


def _has_policies(release: tuple[int, ...]) -> bool:
    return release >= (6, 1) or (5, 30) <= release < (6,)


def _looks_at_hdfs(release: tuple[int, ...]) -> bool:
    return release >= (6, 4) or (5, 34) <= release < (6,)


def _name(case: _Case) -> str:
    return case.snapshot.summary.name or case.snapshot.ref.cluster_id
