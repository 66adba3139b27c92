"""Whether managed scaling can work on a cluster, and what its limits would do there.

From EMR's API (ComputeLimits) and its guide on managed scaling: release 5.30 or later but not
6.0.0, YARN applications only, core and task nodes only; core grows first, task shrinks first.
"""

from __future__ import annotations

from collections.abc import Callable

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.format import count, percent
from hue_desktop.core.instances import GroupState, Market, Role
from hue_desktop.core.policies.values import (
    PolicyFacts,
    Remark,
    RemarkLevel,
    is_task_only,
    units_word,
)
from hue_desktop.core.text import _

__all__ = ["SCALING_RULES", "ScalingRule", "judge_scaling"]

_FULL_DISK = 90.0  #: per cent; from here on a node is unhealthy and takes no work
_GROUP_NODES = 2000
_ON_YARN = ("Spark", "Hadoop", "Hive", "Tez", "Flink", "Pig", "Livy")
_NOT_ON_YARN = ("Presto", "Trino", "HBase")
_TROUBLED = (GroupState.SUSPENDED, GroupState.ARRESTED)

ScalingRule = Callable[[PolicyFacts, ManagedScaling], Remark | None]


def judge_scaling(facts: PolicyFacts, policy: ManagedScaling | None) -> tuple[Remark, ...]:
    """What is to be said of such a policy, the worst first; of none, nothing."""
    if policy is None:
        return ()
    found = [remark for rule in SCALING_RULES if (remark := rule(facts, policy)) is not None]
    if any(remark.level is RemarkLevel.REFUSED for remark in found):
        # what EMR does not accept need not be weighed further
        found = [remark for remark in found if remark.level is RemarkLevel.REFUSED]
    return tuple(sorted(found, key=lambda remark: remark.level.value))


def release(facts: PolicyFacts, _policy: ManagedScaling) -> Remark | None:
    """5.30 or later, not 6.0.0."""
    number = facts.number
    if number >= (5, 30) and not (6,) <= number < (6, 1):
        return None
    return Remark(
        "release",
        RemarkLevel.REFUSED,
        _("{release} has no managed scaling: it came with 5.30.0 and is not in 6.0.0.").format(
            release=facts.release
        ),
        remedy=_("Clone the cluster with a later release."),
    )


