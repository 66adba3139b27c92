"""S3 in trouble that passes, and in trouble that stays: whole and verified, or absent and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.faults.conftest import tree
from tests.e2e.faults.copier import MIB, Copier, until
from tests.e2e.faults.places import S3, Hdfs, Local, Place
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion

Trouble = Callable[..., Any]
FILES = tree(20, 12 * MIB)
LARGE = "*/large.bin"
REST = {name: data for name, data in FILES.items() if name != "large.bin"}


def met(house: HdfsRegion) -> int:
    """Requests to S3 that a fault met."""
    return int(house.region.control("s3")["met"])


@pytest.fixture
def places(local: Local, s3: S3, hdfs: Hdfs) -> dict[str, Place]:
    """All three stores."""
    return {"local": local, "s3": s3, "hdfs": hdfs}


@pytest.mark.slow
@pytest.mark.parametrize(
    "route", [("local", "s3"), ("s3", "local"), ("s3", "hdfs"), ("hdfs", "s3"), ("s3", "s3")],
    ids="-".join,
)  # fmt: skip
def test_ten_seconds_of_slow_down(
    house: HdfsRegion, copier: Copier, places: dict[str, Place], trouble: Trouble,
    route: tuple[str, str],
) -> None:  # fmt: skip
    source, target = places[route[0]], places[route[1]]
    source.fill("lake", FILES)
    before = met(house)
    process = copier.start("--bandwidth", "6M", source.uri("lake"), target.uri("there"))
    until(lambda: copier.newest()[1] in ("listing", "running"), process)
    trouble(code="SlowDown", for_s=10)
    done = copier.end(process)
    assert (done.code, done.said["state"]) == (0, "done"), done
    assert met(house) > before
    assert done.said["seconds"] > 9
    assert target.files("there") == FILES
    assert [*source.litter(), *target.litter()] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("route", "fault", "reason"),
    [
        (("local", "s3"), {"code": "InternalError", "method": "PUT", "part": 2}, "InternalError"),
        (("local", "s3"), {"kind": "cut", "method": "PUT", "after_bytes": 9000, "part": 1}, ""),
        (("local", "s3"), {"kind": "corrupt", "method": "PUT", "after_bytes": 9000, "part": 1},
         "checksum"),
        (("hdfs", "s3"), {"kind": "corrupt", "method": "PUT", "after_bytes": 9000, "part": 1},
         "checksum"),
        (("s3", "local"), {"kind": "cut", "method": "GET", "after_bytes": 9000, "key": LARGE},
         ""),
        (("s3", "local"), {"kind": "corrupt", "method": "GET", "after_bytes": 90, "key": LARGE},
         "checksum"),
        (("s3", "hdfs"), {"kind": "corrupt", "method": "GET", "after_bytes": 90, "key": LARGE},
         "checksum"),
    ],
    ids=lambda value: "-".join(map(str, value.values() if isinstance(value, dict) else value)),
)  # fmt: skip
def test_trouble_that_stays(
    house: HdfsRegion, copier: Copier, places: dict[str, Place], trouble: Trouble,
    route: tuple[str, str], fault: dict[str, Any], reason: str,
) -> None:  # fmt: skip
    source, target = places[route[0]], places[route[1]]
    source.fill("lake", FILES)
    trouble(**fault)
    done = copier.run(source.uri("lake"), target.uri("there"))
    assert (done.code, done.said["state"], done.said["files_failed"]) == (1, "failed", 1), done
    assert [*done.failed] == ["large.bin"]
    assert reason in done.failed["large.bin"]
    assert target.files("there") == REST
    assert [*source.litter(), *target.litter()] == []
    trouble(clear=True)
    again = copier.run("--resume", str(done.said["id"]))
    assert (again.code, again.said["state"]) == (0, "done"), again
    assert target.files("there") == FILES
    assert [*source.litter(), *target.litter()] == []


@pytest.mark.parametrize(
    ("route", "fault"),
    [
        (("hdfs", "s3"), {"code": "InternalError", "method": "PUT", "part": 2, "count": 4}),
        (("hdfs", "s3"), {"kind": "corrupt", "method": "PUT", "after_bytes": 90, "count": 5}),
        (("s3", "hdfs"), {"kind": "cut", "method": "GET", "key": "*.bin", "after_bytes": 200,
                          "count": 12}),
        (("s3", "hdfs"), {"kind": "corrupt", "method": "GET", "key": LARGE, "after_bytes": 90,
                          "count": 1}),
    ],
    ids=lambda value: "-".join(map(str, value.values() if isinstance(value, dict) else value)),
)  # fmt: skip
def test_trouble_that_passes(
    copier: Copier, places: dict[str, Place], trouble: Trouble, route: tuple[str, str],
    fault: dict[str, Any],
) -> None:  # fmt: skip
    source, target = places[route[0]], places[route[1]]
    source.fill("lake", FILES)
    trouble(**fault)
    done = copier.run(source.uri("lake"), target.uri("there"))
    assert (done.code, done.said["state"]) == (0, "done"), done
    assert target.files("there") == FILES
    assert done.said["verified"].startswith("CRC32C of all bytes")
    assert [*source.litter(), *target.litter()] == []


def test_parts_under_way_leave_nothing_behind(
    house: HdfsRegion, tmp_path: Path, s3: S3, hdfs: Hdfs, trouble: Trouble
) -> None:
    s3.fill("lake", {"large.bin": bytes(24 * MIB)})
    copier = Copier(tmp_path / "user", house.region.s3_endpoint, part=MIB)
    process = copier.start("--bandwidth", "8M", s3.uri("lake"), hdfs.uri("there"))
    until(lambda: copier.bytes_done() >= MIB, process)
    trouble(code="AccessDenied", status=403, method="GET", key=LARGE)
    done = copier.end(process)
    assert (done.code, [*done.failed]) == (1, ["large.bin"]), done
    assert hdfs.files("there") == {}
    assert hdfs.litter() == []
