"""Resizing groups and fleets."""

from __future__ import annotations

from typing import Any

import pytest

from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceGroup
from hue_desktop.simulator.world.documents import NEVER
from tests.unit.simulator.world.worlds import TestedWorld, groups, step


def described(tested: TestedWorld, cluster: Cluster, role: str) -> dict[str, Any]:
    """The group of a role as EMR tells it."""
    listed = tested.call("ListInstanceGroups", ClusterId=cluster.id)["InstanceGroups"]
    return next(item for item in listed if item["InstanceGroupType"] == role)


def of_role(cluster: Cluster, role: str) -> InstanceGroup:
    return next(item for item in cluster.groups.values() if item.role == role)


def resize(tested: TestedWorld, cluster: Cluster, role: str, count: int, **more: Any) -> None:
    change = {"InstanceGroupId": of_role(cluster, role).id, "InstanceCount": count, **more}
    tested.call("ModifyInstanceGroups", ClusterId=cluster.id, InstanceGroups=[change])


def test_growing_takes_some_minutes_and_says_resizing() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=2))
    resize(tested, cluster, "TASK", 6)
    told = described(tested, cluster, "TASK")
    assert told["Status"]["State"] == "RESIZING"
    assert (told["RequestedInstanceCount"], told["RunningInstanceCount"]) == (6, 2)
    tested.jump(minutes=2)
    assert described(tested, cluster, "TASK")["RunningInstanceCount"] < 6
    tested.jump(minutes=5)
    told = described(tested, cluster, "TASK")
    assert (told["Status"]["State"], told["RunningInstanceCount"]) == ("RUNNING", 6)


def test_shrinking_drains_task_nodes() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=6))
    resize(tested, cluster, "TASK", 2)
    assert described(tested, cluster, "TASK")["RunningInstanceCount"] == 6
    tested.jump(minutes=5)
    told = described(tested, cluster, "TASK")
    assert (told["Status"]["State"], told["RunningInstanceCount"]) == ("RUNNING", 2)
    ended = tested.call("ListInstances", ClusterId=cluster.id, InstanceStates=["TERMINATED"])
    assert len(ended["Instances"]) == 4
    assert "resize" in ended["Instances"][0]["Status"]["StateChangeReason"]["Message"]


def test_busy_task_nodes_stay_until_their_work_is_done_or_the_timeout_is_over() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=8))
    work = step("long", "--simulate-duration", "7200")
    tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=[work])
    running = next(iter(cluster.steps.values()))
    running.containers = 1000
    tested.jump(minutes=3)
    resize(tested, cluster, "TASK", 0)
    tested.jump(minutes=10)
    assert described(tested, cluster, "TASK")["RunningInstanceCount"] > 0
    tested.jump(minutes=52)
    assert described(tested, cluster, "TASK")["RunningInstanceCount"] == 0
    assert running.state == "RUNNING"


def test_a_second_resize_overrides_the_first_and_keeps_draining_nodes() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=5))
    before = {item.id for item in of_role(cluster, "TASK").members}
    resize(tested, cluster, "TASK", 1)
    resize(tested, cluster, "TASK", 5)
    tested.jump(minutes=6)
    running = of_role(cluster, "TASK").running(tested.world.at)
    assert {item.id for item in running} == before
    assert all(item.draining == NEVER for item in running)


def test_core_nodes_never_go_below_dfs_replication() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(core=5))
    assert cluster.dfs_replication == 2
    resize(tested, cluster, "CORE", 1)
    tested.jump(hours=3)
    told = described(tested, cluster, "CORE")
    assert told["RunningInstanceCount"] == 2
    assert told["RequestedInstanceCount"] == 2
    assert "dfs.replication is 2" in told["Status"]["StateChangeReason"]["Message"]


def test_core_nodes_stay_while_the_rest_cannot_hold_the_blocks() -> None:
    tested = TestedWorld()
    cluster = tested.create(*groups(core=8))
    cluster.hdfs_fill = 0.7
    tested.jump(minutes=12)
    resize(tested, cluster, "CORE", 2)
    tested.jump(hours=3)
    assert described(tested, cluster, "CORE")["RunningInstanceCount"] >= 6


def test_configured_replication_counts() -> None:
    tested = TestedWorld()
    hdfs = [{"Classification": "hdfs-site", "Properties": {"dfs.replication": "3"}}]
    cluster = tested.ready(*groups(core=4), Configurations=hdfs)
    resize(tested, cluster, "CORE", 1)
    tested.jump(hours=2)
    assert described(tested, cluster, "CORE")["RunningInstanceCount"] == 3


def test_named_instances_go_at_once_and_lower_the_target() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=4))
    task = of_role(cluster, "TASK")
    doomed = [item.ec2_id for item in task.members[:2]]
    change = {"InstanceGroupId": task.id, "EC2InstanceIdsToTerminate": doomed}
    tested.call("ModifyInstanceGroups", ClusterId=cluster.id, InstanceGroups=[change])
    told = described(tested, cluster, "TASK")
    assert (told["RequestedInstanceCount"], told["RunningInstanceCount"]) == (2, 2)
    assert not set(doomed) & {item.ec2_id for item in task.running(tested.world.at)}


