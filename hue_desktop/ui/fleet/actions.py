"""What can be done with a cluster that EMR has forgotten."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """The actions of this room."""
    return (
        Action(
            "fleet.forget",
            _("Forget what was recorded…"),
            _forget,
            icon="trash",
            menus=("cluster",),
            enabled=lambda where: (
                where.cluster is not None and where.cluster.recorded_at is not None
            ),
            danger=True,
            section=3,
            keywords=_("remove drop history"),
            word="forget",
        ),
    )


def _forget(ctx: UiContext, context: ActionContext) -> None:
    cluster = context.cluster
    if cluster is None:
        return
    name = cluster.summary.name or cluster.ref.cluster_id
    wanted = ctx.ask.confirm(
        _("Forget {name}?").format(name=name),
        _(
            "What this computer kept of {name} is deleted: its nodes, steps, metrics and alerts. "
            "Two months after its end EMR does not know a cluster any more; "
            "then this cannot be read again."
        ).format(name=name),
        action=_("Forget"),
        danger=True,
    )
    if wanted:
        _carry_out(ctx, cluster, name)


def _carry_out(ctx: UiContext, cluster: ClusterSnapshot, name: str) -> None:
    app = ctx.app
    ctx.tasks.run(
        "local",
        lambda _token: app.recorder.forget(cluster.ref),
        owner=ctx.actions,
        done=lambda _nothing: ctx.navigate.notify(_("{name} is forgotten.").format(name=name)),
        failed=lambda error: ctx.navigate.notify(str(error), kind="critical"),
    )
