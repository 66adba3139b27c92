"""What a rehearsal's region told, in words and figures for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from hue_desktop.core.changes import Change, ResizeGroup, SetManagedScaling
from hue_desktop.core.clusters import ClusterSnapshot, ManagedScaling
from hue_desktop.core.format import count, duration, money, size
from hue_desktop.core.instances import Instance, Role
from hue_desktop.core.rehearsal import (
    ApplicationsOutcome,
    HdfsOutcome,
    HdfsSource,
    NodesAt,
    RehearsalEvent,
    RehearsalLevel,
)
from hue_desktop.core.rehearsal_ports import HdfsState, RehearsedWork, Story, StoryEvent
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.rehearsal.costs import Costs

__all__ = [
    "applications_of",
    "events_of",
    "hdfs_of",
    "level_of",
    "nodes_of",
    "sentence_of",
    "size_that_went",
]

_TOGETHER_S = 180.0  #: nodes of one kind to which the same happens so soon are one line
_LATE_SHARE = 0.1
_POINTS = 400


def events_of(story: Story, begun: float) -> Iterator[RehearsalEvent]:
    """The story's events, alike ones together, in the order of time."""
    for group in _together(story.events):
        first = group[0]
        told = _TELLERS.get(first.what)
        if told is None:
            continue
        key, level, text = told(group)
        if text:
            yield RehearsalEvent(_at(first.at), max(0.0, first.at - begun), text, level, key)


def _together(events: Sequence[StoryEvent]) -> Iterator[list[StoryEvent]]:
    groups: list[list[StoryEvent]] = []
    open_: dict[tuple[str, ...], list[StoryEvent]] = {}
    for event in events:
        kind = (event.what, event.role, event.market, event.instance_type)
        group = open_.get(kind)
        if group is None or not event.instance or event.at - group[-1].at > _TOGETHER_S:
            group = open_[kind] = []
            groups.append(group)
        group.append(event)
    yield from groups


def _nodes(group: Sequence[StoryEvent]) -> str:
    """“3 Spot task nodes (m5.xlarge)”."""
    first, n = group[0], len(group)
    words = {
        ("CORE", "SPOT"): ngettext("{n} Spot core node", "{n} Spot core nodes", n),
        ("TASK", "SPOT"): ngettext("{n} Spot task node", "{n} Spot task nodes", n),
        ("CORE", "ON_DEMAND"): ngettext("{n} core node", "{n} core nodes", n),
        ("TASK", "ON_DEMAND"): ngettext("{n} task node", "{n} task nodes", n),
    }
    text = words.get((first.role, first.market), ngettext("{n} node", "{n} nodes", n))
    return _("{nodes} ({type})").format(nodes=text.format(n=count(n)), type=first.instance_type)


_Told = tuple[str, RehearsalLevel, str]


def _notice(group: Sequence[StoryEvent]) -> _Told:
    text = _("EC2 gives two minutes’ notice: {nodes}").format(nodes=_nodes(group))
    return "notice", RehearsalLevel.WARN, text


def _reclaimed(group: Sequence[StoryEvent]) -> _Told:
    text = _("Taken back by EC2: {nodes}").format(nodes=_nodes(group))
    return "lost", RehearsalLevel.WARN, text


def _ended(group: Sequence[StoryEvent]) -> _Told:
    text = _("Ended at once: {nodes}").format(nodes=_nodes(group))
    return "lost", RehearsalLevel.WARN, text


def _draining(group: Sequence[StoryEvent]) -> _Told:
    text = _("Decommissioning begins: {nodes}").format(nodes=_nodes(group))
    return "draining", RehearsalLevel.NOTE, text


def _drained(group: Sequence[StoryEvent]) -> _Told:
    return "gone", RehearsalLevel.NOTE, _("Gone: {nodes}").format(nodes=_nodes(group))


def _unhealthy(group: Sequence[StoryEvent]) -> _Told:
    return "lost", RehearsalLevel.WARN, _("Unhealthy: {nodes}").format(nodes=_nodes(group))


def _joined(group: Sequence[StoryEvent]) -> _Told:
    return "joined", RehearsalLevel.NOTE, _("Joined: {nodes}").format(nodes=_nodes(group))


def _waiting(group: Sequence[StoryEvent]) -> _Told:
    text = _("EC2 has no room for {nodes}, to the end").format(nodes=_nodes(group))
    return "lost", RehearsalLevel.WARN, text


def _blocks_missing(group: Sequence[StoryEvent]) -> _Told:
    n = group[0].count
    if not n:
        return "blocks", RehearsalLevel.NOTE, _("HDFS has a copy of every block again")
    text = ngettext("{n} block has no copy left", "{n} blocks have no copy left", n)
    return "blocks", RehearsalLevel.BAD, text.format(n=count(n))


