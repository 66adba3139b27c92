"""What all Scale sheets share: the table of types, fewer nodes, rehearsing, how risks are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QSizePolicy, QWidget

from hue_desktop.core.candidates.ranking import rank
from hue_desktop.core.candidates.values import (
    Candidate,
    CandidateList,
    ClusterRoom,
    RankBy,
    SpotLine,
    VcpuLimit,
)
from hue_desktop.core.candidates.yarn_memory import Measured, room_after
from hue_desktop.core.changes import Plan, Risk, RiskLevel
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.cost_lines import ChangeLine
from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import EbsVolume, Market, Role
from hue_desktop.core.text import _
from hue_desktop.ui.confirm import PlanSheet
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.parts import Button, Label, Rule, column
from hue_desktop.ui.scaling.candidate_table import CandidateTable
from hue_desktop.ui.scaling.enough_part import EnoughPart
from hue_desktop.ui.scaling.words import room_lines

__all__ = ["REHEARSE", "SHRINK", "ScaleSheet"]

REHEARSE, SHRINK = "rehearsal.open", "shrink.open"
_NO_PLAN = Plan("", "", "", ())


class ScaleSheet(PlanSheet):
    """A ``PlanSheet`` with a ranked table of types.

    Whoever builds on it says ``wanted_market`` and ``wanted_nodes``, lays ``table`` out, and gets
    ``candidates_shown`` when types have come. Warnings stand in ``risks``, above the table; what is
    only worth knowing stands at the right.
    """

    def __init__(
        self, ctx: UiContext, ref: ClusterRef, title: str, subtitle: str, table: CandidateTable
    ) -> None:
        super().__init__(ctx, ref, title, subtitle)
        self.table = table
        self.listed: CandidateList | None = None
        self._over_quota = ""
        self.attention = QWidget()
        self.attention.setLayout(column(12, self.risks))
        self.attention.hide()
        self._room: ClusterRoom | None = None
        self._measured = Measured()
        self.enough = EnoughPart()
        self.panel.add_part(self.enough)
        self._notes = Label(tone="text-2", wrap=True)
        self._add_notes()
        self.rehearse = Button(_("Rehearse…"), clicked=self._rehearse)
        self.rehearse.setEnabled(False)
        self.rehearse.setVisible(any(one.id == REHEARSE for one in ctx.actions.all()))
        self._buttons.insertWidget(0, self.rehearse)
        table.states.show_loading(_("Reading types and prices"))
        table.states.retry_requested.connect(self.read_candidates)
        table.lines_wanted.connect(self._read_lines)

    def _add_notes(self) -> None:
        """Below the facts: what is only worth knowing gives way first where room is short."""
        part = QWidget()
        part.setLayout(column(14, Rule("h"), 12, self._notes))
        self._notes_part = part
        policy = QSizePolicy.Policy
        self.panel.setSizePolicy(policy.Preferred, policy.Maximum)
        if self.side is not None:
            self.side.body.addWidget(part)
            self.side.body.addStretch(1)

    # For those who build on it

    @property
    def wanted_market(self) -> Market:
        """The market that the table's prices are for."""
        return Market.SPOT

    @property
    def owner_id(self) -> str:
        """The group or fleet that grows; empty: a new one."""
        return ""

    @property
    def wanted_nodes(self) -> int:
        """How many more nodes are wanted."""
        return 0

    def candidates_shown(self) -> None:
        """Types are in the table, or have failed to come."""

    def warnings(self) -> Sequence[str]:
        """What needs attention whether there is a plan or not: nodes that do not come."""
        if not self.owner_id or self.cluster is None:
            return ()
        try:
            waits = self.ctx.app.scaling.shortage(self.ref, self.owner_id)
        except HueError:
            return ()
        return (f"{waits.sentence} {waits.next_step}".strip(),) if waits is not None else ()

    def own_word(self) -> str:
        """What is written after the type that the cluster has."""
        return _("this group")

    @property
    def settled(self) -> bool:
        """Whether all that the sheet asks for has come, price lines of the rows in sight too."""
        table = self.table
        whole = table.isHidden() or (table.states.state == "shown" and table.lines_complete)
        return whole and self._room is not None and self.apply_button.isEnabled()

    # Candidates

    def read_candidates(self) -> None:
        """Ask which types fit this cluster and what they cost."""
        market, owner_id = self.wanted_market, self.owner_id
        self.ctx.tasks.run(
            "candidates",
            lambda _token: self.ctx.app.scaling.candidate_list(self.ref, market, owner_id),
            owner=self,
            done=self._show_candidates,
            failed=self._show_no_candidates,
            key="candidates",
        )

    def _show_candidates(self, listed: CandidateList) -> None:
        self.listed = listed
        need, market = listed.need, listed.market

        def ranked(rows: Sequence[Candidate], by: RankBy) -> Sequence[Candidate]:
            return rank(rows, by, market, need)

        until = self._region_time()
        self.table.show_candidates(listed, ranked, own_word=self.own_word(), until=until)
        self.candidates_shown()

    def _show_no_candidates(self, error: HueError) -> None:
        self.listed = None
        self.table.states.show_failed(error)
        self.candidates_shown()

    def _region_time(self) -> float:
        """The region's clock in epoch seconds, which simulated regions set themselves."""
        return self.ctx.app.fleet.snapshot().region_now(self.ref).timestamp()

    def _read_lines(self, names: tuple[str, ...]) -> None:
        def arrived(lines: Mapping[str, SpotLine]) -> None:
            self.table.add_lines(names, lines)

        self.ctx.tasks.run(
            "spot-lines",
            lambda _token: self.ctx.app.scaling.spot_lines(self.ref, names),
            owner=self,
            done=arrived,
            failed=lambda _error: self.table.add_lines(names, {}),
        )

    # Room: what the cluster has, and would have

    def read_room(self) -> None:
        """Learn what the cluster has now; the lines are left out where that is not known."""

        def arrived(found: tuple[ClusterRoom, Measured]) -> None:
            self._room, self._measured = found
            self.room_known()

        scaling = self.ctx.app.scaling
        self.ctx.tasks.run(
            "candidates",
            lambda _token: (scaling.room(self.ref), scaling.measured(self.ref)),
            owner=self,
            done=arrived,
            failed=lambda _error: None,
            key="room",
        )
        self.read_types(self.room_known)

    def room_known(self) -> None:
        """What the cluster has is known now; for those who show it."""

    def show_room(
        self,
        name: str,
        more: int,
        role: Role,
        volumes: tuple[EbsVolume, ...] = (),
        *,
        more_lines: Sequence[ChangeLine] = (),
    ) -> None:
        """Show what the cluster has with so many more nodes of a type, after lines of one's own."""
        if self._room is None:
            self.panel.show_counts(more_lines)
            return
        found = self.table.named(name)
        kind = found.type if found is not None else self.types.get(name)
        release = self.cluster.cluster.release if self.cluster and self.cluster.cluster else ""
        after = room_after(
            self._room, kind, more, self._measured, role=role, volumes=volumes, release=release
        )
        self.panel.show_counts((*more_lines, *room_lines(self._room, after)))

    def check_limit(self, market: Market, name: str, more: int) -> None:
        """Say it when the account's vCPU quota does not let so many nodes come."""
        if more <= 0 or not name:
            self._show_limit(None)
            return
        self.ctx.tasks.run(
            "quota",
            lambda _token: self.ctx.app.scaling.vcpu_limit(self.ref, market, name, more),
            owner=self,
            done=self._show_limit,
            failed=lambda _error: self._show_limit(None),
            key="limit",
        )

    def _show_limit(self, limit: VcpuLimit | None) -> None:
        """EC2 refuses nodes beyond the quota, which EMR tells only when they do not come."""
        text = f"{limit.sentence} {limit.next_step}".strip() if limit and limit.over else ""
        if text != self._over_quota:
            self._over_quota = text
            self._show_risks(self.plan)

    # The plan

    def show_plan(self, plan: Plan) -> None:
        """Warnings go above the table, the rest to the right."""
        super().show_plan(plan)
        self.rehearse.setEnabled(not plan.blocked)
        if self.checks_first:
            self.apply_button.set_kind("primary")
            self.apply_button.set_text(_("Check what would be lost…"))
            self.set_sentence(_("Nothing changes before you have seen what would be lost."))

    def no_plan(self, sentence: str) -> None:
        """Nothing to do yet, so nothing to rehearse either."""
        super().no_plan(sentence)
        self.rehearse.setEnabled(False)

    def _show_risks(self, plan: Plan | None) -> None:
        """Warnings above the table, with those that hold without a plan; notes to the right."""
        risks = plan.risks if plan is not None else ()
        notes = [risk.text for risk in risks if risk.level is RiskLevel.NOTE]
        worse = tuple(risk for risk in risks if risk.level is not RiskLevel.NOTE)
        said = {risk.text.strip() for risk in worse}
        texts = (*self.warnings(), self._over_quota)
        own = tuple(Risk(RiskLevel.WARN, text) for text in texts if text and text not in said)
        self._notes.setText("\n".join(notes))
        self._notes_part.setVisible(bool(notes))
        base = plan if plan is not None else _NO_PLAN
        super()._show_risks(replace(base, risks=(*own, *worse)))
        self.attention.setVisible(bool(own or worse or base.blocked))

    # Core that shrinks

    @property
    def shrinks_core(self) -> bool:
        """Whether nodes go that hold HDFS blocks."""
        return False

    @property
    def checks_first(self) -> bool:
        """Whether the blocks are looked at before anything is asked of EMR."""
        return self.shrinks_core and any(one.id == SHRINK for one in self.ctx.actions.all())

    def _apply(self) -> None:
        if not self.checks_first or self.plan is None:
            super()._apply()
            return
        context = focus_on(
            self.ctx.app.fleet.snapshot(),
            self.ref,
            group_id=self.owner_id,
            changes=self.plan.changes,
        )
        self.ctx.actions.trigger(SHRINK, context)

    def _rehearse(self) -> None:
        if self.plan is None:
            return
        snapshot = self.ctx.app.fleet.snapshot()
        context = focus_on(snapshot, self.ref, changes=self.plan.changes)
        self.ctx.actions.trigger(REHEARSE, context)
