"""Somebody changes the source while it is copied: what arrives is never a mixture."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.faults.copier import MIB, Copier, until
from tests.e2e.faults.places import S3, Hdfs, Local, Place
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion

OLD = random.Random(1).randbytes(20 * MIB)
NEW = random.Random(2).randbytes(20 * MIB)


def append(hdfs: Hdfs, name: str, data: bytes) -> None:
    """Write at the end of a file, as a log collector does."""
    path = f"{hdfs.root}/{name}"
    location = hdfs.web.location("POST", path, "APPEND")
    answer = hdfs.web._send(*_parts(location), data)
    assert answer.status == 200, answer


def _parts(location: str) -> tuple[str, str, str]:
    _scheme, _mark, rest = location.partition("://")
    netloc, _slash, target = rest.partition("/")
    return netloc, "POST", f"/{target}"


@pytest.mark.parametrize("kind", ["local", "hdfs"])
def test_an_object_is_replaced(
    house: HdfsRegion, tmp_path: Path, s3: S3, local: Local, hdfs: Hdfs, kind: str
) -> None:
    target: Place = {"local": local, "hdfs": hdfs}[kind]
    s3.fill("lake", {"log": OLD})
    changed(house, tmp_path, s3, target, lambda: s3.fill("lake", {"log": NEW}), NEW)


@pytest.mark.parametrize("how", ["appended", "replaced"])
def test_a_file_of_hdfs_grows_or_is_replaced(
    house: HdfsRegion, tmp_path: Path, s3: S3, hdfs: Hdfs, how: str
) -> None:
    hdfs.fill("lake", {"log": OLD})
    if how == "appended":
        changed(house, tmp_path, hdfs, s3, lambda: append(hdfs, "lake/log", b"more"), OLD + b"more")
    else:
        house.region.jump(seconds=5)  # the region's clock stands still otherwise
        replace = lambda: hdfs.fill("lake", {"log": NEW})  # noqa: E731
        changed(house, tmp_path, hdfs, s3, replace, NEW)


def changed(
    house: HdfsRegion, tmp_path: Path, source: Place, target: Place,
    change: Callable[[], None], expected: bytes,
) -> None:  # fmt: skip
    """The change comes when some parts have been copied."""
    copier = Copier(tmp_path / "user", house.region.s3_endpoint, part=5 * MIB)
    process = copier.start(
        "--bandwidth", "6M", "--connections", "1", source.uri("lake"), target.uri("there")
    )
    until(lambda: copier.bytes_done() >= MIB, process)
    change()
    done = copier.end(process)
    assert (done.code, done.said["state"]) == (0, "done"), done
    found = target.files("there")
    assert [*found] == ["log"]
    assert found["log"] == expected
    assert [*source.litter(), *target.litter()] == []
