"""One region with its store for all tests here: the store takes a second to start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulated import SimulatedRegion, simulated_region


@pytest.fixture(scope="package")
def shared() -> Iterator[SimulatedRegion]:
    """An empty region with one bucket, ``lake``."""
    with simulated_region() as running:
        running.client("s3").create_bucket(Bucket="lake")
        yield running


@pytest.fixture
def region(shared: SimulatedRegion) -> Iterator[SimulatedRegion]:
    """The shared region, without trouble."""
    yield shared
    shared.control("s3/faults", {"clear": True})
    shared.control("credentials", {"expired": False})
    shared.control("latency", {"ms": 0})


@pytest.fixture
def s3(region: SimulatedRegion) -> Any:
    """A client that does not try again."""
    return region.client("s3")
