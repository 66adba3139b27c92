"""What the bench warns of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hue_desktop.core.changes import RiskLevel
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.instances import GroupState, Market
from hue_desktop.core.what_if.reckoning import reckon
from hue_desktop.core.what_if.values import BenchFacts, Variant
from tests.unit.core.what_if.samples import FACTS, GIB, bench, wish


def _said(variant: Variant, facts: BenchFacts = FACTS) -> list[tuple[RiskLevel, str]]:
    return [(risk.level, risk.text) for risk in reckon(facts, variant).risks]


def _has(variant: Variant, level: RiskLevel, words: str, facts: BenchFacts = FACTS) -> bool:
    return any(each is level and words in text for each, text in _said(variant, facts))


LOSS, WARN, NOTE = RiskLevel.LOSS, RiskLevel.WARN, RiskLevel.NOTE


def test_hdfs_that_does_not_fit_is_a_loss() -> None:
    facts = replace(FACTS, hdfs_used_bytes=820 * GIB)
    assert _has(wish(bench(), "core", count=7), LOSS, "full", facts)
    assert _has(wish(bench(), "core", count=2), LOSS, "too little", facts)
    assert not any(level is LOSS for level, _text in _said(wish(bench(), "core", count=9), facts))


def test_hdfs_that_nobody_measured_is_said() -> None:
    facts = replace(FACTS, hdfs_used_bytes=None)
    assert _has(wish(bench(), "core", count=6), WARN, "not known", facts)


def test_safe_mode_forbids_shrinking_core() -> None:
    facts = replace(FACTS, safe_mode=True)
    assert _has(wish(bench(), "core", count=6), LOSS, "safe mode", facts)
    assert not _has(wish(bench(), "core", count=9), LOSS, "safe mode", facts)


def test_the_replication_floor() -> None:
    assert _has(wish(bench(), "core", count=1), LOSS, "at least 2 core nodes")
    assert not _has(wish(bench(), "core", count=2), LOSS, "at least")


@pytest.mark.parametrize(
    ("key", "level", "words"),
    [
        ("master", LOSS, "cluster ends"),
        ("core", LOSS, "blocks are lost"),
        ("task", WARN, "All 24 task nodes are Spot"),
    ],
)
def test_spot_where_it_matters(key: str, level: RiskLevel, words: str) -> None:
    assert _has(wish(bench(), key, market=Market.SPOT), level, words)


def test_how_often_a_type_is_taken_back() -> None:
    often = wish(bench(), "spot", instance_type="r4.2xlarge")
    assert _has(often, WARN, "15\N{NO-BREAK SPACE}% to 20\N{NO-BREAK SPACE}%")
    assert _has(wish(bench(), "spot", instance_type="m5.xlarge"), NOTE, "not known")
    assert not _has(wish(bench(), "spot", count=0), NOTE, "takes back")


def test_work_that_would_have_no_room() -> None:
    facts = replace(FACTS, yarn_used_bytes=900 * GIB)
    assert _has(wish(bench(), "spot", count=4), WARN, "YARN uses 900", facts)
    assert not _has(wish(bench(), "spot", count=20), WARN, "YARN uses", facts)
    big = replace(FACTS, container_bytes=20 * GIB)
    assert _has(wish(bench(), "task", instance_type="m5.xlarge"), WARN, "too small", big)


def test_what_needs_a_new_cluster_is_said() -> None:
    assert _has(wish(bench(), "master", instance_type="m5.xlarge"), WARN, "New master type")
    assert _has(wish(bench(), "core", market=Market.SPOT), WARN, "Other market for core")
    arm = wish(bench(), "spot", instance_type="m6g.2xlarge")
    assert _has(arm, WARN, "other processors (arm64)")


def test_a_group_never_changes_its_type() -> None:
    variant = wish(bench(), "spot", instance_type="r4.2xlarge")
    assert _has(variant, NOTE, "never changes")
    assert _has(variant, WARN, "If EC2 has no Spot r4.2xlarge")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (GroupState.SUSPENDED, "makes EMR try again"),
        (GroupState.ARRESTED, "takes no change"),
        (GroupState.RESIZING, "takes that resize’s place"),
    ],
)
def test_a_group_that_is_stuck(state: GroupState, words: str) -> None:
    line = bench().line("task")
    assert line is not None
    variant = bench().with_line(replace(line, state=state))
    assert any(words in text for _level, text in _said(wish(variant, "task", count=9)))
    assert _said(variant) == []


def test_managed_scaling_has_the_last_word() -> None:
    policy = ManagedScaling("Instances", 3, 40)
    assert _has(wish(bench(policy), "task", count=9), WARN, "may soon set other sizes")
    upside_down = replace(bench(), scaling=ManagedScaling("Instances", 9, 3))
    assert _has(upside_down, LOSS, "above its maximum")
    assert _has(replace(bench(policy), scaling=None), NOTE, "Without managed scaling")
