"""The activity list over a real journal: count-down, cancel, undo, failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import ChangeState, GroupSpec, JournalEntry, Plan, Undoability
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import Role
from hue_desktop.ui.journal import actions
from hue_desktop.ui.journal.activity_panel import ActivityPanel
from hue_desktop.ui.journal.words import state_text, undo_label
from tests.ui.doing_desk import DoingDesk, click, open_doing_desk


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[DoingDesk]:
    with open_doing_desk(qapp, qtbot, tmp_path) as opened:
        opened.ctx.actions.add(*actions())
        yield opened


def _cluster(desk: DoingDesk) -> ClusterSnapshot:
    """A long-running cluster that takes changes."""
    return desk.named("dev-sandbox")


def _tags(desk: DoingDesk, cluster: ClusterSnapshot) -> dict[str, str]:
    described = desk.app.fleet.snapshot().clusters[cluster.ref].cluster
    return dict(described.tags) if described is not None else {}


def test_a_change_is_listed_and_undone(desk: DoingDesk) -> None:
    panel = desk.show(ActivityPanel(desk.ctx), (1100, 152))
    desk.until(lambda: panel.states.state == "empty")
    cluster = _cluster(desk)
    desk.app.journal.submit(desk.app.launching.plan_tags(cluster.ref, {"reviewed": "yes"}, set()))

    desk.until(lambda: len(panel._rows) == 1)
    (row,) = panel._rows.values()
    desk.until(row.undo_button.isVisible)
    assert row.accessibleName().count("done")
    desk.app.fleet.refresh(cluster.ref)
    desk.until(lambda: _tags(desk, cluster).get("reviewed") == "yes")

    desk.app.fleet.set_read_only("here", True)
    desk.until(lambda: not row.undo_button.isVisible())
    desk.app.fleet.set_read_only("here", False)
    desk.until(row.undo_button.isVisible)
    click(row.undo_button)
    desk.until(lambda: len(panel._rows) == 2)
    desk.until(lambda: not row.undo_button.isVisible())
    desk.until(lambda: desk.entry(ChangeState.DONE).undoes == row.entry.id)
    assert len(desk.answers.plans) == 1
    desk.app.fleet.refresh(cluster.ref)
    desk.until(lambda: "reviewed" not in _tags(desk, cluster))


def test_a_waiting_change_counts_down_and_is_cancelled(desk: DoingDesk) -> None:
    panel = desk.show(ActivityPanel(desk.ctx), (1100, 152))
    cluster = _cluster(desk)
    desk.app.settings.set("changes.hold_s", 60.0)
    plan = desk.app.launching.plan_tags(cluster.ref, {"never": "sent"}, set())
    desk.app.journal.submit(plan)
    desk.until(lambda: panel._rows)
    (row,) = panel._rows.values()
    assert row.cancel_button.isVisible()
    assert "sent in" in row.accessibleName()
    assert panel.badge == "1 running"
    first = row.accessibleName()
    desk.until(lambda: row.accessibleName() != first)  # the seconds go down

    click(row.cancel_button)
    desk.entry(ChangeState.CANCELLED)
    desk.until(lambda: panel.badge == "")
    assert not row.cancel_button.isVisible()
    assert "never" not in _tags(desk, cluster)


def test_a_refused_change_says_why_and_the_last_one_is_undone_by_key(desk: DoingDesk) -> None:
    panel = desk.show(ActivityPanel(desk.ctx), (1100, 152))
    cluster = _cluster(desk)
    assert desk.trigger("journal.undo")
    desk.until(lambda: desk.places.notes)
    assert "no change that can be undone" in desk.places.notes[0]

    plan = desk.app.scaling.plan_add_task_group(
        cluster.ref, GroupSpec(Role.TASK, "m5.xlarge", 1, name="x" * 300)
    )
    desk.app.journal.submit(plan)
    failed = desk.entry(ChangeState.FAILED)
    desk.until(lambda: panel._rows[failed.id].entry.state is ChangeState.FAILED)
    row = panel._rows[failed.id]
    assert "failed: " in row.accessibleName()
    assert not row.undo_button.isVisible()
    panel.explain(failed.id)
    assert failed.error in desk.answers.asked[-1][1]

    desk.app.journal.submit(desk.app.launching.plan_tags(cluster.ref, {"a": "b"}, set()))
    done = desk.entry(ChangeState.DONE)
    assert desk.trigger("journal.undo")
    desk.until(lambda: desk.entry(ChangeState.DONE).undoes == done.id)


def _entry(state: ChangeState, **more: object) -> JournalEntry:
    from datetime import UTC, datetime

    plan = Plan("Change", "here", "us-east-1", (), undo=Undoability.UNTIL_STARTED)
    return JournalEntry(1, datetime(2026, 11, 20, tzinfo=UTC), plan, state, **more)  # type: ignore[arg-type]


def test_every_state_has_words() -> None:
    for state in ChangeState:
        assert state_text(_entry(state))
    assert state_text(_entry(ChangeState.WAITING), 3.2) == "sent in 4 s"
    assert undo_label(_entry(ChangeState.DONE)) == "undoable until it starts"
    assert undo_label(_entry(ChangeState.DONE, undone_by=2)) == "undone"
    assert undo_label(_entry(ChangeState.FAILED)) == ""
