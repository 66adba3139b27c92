"""The readers at their bounds: by RPC from many threads, memory, what may not be read, errors."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from hue_desktop.adapters.hadoop.block_reader import (
    FsckBlockReader,
    RpcBlockReader,
    open_block_reader,
)
from hue_desktop.adapters.hadoop.client_protocol import ClientProtocol
from hue_desktop.adapters.hadoop.direct import DirectConnector
from hue_desktop.adapters.hadoop.hdfs_facts import JmxFacts
from hue_desktop.adapters.hadoop.http import HttpPool
from hue_desktop.adapters.hadoop.opening import open_webhdfs
from hue_desktop.adapters.hadoop.rpc import RpcNameNodes
from hue_desktop.adapters.hadoop.yarn_work import YarnWork
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.shrink.ports import HdfsFacts
from hue_desktop.core.storage import Location, StoreId, StoreKind
from tests.benchmarks.preflight_reading import FOLDER, NODES, serve
from tests.contract.file_systems.place import BytesSource
from tests.unit.adapters.hadoop.scripted import live_nodes, namenode, scripted_server
from tests.unit.adapters.hadoop.test_block_listing import REPORT

HERE = "127.0.0.1"
FILES = 5 * FOLDER


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    """A process that answers as a NameNode with five folders: its RPC and its HTTP port."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=serve, args=(FILES, theirs), daemon=True)
    child.start()
    rpc, http = ours.recv()
    yield rpc, http
    ours.send(None)
    child.join(10)
    for end in (ours, theirs):
        end.close()


def rpc_reader(ports: tuple[int, int], **more: int) -> RpcBlockReader:
    rpc, http = ports
    protocol = ClientProtocol(RpcNameNodes(DirectConnector(), [(HERE, rpc)], "hadoop"))
    jmx = JmxFacts(DirectConnector(), [HERE], [http], 10)
    return RpcBlockReader(
        protocol, jmx, YarnWork(DirectConnector(), [HERE], [1], timeout_s=1), **more
    )


def fsck_reader(http: int, **more: int) -> FsckBlockReader:
    jmx = JmxFacts(DirectConnector(), [HERE], [http], 10)
    yarn = YarnWork(DirectConnector(), [HERE], [1], timeout_s=1)
    return FsckBlockReader(HttpPool(DirectConnector()), jmx, yarn, "hadoop", **more)


def test_pages_of_many_folders_from_several_threads(ports: tuple[int, int]) -> None:
    reader = rpc_reader(ports)
    facts = reader.facts()
    assert len(facts.nodes) == NODES
    heard: list[int] = []
    read = reader.read(facts, heard.append)
    reader.close()
    table = read.table
    assert (table.files, table.blocks) == (FILES, FILES * 3 // 2)
    assert len(table.replicas) == 3 * table.blocks
    assert len({table.path(number) for number in range(table.files)}) == FILES
    assert set(table.hosts) == {node.name for node in facts.nodes}
    assert max(heard) == FILES
    assert len(heard) > FILES // FOLDER


def test_both_ways_agree_on_size(ports: tuple[int, int]) -> None:
    reader = fsck_reader(ports[1])
    table = reader.read(reader.facts()).table
    reader.close()
    assert (table.files, table.blocks) == (FILES, FILES * 3 // 2)


@pytest.mark.parametrize("way", ["rpc", "fsck"])
def test_memory_has_a_cap_and_reaching_it_is_said(ports: tuple[int, int], way: str) -> None:
    reader: RpcBlockReader | FsckBlockReader
    most = 100_000
    reader = rpc_reader(ports, most=most) if way == "rpc" else fsck_reader(ports[1], most=most)
    read = reader.read(reader.facts())
    reader.close()
    assert 0 < read.table.files < FILES
    assert not read.table.complete
    assert "keep memory within bounds" in read.problems[0]


@pytest.mark.parametrize("way", ["rpc", "fsck"])
def test_closing_from_another_thread_ends_it(ports: tuple[int, int], way: str) -> None:
    reader: RpcBlockReader | FsckBlockReader
    reader = rpc_reader(ports) if way == "rpc" else fsck_reader(ports[1])
    facts = reader.facts()
    begun, ended = threading.Event(), []

    def hear(_files: int) -> None:
        begun.set()
        reader.close()

    def read() -> None:
        try:
            reader.read(facts, hear)
        except HueError as error:
            ended.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert begun.wait(20)
    thread.join(20)
    assert not thread.is_alive()
    assert all(isinstance(error, Cancelled) for error in ended)


def test_a_report_that_ends_early_is_said() -> None:
    cut = REPORT[: REPORT.index(b"Status")]
    with scripted_server({**namenode(live_nodes(2)), "/fsck": cut}) as server:
        reader = fsck_reader(server.port)
        read = reader.read(HdfsFacts(()))
        reader.close()
    assert read.table.files == 4
    assert not read.table.complete
    assert "ended early" in read.problems[0]


@pytest.mark.parametrize(("status", "says"), [(403, "superuser"), (500, "HTTP 500")])
def test_an_fsck_that_is_refused_says_so(status: int, says: str) -> None:
    with scripted_server({**namenode(live_nodes(2)), "/fsck": (status, "no")}) as server:
        reader = fsck_reader(server.port)
        reader.facts()
        with pytest.raises(HueError, match=says):
            reader.read(HdfsFacts(()))
        reader.close()


@pytest.mark.real
def test_folders_that_may_not_be_read_are_said() -> None:
    http, rpc = os.environ.get("HUE_REAL_WEBHDFS"), os.environ.get("HUE_REAL_HDFS")
    if not http or not rpc:
        pytest.skip("HUE_REAL_WEBHDFS and HUE_REAL_HDFS are not set: no real server")
    port, user = urlsplit(http).port or 0, os.environ.get("HUE_REAL_SSH_USER") or "root"
    store = StoreId(StoreKind.HDFS, authority=f"{HERE}:{port}", protocol="webhdfs")
    files = open_webhdfs(store, DirectConnector(), [(HERE, port)], user)
    secret = Location(store, "/tmp/secret/")
    files.put(secret.child("f"), BytesSource(b"x" * 10), overwrite=True)
    files.change(secret, "permission", 0o700)
    reader = open_block_reader(
        DirectConnector(), [HERE], "nobody", rpc_port=urlsplit(rpc).port or 0,
        namenode_ports=(port,), rm_ports=(1,),
    )  # fmt: skip
    try:
        facts = reader.facts()  # who is no superuser asks JMX
        assert len(facts.nodes) >= 3
        read = reader.read(facts)
        assert not read.table.complete
        assert "/tmp/secret" in read.problems[0]
        paths = {read.table.path(number) for number in range(read.table.files)}
        assert "/tmp/secret/f" not in paths
    finally:
        reader.close()
        files.delete(secret, recursive=True)
        files.close()
