"""The cost of a running cluster, and what it costs to reckon it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.instances import (
    EbsVolume,
    FleetType,
    GroupState,
    InstanceFleet,
    InstanceState,
    Market,
    Role,
)
from hue_desktop.services.cost.reckoning import cluster_cost
from tests.unit.services.samples import cluster_of, node, prices, summary


def test_parts_by_role_and_node_add_up() -> None:
    cost = cluster_cost(cluster_of(4, 10), prices())

    assert cost.rate.total == pytest.approx(sum(cost.by_node.values()))
    assert cost.rate.total == pytest.approx(sum(rate.total for rate in cost.by_role.values()))
    assert set(cost.by_role) == {
        (Role.MASTER, Market.ON_DEMAND),
        (Role.CORE, Market.ON_DEMAND),
        (Role.TASK, Market.SPOT),
    }
    spot = cost.by_role[Role.TASK, Market.SPOT]
    assert spot.ec2 == pytest.approx(5 * 0.06 + 5 * 0.08)
    assert spot.saved_by_spot == pytest.approx(10 * 0.192 - spot.ec2)
    assert cost.sources


def test_nodes_that_do_not_exist_yet_or_any_more_cost_nothing() -> None:
    snapshot = cluster_of(1, 0)
    waiting = node(90, Role.TASK, state=InstanceState.AWAITING_FULFILLMENT)
    ended = node(91, Role.TASK, state=InstanceState.TERMINATED)
    more = replace(snapshot, instances=(*(snapshot.instances or ()), waiting, ended))
    assert cluster_cost(more, prices()).rate == cluster_cost(snapshot, prices()).rate


def test_before_the_nodes_were_read_the_groups_tell() -> None:
    snapshot = replace(cluster_of(4, 0), instances=None)
    cost = cluster_cost(snapshot, prices())
    assert cost.rate.ec2 == pytest.approx(5 * 0.192)
    assert cost.by_node == {}


def test_unknown_prices_are_counted_and_not_shown_as_a_nodes_price() -> None:
    cost = cluster_cost(cluster_of(4, 2), PriceBook())
    assert cost.rate.unknown == 7
    assert cost.by_node == {}


def test_a_fleets_node_has_the_volumes_that_its_type_was_asked_with() -> None:
    volumes = (EbsVolume("gp3", 500), EbsVolume("gp3", 500))
    core = InstanceFleet(
        "if-core",
        "Core",
        Role.CORE,
        *(2, 0, 2, 0),
        GroupState.RUNNING,
        types=(FleetType("m5.xlarge", 1, ebs_volumes=volumes), FleetType("m5.2xlarge", 2)),
    )
    nodes = (node(0, Role.MASTER), *(node(n, Role.CORE, group_id="if-core") for n in (1, 2)))
    snapshot = replace(cluster_of(0, 0), groups=None, fleets=(core,), instances=nodes)

    ebs = cluster_cost(snapshot, prices()).by_role[Role.CORE, Market.ON_DEMAND].ebs

    assert ebs == pytest.approx(2 * (2 * 500 + 15) * 0.08 / 730)


def test_an_ended_cluster_costs_nothing() -> None:
    ended = replace(cluster_of(4, 2), summary=summary(ClusterState.TERMINATED))
    assert cluster_cost(ended, prices()).rate.total == 0


def test_the_work_grows_with_the_kinds_of_nodes_and_hardly_with_their_number() -> None:
    """The rate of each kind is reckoned once: ten times the nodes are at most some passes more."""
    book = prices()
    small, large = cluster_of(10, 90), cluster_of(100, 900)

    def seconds(snapshot: object) -> float:
        best = float("inf")
        for _round in range(5):
            began = time.process_time()
            cluster_cost(snapshot, book)  # type: ignore[arg-type]
            best = min(best, time.process_time() - began)
        return best

    assert seconds(large) < 20 * max(seconds(small), 1e-4)
