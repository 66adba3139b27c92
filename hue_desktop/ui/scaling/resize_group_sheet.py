"""The sheet that sets an instance group to another number of nodes."""

from __future__ import annotations

from hue_desktop.core.capacity import capacity
from hue_desktop.core.changes import Plan
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.cost_lines import with_delta
from hue_desktop.core.instances import GroupState, InstanceGroup, Market
from hue_desktop.core.resize_time import takes_effect
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.confirm import PlanSheet, needs_question
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Label, Rule, column, role_token
from hue_desktop.ui.scaling.amount_row import AmountRow
from hue_desktop.ui.scaling.words import capacity_lines, market_word, role_fact, state_sentence

__all__ = ["ResizeGroupSheet"]


class ResizeGroupSheet(PlanSheet):
    """Target with slider and number; what it costs at the right; what it risks below."""

    def __init__(self, ctx: UiContext, ref: ClusterRef, group_id: str) -> None:
        self.group_id = group_id
        group = _group_of(ctx.app.fleet.snapshot().clusters.get(ref), group_id)
        name = (group.name or group.role.value.lower()) if group is not None else group_id
        super().__init__(ctx, ref, _("Scale {group}").format(group=name))
        token = role_token(group.role, group.market) if group is not None else "role-core"
        self.amount = AmountRow(_("Target"), token)
        self.amount.changed.connect(lambda _count: self._changed())
        self._fact = Label(tone="text-2", wrap=True)
        self._state = Label(tone="warn", wrap=True)
        below = column(self._state, self.risks, self._fact, spacing=14)
        self.body.addLayout(column(14, self.amount, 14, Rule("h"), 14, below, None))
        self._shown: InstanceGroup | None = None
        self.show_cluster()
        self.read_types(self._show_counts)

    @property
    def group(self) -> InstanceGroup | None:
        """The group as it was read last."""
        return _group_of(self.cluster, self.group_id)

    def show_cluster(self) -> None:
        """Take over what was read since: present size, state and limits."""
        group, cluster = self.group, self.cluster
        if group is None or cluster is None:
            self.no_plan(_("The group is not there any more."))
            return
        if group == self._shown:
            return
        self._shown = group
        zones = (node.az for node in cluster.nodes() if node.group_id == group.id and node.az)
        words = [f"{group.requested} × {group.instance_type}", market_word(group.market)]
        self.heading.subtitle.setText(", ".join([*words, *sorted(set(zones))]))
        limits = self.ctx.app.scaling.limits(self.ref, group.id)
        self.amount.show_amount(group.requested, limits.low, limits.high, limits.sentence)
        self._fact.setText(role_fact(group.role))
        self._state.setText(state_sentence(group.state, group.state_reason))
        self._state.setVisible(bool(self._state.text()))
        self._changed()

    def _changed(self) -> None:
        self._show_counts()
        count = self.amount.value
        self.plan_with(
            lambda: self.ctx.app.scaling.plan_resize_group(self.ref, self.group_id, count)
        )

    def show_plan(self, plan: Plan) -> None:
        """Show the plan; without a difference only its present cost is worth showing."""
        group = self.group
        retries = group is not None and group.state is GroupState.SUSPENDED
        if self.amount.delta or retries:
            super().show_plan(plan)
            return
        self.panel.show_plan(plan)
        self.no_plan(_("Move the target to see what changes."))

    def button_text(self, plan: Plan) -> str:
        """What happens and what it costs: ``Add 12 Spot nodes, +$4.46/h``."""
        words = self._verb()
        words = with_delta(words, plan.cost)
        return f"{words}…" if needs_question(plan) else words

    def _verb(self) -> str:
        size = abs(self.amount.delta)
        if size == 0:
            return _("Scale")
        spot = self.group is not None and self.group.market is Market.SPOT
        if spot:
            nodes = ngettext("{n} Spot node", "{n} Spot nodes", size).format(n=size)
        else:
            nodes = ngettext("{n} node", "{n} nodes", size).format(n=size)
        lead = _("Add {nodes}") if self.amount.delta > 0 else _("Remove {nodes}")
        return lead.format(nodes=nodes)

    def _show_counts(self) -> None:
        group, cluster = self.group, self.cluster
        if group is None or cluster is None:
            return
        before = capacity(cluster, self.types)
        after = before.with_more(self.amount.delta, self.types.get(group.instance_type))
        self.panel.show_counts(capacity_lines(before, after))
        when = takes_effect(group.role, group.requested, self.amount.value)
        self.panel.show_facts(((_("Takes effect"), when), (_("Calls"), "ModifyInstanceGroups × 1")))


def _group_of(cluster: ClusterSnapshot | None, group_id: str) -> InstanceGroup | None:
    if cluster is None:
        return None
    return next((group for group in cluster.groups or () if group.id == group_id), None)
