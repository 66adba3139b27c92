"""What the tour shows of storage."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.core.text import _
from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.storage.page import StoragePage
from hue_desktop.ui.storage.pane import Pane
from hue_desktop.ui.tour_pages import largest_cluster, on_page, page_shown

__all__ = ["stops"]

_ORDERS = "/user/hive/warehouse/sales.db/orders/"
_CUSTOMERS = "/user/hive/warehouse/sales.db/customers/"
_LAKE = "/demo-lake/curated/orders/"
_ORC = "000000_0"


def stops() -> tuple[TourStop, ...]:
    """Both panes, the parts of the inspector, and the menu of a folder."""
    close = on_page(StoragePage, lambda page: page.close_inspector())
    shows = (
        ("storage", _("Storage"), _Look(_ORDERS)),
        ("storage-preview", _("Preview of a file"), _Look(_CUSTOMERS, _ORC, "preview")),
        ("storage-properties", _("Properties of a file"),
         _Look(_CUSTOMERS, _ORC, "properties")),
        ("storage-permissions", _("Permissions"), _Look(_CUSTOMERS, _ORC, "permissions")),
        ("storage-blocks", _("Blocks and copies"),
         _Look("/user/hadoop/exports/", "customers_full.csv", "blocks")),
        ("storage-space", _("What takes up the space"), _Look("/user/hive/", "warehouse", "usage")),
    )  # fmt: skip
    menu = _Look(_ORDERS)
    return (
        *(TourStop(key, title, look.open, look.ready, close) for key, title, look in shows),
        TourStop(
            "storage-menu", _("What can be done with files"), menu.open, menu.menu, _close_menu
        ),
    )


class _Look:
    """Brings the left pane to a folder of the cluster's HDFS and the right one to a bucket; then
    points at a name (the first one) and looks at it with a part of the inspector."""

    def __init__(self, path: str, name: str = "", key: str = "") -> None:
        self._path = path
        self._name = name
        self._key = key
        self._pointed = False

    def open(self, ctx: UiContext, window: QWidget) -> None:
        """Go there."""
        self._pointed = False
        ref = largest_cluster(ctx)
        if ref is None:
            return
        ctx.navigate.open_cluster(ref, "storage")
        page = page_shown(window, StoragePage)
        if page is None:
            return
        for place in page.source.places():
            store = place.location.store
            if store.kind is StoreKind.HDFS and store.cluster_id == ref.cluster_id:
                _go(page.left, Location(store, self._path))
            elif store.kind is StoreKind.S3 and store.connection == ref.connection:
                _go(page.right, Location(store, _LAKE))

    def ready(self, _ctx: UiContext, window: QWidget) -> bool:
        """Whether all is read; points and looks as soon as the names are there."""
        page = page_shown(window, StoragePage)
        if page is None or not all(_is_read(pane) for pane in (page.left, page.right)):
            return False
        if not self._pointed:
            self._point(page)
            self._pointed = True
            return False
        if self._key:
            panel = page.inspector.panel(self._key)
            return panel.states.state != "loading" and not panel.busy
        return _is_counted(page.left) and _is_counted(page.right)

    def menu(self, ctx: UiContext, window: QWidget) -> bool:
        """As ``ready``; then the menu of what is pointed at is shown."""
        if not self.ready(ctx, window):
            return False
        page = page_shown(window, StoragePage)
        if page is not None and not any(m.isVisible() for m in page.findChildren(QMenu)):
            table = page.left.table
            box = table.visualRect(page.left.model.index(3, 0))
            page.pop_up(page.left, table.viewport().mapToGlobal(box.center()))
        return True

    def _point(self, page: StoragePage) -> None:
        pane = page.left
        listing = pane.listing
        at = listing.find(self._name) if listing is not None and self._name else 0
        if not pane.model.rowCount():
            return
        pane.table.go_to_row(max(at, 0))
        pane.table.setFocus()
        if self._key:
            page.inspect(pane, self._key)


def _go(pane: Pane, location: Location) -> None:
    if pane.location != location:
        pane.go(location)


def _is_read(pane: Pane) -> bool:
    listing = pane.listing
    return (
        listing is not None
        and listing.state is not ListingState.LOADING
        and pane.model.view is listing.view
    )


def _is_counted(pane: Pane) -> bool:
    """Whether it is known what is below the first folders."""
    rows = [pane.model.row_at(line) for line in range(min(pane.model.rowCount(), 12))]
    folders = [row for row in rows if row is not None and row.entry.is_folder]
    return all(row.facts is not None for row in folders) and bool(pane.facts.text())


def _close_menu(_ctx: UiContext, window: QWidget) -> None:
    for menu in window.findChildren(QMenu):
        menu.close()
