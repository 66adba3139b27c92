"""The Nodes page: every node of a cluster as a table by role and market, or as a heatmap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QStackedLayout, QVBoxLayout, QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.format import money
from hue_desktop.core.instances import Instance
from hue_desktop.core.text import _
from hue_desktop.services.cost import ClusterCost
from hue_desktop.services.fleet import FleetChange, FleetSnapshot
from hue_desktop.services.health.values import HealthChange, HealthSnapshot
from hue_desktop.services.nodes import NodeGroup, live_problems, node_groups
from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.charts.node_blocks import node_tip
from hue_desktop.ui.charts.node_colours import NodeProperty, choices_for
from hue_desktop.ui.charts.node_loads import LOADS, NodeLoads
from hue_desktop.ui.cluster_page import ClusterPage
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.health_feed import HealthWatch
from hue_desktop.ui.memory import memory_of
from hue_desktop.ui.node_states import nodes_to_show
from hue_desktop.ui.nodes.heatmap import Heatmap
from hue_desktop.ui.nodes.rows import (
    Ages,
    NodeRow,
    NodeRows,
    load_cells,
    matches,
    node_columns,
    row_groups,
    zones_text,
)
from hue_desktop.ui.nodes.scale_buttons import ScaleButtons
from hue_desktop.ui.nodes.toolbar import NodesToolbar
from hue_desktop.ui.parts import FourStates, Rule
from hue_desktop.ui.stale_notice import StaleNotice
from hue_desktop.ui.tables import DataTable, RowGroup, RowsModel, TotalRow
from hue_desktop.ui.tables.head import TableHead
from hue_desktop.ui.theme import icon
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["NodesPage"]

_TICK_MS = 10_000
_MARGIN = SIZES["gutter"] - SIZES["cell-padding"]  #: so that texts stand on the page's gutter
_PARTS = frozenset(("summary", "instances", "groups", "fleets", "cost"))


class NodesPage(ClusterPage):
    """Toolbar, table or heatmap, and the total."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self._groups: tuple[NodeGroup, ...] = ()
        self._keeper = NodeRows()
        self._rows: dict[str, NodeRow] = {}
        self._to_select = ""
        self._zones = False
        self._ages = Ages(FleetSnapshot().region_now(""))
        self._loads = NodeLoads()
        self._health: HealthSnapshot | None = None
        self._measured: frozenset[str] = frozenset()
        self._watch = HealthWatch(ctx, ref) if ref is not None else None
        columns = node_columns(self._ages, self._loads)
        self.model: RowsModel[NodeRow] = RowsModel(columns, key=lambda row: row.node.id)
        self.table: DataTable[NodeRow] = DataTable(self.model, name=_("Nodes"), multiple=True)
        self.total = TotalRow(self.table, name=_("Sum of all nodes"))
        self.heatmap = Heatmap(ctx.theme)
        self.toolbar = NodesToolbar([(c.key, c.title) for c in columns if c.optional])
        self._buttons = ScaleButtons(ctx, self.toolbar)
        self.notice = StaleNotice(self.refresh)
        self.states = FourStates(self._make_content())
        self.states.retry_requested.connect(self.refresh)
        self.states.show_loading(_("Reading the nodes"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.states)
        self.setFocusProxy(self.table)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._move_on)
        self._memory = memory_of(ctx)
        self._connect()
        self.toolbar.hide_columns(self._memory.texts("nodes/hidden"))
        self.toolbar.view.choose(self._memory.choice("nodes/view", "table", "map"))

    @property
    def title(self) -> str:
        return _("Nodes")

    @property
    def live(self) -> bool:
        """Whether the load of its nodes was measured; CPU comes with the second reading."""
        return NodeProperty.CPU.value in self._loads.known()

    def _make_content(self) -> QWidget:
        table = QWidget()
        inner = QVBoxLayout(table)
        inner.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        inner.setSpacing(0)
        self.matches = FourStates(self.table)
        inner.addWidget(self.matches, 1)
        inner.addWidget(self.total)
        holder = QWidget()
        self._views = QStackedLayout(holder)
        self._views.setContentsMargins(0, 0, 0, 0)
        self._views.addWidget(table)
        self._views.addWidget(self.heatmap)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.toolbar)
        layout.addWidget(self.notice)
        layout.addWidget(Rule("h"))
        layout.addWidget(holder, 1)
        return content

    def _connect(self) -> None:
        if self._watch is not None:
            self._watch.changed.connect(self._reading_arrived)
        bar = self.toolbar
        bar.view_chosen.connect(self._view_chosen)
        bar.searched.connect(lambda _text: self._show_nodes())
        bar.columns_changed.connect(self._columns_changed)
        bar.attention_clicked.connect(lambda: self._search("is:attention"))
        head = self.table.horizontalHeader()
        if isinstance(head, TableHead):
            head.menu_requested.connect(bar.choose_columns)
        self.table.menu_requested.connect(self._pop_up)
        self.table.row_activated.connect(self._show_on_map)
        self.table.group_activated.connect(lambda group: self.model.toggle_group(group.key))
        self.heatmap.property_chosen.connect(self._show_map)
        self.heatmap.map.tip_of = self._tip
        self.heatmap.map.node_activated.connect(self._show_in_table)
        self.heatmap.map.menu_requested.connect(self._pop_up_node)

    # -- showing ---------------------------------------------------------------------------

    def apply(self, change: FleetChange) -> None:
        first = self._newer(change)
        if self.ref is None:
            return
        if first or self.ref in change.removed or change.parts.get(self.ref, _PARTS) & _PARTS:
            self._show()

    def _cost(self) -> ClusterCost | None:
        if self._snapshot is None or self.ref is None:
            return None
        return self._snapshot.costs.get(self.ref)

    def _show(self) -> None:
        cluster = self.cluster
        if self._snapshot is None or not nodes_to_show(self.states, cluster):
            return
        assert cluster is not None
        self.notice.show_status(self._snapshot, cluster, "instances")
        self._ages.now = self._snapshot.region_now(cluster.ref)
        self._groups = node_groups(cluster, self._cost())
        nodes = [node for group in self._groups for node in group.nodes]
        cost = self._cost()
        self._loads.problems = self._live_problems(nodes)
        rows = self._keeper.of(nodes, cost.by_node if cost else {}, self._loads.problems)
        self._rows = {row.node.id: row for row in rows}
        az = cluster.cluster.az if cluster.cluster else ""
        self.toolbar.set_summary(zones_text(nodes, az))
        self._zones = any(node.az for node in nodes)
        self._hide_columns()
        self.heatmap.offer(choices_for(nodes, self._loads))
        self.toolbar.set_attention(sum(bool(row.problem) for row in self._rows.values()))
        self._show_nodes()
        self._buttons.show(self._snapshot, cluster.ref)
        self.states.show_content()
        if self._to_select:
            self.select(self._to_select)

    def _live_problems(self, nodes: Iterable[Instance]) -> dict[str, str]:
        """What is wrong with nodes before EMR knows: notices of EC2, YARN's states."""
        if self._health is None:
            return {}
        return live_problems(nodes, self._health.nodes, self._health.notices)

    def _hide_columns(self) -> None:
        """What the person hid, zones where EMR does not tell them, and what nobody measures."""
        away = {key for key in LOADS if key not in self._measured}
        hidden = self.toolbar.hidden_columns | (set() if self._zones else {"zone"}) | away
        if hidden != self.table.hidden_columns:
            self.table.set_hidden_columns(hidden)

    def _columns_changed(self, hidden: frozenset[str]) -> None:
        self._hide_columns()
        self._memory.set_texts("nodes/hidden", sorted(hidden))

    def _words(self) -> list[str]:
        return self.toolbar.field.text().lower().split()

    def _show_nodes(self) -> None:
        """Fill the view in front; the other one is filled when it is chosen."""
        if self._views.currentIndex() == 1:
            self._show_map()
            return
        cost, words = self._cost(), self._words()
        groups = row_groups(self._groups, self._rows, cost, words, self._loads)
        self.model.set_groups(groups)
        shown = sum(len(group.rows) for group in groups)
        if shown or not words:
            self.matches.show_content()
        else:
            self.matches.show_empty(
                _("No node matches"),
                _("Nothing of “{text}” in id, DNS, type, state or AZ.").format(
                    text=self.toolbar.field.text()
                ),
                _("Clear the filter"),
                lambda: self._search(""),
            )
        self._show_total(groups, shown)

    def _show_total(self, groups: tuple[RowGroup[NodeRow], ...], shown: int) -> None:
        cost, n = self._cost(), len(self._rows)
        if shown == n:
            title = _("All {n} nodes").format(n=n)
            total, unknown = (cost.rate.total, cost.rate.unknown) if cost else (None, 0)
        else:
            title = _("{shown} of {n} nodes").format(shown=shown, n=n)
            known = [row.usd_hour for group in groups for row in group.rows]
            total = sum(usd for usd in known if usd is not None)
            unknown = sum(usd is None for usd in known)
        shown_rows = [row for group in groups for row in group.rows]
        cells = load_cells(shown_rows, self._loads)
        if total is not None:
            cells["cost"] = ("≥ " if unknown else "") + money(total)
        self.total.set_cells(title, cells)

    def _show_map(self) -> None:
        cost, words = self._cost(), self._words()
        groups = self._groups
        if words:
            groups = tuple(
                replace(group, nodes=tuple(
                    node for node in group.nodes if matches(self._rows[node.id], words)
                ))
                for group in groups
            )  # fmt: skip
        shown = [group for group in groups if group.nodes]
        by_node = cost.by_node if cost else {}
        self.heatmap.show_nodes(shown, by_node, self._ages.now, self._loads)

    def _reading_arrived(self, change: HealthChange) -> None:
        self.show_health(change.snapshot)

    def show_health(self, health: HealthSnapshot) -> None:
        """Newer values of the nodes: columns and colours look at them when they are drawn."""
        if health.nodes is self._loads.readings:
            return
        self._health = health
        self._loads.readings = health.nodes
        nodes = [row.node for row in self._rows.values()]
        if self._rows and self._live_problems(nodes) != self._loads.problems:
            self._show()
        measured = self._loads.known()
        if measured != self._measured:
            self._measured = measured
            self._hide_columns()
            if self._rows:
                nodes = [row.node for row in self._rows.values()]
                self.heatmap.offer(choices_for(nodes, self._loads))
        if self._views.currentIndex() == 1:
            if self._rows:
                self._show_map()
        elif self._rows:
            self._show_nodes()
        self.table.viewport().update()

    def _move_on(self) -> None:
        """Ages follow the clock although no node changed."""
        if self._snapshot is None or self.ref is None:
            return
        self._ages.now = self._snapshot.region_now(self.ref)
        self.table.viewport().update()
        if self._views.currentIndex() == 1:
            self._show_map()

    # -- acting ----------------------------------------------------------------------------

    def current_node(self) -> Instance | None:
        """The node in focus."""
        if self._views.currentIndex() == 1:
            row = self._rows.get(self.heatmap.map.current)
        else:
            row = self.table.current_row()
        return row.node if row else None

    def selected_nodes(self) -> tuple[Instance, ...]:
        """Every node that is selected; on the heatmap the one in focus."""
        if self._views.currentIndex() == 0:
            return tuple(row.node for row in self.table.selected_rows())
        node = self.current_node()
        return (node,) if node is not None else ()

    def action_context(self, base: ActionContext) -> ActionContext:
        nodes = self.selected_nodes()
        return focus_on(self._snapshot, self.ref, node=self.current_node(), nodes=nodes)

    def _pop_up(self, target: object, where: QPoint) -> None:
        if isinstance(target, NodeRow):
            nodes = self.selected_nodes()
            if target.node not in nodes:
                nodes = ()  # the pointer is elsewhere: the menu is about what is under it
            context = focus_on(self._snapshot, self.ref, node=target.node, nodes=nodes)
            self._menu(context, where)
        elif isinstance(target, RowGroup) and target.rows:
            node = target.rows[0].node
            context = focus_on(self._snapshot, self.ref, group_id=node.group_id)
            self._menu(context, where, node_too=False)

    def _other_view(self, menu: QMenu, node_id: str) -> QAction:
        """Shows the same node the other way."""
        if self._views.currentIndex() == 1:
            entry = QAction(icon("table"), _("Show in the table"), menu)
            entry.triggered.connect(lambda _on=False: self._show_in_table(node_id))
        else:
            entry = QAction(icon("heatmap"), _("Show on the heatmap"), menu)
            entry.triggered.connect(lambda _on=False: self._show_on_map(self._rows[node_id]))
        return entry

    def _tip(self, node_id: str) -> str:
        row = self._rows.get(node_id)
        return node_tip(row.node, row.usd_hour, self._ages.now, self._loads) if row else ""

    def _pop_up_node(self, node_id: str, where: QPoint) -> None:
        row = self._rows.get(node_id)
        if row is not None:
            self._pop_up(row, where)

    def _menu(self, context: ActionContext, where: QPoint, *, node_too: bool = True) -> None:
        menu = self.ctx.actions.build_menu("node" if node_too else "group", self, context)
        if node_too and context.node is not None:
            menu.addAction(self._other_view(menu, context.node.id))
            menu.addSeparator()
            self.ctx.actions.fill_menu(menu, "group", context)
        if menu.isEmpty():
            menu.deleteLater()
            return
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def show_menu_of_row(self, position: int) -> None:
        """The menu of a row, under its middle."""
        row = self.model.row_at(position)
        if row is not None:
            self.table.select_key(row.node.id)
            box = self.table.visualRect(self.model.index(position, self.model.column_of("state")))
            self._pop_up(row, self.table.viewport().mapToGlobal(box.bottomLeft()))

    def _view_chosen(self, key: str) -> None:
        self._views.setCurrentIndex(1 if key == "map" else 0)
        self._memory.set_text("nodes/view", key)
        self._show_nodes()

    def _show_on_map(self, row: NodeRow) -> None:
        self.toolbar.view.choose("map")
        self.heatmap.map.set_current(row.node.id)
        self.heatmap.map.setFocus()

    def _show_in_table(self, node_id: str) -> None:
        self.toolbar.view.choose("table")
        self.table.select_key(node_id)
        self.table.setFocus()

    def _search(self, text: str) -> None:
        self.toolbar.field.setText(text)
        self.toolbar.field.search_now()

    # -- the window's manners --------------------------------------------------------------

    def shown(self) -> None:
        self._tick.start()
        if self._watch is not None:
            self.show_health(self._watch.start())

    def hidden(self) -> None:
        self._tick.stop()
        if self._watch is not None:
            self._watch.stop()

    def refresh(self) -> None:
        self.ctx.app.fleet.refresh(self.ref)

    def select(self, what: str) -> None:
        """An instance id, EMR's or EC2's; kept until the nodes have been read."""
        self._to_select = what
        for row in self._rows.values():
            if what in (row.node.id, row.node.ec2_id):
                self._to_select = ""
                if self._words():
                    self._search("")
                self._show_in_table(row.node.id)
                return

    def focus_filter(self) -> bool:
        self.toolbar.field.setFocus()
        self.toolbar.field.selectAll()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        copies = event.key() == Qt.Key.Key_C and (
            event.modifiers() == Qt.KeyboardModifier.ControlModifier
        )
        ids = {action.id for action in self.ctx.actions.all()}
        if copies and "nodes.copy_dns" in ids:
            self.ctx.actions.trigger("nodes.copy_dns", self.action_context(ActionContext()))
            return
        super().keyPressEvent(event)

    def keys(self) -> tuple[tuple[str, str], ...]:
        return (
            ("/", _("Filter the nodes")),
            (_("Enter"), _("Show the node on the heatmap, or back in the table")),
            ("Ctrl+C", _("Copy the node’s private DNS")),
            (_("Menu"), _("What can be done with the node and its group")),
        )
