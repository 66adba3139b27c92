"""What EMR would refuse of a cluster that is asked for, found before anything is sent.

The limits are those of the EMR API and guides (groups, fleets, steps, scaling, auto-termination).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.ebs import release_number
from hue_desktop.core.instances import EbsVolume, Market, Role
from hue_desktop.core.steps import ActionOnFailure
from hue_desktop.core.text import _
from hue_desktop.services.launch.values import SpecProblem

__all__ = ["IDLE_TIMEOUT_S", "MAX_NODES", "check_group", "check_spec", "check_tags"]

IDLE_TIMEOUT_S = (60, 604_800)
MAX_NODES = 2000  #: per group, default quota
_MAX_TASK_GROUPS = 48
_MAX_BOOTSTRAP = 16
_MAX_STEPS = 256
_STEP_CHARACTERS = 10_240
_MAX_VOLUMES = 25
_FLEET_TYPES = 30  #: with an allocation strategy; 5 without
_SPOT_TIMEOUT_MIN = (5, 1440)
_NAME = 256

Problems = Iterator[SpecProblem]


def check_spec(spec: ClusterSpec) -> tuple[SpecProblem, ...]:
    """One problem for each thing that EMR would refuse, in the order of the form."""
    return tuple(
        [
            *_basics(spec),
            *(_groups(spec.groups) if not spec.fleets else ()),
            *_fleets(spec.fleets),
            *_life(spec),
            *_steps(spec),
            *_bootstrap(spec),
            *check_tags(spec.tags),
            *_network(spec),
            *_configurations(spec.configurations_json),
        ]
    )


def check_group(group: GroupSpec, where: str) -> Problems:
    """One group; ``where`` is the field's path."""
    if not group.instance_type:
        yield SpecProblem(f"{where}.instance_type", _("Choose an instance type."))
    least = 0 if group.role is Role.TASK else 1
    if not least <= group.count <= MAX_NODES:
        text = _("A group has {low} to {high} nodes.").format(low=least, high=MAX_NODES)
        yield SpecProblem(f"{where}.count", text)
    if group.role is Role.MASTER and group.count not in (1, 3):
        text = _("A cluster has one master node, or three for high availability.")
        yield SpecProblem(f"{where}.count", text)
    if group.bid_usd_hour is not None and group.market is Market.ON_DEMAND:
        text = _("Only Spot nodes have a maximum price.")
        yield SpecProblem(f"{where}.bid_usd_hour", text)
    if group.bid_usd_hour is not None and group.bid_usd_hour <= 0:
        text = _("The maximum price must be above zero; leave it empty for the on-demand price.")
        yield SpecProblem(f"{where}.bid_usd_hour", text)
    yield from _volumes(group.ebs_volumes, group.role, f"{where}.ebs_volumes")


def check_tags(tags: Iterable[tuple[str, str]]) -> Problems:
    """Tags as EC2 and EMR accept them."""
    tags = tuple(tags)
    amounts = Counter(key for key, _value in tags)
    for number, (key, value) in enumerate(tags):
        where = f"tags[{number}]"
        if not key:
            yield SpecProblem(where, _("A tag needs a key."))
        elif key.lower().startswith("aws:"):
            yield SpecProblem(where, _("Keys that begin with “aws:” are AWS’s own."))
        elif amounts[key] > 1:
            text = _("The key “{key}” is there more than once.").format(key=key)
            yield SpecProblem(where, text)
        if len(key) > 128 or len(value) > 256:
            text = _("A tag’s key has at most 128 characters, its value 256.")
            yield SpecProblem(where, text)


def _basics(spec: ClusterSpec) -> Problems:
    if not spec.name.strip():
        yield SpecProblem("name", _("The cluster needs a name."))
    elif len(spec.name) > _NAME:
        text = _("A name has at most {n} characters.").format(n=_NAME)
        yield SpecProblem("name", text)
    if any(sign in spec.name for sign in "<>$|`"):
        yield SpecProblem("name", _("A name cannot hold any of < > $ | `."))
    if not spec.release:
        yield SpecProblem("release", _("Choose a release."))
    if spec.groups and spec.fleets:
        yield SpecProblem("fleets", _("A cluster has instance groups or fleets, never both."))
    if not spec.groups and not spec.fleets:
        yield SpecProblem("groups", _("The cluster needs a master node."))
    if not spec.service_role:
        yield SpecProblem("service_role", _("EMR needs a service role to act for you."))
    if not spec.instance_profile:
        yield SpecProblem("instance_profile", _("The nodes need an instance profile."))


