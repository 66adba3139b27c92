"""The Fleet page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.text import _
from hue_desktop.ui.fleet.actions import actions
from hue_desktop.ui.page import Page, PageKind, TourStop

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.ui.context import UiContext

__all__ = ["actions", "page_kind", "tour_stops"]


def _make(ctx: UiContext, ref: ClusterRef | None) -> Page:
    from hue_desktop.ui.fleet.page import FleetPage

    return FleetPage(ctx, ref)


def page_kind() -> PageKind:
    """What the shell shows in a tab."""
    return PageKind("fleet", _("Fleet"), "fleet", _make)


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.fleet.stops import stops

    return stops()
