"""Which group of a cluster more task nodes would be like. Pure."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import InstanceGroup, Market, Role

__all__ = ["model_group"]


def model_group(snapshot: ClusterSnapshot, market: Market) -> InstanceGroup | None:
    """The group that more task nodes would be like: the largest task group, else the core group.

    A task group of the same market comes first. ``None`` for a cluster without either.
    """
    groups = [each for each in snapshot.groups or () if each.role is not Role.MASTER]

    def likeness(group: InstanceGroup) -> tuple[bool, bool, int]:
        task = group.role is Role.TASK
        return (task, task and group.market is market, group.requested)

    return max(groups, key=likeness, default=None)
