"""Reading YARN and HDFS from servers that answer well, badly, or not at all."""

from __future__ import annotations

import json
import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from hue_desktop.adapters.hadoop.cluster_servers import HadoopServers
from hue_desktop.adapters.hadoop.direct import DirectConnector
from hue_desktop.core.errors import Cancelled, Unreachable
from tests.unit.adapters.hadoop.scripted import (
    Scripted,
    live_nodes,
    metrics,
    namenode,
    scripted_server,
)

HOST = "127.0.0.1"
APPS = "/ws/v1/cluster/apps"


def _node(number: int, **more: Any) -> dict[str, Any]:
    told = {
        "id": f"IP-10-0-0-{number}.ec2.internal:8041",
        "nodeHostName": f"IP-10-0-0-{number}.ec2.internal",
        "state": "RUNNING",
        "healthReport": "",
        "numContainers": 2,
        "usedMemoryMB": 1024,
        "availMemoryMB": 3072,
        "usedVirtualCores": 2,
        "availableVirtualCores": 2,
        "resourceUtilization": {"nodePhysicalMemoryMB": 2048, "nodeCPUUsage": 1.0},
    }
    return {**told, **more}


def _resource_manager() -> dict[str, Any]:
    heap = {"name": "Hadoop:service=ResourceManager,name=JvmMetrics"}
    return {
        "/ws/v1/cluster/metrics": metrics(),
        "/ws/v1/cluster/nodes": {"nodes": {"node": [_node(1), _node(2)]}},
        APPS: {"apps": None},
        "name=JvmMetrics": {"beans": [{**heap, "MemHeapUsedM": 40, "MemHeapMaxM": 100}]},
    }


@pytest.fixture
def rm() -> Iterator[Scripted]:
    """A ResourceManager."""
    with scripted_server(_resource_manager()) as script:
        yield script


@pytest.fixture
def nn() -> Iterator[Scripted]:
    """A NameNode with two DataNodes."""
    with scripted_server(namenode(live_nodes(2))) as script:
        yield script


@pytest.fixture
def servers(rm: Scripted, nn: Scripted) -> Iterator[HadoopServers]:
    """Both."""
    opened = _open([rm.port], [nn.port])
    yield opened
    opened.close()


def _open(rm: list[int], nn: list[int], timeout_s: float = 5.0) -> HadoopServers:
    return HadoopServers(
        DirectConnector(), [HOST], rm_ports=rm, namenode_ports=nn, timeout_s=timeout_s
    )


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind((HOST, 0))
        return int(opened.getsockname()[1])


def test_one_round(servers: HadoopServers) -> None:
    reading = servers.read(data_nodes=False)

    values = reading.values
    assert values["yarn.memory.share"] == 25.0
    assert values["yarn.containers.pending"] == 7
    assert values["rm.heap"] == 40.0
    assert values["namenode.heap"] == pytest.approx(25.05)
    assert values["hdfs.share"] == 25.0
    assert values["hdfs.nodes.dead_share"] == 10.0
    assert values["hdfs.safe_mode"] == 0.0
    assert 0 <= values["rm.latency"] < 5
    assert not reading.missing
    assert reading.applications == ()
    yarn = next(each for each in reading.nodes if each.state)
    assert yarn.host == "ip-10-0-0-1.ec2.internal", "hosts are written small"
    assert yarn.values["node.cpu"] == 25.0, "one of four processors"
    assert yarn.values["node.memory"] == 50.0
    disk = next(each for each in reading.nodes if not each.state)
    assert disk.values["node.disk"] == 40.0, "what is beside HDFS fills the disk as well"
    assert disk.values["hdfs.share"] == 10.0


def test_connections_are_kept(servers: HadoopServers, rm: Scripted, nn: Scripted) -> None:
    for _round in range(3):
        servers.read(data_nodes=False)
    assert len(rm.asked) == 15
    assert len(set(rm.connections)) == 1
    assert len(set(nn.connections)) == 1


