"""What the palette offers of storage."""

from __future__ import annotations

from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """Going to storage; what is done with files is the page's own, by key and menu."""
    return (
        Action(
            "storage.open",
            _("Browse files"),
            _open,
            icon="storage",
            word="files",
            keywords=_("storage hdfs s3 local buckets"),
        ),
        Action(
            "storage.browse_cluster",
            _("Browse HDFS"),
            _open_cluster,
            icon="folder",
            menus=("cluster",),
            enabled=_is_up,
            section=1,
            word="hdfs",
            keywords=_("storage files"),
        ),
    )


def _is_up(context: ActionContext) -> bool:
    return context.cluster is not None and context.cluster.summary.state.active


def _open(ctx: UiContext, _context: ActionContext) -> None:
    ctx.navigate.open_page("stores")


def _open_cluster(ctx: UiContext, context: ActionContext) -> None:
    if context.ref is not None:
        ctx.navigate.open_cluster(context.ref, "storage")
