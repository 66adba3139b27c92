"""Why a cluster does not scale now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from hue_desktop.core.clusters import Attention, ClusterSnapshot, ClusterState, ManagedScaling
from hue_desktop.core.instances import (
    FleetType,
    GroupState,
    InstanceFleet,
    InstanceState,
    Market,
    Role,
)
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.policies import PolicyFacts, Pool
from hue_desktop.core.scaling_standing import Standing, standing
from hue_desktop.core.scaling_story import PENDING, SHARE
from tests.unit.services.samples import NOW, cluster_of, node, summary

CORE = Pool("ig-CORE-ON_DEMAND", "Core", Role.CORE, Market.ON_DEMAND, 4)
TASK = Pool("ig-TASK-SPOT", "Task", Role.TASK, Market.SPOT, 3)
POLICY = ManagedScaling("Instances", 4, 20, None, 4)
FACTS = PolicyFacts("emr-7.5.0", ("Spark",), pools=(CORE, TASK), scaling=POLICY)


def _say(
    facts: PolicyFacts = FACTS,
    values: Mapping[str, float] | None = None,
    cluster: ClusterSnapshot | None = None,
    readings: Mapping[str, NodeReading] | None = None,
) -> tuple[Standing, ...]:
    return standing(facts, cluster or cluster_of(4, 3), values or {}, readings or {}, NOW)


def _rules(
    facts: PolicyFacts = FACTS, values: Mapping[str, float] | None = None, **more: object
) -> list[str]:
    return [each.rule for each in _say(facts, values, **more)]  # type: ignore[arg-type]


def test_something_is_always_said() -> None:
    assert _rules() == ["unknown"]
    assert _rules(replace(FACTS, scaling=None)) == ["off"]
    assert "not known" in _say(replace(FACTS, scaling=None))[0].text


@pytest.mark.parametrize(
    ("state", "rule"),
    [(ClusterState.TERMINATED, "ended"), (ClusterState.STARTING, "not_up"),
     (ClusterState.BOOTSTRAPPING, "not_up")],
)  # fmt: skip
def test_clusters_that_do_not_run(state: ClusterState, rule: str) -> None:
    assert _rules(cluster=replace(cluster_of(4, 3), summary=summary(state))) == [rule]


def test_waiting_work_and_no_policy() -> None:
    (found,) = _say(replace(FACTS, scaling=None), {PENDING: 40.0, SHARE: 99.0})
    assert (found.rule, found.attention) == ("off_and_waiting", Attention.WARN)
    assert "40 containers" in found.text
    assert found.remedy


def test_at_the_maximum() -> None:
    full = replace(FACTS, pools=(CORE, replace(TASK, nodes=16)))
    (found,) = _say(full, {PENDING: 40.0})
    assert (found.rule, found.attention) == ("at_maximum", Attention.WARN)
    (calm,) = _say(full, {PENDING: 0.0, SHARE: 50.0})
    assert (calm.rule, calm.attention) == ("at_maximum", Attention.NONE)


def test_at_the_minimum() -> None:
    small = replace(FACTS, pools=(CORE, replace(TASK, nodes=0)))
    assert _rules(small, {PENDING: 0.0, SHARE: 5.0}) == ["at_minimum"]


@pytest.mark.parametrize(
    ("values", "rule"),
    [({PENDING: 12.0, SHARE: 99.0}, "should_grow"), ({PENDING: 0.0, SHARE: 20.0}, "may_shrink"),
     ({PENDING: 0.0, SHARE: 85.0}, "fits"), ({}, "unknown")],
)  # fmt: skip
def test_between_the_limits(values: dict[str, float], rule: str) -> None:
    assert _rules(values=values) == [rule]


def test_limits_within_the_maximum() -> None:
    dear = replace(FACTS, pools=(CORE, replace(TASK, market=Market.ON_DEMAND)),
                   scaling=ManagedScaling("Instances", 4, 20, 7))  # fmt: skip
    assert "on_demand_limit" in _rules(dear, {PENDING: 5.0})
    assert "on_demand_limit" not in _rules(dear, {PENDING: 0.0})
    bare = replace(FACTS, pools=(CORE,))
    found = _rules(bare, {PENDING: 5.0})
    assert {"core_limit", "task_only_without_tasks"} <= set(found)


def test_a_policy_that_cannot_work_says_why_first() -> None:
    trino = replace(FACTS, applications=("Trino",))
    assert _rules(trino, {PENDING: 0.0})[0] == "applications"


def test_custom_scaling_and_unknown_sizes() -> None:
    custom = replace(FACTS, scaling=None, pools=(CORE, replace(TASK, custom_scaling="ATTACHED")))
    assert _rules(custom) == ["custom"]
    vcpu = replace(FACTS, scaling=ManagedScaling("VCPU", 8, 640))
    assert "size_unknown" in _rules(vcpu)


@pytest.mark.parametrize("state", [GroupState.SUSPENDED, GroupState.ARRESTED])
def test_groups_that_stand_still_come_first(state: GroupState) -> None:
    cluster = cluster_of(4, 3)
    groups = tuple(
        replace(group, state=state, state_reason="Bootstrap failed.")
        if group.role is Role.TASK else group
        for group in cluster.groups or ()
    )  # fmt: skip
    first = _say(cluster=replace(cluster, groups=groups))[0]
    assert (first.rule, first.attention) == ("stopped", Attention.CRITICAL)
    assert "Bootstrap failed." in first.text
    assert first.remedy


def test_capacity_that_never_comes() -> None:
    waiting = replace(
        node(90, Role.TASK, Market.SPOT, InstanceState.AWAITING_FULFILLMENT),
        created=NOW - timedelta(minutes=25),
    )
    cluster = cluster_of(4, 3)
    late = replace(cluster, instances=(*(cluster.instances or ()), waiting))
    found = next(each for each in _say(cluster=late) if each.rule == "capacity")
    assert "25 min" in found.text
    assert "another type" in found.remedy
    young = replace(waiting, created=NOW - timedelta(minutes=5))
    soon = replace(cluster, instances=(*(cluster.instances or ()), young))
    assert "capacity" not in _rules(cluster=soon)


def test_a_resize_under_way() -> None:
    cluster = cluster_of(4, 3)
    groups = cluster.groups or ()

    def sized(requested: int, running: int) -> ClusterSnapshot:
        task = replace(groups[2], requested=requested, running=running, state=GroupState.RESIZING)
        return replace(cluster, groups=(*groups[:2], task))

    grows = _say(cluster=sized(8, 3))
    assert grows[0].rule == "growing"
    leaving = cluster.nodes(Role.TASK)[0].private_dns
    reads = {leaving: NodeReading(leaving, "DECOMMISSIONING", "", {"yarn.containers": 6.0})}
    drains = _say(cluster=sized(1, 3), readings=reads)[0]
    assert drains.rule == "draining"
    assert "6 containers" in drains.text


def test_a_fleet_under_way_counts_units() -> None:
    fleet = InstanceFleet(
        "if-1", "task", Role.TASK, 0, 24, 0, 8, GroupState.RESIZING, types=(FleetType("m5.xlarge"),)
    )
    cluster = replace(cluster_of(4, 3), groups=None, fleets=(fleet,))
    first = _say(cluster=cluster)[0]
    assert first.rule == "growing"
    assert "8 to 24" in first.text
