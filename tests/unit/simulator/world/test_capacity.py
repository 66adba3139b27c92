"""Capacity that does not come, and what EMR makes of it."""

from __future__ import annotations

from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceGroup
from tests.unit.simulator.world.worlds import TestedWorld, groups


def of_role(cluster: Cluster, role: str) -> InstanceGroup:
    return next(item for item in cluster.groups.values() if item.role == role)


def told(tested: TestedWorld, cluster: Cluster, role: str) -> tuple[str, int, int]:
    """State, wanted and running of a group."""
    listed = tested.call("ListInstanceGroups", ClusterId=cluster.id)["InstanceGroups"]
    item = next(item for item in listed if item["InstanceGroupType"] == role)
    return item["Status"]["State"], item["RequestedInstanceCount"], item["RunningInstanceCount"]


def resize(tested: TestedWorld, cluster: Cluster, role: str, count: int) -> None:
    change = {"InstanceGroupId": of_role(cluster, role).id, "InstanceCount": count}
    tested.call("ModifyInstanceGroups", ClusterId=cluster.id, InstanceGroups=[change])


def test_a_group_that_gets_no_capacity_is_suspended_until_its_size_is_set_again() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(task=2))
    tested.world.provisioning.dry.add(("m5.xlarge", "ON_DEMAND"))
    resize(tested, cluster, "TASK", 5)
    tested.jump(minutes=10)
    assert told(tested, cluster, "TASK") == ("RESIZING", 5, 2)
    tested.jump(minutes=20)
    assert told(tested, cluster, "TASK") == ("SUSPENDED", 5, 2)
    assert "insufficient m5.xlarge capacity" in of_role(cluster, "TASK").reason_message
    tested.world.provisioning.dry.clear()
    tested.jump(hours=2)
    assert told(tested, cluster, "TASK") == ("SUSPENDED", 5, 2)
    resize(tested, cluster, "TASK", 5)
    tested.jump(minutes=10)
    assert told(tested, cluster, "TASK") == ("RUNNING", 5, 5)


def test_a_node_that_was_given_notice_is_decommissioned_by_yarn_then_lost() -> None:
    from hue_desktop.simulator.world.room import room_history, yarn_state

    tested = TestedWorld()
    cluster = tested.ready(*groups(task=4, Market="SPOT"))
    node = of_role(cluster, "TASK").running(tested.world.at)[0]
    before = room_history(cluster, tested.world.shapes).at(tested.world.at)
    tested.world.interrupt_spot(node.id)
    assert yarn_state(node, tested.world.at) == "DECOMMISSIONING"
    during = room_history(cluster, tested.world.shapes).at(tested.world.at)
    assert during.nodes == before.nodes - 1
    tested.jump(minutes=3)
    assert yarn_state(node, tested.world.at) == "LOST"
    tested.jump(minutes=10)
    assert told(tested, cluster, "TASK")[1:] == (4, 4)
