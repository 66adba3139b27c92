"""The Nodes page under keys and clicks, and how it refreshes a thousand nodes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState
from hue_desktop.core.errors import Throttled
from hue_desktop.core.format import short_duration
from hue_desktop.core.instances import InstanceState, Market, Role
from hue_desktop.services.fleet import FleetChange, FleetSnapshot
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.memory import Memory
from hue_desktop.ui.nodes import actions
from hue_desktop.ui.nodes.page import NodesPage
from hue_desktop.wiring import Paths
from tests.ui.sample_fleet import everything, fleet, thousand_nodes
from tests.ui.seeing_desk import make_context


def _ref(snapshot: FleetSnapshot, name: str) -> ClusterRef:
    return next(ref for ref, c in snapshot.clusters.items() if c.summary.name == name)


def _with(snapshot: FleetSnapshot, cluster: ClusterSnapshot) -> FleetSnapshot:
    return replace(snapshot, clusters={**snapshot.clusters, cluster.ref: cluster})


class Desk:
    """A page of a sample cluster with what was asked of the window."""

    def __init__(
        self, qapp: QApplication, qtbot: QtBot, snapshot: FleetSnapshot, name: str
    ) -> None:
        self.done: list[str] = []
        self.snapshot = snapshot
        self.ctx, self.places = make_context(qapp)
        self.ctx.actions.bind(self.ctx, ActionContext)
        self.ctx.actions.add(
            *actions(),
            Action(
                "scaling.resize",
                "Scale this group…",
                lambda _c, where: self.done.append(where.group_id),
                menus=("group",),
                enabled=lambda where: bool(where.group_id),
                changes=True,
            ),
        )
        self.page = NodesPage(self.ctx, _ref(snapshot, name))
        qtbot.addWidget(self.page)
        self.page.resize(1160, 764)
        self.page.show()

    def apply(self) -> None:
        """Announce everything of the snapshot."""
        self.page.apply(everything(self.snapshot))

    @property
    def cluster(self) -> ClusterSnapshot:
        """The sample cluster."""
        assert self.page.ref is not None
        return self.snapshot.clusters[self.page.ref]

    def close(self) -> None:
        """End what the page began."""
        self.page.hidden()
        self.ctx.tasks.close()


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot) -> Iterator[Desk]:
    """The nodes of the sample fleet's ``analytics``."""
    made = Desk(qapp, qtbot, fleet(), "analytics")
    yield made
    made.close()


@pytest.fixture
def big(qapp: QApplication, qtbot: QtBot) -> Iterator[Desk]:
    """A thousand nodes."""
    made = Desk(qapp, qtbot, thousand_nodes(), "big")
    yield made
    made.close()


def _groups(desk: Desk) -> list[tuple[str, str]]:
    model = desk.page.model
    lines = [model.line(position) for position in model.group_positions()]
    return [(line.group.title, line.group.count) for line in lines]  # type: ignore[union-attr]


def test_nodes_stand_by_role_and_market(desk: Desk) -> None:
    desk.apply()
    counts = [count for _title, count in _groups(desk)]
    assert counts == ["1", "8", "6", "18"]
    assert desk.page.toolbar.summary.text() == "33 nodes in 2 zones"
    assert desk.page.total.accessibleDescription() == "All 33 nodes, $14.10"


def test_the_subtotals_add_up_to_the_total(desk: Desk) -> None:
    desk.apply()
    model = desk.page.model
    cells = [model.line(position).group.cells["cost"] for position in model.group_positions()]  # type: ignore[union-attr]
    assert cells == ["$0.49", "$5.93", "$2.98", "$4.70"]
    assert sum(round(100 * float(cell[1:])) for cell in cells) == 1410


def test_a_node_in_trouble_is_counted_and_found(desk: Desk) -> None:
    desk.apply()
    assert desk.page.toolbar.attention.text() == "1 needs attention"
    desk.page.toolbar.attention.click()
    assert [row.problem for row in desk.page.model.rows()] == ["1 of 2 disks over 90 %"]
    assert desk.page.total.accessibleDescription() == "1 of 33 nodes, $0.74"


