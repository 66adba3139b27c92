"""The Configuration page: readable facts, what can be changed, and scripts read once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import AccessDenied
from hue_desktop.core.instances import EbsVolume, FleetType, GroupState, InstanceFleet, Role
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.configuration.collections import collection_rows
from hue_desktop.ui.configuration.facts import ebs_text, pretty_json, sections_of
from hue_desktop.ui.configuration.page import ConfigurationPage
from hue_desktop.ui.context import UiContext
from tests.ui.sample_fleet import NOW, everything, fleet
from tests.ui.seeing_desk import make_context


def _ref(snapshot: FleetSnapshot, name: str) -> ClusterRef:
    return next(ref for ref, c in snapshot.clusters.items() if c.summary.name == name)


@dataclass
class Desk:
    """A page and what it did."""

    page: ConfigurationPage
    ctx: UiContext
    snapshot: FleetSnapshot
    done: list[str] = field(default_factory=list)

    def button(self, name: str) -> QAbstractButton:
        """A visible button by its accessible name."""
        return next(
            button
            for button in self.page.findChildren(QAbstractButton)
            if button.accessibleName() == name and button.isVisible()
        )


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot) -> Iterator[Desk]:
    """The configuration of ``analytics``."""
    snapshot = fleet()
    ctx, _places = make_context(qapp)
    ctx.actions.bind(ctx, ActionContext)
    page = ConfigurationPage(ctx, _ref(snapshot, "analytics"))
    made = Desk(page, ctx, snapshot)

    def act(id_: str, **more: Any) -> Action:
        return Action(id_, id_, lambda _c, _w: made.done.append(id_), changes=True, **more)

    ctx.actions.add(
        act("launch.unprotect", enabled=lambda where: where.cluster is not None),
        act("launch.tags"),
        act("policies.auto_termination"),
        act("scaling.resize", menus=("group",), enabled=lambda where: bool(where.group_id)),
    )
    qtbot.addWidget(page)
    page.resize(1160, 764)
    page.show()
    yield made
    ctx.tasks.close()


def test_the_facts_are_readable() -> None:
    snapshot = fleet()
    cluster = snapshot.clusters[_ref(snapshot, "analytics")]
    facts = {
        fact.name: fact.value for section in sections_of(cluster, NOW) for fact in section.facts
    }
    assert facts["Applications"] == "Hadoop 3.4.0, Spark 3.5.2"
    assert facts["Auto-termination"] == "after 2 h idle"
    assert facts["Termination protection"] == "on"
    assert facts["Managed scaling"] == "3 to 30 nodes, at most 10 on-demand, at most 8 core"
    assert facts["Logs"] == "s3://lake-logs/emr/"
    assert "Custom AMI" not in facts
    assert "Ended" not in facts


def test_volumes_are_counted_by_kind() -> None:
    disks = (EbsVolume("gp3", 64), EbsVolume("gp3", 64), EbsVolume("io1", 100))
    assert ebs_text(disks) == "2 × 64 GiB gp3, 100 GiB io1"
    assert ebs_text(()) == "–"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("[]", ""), ("", ""), ("not json", "not json"), ('[{"a":1}]', '[\n  {\n    "a": 1\n  }\n]')],
)
def test_classifications_are_indented(text: str, shown: str) -> None:
    assert pretty_json(text) == shown


def test_a_fleet_says_units_and_weights() -> None:
    snapshot = fleet()
    cluster = snapshot.clusters[_ref(snapshot, "analytics")]
    task = InstanceFleet(
        "if-1", "spare", Role.TASK, 2, 8, 2, 6, GroupState.RESIZING,
        types=(FleetType("m5.xlarge"), FleetType("m5.2xlarge", weight=2)),
        spot_strategy="price-capacity-optimized",
    )  # fmt: skip
    row = collection_rows(replace(cluster, groups=None, fleets=(task,)))[0]
    assert row.types == "m5.xlarge, m5.2xlarge (2)"
    assert row.size == "2 of 2 on-demand, 6 of 8 Spot"


def test_the_page_shows_everything(desk: Desk) -> None:
    assert desk.page.states.state == "loading"
    desk.page.apply(everything(desk.snapshot))
    assert desk.page.states.state == "shown"
    assert [row.name for row in desk.page.model.rows()] == [
        "Master 0",
        "Core 1",
        "Task 2",
        "Task 3",
    ]
    assert "spark-defaults" in desk.page.json.toPlainText()


def test_what_can_be_changed_has_a_button(desk: Desk) -> None:
    desk.page.apply(everything(desk.snapshot))
    desk.button("Turn off: Termination protection").click()
    desk.button("Edit: Auto-termination").click()
    desk.button("Edit").click()
    assert desk.done == ["launch.unprotect", "policies.auto_termination", "launch.tags"]


def test_read_only_mode_has_none(desk: Desk) -> None:
    frozen = tuple(replace(status, read_only=True) for status in desk.snapshot.connections)
    desk.page.apply(everything(replace(desk.snapshot, connections=frozen)))
    names = {
        button.accessibleName()
        for button in desk.page.findChildren(QAbstractButton)
        if button.isVisible()
    }
    assert not any(name.startswith(("Edit", "Turn")) for name in names)


def test_an_id_is_copied(desk: Desk) -> None:
    desk.page.apply(everything(desk.snapshot))
    desk.button("Copy Cluster id").click()
    assert desk.page.ref is not None
    assert QGuiApplication.clipboard().text() == desk.page.ref.cluster_id


def test_a_changed_value_keeps_the_widgets(desk: Desk) -> None:
    desk.page.apply(everything(desk.snapshot))
    before = desk.page.grids["software"].children()
    assert desk.page.ref is not None
    cluster = desk.snapshot.clusters[desk.page.ref]
    renamed = replace(cluster, summary=replace(cluster.summary, name="analytics-2"))
    clusters = {**desk.snapshot.clusters, desk.page.ref: renamed}
    desk.page.apply(everything(replace(desk.snapshot, clusters=clusters)))
    assert desk.page.grids["software"].children() == before


def test_a_cluster_that_cannot_be_described(desk: Desk) -> None:
    assert desk.page.ref is not None
    cluster = desk.snapshot.clusters[desk.page.ref]
    unread = replace(cluster, cluster=None)
    desk.page.apply(everything(replace(desk.snapshot, clusters={unread.ref: unread})))
    assert desk.page.states.state == "loading"
    denied = replace(unread, errors={"cluster": AccessDenied("Not allowed to describe it.")})
    desk.page.apply(everything(replace(desk.snapshot, clusters={unread.ref: denied})))
    assert desk.page.states.state == "failed"
    desk.page.apply(everything(replace(desk.snapshot, clusters={})))
    assert desk.page.states.state == "empty"


def test_enter_on_a_group_resizes_it(desk: Desk, qtbot: QtBot) -> None:
    desk.page.apply(everything(desk.snapshot))
    desk.page.table.select_key(desk.page.model.rows()[1].id)
    QTest.keyClick(desk.page.table, Qt.Key.Key_Return)
    assert desk.done == ["scaling.resize"]


def test_every_control_has_a_name(desk: Desk) -> None:
    desk.page.apply(everything(desk.snapshot))
    nameless = [
        widget
        for widget in desk.page.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.isVisible()
        and not widget.accessibleName()
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []
