"""Clusters are found with one request each to EMR, not by reading all of a fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError
from hue_desktop.core.ports import RegionAccess
from hue_desktop.services.access import AccessPool
from hue_desktop.services.lanes import Lane
from hue_desktop.services.storage.running_clusters import RunningClusters
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import connection_to, open_doors, run_cluster

GONE = "http://127.0.0.1:1"
Opener = Callable[..., RunningClusters]


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """A region with three clusters, of which two share a name."""
    with simulated_region(paused=True) as running:
        for name in ("analytics", "etl", "etl"):
            run_cluster(running, name=name, up=False)
        running.jump(minutes=15)
        yield running


@pytest.fixture
def opened(region: SimulatedRegion, tmp_path: Path) -> Iterator[Opener]:
    """What asks the given connections, by default the region's."""
    here = connection_to(region, tmp_path)
    lane = Lane("test", 4)
    pools: list[AccessPool] = []

    def ask(*connections: Connection) -> RunningClusters:
        chosen = {each.name: each for each in connections or (here,)}

        def doors(connection: Connection, name: str) -> RegionAccess:
            return open_doors(connection, name)

        pools.append(AccessPool(chosen.__getitem__, doors))
        return RunningClusters(pools[-1], lane, lambda: tuple(chosen.values()))

    yield ask
    for pool in pools:
        pool.close()
    lane.shutdown(timeout_s=2.0)


def test_a_cluster_is_found_by_name_and_by_id(opened: Opener) -> None:
    clusters = opened()
    [found] = clusters.find("analytics")
    assert found.ref.connection == "here"
    assert found.cluster is None, "nothing but ListClusters was needed"
    assert clusters.find(found.ref.cluster_id) == (found,)
    assert len(clusters.find("etl")) == 2
    assert clusters.find("nobody") == ()
    assert len(clusters.all()) == 3


def test_a_cluster_is_found_by_its_primary_node(opened: Opener) -> None:
    clusters = opened()
    [found] = clusters.find("analytics")
    clusters.learn(found.ref)
    described = clusters.snapshot().clusters[found.ref].cluster
    assert described is not None
    assert described.applications, "what a prediction asks for"
    [again] = opened().find(described.master_dns)
    assert again.ref == found.ref


def test_a_connection_that_fails_is_in_nobodys_way(
    opened: Opener, region: SimulatedRegion, tmp_path: Path
) -> None:
    here = connection_to(region, tmp_path)
    gone = replace(here, name="gone", endpoint_url=GONE)
    clusters = opened(gone, here)
    assert len(clusters.all()) == 3
    assert [each.ref.connection for each in clusters.find("analytics")] == ["here"]
    with pytest.raises(HueError):
        clusters.find("nobody")  # it may be one of those that cannot be asked


def test_without_any_answer_the_reason_is_told(
    opened: Opener, region: SimulatedRegion, tmp_path: Path
) -> None:
    gone = replace(connection_to(region, tmp_path), endpoint_url=GONE)
    with pytest.raises(HueError):
        opened(gone).all()
