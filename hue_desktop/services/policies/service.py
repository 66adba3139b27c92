"""Planning policies, saying what is wrong with them, and telling why clusters scaled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hue_desktop.core.changes import (
    ChangeState,
    JournalEntry,
    Plan,
    Risk,
    RiskLevel,
    SetAutoTermination,
    SetManagedScaling,
    Undoability,
)
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ManagedScaling
from hue_desktop.core.cost import times
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import count, duration, money_rate
from hue_desktop.core.instances import InstanceType, Role
from hue_desktop.core.metrics import SeriesKey
from hue_desktop.core.policies import (
    Ceiling,
    Measured,
    PolicyFacts,
    Remark,
    RemarkLevel,
    ceiling_of,
    judge_idle,
    judge_scaling,
    units_word,
)
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.scaling_standing import standing
from hue_desktop.core.scaling_story import PENDING, SHARE, Certainty, StoryFacts, tell
from hue_desktop.core.text import _
from hue_desktop.core.trail import TrailCall
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.health.service import HealthService
from hue_desktop.services.launch.service import LaunchService
from hue_desktop.services.planning import Draft, PlanMaker
from hue_desktop.services.policies.facts import facts_of
from hue_desktop.services.policies.growths import growths_of, types_of
from hue_desktop.services.policies.values import ScalingStory

if TYPE_CHECKING:
    from hue_desktop.services.access import AccessPool

__all__ = ["PoliciesService"]

_SERIES = (PENDING, SHARE, "yarn.containers", "yarn.nodes.live")
_KERNELS, _IDLE = "TotalNotebookKernels", "AutoTerminationIsClusterIdle"
_REPORTS = timedelta(minutes=30)  #: by then a policy that is on has told something
_AHEAD = timedelta(minutes=10)
_DRAIN = timedelta(minutes=75)  #: a node leaves so long after it was asked to, at most
_LEVELS = {
    RemarkLevel.REFUSED: RiskLevel.WARN,
    RemarkLevel.HARM: RiskLevel.LOSS,
    RemarkLevel.NEVER: RiskLevel.WARN,
    RemarkLevel.WARN: RiskLevel.WARN,
    RemarkLevel.UNKNOWN: RiskLevel.NOTE,
    RemarkLevel.NOTE: RiskLevel.NOTE,
}


class PoliciesService:
    """Everything here blocks where prices, types or metrics were not read yet.

    Clusters that are not known raise NotFound. Nothing is changed: plans go to the journal.
    """

    def __init__(
        self,
        access: AccessPool,
        fleet: FleetService,
        health: HealthService,
        plans: PlanMaker,
        launching: LaunchService,
        journal: Callable[[], Sequence[JournalEntry]],
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._health = health
        self._plans = plans
        self._launching = launching
        self._journal = journal

    # -- what is known ------------------------------------------------------------------------

    def facts(self, ref: ClusterRef, *, idle: bool = False, vcpu: bool = False) -> PolicyFacts:
        """What policies of the cluster are judged by.

        ``idle`` asks CloudWatch for what only auto-termination needs, ``vcpu`` for the sizes of
        the types; what cannot be read is unknown in the answer.
        """
        snapshot = self._plans.cluster(ref)
        now = self._fleet.snapshot().region_now(ref)
        kernels, told = self._reported(snapshot, now) if idle else (None, None)
        return facts_of(
            snapshot,
            self._fleet.snapshot().metrics.get(ref, {}),
            self._health.snapshot(ref),
            self._types(snapshot) if vcpu else {},
            now,
            kernels=kernels,
            idle_told=told,
        )

    def idle_remarks(self, ref: ClusterRef, timeout_s: int | None) -> tuple[Remark, ...]:
        """What is to be said of ending the cluster after so many idle seconds."""
        return judge_idle(self.facts(ref, idle=True), timeout_s)

    def scaling_remarks(self, ref: ClusterRef, policy: ManagedScaling | None) -> tuple[Remark, ...]:
        """What is to be said of such limits."""
        return judge_scaling(self._facts_for(ref, policy), policy)

    def suggested(self, ref: ClusterRef, *, task_only: bool = True) -> ManagedScaling:
        """Limits to begin with: those that are on, or from the size of now to twice of it.

        With ``task_only`` core stays as it is. Answers at once.
        """
        snapshot = self._plans.cluster(ref)
        facts = self.facts(ref)
        if facts.scaling is not None:
            return facts.scaling
        unit = "InstanceFleetUnits" if facts.uses_fleets else "Instances"
        core = facts.units(unit, Role.CORE) or snapshot.count(Role.CORE)
        now = facts.units(unit) or core
        minimum = max(1, core)
        maximum = max(minimum + 1, 2 * now)
        return ManagedScaling(unit, minimum, maximum, None, minimum if task_only else None)

    def ceiling(self, ref: ClusterRef, policy: ManagedScaling) -> Ceiling:
        """What core and task nodes may cost at the most. Blocks where prices are missing."""
        snapshot = self._plans.cluster(ref)
        facts = self._facts_for(ref, policy)
        book = self._plans.book(ref.connection, ref.region, types_of(snapshot))
        types = self._types(snapshot) if policy.unit_type == "VCPU" else {}
        return ceiling_of(policy, growths_of(snapshot, facts.pools, policy.unit_type, book, types))

    # -- plans --------------------------------------------------------------------------------

    def plan_managed_scaling(self, ref: ClusterRef, policy: ManagedScaling | None) -> Plan:
        """Let EMR resize the cluster within limits, or turn that off (``None``).

        The cost is what the cluster may cost when it has grown to its maximum.
        """
        snapshot = self._plans.cluster(ref)
        known = snapshot.cluster.managed_scaling if snapshot.cluster else None
        remarks = self.scaling_remarks(ref, policy)
        refused = [each.text for each in remarks if each.level is RemarkLevel.REFUSED]
        same = _("The limits are like that already.") if policy == known else ""
        harms = any(each.level is RemarkLevel.HARM for each in remarks)
        after = self._at_most(ref, policy) if policy is not None and not refused else None
        draft = Draft(
            title=_scaling_title(snapshot.summary.name, policy),
            changes=(SetManagedScaling(ref.cluster_id, policy),),
            inverse=(SetManagedScaling(ref.cluster_id, known),),
            undo=Undoability.UNTIL_STARTED if harms else Undoability.UNDOABLE,
            undo_text=_scaling_undo(known),
            after=after,
            risks=(*_risks(remarks), *_cost_risks(policy, after)),
            blocked=refused[0] if refused else same,
        )
        return self._plans.for_cluster(snapshot, draft)

    def plan_auto_termination(self, ref: ClusterRef, timeout_s: int | None) -> Plan:
        """End the cluster after so many idle seconds, or never by itself (``None``)."""
        snapshot = self._plans.cluster(ref)
        name = snapshot.summary.name
        known = snapshot.cluster.idle_timeout_s if snapshot.cluster else None
        remarks = self.idle_remarks(ref, timeout_s)
        refused = [each.text for each in remarks if each.level is RemarkLevel.REFUSED]
        same = _("It is set like that already.") if timeout_s == known else ""
        if timeout_s is None:
            title = _("Never end {name} by itself").format(name=name)
        else:
            title = _("End {name} after {time} without work").format(
                name=name, time=duration(timeout_s)
            )
        draft = Draft(
            title=title,
            changes=(SetAutoTermination(ref.cluster_id, timeout_s),),
            inverse=(SetAutoTermination(ref.cluster_id, known),),
            undo=Undoability.UNDOABLE,
            undo_text=_("Undo sets it back: {before}.").format(before=_idle_text(known)),
            risks=_risks(remarks),
            blocked=refused[0] if refused else same,
        )
        return self._plans.for_cluster(snapshot, draft)

    # -- why it scaled ------------------------------------------------------------------------

    def story(self, ref: ClusterRef, hours: float = 24.0) -> ScalingStory:
        """Why the cluster scaled in the last hours, and why it does not now. Blocks.

        What cannot be read is named in ``missing``; only an unknown cluster raises.
        """
        snapshot = self._plans.cluster(ref)
        now = self._fleet.snapshot().region_now(ref)
        start = now - timedelta(hours=hours)
        missing: list[str] = []
        series = {}
        keys = [SeriesKey(name) for name in _SERIES]
        try:
            found = self._health.history(ref, keys, start.timestamp(), now.timestamp())
            series = {key.metric: data for key, data in found.items()}
        except HueError as error:
            missing.append(_("What YARN did could not be read: {error}").format(error=error))
        if not series and not missing:
            missing.append(
                _("Nothing was measured in this time; reasons from metrics are missing.")
            )
        snapshot, problem = self._with_ended_nodes(snapshot)
        if problem:
            missing.append(problem)
        facts = self.facts(ref)
        health = self._health.snapshot(ref)
        story = StoryFacts(
            snapshot,
            tuple(self._journal()),
            series,
            None,
            health.notices,
            frozenset(pool.id for pool in facts.pools if pool.custom_scaling),
            start,
        )
        stories = tell(story)
        unclear = [each.at for each in stories if each.sure is Certainty.UNKNOWN]
        if unclear:  # CloudTrail is slow, and asked only where nothing else explains a move
            since = max(start, min(unclear) - _DRAIN)
            calls = self._calls(snapshot, since, max(unclear), missing)
            stories = tell(replace(story, calls=calls))
        reasons = standing(facts, snapshot, self._newest(ref), health.nodes, now)
        return ScalingStory(stories, reasons, tuple(missing), start, now, series)

    # -- within -------------------------------------------------------------------------------

    def _with_ended_nodes(self, snapshot: ClusterSnapshot) -> tuple[ClusterSnapshot, str]:
        """With the nodes that ended, which EMR is asked about only for the cluster in front."""
        ref = snapshot.ref
        if snapshot.recorded_at is not None:
            return snapshot, ""
        try:
            emr = self._access.of(ref.connection, ref.region).emr
            read = emr.list_instances(ref.cluster_id, active_only=False)
        except HueError as error:
            text = _("The nodes that ended could not be read: {error}")
            return snapshot, text.format(error=error)
        roles = {group.id: group.role for group in snapshot.groups or ()}
        roles.update({fleet.id: fleet.role for fleet in snapshot.fleets or ()})
        nodes = tuple(replace(node, role=roles.get(node.group_id)) for node in read)
        return replace(snapshot, instances=nodes), ""

    def _calls(
        self, snapshot: ClusterSnapshot, start: datetime, end: datetime, missing: list[str]
    ) -> tuple[TrailCall, ...] | None:
        """What others changed, where CloudTrail may be read; ``None`` where it may not."""
        ref = snapshot.ref
        groups = {each.id for each in snapshot.groups or ()}
        groups |= {each.id for each in snapshot.fleets or ()}
        try:
            door = self._access.of(ref.connection, ref.region).trail
            if door is None:
                return None
            # the region's clock is known to a second, and what is newest matters most
            return door.scaling_calls(ref.cluster_id, frozenset(groups), start, end + _AHEAD)
        except HueError as error:
            text = _("CloudTrail could not be read, so what others changed is not known: {error}")
            missing.append(text.format(error=error))
            return None

    def _facts_for(self, ref: ClusterRef, policy: ManagedScaling | None) -> PolicyFacts:
        return self.facts(ref, vcpu=policy is not None and policy.unit_type == "VCPU")

    def _types(self, snapshot: ClusterSnapshot) -> Mapping[str, InstanceType]:
        """Sizes of the types; nothing where they cannot be read."""
        cluster, ref = snapshot.cluster, snapshot.ref
        if cluster is None:
            return {}
        try:
            found = self._launching.instance_types(ref.connection, ref.region, cluster.release)
        except HueError:
            return {}
        return {each.name: each.type for each in found}

    def _newest(self, ref: ClusterRef) -> Mapping[str, float]:
        """The newest values by our names: live ones, else CloudWatch's."""
        told = self._fleet.snapshot().metrics.get(ref, {})
        values: dict[str, float] = {}
        if "ContainerPending" in told:
            values[PENDING] = told["ContainerPending"]
        if "YARNMemoryAvailablePercentage" in told:
            values[SHARE] = 100.0 - told["YARNMemoryAvailablePercentage"]
        return {**values, **self._health.snapshot(ref).values}

    def _reported(
        self, snapshot: ClusterSnapshot, now: datetime
    ) -> tuple[Measured | None, bool | None]:
        """Notebook kernels, and whether the cluster tells that it is idle; unknown if unread."""
        cluster = snapshot.cluster
        if cluster is None or cluster.idle_timeout_s is None or not snapshot.summary.state.up:
            return None, None
        start = now - _REPORTS
        try:
            found = self._health.series(snapshot.ref, (_KERNELS, _IDLE), start, now)
        except HueError:
            return None, None
        kernels = found.get(_KERNELS)
        newest = kernels.points[-1][1] if kernels is not None and kernels.points else None
        measured = None if newest is None else Measured(newest, "CloudWatch")
        told = found.get(_IDLE)
        if told is not None and told.points:
            return measured, True
        return measured, False if self._on_since_before(snapshot, start) else None

    def _on_since_before(self, snapshot: ClusterSnapshot, start: datetime) -> bool:
        """Whether the policy has been on for a while, as far as we changed it ourselves."""
        if snapshot.summary.ready is None or snapshot.summary.ready > start:
            return False
        for entry in self._journal():
            sets = any(isinstance(change, SetAutoTermination) for change in entry.plan.changes)
            mine = sets and entry.plan.target == snapshot.ref
            if mine and entry.state is ChangeState.DONE and (entry.region_at or entry.at) > start:
                return False
        return True

    def _at_most(self, ref: ClusterRef, policy: ManagedScaling) -> CostRate:
        """The whole cluster with core and task at their ceiling."""
        cost = self._fleet.snapshot().costs.get(ref)
        total = self._plans.rate(ref) + self.ceiling(ref, policy).rate
        for (role, _market), rate in (cost.by_role if cost else {}).items():
            if role is not Role.MASTER:
                total += times(rate, -1)
        return total


