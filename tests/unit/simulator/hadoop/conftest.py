"""One region with an HDFS for each module; each test has a directory of its own in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, WebHdfs, hdfs_region

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def house() -> Iterator[HdfsRegion]:
    """A cluster of three core nodes that keeps two replicas."""
    with hdfs_region() as running:
        yield running


@pytest.fixture
def web(house: HdfsRegion) -> WebHdfs:
    """A client of the NameNode, as user ``hadoop``."""
    return house.web()


@pytest.fixture
def place(web: WebHdfs) -> str:
    """A directory that no other test uses."""
    path = f"/user/hadoop/{next(_NUMBERS)}"
    assert web.ask("PUT", path, "MKDIRS").json == {"boolean": True}
    return path
