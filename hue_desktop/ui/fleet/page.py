"""The Fleet page: every cluster of every connection, what it costs, and which of them idle."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import HueError
from hue_desktop.core.fleet_filter import FleetFilter
from hue_desktop.core.text import _
from hue_desktop.services.cost.values import CostOverview, IdleFinding
from hue_desktop.services.fleet import ConnectionState, FleetChange, FleetSnapshot
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.alert_counts import AlertCounts
from hue_desktop.ui.bills import Bills
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.fleet.alerts import with_alerts
from hue_desktop.ui.fleet.cards import FleetCards
from hue_desktop.ui.fleet.columns import fleet_columns
from hue_desktop.ui.fleet.filter_bar import FilterBar, kept
from hue_desktop.ui.fleet.groups import ENDED, connection_groups, ended_group, trouble_text
from hue_desktop.ui.fleet.money import RowMoney, dearest_findings
from hue_desktop.ui.fleet.rows import FleetRow, FleetRows
from hue_desktop.ui.fleet.sums import subtitle, tile_texts
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.memory import memory_of
from hue_desktop.ui.page import Page
from hue_desktop.ui.parts import Button, FourStates, Heading, Label, Rule, Tile, TileRow, row
from hue_desktop.ui.tables import DataTable, RowGroup, RowsModel
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["FleetPage"]

_BILL_AGAIN_S = 600.0  #: in between, bills are carried on at the rate of now
_TICK_MS = 10_000  #: how often uptimes and idle times move on while nothing else changes
_UNREADABLE = (ConnectionState.FAILED, ConnectionState.EXPIRED)


class FleetPage(Page):
    """Tiles, filter, and the clusters as a table or as cards."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self._snapshot = FleetSnapshot()
        self._keeper = FleetRows()
        self._money = RowMoney()
        self._findings: dict[ClusterRef, IdleFinding] = {}
        self._alerts = AlertCounts(ctx.app.health, ctx.tasks.poster)
        self.destroyed.connect(self._alerts.close)
        self._bills: Bills[CostOverview] = Bills(
            ctx.tasks, lambda ref: ctx.app.cost.overview(ref), self, every_s=_BILL_AGAIN_S
        )
        self._rows: tuple[FleetRow, ...] = ()
        self._buttons: list[tuple[Action, Button]] = []
        self.model: RowsModel[FleetRow] = RowsModel(
            fleet_columns(),
            key=lambda row: row.ref,
            back=lambda row: "warn-back" if row.idling else "",
        )
        self.model.sort_by("cost", descending=True)
        self.model.toggle_group(ENDED)  # folded until somebody wants to know
        self.table: DataTable[FleetRow] = DataTable(
            self.model, name=_("Clusters"), row_height=SIZES["row-tall"]
        )
        self.cards = FleetCards(ctx.theme)
        self._memory = memory_of(ctx)
        self.filter_bar = FilterBar(self._memory)
        self.heading = Heading(self.title)
        self.tiles = {key: Tile("") for key in ("cost", "idle", "spot", "nodes", "attention")}
        self.tile_row = TileRow(tuple(self.tiles.values()))
        self.notice = Label("", tone="warn", elide=True)
        self.retry = Button(_("Retry"), icon_name="refresh", small=True, clicked=self.refresh)
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
        self.filter_bar.view.choose(self._memory.choice("fleet/view", "table", "cards"))

    @property
    def title(self) -> str:
        return _("Fleet")

    # -- building --------------------------------------------------------------------------

    def _make_content(self) -> QWidget:
        content = QWidget()
        self._actions_line = QHBoxLayout()
        self._actions_line.setSpacing(8)
        head = row(self.heading, self._actions_line, spacing=16, margins=(0, 12, 0, 12))
        head.setStretchFactor(self.heading, 1)
        self._notice_line = QWidget()
        line = row(self.notice, self.retry, spacing=12, margins=(0, 8, 0, 0))
        line.setStretchFactor(self.notice, 1)
        self._notice_line.setLayout(line)
        self._views = QStackedLayout()
        self.matches = FourStates(self._stacked_views())
        layout = QVBoxLayout(content)
        layout.setContentsMargins(SIZES["gutter"], 0, SIZES["gutter"], 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(Rule("h"))
        layout.addWidget(self.tile_row)
        layout.addWidget(Rule("h"))
        layout.addWidget(self._notice_line)
        layout.addSpacing(12)
        layout.addWidget(self.filter_bar)
        layout.addSpacing(10)
        layout.addWidget(self.matches, 1)
        return content

    def _stacked_views(self) -> QWidget:
        holder = QWidget()
        holder.setLayout(self._views)
        self._views.setContentsMargins(0, 0, 0, 0)
        self._views.addWidget(self.table)
        self._views.addWidget(self.cards)
        return holder

    def _connect(self) -> None:
        self._bills.changed.connect(lambda _ref: self._show())
        self._alerts.changed.connect(lambda _ref: self._show())
        self.filter_bar.filter_changed.connect(self._filter_changed)
        self.filter_bar.view_chosen.connect(self._view_chosen)
        self.table.clicked.connect(self._clicked)
        self.table.group_activated.connect(lambda group: self.model.toggle_group(group.key))
        views: tuple[DataTable[FleetRow] | FleetCards, ...] = (self.table, self.cards)
        for view in views:
            view.row_activated.connect(self._open)
            view.menu_requested.connect(self._pop_up)
            view.selection_changed.connect(self._selected)
        self.ctx.actions.changed.connect(self._make_buttons)
        self._make_buttons()

    def _make_buttons(self) -> None:
        """A button for each action of the ``fleet`` menu; the last one is the primary."""
        while (item := self._actions_line.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        declared = [action for action in self.ctx.actions.all() if "fleet" in action.menus]
        declared.sort(key=lambda action: -action.section)
        self._buttons = []
        for position, action in enumerate(declared):
            primary = position == len(declared) - 1
            button = Button(
                action.title,
                kind="primary" if primary else "plain",
                icon_name=action.icon if primary else "",
                clicked=partial(self._do, action.id),
            )
            self._buttons.append((action, button))
            self._actions_line.addWidget(button)
        self._enable_buttons()

    def _do(self, action_id: str) -> None:
        self.ctx.actions.trigger(action_id, self.action_context(self.ctx.actions.focus()))

    def _selected(self, _rows: object) -> None:
        self._enable_buttons()

    def _enable_buttons(self) -> None:
        context = self.action_context(self.ctx.actions.focus())
        for action, button in self._buttons:
            button.setVisible(action.applies(context))

    # -- showing ---------------------------------------------------------------------------

    def apply(self, change: FleetChange) -> None:
        self._snapshot = change.snapshot
        self._show()

    def _show(self) -> None:
        rows = self._keeper.of(self._snapshot)
        rows = self._money.of(rows, self._snapshot, self._bills.of, self._findings)
        self._rows = with_alerts(rows, self._alerts.counts)
        statuses = self._snapshot.connections
        if not any(row.active for row in self._rows) and self._explain():
            return
        self.heading.set_texts(self.title, subtitle(self._rows, len(statuses)))
        for text in tile_texts(self._rows, statuses):
            tile = self.tiles[text.key]
            tile.show_figure(text.figure, text.unit, text.caption, text.attention, label=text.label)
        self.tile_row.share()
        self._show_notice()
        self.filter_bar.show_counts(self._rows)
        self._show_rows()
        self.states.show_content()
        self._enable_buttons()

    def _show_rows(self) -> None:
        wanted = self.filter_bar.wanted
        rows = kept(self._rows, wanted)
        groups = connection_groups(self._snapshot.connections, rows, empty_too=wanted.empty)
        over = () if wanted.tests else ended_group(self._rows)
        self.model.set_groups((*groups, *over))
        self.table.set_hidden_columns(_without_data(rows))
        self.cards.set_groups(self._sorted(groups))
        if rows or not wanted.tests:
            self.matches.show_content()
        else:
            self.matches.show_empty(
                _("No cluster matches"),
                _("The filter “{text}” leaves none of the clusters.").format(text=wanted.text),
                _("Clear the filter"),
                lambda: self.filter_bar.set_text(""),
            )

    def _sorted(self, groups: tuple[RowGroup[FleetRow], ...]) -> tuple[RowGroup[FleetRow], ...]:
        """Cards stand in the order of cost, dearest first."""
        return tuple(
            RowGroup(
                group.key,
                group.title,
                tuple(sorted(group.rows, key=lambda row: -(row.usd_hour or 0.0))),
                note=group.note,
                square=group.square,
                tag=group.tag,
                tag_color=group.tag_color,
                cells=group.cells,
            )
            for group in groups
            if group.rows
        )

    def _explain(self) -> bool:
        """Say why there is no cluster; False when ended ones were asked for."""
        statuses = self._snapshot.connections
        names = ", ".join(status.connection.name for status in statuses)
        if not statuses and (problems := self.ctx.app.connections.problems()):
            self.states.show_failed(
                HueError(_("No connection can be used"), remedy=str(problems[0])),
                action=_("Connections…"),
                act=lambda: self.ctx.navigate.open_page("connections"),
            )
            return True
        if not statuses:
            self.states.show_empty(
                _("No connection yet"),
                _("A connection says which account and region to read, and as whom."),
                _("Add a connection…"),
                lambda: self.ctx.navigate.open_page("connections"),
            )
            return True
        unreadable = [status for status in statuses if status.state in _UNREADABLE]
        if unreadable and len(unreadable) == len(statuses):
            first = unreadable[0]
            error = first.error or HueError(trouble_text(first))
            self.states.show_failed(
                HueError(
                    _("{name} cannot be read").format(name=first.connection.name),
                    remedy=str(error),
                ),
                action=_("Connections…"),
                act=lambda: self.ctx.navigate.open_page("connections"),
            )
            return True
        if any(status.state is ConnectionState.CONNECTING for status in statuses):
            self.states.show_loading(_("Reading the clusters of {names}").format(names=names))
            return True
        return self._explain_empty(names)

    def _explain_empty(self, names: str) -> bool:
        if self._rows and (self.filter_bar.wanted.ended or self.filter_bar.field.hasFocus()):
            return False
        ended = sum(not row.active for row in self._rows)
        text = _("No cluster runs on {names}.").format(names=names)
        if ended:
            text += " " + _("{n} ended in the last weeks.").format(n=ended)
        context = self.action_context(self.ctx.actions.focus())
        possible = [action for action, _button in self._buttons if action.applies(context)]
        if possible:
            create = possible[-1]
            self.states.show_empty(
                _("No active cluster"), text, create.title, partial(self._do, create.id)
            )
        else:
            self.states.show_empty(_("No active cluster"), text)
        return True

    def _show_notice(self) -> None:
        """One line about the first connection that cannot be read."""
        troubled = [
            status
            for status in self._snapshot.connections
            if status.state in (*_UNREADABLE, ConnectionState.STALE)
        ]
        self._notice_line.setVisible(bool(troubled))
        if troubled:
            first = troubled[0]
            remedy = first.error.remedy if first.error else ""
            text = f"{first.connection.name}: {trouble_text(first)} {remedy}".strip()
            if len(troubled) > 1:
                text = _("{text} (and {n} more)").format(text=text, n=len(troubled) - 1)
            self.notice.setText(text)

    # -- acting ----------------------------------------------------------------------------

    def _filter_changed(self, _wanted: FleetFilter) -> None:
        self.filter_bar.show_counts(self._rows)
        self._show_rows()

    def _view_chosen(self, key: str) -> None:
        self._views.setCurrentIndex(0 if key == "table" else 1)
        self._memory.set_text("fleet/view", key)
        self._enable_buttons()

    def current_row(self) -> FleetRow | None:
        """The selected cluster."""
        cards = self._views.currentIndex() == 1
        return self.cards.current_row() if cards else self.table.current_row()

    def action_context(self, base: ActionContext) -> ActionContext:
        row = self.current_row()
        return focus_on(self._snapshot, row.ref) if row else base

    def _open(self, row: FleetRow) -> None:
        self.ctx.navigate.open_cluster(row.ref)

    def _clicked(self, index: QModelIndex) -> None:
        """A click on the dots at the end of a row opens its menu."""
        row = self.model.row_at(index.row())
        if row is not None and self.model.columns[index.column()].key == "more":
            corner = self.table.visualRect(index).bottomLeft()
            self._pop_up(row, self.table.viewport().mapToGlobal(corner))

    def _pop_up(self, target: object, where: QPoint) -> None:
        if isinstance(target, FleetRow):
            context = focus_on(self._snapshot, target.ref)
            menu = self.ctx.actions.build_menu("cluster", self, context)
        else:
            status = getattr(target, "payload", None)
            if status is None:
                return
            context = ActionContext(
                fleet=self._snapshot,
                connection=status.connection,
                region=status.region,
                read_only=status.read_only,
            )
            menu = self.ctx.actions.build_menu("connection", self, context)
        if not menu.isEmpty():
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(where)

    # -- the window's manners --------------------------------------------------------------

    def _move_on(self) -> None:
        """Times and amounts follow the clock; bills and findings are read now and then."""
        self._show()
        # What runs is read first: bills ask EMR for the nodes that ended, too.
        read = [row for row in self._rows if row.active and not row.unread]
        if not read:
            return
        self._bills.ask([r.ref for r in sorted(read, key=lambda row: -(row.usd_hour or 0.0))])
        app = self.ctx.app
        self.ctx.tasks.run(
            "metrics", lambda _token: app.cost.idle_findings(), owner=self, key="findings",
            done=self._found,
        )  # fmt: skip

    def _found(self, findings: tuple[IdleFinding, ...]) -> None:
        found = dearest_findings(findings)
        if found != self._findings:
            self._findings = found
            self._show()

    def shown(self) -> None:
        self._tick.start()
        self._move_on()

    def hidden(self) -> None:
        self._tick.stop()
        self._bills.stop()

    def refresh(self) -> None:
        if not self._snapshot.connections:  # the file may have been corrected
            self.ctx.tasks.run(
                "local", lambda _token: self.ctx.app.connections.read_again(), owner=self
            )
        self.ctx.app.fleet.refresh()

    def focus_filter(self) -> bool:
        self.filter_bar.field.setFocus()
        self.filter_bar.field.selectAll()
        return True

    def select(self, what: str) -> None:
        """A filter text."""
        self.filter_bar.set_text(what)

    def keys(self) -> tuple[tuple[str, str], ...]:
        return (
            ("/", _("Filter the clusters")),
            (_("Enter"), _("Open the cluster")),
            (_("Menu"), _("What can be done with the cluster")),
        )


def _without_data(rows: tuple[FleetRow, ...]) -> set[str]:
    """Columns that no row has anything for."""
    hidden = set()
    if all(row.yarn is None for row in rows):
        hidden.add("yarn")
    if all(row.hdfs is None for row in rows):
        hidden.add("hdfs")
    if not any(row.idling for row in rows):
        hidden.add("idle")
    if all(row.so_far is None for row in rows):
        hidden.add("sofar")
    if not any(row.counts.spot for row in rows):
        hidden.add("spot")
    return hidden
