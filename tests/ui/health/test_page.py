"""The Health page over real services and a simulated region, read through its bastion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.alerts import AlertLevel
from hue_desktop.services.health import Collecting
from hue_desktop.ui.health.page import HealthPage
from hue_desktop.ui.health.rules_sheet import RulesSheet
from hue_desktop.ui.shell.feed import everything
from tests.simulated import SimulatedRegion, simulated_region
from tests.ui.doing_desk import click, type_into, unnamed
from tests.ui.health.desk import HealthDesk, open_health_desk


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """The demo region, for all tests: what one of them changes there it changes back."""
    with simulated_region("demo") as made:
        yield made


@pytest.fixture
def house(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, region: SimulatedRegion
) -> Iterator[HealthDesk]:
    """Everything over the demo region."""
    with open_health_desk(qapp, qtbot, tmp_path, region) as made:
        yield made


def _live(house: HealthDesk, page: HealthPage) -> None:
    house.desk.until(lambda: page.health and page.health.collecting is Collecting.LIVE)
    house.desk.until(lambda: page.chart.states.state == "shown")


@pytest.mark.slow
def test_live_values_are_drawn_judged_and_survive_a_broken_tunnel(house: HealthDesk) -> None:
    page = house.page_of("analytics-prod")
    _live(house, page)
    chart = page.chart.chart
    assert chart is not None
    house.desk.until(lambda: {"memory", "cpu", "heap"} <= {plot.key for plot in chart.plots})
    house.desk.until(lambda: (chart.readings().get("cpu.cpu.core") or 0) > 0)
    assert unnamed(page) == []
    assert any(row.level is AlertLevel.OK for row in page.side.model.rows())
    assert not page.notices.isVisible()
    held = len(page.chart.series.data(page.chart.series.keys[0]))
    house.tunnel.down()
    house.desk.until(lambda: page.health and page.health.collecting is Collecting.BROKEN)
    house.desk.until(page.notices.isVisible)
    assert "tried again" in page.notices.texts[0]
    assert chart.scene.stale
    assert len(page.chart.series.data(page.chart.series.keys[0])) >= held
    house.tunnel.up()
    house.desk.until(lambda: page.health and page.health.collecting is Collecting.LIVE)
    house.desk.until(lambda: not chart.scene.stale)
    assert not page.notices.isVisible()
    page.hidden()


def test_a_rule_that_is_edited_raises_an_alert_that_can_be_muted(house: HealthDesk) -> None:
    page = house.page_of("analytics-prod")
    _live(house, page)
    page.edit_rules()
    sheet = house.desk.opened(RulesSheet)
    assert unnamed(sheet) == []
    assert not sheet.save.isEnabled()
    fields = sheet.rows["hdfs-share"]
    type_into(fields, "abc")
    assert fields.problem.text() == "This is no number."
    assert not sheet.save.isEnabled()
    type_into(fields, "90")
    assert "milder" in fields.problem.text()
    type_into(fields, "1,5")
    type_into(fields.hold, "0")
    assert sheet.footer_text.text() == "1 rule will change."
    click(sheet.save)
    house.desk.until(lambda: "Alert rules saved" in house.desk.places.notes)
    house.desk.until(lambda: page.side.alerts.rows)
    row = page.side.alerts.rows[0]
    assert row.alert.rule.key == "hdfs-share"
    assert page.side.title.text() in ("Attention", "Critical")
    house.desk.until(lambda: page.side.model.rows()[0].rule.key == "hdfs-share")
    menu = page.side.alerts.mute_menu(row)
    menu.actions()[0].trigger()
    house.desk.until(lambda: row.alert.muted_until is not None)
    assert row.mute.text() == "Unmute"
    click(row.mute)
    house.desk.until(lambda: row.alert.muted_until is None)
    house.desk.app.health.set_rules(house.desk.app.health.default_rules())
    house.desk.until(lambda: row.alert.cleared is not None or not page.side.alerts.rows)
    page.hidden()


def test_a_reset_field_is_as_delivered(house: HealthDesk) -> None:
    sheet = house.desk.show(RulesSheet(house.desk.ctx))
    fields = sheet.rows["namenode-heap"]
    type_into(fields.critical, "99")
    fields.enabled_box.setChecked(False)
    assert sheet.changed() != []
    click(fields.reset)
    assert sheet.changed() == []
    type_into(fields.critical, "")
    type_into(fields, "")
    assert "turn the rule off" in fields.problem.text()
    click(sheet.reset_all)
    assert sheet.footer_text.text() == "Nothing is changed."


def test_safe_mode_is_said_and_a_node_can_be_shown(house: HealthDesk) -> None:
    page = house.page_of("analytics-prod")
    _live(house, page)
    assert page.ref is not None
    cluster_id = page.ref.cluster_id
    house.desk.region.control("hdfs/safe-mode", {"cluster_id": cluster_id, "on": True})
    house.desk.until(lambda: any("safe mode" in text for text in page.notices.texts))
    house.desk.region.control("hdfs/safe-mode", {"cluster_id": cluster_id, "on": False})
    house.desk.until(lambda: not page.notices.texts)
    assert page.cluster is not None
    node = page.cluster.nodes()[1]
    page.side.alerts.node_requested.emit(node.private_dns)
    assert house.desk.places.pages[-1] == f"{cluster_id}/nodes"
    page.hidden()


def test_panning_asks_for_the_past_and_home_comes_back(house: HealthDesk) -> None:
    page = house.page_of("analytics-prod")
    _live(house, page)
    chart = page.chart.chart
    assert chart is not None
    end = chart.frame.end
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_PageUp)
    assert not page.chart.follows
    assert page.chart.back.isVisible()
    first = page.chart.series.data(page.chart.series.keys[0]).times[0]
    house.desk.until(
        lambda: page.chart.series.data(page.chart.series.keys[0]).times[0] < first - 600
    )
    assert chart.frame.end < end
    QTest.keyClick(chart, Qt.Key.Key_Home)
    house.desk.until(lambda: page.chart.follows and chart.frame.end >= end)
    page.chart.ranges.choose("24h")
    house.desk.until(lambda: round(chart.frame.end - chart.frame.start) == 86400)
    page.hidden()


def test_a_cluster_out_of_reach_shows_what_cloudwatch_knows(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, region: SimulatedRegion
) -> None:
    with open_health_desk(qapp, qtbot, tmp_path, region, ssh=False) as house:
        page = house.page_of("analytics-prod")
        house.desk.until(lambda: page.chart.states.state == "shown")
        chart = page.chart.chart
        assert chart is not None
        assert "memory" in {plot.key for plot in chart.plots}
        assert "cpu" not in {plot.key for plot in chart.plots}
        house.desk.until(lambda: page.notices.texts)
        assert "CloudWatch" in page.notices.texts[0]
        page.hidden()


def test_an_ended_cluster_says_so(house: HealthDesk) -> None:
    page = house.page_of("analytics-prod")
    _live(house, page)
    assert page.cluster is not None
    assert page.health is not None
    page.show_health(replace(page.health, collecting=Collecting.ENDED))
    assert "no more" in page.notices.texts[0]
    page.hidden()


def test_a_cluster_that_is_no_more_shows_its_life_and_no_rules(house: HealthDesk) -> None:
    house.desk.named("analytics-prod")
    over = [
        cluster
        for cluster in house.desk.app.fleet.snapshot().clusters.values()
        if cluster.summary.ended is not None and cluster.summary.created is not None
    ]
    cluster = max(over, key=lambda each: str(each.summary.ended))
    page = HealthPage(house.desk.ctx, cluster.ref)
    house.desk.show(page, (1160, 764))
    page.apply(everything(house.feed.snapshot))
    page.shown()
    house.desk.until(lambda: page.chart.states.state in ("shown", "empty"))
    assert page.side.title.text() in ("Ended", "Failed")
    assert not page.side.rules.isVisible()
    assert "no more" in page.notices.texts[0]
    assert cluster.summary.created is not None
    assert cluster.summary.ended is not None
    life_s = (cluster.summary.ended - cluster.summary.created).total_seconds()
    assert page.chart.length_s >= min(life_s, 30 * 86400)
    page.hidden()
