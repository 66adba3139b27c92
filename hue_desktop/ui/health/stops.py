"""What the tour shows of a cluster's health."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.health.page import HealthPage
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster, on_page, page_ready, page_shown

__all__ = ["stops"]


def stops() -> tuple[TourStop, ...]:
    """Six hours with the crosshair, a quarter of an hour live, and the rules."""
    return (
        TourStop(
            "health",
            _("Health"),
            _open_crosshair,
            page_ready(HealthPage, _drawn_with_cursor),
            on_page(HealthPage, _reset),
        ),
        TourStop("health-rules", _("Alert rules"), _open_rules, _rules_shown, _close_rules),
    )


def _open(ctx: UiContext, _window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is not None:
        ctx.navigate.open_cluster(ref, "health")


def _drawn(page: HealthPage) -> bool:
    chart = page.chart.chart
    return page.chart.states.state == "shown" and chart is not None and not chart.busy


def _open_crosshair(ctx: UiContext, window: QWidget) -> None:
    _open(ctx, window)
    page = page_shown(window, HealthPage)
    if page is not None:
        page.chart.ranges.choose("6h")


def _drawn_with_cursor(page: HealthPage) -> bool:
    chart = page.chart.chart
    if not _drawn(page) or chart is None:
        return False
    chart.set_cursor(chart.frame.end - (chart.frame.end - chart.frame.start) / 5)
    return True


def _reset(page: HealthPage) -> None:
    if page.chart.chart is not None:
        page.chart.chart.set_cursor(None)


def _open_rules(ctx: UiContext, window: QWidget) -> None:
    _open(ctx, window)
    page = page_shown(window, HealthPage)
    if page is not None:
        page.edit_rules()


def _rules_shown(_ctx: UiContext, window: QWidget) -> bool:
    from hue_desktop.ui.health.rules_sheet import RulesSheet

    return any(sheet.isVisible() for sheet in window.findChildren(RulesSheet))


def _close_rules(ctx: UiContext, _window: QWidget) -> None:
    ctx.navigate.close_sheet()
