"""Each rule about managed scaling speaks where it should, and only there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.instances import GroupState, Market, Role
from hue_desktop.core.policies import (
    Measured,
    PolicyFacts,
    Pool,
    RemarkLevel,
    is_task_only,
    judge_scaling,
)

CORE = Pool("ig-c", "core", Role.CORE, Market.ON_DEMAND, 4, vcpu=8)
TASK = Pool("ig-t", "task", Role.TASK, Market.SPOT, 3, vcpu=8)
WELL = PolicyFacts(release="emr-7.5.0", applications=("Spark",), pools=(CORE, TASK), replication=2)
GOOD = ManagedScaling("Instances", 4, 20, None, 4)


def _rules(facts: PolicyFacts, policy: ManagedScaling = GOOD) -> dict[str, RemarkLevel]:
    return {each.rule: each.level for each in judge_scaling(facts, policy)}


def test_nothing_speaks_against_good_limits_or_against_none() -> None:
    assert _rules(WELL) == {}
    assert judge_scaling(WELL, None) == ()


def test_task_only_is_a_core_limit_at_the_minimum() -> None:
    assert is_task_only(GOOD)
    assert not is_task_only(replace(GOOD, maximum_core=None))
    assert not is_task_only(None)


@pytest.mark.parametrize(
    ("release", "refused"),
    [("emr-5.29.0", True), ("emr-5.30.0", False), ("emr-6.0.0", True), ("emr-6.1.0", False)],
)
def test_release(release: str, refused: bool) -> None:
    assert ("release" in _rules(replace(WELL, release=release))) is refused


def test_unit_follows_groups_and_fleets() -> None:
    units = replace(GOOD, unit_type="InstanceFleetUnits")
    assert _rules(WELL, units) == {"unit": RemarkLevel.REFUSED}
    fleet = replace(
        WELL, uses_fleets=True, pools=(replace(CORE, fleet_units=4), replace(TASK, fleet_units=3))
    )
    assert _rules(fleet) == {"unit": RemarkLevel.REFUSED}
    assert _rules(fleet, units) == {}


@pytest.mark.parametrize(("low", "high"), [(0, 5), (6, 5), (-1, 3)])
def test_order(low: int, high: int) -> None:
    assert "order" in _rules(WELL, ManagedScaling("Instances", low, high))


@pytest.mark.parametrize("part", ["maximum_core", "maximum_on_demand"])
def test_caps_lie_within_the_maximum(part: str) -> None:
    assert "caps" in _rules(WELL, replace(GOOD, **{part: 21}))
    assert "caps" in _rules(WELL, replace(GOOD, **{part: -1}))
    assert "caps" not in _rules(WELL, replace(GOOD, **{part: 20}))


def test_what_emr_refuses_is_all_that_is_said() -> None:
    found = judge_scaling(replace(WELL, applications=("Trino",)), replace(GOOD, minimum=0))
    assert {each.level for each in found} == {RemarkLevel.REFUSED}


def test_applications_that_do_not_run_on_yarn() -> None:
    alone = replace(WELL, applications=("Hadoop", "Presto"))
    assert _rules(alone)["applications"] is RemarkLevel.NEVER
    beside = replace(WELL, applications=("Spark", "HBase"))
    assert _rules(beside)["applications"] is RemarkLevel.HARM


def test_custom_scaling() -> None:
    pools = (CORE, replace(TASK, custom_scaling="ATTACHED"))
    assert _rules(replace(WELL, pools=pools))["custom_scaling"] is RemarkLevel.WARN


def test_a_core_limit_below_the_core_nodes_does_harm() -> None:
    policy = ManagedScaling("Instances", 2, 20, None, 2)
    assert _rules(WELL, policy)["shrinks_core"] is RemarkLevel.HARM
    assert "shrinks_core" not in _rules(WELL)
    small = ManagedScaling("Instances", 2, 3)
    found = _rules(WELL, small)
    assert found["shrinks_core"] is RemarkLevel.HARM
    assert found["shrinks"] is RemarkLevel.WARN


def test_a_minimum_above_the_size_grows_at_once() -> None:
    assert "grows_at_once" in _rules(WELL, ManagedScaling("Instances", 9, 20, None, 9))
    assert "grows_at_once" not in _rules(WELL, ManagedScaling("Instances", 7, 20))


def test_equal_limits_never_scale() -> None:
    assert _rules(WELL, ManagedScaling("Instances", 7, 7))["no_range"] is RemarkLevel.NEVER


def test_task_only_needs_task_nodes() -> None:
    bare = replace(WELL, pools=(CORE,))
    assert _rules(bare)["task_only_without_tasks"] is RemarkLevel.NEVER
    empty = replace(WELL, pools=(CORE, replace(TASK, nodes=0)))
    assert "task_only_without_tasks" not in _rules(empty)


def test_task_only_above_the_core_nodes_lets_core_grow() -> None:
    policy = ManagedScaling("Instances", 6, 20, None, 6)
    assert _rules(WELL, policy)["task_only_core_grows"] is RemarkLevel.WARN
    assert "task_only_core_grows" not in _rules(WELL)


def test_a_maximum_that_nothing_may_reach() -> None:
    dear = replace(WELL, pools=(CORE, replace(TASK, market=Market.ON_DEMAND)))
    policy = ManagedScaling("Instances", 4, 20, 10)
    (remark,) = judge_scaling(dear, policy)
    assert remark.rule == "unreachable_maximum"
    assert "10 of 20" in remark.text
    assert "unreachable_maximum" not in _rules(WELL, policy)  # the rest comes on Spot
    bare = replace(WELL, pools=(CORE,))
    assert "unreachable_maximum" in _rules(bare, ManagedScaling("Instances", 4, 20, None, 8))


def test_core_on_spot() -> None:
    pools = (replace(CORE, market=Market.SPOT), TASK)
    facts = replace(WELL, pools=pools)
    assert _rules(facts, ManagedScaling("Instances", 4, 20))["core_on_spot"] is RemarkLevel.HARM
    assert "core_on_spot" not in _rules(facts)


def test_drivers_on_spot_of_release_six() -> None:
    six = replace(WELL, release="emr-6.9.0")
    assert _rules(six)["drivers_on_spot"] is RemarkLevel.WARN
    labelled = {("yarn-site", "yarn.node-labels.enabled"): "true"}
    assert "drivers_on_spot" not in _rules(replace(six, configurations=labelled))
    assert "drivers_on_spot" not in _rules(WELL)


@pytest.mark.parametrize(
    ("release", "level"), [("emr-7.1.0", RemarkLevel.WARN), ("emr-7.2.0", RemarkLevel.NOTE)]
)
def test_node_labels(release: str, level: RemarkLevel) -> None:
    labelled = {("yarn-site", "yarn.node-labels.enabled"): "true"}
    facts = replace(WELL, release=release, configurations=labelled)
    assert _rules(facts)["node_labels"] is level


def test_spark_that_keeps_its_executors() -> None:
    for name, value in (("spark.dynamicAllocation.enabled", "false"),
                        ("maximizeResourceAllocation", "true")):  # fmt: skip
        facts = replace(WELL, configurations={("spark-defaults", name): value})
        assert _rules(facts)["dynamic_allocation"] is RemarkLevel.WARN
    on = {("spark-defaults", "spark.dynamicAllocation.enabled"): "true"}
    assert _rules(replace(WELL, configurations=on)) == {}


def test_full_disks() -> None:
    assert "full_disk" in _rules(replace(WELL, fullest_disk=Measured(90.0, "ip-10-0-0-4")))
    assert "full_disk" not in _rules(replace(WELL, fullest_disk=Measured(89.0, "ip-10-0-0-4")))
    assert "full_disk" not in _rules(replace(WELL, fullest_disk=None))


@pytest.mark.parametrize("state", [GroupState.SUSPENDED, GroupState.ARRESTED])
def test_a_group_that_stands_still(state: GroupState) -> None:
    pools = (CORE, replace(TASK, state=state, state_reason="Bootstrap failed"))
    (remark,) = judge_scaling(replace(WELL, pools=pools), GOOD)
    assert remark.rule == "stopped_group"
    assert remark.evidence == "Bootstrap failed"
    assert remark.remedy


def test_more_nodes_than_groups_may_have() -> None:
    assert "too_many_nodes" in _rules(WELL, replace(GOOD, maximum=4001))
    assert "too_many_nodes" not in _rules(WELL, replace(GOOD, maximum=4000))


def test_core_never_goes_below_the_replication_factor() -> None:
    policy = ManagedScaling("Instances", 1, 20)
    assert _rules(WELL, policy) == {"replication_floor": RemarkLevel.NOTE}
    assert _rules(replace(WELL, replication=None), policy) == {}


def test_a_range_in_vcpu_smaller_than_a_node() -> None:
    assert "vcpu_step" in _rules(WELL, ManagedScaling("VCPU", 60, 64))
    assert "vcpu_step" not in _rules(WELL, ManagedScaling("VCPU", 56, 64))


def test_shuffle_data_of_old_releases() -> None:
    assert "shuffle_data" in _rules(replace(WELL, release="emr-6.3.0"))
    assert "shuffle_data" not in _rules(replace(WELL, release="emr-5.34.0"))


def test_sizes_that_nobody_knows_are_not_taken_as_zero() -> None:
    facts = replace(WELL, pools=(replace(CORE, vcpu=None), TASK))
    assert facts.units("VCPU") is None
    assert _rules(facts, ManagedScaling("VCPU", 8, 640)) == {}
    assert facts.units("Instances") == 7
