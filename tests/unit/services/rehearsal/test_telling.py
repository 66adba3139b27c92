"""A region's story in words and figures."""

from __future__ import annotations

import pytest

from hue_desktop.core.changes import ResizeGroup, SetManagedScaling
from hue_desktop.core.clusters import (
    ClusterRef,
    ClusterSnapshot,
    ClusterState,
    ClusterSummary,
    ManagedScaling,
)
from hue_desktop.core.instances import GroupState, InstanceGroup, Market, Role
from hue_desktop.core.rehearsal import ApplicationsOutcome, HdfsSource, RehearsalLevel
from hue_desktop.core.rehearsal_ports import HdfsState, RehearsedWork, Story, StoryEvent
from hue_desktop.services.rehearsal.costs import Costs
from hue_desktop.services.rehearsal.telling import (
    applications_of,
    events_of,
    hdfs_of,
    level_of,
    sentence_of,
    size_that_went,
)

BEGUN = 1_795_000_000.0


def node(after_s: float, what: str, number: int, role: str = "TASK") -> StoryEvent:
    return StoryEvent(BEGUN + after_s, what, "", f"i-{number}", role, "SPOT", "m5.xlarge", "", 0)


def story(*events: StoryEvent) -> Story:
    return Story(BEGUN + 3600, "WAITING", events, (), None)


def state(lost: int = 0, files: int = 10) -> HdfsState:
    paths = tuple(f"/f{number}" for number in range(lost))
    return HdfsState(files, files, 100.0, 1000.0, 0, lost, lost, 7.0 * lost, paths)


def test_nodes_to_which_the_same_happens_are_one_line() -> None:
    told = story(
        *(node(120.0 + number, "reclaimed", number) for number in range(3)),
        node(125.0, "reclaimed", 9, role="CORE"),
        node(2000.0, "reclaimed", 4),
    )
    texts = [event.text for event in events_of(told, BEGUN)]
    assert texts == [
        "Taken back by EC2: 3 Spot task nodes (m5.xlarge)",
        "Taken back by EC2: 1 Spot core node (m5.xlarge)",
        "Taken back by EC2: 1 Spot task node (m5.xlarge)",
    ]


def test_words_that_are_not_known_are_left_out() -> None:
    assert list(events_of(story(node(1.0, "abducted", 1)), BEGUN)) == []


def test_a_delay_is_what_the_copy_that_was_left_alone_did_sooner() -> None:
    calm = (RehearsedWork("a", "a", "FINISHED", BEGUN - 60, BEGUN + 600),)
    work = (
        RehearsedWork("a", "a", "FINISHED", BEGUN - 60, BEGUN + 900, restarts=1),
        RehearsedWork("b", "b", "FAILED", BEGUN - 60, BEGUN + 700),
        RehearsedWork("c", "c", "FINISHED", BEGUN + 60, BEGUN + 99999),  # began later
    )
    outcome = applications_of(work, calm, BEGUN)
    assert (outcome.began, outcome.finished, outcome.failed, outcome.restarted) == (2, 1, 1, 1)
    assert outcome.delayed_s == 300
    assert outcome.names == ("b",)


def test_without_anything_finished_there_is_no_delay() -> None:
    running = (RehearsedWork("a", "a", "RUNNING", BEGUN - 60),)
    assert applications_of(running, running, BEGUN).delayed_s is None


def test_only_files_that_were_whole_before_are_lost_by_it() -> None:
    found = hdfs_of(HdfsSource.BLOCKS, state(lost=1), state(lost=3))
    assert found is not None
    assert (found.lost_count, found.lost_bytes, found.lost_files) == (2, 14.0, ("/f1", "/f2"))
    assert level_of(ApplicationsOutcome(), found, ()) is RehearsalLevel.BAD


def test_a_cluster_that_ended_has_lost_all_its_files() -> None:
    found = hdfs_of(HdfsSource.TOTALS, state(), None)
    assert found is not None
    assert (found.lost_count, found.used_after) == (10, 0.0)
    assert hdfs_of(HdfsSource.TOTALS, None, None) is None


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        (Costs(10.0, 12.5, 0), "it costs $10.00 instead of $12.50"),
        (Costs(10.0, 12.5, 2), "it costs ≥ $10.00 instead of ≥ $12.50"),
    ],
)
def test_a_sum_with_an_unknown_price_is_at_least(costs: Costs, said: str) -> None:
    text = sentence_of(ApplicationsOutcome(), None, costs, refused=False)
    assert said in text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_nothing_is_said_of_money_that_does_not_change() -> None:
    text = sentence_of(ApplicationsOutcome(), None, Costs(3.0, 3.0, 0), refused=True)
    assert text == "EMR would refuse it. No application ran."


def test_a_size_that_managed_scaling_took_back_is_said() -> None:
    ref = ClusterRef("prod", "eu-central-1", "j-1")
    group = InstanceGroup(
        "ig-1", "Core", Role.CORE, Market.ON_DEMAND, "r5.xlarge", 6, 6, GroupState.RUNNING
    )
    summary = ClusterSummary("j-1", "etl", ClusterState.RUNNING)
    copy = ClusterSnapshot(ref, summary, groups=(group,))
    limits = ManagedScaling("Instances", 13, 19)
    asked = ResizeGroup("j-1", "ig-1", 4)
    text = size_that_went((asked,), copy, limits)
    assert "asked for 4 nodes and has 6" in text
    assert "13 to 19" in text
    assert "13 to 19" not in size_that_went((SetManagedScaling("j-1", None), asked), copy, limits)
    assert size_that_went((ResizeGroup("j-1", "ig-1", 6),), copy, limits) == ""
