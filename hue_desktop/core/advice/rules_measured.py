"""Rules that rest on measured series and change types: processors, memory, the network."""

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
    todays,
)
from hue_desktop.core.advice.facts import ClusterFacts, Part, month_usd
from hue_desktop.core.advice.families import parse
from hue_desktop.core.advice.series import confidence, evidence
from hue_desktop.core.advice.values import (
    ActionKind,
    Advice,
    AdviceAction,
    Evidence,
    Risk,
)
from hue_desktop.core.instances import InstanceType, Role
from hue_desktop.core.text import _

__all__ = [
    "busy_processors",
    "idle_processors",
    "network_full",
    "stranded_memory",
]

IDLE_CPU = 40.0  #: percent that processors stay below while memory is full
FULL_MEMORY = 85.0
BUSY_CPU = 75.0
FREE_MEMORY = 55.0
OFTEN_WAITING = 0.25  #: of the time containers waited
STRANDED = 0.15  #: share of a node's memory that no container fits into
NETWORK = 0.5  #: of a node's stated bandwidth; what is "up to" is not had for long
_WORTH = 0.03
_GIB = 1024.0**3
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


def _bytes_per_s(network: str) -> float | None:
    """``Up to 10 Gigabit`` as bytes per second; ``None`` for ``Moderate`` and the like."""
    found = _BANDWIDTH.search(network)
    if found is None:
        return None
    return float(found[1]) * (125e6 if found[2].lower() == "gigabit" else 125e3)


def _gib(value: float) -> str:
    return fmt.size(value * _GIB)
