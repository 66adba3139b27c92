"""The sheet that adds a task group: how many nodes, on which market, of which type."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hue_desktop.core.capacity import capacity
from hue_desktop.core.changes import GroupSpec, Plan
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.cost_lines import with_delta
from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.resize_time import takes_effect
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.launch import PricedType
from hue_desktop.services.scaling import model_group
from hue_desktop.ui.confirm import PlanSheet, needs_question
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import (
    Choice,
    ComboField,
    Label,
    Rule,
    Segmented,
    TextField,
    column,
    role_token,
    row,
)
from hue_desktop.ui.scaling.amount_row import AmountRow
from hue_desktop.ui.scaling.type_table import TypeTable
from hue_desktop.ui.scaling.words import capacity_lines, market_word

__all__ = ["AddTaskGroupSheet"]

_MAX_NODES = 2000  #: EMR's default quota of nodes in a group
_LABEL_WIDTH = 80
_FIRST_COUNT = 2


class AddTaskGroupSheet(PlanSheet):
    """Types come ranked; the plan follows what is selected."""

    def __init__(self, ctx: UiContext, ref: ClusterRef) -> None:
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        name = snapshot.summary.name if snapshot is not None else ref.cluster_id
        super().__init__(ctx, ref, _("Add task nodes"), f"{name} · {ref.cluster_id}")
        self.amount = AmountRow(_("Nodes"), role_token(Role.TASK, Market.SPOT))
        self.amount.show_amount(0, 1, _MAX_NODES)
        self.amount.set_value(_FIRST_COUNT)
        self.market = Segmented(
            (
                Choice(Market.SPOT.value, market_word(Market.SPOT)),
                Choice(Market.ON_DEMAND.value, market_word(Market.ON_DEMAND)),
            ),
            name=_("Market"),
        )
        self.bid_kind = ComboField(
            (("", _("on-demand price")), ("limit", _("a limit"))), name=_("Pay at most")
        )
        self.bid_kind.setMinimumWidth(136)
        self.bid = TextField(name=_("Limit in $/h of a node"), placeholder="0.250")
        self.bid.setFixedWidth(84)
        self.table = TypeTable()
        self.table.states.show_loading(_("Reading types and prices"))
        self.table.states.retry_requested.connect(self.read_candidates)
        self._lay_out()
        self.amount.changed.connect(lambda _count: self._changed())
        self.market.chosen.connect(lambda _key: self._market_chosen())
        self.bid_kind.currentIndexChanged.connect(lambda _at: self._changed())
        self.bid.textChanged.connect(lambda _text: self._changed())
        self.table.chosen.connect(lambda _type: self._changed())
        self.read_types(self._changed)
        self._market_chosen()

    def _lay_out(self) -> None:
        market = row(_caption(_("Market")), self.market, None, spacing=12)
        self._bidding = QWidget()
        limit = row(_caption(_("Pay at most")), self.bid_kind, self.bid, None, spacing=12)
        limit.setContentsMargins(0, 8, 0, 0)
        self._bidding.setLayout(limit)
        self.body.addLayout(
            column(
                14,
                self.amount,
                12,
                Rule("h"),
                10,
                market,
                self._bidding,
                10,
                Rule("h"),
                12,
                self.table,
                10,
                self.risks,
            )
        )

    @property
    def wanted_market(self) -> Market:
        """Spot or on-demand, as chosen."""
        return Market(self.market.current)

    def _market_chosen(self) -> None:
        self._bidding.setVisible(self.wanted_market is Market.SPOT)
        self.read_candidates()
        self._changed()

    def read_candidates(self) -> None:
        """Ask which types fit this cluster and what they cost."""
        market = self.wanted_market
        self.ctx.tasks.run(
            "aws",
            lambda _token: self.ctx.app.scaling.candidates(self.ref, market),
            owner=self,
            done=self._show_candidates,
            failed=self._show_failed,
            key="candidates",
        )

    def _show_candidates(self, types: tuple[PricedType, ...]) -> None:
        cluster, market = self.cluster, self.wanted_market
        model = model_group(cluster, market) if cluster is not None else None
        if model is None:
            self.table.show_types(types, market)
        else:
            word = _("this group") if model.role is Role.TASK else _("as core")
            self.table.show_types(types, market, model.instance_type, word)
        self._changed()

    def _show_failed(self, error: HueError) -> None:
        self.table.states.show_failed(error)
        self.no_plan(_("Without a type nothing can be added."))

    def _changed(self) -> None:
        self.bid.setVisible(self.bid_kind.key == "limit")
        chosen = self.table.current
        self._show_counts(chosen)
        if chosen is None:
            self.no_plan(_("Choose a type."))
            return
        bid, problem = self._limit()
        self.bid.set_problem(problem)
        if problem:
            self.no_plan(problem)
            return
        spec = GroupSpec(
            Role.TASK,
            chosen.name,
            self.amount.value,
            self.wanted_market,
            self._free_name(),
            bid,
        )
        self.plan_with(lambda: self.ctx.app.scaling.plan_add_task_group(self.ref, spec))

    def _limit(self) -> tuple[float | None, str]:
        """The most to pay for a node and hour (``None``: on-demand), and what is wrong with it."""
        if self.wanted_market is not Market.SPOT or self.bid_kind.key != "limit":
            return None, ""
        text = self.bid.text().strip().lstrip("$")
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        if value <= 0:
            return None, _("Say what a node may cost an hour, for example 0.250.")
        return value, ""

    def _free_name(self) -> str:
        """``task-spot-2`` when the cluster has a ``task-spot`` already."""
        cluster = self.cluster
        taken = {group.name for group in (cluster.groups if cluster else ()) or ()}
        base = "task-spot" if self.wanted_market is Market.SPOT else "task-on-demand"
        names = [base, *(f"{base}-{number}" for number in range(2, 60))]
        return next(name for name in names if name not in taken)

    def _show_counts(self, chosen: PricedType | None) -> None:
        cluster = self.cluster
        if cluster is None:
            return
        before = capacity(cluster, self.types)
        after = before.with_more(self.amount.value, chosen.type if chosen else None)
        self.panel.show_subtitle(f"{self.amount.value} × {chosen.name}" if chosen else "")
        self.panel.show_counts(capacity_lines(before, after))
        when = takes_effect(Role.TASK, 0, self.amount.value)
        self.panel.show_facts(((_("Takes effect"), when), (_("Calls"), "AddInstanceGroups × 1")))

    def button_text(self, plan: Plan) -> str:
        """``Add 12 Spot nodes, +$4.46/h``."""
        size = self.amount.value
        if self.wanted_market is Market.SPOT:
            words = ngettext("Add {n} Spot node", "Add {n} Spot nodes", size).format(n=size)
        else:
            words = ngettext("Add {n} node", "Add {n} nodes", size).format(n=size)
        words = with_delta(words, plan.cost)
        return f"{words}…" if needs_question(plan) else words


def _caption(text: str) -> Label:
    label = Label(text, weight=500)
    label.setFixedWidth(_LABEL_WIDTH)
    return label
