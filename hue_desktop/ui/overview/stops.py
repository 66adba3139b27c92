"""What the tour shows of a cluster's overview."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.overview.page import OverviewPage
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster, on_page, page_ready, page_shown

__all__ = ["stops"]

_MEASURED_S = 30.0  #: the way to the nodes is made first, and CPU needs two readings


def stops() -> tuple[TourStop, ...]:
    """As it opens, and with another colour, another range and the crosshair."""
    return (
        TourStop(
            "overview", _("Overview"), _open, page_ready(OverviewPage, _drawn), wait_s=_MEASURED_S
        ),
        TourStop(
            "overview-crosshair",
            _("Overview by age, 24 hours, with the crosshair"),
            _open_crosshair,
            page_ready(OverviewPage, _drawn_with_cursor),
            on_page(OverviewPage, _reset),
        ),
    )


def _open(ctx: UiContext, _window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is not None:
        ctx.navigate.open_cluster(ref, "overview")


def _drawn(page: OverviewPage) -> bool:
    return page.states.state == "shown" and page.chart.states.state == "shown" and page.live


def _open_crosshair(ctx: UiContext, window: QWidget) -> None:
    _open(ctx, window)
    page = page_shown(window, OverviewPage)
    if page is not None:
        page.choice.set_key("age")
        page.chart.ranges.choose("24h")


def _drawn_with_cursor(page: OverviewPage) -> bool:
    chart = page.chart.chart
    if not _drawn(page) or chart is None:
        return False
    frame = chart.frame
    chart.set_cursor(frame.end - (frame.end - frame.start) / 3)
    return True


def _reset(page: OverviewPage) -> None:
    if page.chart.chart is not None:
        page.chart.chart.set_cursor(None)
    page.choice.set_key("state")
    page.chart.ranges.choose("6h")