def test_one_server_down_leaves_the_other(rm: Scripted) -> None:
    servers = _open([rm.port], [_free_port()])
    reading = servers.read()
    servers.close()
    assert list(reading.missing) == ["HDFS’s NameNode"]
    assert reading.values["yarn.memory.share"] == 25.0
    assert not any(name.startswith("hdfs.") for name in reading.values), "nothing is invented"


def test_none_answers() -> None:
    servers = _open([_free_port()], [_free_port()])
    with pytest.raises(Unreachable):
        servers.read()
    servers.close()


def test_the_older_port_is_found(rm: Scripted, nn: Scripted) -> None:
    servers = _open([rm.port], [_free_port(), nn.port])
    assert servers.read(data_nodes=False).values["hdfs.share"] == 25.0
    servers.close()


@pytest.mark.parametrize("odd", ["NaN", math.nan, math.inf, None, "", [], {}, True, "many"])
def test_figures_that_are_none(
    servers: HadoopServers, rm: Scripted, nn: Scripted, odd: object
) -> None:
    rm.answers["/ws/v1/cluster/metrics"] = metrics(allocatedMB=odd, containersPending=odd)
    node = _node(1, usedMemoryMB=odd, resourceUtilization={"nodeCPUUsage": odd})
    rm.answers["/ws/v1/cluster/nodes"] = {"nodes": {"node": [node]}}
    nn.answers.update(namenode(live_nodes(2, usedSpace=odd), MissingBlocks=odd, CapacityUsed=odd))

    reading = servers.read(data_nodes=False)

    assert not reading.missing
    for name in ("yarn.memory.used", "yarn.memory.share", "yarn.containers.pending"):
        assert name not in reading.values, name
    for name in ("hdfs.missing", "hdfs.used", "hdfs.share"):
        assert name not in reading.values, name
    assert reading.values["yarn.memory.total"] > 0, "what is well stays"
    for each in reading.nodes:
        assert not {"node.cpu", "node.disk", "yarn.memory.used"} & set(each.values)


def test_a_figure_that_became_a_text(servers: HadoopServers, rm: Scripted, nn: Scripted) -> None:
    rm.answers["/ws/v1/cluster/metrics"] = metrics(containersPending="12")
    nn.answers.update(namenode(MissingBlocks="3", CapacityTotal="4.0E3"))
    values = servers.read(data_nodes=False).values
    assert values["yarn.containers.pending"] == 12
    assert values["hdfs.missing"] == 3
    assert values["hdfs.share"] == 25.0


def test_absent_beans(servers: HadoopServers, nn: Scripted) -> None:
    for name in ("FSNamesystemState", "NameNodeInfo", "JvmMetrics"):
        nn.answers[f"name={name}"] = {"beans": []}
    reading = servers.read()
    assert reading.values["hdfs.share"] == 25.0
    assert "namenode.heap" not in reading.values
    assert "hdfs.nodes.dead" not in reading.values
    assert "hdfs.safe_mode" not in reading.values, "nobody said that it is off"


@pytest.mark.parametrize("told", ["not json", "[]", 7, None, '{"a:1": 3}'])
def test_odd_live_nodes(servers: HadoopServers, nn: Scripted, told: object) -> None:
    bean = {"name": "Hadoop:service=NameNode,name=NameNodeInfo", "LiveNodes": told}
    nn.answers["name=NameNodeInfo"] = {"beans": [bean]}
    reading = servers.read()
    assert [each for each in reading.nodes if not each.state] == []
    assert reading.values["hdfs.share"] == 25.0


@pytest.mark.parametrize(
    "page",
    [
        "<html><body>Service is starting</body></html>",
        (503, "<html>HTTP ERROR 503</html>"),
        "This is standby RM. The redirect url is: http://other:8088/",
        b"\xff\xfe\x00",
        "[" * 20_000,
        "3",
        [],
    ],
)
def test_pages_in_place_of_figures(servers: HadoopServers, rm: Scripted, page: object) -> None:
    rm.answers["/ws/v1/cluster/metrics"] = page
    reading = servers.read(data_nodes=False)
    assert list(reading.missing) == ["YARN’s ResourceManager"]
    assert reading.values["hdfs.share"] == 25.0
    rm.answers["/ws/v1/cluster/metrics"] = metrics()
    assert not servers.read(data_nodes=False).missing, "and mends without help"


