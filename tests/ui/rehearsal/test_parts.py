"""What a rehearsal's outcome says, shown values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from hue_desktop.core.changes import AddTaskGroup, GroupSpec, KillInstances, ResizeGroup, Terminate
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.rehearsal import (
    ApplicationsOutcome,
    HdfsOutcome,
    HdfsSource,
    NodesAt,
    RehearsalEvent,
    RehearsalLevel,
    RehearsalOutcome,
    RehearsalRequest,
    RehearsalStage,
)
from hue_desktop.ui.parts import Label
from hue_desktop.ui.rehearsal.outcome_panel import OutcomePanel
from hue_desktop.ui.rehearsal.running import Running
from hue_desktop.ui.rehearsal.words import (
    applications_words,
    change_words,
    cost_words,
    hdfs_words,
    spot_nodes,
)
from hue_desktop.ui.theme import Theme
from tests.ui.sample_fleet import fleet

BEGAN = datetime(2026, 11, 20, 14, tzinfo=UTC)
GIB = 1 << 30
HDFS = HdfsOutcome(HdfsSource.BLOCKS, 1000, 4000, 50 * GIB, 100 * GIB, 50 * GIB, 75 * GIB)
OUTCOME = RehearsalOutcome(
    "r-1",
    RehearsalRequest(ClusterRef("c", "r", "j-1"), spot_loss=0.3),
    BEGAN,
    24,
    ApplicationsOutcome(3, 2, 1, names=("etl-daily",)),
    replace(HDFS, lost_count=61, lost_bytes=11 * GIB, lost_files=("/user/marta/model.bin",)),
    312.4,
    338.6,
    (NodesAt(BEGAN, 0, 8, 24, 2), NodesAt(BEGAN + timedelta(hours=1), 3600, 6, 24)),
    (
        RehearsalEvent(BEGAN, 0, "ModifyInstanceGroups"),
        RehearsalEvent(BEGAN, 3600, "61 files lost their only copy", RehearsalLevel.BAD, "blocks"),
    ),
    6.2,
    RehearsalLevel.BAD,
    "61 files lost their only copy.",
    missing=("Applications end when YARN’s progress says.",),
)


@pytest.fixture(autouse=True)
def put_up(qapp: QApplication, theme: Theme) -> Iterator[list[QWidget]]:
    """Widgets that a test put up go at its end."""
    shown: list[QWidget] = []
    yield shown
    for widget in shown:
        widget.close()
        widget.deleteLater()


@pytest.fixture(scope="module")
def analytics() -> ClusterSnapshot:
    return next(one for one in fleet().clusters.values() if one.summary.name == "analytics")


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_changes_are_told_with_the_names_of_the_cluster(analytics: ClusterSnapshot) -> None:
    group = next(one for one in analytics.groups or () if one.role is Role.CORE)
    node = next(one for one in analytics.nodes() if one.group_id == group.id)
    host = node.private_dns.partition(".")[0]
    words = change_words(
        ResizeGroup("j-1", group.id, 6, leaving=(node.ec2_id,), timeout_s=3600), analytics
    )
    assert plain(words) == f"Core 1: 8 → 6 nodes; {host} leaves; 1 h to drain"
    assert host in change_words(KillInstances("j-1", group.id, (node.ec2_id,)), analytics)
    spec = GroupSpec(Role.TASK, "m5.xlarge", 4, Market.SPOT)
    assert change_words(AddTaskGroup("j-1", spec), analytics) == "Add 4 × m5.xlarge, Spot"
    assert change_words(Terminate("j-1"), None) == "Terminate the cluster"
    assert change_words(ResizeGroup("j-1", "ig-?", 1), None) == "ig-?: 1 node"
    assert spot_nodes(analytics) == 18


def test_a_lost_application_is_bad_and_a_late_one_is_not() -> None:
    lost = applications_words(ApplicationsOutcome(3, 2, 1))
    assert lost == (RehearsalLevel.BAD, "2 of 3 finished, 1 failed", "")
    late = applications_words(ApplicationsOutcome(3, 3, delayed_s=720, lost_containers=41))
    assert late[0] is RehearsalLevel.WARN
    assert plain(late[2]) == "41 containers lost, 12 min later"
    assert applications_words(ApplicationsOutcome(3, 3))[0] is RehearsalLevel.NOTE
    assert applications_words(ApplicationsOutcome())[1] == "none were running"


def test_unknown_is_said_as_unknown() -> None:
    assert "not known" in hdfs_words(None)[1]
    assert hdfs_words(None)[0] is not RehearsalLevel.NOTE
    made_up = hdfs_words(replace(HDFS, source=HdfsSource.NONE))
    assert made_up[0] is RehearsalLevel.WARN
    assert "made up" in made_up[1]
    assert "not known" in cost_words(replace(OUTCOME, cost_usd=None))[1]
    assert "≥" in cost_words(replace(OUTCOME, unknown_prices=2))[1]


def test_hdfs_says_how_full_it_became() -> None:
    level, text, note = hdfs_words(HDFS)
    assert (level, text) == (RehearsalLevel.NOTE, "no file lost")
    assert plain(note) == "50 % → 67 % full"
    lacking = hdfs_words(replace(HDFS, lacking_blocks=7))
    assert lacking[0] is RehearsalLevel.WARN


def test_the_panel_shows_all_of_an_outcome(put_up: list[QWidget]) -> None:
    panel = OutcomePanel()
    put_up.append(panel)
    panel.show_outcome(OUTCOME)
    panel.resize(1100, 700)
    panel.show()
    texts = plain("\n".join(label.text() for label in panel.findChildren(Label)))
    for wanted in (
        "Data or work was lost", "61 files lost, 11 GiB", "$312.40 in 24 h", "$338.60 as it is now",
        "/user/marta/model.bin\nand 60 more", "etl-daily", "24 h rehearsed in 6 s",
        "every file and replica", "Applications end when",
    ):  # fmt: skip
        assert wanted in texts
    assert panel.chart.accessibleDescription() == "core 8 → 6, task 24 → 24"
    assert panel.timeline.model().rowCount() == 2
    quiet = replace(
        OUTCOME, level=RehearsalLevel.NOTE, hdfs=None, nodes=(), events=(),
        applications=ApplicationsOutcome(), missing=(),
    )  # fmt: skip
    panel.show_outcome(quiet)  # what was there before is gone
    panel.grab()
    shown = [label.text() for label in panel.findChildren(Label) if label.isVisible()]
    assert "Nothing was lost" in shown
    assert "Lost files" not in shown


def test_stages_that_are_over_have_their_mark(put_up: list[QWidget]) -> None:
    running = Running()
    put_up.append(running)
    running.show_progress(RehearsalStage.CHANGING, 0.5)
    assert running.bar.value() == 500
    assert running.accessibleName() == "Making the change"
