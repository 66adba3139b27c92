"""What the tour shows of a cluster's health."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.services.health import Collecting
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.health.page import HealthPage
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster, on_page, page_ready, page_shown

__all__ = ["stops"]


def stops() -> tuple[TourStop, ...]:
    """Six hours with the crosshair, alerts with the values live, the tunnel down, the rules."""
    return (
        TourStop(
            "health",
            _("Health"),
            _open_crosshair,
            page_ready(HealthPage, _drawn_with_cursor),
            on_page(HealthPage, _reset),
        ),
        TourStop(
            "health-alerts",
            _("Health with alerts"),
            _open_with_low_limits,
            page_ready(HealthPage, _alerted),
            _set_back,
        ),
        TourStop(
            "health-down",
            _("Health while the tunnel is down"),
            _open_broken,
            page_ready(HealthPage, _drawn),
            on_page(HealthPage, lambda page: page.shown()),
        ),
        TourStop(
            "health-ended",
            _("Health of a cluster that is no more"),
            _open_ended,
            page_ready(HealthPage, lambda page: page.chart.states.state in ("shown", "empty")),
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


def _open_with_low_limits(ctx: UiContext, window: QWidget) -> None:
    """Thresholds below what the cluster does now, so that its own values raise alerts."""
    low = {"hdfs-share": (20.0, 90.0), "core-disk": (25.0, 95.0), "namenode-heap": (5.0, 10.0)}
    rules = ctx.app.health.default_rules()
    ctx.app.health.set_rules(
        replace(rule, warn=low[rule.key][0], critical=low[rule.key][1], hold_s=0.0)
        if rule.key in low
        else rule
        for rule in rules
    )
    _open(ctx, window)
    page = page_shown(window, HealthPage)
    if page is not None:
        page.chart.ranges.choose("15m")


def _alerted(page: HealthPage) -> bool:
    return _drawn(page) and page.health is not None and any(a.active for a in page.health.alerts)


def _set_back(ctx: UiContext, window: QWidget) -> None:
    ctx.app.health.set_rules(ctx.app.health.default_rules())
    page = page_shown(window, HealthPage)
    if page is not None:
        page.chart.ranges.choose("1h")


def _open_broken(ctx: UiContext, window: QWidget) -> None:
    """As it looks when the way to the cluster breaks; nothing is read meanwhile."""
    _open(ctx, window)
    page = page_shown(window, HealthPage)
    if page is None or page.health is None:
        return
    page.hidden()
    problem = _("The tunnel to the primary node is down. It is tried again every 5 s.")
    page.show_health(replace(page.health, collecting=Collecting.BROKEN, problem=problem))


def _open_ended(ctx: UiContext, _window: QWidget) -> None:
    """The cluster that ended last."""
    over = [c for c in ctx.app.fleet.snapshot().clusters.values() if c.summary.ended is not None]
    last = max(over, key=lambda c: c.summary.ended.timestamp() if c.summary.ended else 0.0,
               default=None)  # fmt: skip
    if last is not None:
        ctx.navigate.open_cluster(last.ref, "health")


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
