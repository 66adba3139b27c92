"""One region with a cluster whose YARN and JMX the tests ask over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.simulator.yarn.yarns import YarnRegion, yarn_region


@pytest.fixture
def house() -> Iterator[YarnRegion]:
    """A region whose clock stands still, with a primary, three core and two task nodes."""
    with yarn_region() as running:
        yield running
