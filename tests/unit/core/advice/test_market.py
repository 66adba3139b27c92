"""Rules about buying nodes, and about generations of types and volumes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hue_desktop.core.advice.values import ActionKind, Confidence, Risk
from hue_desktop.core.changes import AddTaskGroup, GroupSpec, ResizeGroup
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.instances import (
    EbsVolume,
    FleetType,
    GroupState,
    InstanceFleet,
    Market,
    Role,
)
from tests.unit.core.advice.makers import (
    BEGAN,
    cluster,
    facts,
    group,
    interruption,
    nodes_of,
    only,
    rule,
)

MASTER = group(Role.MASTER, "m5.xlarge", 1)
CORE = group(Role.CORE, "r5.2xlarge", 4)
TASK = group(Role.TASK, "m5.2xlarge", 6)
SPOT_TASK = group(Role.TASK, "m5.4xlarge", 6, Market.SPOT)


def test_task_nodes_go_on_spot() -> None:
    known = facts(
        cluster(MASTER, CORE, TASK), interruptions={"m5.2xlarge": interruption(0.05, 0.1)}
    )
    advice = only("spot-task", known)
    assert advice.title == "Run the 6 on-demand task nodes on Spot"
    assert advice.usd_month == pytest.approx(6 * 730 * (0.12 - 0.384))
    assert "5–10\N{NO-BREAK SPACE}%" in advice.risk
    assert advice.risk_level is Risk.LOW
    assert advice.apply is not None
    assert advice.apply.changes == (
        AddTaskGroup("j-1", GroupSpec(Role.TASK, "m5.2xlarge", 6, Market.SPOT)),
        ResizeGroup("j-1", TASK.id, 0),
    )


def test_what_ec2_does_not_publish_is_no_low_risk() -> None:
    advice = only("spot-task", facts(cluster(TASK)))
    assert advice.risk_level is Risk.MEDIUM
    assert "not published" in advice.risk
    assert advice.confidence is Confidence.LOW


def test_queries_that_run_on_spot_are_a_risk() -> None:
    snapshot = cluster(TASK, applications=("Trino",))
    advice = only("spot-task", facts(snapshot, interruptions={"m5.2xlarge": interruption(0, 0.05)}))
    assert advice.risk_level is Risk.MEDIUM
    assert "queries that run there start anew" in advice.risk


def test_without_a_spot_price_the_advice_says_so() -> None:
    advice = only("spot-task", facts(cluster(TASK), unpriced=("m5.2xlarge",)))
    assert advice.usd_month is None
    assert advice.usd_note == "no on-demand price of m5.2xlarge is known"


def test_on_emr_6_application_masters_may_be_lost_too() -> None:
    assert "application masters" in only("spot-task", facts(cluster(TASK, release="emr-6.9.0"))).why
    assert "application masters" not in only("spot-task", facts(cluster(TASK))).why


@pytest.mark.parametrize(("role", "words"), [(Role.CORE, "HDFS blocks"), (Role.MASTER, "ends")])
def test_spot_is_nothing_for_core_and_master(role: Role, words: str) -> None:
    snapshot = cluster(group(role, "m5.2xlarge", 1, Market.SPOT))
    advice = only("spot-core-master", facts(snapshot))
    assert words in advice.why
    assert advice.attention
    assert advice.usd_month == pytest.approx(730 * (0.384 - 0.12))
    assert advice.apply is not None
    assert advice.apply.types[0].market is Market.ON_DEMAND


def test_but_it_is_for_tests() -> None:
    spot = cluster(group(Role.CORE, "m5.2xlarge", 2, Market.SPOT))
    assert rule("spot-core-master", facts(spot, asked_class=ConnectionClass.TEST)) == []
    named = cluster(group(Role.CORE, "m5.2xlarge", 2, Market.SPOT), name="dev sandbox")
    assert rule("spot-core-master", facts(named)) == []
    # on production a name does not make it one for tests
    assert rule("spot-core-master", facts(named, asked_class=ConnectionClass.PRODUCTION))


def test_a_cluster_for_tests_may_run_on_spot_as_a_whole() -> None:
    snapshot = cluster(MASTER, CORE)
    advice = only("spot-test", facts(snapshot, asked_class=ConnectionClass.TEST))
    assert advice.risk_level is Risk.HIGH
    assert advice.apply is not None
    assert {each.role for each in advice.apply.types} == {Role.MASTER, Role.CORE}
    assert rule("spot-test", facts(snapshot)) == []


def test_long_running_nodes_are_worth_a_savings_plan() -> None:
    began = BEGAN - timedelta(days=40)
    advice = only("reserved", facts(cluster(MASTER, CORE, ready=began)))
    assert advice.usd_month is None
    assert advice.usd_note == "prices of Savings Plans are not read"
    month = 730 * (0.192 + 4 * 0.504)
    assert advice.evidence[1].value == pytest.approx(month)
    assert advice.confidence is Confidence.HIGH
    assert rule("reserved", facts(cluster(MASTER, CORE))) == []  # it began two days ago
    ends = cluster(MASTER, CORE, ready=began, keep_alive=False)
    assert rule("reserved", facts(ends)) == []
    spot = cluster(group(Role.CORE, "m5.2xlarge", 2, Market.SPOT), ready=began)
    assert rule("reserved", facts(spot)) == []


def test_an_older_generation_has_its_equivalent_with_the_reason() -> None:
    advice = only("generation", facts(cluster(group(Role.CORE, "m4.xlarge", 4))))
    assert advice.title == "Move to m7i"
    assert "previous generation" in advice.why
    # m4 to m5 14 %, then 15 % twice
    assert "up to 51\N{NO-BREAK SPACE}% more work by AWS's figures" in advice.evidence[0].text
    assert "m7i.xlarge costs 3\N{NO-BREAK SPACE}% less" in advice.evidence[0].text
    assert advice.apply is not None
    assert advice.apply.kind is ActionKind.CLONE


def test_task_nodes_are_replaced_where_they_are() -> None:
    advice = only("generation", facts(cluster(group(Role.TASK, "m4.xlarge", 4))))
    assert advice.apply is not None
    assert advice.apply.kind is ActionKind.ADD_TASK
    assert advice.apply.changes[1] == ResizeGroup("j-1", "ig-task-on_demand", 0)


def test_managed_scaling_is_said_to_go_on() -> None:
    policy = ManagedScaling("Instances", 1, 9)
    snapshot = cluster(group(Role.TASK, "m4.xlarge", 4), managed_scaling=policy)
    advice = only("generation", facts(snapshot))
    assert advice.apply is not None
    assert "managed scaling" in advice.apply.text


def test_graviton_is_compared_for_the_whole_cluster() -> None:
    advice = only("graviton", facts(cluster(group(Role.CORE, "m5.2xlarge", 4))))
    assert advice.title == "Move to Graviton: m7g"
    assert advice.usd_month == pytest.approx(4 * 730 * (0.408 - 0.48))
    assert "40\N{NO-BREAK SPACE}% more work" in advice.evidence[0].text
    # c5 has no arm64 type in this catalog, and a cluster has one architecture
    mixed = cluster(group(Role.CORE, "m5.2xlarge", 4), group(Role.TASK, "c5.2xlarge", 2))
    assert rule("graviton", facts(mixed)) == []
    assert rule("graviton", facts(cluster(group(Role.CORE, "m7g.2xlarge", 2)))) == []


def test_a_spot_type_that_is_taken_back_often_is_replaced() -> None:
    often = {
        "m5.4xlarge": interruption(0.15, 0.2),
        "m5.2xlarge": interruption(0.0, 0.05),
        "m7i.2xlarge": interruption(0.05, 0.1),
    }
    advice = only("calmer-spot", facts(cluster(SPOT_TASK), interruptions=often))
    # 6 × 56 GiB of YARN memory need 14 × 24 GiB
    assert advice.title == "Replace the Spot nodes by 14 × m5.2xlarge"
    assert advice.apply is not None
    assert advice.apply.changes[0] == AddTaskGroup(
        "j-1", GroupSpec(Role.TASK, "m5.2xlarge", 14, Market.SPOT)
    )
    calm = {**often, "m5.4xlarge": interruption(0.05, 0.1)}
    assert rule("calmer-spot", facts(cluster(SPOT_TASK), interruptions=calm)) == []
    assert rule("calmer-spot", facts(cluster(SPOT_TASK))) == []  # nobody knows


def test_gp2_volumes_become_gp3() -> None:
    old = cluster(group(Role.CORE, "m5.2xlarge", 4), release="emr-6.9.0")
    advice = only("gp3", facts(old))
    assert advice.usd_month == pytest.approx(-0.02 * 4 * 4 * 32)  # four volumes of 32 GiB each
    assert advice.apply is not None
    assert advice.apply.volume_type == "gp3"
    assert rule("gp3", facts(cluster(group(Role.CORE, "m5.2xlarge", 4)))) == []  # 7.5 has gp3
    asked = group(Role.CORE, "m5.2xlarge", 4, ebs_volumes=(EbsVolume("gp2", 500),))
    assert only("gp3", facts(cluster(asked))).usd_month == pytest.approx(-0.02 * 2000)


def test_a_fleet_is_advised_by_what_it_bought() -> None:
    bought = (
        group(Role.CORE, "m5.2xlarge", 2, Market.SPOT, group_id="if-core"),
        group(Role.TASK, "m5.2xlarge", 3, group_id="if-task"),
    )
    fleets = tuple(
        InstanceFleet(
            id_, id_, role, 3, 0, 3, 0, GroupState.RUNNING, types=(FleetType("m5.2xlarge"),)
        )
        for id_, role in (("if-core", Role.CORE), ("if-task", Role.TASK))
    )
    base = cluster()
    snapshot = replace(base, groups=None, fleets=fleets, instances=nodes_of(bought))
    known = facts(snapshot)
    spot = only("spot-task", known)
    assert "the 3 on-demand task nodes" in spot.title
    assert spot.apply is not None
    assert (spot.apply.kind, spot.apply.group_id) == (ActionKind.RESIZE, "if-task")
    assert spot.apply.changes == ()  # targets are units: the fleet's sheet works them out
    core = only("spot-core-master", known)
    assert core.apply is not None
    assert (core.apply.kind, core.apply.group_id) == (ActionKind.RESIZE, "if-core")
