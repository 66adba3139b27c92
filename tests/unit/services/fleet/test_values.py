"""What a snapshot can be asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.connections import Connection
from hue_desktop.core.ports import RegionClock
from hue_desktop.services.cost.reckoning import cluster_cost
from hue_desktop.services.fleet import ConnectionState, ConnectionStatus, FleetSnapshot
from tests.unit.services.samples import REF, cluster_of, prices, summary

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
STATUS = ConnectionStatus(Connection("here"), "us-east-1", ConnectionState.ONLINE)


def test_a_fast_clock_is_continued_at_its_rate() -> None:
    clock = RegionClock(NOW, NOW + timedelta(days=2), rate=60.0)
    snapshot = FleetSnapshot(connections=(replace(STATUS, clock=clock),))
    later = NOW + timedelta(seconds=10)
    expected = NOW + timedelta(days=2, minutes=10)
    assert snapshot.region_now("here", now=later) == expected
    assert snapshot.region_now(REF, now=later) == expected


def test_without_a_clock_our_own_counts() -> None:
    unknown_rate = RegionClock(NOW, NOW + timedelta(days=2))
    with_clock = FleetSnapshot(connections=(replace(STATUS, clock=unknown_rate),))
    later = NOW + timedelta(seconds=10)
    assert with_clock.region_now("here", now=later) == later + timedelta(days=2)
    assert FleetSnapshot(connections=(STATUS,)).region_now("here", now=NOW) == NOW
    assert FleetSnapshot().region_now("elsewhere", now=NOW) == NOW


def test_what_a_connection_costs() -> None:
    running = cluster_of(2, 2)
    cost = cluster_cost(running, prices())
    known = FleetSnapshot(clusters={REF: running}, costs={REF: cost})
    assert known.usd_hour("here") == cost.rate.total
    assert FleetSnapshot(clusters={REF: running}).usd_hour("here") is None, "not priced yet"
    ended = replace(running, summary=summary(ClusterState.TERMINATED))
    assert FleetSnapshot(clusters={REF: ended}).usd_hour("here") == 0
    assert known.usd_hour("elsewhere") == 0


def test_clusters_of_a_connection() -> None:
    snapshot = FleetSnapshot(clusters={REF: cluster_of(1, 0)})
    assert len(snapshot.of_connection("here")) == 1
    assert len(snapshot.of_connection("here", "eu-central-1")) == 0
    assert snapshot.of_connection("elsewhere") == ()
