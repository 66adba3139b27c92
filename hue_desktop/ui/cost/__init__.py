"""Cost: of one cluster, and of all of them with the idle finder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.text import _
from hue_desktop.ui.cost.actions import actions
from hue_desktop.ui.page import Page, PageKind, TourStop

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.ui.context import UiContext

__all__ = ["actions", "page_kinds", "tour_stops"]


def _make(ctx: UiContext, ref: ClusterRef | None) -> Page:
    from hue_desktop.ui.cost.page import CostPage

    return CostPage(ctx, ref)


def _make_all(ctx: UiContext, ref: ClusterRef | None) -> Page:
    from hue_desktop.ui.cost.fleet_page import AllCostsPage

    return AllCostsPage(ctx, ref)


def page_kinds() -> tuple[PageKind, ...]:
    """The page of the rail, and that of a cluster."""
    return (
        PageKind("costs", _("Cost"), "money", _make_all),
        PageKind("cost", _("Cost"), "money", _make, for_cluster=True),
    )


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.cost.stops import stops

    return stops()
