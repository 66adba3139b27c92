"""Advice at the window: the list on the overview, the sheet, and where Review… leads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.advice.values import Advice
from hue_desktop.core.changes import Change, CreateCluster, GroupSpec, ResizeGroup
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.instances import Role
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.advice import actions
from hue_desktop.ui.advice.panel import ROW, AdvicePanel
from hue_desktop.ui.advice.review import can_review, review
from hue_desktop.ui.advice.sheet import AdviceSheet
from hue_desktop.ui.advice.words import usd_text, usd_tone
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.launch.launch_sheet import LaunchSheet
from hue_desktop.ui.parts import Label
from hue_desktop.ui.rooms import room_actions
from hue_desktop.ui.scaling.group_sheet import ScaleGroupSheet
from tests.simulated import SimulatedRegion, simulated_region
from tests.ui.doing_desk import DoingDesk, click, open_doing_desk, unnamed
from tests.unit.core.advice.makers import cluster, facts, group, only, steady
from tests.unit.services.house import run_cluster

GROUPS = (("MASTER", "m5.4xlarge", 1), ("CORE", "m4.xlarge", 3), ("TASK", "m5.2xlarge", 3))


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    with simulated_region("empty", speed=1) as running:
        run_cluster(running, groups=GROUPS, name="etl")
        yield running


@pytest.fixture
def desk(
    qapp: QApplication, qtbot: QtBot, region: SimulatedRegion, tmp_path: Path
) -> Iterator[DoingDesk]:
    access = region.ssh
    lines = (
        "[connections.here.ssh]",
        f'bastion = "{access.host}:{access.port}"',
        f"user = {json.dumps(access.user)}",
        f"key_file = {json.dumps(str(access.key_file))}",
        f"host_keys = {json.dumps([access.host_key])}\n",
    )
    with open_doing_desk(qapp, qtbot, tmp_path, region=region, more="\n".join(lines)) as opened:
        yield opened


class Opened:
    """Stands for the sheets of other rooms: keeps what they were asked to begin with."""

    def __init__(self, desk: DoingDesk, *ids: str) -> None:
        self.asked: list[tuple[str, str, tuple[Change, ...]]] = []
        for each in ids:
            desk.ctx.actions.add(Action(each, each, self._keep(each), changes=True))

    def _keep(self, action_id: str) -> Callable[[UiContext, ActionContext], None]:
        def handle(_ctx: UiContext, where: ActionContext) -> None:
            self.asked.append((action_id, where.group_id, where.changes))

        return handle


EVERY = ("scaling.resize", "scaling.add_task", "launch.clone", "launch.terminate", "shrink.open",
         "policies.managed_scaling", "policies.auto_termination")  # fmt: skip


def panel_of(desk: DoingDesk, width: int = 440) -> tuple[AdvicePanel, ClusterRef]:
    ref = desk.named("etl").ref
    panel = AdvicePanel(desk.ctx, ref)
    panel.set_room(4)
    desk.show(panel, (width, 300))
    panel.ask()
    desk.until(lambda: panel.state == "shown")
    return panel, ref


def test_the_list_shows_lines_with_dollars_risk_and_review(desk: DoingDesk) -> None:
    Opened(desk, *EVERY)
    panel, _ref = panel_of(desk)
    shown = [each for each in panel.rows if not each.isHidden()]
    assert len(shown) == min(4, len(panel.rows))
    assert panel.all.text() == f"All {len(panel.rows)}…"
    spot = next(each for each in panel.rows if each.advice.rule == "spot-task")
    assert spot.usd.text().startswith("\N{MINUS SIGN}$")
    assert spot.usd.property("tone") == "good"
    assert spot.risk.text().startswith("Risk ")
    assert spot.title.text() in spot.accessibleName()
    assert all(each.height() == ROW for each in shown)
    assert unnamed(panel) == []


def test_a_narrow_list_puts_the_dollars_in_the_second_line(desk: DoingDesk) -> None:
    panel, _ref = panel_of(desk, width=300)
    row = panel.rows[0]
    assert row.usd.isHidden()
    assert not row.usd_below.isHidden()
    panel.resize(440, 300)
    desk.until(lambda: not row.usd.isHidden())
    assert row.usd_below.isHidden()


def test_review_opens_what_makes_the_change_with_the_change_in_it(desk: DoingDesk) -> None:
    opened = Opened(desk, *EVERY)
    panel, ref = panel_of(desk)
    spot = next(each for each in panel.rows if each.advice.rule == "spot-task")
    click(spot.button)
    (action_id, group_id, changes) = opened.asked[-1]
    assert action_id == "scaling.add_task"
    task = next(g for g in desk.named("etl").groups or () if g.role is Role.TASK)
    assert group_id == task.id
    assert isinstance(changes[1], ResizeGroup)
    assert changes[1].count == 0
    assert ref.cluster_id == changes[1].cluster_id


def test_a_clone_begins_with_the_new_types(desk: DoingDesk) -> None:
    opened = Opened(desk, *EVERY)
    panel, ref = panel_of(desk)
    master = next(each.advice for each in panel.rows if each.advice.rule == "master-size")
    assert review(desk.ctx, ref, master)
    desk.until(lambda: opened.asked)
    (action_id, _group, changes) = opened.asked[-1]
    assert action_id == "launch.clone"
    (create,) = changes
    assert isinstance(create, CreateCluster)
    kinds = {group.role: group.instance_type for group in create.spec.groups}
    assert kinds[Role.MASTER] == master.apply.types[0].after if master.apply else ""
    assert kinds[Role.CORE] == "m4.xlarge"
    assert all(isinstance(group, GroupSpec) for group in create.spec.groups)


def test_review_opens_the_sheets_of_the_window(desk: DoingDesk) -> None:
    """With every room's own actions: what other rooms take is what advice hands them."""
    desk.ctx.actions.add(*room_actions())
    panel, ref = panel_of(desk)
    by_rule = {each.advice.rule: each.advice for each in panel.rows}
    assert review(desk.ctx, ref, by_rule["spot-task"])
    assert desk.opened(ScaleGroupSheet) is not None
    assert review(desk.ctx, ref, by_rule["master-size"])
    sheet = desk.opened(LaunchSheet)
    after = by_rule["master-size"].apply
    assert after is not None
    kinds = {group.role: group.instance_type for group in sheet.form.spec().groups}
    assert kinds[Role.MASTER] == after.types[0].after


