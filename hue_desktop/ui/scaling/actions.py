"""What can be done with the size of a cluster."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.instances import InstanceFleet, InstanceGroup, Market, Role
from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.scaling.interruptions import refresh_action

__all__ = ["actions"]

_RESIZABLE = (ClusterState.RUNNING, ClusterState.WAITING, ClusterState.BOOTSTRAPPING)


def actions() -> tuple[Action, ...]:
    """The actions of this room."""
    return (_resize(), _core(), _task(), _add(), refresh_action())


def _resize() -> Action:
    return Action(
        "scaling.resize",
        _("Scale this group…"),
        _open_resize,
        icon="scale",
        menus=("group",),
        enabled=lambda context: _owner(context) is not None,
        changes=True,
        keywords=_("resize grow shrink"),
    )


def _core() -> Action:
    return Action(
        "scaling.core",
        _("Resize core nodes…"),
        lambda ctx, context: _open_role(ctx, context, Role.CORE),
        icon="scale",
        menus=("cluster",),
        enabled=lambda context: _of_role(context, Role.CORE) is not None,
        changes=True,
        section=1,
        keywords=_("scale grow shrink hdfs"),
        word="core",
    )


def _task() -> Action:
    return Action(
        "scaling.task",
        _("Scale task nodes…"),
        lambda ctx, context: _open_role(ctx, context, Role.TASK),
        icon="scale",
        menus=("cluster",),
        enabled=lambda context: _of_role(context, Role.TASK) is not None,
        changes=True,
        section=1,
        keywords=_("resize grow shrink spot"),
        word="task",
    )


def _add() -> Action:
    return Action(
        "scaling.add_task",
        _("Add task nodes…"),
        _open_add,
        icon="grow",
        menus=("cluster", "group"),
        enabled=_may_add,
        changes=True,
        section=1,
        keywords=_("task group fleet spot more nodes"),
        word="add-task",
    )


def _owners(context: ActionContext) -> tuple[InstanceGroup | InstanceFleet, ...]:
    """Groups and fleets that can be resized: all but the master's, of a cluster that lives."""
    cluster = context.cluster
    if cluster is None or cluster.summary.state not in _RESIZABLE:
        return ()
    every: list[InstanceGroup | InstanceFleet] = [*(cluster.groups or ())]
    every += cluster.fleets or ()
    return tuple(one for one in every if one.role is not Role.MASTER)


def _owner(context: ActionContext) -> InstanceGroup | InstanceFleet | None:
    """The group in focus, or that of the node in focus."""
    wanted = context.group_id or (context.node.group_id if context.node is not None else "")
    return next((one for one in _owners(context) if one.id == wanted), None)


def _of_role(context: ActionContext, role: Role) -> InstanceGroup | InstanceFleet | None:
    """The group or fleet of a role; among task groups the one on Spot comes first."""
    found = [one for one in _owners(context) if one.role is role]
    return next(
        (one for one in found if isinstance(one, InstanceGroup) and one.market is Market.SPOT),
        found[0] if found else None,
    )


def _may_add(context: ActionContext) -> bool:
    """A cluster of groups takes more task groups; one of fleets has one task fleet at most."""
    cluster = context.cluster
    if cluster is None or cluster.summary.state not in _RESIZABLE:
        return False
    if cluster.fleets:
        return not any(fleet.role is Role.TASK for fleet in cluster.fleets)
    return bool(cluster.groups)


def _open(ctx: UiContext, context: ActionContext, owner: InstanceGroup | InstanceFleet) -> None:
    ref, wanted = context.ref, next(iter(context.changes), None)
    assert ref is not None  # an owner belongs to a cluster
    if isinstance(owner, InstanceFleet):
        from hue_desktop.ui.scaling.fleet_sheet import ScaleFleetSheet

        ctx.navigate.open_sheet(lambda sheet: ScaleFleetSheet(sheet, ref, owner.id, wanted=wanted))
    else:
        from hue_desktop.ui.scaling.group_sheet import ScaleGroupSheet

        ctx.navigate.open_sheet(lambda sheet: ScaleGroupSheet(sheet, ref, owner.id, wanted=wanted))


def _open_resize(ctx: UiContext, context: ActionContext) -> None:
    owner = _owner(context)
    if owner is not None:
        _open(ctx, context, owner)


def _open_role(ctx: UiContext, context: ActionContext, role: Role) -> None:
    owner = _of_role(context, role)
    if owner is not None:
        _open(ctx, context, owner)


def _open_add(ctx: UiContext, context: ActionContext) -> None:
    ref, wanted = context.ref, next(iter(context.changes), None)
    if ref is None or context.cluster is None:
        return
    if context.cluster.fleets:
        from hue_desktop.ui.scaling.fleet_sheet import ScaleFleetSheet

        ctx.navigate.open_sheet(lambda sheet: ScaleFleetSheet(sheet, ref, wanted=wanted))
    else:
        from hue_desktop.ui.scaling.group_sheet import ScaleGroupSheet

        ctx.navigate.open_sheet(lambda sheet: ScaleGroupSheet(sheet, ref, wanted=wanted))
