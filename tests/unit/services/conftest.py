"""A simulated region and the services over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import House, connection_to, open_house


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    """An empty region whose clock runs as ours does, and can jump."""
    with simulated_region("empty") as running:
        yield running


@pytest.fixture
def house(region: SimulatedRegion, tmp_path: Path) -> Iterator[House]:
    """The services over the region, reading already."""
    with open_house(connection_to(region, tmp_path), tmp_path) as opened:
        yield opened
