"""The Scale sheet of an instance group, and the one that adds a task group."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from hue_desktop.core.candidates.enough import enough_nodes
from hue_desktop.core.candidates.strategies import group_shortage_text
from hue_desktop.core.candidates.values import Candidate
from hue_desktop.core.changes import AddTaskGroup, Change, GroupSpec, Plan, ResizeGroup
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.cost_lines import with_delta
from hue_desktop.core.format import count
from hue_desktop.core.instances import GroupState, InstanceGroup, Market, Role
from hue_desktop.core.resize_time import takes_effect
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.scaling import model_group
from hue_desktop.ui.confirm import needs_question
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.parts import Button, Label, Rule, column, role_token, row
from hue_desktop.ui.scaling.amount_row import AmountRow
from hue_desktop.ui.scaling.candidate_table import CandidateTable
from hue_desktop.ui.scaling.market_row import MarketRow
from hue_desktop.ui.scaling.scale_sheet import ScaleSheet
from hue_desktop.ui.scaling.words import market_word, role_fact, role_word, state_sentence

__all__ = ["ScaleGroupSheet"]

_MAX_NODES = 2000  #: EMR's default quota of nodes in a group
_FIRST_COUNT = 2
_ADD = "scaling.add_task"


class ScaleGroupSheet(ScaleSheet):
    """Target, market, and where more nodes come from.

    Nodes of the group's own type and market come into the group; any other type, and the other
    market, come as a task group of their own, because a group has one of each. Without
    ``group_id`` all nodes do. A core group that shrinks goes through the check of its blocks.
    """

    def __init__(
        self, ctx: UiContext, ref: ClusterRef, group_id: str = "", *, wanted: Change | None = None
    ) -> None:
        self.group_id = group_id
        self._wanted_type = ""
        self._fewer: tuple[int, str] | None = None  #: target and type of the accepted proposal
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        group = _group_of(snapshot, group_id)
        super().__init__(ctx, ref, *_titles(snapshot, ref, group), CandidateTable(""))
        market = group.market if group is not None else Market.SPOT
        role = group.role if group is not None else Role.TASK
        name = _("Target") if group_id else _("Nodes")
        self.amount = AmountRow(name, role_token(role, market))
        self.market = MarketRow(market)
        self._fact = Label(tone="text-2", wrap=True)
        self._instead = _instead_part(self._open_add)
        self._lay_out(role)
        self.amount.changed.connect(lambda _count: self._changed())
        self.market.changed.connect(self._market_changed)
        self.table.chosen.connect(self._changed)
        self.enough.accepted.connect(self._take_fewer)
        self._shown: InstanceGroup | None = None
        if not group_id:
            self.amount.show_amount(0, 1, _MAX_NODES)
            self.amount.set_value(_FIRST_COUNT)
        if wanted is not None:
            self._preset(wanted)
        self.show_cluster()
        if role is Role.TASK:
            self.read_candidates()
        self.read_room()

    def _lay_out(self, role: Role) -> None:
        market_part = QWidget()
        market_part.setLayout(column(10, self.market, 10, Rule("h")))
        market_part.setVisible(role is Role.TASK)
        self._facts_part = QWidget()
        self._facts_part.setLayout(column(14, self._fact, self._instead, spacing=0))
        self.table.setVisible(role is Role.TASK)
        self._instead.setVisible(role is Role.CORE)
        body = column(6, self.amount, 8, Rule("h"), market_part, self.attention, 12, self.table)
        body.addWidget(self._facts_part)
        body.addStretch(0)
        body.setStretchFactor(self.table, 1)
        self.body.addLayout(body, 1)

    def _preset(self, wanted: Change) -> None:
        """Fill in what somebody considers; the person may change all of it."""
        if isinstance(wanted, ResizeGroup) and wanted.group_id == self.group_id:
            self.show_cluster()
            self.amount.set_value(wanted.count)
        elif isinstance(wanted, AddTaskGroup):
            self.show_cluster()
            now = self.group.requested if self.group is not None else 0
            self.amount.set_value(now + wanted.group.count)
            self.market.choose(wanted.group.market)
            self._wanted_type = wanted.group.instance_type

    # What is there, and what is wanted

    @property
    def group(self) -> InstanceGroup | None:
        """The group as it was read last."""
        return _group_of(self.cluster, self.group_id)

    @property
    def wanted_market(self) -> Market:
        """Spot or on-demand, as chosen."""
        return self.market.market

    @property
    def wanted_nodes(self) -> int:
        """How many nodes come."""
        return max(self.amount.delta, 0)

    @property
    def owner_id(self) -> str:
        """The group that grows."""
        return self.group_id

    def own_word(self) -> str:
        """``this group``, or ``as core`` where there is no task group yet."""
        if self.group is not None:
            return _("this group")
        model = model_group(self.cluster, self.wanted_market) if self.cluster else None
        return _("as core") if model is not None and model.role is Role.CORE else _("as now")

    def warnings(self) -> Sequence[str]:
        """What the group's state means for a resize, and nodes that do not come."""
        group = self.group
        said = state_sentence(group.state, group.state_reason) if group is not None else ""
        return super().warnings() or (said,)

    @property
    def comes_as_new_group(self) -> bool:
        """Whether the nodes make a task group of their own."""
        group, chosen = self.group, self.table.current
        if not self.group_id:
            return True
        if group is None or group.role is not Role.TASK or self.amount.delta <= 0:
            return False
        other_type = chosen is not None and chosen.name != group.instance_type
        return other_type or self.wanted_market is not group.market

    @property
    def shrinks_core(self) -> bool:
        """Whether core nodes go."""
        group = self.group
        return group is not None and group.role is Role.CORE and self.amount.delta < 0

    def show_cluster(self) -> None:
        """Take over what was read since: present size, state and limits."""
        if not self.group_id:
            return
        group, cluster = self.group, self.cluster
        if group is None or cluster is None:
            self.no_plan(_("The group is not there any more."))
            return
        if group == self._shown:
            return
        self._shown = group
        zones = (node.az for node in cluster.nodes() if node.group_id == group.id and node.az)
        words = [f"{count(group.requested)} × {group.instance_type}", market_word(group.market)]
        self.heading.subtitle.setText(", ".join([*words, *sorted(set(zones))]))
        limits = self.ctx.app.scaling.limits(self.ref, group.id)
        tight = limits.low > 0 or limits.low == limits.high
        why = limits.sentence if tight else ""
        self.amount.show_amount(group.requested, limits.low, limits.high, why)
        self._changed()

    @property
    def _bought_type(self) -> str:
        """The type of the nodes that come or go."""
        if self.group is not None and not self.comes_as_new_group:
            return self.group.instance_type
        chosen = self.table.current
        return chosen.name if chosen is not None else ""

    @property
    def _bought_on(self) -> Market:
        """The market of the nodes that come or go."""
        if self.group is not None and not self.comes_as_new_group:
            return self.group.market
        return self.wanted_market

    # Candidates

    def _market_changed(self, key: str) -> None:
        if key:
            self.table.states.show_loading(_("Reading types and prices"))
            self.read_candidates()
        self._changed()

    def room_known(self) -> None:
        """Show what the cluster has, before and after."""
        self._show_room()

    def candidates_shown(self) -> None:
        """Select what somebody wanted, once, and plan with prices that are known now."""
        if self._wanted_type and self.table.select(self._wanted_type):
            self._wanted_type = ""
        self._changed()

    def _take_fewer(self, target: int) -> None:
        chosen = self.table.current
        self._fewer = (target, chosen.name) if chosen is not None else None
        self.amount.set_value(target)

    # The plan

    def _changed(self) -> None:
        self._show_parts()
        self._show_room()
        self.check_limit(self._bought_on, self._bought_type, self.amount.delta)
        problem = self.market.limit()[1] if self.comes_as_new_group else ""
        if problem:
            self.no_plan(problem)
        elif not self.comes_as_new_group:
            size = self.amount.value
            scaling, group_id = self.ctx.app.scaling, self.group_id
            self.plan_with(lambda: scaling.plan_resize_group(self.ref, group_id, size))
        elif self.table.current is None:
            self.no_plan(_("Choose a type."))
        else:
            spec = self._spec(self.table.current)
            self.plan_with(lambda: self.ctx.app.scaling.plan_add_task_group(self.ref, spec))

    def _spec(self, chosen: Candidate) -> GroupSpec:
        return GroupSpec(
            Role.TASK,
            chosen.name,
            self.amount.delta,
            self.wanted_market,
            self._free_name(),
            self.market.limit()[0],
        )

    def _free_name(self) -> str:
        """``task-spot-2`` when the cluster has a ``task-spot`` already."""
        cluster = self.cluster
        taken = {group.name for group in (cluster.groups if cluster else ()) or ()}
        base = "task-spot" if self.wanted_market is Market.SPOT else "task-on-demand"
        names = [base, *(f"{base}-{number}" for number in range(2, 60))]
        return next(name for name in names if name not in taken)

    def show_plan(self, plan: Plan) -> None:
        """Show the plan; without a difference only its present cost is worth showing."""
        group = self.group
        retries = group is not None and group.state is GroupState.SUSPENDED
        if not self.amount.delta and not retries:
            self.panel.show_plan(plan)
            self.no_plan(_("Move the target to see what changes."))
        else:
            super().show_plan(plan)
            if self.comes_as_new_group and group is not None:
                self._say_new_group(group)

    def _say_new_group(self, group: InstanceGroup) -> None:
        chosen = self.table.current
        other_type = chosen is not None and chosen.name != group.instance_type
        lead = _("The new type comes as task group {name}.")
        if not other_type:
            lead = _("{market} nodes come as task group {name}.")
        text = lead.format(name=self._free_name(), market=market_word(self.wanted_market))
        self.set_sentence(f"{text} {self.footer_text.text()}")

    def button_text(self, plan: Plan) -> str:
        """What happens and what it costs: ``Add 12 Spot nodes, +$4.46/h``."""
        words = with_delta(self._verb(), plan.cost)
        return f"{words}…" if needs_question(plan) else words

    def _verb(self) -> str:
        size = abs(self.amount.delta)
        if size == 0:
            return _("Try again")
        if self.wanted_market is Market.SPOT:
            nodes = ngettext("{n} Spot node", "{n} Spot nodes", size).format(n=count(size))
        else:
            nodes = ngettext("{n} node", "{n} nodes", size).format(n=count(size))
        lead = _("Add {nodes}") if self.amount.delta > 0 else _("Remove {nodes}")
        return lead.format(nodes=nodes)

    def _open_add(self) -> None:
        self.ctx.actions.trigger(_ADD, focus_on(self.ctx.app.fleet.snapshot(), self.ref))

    # What is shown around it

    def _show_parts(self) -> None:
        """The table where nodes come; a fact where they go."""
        group, delta = self.group, self.amount.delta
        role = group.role if group is not None else Role.TASK
        grows_task = role is Role.TASK and (delta >= 0 or not self.group_id)
        self.table.setVisible(grows_task)
        self._fact.setText(role_fact(role))
        self._facts_part.setVisible(not grows_task)
        self._instead.setVisible(role is Role.CORE and delta >= 0)
        own = group is not None and not self.comes_as_new_group
        self.market.show_fixed(own, group.bid_usd_hour if group is not None else None)
        self.market.show_shortage(group_shortage_text(role, self.wanted_market))
        size = max(delta, 0)
        title = _("Where more nodes come from")
        if size:
            title = ngettext(
                "Where the {n} node comes from", "Where the {n} nodes come from", size
            ).format(n=count(size))
        self.table.title.setText(title)

    def _show_room(self) -> None:
        group, chosen = self.group, self.table.current
        role = group.role if group is not None else Role.TASK
        delta, before = self.amount.delta, group.requested if group is not None else 0
        name = self._bought_type
        volumes = group.ebs_volumes if group is not None and not self.comes_as_new_group else ()
        self.show_room(name, delta, role, volumes)
        moved = f"{count(abs(delta))} × {name}" if delta and name else ""
        self.panel.show_subtitle(moved)
        found = None
        taken = chosen is not None and self._fewer == (self.amount.value, chosen.name)
        new = self.comes_as_new_group and not taken  # fewer than what was wanted, not ever fewer
        if new and chosen is not None and self.listed is not None:
            found = enough_nodes(chosen, self.listed.own, delta, before=before)
        self.enough.show_enough(found)
        call = "AddInstanceGroups" if self.comes_as_new_group else "ModifyInstanceGroups"
        when = takes_effect(role, 0, delta) if delta >= 0 else takes_effect(role, -delta, 0)
        self.panel.show_facts(((_("Takes effect"), when), (_("Calls"), f"{call} × 1")))


def _instead_part(open_add: Callable[[], None]) -> QWidget:
    """Task nodes as the other way to more YARN memory."""
    part = QWidget()
    text = Label(
        _(
            "Only core nodes add HDFS. Where YARN memory alone is short, task nodes do: they can "
            "be on Spot, be of any type, and leave without taking data along."
        ),
        tone="text-2",
        wrap=True,
    )
    button = Button(_("Add task nodes…"), clicked=open_add)
    part.setLayout(column(10, text, 10, row(button, None)))
    return part


def _titles(
    snapshot: ClusterSnapshot | None, ref: ClusterRef, group: InstanceGroup | None
) -> tuple[str, str]:
    if group is not None:
        name = group.name or role_word(group.role).lower()
        return _("Scale {group}").format(group=name), ""
    name = snapshot.summary.name if snapshot is not None else ref.cluster_id
    return _("Add task nodes"), f"{name} · {ref.cluster_id}"


def _group_of(cluster: ClusterSnapshot | None, group_id: str) -> InstanceGroup | None:
    if cluster is None or not group_id:
        return None
    return next((group for group in cluster.groups or () if group.id == group_id), None)
