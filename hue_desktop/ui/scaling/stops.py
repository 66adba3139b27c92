"""What the tour shows of resizing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import InstanceGroup, Market, Role
from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.scaling.fleet_sheet import ScaleFleetSheet
from hue_desktop.ui.scaling.group_sheet import ScaleGroupSheet
from hue_desktop.ui.scaling.scale_sheet import ScaleSheet
from hue_desktop.ui.tour_pages import largest_cluster

__all__ = ["stops"]

_Make = Callable[[UiContext, ClusterSnapshot], ScaleSheet | None]


def stops() -> tuple[TourStop, ...]:
    """Growing a Spot group, shrinking core, adding task nodes, a fleet."""
    return (
        _stop("scaling-spot", _("Scale a Spot group"), _grow_spot),
        _stop("scaling-core", _("Shrink core"), _shrink_core),
        _stop("scaling-add", _("Add task nodes"), _add),
        _stop("scaling-fleet", _("Scale an instance fleet"), _grow_fleet, fleets=True),
    )


def _stop(key: str, title: str, make: _Make, *, fleets: bool = False) -> TourStop:
    def prepare(ctx: UiContext, _window: QWidget) -> None:
        cluster = _cluster(ctx, fleets=fleets)
        if cluster is None:
            return
        ctx.navigate.open_cluster(cluster.ref, "nodes")

        def open_it(sheet_ctx: UiContext) -> QWidget:
            sheet = make(sheet_ctx, cluster)
            return sheet if sheet is not None else QWidget()

        ctx.navigate.open_sheet(open_it)

    def ready(_ctx: UiContext, window: QWidget) -> bool:
        sheets = [one for one in window.findChildren(ScaleSheet) if one.isVisible()]
        return bool(sheets) and sheets[0].settled

    def close(ctx: UiContext, _window: QWidget) -> None:
        ctx.navigate.close_sheet()

    return TourStop(key, title, prepare, ready, close)


def _cluster(ctx: UiContext, *, fleets: bool) -> ClusterSnapshot | None:
    """The largest cluster; with ``fleets`` one that consists of instance fleets."""
    clusters = ctx.app.fleet.snapshot().clusters
    if fleets:
        return next((one for one in clusters.values() if one.fleets), None)
    ref = largest_cluster(ctx)
    return clusters[ref] if ref is not None else None


def _group(
    cluster: ClusterSnapshot, role: Role, market: Market | None = None
) -> InstanceGroup | None:
    return next(
        (
            group
            for group in cluster.groups or ()
            if group.role is role and market in (None, group.market)
        ),
        None,
    )


def _grow_spot(ctx: UiContext, cluster: ClusterSnapshot) -> ScaleSheet | None:
    group = _group(cluster, Role.TASK, Market.SPOT) or _group(cluster, Role.TASK)
    if group is None:
        return None
    sheet = ScaleGroupSheet(ctx, cluster.ref, group.id)
    sheet.amount.set_value(group.requested + 12)
    return sheet


def _shrink_core(ctx: UiContext, cluster: ClusterSnapshot) -> ScaleSheet | None:
    group = _group(cluster, Role.CORE)
    if group is None:
        return None
    sheet = ScaleGroupSheet(ctx, cluster.ref, group.id)
    sheet.amount.set_value(group.requested - 2)
    return sheet


def _add(ctx: UiContext, cluster: ClusterSnapshot) -> ScaleSheet:
    sheet = ScaleGroupSheet(ctx, cluster.ref)
    sheet.amount.set_value(12)
    return sheet


def _grow_fleet(ctx: UiContext, cluster: ClusterSnapshot) -> ScaleSheet | None:
    fleet = next((one for one in cluster.fleets or () if one.role is Role.TASK), None)
    if fleet is None:
        return None
    sheet = ScaleFleetSheet(ctx, cluster.ref, fleet.id)
    sheet.spot.set_value(fleet.target_spot + 6)
    return sheet
