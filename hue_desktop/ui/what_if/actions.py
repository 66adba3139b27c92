"""How to get to the what-if bench."""

from __future__ import annotations

from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """How to get to the bench; trying changes nothing, so read-only mode keeps it."""
    return (
        Action(
            "what_if.open",
            _("Try changes (what if)"),
            _open,
            icon="money",
            menus=("cluster",),
            enabled=_possible,
            section=1,
            keywords=_("what if bench copy compare cost type size market budget"),
            word="whatif",
        ),
    )


def _possible(context: ActionContext) -> bool:
    cluster = context.cluster
    return cluster is not None and cluster.summary.state.active and cluster.recorded_at is None


def _open(ctx: UiContext, context: ActionContext) -> None:
    if context.ref is not None:
        ctx.navigate.open_cluster(context.ref, "cost", select="what-if")
