"""Nodes, their containers and what they are busy with."""

from __future__ import annotations

import http.client
from collections import Counter

import pytest

from tests.unit.simulator.yarn.test_resource_manager import submit
from tests.unit.simulator.yarn.yarns import YarnRegion, ask, yarn_region


def test_sums_over_nodes_are_the_clusters(house: YarnRegion) -> None:
    house.step("one", "spark-submit", "--simulate-duration", "1800")
    house.step("two", "s3-dist-cp", "--simulate-duration", "1800")
    house.region.jump(minutes=3)
    metrics, nodes = house.metrics(), house.nodes()
    assert metrics["containersAllocated"] == sum(node["numContainers"] for node in nodes) > 0
    assert metrics["allocatedMB"] == sum(node["usedMemoryMB"] for node in nodes)
    assert metrics["availableMB"] == sum(node["availMemoryMB"] for node in nodes)
    assert metrics["allocatedVirtualCores"] == sum(node["usedVirtualCores"] for node in nodes)
    assert metrics["totalVirtualCores"] == sum(
        node["usedVirtualCores"] + node["availableVirtualCores"] for node in nodes
    )
    apps = house.apps("?states=RUNNING")
    assert sum(app["runningContainers"] for app in apps) == metrics["containersAllocated"]
    assert {app["applicationType"] for app in apps} == {"SPARK", "MAPREDUCE"}


def test_cloudwatch_says_the_same_at_the_same_instant(house: YarnRegion) -> None:
    for number in range(4):
        house.step(f"step {number}", "spark-submit", "--simulate-duration", "3000")
    submit(house, user="ana", containers=40, for_s=3000)
    region = house.region
    region.jump(minutes=5)
    cloudwatch = region.client("cloudwatch")
    pairs = {
        "ContainerAllocated": "containersAllocated",
        "ContainerPending": "containersPending",
        "MemoryAllocatedMB": "allocatedMB",
        "MemoryAvailableMB": "availableMB",
        "MemoryTotalMB": "totalMB",
        "AppsRunning": "appsRunning",
        "AppsPending": "appsPending",
        "AppsSubmitted": "appsSubmitted",
        "MRActiveNodes": "activeNodes",
    }
    for _ in range(3):
        region.jump(seconds=300.0 - region.world.at % 300.0)
        second = int(region.world.at)
        said = house.metrics()
        assert said["containersAllocated"] == sum(node["numContainers"] for node in house.nodes())
        region.jump(seconds=1)
        for theirs, ours in pairs.items():
            (point,) = cloudwatch.get_metric_statistics(
                Namespace="AWS/ElasticMapReduce",
                MetricName=theirs,
                Dimensions=[{"Name": "JobFlowId", "Value": house.cluster_id}],
                StartTime=second,
                EndTime=second + 60,
                Period=60,
                Statistics=["Average"],
            )["Datapoints"]
            assert point["Average"] == said[ours], theirs


def test_busy_nodes_use_more_than_idle_ones(house: YarnRegion) -> None:
    idle = house.nodes()
    assert all(0 < node["cpuUtilization"] < 5 for node in idle)
    assert all(0 < node["memUtilization"] < 15 for node in idle)
    submit(house, containers=100, for_s=6000)
    house.region.jump(minutes=15)
    busy = house.nodes()
    assert all(node["numContainers"] == 3 for node in busy)
    for node in busy:
        usage = node["resourceUtilization"]
        assert 0 < usage["containersCPUUsage"] < usage["nodeCPUUsage"] <= 4
        assert node["cpuUtilization"] == pytest.approx(25 * usage["nodeCPUUsage"])
        assert node["cpuUtilization"] > 30
        assert 30 < node["memUtilization"] < 98
        assert usage["nodePhysicalMemoryMB"] == pytest.approx(163.84 * node["memUtilization"], 1)
    assert house.nodes() == busy  # the same instant, the same answer


def test_every_container_is_on_one_node(house: YarnRegion) -> None:
    submit(house, user="ana", containers=6, for_s=6000)
    submit(house, user="bob", containers=5, for_s=6000)
    house.region.jump(minutes=10)
    found: Counter[str] = Counter()
    on_node = {}
    for ec2_id in (*house.ids("CORE"), *house.ids("TASK")):
        listed = house.node(ec2_id, "/ws/v1/node/containers").json["containers"]
        containers = listed.get("container", [])
        found.update(item["id"] for item in containers)
        by_app = house.node(ec2_id, "/ws/v1/node/apps").json["apps"].get("app", [])
        named = {name for app in by_app for name in app["containerids"]}
        assert named == {item["id"] for item in containers}
        if containers:
            assert len({item["nodeId"] for item in containers}) == 1
            on_node[containers[0]["nodeId"]] = len(containers)
            one = house.node(ec2_id, f"/ws/v1/node/containers/{containers[0]['id']}").json
            assert one == {"container": containers[0]}
            assert house.node(ec2_id, f"/ws/v1/node/apps/{by_app[0]['id']}").json["app"]["user"]
    assert set(found.values()) == {1}
    assert len(found) == house.metrics()["containersAllocated"]
    assert on_node == {
        node["id"]: node["numContainers"] for node in house.nodes() if node["numContainers"]
    }
    masters = {name for name in found if name.endswith("_01_000001")}
    assert len(masters) == 2
    assert house.node(house.ids("CORE")[0], "/ws/v1/node/containers/none").status == 404


