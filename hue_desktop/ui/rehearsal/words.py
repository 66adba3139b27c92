"""Changes, stages and outcomes of a rehearsal as a person reads them."""

from __future__ import annotations

from hue_desktop.core.changes import (
    AddTaskFleet,
    AddTaskGroup,
    Change,
    KillInstances,
    ResizeFleet,
    ResizeGroup,
    SetAutoTermination,
    SetManagedScaling,
    Terminate,
)
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import count, duration, money, percent, size
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.rehearsal import (
    ApplicationsOutcome,
    HdfsOutcome,
    HdfsSource,
    RehearsalLevel,
    RehearsalOutcome,
    RehearsalStage,
)
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import StateShape

__all__ = [
    "applications_words",
    "change_words",
    "cost_words",
    "hdfs_words",
    "headline",
    "hours_words",
    "level_shape",
    "level_tone",
    "spot_nodes",
    "stage_words",
]

_SHAPES = {
    RehearsalLevel.NOTE: StateShape.RUNNING,
    RehearsalLevel.WARN: StateShape.ATTENTION,
    RehearsalLevel.BAD: StateShape.FAILED,
}
_TONES = {
    RehearsalLevel.NOTE: "good",
    RehearsalLevel.WARN: "warn",
    RehearsalLevel.BAD: "critical",
}
Line = tuple[RehearsalLevel, str, str]  #: level, what happened, what that is measured against


def level_shape(level: RehearsalLevel) -> StateShape:
    """● nothing lost, ▲ trouble, ✕ data or work was lost."""
    return _SHAPES[level]


def level_tone(level: RehearsalLevel) -> str:
    """The colour of words that say the same."""
    return _TONES[level]


def headline(level: RehearsalLevel) -> str:
    """The outcome in two or three words."""
    return {
        RehearsalLevel.NOTE: _("Nothing was lost"),
        RehearsalLevel.WARN: _("It went, with trouble"),
        RehearsalLevel.BAD: _("Data or work was lost"),
    }[level]


def stage_words(stage: RehearsalStage) -> str:
    """What a rehearsal is doing now."""
    return {
        RehearsalStage.READING: _("Reading the cluster’s shape"),
        RehearsalStage.STARTING: _("Starting a region on this machine"),
        RehearsalStage.LOADING: _("Setting the copy up"),
        RehearsalStage.CHANGING: _("Making the change"),
        RehearsalStage.RUNNING: _("Letting time pass"),
        RehearsalStage.LOOKING: _("Looking at what became of it"),
    }[stage]


def spot_nodes(cluster: ClusterSnapshot | None) -> int:
    """How many task nodes on Spot the cluster has now."""
    if cluster is None:
        return 0
    return sum(
        node.active and node.role is Role.TASK and node.market is Market.SPOT
        for node in cluster.nodes()
    )


def change_words(change: Change, cluster: ClusterSnapshot | None) -> str:
    """``Core 1: 8 → 6 nodes, ip-10-0-0-5 and ip-10-0-0-9 leave, 60 min to drain``."""
    if isinstance(change, ResizeGroup):
        return _resize_words(change, cluster)
    if isinstance(change, KillInstances):
        names = ", ".join(_host(one, cluster) for one in change.ec2_ids)
        return _("Kill {names} at once, without draining").format(names=names)
    if isinstance(change, ResizeFleet):
        text = _("Fleet: {on_demand} on-demand and {spot} Spot units")
        return text.format(on_demand=count(change.target_on_demand), spot=count(change.target_spot))
    if isinstance(change, AddTaskGroup):
        group = change.group
        market = _("Spot") if group.market is Market.SPOT else _("on-demand")
        text = _("Add {n} × {type}, {market}")
        return text.format(n=count(group.count), type=group.instance_type, market=market)
    if isinstance(change, AddTaskFleet):
        return _("Add a task fleet")
    if isinstance(change, SetManagedScaling):
        return _managed_words(change)
    if isinstance(change, SetAutoTermination):
        if change.idle_timeout_s is None:
            return _("Turn auto-termination off")
        return _("End the cluster after {time} idle").format(time=duration(change.idle_timeout_s))
    if isinstance(change, Terminate):
        return _("Terminate the cluster")
    return type(change).__name__


