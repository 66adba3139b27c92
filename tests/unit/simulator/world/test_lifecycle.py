"""The course of clusters from STARTING to their end."""

from __future__ import annotations

import pytest

from hue_desktop.simulator.world.clusters import Cluster
from tests.unit.simulator.world.worlds import TestedWorld, group, groups, step


def states_over(tested: TestedWorld, cluster: Cluster, seconds: int, every: int = 5) -> list[str]:
    """The states a cluster goes through, each once."""
    seen = [cluster.state]
    for _ in range(0, seconds, every):
        tested.jump(seconds=every)
        if cluster.state != seen[-1]:
            seen.append(cluster.state)
    return seen


def test_long_running_cluster_starts_and_waits() -> None:
    tested = TestedWorld()
    cluster = tested.create()
    assert states_over(tested, cluster, 720) == ["STARTING", "BOOTSTRAPPING", "WAITING"]
    assert 170 <= cluster.ready - cluster.created <= 420
    assert {item.state for item in cluster.instances.values()} == {"RUNNING"}
    assert len(cluster.instances) == 4


def test_instances_pass_through_their_states_before_the_cluster_is_ready() -> None:
    tested = TestedWorld()
    cluster = tested.create()
    node = next(iter(cluster.instances.values()))
    seen = [node.state]
    while node.state != "RUNNING":
        tested.jump(seconds=2)
        if node.state != seen[-1]:
            seen.append(node.state)
    assert seen == ["AWAITING_FULFILLMENT", "PROVISIONING", "BOOTSTRAPPING", "RUNNING"]


def test_transient_cluster_ends_after_its_last_step() -> None:
    tested = TestedWorld()
    cluster = tested.create(keep=False, Steps=[step("a"), step("b")])
    states = states_over(tested, cluster, 3600)
    assert states == ["STARTING", "BOOTSTRAPPING", "RUNNING", "TERMINATING", "TERMINATED"]
    assert cluster.reason_code == "ALL_STEPS_COMPLETED"
    first, second = cluster.steps.values()
    assert (first.state, second.state) == ("COMPLETED", "COMPLETED")
    assert second.started >= first.ended


def test_transient_cluster_without_steps_ends_once_it_is_ready() -> None:
    tested = TestedWorld()
    cluster = tested.create(keep=False)
    tested.jump(hours=1)
    assert (cluster.state, cluster.reason_code) == ("TERMINATED", "ALL_STEPS_COMPLETED")


def test_bootstrap_script_named_fail_ends_the_cluster_with_errors() -> None:
    tested = TestedWorld()
    actions = [
        {"Name": "good", "ScriptBootstrapAction": {"Path": "s3://b/ok.sh"}},
        {"Name": "bad", "ScriptBootstrapAction": {"Path": "s3://b/fail.sh"}},
    ]
    cluster = tested.create(BootstrapActions=actions)
    tested.jump(hours=1)
    assert (cluster.state, cluster.reason_code) == ("TERMINATED_WITH_ERRORS", "BOOTSTRAP_FAILURE")
    assert "bootstrap action 2 returned a non-zero return code" in cluster.reason_message
    assert cluster.error_details[0]["ErrorData"][0]["bootstrap-action"] == "bad"


def test_idle_cluster_ends_by_its_auto_termination_policy() -> None:
    tested = TestedWorld()
    cluster = tested.ready(AutoTerminationPolicy={"IdleTimeout": 1800})
    tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=[step("x", *long_step(3600))])
    tested.jump(minutes=89)
    assert cluster.state == "WAITING"
    tested.jump(minutes=3)
    assert cluster.state in ("TERMINATING", "TERMINATED")
    assert "idle" in cluster.reason_message


def test_data_on_hdfs_keeps_an_idle_cluster_alive() -> None:
    tested = TestedWorld()
    cluster = tested.create(AutoTerminationPolicy={"IdleTimeout": 600})
    cluster.hdfs_fill = 0.3
    tested.jump(hours=5)
    assert cluster.state == "WAITING"


def test_a_cluster_with_presto_is_never_idle() -> None:
    tested = TestedWorld()
    applications = [{"Name": name} for name in ("Hadoop", "Presto")]
    cluster = tested.create(AutoTerminationPolicy={"IdleTimeout": 600}, Applications=applications)
    tested.jump(hours=5)
    assert cluster.state == "WAITING"


def test_terminated_cluster_is_forgotten_after_two_months() -> None:
    tested = TestedWorld()
    cluster = tested.ready()
    tested.call("TerminateJobFlows", JobFlowIds=[cluster.id])
    tested.jump(days=59)
    assert tested.call("DescribeCluster", ClusterId=cluster.id)
    tested.jump(days=4)
    assert tested.call("ListClusters") == {"Clusters": []}
    assert not list(tested.world.timeline)
    assert not tested.world.instances_by_ec2_id


def test_waiting_spot_core_group_keeps_the_cluster_starting() -> None:
    tested = TestedWorld()
    wanted = group("CORE", 2000, "r5.8xlarge", Market="SPOT")
    cluster = tested.create(group("MASTER"), wanted)
    waiting = [item for item in cluster.instances.values() if item.state == "AWAITING_FULFILLMENT"]
    assert waiting
    tested.jump(minutes=3)
    if any(item.state == "AWAITING_FULFILLMENT" for item in cluster.instances.values()):
        assert cluster.state == "STARTING"


def test_waiting_spot_task_group_does_not_hold_the_cluster_up() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=1999, instance_type="r5.8xlarge", Market="SPOT"))
    assert cluster.state == "WAITING"


@pytest.mark.parametrize("minutes", [0, 2, 4, 12])
def test_termination_works_in_every_state(minutes: int) -> None:
    tested = TestedWorld()
    cluster = tested.create(*groups(task=2))
    tested.jump(minutes=minutes)
    tested.call("TerminateJobFlows", JobFlowIds=[cluster.id])
    assert cluster.state == "TERMINATING"
    tested.jump(minutes=4)
    assert cluster.state == "TERMINATED"
    assert {item.state for item in cluster.instances.values()} == {"TERMINATED"}


def long_step(seconds: int) -> tuple[str, str]:
    return ("--simulate-duration", str(seconds))
