"""Looking before core nodes go, over a simulated cluster that is read through SSH."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import Change, ChangeState, ResizeGroup, RiskLevel
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.instances import InstanceGroup, Role
from hue_desktop.core.shrink.values import Level
from hue_desktop.ui.actions import Action
from hue_desktop.ui.confirm import PlanDialog
from hue_desktop.ui.shrink import actions
from hue_desktop.ui.shrink.only_here import OnlyHere
from hue_desktop.ui.shrink.sheet import ShrinkSheet
from hue_desktop.ui.shrink.verdict_panel import FindingLine
from tests.simulated import SimulatedRegion, simulated_region
from tests.ui.doing_desk import DoingDesk, click, unnamed
from tests.ui.health.desk import HealthDesk, open_health_desk


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """One for all; the test that shrinks a cluster has one of its own in it."""
    with simulated_region("demo") as opened:
        yield opened


@pytest.fixture
def reached(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, region: SimulatedRegion
) -> Iterator[HealthDesk]:
    with open_health_desk(qapp, qtbot, tmp_path, region) as opened:
        opened.desk.ctx.actions.add(*actions())
        yield opened


@pytest.fixture
def desk(reached: HealthDesk) -> DoingDesk:
    return reached.desk


def _core(cluster: ClusterSnapshot) -> InstanceGroup:
    return next(one for one in cluster.groups or () if one.role is Role.CORE)


def _opened(desk: DoingDesk, name: str = "graph-poc", **more: object) -> ShrinkSheet:
    assert desk.trigger("shrink.open", desk.named(name), **more)
    return desk.opened(ShrinkSheet)


def _judged(desk: DoingDesk, sheet: ShrinkSheet) -> None:
    """Wait until the verdict is that of what is asked for now."""

    def settled() -> bool:
        judged = sheet.judged
        return (
            judged is not None
            and sheet.states.state == "shown"
            and judged.verdict.request.count == sheet.wish.count
            and judged.verdict.request.leaving == sheet.wish.leaving
            and desk.ctx.tasks.active() == 0
        )

    desk.until(settled)


def test_a_verdict_comes_with_all_its_parts(desk: DoingDesk) -> None:
    sheet = _opened(desk)
    assert not sheet.apply_button.isEnabled()  # nothing is known yet
    _judged(desk, sheet)
    group = _core(desk.named("graph-poc"))
    assert sheet.wish.now == group.running
    assert sheet.wish.count == group.running - 1
    assert len(sheet.wish.leaving) == 1  # the one whose leaving costs least is named
    assert len(sheet.panes.disks.bars.rooms) == group.running
    assert sum(room.leaves for room in sheet.panes.disks.bars.rooms) == 1
    assert "files" in sheet.checked.text()
    assert "of HDFS in use" in sheet.heading.subtitle.text()
    assert sheet.panes.verdict.headline.text()
    assert not unnamed(sheet)


def test_another_target_is_judged_without_reading_again(desk: DoingDesk) -> None:
    sheet = _opened(desk)
    _judged(desk, sheet)
    read = sheet.inspection
    sheet.chips.chip(2).click()
    _judged(desk, sheet)
    assert sheet.inspection is read
    assert len(sheet.wish.leaving) == 2
    click(sheet.leaving.naming.segment("emr"))
    _judged(desk, sheet)
    assert sheet.judged is not None
    assert sheet.judged.verdict.assumes_worst
    assert not sheet.leaving.kill.isEnabled()  # nobody knows whom EMR would kill


def test_a_key_on_a_disk_spares_its_node(desk: DoingDesk) -> None:
    sheet = _opened(desk)
    _judged(desk, sheet)
    bars = sheet.panes.disks.bars
    bars.setFocus()
    QTest.keyClick(bars, Qt.Key.Key_Space)
    first = bars.rooms[0]
    _judged(desk, sheet)
    assert (first.ec2_id in sheet.wish.leaving) != first.leaves
    assert sheet.chips.current == sheet.wish.now - len(sheet.wish.leaving)


def test_nodes_selected_on_the_nodes_page_are_those_that_leave(desk: DoingDesk) -> None:
    cluster = desk.named("graph-poc")
    group = _core(cluster)
    nodes = tuple(one for one in cluster.nodes() if one.group_id == group.id and one.active)[:2]
    sheet = _opened(desk, node=nodes[0], nodes=nodes, group_id=group.id)
    _judged(desk, sheet)
    assert set(sheet.wish.leaving) == {one.ec2_id for one in nodes}
    assert sheet.wish.count == group.running - 2


def test_the_action_is_about_core_nodes_only(desk: DoingDesk) -> None:
    cluster = desk.named("graph-poc")
    master = next(one for one in cluster.groups or () if one.role is Role.MASTER)
    assert not desk.trigger("shrink.open", cluster, group_id=master.id)
    assert not desk.trigger("shrink.open", cluster, read_only=True)


def test_an_unreachable_namenode_is_said_and_never_green(reached: HealthDesk) -> None:
    desk = reached.desk
    desk.named("graph-poc")
    reached.tunnel.down()
    desk.answers.yes = False
    sheet = _opened(desk)
    desk.until(lambda: sheet.states.state == "failed")
    assert "Shrink anyway" in sheet.states.placeholder.accessibleName()
    assert {one.level for one in sheet.chips._options[1:]} == {Level.UNKNOWN}
    assert not sheet.apply_button.isEnabled()
    assert sheet.anyway_button.isVisible()
    click(sheet.anyway_button)
    desk.until(lambda: desk.answers.plans)
    plan = desk.answers.plans[-1]
    assert plan.risks[0].level is RiskLevel.LOSS
    assert "could not be read" in plan.risks[0].text
    assert desk.app.journal.entries() == ()
    reached.tunnel.up()
    sheet.look()
    _judged(desk, sheet)


def test_reading_can_be_stopped(desk: DoingDesk) -> None:
    sheet = _opened(desk)
    assert sheet.looking.isVisible()
    click(sheet.looking.cancel_button)
    assert sheet.states.state == "failed"
    assert "stopped" in sheet.states.placeholder.accessibleName()


def test_killing_is_asked_about_first(desk: DoingDesk) -> None:
    sheet = _opened(desk)
    _judged(desk, sheet)
    desk.answers.yes = False
    click(sheet.leaving.kill)
    assert desk.answers.asked[-1][0].startswith("Kill")
    assert not sheet.leaving.kill.isChecked()
    desk.answers.yes = True
    click(sheet.leaving.kill)
    desk.until(lambda: sheet.judged is not None and sheet.judged.verdict.request.kill)
    assert not sheet.leaving.minutes.isEnabled()


def test_a_shrink_names_its_nodes_and_their_time(desk: DoingDesk) -> None:
    sheet = _opened(desk, "graph-poc")
    _judged(desk, sheet)
    sheet.leaving.minutes.setValue(90)
    _judged(desk, sheet)
    leaving = sheet.wish.leaving
    closed: list[bool] = []
    sheet.closed.connect(lambda: closed.append(True))
    button = sheet.anyway_button if sheet.anyway_button.isVisible() else sheet.apply_button
    click(button)
    entry = desk.entry(ChangeState.DONE)
    change = entry.plan.changes[0]
    assert isinstance(change, ResizeGroup)
    assert change.leaving == leaving
    assert change.timeout_s == 90 * 60
    desk.until(lambda: closed)
    assert desk.answers.plans[-1].risks


def test_ending_a_cluster_says_what_exists_only_there(desk: DoingDesk) -> None:
    cluster = desk.named("dev-sandbox")
    part = desk.show(OnlyHere(desk.ctx, cluster.ref), (520, 300))
    assert part.state == "loading"
    desk.until(lambda: part.state != "loading")
    assert part.state == "shown"
    assert "files on HDFS" in part.words.text()
    assert part.verdict is not None
    assert part.verdict.lost_count > 0


def test_what_cannot_be_read_is_not_called_empty(reached: HealthDesk) -> None:
    desk = reached.desk
    cluster = desk.named("bi-presto")
    reached.tunnel.down()
    part = desk.show(OnlyHere(desk.ctx, cluster.ref), (520, 300))
    desk.until(lambda: part.state == "failed")
    assert "not known" in part.words.text()
    assert part.retry.isVisible()


def test_a_ticked_fix_is_carried_out_and_looked_at_again(desk: DoingDesk) -> None:
    sheet = _opened(desk, "dev-sandbox")
    _judged(desk, sheet)
    assert sheet.judged is not None
    offered = {fix.key: fix for fix in sheet.judged.verdict.fixes}
    assert "set_replication" in offered, offered
    line = sheet.panes.fixes.line("set_replication")
    if not line.box.isChecked():
        click(line.box)
    desk.until(lambda: sheet.judged is not None and sheet.judged.becomes is not None)
    assert sheet.becomes.isVisible()
    assert "check again" in sheet.apply_button.text()
    read = sheet.inspection
    desk.until(sheet.apply_button.isEnabled)
    click(sheet.apply_button)
    assert desk.answers.asked[-1][0].startswith("Change the cluster")
    desk.until(lambda: sheet.inspection is not None and sheet.inspection is not read)
    _judged(desk, sheet)
    assert any("eplication" in note for note in desk.places.notes)


def test_a_rehearsal_is_asked_with_the_calls_of_the_plan(desk: DoingDesk) -> None:
    asked: list[tuple[Change, ...]] = []
    desk.ctx.actions.add(
        Action("rehearsal.open", "Rehearse…", lambda _ctx, where: asked.append(where.changes))
    )
    sheet = _opened(desk)
    _judged(desk, sheet)
    click(sheet.rehearse_button)
    desk.until(lambda: asked)
    change = asked[0][0]
    assert isinstance(change, ResizeGroup)
    assert change.leaving == sheet.wish.leaving


def test_the_question_before_an_end_is_not_held_up(reached: HealthDesk) -> None:
    desk = reached.desk
    cluster = desk.named("dev-sandbox")
    plan = desk.app.launching.plan_terminate(cluster.ref)
    part = OnlyHere(desk.ctx, cluster.ref)
    dialog = desk.show(PlanDialog(plan, ConnectionClass.TEST, None, part))
    assert part.isVisible()
    assert part.state == "loading"
    assert dialog.accept_button.isEnabled()  # whoever knows better need not wait
    task = part._held.task
    assert task is not None
    dialog.reject()
    part.deleteLater()
    desk.until(lambda: task.over)
    assert task.token.cancelled


def test_a_resize_under_way_is_said(desk: DoingDesk) -> None:
    cluster = desk.named("bi-presto")
    group = _core(cluster)
    emr = desk.region.client("emr")
    wanted = [{"InstanceGroupId": group.id, "InstanceCount": group.requested + 2}]
    emr.modify_instance_groups(ClusterId=cluster.ref.cluster_id, InstanceGroups=wanted)
    sheet = _opened(desk, "bi-presto")
    _judged(desk, sheet)
    assert sheet.judged is not None
    finding = sheet.judged.verdict.finding("state")
    assert finding is not None
    assert finding.level is not Level.OK
    lines = [line.accessibleName() for line in sheet.panes.verdict.findChildren(FindingLine)]
    assert any(finding.text in line for line in lines)