def _risks(remarks: Sequence[Remark]) -> tuple[Risk, ...]:
    return tuple(
        Risk(_LEVELS[each.level], " ".join(filter(None, (each.text, each.evidence))))
        for each in remarks
        if each.level is not RemarkLevel.REFUSED
    )


def _cost_risks(policy: ManagedScaling | None, after: CostRate | None) -> tuple[Risk, ...]:
    if policy is None:
        text = _("The size stays as it is; nothing follows the work any more.")
        return (Risk(RiskLevel.NOTE, text),)
    if after is None:
        return ()
    text = _("The cost is that of the maximum: up to {usd} when {n} {units} run.").format(
        usd=money_rate(after.total, at_least=after.unknown > 0),
        n=count(policy.maximum),
        units=units_word(policy.unit_type),
    )
    return (Risk(RiskLevel.NOTE, text),)


def _scaling_title(name: str, policy: ManagedScaling | None) -> str:
    if policy is None:
        return _("Turn managed scaling of {name} off").format(name=name)
    return _("Let EMR scale {name} from {low} to {high} {units}").format(
        name=name,
        low=count(policy.minimum),
        high=count(policy.maximum),
        units=units_word(policy.unit_type),
    )


def _scaling_undo(known: ManagedScaling | None) -> str:
    if known is None:
        return _("Undo turns it off again; the size stays what it is by then.")
    text = _("Undo sets the limits back to {low} – {high}; the size follows when EMR looks next.")
    return text.format(low=count(known.minimum), high=count(known.maximum))


def _idle_text(timeout_s: int | None) -> str:
    if timeout_s is None:
        return _("it never ends by itself")
    return _("it ends after {time} without work").format(time=duration(timeout_s))
