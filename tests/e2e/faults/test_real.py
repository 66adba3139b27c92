"""The same over Hadoop's own HDFS and OpenSSH: ``real-hadoop run hdfs sshd -- pytest -m real``.

S3 is the simulated region's, which is a real store as well.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.core.transfers.values import TransferState
from hue_desktop.services.transfers import widths
from tests.contract.file_systems.backends import real
from tests.e2e.faults.conftest import tree
from tests.e2e.faults.copier import MIB, Copier, until
from tests.e2e.faults.places import S3, Hdfs, Place
from tests.unit.services.transfers.bench import Stores, contents, request, transfer_service
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

FILES = tree(60, 40 * MIB)
MOMENTS = 6


def datanode(order: str, number: int) -> None:
    """End a DataNode, or start it again; back when it has happened (not when it was noticed)."""
    command = shutil.which("real-hadoop")
    if command is None:
        pytest.skip("no real-hadoop on the PATH")
    subprocess.run([command, f"{order}-datanode", str(number)], check=True, capture_output=True)


@pytest.fixture
def there(unique: str) -> Hdfs:
    """A folder of the real HDFS."""
    return Hdfs(real("HUE_REAL_WEBHDFS"), real("HUE_REAL_SSH_USER"), f"/tmp/faults-{unique}")


@pytest.fixture
def copier(house: HdfsRegion, tmp_path: Path) -> Copier:
    """Somebody whom HDFS knows as its superuser."""
    made = Copier(tmp_path / "user", house.region.s3_endpoint, part=5 * MIB)
    made.environment["HADOOP_USER_NAME"] = real("HUE_REAL_SSH_USER")
    return made


def uri(place: Place, name: str, door: str) -> str:
    """The folder, through the door of HDFS that is meant."""
    found = place.uri(name)
    if door == "hdfs" and isinstance(place, Hdfs):
        return real("HUE_REAL_HDFS") + found[found.index("/tmp/") :]
    return found


@pytest.mark.parametrize("door", ["webhdfs", "hdfs"])
@pytest.mark.parametrize("direction", ["read", "write"])
def test_a_data_node_is_killed(
    copier: Copier, s3: S3, there: Hdfs, direction: str, door: str
) -> None:
    source, target = (there, s3) if direction == "read" else (s3, there)
    source.fill("lake", FILES)
    process = copier.start(
        "--bandwidth", "12M", uri(source, "lake", door), uri(target, "there", door)
    )
    until(lambda: copier.bytes_done() >= 4 * MIB, process)
    datanode("kill", 1)
    try:
        done = copier.end(process)
    finally:
        datanode("start", 1)
    assert (done.code, done.said["state"], done.failed) == (0, "done", {}), str(done.failed)
    assert target.files("there") == FILES
    assert [*source.litter(), *target.litter()] == []


@pytest.mark.parametrize("door", ["webhdfs", "hdfs"])
@pytest.mark.parametrize("direction", ["read", "write"])
def test_the_copier_is_killed(
    copier: Copier, s3: S3, there: Hdfs, direction: str, door: str
) -> None:
    source, target = (there, s3) if direction == "read" else (s3, there)
    source.fill("lake", FILES)
    words = (uri(source, "lake", door), uri(target, "there", door))
    chance = random.Random(door)
    for _each in range(MOMENTS):
        number, state, before = copier.newest()
        if state == "done":
            break
        process = copier.start(
            "--bandwidth", "24M", *(("--resume", str(number)) if number else words)
        )
        until(lambda last=before: copier.newest()[2] != last, process)  # type: ignore[misc]
        threading.Event().wait(chance.uniform(0, 0.6))  # the moment is the test
        process.send_signal(signal.SIGKILL)
        process.communicate()
        found = target.files("there")
        assert all(FILES[name] == data for name, data in found.items())
    done = copier.run("--resume", str(copier.newest()[0]))
    assert (done.code, done.said["state"], done.failed) == (0, "done", {}), str(done.failed)
    assert target.files("there") == FILES
    assert [*source.litter(), *target.litter()] == []


class Line:
    """A port that leads to OpenSSH and can be cut."""

    def __init__(self, listener: socket.socket, target: tuple[str, int]) -> None:
        self._listener = listener
        self._target = target
        self._open: list[socket.socket] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> int:
        """Break all connections; how many there were."""
        ends, self._open = self._open, []
        for each in ends:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        return len(ends) // 2

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        threads = []
        with suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                thread = threading.Thread(target=self._pass_on, args=(near, far))
                thread.start()
                threads.append(thread)
        self.cut()
        for thread in threads:
            thread.join()

    @staticmethod
    def _pass_on(near: socket.socket, far: socket.socket) -> None:
        with near, far, suppress(OSError):
            other = {near: far, far: near}
            while True:
                for each in select.select([near, far], [], [])[0]:
                    if not (data := each.recv(1 << 16)):
                        far.shutdown(socket.SHUT_RDWR)
                        near.shutdown(socket.SHUT_RDWR)
                        return
                    other[each].sendall(data)


@contextmanager
def line(target: str) -> Iterator[Line]:
    """A way to OpenSSH that can be cut."""
    host, _colon, port = target.rpartition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Line(listener, (host, int(port)))
        thread = threading.Thread(target=made.serve)
        thread.start()
        try:
            yield made
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize("direction", ["down", "up"])
def test_openssh_is_cut(
    there: Hdfs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    from hue_desktop.adapters.hadoop.opening import open_webhdfs
    from hue_desktop.adapters.ssh.host_keys import HostKeyFile
    from hue_desktop.adapters.ssh.pool import SshPool
    from hue_desktop.core.connections import SshSettings

    monkeypatch.setattr(widths, "PART_BYTES", MIB)
    store = StoreId(StoreKind.HDFS, authority="real:9870", protocol="webhdfs")
    disk = tmp_path / "disk"
    host, _colon, port = there.web.netloc.rpartition(":")
    there.fill("lake", FILES)
    with line(real("HUE_REAL_SSH")) as way:
        pool = SshPool(HostKeyFile(tmp_path / "known_hosts"), confirm=lambda *_host: True)
        settings = SshSettings(
            user=real("HUE_REAL_SSH_USER"), key_file=real("HUE_REAL_SSH_KEY"), bastion=way.address
        )
        hdfs = open_webhdfs(store, pool.connector(settings), [(host, int(port))], settings.user)
        for name, data in FILES.items() if direction == "up" else ():
            (disk / "lake" / name).parent.mkdir(parents=True, exist_ok=True)
            (disk / "lake" / name).write_bytes(data)
        far = Location(store, f"{there.root}/")
        wanted = (
            request(disk / "lake", target=far.child("there", folder=True))
            if direction == "up"
            else request(far.child("lake", folder=True), target=disk / "there")
        )
        with transfer_service(tmp_path / "state", Stores(hdfs)) as service:
            service.set_limits(bandwidth=12 * MIB)
            number = service.submit(wanted).id
            cuts = 0
            for cut in range(3):
                until(
                    lambda n=cut: service.transfer(number).progress.bytes_done > (4 + 8 * n) * MIB
                )  # type: ignore[misc]
                cuts += way.cut()
            service.set_limits(bandwidth=0)
            done = service.wait(number, 100)
        hdfs.close()
        pool.close()
    assert cuts >= 3
    assert done.state is TransferState.DONE, done.error
    if direction == "up":
        assert there.files("there/lake") == FILES
    else:
        found = {name: data for name, data in contents(disk / "there").items() if data is not None}
        assert found == FILES
        assert not [path for path in disk.rglob("*") if path.name.startswith(".hue-")]
    assert there.litter() == []


@pytest.mark.parametrize("door", ["webhdfs", "hdfs"])
def test_a_part_does_not_bring_back_an_upload_that_was_given_up(there: Hdfs, door: str) -> None:
    from hue_desktop.adapters.hadoop.direct import DirectConnector
    from hue_desktop.adapters.hadoop.opening import open_rpc, open_webhdfs
    from hue_desktop.core.errors import NotFound
    from tests.contract.file_systems.place import BytesSource

    variable = "HUE_REAL_WEBHDFS" if door == "webhdfs" else "HUE_REAL_HDFS"
    netloc = real(variable).rpartition("/")[2]
    host, _colon, port = netloc.rpartition(":")
    opener = open_webhdfs if door == "webhdfs" else open_rpc
    store = StoreId(StoreKind.HDFS, authority=netloc, protocol=door)
    user = os.environ["HUE_REAL_SSH_USER"]
    hdfs = opener(store, DirectConnector(), [(host, int(port))], user)
    folder = Location(store, f"{there.root}/")
    hdfs.make_folder(folder)
    upload = hdfs.upload(folder.child("large"), 32 * MIB)
    upload.abort()
    with pytest.raises(NotFound):
        upload.write(0, 0, BytesSource(bytes(upload.part_size)))
    assert there.litter() == []
    hdfs.close()
