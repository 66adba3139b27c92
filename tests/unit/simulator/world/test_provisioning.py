"""How EC2 answers requests for instances."""

from __future__ import annotations

from datetime import datetime

from hue_desktop.simulator.world.clusters import Cluster
from tests.unit.simulator.world.worlds import TestedWorld, group, groups

TYPE = "r5.4xlarge"


def launched(tested: TestedWorld, *clusters: Cluster) -> int:
    """Spot instances that EC2 has launched."""
    return sum(
        item.market == "SPOT" and item.fulfilled <= tested.world.at < item.ended
        for cluster in clusters
        for item in cluster.instances.values()
    )


def pool(tested: TestedWorld, cluster: Cluster, at: datetime | None = None) -> int:
    """What the market would give an account that holds nothing."""
    return tested.world.market.available(TYPE, cluster.az, at or tested.world.now)


def test_asking_again_and_again_does_not_get_more_than_a_pool_has() -> None:
    tested = TestedWorld()
    placement = {"Placement": {"AvailabilityZone": "us-east-1c"}}
    instances = {"KeepJobFlowAliveWhenNoSteps": True, **placement}
    first, second = (
        tested.create(Instances={**instances, "InstanceGroups": groups()}) for _ in range(2)
    )
    tested.jump(minutes=12)
    deep = pool(tested, first)
    assert 20 < deep < 2000
    for cluster in (first, second, first):
        task = [group("TASK", deep * 2 // 3, TYPE, Market="SPOT")]
        tested.call("AddInstanceGroups", JobFlowId=cluster.id, InstanceGroups=task)
    most = deep
    for _ in range(20):
        tested.jump(minutes=3)
        most = max(most, pool(tested, first))
        assert launched(tested, first, second) <= most
    assert launched(tested, first, second) >= deep
    # What one cluster gives back another one gets.
    waiting = launched(tested, second)
    tested.call("TerminateJobFlows", JobFlowIds=[first.id])
    tested.jump(minutes=30)
    assert launched(tested, second) > waiting
    assert launched(tested, first) == 0
