"""What the form of a new cluster needs besides ``ClusterSpec``: defaults, totals, text to values.

Sources: AWS's EMR Management Guide on auto-termination, fleets and configurations.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.instances import FleetType, InstanceType, Market, Role
from hue_desktop.core.text import _

__all__ = [
    "IDLE_MINUTES",
    "SpecTotals",
    "auto_termination_notes",
    "configurations_problem",
    "fleets_from_groups",
    "groups_from_fleets",
    "join_words",
    "release_number",
    "split_words",
    "starting_spec",
    "totals",
]

IDLE_MINUTES = (1, 10_080)  #: EMR accepts 60 s to 7 days
_DEFAULT_TYPE = "m5.xlarge"
_NEVER_IDLE = {"presto": "Presto", "trino": "Trino", "hbase": "HBase"}
_RELEASE = re.compile(r"emr-(\d+)\.(\d+)(?:\.(\d+))?")


def release_number(label: str) -> tuple[int, int, int]:
    """``emr-7.5.0`` as numbers that compare; zeros for a label that is not a release."""
    match = _RELEASE.match(label)
    if match is None:
        return (0, 0, 0)
    return (int(match[1]), int(match[2]), int(match[3] or 0))


def starting_spec(
    *,
    name: str,
    releases: Sequence[str],
    subnets: Sequence[str] = (),
    service_roles: Sequence[str] = (),
    instance_profiles: Sequence[str] = (),
) -> ClusterSpec:
    """A small Spark cluster that can be launched as it stands: one master and two core nodes.

    The newest release is taken; AWS's default roles where they exist, else the first that does.
    """
    return ClusterSpec(
        name=name,
        release=max(releases, key=release_number, default=""),
        applications=("Spark",),
        groups=(
            GroupSpec(Role.MASTER, _DEFAULT_TYPE, 1, name="master"),
            GroupSpec(Role.CORE, _DEFAULT_TYPE, 2, name="core"),
        ),
        idle_timeout_s=3600,
        subnet_ids=tuple(subnets[:1]),
        service_role=_preferred("EMR_DefaultRole", service_roles),
        instance_profile=_preferred("EMR_EC2_DefaultRole", instance_profiles),
    )


def _preferred(usual: str, offered: Sequence[str]) -> str:
    return usual if usual in offered or not offered else offered[0]


@dataclass(frozen=True, slots=True)
class SpecTotals:
    """What a spec adds up to. ``exact`` is false when a fleet may choose among types or a type is
    not in the catalog; the figures then are for the first type of each fleet."""

    nodes: int
    vcpu: int
    memory_gib: float
    exact: bool = True


def totals(spec: ClusterSpec, types: Mapping[str, InstanceType]) -> SpecTotals:
    """Nodes, vCPU and memory of all roles together."""
    nodes, vcpu, memory, exact = 0, 0, 0.0, True
    for type_name, count, certain in _node_counts(spec):
        nodes += count
        known = types.get(type_name)
        exact = exact and certain and (known is not None or count == 0)
        if known is not None:
            vcpu += known.vcpu * count
            memory += known.memory_gib * count
    return SpecTotals(nodes, vcpu, memory, exact)


def _node_counts(spec: ClusterSpec) -> Iterable[tuple[str, int, bool]]:
    for group in spec.groups:
        yield group.instance_type, group.count, True
    for fleet in spec.fleets:
        if fleet.types:
            first = fleet.types[0]
            units = fleet.target_on_demand + fleet.target_spot
            yield first.instance_type, -(-units // max(first.weight, 1)), len(fleet.types) == 1


def fleets_from_groups(groups: Iterable[GroupSpec]) -> tuple[FleetSpec, ...]:
    """One fleet a role that asks for the same nodes; a fleet takes all groups of its role."""
    fleets: dict[Role, FleetSpec] = {}
    for group in groups:
        fleet = fleets.get(group.role, FleetSpec(group.role, (), name=group.role.value.lower()))
        kind = FleetType(
            group.instance_type, bid_usd_hour=group.bid_usd_hour, ebs_volumes=group.ebs_volumes
        )
        if all(known.instance_type != kind.instance_type for known in fleet.types):
            fleet = replace(fleet, types=(*fleet.types, kind))
        if group.market is Market.SPOT:
            fleet = replace(fleet, target_spot=fleet.target_spot + group.count)
        else:
            fleet = replace(fleet, target_on_demand=fleet.target_on_demand + group.count)
        fleets[group.role] = fleet
    return tuple(fleets.values())


def groups_from_fleets(fleets: Iterable[FleetSpec]) -> tuple[GroupSpec, ...]:
    """Groups of each fleet's first type; a fleet with both markets becomes two groups.

    Master and core can be one group only, so theirs is on-demand as soon as a part of it is.
    """
    groups: list[GroupSpec] = []
    for fleet in fleets:
        if not fleet.types:
            continue
        kind = fleet.types[0]
        shares = [
            (Market.ON_DEMAND, -(-fleet.target_on_demand // max(kind.weight, 1))),
            (Market.SPOT, -(-fleet.target_spot // max(kind.weight, 1))),
        ]
        if fleet.role is not Role.TASK and shares[0][1]:
            shares = [(Market.ON_DEMAND, shares[0][1] + shares[1][1])]
        for market, count in shares:
            if count:
                bid = kind.bid_usd_hour if market is Market.SPOT else None
                name = fleet.name or fleet.role.value.lower()
                groups.append(
                    GroupSpec(
                        fleet.role, kind.instance_type, count, market, name, bid, kind.ebs_volumes
                    )
                )
    return tuple(groups)


def auto_termination_notes(release: str, applications: Iterable[str]) -> tuple[str, ...]:
    """Why auto-termination may never fire on such a cluster; nothing when it can."""
    notes = []
    number = release_number(release)
    if number != (0, 0, 0) and not (number >= (6, 1, 0) or (5, 30, 0) <= number < (6, 0, 0)):
        notes.append(
            _("{release} has no auto-termination: it came with 5.30.0 and 6.1.0.").format(
                release=release
            )
        )
    busy = [_NEVER_IDLE[name.lower()] for name in applications if name.lower() in _NEVER_IDLE]
    if busy:
        notes.append(
            _("It never fires with {applications}: EMR cannot tell when they are idle.").format(
                applications=", ".join(busy)
            )
        )
    if number >= (6, 4, 0) or (5, 34, 0) <= number < (6, 0, 0):
        notes.append(_("A cluster whose HDFS is 10 % full or more counts as busy."))
    return tuple(notes)


def split_words(text: str) -> tuple[str, ...]:
    """Arguments as a shell splits them. Raises ``ValueError`` with a sentence on an open quote."""
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise ValueError(_("A quotation mark is not closed.")) from error


def join_words(words: Iterable[str]) -> str:
    """Arguments as one line that ``split_words`` reads back."""
    return shlex.join(words)


def configurations_problem(text: str) -> str:
    """What is wrong with a configurations document, with its place; empty when EMR can read it.

    EMR's shape: a list of objects with ``Classification``, ``Properties`` (text to text) and more
    ``Configurations`` of the same shape.
    """
    if not text.strip():
        return ""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        return _("Line {line}, column {column}: {reason}.").format(
            line=error.lineno, column=error.colno, reason=error.msg
        )
    return _list_problem(document, "")


def _list_problem(document: object, place: str) -> str:
    if not isinstance(document, list):
        where = _("{place}.Configurations").format(place=place) if place else _("The document")
        return _("{where} must be a list of classifications: [ … ].").format(where=where)
    for number, item in enumerate(document, start=1):
        problem = _item_problem(item, f"{place} #{number}".strip())
        if problem:
            return problem
    return ""


def _item_problem(item: object, place: str) -> str:
    if not isinstance(item, dict) or not isinstance(item.get("Classification"), str):
        return _('{place} needs a "Classification", for example "spark-defaults".').format(
            place=place
        )
    name = item["Classification"]
    strange = sorted(set(item) - {"Classification", "Properties", "Configurations"})
    if strange:
        return _('{name}: EMR does not know the member "{member}".').format(
            name=name, member=strange[0]
        )
    properties = item.get("Properties", {})
    if not isinstance(properties, dict):
        return _("{name}: Properties must be an object of names and texts.").format(name=name)
    for key, value in properties.items():
        if not isinstance(value, str):
            return _('{name}: the value of {key} must be a text in quotes, "{value}".').format(
                name=name, key=key, value=json.dumps(value)
            )
    if "Configurations" in item:
        return _list_problem(item["Configurations"], name)
    return ""
