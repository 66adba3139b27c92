"""Rules that rest on measured series: processors, YARN's memory and containers, the network."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.drafting import (
    WORKERS,
    alike,
    arch_of,
    cheapest,
    difference,
    newest_of_cheapest,
    nodes_text,
    price_note,
    replace_part,
    resize,
    todays,
)
from hue_desktop.core.advice.facts import ClusterFacts, Part, month_usd
from hue_desktop.core.advice.families import parse
from hue_desktop.core.advice.series import SURER_S, SeriesSummary, confidence, evidence
from hue_desktop.core.advice.values import (
    ActionKind,
    Advice,
    AdviceAction,
    Evidence,
    Risk,
)
from hue_desktop.core.changes import AddTaskGroup, GroupSpec, SetManagedScaling
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.ebs import release_number
from hue_desktop.core.instances import InstanceType, Market, Role
from hue_desktop.core.text import _

__all__ = [
    "busy_processors",
    "idle_processors",
    "network_full",
    "spare_nodes",
    "stranded_memory",
    "uneven_load",
    "waiting_containers",
]

IDLE_CPU = 40.0  #: percent that processors stay below while memory is full
FULL_MEMORY = 85.0
BUSY_CPU = 75.0
FREE_MEMORY = 55.0
SPARE_MEMORY = 60.0
AIM = 80.0  #: percent of YARN's memory in use that a right size leads to
OFTEN_WAITING = 0.25  #: of the time containers waited
STRANDED = 0.15  #: share of a node's memory that no container fits into
UNEVEN = 0.6  #: mean against peak; below, the load comes and goes
NETWORK = 0.5  #: of a node's stated bandwidth; what is "up to" is not had for long
_WORTH = 0.03
_GIB = 1024.0**3
_NEVER_SCALED = frozenset(("presto", "trino", "prestosql", "hbase"))
_BANDWIDTH = re.compile(r"([\d.]+)\s*(Gigabit|Megabit)", re.IGNORECASE)


def idle_processors(facts: ClusterFacts) -> Iterator[Advice]:
    """Memory full while processors idle: r types have more memory for each of them."""
    memory = facts.measured("yarn.memory.share")
    if memory is None or memory.median < FULL_MEMORY:
        return
    for part in _workers(facts):
        cpu = facts.measured(part.cpu_metric)
        if cpu is None or cpu.p95 >= IDLE_CPU:
            continue
        name = parse(part.type_name)
        letters = ("x",) if name is not None and name.family.letters == "r" else ("r",)
        best = _as_much_memory(facts, part, letters)
        if best is None:
            continue
        kind, count = best
        yield Advice(
            "idle-processors",
            _("Replace the {nodes} by {n} × {type}").format(
                nodes=nodes_text(part), n=fmt.count(count), type=kind.name
            ),
            _(
                "YARN's memory is full while the processors idle: types with more memory for each "
                "vCPU run the same containers for less."
            ),
            (evidence(cpu), evidence(memory)),
            difference(facts, part, type_name=kind.name, count=count),
            _("Medium: {n} vCPU fewer in all").format(n=fmt.count(_vcpu_less(facts, part, best))),
            confidence(cpu, memory),
            replace_part(facts, part, kind.name, count=count),
            part.role,
            Risk.MEDIUM,
        )


def busy_processors(facts: ClusterFacts) -> Iterator[Advice]:
    """Processors busy while memory is free: c types have more of them for the money."""
    memory = facts.measured("yarn.memory.share")
    if memory is None or memory.p95 > FREE_MEMORY:
        return
    for part in _workers(facts):
        cpu, now = facts.measured(part.cpu_metric), facts.types[part.type_name]
        name = parse(part.type_name)
        if cpu is None or cpu.mean < BUSY_CPU or name is None or name.family.letters == "c":
            continue
        kinds = todays(facts, "c", arch=arch_of(facts, part))
        kind = cheapest(facts, part, (each for each in kinds if each.vcpu == now.vcpu))
        usd = difference(facts, part, type_name=kind.name) if kind is not None else None
        if kind is None or (usd is not None and usd >= 0):
            continue
        yield Advice(
            "busy-processors",
            _("Use {type} for the {nodes}").format(type=kind.name, nodes=nodes_text(part)),
            _(
                "The processors are busy while YARN's memory is free: c types have as many vCPU "
                "for less."
            ),
            (evidence(cpu), evidence(memory)),
            usd,
            _("Medium: each node has {gib} less memory; containers must still fit").format(
                gib=fmt.size((now.memory_gib - kind.memory_gib) * _GIB)
            ),
            confidence(cpu, memory),
            replace_part(facts, part, kind.name),
            part.role,
            Risk.MEDIUM,
            price_note(facts, kind.name),
        )


def stranded_memory(facts: ClusterFacts) -> Iterator[Advice]:
    """Memory that no container fits into, while containers wait."""
    used, containers = facts.measured("yarn.memory.used"), facts.measured("yarn.containers")
    pending = facts.measured("yarn.containers.pending")
    if used is None or containers is None or pending is None or containers.mean < 1:
        return
    if pending.above_zero < OFTEN_WAITING:
        return
    size_gib = used.mean / containers.mean / _GIB
    for part in _workers(facts):
        room = facts.yarn_gib(part.type_name)
        if room is None or not room[1] or size_gib <= 0 or room[0] < size_gib:
            continue
        fits = int(room[0] / size_gib)
        left = room[0] - fits * size_gib
        if left / room[0] < STRANDED:
            continue
        month = month_usd(facts, part)
        better = room[0] / (fits + 1)
        yield Advice(
            "stranded-memory",
            _("Containers of {gib} would fit once more on each {type}").format(
                gib=_gib(better), type=part.type_name
            ),
            _(
                "A container takes {size} on average; {fits} of them fit on a node, and {left} of "
                "each stays unused while containers wait. Ask for containers a little smaller, or "
                "for nodes whose memory is a multiple."
            ).format(size=_gib(size_gib), fits=fmt.count(fits), left=_gib(left)),
            (
                evidence(pending),
                Evidence("yarn.memory.used", _("{gib} a container").format(gib=_gib(size_gib))),
            ),
            -month * left / room[0] if month is not None else None,
            _("Low: an executor with less memory may spill"),
            confidence(used, containers, pending),
            AdviceAction(ActionKind.NODES, _("Look at the containers of the nodes")),
            part.role,
            Risk.LOW,
            _("what the unused memory costs"),
        )


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


def network_full(facts: ClusterFacts) -> Iterator[Advice]:
    """HDFS passes so much between nodes that their network is the limit: types with n."""
    read, written = facts.measured("hdfs.read"), facts.measured("hdfs.written")
    flow = sum(each.p95 for each in (read, written) if each is not None)
    core = facts.of_role(Role.CORE)
    nodes = sum(part.count for part in core)
    if not flow or not nodes:
        return
    for part in core:
        now, name = facts.types.get(part.type_name), parse(part.type_name)
        limit = _bytes_per_s(now.network) if now is not None else None
        if name is None or limit is None or "n" in name.family.extras:
            continue
        used = flow / nodes / limit
        if used < NETWORK:
            continue
        extras = "".join(sorted({*name.family.extras, "n"}))
        kinds = todays(facts, name.family.letters, arch=arch_of(facts, part), extras=extras)
        same = (each for each in kinds if now is not None and each.vcpu == now.vcpu)
        kind = cheapest(facts, part, same)
        if kind is None:
            continue
        yield Advice(
            "network-full",
            _("Use {type} for the {nodes}").format(type=kind.name, nodes=nodes_text(part)),
            _(
                "HDFS moved {share} of what the network of {old} is said to carry ({network}); "
                "{type} has {faster}. Shuffle is not measured and comes on top."
            ).format(
                share=fmt.percent(100.0 * used),
                old=part.type_name,
                network=now.network if now is not None else "",
                type=kind.name,
                faster=kind.network,
            ),
            tuple(evidence(each) for each in (read, written) if each is not None),
            difference(facts, part, type_name=kind.name),
            _("Low: the same class and size"),
            confidence(*(each for each in (read, written) if each is not None)),
            replace_part(facts, part, kind.name),
            part.role,
            usd_note=price_note(facts, kind.name),
        )


def _workers(facts: ClusterFacts) -> Iterator[Part]:
    for part in facts.parts:
        if part.role in WORKERS and part.type_name in facts.types:
            yield part


def _as_much_memory(
    facts: ClusterFacts, part: Part, classes: tuple[str, ...]
) -> tuple[InstanceType, int] | None:
    """The cheapest nodes of these classes that bring YARN as much memory, if they save."""
    room, before = facts.yarn_gib(part.type_name), month_usd(facts, part)
    if room is None or before is None:
        return None
    now = facts.types[part.type_name]
    least_nodes = min(part.count, 2)  # one large node is a risk of its own
    found = []
    for letters in classes:
        for kind in todays(facts, letters, arch=arch_of(facts, part)):
            gives = facts.yarn_gib(kind.name)
            if gives is None or gives[0] <= 0 or not alike(kind, now):
                continue
            count = math.ceil(room[0] * part.count / gives[0] - 0.02)
            usd = month_usd(facts, part, type_name=kind.name, count=count)
            if usd is not None and usd <= before * (1 - _WORTH) and count >= least_nodes:
                found.append((usd, kind, count))
    return newest_of_cheapest(found)


def _vcpu_less(facts: ClusterFacts, part: Part, best: tuple[InstanceType, int]) -> int:
    kind, count = best
    return max(0, part.count * facts.types[part.type_name].vcpu - count * kind.vcpu)


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


def _bytes_per_s(network: str) -> float | None:
    """``Up to 10 Gigabit`` as bytes per second; ``None`` for ``Moderate`` and the like."""
    found = _BANDWIDTH.search(network)
    if found is None:
        return None
    return float(found[1]) * (125e6 if found[2].lower() == "gigabit" else 125e3)


def _gib(value: float) -> str:
    return fmt.size(value * _GIB)
