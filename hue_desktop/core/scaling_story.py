"""Why a cluster grew or shrank, told from what EMR, EC2, the journal and the metrics say.

EMR does not say why managed scaling moved. What is told here is therefore sorted by how sure it is:
known (somebody said so: EMR's reasons, our journal, CloudTrail), likely (it follows from what was
measured when it happened), or not known, with where the answer would be.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from hue_desktop.core.changes import (
    AddTaskFleet,
    AddTaskGroup,
    Change,
    ChangeState,
    JournalEntry,
    KillInstances,
    ResizeFleet,
    ResizeGroup,
    SetManagedScaling,
)
from hue_desktop.core.clusters import Attention, ClusterSnapshot
from hue_desktop.core.format import MINUS, clock_time, count, percent
from hue_desktop.core.instances import Instance, InstanceFleet, InstanceGroup, Market, Role
from hue_desktop.core.metrics import SeriesData
from hue_desktop.core.spot_notices import SpotNotice, notice_text, taken_by_ec2
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.trail import TrailCall

__all__ = ["Certainty", "Story", "StoryFacts", "StoryKind", "tell"]

_TOGETHER = timedelta(minutes=2)  #: nodes of a group that come or go within this are one move
_ASKED = timedelta(minutes=10)  #: a change shows in the nodes so much later at most
_EARLIER = timedelta(minutes=2)  #: clocks and bunches differ by so much
_DRAIN = timedelta(minutes=75)  #: nodes leave so long after they were asked to (1 h by default)
_REPLACED = timedelta(minutes=30)
_LOOK_BACK = timedelta(minutes=15)
_ORDERLY = ("", "USER_REQUEST", "CLUSTER_TERMINATED")
_FULL = 80.0  #: per cent of YARN memory from which on work may want more
_EMPTY = 60.0

PENDING, SHARE = "yarn.containers.pending", "yarn.memory.share"


class Certainty(Enum):
    """How sure a reason is."""

    KNOWN = "known"
    LIKELY = "likely"
    UNKNOWN = "not known"


class StoryKind(Enum):
    """What happened."""

    GREW = "grew"
    SHRANK = "shrank"
    LOST = "lost"
    POLICY = "policy"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Story:
    """One move: ``what`` happened at ``at`` (region UTC) and ``why``, with where that is from.

    ``label`` says it in a word for a chart.
    """

    at: datetime
    what: str
    why: str
    sure: Certainty
    kind: StoryKind
    source: str = ""
    attention: Attention = Attention.NONE
    label: str = ""


@dataclass(frozen=True, slots=True)
class StoryFacts:
    """What the story is told from. ``series`` by metric name; ``calls`` is None when unread."""

    snapshot: ClusterSnapshot
    journal: tuple[JournalEntry, ...] = ()
    series: Mapping[str, SeriesData] = field(default_factory=dict)
    calls: tuple[TrailCall, ...] | None = None
    notices: tuple[SpotNotice, ...] = ()
    custom_scaling: frozenset[str] = frozenset()  #: groups with a custom automatic scaling policy
    since: datetime | None = None  #: nothing older is told


@dataclass(frozen=True, slots=True)
class _Move:
    """Nodes of one group that came or went together."""

    at: datetime
    group_id: str
    nodes: tuple[Instance, ...]
    grew: bool


def tell(facts: StoryFacts) -> tuple[Story, ...]:
    """Every move of the cluster's size that is known, newest first."""
    facts = replace(facts, journal=tuple(e for e in facts.journal if _is_of(e, facts.snapshot)))
    losses = list(_moves(facts, "lost"))
    found = [_loss(move) for move in losses]
    found += [_growth(facts, move, losses) for move in _moves(facts, "came")]
    found += [_shrink(facts, move) for move in _moves(facts, "left")]
    found += _policies(facts)
    found += [_notice(each) for each in facts.notices]
    recent = (each for each in found if facts.since is None or each.at >= facts.since)
    return tuple(sorted(recent, key=lambda story: story.at, reverse=True))


def _is_of(entry: JournalEntry, snapshot: ClusterSnapshot) -> bool:
    """Whether the change was made to this cluster."""
    ref = snapshot.ref
    return entry.plan.target == ref or entry.outcome.get("cluster_id") == ref.cluster_id


