"""What an action would act on, built from the newest snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.instances import Instance
from hue_desktop.ui.actions import ActionContext

if TYPE_CHECKING:
    from hue_desktop.core.changes import Change
    from hue_desktop.services.fleet import FleetSnapshot

__all__ = ["focus_on"]


def focus_on(
    snapshot: FleetSnapshot | None,
    ref: ClusterRef | None = None,
    *,
    node: Instance | None = None,
    group_id: str = "",
    nodes: tuple[Instance, ...] = (),
    changes: tuple[Change, ...] = (),
) -> ActionContext:
    """The context of a cluster, of its nodes or groups, of a change to it; empty for none."""
    if snapshot is None or ref is None:
        return ActionContext(fleet=snapshot)
    status = snapshot.status(ref.connection, ref.region)
    return ActionContext(
        fleet=snapshot,
        connection=status.connection if status else None,
        region=ref.region,
        cluster=snapshot.clusters.get(ref),
        node=node,
        group_id=group_id or (node.group_id if node else ""),
        read_only=status.read_only if status else False,
        nodes=nodes or ((node,) if node else ()),
        changes=changes,
    )
