"""The sheet that looks before core nodes go: targets, verdict, disks, what is lost, what helps."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from shiboken6 import isValid

from hue_desktop.core.changes import Plan
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.format import ago, count, percent
from hue_desktop.core.instances import InstanceGroup
from hue_desktop.core.shrink.values import Fix, TargetOption, Verdict
from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.core.text import _
from hue_desktop.services.shrink import Inspection, InspectionProgress
from hue_desktop.ui.confirm import ask_and_submit
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.parts import Button, FourStates, Label, Rule, Sheet, column
from hue_desktop.ui.shrink.disk_bars import short_host
from hue_desktop.ui.shrink.fixing import Fixing
from hue_desktop.ui.shrink.footer import Becomes, footer_sentence, passes, primary_words
from hue_desktop.ui.shrink.judging import (
    Judged,
    blind_options,
    blind_risk,
    blind_verdict,
    judge_wish,
    order_of,
    request_of,
)
from hue_desktop.ui.shrink.leaving_row import LeavingRow
from hue_desktop.ui.shrink.looking import Looking
from hue_desktop.ui.shrink.panes import Panes
from hue_desktop.ui.shrink.target_chips import TargetChips
from hue_desktop.ui.shrink.wish import Wish
from hue_desktop.ui.tasks import Task

__all__ = ["ShrinkSheet"]

LANE = "shrink"
_INSPECT_S = 1800.0  #: millions of files over a slow tunnel
_FRESH_S = 300.0  #: an inspection this young is shown again without asking
_OLD_S = 900.0  #: older than that, files have come and gone
_TICK_MS = 10_000


class ShrinkSheet(Sheet):
    """Reads once, judges at every change of target or nodes, and asks before anything happens."""

    def __init__(
        self,
        ctx: UiContext,
        ref: ClusterRef,
        group_id: str,
        *,
        target: int | None = None,
        leaving: Sequence[str] = (),
    ) -> None:
        super().__init__(_("Shrink core"))
        self.ctx, self.ref, self.group_id = ctx, ref, group_id
        self.inspection: Inspection | None = None
        self.judged: Judged | None = None
        self.failure: HueError | None = None
        self._ticked: tuple[str, ...] | None = None
        now = self.now
        first = max(1, now - len(leaving) if leaving else min(target or now - 1, now))
        self.wish = Wish(now, first, tuple(leaving), named=not self.is_fleet)
        self._names: dict[str, str] = {}
        self._jobs = _Jobs()
        self._make_parts()
        self._lay_out()
        self._connect()
        self._show_group()
        last = ctx.app.shrink.last(ref)
        if last is not None and last.age_s(time.time()) < _FRESH_S:
            self._inspected(last)
        else:
            self.look()

    # -- making ----------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self.chips = TargetChips()
        self.leaving = LeavingRow()
        self.looking = Looking()
        self.panes = Panes()
        self.states = FourStates(self.panes)
        self.checked = Label(tone="text-2", size="small")
        self.again = Button(_("Check again"), icon_name="refresh", clicked=self.look)
        self.becomes = Becomes()
        self.rehearse_button = Button(_("Rehearse…"), clicked=self._rehearse)
        self.cancel_button = Button(_("Cancel"), clicked=self.close_sheet)
        self.anyway_button = Button(_("Shrink anyway…"), kind="risky", clicked=self._shrink)
        self.apply_button = Button(_("Shrink"), kind="primary", clicked=self._apply)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self.fixing = Fixing(self.ctx, self)

    def _lay_out(self) -> None:
        for part in (self.checked, self.again):
            self.head_line.addWidget(part)
        self.head_line.setSpacing(8)
        self.body.addLayout(column(12, self.chips, 8, self.leaving, 12, Rule("h"), 16))
        self.body.addWidget(self.states, 1)
        self.body.addWidget(self.looking, 1)
        self.footer_line.insertWidget(1, self.becomes)
        self.footer_line.insertStretch(2, 0)
        for button in (
            self.rehearse_button, self.cancel_button, self.anyway_button, self.apply_button
        ):  # fmt: skip
            self.add_button(button)

    def _connect(self) -> None:
        self.chips.chosen.connect(self._target_chosen)
        self.leaving.naming_chosen.connect(self._naming_chosen)
        self.leaving.minutes_chosen.connect(self._minutes_chosen)
        self.leaving.kill_chosen.connect(self._kill_chosen)
        self.panes.disks.bars.toggled.connect(self._node_toggled)
        self.panes.fixes.changed.connect(self._ticks_changed)
        self.panes.lost.opened.connect(self._open_path)
        self.looking.stopped.connect(self._stop_looking)
        self.states.retry_requested.connect(self.look)
        self.fixing.ended.connect(self._fixed)
        self._tick.timeout.connect(self._show_age)
        self._later.timeout.connect(self.look)
        jobs = self._jobs
        self.destroyed.connect(lambda: jobs.stop())

    # -- the group -------------------------------------------------------------------------

    @property
    def cluster(self) -> ClusterSnapshot | None:
        """The newest snapshot of the cluster."""
        return self.ctx.app.fleet.snapshot().clusters.get(self.ref)

    @property
    def group(self) -> InstanceGroup | None:
        """The core group as it was read last; ``None`` for a fleet, and when it is gone."""
        cluster = self.cluster
        groups = cluster.groups if cluster is not None else None
        return next((one for one in groups or () if one.id == self.group_id), None)

    @property
    def is_fleet(self) -> bool:
        """Whether core is an instance fleet: set in units, and EMR chooses who leaves."""
        cluster = self.cluster
        fleets = cluster.fleets if cluster is not None else None
        return any(one.id == self.group_id for one in fleets or ())

    @property
    def now(self) -> int:
        """How many nodes the group has."""
        group = self.group
        if group is not None:
            return max(1, group.running or group.requested)
        cluster = self.cluster
        nodes = cluster.nodes() if cluster is not None else ()
        return max(1, sum(one.group_id == self.group_id and one.active for one in nodes))

    def _show_group(self) -> None:
        cluster, group = self.cluster, self.group
        words = [cluster.summary.name] if cluster is not None else []
        if group is not None:
            words.append(f"{count(group.running or group.requested)} × {group.instance_type}")
        self.heading.subtitle.setText(", ".join([*words, *self._hdfs_words()]))

    def _hdfs_words(self) -> list[str]:
        found = self.inspection
        if found is None:
            return []
        words = []
        nodes = [one for one in found.nodes if one.serves]
        used = sum(one.used or 0 for one in nodes)
        capacity = sum(one.capacity or 0 for one in nodes)
        if capacity and all(one.used is not None for one in nodes):
            words.append(_("{share} of HDFS in use").format(share=percent(100 * used / capacity)))
        if found.limits.replication is not None:
            words.append(f"dfs.replication {found.limits.replication}")
        return words

    # -- looking ---------------------------------------------------------------------------

    def look(self) -> None:
        """Read the cluster, in the background, with a way to stop."""
        self._later.stop()
        self.failure = None
        self.looking.begin(_("Asking the NameNode…"))
        self.states.hide()
        self.looking.show()
        self.again.setEnabled(False)
        self.leaving.lock(True)
        self._show_wish(blind_options(self.wish.now))
        self._show_footer()
        post, app, ref = self.ctx.tasks.poster.post, self.ctx.app, self.ref

        def tell(progress: InspectionProgress) -> None:
            post(lambda: self._progressed(progress) if isValid(self) else None)

        self._jobs.inspect = self.ctx.tasks.run(
            LANE,
            lambda token: app.shrink.inspect(ref, progress=tell, token=token),
            owner=self,
            done=self._inspected,
            failed=self._failed,
            timeout_s=_INSPECT_S,
            key="inspect",
        )

    def _progressed(self, progress: InspectionProgress) -> None:
        if self.looking.isVisibleTo(self):
            self.looking.show_progress(progress)

    def _stop_looking(self) -> None:
        self._jobs.stop()
        if self.inspection is not None:
            self._inspected(self.inspection)
        else:
            self._failed(
                Cancelled(_("Reading was stopped."), remedy=_("Retry reads the cluster again."))
            )

    def _failed(self, error: HueError) -> None:
        """Nothing is known: said so, with what can still be done."""
        self.failure, self.inspection, self.judged = error, None, None
        self.looking.hide()
        self.states.show()
        self.states.show_failed(error, _what_is_left(error))
        self.again.setEnabled(True)
        self.wish = replace(self.wish, named=bool(self.wish.leaving))
        self._show_wish(blind_options(self.wish.now))
        self.leaving.lock(True)
        self._show_footer()

    def _inspected(self, inspection: Inspection) -> None:
        self.inspection, self.failure = inspection, None
        self._names = {one.ec2_id: short_host(one.host) for one in inspection.nodes}
        self.again.setEnabled(True)
        self.leaving.lock(self.is_fleet)
        mine = [one for one in inspection.nodes if one.group_id == self.group_id]
        now = len(mine) or self.now
        self.wish = replace(self.wish, now=now, count=min(self.wish.count, now))
        if self.wish.named:
            fit = [one for one in self.wish.leaving if one in self._names]
            self.wish = replace(self.wish, leaving=tuple(fit))
            self.wish = self.wish.with_count(self.wish.count, self._order(self.wish.count))
        self._show_group()
        self._show_age()
        self.judge()

    def _order(self, target: int) -> tuple[str, ...]:
        if self.inspection is None:
            return ()
        options = self.judged.verdict.options if self.judged is not None else ()
        option = next((one for one in options if one.count == target), None)
        return order_of(self.inspection, self.group_id, option)

    # -- judging ---------------------------------------------------------------------------

    def judge(self) -> None:
        """Judge what is asked for now; an older verdict stays until the new one is there."""
        inspection = self.inspection
        if inspection is None:
            self._show_wish(blind_options(self.wish.now))
            self._show_footer()
            return
        self._show_wish(
            self.judged.verdict.options if self.judged else blind_options(self.wish.now)
        )
        self.apply_button.setEnabled(False)
        self.anyway_button.setEnabled(False)
        service, ticked = self.ctx.app.shrink, self._ticked
        request = request_of(self.ref, self.group_id, self.wish)
        self._jobs.judge = self.ctx.tasks.run(
            LANE,
            lambda _token: judge_wish(service, inspection, request, ticked),
            owner=self,
            done=self._show_judged,
            failed=self._failed,
            key="judge",
        )

    def _show_judged(self, judged: Judged) -> None:
        self.judged = judged
        verdict = judged.verdict
        self.looking.hide()
        self.states.show()
        self.states.show_content()
        self._show_wish(verdict.options)
        full = self.inspection.limits.full_share if self.inspection is not None else 0.90
        self.panes.show_judged(judged, choosing=self.wish.named, full_share=full)
        self._show_footer()

    def _show_wish(self, options: Sequence[TargetOption]) -> None:
        self.chips.show_options(options, self.wish.count, self.wish.now)
        self.leaving.show_wish(self.wish, self._names)

    # -- what the person changes -----------------------------------------------------------

    def _target_chosen(self, target: int) -> None:
        self._wished(self.wish.with_count(target, self._order(target)))

    def _naming_chosen(self, named: bool) -> None:
        self._wished(self.wish.naming(named, self._order(self.wish.count)))

    def _node_toggled(self, ec2_id: str) -> None:
        self._wished(self.wish.toggled(ec2_id))

    def _minutes_chosen(self, minutes: int) -> None:
        self._wished(replace(self.wish, timeout_s=minutes * 60), keep_ticks=True)

    def _kill_chosen(self, on: bool) -> None:
        if on and not self.ctx.ask.confirm(
            _("Kill the nodes without draining?"),
            _(
                "EMR ends them at once. Blocks are not copied first: what has its only copies on"
                " them is lost, and their containers die. Draining does neither."
            ),
            action=_("Judge it that way"),
            danger=True,
        ):
            self.leaving.kill.setChecked(False)
            return
        self._wished(replace(self.wish, kill=on))

    def _wished(self, wish: Wish, *, keep_ticks: bool = False) -> None:
        self.wish = wish
        if not keep_ticks:
            self._ticked = None
        self.judge()

    def _ticks_changed(self) -> None:
        self._ticked = self.panes.fixes.ticked
        self.judge()

    # -- the footer ------------------------------------------------------------------------

    def _show_footer(self) -> None:
        judged = self.judged if self.inspection is not None else None
        becomes = judged.becomes if judged is not None else None
        ticked = judged.ticked if judged is not None else ()
        goes, blind = self.wish.goes > 0, self.failure is not None
        self.becomes.show_verdict(becomes)
        self.footer_text.setWordWrap(becomes is None)
        self.footer_line.setStretch(0, int(becomes is None))
        self.footer_line.setStretch(2, int(becomes is not None))
        self.set_sentence(footer_sentence(judged, self.wish, blind=blind))
        self.rehearse_button.setEnabled(goes and (judged is not None or blind))
        self.anyway_button.setVisible(not passes(judged) or bool(ticked))
        self.anyway_button.setEnabled(goes and (blind or judged is not None))
        self.apply_button.setEnabled(goes and (passes(judged) or bool(ticked)))
        self.apply_button.set_text(primary_words(self.wish, ticked))

    # -- acting ----------------------------------------------------------------------------

    def _apply(self) -> None:
        if self.judged is None:
            return
        if not self.judged.ticked:
            self._shrink()
            return
        problem = self.panes.fixes.problem()
        if problem:
            self.set_sentence(problem, "critical")
            return
        assert self.inspection is not None
        deeds = self.panes.fixes.deeds()
        # The fixes were worked out for the request as it was; it changes after them.
        if deeds and not self.fixing.apply(self.inspection, self.judged.verdict.request, deeds):
            return
        self._take_over(self.panes.fixes.fixes)
        if deeds:
            self.apply_button.setEnabled(False)
            self.becomes.show_verdict(None)
            self.set_sentence(_("Applying the fixes…"))
        else:
            self.judge()

    def _take_over(self, fixes: Sequence[Fix]) -> None:
        """Fixes that only change what is asked."""
        for fix in fixes:
            if fix.key == "choose_others":
                self.wish = self.wish.others(fix.leaving)
            elif fix.key == "raise_timeout" and fix.timeout_s is not None:
                self.wish = replace(self.wish, timeout_s=fix.timeout_s)
        self._ticked = None

    def _fixed(self, wait_s: float) -> None:
        """The fixes were carried out: look at what became of it, once more when HDFS is done."""
        self.look()
        if wait_s > 0:
            self._later.start(int(wait_s * 1000))

    def _shrink(self) -> None:
        blind = self.inspection is None
        self._plan(lambda plan: self._ask(blind_risk(plan) if blind else plan))

    def _rehearse(self) -> None:
        self._plan(self._open_rehearsal)

    def _plan(self, done: Callable[[Plan], None]) -> None:
        """Make the plan of what is asked for now; it needs EMR's prices and limits."""
        request = request_of(self.ref, self.group_id, self.wish)
        verdict: Verdict
        if self.judged is not None and self.inspection is not None:
            verdict = self.judged.verdict
        else:
            verdict = blind_verdict(request, self.failure or "")
        service = self.ctx.app.shrink
        self._jobs.plan = self.ctx.tasks.run(
            "aws",
            lambda _token: service.plan(request, verdict),
            owner=self,
            done=done,
            failed=lambda error: self.set_sentence(str(error), "critical"),
            key="plan",
        )

    def _ask(self, plan: Plan) -> None:
        ask_and_submit(self.ctx, plan, owner=self, submitted=lambda _entry: self._submitted())

    def _submitted(self) -> None:
        self.ctx.app.shrink.forget(self.ref)  # what was read is not true for long any more
        self.close_sheet()

    def _open_rehearsal(self, plan: Plan) -> None:
        fleet = self.ctx.app.fleet.snapshot()
        context = focus_on(fleet, self.ref, group_id=self.group_id, changes=plan.changes)
        self.ctx.actions.trigger("rehearsal.open", context)

    def _open_path(self, path: str) -> None:
        store = StoreId(StoreKind.HDFS, self.ref.connection, self.ref.region, self.ref.cluster_id)
        self.ctx.navigate.open_storage(Location(store, path))

    # -- time ------------------------------------------------------------------------------

    def _show_age(self) -> None:
        found = self.inspection
        if found is None:
            self.checked.setText("")
            return
        files = count(found.blocks.files)
        self.checked.set_tone("warn" if found.age_s(time.time()) > _OLD_S else "text-2")
        self.checked.setText(
            _("checked {ago}, {files} files").format(ago=ago(found.age_s(time.time())), files=files)
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the age gives way first."""
        super().resizeEvent(event)
        self.checked.setVisible(self.width() >= 760)


class _Jobs:
    """What runs for the sheet; it outlives the widget just long enough to stop them."""

    def __init__(self) -> None:
        self.inspect: Task | None = None
        self.judge: Task | None = None
        self.plan: Task | None = None

    def stop(self) -> None:
        """Nobody waits for them any more."""
        for task in (self.inspect, self.judge, self.plan):
            if task is not None and not task.over:
                task.cancel()


def _what_is_left(error: HueError) -> str:
    rest = _("The group can still be shrunk, without knowing what is lost: “Shrink anyway…”.")
    return f"{error.remedy} {rest}".strip()
