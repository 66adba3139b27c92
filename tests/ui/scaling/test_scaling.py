"""Resizing through the Scale sheet, carried out on a simulated region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import (
    AddTaskFleet,
    AddTaskGroup,
    ChangeState,
    GroupSpec,
    ResizeFleet,
    ResizeGroup,
)
from hue_desktop.core.clusters import ClusterSnapshot, ClusterState
from hue_desktop.core.instances import GroupState, InstanceFleet, InstanceGroup, Market, Role
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.parts import Label
from hue_desktop.ui.scaling import actions
from hue_desktop.ui.scaling.fleet_sheet import ScaleFleetSheet
from hue_desktop.ui.scaling.group_sheet import ScaleGroupSheet
from hue_desktop.ui.scaling.scale_sheet import ScaleSheet
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
    with open_doing_desk(
        qapp, qtbot, tmp_path, region=region, more="hourly_budget_usd = 60\n"
    ) as opened:
        opened.ctx.actions.add(*actions())
        yield opened


def _with_role(
    desk: DoingDesk, role: Role, market: Market | None = None
) -> tuple[ClusterSnapshot, InstanceGroup]:
    """A running cluster that has a group of the role."""

    desk.named("analytics-prod")  # it has groups of every kind

    def find() -> tuple[ClusterSnapshot, InstanceGroup] | None:
        for cluster in desk.app.fleet.snapshot().clusters.values():
            alive = cluster.summary.state in (ClusterState.RUNNING, ClusterState.WAITING)
            if not alive or cluster.instances is None or cluster.cluster is None:
                continue
            for group in cluster.groups or ():
                if group.role is role and market in (None, group.market):
                    return cluster, group
        return None

    desk.until(find)
    found = find()
    assert found is not None
    return found


def _task_fleet(desk: DoingDesk) -> tuple[ClusterSnapshot, InstanceFleet]:
    cluster = desk.named("etl-streaming")
    return cluster, next(one for one in cluster.fleets or () if one.role is Role.TASK)


def _texts(sheet: ScaleSheet) -> str:
    """All that the sheet says now."""
    return "\n".join(one.text() for one in sheet.findChildren(Label) if one.isVisibleTo(sheet))


def _listen(desk: DoingDesk, action_id: str) -> list[ActionContext]:
    """Declare the action that another room brings, and keep what it is asked with."""
    heard: list[ActionContext] = []
    desk.ctx.actions.add(Action(action_id, action_id, lambda _ctx, context: heard.append(context)))
    return heard


def test_a_task_group_grows_from_the_keyboard(desk: DoingDesk) -> None:
    cluster, group = _with_role(desk, Role.TASK)
    assert desk.trigger("scaling.resize", cluster, group_id=group.id)
    sheet = desk.opened(ScaleGroupSheet)
    assert not sheet.apply_button.isEnabled()

    sheet.amount.slider.setFocus()
    QTest.keyClick(sheet.amount.slider, Qt.Key.Key_Right)
    QTest.keyClick(sheet.amount.slider, Qt.Key.Key_Right)

    desk.until(sheet.apply_button.isEnabled)
    other = desk.show(ScaleGroupSheet(desk.ctx, cluster.ref, group.id))  # untouched, left open
    assert sheet.amount.number.value() == group.requested + 2
    assert "Add 2" in sheet.apply_button.text()
    assert "/h" in sheet.apply_button.text()
    click(sheet.apply_button)
    entry = desk.entry(ChangeState.DONE)
    assert entry.plan.changes == (
        ResizeGroup(cluster.ref.cluster_id, group.id, group.requested + 2),
    )
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


def test_the_own_type_comes_first_and_another_one_as_a_group_of_its_own(desk: DoingDesk) -> None:
    cluster, group = _with_role(desk, Role.TASK, Market.SPOT)
    sheet = desk.show(ScaleGroupSheet(desk.ctx, cluster.ref, group.id), (1160, 760))
    sheet.amount.set_value(group.requested + 12)
    desk.until(lambda: sheet.settled)

    rows = sheet.table.model.rows()
    assert rows[0].own
    assert sheet.table.current == rows[0]
    assert rows[0].name == group.instance_type
    assert len({one.name for one in rows}) < len(sheet.table.candidates)  # of a like size only
    click(sheet.table.all_sizes)
    assert len(sheet.table.model.rows()) == len(sheet.table.candidates) > 600
    said = _texts(sheet)
    assert "YARN memory" in said
    assert "HDFS" in said
    assert f"12 × {group.instance_type}" in said
    assert "AWS Spot Advisor" in sheet.table.foot.text()
    assert "2025" in sheet.table.foot.text()  # the age of the interruption classes
    assert sheet.plan is not None
    assert isinstance(sheet.plan.changes[0], ResizeGroup)
    seen = sheet.table.named(rows[0].name)
    assert seen is not None
    assert seen.spot_now is not None
    assert len(seen.spot_line) > 10
    spoken = Qt.ItemDataRole.AccessibleTextRole
    cells = [sheet.table.model.index(0, at).data(spoken) for at in range(8)]
    assert cells[0] == "chosen"  # what is painted is said, too
    assert any("of the on-demand price" in cell for cell in cells)
    _another_type(desk, sheet, cluster, group)


def _another_type(
    desk: DoingDesk, sheet: ScaleGroupSheet, cluster: ClusterSnapshot, group: InstanceGroup
) -> None:
    """It comes as a task group of its own, and fewer nodes of it may be enough."""
    assert sheet.listed is not None
    own = sheet.listed.own
    assert own is not None
    bigger = next(
        one
        for one in sheet.table.model.rows()
        if one.yarn_gib > 1.5 * own.yarn_gib and one.usd_hour is not None
    )
    assert sheet.table.select(bigger.name)
    desk.until(sheet.apply_button.isEnabled)

    assert sheet.comes_as_new_group
    assert sheet.plan is not None
    (change,) = sheet.plan.changes
    assert isinstance(change, AddTaskGroup)
    assert change.group.instance_type == bigger.name
    assert change.group.count == 12
    assert change.group.name not in {one.name for one in cluster.groups or ()}
    assert f"The new type comes as task group {change.group.name}." in sheet.footer_text.text()
    assert "AddInstanceGroups × 1" in _texts(sheet)

    assert not sheet.enough.isHidden()  # bigger nodes: fewer bring as much YARN memory
    fewer = int(sheet.enough.button.text().rsplit(" ", 1)[1])
    click(sheet.enough.button)
    assert sheet.amount.value == fewer < group.requested + 12
    gained = (fewer - group.requested) * bigger.yarn_gib
    assert gained >= 12 * own.yarn_gib > gained - bigger.yarn_gib
    desk.until(sheet.apply_button.isEnabled)
    assert sheet.enough.isHidden()


def test_a_task_group_of_a_ranked_type_is_added(desk: DoingDesk) -> None:
    cluster, _group = _with_role(desk, Role.CORE)
    assert desk.trigger("scaling.add_task", cluster)
    sheet = desk.opened(ScaleGroupSheet)
    desk.until(lambda: sheet.table.states.state == "shown")
    assert sheet.amount.value == 2

    sheet.table.rank.choose("per GiB")
    figures = [one.usd_100gib for one in sheet.table.model.rows()[1:21] if one.usd_100gib]
    assert len(figures) == 20
    assert figures == sorted(figures)
    sheet.table.rank.choose("per vCPU")
    figures = [one.usd_vcpu for one in sheet.table.model.rows()[1:21] if one.usd_vcpu]
    assert figures == sorted(figures)
    sheet.table.search.setText("m5. xlarge")
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


def test_the_other_market_has_its_own_prices_and_columns(desk: DoingDesk) -> None:
    cluster, _group = _with_role(desk, Role.CORE)
    sheet = desk.show(ScaleGroupSheet(desk.ctx, cluster.ref), (1300, 760))
    desk.until(lambda: sheet.settled)
    assert "line" not in sheet.table.table.hidden_columns
    spot = sheet.table.current
    assert spot is not None

    click(sheet.market.segments.segment(Market.ON_DEMAND.value))
    desk.until(lambda: "line" in sheet.table.table.hidden_columns)
    desk.until(sheet.apply_button.isEnabled)
    here = sheet.table.named(spot.name)
    assert here is not None
    assert here.usd_hour is not None
    assert spot.usd_hour is not None
    assert here.usd_hour > spot.usd_hour
    assert sheet.plan is not None
    (change,) = sheet.plan.changes
    assert isinstance(change, AddTaskGroup)
    assert change.group.market is Market.ON_DEMAND


def test_core_that_shrinks_is_checked_first(desk: DoingDesk) -> None:
    cluster, group = _with_role(desk, Role.CORE)
    desk.answers.yes = False
    plain = desk.show(ScaleGroupSheet(desk.ctx, cluster.ref, group.id))
    plain.amount.set_value(group.requested - 1)
    desk.until(plain.apply_button.isEnabled)
    assert plain.apply_button.text().endswith("…")
    click(plain.apply_button)  # nothing here can check, so it asks
    desk.until(lambda: desk.answers.plans)
    plain.close()

    heard = _listen(desk, "shrink.open")
    limits = desk.app.scaling.limits(cluster.ref, group.id)
    if limits.low >= group.requested:
        pytest.fail("the scenario has no core group that can shrink")
    sheet = desk.show(ScaleGroupSheet(desk.ctx, cluster.ref, group.id))
    assert sheet.table.isHidden()  # a core group has one type
    type_into(sheet.amount.number, str(group.requested - 1))
    QTest.keyClick(sheet.amount.number, Qt.Key.Key_Return)

    desk.until(sheet.apply_button.isEnabled)
    assert sheet.plan is not None
    assert any("HDFS" in risk.text for risk in sheet.plan.risks)
    assert "lost" in sheet.apply_button.text()
    click(sheet.apply_button)
    (context,) = heard
    assert context.group_id == group.id
    assert context.changes == (ResizeGroup(cluster.ref.cluster_id, group.id, group.requested - 1),)
    assert desk.app.journal.entries() == ()

    sheet.amount.set_value(group.requested + 1)  # growing stays here
    desk.until(lambda: "Add 1 node" in sheet.apply_button.text())
    assert "Only core nodes add HDFS" in _texts(sheet)


def test_a_plan_can_be_rehearsed_and_one_over_the_budget_asks(desk: DoingDesk) -> None:
    heard = _listen(desk, "rehearsal.open")
    cluster, group = _with_role(desk, Role.TASK)
    sheet = desk.show(ScaleGroupSheet(desk.ctx, cluster.ref, group.id))
    desk.until(lambda: "Move the target" in sheet.footer_text.text())
    assert not sheet.rehearse.isEnabled()
    sheet.amount.set_value(group.requested + 1)
    desk.until(sheet.rehearse.isEnabled)
    click(sheet.rehearse)
    (context,) = heard
    assert context.ref == cluster.ref
    assert context.changes == (ResizeGroup(cluster.ref.cluster_id, group.id, group.requested + 1),)

    desk.answers.yes = False
    sheet.amount.set_value(group.requested + 1500)
    desk.until(sheet.apply_button.isEnabled)
    assert "h over" in _texts(sheet)
    assert sheet.apply_button.text().endswith("…")
    click(sheet.apply_button)
    desk.until(lambda: desk.answers.plans)
    assert desk.app.journal.entries() == ()

    sheet = desk.show(_Suspended(desk.ctx, cluster.ref, group.id))
    sheet.amount.set_value(group.requested + 1)
    desk.until(sheet.apply_button.isEnabled)
    said = _texts(sheet)
    assert "EMR suspended it" in said
    assert "Setting a target resumes" in said
    assert "no capacity" in said


def test_what_somebody_considers_is_filled_in(desk: DoingDesk) -> None:
    cluster, group = _with_role(desk, Role.TASK)
    ref = cluster.ref
    wanted = (ResizeGroup(ref.cluster_id, group.id, 0),)
    assert desk.trigger("scaling.resize", cluster, group_id=group.id, changes=wanted)
    sheet = desk.opened(ScaleGroupSheet)
    assert sheet.amount.value == 0
    desk.until(lambda: "Remove" in sheet.apply_button.text())
    assert sheet.table.isHidden()
    assert "idle" in _texts(sheet)  # which nodes go

    spec = GroupSpec(Role.TASK, "r5.2xlarge", 7, Market.ON_DEMAND)
    assert desk.trigger("scaling.add_task", cluster, changes=(AddTaskGroup(ref.cluster_id, spec),))
    added = desk.opened(ScaleGroupSheet)
    desk.until(added.apply_button.isEnabled)
    desk.until(lambda: added.table.current and added.table.current.name == "r5.2xlarge")
    desk.until(added.apply_button.isEnabled)
    assert added.plan is not None
    (change,) = added.plan.changes
    assert isinstance(change, AddTaskGroup)
    assert (change.group.instance_type, change.group.count) == ("r5.2xlarge", 7)
    assert change.group.market is Market.ON_DEMAND


def test_what_cannot_be_done_is_not_offered(desk: DoingDesk) -> None:
    cluster, core = _with_role(desk, Role.CORE)
    master = next(group for group in cluster.groups or () if group.role is Role.MASTER)
    assert not desk.trigger("scaling.resize", cluster, group_id=master.id)
    assert not desk.trigger("scaling.resize", cluster, group_id=core.id, read_only=True)
    assert not desk.trigger("scaling.add_task", cluster, read_only=True)
    assert desk.places.factories == []

    limits = desk.app.scaling.limits(cluster.ref, core.id)
    resize = desk.show(ScaleGroupSheet(desk.ctx, cluster.ref, core.id))
    resize.amount.set_value(-5)
    assert resize.amount.value == limits.low
    resize.amount.set_value(10**6)
    assert resize.amount.value == limits.high
    assert resize.amount.slider.value() == limits.high

    add = desk.show(ScaleGroupSheet(desk.ctx, cluster.ref))
    assert unnamed(add) == unnamed(resize) == []
    desk.until(add.apply_button.isEnabled)
    add.market.bid_kind.set_key("limit")
    type_into(add.market.bid, "cheap")
    assert not add.apply_button.isEnabled()
    assert "0.250" in add.footer_text.text()
    type_into(add.market.bid, "0.09")
    desk.until(add.apply_button.isEnabled)
    assert add.plan is not None
    (change,) = add.plan.changes
    assert isinstance(change, AddTaskGroup)
    assert change.group.bid_usd_hour == 0.09


class _Suspended(ScaleGroupSheet):
    """As if EMR had given up on the group."""

    @property
    def group(self) -> InstanceGroup | None:
        found = super().group
        reason = "INSTANCE_FAILURE: no capacity."
        return replace(found, state=GroupState.SUSPENDED, state_reason=reason) if found else None


def test_types_that_cannot_be_read_are_said_with_a_way_on(
    desk: DoingDesk, region: SimulatedRegion
) -> None:
    cluster, group = _with_role(desk, Role.TASK)
    region.control("deny", {"service": "emr", "operation": "ListSupportedInstanceTypes"})
    try:
        sheet = desk.show(ScaleGroupSheet(desk.ctx, cluster.ref, group.id))
        desk.until(lambda: sheet.table.states.state == "failed")
        sheet.amount.set_value(group.requested + 1)  # the group's own type needs no list
        desk.until(sheet.apply_button.isEnabled)
    finally:
        region.control(
            "deny",
            {"service": "emr", "operation": "ListSupportedInstanceTypes", "allow": True},
        )
    sheet.table.states.retry_requested.emit()
    desk.until(lambda: sheet.table.states.state == "shown")


def test_a_fleet_is_resized_in_units(desk: DoingDesk) -> None:
    cluster, task = _task_fleet(desk)
    assert desk.trigger("scaling.task", cluster)
    sheet = desk.opened(ScaleFleetSheet)
    assert unnamed(sheet) == []
    sheet.spot.set_value(task.target_spot + 8)
    desk.until(sheet.apply_button.isEnabled)
    assert f"Scale to {task.target_spot + task.target_on_demand + 8} units" in (
        sheet.apply_button.text()
    )
    assert sheet.plan is not None
    (change,) = sheet.plan.changes
    assert isinstance(change, ResizeFleet)
    assert change.types == ()  # those that it has stay
    assert change.timeout_minutes is None
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


def test_types_for_a_fleet_are_suggested_and_keep_its_unit(desk: DoingDesk) -> None:
    cluster, task = _task_fleet(desk)
    sheet = desk.show(ScaleFleetSheet(desk.ctx, cluster.ref, task.id))
    desk.until(lambda: sheet.table.states.state == "shown")
    before = {kind.instance_type: kind.weight for kind in task.types}
    assert sheet.table.ticked == set(before)
    first = {one.name for one in sheet.table.model.rows()[: len(before)]}
    assert first == set(before)  # what the fleet has stands first
    if len(before) < 10:
        assert "AWS advises 10 or more" in _texts(sheet)

    click(sheet.types_row.suggest)
    desk.until(lambda: len(sheet.table.ticked) > len(before))
    kinds = {kind.instance_type: kind.weight for kind in sheet.kinds()}
    assert 10 <= len(kinds) <= 15
    kept = set(kinds) & set(before)
    assert kept
    named = {one.name: one for one in sheet.table.candidates}
    model = next(iter(sorted(kept)))
    share = before[model] / named[model].type.vcpu
    for name, weight in kinds.items():
        assert weight / named[name].type.vcpu == pytest.approx(share, rel=0.06), name
    desk.until(sheet.apply_button.isEnabled)
    assert "Change types" in sheet.apply_button.text()
    assert "AWS advises 10 or more" not in _texts(sheet)
    assert sheet.plan is not None
    (change,) = sheet.plan.changes
    assert isinstance(change, ResizeFleet)
    assert len(change.types) == len(kinds)
    (inverse,) = sheet.plan.inverse
    assert isinstance(inverse, ResizeFleet)
    assert inverse.types == task.types
    sheet.spot.set_value(task.target_spot + 16)
    desk.until(lambda: "Placement score" in _texts(sheet))
    assert f"A unit is {1 / share:.3g} vCPU." in _texts(sheet)
    sheet.on_demand.set_value(sheet.spot.value + 4)  # mostly on demand: other prices count
    desk.until(lambda: "lost" in sheet.table.table.hidden_columns)
    sheet.on_demand.set_value(0)
    desk.until(lambda: "lost" not in sheet.table.table.hidden_columns)
    _tick_and_weigh(desk, sheet)


def _tick_and_weigh(desk: DoingDesk, sheet: ScaleFleetSheet) -> None:
    """One type more, by the keyboard, with a weight and a time-out of its own."""
    other = next(one for one in sheet.table.model.rows() if one.name not in sheet.table.ticked)
    assert sheet.table.select(other.name)
    sheet.table.table.setFocus()
    QTest.keyClick(sheet.table.table, Qt.Key.Key_Space)
    assert other.name in sheet.table.ticked
    type_into(sheet.weight, "7")
    QTest.keyClick(sheet.weight, Qt.Key.Key_Return)
    assert {kind.instance_type: kind.weight for kind in sheet.kinds()}[other.name] == 7
    sheet.manners.timeout.setValue(20)
    desk.until(sheet.apply_button.isEnabled)
    assert sheet.plan is not None
    (change,) = sheet.plan.changes
    assert isinstance(change, ResizeFleet)
    assert change.timeout_minutes == 20
    assert (other.name, 7) in [(kind.instance_type, kind.weight) for kind in change.types]

    sheet.table.tick(frozenset())
    sheet.table.chosen.emit()
    assert not sheet.apply_button.isEnabled()
    assert "Tick one type" in sheet.footer_text.text()


def test_a_core_fleet_that_shrinks_is_checked_first(desk: DoingDesk) -> None:
    heard = _listen(desk, "shrink.open")
    cluster = desk.named("etl-streaming")
    core = next(one for one in cluster.fleets or () if one.role is Role.CORE)
    sheet = desk.show(ScaleFleetSheet(desk.ctx, cluster.ref, core.id))
    row = sheet.on_demand if core.target_on_demand else sheet.spot
    row.set_value(row.value - 1)
    desk.until(sheet.apply_button.isEnabled)
    assert "lost" in sheet.apply_button.text()
    click(sheet.apply_button)
    (context,) = heard
    assert context.group_id == core.id
    assert isinstance(context.changes[0], ResizeFleet)
    assert desk.app.journal.entries() == ()


def test_a_cluster_of_fleets_gets_its_task_fleet(desk: DoingDesk) -> None:
    cluster, _task = _task_fleet(desk)
    assert not desk.trigger("scaling.add_task", cluster)  # it has one, and takes no other
    core = tuple(fleet for fleet in cluster.fleets or () if fleet.role is not Role.TASK)
    assert desk.trigger("scaling.add_task", replace(cluster, fleets=core))
    add = desk.opened(ScaleFleetSheet)
    assert unnamed(add) == []
    desk.until(lambda: add.plan is not None)
    assert add.plan is not None
    (change,) = add.plan.changes
    assert isinstance(change, AddTaskFleet)
    assert change.fleet.timeout_action == "SWITCH_TO_ON_DEMAND"
    assert "on-demand nodes instead" in _texts(add)
    add.spot.set_value(0)
    assert not add.apply_button.isEnabled()
    assert "one unit" in add.footer_text.text()


def test_capacity_that_never_comes_is_said_with_what_to_do(
    desk: DoingDesk, region: SimulatedRegion
) -> None:
    cluster = desk.named("dev-sandbox")  # without managed scaling, which would take it back
    group = next(one for one in cluster.groups or () if one.role is Role.CORE)
    ref, place = cluster.ref, {"instance_type": group.instance_type}
    region.control("capacity", {**place, "available": False})
    try:
        wanted = group.requested + 5
        plan = desk.app.scaling.plan_resize_group(ref, group.id, wanted)
        desk.app.journal.submit(plan)
        desk.entry(ChangeState.DONE)
        region.control("clock", {"jump_s": 1800})

        def waits() -> bool:
            desk.app.fleet.refresh(ref)
            return desk.app.scaling.shortage(ref, group.id) is not None

        desk.until(waits)
        sheet = desk.show(ScaleGroupSheet(desk.ctx, ref, group.id))
        desk.until(lambda: "missing" in _texts(sheet))
        assert "another type" in _texts(sheet)  # the way on, before anything is planned
        sheet.amount.set_value(wanted + 1)
        desk.until(sheet.apply_button.isEnabled)
        assert _texts(sheet).count("missing:") == 1  # the plan's warning is the same one
    finally:
        region.control("capacity", {"clear": True})
