"""Shrinking core: asked for a cluster, its core group, or nodes that were selected."""

from __future__ import annotations

from hue_desktop.core.changes import ResizeGroup
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.instances import InstanceFleet, InstanceGroup, Role
from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]

_RESIZABLE = (ClusterState.RUNNING, ClusterState.WAITING)


def actions() -> tuple[Action, ...]:
    """The actions of this room."""
    return (
        Action(
            "shrink.open",
            _("Shrink core safely…"),
            _open,
            icon="scale",
            menus=("cluster", "node", "group"),
            enabled=lambda context: _core(context) is not None,
            changes=True,
            section=1,
            keywords=_("pre-flight preflight hdfs replication decommission remove core nodes"),
            word="shrink",
        ),
    )


def _core(context: ActionContext) -> InstanceGroup | InstanceFleet | None:
    """The core group or fleet in focus, of a cluster that can be resized and has nodes to spare."""
    cluster = context.cluster
    if cluster is None or cluster.summary.state not in _RESIZABLE:
        return None
    owners: tuple[InstanceGroup | InstanceFleet, ...] = (
        *(cluster.groups or ()),
        *(cluster.fleets or ()),
    )
    owner = next((one for one in owners if one.role is Role.CORE), None)
    wanted = context.group_id or (context.node.group_id if context.node is not None else "")
    if owner is None or (wanted and wanted != owner.id):
        return None
    nodes = sum(one.group_id == owner.id and one.active for one in cluster.nodes())
    return owner if nodes > 1 else None


def _open(ctx: UiContext, context: ActionContext) -> None:
    from hue_desktop.ui.shrink.sheet import ShrinkSheet

    owner, ref = _core(context), context.ref
    if owner is None or ref is None:
        return
    wanted = next((one for one in context.changes if isinstance(one, ResizeGroup)), None)
    leaving = wanted.leaving if wanted is not None else _selected(context, owner.id)
    target = wanted.count if wanted is not None else None
    ctx.navigate.open_sheet(
        lambda sheet_ctx: ShrinkSheet(sheet_ctx, ref, owner.id, target=target, leaving=leaving)
    )


def _selected(context: ActionContext, group_id: str) -> tuple[str, ...]:
    """EC2 ids of the selected nodes of the group; one always stays."""
    nodes = context.nodes or ((context.node,) if context.node is not None else ())
    found = tuple(one.ec2_id for one in nodes if one.group_id == group_id and one.ec2_id)
    cluster = context.cluster
    every = (
        sum(one.group_id == group_id and one.active for one in cluster.nodes()) if cluster else 0
    )
    return found[: max(0, every - 1)]
