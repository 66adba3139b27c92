"""Nodes by role and market, and what asks to be looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hue_desktop.core.clusters import Attention, ClusterSnapshot, ClusterState
from hue_desktop.core.instances import GroupState, InstanceState, Market, Role
from hue_desktop.core.steps import Step, StepSpec, StepState
from hue_desktop.services.cost.reckoning import cluster_cost
from hue_desktop.services.nodes import attention_of, node_groups, node_problem
from tests.unit.services.samples import BEGAN, cluster_of, group, node, prices, summary


def test_groups_by_role_and_market_with_subtotals() -> None:
    snapshot = cluster_of(2, 3)
    cost = cluster_cost(snapshot, prices())
    groups = node_groups(snapshot, cost)

    assert [each.key for each in groups] == ["MASTER:ON_DEMAND", "CORE:ON_DEMAND", "TASK:SPOT"]
    assert [len(each.nodes) for each in groups] == [1, 2, 3]
    assert sum(each.rate.total for each in groups) == pytest.approx(cost.rate.total)
    assert "HDFS" in groups[1].note
    assert node_groups(snapshot, None)[0].rate.total == 0


def test_ended_nodes_are_in_no_group() -> None:
    snapshot = cluster_of(1, 0)
    ended = node(9, Role.TASK, state=InstanceState.TERMINATED)
    assert len(node_groups(replace(snapshot, instances=(ended,)), None)) == 0


def _with_group(state: GroupState, running: int = 2, requested: int = 2) -> ClusterSnapshot:
    core = replace(
        group(Role.CORE, requested), state=state, running=running, state_reason="no capacity"
    )
    return replace(cluster_of(2, 0), groups=(core,))


FAILED_STEP = Step("s-1", StepSpec("etl", "a.jar"), StepState.FAILED, ended=BEGAN)


@pytest.mark.parametrize(
    ("snapshot", "level", "says"),
    [
        (cluster_of(2, 2), Attention.NONE, ""),
        (_with_group(GroupState.SUSPENDED), Attention.CRITICAL, "no capacity"),
        (_with_group(GroupState.RUNNING, running=1), Attention.WARN, "misses 1 node of 2"),
        (_with_group(GroupState.RESIZING, running=1, requested=5), Attention.STARTING, "to 5"),
        (replace(cluster_of(2, 0), steps=(FAILED_STEP,)), Attention.WARN, "etl"),
        (
            replace(cluster_of(2, 0), summary=summary(ClusterState.WAITING)),
            Attention.IDLE,
            "Waits",
        ),
        (
            replace(cluster_of(2, 0), summary=summary(ClusterState.STARTING)),
            Attention.STARTING,
            "3 of 3",
        ),
        (
            replace(
                cluster_of(2, 0),
                summary=replace(
                    summary(ClusterState.TERMINATED_WITH_ERRORS), reason="bootstrap failed"
                ),
            ),
            Attention.CRITICAL,
            "bootstrap failed",
        ),
        (
            replace(cluster_of(2, 0), summary=summary(ClusterState.TERMINATED)),
            Attention.NONE,
            "",
        ),
    ],
)
def test_attention_and_its_sentence(snapshot: ClusterSnapshot, level: Attention, says: str) -> None:
    found, sentence = attention_of(snapshot)
    assert found is level
    assert says in sentence
    assert bool(sentence) == (level is not Attention.NONE)


@pytest.mark.parametrize(
    ("metrics", "level", "says"),
    [
        ({"MissingBlocks": 3.0}, Attention.CRITICAL, "misses 3 blocks"),
        ({"HDFSUtilization": 93.0}, Attention.WARN, "93"),
        ({"UnderReplicatedBlocks": 1.0}, Attention.WARN, "1 HDFS block has"),
        ({"MRUnhealthyNodes": 2.0}, Attention.WARN, "2 nodes"),
        ({"MissingBlocks": 0.0, "HDFSUtilization": 40.0}, Attention.NONE, ""),
    ],
)
def test_cloudwatch_is_heard(metrics: dict[str, float], level: Attention, says: str) -> None:
    found, sentence = attention_of(cluster_of(2, 2), metrics)
    assert found is level
    assert says in sentence


def test_what_is_wrong_with_a_node() -> None:
    well = node(1, Role.CORE)
    assert node_problem(well) == ""
    lost = replace(
        well, state=InstanceState.TERMINATED, state_code="SPOT_INTERRUPTION", state_reason=""
    )
    assert "SPOT_INTERRUPTION" in node_problem(lost)
    sick = replace(well, state_reason="disk 92 % full")
    assert node_problem(sick) == "disk 92 % full"
    ended = replace(well, state=InstanceState.TERMINATED, market=Market.SPOT)
    assert node_problem(ended) == ""
