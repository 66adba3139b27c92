"""One region with a running cluster for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.simulator.ssh.clients import run_cluster


@pytest.fixture(scope="package")
def region() -> Iterator[SimulatedRegion]:
    """A region whose clock stands still, with one cluster that waits."""
    with simulated_region(paused=True) as running:
        run_cluster(running)
        yield running
