"""One simulated region for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulated import SimulatedRegion, simulated_region


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    """An empty region whose clock stands still."""
    with simulated_region(paused=True) as running:
        yield running
