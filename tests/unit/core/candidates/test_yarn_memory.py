"""YARN memory and HDFS room of a cluster: measured where it can be, else by EMR's rule."""

from __future__ import annotations

import json

import pytest

from hue_desktop.core.candidates.values import ClusterRoom
from hue_desktop.core.candidates.yarn_memory import (
    Measured,
    configured_yarn_gib,
    measured,
    room,
    room_after,
    with_configured,
    yarn_gib_of,
)
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
    InstanceType,
    Market,
    Role,
)
from hue_desktop.core.metrics import NodeReading

GIB = 1024.0**3
M5 = InstanceType("m5.xlarge", 4, 16.0)
R5 = InstanceType("r5.2xlarge", 8, 64.0)
BIG = InstanceType("m5.4xlarge", 16, 64.0)
TYPES = {"m5.xlarge": M5, "r5.2xlarge": R5}


def snapshot(*groups: tuple[Role, str, int]) -> ClusterSnapshot:
    summary = ClusterSummary("j-1", "analytics", ClusterState.WAITING)
    made = tuple(
        InstanceGroup(
            f"ig-{place}", "", role, Market.ON_DEMAND, kind, count, count, GroupState.RUNNING
        )
        for place, (role, kind, count) in enumerate(groups)
    )
    nodes = tuple(
        Instance(
            f"ci-{group.id}-{place}",
            f"i-{group.id}-{place}",
            group.role,
            group.id,
            group.instance_type,
            Market.ON_DEMAND,
            InstanceState.RUNNING,
            private_dns=f"ip-{group.id}-{place}",
        )
        for group in made
        for place in range(group.running)
    )
    ref = ClusterRef("here", "us-east-1", "j-1")
    return ClusterSnapshot(
        ref, summary, Cluster(summary, release="emr-7.5.0"), groups=made, instances=nodes
    )


@pytest.mark.parametrize(
    ("memory_gib", "yarn_mb"),
    # EMR's published task configurations of m5.xlarge, r4.xlarge, r4.2xlarge and m5.2xlarge
    [(16.0, 12288), (30.5, 23424), (61.0, 54272), (32.0, 24576)],
)
def test_the_rule_gives_the_published_figures(memory_gib: float, yarn_mb: int) -> None:
    gib, sure = yarn_gib_of(InstanceType("any.xlarge", 4, memory_gib), {})
    assert round(gib * 1024) == yarn_mb
    assert not sure


def test_a_measured_type_is_sure() -> None:
    assert yarn_gib_of(M5, {"m5.xlarge": 11.5}) == (11.5, True)


def test_what_nodes_report_counts_unless_they_are_going() -> None:
    found = snapshot((Role.MASTER, "m5.xlarge", 1), (Role.CORE, "r5.2xlarge", 2))
    readings = {
        "ip-ig-1-0": NodeReading(
            "ip-ig-1-0",
            "RUNNING",
            values={"yarn.memory.total": 50 * GIB, "hdfs.capacity": 120 * GIB},
        ),
        "ip-ig-1-1": NodeReading(
            "ip-ig-1-1", "DECOMMISSIONING", values={"yarn.memory.total": 3 * GIB}
        ),
    }
    told = measured(found, readings)
    assert told.yarn_gib == {"r5.2xlarge": 50.0}
    assert told.hdfs_gib == {"r5.2xlarge": 120.0}
    assert measured(found, {}) == Measured()


def test_room_of_a_cluster_and_what_more_nodes_add() -> None:
    found = snapshot((Role.MASTER, "m5.xlarge", 1), (Role.CORE, "r5.2xlarge", 2))
    known = Measured({"r5.2xlarge": 50.0}, {"r5.2xlarge": 120.0})
    before = room(found, TYPES, known)
    assert before == ClusterRoom(3, 20, 144.0, 100.0, True, 240.0, True)
    after = room_after(before, M5, 4, known)
    assert (after.nodes, after.vcpu, after.memory_gib) == (7, 36, 208.0)
    assert after.yarn_gib == pytest.approx(148.0)
    assert not after.yarn_sure  # no node of that type has been asked
    assert (after.hdfs_gib, after.hdfs_sure) == (240.0, True)  # task nodes hold no blocks
    fewer = room_after(before, R5, -1, known, role=Role.CORE)
    assert (fewer.nodes, fewer.yarn_gib, fewer.hdfs_gib) == (2, 50.0, 120.0)


def test_hdfs_by_the_default_volumes_is_an_estimate() -> None:
    found = snapshot((Role.MASTER, "m5.xlarge", 1), (Role.CORE, "r5.2xlarge", 2))
    before = room(found, TYPES, Measured())
    assert before.hdfs_gib == pytest.approx(2 * 4 * 32 * 0.95)
    assert not before.hdfs_sure


def test_a_type_nobody_knows_makes_the_sum_unknown() -> None:
    found = snapshot((Role.MASTER, "m5.xlarge", 1), (Role.TASK, "m9.huge", 2))
    before = room(found, TYPES, Measured())
    assert (before.nodes, before.vcpu, before.yarn_gib) == (3, None, None)
    assert room_after(before, M5, 1, Measured()).vcpu is None


def test_the_only_node_of_a_cluster_computes_and_stores() -> None:
    alone = room(snapshot((Role.MASTER, "m5.xlarge", 1)), TYPES, Measured())
    assert alone.yarn_gib == pytest.approx(12.0)
    assert alone.hdfs_gib is not None
    assert alone.hdfs_gib > 0


def test_a_clusters_own_setting_comes_before_the_rule() -> None:
    text = json.dumps(
        [
            {
                "Classification": "yarn-site",
                "Properties": {"yarn.nodemanager.resource.memory-mb": "20480"},
            }
        ]
    )
    assert configured_yarn_gib(text) == 20.0
    known = with_configured(Measured({"r5.2xlarge": 50.0}), text, (M5, R5, BIG))
    # a measured type stays; one with less memory than that is left to the rule
    assert known.yarn_gib == {"r5.2xlarge": 50.0, "m5.4xlarge": 20.0}
    assert with_configured(known, "[]", (M5,)) is known


@pytest.mark.parametrize("text", ["", "[]", "{}", "[3]", '[{"Classification": "yarn-site"}]'])
def test_no_such_setting(text: str) -> None:
    assert configured_yarn_gib(text) is None