def test_core_nodes_that_go_are_looked_at_before(desk: DoingDesk) -> None:
    opened = Opened(desk, *EVERY)
    snapshot = desk.named("etl")
    core = next(g for g in snapshot.groups or () if g.role is Role.CORE)
    advice = _spare_core(core.id)
    assert review(desk.ctx, snapshot.ref, advice)
    assert opened.asked[-1][0] == "shrink.open"


def _spare_core(group_id: str) -> Advice:
    eight = group(Role.CORE, "m5.2xlarge", 8, group_id=group_id)
    little = (steady("hdfs.share", 6.0), steady("yarn.memory.share", 10.0))
    return only("spare-core", facts(cluster(eight), *little))


def test_read_only_mode_leaves_the_advice_and_takes_the_change(desk: DoingDesk) -> None:
    Opened(desk, *EVERY)
    panel, ref = panel_of(desk)
    spot = next(each for each in panel.rows if each.advice.rule == "spot-task")
    assert can_review(desk.ctx, ref, spot.advice)
    desk.app.fleet.set_read_only(ref.connection, True)
    desk.until(lambda: not can_review(desk.ctx, ref, spot.advice))
    click(spot.button)  # what it says can still be read
    sheet = desk.opened(AdviceSheet)
    desk.until(lambda: sheet.states.state == "shown")
    assert all(block.button.isHidden() for block in sheet.blocks if block.advice.rule != "none")


