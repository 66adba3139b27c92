"""The Overview page shown values: tiles, topology, lists, and where a click leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef, ClusterState
from hue_desktop.core.errors import Throttled, Unreachable
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.metrics import SeriesData, SeriesKey, Source
from hue_desktop.core.steps import StepState
from hue_desktop.services.fleet import ConnectionState, FleetSnapshot
from hue_desktop.services.health import Event, EventKind, events_of
from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.charts.event_marks import event_shape, marks_of
from hue_desktop.ui.charts.health_strips import HealthSeries
from hue_desktop.ui.charts.strip_specs import OVERVIEW
from hue_desktop.ui.overview.chart_panel import ChartPanel, History
from hue_desktop.ui.overview.page import OverviewPage
from hue_desktop.ui.overview.tiles import overview_tiles
from hue_desktop.ui.parts import StateShape
from tests.ui.sample_fleet import NOW, everything, fleet, thousand_nodes
from tests.ui.seeing_desk import Places, make_context


def _ref(snapshot: FleetSnapshot, name: str) -> ClusterRef:
    return next(ref for ref, c in snapshot.clusters.items() if c.summary.name == name)


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot) -> Iterator[tuple[OverviewPage, Places, FleetSnapshot]]:
    """The overview of ``analytics``, not yet shown anything."""
    snapshot = fleet()
    ctx, places = make_context(qapp)
    ctx.actions.bind(ctx, ActionContext)
    page = OverviewPage(ctx, _ref(snapshot, "analytics"))
    qtbot.addWidget(page)
    page.resize(1160, 764)
    page.show()
    yield page, places, snapshot
    page.hidden()
    ctx.tasks.close()


def _tiles(name: str) -> dict[str, tuple[str, str, str]]:
    snapshot = fleet()
    ref = _ref(snapshot, name)
    tiles = overview_tiles(
        snapshot.clusters[ref], snapshot.costs.get(ref), snapshot.metrics.get(ref, {}), NOW
    )
    return {tile.key: (tile.label, tile.figure, tile.caption) for tile in tiles}


def test_the_tiles_of_a_running_cluster() -> None:
    tiles = _tiles("analytics")
    assert tiles["cost"] == ("Cost now", "$14.10", "Spot saves $2.35/h")
    assert tiles["state"] == ("State", "Running", "up 3 d 6 h · 1 step")
    assert tiles["nodes"] == ("Nodes", "33", "8 core · 24 task (18 Spot)")
    assert tiles["hdfs"][1] == "65"
    assert tiles["yarn"][2] == "727 of 1\u202f024 GiB"


def test_an_idle_cluster_says_for_how_long() -> None:
    assert _tiles("joins-test")["state"] == ("Idle", "Waiting", "for 19 h")


def test_a_failed_step_is_the_sentence_of_the_state() -> None:
    label, figure, caption = _tiles("etl-nightly")["state"]
    assert (label, figure) == ("Needs attention", "Running")
    assert "sessionize" in caption


def test_what_cloudwatch_does_not_say_has_no_tile() -> None:
    assert set(_tiles("spark-upgrade")) == {"cost", "state", "nodes"}
    assert set(_tiles("old-one")) == {"state", "nodes"}


def test_the_page_shows_nodes_steps_and_events(
    desk: tuple[OverviewPage, Places, FleetSnapshot],
) -> None:
    page, _places, snapshot = desk
    assert page.states.state == "loading"
    page.apply(everything(snapshot))
    assert page.states.state == "shown"
    assert [len(block.cells) for block in page.map.blocks] == [1, 8, 6, 18]
    running, newest = page.latest.model.rows()[:2]
    assert (running.text, running.when) == ("load-orders", "35 min")
    assert newest.text == "Step started: load-orders"


def test_a_cell_leads_to_the_node(
    desk: tuple[OverviewPage, Places, FleetSnapshot], qtbot: QtBot
) -> None:
    page, places, snapshot = desk
    page.apply(everything(snapshot))
    assert page.ref is not None
    node = snapshot.clusters[page.ref].nodes(Role.CORE)[1]
    qtbot.waitUntil(lambda: not page.map.node_rect(node.id).isEmpty())
    middle = page.map.node_rect(node.id).center()
    QTest.mouseClick(page.map.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert places.asked == [("cluster", page.ref, "nodes", node.id)]
    assert node.private_dns in page.map.tip_of(node.id)


def test_an_unknown_cluster_and_one_that_cannot_be_read(
    desk: tuple[OverviewPage, Places, FleetSnapshot],
) -> None:
    page, _places, snapshot = desk
    page.apply(everything(replace(snapshot, clusters={})))
    assert page.states.state == "empty"
    assert page.ref is not None
    cluster = snapshot.clusters[page.ref]
    unread = replace(
        cluster, cluster=None, instances=None, errors={"cluster": Throttled("Too many requests.")}
    )
    page.apply(everything(replace(snapshot, clusters={page.ref: unread})))
    assert page.states.state == "failed"


def test_an_ended_cluster_has_no_nodes(desk: tuple[OverviewPage, Places, FleetSnapshot]) -> None:
    page, _places, snapshot = desk
    assert page.ref is not None
    cluster = snapshot.clusters[page.ref]
    summary = replace(cluster.summary, state=ClusterState.TERMINATED, ended=NOW)
    ended = replace(cluster, summary=summary, instances=())
    page.apply(everything(replace(snapshot, clusters={page.ref: ended})))
    assert page.map_states.state == "empty"
    assert "analytics has ended" in page.map_states.placeholder.accessibleName()


def test_old_data_is_dimmed_and_dated(desk: tuple[OverviewPage, Places, FleetSnapshot]) -> None:
    page, _places, snapshot = desk
    stale = tuple(
        replace(status, state=ConnectionState.STALE, error=Unreachable("Nobody answers."))
        for status in snapshot.connections
    )
    page.apply(everything(replace(snapshot, connections=stale)))
    assert page.notice.isVisible()
    assert page.notice.text.text().startswith("What you see was read")
    page.apply(everything(snapshot))
    assert not page.notice.isVisible()


def test_a_thousand_nodes_fit_the_map(qapp: QApplication, qtbot: QtBot) -> None:
    snapshot = thousand_nodes()
    ctx, _places = make_context(qapp)
    page = OverviewPage(ctx, _ref(snapshot, "big"))
    qtbot.addWidget(page)
    page.resize(1160, 764)
    page.show()
    page.apply(everything(snapshot))
    assert sum(len(block.cells) for block in page.map.blocks) == 1000
    assert page.map.verticalScrollBar().maximum() == 0
    ctx.tasks.close()


def test_every_control_has_a_name(desk: tuple[OverviewPage, Places, FleetSnapshot]) -> None:
    page, _places, snapshot = desk
    page.apply(everything(snapshot))
    page.chart.show_history(History(_END - 6 * 3600, _END, _series()))
    nameless = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.isVisible()
        and not widget.accessibleName()
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


# -- the chart -------------------------------------------------------------------------------


_GIB = 1024.0**3
_END = NOW.timestamp()


def _data(name: str, value: float, *minutes: int) -> dict[SeriesKey, SeriesData]:
    times = [_END - 60 * before for before in minutes]
    key = SeriesKey(name)
    return {key: SeriesData(key, times, [value] * len(times), 300.0, Source.CLOUDWATCH)}


def _series() -> dict[SeriesKey, SeriesData]:
    return {
        **_data("yarn.memory.total", 1024.0 * _GIB, 30, 25, 20, 15, 10, 5),
        **_data("yarn.memory.used", 512.0 * _GIB, 30, 25, 5),
        **_data("hdfs.share", 0.0),
        **_data("yarn.nodes.live", 8, 30, 25, 20, 15, 10, 5),
    }


def test_marks_keep_apart_and_attention_wins() -> None:
    events = [
        Event(NOW - timedelta(minutes=10), EventKind.STEP, "Step completed: a"),
        Event(NOW - timedelta(minutes=11), EventKind.CHANGE, "Resize task to 8"),
        Event(NOW - timedelta(minutes=90), EventKind.NODES, "3 task nodes joined"),
        Event(NOW - timedelta(days=2), EventKind.CLUSTER, "Cluster created"),
    ]
    marks = marks_of(events, NOW - timedelta(hours=6), NOW)
    assert [mark.text for mark in marks] == ["Resize task to 8", "3 task nodes joined"]
    assert [mark.shape for mark in marks] == [None, StateShape.STARTING]


@pytest.fixture
def panel(qapp: QApplication, qtbot: QtBot) -> ChartPanel:
    """A chart panel that waits."""
    ctx, _places = make_context(qapp)
    ctx.tasks.close()
    made = ChartPanel(ctx.theme)
    qtbot.addWidget(made)
    made.resize(1160, 320)
    made.show()
    return made


def test_the_chart_in_its_four_states(panel: ChartPanel) -> None:
    start = _END - 3600
    assert panel.states.state == "loading"
    panel.show_failed(Throttled("Too many requests."))
    assert panel.states.state == "failed"
    panel.show_history(History(start, _END))
    assert panel.states.state == "empty"
    panel.show_history(History(start, _END, _series()))
    assert panel.states.state == "shown"
    panel.show_failed(Throttled("Too many requests."))
    assert panel.states.state == "shown"
    assert "Too many requests." in panel.caption.text()


def test_the_crosshair_reads_values_and_gaps(panel: ChartPanel, qtbot: QtBot) -> None:
    panel.show_history(History(_END - 3600, _END, _series()))
    chart = panel.chart
    assert chart is not None
    chart.set_cursor(_END - 25 * 60)
    found = {key: round(value or 0) for key, value in chart.readings().items()}
    assert found == {
        "memory.yarn.memory.used": 512,
        "memory.yarn.memory.total": 1024,
        "nodes.yarn.nodes.live": 8,
    }
    chart.set_cursor(_END - 15 * 60)
    assert chart.readings()["memory.yarn.memory.used"] is None
    chart.set_cursor(None)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.readings()["nodes.yarn.nodes.live"] == 8
    assert "YARN memory, in use: 512 GiB" in chart.accessibleDescription()


def test_live_values_move_the_axis_and_say_where_they_are_from(panel: ChartPanel) -> None:
    panel.ranges.choose("1h")
    panel.show_history(History(_END - 3600, _END, _series()))
    assert panel.caption.text() == "CloudWatch, a value every 5 min"
    key = SeriesKey("yarn.memory.used")
    live = SeriesData(key, [_END + 55, _END + 60], [600 * _GIB, 700 * _GIB], 5.0)
    panel.show_live({key: live}, _END + 60)
    chart = panel.chart
    assert chart is not None
    assert chart.frame.end == _END + 60
    assert chart.readings()["memory.yarn.memory.used"] == 700
    assert panel.caption.text() == "YARN and HDFS, live"
    chart.pan(-1800)
    assert not panel.follows
    panel.show_live({}, _END + 120)
    assert chart.frame.end == _END + 60 - 1800


def test_another_range_asks_again(panel: ChartPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.range_chosen):
        panel.ranges.choose("3d")
    assert panel.span_s == 3 * 86400


def test_the_latest_list_shows_whole_rows(
    desk: tuple[OverviewPage, Places, FleetSnapshot], qtbot: QtBot
) -> None:
    page, _places, snapshot = desk
    page.apply(everything(snapshot))
    for height in (764, 741, 600):
        page.resize(1160, height)
        qtbot.waitUntil(lambda: page.latest.table.viewport().height() % 28 == 0)


def test_a_step_has_a_mark_for_each_of_its_states() -> None:
    snapshot = fleet()
    shapes = {}
    for cluster in snapshot.clusters.values():
        for event in events_of(cluster):
            if event.step is not None:
                shapes[event.step] = event_shape(event)
    assert shapes[StepState.RUNNING] is StateShape.RUNNING
    assert shapes[StepState.COMPLETED] is StateShape.DONE
    assert shapes[StepState.FAILED] is StateShape.FAILED


def test_marks_carry_a_short_label_and_the_whole_text() -> None:
    cluster = next(c for c in fleet().clusters.values() if c.summary.name == "analytics")
    late = NOW - timedelta(minutes=20)
    came = tuple(
        replace(node, ready=late) if node.market is Market.SPOT else node
        for node in cluster.instances or ()
    )
    events = events_of(replace(cluster, instances=came))
    marks = marks_of(events, NOW - timedelta(hours=6), NOW)
    assert ("Spot +18", "18 task Spot nodes joined") in [(m.label, m.text) for m in marks]


def test_a_low_chart_leaves_a_strip_out_rather_than_cutting_legends(
    qapp: QApplication, qtbot: QtBot
) -> None:
    from hue_desktop.ui.charts.live_strips import LiveStrips

    ctx, _places = make_context(qapp)
    series = HealthSeries(OVERVIEW)
    minutes = tuple(5 * i for i in reversed(range(20)))
    names = ("yarn.memory.total", "yarn.memory.used", "yarn.containers",
             "yarn.containers.pending", "hdfs.share", "yarn.nodes.live")  # fmt: skip
    series.load({key: data for name in names for key, data in _data(name, 10, *minutes).items()})
    chart = LiveStrips(ctx.theme, scrolls=False)
    qtbot.addWidget(chart)
    chart.resize(760, 380)
    chart.show()
    chart.set_plots(series.plots())
    chart.set_span(_END - 6 * 3600, _END)
    assert [plot.key for plot in chart.plots] == ["memory", "containers", "nodes", "disk"]
    chart.resize(760, 230)
    qtbot.waitUntil(lambda: len(chart.plots) == 2)
    assert [plot.key for plot in chart.plots] == ["memory", "containers"]
    ctx.tasks.close()
