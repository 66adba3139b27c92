"""Creating, cloning and managing clusters through the form, on a simulated region."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import ChangeState
from hue_desktop.core.clusters import ClusterSnapshot, ClusterState
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.instances import Market, Role
from hue_desktop.ui import policies
from hue_desktop.ui.launch import actions
from hue_desktop.ui.launch.command_dialog import CommandDialog
from hue_desktop.ui.launch.launch_sheet import LaunchSheet
from hue_desktop.ui.launch.tags_sheet import TagsSheet
from hue_desktop.ui.policies.auto_termination_sheet import AutoTerminationSheet
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
        opened.ctx.actions.add(*actions(), *policies.actions())
        yield opened


def _open_new(desk: DoingDesk) -> LaunchSheet:
    assert desk.trigger("launch.new")
    sheet = desk.opened(LaunchSheet)
    desk.until(lambda: sheet.states.state == "shown" and sheet.form.applications.boxes)
    desk.until(sheet.create_button.isEnabled)
    return sheet


def test_the_form_is_there_before_its_lists(desk: DoingDesk) -> None:
    assert desk.trigger("launch.new")
    sheet = desk.opened(LaunchSheet)
    form = sheet.form
    assert sheet.states.state == "shown"
    assert not form.access.subnet.isEnabled()
    assert form.access.subnet.currentText() == "Reading…"
    assert not sheet.create_button.isEnabled()
    type_into(form.identity.name, "early bird")
    click(form.life.protected)
    desk.until(sheet.create_button.isEnabled)
    spec = form.spec()
    assert (spec.name, spec.termination_protected) == ("early bird", True)
    assert spec.release.startswith("emr-")
    assert spec.subnet_ids == (sheet.options.subnets[0].id,)
    assert spec.service_role == "EMR_DefaultRole"
    assert form.access.subnet.isEnabled()


def test_tab_goes_through_the_form_from_top_to_bottom(desk: DoingDesk) -> None:
    sheet = _open_new(desk)
    form = sheet.form
    click(form.nodes.add_task)
    task = form.nodes.rows[-1]
    desk.until(task.count.isVisible)
    form.identity.name.setFocus()
    visited = [form.identity.name]
    while sheet.isAncestorOf(QApplication.focusWidget()) and len(visited) < 150:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        visited.append(QApplication.focusWidget())
        if visited[-1] is sheet.create_button:
            break
    assert visited[-1] is sheet.create_button
    order = [visited.index(stop) for stop in (task.count, form.applications.boxes["Spark"])]
    assert order == sorted(order), "every row and box comes before the buttons"
    inside = [widget for widget in visited if form.isAncestorOf(widget)]
    heights = [widget.mapTo(form, widget.rect().center()).y() for widget in inside]
    assert all(below >= above - 20 for above, below in pairwise(heights))


def test_a_cluster_is_created_by_typing_and_clicking(desk: DoingDesk) -> None:
    sheet = _open_new(desk)
    form = sheet.form
    type_into(form.identity.name, "nightly sales")
    click(form.applications.boxes["Hive"])
    click(form.nodes.add_task)
    task = form.nodes.rows[-1]
    assert task.group().role is Role.TASK
    type_into(task.count, "3")
    QTest.keyClick(task.count, Qt.Key.Key_Return)
    click(form.life.protected)
    click(form.tags.records.add_button)
    key, value = form.tags.records.records[0].editors
    QTest.keyClicks(key, "team")
    assert unnamed(sheet) == []
    QTest.keyClicks(value, "sales")
    desk.until(lambda: "/h" in sheet.create_button.text() and sheet.create_button.isEnabled())

    click(sheet.create_button)
    made = desk.entry(ChangeState.DONE)
    desk.until(lambda: desk.places.panels == ["activity"])
    answer = desk.region.client("emr").describe_cluster(ClusterId=made.outcome["cluster_id"])
    cluster = answer["Cluster"]
    assert cluster["Name"] == "nightly sales"
    assert {one["Name"] for one in cluster["Applications"]} >= {"Spark", "Hive"}
    assert {"Key": "team", "Value": "sales"} in cluster["Tags"]
    assert cluster["TerminationProtected"] is True
    groups = desk.region.client("emr").list_instance_groups(ClusterId=cluster["Id"])
    sizes = {
        (one["InstanceGroupType"], one["Market"]): one["RequestedInstanceCount"]
        for one in groups["InstanceGroups"]
    }
    assert sizes == {("MASTER", "ON_DEMAND"): 1, ("CORE", "ON_DEMAND"): 2, ("TASK", "SPOT"): 3}


def test_what_emr_would_refuse_is_said_before_it_is_sent(desk: DoingDesk) -> None:
    sheet = _open_new(desk)
    form = sheet.form
    type_into(form.identity.name, "")
    desk.until(lambda: not sheet.create_button.isEnabled())
    desk.until(lambda: form.identity.fields["name"].problem.isVisible())
    type_into(form.identity.name, "fine")
    desk.until(sheet.create_button.isEnabled)

    form.advanced.configurations.setPlainText('[{"Classification": 3}]')
    desk.until(lambda: not sheet.create_button.isEnabled())
    assert "Classification" in form.advanced.fields["configurations_json"].problem.text()
    form.advanced.configurations.setPlainText("")
    desk.until(sheet.create_button.isEnabled)

    form.nodes.rows[0].type.set_type("m5.nothing")
    form.nodes.rows[0].changed.emit()
    form.nodes.rows[1].market.set_key(Market.SPOT.value)
    QTest.keyClicks(form.nodes.rows[1].bid, "cheap")
    QTest.keyClick(form.nodes.rows[1].bid, Qt.Key.Key_Return)
    desk.until(lambda: "is not a price" in form.nodes.rows[1]._problem.text())
    desk.until(lambda: "does not run on" in form.nodes.rows[0]._problem.text())
    assert not sheet.create_button.isEnabled()
    assert "to correct" in sheet.footer_text.text()


def test_fleets_carry_the_nodes_over_and_the_command_says_the_same(desk: DoingDesk) -> None:
    sheet = _open_new(desk)
    form = sheet.form
    before = form.spec()
    form.nodes.kind.choose("fleets")
    fleets = form.spec().fleets
    assert [(one.role, one.target_on_demand) for one in fleets] == [
        (Role.MASTER, 1),
        (Role.CORE, 2),
    ]
    core = form.nodes.blocks[1]
    click(core.add_button)
    core.lines[1].type.set_type("r5.xlarge")
    core.lines[1].weight.setValue(2)
    core.spot.setValue(8)
    desk.until(core.strategy.isVisible)
    assert unnamed(sheet) == []
    assert form.spec().fleets[1].types[1].weight == 2

    click(sheet.command_button)
    dialog = sheet.findChild(CommandDialog)
    assert dialog is not None
    click(dialog.copy_button)
    words = shlex.split(QGuiApplication.clipboard().text().replace("\\\n", ""))
    assert words[:3] == ["aws", "emr", "create-cluster"]
    assert words[words.index("--endpoint-url") + 1] == desk.region.endpoint_url
    assert "r5.xlarge" in words[words.index("--instance-fleets") + 1]
    dialog.reject()

    form.nodes.kind.choose("groups")
    after = form.spec()
    assert [one.instance_type for one in after.groups] == [
        one.instance_type for one in before.groups
    ]


def test_a_clone_opens_the_form_with_everything_in_it(desk: DoingDesk) -> None:
    cluster = desk.named("analytics-prod")
    assert desk.trigger("launch.clone", cluster)
    sheet = desk.opened(LaunchSheet)
    desk.until(lambda: sheet.states.state == "shown")
    spec = desk.app.launching.read_clone_spec(cluster.ref)
    shown = sheet.form.spec()
    assert shown.groups == spec.groups
    assert set(shown.applications) == set(spec.applications)
    assert shown.tags == spec.tags
    assert shown.release == spec.release
    assert shown.service_role == spec.service_role
    assert shown.bootstrap_actions == spec.bootstrap_actions
    assert shown.name


def test_a_clone_of_a_transient_cluster_brings_its_scripts_and_steps(
    desk: DoingDesk, region: SimulatedRegion
) -> None:
    made = region.client("emr").run_job_flow(
        Name="nightly-report",
        ReleaseLabel="emr-7.5.0",
        ServiceRole="EMR_DefaultRole",
        JobFlowRole="EMR_EC2_DefaultRole",
        Instances={
            "InstanceGroups": [
                {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}
            ],
            "KeepJobFlowAliveWhenNoSteps": False,
        },
        BootstrapActions=[
            {"Name": "tools", "ScriptBootstrapAction": {"Path": "s3://lake/tools.sh"}}
        ],
        Steps=[
            {
                "Name": "report",
                "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["spark-submit", "r.py"]},
            }
        ],
    )
    ref = desk.ref(made["JobFlowId"])
    desk.app.fleet.refresh()
    assert desk.trigger("launch.clone", desk.cluster(ref, lambda one: one.cluster))
    sheet = desk.opened(LaunchSheet)
    desk.until(lambda: sheet.states.state == "shown")
    shown = sheet.form.spec()
    assert [(one.name, one.script_path) for one in shown.bootstrap_actions] == [
        ("tools", "s3://lake/tools.sh")
    ]
    assert [one.args for one in shown.steps] == [("spark-submit", "r.py")]
    assert not shown.keep_alive


def test_a_clone_of_what_emr_has_forgotten_has_what_was_read_before(desk: DoingDesk) -> None:
    known = desk.named("analytics-prod")
    gone = replace(known, ref=replace(known.ref, cluster_id="j-FORGOTTEN"))
    assert desk.trigger("launch.clone", gone)
    sheet = desk.opened(LaunchSheet)
    desk.until(lambda: sheet.states.state == "shown")
    assert sheet.form.spec().groups == desk.app.launching.clone_spec(known).groups
    assert any("scripts and steps" in text for text in desk.places.notes)


def _described(desk: DoingDesk, cluster: ClusterSnapshot) -> ClusterSnapshot:
    desk.app.fleet.refresh(cluster.ref)
    return desk.app.fleet.snapshot().clusters[cluster.ref]


def test_tags_protection_and_the_end(desk: DoingDesk) -> None:
    cluster = desk.named("dev-sandbox")
    described = cluster.cluster
    assert described is not None
    assert desk.trigger("launch.tags", cluster)
    tags = desk.opened(TagsSheet)
    assert not tags.apply_button.isEnabled()
    click(tags.records.add_button)
    key, value = tags.records.records[-1].editors
    QTest.keyClicks(key, "aws:mine")
    assert "aws:" in tags.records.records[-1].problem.text()
    type_into(key, "ticket")
    QTest.keyClicks(value, "42")
    click(tags.records.records[0].remove_button)
    desk.until(tags.apply_button.isEnabled)
    gone = described.tags[0][0]
    click(tags.apply_button)
    desk.entry(ChangeState.DONE)

    def tag_keys() -> dict[str, str]:
        now = _described(desk, cluster).cluster
        return dict(now.tags) if now is not None else {}

    desk.until(lambda: tag_keys().get("ticket") == "42" and gone not in tag_keys())

    assert desk.trigger("policies.auto_termination", cluster)
    idle = desk.opened(AutoTerminationSheet)
    assert unnamed(idle) == unnamed(tags) == []
    idle.on.setChecked(True)
    idle.minutes.setValue(idle.minutes.value() + 30)
    desk.until(idle.apply_button.isEnabled)
    wanted = 60 * idle.minutes.value()
    click(idle.apply_button)
    desk.until(lambda: len(desk.app.journal.entries()) == 2)
    desk.entry(ChangeState.DONE)
    policy = desk.region.client("emr").get_auto_termination_policy(ClusterId=cluster.ref.cluster_id)
    assert policy["AutoTerminationPolicy"]["IdleTimeout"] == wanted

    assert desk.trigger("launch.protect", cluster)
    desk.until(lambda: len(desk.app.journal.entries()) == 3)
    desk.entry(ChangeState.DONE)
    desk.until(lambda: (now := _described(desk, cluster).cluster) and now.termination_protected)
    protected = desk.app.fleet.snapshot().clusters[cluster.ref]
    assert desk.trigger("launch.terminate", protected)
    desk.until(lambda: desk.answers.plans and desk.answers.plans[-1].blocked)
    assert len(desk.app.journal.entries()) == 3

    desk.answers.remedies = True
    assert desk.trigger("launch.terminate", protected)
    desk.until(lambda: len(desk.app.journal.entries()) == 4)
    desk.entry(ChangeState.DONE)
    desk.until(lambda: (now := _described(desk, cluster).cluster) and not now.termination_protected)
    free = desk.app.fleet.snapshot().clusters[cluster.ref]
    assert desk.trigger("launch.terminate", free)
    desk.until(lambda: len(desk.app.journal.entries()) == 5)
    desk.entry(ChangeState.DONE)
    desk.until(lambda: _described(desk, cluster).summary.state is not ClusterState.WAITING)


def test_production_asks_for_the_name_and_no_leaves_everything(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    with open_doing_desk(
        qapp, qtbot, tmp_path, kind=ConnectionClass.PRODUCTION, more="hourly_budget_usd = 1\n"
    ) as desk:
        desk.ctx.actions.add(*actions())
        desk.answers.yes = False
        cluster = desk.named("dev-sandbox")
        assert desk.trigger("launch.terminate", cluster)
        desk.until(lambda: desk.answers.plans)
        assert desk.answers.plans[0].typed_name == "dev-sandbox"
        assert desk.app.journal.entries() == ()
        assert not desk.trigger("launch.terminate", cluster, read_only=True)


def test_a_cluster_can_be_asked_for_elsewhere(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    other = '\n[connections.there]\nclass = "development"\nregions = ["eu-central-1"]\n'
    with open_doing_desk(qapp, qtbot, tmp_path, scenario="empty", more=other) as desk:
        desk.ctx.actions.add(*actions())
        desk.until(lambda: len(desk.app.fleet.snapshot().connections) == 2)
        sheet = _open_new(desk)
        desk.until(sheet.form.identity.place.isVisible)
        type_into(sheet.form.identity.name, "moved")
        sheet.form.identity.place.set_key("there · eu-central-1")
        assert sheet.connection.name == "there"
        assert not sheet.form.access.subnet.isEnabled()
        assert not sheet.create_button.isEnabled()
        sheet.form.identity.place.set_key(f"here · {desk.region.name}")
        desk.until(lambda: sheet.states.state == "shown" and sheet.create_button.isEnabled())
        assert sheet.form.spec().name == "moved"
        assert sheet.form.spec().subnet_ids
