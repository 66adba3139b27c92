"""What the tour shows of rehearsals."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import Change, ResizeGroup
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.instances import Role
from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.rehearsal.sheet import RehearsalSheet
from hue_desktop.ui.rehearsal.words import spot_nodes

__all__ = ["stops"]

_LOSS, _HOURS = 40, 6
_WAIT = 60.0  #: seconds; a region starts for it


def stops() -> tuple[TourStop, ...]:
    """A smaller core group and a loss of Spot nodes, rehearsed."""
    return (
        TourStop("rehearsal-ask", _("Rehearse: what to try"), _open, _asks, _close),
        TourStop("rehearsal", _("Rehearsal: what became of it"), _run, _done, _close, _WAIT),
    )


def _candidate(ctx: UiContext) -> ClusterSnapshot | None:
    """The cluster with the most Spot nodes among those whose core can shrink."""
    clusters = ctx.app.fleet.snapshot().clusters.values()
    fit = [one for one in clusters if one.summary.state.active and _changes(one)]
    return max(fit, key=spot_nodes, default=None)


def _changes(cluster: ClusterSnapshot) -> tuple[Change, ...]:
    for group in cluster.groups or ():
        if group.role is Role.CORE and group.running > 2:
            change = ResizeGroup(cluster.ref.cluster_id, group.id, group.running - 2)
            return (change,)
    return ()


def _sheet(window: QWidget) -> RehearsalSheet | None:
    return next((one for one in window.findChildren(RehearsalSheet) if one.isVisible()), None)


def _open(ctx: UiContext, _window: QWidget) -> None:
    cluster = _candidate(ctx)
    if cluster is None:
        return
    ref: ClusterRef = cluster.ref
    ctx.navigate.open_cluster(ref, "nodes")
    ctx.navigate.open_sheet(lambda sheet_ctx: RehearsalSheet(sheet_ctx, ref, _changes(cluster)))


def _asks(_ctx: UiContext, window: QWidget) -> bool:
    return _sheet(window) is not None


def _run(ctx: UiContext, window: QWidget) -> None:
    _open(ctx, window)
    sheet = _sheet(window)
    if sheet is not None:
        sheet.loss.setValue(_LOSS)
        sheet.hours.setValue(_HOURS)
        sheet.run()


def _done(_ctx: UiContext, window: QWidget) -> bool:
    sheet = _sheet(window)
    return sheet is not None and (sheet.outcome is not None or sheet.states.state == "failed")


def _close(ctx: UiContext, _window: QWidget) -> None:
    ctx.navigate.close_sheet()
