"""Rules over measured series: what was seen, and that too little of it says nothing."""

from __future__ import annotations

import pytest

from hue_desktop.core.advice.values import ActionKind, Advice, Confidence
from hue_desktop.core.changes import AddTaskGroup, ResizeGroup, SetManagedScaling
from hue_desktop.core.clusters import ClusterSnapshot, ManagedScaling
from hue_desktop.core.instances import GroupState, Market, Role
from hue_desktop.core.metrics import NodeReading
from tests.unit.core.advice.makers import GIB, cluster, facts, group, only, rule, steady

CORE = group(Role.CORE, "m5.2xlarge", 4)
TASK = group(Role.TASK, "m5.2xlarge", 8)


def resized(advice: Advice) -> ResizeGroup:
    assert advice.apply is not None
    assert advice.apply.kind is ActionKind.RESIZE
    change = advice.apply.changes[0]
    assert isinstance(change, ResizeGroup)
    return change


def measured_nodes(snapshot: ClusterSnapshot, **values: float) -> dict[str, NodeReading]:
    told = {name.replace("_", "."): value for name, value in values.items()}
    return {
        node.private_dns: NodeReading(node.private_dns, "RUNNING", "", told)
        for node in snapshot.nodes()
    }


def test_full_memory_and_idle_processors_want_r() -> None:
    full = steady("yarn.memory.share", 95.0)
    idle = steady("cpu.task_on_demand", 15.0)
    advice = only("idle-processors", facts(cluster(TASK), full, idle))
    # 8 × 24 GiB of YARN memory are 4 × 56 GiB, with half the processors
    assert advice.title == "Replace the 8 task nodes (m5.2xlarge) by 4 × r7i.2xlarge"
    assert advice.usd_month is not None
    assert advice.usd_month < -8 * 730 * 0.15
    assert advice.confidence is Confidence.HIGH
    assert {seen.metric for seen in advice.evidence} == {"cpu.task_on_demand", "yarn.memory.share"}
    assert all(seen.start is not None and seen.end is not None for seen in advice.evidence)
    assert "32 vCPU fewer" in advice.risk


@pytest.mark.parametrize(("memory", "cpu"), [(95.0, 80.0), (40.0, 15.0)])
def test_other_loads_do_not_want_r(memory: float, cpu: float) -> None:
    series = (steady("yarn.memory.share", memory), steady("cpu.task_on_demand", cpu))
    assert rule("idle-processors", facts(cluster(TASK), *series)) == []


def test_what_was_measured_for_minutes_says_nothing() -> None:
    short = (
        steady("yarn.memory.share", 95.0, hours=0.2),
        steady("cpu.task_on_demand", 15.0, hours=0.2),
    )
    assert rule("idle-processors", facts(cluster(TASK), *short)) == []
    hour = (
        steady("yarn.memory.share", 95.0, hours=1.0),
        steady("cpu.task_on_demand", 15.0, hours=1.0),
    )
    assert only("idle-processors", facts(cluster(TASK), *hour)).confidence is Confidence.LOW


def test_busy_processors_and_free_memory_want_c() -> None:
    series = (steady("yarn.memory.share", 30.0), steady("cpu.task_on_demand", 90.0))
    advice = only("busy-processors", facts(cluster(TASK), *series))
    assert advice.title.startswith("Use c7i.2xlarge for the 8 task nodes")
    assert advice.saves
    tight = (steady("yarn.memory.share", 80.0), steady("cpu.task_on_demand", 90.0))
    assert rule("busy-processors", facts(cluster(TASK), *tight)) == []


def test_memory_that_no_container_fits_into_is_found() -> None:
    snapshot = cluster(TASK)
    series = (
        steady("yarn.memory.used", 16 * 9 * GIB),
        steady("yarn.containers", 16.0),
        steady("yarn.containers.pending", 5.0),
    )
    nodes = measured_nodes(snapshot, yarn_memory_total=24 * GIB)
    advice = only("stranded-memory", facts(snapshot, *series, nodes=nodes))
    # two containers of 9 GiB fit into 24 GiB, and 6 GiB stay unused
    assert advice.title.startswith("Containers of 8\N{NO-BREAK SPACE}GiB would fit once more")
    month = 8 * (730 * 0.48 + 0.08 * (4 * 32 + 15))
    assert advice.usd_month == pytest.approx(-month * 6 / 24)
    assert advice.usd_note == "what the unused memory costs"
    # an estimate of YARN's memory is not enough to say so
    assert rule("stranded-memory", facts(snapshot, *series)) == []
    waits = (*series[:2], steady("yarn.containers.pending", 0.0))
    assert rule("stranded-memory", facts(snapshot, *waits, nodes=nodes)) == []


