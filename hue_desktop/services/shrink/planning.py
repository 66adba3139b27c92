"""The plan of a shrink: which call, what it risks, how it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from hue_desktop.core.changes import (
    Change,
    KillInstances,
    Plan,
    ResizeFleet,
    ResizeGroup,
    Risk,
    RiskLevel,
    Undoability,
)
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import NotFound
from hue_desktop.core.format import count, duration, size
from hue_desktop.core.instances import InstanceFleet, InstanceGroup
from hue_desktop.core.shrink.values import Level, ShrinkRequest, Verdict
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.planning import Draft, PlanMaker

__all__ = ["Resizing", "plan_shrink"]


class Resizing(Protocol):
    """What the scaling service is asked for: cost, limits and a plain resize."""

    def plan_resize_group(self, ref: ClusterRef, group_id: str, wanted: int) -> Plan:
        """A group at another size."""

    def plan_resize_fleet(self, ref: ClusterRef, fleet_id: str, on_demand: int, spot: int) -> Plan:
        """A fleet with other targets."""


def plan_shrink(
    plans: PlanMaker, scaling: Resizing, request: ShrinkRequest, verdict: Verdict
) -> Plan:
    """The plan. ``NotFound`` when the group is none of the cluster (any more)."""
    snapshot = plans.cluster(request.ref)
    group = next((each for each in snapshot.groups or () if each.id == request.group_id), None)
    if group is not None:
        return _of_group(plans, scaling, request, verdict, snapshot, group)
    fleet = next((each for each in snapshot.fleets or () if each.id == request.group_id), None)
    if fleet is not None:
        return _of_fleet(plans, scaling, request, verdict, snapshot, fleet)
    raise NotFound(
        _("The cluster has no instance group {id}.").format(id=request.group_id),
        remedy=_("Check the cluster again."),
    )


def _of_group(
    plans: PlanMaker,
    scaling: Resizing,
    request: ShrinkRequest,
    verdict: Verdict,
    snapshot: ClusterSnapshot,
    group: InstanceGroup,
) -> Plan:
    ref, named = request.ref, tuple(each for each in request.leaving if each.startswith("i-"))
    wanted = group.requested - len(named) if request.kill else request.count
    base = scaling.plan_resize_group(ref, group.id, max(0, wanted))
    change: Change = ResizeGroup(
        ref.cluster_id, group.id, request.count, leaving=named, timeout_s=request.timeout_s
    )
    blocked = base.blocked
    if request.kill:
        change = KillInstances(ref.cluster_id, group.id, named)
        blocked = blocked if named else _("Name the nodes that shall end at once.")
    final = _may_lose(request, verdict)
    draft = Draft(
        title=_title(request, group),
        changes=(change,),
        inverse=(ResizeGroup(ref.cluster_id, group.id, group.requested),),
        undo=Undoability.FINAL if final else Undoability.UNTIL_STARTED,
        undo_text=_undo_text(group, lost=final),
        after=base.cost.after if base.cost is not None else None,
        risks=tuple(_risks(request, verdict)),
        blocked=blocked,
    )
    return plans.for_cluster(snapshot, draft)


def _of_fleet(
    plans: PlanMaker,
    scaling: Resizing,
    request: ShrinkRequest,
    verdict: Verdict,
    snapshot: ClusterSnapshot,
    fleet: InstanceFleet,
) -> Plan:
    """A fleet is told units, not nodes: EMR chooses which go."""
    on_demand, spot = _targets(snapshot, fleet, len(verdict.leaving))
    base = scaling.plan_resize_fleet(request.ref, fleet.id, on_demand, spot)
    text = _(
        "This is an instance fleet: EMR chooses which nodes go, and gives them its own time-out."
    )
    final = _may_lose(request, verdict)
    draft = Draft(
        title=base.title,
        changes=(ResizeFleet(request.ref.cluster_id, fleet.id, on_demand, spot),),
        inverse=base.inverse,
        undo=Undoability.FINAL if final else base.undo,
        undo_text=base.undo_text,
        after=base.cost.after if base.cost is not None else None,
        risks=(Risk(RiskLevel.WARN, text), *_risks(request, verdict)),
        blocked=base.blocked or (_only_a_group() if request.kill else ""),
    )
    return plans.for_cluster(snapshot, draft)


def _may_lose(request: ShrinkRequest, verdict: Verdict) -> bool:
    """Whether data goes for good: it would, or nobody could look."""
    blind = verdict.level is Level.UNKNOWN and not verdict.findings
    return request.kill or verdict.loses or blind


def _only_a_group() -> str:
    return _("Nodes of a fleet cannot be named to end at once; only those of a group can.")


def _targets(snapshot: ClusterSnapshot, fleet: InstanceFleet, nodes: int) -> tuple[int, int]:
    """The targets with so many nodes less, in units of the fleet's lightest type in use."""
    weights = {each.instance_type: each.weight for each in fleet.types}
    used = [
        weights.get(node.instance_type, 1) for node in snapshot.nodes() if node.group_id == fleet.id
    ]
    units = nodes * min(used, default=1)
    spot = max(0, fleet.target_spot - units)
    left = units - (fleet.target_spot - spot)
    return max(0, fleet.target_on_demand - left), spot


def _title(request: ShrinkRequest, group: InstanceGroup) -> str:
    name = group.name or _("core")
    if request.kill:
        return ngettext(
            "End {n} node of {group} at once", "End {n} nodes of {group} at once",
            len(request.leaving),
        ).format(n=count(len(request.leaving)), group=name)  # fmt: skip
    return _("Shrink {group} from {before} to {after} nodes").format(
        group=name, before=count(group.requested), after=count(request.count)
    )


def _undo_text(group: InstanceGroup, *, lost: bool) -> str:
    text = ngettext(
        "Undo sets the group back to {n} node; those that left are replaced by new, empty ones.",
        "Undo sets the group back to {n} nodes; those that left are replaced by new, empty ones.",
        group.requested,
    ).format(n=count(group.requested))
    return text + " " + _("What was lost stays lost.") if lost else text


def _risks(request: ShrinkRequest, verdict: Verdict) -> Iterator[Risk]:
    if verdict.loses and verdict.lost_count:
        text = ngettext(
            "{n} file with {size} would lose its only copy.",
            "{n} files with {size} would lose their only copy.",
            verdict.lost_count,
        )
        text = text.format(n=count(verdict.lost_count), size=size(verdict.lost_bytes))
        yield Risk(RiskLevel.LOSS, text)
    elif verdict.lost_count:
        text = ngettext(
            "{n} file has its only copy on nodes that leave, until it is copied.",
            "{n} files have their only copy on nodes that leave, until they are copied.",
            verdict.lost_count,
        )
        yield Risk(RiskLevel.WARN, text.format(n=count(verdict.lost_count)))
    for finding in verdict.findings:
        if finding.key == "replication" or finding.level is Level.OK:
            continue
        level = RiskLevel.WARN if finding.level is not Level.UNKNOWN else RiskLevel.NOTE
        note = f" ({finding.note})" if finding.note else ""
        yield Risk(level, f"{finding.title}: {finding.text}{note}.")
    if not request.kill:
        text = _("Nodes that have not drained after {time} go as they are.")
        yield Risk(RiskLevel.NOTE, text.format(time=duration(request.timeout_s)))
    if verdict.assumes_worst:
        yield Risk(RiskLevel.NOTE, _("EMR chooses the nodes; the worst choice was judged."))
    for sentence in verdict.missing:
        yield Risk(RiskLevel.NOTE, sentence)
