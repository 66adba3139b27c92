"""Why a cluster does not scale now, and what it is waiting for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from hue_desktop.core.clusters import Attention, ClusterSnapshot
from hue_desktop.core.format import count, duration, percent
from hue_desktop.core.instances import (
    GroupState,
    InstanceFleet,
    InstanceGroup,
    InstanceState,
    Market,
    Role,
)
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.policies.scaling_rules import judge_scaling
from hue_desktop.core.policies.values import PolicyFacts, RemarkLevel, units_word
from hue_desktop.core.scaling_story import PENDING, SHARE
from hue_desktop.core.text import _, ngettext

__all__ = ["Standing", "standing"]

_NEVER_COMES_S = 600.0  #: EC2 answers in seconds where it has capacity
_MUCH_FREE = 60.0


@dataclass(frozen=True, slots=True)
class Standing:
    """One reason why the size is what it is, and what can be done. ``rule`` names it."""

    rule: str
    text: str
    remedy: str = ""
    attention: Attention = Attention.NONE


def standing(
    facts: PolicyFacts,
    snapshot: ClusterSnapshot,
    values: Mapping[str, float],
    readings: Mapping[str, NodeReading],
    now: datetime,
) -> tuple[Standing, ...]:
    """The reasons of now, what matters most first; never empty.

    ``values`` are the newest by metric name: what is missing there is said to be unknown.
    """
    if not snapshot.summary.state.active:
        return (Standing("ended", _("The cluster has ended.")),)
    if not snapshot.summary.state.up:
        text = _("The cluster is {state}: nothing scales it before it runs.")
        return (Standing("not_up", text.format(state=snapshot.summary.state.value)),)
    found = [
        *_stopped(snapshot),
        *_capacity(snapshot, now),
        *_resizing(snapshot, readings),
        *_policy(facts, values),
    ]
    return tuple(sorted(found, key=lambda each: -each.attention.value))


def _owners(snapshot: ClusterSnapshot) -> tuple[InstanceGroup | InstanceFleet, ...]:
    return (*(snapshot.groups or ()), *(snapshot.fleets or ()))


def _stopped(snapshot: ClusterSnapshot) -> Iterator[Standing]:
    """SUSPENDED: too many errors starting nodes. ARRESTED: EMR gave the group up."""
    for owner in _owners(snapshot):
        if owner.state is GroupState.SUSPENDED:
            text = _("{name} is SUSPENDED after too many nodes failed to start: {reason}")
            remedy = _("Set its size again, even to the same number: EMR then tries anew.")
        elif owner.state is GroupState.ARRESTED:
            text = _("{name} is ARRESTED: EMR does not resize it any more: {reason}")
            remedy = _("Add a new task group, or clone the cluster; see the node’s bootstrap logs.")
        else:
            continue
        reason = owner.state_reason or _("EMR gives no reason.")
        said = text.format(name=owner.name or owner.id, reason=reason)
        yield Standing("stopped", said, remedy, Attention.CRITICAL)


def _capacity(snapshot: ClusterSnapshot, now: datetime) -> Iterator[Standing]:
    """Nodes that EC2 does not give."""
    for owner in _owners(snapshot):
        waiting = [
            node
            for node in snapshot.instances or ()
            if node.group_id == owner.id and node.state is InstanceState.AWAITING_FULFILLMENT
        ]
        since = min((node.created for node in waiting if node.created), default=None)
        if since is None or (now - since).total_seconds() < _NEVER_COMES_S:
            continue
        spot = any(node.market is Market.SPOT for node in waiting)
        types = ", ".join(sorted({node.instance_type for node in waiting}))
        text = ngettext(
            "{name}: EC2 has not given {n} node of {types} for {time}.",
            "{name}: EC2 has not given {n} nodes of {types} for {time}.",
            len(waiting),
        ).format(
            name=owner.name or owner.id, n=count(len(waiting)), types=types,
            time=duration(now - since),
        )  # fmt: skip
        if isinstance(owner, InstanceFleet):
            remedy = _("Add types to a new fleet, or wait: at the time-out of the resize EMR drops "
                       "what is missing.")  # fmt: skip
        elif spot:
            remedy = _("Add a task group of another type or on-demand; a group asks for ever.")
        else:
            remedy = _("Check the vCPU quota of the account, or add a task group of another type.")
        yield Standing("capacity", text, remedy, Attention.WARN)


def _resizing(snapshot: ClusterSnapshot, readings: Mapping[str, NodeReading]) -> Iterator[Standing]:
    for owner in _owners(snapshot):
        if owner.role is Role.MASTER or owner.state is not GroupState.RESIZING:
            continue
        name = owner.name or owner.id
        if isinstance(owner, InstanceFleet):
            have = owner.provisioned_on_demand + owner.provisioned_spot
            want = owner.target_on_demand + owner.target_spot
        else:
            have, want = owner.running, owner.requested
        if want >= have:
            text = _("{name} goes from {have} to {want}: new nodes take 5 to 6 minutes.")
            yield Standing(
                "growing", text.format(name=name, have=count(have), want=count(want)),
                attention=Attention.STARTING,
            )  # fmt: skip
            continue
        leaving = [
            readings[node.private_dns]
            for node in snapshot.nodes()
            if node.group_id == owner.id and node.private_dns in readings
            and readings[node.private_dns].state == "DECOMMISSIONING"
        ]  # fmt: skip
        text = _("{name} goes from {have} to {want}: nodes leave when their containers end.")
        held = sum(int(each.values.get("yarn.containers", 0.0)) for each in leaving)
        said = text.format(name=name, have=count(have), want=count(want))
        if held:
            more = ngettext("{n} container still runs on them.", "{n} containers still run on "
                            "them.", held)  # fmt: skip
            said += " " + more.format(n=count(held))
        remedy = _("YARN waits for 1 h at most, then the containers start again elsewhere.")
        yield Standing("draining", said, remedy, Attention.STARTING)


def _policy(facts: PolicyFacts, values: Mapping[str, float]) -> Iterator[Standing]:
    pending, share = values.get(PENDING), values.get(SHARE)
    policy = facts.scaling
    if policy is None:
        yield _without_policy(facts, pending, share)
        return
    for remark in judge_scaling(facts, policy):
        if remark.level in (RemarkLevel.NEVER, RemarkLevel.REFUSED):
            yield Standing(remark.rule, remark.text, remark.remedy, Attention.WARN)
    now = facts.units(policy.unit_type)
    word = units_word(policy.unit_type)
    waits = _waits(pending)
    if now is None:
        yield Standing("size_unknown", _("How large the cluster is in {unit} is not known.").format(
            unit=word))  # fmt: skip
        return
    if now >= policy.maximum:
        text = _("Managed scaling is at its maximum of {n} {units}.")
        said = " ".join((text.format(n=count(policy.maximum), units=word), waits)).strip()
        remedy = _("Raise the maximum if the work should end sooner.") if pending else ""
        level = Attention.WARN if pending else Attention.NONE
        yield Standing("at_maximum", said, remedy, level)
        return
    yield from _capped(facts, pending)
    if now <= policy.minimum and not pending:
        text = _("Managed scaling is at its minimum of {n} {units}, below which it never goes.")
        yield Standing("at_minimum", text.format(n=count(policy.minimum), units=word))
        return
    yield _between(pending, share)


def _capped(facts: PolicyFacts, pending: float | None) -> Iterator[Standing]:
    """A limit within the maximum is reached, and there is no pool for the rest."""
    policy = facts.scaling
    if policy is None or not pending:
        return
    unit = policy.unit_type
    bought = facts.units(unit, market=Market.ON_DEMAND)
    if policy.maximum_on_demand is not None and bought is not None:
        spot = facts.of(market=Market.SPOT)
        if bought >= policy.maximum_on_demand and not spot:
            text = _("On-demand capacity is at its limit of {n}, and there is no Spot group.")
            remedy = _("Add a task group on Spot, or raise the on-demand limit.")
            said = text.format(n=count(policy.maximum_on_demand))
            yield Standing("on_demand_limit", said, remedy, Attention.WARN)
    core = facts.units(unit, Role.CORE)
    most = policy.maximum_core
    if most is not None and core is not None and core >= most and not facts.of(Role.TASK):
        text = _("Core capacity is at its limit of {n}, and there is no task group.")
        remedy = _("Add task nodes; the group may have 0 nodes.")
        said = text.format(n=count(most))
        yield Standing("core_limit", said, remedy, Attention.WARN)


def _between(pending: float | None, share: float | None) -> Standing:
    if pending:
        text = _("{waits} EMR looks every 5 to 10 seconds and should add nodes soon.")
        return Standing("should_grow", text.format(waits=_waits(pending)),
                        attention=Attention.STARTING)  # fmt: skip
    if pending is None and share is None:
        text = _("What YARN does is not known now, so neither is whether it should scale.")
        return Standing("unknown", text, _("Open the cluster so that its servers are asked."))
    if share is not None and share <= _MUCH_FREE:
        text = _("{share} of YARN’s memory is in use and nothing waits: it may shrink when the "
                 "containers on a node end.")  # fmt: skip
        return Standing("may_shrink", text.format(share=percent(share)))
    text = _("Nothing waits in YARN, and its memory is in use: the size fits the work.")
    return Standing("fits", text)


def _without_policy(facts: PolicyFacts, pending: float | None, share: float | None) -> Standing:
    if any(pool.custom_scaling for pool in facts.pools):
        text = _("Custom automatic scaling decides every five minutes by its own rules.")
        return Standing("custom", text)
    if pending:
        text = _("{waits} Nothing scales this cluster by itself: managed scaling is off.")
        remedy = _("Turn managed scaling on, or add task nodes.")
        return Standing("off_and_waiting", text.format(waits=_waits(pending)), remedy,
                        Attention.WARN)  # fmt: skip
    text = _("Nothing scales this cluster by itself: managed scaling is off.")
    if share is None and pending is None:
        text += " " + _("Whether work waits is not known.")
    return Standing("off", text)


def _waits(pending: float | None) -> str:
    if not pending:
        return ""
    n = int(pending)
    return ngettext("{n} container waits.", "{n} containers wait.", n).format(n=count(n))
