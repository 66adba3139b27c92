"""Whatever is asked in whatever order, the world keeps its promises."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.documents import NEVER
from tests.unit.simulator.examples import examples
from tests.unit.simulator.world.worlds import TestedWorld, group, groups, step

_ORDER = {"STARTING": 0, "BOOTSTRAPPING": 1, "RUNNING": 2, "WAITING": 2, "TERMINATING": 3}
_INSTANCE_ORDER = ("AWAITING_FULFILLMENT", "PROVISIONING", "BOOTSTRAPPING", "RUNNING", "TERMINATED")
_FINAL_STEPS = {"COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED"}

Json = dict[str, Any]
count = st.integers(0, 9)
actions = st.one_of(
    st.tuples(st.just("jump"), st.sampled_from([5, 70, 400, 1800, 9000])),
    st.tuples(st.just("resize"), st.integers(0, 3), count),
    st.tuples(st.just("kill"), st.integers(0, 30)),
    st.tuples(st.just("interrupt"), st.integers(0, 30)),
    st.tuples(st.just("sicken"), st.integers(0, 30)),
    st.tuples(st.just("terminate now"), st.integers(0, 30)),
    st.tuples(st.just("step"), st.sampled_from(["CONTINUE", "CANCEL_AND_WAIT"]), st.booleans()),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
    st.tuples(st.just("concurrency"), st.integers(1, 4)),
    st.tuples(st.just("add group"), count),
    st.tuples(st.just("scale"), st.integers(1, 4), st.integers(0, 8)),
    st.tuples(st.just("protect"), st.booleans()),
    st.tuples(st.just("end")),
)


def act(tested: TestedWorld, cluster: Cluster, action: tuple[Any, ...]) -> None:
    """Do one thing; EMR may refuse it."""
    name, *values = action
    world = tested.world
    nodes = list(cluster.instances.values())
    picked = values[0] if values and isinstance(values[0], int) else 0
    node = nodes[picked % len(nodes)]
    if name == "jump":
        tested.jump(seconds=values[0])
    elif name == "resize":
        chosen = list(cluster.groups)[values[0] % len(cluster.groups)]
        modify(tested, cluster, {"InstanceGroupId": chosen, "InstanceCount": values[1]})
    elif name == "kill":
        world.terminate_ec2(node.ec2_id, "Client.UserInitiatedShutdown", "")
    elif name == "interrupt":
        world.interrupt_spot(node.ec2_id)
    elif name == "sicken":
        world.fail_node(node.id)
    elif name == "terminate now":
        change = {"InstanceGroupId": node.group_id, "EC2InstanceIdsToTerminate": [node.ec2_id]}
        modify(tested, cluster, change)
    elif name == "step":
        arguments = ["--simulate-failure"] if values[1] else []
        work = [step("w", *arguments, action=values[0])]
        tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=work)
    elif name == "cancel" and cluster.steps:
        chosen = list(cluster.steps)[values[0] % len(cluster.steps)]
        tested.call("CancelSteps", ClusterId=cluster.id, StepIds=[chosen])
    elif name == "concurrency":
        tested.call("ModifyCluster", ClusterId=cluster.id, StepConcurrencyLevel=values[0])
    elif name == "add group":
        added = [group("TASK", values[0], Market="SPOT")]
        tested.call("AddInstanceGroups", JobFlowId=cluster.id, InstanceGroups=added)
    elif name == "scale":
        limits = {
            "UnitType": "Instances",
            "MinimumCapacityUnits": values[0],
            "MaximumCapacityUnits": values[0] + values[1],
        }
        policy = {"ComputeLimits": limits}
        tested.call("PutManagedScalingPolicy", ClusterId=cluster.id, ManagedScalingPolicy=policy)
    elif name == "protect":
        tested.call(
            "SetTerminationProtection", JobFlowIds=[cluster.id], TerminationProtected=values[0]
        )
    elif name == "end":
        tested.call("TerminateJobFlows", JobFlowIds=[cluster.id])


def modify(tested: TestedWorld, cluster: Cluster, change: Json) -> None:
    tested.call("ModifyInstanceGroups", ClusterId=cluster.id, InstanceGroups=[change])


class Watcher:
    """Looks at a cluster again and again, and compares with what it saw before."""

    def __init__(self, tested: TestedWorld, cluster: Cluster) -> None:
        self.tested, self.cluster = tested, cluster
        self.state = cluster.state
        self.instances: dict[str, str] = {}
        self.steps: dict[str, str] = {}

    def look(self) -> None:
        """Check every promise."""
        call, cluster_id = self.tested.call, self.cluster.id
        told = call("DescribeCluster", ClusterId=cluster_id)["Cluster"]
        self._check_state(told["Status"]["State"])
        instances = call("ListInstances", ClusterId=cluster_id)["Instances"]
        self._check_instances({item["Id"]: item["Status"]["State"] for item in instances})
        self._check_groups(call("ListInstanceGroups", ClusterId=cluster_id), instances)
        self._check_steps(call("ListSteps", ClusterId=cluster_id)["Steps"])
        call("ListClusters")
        load = self.tested.world.load_of(self.cluster)
        assert 0 <= load.memory_allocated_mb <= load.memory_total_mb
        assert 0.0 <= load.hdfs_utilization_pct <= 100.0

    def _check_state(self, state: str) -> None:
        assert _ORDER.get(state, 4) >= _ORDER.get(self.state, 4), (self.state, state)
        self.state = state

    def _check_instances(self, states: dict[str, str]) -> None:
        assert set(self.instances) <= set(states)
        for key, state in states.items():
            before = self.instances.get(key, "AWAITING_FULFILLMENT")
            assert _INSTANCE_ORDER.index(before) <= _INSTANCE_ORDER.index(state)
        if self.state.startswith("TERMINATED"):
            assert set(states.values()) == {"TERMINATED"}
        self.instances = states

    def _check_groups(self, told: Json, instances: list[Json]) -> None:
        for item in told["InstanceGroups"]:
            running = [
                node
                for node in instances
                if node["InstanceGroupId"] == item["Id"] and node["Status"]["State"] == "RUNNING"
            ]
            assert item["RunningInstanceCount"] == len(running)
            if item["Status"]["State"] == "RUNNING":
                alive = sum(node.ended == NEVER for node in self._members(item["Id"]))
                assert len(running) == alive
                pending = self.tested.world.due("refill", item["Id"])
                lost = any(
                    self.tested.world.due("lost", node.id) for node in self._members(item["Id"])
                )
                if pending is None and not lost:
                    assert item["RequestedInstanceCount"] == alive

    def _members(self, group_id: str) -> list[Any]:
        return self.cluster.groups[group_id].members

    def _check_steps(self, told: list[Json]) -> None:
        states = {item["Id"]: item["Status"]["State"] for item in told}
        for key, before in self.steps.items():
            if before in _FINAL_STEPS:
                assert states[key] == before
        running = sum(state in ("RUNNING", "CANCEL_PENDING") for state in states.values())
        assert running == len(self.cluster.running_steps())
        if self.state in ("TERMINATING", "TERMINATED", "TERMINATED_WITH_ERRORS"):
            assert set(states.values()) <= _FINAL_STEPS
        if self.state == "WAITING":
            assert running == 0
        self.steps = states


fleet_actions = st.one_of(
    st.tuples(st.just("jump"), st.sampled_from([5, 70, 400, 1800, 9000])),
    st.tuples(st.just("resize"), st.integers(0, 40), st.integers(0, 40)),
    st.tuples(st.just("interrupt"), st.integers(0, 30)),
    st.tuples(st.just("kill"), st.integers(0, 30)),
    st.tuples(st.just("step"), st.booleans()),
    st.tuples(st.just("scale"), st.integers(1, 12), st.integers(0, 30)),
    st.tuples(st.just("end")),
)

a_story = given(st.lists(actions, min_size=4, max_size=18), st.integers(0, 1000), st.booleans())
a_fleet_story = given(st.lists(fleet_actions, min_size=3, max_size=14), st.integers(0, 1000))


def tries(count: int) -> settings:
    return settings(
        max_examples=examples(count),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


@tries(50)
@a_story
def test_promises_hold(todo: list[tuple[Any, ...]], seed: int, started: bool) -> None:
    keep_promises(todo, seed, started)


@pytest.mark.slow
@pytest.mark.timeout(400)
@tries(1000)
@a_story
def test_promises_hold_in_many_stories(
    todo: list[tuple[Any, ...]], seed: int, started: bool
) -> None:
    keep_promises(todo, seed, started)


def keep_promises(todo: list[tuple[Any, ...]], seed: int, started: bool) -> None:
    tested = TestedWorld(seed=seed)
    cluster = tested.create(*groups(core=4, task=3, Market="SPOT"))
    if started:
        tested.jump(minutes=12)
    watcher = Watcher(tested, cluster)
    for action in todo:
        with suppress(ApiError, ValueError):  # refused: the next look shows if anything changed
            act(tested, cluster, action)
        watcher.look()
    again = tested.copy()
    assert again.documents() == tested.documents()
    tested.jump(hours=3)
    again.world.advance()
    assert again.documents() == tested.documents()
    watcher.look()


def act_on_fleets(tested: TestedWorld, cluster: Cluster, action: tuple[Any, ...]) -> None:
    name, *values = action
    nodes = list(cluster.instances.values())
    node = nodes[values[0] % len(nodes)] if values else nodes[0]
    if name == "jump":
        tested.jump(seconds=values[0])
    elif name == "resize":
        task = next(item for item in cluster.fleets.values() if item.role == "TASK")
        change = {
            "InstanceFleetId": task.id,
            "TargetOnDemandCapacity": values[0],
            "TargetSpotCapacity": values[1],
        }
        tested.call("ModifyInstanceFleet", ClusterId=cluster.id, InstanceFleet=change)
    elif name == "interrupt":
        tested.world.interrupt_spot(node.ec2_id)
    elif name == "kill":
        tested.world.terminate_ec2(node.ec2_id, "", "")
    elif name == "step":
        tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=[step("w")])
    elif name == "scale":
        limits = {
            "UnitType": "InstanceFleetUnits",
            "MinimumCapacityUnits": values[0],
            "MaximumCapacityUnits": values[0] + values[1],
        }
        policy = {"ComputeLimits": limits}
        tested.call("PutManagedScalingPolicy", ClusterId=cluster.id, ManagedScalingPolicy=policy)
    else:
        tested.call("TerminateJobFlows", JobFlowIds=[cluster.id])


@tries(30)
@a_fleet_story
def test_fleets_reach_their_targets(todo: list[tuple[Any, ...]], seed: int) -> None:
    reach_targets(todo, seed)


@pytest.mark.slow
@pytest.mark.timeout(400)
@tries(600)
@a_fleet_story
def test_fleets_reach_their_targets_in_many_stories(todo: list[tuple[Any, ...]], seed: int) -> None:
    reach_targets(todo, seed)


def reach_targets(todo: list[tuple[Any, ...]], seed: int) -> None:
    tested = TestedWorld(seed=seed)
    weights = {"m5.xlarge": 4, "m5.2xlarge": 8, "r5.xlarge": 5}
    fleets = [
        {
            "InstanceFleetType": role,
            "TargetOnDemandCapacity": on_demand,
            "TargetSpotCapacity": spot,
            "InstanceTypeConfigs": [
                {"InstanceType": name, "WeightedCapacity": 1 if role == "MASTER" else weight}
                for name, weight in weights.items()
            ],
        }
        for role, on_demand, spot in (("MASTER", 1, 0), ("CORE", 12, 4), ("TASK", 4, 16))
    ]
    answer = tested.call(
        "RunJobFlow",
        Name="fleets",
        ReleaseLabel="emr-7.5.0",
        Instances={"KeepJobFlowAliveWhenNoSteps": True, "InstanceFleets": fleets},
    )
    cluster = tested.world.clusters[answer["JobFlowId"]]
    tested.jump(minutes=12)
    for action in todo:
        with suppress(ApiError, ValueError):
            act_on_fleets(tested, cluster, action)
        told = tested.call("ListInstanceFleets", ClusterId=cluster.id)["InstanceFleets"]
        tested.call("ListInstances", ClusterId=cluster.id)
        for item in told:
            assert item["ProvisionedOnDemandCapacity"] >= 0
    again = tested.copy()
    tested.jump(hours=3)
    again.world.advance()
    assert again.documents() == tested.documents()
    for fleet in cluster.fleets.values():
        if cluster.live and not fleet.resizing:
            at = tested.world.at
            heaviest = max(weights.values())
            for market, target in (
                ("ON_DEMAND", fleet.on_demand_target),
                ("SPOT", fleet.spot_target),
            ):
                if fleet.switched == 0 and not fleet.reason_message:
                    assert 0 <= fleet.provisioned(market, at) - target < heaviest
