"""The sheet in which a person says how far EMR may resize a cluster by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QWidget

from hue_desktop.core.changes import Plan, SetManagedScaling
from hue_desktop.core.clusters import ClusterRef, ManagedScaling
from hue_desktop.core.cost_lines import count_line, with_delta
from hue_desktop.core.errors import NotFound
from hue_desktop.core.format import count
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.policies import PolicyFacts, Remark, RemarkLevel, is_task_only, units_word
from hue_desktop.core.text import _
from hue_desktop.services.planning import operation_of
from hue_desktop.ui.confirm import PlanSheet, needs_question
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import (
    Choice,
    FieldRow,
    Label,
    NumberField,
    Rule,
    Segmented,
    column,
)
from hue_desktop.ui.policies.limits_band import Limits, LimitsBand
from hue_desktop.ui.policies.remark_list import RemarkList

__all__ = ["ManagedScalingSheet"]

_MOST = 100_000
_GRAVE = (RemarkLevel.REFUSED, RemarkLevel.HARM, RemarkLevel.NEVER)
_FIELD = 96


class ManagedScalingSheet(PlanSheet):
    """On or off, task nodes only or core as well, the unit, and four limits."""

    def __init__(
        self, ctx: UiContext, ref: ClusterRef, wished: SetManagedScaling | None = None
    ) -> None:
        """``wished`` are limits to begin with instead of those that are on."""
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        name = snapshot.summary.name if snapshot is not None else ref.cluster_id
        super().__init__(ctx, ref, _("Managed scaling"), f"{name} · {ref.cluster_id}")
        self._facts = self._read_facts()
        self._filling = False
        self._worst: Remark | None = None
        self.on = QCheckBox(_("Let EMR resize the cluster to its work"))
        self.on.setAccessibleName(_("Managed scaling"))
        self.task_only = QCheckBox(_("Scale task nodes only"))
        self.task_only.setAccessibleName(_("Scale task nodes only"))
        self._task_hint = Label(tone="text-2", wrap=True)
        self.unit = Segmented(self._units(), name=_("Unit of the limits"))
        self.minimum, self._minimum_row = self._field(_("Minimum"))
        self.maximum, self._maximum_row = self._field(_("Maximum"))
        self.on_demand, self._on_demand_row = self._field(_("On-demand at most"))
        self.core, self._core_row = self._field(_("Core at most"))
        self.band = LimitsBand()
        self.remarks = RemarkList(
            _("What to know before"), _("Nothing speaks against these limits.")
        )
        self._form = self._make_form()
        self.body.addLayout(
            column(16, self.on, 12, self._form, Rule("h"), 14, self.remarks, 16, None)
        )
        self._fill(wished)
        self._connect()
        self._read_sizes()
        self._changed()

    # -- building --------------------------------------------------------------------------

    def _field(self, label: str) -> tuple[NumberField, FieldRow]:
        field = NumberField(1, name=label, low=0, high=_MOST)
        field.setFixedWidth(_FIELD)
        return field, FieldRow(label, field, stretch=False)

    def _make_form(self) -> QWidget:
        form = QWidget()
        scope = column(self.task_only, self._task_hint, spacing=4)
        self._task_hint.setContentsMargins(24, 0, 0, 0)
        unit = FieldRow(_("Counted in"), self.unit, stretch=False)
        rows = (self._minimum_row, self._maximum_row, self._on_demand_row, self._core_row)
        form.setLayout(column(scope, 8, unit, *rows, 12, self.band, 12, margins=(0, 0, 0, 0)))
        return form

    def _units(self) -> tuple[Choice, ...]:
        if self._facts is not None and self._facts.uses_fleets:
            return (Choice("InstanceFleetUnits", _("Units")),)
        return (Choice("Instances", _("Nodes")), Choice("VCPU", _("vCPU")))

    def _connect(self) -> None:
        self.on.toggled.connect(lambda _on: self._changed())
        self.task_only.toggled.connect(self._task_only_toggled)
        self.unit.chosen.connect(self._unit_chosen)
        self.minimum.valueChanged.connect(self._minimum_moved)
        for field in (self.maximum, self.on_demand, self.core):
            field.valueChanged.connect(lambda _value: self._changed())

    def _read_facts(self) -> PolicyFacts | None:
        try:
            return self.ctx.app.policies.facts(self.ref)
        except NotFound:
            return None

    def _read_sizes(self) -> None:
        """The vCPU of the types, for limits in vCPU; without them the sizes of now are unknown."""
        if self._facts is None or self._facts.uses_fleets:
            return

        def arrived(facts: PolicyFacts) -> None:
            self._facts = facts
            self._show_now()

        self.ctx.tasks.run(
            "aws", lambda _token: self.ctx.app.policies.facts(self.ref, vcpu=True),
            owner=self, done=arrived, failed=lambda _error: None, key="facts",
        )  # fmt: skip

    # -- filling ---------------------------------------------------------------------------

    @property
    def known(self) -> ManagedScaling | None:
        """The limits that are on."""
        cluster = self.cluster
        return cluster.cluster.managed_scaling if cluster and cluster.cluster else None

    def _fill(self, wished: SetManagedScaling | None) -> None:
        if self._facts is None:
            self.on.setEnabled(False)
            return
        policy = self.known
        self.on.setChecked(policy is not None if wished is None else wished.policy is not None)
        shown = (wished.policy if wished is not None else None) or self._start()
        self._filling = True
        if shown.unit_type in [choice.key for choice in self._units()]:
            self.unit.set_current(shown.unit_type)
        self.task_only.setChecked(is_task_only(shown))
        self.minimum.setValue(shown.minimum)
        self.maximum.setValue(shown.maximum)
        on_demand, core = shown.maximum_on_demand, shown.maximum_core
        self.on_demand.setValue(shown.maximum if on_demand is None else on_demand)
        self.core.setValue(shown.maximum if core is None else core)
        self._filling = False

    def _start(self) -> ManagedScaling:
        return self.ctx.app.policies.suggested(self.ref)

    @property
    def sizes_known(self) -> bool:
        """Whether limits can be turned from nodes into vCPU and back."""
        return self._facts is not None and self._facts.units("VCPU") is not None

    @property
    def policy(self) -> ManagedScaling | None:
        """What the person wants."""
        if not self.on.isChecked():
            return None
        maximum = self.maximum.value()
        core = self.minimum.value() if self.task_only.isChecked() else self.core.value()
        on_demand = self.on_demand.value()
        return ManagedScaling(
            self.unit.current,
            self.minimum.value(),
            maximum,
            # EMR takes a limit that is left out as the maximum
            None if on_demand == maximum else on_demand,
            None if core == maximum and not self.task_only.isChecked() else core,
        )

    # -- the person moves something --------------------------------------------------------

    def _task_only_toggled(self, on: bool) -> None:
        core = self._facts.units(self.unit.current, Role.CORE) if self._facts else None
        self._filling = True
        if on and core:
            self.minimum.setValue(core)
        if on:
            self.core.setValue(self.minimum.value())
        self._filling = False
        self._changed()

    def _minimum_moved(self, value: int) -> None:
        if self.task_only.isChecked():
            self.core.setValue(value)
        self._changed()

    def _unit_chosen(self, key: str) -> None:
        """Other units: the limits mean the same capacity, as far as the types' sizes allow."""
        facts = self._facts
        if facts is None:
            return
        nodes, vcpu = facts.units("Instances"), facts.units("VCPU")
        if nodes and vcpu:
            factor = vcpu / nodes if key == "VCPU" else nodes / vcpu
            self._filling = True
            for field in (self.minimum, self.maximum, self.on_demand, self.core):
                field.setValue(max(1, round(factor * field.value())))
            self._filling = False
        self._changed()

    def _changed(self) -> None:
        if self._filling:
            return
        self._form.setVisible(self.on.isChecked())
        self.core.setEnabled(not self.task_only.isChecked())
        self._show_now()
        policy = self.policy
        if self._facts is None:
            self.no_plan(_("The cluster is not known any more."))
            return
        self.remarks.show_busy()
        self.remarks.setVisible(policy is not None)
        self.ctx.tasks.run(
            "aws", lambda _token: self.ctx.app.policies.scaling_remarks(self.ref, policy),
            owner=self, done=self._show_remarks, failed=self.remarks.show_failed, key="remarks",
        )  # fmt: skip
        self.plan_with(lambda: self.ctx.app.policies.plan_managed_scaling(self.ref, policy))

    # -- showing ---------------------------------------------------------------------------

    def show_cluster(self) -> None:
        """Take over what was read since: sizes, and limits that somebody else set."""
        self._facts = self._read_facts()
        self._read_sizes()
        self._changed()

    def _show_remarks(self, remarks: tuple[Remark, ...]) -> None:
        self._worst = remarks[0] if remarks and remarks[0].level in _GRAVE else None
        self.remarks.show_remarks(remarks)
        self._say_worst()

    def _say_worst(self) -> None:
        """Where the window is low, the remarks are out of sight: the worst stands below, too."""
        if self._worst is not None and self.on.isChecked():
            critical = self._worst.level is not RemarkLevel.NEVER
            self.set_sentence(self._worst.text, "critical" if critical else "warn")

    def _show_now(self) -> None:
        """What the cluster has in the unit of the limits."""
        facts, unit = self._facts, self.unit.current
        if facts is None:
            return
        now, core = facts.units(unit), facts.units(unit, Role.CORE)
        bought = facts.units(unit, market=Market.ON_DEMAND)
        task = None if now is None or core is None else now - core
        word = units_word(unit)
        self._minimum_row.show_hint(
            _("Core and task together; now {now} {unit}: {core} core, {task} task.").format(
                now=_number(now), unit=word, core=_number(core), task=_number(task)
            )
        )
        self._on_demand_row.show_hint(
            _("The rest comes on Spot; now {n} are on demand.").format(n=_number(bought))
        )
        self._core_row.setVisible(not self.task_only.isChecked())
        self._core_row.show_hint(_("The rest comes as task nodes, which hold no HDFS."))
        self._task_hint.setText(
            _("Core capacity ends at the minimum, {n} {unit}: no node with HDFS blocks comes or "
              "goes while core has that many.").format(n=count(self.minimum.value()), unit=word)
        )  # fmt: skip
        policy = self.policy
        if policy is not None:
            task_bought = facts.units(unit, Role.TASK, Market.ON_DEMAND)
            limits = Limits(
                policy.minimum,
                policy.maximum,
                core,
                task_bought,
                now,
                policy.maximum_on_demand,
                policy.maximum_core,
            )
            self.band.show_limits(limits)

    def show_plan(self, plan: Plan) -> None:
        """Cost at the maximum; without a difference only that is worth showing."""
        self._show_counts(plan)
        if self.policy != self.known:
            super().show_plan(plan)
        else:
            self.panel.show_plan(plan)
            self.no_plan(_("Nothing differs from what the cluster has."))
        self._say_worst()

    def _show_counts(self, plan: Plan) -> None:
        policy, facts = self.policy, self._facts
        calls = (_("Calls"), f"{operation_of(plan.changes[0])} × 1")
        if policy is None or facts is None:
            self.panel.show_subtitle(_("as it is now"))
            self.panel.show_counts(())
            self.panel.show_note("")
            self.panel.show_facts((calls,))
            return
        now = facts.units(policy.unit_type)
        self.panel.show_subtitle(_("at the maximum"))
        word = units_word(policy.unit_type)
        title = _("Core + task, {unit}").format(unit=word)
        lines = [count_line(title, now, policy.maximum)] if now is not None else []
        self.panel.show_counts(lines)
        self.panel.show_note(
            _("What it costs when EMR has grown it to the maximum, the dearest nodes first: an "
              "upper bound, not a forecast.")
        )  # fmt: skip
        self.panel.show_facts(((_("EMR decides"), _("every 5 – 10 s")),
                               (_("New nodes run after"), _("5 – 6 min")), calls))  # fmt: skip

    def button_text(self, plan: Plan) -> str:
        """``Scale from 4 to 20 nodes, up to +$4.46/h``."""
        policy = self.policy
        if policy is None:
            return _("Turn managed scaling off")
        words = _("Scale from {low} to {high} {unit}").format(
            low=count(policy.minimum),
            high=count(policy.maximum),
            unit=units_word(policy.unit_type),
        )
        words = with_delta(words, plan.cost)
        return f"{words}…" if needs_question(plan) else words

    def _show_risks(self, plan: Plan | None) -> None:
        """The remarks say the same at more length; only what the plan alone knows is added."""


def _number(value: int | None) -> str:
    return _("an unknown number of") if value is None else count(value)
