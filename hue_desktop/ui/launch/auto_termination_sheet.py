"""The sheet that sets after how many idle minutes EMR ends a cluster by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.format import duration
from hue_desktop.core.launch_form import IDLE_MINUTES, auto_termination_notes
from hue_desktop.core.text import _
from hue_desktop.ui.confirm import PlanSheet
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Label, NumberField, column, row

__all__ = ["AutoTerminationSheet"]


class AutoTerminationSheet(PlanSheet):
    """On or off, the minutes, and why it may never fire on this cluster."""

    def __init__(self, ctx: UiContext, ref: ClusterRef) -> None:
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        name = snapshot.summary.name if snapshot is not None else ref.cluster_id
        super().__init__(ctx, ref, _("Auto-termination"), f"{name} · {ref.cluster_id}", costs=False)
        cluster = snapshot.cluster if snapshot is not None else None
        self._now = cluster.idle_timeout_s if cluster is not None else None
        self.on = QCheckBox(_("End the cluster after"))
        self.on.setAccessibleName(_("Auto-termination"))
        self.on.setChecked(self._now is not None)
        self.minutes = NumberField(
            round((self._now or 3600) / 60),
            name=_("Idle minutes"),
            low=IDLE_MINUTES[0],
            high=IDLE_MINUTES[1],
        )
        self.minutes.setFixedWidth(84)
        self._length = Label(tone="text-2")
        line = row(self.on, self.minutes, self._length, None, spacing=12)
        applications = [one.name for one in cluster.applications] if cluster is not None else []
        release = cluster.release if cluster is not None else ""
        notes = [
            _(
                "Idle means: no active YARN application, no pending step, no open notebook or "
                "application UI."
            ),
            *auto_termination_notes(release, applications),
        ]
        labels = [Label(note, tone="text-2", wrap=True) for note in notes]
        self.body.addLayout(column(16, line, 12, column(*labels, spacing=6), 12, self.risks, None))
        self.on.toggled.connect(lambda _on: self._changed())
        self.minutes.valueChanged.connect(lambda _minutes: self._changed())
        self._changed()

    def _changed(self) -> None:
        self.minutes.setEnabled(self.on.isChecked())
        wanted = 60 * self.minutes.value() if self.on.isChecked() else None
        length = duration(60 * self.minutes.value())
        self._length.setText(_("idle minutes ({length})").format(length=length))
        if wanted == self._now:
            self.no_plan(_("Nothing differs from what the cluster has."))
            return
        self.plan_with(lambda: self.ctx.app.launching.plan_auto_termination(self.ref, wanted))
