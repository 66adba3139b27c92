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
            "cost.explorer",
            _("Ask Cost Explorer…"),
            lambda ctx, where: _show(ctx, where, "explorer"),
            icon="money",
            enabled=lambda where: where.cluster is not None,
            keywords=_("bill aws invoice difference"),
        ),
        Action(
            "cost.users",
            _("Show costs by user"),
            lambda ctx, where: _show(ctx, where, "user"),
            icon="money",
            enabled=lambda where: where.cluster is not None,
            keywords=_("who share chargeback yarn"),
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


def _show(ctx: UiContext, where: ActionContext, select: str = "") -> None:
    if where.ref is not None:
        ctx.navigate.open_cluster(where.ref, "cost", select=select)
