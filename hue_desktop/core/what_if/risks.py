"""What a variant risks, in sentences; each says what it is about and where it was learnt.

Sources: EMR's guides on resizing, Spot and managed scaling (replication floor, graceful
decommissioning, two-minute notice), the Spot Advisor's interruption classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hue_desktop.core.candidates.yarn_memory import yarn_gib_of
from hue_desktop.core.changes import Risk, RiskLevel
from hue_desktop.core.format import count, money_rate, percent, size
from hue_desktop.core.instances import GroupState, Market, Role
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.what_if.values import BenchFacts, BenchLine, Outcome, Variant, Way

__all__ = ["risks_of"]

_GIB = 1024.0**3
_FULL = 0.9  #: of HDFS; above it DataNodes and EMR refuse to take more
_OFTEN = (
    0.15  #: of the Spot nodes of a type taken back in a month, from which it is worth a warning
)
_LOSS, _WARN, _NOTE = RiskLevel.LOSS, RiskLevel.WARN, RiskLevel.NOTE
_STUCK = (GroupState.SUSPENDED, GroupState.ARRESTED, GroupState.RESIZING)


def risks_of(facts: BenchFacts, variant: Variant, outcome: Outcome) -> tuple[Risk, ...]:
    """The risks, the worst first; nothing for a variant that changes nothing."""
    if not variant.changed:
        return ()
    found = [
        *_hdfs(facts, variant, outcome),
        *_spot(variant),
        *_work(facts, variant, outcome),
        *_scaling(variant, outcome),
        *_ways(facts, variant, outcome),
        *_interruptions(facts, variant),
        *_unknown(outcome),
    ]
    order = (_LOSS, _WARN, _NOTE)
    unique = dict.fromkeys(sorted(found, key=lambda risk: order.index(risk.level)))
    return tuple(unique)


def _core(variant: Variant) -> list[BenchLine]:
    return [line for line in variant.lines if line.role is Role.CORE]


def _hdfs(facts: BenchFacts, variant: Variant, outcome: Outcome) -> Iterator[Risk]:
    """Room for what HDFS holds, and as many nodes as it keeps copies."""
    lines = _core(variant)
    if not any(line.changed for line in lines):
        return
    shrinks = any(line.now is not None and line.want.count < line.now.count for line in lines)
    room = outcome.after.room.hdfs_gib
    used = facts.hdfs_used_bytes
    if facts.safe_mode and shrinks:
        text = _(
            "HDFS is in safe mode: nothing is copied from nodes that leave. Wait until it is over."
        )
        yield Risk(_LOSS, text)
    if used is None:
        text = _("What HDFS holds is not known: check it before core nodes go.")
        if shrinks:
            yield Risk(_WARN, text)
    elif room is not None:
        yield from _full(used, room * _GIB, outcome)
    nodes = sum(line.want.count for line in lines if not line.is_fleet)
    factor = facts.replication.factor
    if not facts.uses_fleets and lines and nodes < factor:
        text = ngettext(
            "HDFS keeps {n} copy of each block: EMR keeps at least {n} core node.",
            "HDFS keeps {n} copies of each block: EMR keeps at least {n} core nodes.",
            factor,
        )
        yield Risk(_LOSS, text.format(n=count(factor)))
    if shrinks:
        text = _("Core nodes hold HDFS blocks: the pre-flight tells what is lost before they go.")
        yield Risk(_WARN, text)


def _full(used: float, room: float, outcome: Outcome) -> Iterator[Risk]:
    share = used / room if room else float("inf")
    about = "" if outcome.after.room.hdfs_sure else " " + _("Its room is an estimate.")
    if share > 1:
        text = _("HDFS holds {used}; {room} are too little for it.")
        yield Risk(_LOSS, text.format(used=size(used), room=size(room)) + about)
    elif share > _FULL:
        text = _("HDFS would be {share} full: {used} of {room}.")
        figures = {"share": percent(100 * share), "used": size(used), "room": size(room)}
        yield Risk(_LOSS, text.format(**figures) + about)


def _spot(variant: Variant) -> Iterator[Risk]:
    """Which roles are on Spot that were not."""
    for line in variant.lines:
        if not line.changed or line.want.market is not Market.SPOT or not line.want.count:
            continue
        if line.role is Role.MASTER:
            text = _("Master on Spot: the cluster ends when EC2 takes it back.")
            yield Risk(_LOSS, text)
        elif line.role is Role.CORE:
            text = _("Core on Spot: HDFS blocks are lost when EC2 takes nodes back.")
            yield Risk(_LOSS, text)
    task = [line for line in variant.lines if line.role is Role.TASK and line.want.count]
    nodes = sum(line.want.count for line in task)
    before = [line.now for line in variant.lines if line.role is Role.TASK and line.now]
    had_listed = any(one.count and one.market is Market.ON_DEMAND for one in before)
    if task and all(line.want.market is Market.SPOT for line in task) and had_listed:
        if any(line.is_fleet for line in task):
            text = _("All task nodes are Spot")
        else:
            text = ngettext("The one task node is Spot", "All {n} task nodes are Spot", nodes)
        yield Risk(_WARN, text.format(n=count(nodes)))


def _work(facts: BenchFacts, variant: Variant, outcome: Outcome) -> Iterator[Risk]:
    """Whether what runs now would have room."""
    room, used = outcome.after.room.yarn_gib, facts.yarn_used_bytes
    before = outcome.before.room.yarn_gib
    if room is not None and used and used > room * _GIB and (before is None or room < before):
        text = _("YARN uses {used} now; {room} would be there: work waits or runs again.")
        yield Risk(_WARN, text.format(used=size(used), room=size(room * _GIB)))
    if not facts.container_bytes:
        return
    for line in variant.lines:
        kind = facts.types.get(line.want.instance_type)
        if not line.changed or line.role is Role.MASTER or kind is None or not line.want.count:
            continue
        gib, _sure = yarn_gib_of(kind, facts.measured.yarn_gib)
        if gib * _GIB < facts.container_bytes:
            text = _("{type} is too small for a container as they run now ({size}).")
            yield Risk(_WARN, text.format(type=kind.name, size=size(facts.container_bytes)))


def _scaling(variant: Variant, outcome: Outcome) -> Iterator[Risk]:
    """Managed scaling decides again after every change."""
    policy = variant.scaling
    if policy is None:
        if variant.scaling_now is not None:
            yield Risk(_NOTE, _("Without managed scaling the cluster keeps the size it has."))
        return
    if policy.minimum > policy.maximum:
        yield Risk(_LOSS, _("The least that managed scaling keeps is above its maximum."))
    if any(line.changed and line.role is not Role.MASTER for line in variant.lines):
        text = _("Managed scaling is on ({low} to {high}) and may soon set other sizes.")
        yield Risk(_WARN, text.format(low=count(policy.minimum), high=count(policy.maximum)))
    at_most = outcome.at_most
    if at_most is not None and at_most.total - outcome.after.rate.total > 0.005:
        text = _("Managed scaling may let it grow to {usd} at most, at the prices of now.")
        usd = money_rate(at_most.total, at_least=at_most.unknown > 0)
        yield Risk(_NOTE, text.format(usd=usd))


def _ways(facts: BenchFacts, variant: Variant, outcome: Outcome) -> Iterator[Risk]:
    """What a running cluster cannot have, and what takes a new group."""
    pairs = list(zip(variant.lines, outcome.ways, strict=True))
    for line, way in pairs:
        if way is Way.NEW_CLUSTER:
            yield Risk(_WARN, _needs_clone(facts, line))
        if way is not Way.KEEP and line.state in _STUCK:
            yield Risk(_WARN if line.state is GroupState.ARRESTED else _NOTE, _stuck(line))
    new = [line.want for line, way in pairs if way is Way.REPLACE and line.want.count]
    if new:
        text = ngettext(
            "EMR never changes a group’s type or market: {types} becomes a new task group, and the "
            "old one goes to 0 and stays listed.",
            "EMR never changes a group’s type or market: {types} become new task groups, and the "
            "old ones go to 0 and stay listed.",
            len(new),
        )
        yield Risk(_NOTE, text.format(types=_and(want.instance_type for want in new)))
    spot = [want.instance_type for want in new if want.market is Market.SPOT]
    if spot:
        text = _("If EC2 has no Spot {types}, the old nodes go and none come for them.")
        yield Risk(_WARN, text.format(types=_and(spot)))


def _and(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _needs_clone(facts: BenchFacts, line: BenchLine) -> str:
    kind = facts.types.get(line.want.instance_type)
    if line.role is Role.TASK and kind is not None and facts.archs and kind.arch not in facts.archs:
        return _("{type} has other processors ({arch}): needs a new cluster").format(
            type=kind.name, arch=kind.arch
        )
    role = {Role.MASTER: _("master"), Role.CORE: _("core"), Role.TASK: _("task")}[line.role]
    if line.now is None or line.now.instance_type != line.want.instance_type:
        return _("New {role} type: needs a new cluster").format(role=role)
    if line.now.market is not line.want.market:
        return _("Other market for {role}: needs a new cluster").format(role=role)
    return _("More or fewer {role} nodes: needs a new cluster").format(role=role)


def _stuck(line: BenchLine) -> str:
    name = line.name or line.key
    if line.state is GroupState.SUSPENDED:
        text = _(
            "The group {name} is suspended after errors; setting its size makes EMR try again."
        )
    elif line.state is GroupState.ARRESTED:
        text = _("The group {name} is arrested: EMR takes no change of it. Take its place instead.")
    else:
        text = _("The group {name} is being resized; this takes that resize’s place.")
    return text.format(name=name)


def _interruptions(facts: BenchFacts, variant: Variant) -> Iterator[Risk]:
    """How often EC2 takes the Spot types back that are new in the variant."""
    for line in variant.lines:
        want = line.want
        if not line.changed or want.market is not Market.SPOT or not want.count or line.is_fleet:
            continue
        rate = facts.interruptions.get(want.instance_type)
        if rate is None:
            text = _("How often EC2 takes {type} back is not known.")
            yield Risk(_NOTE, text.format(type=want.instance_type))
            continue
        if rate.high is None:
            share = _("more than {low}").format(low=percent(100 * rate.low))
        else:
            share = _("{low} to {high}").format(
                low=percent(100 * rate.low), high=percent(100 * rate.high)
            )
        text = _("{type} on Spot: EC2 takes back {share} of them in a month.")
        level = _WARN if rate.low >= _OFTEN else _NOTE
        yield Risk(level, text.format(type=want.instance_type, share=share))


def _unknown(outcome: Outcome) -> Iterator[Risk]:
    """Prices that nobody knows."""
    nodes = outcome.after.rate.unknown
    if nodes:
        text = ngettext(
            "The price of {n} node is not known: the sum is at least what it says.",
            "The prices of {n} nodes are not known: the sum is at least what it says.",
            nodes,
        )
        yield Risk(_WARN, text.format(n=count(nodes)))