# -- what moved -------------------------------------------------------------------------------


def _moves(facts: StoryFacts, which: str) -> Iterator[_Move]:
    by_group: dict[str, list[tuple[datetime, Instance]]] = defaultdict(list)
    summary = facts.snapshot.summary
    for node in facts.snapshot.instances or ():
        if node.role is Role.MASTER:
            continue
        if which == "came":
            # nodes that were asked for with the cluster are no move
            if node.created and summary.ready and node.created > summary.ready:
                by_group[node.group_id].append((node.created, node))
            continue
        lost = node.state_code not in _ORDERLY or taken_by_ec2(node)
        there = node.ended and (summary.ended is None or node.ended < summary.ended)
        if node.ended and there and lost is (which == "lost"):
            by_group[node.group_id].append((node.ended, node))
    for group_id, moments in by_group.items():
        moments.sort(key=lambda moment: moment[0])
        bunch: list[tuple[datetime, Instance]] = []
        for moment in moments:
            if bunch and moment[0] - bunch[-1][0] > _TOGETHER:
                yield _move(group_id, bunch, which)
                bunch = []
            bunch.append(moment)
        yield _move(group_id, bunch, which)


def _move(group_id: str, bunch: Sequence[tuple[datetime, Instance]], which: str) -> _Move:
    at = bunch[0][0] if which == "came" else bunch[-1][0]
    return _Move(at, group_id, tuple(node for _at, node in bunch), which == "came")


# -- why --------------------------------------------------------------------------------------


def _growth(facts: StoryFacts, move: _Move, losses: Iterable[_Move]) -> Story:
    n, name = len(move.nodes), _name(facts.snapshot, move.group_id)
    ready = sum(node.ready is not None for node in move.nodes)
    text = ngettext("{name}: {n} node asked for", "{name}: {n} nodes asked for", n)
    what = text.format(name=name, n=count(n))
    if ready == n:
        text = ngettext("{name}: {n} node more", "{name}: {n} nodes more", n)
        what = text.format(name=name, n=count(n))
    elif ready:
        what = _("{what}, {ready} came").format(what=what, ready=count(ready))
    why, sure, source = (
        _by_journal(facts, move)
        or _by_trail(facts, move)
        or _as_replacement(move, losses)
        or _by_scaling(facts, move)
        or _by_nobody(facts)
    )
    return Story(move.at, what, why, sure, StoryKind.GREW, source, label=f"+{n}")


def _shrink(facts: StoryFacts, move: _Move) -> Story:
    n, name = len(move.nodes), _name(facts.snapshot, move.group_id)
    text = ngettext("{name}: {n} node less", "{name}: {n} nodes less", n)
    why, sure, source = (
        _by_journal(facts, move)
        or _by_trail(facts, move)
        or _by_scaling(facts, move)
        or _by_nobody(facts)
    )
    what = text.format(name=name, n=count(n))
    return Story(move.at, what, why, sure, StoryKind.SHRANK, source, label=f"{MINUS}{n}")


def _loss(move: _Move) -> Story:
    node, n = move.nodes[0], len(move.nodes)
    level = Attention.CRITICAL if node.role is Role.CORE else Attention.WARN
    taken = sum(taken_by_ec2(each) for each in move.nodes)
    if taken == n:
        text = ngettext("EC2 took {n} Spot node back", "EC2 took {n} Spot nodes back", n).format(
            n=count(n)
        )
        why = _("EC2 wanted the capacity back (a Spot interruption, with two minutes’ notice).")
    else:
        text = ngettext("{n} node lost", "{n} nodes lost", n).format(n=count(n))
        why = node.state_reason or _("EMR says {code}.").format(code=node.state_code)
    if node.role is Role.CORE:
        why += " " + _("It was a core node: HDFS copies its blocks anew where copies are left.")
    label = _("lost {n}").format(n=n)
    return Story(move.at, text, why, Certainty.KNOWN, StoryKind.LOST, "EMR", level, label)


_Reason = tuple[str, Certainty, str]


