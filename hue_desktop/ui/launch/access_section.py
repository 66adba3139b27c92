"""Where the cluster runs and as whom: subnet, key pair, roles, security configuration."""

from __future__ import annotations

from dataclasses import replace

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
        self.show_options(LaunchOptions())

    def show_options(self, options: LaunchOptions) -> None:
        """Offer what the region has; a list that could not be read says why."""
        spec = self._spec
        any_subnet = ("", _("EMR’s choice"))
        _offer(self.subnet, [any_subnet, *((one.id, _subnet_text(one)) for one in options.subnets)])
        no_key = ("", _("none: no SSH login"))
        _offer(self.key, [no_key, *((pair.name, pair.name) for pair in options.key_pairs)])
        _offer(self.service_role, [(name, name) for name in options.service_roles])
        _offer(self.profile, [(name, name) for name in options.instance_profiles])
        none = ("", _("none"))
        _offer(self.security, [none, *((name, name) for name in options.security_configurations)])
        for name, field in (
            ("subnets", "subnet_ids"),
            ("key_pairs", "key_name"),
            ("service_roles", "service_role"),
            ("instance_profiles", "instance_profile"),
            ("security_configurations", "security_configuration"),
        ):
            error = dict(options.errors).get(name)
            self.fields[field].show_hint(
                _("The list could not be read: {error}").format(error=error) if error else ""
            )
        self.show_spec(spec)

    def show_spec(self, spec: ClusterSpec) -> None:
        self._spec = spec
        _choose(self.subnet, spec.subnet_ids[0] if spec.subnet_ids else "")
        _choose(self.key, spec.key_name)
        _choose(self.service_role, spec.service_role)
        _choose(self.profile, spec.instance_profile)
        _choose(self.security, spec.security_configuration)

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        kept = self._spec.subnet_ids
        subnets: tuple[str, ...] = (self.subnet.key,) if self.subnet.key else ()
        if spec.fleets and kept[:1] == subnets:
            subnets = kept  # a fleet may name several subnets; the first stands for them all
        return replace(
            spec,
            subnet_ids=subnets,
            key_name=self.key.key,
            service_role=self.service_role.key,
            instance_profile=self.profile.key,
            security_configuration=self.security.key,
        )


def _offer(combo: ComboField, items: list[tuple[str, str]]) -> None:
    combo.set_items(items)


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
