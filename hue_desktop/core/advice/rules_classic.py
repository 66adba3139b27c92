"""The classic rules of EMR's guide on choosing instance types, applied to today's types.

They go by what a cluster is and is for; where something was measured that speaks against one, it
is not given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.drafting import (
    WORKERS,
    arch_of,
    cheapest,
    clone,
    difference,
    nodes_text,
    price_note,
    replace_part,
    role_word,
    smallest_of_today,
    todays,
)
from hue_desktop.core.advice.facts import ClusterFacts, Part, month_usd
from hue_desktop.core.advice.families import parse, size_rank
from hue_desktop.core.advice.series import confidence, evidence
from hue_desktop.core.advice.values import Advice, Confidence, Evidence, Risk, TypeChange
from hue_desktop.core.advice.workload import Sign, WorkloadKind
from hue_desktop.core.instances import InstanceType, Role
from hue_desktop.core.text import _, ngettext

__all__ = [
    "burstable",
    "computation",
    "databases_and_caches",
    "default_type",
    "master_size",
    "more_performance",
    "network_and_learning",
]

SMALL_CLUSTER = 50  #: below, the master is an m-large; from here on an m-xlarge
JUDGED = 100  #: of more nodes EMR's guide says nothing: only a measured heap tells
HEAP_FULL = 70.0  #: percent of the NameNode's or ResourceManager's heap
WAITS_CPU = 20.0  #: percent of CPU that a cluster which mostly waits stays below
BUSY_CPU = 50.0
LOADED_CPU = 70.0
ROOMY_MEMORY = 60.0  #: percent of YARN's memory
WORTH = 0.03  #: a saving of less than this share is not worth a change
_SOLVERS = frozenset(("hbase", "presto", "prestosql", "trino", "jupyterhub", "zeppelin", "livy",
                      "jupyterenterprisegateway", "hue"))  # fmt: skip


def master_size(facts: ClusterFacts) -> Iterator[Advice]:
    """Master: m-large below 50 nodes, m-xlarge above; today's smallest m that fits that."""
    nodes = facts.node_count
    for part in facts.of_role(Role.MASTER):
        size = "large" if nodes < SMALL_CLUSTER else "xlarge"
        wanted = smallest_of_today(facts, part, size)
        now = facts.types.get(part.type_name)
        if wanted is None or now is None or wanted.name == part.type_name:
            continue
        heap = max(
            (each for each in map(facts.measured, ("namenode.heap", "rm.heap")) if each),
            key=lambda each: each.p95,
            default=None,
        )
        full = heap is not None and heap.p95 >= HEAP_FULL
        judged = nodes <= JUDGED or heap is not None
        smaller = _shrinks(facts, part, now, wanted) and judged and not full
        too_small = now.memory_gib < wanted.memory_gib and now.vcpu <= wanted.vcpu
        if not smaller and not (too_small and (full or nodes >= SMALL_CLUSTER)):
            continue
        yield _master_advice(facts, part, wanted, size, evidence(heap) if heap else None, smaller)


def default_type(facts: ClusterFacts) -> Iterator[Advice]:
    """Core and task: m by default; memory that nothing asks for is money."""
    memory = facts.measured("yarn.memory.share")
    if facts.workload.of(WorkloadKind.DATABASE, WorkloadKind.CACHE, WorkloadKind.QUERIES):
        return
    if memory is not None and memory.p95 >= ROOMY_MEMORY:
        return
    for part in _workers(facts, "r", "x", "z"):
        wanted = _same_cpu(facts, part, "m")
        usd = difference(facts, part, type_name=wanted.name) if wanted else None
        if wanted is None or not _worth(facts, part, usd):
            continue
        yield Advice(
            "default-type",
            _("Use {type} for the {nodes}").format(type=wanted.name, nodes=nodes_text(part)),
            _(
                "General-purpose nodes are the default for core and task; nothing that is known "
                "of this cluster asks for the memory of {type}."
            ).format(type=part.type_name),
            (evidence(memory),) if memory else (_configured(part),),
            usd,
            _("Low: each node has {gib} less memory").format(
                gib=_gib(facts.types[part.type_name].memory_gib - wanted.memory_gib)
            ),
            confidence(memory) if memory else Confidence.LOW,
            replace_part(facts, part, wanted.name),
            part.role,
        )


