"""What Review… does: it opens the sheet that makes the change, with the change filled in."""

from __future__ import annotations

from hue_desktop.core.advice.cloning import applied
from hue_desktop.core.advice.values import ActionKind, Advice, AdviceAction
from hue_desktop.core.changes import ClusterSpec, CreateCluster, ResizeGroup
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import Role
from hue_desktop.core.text import _
from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on

__all__ = ["can_review", "review"]

_ACTIONS = {
    ActionKind.RESIZE: "scaling.resize",
    ActionKind.ADD_TASK: "scaling.add_task",
    ActionKind.MANAGED_SCALING: "policies.managed_scaling",
    ActionKind.AUTO_TERMINATION: "policies.auto_termination",
    ActionKind.CLONE: "launch.clone",
    ActionKind.TERMINATE: "launch.terminate",
}
_SHRINK = "shrink.open"
_PAGES = {ActionKind.NODES: "nodes", ActionKind.COST: "cost"}


def can_review(ctx: UiContext, ref: ClusterRef, advice: Advice) -> bool:
    """Whether there is something to open now: not in read-only mode, not while it cannot be."""
    if advice.apply is None:
        return False
    if advice.apply.kind in _PAGES:
        return True
    return _applies(ctx, _action_id(ctx, ref, advice), _context(ctx, ref, advice.apply))


def review(ctx: UiContext, ref: ClusterRef, advice: Advice) -> bool:
    """Open what makes the change; whether there was something to open."""
    if not can_review(ctx, ref, advice) or advice.apply is None:
        return False
    action, context = advice.apply, _context(ctx, ref, advice.apply)
    if action.kind in _PAGES:
        ctx.navigate.open_cluster(ref, _PAGES[action.kind])
    elif action.kind is ActionKind.CLONE and context.cluster is not None:
        _open_clone(ctx, ref, action, context.cluster)
    else:
        ctx.actions.trigger(_action_id(ctx, ref, advice), context)
    return True


def _open_clone(
    ctx: UiContext, ref: ClusterRef, action: AdviceAction, snapshot: ClusterSnapshot
) -> None:
    def made(spec: ClusterSpec) -> None:
        changes = (CreateCluster(applied(spec, action)),)
        context = focus_on(ctx.app.fleet.snapshot(), ref, changes=changes)
        ctx.actions.trigger(_ACTIONS[ActionKind.CLONE], context)

    def not_read(error: HueError) -> None:
        text = _("The copy has what was read before, perhaps not all scripts and steps: {why}")
        ctx.navigate.notify(text.format(why=error.message), kind="warn")
        made(ctx.app.launching.clone_spec(snapshot))

    ctx.tasks.run(
        "aws",
        lambda _token: ctx.app.launching.read_clone_spec(ref),
        owner=ctx.actions,
        done=made,
        failed=not_read,
    )


def _action_id(ctx: UiContext, ref: ClusterRef, advice: Advice) -> str:
    """Core nodes that go are looked at first: their blocks have to move."""
    assert advice.apply is not None
    action = advice.apply
    if action.kind is ActionKind.RESIZE and advice.role is Role.CORE:
        cluster = ctx.app.fleet.snapshot().clusters.get(ref)
        now = {group.id: group.requested for group in (cluster.groups if cluster else None) or ()}
        wanted = next((each for each in action.changes if isinstance(each, ResizeGroup)), None)
        if wanted is not None and wanted.count < now.get(wanted.group_id, 0):
            return _SHRINK
    return _ACTIONS[action.kind]


def _context(ctx: UiContext, ref: ClusterRef, action: AdviceAction) -> ActionContext:
    return focus_on(ctx.app.fleet.snapshot(), ref, group_id=action.group_id, changes=action.changes)


def _applies(ctx: UiContext, action_id: str, context: ActionContext) -> bool:
    try:
        return ctx.actions.get(action_id).applies(context)
    except KeyError:  # a room that this window does not have
        return False
