"""Cost: of one cluster, and of all of them with the idle finder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.text import _
from hue_desktop.ui.page import Page, PageKind, TourStop

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.ui.context import UiContext

__all__ = ["page_kinds", "tour_stops"]


def _make(ctx: UiContext, ref: ClusterRef | None) -> Page:
    from hue_desktop.ui.cost.page import CostPage

    return CostPage(ctx, ref)


def page_kinds() -> tuple[PageKind, ...]:
    """The page of a cluster."""
    return (PageKind("cost", _("Cost"), "money", _make, for_cluster=True),)


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.cost.stops import stops

    return stops()
