"""HDFS in trouble: the simulated cluster loses DataNodes, room and connections."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.adapters.store.claims import Claims
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.transfers import SqliteTransfers
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Location
from hue_desktop.core.transfers.values import TransferState
from hue_desktop.services.transfers import TransferService, widths
from tests.contract.file_systems.place import BytesSource
from tests.simulated import ACCESS_KEY, SECRET_KEY
from tests.unit.services.transfers.bench import (
    HDFS,
    MIB,
    S3,
    WAIT_S,
    Stores,
    contents,
    copy,
    hdfs_store,
    leftovers,
    make_tree,
    request,
    s3_store,
    transfer_service,
)
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, hdfs_region

pytestmark = pytest.mark.slow

LARGE = 12 * MIB


@pytest.fixture(scope="module")
def house() -> Iterator[HdfsRegion]:
    with hdfs_region() as running:
        running.region.client("s3").create_bucket(Bucket="transfers")
        yield running


@pytest.fixture
def hdfs(house: HdfsRegion) -> Iterator[FileSystem]:
    opened = hdfs_store(house.urls["webhdfs"])
    yield opened
    opened.close()


@pytest.fixture
def folder(hdfs: FileSystem, request: pytest.FixtureRequest) -> Location:
    name = "".join(char if char.isalnum() else "-" for char in request.node.name)
    place = Location(HDFS, f"/user/hadoop/{name}/")
    hdfs.make_folder(place)
    return place


@pytest.fixture
def s3(house: HdfsRegion, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileSystem]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    opened = s3_store(house.region.s3_endpoint)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(widths, "PART_BYTES", MIB)


@pytest.fixture
def service(hdfs: FileSystem, tmp_path: Path) -> Iterator[TransferService]:
    with transfer_service(tmp_path / "state", Stores(hdfs)) as running:
        yield running


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "lake", 30, large=LARGE)


def files_below(hdfs: FileSystem, place: Location) -> dict[str, bytes]:
    """Every file with its bytes, hidden ones too."""
    found = {}
    for page in hdfs.walk(place):
        for row, name in enumerate(page.names):
            if not page.folders[row]:
                source = hdfs.open(place.child(name))
                data = bytearray(source.length)
                view = memoryview(data)
                while view and (count := source.readinto(view)):
                    view = view[count:]
                source.close()
                found[name] = bytes(data)
    return found


def expected(tree: Path) -> dict[str, bytes]:
    return {f"lake/{name}": data for name, data in contents(tree).items() if data is not None}


def hidden(house: HdfsRegion, place: Location) -> list[str]:
    """Temporary files, as the NameNode lists them."""
    web = house.web()
    found: list[str] = []
    folders = [place.path.rstrip("/")]
    while folders:
        folder = folders.pop()
        for item in web.ask("GET", folder, "LISTSTATUS").json["FileStatuses"]["FileStatus"]:
            path = f"{folder}/{item['pathSuffix']}"
            if item["type"] == "DIRECTORY":
                folders.append(path)
            if item["pathSuffix"].startswith(".hue-"):
                found.append(path)
    return found


def test_there_and_back(
    service: TransferService, hdfs: FileSystem, house: HdfsRegion, folder: Location,
    tree: Path, tmp_path: Path,
) -> None:  # fmt: skip
    up = copy(service, request(tree, target=folder))
    assert up.state is TransferState.DONE, up.error
    assert files_below(hdfs, folder) == expected(tree)
    assert hidden(house, folder) == []
    assert copy(service, request(tree, target=folder)).progress.files_done == 0
    down = copy(service, request(folder.child("lake"), target=tmp_path / "back"))
    assert down.state is TransferState.DONE, down.error
    assert contents(tmp_path / "back/lake") == contents(tree)
    for path in tree.rglob("*.bin"):
        back = tmp_path / "back/lake" / path.relative_to(tree)
        assert abs(back.stat().st_mtime - path.stat().st_mtime) < 2e-3


def test_to_s3_and_back(
    hdfs: FileSystem, s3: FileSystem, folder: Location, tree: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(widths, "PART_BYTES", 5 * MIB)
    lake = Location(S3, "/transfers/from-hdfs/")
    with transfer_service(tmp_path / "state", Stores(hdfs, s3)) as service:
        copy(service, request(tree, target=folder))
        up = copy(service, request(folder.child("lake"), target=lake))
        assert up.state is TransferState.DONE, up.error
        same = copy(service, request(folder.child("lake"), target=lake))
        assert same.progress.files_done == 0
        back = copy(service, request(lake.child("lake"), target=folder.child("b", folder=True)))
        assert back.state is TransferState.DONE, back.error
    assert files_below(hdfs, folder.child("b", folder=True)) == expected(tree)
    assert "CRC32C of all bytes" in up.verified
    assert "31 files" in up.verified


@pytest.mark.timeout(240)
@pytest.mark.parametrize("direction", ["read", "write"])
def test_a_data_node_dies_in_the_midst(
    service: TransferService, hdfs: FileSystem, house: HdfsRegion, folder: Location,
    tree: Path, tmp_path: Path, direction: str,
) -> None:  # fmt: skip
    node = house.state()["datanodes"][0]["instance_id"]
    if direction == "read":
        copy(service, request(tree, target=folder))
        wanted = request(folder.child("lake"), target=tmp_path / "back")
    else:
        wanted = request(tree, target=folder)
    service.set_limits(bandwidth=8 * MIB)
    number = service.submit(wanted).id
    waiting = threading.Event()
    while service.transfer(number).progress.bytes_done < 3 * MIB:
        assert not waiting.wait(0.01)
    house.control("hdfs/datanode", instance_id=node, running=False)
    try:
        house.control("hdfs/cut")
        service.set_limits(bandwidth=0)
        done = service.wait(number, 3 * WAIT_S)  # an answer that never comes is given up after 60 s
        assert done.state is TransferState.DONE, done.error
        if direction == "read":
            assert contents(tmp_path / "back/lake") == contents(tree)
            assert leftovers(tmp_path / "back") == []
        else:
            assert files_below(hdfs, folder) == expected(tree)
            assert hidden(house, folder) == []
    finally:
        house.control("hdfs/datanode", instance_id=node, running=True)


def test_no_room_on_the_cluster(
    service: TransferService, hdfs: FileSystem, house: HdfsRegion, folder: Location, tree: Path
) -> None:
    house.control("hdfs/disk", full=True)
    try:
        done = copy(service, request(tree, target=folder))
    finally:
        house.control("hdfs/disk", full=False)
    assert done.state is TransferState.FAILED
    arrived = files_below(hdfs, folder)
    assert all(expected(tree)[name] == data for name, data in arrived.items())
    assert hidden(house, folder) == []
    service.retry_failed(done.id)
    again = service.wait(done.id, WAIT_S)
    assert again.state is TransferState.DONE, again.error
    assert files_below(hdfs, folder) == expected(tree)


def test_three_kills(
    hdfs: FileSystem, house: HdfsRegion, folder: Location, tree: Path, tmp_path: Path
) -> None:
    kill_and_resume(hdfs, house, folder, tree, tmp_path, 3)


@pytest.mark.timeout(400)
def test_twenty_kills(
    hdfs: FileSystem, house: HdfsRegion, folder: Location, tree: Path, tmp_path: Path
) -> None:
    kill_and_resume(hdfs, house, folder, tree, tmp_path, 20)


def kill_and_resume(
    hdfs: FileSystem, house: HdfsRegion, folder: Location, tree: Path, tmp_path: Path, kills: int
) -> None:
    chance = random.Random(kills)
    for number in range(kills + 1):
        last = number == kills
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.services.transfers.copier",
             str(tmp_path / "state"), str(tree), f"webhdfs://x{folder.path}",
             f"--hdfs={house.urls['webhdfs']}", f"--part={MIB}",
             f"--bandwidth={0 if last else 12 * MIB}"],
            stdout=subprocess.PIPE, text=True, env=os.environ.copy(),
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        if not last:
            threading.Event().wait(chance.uniform(0, 0.8))  # the moment is the test
            process.send_signal(signal.SIGKILL)
        said, _errors = process.communicate(timeout=100)
        there = files_below(hdfs, folder)
        assert all(expected(tree)[name] == found for name, found in there.items())
    result = json.loads(said)
    assert (result["state"], result["error"]) == ("done", "")
    assert files_below(hdfs, folder) == expected(tree)
    assert hidden(house, folder) == []


def test_the_late_file_of_a_process_before_the_last_goes_too(
    hdfs: FileSystem, folder: Location, tmp_path: Path
) -> None:
    """A DataNode makes it after the next process has looked, and that one is killed, too."""
    make_tree(tmp_path / "from", 8)
    state = tmp_path / "state"
    with transfer_service(state, Stores(hdfs)) as service:
        done = copy(service, request(tmp_path / "from", target=folder))
        assert done.state is TransferState.DONE
    late = folder.child("from/").child("part 1/").child(".hue-aaaaaaaa-1.part")
    hdfs.put(late, BytesSource(b"half"), overwrite=True)
    database = Database(state / "hue.sqlite3", hasty=True)
    store = SqliteTransfers(database, Claims(state / "transfers.lock"))
    store.save(replace(done, state=TransferState.RUNNING), run="aaaaaaaa bbbbbbbb")
    store.close()
    with transfer_service(state, Stores(hdfs)) as service:
        assert service.wait(done.id, WAIT_S).state is TransferState.DONE
    assert list(hdfs.unfinished(late.parent(), "aaaaaaaa")) == []
