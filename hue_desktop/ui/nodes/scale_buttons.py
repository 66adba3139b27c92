"""The two buttons of the Nodes page that ask for another size: of core, and of task nodes."""

from __future__ import annotations

from PySide6.QtCore import QObject

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.text import _
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.ui.actions import Action
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.nodes.toolbar import NodesToolbar

__all__ = ["ScaleButtons"]

_ADD_TASK = "scaling.add_task"


class ScaleButtons(QObject):
    """Titles and enables the toolbar's buttons by the actions that other rooms declare.

    A button is away when nothing can be resized: no such group, an ended cluster, read-only mode.
    """

    def __init__(self, ctx: UiContext, toolbar: NodesToolbar) -> None:
        super().__init__(toolbar)
        self._ctx = ctx
        self._toolbar = toolbar
        self._snapshot: FleetSnapshot | None = None
        self._ref: ClusterRef | None = None
        toolbar.button_clicked.connect(self._clicked)
        ctx.actions.changed.connect(self._show)

    def show(self, snapshot: FleetSnapshot, ref: ClusterRef) -> None:
        """Offer what this cluster allows."""
        self._snapshot, self._ref = snapshot, ref
        self._show()

    @property
    def _cluster(self) -> ClusterSnapshot | None:
        if self._snapshot is None or self._ref is None:
            return None
        return self._snapshot.clusters.get(self._ref)

    def _group_id(self, role: Role, market: Market | None = None) -> str:
        """The instance group or fleet that nodes of a role belong to."""
        cluster = self._cluster
        if cluster is None:
            return ""
        owners = [(g.role, g.id) for g in cluster.groups or () if market in (None, g.market)]
        owners += [(fleet.role, fleet.id) for fleet in cluster.fleets or ()]
        return next((owner for owns, owner in owners if owns is role), "")

    def _targets(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """(title, group id) of the second and the primary button."""
        core = self._group_id(Role.CORE)
        spot = self._group_id(Role.TASK, Market.SPOT)
        task = spot or self._group_id(Role.TASK)
        cluster = self._cluster
        name = _("Scale Spot group…") if spot else _("Scale task group…")
        if cluster is not None and cluster.fleets:
            name = _("Scale task fleet…")
        return (_("Resize core…"), core), (name, task)

    def _group_action(self, group_id: str) -> Action | None:
        """What can be done to a group first of all: resizing it."""
        context = focus_on(self._snapshot, self._ref, group_id=group_id)
        found = self._ctx.actions.available("group", context) if group_id else ()
        return next((action for action in found if action.changes), None)

    def _add_action(self) -> Action | None:
        """What adds the first task nodes."""
        found = self._ctx.actions.available("cluster", focus_on(self._snapshot, self._ref))
        return next((action for action in found if action.id == _ADD_TASK), None)

    def _show(self) -> None:
        (core_title, core), (task_title, task) = self._targets()
        add = None if task else self._add_action()
        self._toolbar.set_buttons(
            core_title if self._group_action(core) else "",
            add.title if add else task_title if self._group_action(task) else "",
        )

    def _clicked(self, which: str) -> None:
        (_core_title, core), (_task_title, task) = self._targets()
        group_id = task if which == "primary" else core
        action = self._group_action(group_id) or self._add_action()
        if action is not None:
            context = focus_on(self._snapshot, self._ref, group_id=group_id)
            self._ctx.actions.trigger(action.id, context)
