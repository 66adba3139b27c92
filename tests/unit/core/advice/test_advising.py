"""All rules together: what comes first, which of two rivals speaks, and what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.core.advice.advising import RULES, advise, missing
from hue_desktop.core.advice.series import confidence, summary_of
from hue_desktop.core.advice.values import Confidence
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.instances import GroupState, InstanceGroup, Market, Role
from hue_desktop.core.metrics import SeriesData, SeriesKey
from tests.unit.core.advice.makers import NOW, catalog, cluster, facts, group, steady

MASTER = group(Role.MASTER, "m5.4xlarge", 1)
CORE = group(Role.CORE, "m5.2xlarge", 4)
TASK = group(Role.TASK, "r5.2xlarge", 6)


def test_danger_comes_first_then_the_largest_saving_then_what_costs() -> None:
    known = facts(cluster(MASTER, CORE, TASK), steady("hdfs.share", 90.0))
    found = advise(known)
    assert found[0].rule == "full-hdfs"
    saving = [each.usd_month for each in found if each.saves]
    assert saving == sorted(saving, key=lambda usd: usd or 0.0)
    last_saving = max(i for i, each in enumerate(found) if each.saves)
    costs = [i for i, each in enumerate(found) if not each.saves and not each.attention]
    assert all(i > last_saving for i in costs)


def test_of_rules_that_change_the_same_nodes_the_one_that_measured_speaks() -> None:
    snapshot = cluster(MASTER, CORE, group(Role.TASK, "m5.2xlarge", 6), name="simulation")
    guessed = [each.rule for each in advise(facts(snapshot)) if each.role is Role.TASK]
    assert "computation" in guessed
    series = (steady("yarn.memory.share", 30.0), steady("cpu.task_on_demand", 90.0))
    measured = [each.rule for each in advise(facts(snapshot, *series)) if each.role is Role.TASK]
    assert "busy-processors" in measured
    assert "computation" not in measured


@pytest.mark.parametrize("state", [ClusterState.TERMINATING, ClusterState.TERMINATED])
def test_a_cluster_that_ends_gets_no_advice(state: ClusterState) -> None:
    known = facts(cluster(MASTER, CORE, TASK, state=state))
    assert advise(known) == ()
    assert missing(known) == ("The cluster has ended: there is nothing to change.",)


def test_what_is_not_known_is_said_with_what_to_do() -> None:
    said = missing(facts(cluster(MASTER, CORE)))
    assert any("YARN's memory was measured for less than" in each for each in said)
    assert any("keep the cluster's pages open" in each for each in said)
    full = facts(cluster(MASTER, CORE), steady("yarn.memory.share", 50.0), steady("cpu.core", 50.0))
    assert missing(full) == ()


def test_prices_types_and_resizes_that_are_not_settled_are_said() -> None:
    moving = group(Role.TASK, "m5.2xlarge", 3, state=GroupState.RESIZING)
    said = missing(facts(cluster(CORE, moving), unpriced=("m5.2xlarge",)))
    assert any("no on-demand price of m5.2xlarge is known" in each for each in said)
    assert any("being resized" in each for each in said)
    unknown = replace(facts(cluster(CORE)), types={})
    assert any("no other type is suggested" in each for each in missing(unknown))
    assert any("nodes have not been read" in each for each in missing(facts(cluster())))


def test_without_prices_no_dollars_are_made_up() -> None:
    every = tuple(catalog())
    found = advise(facts(cluster(MASTER, CORE, TASK), unpriced=every))
    assert {each.usd_month for each in found} <= {None, 0.0}


def test_confidence_follows_what_was_measured_for_the_shortest_time() -> None:
    long, short = steady("cpu.core", 1.0, hours=30), steady("cpu.core", 1.0, hours=4)
    assert confidence(long) is Confidence.HIGH
    assert confidence(long, short) is Confidence.MEDIUM
    assert confidence(long, None) is Confidence.LOW


def test_a_summary_weighs_by_time_and_leaves_gaps_out() -> None:
    # 5 s apart for ten values of 100, a gap of an hour, then ten values of 0 at 300 s
    times = [NOW + 5.0 * i for i in range(10)] + [NOW + 4000 + 300.0 * i for i in range(10)]
    data = SeriesData(SeriesKey("cpu.core"), times, [100.0] * 10 + [0.0] * 10, 300.0)
    found = summary_of(data)
    assert found is not None
    assert found.covered_s == pytest.approx(45 + 300 + 9 * 300 + 300)
    assert found.mean == pytest.approx(100.0 * 345 / found.covered_s)
    assert found.above_zero == pytest.approx(345 / found.covered_s)
    assert (found.lowest, found.highest) == (0.0, 100.0)
    assert summary_of(SeriesData(SeriesKey("cpu.core"))) is None


_KINDS = st.sampled_from([*catalog(), "u-6tb1.metal", "odd"])
_MARKETS = st.sampled_from(list(Market))
_STATES = st.sampled_from(list(GroupState))
_PERCENT = st.floats(0.0, 100.0)


@st.composite
def _groups(draw: st.DrawFn) -> tuple[InstanceGroup, ...]:
    return tuple(
        group(role, draw(_KINDS), draw(st.integers(0, 120)), draw(_MARKETS), draw(_STATES))
        for role in Role
    )


@settings(max_examples=60, deadline=None)
@given(_groups(), _PERCENT, _PERCENT, _PERCENT, st.floats(0.0, 50.0))
def test_no_rule_fails_whatever_the_cluster(
    groups: tuple[InstanceGroup, ...], cpu: float, memory: float, hdfs: float, pending: float
) -> None:
    series = (
        steady("cpu.core", cpu),
        steady("cpu.task_spot", cpu),
        steady("cpu.task_on_demand", cpu),
        steady("yarn.memory.share", memory),
        steady("yarn.memory.used", memory * 1e9),
        steady("yarn.containers", pending),
        steady("yarn.containers.pending", pending),
        steady("hdfs.share", hdfs),
        steady("hdfs.read", hdfs * 1e8),
    )
    known = facts(cluster(*groups), *series)
    for advice in advise(known):
        assert advice.rule in RULES
        assert advice.title
        assert advice.why
        assert advice.risk
        if advice.usd_month is None:
            assert advice.usd_note or missing(known)
