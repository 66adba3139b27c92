"""Resizing through the sheets, carried out on a simulated region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import AddTaskFleet, ChangeState
from hue_desktop.core.clusters import ClusterSnapshot, ClusterState
from hue_desktop.core.instances import InstanceGroup, Market, Role
from hue_desktop.services.scaling import model_group
from hue_desktop.ui.launch import actions as launch_actions
from hue_desktop.ui.launch.add_task_fleet_sheet import AddTaskFleetSheet
from hue_desktop.ui.scaling import actions
from hue_desktop.ui.scaling.add_task_group_sheet import AddTaskGroupSheet
from hue_desktop.ui.scaling.resize_fleet_sheet import ResizeFleetSheet
from hue_desktop.ui.scaling.resize_group_sheet import ResizeGroupSheet
from tests.simulated import SimulatedRegion, simulated_region
from tests.ui.doing_desk import DoingDesk, click, open_doing_desk, type_into, unnamed


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """One for all: no test needs it as it was at first."""
    with simulated_region("demo") as opened:
        yield opened


@pytest.fixture
def desk(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, region: SimulatedRegion
) -> Iterator[DoingDesk]:
    with open_doing_desk(qapp, qtbot, tmp_path, region=region) as opened:
        opened.ctx.actions.add(*actions())
        yield opened


def _with_role(desk: DoingDesk, role: Role) -> tuple[ClusterSnapshot, InstanceGroup]:
    """A running cluster that has a group of the role."""

    def find() -> tuple[ClusterSnapshot, InstanceGroup] | None:
        for cluster in desk.app.fleet.snapshot().clusters.values():
            alive = cluster.summary.state in (ClusterState.RUNNING, ClusterState.WAITING)
            if not alive or cluster.instances is None or cluster.cluster is None:
                continue
            for group in cluster.groups or ():
                if group.role is role:
                    return cluster, group
        return None

    desk.until(find)
    found = find()
    assert found is not None
    return found


def test_a_task_group_grows_from_the_keyboard(desk: DoingDesk) -> None:
    cluster, group = _with_role(desk, Role.TASK)
    assert desk.trigger("scaling.resize", cluster, group_id=group.id)
    sheet = desk.opened(ResizeGroupSheet)
    assert not sheet.apply_button.isEnabled()

    sheet.amount.slider.setFocus()
    QTest.keyClick(sheet.amount.slider, Qt.Key.Key_Right)
    QTest.keyClick(sheet.amount.slider, Qt.Key.Key_Right)

    desk.until(sheet.apply_button.isEnabled)
    other = desk.show(ResizeGroupSheet(desk.ctx, cluster.ref, group.id))  # untouched, left open
    assert sheet.amount.number.value() == group.requested + 2
    assert "Add 2" in sheet.apply_button.text()
    assert "/h" in sheet.apply_button.text()
    click(sheet.apply_button)
    desk.entry(ChangeState.DONE)
    assert desk.answers.plans == []  # the sheet said it all; nothing else is asked
    desk.app.fleet.refresh(cluster.ref)
    desk.cluster(
        cluster.ref,
        lambda now: any(
            one.id == group.id and one.requested == group.requested + 2 for one in now.groups or ()
        ),
    )
    assert desk.places.panels == ["activity"]
    desk.until(lambda: other.amount.value == group.requested + 2)  # it follows what is
    assert other.amount.delta == 0


def test_shrinking_core_says_what_is_at_risk_and_asks(desk: DoingDesk) -> None:
    cluster, group = _with_role(desk, Role.CORE)
    limits = desk.app.scaling.limits(cluster.ref, group.id)
    sheet = desk.show(ResizeGroupSheet(desk.ctx, cluster.ref, group.id))
    if limits.low >= group.requested:
        pytest.fail("the scenario has no core group that can shrink")
    desk.answers.yes = False
    type_into(sheet.amount.number, str(group.requested - 1))
    QTest.keyClick(sheet.amount.number, Qt.Key.Key_Return)

    desk.until(sheet.apply_button.isEnabled)
    assert sheet.plan is not None
    assert any("HDFS" in risk.text for risk in sheet.plan.risks)
    assert sheet.apply_button.text().endswith("…")
    click(sheet.apply_button)
    desk.until(lambda: desk.answers.plans)
    assert desk.app.journal.entries() == ()


def test_a_task_group_of_a_ranked_type_is_added(desk: DoingDesk) -> None:
    cluster, _group = _with_role(desk, Role.CORE)
    assert desk.trigger("scaling.add_task", cluster)
    sheet = desk.opened(AddTaskGroupSheet)
    desk.until(lambda: sheet.table.states.state == "shown")

    own = model_group(cluster, Market.SPOT)
    assert own is not None
    assert sheet.table.current is not None
    assert sheet.table.current.name == own.instance_type
    assert sheet.amount.value == 2
    vcpu = sheet.table.current.type.vcpu
    assert all(vcpu / 2 <= one.type.vcpu <= 2 * vcpu for one in sheet.table.model.rows())
    few = len(sheet.table.model.rows())
    click(sheet.table.all_sizes)
    assert len(sheet.table.model.rows()) > few
    assert "AWS Spot Advisor, June 2025" in sheet.table.foot.text()

    sheet.table.rank.choose("gib")
    ranked = sheet.table.model.rows()
    figures = [one.spot_usd_hour / one.type.memory_gib for one in ranked if one.spot_usd_hour]
    assert figures == sorted(figures)
    sheet.table.search.setText("m5.")
    sheet.table.search.search_now()
    assert all("m5." in one.name for one in sheet.table.model.rows())
    assert sheet.table.table.select_key("m5.xlarge")
    sheet.amount.set_value(3)

    assert not sheet.apply_button.isEnabled()  # until the plan is that of what is shown
    desk.until(sheet.apply_button.isEnabled)
    assert "Add 3 Spot nodes" in sheet.apply_button.text()
    click(sheet.apply_button)
    desk.entry(ChangeState.DONE)
    desk.app.fleet.refresh(cluster.ref)
    desk.cluster(
        cluster.ref,
        lambda now: any(
            one.role is Role.TASK
            and one.instance_type == "m5.xlarge"
            and one.requested == 3
            and one.market is Market.SPOT
            for one in now.groups or ()
        ),
    )


def test_what_cannot_be_done_is_not_offered(desk: DoingDesk) -> None:
    cluster, core = _with_role(desk, Role.CORE)
    master = next(group for group in cluster.groups or () if group.role is Role.MASTER)
    assert not desk.trigger("scaling.resize", cluster, group_id=master.id)
    assert not desk.trigger("scaling.resize", cluster, group_id=core.id, read_only=True)
    assert not desk.trigger("scaling.add_task", cluster, read_only=True)
    assert desk.places.factories == []

    limits = desk.app.scaling.limits(cluster.ref, core.id)
    resize = desk.show(ResizeGroupSheet(desk.ctx, cluster.ref, core.id))
    resize.amount.set_value(-5)
    assert resize.amount.value == limits.low
    resize.amount.set_value(10**6)
    assert resize.amount.value == limits.high
    assert resize.amount.slider.value() == limits.high

    add = desk.show(AddTaskGroupSheet(desk.ctx, cluster.ref))
    assert unnamed(add) == unnamed(resize) == []
    desk.until(add.apply_button.isEnabled)
    add.bid_kind.set_key("limit")
    type_into(add.bid, "cheap")
    assert not add.apply_button.isEnabled()
    assert "0.250" in add.footer_text.text()
    type_into(add.bid, "0.09")
    desk.until(add.apply_button.isEnabled)
    assert add.plan is not None


def test_fleets_are_resized_in_units_and_get_a_task_fleet(desk: DoingDesk) -> None:
    desk.ctx.actions.add(*launch_actions())
    cluster = desk.named("etl-streaming")
    task = next(fleet for fleet in cluster.fleets or () if fleet.role is Role.TASK)
    assert not desk.trigger("launch.add_task_fleet", cluster)
    assert desk.trigger("scaling.task", cluster)
    sheet = desk.opened(ResizeFleetSheet)
    sheet.spot.set_value(task.target_spot + 8)
    desk.until(sheet.apply_button.isEnabled)
    click(sheet.apply_button)
    desk.entry(ChangeState.DONE)
    desk.app.fleet.refresh(cluster.ref)
    desk.cluster(
        cluster.ref,
        lambda now: any(
            one.id == task.id and one.target_spot == task.target_spot + 8
            for one in now.fleets or ()
        ),
    )

    core = tuple(fleet for fleet in cluster.fleets or () if fleet.role is not Role.TASK)
    assert desk.trigger("launch.add_task_fleet", replace(cluster, fleets=core))
    add = desk.opened(AddTaskFleetSheet)
    desk.until(lambda: add.plan is not None)
    assert add.plan is not None
    (change,) = add.plan.changes
    assert isinstance(change, AddTaskFleet)
    add.block.spot.setValue(0)
    assert not add.apply_button.isEnabled()
    assert unnamed(add) == unnamed(sheet) == []
