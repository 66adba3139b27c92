"""One instance fleet in the form: targets in units, several types with weights, Spot manners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import FleetSpec
from hue_desktop.core.instances import FleetType, Role
from hue_desktop.core.text import _
from hue_desktop.services.launch import PricedType
from hue_desktop.ui.launch.group_row import role_title
from hue_desktop.ui.parts import (
    Button,
    ComboField,
    IconButton,
    Label,
    NumberField,
    ProblemLabel,
    RoleSquare,
    column,
    role_token,
    row,
)
from hue_desktop.ui.type_picker import TypePicker

__all__ = ["FleetBlock"]

_INDENT = 80  #: with the gap after it, as wide as square and role


def _strategies() -> tuple[tuple[str, str], ...]:
    return (
        ("price-capacity-optimized", _("price and capacity")),
        ("capacity-optimized", _("capacity first")),
        ("capacity-optimized-prioritized", _("capacity, in this order")),
        ("lowest-price", _("lowest price")),
        ("diversified", _("spread over all types")),
    )


class _TypeLine(QWidget):
    """A type of the fleet and how many units one node of it counts."""

    changed = Signal()
    remove_requested = Signal()

    def __init__(self, spec: FleetType, role: str) -> None:
        super().__init__()
        self._spec = spec
        self.type = TypePicker(_("{role} fleet type").format(role=role), spec.instance_type)
        self.weight = NumberField(
            spec.weight, name=_("{role} fleet: units of a node").format(role=role), low=1, high=999
        )
        self.weight.setFixedWidth(64)
        self.remove_button = IconButton(
            "close", _("Remove this type"), clicked=self.remove_requested.emit
        )
        line = row(
            _INDENT,
            8,
            self.type,
            Label(_("counts"), tone="text-2"),
            self.weight,
            Label(_("units"), tone="text-2"),
            self.remove_button,
            None,
        )
        line.setStretchFactor(self.type, 1)
        line.setContentsMargins(0, 2, 0, 2)
        self.setLayout(line)
        self.type.type_changed.connect(lambda _name: self.changed.emit())
        self.weight.valueChanged.connect(lambda _weight: self.changed.emit())

    def value(self) -> FleetType:
        """What the fields say."""
        return replace(self._spec, instance_type=self.type.type_name, weight=self.weight.value())


class FleetBlock(QWidget):
    """Shows a ``FleetSpec`` and reads it back."""

    changed = Signal()
    remove_requested = Signal()

    def __init__(self, spec: FleetSpec) -> None:
        super().__init__()
        self._spec = spec
        self._types: Sequence[PricedType] = ()
        self.lines: list[_TypeLine] = []
        title = role_title(spec.role)
        self.on_demand = NumberField(
            name=_("{role} on-demand units").format(role=title), high=100_000
        )
        self.spot = NumberField(name=_("{role} Spot units").format(role=title), high=100_000)
        self.strategy = ComboField(_strategies(), name=_("{role} strategy").format(role=title))
        self.timeout = NumberField(
            name=_("{role}: minutes to wait for Spot").format(role=title), low=5, high=1440
        )
        self.action = ComboField(
            (
                ("SWITCH_TO_ON_DEMAND", _("take on-demand")),
                ("TERMINATE_CLUSTER", _("end the cluster")),
            ),
            name=_("{role}: if Spot is short").format(role=title),
        )
        self.add_button = Button(
            _("Add type"), kind="link", icon_name="plus", clicked=self._add_type
        )
        self.remove_button = IconButton(
            "close", _("Remove this fleet"), clicked=self.remove_requested.emit
        )
        self._problem = ProblemLabel()
        self._lay_out(title)
        self._fill(spec)
        for number in (self.on_demand, self.spot, self.timeout):
            number.valueChanged.connect(lambda _value: self._announce())
        for combo in (self.strategy, self.action):
            combo.currentIndexChanged.connect(lambda _at: self._announce())

    def _lay_out(self, title: str) -> None:
        role = self._spec.role
        name = Label(title, weight=500)
        name.setFixedWidth(64)
        for number in (self.on_demand, self.spot, self.timeout):
            number.setFixedWidth(64)
        top = row(
            RoleSquare(role_token(role)),
            name,
            self.on_demand,
            Label(_("on-demand"), tone="text-2"),
            8,
            self.spot,
            Label(_("Spot units"), tone="text-2"),
            None,
            self.remove_button,
        )
        self._list = column()
        self._manners = QWidget()
        picking = row(_INDENT, Label(_("Spot by"), tone="text-2"), self.strategy, None)
        waiting = row(
            _INDENT,
            Label(_("If short after"), tone="text-2"),
            self.timeout,
            Label(_("min"), tone="text-2"),
            self.action,
            None,
        )
        self._manners.setLayout(column(picking, waiting, spacing=4))
        add = row(_INDENT - 4, self.add_button, None, spacing=0)
        self.setLayout(
            column(
                top,
                self._list,
                add,
                self._manners,
                self._problem,
                spacing=4,
                margins=(0, 6, 0, 8),
            )
        )

    def _fill(self, spec: FleetSpec) -> None:
        self.on_demand.setValue(spec.target_on_demand)
        self.spot.setValue(spec.target_spot)
        self.strategy.set_key(spec.spot_strategy)
        self.timeout.setValue(spec.timeout_minutes)
        self.action.set_key(spec.timeout_action)
        for kind in spec.types:
            self._append(kind)
        self.remove_button.setVisible(spec.role is Role.TASK)
        self._manners.setVisible(spec.target_spot > 0)

    def _append(self, kind: FleetType) -> None:
        line = _TypeLine(kind, role_title(self._spec.role))
        line.type.show_types(self._types)
        line.changed.connect(self._announce)
        line.remove_requested.connect(lambda: self._remove(line))
        self.lines.append(line)
        self._list.addWidget(line)
        self._show_removable()

    def _add_type(self) -> None:
        weight = self.lines[-1].weight.value() if self.lines else 1
        self._append(FleetType("", weight))
        self.lines[-1].type.setFocus()
        self._announce()

    def _remove(self, line: _TypeLine) -> None:
        self.lines.remove(line)
        line.hide()
        line.deleteLater()
        self._show_removable()
        self._announce()

    def _show_removable(self) -> None:
        for line in self.lines:
            line.remove_button.setVisible(len(self.lines) > 1)

    def show_types(self, types: Sequence[PricedType]) -> None:
        """Offer these types."""
        self._types = types
        for line in self.lines:
            line.type.show_types(types)

    def fleet(self) -> FleetSpec:
        """What the fields say."""
        return replace(
            self._spec,
            types=tuple(line.value() for line in self.lines),
            target_on_demand=self.on_demand.value(),
            target_spot=self.spot.value(),
            spot_strategy=self.strategy.key,
            timeout_minutes=self.timeout.value(),
            timeout_action=self.action.key,
        )

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Sentences by the name of a field of ``FleetSpec``, or under the empty name."""
        self.on_demand.set_problem(problems.get("target_on_demand", ""))
        self.spot.set_problem(problems.get("target_spot", ""))
        self.timeout.set_problem(problems.get("timeout_minutes", ""))
        self._problem.show_sentence(" ".join(dict.fromkeys(problems.values())))

    def _announce(self) -> None:
        self._manners.setVisible(self.spot.value() > 0)
        self.changed.emit()
