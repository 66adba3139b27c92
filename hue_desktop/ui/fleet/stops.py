"""What the tour shows of the fleet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.fleet.page import FleetPage
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import on_page, page_ready, page_shown

__all__ = ["stops"]


def stops() -> tuple[TourStop, ...]:
    """Table, cards, a filter in use."""
    ready = page_ready(FleetPage, lambda page: page.states.state == "shown")
    return (
        TourStop("fleet", _("Fleet"), _open(lambda _page: None), ready),
        TourStop(
            "fleet-cards",
            _("Fleet as cards"),
            _open(lambda page: page.filter_bar.view.choose("cards")),
            ready,
            on_page(FleetPage, lambda page: page.filter_bar.view.choose("table")),
        ),
        TourStop(
            "fleet-filter",
            _("Fleet, filtered"),
            _open(lambda page: page.select("@prod spot>20%")),
            ready,
            on_page(FleetPage, lambda page: page.select("")),
        ),
    )


def _open(act: Callable[[FleetPage], object]) -> Callable[[UiContext, QWidget], None]:
    def prepare(ctx: UiContext, window: QWidget) -> None:
        ctx.navigate.open_page("fleet")
        page = page_shown(window, FleetPage)
        if page is not None:
            act(page)

    return prepare
