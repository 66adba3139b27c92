"""The connections page: what is configured, how each does, and what is wrong in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import money_rate
from hue_desktop.core.text import _
from hue_desktop.services.fleet import ConnectionState, ConnectionStatus, FleetChange
from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.confirm import class_word
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import Page
from hue_desktop.ui.parts import (
    Button,
    FourStates,
    Heading,
    Label,
    Rule,
    StateMark,
    StateShape,
    column,
    row,
)
from hue_desktop.ui.tables import Column, DataTable, RowsModel

__all__ = ["ConnectionRow", "ConnectionsPage"]

_SHAPES = {
    ConnectionState.CONNECTING: StateShape.STARTING,
    ConnectionState.ONLINE: StateShape.RUNNING,
    ConnectionState.STALE: StateShape.ATTENTION,
    ConnectionState.FAILED: StateShape.FAILED,
    ConnectionState.EXPIRED: StateShape.FAILED,
}


@dataclass(frozen=True)
class ConnectionRow:
    """One connection as the table shows it; the worst state of its regions counts."""

    connection: Connection
    state: ConnectionState
    error: HueError | None
    clusters: int
    caller: str

    @property
    def state_text(self) -> str:
        """The state in words, with the reason when it is a bad one."""
        words = {
            ConnectionState.CONNECTING: _("connecting"),
            ConnectionState.ONLINE: _("online"),
            ConnectionState.STALE: _("does not answer now"),
            ConnectionState.FAILED: _("failed"),
            ConnectionState.EXPIRED: _("credentials expired"),
        }[self.state]
        return f"{words}: {self.error.message}" if self.error is not None else words


def _columns() -> tuple[Column[ConnectionRow], ...]:
    return (
        Column(
            "name",
            _("Connection"),
            lambda one: one.connection.name,
            sort=lambda one: one.connection.name,
            width=150,
            kind="square",
            value=lambda one: one.connection.connection_class.value,
            weight=600,
        ),
        Column(
            "class",
            _("Class"),
            lambda one: class_word(one.connection.connection_class),
            width=100,
            color=lambda one: one.connection.connection_class.value,
            hide_below=500,
        ),
        Column(
            "state",
            _("State"),
            lambda one: one.state_text,
            width=150,
            kind="state",
            value=lambda one: _SHAPES[one.state],
            stretch=True,
            tooltip=lambda one: str(one.error) if one.error is not None else one.caller,
        ),
        Column(
            "regions",
            _("Regions"),
            lambda one: ", ".join(one.connection.regions),
            width=150,
            quiet=True,
            hide_below=640,
        ),
        Column(
            "profile",
            _("Profile"),
            lambda one: one.connection.profile or _("default"),
            width=110,
            quiet=True,
            hide_below=760,
        ),
        Column(
            "clusters",
            _("Clusters"),
            lambda one: str(one.clusters),
            sort=lambda one: one.clusters,
            align="right",
            width=70,
            hide_below=560,
        ),
        Column(
            "budget",
            _("Budget"),
            lambda one: money_rate(one.connection.hourly_budget_usd),
            sort=lambda one: one.connection.hourly_budget_usd,
            align="right",
            width=96,
            hide_below=700,
        ),
        Column(
            "changes",
            _("Changes"),
            lambda one: _("read-only") if one.connection.read_only else _("allowed"),
            width=90,
            quiet=True,
            hide_below=820,
        ),
    )


class ConnectionsPage(Page):
    """Connections from the user's TOML file; a wrong entry is named, the others still work."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self.model: RowsModel[ConnectionRow] = RowsModel(
            _columns(), lambda one: one.connection.name
        )
        self.table = DataTable(self.model, name=_("Connections"), row_height=40)
        self.table.row_activated.connect(self._edit)
        self.table.menu_requested.connect(self._menu)
        self.table.selection_changed.connect(lambda _rows: self._enable())
        self.states = FourStates(self.table)
        self._problems = QWidget()
        self._problem_lines = column(spacing=8)
        self._problems.setLayout(self._problem_lines)
        self._path = Label(
            _("Kept in {folder}").format(folder=ctx.app.paths.config_dir),
            tone="text-2",
            size="small",
            elide=True,
        )
        self.buttons = {
            "remove": Button(_("Remove…"), clicked=lambda: self._do("connections.remove")),
            "edit": Button(_("Edit…"), clicked=lambda: self._do("connections.edit")),
            "add": Button(
                _("Add connection…"),
                kind="primary",
                icon_name="plus",
                clicked=lambda: self._do("connections.add"),
            ),
        }
        head = row(
            Heading(_("Connections")), None, *self.buttons.values(), margins=(24, 12, 24, 12)
        )
        self.simulate_button = Button(
            _("Start the simulated region"),
            icon_name="play",
            clicked=lambda: self._do("connections.simulate"),
        )
        nothing = _("Nothing answers. A simulated region on this machine needs no account.")
        self._way_out = QWidget()
        self._way_out.setLayout(
            row(Label(nothing, tone="text-2"), self.simulate_button, None, spacing=16)
        )
        self.setLayout(
            column(
                head,
                Rule("h"),
                row(self._problems, margins=(24, 0, 24, 0)),
                row(self._way_out, margins=(24, 10, 24, 0)),
                row(self.states, margins=(16, 0, 16, 0)),
                row(self._path, margins=(24, 6, 24, 10)),
            )
        )
        self._way_out.hide()
        stop = ctx.app.connections.subscribe(self._file_changed)
        self.destroyed.connect(lambda: stop())
        self.show_all()

    @property
    def title(self) -> str:
        return _("Connections")

    def apply(self, change: FleetChange) -> None:
        self.show_all()

    def refresh(self) -> None:
        """Read the file again."""
        self.ctx.tasks.run(
            "local",
            lambda _token: self.ctx.app.connections.read_again(),
            owner=self,
            done=lambda _nothing: self.show_all(),
        )

    def _file_changed(self) -> None:
        def show() -> None:
            if isValid(self):
                self.show_all()

        self.ctx.tasks.poster.post(show)

    def show_all(self) -> None:
        """Show the connections as they are now."""
        snapshot = self.ctx.app.fleet.snapshot()
        rows = []
        for connection in self.ctx.app.connections.connections():
            statuses = [
                status
                for status in snapshot.connections
                if status.connection.name == connection.name
            ]
            active = sum(
                cluster.summary.state.active for cluster in snapshot.of_connection(connection.name)
            )
            rows.append(_row(connection, statuses, active))
        self.model.set_rows(rows)
        self._way_out.setVisible(bool(rows) and all(one.state in _DEAD for one in rows))
        self._show_problems(self.ctx.app.connections.problems())
        if rows:
            self.states.show_content()
            if self.table.current_row() is None:
                self.table.select_key(rows[0].connection.name)
        else:
            self.states.show_empty(
                _("No connection yet"),
                _("Add one for your account, or start a simulated region on this machine."),
                _("Start the simulated region"),
                lambda: self._do("connections.simulate"),
            )
        self._enable()

    def _show_problems(self, problems: Sequence[HueError]) -> None:
        while (item := self._problem_lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._problems.setVisible(bool(problems))
        for problem in problems:
            self._problem_lines.addWidget(_problem_line(problem))

    def _enable(self) -> None:
        there = self.table.current_row() is not None and self.states.state == "shown"
        for key in ("remove", "edit"):
            self.buttons[key].setEnabled(there)

    def _context(self, chosen: ConnectionRow | None) -> ActionContext:
        snapshot = self.ctx.app.fleet.snapshot()
        if chosen is None:
            return ActionContext(snapshot)
        connection = chosen.connection
        return ActionContext(snapshot, connection, connection.regions[0])

    def action_context(self, base: ActionContext) -> ActionContext:
        return self._context(self.table.current_row())

    def _do(self, action_id: str) -> None:
        self.ctx.actions.trigger(action_id, self._context(self.table.current_row()))

    def _edit(self, chosen: ConnectionRow) -> None:
        self.ctx.actions.trigger("connections.edit", self._context(chosen))

    def _menu(self, chosen: object, where: QPoint) -> None:
        if isinstance(chosen, ConnectionRow):
            menu = self.ctx.actions.build_menu("connection", self, self._context(chosen))
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(where)

    def select(self, what: str) -> None:
        self.table.select_key(what)

    def keys(self) -> tuple[tuple[str, str], ...]:
        return ((_("Enter"), _("edit the connection")),)


def _row(
    connection: Connection, statuses: Sequence[ConnectionStatus], clusters: int
) -> ConnectionRow:
    worst = max(statuses, key=lambda status: _BADNESS[status.state], default=None)
    if worst is None:
        return ConnectionRow(connection, ConnectionState.CONNECTING, None, clusters, "")
    caller = next((status.caller_arn for status in statuses if status.caller_arn), "")
    return ConnectionRow(connection, worst.state, worst.error, clusters, caller)


_DEAD = (ConnectionState.FAILED, ConnectionState.EXPIRED)
_BADNESS = {
    ConnectionState.ONLINE: 0,
    ConnectionState.CONNECTING: 1,
    ConnectionState.STALE: 2,
    ConnectionState.EXPIRED: 3,
    ConnectionState.FAILED: 4,
}


def _problem_line(problem: HueError) -> QWidget:
    mark = StateMark(StateShape.ATTENTION, 12)
    mark.setFixedSize(14, 18)
    text = Label(problem.message, tone="warn", wrap=True, selectable=True)
    remedy = Label(problem.remedy, wrap=True, selectable=True)
    remedy.setVisible(bool(problem.remedy))
    texts = column(text, remedy, spacing=2)
    line = row(mark, texts, spacing=10, margins=(0, 10, 0, 2))
    line.setStretchFactor(texts, 1)
    made = QWidget()
    made.setLayout(line)
    made.setAccessibleName(str(problem))
    return made
