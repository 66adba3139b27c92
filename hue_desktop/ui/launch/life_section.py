"""How long the cluster lives: long-running or transient, auto-termination, protection, scaling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QWidget

from hue_desktop.core.changes import ClusterSpec
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.launch_form import IDLE_MINUTES, auto_termination_notes
from hue_desktop.core.text import _
from hue_desktop.ui.launch.form_section import FormSection
from hue_desktop.ui.parts import Choice, ComboField, FieldRow, Label, NumberField, Segmented

__all__ = ["LifeSection", "ScalingSection"]

_REPLACEMENTS = {"": None, "on": True, "off": False}


class LifeSection(FormSection):
    """What ends the cluster, and what must not."""

    def __init__(self) -> None:
        super().__init__(_("Life"))
        self.kind = Segmented(
            (
                Choice("long", _("Long-running")),
                Choice("transient", _("Ends after its steps")),
            ),
            name=_("Life of the cluster"),
        )
        self.idle = QCheckBox(_("End it after"))
        self.idle.setAccessibleName(_("Auto-termination"))
        self.minutes = NumberField(
            60, name=_("Idle minutes"), low=IDLE_MINUTES[0], high=IDLE_MINUTES[1]
        )
        self.minutes.setFixedWidth(72)
        self.protected = QCheckBox(_("Refuse to terminate until it is turned off"))
        self.protected.setAccessibleName(_("Termination protection"))
        self.replacement = ComboField(
            (("", _("EMR’s default")), ("on", _("replace them")), ("off", _("leave them"))),
            name=_("Unhealthy nodes"),
        )
        self.replacement.setMinimumWidth(150)
        self.add(FieldRow(_("Runs"), self.kind, stretch=False))
        self.idle_row = FieldRow(
            _("Auto-termination"),
            self.idle,
            self.minutes,
            Label(_("idle minutes"), tone="text-2"),
            stretch=False,
        )
        self.add_field("idle_timeout_s", self.idle_row)
        self.add_field(
            "termination_protected", FieldRow(_("Protection"), self.protected, stretch=False)
        )
        self.add_field(
            "unhealthy_node_replacement",
            FieldRow(_("Unhealthy nodes"), self.replacement, stretch=False),
        )
        self.kind.chosen.connect(lambda _key: self._announce())
        self.idle.toggled.connect(lambda _on: self._announce())
        self.minutes.valueChanged.connect(lambda _value: self._announce())
        self.protected.toggled.connect(lambda _on: self._announce())
        self.replacement.currentIndexChanged.connect(lambda _at: self._announce())

    def _announce(self) -> None:
        self.minutes.setEnabled(self.idle.isChecked())
        self.changed.emit()

    def show_spec(self, spec: ClusterSpec) -> None:
        fields: tuple[QWidget, ...] = (self.idle, self.minutes, self.protected, self.replacement)
        for field in fields:
            field.blockSignals(True)
        self.kind.set_current("long" if spec.keep_alive else "transient")
        self.idle.setChecked(spec.idle_timeout_s is not None)
        if spec.idle_timeout_s is not None:
            self.minutes.setValue(max(round(spec.idle_timeout_s / 60), 1))
        self.minutes.setEnabled(self.idle.isChecked())
        self.protected.setChecked(spec.termination_protected)
        words = {value: key for key, value in _REPLACEMENTS.items()}
        self.replacement.set_key(words[spec.unhealthy_node_replacement])
        for field in fields:
            field.blockSignals(False)

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        return replace(
            spec,
            keep_alive=self.kind.current == "long",
            idle_timeout_s=60 * self.minutes.value() if self.idle.isChecked() else None,
            termination_protected=self.protected.isChecked(),
            unhealthy_node_replacement=_REPLACEMENTS[self.replacement.key],
        )

    def show_notes(self, spec: ClusterSpec) -> None:
        """Say where auto-termination may never fire."""
        notes = auto_termination_notes(spec.release, spec.applications)
        self.idle_row.show_hint(" ".join(notes) if spec.idle_timeout_s is not None else "")


class ScalingSection(FormSection):
    """Managed scaling: EMR resizes the cluster by itself between these limits."""

    def __init__(self) -> None:
        super().__init__(_("Managed scaling"))
        self.on = QCheckBox(_("EMR resizes the cluster by its load"))
        self.on.setAccessibleName(_("Managed scaling"))
        self.minimum = self._number(_("Managed scaling: smallest"), 2)
        self.maximum = self._number(_("Managed scaling: largest"), 10)
        self.on_demand = self._number(_("Managed scaling: at most on-demand"), 10)
        self.core = self._number(_("Managed scaling: at most core"), 2)
        self._unit = Label(_("nodes"), tone="text-2")
        self.add(FieldRow(_("Scaling"), self.on, stretch=False))
        self.limits = self.add_field(
            "managed_scaling",
            FieldRow(
                _("From"),
                self.minimum,
                Label(_("to"), tone="text-2"),
                self.maximum,
                self._unit,
                stretch=False,
            ),
        )
        self.parts = FieldRow(
            _("Of these at most"),
            self.on_demand,
            Label(_("on-demand"), tone="text-2"),
            self.core,
            Label(_("core"), tone="text-2"),
            hint=_("Core equal to the smallest size means that only task nodes come and go."),
            stretch=False,
        )
        self.add(self.parts)
        self.on.toggled.connect(lambda _on: self._announce())
        for number in self._numbers():
            number.valueChanged.connect(lambda _value: self._announce())
        self._show_limits()

    @staticmethod
    def _number(name: str, value: int) -> NumberField:
        field = NumberField(value, name=name, low=0, high=100_000)
        field.setFixedWidth(72)
        return field

    def _numbers(self) -> tuple[NumberField, ...]:
        return (self.minimum, self.maximum, self.on_demand, self.core)

    def _announce(self) -> None:
        self._show_limits()
        self.changed.emit()

    def _show_limits(self) -> None:
        self.limits.setVisible(self.on.isChecked())
        self.parts.setVisible(self.on.isChecked())

    def show_spec(self, spec: ClusterSpec) -> None:
        policy = spec.managed_scaling
        for field in (self.on, *self._numbers()):
            field.blockSignals(True)
        self.on.setChecked(policy is not None)
        if policy is not None:
            self.minimum.setValue(policy.minimum)
            self.maximum.setValue(policy.maximum)
            self.on_demand.setValue(_or(policy.maximum_on_demand, policy.maximum))
            self.core.setValue(_or(policy.maximum_core, policy.maximum))
        for field in (self.on, *self._numbers()):
            field.blockSignals(False)
        self._show_limits()

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        self._unit.setText(_("units") if spec.fleets else _("nodes"))
        if not self.on.isChecked():
            return replace(spec, managed_scaling=None)
        policy = ManagedScaling(
            "InstanceFleetUnits" if spec.fleets else "Instances",
            self.minimum.value(),
            self.maximum.value(),
            self.on_demand.value(),
            self.core.value(),
        )
        return replace(spec, managed_scaling=policy)

    def show_problems(self, problems: Mapping[str, str]) -> set[str]:
        mine = {field for field in problems if field.split(".")[0] == "managed_scaling"}
        sentence = " ".join(problems[field] for field in sorted(mine))
        self.limits.show_problem(sentence)
        return mine


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
