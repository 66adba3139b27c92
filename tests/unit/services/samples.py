"""A cluster of any size as values, without a region."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hue_desktop.core.clusters import (
    Cluster,
    ClusterRef,
    ClusterSnapshot,
    ClusterState,
    ClusterSummary,
)
from hue_desktop.core.cost import PriceBook, price_book
from hue_desktop.core.instances import (
    GroupState,
    Instance,
    InstanceGroup,
    InstanceState,
    Market,
    Role,
)
from hue_desktop.core.ports import SpotPrice
from hue_desktop.core.pricing import PriceSource, TypePrice

BEGAN = datetime(2026, 11, 20, 8, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=6)
REF = ClusterRef("here", "us-east-1", "j-1")
ZONES = ("us-east-1a", "us-east-1b")


def summary(state: ClusterState = ClusterState.RUNNING) -> ClusterSummary:
    """The cluster as a list shows it."""
    return ClusterSummary("j-1", "analytics", state, created=BEGAN, ready=BEGAN)


def node(
    number: int,
    role: Role | None,
    market: Market = Market.ON_DEMAND,
    state: InstanceState = InstanceState.RUNNING,
    group_id: str = "",
) -> Instance:
    """One node of its role's group."""
    return Instance(
        id=f"ci-{number:04}",
        ec2_id=f"i-{number:04}",
        role=role,
        group_id=group_id or f"ig-{role.value if role else 'X'}-{market.value}",
        instance_type="m5.xlarge",
        market=market,
        state=state,
        private_dns=f"ip-10-0-{number // 250}-{number % 250}.ec2.internal",
        az=ZONES[number % 2],
        created=BEGAN,
        ready=BEGAN,
    )


def group(role: Role, count: int, market: Market = Market.ON_DEMAND) -> InstanceGroup:
    """A group that has what it asked for."""
    return InstanceGroup(
        id=f"ig-{role.value}-{market.value}",
        name=role.value.title(),
        role=role,
        market=market,
        instance_type="m5.xlarge",
        requested=count,
        running=count,
        state=GroupState.RUNNING,
    )


def cluster_of(core: int, spot: int, *, with_roles: bool = True) -> ClusterSnapshot:
    """One master, ``core`` core nodes and ``spot`` task nodes on Spot."""
    nodes = [
        node(0, Role.MASTER),
        *(node(1 + n, Role.CORE) for n in range(core)),
        *(node(1 + core + n, Role.TASK, Market.SPOT) for n in range(spot)),
    ]
    return ClusterSnapshot(
        ref=REF,
        summary=summary(),
        cluster=Cluster(summary(), release="emr-7.5.0", az=ZONES[0]),
        groups=(group(Role.MASTER, 1), group(Role.CORE, core), group(Role.TASK, spot, Market.SPOT)),
        instances=tuple(nodes),
    )


def prices() -> PriceBook:
    """Prices of m5.xlarge, another Spot price in each zone."""
    source = PriceSource("snapshot")
    return price_book(
        {"m5.xlarge": TypePrice("m5.xlarge", 0.192, 0.048, source)},
        [
            SpotPrice("m5.xlarge", ZONES[0], BEGAN, 0.06),
            SpotPrice("m5.xlarge", ZONES[1], BEGAN, 0.08),
        ],
        {"gp3": (0.08, source)},
    )
