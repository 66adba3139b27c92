"""Whatever happens to a cluster, its nodes add up to its figures."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.world.applications import applications_of
from hue_desktop.simulator.world.shapes import CONTAINER_MB
from hue_desktop.simulator.yarn.cluster_forms import metrics
from hue_desktop.simulator.yarn.forms import node_form
from hue_desktop.simulator.yarn.placement import place, ring_of
from hue_desktop.simulator.yarn.state import Yarn
from tests.simulated import simulated_region
from tests.unit.simulator.examples import examples
from tests.unit.simulator.world.test_properties import act, actions
from tests.unit.simulator.world.worlds import TestedWorld, groups
from tests.unit.simulator.yarn.yarns import YarnRegion


def check(yarn: Yarn) -> None:
    """Compare the nodes, one by one, with the cluster's figures."""
    moment = yarn.now()
    load = moment.load
    forms = [node_form(moment, node, "3.3.6") for node in moment.nodes]
    assert load.containers_allocated == sum(form["numContainers"] for form in forms)
    assert load.memory_allocated_mb == sum(form["usedMemoryMB"] for form in forms)
    assert load.memory_available_mb == sum(form["availMemoryMB"] for form in forms)
    assert load.vcores_total == sum(
        form["usedVirtualCores"] + form["availableVirtualCores"] for form in forms
    )
    for node in moment.nodes:
        assert node.containers <= node.shape.containers
        assert node.schedulable or not node.containers
        assert moment.usage(node).memory_mb <= node.shape.memory_gib * 1024
        assert 0 <= moment.usage(node).cpu <= node.shape.vcpu
        assert len(moment.containers_of(node)) == node.containers
    counted = metrics(moment)
    assert counted["totalNodes"] == len(forms)
    if load.memory_total_mb:
        assert load.mr_active_nodes == counted["activeNodes"]
    assert load.memory_allocated_mb == CONTAINER_MB * sum(share.got for share in moment.shares)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(actions, min_size=2, max_size=12), st.integers(0, 1000))
def test_nodes_add_up_to_the_cluster(todo: list[tuple[Any, ...]], seed: int) -> None:
    tested = TestedWorld(seed=seed)
    cluster = tested.create(*groups(core=4, task=3, Market="SPOT"), StepConcurrencyLevel=3)
    tested.jump(minutes=12)
    yarn = Yarn(tested.world, cluster)
    held: dict[str, float] = {}
    for action in todo:
        with suppress(ApiError, ValueError):
            act(tested, cluster, action)
        with suppress(ValueError):
            containers = 3 + seed % 30
            tested.world.applications.submit(cluster, "app", "ana", containers=containers)
        tested.jump(seconds=47)
        if cluster.state in ("RUNNING", "WAITING"):
            check(yarn)
            moment = yarn.now()
            for application in applications_of(cluster):
                seconds = yarn.ledger.held_by(application.id, moment.at)
                assert seconds >= 0.0
                held[application.id] = seconds


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=12),
    st.lists(st.integers(0, 5), max_size=12),
    st.lists(st.integers(0, 20), max_size=6),
)
def test_no_slot_is_taken_twice(slots: list[int], draining: list[int], wanted: list[int]) -> None:
    ring, leaving = ring_of(slots), ring_of(draining)
    free = len(ring) + len(leaving)
    shares = []
    for number, count in enumerate(wanted):
        shares.append((f"app-{number}", min(count, free)))
        free -= shares[-1][1]
    placed = place(ring, leaving, shares)
    assert [len(nodes) for nodes in placed] == [count for _, count in shares]
    for node in range(max(len(slots), len(draining))):
        room = sum(counts[node] for counts in (slots, draining) if node < len(counts))
        assert sum(nodes.count(node) for nodes in placed) <= room
    assert placed == place(ring, leaving, shares)


def test_a_thousand_nodes_are_told_quickly() -> None:
    with simulated_region("fleet-1000", paused=True) as region:
        world = region.world
        cluster = max(
            world.clusters.values(),
            key=lambda item: sum(node.runs_at(world.at) for node in item.instances.values()),
        )
        house = YarnRegion(region, cluster.id)
        assert len(house.nodes()) > 900
        took = []
        for _ in range(5):
            region.jump(seconds=5)
            began = time.process_time()  # not the time that others take on a busy machine
            body = house.rm("/nodes").body
            took.append(time.process_time() - began)
            assert len(body) > 1e6
        assert min(took) < 0.15