def test_the_sheet_shows_each_piece_whole_and_what_is_not_known(desk: DoingDesk) -> None:
    Opened(desk, *EVERY)
    desk.ctx.actions.add(*actions())
    assert desk.trigger("advice.show", desk.named("etl"))
    sheet = desk.opened(AdviceSheet)
    desk.until(lambda: sheet.states.state == "shown")
    rules = [block.advice.rule for block in sheet.blocks]
    assert "spot-task" in rules
    assert "master-size" in rules
    assert sheet.missing
    assert "do not add up" in sheet.footer_text.text()
    assert unnamed(sheet) == []
    desk.until(sheet.again.isEnabled)
    click(sheet.again)
    assert not sheet.again.isEnabled()
    desk.until(sheet.again.isEnabled)


def test_a_click_on_a_line_shows_that_piece_in_the_sheet(desk: DoingDesk) -> None:
    Opened(desk, *EVERY)
    panel, _ref = panel_of(desk)
    row = panel.rows[-1]
    panel.set_room(len(panel.rows))
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    sheet = desk.opened(AdviceSheet)
    desk.until(lambda: sheet.states.state == "shown")
    block = next(each for each in sheet.blocks if each.advice.rule == row.advice.rule)
    desk.until(lambda: block.visibleRegion().boundingRect().height() > 20)


def test_lines_of_text_are_never_cut(desk: DoingDesk) -> None:
    sheet = desk.show(AdviceSheet(desk.ctx, desk.named("etl").ref), (900, 700))
    desk.until(lambda: sheet.states.state == "shown")

    def wrong() -> list[str]:
        cut = [line.text() for block in sheet.blocks for line in block.lines if not _fits(line)]
        pairs = [pair for block in sheet.blocks for pair in pairwise(block.lines)]
        return cut + [low.text() for high, low in pairs if low.y() < high.y() + high.height()]

    for width in (1100, 818, 1160):
        sheet.resize(width, 700)
        desk.until(lambda: not wrong())


def _fits(label: Label) -> bool:
    """As high as its lines at its width: not less, and no line more."""
    height = label.height()
    label.setMinimumHeight(0)
    wanted = label.heightForWidth(label.width())
    label.setFixedHeight(height)
    return height == wanted


def test_a_region_that_does_not_answer_is_said_and_can_be_asked_again(desk: DoingDesk) -> None:
    ref = ClusterRef(desk.connection.name, desk.region.name, "j-NOSUCHCLUSTER")
    panel = desk.show(AdvicePanel(desk.ctx, ref), (440, 300))
    assert panel.state == "loading"
    assert "Looking" in panel.text.text()
    panel.ask()
    desk.until(lambda: panel.state == "failed")
    assert panel.text.text().startswith("There is no advice:")
    assert panel.retry.isVisible()
    sheet = desk.show(AdviceSheet(desk.ctx, ref))
    desk.until(lambda: sheet.states.state == "failed")


def test_dollars_have_a_sign_and_unknown_ones_are_words() -> None:
    core = group(Role.CORE, "m5.2xlarge", 8)
    saves = only("spot-task", facts(cluster(group(Role.TASK, "m5.2xlarge", 3))))
    costs = only("full-hdfs", facts(cluster(core), steady("hdfs.share", 90.0)))
    unknown = only(
        "full-hdfs", facts(cluster(core), steady("hdfs.share", 90.0), unpriced=("m5.2xlarge",))
    )
    assert usd_text(saves).startswith("\N{MINUS SIGN}$")
    assert usd_text(saves).endswith("/month")
    assert usd_text(costs).startswith("+$")
    assert usd_text(unknown) == "no price"
    assert [usd_tone(each) for each in (saves, costs, unknown)] == ["good", "", "text-2"]
