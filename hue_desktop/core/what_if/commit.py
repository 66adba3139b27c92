"""Which way a wish comes about: what a running cluster takes, and what only a clone can have.

EMR changes the count of a group or fleet, adds task groups and sets managed-scaling limits on a
running cluster. Type and market of a group that exists never change: for task nodes a new group
takes the old one's place, for master and core it takes a new cluster.
"""

from __future__ import annotations

from dataclasses import replace

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.instances import InstanceGroup, Market, Role
from hue_desktop.core.what_if.values import BenchFacts, BenchLine, Holding, Variant, Way

__all__ = ["group_spec", "spare_for", "spec_of", "way_of"]


def way_of(facts: BenchFacts, line: BenchLine) -> Way:
    """How a line comes about."""
    now, want = line.now, line.want
    if not line.changed:
        return Way.KEEP
    if line.role is Role.MASTER:
        return Way.NEW_CLUSTER
    if now is None:
        return Way.NEW_CLUSTER if _other_arch(facts, want) else Way.ADD
    if replace(now, count=want.count) == want:
        shrinks = line.role is Role.CORE and want.count < now.count
        return Way.SHRINK if shrinks else Way.RESIZE
    if line.role is Role.CORE or line.is_fleet or _other_arch(facts, want):
        return Way.NEW_CLUSTER
    return Way.REPLACE


def _other_arch(facts: BenchFacts, held: Holding) -> bool:
    """Whether its processors are others than the cluster's: its software is built for those."""
    kind = facts.types.get(held.instance_type)
    return kind is not None and bool(facts.archs) and kind.arch not in facts.archs


def spare_for(facts: BenchFacts, line: BenchLine) -> InstanceGroup | None:
    """An empty task group that is as the line wants it; EMR never removes them."""
    want = line.want
    for group in facts.spare:
        alike = (group.instance_type, group.market, group.bid_usd_hour) == (
            want.instance_type,
            want.market,
            want.bid_usd_hour,
        )
        if alike and (not want.ebs_volumes or group.ebs_volumes == want.ebs_volumes):
            return group
    return None


def group_spec(line: BenchLine) -> GroupSpec:
    """The line as a group to be asked for."""
    want = line.want
    return GroupSpec(
        line.role,
        want.instance_type,
        want.count,
        want.market,
        line.name,
        want.bid_usd_hour,
        want.ebs_volumes,
    )


def spec_of(spec: ClusterSpec, variant: Variant) -> ClusterSpec:
    """A clone's specification with what the variant wants; a task group with no nodes is left out.

    ``spec`` is the clone as the cluster is.
    """
    groups = tuple(
        group_spec(line)
        for line in variant.lines
        if not line.is_fleet and (line.want.count or line.role is not Role.TASK)
    )
    fleets = tuple(_fleet(fleet, variant) for fleet in spec.fleets)
    fleets = tuple(
        fleet
        for fleet in fleets
        if fleet.target_on_demand + fleet.target_spot or fleet.role is not Role.TASK
    )
    return replace(spec, groups=groups, fleets=fleets, managed_scaling=variant.scaling)


def _fleet(fleet: FleetSpec, variant: Variant) -> FleetSpec:
    """EMR has one fleet a role, so the role tells which lines are meant."""
    units = {
        line.want.market: line.want.count
        for line in variant.lines
        if line.is_fleet and line.role is fleet.role
    }
    return replace(
        fleet,
        target_on_demand=units.get(Market.ON_DEMAND, 0) if units else fleet.target_on_demand,
        target_spot=units.get(Market.SPOT, 0) if units else fleet.target_spot,
    )