def test_shrink_policy_names_who_goes_and_who_stays() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=4))
    ids = [item.ec2_id for item in of_role(cluster, "TASK").members]
    policy = {"InstanceResizePolicy": {"InstancesToTerminate": ids[:1]}}
    resize(tested, cluster, "TASK", 3, ShrinkPolicy=policy)
    protect = {"InstanceResizePolicy": {"InstancesToProtect": ids[1:3]}}
    resize(tested, cluster, "TASK", 2, ShrinkPolicy=protect)
    tested.jump(minutes=5)
    running = of_role(cluster, "TASK").running(tested.world.at)
    assert {item.ec2_id for item in running} == set(ids[1:3])


def test_reconfiguring_takes_a_while_and_merges() -> None:
    tested = TestedWorld()
    spark = {"Classification": "spark", "Properties": {"a": "1", "b": "2"}}
    cluster = tested.ready(*groups(task=1))
    task = of_role(cluster, "TASK")
    for change in ({"Configurations": [spark]}, {"ReconfigurationType": "MERGE"}):
        request = {"InstanceGroupId": task.id, **change}
        if "ReconfigurationType" in change:
            request["Configurations"] = [{"Classification": "spark", "Properties": {"b": "3"}}]
        tested.call("ModifyInstanceGroups", ClusterId=cluster.id, InstanceGroups=[request])
        assert described(tested, cluster, "TASK")["Status"]["State"] == "RECONFIGURING"
        tested.jump(minutes=3)
    told = described(tested, cluster, "TASK")
    assert told["Status"]["State"] == "RUNNING"
    assert told["LastSuccessfullyAppliedConfigurationsVersion"] == 2
    properties = told["LastSuccessfullyAppliedConfigurations"][0]["Properties"]
    assert properties == {"a": "1", "b": "3"}


def test_a_core_group_cannot_be_emptied_nor_the_primary_resized() -> None:
    tested = TestedWorld()
    cluster = tested.ready()
    with pytest.raises(ApiError, match="at least one"):
        resize(tested, cluster, "CORE", 0)
    with pytest.raises(ApiError, match="master instance group"):
        resize(tested, cluster, "MASTER", 3)


def fleet(role: str, on_demand: int, spot: int, **weights: int) -> dict[str, Any]:
    types = [
        {"InstanceType": name.replace("_", "."), "WeightedCapacity": weight}
        for name, weight in weights.items()
    ]
    return {
        "InstanceFleetType": role,
        "TargetOnDemandCapacity": on_demand,
        "TargetSpotCapacity": spot,
        "InstanceTypeConfigs": types,
    }


def fleet_cluster(tested: TestedWorld, *more: dict[str, Any]) -> Cluster:
    fleets = [fleet("MASTER", 1, 0, m5_xlarge=1), *more]
    instances = {"KeepJobFlowAliveWhenNoSteps": True, "InstanceFleets": fleets}
    answer = tested.call("RunJobFlow", Name="fleets", ReleaseLabel="emr-7.5.0", Instances=instances)
    tested.jump(minutes=12)
    return tested.world.clusters[answer["JobFlowId"]]


def test_fleet_fills_its_target_by_weight() -> None:
    tested = TestedWorld()
    core = fleet("CORE", 8, 0, r5_xlarge=4, r5_2xlarge=8)
    cluster = fleet_cluster(tested, core, fleet("TASK", 0, 12, m5_xlarge=4))
    assert cluster.dfs_replication == 1  # eight units are but two nodes
    told = tested.call("ListInstanceFleets", ClusterId=cluster.id)["InstanceFleets"]
    capacities = [
        (item["ProvisionedOnDemandCapacity"], item["ProvisionedSpotCapacity"]) for item in told
    ]
    assert capacities == [(1, 0), (8, 0), (0, 12)]
    assert {item["Status"]["State"] for item in told} == {"RUNNING"}


def test_fleet_resize_follows_targets_and_counts_units() -> None:
    tested = TestedWorld()
    cluster = fleet_cluster(
        tested, fleet("CORE", 4, 0, r5_xlarge=4), fleet("TASK", 4, 8, m5_xlarge=4)
    )
    task = next(item for item in cluster.fleets.values() if item.role == "TASK")
    for on_demand, spot in ((8, 4), (0, 0), (4, 4)):
        change = {
            "InstanceFleetId": task.id,
            "TargetOnDemandCapacity": on_demand,
            "TargetSpotCapacity": spot,
        }
        tested.call("ModifyInstanceFleet", ClusterId=cluster.id, InstanceFleet=change)
        tested.jump(minutes=8)
        at = tested.world.at
        assert task.provisioned("ON_DEMAND", at) == on_demand
        assert task.provisioned("SPOT", at) == spot
