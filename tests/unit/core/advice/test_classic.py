"""The classic rules, one by one, over today's types."""

from __future__ import annotations

import pytest

from hue_desktop.core.advice.values import ActionKind, Confidence, Risk, TypeChange
from hue_desktop.core.instances import InstanceType, Market, Role
from tests.unit.core.advice.makers import catalog, cluster, facts, group, only, priced, rule, steady

CORE = group(Role.CORE, "m5.2xlarge", 4)


def test_a_master_of_few_nodes_is_an_m_large_or_the_smallest_m_of_today() -> None:
    """m4.large is of a previous generation, and today's m types begin with xlarge."""
    known = facts(cluster(group(Role.MASTER, "m5.4xlarge", 1), CORE))
    advice = only("master-size", known)
    assert advice.title == "Use m7i.xlarge for the master"
    assert "m-large is enough" in advice.why
    assert "smallest m that EMR offers today" in advice.why
    assert advice.apply is not None
    assert advice.apply.kind is ActionKind.CLONE
    assert advice.apply.types == (TypeChange(Role.MASTER, "m5.4xlarge", "m7i.xlarge"),)
    # 0.768 + 0.192 with 256 GiB of gp3, against 0.2016 + 0.0504 with 64 GiB, for 730 hours
    assert advice.usd_month == pytest.approx(730 * (0.252 - 0.96) + 0.08 * (64 - 256), rel=1e-6)


def test_a_master_of_many_nodes_is_an_m_xlarge() -> None:
    many = group(Role.CORE, "m5.2xlarge", 60)
    advice = only("master-size", facts(cluster(group(Role.MASTER, "m4.large", 1), many)))
    assert "From 50 nodes on the master wants an m-xlarge" in advice.why
    assert advice.apply is not None
    assert advice.apply.types[0].after == "m7i.xlarge"
    assert advice.usd_month is not None
    assert advice.usd_month > 0


def test_a_right_master_is_left_alone() -> None:
    assert rule("master-size", facts(cluster(group(Role.MASTER, "m7i.xlarge", 1), CORE))) == []
    assert rule("master-size", facts(cluster(group(Role.MASTER, "m5.xlarge", 1), CORE))) == []


def test_a_master_with_a_full_heap_is_not_made_smaller() -> None:
    snapshot = cluster(group(Role.MASTER, "m5.4xlarge", 1), CORE)
    assert rule("master-size", facts(snapshot, steady("namenode.heap", 85.0))) == []
    roomy = only("master-size", facts(snapshot, steady("namenode.heap", 20.0)))
    assert roomy.confidence is Confidence.MEDIUM
    assert any(seen.metric == "namenode.heap" for seen in roomy.evidence)


def test_beyond_a_hundred_nodes_only_a_measured_heap_makes_a_master_smaller() -> None:
    snapshot = cluster(group(Role.MASTER, "m5.4xlarge", 1), group(Role.CORE, "m5.2xlarge", 150))
    assert rule("master-size", facts(snapshot)) == []
    assert rule("master-size", facts(snapshot, steady("namenode.heap", 20.0)))


def test_what_else_runs_on_the_master_is_said() -> None:
    snapshot = cluster(group(Role.MASTER, "m5.4xlarge", 1), CORE, applications=("Spark", "Livy"))
    advice = only("master-size", facts(snapshot))
    assert "Livy" in advice.risk
    assert advice.risk_level is Risk.MEDIUM
    assert advice.confidence is Confidence.LOW


def test_core_and_task_nodes_are_m_by_default() -> None:
    known = facts(cluster(group(Role.CORE, "r5.2xlarge", 4)))
    advice = only("default-type", known)
    assert advice.title.startswith("Use m7i.2xlarge for the 4 core nodes")
    assert advice.saves
    assert advice.confidence is Confidence.LOW  # nothing was measured


def test_memory_that_is_used_is_not_taken_away() -> None:
    snapshot = cluster(group(Role.CORE, "r5.2xlarge", 4))
    assert rule("default-type", facts(snapshot, steady("yarn.memory.share", 90.0))) == []
    told = only("default-type", facts(snapshot, steady("yarn.memory.share", 20.0)))
    assert told.confidence is Confidence.HIGH
    assert told.evidence[0].end is not None


def test_databases_keep_their_memory() -> None:
    snapshot = cluster(group(Role.CORE, "r5.2xlarge", 4), applications=("HBase",))
    assert rule("default-type", facts(snapshot)) == []


