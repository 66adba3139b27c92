"""A DataNode that goes away in the middle: its connections break, and it takes no new ones."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from hue_desktop.adapters.hadoop.direct import DirectConnector
from hue_desktop.adapters.hadoop.hdfs import Hdfs
from hue_desktop.adapters.hadoop.opening import open_rpc, open_webhdfs
from hue_desktop.core.errors import HueError, Unreachable
from hue_desktop.core.file_systems import RUN
from hue_desktop.core.storage import Location, StoreId, StoreKind
from tests.contract.file_systems.backends import real
from tests.contract.file_systems.place import BytesSource

pytestmark = pytest.mark.real

STORE = StoreId(StoreKind.HDFS, authority="real", protocol="hdfs")
DATA = os.urandom(5 << 20)
FOLDER = f"/tmp/{RUN}-faults/"


class Mortal(DirectConnector):
    """Dials; the first host that has carried ``bytes`` dies with all its connections."""

    def __init__(self, namenode: int) -> None:
        super().__init__()
        self.after: int | None = None
        self.dead: int | None = None
        self.namenode = namenode
        self.lock = threading.Lock()

    def dial(self, host: str, port: int, timeout_s: float) -> Any:
        """A stream that may die."""
        if port == self.dead:
            raise Unreachable(f"{host}:{port} is dead")
        opened = super().dial(host, port, timeout_s)
        return opened if port == self.namenode else Dying(self, opened, port)


class Dying:
    """A socket that breaks when its host dies."""

    def __init__(self, connector: Mortal, opened: socket.socket, port: int) -> None:
        self._connector = connector
        self._opened = opened
        self._port = port

    def _carried(self, count: int) -> None:
        connector = self._connector
        with connector.lock:
            if connector.after is not None:
                connector.after -= count
                if connector.after <= 0:
                    connector.after, connector.dead = None, self._port
        if self._port == connector.dead:
            raise ConnectionResetError("dead")

    def sendall(self, data: Any) -> None:
        self._carried(len(data))
        self._opened.sendall(data)

    def recv_into(self, buffer: Any, nbytes: int = 0) -> int:
        got = self._opened.recv_into(buffer, nbytes)
        self._carried(got)
        return got

    def settimeout(self, timeout_s: float | None) -> None:
        self._opened.settimeout(timeout_s)

    def fileno(self) -> int:
        return self._opened.fileno()

    def shutdown(self, how: int) -> None:
        self._opened.shutdown(how)

    def close(self) -> None:
        self._opened.close()


@pytest.fixture(params=["webhdfs", "hdfs"])
def way(request: pytest.FixtureRequest) -> Iterator[tuple[Mortal, Hdfs]]:
    """A real HDFS, and the connector that lets a DataNode die."""
    variable = "HUE_REAL_WEBHDFS" if request.param == "webhdfs" else "HUE_REAL_HDFS"
    url = urlsplit(real(variable))
    port = url.port or 0
    connector = Mortal(port)
    opener = open_webhdfs if request.param == "webhdfs" else open_rpc
    address = (url.hostname or "", port)
    fs = opener(STORE, connector, [address], real("HUE_REAL_SSH_USER"), timeout_s=10)
    yield connector, fs
    fs.close()


def at(name: str) -> Location:
    """A location in the tests' folder."""
    return Location(STORE, FOLDER + name)


def names(fs: Hdfs) -> set[str]:
    """What the NameNode has in the folder, temporary files too."""
    return {each["pathSuffix"] for page in fs._way.pages(FOLDER.rstrip("/")) for each in page}


def read(fs: Hdfs, name: str) -> bytes:
    """A whole file."""
    source = fs.open(at(name))
    found, room = bytearray(), memoryview(bytearray(100_000))
    while count := source.readinto(room):
        found += room[:count]
    source.close()
    return bytes(found)


def test_another_datanode_goes_on_reading(way: tuple[Mortal, Hdfs]) -> None:
    connector, fs = way
    fs.put(at("read"), BytesSource(DATA), overwrite=True)
    connector.after = 2 << 20
    assert read(fs, "read") == DATA
    assert connector.dead is not None, "one has died"
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _n: read(fs, "read"), range(6))) == {DATA}


def test_a_write_that_is_cut_leaves_nothing(way: tuple[Mortal, Hdfs]) -> None:
    connector, fs = way
    fs.put(at("old"), BytesSource(b"old"), overwrite=True)
    connector.after = 2 << 20
    with pytest.raises(HueError) as raised:
        fs.put(at("old"), BytesSource(DATA), overwrite=True)
    assert raised.value.retryable
    assert read(fs, "old") == b"old"
    assert not [name for name in names(fs) if name.startswith(".hue")]
    # the same again: another DataNode takes it
    for _attempt in range(8):
        try:
            fs.put(at("old"), BytesSource(DATA), overwrite=True)
            break
        except Unreachable:
            continue
    assert read(fs, "old") == DATA


def test_an_upload_goes_on_after_a_part_was_cut(way: tuple[Mortal, Hdfs]) -> None:
    connector, fs = way
    size = 40 << 20
    data = DATA * 8
    upload = fs.upload(at("parts"), size, modified=1_700_000_000.0)
    step = upload.part_size
    assert step < size

    def part(index: int) -> BytesSource:
        return BytesSource(data[index * step : (index + 1) * step], index * step)

    done = [upload.write(0, 0, part(0))]
    connector.after = 3 << 20
    with pytest.raises(HueError):
        upload.write(1, step, part(1))
    connector.dead = None
    again = fs.resume(upload.token)
    assert list(again.stored()) == done
    done += [again.write(index, index * step, part(index)) for index in (1, 2)]
    entry = again.commit(done, crc32c=None, overwrite=False)
    assert entry.size == size
    assert read(fs, "parts") == data
    assert fs.stat(at("parts")).modified == 1_700_000_000.0
    assert not [name for name in names(fs) if name.startswith(".hue")]
    fs.delete(at("parts"))


def test_hdfs_and_we_agree_on_checksums() -> None:
    url = urlsplit(real("HUE_REAL_HDFS"))
    address = (url.hostname or "", url.port or 0)
    fs = open_rpc(STORE, DirectConnector(), [address], real("HUE_REAL_SSH_USER"))
    for size in (0, 1, 511, 512, 513, 70_000, 20 << 20):
        data = (DATA * 5)[:size]
        _entry, crc = fs.put(at("sum"), BytesSource(data), overwrite=True)
        told = fs.checksum(at("sum"))
        assert told is not None
        assert (told.algorithm, told.value) == ("CRC32C", f"{crc:08x}")
        source = fs.open(at("sum"))
        while source.readinto(memoryview(bytearray(1 << 20))):
            pass
        assert source.checksum == (told if size else None), "it came with the bytes"
        part = fs.open(at("sum"), 0, size // 2)
        while part.readinto(memoryview(bytearray(1 << 20))):
            pass
        assert part.checksum is None, "not of a part"
    fs.close()
