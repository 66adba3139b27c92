"""A world restored from its documents takes the course of the one that kept running."""

from __future__ import annotations

import json

from hue_desktop.simulator import scenarios
from hue_desktop.simulator.world.clusters import Cluster
from tests.unit.simulator.world.worlds import TestedWorld, groups, step


def busy_world() -> TestedWorld:
    """A bit of everything that moves by itself."""
    tested = TestedWorld(seed=5)
    cluster = tested.ready(
        *groups(core=4, task=6, Market="SPOT"),
        ManagedScalingPolicy={
            "ComputeLimits": {
                "UnitType": "Instances",
                "MinimumCapacityUnits": 6,
                "MaximumCapacityUnits": 14,
            }
        },
    )
    tested.world.work.recur(
        cluster,
        {
            "name": "again",
            "jar": "command-runner.jar",
            "args": [],
            "every_s": 700.0,
            "took_s": [300, 900],
            "share": [0.5, 1.5],
            "failure_rate": 0.2,
        },
    )
    tested.create(keep=False, Steps=[step("one"), step("two", "--simulate-failure")])
    tested.jump(minutes=3)
    nodes = [item for item in cluster.instances.values() if item.role == "TASK"]
    tested.world.fail_node(nodes[0].id)
    tested.world.interrupt_spot(nodes[1].ec2_id)
    return tested


def test_restored_world_takes_the_same_course() -> None:
    first = busy_world()
    second = first.copy()
    assert second.documents() == first.documents()
    for minutes in (1, 7, 50, 600, 3000):
        first.jump(minutes=minutes)
        second.world.advance()
        assert second.documents() == first.documents()


def test_looking_often_or_seldom_makes_no_difference() -> None:
    first = busy_world()
    second = first.copy()
    for _ in range(400):
        first.jump(minutes=1)
        first.call("ListClusters")
    second.world.advance()
    assert second.documents() == first.documents()


def test_changes_are_enough_to_restore_from() -> None:
    tested = TestedWorld(seed=2)
    kept: dict[tuple[str, str], str] = {}

    def save() -> None:
        for key, document in tested.world.changes().items():
            if document is None:
                kept.pop(key, None)
            else:
                kept[key] = json.dumps(document)

    cluster = tested.ready(*groups(task=3, Market="SPOT"))
    save()
    tested.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=[step(), step()])
    save()
    tested.jump(hours=2)
    save()
    tested.call("TerminateJobFlows", JobFlowIds=[cluster.id])
    tested.jump(minutes=10)
    save()
    other = TestedWorld(seed=2)
    other.world.restore((kind, key, json.loads(text)) for (kind, key), text in kept.items())
    assert {
        key: json.loads(text) for key, text in kept.items() if key != ("settings", "account")
    } == {key: json.loads(json.dumps(value)) for key, value in tested.documents().items()}
    assert other.call("ListClusters") == tested.call("ListClusters")
    assert tested.world.changes() == {}


def test_reset_forgets_everything_on_disk_too() -> None:
    tested = TestedWorld()
    cluster = tested.ready()
    written = {key for key, document in tested.world.changes().items() if document}
    tested.world.reset()
    changed = tested.world.changes()
    gone = {key for key, document in changed.items() if document is None}
    assert written - gone == {("settings", "account")}
    assert tested.call("ListClusters") == {"Clusters": []}
    assert not isinstance(tested.world.cluster(cluster.id), Cluster)


def test_demo_restores_and_goes_on_alike() -> None:
    first = TestedWorld()
    scenarios.apply("demo", first.world)
    second = first.copy()
    first.jump(hours=6)
    second.world.advance()
    assert second.documents() == first.documents()


def test_a_region_that_slept_for_weeks_is_up_at_once_and_goes_on() -> None:
    tested = busy_world()
    cluster = next(iter(tested.world.clusters.values()))
    before = cluster.steps_added
    tested.jump(days=40)
    made_up = cluster.steps_added - before
    assert 36 * 3600 / 700 * 0.7 < made_up < 36 * 3600 / 700 * 1.3
    tested.jump(hours=10)
    assert cluster.steps_added - before - made_up > 30
