"""The bench over a cluster that exists. Nothing here changes anything: plans go to the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from hue_desktop.core.changes import (
    Change,
    CreateCluster,
    Plan,
    ResizeGroup,
    Risk,
    Undoability,
)
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.cost import times
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import count
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.what_if.commit import group_spec, spare_for, spec_of, way_of
from hue_desktop.core.what_if.reckoning import copy_of, reckon
from hue_desktop.core.what_if.values import BenchFacts, BenchLine, Outcome, Variant, Way
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.health.values import HealthSnapshot
from hue_desktop.services.launch.service import LaunchService
from hue_desktop.services.launch.values import PricedType
from hue_desktop.services.planning import Draft, PlanMaker
from hue_desktop.services.policies.service import PoliciesService
from hue_desktop.services.scaling.service import ScalingService
from hue_desktop.services.what_if.gathering import facts_of, types_named
from hue_desktop.services.what_if.values import Bench, Commit

__all__ = ["WhatIfService"]


class WhatIfService:
    """``open``, ``commit`` and ``clone`` block and raise a HueError; ``reckon`` is pure and fast.

    Clusters that are not known raise NotFound.
    """

    def __init__(
        self,
        fleet: FleetService,
        plans: PlanMaker,
        launching: LaunchService,
        scaling: ScalingService,
        policies: PoliciesService,
        health: Callable[[ClusterRef], HealthSnapshot],
    ) -> None:
        self._fleet = fleet
        self._plans = plans
        self._launching = launching
        self._scaling = scaling
        self._policies = policies
        self._health = health

    # -- looking --------------------------------------------------------------------------------

    def open(self, ref: ClusterRef) -> Bench:
        """The cluster on the bench, with prices of every type that its release supports. Blocks.

        Where the types cannot be listed, sizes and markets can still be tried, and it is said.
        """
        snapshot = self._plans.cluster(ref)
        types: tuple[PricedType, ...] = ()
        missing: list[str] = []
        release = snapshot.cluster.release if snapshot.cluster else ""
        try:
            types = self._launching.instance_types(ref.connection, ref.region, release)
        except HueError as error:
            text = _("Other types cannot be tried, and vCPU and memory are not known: {error}")
            missing.append(text.format(error=error))
        volumes = [volume for group in snapshot.groups or () for volume in group.ebs_volumes]
        book = self._plans.book(ref.connection, ref.region, types_named(snapshot), volumes)
        facts = facts_of(
            snapshot,
            types,
            book,
            self._health(ref),
            self._fleet.snapshot().metrics.get(ref, {}),
            missing,
        )
        return Bench(facts, copy_of(snapshot), types)

    def refreshed(self, bench: Bench) -> Bench:
        """The bench with what was learnt of the cluster since; never blocks.

        Prices and types stay those that were read when it was opened.
        """
        ref = bench.facts.ref
        snapshot = self._fleet.snapshot().clusters.get(ref)
        if snapshot is None:
            return bench
        metrics = self._fleet.snapshot().metrics.get(ref, {})
        told = facts_of(snapshot, (), bench.facts.book, self._health(ref), metrics)
        base = copy_of(snapshot)
        live = replace(
            bench.facts,
            yarn_used_bytes=told.yarn_used_bytes,
            container_bytes=told.container_bytes or bench.facts.container_bytes,
            hdfs_used_bytes=told.hdfs_used_bytes or bench.facts.hdfs_used_bytes,
            safe_mode=told.safe_mode,
            spare=told.spare,
            missing=told.missing if bench.types else (*bench.facts.missing[:1], *told.missing),
        )
        return Bench(live, base, bench.types)

    def reckon(self, bench: Bench, variant: Variant) -> Outcome:
        """What a variant comes to."""
        return reckon(bench.facts, variant)

    # -- doing ----------------------------------------------------------------------------------

    def commit(self, bench: Bench, variant: Variant, *, shrinks: bool = False) -> Commit:
        """The plans for what a running cluster takes of the variant. Blocks for missing prices.

        Sizes are set first, then new groups take the place of old ones, limits come last. Fewer
        core nodes are left to the pre-flight, which sees what they hold; with ``shrinks`` they are
        planned as well, for a rehearsal.
        """
        ref = bench.facts.ref
        snapshot = self._plans.cluster(ref)
        parts, left_out = [], []
        ways = [(line, way_of(bench.facts, line)) for line in variant.lines]
        for line, way in ways:
            if way is Way.NEW_CLUSTER or (way is Way.SHRINK and not shrinks):
                left_out.append(line.name or line.key)
            elif way in (Way.RESIZE, Way.SHRINK) and not line.is_fleet:
                parts.append(self._scaling.plan_resize_group(ref, line.key, line.want.count))
        sized = (Way.RESIZE, Way.SHRINK) if shrinks else (Way.RESIZE,)
        parts.extend(self._fleet_plans(ref, variant, [line for line, way in ways if way in sized]))
        for line, way in ways:
            if way in (Way.REPLACE, Way.ADD):
                parts.append(self._place(bench.facts, snapshot, line))
        if variant.scaling != variant.scaling_now:
            parts.append(self._policies.plan_managed_scaling(ref, variant.scaling))
        at_most = None
        if variant.scaling != variant.scaling_now:
            at_most = reckon(bench.facts, variant).at_most
        question = self._question(snapshot, parts, at_most)
        return Commit(question, tuple(parts), tuple(left_out))

    def clone(self, ref: ClusterRef, variant: Variant) -> CreateCluster:
        """The variant as a new cluster to be looked over and launched. Blocks."""
        return CreateCluster(spec_of(self._launching.read_clone_spec(ref), variant))

    def _fleet_plans(
        self, ref: ClusterRef, variant: Variant, lines: Sequence[BenchLine]
    ) -> list[Plan]:
        """One resize a fleet, of both its markets together; lines not given stay as they are."""
        ids = {line.owner_id for line in lines if line.is_fleet}
        keys = {line.key for line in lines}
        plans = []
        for fleet_id in sorted(ids):
            units = {
                line.want.market.value: (
                    line.want if line.key in keys else line.now or line.want
                ).count
                for line in variant.lines
                if line.owner_id == fleet_id
            }
            listed, spot = units.get("ON_DEMAND", 0), units.get("SPOT", 0)
            plans.append(self._scaling.plan_resize_fleet(ref, fleet_id, listed, spot))
        return plans

    def _place(self, facts: BenchFacts, snapshot: ClusterSnapshot, line: BenchLine) -> Plan:
        """A new task group (or one that stands empty) and the old one to 0, as one plan.

        One plan, so that the old nodes stay when the new group is refused.
        """
        ref = snapshot.ref
        spare = spare_for(facts, line)
        if not line.want.count:
            return self._scaling.plan_resize_group(ref, line.key, 0)
        if spare is not None:
            first = self._scaling.plan_resize_group(ref, spare.id, line.want.count)
        else:
            first = self._scaling.plan_add_task_group(ref, group_spec(line))
        if line.now is None or not line.now.count:
            return first
        second = self._scaling.plan_resize_group(ref, line.key, 0)
        title = _("Replace {n} × {old} by {m} × {new}").format(
            n=count(line.now.count),
            old=line.now.instance_type,
            m=count(line.want.count),
            new=line.want.instance_type,
        )
        undo = _("Undo sets the old group back to {n} nodes and the new one to 0.")
        draft = Draft(
            title=title,
            changes=(*first.changes, *second.changes),
            inverse=(ResizeGroup(ref.cluster_id, line.key, line.now.count), *first.inverse),
            undo=Undoability.UNDOABLE,
            undo_text=undo.format(n=count(line.now.count)),
            after=self._after(snapshot, (first, second)),
            risks=_risks((first, second)),
            blocked=first.blocked or second.blocked,
        )
        return self._plans.for_cluster(snapshot, draft)

    def _question(
        self, snapshot: ClusterSnapshot, parts: list[Plan], at_most: CostRate | None
    ) -> Plan:
        """All plans as one, to be shown and confirmed once.

        ``at_most`` is what new limits let all of it come to: it is held against the budget.
        """
        if len(parts) == 1:
            return parts[0]
        order = (Undoability.UNDOABLE, Undoability.UNTIL_STARTED, Undoability.FINAL)
        name = snapshot.summary.name
        title = ngettext("Apply {n} change to {name}", "Apply {n} changes to {name}", len(parts))
        changes: list[Change] = [change for part in parts for change in part.changes]
        nothing = _("Nothing of it can be had on a running cluster.") if not parts else ""
        draft = Draft(
            title=title.format(n=len(parts), name=name),
            changes=tuple(changes),
            undo=max((part.undo for part in parts), key=order.index, default=Undoability.UNDOABLE),
            undo_text=_("Each change has its own line in the journal, with its own undo."),
            after=at_most or self._after(snapshot, parts),
            risks=_risks(parts),
            blocked=next((part.blocked for part in parts if part.blocked), nothing),
        )
        return self._plans.for_cluster(snapshot, draft)

    def _after(self, snapshot: ClusterSnapshot, parts: Iterable[Plan]) -> CostRate:
        """What the cluster costs after all of the plans."""
        rate = self._plans.rate(snapshot.ref)
        for part in parts:
            if part.cost is not None:
                rate += part.cost.after + times(part.cost.before, -1)
        return rate


def _risks(parts: Iterable[Plan]) -> tuple[Risk, ...]:
    return tuple(dict.fromkeys(risk for part in parts for risk in part.risks))