def test_safe_mode(servers: HadoopServers, nn: Scripted) -> None:
    text = "Safe mode is ON. The reported blocks 3 needs additional 7 blocks."
    bean = {"name": "Hadoop:service=NameNode,name=NameNodeInfo", "Safemode": text}
    nn.answers["name=NameNodeInfo"] = {"beans": [{**bean, "LiveNodes": "{}"}]}
    reading = servers.read()
    assert reading.safe_mode == text
    assert reading.values["hdfs.safe_mode"] == 1.0


def test_the_active_namenode_is_found(rm: Scripted, nn: Scripted) -> None:
    with scripted_server(namenode(**{"tag.HAState": "standby", "CapacityUsed": 1})) as standby:
        servers = _open([rm.port], [standby.port, nn.port])
        assert servers.read(data_nodes=False).values["hdfs.used"] == 1000
        # they change places
        standby.answers.update(namenode(CapacityUsed=77))
        nn.answers.update(namenode(**{"tag.HAState": "standby"}))
        assert servers.read(data_nodes=False).values["hdfs.used"] == 77
        servers.close()


def test_a_silent_namenode_is_looked_for_in_the_next_round(rm: Scripted, nn: Scripted) -> None:
    said = threading.Event()

    def nothing() -> object:
        said.wait(10)
        return {}

    with scripted_server(namenode(CapacityUsed=77)) as other:
        servers = _open([rm.port], [nn.port, other.port], timeout_s=0.3)
        assert servers.read(data_nodes=False).values["hdfs.used"] == 1000
        nn.answers["name=FSNamesystem"] = nothing
        assert "HDFS’s NameNode" in servers.read(data_nodes=False).missing
        assert not other.asked, "likely the tunnel is silent, and they would be as well"
        assert servers.read(data_nodes=False).values["hdfs.used"] == 77
        said.set()
        servers.close()


class _Counter:
    """A DataNode's bytes."""

    def __init__(self) -> None:
        self.read: object = 1000
        self.written: object = 500

    def bean(self) -> dict[str, Any]:
        name = "Hadoop:service=DataNode,name=DataNodeActivity-127.0.0.1-9866"
        bean = {"name": name, "BytesRead": self.read, "BytesWritten": self.written}
        return {"beans": [bean]}


def test_rates_from_counters(rm: Scripted) -> None:
    counter = _Counter()
    with (
        scripted_server({"DataNodeActivity": counter.bean}) as datanode,
        scripted_server(namenode(live_nodes(1, port=datanode.port))) as nn,
    ):
        servers = _open([rm.port], [nn.port])

        def rate() -> tuple[float | None, float | None]:
            reading = servers.read()
            [node] = [each for each in reading.nodes if not each.state]
            assert reading.values.get("hdfs.read") == node.values.get("hdfs.read")
            return node.values.get("hdfs.read"), node.values.get("hdfs.written")

        assert rate() == (None, None), "one reading of a counter is no rate"
        counter.read, counter.written = 11_000, 500
        read, written = rate()
        assert read is not None
        assert read > 1000
        assert written == 0.0
        counter.read, counter.written = 20, 3  # started again
        assert rate() == (None, None), "no rate, least of all a negative one"
        counter.read = 40
        assert (rate()[0] or 0) > 0
        counter.read = "NaN"
        assert rate() == (None, None)
        servers.close()


