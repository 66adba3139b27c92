"""Transfers: the sheet that plans one, the dock panel and the page that follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.text import _
from hue_desktop.ui.page import Page, PageKind, PanelKind, TourStop
from hue_desktop.ui.transfers.actions import actions

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.ui.context import UiContext

__all__ = ["actions", "page_kind", "panel_kind", "tour_stops"]


def _make(ctx: UiContext, ref: ClusterRef | None) -> Page:
    from hue_desktop.ui.transfers.page import TransfersPage

    return TransfersPage(ctx, ref)


def page_kind() -> PageKind:
    """What the shell shows in a tab."""
    return PageKind("transfers", _("Transfers"), "transfers", _make)


def panel_kind() -> PanelKind:
    """What the dock shows."""

    def make(ctx: UiContext) -> QWidget:
        from hue_desktop.ui.transfers.panel import TransfersPanel

        return TransfersPanel(ctx)

    return PanelKind("transfers", _("Transfers"), make)


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.transfers.stops import stops

    return stops()