def test_a_node_whose_disks_are_full_is_unhealthy(house: YarnRegion) -> None:
    submit(house, containers=100, for_s=6000)
    house.region.jump(minutes=5)
    victim = house.ids("CORE")[0]
    house.region.control("nodes/fail", {"instance_id": victim})
    host = house.region.world.private_dns(house.region.world.instances_by_ec2_id[victim])
    (node,) = [node for node in house.nodes() if node["nodeHostName"] == host]
    assert node["state"] == "UNHEALTHY"
    assert "local-dirs usable space is below" in node["healthReport"]
    assert (node["numContainers"], node["usedMemoryMB"], node["availMemoryMB"]) == (0, 0, 0)
    assert "usedResource" not in node
    metrics = house.metrics()
    assert (metrics["unhealthyNodes"], metrics["activeNodes"]) == (1, 4)
    assert metrics["totalMB"] == 4 * 12288
    assert metrics["containersAllocated"] == 12
    info = house.node(victim, "/ws/v1/node/info").json["nodeInfo"]
    assert info["nodeHealthy"] is False
    assert info["healthReport"] == node["healthReport"]
    beans = house.node(victim, "/jmx?qry=Hadoop:service=NodeManager,name=NodeManagerMetrics")
    assert beans.json["beans"][0]["BadLocalDirs"] == 1
    unhealthy = house.rm("/nodes?states=unhealthy").json["nodes"]["node"]
    assert [item["nodeHostName"] for item in unhealthy] == [host]


def test_a_node_that_ec2_took_is_lost(house: YarnRegion) -> None:
    victim = house.ids("TASK")[0]
    world = house.region.world
    host = world.private_dns(world.instances_by_ec2_id[victim])
    url = house.region.front.servers.hadoop.node_url(victim)
    assert ask(f"{url}/ws/v1/node/info").status == 200
    house.region.client("ec2").terminate_instances(InstanceIds=[victim])
    house.region.jump(seconds=1)
    (node,) = [node for node in house.nodes() if node["nodeHostName"] == host]
    assert (node["state"], node["nodeHTTPAddress"]) == ("LOST", "")
    assert node["resourceUtilization"] == {}
    assert house.metrics()["lostNodes"] == 1
    for path in ("/ws/v1/node/info", "/jmx"):
        with pytest.raises((OSError, http.client.HTTPException)):
            ask(f"{url}{path}")
    with pytest.raises(KeyError):
        house.node(victim, "/jmx")


def test_a_node_that_leaves_gracefully(house: YarnRegion) -> None:
    submit(house, containers=100, for_s=9000)
    house.region.jump(minutes=5)
    (group,) = house.cluster.of_role("TASK")
    emr = house.region.client("emr")
    emr.modify_instance_groups(
        ClusterId=house.cluster_id,
        InstanceGroups=[{"InstanceGroupId": group.id, "InstanceCount": 1}],
    )
    seen = set()
    for _ in range(400):
        house.region.jump(seconds=10)
        metrics, nodes = house.metrics(), house.nodes()
        states = Counter(node["state"] for node in nodes)
        assert metrics["decommissioningNodes"] == states["DECOMMISSIONING"]
        assert metrics["containersAllocated"] == sum(node["numContainers"] for node in nodes)
        assert metrics["availableMB"] == sum(node["availMemoryMB"] for node in nodes)
        leaving = [node for node in nodes if node["state"] == "DECOMMISSIONING"]
        seen |= {(node["numContainers"], node["availMemoryMB"]) for node in leaving}
        if states["DECOMMISSIONED"]:
            break
    assert (1, 0) in seen  # it kept a container for a while and took no new ones
    assert house.metrics()["decommissionedNodes"] == 1
    assert house.metrics()["totalNodes"] == 5


def test_containers_of_others_stay_when_one_grows(house: YarnRegion) -> None:
    submit(house, user="ana", containers=3, for_s=90000)
    house.region.jump(minutes=10)

    def holders() -> dict[str, int]:
        listed = house.nodes()
        return {node["nodeHostName"]: node["numContainers"] for node in listed}

    before = holders()
    submit(house, user="bob", containers=1, for_s=90000)
    after = holders()
    assert all(after[host] >= count for host, count in before.items())
    assert sum(after.values()) == sum(before.values()) + 1


def test_a_primary_that_is_alone_has_the_node_manager() -> None:
    with yarn_region(core=0, task=0) as house:
        (node,) = house.nodes()
        assert node["state"] == "RUNNING"
        submit(house, containers=2, for_s=6000)
        assert house.metrics()["appsRunning"] == 1
        (primary,) = house.ids("MASTER")
        assert house.node(primary, "/ws/v1/node").json["nodeInfo"]["nodeHealthy"] is True
