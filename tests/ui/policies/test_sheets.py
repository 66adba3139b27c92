"""The editors of policies and the story, driven as a person does, over a simulated region."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import ChangeState, SetAutoTermination, SetManagedScaling
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.instances import Role
from hue_desktop.ui.policies import actions
from hue_desktop.ui.policies.auto_termination_sheet import AutoTerminationSheet
from hue_desktop.ui.policies.managed_scaling_sheet import ManagedScalingSheet
from hue_desktop.ui.policies.story_sheet import StorySheet
from tests.simulated import SimulatedRegion, simulated_region
from tests.ui.doing_desk import DoingDesk, click, open_doing_desk, unnamed


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    with simulated_region("demo") as opened:
        yield opened


@pytest.fixture
def desk(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, region: SimulatedRegion
) -> Iterator[DoingDesk]:
    with open_doing_desk(qapp, qtbot, tmp_path, region=region) as opened:
        opened.ctx.actions.add(*actions())
        yield opened


def test_managed_scaling_is_edited_applied_and_turned_off(desk: DoingDesk) -> None:
    cluster = desk.named("analytics-prod")
    desk.cluster(cluster.ref, lambda one: one.cluster and one.cluster.managed_scaling)
    assert desk.trigger("policies.managed_scaling", cluster)
    sheet = desk.opened(ManagedScalingSheet)
    assert unnamed(sheet) == []
    assert sheet.on.isChecked()
    desk.until(lambda: sheet.remarks.said)
    assert not sheet.apply_button.isEnabled()  # nothing differs yet

    core = sum(group.requested for group in cluster.groups or () if group.role is Role.CORE)
    sheet.task_only.setChecked(True)
    assert sheet.minimum.value() == core
    assert not sheet.core.isEnabled()
    sheet.maximum.setValue(30)
    desk.until(sheet.apply_button.isEnabled)
    assert "30" in sheet.apply_button.text()
    click(sheet.apply_button)
    desk.entry(ChangeState.DONE)
    emr = desk.region.client("emr")
    told = emr.get_managed_scaling_policy(ClusterId=cluster.ref.cluster_id)
    limits = told["ManagedScalingPolicy"]["ComputeLimits"]
    assert (limits["MinimumCapacityUnits"], limits["MaximumCapacityUnits"]) == (core, 30)
    assert limits["MaximumCoreCapacityUnits"] == core

    desk.cluster(
        cluster.ref,
        lambda one: one.cluster and (one.cluster.managed_scaling or _NONE).maximum == 30,
    )
    assert desk.trigger("policies.managed_scaling", cluster)
    again = desk.opened(ManagedScalingSheet)
    assert again.task_only.isChecked()
    again.on.setChecked(False)
    desk.until(again.apply_button.isEnabled)
    click(again.apply_button)
    desk.until(lambda: len(desk.app.journal.entries()) == 2)
    desk.entry(ChangeState.DONE)
    told = emr.get_managed_scaling_policy(ClusterId=cluster.ref.cluster_id)
    assert "ManagedScalingPolicy" not in told


_NONE = ManagedScaling("Instances", 0, 0)


def test_bad_limits_say_why_and_cannot_be_applied(desk: DoingDesk) -> None:
    cluster = desk.named("analytics-prod")
    assert desk.trigger("policies.managed_scaling", cluster)
    sheet = desk.opened(ManagedScalingSheet)
    sheet.on.setChecked(True)
    sheet.task_only.setChecked(False)
    sheet.minimum.setValue(9)
    sheet.maximum.setValue(5)
    desk.until(lambda: any("not above the maximum" in text for text in sheet.remarks.texts))
    desk.until(lambda: sheet.plan is not None and sheet.plan.blocked)
    assert not sheet.apply_button.isEnabled()
    assert "not above the maximum" in sheet.footer_text.text()


def test_a_core_limit_below_core_is_asked_about(desk: DoingDesk) -> None:
    cluster = desk.named("analytics-prod")
    desk.answers.yes = False
    wished = SetManagedScaling(cluster.ref.cluster_id, ManagedScaling("Instances", 1, 3))
    assert desk.trigger("policies.managed_scaling", cluster, changes=(wished,))
    sheet = desk.opened(ManagedScalingSheet)
    assert (sheet.minimum.value(), sheet.maximum.value()) == (1, 3)
    desk.until(lambda: any("hold HDFS blocks leave" in text for text in sheet.remarks.texts))
    desk.until(sheet.apply_button.isEnabled)
    before = len(desk.app.journal.entries())
    click(sheet.apply_button)
    desk.until(lambda: desk.answers.plans)
    assert len(desk.app.journal.entries()) == before


def test_limits_in_vcpu_mean_the_same_capacity(desk: DoingDesk) -> None:
    cluster = desk.named("analytics-prod")
    wished = SetManagedScaling(cluster.ref.cluster_id, ManagedScaling("Instances", 6, 20, None, 6))
    assert desk.trigger("policies.managed_scaling", cluster, changes=(wished,))
    sheet = desk.opened(ManagedScalingSheet)
    desk.until(lambda: sheet.sizes_known)
    sheet.unit.choose("VCPU")
    policy = sheet.policy
    assert policy is not None
    assert policy.unit_type == "VCPU"
    assert policy.minimum > 6
    assert policy.maximum > 20
    desk.until(lambda: sheet.plan is not None and not sheet.plan.blocked)


def test_auto_termination_says_that_it_never_fires(desk: DoingDesk) -> None:
    presto = desk.named("bi-presto")
    wished = SetAutoTermination(presto.ref.cluster_id, 1800)
    assert desk.trigger("policies.auto_termination", presto, changes=(wished,))
    sheet = desk.opened(AutoTerminationSheet)
    assert unnamed(sheet) == []
    assert (sheet.on.isChecked(), sheet.minutes.value()) == (True, 30)
    desk.until(lambda: any("never fires with Presto" in text for text in sheet.remarks.texts))
    desk.until(sheet.apply_button.isEnabled)
    sheet.on.setChecked(False)
    desk.until(lambda: not sheet.apply_button.isEnabled())


def test_the_story_tells_what_happened_and_what_is_missing(desk: DoingDesk) -> None:
    cluster = desk.named("analytics-prod")
    assert desk.trigger("policies.story", cluster)
    sheet = desk.opened(StorySheet)
    assert unnamed(sheet) == []
    desk.until(lambda: sheet.story is not None)
    assert sheet.states.state == "shown"
    assert sheet.story is not None
    assert sheet.story.standing
    story = sheet.story
    sheet.span.setCurrentIndex(3)
    desk.until(lambda: sheet.story is not story)
    assert sheet.story.start is not None
    assert story.start is not None
    assert sheet.story.start < story.start


def test_policies_of_a_cluster_that_ended_are_not_offered(desk: DoingDesk) -> None:
    cluster = desk.named("analytics-prod")
    ended = next(
        one for one in desk.app.fleet.snapshot().clusters.values() if not one.summary.state.active
    )
    assert not desk.trigger("policies.managed_scaling", ended)
    assert not desk.trigger("policies.auto_termination", ended)
    assert desk.trigger("policies.story", ended)
    assert not desk.trigger("policies.managed_scaling", cluster, read_only=True)