def _by_journal(facts: StoryFacts, move: _Move) -> _Reason | None:
    """Our own change asked for it."""
    back = _ASKED if move.grew else _DRAIN
    for entry in facts.journal:
        at = entry.region_at or entry.at
        if entry.state not in (ChangeState.DONE, ChangeState.UNDONE):
            continue
        if not at - _EARLIER <= move.at <= at + back:
            continue
        if any(_concerns(change, entry, move) for change in entry.plan.changes):
            why = _("Changed here at {time}: {title}.").format(
                time=clock_time(at), title=entry.plan.title
            )
            return why, Certainty.KNOWN, _("journal")
    return None


def _concerns(change: Change, entry: JournalEntry, move: _Move) -> bool:
    if isinstance(change, ResizeGroup):
        return change.group_id in (move.group_id, "")
    if isinstance(change, KillInstances):
        return not move.grew and change.group_id == move.group_id
    if isinstance(change, ResizeFleet):
        return change.fleet_id in (move.group_id, "")
    if isinstance(change, AddTaskGroup | AddTaskFleet):
        return move.grew and move.group_id in entry.outcome.values()
    return False


def _by_trail(facts: StoryFacts, move: _Move) -> _Reason | None:
    """Somebody else's call, as CloudTrail recorded it."""
    back = _ASKED if move.grew else _DRAIN
    for call in sorted(facts.calls or (), key=lambda each: each.at, reverse=True):
        sizes = call.operation.startswith(("ModifyInstance", "AddInstance"))
        if not sizes or not call.at - _EARLIER <= move.at <= call.at + back:
            continue
        if call.group_ids and move.group_id not in call.group_ids:
            continue
        why = _("{who} called {operation} at {time}.").format(
            who=call.who, operation=call.operation, time=clock_time(call.at)
        )
        return why, Certainty.KNOWN, "CloudTrail"
    return None


def _as_replacement(move: _Move, losses: Iterable[_Move]) -> _Reason | None:
    """EMR keeps a group at the size that was asked for."""
    for loss in losses:
        after = move.at - loss.at
        early = -_REPLACED / 2 <= after <= timedelta()
        # an unhealthy node is replaced while it still drains; what EC2 takes, only afterwards
        drained = not any(taken_by_ec2(node) for node in loss.nodes)
        near = timedelta() <= after <= _REPLACED or (early and drained)
        if loss.group_id == move.group_id and near and len(move.nodes) <= len(loss.nodes):
            text = ngettext(
                "EMR replaces a node that was lost at {time}: the size asked for did not change.",
                "EMR replaces nodes that were lost at {time}: the size asked for did not change.",
                len(move.nodes),
            )
            return text.format(time=clock_time(loss.at)), Certainty.LIKELY, "EMR"
    return None


def _by_scaling(facts: StoryFacts, move: _Move) -> _Reason | None:
    """Managed scaling, or a custom policy of the group, as far as the metrics bear it out."""
    cluster = facts.snapshot.cluster
    policy = cluster.managed_scaling if cluster is not None else None
    custom = move.group_id in facts.custom_scaling
    if policy is None and not custom:
        return None
    changed = _policy_set(facts, move)
    if changed is not None:
        return changed
    if policy is None:
        lead = _("The group’s custom automatic scaling")
    else:
        lead = _("Managed scaling ({low} to {high})").format(
            low=count(policy.minimum), high=count(policy.maximum)
        )
    evidence, bears = _measured(facts, move)
    if not evidence:
        text = _("{lead} is on; what YARN was doing then was not measured.").format(lead=lead)
        return text, Certainty.UNKNOWN, ""
    if bears:
        text = _("{lead}: {evidence}.").format(lead=lead, evidence=evidence)
        return text, Certainty.LIKELY, _("metrics")
    text = _("{lead} is on, but what was measured does not say why: {evidence}.")
    return text.format(lead=lead, evidence=evidence), Certainty.UNKNOWN, _("metrics")


def _policy_set(facts: StoryFacts, move: _Move) -> _Reason | None:
    """The limits themselves were changed shortly before."""
    back = _ASKED if move.grew else _DRAIN
    for entry in facts.journal:
        at = entry.region_at or entry.at
        sets = any(isinstance(change, SetManagedScaling) for change in entry.plan.changes)
        done = entry.state in (ChangeState.DONE, ChangeState.UNDONE)
        if sets and done and at - _EARLIER <= move.at <= at + back:
            text = _("Its limits were changed here at {time}: {title}.")
            why = text.format(time=clock_time(at), title=entry.plan.title)
            return why, Certainty.LIKELY, _("journal")
    return None


