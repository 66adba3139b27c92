"""A simulated region with S3 and one cluster's HDFS, and a copier at its doors."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.faults.copier import MIB, Copier
from tests.e2e.faults.places import S3, Hdfs, Local
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, hdfs_region

BUCKET = "faults"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HdfsRegion]:
    """The region; blocks of a mebibyte, so that files have many."""
    with hdfs_region(state=tmp_path_factory.mktemp("region")) as running:
        running.hdfs.hdfs.options.block_size = MIB
        running.region.client("s3").create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> str:
    """A name for this test's folders."""
    return "".join(char if char.isalnum() else "-" for char in request.node.name)


@pytest.fixture
def trouble(house: HdfsRegion) -> Iterator[Callable[..., Any]]:
    """Set a fault of S3; all of them end with the test."""
    yield lambda **fault: house.region.control("s3/faults", fault)
    house.region.control("s3/faults", {"clear": True})


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return Local(tmp_path / "disk")


@pytest.fixture
def s3(house: HdfsRegion, unique: str) -> S3:
    return S3(house.region.client("s3"), BUCKET, unique)


@pytest.fixture
def hdfs(house: HdfsRegion, unique: str) -> Hdfs:
    return Hdfs(house.urls["webhdfs"], "hadoop", f"/user/hadoop/{unique}")


@pytest.fixture
def copier(house: HdfsRegion, tmp_path: Path) -> Copier:
    return Copier(tmp_path / "user", house.region.s3_endpoint)


def tree(small: int = 60, large: int = 0, seed: int = 5) -> dict[str, bytes]:
    """Files by path: ``small`` ones of all sizes, odd names among them, and a ``large`` one."""
    chance = random.Random(seed)
    files = {
        f"part {number % 4}/ün%+{number}.bin": chance.randbytes(chance.choice((0, 1, 300, 40_000)))
        for number in range(small)
    }
    return files | ({"large.bin": chance.randbytes(large)} if large else {})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of it takes long: ``make test-slow``."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
