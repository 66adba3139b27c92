"""What the tour shows of the question before a change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import GroupSpec, Plan
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.instances import Role
from hue_desktop.core.text import _
from hue_desktop.ui.confirm.plan_dialog import PlanDialog
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster

__all__ = ["stops"]


def stops() -> tuple[TourStop, ...]:
    """Ending a production cluster; task nodes that the budget does not hold."""
    return (
        TourStop("confirm", _("Terminate"), _ask, _asked, _close),
        TourStop("confirm-budget", _("A change over the budget"), _ask_much, _asked, _close),
    )


def _ask(ctx: UiContext, window: QWidget) -> None:
    ref = _unprotected(ctx)
    if ref is not None:
        _show(ctx, window, ref, lambda: ctx.app.launching.plan_terminate(ref))


def _ask_much(ctx: UiContext, window: QWidget) -> None:
    """A hundred nodes are too many for the budgets of the tour."""
    ref = largest_cluster(ctx)
    if ref is not None:
        group = GroupSpec(Role.TASK, "r5.2xlarge", 100)
        _show(ctx, window, ref, lambda: ctx.app.scaling.plan_add_task_group(ref, group))


def _show(ctx: UiContext, window: QWidget, ref: ClusterRef, make_plan: Callable[[], Plan]) -> None:
    ctx.navigate.open_cluster(ref, "overview")
    kind = ctx.app.connections.find(ref.connection).connection_class

    def show(plan: Plan) -> None:
        PlanDialog(plan, kind, window).open()

    ctx.tasks.run("aws", lambda _token: make_plan(), owner=window, done=show)


def _unprotected(ctx: UiContext) -> ClusterRef | None:
    """The largest cluster that may be ended; with protection on, the question would be refused."""
    free = [
        one
        for one in ctx.app.fleet.snapshot().clusters.values()
        if one.summary.state.active and one.cluster and not one.cluster.termination_protected
    ]
    found = max(free, key=lambda one: len(one.instances or ()), default=None)
    return found.ref if found is not None else None


def _asked(_ctx: UiContext, window: QWidget) -> bool:
    return any(dialog.isVisible() for dialog in window.findChildren(PlanDialog))


def _close(_ctx: UiContext, window: QWidget) -> None:
    for dialog in window.findChildren(PlanDialog):
        dialog.reject()
        dialog.deleteLater()
