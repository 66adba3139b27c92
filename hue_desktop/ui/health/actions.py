"""What the palette offers of a cluster's health."""

from __future__ import annotations

from functools import partial

from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """Going to the charts, to the rules, and writing what is shown to a file."""
    return (
        Action(
            "health.show",
            _("Show health"),
            partial(_open, select=""),
            icon="activity",
            menus=("cluster",),
            enabled=_has_cluster,
            word="health",
            keywords=_("charts metrics alerts yarn hdfs cpu memory"),
        ),
        Action(
            "health.rules",
            _("Edit the alert rules"),
            partial(_open, select="rules"),
            icon="warning",
            enabled=_has_cluster,
            keywords=_("thresholds warn critical health"),
        ),
        Action(
            "health.export",
            _("Export the health chart"),
            partial(_open, select="export"),
            icon="download",
            enabled=_has_cluster,
            keywords=_("csv png save metrics"),
        ),
    )


def _has_cluster(context: ActionContext) -> bool:
    return context.cluster is not None


def _open(ctx: UiContext, context: ActionContext, select: str) -> None:
    if context.ref is not None:
        ctx.navigate.open_cluster(context.ref, "health", select=select)
