"""What a variant costs and gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hue_desktop.core.candidates.yarn_memory import Measured
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.what_if.reckoning import copy_of, figures, rebased, reckon
from hue_desktop.core.what_if.values import BenchLine, Holding, Variant, Way
from tests.unit.core.what_if.samples import FACTS, SNAPSHOT, bench, fleets, wish

# by hand: (0.4 + 8 x 0.6 + 6 x 0.4) x 1.25 on-demand, 18 x (0.2 + 0.1) on Spot
NOW_USD = 0.5 + 6.0 + 3.0 + 5.4


def test_a_copy_has_a_line_for_each_group_with_nodes() -> None:
    lines = bench().lines
    assert [line.key for line in lines] == ["master", "core", "task", "spot"]
    assert not any(line.changed for line in lines)
    assert not bench().changed


def test_what_nobody_changed_costs_and_gives_the_same() -> None:
    outcome = reckon(FACTS, bench())
    assert outcome.before == outcome.after
    assert outcome.before.rate.total == pytest.approx(NOW_USD)
    assert outcome.risks == ()
    assert set(outcome.ways) == {Way.KEEP}
    # the master gives YARN nothing; EMR keeps 8 GiB back on each of these nodes
    assert outcome.before.room.vcpu == 8 + 64 + 48 + 144
    assert outcome.before.room.yarn_gib == pytest.approx(8 * 56 + 24 * 24)
    assert not outcome.before.room.yarn_sure
    assert outcome.before.containers == 8 * 14 + 24 * 6


def test_the_drawn_bench() -> None:
    """A smaller master, half the Spot nodes with more memory, the rest of the tasks on Spot."""
    variant = wish(bench(), "master", instance_type="m5.xlarge")
    variant = wish(variant, "task", market=Market.SPOT)
    variant = wish(variant, "spot", instance_type="r4.2xlarge", count=9)
    outcome = reckon(FACTS, variant)
    assert outcome.ways == (Way.NEW_CLUSTER, Way.KEEP, Way.REPLACE, Way.REPLACE)
    assert outcome.cost.delta == pytest.approx((0.25 - 0.5) + (1.8 - 3.0) + (9 * 0.36 - 5.4))
    assert sum(after.total for _before, after in outcome.line_rates) == pytest.approx(
        outcome.after.rate.total
    )
    assert outcome.after.room.yarn_gib == pytest.approx(8 * 56 + 6 * 24 + 9 * 53)
    assert outcome.after.room.hdfs_gib == outcome.before.room.hdfs_gib


def test_a_price_that_nobody_knows_is_counted_not_free() -> None:
    outcome = reckon(FACTS, wish(bench(), "task", instance_type="c9.priceless"))
    assert outcome.after.rate.unknown == 6
    assert outcome.after.rate.total < outcome.before.rate.total  # so it must be said
    assert any("not known" in risk.text for risk in outcome.risks)


def test_a_type_that_nobody_knows_gives_nobody_knows_what() -> None:
    facts = replace(FACTS, types={})
    outcome = reckon(facts, bench())
    assert outcome.before.room.vcpu is None
    assert outcome.before.room.yarn_gib is None
    assert outcome.before.containers is None
    assert outcome.before.rate.total == pytest.approx(NOW_USD)  # prices need no catalog


def test_no_container_runs_so_none_are_counted() -> None:
    assert reckon(replace(FACTS, container_bytes=None), bench()).after.containers is None


def test_measured_nodes_win_over_the_rule() -> None:
    facts = replace(FACTS, measured=Measured({"r5.2xlarge": 50.0, "m5.2xlarge": 20.0}))
    room = reckon(facts, bench()).before.room
    assert room.yarn_gib == pytest.approx(8 * 50 + 24 * 20)
    assert room.yarn_sure


def test_the_only_node_does_everything() -> None:
    alone = figures(FACTS, [(Role.MASTER, Holding("m5.2xlarge", 1))])
    assert alone.room.yarn_gib == pytest.approx(24)
    assert alone.room.hdfs_gib


def test_a_fleet_is_a_line_for_each_market_and_counts_units() -> None:
    variant = copy_of(fleets())
    keys = [line.key for line in variant.lines]
    assert keys == [
        "if-master:ON_DEMAND", "if-core:ON_DEMAND", "if-core:SPOT",
        "if-task:ON_DEMAND", "if-task:SPOT",
    ]  # fmt: skip
    outcome = reckon(FACTS, wish(variant, "if-task:SPOT", count=128))
    assert outcome.ways[-1] is Way.RESIZE
    # both types cost the same per unit: 0.05 x 0.75 on Spot (half the price, all of the fee)
    assert outcome.cost.delta == pytest.approx(64 * (0.025 + 0.0125))
    assert outcome.after.room.nodes == 1 + 8 + 32


@pytest.mark.parametrize(
    ("policy", "usd"),
    [
        # 40 core or task nodes at most, all of them the dearest (core)
        (ManagedScaling("Instances", 8, 40), 0.5 + 40 * 0.75),
        # core stays: the rest on-demand tasks
        (ManagedScaling("Instances", 8, 40, None, 8), 0.5 + 8 * 0.75 + 32 * 0.5),
        # 14 on-demand at most: the rest Spot
        (ManagedScaling("Instances", 8, 40, 14, 8), 0.5 + 8 * 0.75 + 6 * 0.5 + 26 * 0.3),
        (ManagedScaling("VCPU", 64, 320, None, 64), 0.5 + 8 * 0.75 + 32 * 0.5),
    ],
)
def test_what_managed_scaling_may_come_to(policy: ManagedScaling, usd: float) -> None:
    outcome = reckon(FACTS, replace(bench(), scaling=policy))
    assert outcome.at_most is not None
    assert outcome.at_most.total == pytest.approx(usd)
    assert any("at most" in risk.text for risk in outcome.risks)


def test_limits_in_vcpu_of_types_nobody_knows_come_to_nobody_knows_what() -> None:
    policy = ManagedScaling("VCPU", 64, 320)
    assert reckon(replace(FACTS, types={}), replace(bench(), scaling=policy)).at_most is None


def test_wishes_stay_while_the_cluster_changes() -> None:
    variant = wish(bench(), "spot", count=9)
    variant = variant.with_line(
        BenchLine("new-1", Role.TASK, None, Holding("r4.2xlarge", 2, Market.SPOT))
    )
    groups = tuple(
        replace(group, requested=20, running=12) if group.id == "spot" else group
        for group in SNAPSHOT.groups or ()
        if group.id != "task"
    )
    after = rebased(variant, copy_of(replace(SNAPSHOT, groups=groups)))
    assert isinstance(after, Variant)
    assert [line.key for line in after.lines] == ["master", "core", "spot", "new-1"]
    spot = after.line("spot")
    assert spot is not None
    assert spot.now is not None
    assert (spot.now.count, spot.want.count) == (20, 9)


def test_limits_follow_the_cluster_until_somebody_wishes_others() -> None:
    old, new = ManagedScaling("Instances", 3, 20), ManagedScaling("Instances", 3, 30)
    assert rebased(bench(old), bench(new)).scaling == new
    wished = replace(bench(old), scaling=ManagedScaling("Instances", 5, 25))
    assert rebased(wished, bench(new)).scaling == ManagedScaling("Instances", 5, 25)


def test_another_type_gets_that_types_own_volumes() -> None:
    held = Holding("m5.2xlarge", 2, Market.SPOT, bid_usd_hour=0.3)
    assert held.of_type("r4.2xlarge").bid_usd_hour is None
    assert held.of_type("m5.2xlarge") is held
    assert held.on_market(Market.ON_DEMAND).bid_usd_hour is None
