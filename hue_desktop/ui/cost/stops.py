"""What the tour shows of costs."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from hue_desktop.core.instances import Market, Role
from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.cost.fleet_page import AllCostsPage
from hue_desktop.ui.cost.page import CostPage
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster, on_page, page_ready, page_shown

__all__ = ["stops"]


def stops() -> tuple[TourStop, ...]:
    """All clusters; a cluster's page as it opens, its bench, and six hours under the crosshair."""
    return (
        TourStop(
            "costs",
            _("Costs of all clusters, and what is paid in vain"),
            lambda ctx, _window: ctx.navigate.open_page("costs"),
            page_ready(AllCostsPage, _added_up),
        ),
        TourStop("cost", _("Cost of a cluster"), _open, page_ready(CostPage, _drawn)),
        TourStop(
            "what-if",
            _("What if: two variants of a cluster, with dollars, room, budget and risks"),
            _open_bench,
            page_ready(CostPage, _bench_tried),
            on_page(CostPage, _reset_bench),
            wait_s=60.0,  # 700 types with their prices are read first
        ),
        TourStop(
            "cost-crosshair",
            _("Cost of six hours with the crosshair, by application, and Cost Explorer"),
            _open_crosshair,
            page_ready(CostPage, _drawn_with_cursor),
            on_page(CostPage, _reset),
        ),
        TourStop(
            "cost-ended",
            _("The final bill of a cluster that has ended"),
            _open_ended,
            page_ready(CostPage, _drawn),
        ),
    )


def _added_up(page: AllCostsPage) -> bool:
    rows = page.model.rows()
    return page.finder.states.state in ("shown", "empty") and all(
        row.so_far is not None or row.problem for row in rows if row.active
    )


def _open(ctx: UiContext, _window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is not None:
        ctx.navigate.open_cluster(ref, "cost")


def _drawn(page: CostPage) -> bool:
    return page.states.state == "shown" and page.chart.states.state == "shown"


def _open_bench(ctx: UiContext, window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is not None:
        ctx.navigate.open_cluster(ref, "cost", select="what-if")


def _bench_tried(page: CostPage) -> bool:
    """Once its prices came: half the Spot nodes of a bigger type, and a variant beside it."""
    bench = page.bench
    if bench.bench is None or not _drawn(page):
        return False
    if len(bench.variants) == 1:
        _try_variants(page)
        return False  # the next look finds it laid out
    return page.show_bench()


def _try_variants(page: CostPage) -> None:
    bench = page.bench
    for line in bench.variant.lines:
        wanted = line.want
        if line.role is Role.MASTER and not line.is_fleet:
            wanted = wanted.of_type("m5.xlarge")
        elif line.role is Role.TASK and wanted.market is Market.SPOT and not line.is_fleet:
            wanted = replace(wanted.of_type("r4.2xlarge"), count=max(1, wanted.count // 2))
        elif line.role is Role.TASK:
            wanted = wanted.on_market(Market.SPOT)
        bench.set_variant(bench.variant.with_line(replace(line, want=wanted)))
    bench.add_variant()
    for line in bench.variant.lines:
        if line.role is Role.TASK and not line.is_fleet:
            wanted = replace(line.want, count=2 * line.want.count)
            bench.set_variant(bench.variant.with_line(replace(line, want=wanted)))
    bench.choose(0)


def _reset_bench(page: CostPage) -> None:
    while len(page.bench.variants) > 1:
        page.bench.drop_variant()
    page.bench.reset()


def _open_crosshair(ctx: UiContext, window: QWidget) -> None:
    _open(ctx, window)
    page = page_shown(window, CostPage)
    if page is not None:
        page.chart.ranges.choose("6h")
        page.shares.kinds.choose("application")
        page.read_explorer()


def _drawn_with_cursor(page: CostPage) -> bool:
    chart = page.chart.chart
    if not _drawn(page) or chart is None or not page.explorer.ask.isEnabled():
        return False
    if page.shares.states.state == "loading":
        return False
    frame = chart.frame
    chart.set_cursor(frame.end - (frame.end - frame.start) / 3)
    return True


def _open_ended(ctx: UiContext, _window: QWidget) -> None:
    clusters = ctx.app.fleet.snapshot().clusters.values()
    ended = [each for each in clusters if each.summary.ended is not None]
    if ended:
        longest = max(ended, key=lambda each: each.summary.normalized_instance_hours)
        ctx.navigate.open_cluster(longest.ref, "cost")


def _reset(page: CostPage) -> None:
    if page.chart.chart is not None:
        page.chart.chart.set_cursor(None)
    page.chart.ranges.choose("all")
    page.shares.kinds.choose("step")
