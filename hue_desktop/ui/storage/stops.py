"""What the tour shows of storage."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from hue_desktop.core.storage import StoreKind
from hue_desktop.core.text import _
from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.storage.page import StoragePage
from hue_desktop.ui.storage.pane import Pane
from hue_desktop.ui.tour_pages import largest_cluster, on_page, page_ready, page_shown

__all__ = ["stops"]

_Step = Callable[[UiContext, QWidget], None]


def stops() -> tuple[TourStop, ...]:
    """Both panes, the inspector's parts, and the menu of a file."""
    settled = page_ready(StoragePage, _settled)
    looked = page_ready(StoragePage, lambda page: _settled(page) and _looked(page))
    close = on_page(StoragePage, lambda page: page.close_inspector())
    return (
        TourStop("storage", _("Storage"), _open, settled),
        TourStop("storage-preview", _("Preview of a file"), _look("preview"), looked, close),
        TourStop(
            "storage-properties", _("Properties of a file"), _look("properties"), looked, close
        ),
        TourStop("storage-blocks", _("Blocks and copies"), _look("blocks"), looked, close),
        TourStop("storage-space", _("What takes up the space"), _look("usage"), looked, close),
        TourStop("storage-menu", _("What can be done with a file"), _menu, settled, _close_menu),
    )


def _open(ctx: UiContext, _window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is not None:
        ctx.navigate.open_cluster(ref, "storage")


def _settled(page: StoragePage) -> bool:
    return all(_is_read(pane) for pane in (page.left, page.right) if not pane.isHidden())


def _is_read(pane: Pane) -> bool:
    return pane.listing is not None and pane.listing.state is not ListingState.LOADING


def _looked(page: StoragePage) -> bool:
    panel = page.inspector.stack.currentWidget()
    states = getattr(panel, "states", None)
    return states is not None and states.state != "loading"


def _look(key: str) -> _Step:
    """Look at the first file (or for the space the first folder) of the left pane."""

    def step(ctx: UiContext, window: QWidget) -> None:
        _open(ctx, window)
        page = page_shown(window, StoragePage)
        if page is None:
            return
        pane = page.left
        wants_folder = key == "usage"
        for line in range(min(pane.model.rowCount(), 200)):
            row = pane.model.row_at(line)
            if row is not None and row.entry.name and row.entry.is_folder == wants_folder:
                pane.table.go_to_row(line)
                page.inspect(pane, key)
                return
        location = pane.location
        if location is not None and location.store.kind is not StoreKind.LOCAL:
            pane.table.go_to_row(0)
            page.inspect(pane, key)

    return step


def _menu(ctx: UiContext, window: QWidget) -> None:
    _open(ctx, window)
    page = page_shown(window, StoragePage)
    if page is not None:
        pane = page.left
        pane.table.go_to_row(0)
        box = pane.table.visualRect(pane.model.index(0, 0))
        page.pop_up(pane, pane.table.viewport().mapToGlobal(box.center()))


def _close_menu(_ctx: UiContext, window: QWidget) -> None:
    for menu in window.findChildren(QMenu):
        menu.close()