def _blocks_lacking(group: Sequence[StoryEvent]) -> _Told:
    n = group[0].count
    if not n:
        return "blocks", RehearsalLevel.NOTE, _("HDFS has all the copies it wants")
    text = ngettext("{n} block has too few copies", "{n} blocks have too few copies", n)
    return "blocks", RehearsalLevel.NOTE, text.format(n=count(n))


def _restarted(group: Sequence[StoryEvent]) -> _Told:
    text = _("{name} lost its ApplicationMaster and begins again").format(name=group[0].name)
    return "application", RehearsalLevel.WARN, text


def _application_ended(group: Sequence[StoryEvent]) -> _Told:
    state, name = group[0].text, group[0].name
    if state == "FAILED":
        return "application", RehearsalLevel.BAD, _("{name} failed").format(name=name)
    if state == "KILLED":
        return "application", RehearsalLevel.WARN, _("{name} was killed").format(name=name)
    return "application", RehearsalLevel.NOTE, _("{name} finished").format(name=name)


def _group_says(group: Sequence[StoryEvent]) -> _Told:
    return "call", RehearsalLevel.WARN, _("EMR says: {text}").format(text=group[0].text)


def _cluster_ends(group: Sequence[StoryEvent]) -> _Told:
    text = _("The cluster ends: {reason}").format(reason=group[0].text)
    return "cluster", RehearsalLevel.BAD, text


_TELLERS = {
    "notice": _notice,
    "reclaimed": _reclaimed,
    "ended": _ended,
    "draining": _draining,
    "drained": _drained,
    "unhealthy": _unhealthy,
    "joined": _joined,
    "waiting": _waiting,
    "blocks-missing": _blocks_missing,
    "blocks-lacking": _blocks_lacking,
    "application-restarted": _restarted,
    "application-ended": _application_ended,
    "group": _group_says,
    "cluster-ending": _cluster_ends,
}


def applications_of(
    work: Sequence[RehearsedWork], calm: Sequence[RehearsedWork], begun: float
) -> ApplicationsOutcome:
    """What became of those that ran when it began; ``calm`` is the same where nothing happened."""
    own = [each for each in work if each.began <= begun]
    finished = [each for each in own if each.state == "FINISHED"]
    without = {each.id: each.ended for each in calm if each.state == "FINISHED"}
    late = [
        each.ended - planned
        for each in finished
        if each.ended is not None and (planned := without.get(each.id)) is not None
    ]
    return ApplicationsOutcome(
        began=len(own),
        finished=len(finished),
        failed=sum(each.state == "FAILED" for each in own),
        killed=sum(each.state == "KILLED" for each in own),
        running=sum(each.state == "RUNNING" for each in own),
        restarted=sum(each.restarts > 0 for each in own),
        lost_containers=sum(each.lost_containers for each in own),
        delayed_s=max(0.0, *late) if late else None,
        names=tuple(each.name for each in own if each.state in ("FAILED", "KILLED")),
    )


def hdfs_of(
    source: HdfsSource, before: HdfsState | None, after: HdfsState | None
) -> HdfsOutcome | None:
    """HDFS before and after; a cluster that has ended has lost all of it."""
    if before is None:
        return None
    if after is None:
        return HdfsOutcome(
            source,
            before.files,
            before.blocks,
            before.used,
            before.capacity,
            0.0,
            0.0,
            lost_blocks=before.blocks,
            lost_count=before.files,
            lost_bytes=before.used,
        )
    return HdfsOutcome(
        source,
        before.files,
        before.blocks,
        before.used,
        before.capacity,
        after.used,
        after.capacity,
        max(0, after.lost_blocks - before.lost_blocks),
        max(0, after.lost_count - before.lost_count),
        max(0.0, after.lost_bytes - before.lost_bytes),
        tuple(path for path in after.lost_files if path not in set(before.lost_files)),
        after.lacking,
    )


