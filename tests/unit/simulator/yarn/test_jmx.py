"""MBeans of NameNode and DataNodes."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import pytest

from tests.unit.simulator.hadoop.webhdfs import WebHdfs
from tests.unit.simulator.yarn.test_resource_manager import submit
from tests.unit.simulator.yarn.yarns import YarnRegion, ask


def webhdfs(house: YarnRegion) -> WebHdfs:
    """A client of the cluster's HDFS."""
    return WebHdfs(house.region.front.servers.hadoop.webhdfs_url(house.cluster_id))


def activity(house: YarnRegion, ec2_id: str) -> dict[str, Any]:
    """A DataNode's counters."""
    query = "/jmx?qry=Hadoop:service=DataNode,name=DataNodeActivity-*"
    (bean,) = house.node(ec2_id, query, 9864).json["beans"]
    found: dict[str, Any] = bean
    return found


def test_the_namenode_says_the_same_in_each_bean(house: YarnRegion) -> None:
    webhdfs(house).put("/user/hadoop/file", b"x" * 1000)
    base = house.region.front.servers.hadoop.webhdfs_url(house.cluster_id)
    answer = ask(f"{base}/jmx")
    beans = {bean["name"].rpartition("=")[2]: bean for bean in answer.json["beans"]}
    system, state = beans["FSNamesystem"], beans["FSNamesystemState"]
    info = beans["NameNodeInfo"]
    live = json.loads(info["LiveNodes"])
    assert len(live) == system["NumLiveDataNodes"] == state["NumLiveDataNodes"] == 3
    assert system["CapacityTotal"] == info["Total"] == sum(n["capacity"] for n in live.values())
    assert system["CapacityUsed"] == info["Used"] == sum(n["usedSpace"] for n in live.values())
    assert info["Free"] == sum(n["remaining"] for n in live.values())
    assert info["NonDfsUsedSpace"] == sum(n["nonDfsUsedSpace"] for n in live.values()) > 0
    assert system["BlocksTotal"] == info["TotalBlocks"] > 0
    assert sum(n["numBlocks"] for n in live.values()) >= system["BlocksTotal"]
    for name, node in live.items():
        assert name.endswith(".ec2.internal:9866")
        assert node["capacity"] == node["used"] + node["nonDfsUsedSpace"] + node["remaining"]
        assert 0 <= node["lastContact"] <= 3
        assert node["volfails"] == 0
    assert state["FSState"] == "Operational"
    assert info["Safemode"] == ""
    assert beans["NameNodeStatus"]["State"] == "active"
    jvm = beans["JvmMetrics"]
    assert 0 < jvm["MemHeapUsedM"] <= jvm["MemHeapCommittedM"] <= jvm["MemHeapMaxM"]
    assert answer.headers["Content-Type"].startswith("application/json")


def test_safe_mode(house: YarnRegion) -> None:
    house.region.control("hdfs/safe-mode", {"cluster_id": house.cluster_id, "on": True})
    assert house.namenode("FSNamesystemState")["FSState"] == "safeMode"
    told = house.namenode("NameNodeInfo")["Safemode"]
    assert told.startswith("Safe mode is ON.")
    assert "dfsadmin -safemode leave" in told


def test_a_dead_datanode(house: YarnRegion) -> None:
    victim = house.ids("CORE")[0]
    control = {"cluster_id": house.cluster_id, "instance_id": victim}
    house.region.control("hdfs/datanode", {**control, "running": False})
    house.region.jump(minutes=5)
    silent = json.loads(house.namenode("NameNodeInfo")["LiveNodes"])
    assert max(node["lastContact"] for node in silent.values()) == 300
    assert house.namenode("FSNamesystemState")["NumStaleDataNodes"] == 1
    house.region.jump(minutes=10)
    info = house.namenode("NameNodeInfo")
    assert len(json.loads(info["LiveNodes"])) == 2
    (dead,) = json.loads(info["DeadNodes"]).values()
    assert dead["lastContact"] == 900
    assert house.namenode("FSNamesystem")["NumDeadDataNodes"] == 1


