"""How to get to costs."""

from __future__ import annotations

from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """The actions of this room."""
    return (
        Action(
            "cost.show",
            _("Show costs"),
            _show,
            icon="money",
            menus=("cluster",),
            enabled=lambda where: where.cluster is not None,
            keywords=_("bill dollars price money split spot saved"),
            word="cost",
        ),
        Action(
            "cost.idle",
            _("Find what is paid in vain"),
            lambda ctx, _where: ctx.navigate.open_page("costs"),
            icon="money",
            keywords=_("idle finder waste forgotten unused save"),
            word="idle",
        ),
    )


def _show(ctx: UiContext, where: ActionContext) -> None:
    if where.ref is not None:
        ctx.navigate.open_cluster(where.ref, "cost")