def unit(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """Fleets are counted in units, groups in instances or vCPU."""
    if (policy.unit_type == "InstanceFleetUnits") == facts.uses_fleets:
        return None
    text = (
        _("This cluster consists of fleets: limits are counted in units.")
        if facts.uses_fleets
        else _("This cluster consists of groups: limits are counted in nodes or vCPU.")
    )
    return Remark("unit", RemarkLevel.REFUSED, text)


def order(_facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """1 ≤ minimum ≤ maximum."""
    if 1 <= policy.minimum <= policy.maximum:
        return None
    text = _("The minimum is at least 1 and not above the maximum.")
    return Remark("order", RemarkLevel.REFUSED, text)


def caps(_facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """The limits of on-demand and core capacity lie within the maximum."""
    over = [
        part
        for part in (policy.maximum_on_demand, policy.maximum_core)
        if part is not None and not 0 <= part <= policy.maximum
    ]
    if not over:
        return None
    text = _("The on-demand and core limits lie between 0 and the maximum.")
    return Remark("caps", RemarkLevel.REFUSED, text)


def applications(facts: PolicyFacts, _policy: ManagedScaling) -> Remark | None:
    """EMR looks at YARN only: what does not run on YARN neither grows nor protects the cluster."""
    others = facts.has(*_NOT_ON_YARN)
    if not others:
        return None
    names = ", ".join(others)
    evidence = _("{names} is installed.").format(names=names)
    if not facts.has(*(name for name in _ON_YARN if name != "Hadoop")):
        text = _("It never grows the cluster for {names}: EMR looks at YARN’s work only.")
        return Remark("applications", RemarkLevel.NEVER, text.format(names=names), evidence)
    text = _("EMR looks at YARN’s work only: it may remove nodes on which {names} works.")
    return Remark(
        "applications",
        RemarkLevel.HARM,
        text.format(names=names),
        evidence,
        _("Keep the minimum at what {names} needs.").format(names=names),
    )


def custom_scaling(facts: PolicyFacts, _policy: ManagedScaling) -> Remark | None:
    """Custom automatic scaling of a group would pull against it."""
    groups = [pool for pool in facts.pools if pool.custom_scaling]
    if not groups:
        return None
    return Remark(
        "custom_scaling",
        RemarkLevel.WARN,
        _("A group has a custom automatic scaling policy; the two would pull against each other."),
        ", ".join(f"{pool.name}: {pool.custom_scaling}" for pool in groups),
        _("Remove the custom policy (RemoveAutoScalingPolicy) first."),
    )


def shrinks_core(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """A limit below the core nodes of now makes EMR remove nodes that hold HDFS."""
    core = facts.units(policy.unit_type, Role.CORE)
    limit = policy.maximum if policy.maximum_core is None else policy.maximum_core
    if core is None or core <= limit:
        return None
    what = units_word(policy.unit_type)
    return Remark(
        "shrinks_core",
        RemarkLevel.HARM,
        _("Core goes from {now} to {limit} {units}: nodes that hold HDFS blocks leave.").format(
            now=count(core), limit=count(limit), units=what
        ),
        _("Core is set to {now} {units} now.").format(now=count(core), units=what),
        _("Raise the limit to {now}, or see with “Resize core nodes…” what would be lost.").format(
            now=count(core)
        ),
    )


def shrinks(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """A maximum below what there is makes the cluster smaller at once."""
    now = facts.units(policy.unit_type)
    if now is None or now <= policy.maximum:
        return None
    text = _("The maximum is below what there is: {n} {units} leave as soon as it is on.")
    return Remark(
        "shrinks",
        RemarkLevel.WARN,
        text.format(n=count(now - policy.maximum), units=units_word(policy.unit_type)),
        _("Core and task are set to {now} now.").format(now=count(now)),
    )


def grows_at_once(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """A minimum above what there is makes the cluster larger at once."""
    now = facts.units(policy.unit_type)
    if now is None or now >= policy.minimum:
        return None
    text = _("The minimum is above what there is: {n} {units} come as soon as it is on.")
    return Remark(
        "grows_at_once",
        RemarkLevel.NOTE,
        text.format(n=count(policy.minimum - now), units=units_word(policy.unit_type)),
        _("Core and task are set to {now} now.").format(now=count(now)),
    )


def no_range(_facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """Equal limits leave nothing to scale."""
    if policy.minimum != policy.maximum:
        return None
    text = _("Minimum and maximum are the same: it keeps the size and never scales.")
    return Remark("no_range", RemarkLevel.NEVER, text)


def task_only_without_tasks(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """Task-only scaling needs something to put task nodes into."""
    if not is_task_only(policy) or facts.of(Role.TASK) or not facts.pools:
        return None
    return Remark(
        "task_only_without_tasks",
        RemarkLevel.NEVER,
        _("Only task nodes may scale, and the cluster has no task group or fleet to scale."),
        remedy=_("Add task nodes first; the group may have 0 nodes."),
    )


def task_only_core_grows(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """Task-only means that core has the minimum already; below it, core grows all the same."""
    core = facts.units(policy.unit_type, Role.CORE)
    if not is_task_only(policy) or core is None or core >= policy.minimum:
        return None
    what = units_word(policy.unit_type)
    return Remark(
        "task_only_core_grows",
        RemarkLevel.WARN,
        _("Core may still grow from {now} to {minimum} {units}: below the minimum EMR adds core "
          "nodes first.").format(now=count(core), minimum=count(policy.minimum), units=what),
        _("Core is set to {now} {units} now.").format(now=count(core), units=what),
        _("Set the minimum to {now}.").format(now=count(core)),
    )  # fmt: skip


def unreachable_maximum(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """What the caps leave for the pools that exist may be less than the maximum."""
    if not facts.pools:
        return None
    core_cap = policy.maximum if policy.maximum_core is None else policy.maximum_core
    bought_cap = policy.maximum if policy.maximum_on_demand is None else policy.maximum_on_demand
    tasks, spot = facts.of(Role.TASK), facts.of(market=Market.SPOT)
    core_on_demand = any(pool.market is Market.ON_DEMAND for pool in facts.of(Role.CORE))
    most = policy.maximum
    why = ""
    if not spot and bought_cap < most:
        most, why = bought_cap, _("there is no Spot group or fleet for the rest")
    if not tasks and core_cap < most:
        most, why = core_cap, _("there is no task group or fleet for the rest")
    elif tasks and all(pool.market is Market.ON_DEMAND for pool in tasks) and core_on_demand:
        core_spot = core_cap if any(p.market is Market.SPOT for p in facts.of(Role.CORE)) else 0
        if bought_cap + core_spot < most:
            most, why = bought_cap + core_spot, _("the rest would have to be on-demand")
    if most >= policy.maximum or most < policy.minimum:
        return None
    return Remark(
        "unreachable_maximum",
        RemarkLevel.WARN,
        _("It stops at {most} of {maximum} {units}: {why}.").format(
            most=count(most),
            maximum=count(policy.maximum),
            units=units_word(policy.unit_type),
            why=why,
        ),
    )


def replication_floor(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """Core nodes never go below ``dfs.replication``."""
    factor = facts.replication
    core = facts.of(Role.CORE)
    if factor is None or policy.unit_type != "Instances" or not core:
        return None
    limit = policy.maximum if policy.maximum_core is None else policy.maximum_core
    if min(limit, policy.minimum) >= factor:
        return None
    return Remark(
        "replication_floor",
        RemarkLevel.NOTE,
        _("Core never goes below {n} nodes, whatever the minimum says: HDFS keeps {n} copies.")
        .format(n=count(factor)),
        _("dfs.replication is {n}.").format(n=count(factor)),
    )  # fmt: skip


def core_on_spot(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """More core nodes on Spot mean more HDFS that EC2 may take back."""
    core = facts.of(Role.CORE, Market.SPOT)
    if not core:
        return None
    limit = policy.maximum if policy.maximum_core is None else policy.maximum_core
    now = facts.units(policy.unit_type, Role.CORE)
    if now is not None and limit <= now:
        return None
    return Remark(
        "core_on_spot",
        RemarkLevel.HARM,
        _("It adds core nodes on Spot: EC2 may take them back, and their HDFS blocks go."),
        ", ".join(pool.name or pool.id for pool in core),
        _("Scale task nodes only."),
    )


def drivers_on_spot(facts: PolicyFacts, _policy: ManagedScaling) -> Remark | None:
    """On 6.x application masters may land on Spot task nodes, whose loss ends the application."""
    number = facts.number
    if not (6,) <= number < (7,) or not facts.of(Role.TASK, Market.SPOT):
        return None
    if facts.configurations.get(("yarn-site", "yarn.node-labels.enabled"), "") == "true":
        return None
    return Remark(
        "drivers_on_spot",
        RemarkLevel.WARN,
        _("On 6.x an application master may run on a Spot task node; when it goes, the "
          "application starts anew."),
        _("Node labels are off (the default of {release}).").format(release=facts.release),
        _("Set yarn.node-labels.enabled and yarn.node-labels.am.default-node-label-expression to "
          "CORE in a new cluster."),
    )  # fmt: skip


def node_labels(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """From 7.2 it knows node labels; with them the total may pass the maximum for a while."""
    labels = facts.configurations.get(("yarn-site", "yarn.node-labels.enabled"), "") == "true"
    if not labels:
        return None
    if facts.number < (7, 2):
        text = _("Before 7.2 managed scaling does not know node labels: it may add nodes of a "
                 "label that nobody waits for.")  # fmt: skip
        return Remark("node_labels", RemarkLevel.WARN, text, "yarn.node-labels.enabled = true")
    text = _("With node labels it may pass the maximum of {n} for a while.")
    return Remark("node_labels", RemarkLevel.NOTE, text.format(n=count(policy.maximum)))


def dynamic_allocation(facts: PolicyFacts, _policy: ManagedScaling) -> Remark | None:
    """Spark that keeps its executors gives nodes back only when it ends."""
    found = [
        f"{kind}: {name} = {value}"
        for (kind, name), value in facts.configurations.items()
        if (name == "spark.dynamicAllocation.enabled" and value.strip().lower() == "false")
        or (name == "maximizeResourceAllocation" and value.strip().lower() == "true")
    ]
    if not found or not facts.has("Spark"):
        return None
    return Remark(
        "dynamic_allocation",
        RemarkLevel.WARN,
        _("Spark keeps a fixed number of executors: it neither asks for more nodes nor lets any "
          "go before it ends."),
        ", ".join(found),
        _("Leave Spark’s dynamic allocation on."),
    )  # fmt: skip


def full_disk(facts: PolicyFacts, _policy: ManagedScaling) -> Remark | None:
    """A node above 90 % of its disk takes no work, and counts as capacity all the same."""
    disk = facts.fullest_disk
    if disk is None or disk.value < _FULL_DISK:
        return None
    return Remark(
        "full_disk",
        RemarkLevel.WARN,
        _("Nodes above 90 % of their disk take no work, and still count as capacity."),
        _("The fullest is at {share} ({source}).").format(
            share=percent(disk.value), source=disk.source
        ),
    )


def stopped_group(facts: PolicyFacts, _policy: ManagedScaling) -> Remark | None:
    """A suspended or arrested group is not resized until its size is set again."""
    stopped = [pool for pool in facts.pools if pool.state in _TROUBLED]
    if not stopped:
        return None
    pool = stopped[0]
    return Remark(
        "stopped_group",
        RemarkLevel.WARN,
        _("{name} is {state}: it cannot be resized until its size is set again.").format(
            name=pool.name or pool.id, state=pool.state.value
        ),
        pool.state_reason,
        _("Set the group’s size again, even to the same number."),
    )


def too_many_nodes(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """A group has at most 2,000 nodes by the default quota."""
    if policy.unit_type != "Instances":
        return None
    most = _GROUP_NODES * max(1, len(facts.pools))
    if policy.maximum <= most:
        return None
    text = _("The groups take {n} nodes at most by EMR’s default quota.").format(n=count(most))
    return Remark("too_many_nodes", RemarkLevel.WARN, text)


def vcpu_step(facts: PolicyFacts, policy: ManagedScaling) -> Remark | None:
    """A range smaller than a node's vCPU cannot add one."""
    if policy.unit_type != "VCPU" or policy.minimum == policy.maximum:
        return None
    sizes = [pool.vcpu for pool in facts.pools if pool.vcpu is not None]
    room = policy.maximum - policy.minimum
    if not sizes or room >= min(sizes):
        return None
    text = _("From minimum to maximum are {n} vCPU; the smallest node has {m}: it never scales.")
    return Remark("vcpu_step", RemarkLevel.NEVER, text.format(n=count(room), m=count(min(sizes))))


def shuffle_data(facts: PolicyFacts, _policy: ManagedScaling) -> Remark | None:
    """Before 5.34 and 6.4 scaling in takes no notice of shuffle data."""
    number = facts.number
    if number >= (6, 4) or (5, 34) <= number < (6,) or not facts.has("Spark"):
        return None
    text = _(
        "Before 5.34 and 6.4 nodes leave with shuffle data that Spark still needs; stages run "
        "again."
    )
    return Remark("shuffle_data", RemarkLevel.WARN, text, facts.release)


#: Every rule of a policy that is on, in the order in which they are asked.
SCALING_RULES: tuple[ScalingRule, ...] = (
    release,
    unit,
    order,
    caps,
    applications,
    custom_scaling,
    shrinks_core,
    shrinks,
    grows_at_once,
    no_range,
    vcpu_step,
    task_only_without_tasks,
    task_only_core_grows,
    unreachable_maximum,
    core_on_spot,
    drivers_on_spot,
    node_labels,
    dynamic_allocation,
    full_disk,
    stopped_group,
    too_many_nodes,
    replication_floor,
    shuffle_data,
)
