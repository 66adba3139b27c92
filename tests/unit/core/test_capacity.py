"""Nodes, vCPU and memory of a cluster."""

from __future__ import annotations

from hue_desktop.core.capacity import Capacity, capacity
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState, ClusterSummary
from hue_desktop.core.instances import (
    GroupState,
    Instance,
    InstanceGroup,
    InstanceState,
    InstanceType,
    Market,
    Role,
)

XLARGE = InstanceType("m5.xlarge", 4, 16.0)
TYPES = {"m5.xlarge": XLARGE}


def _snapshot(
    groups: tuple[InstanceGroup, ...] | None, nodes: tuple[Instance, ...] = ()
) -> ClusterSnapshot:
    return ClusterSnapshot(
        ClusterRef("c", "us-east-1", "j-1"),
        ClusterSummary("j-1", "a", ClusterState.RUNNING),
        groups=groups,
        instances=nodes,
    )


def _group(kind: str, count: int) -> InstanceGroup:
    return InstanceGroup(
        "ig-1", "core", Role.CORE, Market.ON_DEMAND, kind, count, 0, GroupState.RUNNING
    )


def test_groups_count_what_is_asked_for() -> None:
    found = capacity(_snapshot((_group("m5.xlarge", 3), _group("m5.xlarge", 1))), TYPES)
    assert found == Capacity(4, 16, 64.0)
    assert found.with_more(-2, XLARGE) == Capacity(2, 8, 32.0)
    assert found.with_more(1, None) == Capacity(5)


def test_an_unknown_type_leaves_only_the_nodes() -> None:
    assert capacity(_snapshot((_group("z1.huge", 2),)), TYPES) == Capacity(2)
    assert capacity(_snapshot((_group("z1.huge", 0),)), TYPES) == Capacity(0, 0, 0.0)


def test_fleets_count_the_nodes_that_exist() -> None:
    node = Instance(
        "ci-1",
        "i-1",
        Role.CORE,
        "if-1",
        "m5.xlarge",
        Market.SPOT,
        InstanceState.RUNNING,
    )
    assert capacity(_snapshot(None, (node, node)), TYPES) == Capacity(2, 8, 32.0)