def test_spare_task_nodes_are_given_back() -> None:
    share = steady("yarn.memory.share", 40.0)
    advice = only("spare-nodes", facts(cluster(CORE, TASK), share))
    # 12 × 24 GiB used to 40 %: half of that would do at 80 %
    assert resized(advice) == ResizeGroup("j-1", TASK.id, 2)
    assert advice.usd_month == pytest.approx(-6 * (730 * 0.48 + 0.08 * (4 * 32 + 15)))
    assert rule("spare-nodes", facts(cluster(CORE, TASK), steady("yarn.memory.share", 75.0))) == []


def test_nodes_that_are_scaled_or_resized_are_left_alone() -> None:
    share = steady("yarn.memory.share", 40.0)
    policy = ManagedScaling("Instances", 2, 12)
    assert rule("spare-nodes", facts(cluster(CORE, TASK, managed_scaling=policy), share)) == []
    moving = group(Role.TASK, "m5.2xlarge", 8, state=GroupState.RESIZING)
    assert rule("spare-nodes", facts(cluster(CORE, moving), share)) == []


def test_on_demand_nodes_are_given_back_before_spot_nodes() -> None:
    spot = group(Role.TASK, "m5.2xlarge", 4, Market.SPOT)
    share = steady("yarn.memory.share", 70.0 * 0.8)
    found = rule("spare-nodes", facts(cluster(CORE, TASK, spot), share))
    assert [resized(each).group_id for each in found] == [TASK.id]


def test_load_that_comes_and_goes_wants_managed_scaling() -> None:
    share = steady("yarn.memory.share", 90.0, 10.0, 10.0, 10.0)
    advice = only("uneven-load", facts(cluster(CORE, TASK), share))
    assert advice.apply is not None
    assert advice.apply.changes == (
        SetManagedScaling("j-1", ManagedScaling("Instances", 4, 12, maximum_core=4)),
    )
    assert advice.saves
    assert "estimated" in advice.usd_note


@pytest.mark.parametrize(
    "release_and_apps", [("emr-5.20.0", "Spark"), ("emr-6.0.0", "Spark"), ("emr-7.5.0", "Trino")]
)
def test_managed_scaling_is_not_advised_where_emr_has_none(
    release_and_apps: tuple[str, str],
) -> None:
    release, app = release_and_apps
    share = steady("yarn.memory.share", 90.0, 10.0, 10.0, 10.0)
    snapshot = cluster(CORE, TASK, release=release, applications=(app,))
    assert rule("uneven-load", facts(snapshot, share)) == []


def test_an_even_load_wants_no_scaling() -> None:
    assert rule("uneven-load", facts(cluster(CORE, TASK), steady("yarn.memory.share", 80.0))) == []


def test_waiting_containers_want_nodes() -> None:
    snapshot = cluster(CORE, TASK)
    series = (
        steady("yarn.memory.share", 96.0),
        steady("yarn.memory.used", 280 * GIB),
        steady("yarn.containers", 70.0),
        steady("yarn.containers.pending", 12.0),
    )
    advice = only("waiting-containers", facts(snapshot, *series))
    # twelve containers of 4 GiB need two nodes of 24 GiB
    assert resized(advice) == ResizeGroup("j-1", TASK.id, 10)
    assert advice.usd_month == pytest.approx(2 * (730 * 0.48 + 0.08 * (4 * 32 + 15)))
    seldom = (*series[:3], steady("yarn.containers.pending", 0, 0, 0, 0, 0, 0, 0, 0, 0, 9.0))
    assert rule("waiting-containers", facts(snapshot, *seldom)) == []
    core_only = only("waiting-containers", facts(cluster(CORE), *series))
    assert core_only.apply is not None
    assert isinstance(core_only.apply.changes[0], AddTaskGroup)


def test_a_full_network_wants_n() -> None:
    # 4 nodes with up to 10 Gbit/s each: 1.25 GB/s
    flow = (steady("hdfs.read", 4 * 0.5e9), steady("hdfs.written", 4 * 0.3e9))
    advice = only("network-full", facts(cluster(CORE), *flow))
    assert advice.title.startswith("Use m6in.2xlarge for the 4 core nodes")
    assert "64\N{NO-BREAK SPACE}%" in advice.why
    assert "Shuffle is not measured" in advice.why
    little = (steady("hdfs.read", 4 * 0.1e9),)
    assert rule("network-full", facts(cluster(CORE), *little)) == []
