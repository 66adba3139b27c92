"""What a cluster had to do, now and in the past."""

from __future__ import annotations

from tests.unit.simulator.world.worlds import TestedWorld, groups, step


def test_nothing_is_known_before_the_cluster_is_ready_and_after_its_end() -> None:
    tested = TestedWorld()
    cluster = tested.create()
    assert tested.world.load_of(cluster).memory_total_mb == 0
    tested.jump(minutes=12)
    assert tested.world.load_of(cluster).memory_total_mb > 0
    tested.call("TerminateJobFlows", JobFlowIds=[cluster.id])
    assert tested.world.load_of(cluster).memory_total_mb == 0


def test_past_instants_keep_their_answer() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=2))
    tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=[step(), step()])
    seen = {}
    for _ in range(20):
        tested.jump(minutes=2)
        seen[tested.world.at] = tested.world.load_of(cluster)
    tested.jump(seconds=1)
    tested.call("TerminateJobFlows", JobFlowIds=[cluster.id])
    tested.jump(hours=30)
    again = {at: tested.world.load_of(cluster, at) for at in seen}
    for at, load in seen.items():
        assert again[at].memory_allocated_mb == load.memory_allocated_mb
        assert again[at].mr_total_nodes == load.mr_total_nodes
        assert again[at].hdfs_used_bytes == load.hdfs_used_bytes
    assert any(not load.is_idle for load in seen.values())
    assert any(load.is_idle for load in seen.values())


def test_memory_and_containers_add_up() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=2))
    work = step("big", "--simulate-duration", "3000")
    tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=[work])
    next(iter(cluster.steps.values())).containers = 500
    tested.jump(minutes=20)
    load = tested.world.load_of(cluster)
    assert load.memory_total_mb == 5 * 12 * 1024
    assert load.containers_allocated == 15
    assert load.containers_pending > 300
    assert load.memory_available_mb == 0
    assert (load.apps_running, load.apps_pending, load.is_idle) == (1, 0, False)


def test_capacity_by_role() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(core=3, task=2, instance_type="m5.2xlarge"))
    load = tested.world.load_of(cluster)
    assert load.running["CORE"].nodes == 3
    assert load.running["TASK"].vcpu == 16
    assert load.running["TOTAL"].vcpu == 4 + 12 + 16
    assert load.requested == load.running
    task = list(cluster.groups.values())[2]
    change = {"InstanceGroupId": task.id, "InstanceCount": 5}
    tested.call("ModifyInstanceGroups", ClusterId=cluster.id, InstanceGroups=[change])
    load = tested.world.load_of(cluster)
    assert (load.requested["TASK"].nodes, load.running["TASK"].nodes) == (5, 2)
    assert load.task_nodes_pending == 3


def test_hdfs_follows_the_core_nodes() -> None:
    tested = TestedWorld()
    cluster = tested.create(*groups(core=4))
    cluster.hdfs_fill = 0.4
    tested.jump(minutes=12)
    load = tested.world.load_of(cluster)
    assert load.hdfs_capacity_bytes == 4 * 64 * 1024**3
    assert 30.0 < load.hdfs_utilization_pct < 50.0
    assert load.live_data_nodes_pct == 100.0
