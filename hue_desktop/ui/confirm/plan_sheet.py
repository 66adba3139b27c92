"""A sheet that makes a plan while the person fills it in, and submits it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from shiboken6 import isValid

from hue_desktop.core.changes import Plan
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import InstanceType
from hue_desktop.core.text import _
from hue_desktop.services.fleet import FleetChange
from hue_desktop.services.launch import PricedType
from hue_desktop.ui.confirm.flow import ask_and_submit, needs_question, submit
from hue_desktop.ui.confirm.plan_dialog import is_destructive
from hue_desktop.ui.confirm.plan_panel import PlanPanel
from hue_desktop.ui.confirm.plan_sections import RiskLines, undo_sentence
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Button, Sheet, SidePanel, column
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["PlanSheet"]

#: parts of a cluster that a resize depends on
_PARTS = frozenset({"summary", "cluster", "groups", "fleets"})
_NARROW, _SIDE_NARROW = 960, 336


class PlanSheet(Sheet):
    """A sheet whose wish becomes a plan while the person changes it.

    Whoever builds on it calls ``plan_with`` after each change and fills ``panel``; ``show_plan``
    may be extended. The primary button submits; where the plan asks for more (production, loss)
    the question comes first.
    """

    def __init__(
        self,
        ctx: UiContext,
        ref: ClusterRef,
        title: str,
        subtitle: str = "",
        *,
        costs: bool = True,
    ) -> None:
        """``costs`` gives it the column at the right; a tag, for example, costs nothing."""
        side = SidePanel() if costs else None
        super().__init__(title, subtitle, side=side)
        self.ctx = ctx
        self.ref = ref
        self.plan: Plan | None = None
        self.types: dict[str, InstanceType] = {}
        self.priced: tuple[PricedType, ...] = ()
        self.panel = PlanPanel(_("Before → after"))
        if side is not None:
            side.body.addWidget(self.panel)
        else:
            self.panel.setParent(self)
            self.panel.hide()
        self.risks = column()
        self._risk_lines: RiskLines | None = None
        self.add_button(Button(_("Cancel"), clicked=self.close_sheet))
        self.apply_button = Button(_("Apply"), kind="primary", clicked=self._apply)
        self.apply_button.setEnabled(False)
        self.add_button(self.apply_button)
        stop = ctx.app.fleet.subscribe(self._fleet_changed)
        self.destroyed.connect(lambda: stop())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the body enough room in a narrow window."""
        super().resizeEvent(event)
        if self.side is not None:
            narrow = self.width() < _NARROW
            self.side.setFixedWidth(_SIDE_NARROW if narrow else SIZES["side-panel"])

    def _fleet_changed(self, change: FleetChange) -> None:
        """Something changed in the fleet; told on any thread."""
        if self.ref in change.removed or change.parts.get(self.ref, frozenset()) & _PARTS:
            self.ctx.tasks.poster.post(lambda: self.show_cluster() if isValid(self) else None)

    def show_cluster(self) -> None:
        """Take over what was read of the cluster since; for those who show some of it."""

    @property
    def cluster(self) -> ClusterSnapshot | None:
        """The newest snapshot of the cluster; ``None`` when it is gone."""
        return self.ctx.app.fleet.snapshot().clusters.get(self.ref)

    def read_types(self, done: Callable[[], None]) -> None:
        """Learn vCPU and memory of the types, for the totals; they are left out if it fails."""
        cluster = self.cluster
        if cluster is None or cluster.cluster is None:
            return
        release = cluster.cluster.release

        def arrived(types: tuple[PricedType, ...]) -> None:
            self.priced = types
            self.types = {one.name: one.type for one in types}
            done()

        self.ctx.tasks.run(
            "aws",
            lambda _token: self.ctx.app.launching.instance_types(
                self.ref.connection, self.ref.region, release
            ),
            owner=self,
            done=arrived,
            failed=lambda _error: done(),
            key="types",
        )

    def plan_with(self, make_plan: Callable[[], Plan]) -> None:
        """Make the plan; an older one, made or still being made, counts no more."""
        self.plan = None
        self.apply_button.setEnabled(False)
        self.ctx.tasks.run(
            "aws",
            lambda _token: make_plan(),
            owner=self,
            done=self.show_plan,
            failed=self._show_failure,
            key="plan",
        )

    def no_plan(self, sentence: str) -> None:
        """There is nothing to do yet; the sentence says what is missing."""
        self.plan = None
        self.apply_button.setEnabled(False)
        self.set_sentence(sentence)
        self._show_risks(None)

    def show_plan(self, plan: Plan) -> None:
        """Show a plan that was made."""
        self.plan = plan
        self.panel.show_plan(plan)
        self._show_risks(plan)
        self.apply_button.setEnabled(not plan.blocked)
        danger = is_destructive(plan)
        self.apply_button.set_kind("danger" if danger else "primary")
        self.apply_button.set_text(self.button_text(plan))
        self.set_sentence(undo_sentence(plan))

    def button_text(self, plan: Plan) -> str:
        """The words on the primary button."""
        ask = "…" if needs_question(plan) else ""
        return f"{plan.title}{ask}"

    def _show_risks(self, plan: Plan | None) -> None:
        if self._risk_lines is not None:
            self._risk_lines.deleteLater()
            self._risk_lines = None
        if plan is not None and (plan.risks or plan.blocked):
            self._risk_lines = RiskLines(plan)
            self.risks.addWidget(self._risk_lines)

    def _show_failure(self, error: HueError) -> None:
        self.plan = None
        self.apply_button.setEnabled(False)
        self._show_risks(None)
        self.set_sentence(str(error), "critical")

    def _apply(self) -> None:
        plan = self.plan
        if plan is None:
            return
        go = ask_and_submit if needs_question(plan) else submit
        go(self.ctx, plan, owner=self, submitted=lambda _entry: self.close_sheet())
