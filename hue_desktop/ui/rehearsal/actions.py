"""Rehearsing: a change that another screen considers, or the loss of Spot nodes."""

from __future__ import annotations

from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """The actions of this room; a rehearsal changes nothing, so read-only mode keeps it."""
    return (
        Action(
            "rehearsal.open",
            _("Rehearse…"),
            _open,
            icon="play",
            menus=("cluster", "fleet"),
            enabled=_possible,
            section=1,
            keywords=_("simulate drill spot loss interruption copy try what if"),
            word="rehearse",
        ),
    )


def _possible(context: ActionContext) -> bool:
    cluster = context.cluster
    return cluster is not None and cluster.summary.state.active and cluster.recorded_at is None


def _open(ctx: UiContext, context: ActionContext) -> None:
    from hue_desktop.ui.rehearsal.sheet import RehearsalSheet

    ref, changes = context.ref, context.changes
    if ref is not None:
        ctx.navigate.open_sheet(lambda sheet_ctx: RehearsalSheet(sheet_ctx, ref, changes))