def burstable(facts: ClusterFacts) -> Iterator[Advice]:
    """A cluster that mostly waits for other systems (a crawler): t, or what is closest to it."""
    sign = facts.workload.of(WorkloadKind.CRAWLER)
    containers = facts.measured("yarn.containers")
    for part in _workers(facts):
        name = parse(part.type_name)
        cpu = facts.measured(part.cpu_metric)
        waits = cpu is not None and cpu.p95 < WAITS_CPU
        works = containers is not None and containers.above_zero >= 0.5
        if name is None or name.family.letters == "t" or "flex" in name.family.extras:
            continue
        if (cpu is not None and not waits) or not (sign or (waits and works)):
            continue
        wanted, are_t = _bursting(facts, part)
        usd = difference(facts, part, type_name=wanted.name) if wanted else None
        if wanted is None or not _worth(facts, part, usd):
            continue
        why = _("Nodes that mostly wait for other systems need their processors now and then.")
        if not are_t:
            flex = wanted.name.partition(".")[0].endswith("-flex")
            why += " " + (
                _("EMR offers no t type here; {type} gives its full processor most of the time.")
                if flex
                else _("EMR offers no t type here; {type} has the memory with fewer processors.")
            ).format(type=wanted.name)
        seen = [evidence(cpu)] if cpu else []
        seen += [_sign(sign)] if sign else []
        yield Advice(
            "burstable",
            _("Use {type} for the {nodes}").format(type=wanted.name, nodes=nodes_text(part)),
            why,
            tuple(seen),
            usd,
            _("Low: long stretches of computing run slower"),
            confidence(cpu) if cpu else Confidence.LOW,
            replace_part(facts, part, wanted.name),
            part.role,
        )


def more_performance(facts: ClusterFacts) -> Iterator[Advice]:
    """Nodes of the size large that have much to do: m-xlarge, half as many."""
    pending = facts.measured("yarn.containers.pending")
    for part in _workers(facts):
        cpu = facts.measured(part.cpu_metric)
        busy = cpu is not None and cpu.p95 >= LOADED_CPU
        waiting = pending is not None and pending.above_zero >= 0.1
        small = (size_rank(part.type_name) or 99) < 2
        wanted = smallest_of_today(facts, part, "xlarge")
        if not small or not (busy or waiting) or wanted is None:
            continue
        count = max(math.ceil(part.count / 2), 1)
        yield Advice(
            "more-performance",
            _("Use {n} × {type} for the {nodes}").format(
                n=fmt.count(count), type=wanted.name, nodes=nodes_text(part)
            ),
            _(
                "Larger nodes give containers more room: the system and EMR's daemons take their "
                "part of each node, and of a small one the larger share."
            ),
            tuple(evidence(each) for each in (cpu, pending) if each is not None),
            difference(facts, part, type_name=wanted.name, count=count),
            _("Low: a node that is lost takes more with it"),
            confidence(*(each for each in (cpu, pending) if each is not None)),
            replace_part(facts, part, wanted.name, count=count),
            part.role,
            usd_note=price_note(facts, wanted.name),
        )


def computation(facts: ClusterFacts) -> Iterator[Advice]:
    """Computation: c, which has more processor for the money."""
    sign = facts.workload.of(WorkloadKind.COMPUTE)
    memory = facts.measured("yarn.memory.share")
    if sign is None or (memory is not None and memory.p95 >= ROOMY_MEMORY):
        return
    for part in _workers(facts, "m", "r"):
        cpu = facts.measured(part.cpu_metric)
        wanted = _same_cpu(facts, part, "c")
        usd = difference(facts, part, type_name=wanted.name) if wanted else None
        if wanted is None or (cpu is not None and cpu.mean < BUSY_CPU):
            continue
        if usd is not None and not _worth(facts, part, usd):
            continue
        yield Advice(
            "computation",
            _("Use {type} for the {nodes}").format(type=wanted.name, nodes=nodes_text(part)),
            _("Work that computes wants processors: c types have the most for the money."),
            (_sign(sign), *(evidence(each) for each in (cpu, memory) if each is not None)),
            usd,
            _("Medium: each node has {gib} less memory; containers must still fit").format(
                gib=_gib(facts.types[part.type_name].memory_gib - wanted.memory_gib)
            ),
            confidence(cpu, memory) if cpu and memory else Confidence.LOW,
            replace_part(facts, part, wanted.name),
            part.role,
            Risk.MEDIUM,
            price_note(facts, wanted.name),
        )


