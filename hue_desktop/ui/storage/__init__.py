"""Storage: HDFS, S3 and this machine in two panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.storage import Location
from hue_desktop.core.text import _
from hue_desktop.ui.page import Page, PageKind, TourStop
from hue_desktop.ui.storage.actions import actions

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.ui.context import UiContext

__all__ = ["actions", "page_kinds", "place_of", "tour_stops"]


def _make(ctx: UiContext, ref: ClusterRef | None) -> Page:
    from hue_desktop.ui.storage.page import StoragePage

    return StoragePage(ctx, ref)


def page_kinds() -> tuple[PageKind, ...]:
    """The page of a cluster, and the one of the rail."""
    return (
        PageKind("stores", _("Storage"), "storage", _make),
        PageKind("storage", _("Storage"), "storage", _make, for_cluster=True),
    )


def place_of(ctx: UiContext, location: Location) -> tuple[str, str]:
    """A short text for the tab that is opened at a location, and what the page is told."""
    from hue_desktop.ui.storage.clip import pack

    top = location
    while top.path.count("/") > 2:
        top = top.parent()
    text: str = ctx.app.storage.display(top)
    return text.rstrip("/") or text, pack(location)


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.storage.stops import stops

    return stops()
