"""DataNodes that die, connections that break, disks that fill: what a client sees of it."""

from __future__ import annotations

import http.client
import json
import socket
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, WebHdfs

MEBI = 1 << 20


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what happens in the region's threads."""
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.005)


@contextmanager
def half_sent(location: str, data: bytes, of: int) -> Iterator[socket.socket]:
    """A PUT whose body stops after ``data`` of ``of`` bytes; the connection stays open."""
    parts = urllib.parse.urlsplit(location)
    assert parts.hostname is not None
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=20) as connection:
        head = (
            f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Content-Length: {of}\r\n\r\n"
        )
        connection.sendall(head.encode() + data)
        yield connection


def opened(location: str) -> http.client.HTTPResponse:
    """The answer to a GET whose body has not been read."""
    parts = urllib.parse.urlsplit(location)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request("GET", f"{parts.path}?{parts.query}")
    return connection.getresponse()


@pytest.fixture(autouse=True)
def healthy(house: HdfsRegion) -> Iterator[None]:
    """Whatever a test breaks is whole again after it."""
    yield
    house.region.control("hdfs/trouble", {"clear": True})
    house.control("hdfs/disk", full=False)
    house.control("hdfs/safe-mode", on=False)
    for node in house.state()["datanodes"]:
        if not node["running"]:
            house.control("hdfs/datanode", instance_id=node["instance_id"], running=True)


def holder_of(house: HdfsRegion, web: WebHdfs, path: str) -> list[str]:
    found = web.ask("GET", path, "GETFILEBLOCKLOCATIONS").json["BlockLocations"]["BlockLocation"]
    by_host = {node["host"]: node["instance_id"] for node in house.state()["datanodes"]}
    return [by_host[block["hosts"][0]] for block in found]


def stop(house: HdfsRegion, instance_id: str) -> None:
    house.control("hdfs/datanode", instance_id=instance_id, running=False)


