"""What the palette offers: actions, clusters, their nodes, pages; or commands after a colon."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import money_rate
from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action
from hue_desktop.ui.page import PageKind
from hue_desktop.ui.shell.commands import find_cluster, parse_command
from hue_desktop.ui.shell.keys_sheet import key_text
from hue_desktop.ui.shell.palette import Entry

if TYPE_CHECKING:
    from hue_desktop.ui.shell.window import MainWindow

__all__ = ["palette_entries"]

_LONG_ENOUGH = 3  #: nodes are searched from so many letters on


def palette_entries(window: MainWindow, text: str) -> list[Entry]:
    """Everything that can be reached for what was typed."""
    if text.startswith(":"):
        return _command_entries(window, text)
    entries = [_cluster_entry(window, c) for c in window.feed.snapshot.clusters.values()]
    entries.sort(key=lambda entry: entry.rank)
    entries += [_place_entry(window, kind) for kind in window.places()]
    entries += _cluster_page_entries(window)
    entries += [_action_entry(window, a) for a in window.ctx.actions.available("palette")]
    if len(text.strip()) >= _LONG_ENOUGH:
        entries += _store_entries(window)
        entries += _node_entries(window, text.strip().casefold())
    return _location_entry(window, text.strip()) + entries


def _cluster_entry(window: MainWindow, cluster: ClusterSnapshot) -> Entry:
    ref, summary = cluster.ref, cluster.summary
    cost = window.feed.snapshot.costs.get(ref)
    state = summary.state.value.replace("_", " ").lower()
    if cluster.recorded_at is not None:
        state = _("recorded")
    rate = money_rate(cost.rate.total) if cost is not None and summary.state.active else ""
    note = " · ".join(part for part in (ref.connection, state, rate) if part)
    return Entry(
        f"cluster {ref.connection} {ref.region} {ref.cluster_id}",
        summary.name or ref.cluster_id,
        lambda: window.open_tab(ref),
        note=note,
        kind=_("cluster"),
        icon_name="cluster",
        keywords=ref.cluster_id,
        rank=0 if summary.state.active else 12,
    )


def _place_entry(window: MainWindow, kind: PageKind) -> Entry:
    return Entry(
        f"place {kind.key}",
        kind.title,
        lambda: window.open_tab(None, kind.key),
        kind=_("page"),
        icon_name=kind.icon,
        rank=4,
    )


def _location_entry(window: MainWindow, text: str) -> list[Entry]:
    """The way to a location that was typed: ``s3://lake/raw``, ``hdfs:///user``, ``~/exports``."""
    if "://" not in text and not text.startswith(("/", "~/")):
        return []
    return [
        Entry(
            "location",
            text,
            lambda: window.open_tab(None, "stores", select=text),
            note=_("Open in Storage"),
            kind=_("files"),
            icon_name="folder",
        )
    ]


def _store_entries(window: MainWindow) -> list[Entry]:
    """This machine, the buckets of each connection, the HDFS of each cluster."""
    return [
        Entry(
            f"store {place.title}",
            place.title,
            lambda location=place.location: window.ctx.navigate.open_storage(  # type: ignore[misc]
                location
            ),
            note=place.note,
            kind=_("files"),
            icon_name=place.icon_key,
            rank=8,
        )
        for place in window.ctx.app.storage.places()
    ]


def _cluster_page_entries(window: MainWindow) -> list[Entry]:
    tab = window.workspace.current
    if tab is None or tab.ref is None:
        return []
    ref = tab.ref
    return [
        Entry(
            f"page {kind.key}",
            kind.title,
            lambda key=kind.key: window.open_tab(ref, key),  # type: ignore[misc]
            note=tab.name,
            kind=_("page"),
            icon_name=kind.icon,
            rank=4,
        )
        for kind in window.cluster_pages()
    ]


def _runs(window: MainWindow, action: Action) -> Callable[[], None]:
    def run() -> None:
        window.ctx.actions.trigger(action.id)

    return run


def _action_entry(window: MainWindow, action: Action) -> Entry:
    return Entry(
        f"action {action.id}",
        action.title,
        _runs(window, action),
        kind=_("action"),
        icon_name=action.icon or "command",
        shortcut=key_text(action.shortcut) if action.shortcut else "",
        keywords=action.keywords,
        rank=6,
    )


def _node_entries(window: MainWindow, wanted: str) -> list[Entry]:
    found = []
    for cluster in window.feed.snapshot.clusters.values():
        for node in cluster.instances or ():
            if not node.active or wanted not in f"{node.ec2_id} {node.id} {node.private_dns}":
                continue
            found.append(
                Entry(
                    f"node {cluster.ref.cluster_id} {node.id}",
                    node.ec2_id or node.id,
                    lambda ref=cluster.ref, id_=node.id: window.open_tab(  # type: ignore[misc]
                        ref, "nodes", select=id_
                    ),
                    note=f"{node.private_dns} · {cluster.summary.name}",
                    kind=_("node"),
                    icon_name="nodes",
                    keywords=f"{node.id} {node.private_dns}",
                    rank=10,
                )
            )
            if len(found) >= 40:
                return found
    return found


# Commands


def _command_entries(window: MainWindow, text: str) -> list[Entry]:
    """Commands whose word begins as typed; the one that is typed in full comes first."""
    command = parse_command(text)
    entries = []
    for kind in (*window.places(), *window.cluster_pages()):
        if kind.key.startswith(command.word):
            entries.append(_page_command(window, kind, text))
    for action in window.ctx.actions.available("palette"):
        if action.word and action.word.startswith(command.word):
            entries.append(_action_command(window, action))
    exact = [e for e in entries if e.keywords == command.word]
    return exact + [e for e in entries if e.keywords != command.word]


def _page_command(window: MainWindow, kind: PageKind, text: str) -> Entry:
    command = parse_command(text)
    exact = command.word == kind.key
    target = find_cluster(window.feed.snapshot, command) if exact else None
    tab = window.workspace.current
    if kind.for_cluster and target is None and not command.rest and tab is not None:
        target = tab.ref
    name = (
        window.feed.snapshot.clusters[target].summary.name
        if (target in window.feed.snapshot.clusters and target is not None)
        else ""
    )

    def run() -> None:
        if not kind.for_cluster:
            _rest = [f"@{command.connection}"] if command.connection else []
            window.open_tab(None, kind.key, select=" ".join([*_rest, command.rest]).strip())
        elif target is not None:
            window.open_tab(target, kind.key)
        else:
            window.ctx.navigate.notify(_("No cluster has this name."), kind="warn")

    usage = _("cluster or @connection") if kind.for_cluster else ""
    return Entry(
        f"command {kind.key}",
        f":{kind.key}",
        run,
        note=f"{kind.title} · {name}" if name else kind.title,
        kind=usage,
        icon_name=kind.icon,
        keywords=kind.key,
    )


def _action_command(window: MainWindow, action: Action) -> Entry:
    return Entry(
        f"command action {action.id}",
        f":{action.word}",
        _runs(window, action),
        note=action.title,
        icon_name=action.icon or "command",
        shortcut=key_text(action.shortcut) if action.shortcut else "",
        keywords=action.word,
    )
