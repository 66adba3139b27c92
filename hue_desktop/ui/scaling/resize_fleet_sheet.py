"""The sheet that sets the targets of an instance fleet, in units."""

from __future__ import annotations

from hue_desktop.core.capacity import capacity
from hue_desktop.core.changes import Plan
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.cost_lines import count_line, with_delta
from hue_desktop.core.instances import GroupState, InstanceFleet, Market
from hue_desktop.core.resize_time import takes_effect
from hue_desktop.core.text import _
from hue_desktop.ui.confirm import PlanSheet, needs_question
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Label, Rule, column, role_token
from hue_desktop.ui.scaling.amount_row import AmountRow
from hue_desktop.ui.scaling.words import market_word, role_fact, role_word, state_sentence

__all__ = ["ResizeFleetSheet"]

_MAX_UNITS = 100_000


class ResizeFleetSheet(PlanSheet):
    """On-demand and Spot units, each with its slider."""

    def __init__(self, ctx: UiContext, ref: ClusterRef, fleet_id: str) -> None:
        self.fleet_id = fleet_id
        fleet = _fleet_of(ctx.app.fleet.snapshot().clusters.get(ref), fleet_id)
        name = (fleet.name or role_word(fleet.role)) if fleet is not None else fleet_id
        super().__init__(ctx, ref, _("Scale {fleet}").format(fleet=name))
        role = fleet.role if fleet is not None else None
        self.on_demand = AmountRow(market_word(Market.ON_DEMAND), role_token(role), units=True)
        self.spot = AmountRow(market_word(Market.SPOT), role_token(role, Market.SPOT), units=True)
        self._units = Label(tone="text-2", wrap=True)
        self._fact = Label(tone="text-2", wrap=True)
        self._state = Label(tone="warn", wrap=True)
        below = column(self._state, self.risks, self._units, self._fact, spacing=14)
        self.body.addLayout(
            column(14, self.on_demand, 6, self.spot, 12, Rule("h"), 14, below, None)
        )
        for amount in (self.on_demand, self.spot):
            amount.changed.connect(lambda _units: self._changed())
        self._shown: InstanceFleet | None = None
        self.show_cluster()
        self.read_types(self._show_counts)

    @property
    def fleet(self) -> InstanceFleet | None:
        """The fleet as it was read last."""
        return _fleet_of(self.cluster, self.fleet_id)

    def show_cluster(self) -> None:
        """Take over what was read since: targets, types and state."""
        fleet = self.fleet
        if fleet is None:
            self.no_plan(_("The fleet is not there any more."))
            return
        if fleet == self._shown:
            return
        self._shown = fleet
        self.on_demand.show_amount(fleet.target_on_demand, 0, _MAX_UNITS)
        self.spot.show_amount(fleet.target_spot, 0, _MAX_UNITS)
        kinds = [f"{kind.instance_type} = {kind.weight}" for kind in fleet.types]
        self.heading.subtitle.setText(
            _("{od} on-demand and {spot} Spot units are there").format(
                od=fleet.provisioned_on_demand, spot=fleet.provisioned_spot
            )
        )
        self._units.setText(_("Units of a node: {types}.").format(types=", ".join(kinds)))
        self._fact.setText(role_fact(fleet.role))
        self._state.setText(state_sentence(fleet.state, fleet.state_reason))
        self._state.setVisible(bool(self._state.text()))
        self._changed()

    @property
    def _delta(self) -> int:
        return self.on_demand.delta + self.spot.delta

    def _changed(self) -> None:
        self._show_counts()
        on_demand, spot = self.on_demand.value, self.spot.value
        self.plan_with(
            lambda: self.ctx.app.scaling.plan_resize_fleet(self.ref, self.fleet_id, on_demand, spot)
        )

    def show_plan(self, plan: Plan) -> None:
        """Show the plan; without a difference only its present cost is worth showing."""
        fleet = self.fleet
        retries = fleet is not None and fleet.state is GroupState.SUSPENDED
        if self.on_demand.delta or self.spot.delta or retries:
            super().show_plan(plan)
            return
        self.panel.show_plan(plan)
        self.no_plan(_("Move a target to see what changes."))

    def button_text(self, plan: Plan) -> str:
        """``Scale to 24 units, +$1.20/h``."""
        total = self.on_demand.value + self.spot.value
        words = _("Scale to {n} units").format(n=total)
        words = with_delta(words, plan.cost)
        return f"{words}…" if needs_question(plan) else words

    def _show_counts(self) -> None:
        fleet, cluster = self.fleet, self.cluster
        if fleet is None or cluster is None:
            return
        before = fleet.target_on_demand + fleet.target_spot
        lines = [count_line(_("Units"), before, before + self._delta)]
        now = capacity(cluster, self.types)
        if now.vcpu is not None:
            self.panel.show_note(
                _("Which types come or go, EMR decides; now {n} nodes have {vcpu} vCPU.").format(
                    n=now.nodes, vcpu=now.vcpu
                )
            )
        self.panel.show_counts(lines)
        when = takes_effect(fleet.role, before, before + self._delta)
        self.panel.show_facts(((_("Takes effect"), when), (_("Calls"), "ModifyInstanceFleet × 1")))


def _fleet_of(cluster: ClusterSnapshot | None, fleet_id: str) -> InstanceFleet | None:
    if cluster is None:
        return None
    return next((fleet for fleet in cluster.fleets or () if fleet.id == fleet_id), None)