def databases_and_caches(facts: ClusterFacts) -> Iterator[Advice]:
    """Databases and caches: r, or x where r is not enough; they live in memory."""
    sign = facts.workload.of(WorkloadKind.DATABASE, WorkloadKind.CACHE, WorkloadKind.QUERIES)
    if sign is None or facts.idle_since is not None:
        return
    for part in _workers(facts, "m", "c"):
        cpu = facts.measured(part.cpu_metric)
        if cpu is not None and cpu.p95 >= LOADED_CPU:
            continue
        now = facts.types.get(part.type_name)
        wanted = _same_memory(facts, part) if now is not None else None
        if wanted is None or now is None:
            continue
        yield Advice(
            "databases-and-caches",
            _("Use {type} for the {nodes}").format(type=wanted.name, nodes=nodes_text(part)),
            _(
                "Databases and caches live in memory: {type} has {memory} and {n} vCPU, where "
                "{old} has {old_memory} and {old_n}."
            ).format(
                type=wanted.name,
                memory=_gib(wanted.memory_gib),
                n=wanted.vcpu,
                old=now.name,
                old_memory=_gib(now.memory_gib),
                old_n=now.vcpu,
            ),
            (_sign(sign), *((evidence(cpu),) if cpu else ())),
            difference(facts, part, type_name=wanted.name),
            _("Medium: fewer processors for the same memory")
            if wanted.vcpu < now.vcpu
            else _("Low: it has more memory and as many processors"),
            confidence(cpu) if cpu else Confidence.LOW,
            replace_part(facts, part, wanted.name),
            part.role,
            Risk.MEDIUM if wanted.vcpu < now.vcpu else Risk.LOW,
            price_note(facts, wanted.name),
        )


def network_and_learning(facts: ClusterFacts) -> Iterator[Advice]:
    """NLP and machine learning: c types with the larger network (cluster compute of old)."""
    sign = facts.workload.of(WorkloadKind.LEARNING)
    if sign is None:
        return
    for part in _workers(facts, "m", "c", "r"):
        name = parse(part.type_name)
        if part.role is not Role.TASK or name is None or "n" in name.family.extras:
            continue
        wanted = _same_cpu(facts, part, "c", extras="n")
        if wanted is None:
            continue
        yield Advice(
            "network-and-learning",
            _("Use {type} for the {nodes}").format(type=wanted.name, nodes=nodes_text(part)),
            _(
                "Training passes much between nodes and computes much: {type} has a network of "
                "{network}. Work that uses accelerators wants a g or p type instead."
            ).format(type=wanted.name, network=wanted.network or _("unknown speed")),
            (_sign(sign),),
            difference(facts, part, type_name=wanted.name),
            _("Medium: each node has less memory; measure one job first"),
            Confidence.LOW,
            replace_part(facts, part, wanted.name),
            part.role,
            Risk.MEDIUM,
            price_note(facts, wanted.name),
        )