def test_a_crawler_gets_burstable_types_or_what_is_closest() -> None:
    """EMR lists no t types: flex, or the same memory with fewer processors, and it is said."""
    snapshot = cluster(group(Role.TASK, "m7i.2xlarge", 3), name="web crawler")
    advice = only("burstable", facts(snapshot))
    assert advice.title.startswith("Use r7i.xlarge")
    assert "no t type" in advice.why
    flex = only("burstable", facts(snapshot, without=("r5.xlarge", "r7i.xlarge")))
    assert flex.title.startswith("Use m7i-flex.2xlarge")
    burst = InstanceType("t3.2xlarge", 8, 32)
    offered = facts(
        snapshot, types={**catalog(), burst.name: burst}, book=priced("t3.2xlarge", 0.33)
    )
    assert only("burstable", offered).title.startswith("Use t3.2xlarge")
    assert advice.evidence[0].text == "The cluster is called “web crawler”"
    # nodes that wait by what was measured need no name
    waits = (steady("cpu.task_on_demand", 8.0), steady("yarn.containers", 12.0))
    unnamed = cluster(group(Role.TASK, "m7i.2xlarge", 3))
    measured = only("burstable", facts(unnamed, *waits))
    assert measured.confidence is Confidence.HIGH
    # and a crawler that computes does not wait
    computing = facts(snapshot, steady("cpu.task_on_demand", 60.0))
    assert rule("burstable", computing) == []


def test_an_idle_cluster_is_no_crawler() -> None:
    nothing = (steady("cpu.task_on_demand", 2.0), steady("yarn.containers", 0.0))
    assert rule("burstable", facts(cluster(group(Role.TASK, "m7i.2xlarge", 3)), *nothing)) == []


def test_more_performance_is_an_m_xlarge() -> None:
    snapshot = cluster(group(Role.TASK, "m4.large", 6))
    advice = only("more-performance", facts(snapshot, steady("cpu.task_on_demand", 85.0)))
    assert advice.title.startswith("Use 3 × m7i.xlarge for the 6 task nodes")
    assert rule("more-performance", facts(snapshot)) == []  # nobody knows that it is busy
    assert rule("more-performance", facts(snapshot, steady("cpu.task_on_demand", 30.0))) == []


def test_computation_wants_c() -> None:
    snapshot = cluster(group(Role.TASK, "m5.2xlarge", 3), name="risk simulation")
    advice = only("computation", facts(snapshot))
    assert advice.title.startswith("Use c7i.2xlarge")
    assert advice.saves
    assert "16\N{NO-BREAK SPACE}GiB less memory" in advice.risk
    assert rule("computation", facts(snapshot, steady("yarn.memory.share", 90.0))) == []
    assert rule("computation", facts(snapshot, steady("cpu.task_on_demand", 10.0))) == []
    assert rule("computation", facts(cluster(group(Role.TASK, "m5.2xlarge", 3)))) == []


def test_databases_and_caches_want_r() -> None:
    snapshot = cluster(group(Role.CORE, "m5.2xlarge", 4), applications=("HBase",))
    advice = only("databases-and-caches", facts(snapshot))
    assert advice.title.startswith("Use r7i.xlarge")  # 32 GiB with half the processors
    assert advice.evidence[0].text == "HBase is installed"
    assert advice.risk_level is Risk.MEDIUM
    busy = facts(snapshot, steady("cpu.core", 90.0))
    assert rule("databases-and-caches", busy) == []
    tagged = cluster(group(Role.CORE, "m5.2xlarge", 4), tags=(("role", "redis cache"),))
    assert only("databases-and-caches", facts(tagged)).evidence[0].text == (
        "It is tagged role = redis cache"
    )


def test_learning_wants_the_larger_network() -> None:
    snapshot = cluster(group(Role.TASK, "m5.2xlarge", 3), name="nlp training")
    advice = only("network-and-learning", facts(snapshot))
    assert advice.title.startswith("Use c6in.2xlarge")
    assert "Up to 40 Gigabit" in advice.why
    assert advice.confidence is Confidence.LOW
    assert rule("network-and-learning", facts(cluster(group(Role.TASK, "m5.2xlarge", 3)))) == []


def test_what_a_release_does_not_support_is_not_suggested() -> None:
    snapshot = cluster(group(Role.TASK, "m5.2xlarge", 3), name="risk simulation")
    known = facts(snapshot, without=("c7i.2xlarge",))
    assert only("computation", known).title.startswith("Use c5.2xlarge")


def test_without_a_price_there_are_no_dollars() -> None:
    snapshot = cluster(group(Role.TASK, "m5.2xlarge", 3), name="nlp training")
    advice = only("network-and-learning", facts(snapshot, unpriced=("m5.2xlarge",)))
    assert advice.usd_month is None
    assert (
        rule(
            "default-type",
            facts(cluster(group(Role.CORE, "r5.2xlarge", 2)), unpriced=("r5.2xlarge",)),
        )
        == []
    )


def test_spot_nodes_are_compared_by_their_spot_prices() -> None:
    snapshot = cluster(group(Role.TASK, "r5.2xlarge", 2, Market.SPOT))
    advice = only("default-type", facts(snapshot))
    # Spot and EMR fee of m5.2xlarge, which is cheapest there, against those of r5.2xlarge
    assert advice.usd_month == pytest.approx(2 * 730 * (0.12 + 0.096 - 0.16 - 0.126))
