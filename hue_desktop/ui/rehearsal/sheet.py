"""The sheet that rehearses: what to try on a copy of the cluster, and what became of it there."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from hue_desktop.core.changes import (
    AddTaskFleet,
    AddTaskGroup,
    Change,
    ResizeFleet,
    ResizeGroup,
    SetManagedScaling,
)
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import InstanceGroup, Role
from hue_desktop.core.rehearsal import (
    MAX_HOURS,
    RehearsalOutcome,
    RehearsalRequest,
    RehearsalStage,
)
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.parts import Button, FourStates, Label, NumberField, Rule, Sheet, column, row
from hue_desktop.ui.rehearsal.outcome_panel import OutcomePanel
from hue_desktop.ui.rehearsal.running import Running
from hue_desktop.ui.rehearsal.words import change_words, spot_nodes
from hue_desktop.ui.tasks import Task

__all__ = ["RehearsalSheet"]

LANE = "rehearsal"
_LONGEST_S = 1800.0
_LABEL_WIDTH = 104
_FIRST_LOSS = 30  #: percent of the Spot nodes; EC2 rarely takes more back at one time
#: The actions whose sheets make a change; a resized group is looked at first.
_WAYS: dict[type[Change], str] = {
    ResizeFleet: "scaling.resize",
    AddTaskGroup: "scaling.add_task",
    AddTaskFleet: "scaling.add_task",
    SetManagedScaling: "policies.managed_scaling",
}


class RehearsalSheet(Sheet):
    """Asks, runs with progress and a way to stop, shows the outcome; opens the region of it."""

    def __init__(self, ctx: UiContext, ref: ClusterRef, changes: Sequence[Change] = ()) -> None:
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        name = snapshot.summary.name if snapshot is not None else ref.cluster_id
        super().__init__(_("Rehearse"), f"{name} · {ref.cluster_id}")
        self.ctx, self.ref, self.changes = ctx, ref, tuple(changes)
        self.outcome: RehearsalOutcome | None = None
        self._held = _Held(ctx)
        self._make_parts(snapshot)
        self._lay_out()
        self.run_button.clicked.connect(lambda _on=False: self.run())
        self.loss.valueChanged.connect(lambda _value: self._show_wish())
        self.running.stopped.connect(self._stop)
        self.states.retry_requested.connect(self.run)
        held = self._held
        self.destroyed.connect(lambda: held.let_go())
        self.show_empty()

    def _make_parts(self, snapshot: ClusterSnapshot | None) -> None:
        self._spot = spot_nodes(snapshot)
        words = "\n".join(change_words(one, snapshot) for one in self.changes)
        self.change_text = Label(words or _("none"), tone="" if words else "text-2", wrap=True)
        first = 0 if self.changes or not self._spot else _FIRST_LOSS
        self.loss = NumberField(first, name=_("Spot task nodes lost, in percent"), high=100)
        self.loss.setSuffix(_(" %"))
        self.loss.setFixedWidth(80)
        self.loss.setEnabled(self._spot > 0)
        self._loss_words = Label(tone="text-2")
        self.hours = NumberField(24, name=_("Hours to rehearse"), low=1, high=int(MAX_HOURS))
        self.hours.setSuffix(_(" h"))
        self.hours.setFixedWidth(80)
        self.running = Running()
        self.panel = OutcomePanel()
        self.states = FourStates(self.panel)
        self.open_button = Button(_("Open the region"), clicked=self._open_region)
        self.change_button = Button(_("To the change…"), clicked=self._to_change)
        self.close_button = Button(_("Close"), clicked=self.close_sheet)
        self.run_button = Button(_("Rehearse"), kind="primary")

    def _lay_out(self) -> None:
        change = row(_caption(_("Change")), self.change_text, spacing=12)
        change.setStretchFactor(self.change_text, 1)
        wish = row(
            _caption(_("Spot loss")), self.loss, self._loss_words, 24,
            Label(_("Time")), self.hours, None, spacing=12,
        )  # fmt: skip
        self.body.addLayout(column(14, change, 10, wish, 14, Rule("h"), 16))
        self.body.addWidget(self.states, 1)
        self.body.addWidget(self.running, 1)
        self.running.hide()
        for button in (self.open_button, self.change_button, self.close_button, self.run_button):
            self.add_button(button)
        self.open_button.hide()
        self.change_button.setVisible(bool(self._way()))
        self.set_sentence(_("A copy, on this machine. Nothing of it reaches AWS."))
        self._show_wish()

    @property
    def request(self) -> RehearsalRequest:
        """What the person asks for now."""
        return RehearsalRequest(
            self.ref, self.changes, self.loss.value() / 100, float(self.hours.value())
        )

    def _show_wish(self) -> None:
        lost = ceil(self._spot * self.loss.value() / 100)  # as EC2 in the copy does
        if self._spot:
            text = ngettext(
                "of {n} Spot task node: {lost} at once", "of {n} Spot task nodes: {lost} at once",
                self._spot,
            )  # fmt: skip
            self._loss_words.setText(text.format(n=self._spot, lost=lost))
        else:
            self._loss_words.setText(_("no task nodes on Spot"))
        self.run_button.setEnabled(bool(self.changes) or self.loss.value() > 0)

    def show_empty(self) -> None:
        """Before the first run: what it does."""
        text = _(
            "The cluster’s shape (nodes, running applications, HDFS) is set up in a simulated"
            " region on this machine. The change is made there, and the hours pass in seconds."
        )
        if not self.changes and not self._spot:
            self.states.show_empty(
                _("Nothing to rehearse here"),
                _(
                    "This cluster has no Spot task nodes to lose. To rehearse a resize, open it"
                    " and press Rehearse… there."
                ),
            )
        else:
            self.states.show_empty(_("Try it on a copy first"), text)

    # -- running ---------------------------------------------------------------------------

    def run(self) -> None:
        """Rehearse what is asked for now; an outcome that is shown makes room."""
        self._held.let_go()
        self.outcome = None
        self._lock(True)
        self.states.hide()
        self.running.begin()
        self.running.show()
        post, app, request = self.ctx.tasks.poster.post, self.ctx.app, self.request

        def tell(stage: RehearsalStage, share: float) -> None:
            post(lambda: self.running.show_progress(stage, share) if isValid(self) else None)

        self._held.task = self.ctx.tasks.run(
            LANE,
            lambda token: app.rehearsal.run(request, progress=tell, token=token),
            owner=self,
            done=self._show_outcome,
            failed=self._show_failed,
            timeout_s=_LONGEST_S,
            key="run",
        )

    def _lock(self, locked: bool) -> None:
        self.loss.setEnabled(not locked and self._spot > 0)
        self.hours.setEnabled(not locked)
        self.run_button.setEnabled(not locked)
        self.open_button.setVisible(self.outcome is not None)

    def _over(self) -> None:
        self.running.hide()
        self.states.show()
        self._lock(False)

    def _stop(self) -> None:
        self._held.let_go()
        self._over()
        self.show_empty()

    def _show_failed(self, error: HueError) -> None:
        self._over()
        self.states.show_failed(error)

    def _show_outcome(self, outcome: RehearsalOutcome) -> None:
        self.outcome = self._held.outcome = outcome
        self._over()
        self.states.show_content()
        self.panel.show_outcome(outcome)
        self.run_button.set_text(_("Rehearse again"))
        self.run_button.set_kind("plain")

    # -- doing it for real -----------------------------------------------------------------

    def _way(self) -> str:
        """The action that makes the rehearsed change for real; empty where there is not one."""
        if len(self.changes) != 1:
            return ""  # a sheet makes one change; several came from the bench, which makes them
        change = self.changes[0]
        if isinstance(change, ResizeGroup):
            group = self._group(change.group_id)
            core = group is not None and group.role is Role.CORE
            shrinks = group is not None and change.count < group.requested
            return "shrink.open" if core and shrinks else "scaling.resize"
        return _WAYS.get(type(change), "")

    def _group(self, group_id: str) -> InstanceGroup | None:
        cluster = self.ctx.app.fleet.snapshot().clusters.get(self.ref)
        groups = cluster.groups if cluster is not None else ()
        return next((one for one in groups or () if one.id == group_id), None)

    def _to_change(self) -> None:
        """Open the screen that makes what was rehearsed, filled in with it."""
        fleet = self.ctx.app.fleet.snapshot()
        if self.ref not in fleet.clusters:
            return
        change = self.changes[0]
        owner = getattr(change, "group_id", "") or getattr(change, "fleet_id", "")
        context = focus_on(fleet, self.ref, group_id=owner, changes=self.changes)
        self.ctx.actions.trigger(self._way(), context)

    # -- looking around --------------------------------------------------------------------

    def _open_region(self) -> None:
        outcome = self.outcome
        if outcome is None:
            return
        self.open_button.setEnabled(False)
        app = self.ctx.app
        self.ctx.tasks.run(
            "local",
            lambda _token: app.rehearsal.keep(outcome),
            owner=self,
            done=self._kept,
            failed=self._not_kept,
            key="keep",
        )

    def _kept(self, connection: str) -> None:
        self._held.outcome = None  # it is a connection now, and lives on
        text = _("The copy is the connection {name} until the application is closed.")
        self.ctx.navigate.notify(text.format(name=connection))
        self.ctx.navigate.open_page("fleet", select=f"@{connection}")

    def _not_kept(self, error: HueError) -> None:
        self.open_button.setEnabled(True)
        self.set_sentence(str(error), "critical")


class _Held:
    """The run and the region of a sheet; it outlives the widget just long enough to end them."""

    def __init__(self, ctx: UiContext) -> None:
        self._ctx = ctx
        self.task: Task | None = None
        self.outcome: RehearsalOutcome | None = None

    def let_go(self) -> None:
        """Stop what runs, and end the region of the last outcome unless it was kept."""
        if self.task is not None and not self.task.over:
            self.task.cancel()
        outcome, self.outcome = self.outcome, None
        if outcome is not None:
            app = self._ctx.app
            self._ctx.tasks.run(
                "local", lambda _token: app.rehearsal.discard(outcome), owner=self._ctx.actions
            )


def _caption(text: str) -> QWidget:
    label = Label(text, weight=500)
    label.setFixedWidth(_LABEL_WIDTH)
    return label
