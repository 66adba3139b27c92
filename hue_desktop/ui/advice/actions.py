"""How to get to advice."""

from __future__ import annotations

from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """The actions of this room."""
    return (
        Action(
            "advice.show",
            _("Show advice"),
            _show,
            icon="info",
            menus=("cluster",),
            enabled=_is_active,
            keywords=_("recommendation instance type save graviton spot generation advise"),
            word="advice",
        ),
    )


def _is_active(where: ActionContext) -> bool:
    return where.cluster is not None and where.cluster.summary.state.active


def _show(ctx: UiContext, where: ActionContext) -> None:
    from hue_desktop.ui.advice.sheet import AdviceSheet

    ref = where.ref
    if ref is not None:
        ctx.navigate.open_sheet(lambda sheet_ctx: AdviceSheet(sheet_ctx, ref))
