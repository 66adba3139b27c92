"""What the tour shows of the question before a change."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import Plan
from hue_desktop.core.text import _
from hue_desktop.ui.confirm.plan_dialog import PlanDialog
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster

__all__ = ["stops"]


def stops() -> tuple[TourStop, ...]:
    """Ending a production cluster: asked, and refused while it is protected."""
    return (_stop("confirm", _("Terminate"), False), _stop("confirm-blocked", _("Blocked"), True))


def _stop(key: str, title: str, blocked: bool) -> TourStop:
    made: list[Plan] = []

    def prepare(ctx: UiContext, window: QWidget) -> None:
        made.clear()
        ref = largest_cluster(ctx)
        if ref is None:
            return
        ctx.navigate.open_cluster(ref, "overview")

        def show(plan: Plan) -> None:
            reason = _("Termination protection is on; turn it off first.")
            shown = replace(plan, blocked=reason if blocked else "")
            made.append(shown)
            kind = ctx.app.connections.find(ref.connection).connection_class
            PlanDialog(shown, kind, window).open()

        ctx.tasks.run(
            "aws", lambda _token: ctx.app.launching.plan_terminate(ref), owner=window, done=show
        )

    def ready(_ctx: UiContext, _window: QWidget) -> bool:
        return bool(made)

    def close(_ctx: UiContext, window: QWidget) -> None:
        for dialog in window.findChildren(PlanDialog):
            dialog.reject()
            dialog.deleteLater()

    return TourStop(key, title, prepare, ready, close)