def _groups(groups: tuple[GroupSpec, ...]) -> Problems:
    roles = Counter(group.role for group in groups)
    if groups and roles[Role.MASTER] != 1:
        yield SpecProblem("groups", _("A cluster has exactly one master group."))
    if roles[Role.CORE] > 1:
        yield SpecProblem("groups", _("A cluster has at most one core group."))
    if roles[Role.TASK] and not roles[Role.CORE]:
        yield SpecProblem("groups", _("Task groups need a core group beside them."))
    if roles[Role.TASK] > _MAX_TASK_GROUPS:
        text = _("A cluster has at most {n} task groups.").format(n=_MAX_TASK_GROUPS)
        yield SpecProblem("groups", text)
    for number, group in enumerate(groups):
        yield from check_group(group, f"groups[{number}]")


def _fleets(fleets: tuple[FleetSpec, ...]) -> Problems:
    roles = Counter(fleet.role for fleet in fleets)
    if fleets and roles[Role.MASTER] != 1:
        yield SpecProblem("fleets", _("A cluster has exactly one master fleet."))
    for role in (Role.CORE, Role.TASK):
        if roles[role] > 1:
            yield SpecProblem("fleets", _("A cluster has one fleet for each role."))
    for number, fleet in enumerate(fleets):
        yield from _fleet(fleet, f"fleets[{number}]")


def _fleet(fleet: FleetSpec, where: str) -> Problems:
    units = fleet.target_on_demand + fleet.target_spot
    if fleet.target_on_demand < 0 or fleet.target_spot < 0:
        yield SpecProblem(f"{where}.target_on_demand", _("A target cannot be below zero."))
    elif fleet.role is Role.MASTER and units != 1:
        text = _("The master fleet has one unit, on demand or Spot.")
        yield SpecProblem(f"{where}.target_on_demand", text)
    elif units < 1:
        yield SpecProblem(f"{where}.target_on_demand", _("The fleet needs a target above zero."))
    if not fleet.types:
        yield SpecProblem(f"{where}.types", _("Choose at least one instance type."))
    limit = _FLEET_TYPES if fleet.spot_strategy else 5
    if len(fleet.types) > limit:
        text = _("A fleet takes at most {n} instance types.").format(n=limit)
        yield SpecProblem(f"{where}.types", text)
    amounts = Counter(choice.instance_type for choice in fleet.types)
    for number, choice in enumerate(fleet.types):
        place = f"{where}.types[{number}]"
        if amounts[choice.instance_type] > 1:
            text = _("{type} is there more than once.").format(type=choice.instance_type)
            yield SpecProblem(place, text)
        if not 1 <= choice.weight <= 999:
            yield SpecProblem(place, _("A weight is 1 to 999 units."))
        yield from _volumes(choice.ebs_volumes, fleet.role, f"{place}.ebs_volumes")
    low, high = _SPOT_TIMEOUT_MIN
    if fleet.target_spot and not low <= fleet.timeout_minutes <= high:
        text = _("The Spot time-out is {low} to {high} minutes.").format(low=low, high=high)
        yield SpecProblem(f"{where}.timeout_minutes", text)


def _volumes(volumes: tuple[EbsVolume, ...], role: Role, where: str) -> Problems:
    if len(volumes) > _MAX_VOLUMES:
        text = _("A node has at most {n} EBS volumes.").format(n=_MAX_VOLUMES)
        yield SpecProblem(where, text)
    for volume in volumes:
        if volume.size_gib < 1 or (role is Role.CORE and volume.size_gib < 5):
            yield SpecProblem(where, _("A core node’s volume has at least 5 GiB, others 1 GiB."))
        if volume.throughput_mib_s is not None and not 125 <= volume.throughput_mib_s <= 1000:
            yield SpecProblem(where, _("A gp3 volume’s throughput is 125 to 1,000 MiB/s."))


