"""The replication factor, from configuration, from the first nodes, or guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hue_desktop.core.clusters import (
    Cluster,
    ClusterRef,
    ClusterSnapshot,
    ClusterState,
    ClusterSummary,
)
from hue_desktop.core.instances import (
    GroupState,
    Instance,
    InstanceGroup,
    InstanceState,
    Market,
    Role,
)
from hue_desktop.core.replication import Replication, replication_of

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
SUMMARY = ClusterSummary("j-1", "a", ClusterState.WAITING, created=BEGAN)
REF = ClusterRef("here", "us-east-1", "j-1")


def _node(number: int, created: datetime, state: InstanceState) -> Instance:
    return Instance(
        f"ci-{number}",
        f"i-{number}",
        Role.CORE,
        "ig-1",
        "r5.xlarge",
        Market.ON_DEMAND,
        state,
        created=created,
    )


def _group(requested: int) -> InstanceGroup:
    return InstanceGroup(
        "ig-1",
        "Core",
        Role.CORE,
        Market.ON_DEMAND,
        "r5.xlarge",
        requested,
        requested,
        GroupState.RUNNING,
    )


def test_configured() -> None:
    text = '[{"Classification":"hdfs-site","Properties":{"dfs.replication":"2"}}]'
    cluster = Cluster(SUMMARY, configurations_json=text)
    snapshot = ClusterSnapshot(REF, SUMMARY, cluster=cluster, groups=(_group(20),))
    assert replication_of(snapshot) == Replication(2, True)


@pytest.mark.parametrize(("first", "factor"), [(1, 1), (3, 1), (4, 2), (9, 2), (10, 3)])
def test_by_the_first_nodes_however_many_there_are_now(first: int, factor: int) -> None:
    early = [_node(n, BEGAN, InstanceState.TERMINATED) for n in range(first)]
    late = [_node(99 + n, BEGAN + timedelta(days=1), InstanceState.RUNNING) for n in range(12)]
    snapshot = ClusterSnapshot(REF, SUMMARY, groups=(_group(12),), instances=(*early, *late))
    assert replication_of(snapshot) == Replication(factor, True)


def test_guessed() -> None:
    snapshot = ClusterSnapshot(REF, SUMMARY, groups=(_group(5),))
    assert replication_of(snapshot) == Replication(2, False)


@pytest.mark.parametrize("text", ["", "nonsense", "{}", '[{"Classification": "x"}]', "[1]"])
def test_unreadable_configurations_do_not_matter(text: str) -> None:
    cluster = Cluster(SUMMARY, configurations_json=text)
    snapshot = ClusterSnapshot(REF, SUMMARY, cluster=cluster, groups=(_group(5),))
    assert replication_of(snapshot).factor == 2
