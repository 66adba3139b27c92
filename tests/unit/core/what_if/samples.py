"""A cluster on the bench with round prices: EC2 as named, a fee of a quarter of it, EBS free."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hue_desktop.core.clusters import (
    Cluster,
    ClusterRef,
    ClusterSnapshot,
    ClusterState,
    ClusterSummary,
    ManagedScaling,
)
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.instances import (
    FleetType,
    GroupState,
    InstanceFleet,
    InstanceGroup,
    InstanceType,
    Market,
    Role,
)
from hue_desktop.core.pricing import Interruption, PriceSource, TypePrice
from hue_desktop.core.replication import Replication
from hue_desktop.core.what_if.reckoning import copy_of
from hue_desktop.core.what_if.values import BenchFacts, Variant

__all__ = ["FACTS", "GIB", "REF", "SNAPSHOT", "bench", "fleets", "wish"]

GIB = 1024.0**3
REF = ClusterRef("prod", "us-east-1", "j-1")
_SOURCE = PriceSource("list")
#: on-demand USD per hour; Spot is half of it
_USD = {
    "m5.xlarge": 0.2,
    "m5.2xlarge": 0.4,
    "r5.2xlarge": 0.6,
    "r4.2xlarge": 0.48,
    "m6g.2xlarge": 0.32,
}
TYPES = {
    "m5.xlarge": InstanceType("m5.xlarge", 4, 16),
    "m5.2xlarge": InstanceType("m5.2xlarge", 8, 32),
    "r5.2xlarge": InstanceType("r5.2xlarge", 8, 64),
    "r4.2xlarge": InstanceType("r4.2xlarge", 8, 61),
    "m6g.2xlarge": InstanceType("m6g.2xlarge", 8, 32, "arm64"),
    "c9.priceless": InstanceType("c9.priceless", 8, 16),
}
BOOK = PriceBook(
    types={name: TypePrice(name, usd, usd / 4, _SOURCE) for name, usd in _USD.items()},
    spot_mean={name: usd / 2 for name, usd in _USD.items()},
    ebs_gib_month={"gp3": 0.0, "gp2": 0.0},
)


def _group(key: str, role: Role, kind: str, count: int, market: Market) -> InstanceGroup:
    return InstanceGroup(key, key, role, market, kind, count, count, GroupState.RUNNING)


_LISTED, _SPOT = Market.ON_DEMAND, Market.SPOT
GROUPS = (
    _group("master", Role.MASTER, "m5.2xlarge", 1, _LISTED),
    _group("core", Role.CORE, "r5.2xlarge", 8, _LISTED),
    _group("spot", Role.TASK, "m5.2xlarge", 18, _SPOT),
    _group("task", Role.TASK, "m5.2xlarge", 6, _LISTED),
    _group("spare", Role.TASK, "r4.2xlarge", 0, _SPOT),
)
_SUMMARY = ClusterSummary("j-1", "analytics", ClusterState.RUNNING)
SNAPSHOT = ClusterSnapshot(
    REF, _SUMMARY, Cluster(_SUMMARY, release="emr-7.5.0", az="us-east-1a"), GROUPS
)
FACTS = BenchFacts(
    REF,
    "analytics",
    "emr-7.5.0",
    book=BOOK,
    types=TYPES,
    interruptions={
        "r4.2xlarge": Interruption(0.15, 0.20, _SOURCE),
        "m5.2xlarge": Interruption(0.0, 0.05, _SOURCE),
    },
    container_bytes=4 * GIB,
    yarn_used_bytes=200 * GIB,
    hdfs_used_bytes=500 * GIB,
    replication=Replication(2, True),
    archs=frozenset(("x86_64",)),
)


def bench(policy: ManagedScaling | None = None) -> Variant:
    """The cluster as it is."""
    cluster = SNAPSHOT.cluster
    assert cluster is not None
    return copy_of(replace(SNAPSHOT, cluster=replace(cluster, managed_scaling=policy)), "A")


def wish(variant: Variant, key: str, **fields: Any) -> Variant:
    """The variant with a line's wish changed."""
    line = variant.line(key)
    assert line is not None
    return variant.with_line(replace(line, want=replace(line.want, **fields)))


def fleets() -> ClusterSnapshot:
    """The same cluster made of fleets; a unit is a vCPU."""
    types = (FleetType("m5.xlarge", 4), FleetType("m5.2xlarge", 8))

    def fleet(key: str, role: Role, listed: int, spot: int) -> InstanceFleet:
        return InstanceFleet(
            key, key, role, listed, spot, listed, spot, GroupState.RUNNING, types=types
        )

    return replace(
        SNAPSHOT,
        groups=None,
        fleets=(
            fleet("if-master", Role.MASTER, 4, 0),
            fleet("if-core", Role.CORE, 32, 0),
            fleet("if-task", Role.TASK, 0, 64),
        ),
    )
