"""Nodes by role and market with subtotals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import Instance, Market, Role
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.recorded import last_nodes
from hue_desktop.core.text import _
from hue_desktop.services.cost.values import ClusterCost

__all__ = ["NodeGroup", "node_groups"]

_ROLES = tuple(Role)
_MARKETS = tuple(Market)
_KIND = attrgetter("role", "market")


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """The nodes of one role and market that are there, or were until the cluster's end.

    ``key`` is stable (``TASK:SPOT``), ``note`` says in words what matters about the role.
    """

    key: str
    role: Role
    market: Market
    title: str
    note: str
    nodes: tuple[Instance, ...]
    rate: CostRate


def node_groups(snapshot: ClusterSnapshot, cost: ClusterCost | None) -> tuple[NodeGroup, ...]:
    """Master, core, task; on-demand before Spot; a role without nodes has no group."""
    by_key: dict[tuple[Role, Market], list[Instance]] = defaultdict(list)
    shown = [node for node in last_nodes(snapshot) if node.role is not None]
    # Neighbours are mostly alike; hashing an enum for each of a thousand nodes would be seen.
    for kind, nodes in groupby(shown, key=_KIND):
        by_key[kind].extend(nodes)
    rates: Mapping[tuple[Role, Market], CostRate] = cost.by_role if cost else {}
    return tuple(
        NodeGroup(
            key=f"{role.value}:{market.value}",
            role=role,
            market=market,
            title=_title(role, market),
            note=_note(role, market),
            nodes=tuple(by_key[role, market]),
            rate=rates.get((role, market), CostRate()),
        )
        for role in _ROLES
        for market in _MARKETS
        if (role, market) in by_key
    )


def _title(role: Role, market: Market) -> str:
    roles = {Role.MASTER: _("Master"), Role.CORE: _("Core"), Role.TASK: _("Task")}
    if role is Role.TASK:
        return _("Task · Spot") if market is Market.SPOT else _("Task · on-demand")
    return (
        roles[role] if market is Market.ON_DEMAND else _("{role} · Spot").format(role=roles[role])
    )


def _note(role: Role, market: Market) -> str:
    if role is Role.MASTER:
        return _("runs YARN’s and HDFS’ masters; the cluster ends when it ends")
    if role is Role.CORE:
        return (
            _("hold HDFS blocks; a Spot interruption loses the blocks of the node")
            if market is Market.SPOT
            else _("hold HDFS blocks")
        )
    return _("hold no HDFS blocks; can be lost without losing data")
