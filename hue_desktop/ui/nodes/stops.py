"""What the tour shows of a cluster's nodes."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.nodes.page import NodesPage
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster, on_page, page_ready, page_shown

__all__ = ["stops"]

_MEASURED_S = 30.0  #: the way to the nodes is made first, and CPU needs two readings


def stops() -> tuple[TourStop, ...]:
    """Table, heatmap, and the menu of a node."""
    ready = page_ready(NodesPage, lambda page: page.states.state == "shown" and page.live)
    return (
        TourStop("nodes", _("Nodes"), _open, ready, wait_s=_MEASURED_S),
        TourStop(
            "nodes-heatmap",
            _("Nodes as a heatmap"),
            _open_map,
            ready,
            on_page(NodesPage, lambda page: page.toolbar.view.choose("table")),
        ),
        TourStop("nodes-menu", _("What can be done with a node"), _open_menu, ready, _close_menu),
    )


def _open(ctx: UiContext, _window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is not None:
        ctx.navigate.open_cluster(ref, "nodes")


def _open_map(ctx: UiContext, window: QWidget) -> None:
    _open(ctx, window)
    page = page_shown(window, NodesPage)
    if page is not None:
        page.heatmap.choice.set_key("cost")
        page.toolbar.view.choose("map")


def _open_menu(ctx: UiContext, window: QWidget) -> None:
    _open(ctx, window)
    page = page_shown(window, NodesPage)
    if page is not None:
        page.show_menu_of_row(6)


def _close_menu(_ctx: UiContext, window: QWidget) -> None:
    for menu in window.findChildren(QMenu):
        menu.close()
