"""The bench in a window: wishes typed and clicked, what they come to, and where they go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from hue_desktop.core.budget import budget_question
from hue_desktop.core.changes import (
    AddTaskGroup,
    ChangeState,
    CreateCluster,
    ResizeFleet,
    ResizeGroup,
    SetManagedScaling,
)
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.instances import Market, Role
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.type_picker import TypePicker
from hue_desktop.ui.what_if.bench import WhatIfBench
from hue_desktop.ui.what_if.bench_row import BenchRow
from tests.simulated import SimulatedRegion, simulated_region
from tests.ui.doing_desk import DoingDesk, click, open_doing_desk, type_into, unnamed
from tests.unit.services.house import run_cluster


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    """A region with one cluster."""
    with simulated_region("empty") as running:
        run_cluster(running)
        yield running


def _cluster(desk: DoingDesk) -> ClusterSnapshot:
    """The cluster once it is described and up."""
    snapshot = desk.named("analytics")
    desk.app.fleet.set_focus(snapshot.ref)
    return desk.cluster(
        snapshot.ref, lambda one: one.groups and one.instances and one.summary.state.up
    )


class Bench:
    """The bench of a cluster in a window of its own."""

    def __init__(self, desk: DoingDesk, cluster: ClusterSnapshot) -> None:
        self.desk = desk
        self.ref = cluster.ref
        self.holder = QWidget()
        self.bench = WhatIfBench(desk.ctx, cluster.ref, self.holder)
        layout_in = self.holder
        self.bench.main.setParent(layout_in)
        self.bench.side.setParent(layout_in)
        self.bench.main.resize(720, 500)
        self.bench.side.move(730, 0)
        self.bench.side.resize(400, 700)
        desk.until(lambda: cluster.ref in desk.app.fleet.snapshot().costs)
        self.bench.open()
        desk.show(self.holder, (1160, 720))
        desk.until(lambda: self.bench.bench is not None)

    def row(self, role: Role) -> BenchRow:
        return next(row for row in self.bench.table.rows.values() if row.line.role is role)

    def wished(self) -> tuple[str, int]:
        """Type and count of the task line."""
        line = next(line for line in self.bench.variant.lines if line.role is Role.TASK)
        return line.want.instance_type, line.want.count

    def says(self, words: str) -> bool:
        """Whether the outcome says so, once its labels show."""
        self.desk.until(lambda: words in self.said())
        return True

    def said(self) -> str:
        labels = self.bench.side.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisibleTo(self.bench.side))

    def number(self, role: Role, text: str) -> None:
        field = self.row(role).count
        type_into(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def type(self, role: Role, text: str) -> None:
        picker = self.row(role).type
        assert isinstance(picker, TypePicker)
        line = picker.lineEdit()
        assert line is not None
        picker.setEditText(text)  # its list pops up at keys, which the offscreen screen cannot do
        line.editingFinished.emit()


@pytest.fixture
def bench(
    qapp: QApplication, qtbot: QtBot, region: SimulatedRegion, tmp_path: Path
) -> Iterator[Bench]:
    with open_doing_desk(qapp, qtbot, tmp_path, region=region) as desk:
        yield Bench(desk, _cluster(desk))


def test_nothing_is_wished_at_first(bench: Bench) -> None:
    shown = bench.bench
    assert shown.states.state == "shown"
    assert bench.says("nothing changed yet")
    assert not shown.side.apply_button.isEnabled()
    assert shown.side.clone_button.isHidden()
    assert shown.reset_button.isHidden()
    assert [row.title.text() for row in shown.table.rows.values()] == [
        "Master", "Core", "Task, on-demand",
    ]  # fmt: skip
    assert shown.table.total.text() == shown.table.total_now.text()
    assert unnamed(bench.holder) == []


def test_wishes_are_reckoned_as_they_are_typed(bench: Bench) -> None:
    shown = bench.bench
    bench.number(Role.TASK, "6")
    # 3 more m5.2xlarge: $0.384 + $0.096, and their disks
    assert shown.side.delta.text() == "+$1.50"
    assert shown.side.month.text() == "+$1\u202f095"
    assert shown.side.apply_button.isEnabled()
    assert shown.side.apply_button.text() == "Apply changes…"
    bench.type(Role.TASK, "r5.2xlarge")
    assert bench.says("never changes a group")
    shown.reset_button.click()
    assert bench.wished() == ("m5.2xlarge", 3)
    assert bench.row(Role.TASK).count.value() == 3


def test_a_type_that_the_release_has_not_got(bench: Bench) -> None:
    bench.type(Role.TASK, "q9.huge")
    picker = bench.row(Role.TASK).type
    assert picker.toolTip() == "The cluster’s release has no such type."
    assert bench.wished() == ("m5.2xlarge", 3)
    bench.type(Role.TASK, "m5.xlarge")
    assert picker.toolTip() == ""
    assert bench.wished() == ("m5.xlarge", 3)


def test_back_to_what_there_is_changes_nothing(bench: Bench) -> None:
    row = bench.row(Role.TASK)
    row.market.setCurrentIndex(1)
    assert bench.bench.variant.changed
    row.market.setCurrentIndex(0)
    assert not bench.bench.variant.changed


def test_variants_stand_side_by_side(bench: Bench) -> None:
    shown = bench.bench
    bench.number(Role.TASK, "6")
    shown.more_button.click()
    bench.number(Role.TASK, "9")
    model = shown.comparison.model
    texts = [[column.text(row) for column in model.columns[:3]] for row in model.rows()]
    assert [row[0] for row in texts] == ["Now", "A", "B"]
    assert texts[1][2] == f"{shown.side.delta.text()}/h" or texts[2][2].startswith("+")
    assert texts[2][1] == shown.table.total.text()
    shown.comparison.chosen.emit(0)
    assert bench.row(Role.TASK).count.value() == 6
    shown.drop_button.click()
    assert [each.name for each in shown.variants] == ["B"]
    assert shown.comparison.isHidden()
    assert bench.row(Role.TASK).count.value() == 9


def test_a_task_group_of_ones_own(bench: Bench) -> None:
    shown = bench.bench
    shown.add_button.click()
    added = next(row for row in shown.table.rows.values() if row.line.now is None)
    assert added.line.want.market is Market.SPOT
    assert added.line.want.instance_type == "m5.2xlarge"
    assert shown.side.apply_button.isEnabled()
    assert added.remove is not None
    click(added.remove)
    assert not shown.variant.changed


def test_limits_of_managed_scaling(bench: Bench) -> None:
    shown = bench.bench
    limits = shown.table.limits
    assert limits is not None
    click(limits.switch)
    assert shown.variant.scaling is not None
    assert bench.says("at most")
    limits = shown.table.limits
    assert limits is not None
    type_into(limits.high, "40")
    QTest.keyClick(limits.high, Qt.Key.Key_Return)
    assert shown.variant.scaling.maximum == 40
    assert limits.rate.text().startswith("≤ $")
    click(limits.switch)
    assert shown.variant.scaling is None


def test_a_new_master_type_opens_a_clone_with_it(bench: Bench) -> None:
    considered: list[ActionContext] = []
    bench.desk.ctx.actions.add(
        Action("launch.clone", "Clone…", lambda _ctx, where: considered.append(where))
    )
    bench.type(Role.MASTER, "m5.2xlarge")
    shown = bench.bench
    assert bench.says("New master type: needs a new cluster")
    assert shown.side.apply_button.isHidden()
    assert shown.side.clone_button.isVisible()
    click(shown.side.clone_button)
    bench.desk.until(lambda: considered)
    (change,) = considered[0].changes
    assert isinstance(change, CreateCluster)
    assert change.spec.groups[0].instance_type == "m5.2xlarge"


def test_a_rehearsal_gets_the_changes(bench: Bench) -> None:
    considered: list[ActionContext] = []
    bench.desk.ctx.actions.add(
        Action("rehearsal.open", "Rehearse…", lambda _ctx, where: considered.append(where))
    )
    bench.number(Role.CORE, "6")
    assert bench.bench.side.rehearse_button.isVisible()
    click(bench.bench.side.rehearse_button)
    bench.desk.until(lambda: considered)
    (change,) = considered[0].changes
    assert isinstance(change, ResizeGroup)
    assert change.count == 6


def test_fewer_core_nodes_go_through_the_pre_flight(bench: Bench) -> None:
    considered: list[ActionContext] = []
    bench.desk.ctx.actions.add(
        Action("shrink.open", "Shrink…", lambda _ctx, where: considered.append(where))
    )
    bench.number(Role.CORE, "3")
    side = bench.bench.side
    assert bench.says("the pre-flight tells what is lost")
    assert side.apply_button.isHidden()
    assert side.preflight_button.isVisible()
    click(side.preflight_button)
    (change,) = considered[0].changes
    assert isinstance(change, ResizeGroup)
    assert change.count == 3
    bench.number(Role.TASK, "4")
    assert side.apply_button.text() == "Apply task changes…"


def test_applying_asks_once_and_journals_each_change(bench: Bench) -> None:
    shown, desk = bench.bench, bench.desk
    bench.number(Role.CORE, "5")
    bench.type(Role.TASK, "r5.2xlarge")
    bench.row(Role.TASK).market.setCurrentIndex(1)
    limits = shown.table.limits
    assert limits is not None
    click(limits.switch)
    click(shown.side.apply_button)
    desk.until(lambda: desk.answers.plans)
    (question,) = desk.answers.plans
    assert [type(change) for change in question.changes] == [
        ResizeGroup, AddTaskGroup, ResizeGroup, SetManagedScaling,
    ]  # fmt: skip
    desk.until(
        lambda: [each.state for each in desk.app.journal.entries()] == [ChangeState.DONE] * 3
    )
    written = sorted(desk.app.journal.entries(), key=lambda each: each.id)
    assert tuple(each for one in written for each in one.plan.changes) == question.changes
    assert "activity" in desk.places.panels
    desk.cluster(
        bench.ref,
        lambda one: any(g.instance_type == "r5.2xlarge" and g.requested for g in one.groups or ()),
    )
    shown.cluster_changed()
    assert not shown.variant.changed or shown.variant.line("new-1") is None


def test_declining_changes_nothing(bench: Bench) -> None:
    bench.desk.answers.yes = False
    bench.number(Role.TASK, "4")
    click(bench.bench.side.apply_button)
    bench.desk.until(lambda: bench.desk.answers.plans)
    assert bench.desk.app.journal.entries() == ()
    assert bench.bench.variant.changed


def test_over_the_budget_on_production(
    qapp: QApplication, qtbot: QtBot, region: SimulatedRegion, tmp_path: Path
) -> None:
    kind = ConnectionClass.PRODUCTION
    more = "hourly_budget_usd = 0.5\n"
    with open_doing_desk(qapp, qtbot, tmp_path, region=region, kind=kind, more=more) as desk:
        shown = Bench(desk, _cluster(desk))
        shown.number(Role.TASK, "6")
        assert shown.says("Budget of here")
        assert "over" in shown.bench.side.budget.accessibleName()
        click(shown.bench.side.apply_button)
        desk.until(lambda: desk.answers.plans)
        (question,) = desk.answers.plans
        assert budget_question(question)
        assert question.typed_name == "analytics"

        task = shown.row(Role.TASK).line.key
        saves = desk.app.scaling.plan_resize_group(shown.ref, task, 1)
        assert saves.typed_name == ""
        entry = desk.app.journal.submit(saves)
        desk.until(
            lambda: any(
                each.id == entry.id and each.state is ChangeState.DONE
                for each in desk.app.journal.entries()
            )
        )
        undo = desk.app.journal.undo_plan(entry.id)
        assert budget_question(undo)
        assert undo.typed_name == "analytics"


def test_read_only_shows_and_does_nothing(
    qapp: QApplication, qtbot: QtBot, region: SimulatedRegion, tmp_path: Path
) -> None:
    with open_doing_desk(qapp, qtbot, tmp_path, region=region, more="read_only = true\n") as desk:
        shown = Bench(desk, _cluster(desk))
        shown.number(Role.TASK, "6")
        assert "+$" in shown.bench.side.delta.text()
        assert shown.bench.side.apply_button.isHidden()
        assert shown.bench.side.clone_button.isHidden()


def test_wishes_stay_while_the_cluster_changes(bench: Bench) -> None:
    bench.number(Role.CORE, "7")
    shown = bench.bench
    assert shown.bench is not None
    task = bench.row(Role.TASK).line.key
    desk = bench.desk
    desk.app.journal.submit(desk.app.scaling.plan_resize_group(bench.ref, task, 5))
    desk.cluster(bench.ref, lambda one: any(g.requested == 5 for g in one.groups or ()))
    shown.cluster_changed()
    assert bench.row(Role.TASK).count.value() == 5
    assert bench.row(Role.CORE).count.value() == 7
    assert replace(shown.variant, name="") != shown.bench.base


def test_fleets_are_tried_in_units(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    """Types and market of a fleet stay; units go from one market to the other."""
    fleets = [
        {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1,
         "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]},
        {"InstanceFleetType": "CORE", "TargetOnDemandCapacity": 2,
         "InstanceTypeConfigs": [{"InstanceType": "r5.xlarge"}]},
        {"InstanceFleetType": "TASK", "TargetSpotCapacity": 8,
         "InstanceTypeConfigs": [{"InstanceType": "m5.2xlarge", "WeightedCapacity": 2},
                                 {"InstanceType": "m5.xlarge", "WeightedCapacity": 1}]},
    ]  # fmt: skip
    with simulated_region("empty") as region:
        region.client("emr").run_job_flow(
            Name="analytics", ReleaseLabel="emr-7.5.0", Applications=[{"Name": "Spark"}],
            JobFlowRole="EMR_EC2_DefaultRole", ServiceRole="EMR_DefaultRole",
            Instances={"InstanceFleets": fleets, "KeepJobFlowAliveWhenNoSteps": True},
        )  # fmt: skip
        region.jump(minutes=15)
        with open_doing_desk(qapp, qtbot, tmp_path, region=region) as desk:
            snapshot = desk.named("analytics")
            desk.app.fleet.set_focus(snapshot.ref)
            shown = Bench(desk, desk.cluster(snapshot.ref, lambda one: one.fleets))
            rows = list(shown.bench.table.rows.values())
            assert [row.title.text() for row in rows] == [
                "Master", "Core", "Core, Spot", "Task, on-demand", "Task, Spot",
            ]  # fmt: skip
            assert shown.bench.add_button.isHidden()
            spot = rows[-1]
            assert (spot.now.text(), spot.market.isEnabled()) == ("8 units", False)
            assert isinstance(spot.type, QLabel)
            assert spot.type.text() == "2 types"
            assert unnamed(shown.holder) == []
            type_into(spot.count, "12")
            QTest.keyClick(spot.count, Qt.Key.Key_Return)
            assert shown.bench.side.delta.text().startswith("+$")
            click(shown.bench.side.apply_button)
            desk.until(lambda: desk.answers.plans)
            (question,) = desk.answers.plans
            (change,) = question.changes
            assert isinstance(change, ResizeFleet)
            assert (change.target_on_demand, change.target_spot) == (0, 12)
