"""What can be done with connections."""

from __future__ import annotations

from hue_desktop.core.connections import Connection, ConnectionClass, Simulation
from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """The actions of this room."""
    return (
        Action(
            "connections.add",
            _("Add connection…"),
            _open_new,
            icon="connections",
            menus=("connections",),
            keywords=_("account profile endpoint"),
            word="connect",
        ),
        Action(
            "connections.edit",
            _("Edit connection…"),
            _open_edit,
            icon="edit",
            menus=("connection",),
            enabled=_has_connection,
            section=1,
            keywords=_("profile region budget test read-only"),
        ),
        Action(
            "connections.test",
            _("Test connection…"),
            _open_test,
            icon="activity",
            menus=("connection",),
            enabled=_has_connection,
            section=1,
            keywords=_("doctor check identity"),
        ),
        Action(
            "connections.retry",
            _("Connect again"),
            _retry,
            icon="refresh",
            menus=("connection",),
            enabled=_has_connection,
            section=1,
            keywords=_("retry reconnect"),
        ),
        Action(
            "connections.remove",
            _("Remove connection…"),
            _remove,
            icon="trash",
            menus=("connection",),
            enabled=_has_connection,
            danger=True,
            section=2,
            keywords=_("delete forget"),
        ),
        Action(
            "connections.simulate",
            _("Start the simulated region"),
            _simulate,
            icon="play",
            keywords=_("simulator demo offline free"),
            word="simulate",
        ),
    )


def _has_connection(context: ActionContext) -> bool:
    return context.connection is not None


def _configured(ctx: UiContext, context: ActionContext) -> Connection | None:
    """The connection in focus as the file has it (the fleet's copy may carry an endpoint)."""
    if context.connection is None:
        return None
    name = context.connection.name
    known = ctx.app.connections.connections()
    return next((one for one in known if one.name == name), None)


def _open_new(ctx: UiContext, _context: ActionContext) -> None:
    _open(ctx, None)


def _open_edit(ctx: UiContext, context: ActionContext) -> None:
    _open(ctx, _configured(ctx, context))


def _open_test(ctx: UiContext, context: ActionContext) -> None:
    _open(ctx, _configured(ctx, context), test=True)


def _open(ctx: UiContext, connection: Connection | None, *, test: bool = False) -> None:
    from hue_desktop.ui.connections.connection_sheet import ConnectionSheet

    def make(sheet_ctx: UiContext) -> ConnectionSheet:
        sheet = ConnectionSheet(sheet_ctx, connection)
        if test:
            sheet.test()
        return sheet

    ctx.navigate.open_sheet(make)


def _retry(ctx: UiContext, _context: ActionContext) -> None:
    ctx.app.fleet.refresh()


def _remove(ctx: UiContext, context: ActionContext) -> None:
    connection = context.connection
    if connection is None:
        return
    name = connection.name
    if not ctx.ask.confirm(
        _("Remove {name}").format(name=name),
        _("The connection leaves this list. Nothing changes in the account: clusters go on."),
        action=_("Remove"),
        danger=True,
    ):
        return
    ctx.tasks.run("local", lambda _token: ctx.app.connections.remove(name), owner=ctx.actions)


def _simulate(ctx: UiContext, _context: ActionContext) -> None:
    """Show the simulated region; a connection for it is made where there is none."""
    known = ctx.app.connections.connections()
    if any(connection.simulation is not None for connection in known):
        ctx.app.fleet.refresh()
        ctx.navigate.open_page("fleet")
        return
    names = {connection.name for connection in known}
    name = next(
        free
        for free in ("simulator", *(f"simulator-{n}" for n in range(2, 99)))
        if free not in names
    )
    made = Connection(name, ConnectionClass.SIMULATED, simulation=Simulation())
    ctx.tasks.run(
        "local",
        lambda _token: ctx.app.connections.save(made),
        owner=ctx.actions,
        done=lambda _nothing: ctx.navigate.open_page("fleet"),
    )