def nodes_of(
    copy: ClusterSnapshot, story: Story, begun: float, ended: float
) -> tuple[NodesAt, ...]:
    """How many nodes ran at each instant at which that changed, and at both ends."""
    nodes = [each for each in copy.instances or () if each.role in (Role.CORE, Role.TASK)]
    spans = [(each.role, *_span(each)) for each in nodes]
    drains = _drains(story.events)
    instants = {begun, ended}
    for _role, first, last in spans:
        instants.update((first, last))
    for first, last in drains:
        instants.update((first, last))
    inside = sorted(each for each in instants if begun <= each <= ended)
    if len(inside) > _POINTS:
        inside = [*inside[:: len(inside) // _POINTS + 1], ended]
    return tuple(
        NodesAt(
            _at(at),
            at - begun,
            core=sum(role is Role.CORE and first <= at < last for role, first, last in spans),
            task=sum(role is Role.TASK and first <= at < last for role, first, last in spans),
            draining=sum(first <= at < last for first, last in drains),
        )
        for at in inside
    )


def _span(node: Instance) -> tuple[float, float]:
    """When it served; never is infinite."""
    first = node.ready.timestamp() if node.ready is not None else float("inf")
    last = node.ended.timestamp() if node.ended is not None else float("inf")
    return first, last


def _drains(events: Iterable[StoryEvent]) -> list[tuple[float, float]]:
    begun = {each.instance: each.at for each in events if each.what == "draining"}
    over = {each.instance: each.at for each in events if each.what == "drained"}
    return [(at, over.get(instance, float("inf"))) for instance, at in begun.items()]


def level_of(
    applications: ApplicationsOutcome, hdfs: HdfsOutcome | None, events: Sequence[RehearsalEvent]
) -> RehearsalLevel:
    """How bad it was: lost data and failed applications are bad, delays are worth a thought."""
    if (hdfs is not None and hdfs.lost_count) or applications.failed:
        return RehearsalLevel.BAD
    worst = max((each.level.value for each in events if each.key != "notice"), default=0)
    harmless = {"lost", "joined", "notice", "gone"}
    real = max((each.level.value for each in events if each.key not in harmless), default=0)
    late = (applications.delayed_s or 0.0) > 600.0
    if real or late or applications.restarted or applications.killed:
        return RehearsalLevel(max(real, RehearsalLevel.WARN.value))
    return RehearsalLevel.WARN if worst and applications.lost_containers else RehearsalLevel.NOTE


def size_that_went(
    changes: Iterable[Change], copy: ClusterSnapshot, policy: ManagedScaling | None
) -> str:
    """That a size which was set did not last, and why; empty where it did."""
    changes = tuple(changes)
    for change in changes:
        policy = change.policy if isinstance(change, SetManagedScaling) else policy
    groups = {group.id: group for group in copy.groups or ()}
    for change in changes:
        group = groups.get(change.group_id) if isinstance(change, ResizeGroup) else None
        if group is None or not isinstance(change, ResizeGroup) or group.requested == change.count:
            continue
        text = _("It did not last: {group} was asked for {n} nodes and has {now}.").format(
            group=group.name or group.role.value.lower(), n=count(change.count),
            now=count(group.requested),
        )  # fmt: skip
        if policy is not None:
            why = _("Managed scaling ({low} to {high}) sets its own size.")
            return f"{text} {why.format(low=count(policy.minimum), high=count(policy.maximum))}"
        return f"{text} {group.state_reason}".strip()
    return ""


def sentence_of(
    applications: ApplicationsOutcome,
    hdfs: HdfsOutcome | None,
    costs: Costs,
    *,
    refused: bool,
    went: str = "",
) -> str:
    """The outcome in a few sentences: whether it lasted, then data, work and money."""
    parts = [_("EMR would refuse it.")] if refused else []
    parts += [went] if went else []
    if hdfs is not None and hdfs.lost_count:
        text = ngettext(
            "{n} file ({size}) is lost.", "{n} files ({size}) are lost.", hdfs.lost_count
        )
        parts.append(text.format(n=count(hdfs.lost_count), size=size(hdfs.lost_bytes)))
    elif hdfs is not None:
        parts.append(_("No file is lost."))
    parts.append(_work_sentence(applications))
    unsure = costs.unknown > 0
    if abs(costs.copy - costs.before) >= 0.005:
        parts.append(
            _("Over that time it costs {copy} instead of {before}.").format(
                copy=money(costs.copy, at_least=unsure),
                before=money(costs.before, at_least=unsure),
            )
        )
    return " ".join(parts)


def _work_sentence(applications: ApplicationsOutcome) -> str:
    if not applications.began:
        return _("No application ran.")
    if applications.failed:
        text = ngettext(
            "{n} of {all} application failed.", "{n} of {all} applications failed.",
            applications.began,
        )  # fmt: skip
        return text.format(n=count(applications.failed), all=count(applications.began))
    late = applications.delayed_s or 0.0
    if applications.restarted:
        text = ngettext(
            "{n} application began again.", "{n} applications began again.", applications.restarted
        )
        return text.format(n=count(applications.restarted))
    if late >= 60.0:
        return _("Applications finish up to {time} later.").format(time=duration(late))
    return _("Applications run on undisturbed.")


def _at(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
