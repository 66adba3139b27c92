"""What can be done with the policies of a cluster, and asking why it scaled."""

from __future__ import annotations

from hue_desktop.core.changes import SetAutoTermination, SetManagedScaling
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]

_ENDING = (
    ClusterState.TERMINATING,
    ClusterState.TERMINATED,
    ClusterState.TERMINATED_WITH_ERRORS,
)


def actions() -> tuple[Action, ...]:
    """The actions of this room."""
    return (
        Action(
            "policies.managed_scaling",
            _("Managed scaling…"),
            _open_managed_scaling,
            icon="scale",
            menus=("cluster", "group"),
            enabled=_is_alive,
            changes=True,
            section=1,
            keywords=_("autoscaling automatic limits minimum maximum task only"),
            word="managed-scaling",
        ),
        Action(
            "policies.auto_termination",
            _("Auto-termination…"),
            _open_auto_termination,
            icon="clock",
            menus=("cluster",),
            enabled=_is_alive,
            changes=True,
            section=2,
            keywords=_("idle timeout"),
            word="auto-termination",
        ),
        Action(
            "policies.story",
            _("Why did it scale?"),
            _open_story,
            icon="activity",
            menus=("cluster", "group"),
            enabled=lambda context: context.cluster is not None,
            section=1,
            keywords=_("scaling story spot interruption resize reason"),
            word="why",
        ),
    )


def _is_alive(context: ActionContext) -> bool:
    return context.cluster is not None and context.cluster.summary.state not in _ENDING


def _open_managed_scaling(ctx: UiContext, context: ActionContext) -> None:
    from hue_desktop.ui.policies.managed_scaling_sheet import ManagedScalingSheet

    ref = context.ref
    if ref is None:
        return
    wished = next((one for one in context.changes if isinstance(one, SetManagedScaling)), None)
    ctx.navigate.open_sheet(lambda sheet_ctx: ManagedScalingSheet(sheet_ctx, ref, wished))


def _open_auto_termination(ctx: UiContext, context: ActionContext) -> None:
    from hue_desktop.ui.policies.auto_termination_sheet import AutoTerminationSheet

    ref = context.ref
    if ref is None:
        return
    wished = next((one for one in context.changes if isinstance(one, SetAutoTermination)), None)
    ctx.navigate.open_sheet(lambda sheet_ctx: AutoTerminationSheet(sheet_ctx, ref, wished))


def _open_story(ctx: UiContext, context: ActionContext) -> None:
    from hue_desktop.ui.policies.story_sheet import StorySheet

    ref = context.ref
    if ref is not None:
        ctx.navigate.open_sheet(lambda sheet_ctx: StorySheet(sheet_ctx, ref))