def test_full_disks_leave_no_room(house: YarnRegion) -> None:
    victim = house.ids("CORE")[1]
    house.region.control(
        "hdfs/disk", {"cluster_id": house.cluster_id, "instance_id": victim, "full": True}
    )
    host = house.region.world.private_dns(house.region.world.instances_by_ec2_id[victim])
    node = json.loads(house.namenode("NameNodeInfo")["LiveNodes"])[f"{host}:9866"]
    assert node["remaining"] == 0
    assert node["used"] + node["nonDfsUsedSpace"] == node["capacity"]


def test_counters_of_a_datanode_grow_and_begin_anew(house: YarnRegion) -> None:
    submit(house, containers=9, for_s=90000)
    ec2_id = house.ids("CORE")[0]
    seen = []
    for _ in range(30):
        house.region.jump(seconds=7)
        seen.append(activity(house, ec2_id)["BytesRead"])
    assert seen == sorted(seen)
    assert seen[-1] - seen[0] > 1e9
    control = {"cluster_id": house.cluster_id, "instance_id": ec2_id, "restart": True}
    house.region.control("hdfs/datanode", control)
    assert activity(house, ec2_id)["BytesRead"] < 1e6  # of the part of a millisecond
    house.region.jump(seconds=10)
    again = activity(house, ec2_id)
    assert 0 < again["BytesRead"] < seen[-1] - seen[0]
    assert again["BytesWritten"] > 0
    uptime = house.node(ec2_id, "/jmx?qry=Hadoop:service=DataNode,name=JvmMetrics", 9864)
    assert uptime.json["beans"][0]["LogInfo"] == 420


def test_a_datanodes_disk(house: YarnRegion) -> None:
    ec2_id = house.ids("CORE")[0]
    host = house.region.world.private_dns(house.region.world.instances_by_ec2_id[ec2_id])
    query = "/jmx?qry=Hadoop:service=DataNode,name=FSDatasetState"
    (own,) = house.node(ec2_id, query, 9864).json["beans"]
    told = json.loads(house.namenode("NameNodeInfo")["LiveNodes"])[f"{host}:9866"]
    assert (own["Capacity"], own["DfsUsed"]) == (told["capacity"], told["used"])
    assert own["Remaining"] == told["remaining"]


def test_what_clients_read_and_write_counts(house: YarnRegion) -> None:
    client = webhdfs(house)
    before = [activity(house, ec2_id) for ec2_id in house.ids("CORE")]
    client.put("/user/hadoop/counted", b"x" * 5000)
    client.get("/user/hadoop/counted")
    after = [activity(house, ec2_id) for ec2_id in house.ids("CORE")]

    def grown(name: str) -> int:
        return sum(new[name] - old[name] for old, new in zip(before, after, strict=True))

    assert grown("BytesRead") == 5000
    assert grown("BytesWritten") >= 5000


def test_a_task_node_has_no_datanode(house: YarnRegion) -> None:
    with pytest.raises(KeyError):
        house.node(house.ids("TASK")[0], "/jmx", 9864)


@pytest.mark.real
def test_members_are_those_of_a_real_namenode(house: YarnRegion) -> None:
    address = os.environ.get("HUE_REAL_WEBHDFS")
    if not address:
        pytest.skip("HUE_REAL_WEBHDFS is not set")
    servers = house.region.front.servers.hadoop
    core = house.ids("CORE")[0]
    told = {bean["name"]: bean for bean in ask(f"{address}/jmx").json["beans"]}
    ours = ask(f"{servers.webhdfs_url(house.cluster_id)}/jmx").json["beans"]
    ours += house.node(core, "/jmx", 9864).json["beans"]
    for bean in ours:
        name = re.sub(r"(DataNodeActivity|FSDatasetState)-.*", r"\1-", bean["name"])
        # a DataNode that was stopped before leaves a bean of that name with less in it
        alike = [told[known] for known in told if known.startswith(name)]
        real = max(alike, key=lambda each: len(set(each) & set(bean)))
        # Several daemons in one process share a monitor of pauses: not all tell its figures.
        more = {member for member in set(bean) - set(real) if not member.startswith("Gc")}
        assert not more, bean["name"]
        for member in set(bean) & set(real) - {"SlowPeersReport"}:
            assert type(bean[member]) is type(real[member]), (bean["name"], member)
    for get in ("Hadoop:service=NameNode,name=JvmMetrics", "Hadoop:service=NameNode,name=No::No"):
        url = servers.webhdfs_url(house.cluster_id)
        assert ask(f"{url}/jmx?get={get}").json == ask(f"{address}/jmx?get={get}").json
