"""Undoing: the plan that takes an entry back, as honest as the first one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hue_desktop.core.changes import (
    AddTags,
    Change,
    ChangeState,
    JournalEntry,
    Plan,
    RemoveTags,
    ResizeFleet,
    ResizeGroup,
    Risk,
    RiskLevel,
    SetAutoTermination,
    SetManagedScaling,
    SetProtection,
    Terminate,
    Undoability,
)
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.cost import times
from hue_desktop.core.errors import Refused
from hue_desktop.core.pricing import CostChange, CostRate
from hue_desktop.core.text import _
from hue_desktop.services.fleet.values import FleetSnapshot

__all__ = ["filled", "undo_of"]


#: Where a snapshot says when it last read what a change changes.
_READ_IN: dict[type[Change], str] = {ResizeGroup: "groups", ResizeFleet: "fleets"}


def undo_of(
    entry: JournalEntry,
    fleet: FleetSnapshot,
    call_text: Callable[[Plan], str],
    *,
    done_at: datetime | None = None,
    asks_name: Callable[[Plan], bool] = lambda _plan: False,
) -> Plan:
    """The plan that undoes ``entry``. Refused when it cannot be undone.

    ``done_at`` is the local UTC of the entry's outcome, where it is known: what was read before
    tells nothing about what others changed since. ``asks_name`` says whether the undoing of
    something final wants the cluster's name typed.
    """
    if not entry.can_undo:
        raise Refused(_why_not(entry), remedy=_("Change the cluster from its own pages."))
    plan = entry.plan
    changes = tuple(filled(change, entry.outcome) for change in plan.inverse)
    redo = _redoes(plan)
    undone = replace(
        plan,
        title=_("Undo: {title}").format(title=plan.title),
        changes=changes,
        target=plan.target or _created(entry),
        cost=_cost_back(entry, fleet),
        connection_usd_hour=fleet.usd_hour(plan.connection),
        risks=(*_drifted(plan, fleet, done_at), *_risks(changes)),
        inverse=plan.changes if redo else (),
        undo=Undoability.UNDOABLE if redo else Undoability.FINAL,
        undo_text=_("Undo does it again: {title}").format(title=plan.title) if redo else "",
        typed_name="",
        blocked=_blocked(entry, fleet),
        undoes=entry.id,
    )
    return replace(
        undone,
        call_text=call_text(undone),
        typed_name=plan.target_name if asks_name(undone) else "",
    )


def filled(change: Change, outcome: Mapping[str, str]) -> Change:
    """The change with the ids that AWS gave in place of those not known when it was planned."""
    names = {
        "cluster_id": outcome.get("cluster_id"),
        "group_id": outcome.get("group_id"),
        "fleet_id": outcome.get("fleet_id"),
    }
    known: dict[str, Any] = {
        name: value for name, value in names.items() if value and getattr(change, name, None) == ""
    }
    return replace(change, **known) if known else change


def _why_not(entry: JournalEntry) -> str:
    if entry.undone_by is not None:
        return _("It was undone already.")
    if not entry.plan.inverse:
        return _("“{title}” cannot be undone.").format(title=entry.plan.title)
    if entry.state is ChangeState.WAITING:
        return _("It was not sent yet: cancel it instead.")
    return _("Only a change that was carried out can be undone.")


def _redoes(plan: Plan) -> bool:
    """Whether doing it again restores the same; a new cluster or group would be another one."""
    again = (
        ResizeGroup, ResizeFleet, SetProtection, SetAutoTermination, SetManagedScaling,
        AddTags, RemoveTags,
    )  # fmt: skip
    return all(isinstance(change, again) for change in plan.changes)


def _created(entry: JournalEntry) -> ClusterRef | None:
    created = entry.outcome.get("cluster_id")
    plan = entry.plan
    return ClusterRef(plan.connection, plan.region, created) if created else None


def _cost_back(entry: JournalEntry, fleet: FleetSnapshot) -> CostChange | None:
    """From what the cluster costs now, by the difference that the plan made."""
    cost, target = entry.plan.cost, entry.plan.target or _created(entry)
    if cost is None or any(isinstance(change, SetManagedScaling) for change in entry.plan.changes):
        return None  # limits cost nothing; what the plan showed is what their maximum may cost
    known = fleet.costs.get(target) if target else None
    now = known.rate if known else cost.after
    if any(isinstance(change, Terminate) for change in entry.plan.inverse):
        return CostChange(now, CostRate())
    return CostChange(now, now + cost.before + times(cost.after, -1))


def _blocked(entry: JournalEntry, fleet: FleetSnapshot) -> str:
    target = entry.plan.target or _created(entry)
    snapshot = fleet.clusters.get(target) if target else None
    if snapshot is not None and not snapshot.summary.state.active:
        return _("The cluster has ended.")
    ends = any(isinstance(change, Terminate) for change in entry.plan.inverse)
    cluster = snapshot.cluster if snapshot is not None else None
    if ends and cluster is not None and cluster.termination_protected:
        return _("Termination protection is on. Turn it off first.")
    return ""


def _risks(changes: tuple[Change, ...]) -> tuple[Risk, ...]:
    if any(isinstance(change, Terminate) for change in changes):
        text = _("Undo ends the new cluster; what was written to its HDFS is lost.")
        return (Risk(RiskLevel.LOSS, text),)
    return ()


def _drifted(plan: Plan, fleet: FleetSnapshot, done_at: datetime | None) -> tuple[Risk, ...]:
    """Somebody changed the same thing since: say so before it is overwritten."""
    snapshot = fleet.clusters.get(plan.target) if plan.target else None
    if snapshot is None:
        return ()
    texts = [
        _drift(change, snapshot) for change in plan.changes if _newer(change, snapshot, done_at)
    ]
    return tuple(Risk(RiskLevel.WARN, text) for text in dict.fromkeys(texts) if text)


def _newer(change: Change, snapshot: ClusterSnapshot, done_at: datetime | None) -> bool:
    """Whether the snapshot knows what the change made of the cluster."""
    read_at = snapshot.read_at.get(_READ_IN.get(type(change), "cluster"))
    return done_at is None or (read_at is not None and read_at > done_at)


def _drift(change: Change, snapshot: ClusterSnapshot) -> str:
    if isinstance(change, ResizeGroup):
        for group in snapshot.groups or ():
            if group.id == change.group_id and group.requested != change.count:
                return _("The group was set to {now} nodes since.").format(now=group.requested)
    if isinstance(change, ResizeFleet):
        for fleet in snapshot.fleets or ():
            now = (fleet.target_on_demand, fleet.target_spot)
            if fleet.id == change.fleet_id and now != (
                change.target_on_demand,
                change.target_spot,
            ):
                return _("The fleet was set to {a} on-demand and {b} Spot units since.").format(
                    a=now[0], b=now[1]
                )
    if snapshot.cluster is None:
        return ""
    tags = dict(snapshot.cluster.tags)
    match change:
        case AddTags(tags=wanted) if any(tags.get(key) != value for key, value in wanted):
            return _("The tags were changed since.")
        case RemoveTags(keys=keys) if any(key in tags for key in keys):
            return _("The tags were changed since.")
        case SetProtection(protected=wanted) if snapshot.cluster.termination_protected != wanted:
            return _("The protection was changed since.")
        case SetAutoTermination(idle_timeout_s=wanted) if snapshot.cluster.idle_timeout_s != wanted:
            return _("The auto-termination was changed since.")
        case SetManagedScaling(policy=wanted) if snapshot.cluster.managed_scaling != wanted:
            return _("The managed scaling was changed since.")
    return ""
