"""The Cost page of all connections: what each cluster costs, and what is paid in vain."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost.months import month_of
from hue_desktop.services.cost.values import IdleFinding
from hue_desktop.services.fleet import ConnectionState, FleetChange, FleetSnapshot
from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.bills import Bills
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.cost.cluster_rows import (
    CostRow,
    Figures,
    cells_of,
    cost_columns,
    cost_groups,
    cost_rows,
    countable,
    sums_of,
)
from hue_desktop.ui.cost.finder import ACTIONS, FinderPanel, Remedy
from hue_desktop.ui.cost.fleet_tiles import FLEET_KEYS, fleet_tiles
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.page import Page
from hue_desktop.ui.parts import FourStates, Heading, Rule, Tile, TileRow, row
from hue_desktop.ui.tables import DataTable, RowsModel, TotalRow
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["AllCostsPage"]

_TICK_MS = 2_000
_READ_AGAIN_S = 60.0
_FIND_AGAIN_S = 10.0
_MOST_ENDED = 20  #: so many of the clusters that ended this month are added up, the newest first
_SIDE = 420
_NARROW = 980


class AllCostsPage(Page):
    """Tiles, clusters by connection, and the idle finder."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self._snapshot = FleetSnapshot()
        self._applied = False
        self._findings: tuple[IdleFinding, ...] = ()
        self._found_at: float | None = None
        self._left_out = 0
        self.bills: Bills[Figures] = Bills(ctx.tasks, self._figures_of, self, every_s=_READ_AGAIN_S)
        self.bills.changed.connect(lambda _ref: self._show())
        self.heading = Heading(self.title)
        self.tiles = {key: Tile("") for key in FLEET_KEYS}
        self.tile_row = TileRow(tuple(self.tiles.values()))
        self.model: RowsModel[CostRow] = RowsModel(cost_columns(), key=lambda row: row.ref)
        self.model.sort_by("month", descending=True)
        self.table: DataTable[CostRow] = DataTable(self.model, name=_("Costs of clusters"))
        self.total = TotalRow(self.table, name=_("Total"))
        self.finder = FinderPanel()
        self.states = FourStates(self._make_content())
        self.states.retry_requested.connect(self.refresh)
        self.states.show_loading(_("Reading the connections"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.states)
        self.setFocusProxy(self.table)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._move_on)
        self._connect()

    @property
    def title(self) -> str:
        return _("Cost")

    # -- building --------------------------------------------------------------------------

    def _make_content(self) -> QWidget:
        content, clusters = QWidget(), QWidget()
        inner = QVBoxLayout(clusters)
        inner.setContentsMargins(0, 6, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.table, 1)
        inner.addWidget(self.total)
        self._rule = Rule("v")
        self._lower = row(spacing=16)
        self._lower.addWidget(clusters, 1)
        self._lower.addWidget(self._rule)
        self._lower.addWidget(self.finder)
        layout = QVBoxLayout(content)
        gutter = SIZES["gutter"]
        layout.setContentsMargins(gutter, 0, gutter, 8)
        layout.setSpacing(0)
        layout.addLayout(row(self.heading, margins=(0, 12, 0, 12)))
        layout.addWidget(Rule("h"))
        layout.addWidget(self.tile_row)
        layout.addWidget(Rule("h"))
        layout.addLayout(self._lower, 1)
        return content

    def _connect(self) -> None:
        self.table.row_activated.connect(lambda row: self._open(row.ref))
        self.table.group_activated.connect(lambda group: self.model.toggle_group(group.key))
        self.table.menu_requested.connect(self._pop_up)
        self.finder.open_requested.connect(self._open)
        self.finder.act_requested.connect(self._act)
        self.ctx.actions.changed.connect(self._show_findings)

    def resizeEvent(self, event: object) -> None:
        """Side by side where there is room, else the finder below the clusters."""
        narrow = self.width() < _NARROW
        direction = QBoxLayout.Direction
        self._lower.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._lower.setSpacing(4 if narrow else 16)
        self._rule.setVisible(not narrow)
        self._lower.setStretchFactor(self.finder, 1 if narrow else 0)
        self.finder.setMinimumWidth(0 if narrow else _SIDE)
        self.finder.setMaximumWidth(16_777_215 if narrow else _SIDE)

    # -- reading ---------------------------------------------------------------------------

    def _figures_of(self, ref: ClusterRef) -> Figures:
        """What one cluster has cost; on a worker."""
        cost = self.ctx.app.cost
        overview = cost.overview(ref)
        begin, _end = month_of(overview.bill.end)
        if overview.bill.start >= begin:
            return Figures(overview, overview.bill.total)
        month = cost.bill(ref, begin).total if overview.bill.end > begin else 0.0
        return Figures(overview, month)

    def _read(self, *, again: bool = False) -> None:
        """What is due: active clusters now and then, ended ones once."""
        shown = self._shown_clusters()
        active = [each.ref for each in shown if each.summary.state.active]
        ended = [each.ref for each in shown if not each.summary.state.active]
        self.bills.ask(active, again=again)
        self.bills.ask(
            [ref for ref in ended if self.bills.of(ref) is None and not self.bills.error(ref)]
        )

    def _find(self) -> None:
        self._found_at = time.monotonic()
        app = self.ctx.app
        self.ctx.tasks.run(
            "metrics", lambda _token: app.cost.idle_findings(), owner=self, key="findings",
            done=self._found,
        )  # fmt: skip

    def _found(self, findings: tuple[IdleFinding, ...]) -> None:
        self._findings = findings
        self._show()

    def _shown_clusters(self) -> list[ClusterSnapshot]:
        """Active clusters, and the newest of those that ended this month."""
        active, ended = [], []
        begins = {
            (each.connection.name, each.region): month_of(
                self._snapshot.region_now(each.connection.name, each.region).timestamp()
            )[0]
            for each in self._snapshot.connections
        }
        for cluster in self._snapshot.clusters.values():
            summary = cluster.summary
            if summary.state.active:
                active.append(cluster)
            elif summary.ended is not None:
                begin = begins.get((cluster.ref.connection, cluster.ref.region), math.inf)
                if summary.ended.timestamp() > begin:
                    ended.append((summary.ended, cluster))
        ended.sort(key=lambda pair: pair[0], reverse=True)
        self._left_out = max(0, len(ended) - _MOST_ENDED)
        return active + [cluster for _ended, cluster in ended[:_MOST_ENDED]]

    # -- showing ---------------------------------------------------------------------------

    def apply(self, change: FleetChange) -> None:
        self._snapshot, self._applied = change.snapshot, True
        self._show()
        if self.isVisible():
            self._read()

    def _show(self) -> None:
        statuses = self._snapshot.connections
        if not statuses:
            if self._applied:
                self.states.show_empty(
                    _("No connection yet"),
                    _("A connection says which account and region to read, and as whom."),
                    _("Add a connection…"),
                    lambda: self.ctx.navigate.open_page("connections"),
                )
            return
        clusters = self._shown_clusters()
        if not clusters:
            self._explain()
            return
        rows = cost_rows(self._snapshot, clusters, self.bills.of, self.bills.error)
        counted, simulated = countable(rows)
        self._show_heading(rows, simulated)
        self._show_tiles(counted, simulated)
        self.model.set_groups(cost_groups(statuses, rows))
        sums = sums_of(counted)
        n = len(counted)
        title = ngettext("{n} cluster", "{n} clusters", n).format(n=n)
        self.total.set_cells(title, cells_of(sums))
        self._show_findings()
        self.states.show_content()

    def _show_tiles(self, counted: tuple[CostRow, ...], simulated: bool) -> None:
        refs = {row.ref for row in counted}
        findings = [each for each in self._findings if each.ref in refs]
        now = self._snapshot.region_now(counted[0].ref) if counted else datetime.now(UTC)
        end = month_of(now.timestamp())[1]
        for text in fleet_tiles(counted, findings, now, end, simulated=simulated):
            self.tiles[text.key].show_figure(
                text.figure, text.unit, text.caption, text.attention, label=text.label
            )
        self.tile_row.share()

    def _show_heading(self, rows: tuple[CostRow, ...], simulated: bool) -> None:
        active = sum(row.active for row in rows)
        ended = len(rows) - active
        words = [ngettext("{n} active cluster", "{n} active clusters", active).format(n=active)]
        if ended:
            words.append(_("{n} ended this month").format(n=ended))
        if self._left_out:
            words.append(_("{n} more that ended are not added up").format(n=self._left_out))
        if simulated:
            words.append(_("simulated and not billed"))
        elif any(row.simulated for row in rows):
            words.append(_("sums without the simulator"))
        self.heading.set_texts(self.title, ", ".join(words))

    def _show_findings(self) -> None:
        known = self._snapshot.clusters
        pairs = [(each, self._remedy(each)) for each in self._findings if each.ref in known]
        looked_at = sum(each.summary.state.active for each in known.values())
        if self._found_at is not None:
            self.finder.show_findings(pairs, looked_at)

    def _explain(self) -> None:
        """Why there is no cluster."""
        statuses = self._snapshot.connections
        names = ", ".join(status.connection.name for status in statuses)
        failed = [each for each in statuses if each.error is not None]
        if any(each.state is ConnectionState.CONNECTING for each in statuses):
            self.states.show_loading(_("Reading the clusters of {names}").format(names=names))
        elif failed and failed[0].error is not None and len(failed) == len(statuses):
            self.states.show_failed(failed[0].error)
        else:
            self.states.show_empty(
                _("Nothing costs anything"),
                _("No cluster runs on {names}, and none ended this month.").format(names=names),
            )

    # -- acting ----------------------------------------------------------------------------

    def _remedy(self, found: IdleFinding) -> Remedy:
        """The button that acts, where the window can; else what to do in words."""
        action_id = ACTIONS.get(found.action, "")
        context = focus_on(self._snapshot, found.ref)
        known = {action.id: action for action in self.ctx.actions.all()}
        action = known.get(action_id)
        if action is not None and action.applies(context):
            return Remedy(action_id, _buttons()[found.action])
        if action is not None and action.changes and context.read_only:
            name = found.ref.connection
            return Remedy(words=_("{name} is read-only, see the padlock below.").format(name=name))
        return Remedy(words=_words().get(found.action, ""))

    def _act(self, action_id: str, ref: ClusterRef) -> None:
        self.ctx.actions.trigger(action_id, focus_on(self._snapshot, ref))

    def _open(self, ref: ClusterRef) -> None:
        self.ctx.navigate.open_cluster(ref, "cost")

    def _pop_up(self, target: object, where: QPoint) -> None:
        if not isinstance(target, CostRow):
            return
        menu = self.ctx.actions.build_menu("cluster", self, focus_on(self._snapshot, target.ref))
        if not menu.isEmpty():
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(where)

    def action_context(self, base: ActionContext) -> ActionContext:
        current = self.table.current_row()
        return focus_on(self._snapshot, current.ref) if current is not None else base

    # -- the window's manners ----------------------------------------------------------------

    def _move_on(self) -> None:
        """Amounts follow the clock; findings and bills are looked for again now and then."""
        self._show()
        self._read()
        if self._found_at is None or time.monotonic() - self._found_at >= _FIND_AGAIN_S:
            self._find()

    def shown(self) -> None:
        self._tick.start()
        self._move_on()

    def hidden(self) -> None:
        self._tick.stop()
        self.bills.stop()

    def refresh(self) -> None:
        self.ctx.app.fleet.refresh()
        self._read(again=True)
        self._find()

    def select(self, what: str) -> None:
        """A cluster id: its row."""
        for line in self.model.rows():
            if line.ref.cluster_id == what:
                self.table.select_key(line.ref)

    def keys(self) -> tuple[tuple[str, str], ...]:
        return (
            (_("Enter"), _("Open the cluster’s costs")),
            (_("Menu"), _("What can be done with the cluster")),
        )


def _buttons() -> dict[str, str]:
    return {
        "terminate": _("Terminate…"),
        "unprotect": _("Unprotect…"),
        "resize": _("Resize core…"),
        "auto-termination": _("Auto-termination…"),
        "clone": _("Clone…"),
    }


def _words() -> dict[str, str]:
    """What to do where the window has no button for it."""
    return {
        "terminate": _("End the cluster when nobody needs it."),
        "unprotect": _("Turn its termination protection off, then end it."),
        "resize": _("Resize the core nodes; HDFS moves off those that go."),
        "auto-termination": _("Turn its auto-termination off or end it by hand."),
        "clone": _("Choose a smaller type when the cluster is made anew."),
    }
