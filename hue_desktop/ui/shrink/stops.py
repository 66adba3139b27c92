"""What the tour shows of looking before something goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.instances import InstanceGroup, Role
from hue_desktop.core.shrink.values import Level
from hue_desktop.core.text import _
from hue_desktop.ui.confirm import PlanDialog
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.shrink.only_here import OnlyHere
from hue_desktop.ui.shrink.sheet import ShrinkSheet
from hue_desktop.ui.tour_pages import largest_cluster

__all__ = ["stops"]

_Judged = Callable[[ShrinkSheet], bool]
_WAIT = 45.0  #: seconds; reading asks EMR and the NameNode while the fleet is being read


def stops() -> tuple[TourStop, ...]:
    """A shrink that is not safe, one that is, and what a cluster's end takes with it."""
    return (
        TourStop("shrink-red", _("Shrink core: not safe"), _open_red, _shows(_bad), _close, _WAIT),
        TourStop("shrink-green", _("Shrink core: safe"), _open_green, _shows(_good), _close, _WAIT),
        TourStop("terminate", _("Terminate: what exists only here"), _ask, _asked, _answer, _WAIT),
    )


def _core(cluster: ClusterSnapshot | None) -> InstanceGroup | None:
    groups = cluster.groups if cluster is not None else None
    return next((one for one in groups or () if one.role is Role.CORE), None)


def _shrinkable(ctx: UiContext, *, most: bool) -> tuple[ClusterRef, InstanceGroup] | None:
    """The cluster with the most core nodes, or the smallest one that has some to spare."""
    found = []
    for cluster in ctx.app.fleet.snapshot().clusters.values():
        group = _core(cluster)
        if group is not None and group.running > 2 and cluster.summary.state.active:
            found.append((cluster.ref, group))
    found.sort(key=lambda one: one[1].running, reverse=most)
    return found[0] if found else None


def _sheet(window: QWidget) -> ShrinkSheet | None:
    return next((one for one in window.findChildren(ShrinkSheet) if one.isVisible()), None)


def _open(ctx: UiContext, target: Callable[[int], int], *, most: bool) -> None:
    found = _shrinkable(ctx, most=most)
    if found is None:
        return
    ref, group = found
    ctx.navigate.open_cluster(ref, "nodes")
    ctx.navigate.open_sheet(
        lambda sheet_ctx: ShrinkSheet(sheet_ctx, ref, group.id, target=target(group.running))
    )


def _open_red(ctx: UiContext, _window: QWidget) -> None:
    """So many go that it cannot be safe."""
    _open(ctx, lambda now: max(1, now - 2), most=True)


def _open_green(ctx: UiContext, _window: QWidget) -> None:
    _open(ctx, lambda now: now - 1, most=False)


def _shows(wanted: _Judged) -> Callable[[UiContext, QWidget], bool]:
    """Judged, and where the level is not the wanted one, once the nearest target was tried."""

    def ready(_ctx: UiContext, window: QWidget) -> bool:
        sheet = _sheet(window)
        if sheet is None or sheet.failure is not None:
            return sheet is not None
        if sheet.judged is None or sheet.states.state != "shown":
            return False
        return wanted(sheet)

    return ready


def _bad(sheet: ShrinkSheet) -> bool:
    return _settled(sheet, Level.BAD)


def _good(sheet: ShrinkSheet) -> bool:
    return _settled(sheet, Level.OK)


def _settled(sheet: ShrinkSheet, level: Level) -> bool:
    """Whether the verdict has the level; otherwise the first target that has it is chosen."""
    verdict = sheet.judged.verdict if sheet.judged is not None else None
    if verdict is None or verdict.level is level:
        return verdict is not None
    fit = [
        one.count for one in verdict.options if one.level is level and one.count < sheet.wish.now
    ]
    target = max(fit, default=sheet.wish.count)
    if target == sheet.wish.count:
        return verdict.request.count == target
    sheet.wish = replace(sheet.wish, count=target, leaving=())
    sheet.chips.chosen.emit(target)
    return False


def _close(ctx: UiContext, _window: QWidget) -> None:
    ctx.navigate.close_sheet()


# -- the end of a cluster -------------------------------------------------------------------


def _ask(ctx: UiContext, window: QWidget) -> None:
    ref = _ending(ctx)
    if ref is None:
        return
    ctx.navigate.open_cluster(ref, "overview")
    kind = ctx.app.connections.find(ref.connection).connection_class
    ctx.tasks.run(
        "aws",
        lambda _token: ctx.app.launching.plan_terminate(ref),
        owner=window,
        done=lambda plan: PlanDialog(plan, kind, window, OnlyHere(ctx, ref)).open(),
    )


def _ending(ctx: UiContext) -> ClusterRef | None:
    """The largest cluster that may be ended; with protection on, the question would be refused."""
    free = [
        one
        for one in ctx.app.fleet.snapshot().clusters.values()
        if one.summary.state.active and one.cluster and not one.cluster.termination_protected
    ]
    found = max(free, key=lambda one: len(one.instances or ()), default=None)
    return found.ref if found is not None else largest_cluster(ctx)


def _asked(_ctx: UiContext, window: QWidget) -> bool:
    return any(
        part.isVisible() and part.state != "loading" for part in window.findChildren(OnlyHere)
    )


def _answer(_ctx: UiContext, window: QWidget) -> None:
    for dialog in window.findChildren(PlanDialog):
        dialog.reject()
        dialog.deleteLater()
