"""The Health page of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.text import _
from hue_desktop.ui.health.actions import actions
from hue_desktop.ui.page import Page, PageKind, TourStop

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.ui.context import UiContext

__all__ = ["actions", "page_kind", "tour_stops"]


def _make(ctx: UiContext, ref: ClusterRef | None) -> Page:
    from hue_desktop.ui.health.page import HealthPage

    return HealthPage(ctx, ref)


def page_kind() -> PageKind:
    """What the shell shows in a tab of a cluster."""
    return PageKind("health", _("Health"), "activity", _make, for_cluster=True)


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.health.stops import stops

    return stops()
