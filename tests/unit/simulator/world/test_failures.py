"""Nodes that go wrong, and what EMR does about them."""

from __future__ import annotations

import pytest

from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.instances import Instance
from tests.unit.simulator.world.worlds import TestedWorld, group, groups


def nodes(cluster: Cluster, role: str) -> list[Instance]:
    return [item for item in cluster.instances.values() if item.role == role]


def running(tested: TestedWorld, cluster: Cluster, role: str) -> int:
    return sum(item.runs_at(tested.world.at) for item in nodes(cluster, role))


def test_spot_interruption_gives_two_minutes_and_is_replaced() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=4, Market="SPOT"))
    victim = nodes(cluster, "TASK")[1]
    tested.world.interrupt_spot(victim.ec2_id)
    assert victim.notice == tested.world.at
    tested.jump(seconds=119)
    assert victim.state == "RUNNING"
    tested.jump(seconds=2)
    assert victim.state == "TERMINATED"
    assert "Spot" in victim.end_message
    tested.jump(minutes=8)
    assert running(tested, cluster, "TASK") == 4
    assert len(nodes(cluster, "TASK")) == 5
    assert not any(item.resizing for item in cluster.groups.values())


def test_only_running_spot_instances_are_interrupted() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=1, Market="SPOT"))
    core, task = nodes(cluster, "CORE")[0], nodes(cluster, "TASK")[0]
    with pytest.raises(ValueError, match="not a Spot instance"):
        tested.world.interrupt_spot(core.id)
    tested.world.interrupt_spot(task.id)
    tested.jump(minutes=3)
    with pytest.raises(ValueError, match="does not run"):
        tested.world.interrupt_spot(task.id)
    with pytest.raises(KeyError):
        tested.world.interrupt_spot("i-0123")


def test_instance_terminated_in_ec2_is_replaced() -> None:
    tested = TestedWorld()
    cluster = tested.ready()
    victim = nodes(cluster, "CORE")[0]
    tested.world.terminate_ec2(
        victim.ec2_id, "Client.UserInitiatedShutdown", "User initiated shutdown"
    )
    assert victim.state == "TERMINATED"
    assert (victim.end_code, "User initiated" in victim.end_message) == ("INSTANCE_FAILURE", True)
    tested.jump(minutes=9)
    assert running(tested, cluster, "CORE") == 3


def test_losing_the_primary_node_ends_the_cluster_with_errors() -> None:
    tested = TestedWorld()
    cluster = tested.ready()
    tested.world.terminate_ec2(nodes(cluster, "MASTER")[0].ec2_id, "", "")
    tested.jump(minutes=5)
    assert (cluster.state, cluster.reason_code) == ("TERMINATED_WITH_ERRORS", "INSTANCE_FAILURE")


def test_one_of_three_primary_nodes_is_replaced() -> None:
    tested = TestedWorld()
    cluster = tested.ready(group("MASTER", 3), group("CORE", 3))
    assert cluster.protected
    tested.world.terminate_ec2(nodes(cluster, "MASTER")[0].ec2_id, "", "")
    tested.jump(minutes=9)
    assert cluster.state == "WAITING"
    assert running(tested, cluster, "MASTER") == 3


def test_losing_all_core_nodes_ends_the_cluster() -> None:
    tested = TestedWorld()
    cluster = tested.ready()
    for node in nodes(cluster, "CORE"):
        tested.world.terminate_ec2(node.ec2_id, "", "")
    tested.jump(minutes=5)
    assert cluster.state == "TERMINATED_WITH_ERRORS"
    assert "NO_SLAVE_LEFT" in cluster.reason_message


@pytest.mark.parametrize(("replacement", "lives"), [(True, False), (False, True)])
def test_unhealthy_core_node_is_replaced_after_45_minutes_if_allowed(
    replacement: bool, lives: bool
) -> None:
    tested = TestedWorld()
    cluster = tested.ready()
    tested.call(
        "SetUnhealthyNodeReplacement",
        JobFlowIds=[cluster.id],
        UnhealthyNodeReplacement=replacement,
    )
    sick = nodes(cluster, "CORE")[0]
    tested.world.fail_node(sick.id)
    tested.jump(minutes=44)
    assert sick.state == "RUNNING"
    assert tested.world.load_of(cluster).mr_unhealthy_nodes == 1
    tested.jump(minutes=14)
    assert sick.alive == lives
    assert running(tested, cluster, "CORE") == 3
    assert tested.world.load_of(cluster).mr_unhealthy_nodes == int(lives)


def test_unhealthy_task_node_is_always_replaced() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=2))
    cluster.replace_unhealthy = False
    sick = nodes(cluster, "TASK")[0]
    tested.world.fail_node(sick.id)
    tested.jump(hours=1)
    assert sick.ended != NEVER


def test_interruptions_come_by_themselves_and_capacity_returns() -> None:
    tested = TestedWorld(seed=3)
    cluster = tested.ready(*groups(task=60, Market="SPOT", instance_type="r5.4xlarge"))
    tested.jump(days=28)
    reclaimed = [item for item in nodes(cluster, "TASK") if item.notice != NEVER]
    assert reclaimed
    assert all(item.ended - item.notice == pytest.approx(120.0) for item in reclaimed)
    assert running(tested, cluster, "TASK") >= 50


def test_an_outbid_spot_group_waits() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=2, Market="SPOT", BidPrice="0.0001"))
    assert cluster.state == "WAITING"
    assert {item.state for item in nodes(cluster, "TASK")} == {"AWAITING_FULFILLMENT"}
    tested.jump(hours=5)
    assert running(tested, cluster, "TASK") == 0
