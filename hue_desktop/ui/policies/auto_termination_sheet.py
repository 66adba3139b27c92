"""The sheet that sets after how many idle minutes EMR ends a cluster by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from hue_desktop.core.changes import Plan, SetAutoTermination
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.format import duration
from hue_desktop.core.launch_form import IDLE_MINUTES
from hue_desktop.core.policies import Remark
from hue_desktop.core.text import _
from hue_desktop.ui.confirm import PlanSheet, needs_question
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Label, NumberField, Rule, column, row
from hue_desktop.ui.policies.remark_list import RemarkList

__all__ = ["AutoTerminationSheet"]

_DEFAULT_S = 3600  #: EMR's own


class AutoTerminationSheet(PlanSheet):
    """On or off, the minutes, and why it may never fire on this cluster."""

    def __init__(
        self, ctx: UiContext, ref: ClusterRef, wished: SetAutoTermination | None = None
    ) -> None:
        """``wished`` is a policy to begin with instead of the one that is on."""
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        name = snapshot.summary.name if snapshot is not None else ref.cluster_id
        super().__init__(ctx, ref, _("Auto-termination"), f"{name} · {ref.cluster_id}", costs=False)
        start_s = self.known if wished is None else wished.idle_timeout_s
        self.on = QCheckBox(_("End the cluster after"))
        self.on.setAccessibleName(_("Auto-termination"))
        self.on.setChecked(start_s is not None)
        self.minutes = NumberField(
            round((start_s or _DEFAULT_S) / 60),
            name=_("Idle minutes"),
            low=IDLE_MINUTES[0],
            high=IDLE_MINUTES[1],
        )
        self.minutes.setFixedWidth(84)
        self._length = Label(tone="text-2")
        line = row(self.on, self.minutes, self._length, None, spacing=12)
        meaning = Label(
            _(
                "Idle means: no active YARN application, less than 10 % of HDFS in use, no pending "
                "step, no open notebook or application UI."
            ),
            tone="text-2",
            wrap=True,
        )
        meaning.setMaximumWidth(760)
        self.remarks = RemarkList(_("On this cluster"), _("Nothing keeps it from ending idle."))
        self.body.addLayout(column(16, line, 12, meaning, 14, Rule("h"), 14, self.remarks, None))
        self.on.toggled.connect(lambda _on: self._changed())
        self.minutes.valueChanged.connect(lambda _minutes: self._changed())
        self._changed()

    @property
    def known(self) -> int | None:
        """The policy that is on, in seconds."""
        cluster = self.cluster
        return cluster.cluster.idle_timeout_s if cluster and cluster.cluster else None

    @property
    def wanted(self) -> int | None:
        """What the person wants, in seconds."""
        return 60 * self.minutes.value() if self.on.isChecked() else None

    def show_cluster(self) -> None:
        """Take over what was read since: steps, HDFS, a policy that somebody else set."""
        self._changed()

    def _changed(self) -> None:
        self.minutes.setEnabled(self.on.isChecked())
        length = duration(60 * self.minutes.value())
        self._length.setText(_("idle minutes ({length})").format(length=length))
        wanted = self.wanted
        if self.cluster is None:
            self.no_plan(_("The cluster is not known any more."))
            return
        self.remarks.show_busy()
        self.ctx.tasks.run(
            "aws", lambda _token: self.ctx.app.policies.idle_remarks(self.ref, wanted),
            owner=self, done=self._show_remarks, failed=self.remarks.show_failed, key="remarks",
        )  # fmt: skip
        if wanted == self.known:
            self.no_plan(_("Nothing differs from what the cluster has."))
            return
        self.plan_with(lambda: self.ctx.app.policies.plan_auto_termination(self.ref, wanted))

    def _show_remarks(self, remarks: tuple[Remark, ...]) -> None:
        self.remarks.show_remarks(remarks)

    def button_text(self, plan: Plan) -> str:
        """``End it after 1 h idle``."""
        if self.wanted is None:
            return _("Never end it by itself")
        words = _("End it after {time} idle").format(time=duration(self.wanted))
        return f"{words}…" if needs_question(plan) else words

    def _show_risks(self, plan: Plan | None) -> None:
        """The remarks say the same at more length."""
