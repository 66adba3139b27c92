"""The nodes of the new cluster: instance groups, or instance fleets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.instances import FleetType, Market, Role
from hue_desktop.core.launch_form import fleets_from_groups, groups_from_fleets
from hue_desktop.core.text import _
from hue_desktop.services.launch import PricedType, SpecProblem
from hue_desktop.ui.launch.fleet_block import FleetBlock
from hue_desktop.ui.launch.form_section import FormSection
from hue_desktop.ui.launch.group_row import GroupRow
from hue_desktop.ui.parts import Button, Choice, ProblemLabel, Segmented, column, row

__all__ = ["NodesSection"]

_PLACE = re.compile(r"(groups|fleets)(?:\[(\d+)\])?(?:\.(\w+))?")
_ROLES = (Role.MASTER, Role.CORE, Role.TASK)


class NodesSection(FormSection):
    """Rows by role. Switching between groups and fleets carries the nodes over."""

    def __init__(self) -> None:
        super().__init__(_("Nodes"))
        self.rows: list[GroupRow] = []
        self.blocks: list[FleetBlock] = []
        self._types: Sequence[PricedType] = ()
        self.kind = Segmented(
            (Choice("groups", _("Instance groups")), Choice("fleets", _("Instance fleets"))),
            name=_("Groups or fleets"),
        )
        self.kind.chosen.connect(self._switch)
        self.add_to_head(self.kind)
        self._list = column()
        self.add(self._list)
        self.add_core = Button(
            _("Add core nodes"), kind="link", icon_name="plus", clicked=lambda: self._add(Role.CORE)
        )
        self.add_task = Button(
            _("Add task nodes"), kind="link", icon_name="plus", clicked=lambda: self._add(Role.TASK)
        )
        self.add(row(self.add_core, self.add_task, None, margins=(0, 4, 0, 0)))
        self._problem = ProblemLabel()
        self.add(self._problem)

    def show_types(self, types: Sequence[PricedType]) -> None:
        """Offer these types in every row."""
        self._types = types
        for group_row in self.rows:
            group_row.show_types(types)
        for block in self.blocks:
            block.show_types(types)

    def show_spec(self, spec: ClusterSpec) -> None:
        self.kind.set_current("fleets" if spec.fleets else "groups")
        self._show(spec.groups, spec.fleets)

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        if self.kind.current == "fleets":
            return replace(spec, groups=(), fleets=tuple(block.fleet() for block in self.blocks))
        return replace(spec, groups=tuple(one.group() for one in self.rows), fleets=())

    def _switch(self, kind: str) -> None:
        if kind == "fleets":
            self._show((), fleets_from_groups(one.group() for one in self.rows))
        else:
            self._show(groups_from_fleets(block.fleet() for block in self.blocks), ())
        self.changed.emit()

    def _show(self, groups: Sequence[GroupSpec], fleets: Sequence[FleetSpec]) -> None:
        for part in (*self.rows, *self.blocks):
            _throw_away(part)
        self.rows, self.blocks = [], []
        for group in sorted(groups, key=lambda group: _ROLES.index(group.role)):
            self._append_group(group)
        for fleet in sorted(fleets, key=lambda fleet: _ROLES.index(fleet.role)):
            self._append_fleet(fleet)
        self._show_addable()

    def _append_group(self, spec: GroupSpec) -> None:
        made = GroupRow(spec)
        made.show_types(self._types)
        made.changed.connect(self.changed)
        made.remove_requested.connect(lambda: self._remove(made))
        place = sum(_ROLES.index(one.group().role) <= _ROLES.index(spec.role) for one in self.rows)
        self.rows.insert(place, made)
        self._list.insertWidget(place, made)
        # A cluster can do without core nodes, so their row can go like a task row.
        made.remove_button.setVisible(spec.role is not Role.MASTER)

    def _append_fleet(self, spec: FleetSpec) -> None:
        made = FleetBlock(spec)
        made.show_types(self._types)
        made.changed.connect(self.changed)
        made.remove_requested.connect(lambda: self._remove(made))
        place = sum(
            _ROLES.index(one.fleet().role) <= _ROLES.index(spec.role) for one in self.blocks
        )
        self.blocks.insert(place, made)
        self._list.insertWidget(place, made)
        made.remove_button.setVisible(spec.role is not Role.MASTER)

    def _add(self, role: Role) -> None:
        kind = self._model_type()
        if self.kind.current == "fleets":
            self._append_fleet(FleetSpec(role, (FleetType(kind),), 0, 1, name=role.value.lower()))
        else:
            tasks = sum(one.group().role is Role.TASK for one in self.rows)
            name = f"task-{tasks + 1}" if role is Role.TASK else "core"
            market = Market.SPOT if role is Role.TASK else Market.ON_DEMAND
            self._append_group(GroupSpec(role, kind, 1, market, name))
        self._show_addable()
        self.changed.emit()

    def _model_type(self) -> str:
        """The type to begin with: that of the last row."""
        if self.rows:
            return self.rows[-1].group().instance_type
        kinds = self.blocks[-1].fleet().types if self.blocks else ()
        return kinds[0].instance_type if kinds else "m5.xlarge"

    def _remove(self, part: GroupRow | FleetBlock) -> None:
        if isinstance(part, GroupRow):
            self.rows.remove(part)
        else:
            self.blocks.remove(part)
        _throw_away(part)
        self._show_addable()
        self.changed.emit()

    def _show_addable(self) -> None:
        fleets = self.kind.current == "fleets"
        roles = [one.fleet().role for one in self.blocks]
        if not fleets:
            roles = [one.group().role for one in self.rows]
        self.add_core.setVisible(Role.CORE not in roles)
        self.add_task.setVisible(not fleets or Role.TASK not in roles)

    def own_problems(self) -> tuple[SpecProblem, ...]:
        return tuple(
            SpecProblem(f"groups[{number}].{field}", problem)
            for number, one in enumerate(self.rows)
            for field, problem in (
                ("bid_usd_hour", one.bid_problem()),
                ("ebs_volumes", one.extras.problem()),
            )
            if problem
        )

    def show_problems(self, problems: Mapping[str, str]) -> set[str]:
        parts: Sequence[GroupRow | FleetBlock] = self.rows or self.blocks
        by_part: dict[int, dict[str, str]] = {number: {} for number in range(len(parts))}
        general, mine = [], set()
        for field, sentence in problems.items():
            match = _PLACE.match(field)
            if match is None:
                continue
            mine.add(field)
            number = int(match[2]) if match[2] else -1
            if number in by_part:
                by_part[number][match[3] or ""] = sentence
            else:
                general.append(sentence)
        for number, part in enumerate(parts):
            part.show_problems(by_part[number])
        self._problem.show_sentence(" ".join(general))
        return mine


def _throw_away(part: QWidget) -> None:
    """Gone at once for the eye, deleted when it is safe."""
    part.hide()
    part.deleteLater()
