"""What can be done with a node by itself: copy its names, look at it elsewhere."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """The actions of the nodes' room."""
    return (
        Action(
            "nodes.copy_dns",
            _("Copy private DNS"),
            lambda ctx, where: _copy(ctx, where.node.private_dns if where.node else ""),
            icon="copy",
            shortcut="Ctrl+C",
            menus=("node",),
            enabled=lambda where: where.node is not None and bool(where.node.private_dns),
        ),
        Action(
            "nodes.copy_instance",
            _("Copy instance id"),
            lambda ctx, where: _copy(ctx, where.node.ec2_id if where.node else ""),
            icon="copy",
            menus=("node",),
            enabled=lambda where: where.node is not None and bool(where.node.ec2_id),
        ),
        Action(
            "nodes.copy_address",
            _("Copy private address"),
            lambda ctx, where: _copy(ctx, where.node.private_ip if where.node else ""),
            icon="copy",
            menus=("node",),
            enabled=lambda where: where.node is not None and bool(where.node.private_ip),
        ),
        Action(
            "nodes.show",
            _("Show nodes"),
            _show,
            icon="nodes",
            menus=("cluster",),
            enabled=lambda where: where.cluster is not None,
            keywords=_("instances machines heatmap"),
        ),
    )


def _copy(ctx: UiContext, text: str) -> None:
    if text:
        QGuiApplication.clipboard().setText(text)
        ctx.navigate.notify(_("Copied {text}").format(text=text))


def _show(ctx: UiContext, where: ActionContext) -> None:
    if where.ref is not None:
        ctx.navigate.open_cluster(where.ref, "nodes")
