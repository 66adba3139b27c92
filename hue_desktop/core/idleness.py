"""Since when a cluster has been paid for without working.

EMR calls a cluster WAITING when it has no step. It may still run YARN applications that came from
elsewhere (a notebook, Livy), which CloudWatch tells; such a cluster waits but is not idle.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hue_desktop.core.clusters import ClusterSnapshot, ClusterState

__all__ = ["idle_since"]


def idle_since(snapshot: ClusterSnapshot, metrics: Mapping[str, float]) -> datetime | None:
    """When the last step ended (or the cluster became ready), in UTC of the region's clock.

    ``None`` for a cluster that works, is not ready, or whose steps have not been read yet.
    ``metrics`` are the newest CloudWatch values of the cluster by AWS's names.
    """
    if snapshot.summary.state is not ClusterState.WAITING or snapshot.steps is None:
        return None
    if metrics.get("AppsRunning", 0) > 0 or metrics.get("ContainerAllocated", 0) > 0:
        return None
    if any(step.state.active for step in snapshot.steps):
        return None
    summary = snapshot.summary
    moments = [step.ended for step in snapshot.steps] + [summary.ready, summary.created]
    return max((moment for moment in moments if moment is not None), default=None)