def _measured(facts: StoryFacts, move: _Move) -> tuple[str, bool]:
    """What YARN did before the move, and whether that is a reason for it."""
    start, end = (move.at - _LOOK_BACK).timestamp(), move.at.timestamp()
    pending = _within(facts.series.get(PENDING), start, end)
    shares = _within(facts.series.get(SHARE), start, end)
    parts = []
    bears = False
    if move.grew:
        if pending:
            most = int(max(pending))
            text = ngettext("{n} container waited", "{n} containers waited", most)
            parts.append(text.format(n=count(most)) if most else _("no container waited"))
            bears = most > 0
        if shares:
            parts.append(_("YARN’s memory was {share} in use").format(share=percent(max(shares))))
            bears = bears or max(shares) >= _FULL
    elif shares:
        mean = sum(shares) / len(shares)
        parts.append(
            _("only {share} of YARN’s memory was in use").format(share=percent(mean))
            if mean <= _EMPTY
            else _("{share} of YARN’s memory was in use").format(share=percent(mean))
        )
        bears = mean <= _EMPTY
    return _(", ").join(parts), bears


def _within(series: SeriesData | None, start: float, end: float) -> Sequence[float]:
    """The values between two instants; the last one before, where none lies between."""
    if series is None or not len(series.times):
        return ()
    first, last = bisect_right(series.times, start), bisect_right(series.times, end)
    if first == last and last and start - series.times[last - 1] <= series.gap_s:
        first = last - 1
    return tuple(series.values[first:last])


def _by_nobody(facts: StoryFacts) -> _Reason:
    if facts.calls is None:
        text = _(
            "Not changed here, and no policy scales it: somebody else did. CloudTrail’s "
            "ModifyInstanceGroups and ModifyInstanceFleet say who."
        )
    else:
        text = _("Not changed here, no policy scales it, and CloudTrail has no call that fits.")
    return text, Certainty.UNKNOWN, ""


# -- policies and notices ---------------------------------------------------------------------


def _policies(facts: StoryFacts) -> Iterator[Story]:
    """Changes of the limits themselves."""
    mine = []
    for entry in facts.journal:
        if entry.state not in (ChangeState.DONE, ChangeState.UNDONE):
            continue
        if any(isinstance(change, SetManagedScaling) for change in entry.plan.changes):
            at = entry.region_at or entry.at
            mine.append(at)
            why = _("Changed here.")
            title = entry.plan.title
            yield Story(
                at, title, why, Certainty.KNOWN, StoryKind.POLICY, _("journal"), label=_("limits")
            )
    for call in facts.calls or ():
        if not call.operation.endswith("ManagedScalingPolicy"):
            continue
        if any(abs(call.at - at) < _EARLIER for at in mine):
            continue  # it is our own
        why = _("{who} called {operation}.").format(who=call.who, operation=call.operation)
        what = (
            _("Managed scaling turned off")
            if call.operation.startswith("Remove")
            else _("Managed scaling set")
        )
        yield Story(
            call.at, what, why, Certainty.KNOWN, StoryKind.POLICY, "CloudTrail", label=_("limits")
        )


def _notice(notice: SpotNotice) -> Story:
    sure = Certainty.KNOWN if notice.sure or notice.gone else Certainty.LIKELY
    what = _("Two minutes’ notice for {node}").format(node=notice.ec2_id or notice.host)
    why, level = notice_text(notice), Attention.WARN
    return Story(notice.seen, what, why, sure, StoryKind.NOTICE, "YARN", level, _("notice"))


def _name(snapshot: ClusterSnapshot, group_id: str) -> str:
    owners: list[InstanceGroup | InstanceFleet] = [*(snapshot.groups or ())]
    owners += snapshot.fleets or ()
    owner = next((each for each in owners if each.id == group_id), None)
    if owner is None:
        return group_id
    if owner.name:
        return owner.name
    roles = {Role.MASTER: _("Master"), Role.CORE: _("Core"), Role.TASK: _("Task")}
    spot = isinstance(owner, InstanceGroup) and owner.market is Market.SPOT
    return f"{roles[owner.role]} · {_('Spot')}" if spot else roles[owner.role]
