"""Reading all blocks of an HDFS: the simulated one, and a real one by RPC and by fsck."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from hue_desktop.adapters.hadoop.block_reader import (
    FsckBlockReader,
    RpcBlockReader,
    open_block_reader,
)
from hue_desktop.adapters.hadoop.direct import DirectConnector
from hue_desktop.adapters.hadoop.opening import open_webhdfs
from hue_desktop.core.errors import Cancelled, Unreachable
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.shrink import AdminState, BlockTable
from hue_desktop.core.shrink.ports import BlockReader
from hue_desktop.core.storage import Location, StoreId, StoreKind
from tests.contract.file_systems.place import BytesSource
from tests.unit.simulator.hadoop.webhdfs import hdfs_region

SIZES = {"small": 3, "empty": 0, "na me, 5 bytes, ü": 70_000, "large": 2_500_000}


def _closed_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@dataclass
class Place:
    """An HDFS with its doors; ``rpc`` is a closed port where there is none."""

    http: int
    rpc: int
    user: str
    file_system: FileSystem
    folder: Location

    def reader(self, *, rpc: bool) -> BlockReader:
        """By RPC, or by fsck as where that port is closed."""
        return open_block_reader(
            DirectConnector(),
            ["127.0.0.1"],
            self.user,
            rpc_port=self.rpc if rpc else _closed_port(),
            namenode_ports=(self.http,),
            rm_ports=(_closed_port(),),
        )

    def put(self, name: str, size: int) -> Location:
        """A file."""
        at = self.folder.child(name)
        self.file_system.put(at, BytesSource(os.urandom(size)), overwrite=True)
        return at


@contextlib.contextmanager
def _simulated() -> Iterator[Place]:
    with hdfs_region(core=4, replication=2) as house:
        port = urlsplit(house.urls["webhdfs"]).port or 0
        yield from _place(port, 0, "hadoop")


@contextlib.contextmanager
def _real() -> Iterator[Place]:
    http, rpc = os.environ.get("HUE_REAL_WEBHDFS"), os.environ.get("HUE_REAL_HDFS")
    if not http or not rpc:
        pytest.skip("HUE_REAL_WEBHDFS and HUE_REAL_HDFS are not set: no real server")
    user = os.environ.get("HUE_REAL_SSH_USER") or os.environ.get("USER") or "root"
    yield from _place(urlsplit(http).port or 0, urlsplit(rpc).port or 0, user)


def _place(http: int, rpc: int, user: str) -> Iterator[Place]:
    store = StoreId(StoreKind.HDFS, authority=f"127.0.0.1:{http}", protocol="webhdfs")
    opened = open_webhdfs(store, DirectConnector(), [("127.0.0.1", http)], user)
    folder = Location(store, f"/tmp/blocks-{uuid.uuid4().hex[:8]}/")
    opened.make_folder(folder)
    try:
        yield Place(http, rpc, user, opened, folder)
    finally:
        opened.delete(folder, recursive=True)
        opened.close()


@pytest.fixture(
    params=[
        "simulated",
        pytest.param("real-fsck", marks=pytest.mark.real),
        pytest.param("real-rpc", marks=pytest.mark.real),
    ]
)
def case(request: pytest.FixtureRequest) -> Iterator[tuple[Place, bool]]:
    """A place, and whether RPC is used."""
    with _simulated() if request.param == "simulated" else _real() as place:
        yield place, request.param == "real-rpc"


def files_of(table: BlockTable) -> dict[str, tuple[int, int, list[tuple[int, set[str]]]]]:
    """Size, replication and blocks with the names of their DataNodes, by path."""
    found: dict[str, tuple[int, int, list[tuple[int, set[str]]]]] = {
        table.path(number): (int(table.sizes[number]), int(table.factors[number]), [])
        for number in range(table.files)
    }
    for row in range(table.blocks):
        on = table.replicas[int(table.starts[row]) : int(table.starts[row + 1])]
        hosts = {table.hosts[int(each)] for each in on}
        found[table.path(int(table.file[row]))][2].append((int(table.length[row]), hosts))
    return found


def test_every_file_with_its_blocks_and_where_they_are(case: tuple[Place, bool]) -> None:
    place, rpc = case
    made = {name: place.put(name, size) for name, size in SIZES.items()}
    place.file_system.change(made["small"], "replication", 1)
    reader = place.reader(rpc=rpc)
    try:
        assert isinstance(reader, RpcBlockReader if rpc else FsckBlockReader)
        facts = reader.facts()
        heard: list[int] = []
        read = reader.read(facts, heard.append)
        assert read.problems == ()
        assert read.table.complete
        assert heard
        assert heard[-1] == read.table.files
        files = files_of(read.table)
        for name, location in made.items():
            size, factor, blocks = files[location.path]
            assert size == SIZES[name]
            assert sum(length for length, _hosts in blocks) == size
            assert factor == (1 if name == "small" else facts.replication)
            told = place.file_system.blocks(location)
            assert [length for length, _hosts in blocks] == [each.length for each in told]
            if name != "small":  # whose replicas are being dropped
                assert [len(hosts) for _length, hosts in blocks] == [
                    len(each.hosts) for each in told
                ]
    finally:
        reader.close()


def test_the_datanodes_and_what_there_is(case: tuple[Place, bool]) -> None:
    place, rpc = case
    place.put("one", 5000)
    reader = place.reader(rpc=rpc)
    facts = reader.facts()
    reader.close()
    assert len({node.name for node in facts.nodes}) == len(facts.nodes) >= 3
    for node in facts.nodes:
        assert node.state is AdminState.IN_SERVICE
        assert node.capacity
        assert node.remaining is not None
        assert node.port
        assert node.last_contact_s is not None
    assert facts.replication
    assert facts.files
    assert not facts.safe_mode


def test_yarn_that_is_silent_is_unknown(case: tuple[Place, bool]) -> None:
    place, rpc = case
    reader = place.reader(rpc=rpc)
    assert reader.work() is None
    reader.close()


def test_closing_ends_a_reading(case: tuple[Place, bool]) -> None:
    place, rpc = case
    place.put("one", 10)
    reader = place.reader(rpc=rpc)
    facts = reader.facts()
    reader.close()
    with pytest.raises(Cancelled):
        reader.read(facts)


def test_closing_in_the_middle_ends_it(case: tuple[Place, bool]) -> None:
    place, rpc = case
    for number in range(5):
        place.put(f"dir-{number}/one", 10)
    reader = place.reader(rpc=rpc)
    facts = reader.facts()
    begun = threading.Event()

    def hear(_files: int) -> None:
        begun.set()
        reader.close()

    with contextlib.suppress(Cancelled):  # a short report may have come whole already
        reader.read(facts, hear)
    assert begun.is_set()


def test_nobody_answers() -> None:
    port = _closed_port()
    with pytest.raises(Unreachable):
        open_block_reader(
            DirectConnector(), ["127.0.0.1"], "hadoop", rpc_port=port, namenode_ports=(port,)
        )


@pytest.mark.real
def test_rpc_says_what_fsck_says() -> None:
    with _real() as place:
        for number in range(60):
            place.put(f"tree-{number % 7}/deep/{number}", 1000 * number)
        told = []
        for rpc in (True, False):
            reader = place.reader(rpc=rpc)
            told.append(files_of(reader.read(reader.facts()).table))
            reader.close()
        assert told[0] == told[1]
        url = f"http://127.0.0.1:{place.http}/fsck?path=/&files=1&blocks=1&locations=1&ugi=root"
        with urllib.request.urlopen(url, timeout=30) as answer:
            text = answer.read().decode()
        counts = [int(each) for each in re.findall(r"Live_repl=(\d+)", text)]
        read = [len(hosts) for _size, _factor, blocks in told[0].values() for _n, hosts in blocks]
        assert sorted(counts) == sorted(read)
        total = int(re.findall(r"Total blocks \(validated\):\s+(\d+)", text)[0])
        assert total == len(read)
