"""Rules about how many nodes: by how full YARN's memory was, and what waited for it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.drafting import (
    WORKERS,
    difference,
    nodes_text,
    price_note,
    resize,
)
from hue_desktop.core.advice.facts import ClusterFacts, Part, month_usd
from hue_desktop.core.advice.series import SURER_S, SeriesSummary, confidence, evidence
from hue_desktop.core.advice.values import ActionKind, Advice, AdviceAction, Risk
from hue_desktop.core.changes import AddTaskGroup, GroupSpec, SetManagedScaling
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.ebs import release_number
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.text import _

__all__ = ["spare_nodes", "uneven_load", "waiting_containers"]

FULL_MEMORY = 85.0  #: percent of YARN's memory, half of the time
OFTEN_WAITING = 0.25  #: of the time containers waited
SPARE_MEMORY = 60.0
AIM = 80.0  #: percent of YARN's memory in use that a right size leads to
UNEVEN = 0.6  #: mean against peak; below, the load comes and goes
_NEVER_SCALED = frozenset(("presto", "trino", "prestosql", "hbase"))
_GIB = 1024.0**3


def spare_nodes(facts: ClusterFacts) -> Iterator[Advice]:
    """Task nodes whose memory nobody asked for, even at the busiest."""
    share, pending = facts.measured("yarn.memory.share"), facts.measured("yarn.containers.pending")
    cluster = facts.snapshot.cluster
    if share is None or share.p95 >= SPARE_MEMORY or share.covered_s < SURER_S:
        return
    if (pending is not None and pending.above_zero > 0.01) or facts.idle_since is not None:
        return
    if cluster is not None and cluster.managed_scaling is not None:
        return
    total = _yarn_total(facts)
    spare = total * (1.0 - share.p95 / AIM) if total is not None else 0.0
    order = sorted(facts.of_role(Role.TASK), key=lambda part: part.market is Market.SPOT)
    for part in order:
        room = facts.yarn_gib(part.type_name)
        if room is None or room[0] <= 0 or not part.settled:
            continue
        gone = min(part.count, int(spare / room[0]))
        if gone < 1:
            continue
        spare -= gone * room[0]
        yield Advice(
            "spare-nodes",
            _("Scale the {nodes} to {n}").format(
                nodes=nodes_text(part), n=fmt.count(part.count - gone)
            ),
            _("YARN used {p95} of its memory or less; with fewer nodes it would be {aim}.").format(
                p95=fmt.percent(share.p95), aim=fmt.percent(AIM)
            ),
            tuple(evidence(each) for each in (share, pending) if each is not None),
            difference(facts, part, count=part.count - gone),
            _("Low: task nodes hold no HDFS; they drain before they go"),
            confidence(share),
            resize(facts, part, part.count - gone),
            Role.TASK,
        )


def uneven_load(facts: ClusterFacts) -> Iterator[Advice]:
    """Load that comes and goes: managed scaling between what is always and what is at most used."""
    share, cluster = facts.measured("yarn.memory.share"), facts.snapshot.cluster
    task = [part for part in facts.of_role(Role.TASK) if part.settled]
    if share is None or cluster is None or cluster.managed_scaling is not None or not task:
        return
    release = release_number(cluster.release)
    names = {each.name.lower() for each in cluster.applications}
    if release < (5, 30) or release[:3] == (6, 0, 0) or names & _NEVER_SCALED:
        return
    peak = max(share.p95, 1.0)
    if share.covered_s < SURER_S or share.mean / peak > UNEVEN or cluster.uses_fleets:
        return
    core = sum(part.count for part in facts.of_role(Role.CORE))
    most = core + sum(part.count for part in task)
    least = min(max(core, math.ceil(most * share.lowest / 100.0)), most)
    if least >= most:
        return
    policy = ManagedScaling("Instances", least, most, maximum_core=core)
    usd = _scaled(facts, task, share, least - core, most - core)
    yield Advice(
        "uneven-load",
        _("Managed scaling, {low} to {high} nodes").format(
            low=fmt.count(least), high=fmt.count(most)
        ),
        _(
            "The load comes and goes: {mean} of YARN's memory on average, {p95} at its peaks. "
            "Managed scaling gives nodes back between them, task nodes only."
        ).format(mean=fmt.percent(share.mean), p95=fmt.percent(share.p95)),
        (evidence(share),),
        usd,
        _("Low: nodes take some minutes to come; it needs Spark's dynamic allocation"),
        confidence(share),
        AdviceAction(
            ActionKind.MANAGED_SCALING,
            _("Set managed scaling to {low}–{high} nodes").format(
                low=fmt.count(least), high=fmt.count(most)
            ),
            changes=(SetManagedScaling(facts.snapshot.ref.cluster_id, policy),),
        ),
        Role.TASK,
        Risk.LOW,
        _("estimated from the mean of YARN's memory"),
    )


def waiting_containers(facts: ClusterFacts) -> Iterator[Advice]:
    """Containers that wait for memory: more task nodes."""
    share, pending = facts.measured("yarn.memory.share"), facts.measured("yarn.containers.pending")
    used, containers = facts.measured("yarn.memory.used"), facts.measured("yarn.containers")
    if share is None or pending is None or share.median < FULL_MEMORY:
        return
    if pending.above_zero < OFTEN_WAITING:
        return
    task = facts.of_role(Role.TASK)
    part = next((p for p in task if p.market is Market.SPOT), task[0] if task else None)
    part = part or next(iter(facts.of_role(Role.CORE)), None)
    room = facts.yarn_gib(part.type_name) if part is not None else None
    if part is None or room is None or not part.settled or _at_its_limit(facts):
        return
    size_gib = used.mean / containers.mean / _GIB if used and containers and containers.mean else 0
    wanted = math.ceil(pending.mean * size_gib / room[0]) if size_gib else 0
    more = max(1, min(wanted, part.count or 1))  # at most twice as many at once
    one = month_usd(facts, part, count=1)
    yield Advice(
        "waiting-containers",
        _("Add {n} task nodes ({type})").format(n=fmt.count(more), type=part.type_name),
        _("Containers waited {share} of the time while YARN's memory was full.").format(
            share=fmt.percent(100.0 * pending.above_zero)
        ),
        (evidence(pending), evidence(share)),
        one * more if one is not None else None,
        _("None but the money; task nodes can be given back at any time"),
        confidence(share, pending),
        resize(facts, part, part.count + more)
        if part.role is Role.TASK
        else _add_task(facts, part, more),
        Role.TASK,
        Risk.NONE,
        price_note(facts, part.type_name),
    )


def _yarn_total(facts: ClusterFacts) -> float | None:
    """GiB that YARN gives out in all, as the workers' types bring it."""
    total = 0.0
    for part in facts.parts:
        if part.role in WORKERS:
            room = facts.yarn_gib(part.type_name)
            if room is None:
                return None
            total += part.count * room[0]
    return total


def _scaled(
    facts: ClusterFacts, task: list[Part], share: SeriesSummary, low: int, high: int
) -> float | None:
    """What the task nodes would cost less if their number followed the load."""
    each = [month_usd(facts, part) for part in task]
    known = [usd for usd in each if usd is not None]
    if len(known) < len(each) or high <= 0:
        return None
    kept = max(share.mean / max(share.p95, 1.0), low / high)
    return -sum(known) * (1.0 - min(1.0, kept))


def _at_its_limit(facts: ClusterFacts) -> bool:
    """Whether managed scaling looks after the size: it would take the nodes away again."""
    cluster = facts.snapshot.cluster
    return cluster is not None and cluster.managed_scaling is not None


def _add_task(facts: ClusterFacts, like: Part, count: int) -> AdviceAction:
    spec = GroupSpec(Role.TASK, like.type_name, count)
    text = _("Add a task group of {n} × {type}").format(n=fmt.count(count), type=like.type_name)
    change = AddTaskGroup(facts.snapshot.ref.cluster_id, spec)
    return AdviceAction(ActionKind.ADD_TASK, text, changes=(change,))