def _resize_words(change: ResizeGroup, cluster: ClusterSnapshot | None) -> str:
    groups = cluster.groups if cluster is not None else None
    group = next((one for one in groups or () if one.id == change.group_id), None)
    name = (group.name or group.role.value.lower()) if group is not None else change.group_id
    before = f"{count(group.requested)} → " if group is not None else ""
    nodes = ngettext("{n} node", "{n} nodes", change.count).format(n=count(change.count))
    words = [f"{name}: {before}{nodes}"]
    if change.leaving:
        names = ", ".join(_host(one, cluster) for one in change.leaving)
        text = ngettext("{names} leaves", "{names} leave", len(change.leaving))
        words.append(text.format(names=names))
    if change.timeout_s is not None:
        words.append(_("{time} to drain").format(time=duration(change.timeout_s)))
    return "; ".join(words)


def _managed_words(change: SetManagedScaling) -> str:
    if change.policy is None:
        return _("Turn managed scaling off")
    text = _("Managed scaling from {low} to {high}")
    return text.format(low=count(change.policy.minimum), high=count(change.policy.maximum))


def _host(ec2_id: str, cluster: ClusterSnapshot | None) -> str:
    nodes = cluster.nodes() if cluster is not None else ()
    dns = next((node.private_dns for node in nodes if node.ec2_id == ec2_id), "")
    return dns.partition(".")[0] or ec2_id


def applications_words(outcome: ApplicationsOutcome) -> Line:
    """What became of the applications that ran."""
    if not outcome.began:
        return RehearsalLevel.NOTE, _("none were running"), ""
    parts = [_("{n} of {all} finished").format(n=count(outcome.finished), all=count(outcome.began))]
    if outcome.failed:
        parts.append(_("{n} failed").format(n=count(outcome.failed)))
    if outcome.killed:
        parts.append(_("{n} killed").format(n=count(outcome.killed)))
    if outcome.running:
        parts.append(_("{n} still running").format(n=count(outcome.running)))
    notes = []
    if outcome.restarted:
        notes.append(_("{n} began again").format(n=count(outcome.restarted)))
    if outcome.lost_containers:
        text = ngettext("{n} container lost", "{n} containers lost", outcome.lost_containers)
        notes.append(text.format(n=count(outcome.lost_containers)))
    late = outcome.delayed_s
    if late is not None and late >= 60:
        notes.append(_("{time} later").format(time=duration(late)))
    level = RehearsalLevel.WARN if notes else RehearsalLevel.NOTE
    if outcome.failed or outcome.killed:
        level = RehearsalLevel.BAD
    return level, ", ".join(parts), ", ".join(notes)


def hdfs_words(outcome: HdfsOutcome | None) -> Line:
    """What became of the files, and how true the copy's HDFS was."""
    if outcome is None:
        return RehearsalLevel.WARN, _("not known: it could not be read"), ""
    level = RehearsalLevel.NOTE
    if outcome.lost_count:
        text = ngettext("{n} file lost, {size}", "{n} files lost, {size}", outcome.lost_count)
        text = text.format(n=count(outcome.lost_count), size=size(outcome.lost_bytes))
        level = RehearsalLevel.BAD
    elif outcome.lacking_blocks:
        text = ngettext(
            "no file lost, {n} block lacks copies",
            "no file lost, {n} blocks lack copies",
            outcome.lacking_blocks,
        ).format(n=count(outcome.lacking_blocks))
        level = RehearsalLevel.WARN
    else:
        text = _("no file lost")
    if outcome.source is HdfsSource.NONE:
        text = _("{text} (its content is made up)").format(text=text)
        level = max(level, RehearsalLevel.WARN, key=lambda one: one.value)
    return level, text, _fullness(outcome)


def _fullness(outcome: HdfsOutcome) -> str:
    if not outcome.capacity_before or not outcome.capacity_after:
        return ""
    before = percent(100 * outcome.used_before / outcome.capacity_before)
    after = percent(100 * outcome.used_after / outcome.capacity_after)
    return _("{before} → {after} full").format(before=before, after=after)


def hours_words(hours: float) -> str:
    """``24 h``: as the person asked for it; minutes where it is no whole number."""
    return _("{n} h").format(n=count(hours)) if hours == int(hours) else duration(hours * 3600)


def cost_words(outcome: RehearsalOutcome) -> Line:
    """What the copy cost over the time, against the cluster as it is."""
    if outcome.cost_usd is None:
        return RehearsalLevel.NOTE, _("not known: prices are missing"), ""
    least = outcome.unknown_prices > 0
    time = hours_words(outcome.hours)
    text = _("{money} in {time}").format(money=money(outcome.cost_usd, at_least=least), time=time)
    if outcome.cost_before_usd is None:
        return RehearsalLevel.NOTE, text, ""
    note = _("{money} as it is now").format(money=money(outcome.cost_before_usd, at_least=least))
    return RehearsalLevel.NOTE, text, note
