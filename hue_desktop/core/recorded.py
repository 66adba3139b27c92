"""What is kept of a cluster, and what may be said of it once EMR no longer tells.

The end of a node may pass unseen: the list that is read of a cluster in the background holds active
nodes only. Such a node is known to have lived until it was seen last, and no longer is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from hue_desktop.core.clusters import ClusterSnapshot, ClusterState
from hue_desktop.core.instances import Instance, InstanceState
from hue_desktop.core.steps import Step, StepState
from hue_desktop.core.text import _

__all__ = ["as_recorded", "closed", "kept_snapshot", "last_nodes", "last_seen"]

_TOGETHER = timedelta(minutes=15)  #: the nodes of a cluster that ends go one after the other


def last_seen(snapshot: ClusterSnapshot) -> datetime | None:
    """The region's time when the cluster was seen last, or when it ended."""
    if not snapshot.summary.state.active and snapshot.summary.ended is not None:
        return snapshot.summary.ended
    return snapshot.region_time or max(snapshot.read_at.values(), default=None)


def closed(nodes: Iterable[Instance], at: datetime | None) -> tuple[Instance, ...]:
    """The nodes, ended at ``at`` where nobody saw their end."""
    return tuple(_closed(node, at) for node in nodes)


def _closed(node: Instance, at: datetime | None) -> Instance:
    if node.ended is not None and not node.active:
        return node
    ended = node.ended or at
    if ended is not None and node.created is not None:
        ended = max(ended, node.created)
    return replace(node, state=InstanceState.TERMINATED, ended=ended)


def kept_snapshot(newer: ClusterSnapshot, older: ClusterSnapshot | None) -> ClusterSnapshot:
    """The newest of each part; a part that was not read anew stays what it was.

    Nodes of earlier readings that are not listed any more stay, closed when they were seen last.
    Errors are not kept.
    """
    if older is None:
        return replace(newer, errors={}, recorded_at=None)
    return replace(
        newer,
        cluster=newer.cluster or older.cluster,
        groups=older.groups if newer.groups is None else newer.groups,
        fleets=older.fleets if newer.fleets is None else newer.fleets,
        instances=_kept_nodes(newer, older),
        steps=older.steps if newer.steps is None else newer.steps,
        read_at={**older.read_at, **newer.read_at},
        region_time=newer.region_time or older.region_time,
        errors={},
        recorded_at=None,
    )


def _kept_nodes(newer: ClusterSnapshot, older: ClusterSnapshot) -> tuple[Instance, ...] | None:
    if newer.instances is None or not older.instances:
        return older.instances if newer.instances is None else newer.instances
    listed = {node.id: node for node in newer.instances}
    at = last_seen(older)
    known = {node.id for node in older.instances}
    return (
        *(listed.get(node.id) or _closed(node, at) for node in older.instances),
        *(node for node in newer.instances if node.id not in known),
    )


def as_recorded(snapshot: ClusterSnapshot, saved_at: datetime) -> ClusterSnapshot:
    """The cluster as one that EMR does not list any more.

    It is over, whatever it was when it was seen last: ``recorded_at`` tells when that was, on the
    region's clock, or ``saved_at`` where that is not known. It counts as its end when nobody saw
    the end; the reason says so.
    """
    at = last_seen(snapshot) or saved_at
    summary = snapshot.summary
    if summary.state.active or summary.ended is None:
        state = ClusterState.TERMINATED if summary.state.active else summary.state
        reason = _("seen last then; nobody saw its end")
        summary = replace(summary, state=state, ended=at, reason_code="", reason=reason)
    cluster = replace(snapshot.cluster, summary=summary) if snapshot.cluster else None
    return replace(
        snapshot,
        summary=summary,
        cluster=cluster,
        instances=None if snapshot.instances is None else closed(snapshot.instances, at),
        steps=None if snapshot.steps is None else tuple(_over(s, at) for s in snapshot.steps),
        errors={},
        recorded_at=at,
    )


def _over(step: Step, at: datetime) -> Step:
    """A step that was not over when it was seen last: nobody knows how it went."""
    if not step.state.active:
        return step
    ended = at if step.started is not None else None
    return replace(step, state=StepState.UNKNOWN, ended=ended, reason=_("nobody saw its end"))


def last_nodes(snapshot: ClusterSnapshot) -> tuple[Instance, ...]:
    """The active nodes; of a cluster that was recorded, those that it had until its end."""
    nodes = snapshot.instances or ()
    if snapshot.recorded_at is None:
        return tuple([node for node in nodes if node.active])
    end = (snapshot.summary.ended or snapshot.recorded_at) - _TOGETHER
    return tuple([node for node in nodes if node.ended is not None and node.ended >= end])
