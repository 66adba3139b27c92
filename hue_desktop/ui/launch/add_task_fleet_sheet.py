"""The sheet that adds the task fleet to a cluster of instance fleets; one fleet a role."""

from __future__ import annotations

from hue_desktop.core.changes import FleetSpec
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.cost_lines import count_line
from hue_desktop.core.instances import FleetType, Role
from hue_desktop.core.resize_time import takes_effect
from hue_desktop.core.text import _
from hue_desktop.ui.confirm import PlanSheet
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.launch.fleet_block import FleetBlock
from hue_desktop.ui.parts import Label, Rule, column

__all__ = ["AddTaskFleetSheet"]


class AddTaskFleetSheet(PlanSheet):
    """Types with their weights, targets in units, and what happens when Spot is short."""

    def __init__(self, ctx: UiContext, ref: ClusterRef) -> None:
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        name = snapshot.summary.name if snapshot is not None else ref.cluster_id
        super().__init__(ctx, ref, _("Add task fleet"), f"{name} · {ref.cluster_id}")
        fleets = (snapshot.fleets if snapshot is not None else None) or ()
        core = next((fleet for fleet in fleets if fleet.role is Role.CORE and fleet.types), None)
        kinds = core.types if core is not None else (FleetType("m5.xlarge", 4),)
        units = 2 * max(kind.weight for kind in kinds)
        self.block = FleetBlock(FleetSpec(Role.TASK, kinds, 0, units, name="task"))
        self.block.remove_button.hide()
        note = _("A cluster has one task fleet; it cannot be removed again, only set to 0 units.")
        hint = Label(note, tone="text-2", wrap=True)
        self.body.addLayout(column(10, self.block, 4, Rule("h"), 12, hint, 12, self.risks, None))
        self.block.changed.connect(self._changed)
        self.read_types(self._show_types)
        self._changed()

    def _show_types(self) -> None:
        self.block.show_types(self.priced)

    def _changed(self) -> None:
        spec = self.block.fleet()
        units = spec.target_on_demand + spec.target_spot
        self.panel.show_counts([count_line(_("Units"), 0, units)])
        when = takes_effect(Role.TASK, 0, units)
        self.panel.show_facts(((_("Takes effect"), when), (_("Calls"), "AddInstanceFleet × 1")))
        if not units:
            self.no_plan(_("Ask for one unit at least."))
        elif not all(kind.instance_type for kind in spec.types):
            self.no_plan(_("Choose a type."))
        else:
            self.plan_with(lambda: self.ctx.app.scaling.plan_add_task_fleet(self.ref, spec))
