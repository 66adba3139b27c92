"""The what-if bench of a cluster: its variants, what they come to, and how they are applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from hue_desktop.core.budget import BudgetUse
from hue_desktop.core.changes import Change, CreateCluster, ResizeGroup
from hue_desktop.core.clusters import ClusterRef, ManagedScaling
from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.text import _
from hue_desktop.core.what_if.reckoning import rebased
from hue_desktop.core.what_if.values import BenchLine, Holding, Outcome, Variant
from hue_desktop.services.what_if import Bench, Commit
from hue_desktop.ui.confirm import submit_all
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.parts import Button, Choice, FourStates, Label, Segmented, column, row
from hue_desktop.ui.what_if.bench_table import BenchTable
from hue_desktop.ui.what_if.comparison import Comparison
from hue_desktop.ui.what_if.outcome_panel import OutcomePanel

__all__ = ["WhatIfBench"]

_LETTERS = "ABCD"  #: as many variants as can be compared at a glance
_TIMEOUT_S = 120.0


class WhatIfBench(QObject):
    """Two widgets for a page to place: ``main`` with the fields, ``side`` with the outcome.

    Nothing of it changes the cluster before the person has confirmed the plans.
    """

    applied = Signal()

    def __init__(self, ctx: UiContext, ref: ClusterRef | None, parent: QObject) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.ref = ref
        self.bench: Bench | None = None
        self.variants: list[Variant] = []
        self.at = 0
        self.outcome: Outcome | None = None
        self._asked = False
        self._added = 0
        self._names: list[str] = []
        self.table = BenchTable()
        self.side = OutcomePanel()
        self.comparison = Comparison()
        self.main = self._make_main()
        self._connect()
        self.states.show_loading(_("Reading types and prices"))
        self.side.setVisible(False)

    def _make_main(self) -> QWidget:
        self._caption = Label(
            _("a copy of this cluster; nothing changes until you apply it"),
            tone="text-2",
            elide=True,
        )
        self._switch_holder = row()
        self.switch: Segmented | None = None
        self.more_button = Button(_("Another variant"), kind="link", clicked=self.add_variant)
        self.drop_button = Button(_("Remove"), kind="link", clicked=self.drop_variant)
        self.reset_button = Button(_("Reset"), kind="link", clicked=self.reset)
        self.add_button = Button(
            _("Add task group"), kind="link", small=True, icon_name="plus", clicked=self.add_line
        )
        head = row(
            Label(_("What if"), weight=600),
            self._caption,
            self._switch_holder,
            self.more_button,
            self.drop_button,
            self.reset_button,
            spacing=10,
            margins=(0, 8, 8, 2),
        )
        head.setStretchFactor(self._caption, 1)
        holder = QWidget()
        holder.setLayout(
            column(
                row(self.table, margins=(0, 0, 8, 0)),
                row(self.add_button, None, margins=(0, 2, 0, 6)),
                self.comparison,
                None,
            )
        )
        self.states = FourStates(holder)
        main = QWidget()
        main.setAccessibleName(_("What if"))
        main.setLayout(column(head, self.states))
        return main

    def _connect(self) -> None:
        self.states.retry_requested.connect(self.read)
        self.table.line_changed.connect(self._line_changed)
        self.table.line_removed.connect(self._line_removed)
        self.table.scaling_changed.connect(self._scaling_changed)
        self.comparison.chosen.connect(self.choose)
        self.side.apply_requested.connect(self.apply)
        self.side.clone_requested.connect(self.clone)
        self.side.rehearse_requested.connect(self.rehearse)
        self.side.preflight_requested.connect(self.preflight)

    # -- reading --------------------------------------------------------------------------------

    def open(self) -> None:
        """Read what it needs, once; the page is in front."""
        if self.bench is None and not self._asked:
            self.read()

    def read(self) -> None:
        """Read types, prices and the cluster again; wishes stay."""
        if self.ref is None:
            return
        ref, app = self.ref, self.ctx.app
        self._asked = True
        if self.bench is None:
            self.states.show_loading(_("Reading types and prices"))
        self.ctx.tasks.run(
            "aws", lambda _token: app.what_if.open(ref), owner=self, key="what-if",
            done=self._came, failed=self._failed, timeout_s=_TIMEOUT_S,
        )  # fmt: skip

    def _failed(self, error: HueError) -> None:
        if self.bench is None:
            self.states.show_failed(error)

    def _came(self, bench: Bench) -> None:
        self.bench = bench
        if not bench.base.lines:
            self.states.show_empty(
                _("No nodes to try anything with"),
                _("The groups of this cluster are not read yet, or it has ended."),
            )
            self._asked = False
            return
        if not self.variants:
            self.variants = [replace(bench.base, name=_LETTERS[0])]
        self._rebase()
        self.states.show_content()
        self.side.setVisible(True)
        self._show()

    def cluster_changed(self) -> None:
        """The page has a newer snapshot of the cluster."""
        if self.bench is None:
            return
        newer = self.ctx.app.what_if.refreshed(self.bench)
        if newer != self.bench:
            same = newer.base == self.bench.base
            self.bench = newer
            if not same:
                self._rebase()
            self._show()

    def _rebase(self) -> None:
        assert self.bench is not None
        base = self.bench.base
        self.variants = [rebased(each, base) for each in self.variants]

    # -- the person's wishes --------------------------------------------------------------------

    @property
    def variant(self) -> Variant:
        """The one on the bench."""
        return self.variants[self.at]

    def set_variant(self, variant: Variant) -> None:
        """Wish this."""
        self.variants[self.at] = variant
        self._show()

    def _line_changed(self, line: BenchLine) -> None:
        self.set_variant(self.variant.with_line(line))

    def _line_removed(self, key: str) -> None:
        self.set_variant(self.variant.without(key))

    def _scaling_changed(self, policy: ManagedScaling | None) -> None:
        self.set_variant(replace(self.variant, scaling=policy))

    def add_line(self) -> None:
        """One more task group, like the largest there is, on Spot."""
        workers = [line for line in self.variant.lines if line.role is not Role.MASTER]
        if not workers:
            return
        model = max(workers, key=lambda line: (line.role is Role.TASK, line.want.count)).want
        self._added += 1
        want = Holding(model.instance_type, 1, Market.SPOT)
        line = BenchLine(f"new-{self._added}", Role.TASK, None, want)
        self.set_variant(self.variant.with_line(line))

    def reset(self) -> None:
        """The cluster as it is."""
        if self.bench is not None:
            self.set_variant(replace(self.bench.base, name=self.variant.name))

    def add_variant(self) -> None:
        """Another one beside this, which begins like it."""
        free = [letter for letter in _LETTERS if all(v.name != letter for v in self.variants)]
        if free and self.variants:
            self.variants.append(replace(self.variant, name=free[0]))
            self.choose(len(self.variants) - 1)

    def drop_variant(self) -> None:
        """Forget the one on the bench."""
        if len(self.variants) > 1:
            del self.variants[self.at]
            self.choose(min(self.at, len(self.variants) - 1))

    def choose(self, at: int) -> None:
        """Put another variant on the bench."""
        self.at = at
        self._show()

    # -- showing --------------------------------------------------------------------------------

    def _show(self) -> None:
        bench = self.bench
        if bench is None or not self.variants:
            return
        outcomes = [self.ctx.app.what_if.reckon(bench, each) for each in self.variants]
        variant, self.outcome = self.variant, outcomes[self.at]
        self.table.show_variant(bench.facts, variant, self.outcome, bench.types)
        self.comparison.show_outcomes([each.name for each in self.variants], outcomes, self.at)
        self.reset_button.setVisible(variant.changed)
        self.more_button.setVisible(variant.changed and len(self.variants) < len(_LETTERS))
        self.drop_button.setVisible(len(self.variants) > 1)
        self.add_button.setVisible(not bench.facts.uses_fleets)
        self._show_switch()
        status = self.ctx.app.fleet.snapshot().status(
            bench.facts.ref.connection, bench.facts.ref.region
        )
        self.side.show_outcome(
            bench.facts, variant, self.outcome, self._budget(self.outcome),
            read_only=status is not None and status.read_only, rehearses=self._can_rehearse(),
        )  # fmt: skip

    def _show_switch(self) -> None:
        """A field for each variant, once there are two."""
        names = [each.name for each in self.variants]
        if self.switch is not None:
            if self._names == names:
                self.switch.set_current(names[self.at])
                return
            self._switch_holder.removeWidget(self.switch)
            self.switch.deleteLater()
            self.switch = None
        self._names = names
        if len(names) > 1:
            choices = tuple(Choice(name, name) for name in names)
            self.switch = Segmented(choices, names[self.at], name=_("Variant on the bench"))
            self.switch.chosen.connect(lambda key: self.choose(self._names.index(key)))
            fixed = QSizePolicy.Policy.Fixed
            self.switch.setSizePolicy(fixed, fixed)
            self._switch_holder.addWidget(self.switch)

    def _budget(self, outcome: Outcome) -> BudgetUse | None:
        """The connection's budget after the variant; ``None`` without one."""
        assert self.bench is not None
        name = self.bench.facts.ref.connection
        limit = self.ctx.app.connections.find(name).hourly_budget_usd
        now = self.ctx.app.fleet.snapshot().usd_hour(name)
        if not limit or now is None:
            return None
        unknown = max(0, outcome.after.rate.unknown - outcome.before.rate.unknown)
        return BudgetUse(now, max(now + outcome.cost.delta, 0.0), limit, unknown)

    # -- doing ----------------------------------------------------------------------------------

    def _plan(self, done: Callable[[Commit], None], *, shrinks: bool = False) -> None:
        """Make the plans on a lane and go on with them."""
        assert self.bench is not None
        bench, variant, app = self.bench, self.variant, self.ctx.app
        self.ctx.tasks.run(
            "aws", lambda _token: app.what_if.commit(bench, variant, shrinks=shrinks), owner=self,
            key="commit", done=done, failed=self._not_planned, timeout_s=_TIMEOUT_S,
        )  # fmt: skip

    def _not_planned(self, error: HueError) -> None:
        self.ctx.ask.message(_("This cannot be planned"), str(error))

    def apply(self) -> None:
        """Ask once for all that a running cluster takes, then hand each plan to the journal."""
        if self.bench is not None and self.variant.changed:
            self._plan(self._ask)

    def _ask(self, commit: Commit) -> None:
        if not self.ctx.ask.confirm_plan(commit.question) or commit.question.blocked:
            return
        submit_all(self.ctx, commit.parts)
        self.applied.emit()

    def clone(self) -> None:
        """Open the form of a new cluster with the variant in it."""
        if self.ref is None:
            return
        ref, variant, app = self.ref, self.variant, self.ctx.app
        self.ctx.tasks.run(
            "aws", lambda _token: app.what_if.clone(ref, variant), owner=self, key="clone",
            done=self._open_clone, failed=self._not_planned, timeout_s=_TIMEOUT_S,
        )  # fmt: skip

    def _open_clone(self, change: CreateCluster) -> None:
        self._trigger("launch.clone", (change,))

    def rehearse(self) -> None:
        """Have the changes tried in a simulated region first."""
        if self.bench is not None and self.variant.changed:
            self._plan(
                lambda commit: self._trigger("rehearsal.open", commit.question.changes),
                shrinks=True,
            )

    def preflight(self) -> None:
        """Look at what the core nodes hold before some of them go."""
        if self.ref is None:
            return
        core = next((each for each in self.variant.lines if each.role is Role.CORE), None)
        if core is None:
            return
        changes: tuple[Change, ...] = ()
        if not core.is_fleet:
            changes = (ResizeGroup(self.ref.cluster_id, core.key, core.want.count),)
        self._trigger("shrink.open", changes)

    def _can_rehearse(self) -> bool:
        return any(action.id == "rehearsal.open" for action in self.ctx.actions.all())

    def _trigger(self, action_id: str, changes: tuple[Change, ...]) -> None:
        context = focus_on(self.ctx.app.fleet.snapshot(), self.ref, changes=changes)
        if any(action.id == action_id for action in self.ctx.actions.all()):
            self.ctx.actions.trigger(action_id, context)
