"""Where the cluster runs and as whom: subnet, key pair, roles, security configuration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hue_desktop.core.changes import ClusterSpec
from hue_desktop.core.format import count
from hue_desktop.core.ports import Subnet
from hue_desktop.core.text import _
from hue_desktop.services.launch import LaunchOptions
from hue_desktop.ui.launch.form_section import FormSection
from hue_desktop.ui.parts import ComboField, FieldRow

__all__ = ["AccessSection"]


class AccessSection(FormSection):
    """Lists of what the account has. What a clone names stays, even if it cannot be listed."""

    def __init__(self) -> None:
        super().__init__(_("Network and access"))
        self._spec = ClusterSpec("", "")
        self.subnet = ComboField(name=_("Subnet"))
        self.key = ComboField(name=_("Key pair"))
        self.service_role = ComboField(name=_("Service role"))
        self.profile = ComboField(name=_("Instance profile"))
        self.security = ComboField(name=_("Security configuration"))
        for field, label, combo in (
            ("subnet_ids", _("Subnet"), self.subnet),
            ("key_name", _("Key pair"), self.key),
            ("service_role", _("Service role"), self.service_role),
            ("instance_profile", _("Instance profile"), self.profile),
            ("security_configuration", _("Security"), self.security),
        ):
            self.add_field(field, FieldRow(label, combo))
            combo.currentIndexChanged.connect(lambda _at: self.changed.emit())
        self._combos = {
            "subnets": ("subnet_ids", self.subnet),
            "key_pairs": ("key_name", self.key),
            "service_roles": ("service_role", self.service_role),
            "instance_profiles": ("instance_profile", self.profile),
            "security_configurations": ("security_configuration", self.security),
        }
        self._loading: set[str] = set()  #: lists whose field keeps what the spec says
        self.show_options(LaunchOptions())

    def show_loading(self) -> None:
        """All lists are being read; until one is there, its field waits."""
        self._spec = self.apply_to(self._spec)
        self._loading = set(self._combos)
        for _field, combo in self._combos.values():
            combo.set_items([("", _("Reading…"))])
            combo.setEnabled(False)
        for field in self.fields.values():
            field.show_hint("")

    def show_options(self, options: LaunchOptions) -> None:
        """Offer what the region has, in every list."""
        for name in self._combos:
            self.show_list(name, options)

    def show_list(self, name: str, options: LaunchOptions) -> None:
        """Offer what one list has; a list that could not be read says why."""
        self._spec = self.apply_to(self._spec)
        self._loading.discard(name)
        field, combo = self._combos[name]
        was_blocked = combo.blockSignals(True)
        combo.set_items(self._items(name, options))
        combo.setEnabled(True)
        combo.blockSignals(was_blocked)
        error = dict(options.errors).get(name)
        self.fields[field].show_hint(
            _("The list could not be read: {error}").format(error=error) if error else ""
        )
        self.show_spec(self._spec)

    @staticmethod
    def _items(name: str, options: LaunchOptions) -> list[tuple[str, str]]:
        if name == "subnets":
            found = [(one.id, _subnet_text(one)) for one in options.subnets]
            return [("", _("EMR’s choice")), *found]
        if name == "key_pairs":
            return [("", _("none: no SSH login")), *((one.name,) * 2 for one in options.key_pairs)]
        texts: tuple[str, ...] = getattr(options, name)
        first = [("", _("none"))] if name == "security_configurations" else []
        return [*first, *((text, text) for text in texts)]

    def show_spec(self, spec: ClusterSpec) -> None:
        self._spec = spec
        for name, (field, combo) in self._combos.items():
            if name not in self._loading:
                value = getattr(spec, field)
                _choose(combo, value if isinstance(value, str) else next(iter(value), ""))

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        loading = {self._combos[name][0] for name in self._loading}
        kept = self._spec.subnet_ids
        subnets: tuple[str, ...] = (self.subnet.key,) if self.subnet.key else ()
        if spec.fleets and kept[:1] == subnets:
            subnets = kept  # a fleet may name several subnets; the first stands for them all
        shown: dict[str, Any] = {
            field: subnets if field == "subnet_ids" else combo.key
            for field, combo in self._combos.values()
        }
        values = {
            field: getattr(self._spec, field) if field in loading else value
            for field, value in shown.items()
        }
        return replace(spec, **values)


def _choose(combo: ComboField, key: str) -> None:
    was_blocked = combo.blockSignals(True)
    if key and combo.findData(key) < 0:
        combo.addItem(key, key)
    combo.set_key(key)
    combo.blockSignals(was_blocked)


def _subnet_text(subnet: Subnet) -> str:
    words = [subnet.name or subnet.id, subnet.az, subnet.cidr]
    if subnet.free_addresses is not None:
        words.append(_("{n} free addresses").format(n=count(subnet.free_addresses)))
    return " · ".join(word for word in words if word)