def _master_advice(
    facts: ClusterFacts,
    part: Part,
    wanted: InstanceType,
    size: str,
    heap: Evidence | None,
    smaller: bool,
) -> Advice:
    nodes = facts.node_count
    rule = (
        _("Below 50 nodes an m-{size} is enough for the master")
        if size == "large"
        else _("From 50 nodes on the master wants an m-{size}")
    ).format(size=size)
    if not wanted.name.endswith(f".{size}"):
        rule += _(", and {type} is the smallest m that EMR offers today").format(type=wanted.name)
    apps = facts.snapshot.cluster.applications if facts.snapshot.cluster else ()
    guests = [each.name for each in apps if each.name.lower() in _SOLVERS]
    if not smaller:
        risk, level = _("None: the master only gets more room"), Risk.NONE
    elif guests:
        risk = ngettext(
            "Medium: {names} runs on the master, too",
            "Medium: {names} run on the master, too",
            len(guests),
        ).format(names=", ".join(guests))
        level = Risk.MEDIUM
    else:
        risk, level = _("Low: drivers in client mode run on the master"), Risk.LOW
    return Advice(
        "master-size",
        _("Use {type} for the master").format(type=wanted.name),
        _(
            "{rule}; here are {n} nodes, and the master is {now}. Its type is chosen at launch."
        ).format(rule=rule, n=fmt.count(nodes), now=part.type_name),
        (_configured(part), *((heap,) if heap else ())),
        difference(facts, part, type_name=wanted.name),
        risk,
        Confidence.LOW if guests or heap is None else Confidence.MEDIUM,
        clone(TypeChange(Role.MASTER, part.type_name, wanted.name)),
        Role.MASTER,
        level,
        price_note(facts, part.type_name, wanted.name),
    )


def _shrinks(facts: ClusterFacts, part: Part, now: InstanceType, wanted: InstanceType) -> bool:
    """Whether the master is larger than need be, and a right one costs less as far as is known."""
    larger = now.memory_gib > wanted.memory_gib or now.vcpu > wanted.vcpu
    usd = difference(facts, part, type_name=wanted.name)
    return larger and (usd is None or _worth(facts, part, usd))


def _workers(facts: ClusterFacts, *letters: str) -> Iterator[Part]:
    """Core and task parts whose type is of one of the classes (all without any)."""
    for part in facts.parts:
        name = parse(part.type_name)
        if part.role not in WORKERS or name is None or part.type_name not in facts.types:
            continue
        if not letters or name.family.letters in letters:
            yield part


def _same_cpu(
    facts: ClusterFacts, part: Part, letters: str, *, extras: str = ""
) -> InstanceType | None:
    now = facts.types[part.type_name]
    kinds = todays(facts, letters, arch=now.arch, extras=extras)
    return cheapest(facts, part, (each for each in kinds if each.vcpu == now.vcpu))


def _same_memory(facts: ClusterFacts, part: Part) -> InstanceType | None:
    """An r type with the memory that a node has now, or the smallest with more; x beyond r."""
    now = facts.types[part.type_name]
    for letters in ("r", "x"):
        fitting = [
            each
            for each in todays(facts, letters, arch=now.arch)
            if each.memory_gib >= now.memory_gib
        ]
        if fitting:
            least = min(each.memory_gib for each in fitting)
            return cheapest(facts, part, [each for each in fitting if each.memory_gib == least])
    return None


def _bursting(facts: ClusterFacts, part: Part) -> tuple[InstanceType | None, bool]:
    """A t type with the node's memory, and that it is one; else the closest that costs less."""
    now, arch = facts.types[part.type_name], arch_of(facts, part)
    burst = [
        each
        for each in facts.types.values()
        if each.name.startswith(("t3", "t4"))
        and each.arch == arch
        and now.memory_gib <= each.memory_gib <= 2 * now.memory_gib
    ]
    if burst:
        return cheapest(facts, part, burst), True
    flex = [e for e in todays(facts, "m", arch=arch, extras="-flex") if e.vcpu == now.vcpu]
    fewer = [e for e in todays(facts, "r", arch=arch) if e.memory_gib == now.memory_gib]
    return cheapest(facts, part, (*flex, *fewer)), False


def _worth(facts: ClusterFacts, part: Part, usd: float | None) -> bool:
    """Whether a difference is a saving that is worth a change; an unknown one is none."""
    before = month_usd(facts, part)
    return usd is not None and before is not None and usd < -WORTH * before


def _configured(part: Part) -> Evidence:
    return Evidence("", _("{n} × {type} as {role}").format(
        n=fmt.count(part.count), type=part.type_name, role=role_word(part.role)
    ))  # fmt: skip


def _sign(sign: Sign) -> Evidence:
    return Evidence("", sign.text[:1].upper() + sign.text[1:])


def _gib(value: float) -> str:
    return fmt.size(value * 1024.0**3)
