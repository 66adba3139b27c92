"""What the tour shows of resizing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.instances import GroupState, InstanceGroup, Market, Role
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
    """Core, task nodes of another type, a fleet with many types, over budget, suspended."""
    return (
        _stop("scaling-core", _("Shrink core"), _shrink_core),
        _stop("scaling-add", _("Add task nodes"), _add),
        _stop("scaling-spot", _("Scale a Spot group"), _grow_spot),
        _stop("scaling-budget", _("Scale over the budget"), _over_budget),
        _stop("scaling-suspended", _("A suspended group"), _suspended),
        _stop("scaling-fleet", _("Scale an instance fleet"), _grow_fleet, fleets=True),
    )


def _stop(key: str, title: str, make: _Make, *, fleets: bool = False) -> TourStop:
    def prepare(ctx: UiContext, window: QWidget) -> None:
        _read_ahead(ctx, window)
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


def _read_ahead(ctx: UiContext, window: QWidget) -> None:
    """Types and prices of both releases: AWS hands them out in pages, some in a second."""
    for fleets in (False, True):
        cluster = _cluster(ctx, fleets=fleets)
        if cluster is not None:
            lane = f"ahead:{cluster.ref.cluster_id}"
            read = partial(_read, ctx, cluster.ref)
            ctx.tasks.run(lane, read, owner=window, failed=lambda _error: None)


def _read(ctx: UiContext, ref: ClusterRef, _token: object) -> None:
    ctx.app.scaling.candidate_list(ref, Market.SPOT)


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
    """Twelve nodes more, of the type that the sheet suggests."""
    group = _group(cluster, Role.TASK, Market.SPOT) or _group(cluster, Role.TASK)
    if group is None:
        return None
    sheet = _Suggesting(ctx, cluster.ref, group.id)
    sheet.amount.set_value(group.requested + 12)
    return sheet


class _Suggesting(ScaleGroupSheet):
    """Takes what is suggested, as a person would who has read it."""

    def candidates_shown(self) -> None:
        super().candidates_shown()
        suggested = self.listed.suggested if self.listed is not None else None
        if suggested is not None:
            self.table.select(suggested.name)


def _over_budget(ctx: UiContext, cluster: ClusterSnapshot) -> ScaleSheet | None:
    group = _group(cluster, Role.TASK, Market.SPOT) or _group(cluster, Role.TASK)
    if group is None:
        return None
    sheet = ScaleGroupSheet(ctx, cluster.ref, group.id)
    sheet.amount.set_value(group.requested + 120)
    return sheet


class _SuspendedSheet(ScaleGroupSheet):
    """The region of the tour has no suspended group: its state is only said to be."""

    @property
    def group(self) -> InstanceGroup | None:
        found = super().group
        reason = "INSTANCE_FAILURE: insufficient capacity of the type in us-east-1b."
        if found is None:
            return None
        return replace(found, state=GroupState.SUSPENDED, state_reason=reason)


def _suspended(ctx: UiContext, cluster: ClusterSnapshot) -> ScaleSheet | None:
    group = _group(cluster, Role.TASK)
    if group is None:
        return None
    sheet = _SuspendedSheet(ctx, cluster.ref, group.id)
    sheet.amount.set_value(group.requested + 2)
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


class _Diversified(ScaleFleetSheet):
    """Has the list of types built as soon as there are any."""

    def candidates_shown(self) -> None:
        super().candidates_shown()
        self.suggest()

    @property
    def settled(self) -> bool:
        return len(self.table.ticked) >= 10 and super().settled


def _grow_fleet(ctx: UiContext, cluster: ClusterSnapshot) -> ScaleSheet | None:
    fleet = next((one for one in cluster.fleets or () if one.role is Role.TASK), None)
    if fleet is None:
        return None
    sheet = _Diversified(ctx, cluster.ref, fleet.id)
    sheet.spot.set_value(fleet.target_spot + 16)
    return sheet
