"""The Overview page: a cluster at a glance — figures, nodes, events, and the last hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hue_desktop.core.changes import JournalEntry
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.instances import Instance
from hue_desktop.core.text import _
from hue_desktop.services.cost.values import CostOverview
from hue_desktop.services.health.values import Collecting, HealthChange, HealthSnapshot
from hue_desktop.services.nodes import live_problems, node_groups
from hue_desktop.ui.advice.panel import AdvicePanel
from hue_desktop.ui.bills import Bills
from hue_desktop.ui.charts.event_marks import Happenings
from hue_desktop.ui.charts.legend import LegendLine
from hue_desktop.ui.charts.node_blocks import NodeBlocks, node_tip
from hue_desktop.ui.charts.node_colours import NodeProperty, choices_for
from hue_desktop.ui.charts.node_loads import NodeLoads
from hue_desktop.ui.charts.node_map import NodeMap
from hue_desktop.ui.cluster_page import ClusterPage
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.giving_way import GivingWay
from hue_desktop.ui.health_feed import HealthWatch
from hue_desktop.ui.node_states import nodes_to_show
from hue_desktop.ui.overview.chart_panel import ChartPanel, History
from hue_desktop.ui.overview.listing import event_notes, step_notes
from hue_desktop.ui.overview.side import SideColumn
from hue_desktop.ui.overview.tiles import KEYS, overview_tiles
from hue_desktop.ui.parts import ComboField, FourStates, Label, Rule, Scroll, Tile, TileRow, row
from hue_desktop.ui.stale_notice import StaleNotice
from hue_desktop.ui.tasks import CancelToken
from hue_desktop.ui.theme import icon
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["OverviewPage"]

_TICK_MS = 5_000
_READ_AGAIN_S = 60.0
_LEAD_S = 660.0  #: so much more is read, so that a value of CloudWatch leads into the picture
_AFTERMATH = timedelta(minutes=10)  #: shown after the end of a cluster, with the end in sight
_LEAST_HEIGHT = 520  #: below that the page scrolls instead of shrinking


class OverviewPage(ClusterPage):
    """Tiles, topology beside advice and events, and the chart."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self._journal: tuple[JournalEntry, ...] = ()
        self._happenings = Happenings()
        self._read_at: datetime | None = None
        self._loaded = False
        self._chosen = False  #: whether the person said what cells are coloured by
        self._loads = NodeLoads()
        self._bills: Bills[CostOverview] = Bills(
            ctx.tasks, lambda ref: ctx.app.cost.overview(ref), self
        )
        self._watch = HealthWatch(ctx, ref) if ref is not None else None
        self._health = HealthSnapshot(ref) if ref is not None else None
        self.tiles = {key: Tile("") for key in KEYS}
        self.tile_row = TileRow(tuple(self.tiles.values()))
        self.map = NodeMap(ctx.theme)
        self._blocks = NodeBlocks()
        self.map_states = FourStates(self.map)
        self.legend = LegendLine(ctx.theme)
        self.choice = ComboField(choices_for(()), name=_("What the colour means"))
        self.side = SideColumn(AdvicePanel(ctx, ref))
        self.advice, self.latest = self.side.advice, self.side.latest
        self.chart = ChartPanel(ctx.theme)
        self.notice = StaleNotice(self.refresh)
        self.states = FourStates(Scroll(self._make_content()))
        self.states.retry_requested.connect(self.refresh)
        self.states.show_loading(_("Reading the cluster"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.states)
        self.setFocusProxy(self.map)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._move_on)
        self._connect()

    @property
    def title(self) -> str:
        return _("Overview")

    @property
    def live(self) -> bool:
        """Whether the load of its nodes was measured; CPU comes with the second reading."""
        return NodeProperty.CPU.value in self._loads.known()

    # -- building --------------------------------------------------------------------------

    def _make_content(self) -> QWidget:
        content = QWidget()
        content.setMinimumHeight(_LEAST_HEIGHT)
        gutter = SIZES["gutter"]
        tiles = row(self.tile_row, margins=(gutter, 0, gutter, 0))
        middle = QHBoxLayout()
        middle.setContentsMargins(gutter, 0, gutter, 0)
        middle.setSpacing(0)
        middle.addWidget(self._make_topology(), 58)
        middle.addWidget(Rule("v"))
        middle.addWidget(self.side, 42)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addLayout(tiles)
        layout.addLayout(row(Rule("h"), margins=(gutter, 0, gutter, 0)))
        layout.addLayout(middle, 10)
        layout.addLayout(row(Rule("h"), margins=(gutter, 0, gutter, 0)))
        layout.addWidget(self.chart, 11)
        return content

    def _make_topology(self) -> QWidget:
        place = QWidget()
        hint, colour = (
            Label(_("one cell is one node"), tone="text-2"),
            Label(_("Colour"), tone="text-2"),
        )
        self._head = GivingWay(
            hint, None, colour, self.choice, self.legend,
            matters=(self.choice, self.legend, colour, hint), spacing=8,
        )  # fmt: skip
        self._map_controls: tuple[QWidget, ...] = (self._head,)
        head = row(Label(_("Topology"), weight=600), self._head, spacing=8, margins=(0, 8, 16, 6))
        head.setStretchFactor(self._head, 1)
        layout = QVBoxLayout(place)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.map_states, 1)
        return place

    def _connect(self) -> None:
        self._bills.changed.connect(lambda _ref: self._show())
        if self._watch is not None:
            self._watch.changed.connect(self._reading_arrived)
        self.choice.currentIndexChanged.connect(lambda _index: self._show_map())
        self.choice.activated.connect(lambda _index: self._keep_choice())
        self.map.tip_of = self._tip
        self.map.node_activated.connect(self._open_node)
        self.map.menu_requested.connect(self._pop_up)
        self.chart.range_chosen.connect(self._range_chosen)
        self.chart.retry_requested.connect(self._range_chosen)
        self.chart.span_wanted.connect(self._read_span)

    # -- showing ---------------------------------------------------------------------------

    def _show(self) -> None:
        cluster = self.cluster
        if cluster is None or self._snapshot is None:
            self._show_unknown()
            return
        error = cluster.errors.get("cluster")
        if cluster.cluster is None and cluster.instances is None and error is not None:
            self.states.show_failed(error)
            return
        stale = self.notice.show_status(self._snapshot, cluster, "instances", "steps", "cluster")
        self._show_tiles(cluster, stale)
        self._show_map()
        self._show_lists(cluster)
        self.states.show_content()

    def _show_tiles(self, cluster: ClusterSnapshot, stale: bool) -> None:
        assert self._snapshot is not None
        metrics = self._snapshot.metrics.get(cluster.ref, {})
        cost = self._snapshot.costs.get(cluster.ref)
        bill = self._bills.of(cluster.ref)
        texts = overview_tiles(cluster, cost, metrics, self._now(), self._health, bill)
        for text in texts:
            self.tiles[text.key].show_figure(
                text.figure, text.unit, text.caption, text.attention,
                label=text.label, shape=text.shape, stale=stale,
            )  # fmt: skip
        self.tile_row.set_shown([self.tiles[text.key] for text in texts])

    def _show_map(self) -> None:
        cluster = self.cluster
        there = self._snapshot is not None and nodes_to_show(self.map_states, cluster)
        for control in self._map_controls:
            control.setVisible(there)
        if not there or self._snapshot is None:
            return
        assert cluster is not None
        cost = self._snapshot.costs.get(cluster.ref)
        groups = node_groups(cluster, cost)
        what = NodeProperty(self.choice.key)
        by_node = cost.by_node if cost else {}
        if self._health is not None:
            nodes = cluster.nodes()
            self._loads.problems = live_problems(nodes, self._health.nodes, self._health.notices)
        blocks, legend = self._blocks.of(groups, what, by_node, self._now(), self._loads)
        self.map.set_blocks(blocks)
        self.legend.set_entries(legend)
        self._head.fit()
        self.map_states.show_content()

    def _show_lists(self, cluster: ClusterSnapshot) -> None:
        now = self._now()
        alerts = self._health.alerts if self._health is not None else ()
        notices = self._health.notices if self._health is not None else ()
        events = self._happenings.of(cluster, self._journal, alerts, notices)
        self.side.set_active(cluster.summary.state.active)
        self.side.show_latest(
            step_notes(cluster, now),
            event_notes(events, now),
            _("Nothing has happened yet that EMR or this window knows."),
        )
        self.chart.show_events(events)

    # -- live health -----------------------------------------------------------------------

    def _reading_arrived(self, change: HealthChange) -> None:
        first = self._health is None or not self._health.nodes
        self._take(change.snapshot)
        self._add_live()
        if first and change.snapshot.nodes:
            self.advice.ask(again=True)  # the first one did without what nodes say

    def _take(self, health: HealthSnapshot) -> None:
        """Tiles and cells follow a newer reading, and the list a Spot notice."""
        told = self._health.notices if self._health is not None else ()
        self._health = health
        if health.nodes is not self._loads.readings:
            self._loads.readings = health.nodes
            nodes = self.cluster.nodes() if self.cluster is not None else ()
            self._offer(choices_for(nodes, self._loads))
        cluster = self.cluster
        if cluster is not None and self.states.state == "shown" and self._snapshot is not None:
            self._show_tiles(cluster, self.notice.isVisible())
            self._show_map()
            if health.notices != told:
                self._show_lists(cluster)
        broken = health.collecting is Collecting.BROKEN
        self.chart.set_stale(broken and self.chart.has_live)

    def _offer(self, choices: list[tuple[str, str]]) -> None:
        """What cells can be coloured by; CPU once it is known, unless the person chose."""
        offered = [str(self.choice.itemData(i)) for i in range(self.choice.count())]
        if offered == [key for key, _title in choices]:
            return
        self.choice.set_items(choices)
        if not self._chosen and NodeProperty.CPU.value in dict(choices):
            self.choice.set_key(NodeProperty.CPU.value)

    def _keep_choice(self) -> None:
        self._chosen = True

    def _add_live(self) -> None:
        """Take what was measured since the newest value that is shown."""
        if self.ref is None or self._snapshot is None or not self._loaded:
            return
        if self.cluster is None or self.cluster.summary.ended is not None:
            return
        now, last = self._now().timestamp(), self.chart.series.last
        since = last if last is not None else now - self.chart.span_s
        found = self.ctx.app.health.live(self.ref, self.chart.keys, since, now)
        self.chart.show_live(found, now)

    # -- reading the history ---------------------------------------------------------------

    def _range_chosen(self) -> None:
        self.chart.show_loading()
        self._read()

    def _read(self) -> None:
        """Ask for the chosen hours until now, or the last ones of a cluster's life."""
        if self.ref is None or self._snapshot is None:
            return
        now = self._now()
        self._read_at = now
        ended = self.cluster.summary.ended if self.cluster is not None else None
        self.chart.set_ended(ended is not None)
        end = min(now, ended + _AFTERMATH) if ended is not None else now
        self._read_span(end.timestamp() - self.chart.span_s, end.timestamp())

    def _read_span(self, start: float, end: float) -> None:
        """Ask for series and journal on a worker; a newer question makes this one's answer moot."""
        if self.ref is None:
            return
        ref, app, keys = self.ref, self.ctx.app, self.chart.keys

        def read(_token: CancelToken) -> tuple[History, tuple[JournalEntry, ...]]:
            import hue_desktop.ui.charts.health_strips  # (slow; not on the main thread)
            import hue_desktop.ui.charts.live_strips  # noqa: F401

            series = app.health.history(ref, keys, start - _LEAD_S, end)
            return History(start, end, series), app.journal.entries()

        self.ctx.tasks.run(
            "metrics", read, owner=self, key="history",
            done=self._history_read, failed=self.chart.show_failed,
        )  # fmt: skip

    def _history_read(self, answer: tuple[History, tuple[JournalEntry, ...]]) -> None:
        history, self._journal = answer
        self._loaded = True
        if self.cluster is not None:
            self._show_lists(self.cluster)
        self.chart.show_history(history)
        self._add_live()

    def _move_on(self) -> None:
        """Times follow the clock; series are read again where nothing live brings new values."""
        if self.cluster is None:
            return
        self._show()
        self._add_live()
        self._ask_bill(self.cluster)
        if self.cluster.summary.state.active:
            self.advice.ask()
        health = self._health
        live = health is not None and health.collecting in (Collecting.LIVE, Collecting.PARTLY)
        if self._loaded and (live or not self.chart.follows):
            return
        now = self._now()
        fresh = timedelta(seconds=max(_READ_AGAIN_S, self.chart.span_s / 360))
        if self._read_at is None or now - self._read_at >= fresh:
            self._read()

    def _ask_bill(self, cluster: ClusterSnapshot) -> None:
        """Add up what it has cost now and then; a cluster that has ended, once."""
        active = cluster.summary.state.active
        if active or (self._bills.of(cluster.ref) is None and not self._bills.error(cluster.ref)):
            self._bills.ask([cluster.ref])

    # -- acting ----------------------------------------------------------------------------

    def _open_node(self, node_id: str) -> None:
        if self.ref is not None:
            self.ctx.navigate.open_cluster(self.ref, "nodes", select=node_id)

    def _node(self, node_id: str) -> Instance | None:
        nodes = self.cluster.nodes() if self.cluster is not None else ()
        return next((node for node in nodes if node.id == node_id), None)

    def _tip(self, node_id: str) -> str:
        node = self._node(node_id)
        if node is None or self._snapshot is None or self.ref is None:
            return ""
        cost = self._snapshot.costs.get(self.ref)
        usd = cost.by_node.get(node_id) if cost else None
        return node_tip(node, usd, self._now(), self._loads)

    def _pop_up(self, node_id: str, where: QPoint) -> None:
        node = self._node(node_id)
        if node is None:
            return
        context = focus_on(self._snapshot, self.ref, node=node)
        menu = self.ctx.actions.build_menu("node", self, context)
        show = QAction(icon("nodes"), _("Show in the table"), menu)
        show.triggered.connect(lambda _on=False: self._open_node(node_id))
        menu.addAction(show)
        menu.addSeparator()
        self.ctx.actions.fill_menu(menu, "group", context)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def shown(self) -> None:
        self._tick.start()
        if self._watch is not None:
            self._take(self._watch.start())
        self._loaded = False
        self._read_at = None
        self._move_on()

    def hidden(self) -> None:
        self._tick.stop()
        if self._watch is not None:
            self._watch.stop()

    def refresh(self) -> None:
        self.ctx.app.fleet.refresh(self.ref)
        self._read()
        self.advice.ask(again=True)

    def select(self, what: str) -> None:
        """An instance id: its cell is pointed at."""
        self.map.set_current(what)

    def keys(self) -> tuple[tuple[str, str], ...]:
        return (
            (_("Arrows"), _("Move between nodes, or along the time axis of the chart")),
            (_("Enter"), _("Show the node in the table")),
        )
