"""Trouble on the local disk: full, forbidden, changing, contended. What arrives is whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hue_desktop.adapters.local.file_system import LocalFileSystem
from hue_desktop.core.storage import EntryPage, Location
from hue_desktop.core.transfers.values import Conflict, FileState, TransferState
from tests.unit.services.transfers.bench import (
    MIB,
    WAIT_S,
    Stores,
    contents,
    copy,
    leftovers,
    make_tree,
    request,
    transfer_service,
)

pytestmark = pytest.mark.slow

NOBODY = 65534


def _can_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    mount = "mount -t tmpfs -o size=64k none /mnt"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.skipif(not _can_mount(), reason="needs user namespaces")
def test_a_full_disk(tmp_path: Path) -> None:
    source, target, seen = tmp_path / "lake", tmp_path / "target", tmp_path / "seen"
    source.mkdir()
    target.mkdir()
    for number in range(20):
        (source / f"f{number}").write_bytes(os.urandom(400_000))
    (source / "large").write_bytes(os.urandom(6 * MIB))
    command = (
        f'mount -t tmpfs -o size=4m none "{target}" && "{sys.executable}" -m '
        f'tests.unit.services.transfers.copier "{tmp_path / "state"}" "{source}" "{target}"'
        f' && cp -rp "{target}" "{seen}"'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", command], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["state"] == "failed"
    assert "no space" in result["error"].lower() or "no room" in result["error"].lower()
    arrived = contents(seen / "lake")
    expected = contents(source)
    assert 0 < len(arrived) == result["done"] < 20
    assert all(expected[name] == found for name, found in arrived.items())
    assert leftovers(seen) == []


@contextmanager
def without_privileges() -> Iterator[Path]:
    """A folder of somebody to whom permissions mean something."""
    folder = Path(tempfile.mkdtemp(prefix="hue-transfers-"))
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


def test_one_of_a_thousand_files_may_not_be_read() -> None:
    with without_privileges() as folder:
        source = folder / "lake"
        source.mkdir()
        for number in range(1000):
            (source / f"f{number}").write_bytes(b"%d" % number)
        (source / "f500").chmod(0)
        with transfer_service(folder / "state") as service:
            done = copy(service, request(source, target=folder / "target"))
            failed = service.files(done.id, (FileState.FAILED,))
        assert (done.state, done.progress.files_done) == (TransferState.FAILED, 999)
        assert [file.relative for file in failed] == ["lake/f500"]
        assert "permi" in failed[0].error.lower() or "may not" in failed[0].error.lower()
        assert len(list((folder / "target/lake").iterdir())) == 999
        assert leftovers(folder / "target") == []
        (source / "f500").chmod(0o600)
        with transfer_service(folder / "state") as service:
            service.retry_failed(done.id)
            again = service.wait(done.id, WAIT_S)
        assert (again.state, again.progress.files_done) == (TransferState.DONE, 1000)


def test_a_target_that_may_not_be_written() -> None:
    with without_privileges() as folder:
        source = make_tree(folder / "lake", 5)
        (folder / "target").mkdir(mode=0o555)
        with transfer_service(folder / "state") as service:
            done = copy(service, request(source, target=folder / "target"))
        assert done.state is TransferState.FAILED
        assert done.progress.files_failed == 6
        (folder / "target").chmod(0o755)


def test_a_source_that_changes_is_copied_again_from_its_start(tmp_path: Path) -> None:
    source, target = tmp_path / "log.bin", tmp_path / "target"
    source.write_bytes(os.urandom(40 * MIB))
    with transfer_service(tmp_path / "state") as service:
        service.set_limits(bandwidth=20 * MIB)
        number = service.submit(request(source, target=target)).id
        waiting = threading.Event()
        while service.transfer(number).progress.bytes_done < 2 * MIB:
            assert not waiting.wait(0.005)
        with open(source, "ab") as file:
            file.write(b"more")
        service.set_limits(bandwidth=0)
        done = service.wait(number, WAIT_S)
        (file_done,) = service.files(number)
    assert done.state is TransferState.DONE, done.error
    assert file_done.attempts > 1
    assert (target / "log.bin").read_bytes() == source.read_bytes()
    assert leftovers(target) == []


def test_a_source_that_never_rests_is_given_up(tmp_path: Path) -> None:
    source, target = tmp_path / "log.bin", tmp_path / "target"
    source.write_bytes(os.urandom(40 * MIB))
    ended = threading.Event()

    def write() -> None:
        while not ended.wait(0.001):
            with open(source, "ab") as file:
                file.write(b"line\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with transfer_service(tmp_path / "state") as service:
            done = copy(service, request(source, target=target))
    finally:
        ended.set()
        writer.join()
    assert done.state is TransferState.FAILED
    assert "changed while it was" in done.error
    assert "nobody writes" in done.remedy
    assert contents(target) == {}


class Vanishing(LocalFileSystem):
    """A disk on which somebody removes files right after they were listed."""

    def __init__(self, gone: Path) -> None:
        self._gone = gone

    def walk(self, location: Location) -> Iterator[EntryPage]:
        pages = list(super().walk(location))
        self._gone.unlink(missing_ok=True)
        return iter(pages)


def test_a_source_that_vanishes_is_reported(tmp_path: Path) -> None:
    source = make_tree(tmp_path / "lake", 20)
    gone = min(source.rglob("*.bin"))
    with transfer_service(tmp_path / "state", Stores(local=Vanishing(gone))) as service:
        done = copy(service, request(source, target=tmp_path / "target"))
        (failed,) = service.files(done.id, (FileState.FAILED,))
    assert (done.state, done.progress.files_done) == (TransferState.FAILED, 20)
    assert failed.source.path == str(gone)
    assert contents(tmp_path / "target/lake") == contents(source)


@pytest.mark.parametrize("rule", [Conflict.OVERWRITE, Conflict.SKIP, Conflict.KEEP_BOTH])
def test_two_processes_copy_to_one_target(tmp_path: Path, rule: Conflict) -> None:
    sources = [make_tree(tmp_path / name / "lake", 60, large=2 * MIB, seed=seed)
               for seed, name in enumerate("ab")]  # fmt: skip
    target = tmp_path / "target"
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.unit.services.transfers.copier",
             str(tmp_path / f"state{number}"), str(source), str(target),
             f"--conflict={rule.value}"],
            stdout=subprocess.PIPE, text=True,
        )
        for number, source in enumerate(sources)
    ]  # fmt: skip
    results = [json.loads(process.communicate(timeout=60)[0].splitlines()[-1])
               for process in processes]  # fmt: skip
    assert [result["state"] for result in results] == ["done", "done"], results
    both = [contents(source) for source in sources]
    arrived = contents(target / "lake")
    assert leftovers(target) == []
    for name, found in arrived.items():
        original = name.replace(" (2)", "")
        assert found in (both[0].get(original), both[1].get(original)), name
    assert both[0].keys() <= arrived.keys()