def test_the_filter_is_typed(desk: Desk, qtbot: QtBot) -> None:
    desk.apply()
    assert desk.page.focus_filter()
    QTest.keyClicks(desk.page.toolbar.field, "spot us-east-1b")
    spot = [n for n in desk.cluster.nodes(Role.TASK, Market.SPOT) if n.az == "us-east-1b"]
    qtbot.waitUntil(lambda: len(desk.page.model.rows()) == len(spot))
    desk.page.toolbar.field.setText("nothing like it")
    desk.page.toolbar.field.search_now()
    assert desk.page.matches.state == "empty"


def test_addresses_sort_by_number(desk: Desk) -> None:
    desk.apply()
    desk.page.model.sort_by("dns")
    core = [row for row in desk.page.model.rows() if row.node.role is Role.CORE]
    assert [row.node.private_ip for row in core][:6] == [f"10.20.0.{n}" for n in range(5, 11)]


def test_the_map_leads_back_to_the_table(desk: Desk, qtbot: QtBot) -> None:
    desk.apply()
    desk.page.toolbar.view.choose("map")
    map_ = desk.page.heatmap.map
    node = desk.cluster.nodes(Role.CORE)[2]
    qtbot.waitUntil(lambda: not map_.node_rect(node.id).isEmpty())
    QTest.mouseClick(
        map_.viewport(), Qt.MouseButton.LeftButton, pos=map_.node_rect(node.id).center()
    )
    assert desk.page.toolbar.view.current == "table"
    assert desk.page.current_node() == node


def test_arrows_move_on_the_map(desk: Desk, qtbot: QtBot) -> None:
    desk.apply()
    desk.page.toolbar.view.choose("map")
    map_ = desk.page.heatmap.map
    master, first_core = desk.cluster.nodes(Role.MASTER)[0], desk.cluster.nodes(Role.CORE)[0]
    map_.set_current(master.id)
    QTest.keyClick(map_, Qt.Key.Key_Right)
    assert map_.current == first_core.id
    QTest.keyClick(map_, Qt.Key.Key_Down)
    node = desk.page.current_node()
    assert node is not None
    assert node.role is Role.TASK


@pytest.mark.parametrize("what", ["state", "age", "cost", "type", "market", "zone"])
def test_every_property_colours_every_node(desk: Desk, what: str) -> None:
    desk.apply()
    desk.page.toolbar.view.choose("map")
    desk.page.heatmap.choice.set_key(what)
    cells = [cell for block in desk.page.heatmap.map.blocks for cell in block.cells]
    assert len(cells) == 33
    assert all(cell.text and desk.ctx.theme.color(cell.fill).isValid() for cell in cells)
    assert sum(cell.shape is not None for cell in cells) == 1


def test_the_primary_button_scales_the_spot_group(desk: Desk) -> None:
    desk.apply()
    bar = desk.page.toolbar
    assert bar.primary.text() == "Scale Spot group…"
    bar.primary.click()
    bar.second.click()
    groups = {(g.role, g.market): g.id for g in desk.cluster.groups or ()}
    assert desk.done == [
        groups[Role.TASK, Market.SPOT],
        groups[Role.CORE, Market.ON_DEMAND],
    ]


def test_without_task_nodes_the_first_can_be_added(desk: Desk) -> None:
    desk.ctx.actions.add(
        Action(
            "scaling.add_task",
            "Add task nodes…",
            lambda _c, _w: desk.done.append("added"),
            menus=("cluster", "group"),
            changes=True,
        )
    )
    groups = tuple(g for g in desk.cluster.groups or () if g.role is not Role.TASK)
    desk.snapshot = _with(desk.snapshot, replace(desk.cluster, groups=groups))
    desk.apply()
    assert desk.page.toolbar.primary.text() == "Add task nodes…"
    desk.page.toolbar.primary.click()
    assert desk.done == ["added"]


def test_a_closed_page_hears_nothing(qapp: QApplication, qtbot: QtBot) -> None:
    snapshot = fleet()
    ctx, _places = make_context(qapp)
    ctx.actions.bind(ctx, ActionContext)
    page = NodesPage(ctx, _ref(snapshot, "analytics"))
    page.apply(everything(snapshot))
    shiboken6.delete(page)
    with qtbot.captureExceptions() as raised:
        ctx.actions.changed.emit()
        ctx.theme.changed.emit()
    assert raised == []
    ctx.tasks.close()