def test_applications_run_and_end(servers: HadoopServers, rm: Scripted) -> None:
    app = {
        "id": "application_1_0001",
        "name": "etl",
        "user": "hadoop",
        "queue": "default",
        "applicationType": "SPARK",
        "state": "RUNNING",
        "finalStatus": "UNDEFINED",
        "startedTime": 1_700_000_000_000,
        "finishedTime": 0,
        "runningContainers": 3,
        "allocatedMB": 4096,
        "memorySeconds": 100,
        "vcoreSeconds": 9,
        "progress": 50.0,
        "applicationTags": "a,b",
    }
    rm.answers[f"{APPS}?states=NEW"] = {"apps": {"app": [app, {"name": "without an id"}]}}
    [running] = servers.read(data_nodes=False).applications or ()
    assert (running.started, running.ended) == (1_700_000_000.0, None)
    assert running.memory_bytes == 4096 * 1024**2
    assert running.tags == ("a", "b")

    done = {**app, "state": "FINISHED", "finishedTime": 1_700_000_100_000, "runningContainers": -1}
    rm.answers[f"{APPS}?states=NEW"] = {"apps": None}
    rm.answers[f"{APPS}?states=FINISHED"] = {"apps": {"app": done}}  # one alone is no list
    [ended] = servers.read(data_nodes=False).applications or ()
    assert (ended.ended, ended.containers) == (1_700_000_100.0, 0)

    rm.answers[f"{APPS}?states=FINISHED"] = {"apps": {}}
    assert servers.read(data_nodes=False).applications == (ended,), "it is remembered"
    assert "finishedTimeBegin=1700000099000" in rm.asked[-1], "and not asked for again"


def test_a_silent_server_does_not_keep_the_other(rm: Scripted) -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        servers = _open([rm.port], [silent.getsockname()[1]], timeout_s=0.3)
        reading = servers.read()
        assert "HDFS’s NameNode" in reading.missing
        assert reading.values["yarn.memory.share"] == 25.0
        servers.close()


def test_close_ends_a_reading() -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        port = silent.getsockname()[1]
        servers = _open([port], [port], timeout_s=30.0)
        ended: list[BaseException] = []

        def read() -> None:
            try:
                servers.read()
            except Cancelled as error:
                ended.append(error)

        reading = threading.Thread(target=read)
        reading.start()
        met = [silent.accept()[0] for _door in range(2)]
        servers.close()
        reading.join(5)
        for each in met:
            each.close()
        assert not reading.is_alive()
        assert ended


def test_a_thousand_nodes_cost_little() -> None:
    nodes = {"nodes": {"node": [_node(n) for n in range(1000)]}}
    answers = {**_resource_manager(), "/ws/v1/cluster/nodes": json.dumps(nodes)}
    with (
        scripted_server(answers) as rm,
        scripted_server(namenode(live_nodes(1000))) as nn,
    ):
        servers = _open([rm.port], [nn.port])
        began = time.thread_time()
        reading = servers.read(data_nodes=False)
        used_s = time.thread_time() - began
        assert len(reading.nodes) == 2000
        assert reading.took_s < 5
        assert used_s < 1.0
        servers.close()


@pytest.mark.real
def test_a_real_namenode() -> None:
    """Hadoop's own beans, whatever their names are in this version."""
    address = os.environ.get("HUE_REAL_WEBHDFS", "")
    if not address:
        pytest.skip("HUE_REAL_WEBHDFS names no HDFS")
    port = urlsplit(address).port
    assert port is not None
    servers = _open([_free_port()], [port])
    try:
        servers.read()
        reading = servers.read()
    finally:
        servers.close()
    values = reading.values
    assert list(reading.missing) == ["YARN’s ResourceManager"]
    assert values["hdfs.nodes.live"] >= 1
    assert values["hdfs.capacity"] > values["hdfs.remaining"] > 0
    assert values["hdfs.missing"] == 0
    assert values["hdfs.corrupt"] == 0
    assert values["hdfs.safe_mode"] == 0
    assert 0 < values["namenode.heap"] < 100
    assert values["hdfs.read"] >= 0
    for node in reading.nodes:
        assert {"node.disk", "hdfs.share", "hdfs.blocks"} <= set(node.values)
