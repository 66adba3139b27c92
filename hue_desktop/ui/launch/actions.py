"""What can be done with a cluster as a whole: create, clone, protect, tag, end."""

from __future__ import annotations

from hue_desktop.core.changes import ClusterSpec, CreateCluster
from hue_desktop.core.clusters import ClusterSnapshot, ClusterState
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError
from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]

_ENDING = (
    ClusterState.TERMINATING,
    ClusterState.TERMINATED,
    ClusterState.TERMINATED_WITH_ERRORS,
)


def actions() -> tuple[Action, ...]:
    """The actions of this room."""
    return (
        _new(),
        _clone(),
        _protect(),
        _unprotect(),
        _tags(),
        _terminate(),
    )


def _new() -> Action:
    return Action(
        "launch.new",
        _("New cluster…"),
        _open_new,
        icon="plus",
        shortcut="Ctrl+N",
        menus=("fleet", "connection"),
        changes=True,
        keywords=_("create launch start run"),
        word="new",
    )


def _clone() -> Action:
    return Action(
        "launch.clone",
        _("Clone…"),
        _open_clone,
        icon="clone",
        menus=("fleet", "cluster"),
        enabled=_is_described,
        changes=True,
        section=1,
        keywords=_("copy duplicate again"),
        word="clone",
    )


def _protect() -> Action:
    return Action(
        "launch.protect",
        _("Turn termination protection on…"),
        lambda ctx, context: _propose_protection(ctx, context, True),
        icon="shield",
        menus=("cluster",),
        enabled=lambda context: _protection(context) is False,
        changes=True,
        section=2,
        keywords=_("lock"),
    )


def _unprotect() -> Action:
    return Action(
        "launch.unprotect",
        _("Turn termination protection off…"),
        lambda ctx, context: _propose_protection(ctx, context, False),
        icon="shield",
        menus=("cluster",),
        enabled=lambda context: _protection(context) is True,
        changes=True,
        section=2,
        keywords=_("unlock"),
    )


def _tags() -> Action:
    return Action(
        "launch.tags",
        _("Edit tags…"),
        _open_tags,
        icon="tag",
        menus=("cluster",),
        enabled=_is_described,
        changes=True,
        section=2,
        keywords=_("label"),
        word="tags",
    )


def _terminate() -> Action:
    return Action(
        "launch.terminate",
        _("Terminate…"),
        _propose_end,
        icon="power",
        menus=("cluster",),
        enabled=_is_alive,
        changes=True,
        danger=True,
        section=3,
        keywords=_("stop end kill delete shut down"),
        word="terminate",
    )


def _is_alive(context: ActionContext) -> bool:
    return context.cluster is not None and context.cluster.summary.state not in _ENDING


def _is_described(context: ActionContext) -> bool:
    cluster = context.cluster
    return cluster is not None and cluster.cluster is not None and cluster.recorded_at is None


def _protection(context: ActionContext) -> bool | None:
    """Whether the cluster is protected; ``None`` when it has ended or is not known."""
    if not _is_alive(context) or context.cluster is None or context.cluster.cluster is None:
        return None
    return context.cluster.cluster.termination_protected


def _place(ctx: UiContext, context: ActionContext) -> tuple[Connection, str] | None:
    """Where a new cluster goes: the connection in focus, else the first that may be changed."""
    if context.connection is not None:
        connection = context.connection
        return connection, context.region or connection.regions[0]
    for status in ctx.app.fleet.snapshot().connections:
        if not status.read_only:
            return status.connection, status.region
    return None


def _open_new(ctx: UiContext, context: ActionContext) -> None:
    from hue_desktop.ui.launch.launch_sheet import LaunchSheet

    place = _place(ctx, context)
    if place is None:
        ctx.ask.message(
            _("No connection can be changed"),
            _("Add a connection, or turn read-only mode off in the status bar."),
        )
        return
    ctx.navigate.open_sheet(lambda sheet_ctx: LaunchSheet(sheet_ctx, *place))


def _open_clone(ctx: UiContext, context: ActionContext) -> None:
    from hue_desktop.ui.launch.launch_sheet import LaunchSheet

    snapshot = _snapshot(context)
    ref = snapshot.ref
    connection = context.connection or ctx.app.connections.find(ref.connection)

    def open_form(spec: ClusterSpec) -> None:
        ctx.navigate.open_sheet(
            lambda sheet_ctx: LaunchSheet(sheet_ctx, connection, ref.region, spec)
        )

    considered = [each for each in context.changes if isinstance(each, CreateCluster)]
    if considered:  # somebody has made the copy already, and changed it
        open_form(considered[0].spec)
        return

    def not_read(error: HueError) -> None:
        text = _("The copy has what was read before, perhaps not all scripts and steps: {why}")
        ctx.navigate.notify(text.format(why=error.message), kind="warn")
        open_form(ctx.app.launching.clone_spec(snapshot))

    ctx.tasks.run(
        "aws",
        lambda _token: ctx.app.launching.read_clone_spec(ref),
        owner=ctx.actions,
        done=open_form,
        failed=not_read,
    )


def _propose_protection(ctx: UiContext, context: ActionContext, protected: bool) -> None:
    from hue_desktop.ui.confirm import propose

    ref = _snapshot(context).ref
    propose(ctx, lambda: ctx.app.launching.plan_protection(ref, protected))


def _propose_end(ctx: UiContext, context: ActionContext) -> None:
    from hue_desktop.ui.confirm import propose

    ref = _snapshot(context).ref
    propose(ctx, lambda: ctx.app.launching.plan_terminate(ref))


def _open_tags(ctx: UiContext, context: ActionContext) -> None:
    from hue_desktop.ui.launch.tags_sheet import TagsSheet

    ref = _snapshot(context).ref
    ctx.navigate.open_sheet(lambda sheet_ctx: TagsSheet(sheet_ctx, ref))


def _snapshot(context: ActionContext) -> ClusterSnapshot:
    """The cluster in focus; the actions' predicates saw to it that there is one."""
    assert context.cluster is not None
    return context.cluster
