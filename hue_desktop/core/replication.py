"""HDFS's replication factor as EMR sets it, and how few core nodes that allows.

EMR sets ``dfs.replication`` from the number of core nodes at provisioning (1 below 4, 2 from 4, 3
from 10) and never moves it; a configuration may set another. Core nodes cannot go below it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import Role

__all__ = ["Replication", "replication_of"]

_FIRST_NODES = timedelta(minutes=30)  #: core nodes created this soon belong to the provisioning


@dataclass(frozen=True, slots=True)
class Replication:
    """The factor; ``sure`` when it was configured or told by the first nodes, not only guessed."""

    factor: int
    sure: bool


def replication_of(snapshot: ClusterSnapshot) -> Replication:
    """The factor that new files of the cluster get."""
    if snapshot.cluster is not None:
        configured = _configured(snapshot.cluster.configurations_json)
        if configured is not None:
            return Replication(configured, True)
    first = _first_core_nodes(snapshot)
    if first:
        return Replication(_by_count(first), True)
    now = sum(group.requested for group in snapshot.groups or () if group.role is Role.CORE)
    return Replication(_by_count(now or snapshot.count(Role.CORE)), False)


def _by_count(core_nodes: int) -> int:
    if core_nodes < 4:
        return 1
    return 2 if core_nodes < 10 else 3


def _configured(configurations_json: str) -> int | None:
    try:
        classifications = json.loads(configurations_json or "[]")
        for each in classifications:
            if each.get("Classification") == "hdfs-site":
                value = (each.get("Properties") or {}).get("dfs.replication")
                if value is not None:
                    return int(value)
    except (ValueError, TypeError, AttributeError):
        return None
    return None


def _first_core_nodes(snapshot: ClusterSnapshot) -> int:
    """Core nodes, ended ones included, that came with the cluster; 0 when that is not known."""
    created = snapshot.summary.created
    if created is None:
        return 0
    return sum(
        node.role is Role.CORE
        and node.created is not None
        and node.created - created < _FIRST_NODES
        for node in snapshot.instances or ()
    )
