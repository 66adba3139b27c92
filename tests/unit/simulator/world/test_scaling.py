"""Managed scaling and automatic scaling act on what YARN has to do."""

from __future__ import annotations

from typing import Any

from hue_desktop.simulator.world.clusters import Cluster
from tests.unit.simulator.world.worlds import TestedWorld, group, step


def limits(low: int, high: int, **more: int) -> dict[str, Any]:
    compute = {
        "UnitType": "Instances",
        "MinimumCapacityUnits": low,
        "MaximumCapacityUnits": high,
        **more,
    }
    return {"ComputeLimits": compute}


def targets(cluster: Cluster) -> list[int]:
    return [item.target for item in cluster.groups.values()]


def scaled(tested: TestedWorld, policy: dict[str, Any]) -> Cluster:
    cluster = tested.ready(
        group("MASTER"),
        group("CORE", 2),
        group("TASK", 0),
        group("TASK", 0, Market="SPOT"),
        ManagedScalingPolicy=policy,
    )
    work = [step("much", "--simulate-duration", "5400")]
    tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=work)
    next(iter(cluster.steps.values())).containers = 40
    return cluster


def test_demand_grows_the_cluster_core_first_then_on_demand_then_spot() -> None:
    tested = TestedWorld()
    policy = limits(2, 10, MaximumCoreCapacityUnits=4, MaximumOnDemandCapacityUnits=6)
    cluster = scaled(tested, policy)
    tested.jump(minutes=25)
    assert targets(cluster) == [1, 4, 2, 4]
    assert tested.world.load_of(cluster).mr_total_nodes == 10


def test_task_only_scaling_leaves_core_alone() -> None:
    tested = TestedWorld()
    cluster = scaled(tested, limits(2, 8, MaximumCoreCapacityUnits=2))
    tested.jump(minutes=25)
    assert targets(cluster) == [1, 2, 6, 0]


def test_quiet_cluster_shrinks_to_its_minimum_task_first() -> None:
    tested = TestedWorld()
    policy = limits(2, 10, MaximumCoreCapacityUnits=4, MaximumOnDemandCapacityUnits=6)
    cluster = scaled(tested, policy)
    tested.jump(hours=4)
    assert cluster.state == "WAITING"
    assert targets(cluster) == [1, 2, 0, 0]
    assert tested.world.due("managed-scaling", cluster.id) is None


def test_removed_policy_scales_no_more() -> None:
    tested = TestedWorld()
    cluster = scaled(tested, limits(2, 10))
    tested.call("RemoveManagedScalingPolicy", ClusterId=cluster.id)
    tested.jump(hours=1)
    assert targets(cluster) == [1, 2, 0, 0]
    assert tested.call("GetManagedScalingPolicy", ClusterId=cluster.id) == {}


def rule(name: str, metric: str, comparison: str, threshold: float, by: int) -> dict[str, Any]:
    return {
        "Name": name,
        "Action": {
            "SimpleScalingPolicyConfiguration": {
                "AdjustmentType": "CHANGE_IN_CAPACITY",
                "ScalingAdjustment": by,
                "CoolDown": 300,
            }
        },
        "Trigger": {
            "CloudWatchAlarmDefinition": {
                "ComparisonOperator": comparison,
                "EvaluationPeriods": 1,
                "MetricName": metric,
                "Period": 300,
                "Threshold": threshold,
                "Dimensions": [{"Key": "JobFlowId", "Value": "${emr.clusterId}"}],
            }
        },
    }


def test_rules_scale_a_group_within_its_constraints() -> None:
    tested = TestedWorld()
    cluster = tested.ready(group("MASTER"), group("CORE", 2), group("TASK", 1))
    task = list(cluster.groups.values())[2]
    policy = {
        "Constraints": {"MinCapacity": 1, "MaxCapacity": 5},
        "Rules": [
            rule("out", "YARNMemoryAvailablePercentage", "LESS_THAN", 15.0, 3),
            rule("in", "YARNMemoryAvailablePercentage", "GREATER_THAN", 75.0, -1),
        ],
    }
    tested.call(
        "PutAutoScalingPolicy",
        ClusterId=cluster.id,
        InstanceGroupId=task.id,
        AutoScalingPolicy=policy,
    )
    told = []
    for _ in range(4):
        listed = tested.call("ListInstanceGroups", ClusterId=cluster.id)["InstanceGroups"][2]
        told.append(listed["AutoScalingPolicy"]["Status"]["State"])
        tested.jump(seconds=6)
    assert told == ["PENDING", "ATTACHING", "ATTACHING", "ATTACHED"]
    dimensions = task.auto_scaling and task.auto_scaling["Rules"][0]["Trigger"]
    assert dimensions["CloudWatchAlarmDefinition"]["Dimensions"][0]["Value"] == cluster.id
    work = [step("much", "--simulate-duration", "3600")]
    tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=work)
    next(iter(cluster.steps.values())).containers = 60
    tested.jump(minutes=30)
    assert task.target == 5
    tested.jump(hours=3)
    assert task.target == 1
    tested.call("RemoveAutoScalingPolicy", ClusterId=cluster.id, InstanceGroupId=task.id)
    tested.jump(minutes=1)
    assert (
        "AutoScalingPolicy"
        not in tested.call("ListInstanceGroups", ClusterId=cluster.id)["InstanceGroups"][2]
    )
