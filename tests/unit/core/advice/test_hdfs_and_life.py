"""Rules about HDFS and about a cluster's life, the bad states among them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hue_desktop.core.advice.values import ActionKind, Confidence
from hue_desktop.core.changes import ResizeGroup, SetAutoTermination, Terminate
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.instances import GroupState, InstanceState, Market, Role
from hue_desktop.core.metrics import NodeReading
from tests.unit.core.advice.makers import NOW, cluster, facts, group, nodes_of, only, rule, steady

MASTER = group(Role.MASTER, "m5.xlarge", 1)
CORE = group(Role.CORE, "m5.2xlarge", 8)


def test_a_full_hdfs_wants_core_nodes() -> None:
    advice = only("full-hdfs", facts(cluster(CORE), steady("hdfs.share", 90.0)))
    assert advice.attention
    assert advice.apply is not None
    # 8 nodes at 90 % are 12 at 60 %
    assert advice.apply.changes == (ResizeGroup("j-1", CORE.id, 12),)
    assert advice.usd_month == pytest.approx(4 * (730 * 0.48 + 0.08 * (4 * 32 + 15)))
    assert rule("full-hdfs", facts(cluster(CORE), steady("hdfs.share", 70.0))) == []


def test_core_nodes_that_nobody_needs_may_go_but_not_below_the_copies() -> None:
    little = (steady("hdfs.share", 6.0), steady("yarn.memory.share", 10.0))
    advice = only("spare-core", facts(cluster(CORE), *little))
    assert advice.apply is not None
    assert advice.apply.changes == (ResizeGroup("j-1", CORE.id, 2),)  # two copies of each block
    assert "check before" in advice.risk
    busy = (steady("hdfs.share", 6.0), steady("yarn.memory.share", 80.0))
    assert rule("spare-core", facts(cluster(CORE), *busy)) == []
    moving = group(Role.CORE, "m5.2xlarge", 8, state=GroupState.RESIZING)
    assert rule("spare-core", facts(cluster(moving), *little)) == []


def test_one_full_disk_among_empty_ones_wants_the_balancer() -> None:
    snapshot = cluster(CORE)
    hosts = [node.private_dns for node in snapshot.nodes()]
    disks = dict.fromkeys(hosts, 40.0) | {hosts[3]: 92.0}
    nodes = {h: NodeReading(h, "RUNNING", "", {"node.disk": disk}) for h, disk in disks.items()}
    advice = only("uneven-hdfs", facts(snapshot, nodes=nodes))
    assert advice.title.startswith("Rebalance HDFS: 1 of 8 core nodes")
    assert advice.usd_month == 0.0
    assert len(advice.evidence) == 1
    full = {h: NodeReading(h, "RUNNING", "", {"node.disk": 92.0}) for h in hosts}
    assert rule("uneven-hdfs", facts(snapshot, nodes=full)) == []
    assert rule("uneven-hdfs", facts(snapshot)) == []


SINCE = datetime.fromtimestamp(NOW - 3 * 3600, UTC)


def test_an_idle_cluster_gets_an_end() -> None:
    snapshot = cluster(MASTER, CORE, state=ClusterState.WAITING)
    advice = only("idle", facts(snapshot, idle_since=SINCE))
    assert advice.apply is not None
    assert advice.apply.changes == (SetAutoTermination("j-1", 3600),)
    nodes = 8 * (730 * 0.48 + 0.08 * (4 * 32 + 15)) + 730 * 0.24 + 0.08 * (2 * 32 + 15)
    assert advice.usd_month == pytest.approx(-nodes)
    assert advice.usd_note == "while it stays idle"
    assert rule("idle", facts(snapshot)) == []
    ends = cluster(MASTER, CORE, state=ClusterState.WAITING, idle_timeout_s=3600)
    assert rule("idle", facts(ends, idle_since=SINCE)) == []


@pytest.mark.parametrize(
    ("release", "app"), [("emr-5.20.0", "Spark"), ("emr-7.5.0", "HBase"), ("emr-6.0.0", "Hive")]
)
def test_where_no_policy_can_fire_only_an_end_is_left(release: str, app: str) -> None:
    snapshot = cluster(
        MASTER, CORE, state=ClusterState.WAITING, release=release, applications=(app,)
    )
    advice = only("idle", facts(snapshot, idle_since=SINCE))
    assert advice.apply is not None
    assert advice.apply.changes == (Terminate("j-1"),)


def test_a_full_hdfs_keeps_a_policy_from_firing() -> None:
    snapshot = cluster(MASTER, CORE, state=ClusterState.WAITING)
    advice = only("idle", facts(snapshot, steady("hdfs.share", 30.0), idle_since=SINCE))
    assert advice.apply is not None
    assert advice.apply.kind is ActionKind.TERMINATE


def test_work_that_yarn_does_not_see_makes_idleness_unsure() -> None:
    snapshot = cluster(MASTER, CORE, state=ClusterState.WAITING, applications=("Trino",))
    advice = only("idle", facts(snapshot, idle_since=SINCE))
    assert "What Trino does is not seen there." in advice.why
    assert advice.confidence is Confidence.LOW
    protected = cluster(MASTER, state=ClusterState.WAITING, termination_protected=True)
    assert "protected" in only("idle", facts(protected, idle_since=SINCE)).why


def test_a_suspended_group_is_set_again_and_an_arrested_one_replaced() -> None:
    stopped = group(
        Role.TASK,
        "m5.2xlarge",
        6,
        state=GroupState.SUSPENDED,
        state_reason="InsufficientInstanceCapacity",
    )
    advice = only("stuck-group", facts(cluster(CORE, stopped)))
    assert "is suspended: set its count again" in advice.title
    assert advice.evidence[0].text == "InsufficientInstanceCapacity"
    assert advice.attention
    assert advice.apply is not None
    assert advice.apply.changes == (ResizeGroup("j-1", stopped.id, 6),)
    arrested = group(Role.TASK, "m5.2xlarge", 6, state=GroupState.ARRESTED)
    broken = only("stuck-group", facts(cluster(CORE, arrested)))
    assert broken.apply is not None
    assert broken.apply.kind is ActionKind.CLONE
    assert rule("stuck-group", facts(cluster(CORE))) == []


def test_capacity_that_never_comes_is_asked_for_in_another_type() -> None:
    wanted = group(Role.TASK, "m5.2xlarge", 3, Market.SPOT, GroupState.RESIZING)
    snapshot = cluster(CORE, wanted)
    asked = datetime.fromtimestamp(NOW - 1800, UTC)
    waiting = tuple(
        replace(node, state=InstanceState.AWAITING_FULFILLMENT, created=asked)
        for node in nodes_of((wanted,))
    )
    snapshot = replace(snapshot, instances=(*nodes_of((CORE,)), *waiting))
    advice = only("missing-capacity", facts(snapshot))
    assert advice.title.startswith("3 of the 3 task nodes")
    assert advice.evidence[0].end == NOW
    assert advice.usd_month == 0.0
    fresh = replace(
        snapshot,
        instances=tuple(
            replace(node, created=datetime.fromtimestamp(NOW - 60, UTC)) for node in waiting
        ),
    )
    assert rule("missing-capacity", facts(fresh)) == []
