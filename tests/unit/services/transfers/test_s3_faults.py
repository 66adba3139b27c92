"""S3 in trouble: the simulated region's gate makes it, a real S3 server stands behind it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Location
from hue_desktop.core.transfers.values import FileState, Route, TransferState
from hue_desktop.services.transfers import TransferService, widths
from tests.simulated import ACCESS_KEY, SECRET_KEY, SimulatedRegion, simulated_region
from tests.unit.services.transfers.bench import (
    MIB,
    S3,
    WAIT_S,
    Stores,
    contents,
    copy,
    leftovers,
    make_tree,
    request,
    s3_store,
    transfer_service,
)

pytestmark = pytest.mark.slow

BUCKET = "transfers"
FILES = 40


class Lake:
    """A bucket's prefix of one test, and the region's trouble."""

    def __init__(self, region: SimulatedRegion, name: str) -> None:
        self.region = region
        self.place = Location(S3, f"/{BUCKET}/{name}/")
        self.client: Any = region.client("s3")

    def trouble(self, **fault: Any) -> None:
        """Set a fault."""
        self.region.control("s3/faults", fault)

    def met(self) -> int:
        """How many requests have met a fault."""
        found = self.region.control("s3")
        return int(found.get("met", 0))

    def objects(self) -> dict[str, bytes]:
        """All objects below the prefix with their bytes."""
        prefix = self.place.key
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return {
            each["Key"].removeprefix(prefix): self.client.get_object(
                Bucket=BUCKET, Key=each["Key"]
            )["Body"].read()
            for page in pages
            for each in page.get("Contents", ())
        }

    def unfinished(self) -> list[str]:
        """Multipart uploads that were begun and not ended."""
        found = self.client.list_multipart_uploads(Bucket=BUCKET, Prefix=self.place.key)
        return [each["Key"] for each in found.get("Uploads", ())]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedRegion]:
    with simulated_region("empty", state=tmp_path_factory.mktemp("region")) as running:
        running.client("s3").create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture
def lake(region: SimulatedRegion, request: pytest.FixtureRequest) -> Iterator[Lake]:
    name = "".join(char if char.isalnum() else "-" for char in request.node.name)
    found = Lake(region, name)
    yield found
    region.control("s3/faults", {"clear": True})
    assert found.unfinished() == []


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(widths, "PART_BYTES", 5 * MIB)


@pytest.fixture
def store(region: SimulatedRegion) -> Iterator[FileSystem]:
    opened = s3_store(region.s3_endpoint)
    yield opened
    opened.close()


@pytest.fixture
def service(store: FileSystem, tmp_path: Path) -> Iterator[TransferService]:
    with transfer_service(tmp_path / "state", Stores(store)) as running:
        yield running


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "lake", FILES, large=22 * MIB)


def expected(tree: Path) -> dict[str, bytes]:
    """What a tree is on S3."""
    return {
        f"lake/{name}" + ("/" if found is None else ""): found or b""
        for name, found in contents(tree).items()
        if found is not None or name == "empty"
    }


def test_the_marker_of_an_empty_prefix_is_a_folder(
    service: TransferService, lake: Lake, tmp_path: Path
) -> None:
    prefix = lake.place.child("inbox", folder=True)
    lake.client.put_object(Bucket=BUCKET, Key=prefix.key, Body=b"")
    asked = request(lake.place.child("inbox"), target=tmp_path / "back")
    done = copy(service, asked)
    assert done.state is TransferState.DONE, done.error
    assert contents(tmp_path / "back") == {"inbox": None}
    assert copy(service, asked).progress.files_done == 0
    (tmp_path / "back" / "inbox").rmdir()
    (tmp_path / "back" / "inbox").write_text("in its place")
    assert copy(service, asked).state is TransferState.FAILED
    copy(service, request(lake.place.child("inbox"), target=lake.place.child("twin", folder=True)))
    assert lake.objects() == {"inbox/": b"", "twin/inbox/": b""}


def test_there_and_back(service: TransferService, lake: Lake, tree: Path, tmp_path: Path) -> None:
    up = copy(service, request(tree, target=lake.place))
    assert up.state is TransferState.DONE, up.error
    assert up.verified == f"CRC32C of all bytes, {FILES + 1} files"
    assert lake.objects() == expected(tree)
    again = copy(service, request(tree, target=lake.place))
    assert (again.progress.files_done, again.progress.files_skipped) == (0, FILES + 2)
    down = copy(service, request(lake.place.child("lake", folder=True), target=tmp_path / "back"))
    assert down.state is TransferState.DONE, down.error
    assert contents(tmp_path / "back") == contents(tree)
    assert down.verified == f"CRC32C of all bytes, {FILES + 1} files"
    for path in tree.rglob("*.bin"):
        back = tmp_path / "back" / path.relative_to(tree)
        assert abs(back.stat().st_mtime - path.stat().st_mtime) < 1e-3
    same = copy(service, request(lake.place.child("lake", folder=True), target=tmp_path / "back"))
    assert same.progress.files_done == 0


def test_within_s3_nothing_passes_through_here(
    service: TransferService, lake: Lake, tree: Path
) -> None:
    copy(service, request(tree, target=lake.place))
    inside = copy(
        service, request(lake.place.child("lake"), target=lake.place.child("second", folder=True))
    )
    assert inside.state is TransferState.DONE, inside.error
    assert inside.route is Route.SERVER_SIDE
    found = lake.objects()
    assert {name.removeprefix("second/") for name in found if name.startswith("second/")} == set(
        expected(tree)
    )
    assert all(found[f"second/{name}"] == data for name, data in expected(tree).items())


@pytest.mark.parametrize(
    "fault",
    [
        {"code": "SlowDown", "for_s": 1.0},
        {"code": "InternalError", "method": "PUT", "part": 2, "count": 7},
        {"code": "InternalError", "method": "PUT", "count": 30},
        {"kind": "cut", "method": "PUT", "after_bytes": 1000, "count": 12},
        {"kind": "corrupt", "method": "PUT", "after_bytes": 100, "count": 5},
        {"code": "InternalError", "method": "POST", "count": 4},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_uploads_in_trouble(
    service: TransferService, lake: Lake, tree: Path, fault: dict[str, Any]
) -> None:
    lake.trouble(**fault)
    done = copy(service, request(tree, target=lake.place))
    assert done.state is TransferState.DONE, done.error
    assert lake.objects() == expected(tree)
    assert done.verified == f"CRC32C of all bytes, {FILES + 1} files"


@pytest.mark.timeout(400)
def test_ten_seconds_of_slow_down(service: TransferService, lake: Lake, tree: Path) -> None:
    lake.trouble(code="SlowDown", for_s=10)
    done = copy(service, request(tree, target=lake.place))
    assert done.state is TransferState.DONE, done.error
    assert lake.objects() == expected(tree)


@pytest.mark.parametrize(
    "fault",
    [
        {"code": "SlowDown", "for_s": 1.0},
        {"code": "InternalError", "method": "GET", "key": "*.bin", "count": 30},
        {"code": "InternalError", "method": "GET", "query": "list-type", "count": 7},
        {"kind": "cut", "method": "GET", "key": "*.bin", "after_bytes": 1000, "count": 12},
        {"kind": "corrupt", "method": "GET", "key": "*.bin", "after_bytes": 50, "count": 5},
        {"kind": "corrupt", "method": "GET", "key": "*large*", "after_bytes": 50, "count": 1},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_downloads_in_trouble(
    service: TransferService, lake: Lake, tree: Path, tmp_path: Path, fault: dict[str, Any]
) -> None:
    copy(service, request(tree, target=lake.place))
    lake.trouble(**fault)
    done = copy(service, request(lake.place.child("lake"), target=tmp_path / "back"))
    assert done.state is TransferState.DONE, done.error
    assert contents(tmp_path / "back/lake") == contents(tree)
    assert leftovers(tmp_path / "back") == []


def test_one_forbidden_key_of_many(service: TransferService, lake: Lake, tree: Path) -> None:
    lake.trouble(code="AccessDenied", status=403, method="PUT", key="*7.bin")
    done = copy(service, request(tree, target=lake.place))
    failed = service.files(done.id, (FileState.FAILED,))
    assert done.state is TransferState.FAILED
    assert len(failed) == 4
    arrived = lake.objects()
    wanted = {name: data for name, data in expected(tree).items() if not name.endswith("7.bin")}
    assert arrived == wanted


def test_a_large_file_that_is_refused_leaves_nothing(
    service: TransferService, lake: Lake, tree: Path
) -> None:
    lake.trouble(code="AccessDenied", status=403, method="PUT", part=3)
    done = copy(service, request(tree / "large.bin", target=lake.place))
    assert done.state is TransferState.FAILED
    assert lake.objects() == {}


def test_expired_credentials_stop_the_transfer_and_it_goes_on_later(
    service: TransferService, lake: Lake, tree: Path
) -> None:
    lake.trouble(code="ExpiredToken", status=400, method="PUT")
    done = copy(service, request(tree, target=lake.place))
    assert done.state is TransferState.FAILED
    assert "expired" in done.error.lower()
    assert done.progress.files_failed == 0
    lake.trouble(clear=True)
    service.resume(done.id)
    done = service.wait(done.id, WAIT_S)
    assert done.state is TransferState.DONE, done.error
    assert lake.objects() == expected(tree)


def test_cancelling_removes_the_upload(service: TransferService, lake: Lake, tree: Path) -> None:
    service.set_limits(bandwidth=8 * MIB)
    number = service.submit(request(tree / "large.bin", target=lake.place)).id
    waiting = threading.Event()
    while not lake.unfinished():
        assert not waiting.wait(0.01)
    service.cancel(number)
    assert service.wait(number, WAIT_S).state is TransferState.CANCELLED
    assert lake.unfinished() == []
    assert lake.objects() == {}


def kill_and_resume(lake: Lake, tree: Path, tmp_path: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    resumed = 0
    for number in range(kills + 1):
        last = number == kills
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.services.transfers.copier",
             str(tmp_path / "state"), str(tree), str(lake.place), f"--s3={lake.region.s3_endpoint}",
             f"--part={5 * MIB}", f"--bandwidth={0 if last else 20 * MIB}"],
            stdout=subprocess.PIPE, text=True, env=os.environ.copy(),
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        if not last:
            threading.Event().wait(chance.uniform(0, 0.8))  # the moment is the test
            process.send_signal(signal.SIGKILL)
        said, _errors = process.communicate(timeout=100)
        if last:
            result = json.loads(said)
        resumed += bool(lake.unfinished())
        there = lake.objects()
        wanted = expected(tree)
        assert all(wanted[name] == found for name, found in there.items())
    assert (result["state"], result["error"]) == ("done", "")
    assert lake.objects() == expected(tree)
    assert resumed > 0


def test_three_kills(lake: Lake, tree: Path, tmp_path: Path) -> None:
    kill_and_resume(lake, tree, tmp_path, 3, 5)


@pytest.mark.timeout(400)
def test_twenty_kills(lake: Lake, tree: Path, tmp_path: Path) -> None:
    kill_and_resume(lake, tree, tmp_path, 20, 11)