def test_a_put_cut_in_the_middle_leaves_what_arrived(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    """Hadoop's DataNode closes the file: it looks finished, and is too short."""
    location = web.location("PUT", f"{place}/f", "CREATE")
    with half_sent(location, b"x" * MEBI * 2, of=9 * MEBI):
        wait_until(lambda: f"{place}/f" in house.state()["under_construction"])
        assert web.status(f"{place}/f")["length"] == 0
        again = web.ask("PUT", f"{place}/f", "CREATE", b"mine")
        assert again.exception == "AlreadyBeingCreatedException"
    wait_until(lambda: not house.state()["under_construction"])
    assert 0 < web.status(f"{place}/f")["length"] <= 2 * MEBI
    web.put(f"{place}/f", b"whole", overwrite="true")
    assert web.get(f"{place}/f") == b"whole"


def test_a_file_that_is_being_written_can_be_read_as_far_as_it_is(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    location = web.location("PUT", f"{place}/f", "CREATE")
    with half_sent(location, b"x" * MEBI * 2, of=9 * MEBI):
        wait_until(lambda: len(web.get(f"{place}/f")) >= MEBI)
        assert set(web.get(f"{place}/f")) == {ord("x")}


def test_a_datanode_that_dies_while_it_writes_leaves_the_file_open(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    location = web.location("PUT", f"{place}/f", "CREATE")
    port = urllib.parse.urlsplit(location).port
    hadoop = house.region.front.servers.hadoop
    hosts = {node["host"]: node["instance_id"] for node in house.state()["datanodes"]}
    (writer,) = (
        hosts[host] for host in hosts if (hadoop.address_of(host, 9864) or ("", 0))[1] == port
    )
    with half_sent(location, b"x" * MEBI * 2, of=9 * MEBI) as connection:
        wait_until(lambda: len(web.get(f"{place}/f")) >= MEBI)
        stop(house, writer)
        wait_until(lambda: _is_broken(connection))
    assert house.state()["under_construction"] == [f"{place}/f"]
    house.region.jump(minutes=21)  # the lease's hard limit
    assert house.state()["under_construction"] == []
    assert web.status(f"{place}/f")["length"] in range(MEBI, 2 * MEBI + 1)


def _is_broken(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except OSError:
        return True


def test_a_datanode_that_dies_while_it_is_read_breaks_the_connection(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    web.put(f"{place}/f", b"y" * 4 * MEBI)
    house.region.control("hdfs/trouble", {"op": "OPEN", "bytes_per_s": MEBI})
    location = web.location("GET", f"{place}/f", "OPEN")
    answer = opened(location)
    answer.read(1000)
    for node in house.state()["datanodes"]:
        stop(house, node["instance_id"])
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()


def test_until_the_namenode_notices_it_sends_readers_to_a_dead_datanode(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    web.put(f"{place}/f", b"z" * 1000, replication=1)
    (holder,) = holder_of(house, web, f"{place}/f")
    stop(house, holder)
    with pytest.raises(ConnectionRefusedError):
        web.get(f"{place}/f")
    house.region.jump(minutes=11)
    assert {node["instance_id"] for node in house.state()["datanodes"] if node["dead"]} == {holder}
    missing = web.ask("GET", f"{place}/f", "OPEN")
    assert (missing.status, missing.exception) == (403, "IOException")
    assert missing.message == "No active nodes contain this block"
    found = web.ask("GET", f"{place}/f", "GETFILEBLOCKLOCATIONS").json["BlockLocations"]
    assert found["BlockLocation"][0]["hosts"] == []
    by_httpfs = house.httpfs().ask("GET", f"{place}/f", "OPEN")
    assert (by_httpfs.status, by_httpfs.exception) == (403, "BlockMissingException")
    assert house.state()["missing"] == 1
    house.control("hdfs/datanode", instance_id=holder, running=True)
    assert web.get(f"{place}/f") == b"z" * 1000
    assert house.state()["missing"] == 0


def test_a_block_lost_in_the_middle_ends_the_body_early(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    data, lost = b"z" * 6 * MEBI, ""
    while not lost:  # until two blocks of the file are on different DataNodes
        options = {"replication": 1, "blocksize": MEBI, "overwrite": "true"}
        house.httpfs().put(f"{place}/f", data, **options)  # it has no DataNode of its own
        first, *others = holder_of(house, web, f"{place}/f")
        lost = next((item for item in others if item != first), "")
    stop(house, lost)
    with pytest.raises(http.client.IncompleteRead) as caught:
        web.get(f"{place}/f")
    assert len(caught.value.partial) % MEBI == 0
    refused = web.ask("GET", f"{place}/f", "GETFILECHECKSUM")
    assert (refused.status, refused.exception) == (403, "IOException")


def test_full_disks_take_no_blocks(house: HdfsRegion, web: WebHdfs, place: str) -> None:
    house.control("hdfs/disk", full=True)
    full = web.ask("PUT", f"{place}/f", "CREATE", b"data")
    assert (full.status, full.exception) == (403, "IOException")
    assert full.message.startswith(
        f"File {place}/f could only be written to 0 of the 1 minReplication nodes. There are 3 "
        "datanode(s) running and 3 node(s) are excluded in this operation."
    )
    house.control("hdfs/disk", full=False)
    web.put(f"{place}/f", b"data", overwrite="true")
    assert web.get(f"{place}/f") == b"data"


def test_safe_mode_takes_no_changes(house: HdfsRegion, web: WebHdfs, place: str) -> None:
    web.put(f"{place}/f", b"data")
    house.control("hdfs/safe-mode", on=True)
    refused = web.ask("PUT", f"{place}/d", "MKDIRS")
    assert (refused.status, refused.exception) == (403, "SafeModeException")
    assert refused.message.startswith(f"Cannot create directory {place}/d. Name node is in safe")
    assert web.get(f"{place}/f") == b"data"


def test_trouble_meets_the_requests_that_are_meant(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    for name in ("good", "bad"):
        web.put(f"{place}/{name}", b"x" * MEBI)
    bad = {"op": "OPEN", "path": "*/bad"}
    house.region.control("hdfs/trouble", {**bad, "cut_after_bytes": 1000, "count": 1})
    assert len(web.get(f"{place}/good")) == MEBI
    with pytest.raises(http.client.IncompleteRead) as caught:
        web.get(f"{place}/bad")
    assert len(caught.value.partial) == 1000
    assert len(web.get(f"{place}/bad")) == MEBI
    standby = {
        "op": "LISTSTATUS",
        "exception": "org.apache.hadoop.ipc.StandbyException",
        "message": "Operation category READ is not supported in state standby",
    }
    house.region.control("hdfs/trouble", {**standby, "count": 1})
    refused = web.ask("GET", place, "LISTSTATUS")
    assert (refused.status, refused.exception) == (403, "StandbyException")
    house.region.control("hdfs/trouble", {"op": "CREATE", "cut_after_bytes": 10, "count": 1})
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        web.put(f"{place}/cut", b"x" * MEBI)
    wait_until(lambda: web.status(f"{place}/cut")["length"] == 10)


def test_connections_can_be_cut(house: HdfsRegion, web: WebHdfs, place: str) -> None:
    web.put(f"{place}/f", b"x" * 4 * MEBI)
    house.region.control("hdfs/trouble", {"op": "OPEN", "bytes_per_s": MEBI})
    answer = opened(web.location("GET", f"{place}/f", "OPEN"))
    answer.read(10)
    assert house.control("hdfs/cut")["cut"] >= 1
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("hdfs/datanode", {"instance_id": "i-none", "running": False}),
        ("hdfs/disk", {"cluster_id": "j-NONE", "full": True}),
        ("hdfs/safe-mode", {"on": "yes"}),
        ("hdfs/trouble", {"speed": 3}),
        ("hdfs/trouble", {"delay_ms": -1}),
    ],
)
def test_control_requests_that_make_no_sense_are_refused(
    house: HdfsRegion, name: str, body: dict[str, object]
) -> None:
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(house.region.control_url).netloc)
    path = urllib.parse.urlsplit(house.region.control_url).path
    connection.request("POST", f"{path}/{name}", json.dumps(body))
    answer = connection.getresponse()
    assert answer.status == 400
    assert json.loads(answer.read())["message"]
    connection.close()


def test_a_client_names_the_datanode_that_failed_it_and_gets_another(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    web.put(f"{place}/f", b"two replicas")
    failed = urllib.parse.urlsplit(web.location("GET", f"{place}/f", "OPEN")).netloc
    hadoop = house.region.front.servers.hadoop
    by_port = {
        (hadoop.address_of(node["host"], 9864) or ("", 0))[1]: node["instance_id"]
        for node in house.state()["datanodes"]
    }
    stop(house, by_port[int(failed.rpartition(":")[2])])
    assert web.get(f"{place}/f", excludedatanodes=failed) == b"two replicas"


def test_who_asks_again_may_be_sent_to_another_datanode(
    house: HdfsRegion, web: WebHdfs, place: str
) -> None:
    web.put(f"{place}/f", b"two replicas")
    for method, name, op, count in (("GET", "f", "OPEN", 2), ("PUT", "new", "CREATE", 3)):
        hosts = {
            urllib.parse.urlsplit(web.location(method, f"{place}/{name}", op)).netloc
            for _ in range(40)
        }
        assert len(hosts) == count
