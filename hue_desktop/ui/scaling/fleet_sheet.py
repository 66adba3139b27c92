"""The Scale sheet of an instance fleet, and the one that adds the task fleet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from hue_desktop.core.candidates.diversify import FEW_TYPES
from hue_desktop.core.candidates.values import (
    Candidate,
    Diversification,
    DiversifySpec,
    PlacementScores,
    WeighBy,
)
from hue_desktop.core.changes import AddTaskFleet, Change, FleetSpec, Plan, ResizeFleet
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.cost_lines import count_line, with_delta
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import count
from hue_desktop.core.instances import FleetType, GroupState, InstanceFleet, Market, Role
from hue_desktop.core.resize_time import takes_effect
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.confirm import needs_question
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Label, NumberField, Rule, column, role_token, row
from hue_desktop.ui.scaling.amount_row import AmountRow
from hue_desktop.ui.scaling.candidate_table import CandidateTable
from hue_desktop.ui.scaling.fleet_rows import MannersRow, TypesRow
from hue_desktop.ui.scaling.scale_sheet import ScaleSheet
from hue_desktop.ui.scaling.words import market_word, role_fact, role_word, state_sentence

__all__ = ["ScaleFleetSheet"]

_MAX_UNITS = 100_000
_FIRST_TYPE = "m5.xlarge"
_FIRST_NODES = 2
_SCORABLE = 3  #: EC2 gives requests with fewer types a low score, whatever it has


class ScaleFleetSheet(ScaleSheet):
    """Units on demand and on Spot, how EMR finds them, and the types that it may take.

    Without ``fleet_id`` it adds the task fleet: a cluster has one fleet a role at most.
    """

    def __init__(
        self, ctx: UiContext, ref: ClusterRef, fleet_id: str = "", *, wanted: Change | None = None
    ) -> None:
        self.fleet_id = fleet_id
        self._weights: dict[str, int] = {}
        self._priced_for: Market | None = None  #: the market that candidates were asked for
        self._score_of: tuple[tuple[str, ...], int] | None = None  #: types and nodes scored
        self._score: int | None = None
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        fleet = _fleet_of(snapshot, fleet_id)
        table = CandidateTable("", units=lambda one: self._weights.get(one.name))
        super().__init__(ctx, ref, *_titles(snapshot, ref, fleet), table)
        role = fleet.role if fleet is not None else Role.TASK
        self.on_demand = AmountRow(market_word(Market.ON_DEMAND), role_token(role), units=True)
        self.spot = AmountRow(market_word(Market.SPOT), role_token(role, Market.SPOT), units=True)
        self.manners = MannersRow(first=not fleet_id)
        self.types_row = TypesRow()
        self._built = Label(tone="text-2", size="small", wrap=True)
        self.weight = NumberField(1, name=_("Units of a node"), low=1, high=999)
        self._fact = Label(tone="text-2", wrap=True)
        self._lay_out()
        self._connect()
        self._show_weight()
        self._shown: InstanceFleet | None = None
        if fleet is None:
            self._begin(snapshot)
        self.show_cluster()
        if wanted is not None:
            self._preset(wanted)
        self.read_candidates()
        self.read_room()

    def _lay_out(self) -> None:
        self._weighing = QWidget()
        self._weight_text = Label(tone="text-2")
        self._weight_unit = Label(_("units"), tone="text-2")
        self.weight.setFixedWidth(60)
        weighing = row(self._weight_text, self.weight, self._weight_unit, None)
        weighing.setContentsMargins(0, 8, 0, 0)
        self._weighing.setLayout(weighing)
        body = column(
            4,
            self.on_demand,
            self.spot,
            8,
            Rule("h"),
            10,
            self.manners,
            10,
            Rule("h"),
            10,
            self.types_row,
            10,
            Rule("h"),
            self.attention,
            12,
            self.table,
            self._weighing,
            self._built,
            self._fact,
        )
        body.setStretchFactor(self.table, 1)
        self.body.addLayout(body, 1)

    def _connect(self) -> None:
        for amount in (self.on_demand, self.spot):
            amount.changed.connect(lambda _units: self._changed())
        self.manners.changed.connect(self._changed)
        self.types_row.suggest_requested.connect(self.suggest)
        self.table.chosen.connect(self._ticked)
        self.table.table.selection_changed.connect(lambda _rows: self._show_weight())
        self.weight.valueChanged.connect(self._weighed)

    def _begin(self, snapshot: ClusterSnapshot | None) -> None:
        """A task fleet that starts with the types of core."""
        fleets = (snapshot.fleets if snapshot is not None else None) or ()
        core = next((one for one in fleets if one.role is Role.CORE and one.types), None)
        kinds = core.types if core is not None else (FleetType(_FIRST_TYPE, 4),)
        self._take(kinds)
        for amount in (self.on_demand, self.spot):
            amount.show_amount(0, 0, _MAX_UNITS)
        self.spot.set_value(_FIRST_NODES * max(kind.weight for kind in kinds))
        self._changed()

    def _preset(self, wanted: Change) -> None:
        """Fill in what somebody considers; the person may change all of it."""
        if isinstance(wanted, ResizeFleet) and wanted.fleet_id == self.fleet_id:
            self.on_demand.set_value(wanted.target_on_demand)
            self.spot.set_value(wanted.target_spot)
            if wanted.types:
                self._take(wanted.types)
            if wanted.timeout_minutes:
                self.manners.timeout.setValue(wanted.timeout_minutes)
        elif isinstance(wanted, AddTaskFleet) and not self.fleet_id:
            self._take(wanted.fleet.types)
            self.on_demand.set_value(wanted.fleet.target_on_demand)
            self.spot.set_value(wanted.fleet.target_spot)
            self.manners.strategy.set_key(wanted.fleet.spot_strategy)
            self.manners.action.set_key(wanted.fleet.timeout_action)
            self.manners.timeout.setValue(wanted.fleet.timeout_minutes)

    # What is there, and what is wanted

    @property
    def fleet(self) -> InstanceFleet | None:
        """The fleet as it was read last."""
        return _fleet_of(self.cluster, self.fleet_id)

    @property
    def owner_id(self) -> str:
        """The fleet that grows."""
        return self.fleet_id

    @property
    def wanted_market(self) -> Market:
        """The market of the prices: that of most of the units."""
        return Market.ON_DEMAND if self.spot.value < self.on_demand.value else Market.SPOT

    @property
    def wanted_nodes(self) -> int:
        """About how many nodes come."""
        cheapest = self._cheapest()
        weight = self._weights.get(cheapest.name, 1) if cheapest is not None else 1
        return math.ceil(max(self._delta, 0) / weight)

    @property
    def shrinks_core(self) -> bool:
        """Whether core nodes go."""
        fleet = self.fleet
        return fleet is not None and fleet.role is Role.CORE and self._delta < 0

    def own_word(self) -> str:
        """The boxes say which types the fleet has."""
        return ""

    @property
    def _delta(self) -> int:
        return self.on_demand.delta + self.spot.delta

    def warnings(self) -> Sequence[str]:
        """What the fleet's state means for a resize, too few types, and nodes that do not come."""
        fleet, size = self.fleet, len(self.table.ticked)
        said = list(super().warnings())
        if fleet is not None and not said:
            said.append(state_sentence(fleet.state, fleet.state_reason))
        if 0 < size < FEW_TYPES and self.spot.value:
            text = ngettext(
                "EC2 can choose among {n} type only; AWS advises {few} or more for Spot.",
                "EC2 can choose among {n} types only; AWS advises {few} or more for Spot.",
                size,
            )
            said.append(text.format(n=count(size), few=FEW_TYPES))
        return said

    def kinds(self) -> tuple[FleetType, ...]:
        """The types that are ticked: those of the fleet in their order, then by rank."""
        fleet = self.fleet
        kept = {kind.instance_type: kind for kind in (fleet.types if fleet is not None else ())}
        ticked = self.table.ticked
        ranked = [one.name for one in self.table.candidates if one.name in ticked]
        names = [name for name in kept if name in ticked]
        names += [name for name in ranked if name not in kept]
        names += sorted(ticked - set(names))
        return tuple(
            replace(kept.get(name, FleetType(name)), weight=self._weights.get(name, 1))
            for name in names
        )

    @property
    def _new_types(self) -> tuple[FleetType, ...]:
        """The types to give to EMR; empty while they are those of the fleet."""
        fleet, kinds = self.fleet, self.kinds()
        return () if fleet is not None and kinds == fleet.types else kinds

    def _take(self, kinds: tuple[FleetType, ...]) -> None:
        self._weights = {kind.instance_type: kind.weight for kind in kinds}
        self.table.tick({kind.instance_type for kind in kinds})

    def show_cluster(self) -> None:
        """Take over what was read since: targets, types and state."""
        if not self.fleet_id:
            return
        fleet, cluster = self.fleet, self.cluster
        if fleet is None:
            self.no_plan(_("The fleet is not there any more."))
            return
        if fleet == self._shown:
            return
        if self._shown is None or self._shown.types != fleet.types:
            self._take(fleet.types)
        self._shown = fleet
        self.on_demand.show_amount(fleet.target_on_demand, 0, _MAX_UNITS)
        self.spot.show_amount(fleet.target_spot, 0, _MAX_UNITS)
        text = _("{od} on-demand and {spot} Spot units are there")
        self.heading.subtitle.setText(
            text.format(od=count(fleet.provisioned_on_demand), spot=count(fleet.provisioned_spot))
        )
        release = cluster.cluster.release if cluster is not None and cluster.cluster else ""
        self.manners.show_fleet(fleet, release)
        self._changed()

    # Types

    def suggest(self) -> None:
        """Fill the list with types of like size, so that EC2 has many pools to take from."""
        model = self._model()
        if not model:
            return
        spec = DiversifySpec(
            model,
            WeighBy(self.types_row.weigh_by.current),
            self.types_row.most.value(),
            self.types_row.mixed.isChecked(),
        )
        market, fleet_id = self.wanted_market, self.fleet_id
        self.types_row.suggest.setEnabled(False)
        self.ctx.tasks.run(
            "aws",
            lambda _token: self.ctx.app.scaling.diversify(self.ref, spec, market, fleet_id),
            owner=self,
            done=self._suggested,
            failed=self._not_suggested,
            key="diversify",
        )

    def _model(self) -> str:
        """The type to grow from: the selected one among those ticked, else the cheapest of them."""
        current = self.table.current
        if current is not None and current.name in self.table.ticked:
            return current.name
        cheapest = self._cheapest()
        if cheapest is not None:
            return cheapest.name
        return current.name if current is not None else next(iter(self._weights), "")

    def _suggested(self, found: Diversification) -> None:
        self.types_row.suggest.setEnabled(True)
        if found.picks:
            self._take(self._in_units_of_fleet(found.types))
        self._built.setText(" ".join((*self._unit_text(), *found.notes)))
        self.table.show_ticked_first()
        self._ticked()

    def _in_units_of_fleet(self, kinds: tuple[FleetType, ...]) -> tuple[FleetType, ...]:
        """With weights that keep what a unit of the fleet is, or its targets would mean more."""
        for kind in kinds:
            now = self._weights.get(kind.instance_type)
            if self.fleet_id and now:
                factor = now / kind.weight
                return tuple(
                    replace(one, weight=max(1, round(one.weight * factor))) for one in kinds
                )
        return kinds

    def _unit_text(self) -> tuple[str, ...]:
        """What a unit of the ticked types stands for; nothing while there are none."""
        for one in self.table.candidates:
            weight = self._weights.get(one.name)
            if not weight:
                continue
            if self.types_row.weigh_by.current == WeighBy.VCPU.value:
                return (_("A unit is {n} vCPU.").format(n=f"{one.type.vcpu / weight:.3g}"),)
            size = f"{one.type.memory_gib / weight:.3g}"
            return (_("A unit is about {n} GiB of memory.").format(n=size),)
        return ()

    def _not_suggested(self, error: HueError) -> None:
        self.types_row.suggest.setEnabled(True)
        self._built.setText(str(error))

    def candidates_shown(self) -> None:
        """The types of the fleet come first, then what else there is."""
        self.table.show_ticked_first()
        self._ticked()

    def _ticked(self) -> None:
        for name in self.table.ticked - self._weights.keys():
            self._weights[name] = self._weight_of(name)
        self._show_weight()
        self._changed()

    def _weight_of(self, name: str) -> int:
        """Units of a type that is new, in proportion to the vCPU of one that is there."""
        one = self.table.named(name)
        for other in self.table.candidates:
            if one is not None and other.name != name and other.name in self._weights:
                share = one.type.vcpu / max(other.type.vcpu, 1)
                return max(1, round(self._weights[other.name] * share))
        return 1

    def _weighed(self, weight: int) -> None:
        current = self.table.current
        if current is not None and current.name in self.table.ticked:
            self._weights[current.name] = weight
            self.table.refresh_units()
            self._changed()

    def _show_weight(self) -> None:
        current = self.table.current
        there = current is not None and current.name in self.table.ticked
        self._weighing.setVisible(there)
        if current is not None and there:
            self._weight_text.setText(_("A node of {type} counts").format(type=current.name))
            self.weight.blockSignals(True)
            self.weight.setValue(self._weights.get(current.name, 1))
            self.weight.blockSignals(False)

    def _cheapest(self) -> Candidate | None:
        """The ticked type that costs least a unit: the plan reckons with it, too."""
        priced = [
            (one.usd_hour / self._weights.get(one.name, 1), one.name, one)
            for one in self.table.candidates
            if one.name in self.table.ticked and one.usd_hour is not None
        ]
        return min(priced)[2] if priced else None

    def read_candidates(self) -> None:
        """Ask with the prices of the market that most units are for."""
        self._priced_for = self.wanted_market
        super().read_candidates()

    # The plan

    def _changed(self) -> None:
        if self._priced_for not in (None, self.wanted_market):
            self.read_candidates()
        self._show_types()
        self._show_room()
        on_demand, spot = self.on_demand.value, self.spot.value
        kinds = self.kinds()
        if not kinds:
            self.no_plan(_("Tick one type at least."))
        elif not self.fleet_id and not on_demand + spot:
            self.no_plan(_("Ask for one unit at least."))
        elif not self.fleet_id:
            spec = self._spec(kinds)
            self.plan_with(lambda: self.ctx.app.scaling.plan_add_task_fleet(self.ref, spec))
        else:
            types, minutes = self._new_types, self.manners.timeout_minutes
            self.plan_with(
                lambda: self.ctx.app.scaling.plan_resize_fleet(
                    self.ref, self.fleet_id, on_demand, spot, timeout_minutes=minutes, types=types
                )
            )

    def _spec(self, kinds: tuple[FleetType, ...]) -> FleetSpec:
        return FleetSpec(
            Role.TASK,
            kinds,
            self.on_demand.value,
            self.spot.value,
            name="task",
            spot_strategy=self.manners.strategy.key,
            timeout_minutes=self.manners.timeout.value(),
            timeout_action=self.manners.action.key,
        )

    def show_plan(self, plan: Plan) -> None:
        """Show the plan; without a difference only its present cost is worth showing."""
        fleet = self.fleet
        retries = fleet is not None and fleet.state is GroupState.SUSPENDED
        moved = self.on_demand.delta or self.spot.delta
        if not self.fleet_id or moved or retries or self._new_types:
            super().show_plan(plan)
            self._read_score()
        else:
            self.panel.show_plan(plan)
            self.no_plan(_("Move a target, or tick other types, to see what changes."))

    def _read_score(self) -> None:
        """Have EC2 say how likely it finds the nodes, where any of the types will do.

        It is asked for a round number of nodes, which a node more or less does not change: EC2
        counts the different questions of a day. With fewer than three types it answers low whatever
        it has, so it is not asked about a single one.
        """
        names, nodes = tuple(sorted(self.table.ticked)), self.wanted_nodes
        if self.wanted_market is not Market.SPOT or nodes < 1 or len(names) < _SCORABLE:
            self._score_of = None
            return
        asked = (names, 1 << (nodes - 1).bit_length())
        if asked == self._score_of:
            return
        self._score_of, self._score = asked, None

        def arrived(scores: PlacementScores) -> None:
            self._score = scores.together
            self._show_room()

        self.ctx.tasks.run(
            "scores",
            lambda _token: self.ctx.app.scaling.placement_scores(self.ref, *asked, alone=False),
            owner=self,
            done=arrived,
            failed=lambda _error: None,
            key="score",
        )

    def button_text(self, plan: Plan) -> str:
        """``Scale to 24 units, +$1.20/h``."""
        total = self.on_demand.value + self.spot.value
        words = ngettext("Scale to {n} unit", "Scale to {n} units", total).format(n=count(total))
        if not self.fleet_id:
            words = _("Add task fleet")
        elif not self.on_demand.delta and not self.spot.delta:
            words = _("Change types") if self._new_types else _("Try again")
        words = with_delta(words, plan.cost)
        return f"{words}…" if needs_question(plan) else words

    # What is shown around it

    def _show_types(self) -> None:
        picked = [one for one in self.table.candidates if one.name in self.table.ticked]
        size = len(self.table.ticked)
        title = ngettext("{n} type", "{n} types", size).format(n=count(size))
        pools = [one.pools for one in picked if one.pools is not None]
        if pools:
            title = _("{types}, {n} pools").format(types=title, n=count(sum(pools)))
        self.table.title.setText(title)
        fleet = self.fleet
        self._fact.setText(role_fact(fleet.role if fleet is not None else Role.TASK))
        self._fact.setVisible(self._delta < 0)
        self._built.setVisible(bool(self._built.text()))

    def room_known(self) -> None:
        """Show what the cluster has, before and after."""
        self._show_room()

    def _show_room(self) -> None:
        fleet, cheapest, delta = self.fleet, self._cheapest(), self._delta
        role = fleet.role if fleet is not None else Role.TASK
        before = fleet.target_on_demand + fleet.target_spot if fleet is not None else 0
        units = count_line(_("Units"), before, before + delta)
        nodes = self.wanted_nodes
        name = cheapest.name if cheapest is not None and delta > 0 else ""
        self.show_room(name, nodes if name else 0, role, more_lines=(units,))
        self.panel.show_subtitle(f"≈ {count(nodes)} × {name}" if name and nodes else "")
        self.check_limit(self.wanted_market, name, nodes)
        call = "ModifyInstanceFleet" if self.fleet_id else "AddInstanceFleet"
        when = takes_effect(role, before, before + delta)
        facts = [(_("Takes effect"), when), (_("Calls"), f"{call} × 1")]
        if self._score is not None and self._score_of is not None and nodes:
            text = _("{n} of 10, any of the types").format(n=self._score)
            facts.insert(1, (_("Placement score"), text))
        self.panel.show_facts(facts)


def _titles(
    snapshot: ClusterSnapshot | None, ref: ClusterRef, fleet: InstanceFleet | None
) -> tuple[str, str]:
    if fleet is not None:
        name = fleet.name or role_word(fleet.role).lower()
        return _("Scale {fleet}").format(fleet=name), ""
    name = snapshot.summary.name if snapshot is not None else ref.cluster_id
    return _("Add task fleet"), f"{name} · {ref.cluster_id}"


def _fleet_of(cluster: ClusterSnapshot | None, fleet_id: str) -> InstanceFleet | None:
    if cluster is None or not fleet_id:
        return None
    return next((fleet for fleet in cluster.fleets or () if fleet.id == fleet_id), None)
