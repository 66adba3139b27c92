"""What DescribeCluster says, as sections of facts in readable words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hue_desktop.core.clusters import Cluster, ClusterSnapshot, ManagedScaling
from hue_desktop.core.format import DASH, date_time, duration
from hue_desktop.core.instances import EbsVolume
from hue_desktop.core.text import _, ngettext

__all__ = ["Fact", "Section", "ebs_text", "pretty_json", "sections_of"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and a value. ``copies`` marks values that people paste elsewhere (ids, names)."""

    name: str
    value: str
    copies: bool = False
    tone: str = ""
    action: str = ""  #: id of the action that changes it


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under a heading."""

    key: str
    title: str
    facts: tuple[Fact, ...]


def sections_of(snapshot: ClusterSnapshot, now: datetime) -> tuple[Section, ...]:
    """Software, network and access, life; facts that EMR does not state are left out."""
    cluster = snapshot.cluster
    if cluster is None:
        return ()
    return (
        Section("software", _("Software"), _stated(_software(snapshot, cluster, now))),
        Section("life", _("Life and scaling"), _stated(_life(cluster))),
        Section("network", _("Network and access"), _stated(_network(cluster))),
    )


def _stated(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.value)


def _software(snapshot: ClusterSnapshot, cluster: Cluster, now: datetime) -> Iterable[Fact]:
    summary = snapshot.summary
    yield Fact(_("Name"), summary.name, copies=True)
    yield Fact(_("Cluster id"), summary.id, copies=True)
    yield Fact(_("ARN"), summary.arn, copies=True)
    yield Fact(_("Release"), cluster.release, copies=True)
    yield Fact(_("Operating system"), cluster.os_release)
    yield Fact(_("Custom AMI"), cluster.custom_ami, copies=True)
    yield Fact(
        _("Applications"),
        ", ".join(f"{app.name} {app.version}".strip() for app in cluster.applications),
    )
    if cluster.root_volume_gib:
        yield Fact(_("Root volume"), _("{n} GiB").format(n=cluster.root_volume_gib))
    yield Fact(_("Created"), _moment(summary.created, now))
    yield Fact(_("Ready"), _moment(summary.ready, now))
    yield Fact(_("Ended"), _moment(summary.ended, now))
    yield Fact(_("Reason"), summary.reason or summary.reason_code)


def _life(cluster: Cluster) -> Iterable[Fact]:
    protected = cluster.termination_protected
    yield Fact(
        _("Termination protection"),
        _("on") if protected else _("off"),
        tone="good" if protected else "",
        action="launch.unprotect" if protected else "launch.protect",
    )
    kept = cluster.keep_alive
    text = _("waits when no step is left") if kept else _("ends when no step is left")
    yield Fact(_("After the last step"), text)
    idle = cluster.idle_timeout_s
    yield Fact(
        _("Auto-termination"),
        _("after {time} idle").format(time=duration(idle)) if idle else _("off"),
        action="policies.auto_termination",
    )
    if cluster.unhealthy_node_replacement is not None:
        replaced = cluster.unhealthy_node_replacement
        yield Fact(_("Unhealthy nodes"), _("are replaced") if replaced else _("stay"))
    steps = cluster.step_concurrency
    yield Fact(_("Steps at a time"), str(steps))
    yield Fact(
        _("Managed scaling"),
        _scaling(cluster.managed_scaling),
        action="policies.managed_scaling",
    )


def _scaling(limits: ManagedScaling | None) -> str:
    if limits is None:
        return _("off")
    units = {
        "Instances": _("nodes"),
        "InstanceFleetUnits": _("units"),
        "VCPU": _("vCPU"),
    }.get(limits.unit_type, limits.unit_type)
    text = _("{low} to {high} {units}").format(low=limits.minimum, high=limits.maximum, units=units)
    if limits.maximum_on_demand is not None:
        text += _(", at most {n} on-demand").format(n=limits.maximum_on_demand)
    if limits.maximum_core is not None:
        text += _(", at most {n} core").format(n=limits.maximum_core)
    return text


def _network(cluster: Cluster) -> Iterable[Fact]:
    yield Fact(_("Master node"), cluster.master_dns, copies=True)
    yield Fact(_("Subnet"), cluster.subnet_id, copies=True)
    yield Fact(_("Availability zone"), cluster.az)
    yield Fact(_("Key pair"), cluster.key_name or _("none: no SSH login by key"))
    yield Fact(_("Service role"), cluster.service_role, copies=True)
    yield Fact(_("Instance profile"), cluster.instance_profile, copies=True)
    yield Fact(_("Auto-scaling role"), cluster.auto_scaling_role, copies=True)
    yield Fact(_("Security configuration"), cluster.security_configuration or _("none"))
    yield Fact(_("Logs"), cluster.log_uri or _("not kept"), copies=bool(cluster.log_uri))
    if not cluster.visible_to_all:
        yield Fact(_("Visible to"), _("its creator only"))


def _moment(at: datetime | None, now: datetime) -> str:
    if at is None:
        return ""
    ago = duration(max(0.0, (now - at).total_seconds()))
    return _("{time}, {ago} ago").format(time=date_time(at, today=now), ago=ago)


def ebs_text(volumes: tuple[EbsVolume, ...]) -> str:
    """``2 × 64 GiB gp3`` for each kind of volume."""
    if not volumes:
        return DASH
    kinds: dict[tuple[int, str], int] = {}
    for volume in volumes:
        key = volume.size_gib, volume.volume_type
        kinds[key] = kinds.get(key, 0) + 1
    texts = []
    for (size, kind), n in kinds.items():
        text = ngettext("{size} GiB {kind}", "{n} × {size} GiB {kind}", n)
        texts.append(text.format(n=n, size=size, kind=kind))
    return ", ".join(texts)


def pretty_json(text: str) -> str:
    """The classifications with two spaces of indent; what is not JSON stays as it is."""
    try:
        value = json.loads(text or "[]")
    except ValueError:
        return text
    return json.dumps(value, indent=2, ensure_ascii=False) if value else ""
