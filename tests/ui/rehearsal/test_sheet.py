"""Rehearsing through the sheet: a copy in a region of its own, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import AddTaskGroup, GroupSpec, ResizeGroup
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import Role
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.rehearsal import actions
from hue_desktop.ui.rehearsal.sheet import RehearsalSheet
from tests.simulated import SimulatedRegion, simulated_region
from tests.ui.doing_desk import DoingDesk, click, open_doing_desk, unnamed


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """One for all: a rehearsal changes nothing in it."""
    with simulated_region("demo") as opened:
        yield opened


@pytest.fixture
def desk(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, region: SimulatedRegion
) -> Iterator[DoingDesk]:
    with open_doing_desk(qapp, qtbot, tmp_path, region=region) as opened:
        opened.ctx.actions.add(*actions())
        yield opened


def _shrinking(cluster: ClusterSnapshot) -> ResizeGroup:
    core = next(one for one in cluster.groups or () if one.role is Role.CORE)
    return ResizeGroup(cluster.ref.cluster_id, core.id, core.requested - 1)


def test_a_change_is_rehearsed_and_its_region_can_be_looked_at(desk: DoingDesk) -> None:
    cluster = desk.named("graph-poc")
    assert desk.trigger("rehearsal.open", cluster, changes=(_shrinking(cluster),))
    sheet = desk.opened(RehearsalSheet)
    assert sheet.states.state == "empty"
    assert "4 → 3 nodes" in sheet.change_text.text()
    assert not sheet.loss.isEnabled()  # no task node is on Spot
    assert not unnamed(sheet)
    sheet.hours.setValue(2)
    click(sheet.run_button)
    assert sheet.running.isVisible()
    assert not sheet.run_button.isEnabled()
    desk.until(lambda: sheet.outcome is not None or sheet.states.state == "failed")
    outcome = sheet.outcome
    assert outcome is not None, sheet.states.placeholder.accessibleName()
    assert outcome.hours == 2
    assert sheet.panel.isVisible()
    assert sheet.panel.sentence.text() == outcome.sentence
    click(sheet.open_button)
    desk.until(lambda: "fleet" in desk.places.pages)
    names = [one.name for one in desk.app.connections.connections()]
    assert len(names) == 2
    assert any(name in note for note in desk.places.notes for name in names if name != "here")


def test_a_rehearsal_can_be_stopped(desk: DoingDesk) -> None:
    cluster = desk.named("graph-poc")
    sheet = desk.show(RehearsalSheet(desk.ctx, cluster.ref, (_shrinking(cluster),)))
    click(sheet.run_button)
    click(sheet.running.cancel_button)
    assert sheet.states.state == "empty"
    assert sheet.run_button.isEnabled()
    assert sheet.outcome is None


def test_without_a_change_or_spot_nodes_there_is_nothing_to_rehearse(desk: DoingDesk) -> None:
    cluster = desk.named("graph-poc")
    assert desk.trigger("rehearsal.open", cluster, read_only=True)  # it changes nothing
    sheet = desk.opened(RehearsalSheet)
    assert not sheet.run_button.isEnabled()
    assert "Nothing to rehearse" in sheet.states.placeholder.accessibleName()
    assert not sheet.change_button.isVisible()


def test_what_was_rehearsed_leads_to_the_screen_that_does_it(desk: DoingDesk) -> None:
    seen: list[ActionContext] = []
    desk.ctx.actions.add(
        Action("shrink.open", "Shrink", lambda _ctx, where: seen.append(where)),
    )
    cluster = desk.named("graph-poc")
    change = _shrinking(cluster)
    sheet = desk.show(RehearsalSheet(desk.ctx, cluster.ref, (change,)))
    click(sheet.change_button)
    assert seen[0].changes == (change,)
    assert seen[0].group_id == change.group_id


def test_an_added_group_leads_to_the_scale_sheet_and_several_changes_nowhere(
    desk: DoingDesk,
) -> None:
    seen: list[ActionContext] = []
    desk.ctx.actions.add(
        Action("scaling.add_task", "Add", lambda _ctx, where: seen.append(where)),
    )
    cluster = desk.named("graph-poc")
    added = AddTaskGroup(cluster.ref.cluster_id, GroupSpec(Role.TASK, "m5.xlarge", 2))
    sheet = desk.show(RehearsalSheet(desk.ctx, cluster.ref, (added,)))
    click(sheet.change_button)
    assert seen[0].changes == (added,)
    several = desk.show(RehearsalSheet(desk.ctx, cluster.ref, (added, _shrinking(cluster))))
    assert not several.change_button.isVisible()