def _life(spec: ClusterSpec) -> Problems:
    number = release_number(spec.release)
    low, high = IDLE_TIMEOUT_S
    if spec.idle_timeout_s is not None:
        if not low <= spec.idle_timeout_s <= high:
            text = _("Auto-termination waits for 1 minute to 7 days.")
            yield SpecProblem("idle_timeout_s", text)
        if number < (5, 30) or (6,) <= number < (6, 1):
            text = _("Auto-termination needs release 5.30 or 6.1 at least.")
            yield SpecProblem("idle_timeout_s", text)
    if spec.managed_scaling is not None:
        yield from _scaling(spec.managed_scaling, spec)
    if spec.root_volume_gib is not None and not 10 <= spec.root_volume_gib <= 100:
        yield SpecProblem("root_volume_gib", _("The root volume has 10 to 100 GiB."))


def _scaling(limits: ManagedScaling, spec: ClusterSpec) -> Problems:
    where = "managed_scaling"
    number = release_number(spec.release)
    if number < (5, 30) or (6,) <= number < (6, 1):
        text = _("Managed scaling needs release 5.30 or later, and not 6.0.0.")
        yield SpecProblem(where, text)
    if (limits.unit_type == "InstanceFleetUnits") != bool(spec.fleets):
        text = _("Fleets are counted in units, groups in instances or vCPU.")
        yield SpecProblem(where, text)
    if not 1 <= limits.minimum <= limits.maximum:
        text = _("The minimum is at least 1 and not above the maximum.")
        yield SpecProblem(where, text)
    for part in (limits.maximum_on_demand, limits.maximum_core):
        if part is not None and not 0 <= part <= limits.maximum:
            text = _("The on-demand and core limits lie within the maximum.")
            yield SpecProblem(where, text)


def _steps(spec: ClusterSpec) -> Problems:
    if not 1 <= spec.step_concurrency <= 256:
        yield SpecProblem("step_concurrency", _("1 to 256 steps run at the same time."))
    if len(spec.steps) > _MAX_STEPS:
        text = _("At most {n} steps can wait and run.").format(n=_MAX_STEPS)
        yield SpecProblem("steps", text)
    for number, step in enumerate(spec.steps):
        where = f"steps[{number}]"
        if not step.name:
            yield SpecProblem(where, _("A step needs a name."))
        if not step.jar:
            yield SpecProblem(where, _("A step needs a jar; command-runner.jar runs commands."))
        texts = [
            step.jar,
            step.main_class,
            *step.args,
            *(p for pair in step.properties for p in pair),
        ]
        if sum(map(len, texts)) > _STEP_CHARACTERS:
            text = _("A step’s texts have at most 10,240 characters together.")
            yield SpecProblem(where, text)
        careful = step.action_on_failure is not ActionOnFailure.CONTINUE
        if spec.step_concurrency > 1 and careful:
            text = _("Where steps run side by side, each must continue after a failure.")
            yield SpecProblem(where, text)


def _bootstrap(spec: ClusterSpec) -> Problems:
    if len(spec.bootstrap_actions) > _MAX_BOOTSTRAP:
        text = _("At most {n} bootstrap actions run.").format(n=_MAX_BOOTSTRAP)
        yield SpecProblem("bootstrap_actions", text)
    for number, action in enumerate(spec.bootstrap_actions):
        where = f"bootstrap_actions[{number}]"
        if not action.name:
            yield SpecProblem(where, _("A bootstrap action needs a name."))
        if not action.script_path.startswith(("s3://", "s3n://", "s3a://", "file:/")):
            yield SpecProblem(where, _("The script lies on S3: s3://bucket/path/script.sh."))


def _network(spec: ClusterSpec) -> Problems:
    if len(spec.subnet_ids) > 1 and not spec.fleets:
        text = _("A cluster of instance groups is launched in one subnet.")
        yield SpecProblem("subnet_ids", text)
    if spec.log_uri and not spec.log_uri.startswith(("s3://", "s3n://", "s3a://")):
        yield SpecProblem("log_uri", _("Logs go to S3: s3://bucket/path/."))


def _configurations(text: str) -> Problems:
    where = "configurations_json"
    try:
        read = json.loads(text or "[]")
    except ValueError as error:
        yield SpecProblem(where, _("This is not JSON: {error}.").format(error=error))
        return
    if not isinstance(read, list) or not all(
        isinstance(each, dict) and isinstance(each.get("Classification"), str) for each in read
    ):
        text = _("EMR wants a list of objects, each with a Classification and its Properties.")
        yield SpecProblem(where, text)
