"""The form of a new cluster by itself: it fits narrow windows, and keeps names and volumes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.instances import EbsVolume, FleetType, Market, Role
from hue_desktop.ui.launch.launch_form import LaunchForm
from hue_desktop.ui.parts import ComboField, Sheet, SidePanel, TextField
from hue_desktop.ui.theme import Theme
from tests.ui.doing_desk import click, type_into

NARROW = (818, 600)  #: the sheet in a window of 1100 × 700
FAST = EbsVolume("gp3", 100, 6000, 250)
SECOND = replace(FAST, device="/dev/sdc")
GROUPS = ClusterSpec(
    "nightly",
    "emr-7.5.0",
    groups=(
        GroupSpec(Role.MASTER, "m5.xlarge", 1, name="primary"),
        GroupSpec(Role.CORE, "r5.24xlarge", 2, name="core", ebs_volumes=(FAST, SECOND)),
        GroupSpec(Role.TASK, "r5.2xlarge", 6, Market.SPOT, "task-spot", 0.25),
    ),
)
FLEETS = replace(
    GROUPS,
    groups=(),
    fleets=(
        FleetSpec(Role.MASTER, (FleetType("m5.xlarge"),), 1),
        FleetSpec(Role.CORE, (FleetType("m5.2xlarge", 8), FleetType("m5a.2xlarge", 8)), 4, 8),
    ),
)


@pytest.fixture
def sheet(qtbot: QtBot, theme: Theme) -> Sheet:
    """As in the narrow window, with the panel at its right."""
    side = SidePanel()
    side.setFixedWidth(280)
    made = Sheet("New cluster", side=side)
    made.body.addWidget(LaunchForm())
    qtbot.addWidget(made)
    made.resize(*NARROW)
    made.show()
    return made


def _form(sheet: Sheet) -> LaunchForm:
    return sheet.findChildren(LaunchForm)[0]


@pytest.mark.parametrize("spec", [GROUPS, FLEETS], ids=["groups", "fleets"])
def test_nothing_is_cut_at_the_right(qtbot: QtBot, sheet: Sheet, spec: ClusterSpec) -> None:
    form = _form(sheet)
    form.show_spec(spec)
    inner, port = sheet.scroller.widget(), sheet.scroller.viewport()
    assert inner is not None
    qtbot.waitUntil(lambda: inner.width() == port.width())
    for control in (form.identity.name, form.nodes.kind):
        right = control.mapTo(inner, control.rect().topRight()).x()
        assert right < port.width(), control.accessibleName()
    for part in (*form.nodes.rows, *form.nodes.blocks):
        assert part.height() >= part.minimumSizeHint().height()


def test_names_and_volumes_stay_as_they_are(qtbot: QtBot, sheet: Sheet) -> None:
    form = _form(sheet)
    form.show_spec(GROUPS)
    assert form.spec().groups == GROUPS.groups
    core = form.nodes.rows[1]
    assert "2 EBS volumes" in core.extras.fold.text()
    qtbot.waitUntil(core.extras.fold.isVisible)
    click(core.extras.fold)
    assert core.extras.fields.isVisible()
    assert core.extras.volumes.values() == [("gp3", "100", "2")]


def test_a_volume_is_added_and_a_group_named(qtbot: QtBot, sheet: Sheet) -> None:
    form = _form(sheet)
    form.show_spec(GROUPS)
    extras = form.nodes.rows[1].extras
    qtbot.waitUntil(extras.fold.isVisible)
    click(extras.fold)
    type_into(extras.name, "hdfs")
    click(extras.volumes.add_button)
    kind, size, amount = extras.volumes.records[-1].editors
    assert isinstance(kind, ComboField)
    kind.set_key("st1")
    assert isinstance(size, TextField)
    type_into(size, "500")
    type_into(amount, "3")
    group = form.spec().groups[1]
    assert group.name == "hdfs"
    assert group.ebs_volumes == (FAST, SECOND, *[EbsVolume("st1", 500)] * 3)

    type_into(size, "half a TiB")
    (problem,) = form.own_problems()
    assert problem.field == "groups[1].ebs_volumes"
    form.show_problems([problem])
    assert problem.sentence in form.nodes.rows[1]._problem.text()
