"""The past, arranged for bisection, says what the plain facts say."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.world.applications import applications_of, outcome_of
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.history import node_history, step_history
from hue_desktop.simulator.world.room import room_history, slots_at, yarn_state
from hue_desktop.simulator.world.shapes import Shapes
from hue_desktop.simulator.world.steps import Step
from tests.unit.simulator.examples import examples
from tests.unit.simulator.world.test_properties import act, actions
from tests.unit.simulator.world.worlds import START, TestedWorld, groups, step


def check_nodes(cluster: Cluster, shapes: Shapes, at: float) -> None:
    """Count the nodes of an instant one by one."""
    nodes = node_history(cluster, shapes).nodes(at)
    members = cluster.instances.values()
    running = [item for item in members if item.ready <= at < item.ended]
    leaving = {
        item.id: item.draining if item.draining != NEVER and item.ended != NEVER else item.ended
        for item in members
    }
    asked = [item for item in members if item.created <= at < leaving[item.id]]
    for role in ("MASTER", "CORE", "TASK"):
        assert nodes.running[role].nodes == sum(item.role == role for item in running)
        assert nodes.requested[role].nodes == sum(item.role == role for item in asked)
    vcpus = sum(shapes.get(item.instance_type).vcpu for item in running)
    assert nodes.running["TOTAL"].vcpu == vcpus


def check_room(cluster: Cluster, shapes: Shapes, at: float) -> None:
    """Count the containers of an instant node by node."""
    room = room_history(cluster, shapes).at(at)
    offered = draining = memory = 0
    for item in cluster.instances.values():
        if item.role != "MASTER":
            shape = shapes.get(item.instance_type)
            state, slots = yarn_state(item, at), slots_at(item, shape, at)
            offered += slots if state == "RUNNING" else 0
            draining += slots if state == "DECOMMISSIONING" else 0
            memory += shape.yarn_mb if state == "RUNNING" else 0
    assert (room.containers, room.draining, room.memory_mb) == (offered, draining, memory)


def check_steps(cluster: Cluster, at: float) -> None:
    """Count the steps of an instant one by one."""
    history = step_history(cluster)
    steps = applications_of(cluster)
    assert history.running(at) == tuple(item for item in steps if item.started <= at < item.ended)
    done = [item for item in steps if not (isinstance(item, Step) and item.active)]
    ended = Counter(outcome_of(item) for item in done if item.ended <= at)
    found = history.finished(at)
    assert (found.completed, found.failed) == (ended["FINISHED"], ended["FAILED"])
    assert found.killed == ended["KILLED"]
    assert found.all == sum(ended.values())


def instants(cluster: Cluster, now: float) -> list[float]:
    """Every instant at which something changed, one just before each, and some between."""
    changes = {cluster.created, now}
    for item in cluster.instances.values():
        changes |= {item.created, item.ready, item.ended, item.draining, item.unhealthy}
    for work in cluster.steps.values():
        changes |= {work.started, work.ended}
    known = sorted(changes - {NEVER})
    return known + [at - 0.001 for at in known] + [now - 600 * k for k in range(30)]


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(actions, min_size=2, max_size=14), st.integers(0, 1000))
def test_any_instant_is_told_as_its_facts_are(todo: list[tuple[Any, ...]], seed: int) -> None:
    tested = TestedWorld(seed=seed)
    cluster = tested.create(*groups(core=4, task=3, Market="SPOT"), StepConcurrencyLevel=3)
    tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=[step(f"s{n}") for n in range(4)])
    tested.jump(minutes=12)
    for action in todo:
        with suppress(ApiError, ValueError):
            act(tested, cluster, action)
        # Between the actions too: what is kept must not outlive a change.
        check_nodes(cluster, tested.world.shapes, tested.world.at)
        check_room(cluster, tested.world.shapes, tested.world.at)
        check_steps(cluster, tested.world.at)
    for at in instants(cluster, tested.world.at):
        check_nodes(cluster, tested.world.shapes, at)
        check_room(cluster, tested.world.shapes, at)
        check_steps(cluster, at)


def test_a_step_without_an_end_runs_on() -> None:
    tested = TestedWorld(compat="moto")
    cluster = tested.create(Steps=[step("first"), step("second")])
    tested.jump(days=3)
    first = next(iter(cluster.steps.values()))
    assert first.ended == NEVER
    assert step_history(cluster).running(tested.world.at) == (first,)
    assert step_history(cluster).running(START.timestamp() - 1) == ()
