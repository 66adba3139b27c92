"""What is paid for little, over clusters as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from hue_desktop.core.clusters import Application, ClusterSnapshot, ClusterState
from hue_desktop.core.cost import PriceBook, price_book
from hue_desktop.core.instances import Role
from hue_desktop.core.ports import SpotPrice
from hue_desktop.core.pricing import PriceSource, TypePrice
from hue_desktop.core.steps import Step, StepSpec, StepState
from hue_desktop.services.cost.idle_finder import find_idle, right_master
from hue_desktop.services.cost.reckoning import cluster_cost
from hue_desktop.services.cost.values import IdleFinding, IdleKind
from hue_desktop.services.fleet.values import FleetSnapshot
from tests.unit.services.samples import BEGAN, NOW, REF, ZONES, cluster_of, node, summary

SOURCE = PriceSource("snapshot")
FREE = {"MemoryTotalMB": 100_000.0, "MemoryAvailableMB": 90_000.0, "HDFSUtilization": 1.0}


def book() -> PriceBook:
    types = {"m5.xlarge": (0.192, 0.048), "m5.4xlarge": (0.768, 0.192)}
    return price_book(
        {name: TypePrice(name, *usd, SOURCE) for name, usd in types.items()},
        [SpotPrice("m5.xlarge", zone, BEGAN, 0.06) for zone in ZONES],
        {"gp3": (0.08, SOURCE), "gp2": (0.10, SOURCE)},
    )


def waiting(core: int = 2, spot: int = 0, **cluster: Any) -> ClusterSnapshot:
    """A cluster that waits since it began."""
    snapshot = cluster_of(core, spot)
    state = summary(ClusterState.WAITING)
    assert snapshot.cluster is not None
    described = replace(snapshot.cluster, summary=state, **cluster)
    return replace(snapshot, summary=state, cluster=described, steps=())


def found(
    snapshot: ClusterSnapshot,
    metrics: dict[str, float] | None = None,
    *,
    now: datetime = NOW,
    prices: PriceBook | None = None,
) -> tuple[IdleFinding, ...]:
    priced = prices if prices is not None else book()
    fleet = FleetSnapshot(
        clusters={REF: snapshot},
        costs={REF: cluster_cost(snapshot, priced)},
        metrics={REF: metrics or {}},
    )
    return find_idle(fleet, lambda _name, _region: priced, lambda _ref: now)


def test_an_idle_cluster_is_found_with_its_dollars_a_day() -> None:
    (one,) = found(waiting())
    assert one.kind is IdleKind.IDLE
    assert one.action == "terminate"
    assert one.since == BEGAN.timestamp()
    assert one.usd_day == pytest.approx(cluster_cost(waiting(), book()).rate.total * 24)
    assert "no auto-termination" in one.why


@pytest.mark.parametrize(
    "metrics", [{"AppsRunning": 1.0}, {"AppsRunning": 0.0, "ContainerAllocated": 3.0}]
)
def test_a_cluster_that_a_notebook_uses_is_not_idle(metrics: dict[str, float]) -> None:
    assert found(waiting(), metrics) == ()


def test_a_cluster_is_not_idle_before_an_hour_nor_while_its_steps_are_unknown() -> None:
    assert found(waiting(), now=BEGAN + timedelta(minutes=59)) == ()
    assert found(replace(waiting(), steps=None)) == ()


def test_a_step_that_ended_lately_counts() -> None:
    step = Step("s-1", StepSpec("x", "x.jar"), StepState.COMPLETED, ended=NOW - timedelta(hours=3))
    (one,) = found(replace(waiting(), steps=(step,)))
    assert one.since == (NOW - timedelta(hours=3)).timestamp()


def test_a_day_of_idling_under_protection_is_forgotten() -> None:
    protected = waiting(termination_protected=True)
    assert [each.kind for each in found(protected)] == [IdleKind.IDLE]
    (one,) = found(protected, now=BEGAN + timedelta(days=2))
    assert one.kind is IdleKind.FORGOTTEN
    assert one.action == "unprotect"


def test_auto_termination_that_will_fire_is_left_in_peace() -> None:
    assert found(waiting(idle_timeout_s=4 * 3600), now=BEGAN + timedelta(hours=2)) == ()


@pytest.mark.parametrize(
    ("cluster", "metrics", "word"),
    [
        ({"applications": (Application("Presto"),)}, {}, "Presto"),
        ({"applications": (Application("Trino"), Application("Spark"))}, {}, "Trino"),
        ({"applications": (Application("HBase"),)}, {}, "HBase"),
        ({}, {"HDFSUtilization": 10.0}, "HDFS"),
        ({"release": "emr-5.29.0"}, {}, "too old"),
        ({"release": "emr-6.0.1"}, {}, "too old"),
    ],
)
def test_auto_termination_that_can_never_fire_says_why(
    cluster: dict[str, Any], metrics: dict[str, float], word: str
) -> None:
    (one,) = found(waiting(idle_timeout_s=3600, **cluster), metrics)
    assert one.kind is IdleKind.NEVER_ENDS
    assert word in one.why
    assert one.usd_day == pytest.approx(cluster_cost(waiting(**cluster), book()).rate.total * 24)


def test_a_little_hdfs_and_an_older_rule_do_not_keep_it_from_ending() -> None:
    soon = BEGAN + timedelta(hours=1, minutes=10)
    assert found(waiting(idle_timeout_s=3600), {"HDFSUtilization": 9.9}, now=soon) == ()
    older = waiting(idle_timeout_s=3600, release="emr-6.3.0")
    assert found(older, {"HDFSUtilization": 40.0}, now=soon) == ()


def test_idle_longer_than_its_timeout_is_found_without_a_known_reason() -> None:
    (one,) = found(waiting(idle_timeout_s=3600))
    assert one.kind is IdleKind.NEVER_ENDS
    assert "9443" in one.why


def test_a_working_cluster_whose_policy_cannot_fire_wastes_nothing_yet() -> None:
    busy = waiting(idle_timeout_s=3600, applications=(Application("Presto"),))
    (one,) = found(busy, {"AppsRunning": 2.0})
    assert one.kind is IdleKind.NEVER_ENDS
    assert one.usd_day == 0.0
    assert one.action == "auto-termination"


def test_core_nodes_for_little_hdfs_are_found_with_what_they_cost() -> None:
    snapshot = cluster_of(10, 0)
    (one,) = found(snapshot, FREE)
    assert one.kind is IdleKind.SPARE_CORE
    assert one.action == "resize"
    each = cluster_cost(snapshot, book()).by_node["ci-0001"]
    assert one.usd_day == pytest.approx(7 * each * 24)  # three hold three replicas


@pytest.mark.parametrize(
    "metrics",
    [
        {**FREE, "HDFSUtilization": 50.0},
        {**FREE, "MemoryAvailableMB": 20_000.0},
        {"HDFSUtilization": 1.0},
        {"MemoryTotalMB": 100_000.0, "MemoryAvailableMB": 90_000.0},
    ],
)
def test_core_nodes_that_hold_data_or_work_or_are_not_measured_stay(
    metrics: dict[str, float],
) -> None:
    assert found(cluster_of(10, 0), metrics) == ()


def test_a_large_primary_node_is_found_with_the_difference() -> None:
    snapshot = cluster_of(4, 0)
    large = replace(node(0, Role.MASTER), instance_type="m5.4xlarge")
    nodes = (large, *(snapshot.instances or ())[1:])
    (one,) = found(replace(snapshot, instances=nodes))
    assert one.kind is IdleKind.LARGE_MASTER
    assert one.usd_day == pytest.approx((0.768 + 0.192 - 0.192 - 0.048) * 24)
    assert one.action == "clone"


def test_a_large_primary_node_of_unknown_price_has_no_dollars() -> None:
    snapshot = cluster_of(4, 0)
    large = replace(node(0, Role.MASTER), instance_type="r6g.4xlarge")
    (one,) = found(replace(snapshot, instances=(large, *(snapshot.instances or ())[1:])))
    assert one.usd_day is None


@pytest.mark.parametrize(
    ("kind", "nodes", "enough"),
    [
        ("m5.2xlarge", 4, "m5.xlarge"),
        ("m5.xlarge", 4, ""),
        ("m4.xlarge", 50, "m4.large"),
        ("m4.xlarge", 51, ""),
        ("m5.4xlarge", 80, "m5.xlarge"),
        ("m5.4xlarge", 101, ""),
        ("u-6tb1.metal", 4, ""),
    ],
)
def test_the_right_size_of_a_primary_node(kind: str, nodes: int, enough: str) -> None:
    assert right_master(kind, nodes) == enough


def test_the_dearest_stand_first_and_those_without_a_price_last() -> None:
    other = replace(REF, cluster_id="j-2")
    cheap, dear = waiting(1), replace(waiting(20), ref=other)
    fleet = FleetSnapshot(
        clusters={REF: cheap, other: dear},
        costs={other: cluster_cost(dear, book())},
        metrics={},
    )
    kinds = find_idle(fleet, lambda _name, _region: book(), lambda _ref: NOW)
    assert [each.ref.cluster_id for each in kinds] == ["j-2", "j-1"]
    assert kinds[-1].usd_day is None


def test_a_cluster_that_is_over_or_coming_is_not_looked_at() -> None:
    for state in (ClusterState.TERMINATED, ClusterState.STARTING, ClusterState.TERMINATING):
        assert found(replace(waiting(), summary=summary(state))) == ()
