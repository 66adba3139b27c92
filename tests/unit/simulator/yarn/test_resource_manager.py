"""The ResourceManager's web services as clients of Hadoop meet them."""

from __future__ import annotations

from tests.unit.simulator.yarn.yarns import YarnRegion


def test_an_idle_cluster(house: YarnRegion) -> None:
    metrics = house.metrics()
    assert metrics["activeNodes"] == metrics["totalNodes"] == 5
    assert metrics["totalMB"] == metrics["availableMB"] == 5 * 12288
    assert metrics["containersAllocated"] == metrics["appsRunning"] == 0
    assert house.rm("/apps").json == {"apps": {}}
    info = house.rm("/info").json["clusterInfo"]
    assert (info["state"], info["haState"]) == ("STARTED", "ACTIVE")
    assert house.rm("").json == house.rm("/").json == house.rm("/info").json


def test_sums_over_nodes_are_the_clusters(house: YarnRegion) -> None:
    house.step("one", "spark-submit", "--simulate-duration", "1800")
    house.step("two", "s3-dist-cp", "--simulate-duration", "1800")
    house.region.jump(minutes=3)
    metrics, nodes = house.metrics(), house.nodes()
    assert metrics["containersAllocated"] == sum(node["numContainers"] for node in nodes) > 0
    assert metrics["allocatedMB"] == sum(node["usedMemoryMB"] for node in nodes)
    assert metrics["availableMB"] == sum(node["availMemoryMB"] for node in nodes)
    apps = house.apps("?states=RUNNING")
    assert sum(app["runningContainers"] for app in apps) == metrics["containersAllocated"]
    assert {app["applicationType"] for app in apps} == {"SPARK", "MAPREDUCE"}