def test_read_only_mode_has_no_buttons(desk: Desk) -> None:
    frozen = tuple(replace(status, read_only=True) for status in desk.snapshot.connections)
    desk.snapshot = replace(desk.snapshot, connections=frozen)
    desk.apply()
    assert not desk.page.toolbar.primary.isVisible()
    assert not desk.page.toolbar.second.isVisible()


def test_ctrl_c_copies_the_private_dns(desk: Desk, qtbot: QtBot) -> None:
    desk.apply()
    node = desk.cluster.nodes(Role.CORE)[0]
    desk.page.select(node.ec2_id)
    QTest.keyClick(desk.page, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == node.private_dns
    assert desk.places.asked[-1][0] == "notify"


def test_a_node_can_be_asked_for_before_it_is_read(desk: Desk) -> None:
    node = desk.cluster.nodes(Role.CORE)[3]
    desk.page.select(node.id)
    desk.apply()
    assert desk.page.current_node() == node


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_of_a_node_leads_to_the_map(desk: Desk) -> None:
    desk.apply()
    desk.page.show_menu_of_row(4)
    menu = next(menu for menu in desk.page.findChildren(QMenu) if menu.isVisible())
    titles = [action.text() for action in menu.actions() if action.text()]
    assert titles == [
        "Copy private DNS",
        "Copy instance id",
        "Copy private address",
        "Show on the heatmap",
        "Scale this group…",
    ]
    next(a for a in menu.actions() if a.text() == "Show on the heatmap").trigger()
    menu.close()
    assert desk.page.toolbar.view.current == "map"
    node = desk.page.current_node()
    assert node is not None
    assert node.role is Role.CORE


def test_columns_can_be_hidden(desk: Desk) -> None:
    desk.apply()
    menu = desk.page.toolbar.column_menu()
    zone = next(action for action in menu.actions() if action.text() == "AZ")
    zone.setChecked(False)
    assert "zone" in desk.page.table.hidden_columns
    menu.deleteLater()


def test_the_four_states(desk: Desk) -> None:
    page, cluster = desk.page, desk.cluster
    assert page.states.state == "loading"
    unread = replace(cluster, instances=None)
    desk.snapshot = _with(desk.snapshot, unread)
    desk.apply()
    assert page.states.state == "loading"
    failed = replace(unread, errors={"instances": Throttled("Too many requests.")})
    desk.snapshot = _with(desk.snapshot, failed)
    desk.apply()
    assert page.states.state == "failed"
    starting = replace(
        cluster, instances=(), summary=replace(cluster.summary, state=ClusterState.STARTING)
    )
    desk.snapshot = _with(desk.snapshot, starting)
    desk.apply()
    assert page.states.state == "empty"
    desk.snapshot = _with(desk.snapshot, cluster)
    desk.apply()
    assert page.states.state == "shown"


def test_old_nodes_stay_with_a_word_about_it(desk: Desk) -> None:
    stale = replace(desk.cluster, errors={"instances": Throttled("Too many requests.")})
    desk.snapshot = _with(desk.snapshot, stale)
    desk.apply()
    assert desk.page.states.state == "shown"
    assert desk.page.notice.isVisible()
    assert "Too many requests." in desk.page.notice.text.text()


def test_a_change_of_another_cluster_is_ignored(desk: Desk, qtbot: QtBot) -> None:
    desk.apply()
    other = _ref(desk.snapshot, "demo")
    change = FleetChange(desk.snapshot, clusters=frozenset({other}), parts={other: frozenset()})
    with qtbot.assertNotEmitted(desk.page.model.dataChanged):
        desk.page.apply(change)


def test_random_edits_keep_the_table_true(desk: Desk) -> None:
    tester = QAbstractItemModelTester(
        desk.page.model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    chance = random.Random(7)
    cluster = desk.cluster
    for _round in range(40):
        nodes = list(cluster.instances or ())
        for _edit in range(chance.randint(0, 5)):
            index = chance.randrange(len(nodes))
            if chance.random() < 0.4:
                nodes[index] = replace(nodes[index], state=InstanceState.TERMINATED)
            else:
                nodes[index] = replace(nodes[index], state_reason=str(chance.random()))
        chance.shuffle(nodes)
        desk.snapshot = _with(desk.snapshot, replace(cluster, instances=tuple(nodes)))
        desk.apply()
        wanted = {node.id for node in nodes if node.active}
        assert {row.node.id for row in desk.page.model.rows()} == wanted
    del tester


def test_twenty_changed_nodes_of_a_thousand_are_twenty_rows(big: Desk, qtbot: QtBot) -> None:
    big.apply()
    nodes = list(big.cluster.instances or ())
    for index in range(0, 1000, 50):
        nodes[index] = replace(nodes[index], state=InstanceState.BOOTSTRAPPING)
    announced: list[tuple[int, int]] = []
    big.page.model.dataChanged.connect(
        lambda first, last, *_roles: announced.append((first.row(), last.row()))
    )
    big.snapshot = _with(big.snapshot, replace(big.cluster, instances=tuple(nodes)))
    with qtbot.assertNotEmitted(big.page.model.modelReset):
        big.apply()
    rows = {row for first, last in announced for row in range(first, last + 1)}
    assert len(rows - set(big.page.model.group_positions())) == 20


def test_every_control_has_a_name(desk: Desk) -> None:
    desk.apply()
    for view in ("table", "map"):
        desk.page.toolbar.view.choose(view)
        nameless = [
            widget
            for widget in desk.page.findChildren(QWidget)
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            and widget.isVisible()
            and not widget.accessibleName()
            and not widget.objectName().startswith("qt_")
        ]
        assert nameless == []


def test_view_and_columns_are_remembered(tmp_path: Path, qapp: QApplication, qtbot: QtBot) -> None:
    class Home:
        paths = Paths(tmp_path, tmp_path)

    def page() -> NodesPage:
        ctx, _places = make_context(qapp, Home())
        ctx.actions.bind(ctx, ActionContext)
        made = NodesPage(ctx, _ref(fleet(), "analytics"))
        qtbot.addWidget(made)
        return made

    first = page()
    first.toolbar.hide_columns(["market", "age", "no such column"])
    first.toolbar.view.choose("map")
    again = page()
    assert again.toolbar.view.current == "map"
    assert {"market", "age"} <= again.table.hidden_columns
    Memory(tmp_path / "window.ini").set_text("nodes/view", "damaged")
    assert page().toolbar.view.current == "table"


def test_ages_stand_in_two_units_down_to_minutes(desk: Desk) -> None:
    desk.apply()
    model = desk.page.model
    column = model.columns[model.column_of("age")]
    assert {column.text(row) for row in model.rows()} == {"3 d 5 h"}
    assert [short_duration(s) for s in (20, 2640, 40560, 79200, 8.7e6)] == [
        "< 1 m", "44 m", "11 h 16 m", "22 h", "100 d",
    ]  # fmt: skip


def test_the_table_is_filled_when_it_comes_to_the_front(desk: Desk) -> None:
    desk.page.toolbar.view.choose("map")
    desk.apply()
    node = desk.cluster.nodes()[3]
    starting = replace(node, state=InstanceState.BOOTSTRAPPING)
    nodes = tuple(starting if n.id == node.id else n for n in desk.cluster.instances or ())
    desk.page.apply(everything(_with(desk.snapshot, replace(desk.cluster, instances=nodes))))
    desk.page.toolbar.view.choose("table")
    assert [row.node for row in desk.page.model.rows() if row.node.id == node.id] == [starting]


def test_an_action_learns_of_all_selected_nodes(desk: Desk) -> None:
    desk.apply()
    core = [node for node in desk.cluster.nodes() if node.role is Role.CORE][:2]
    table, model = desk.page.table, desk.page.model
    table.select_key(core[0].id)
    below = model.index(model.position_of(core[1].id), 0)
    where = table.visualRect(below).center()
    held = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, held, where)
    context = desk.page.action_context(ActionContext())
    assert {node.id for node in context.nodes} == {node.id for node in core}
    assert context.node in context.nodes
    assert context.group_id == core[0].group_id
