"""One line over a cluster's page while what it shows is old: since when, why, Retry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import ago
from hue_desktop.core.text import _
from hue_desktop.services.fleet import ConnectionState, FleetSnapshot
from hue_desktop.services.nodes import recorded_text
from hue_desktop.ui.parts import Button, Label, StateMark, StateShape, row

__all__ = ["StaleNotice"]


class StaleNotice(QWidget):
    """Hidden while everything is fresh."""

    def __init__(self, retry: Callable[[], None]) -> None:
        super().__init__()
        self.mark = StateMark(StateShape.ATTENTION, 10)
        self.text = Label("", tone="warn", elide=True)
        self.retry = Button(_("Retry"), icon_name="refresh", small=True, clicked=retry)
        line = row(
            self.mark, self.text, self.retry,
            spacing=8, margins=(24, 6, 24, 6),
        )  # fmt: skip
        line.setStretchFactor(self.text, 1)
        self.setLayout(line)
        self.hide()

    def show_status(self, fleet: FleetSnapshot, cluster: ClusterSnapshot, *parts: str) -> bool:
        """Say what is old: the connection, one of ``parts``, or all of a cluster that EMR does not
        list any more. Whether something is."""
        recorded = recorded_text(cluster)
        text = recorded or _connection_text(fleet, cluster) or _part_text(cluster, parts)
        self.mark.set_shape(StateShape.STOPPED if recorded else StateShape.ATTENTION)
        self.retry.setVisible(not recorded)  # EMR is not asked of it
        self.text.setText(text)
        self.setVisible(bool(text))
        return bool(text)


def _connection_text(fleet: FleetSnapshot, cluster: ClusterSnapshot) -> str:
    status = fleet.status(cluster.ref.connection, cluster.ref.region)
    if status is None or status.state in (ConnectionState.ONLINE, ConnectionState.CONNECTING):
        return ""
    since = ""
    if status.last_read is not None:
        seconds = (datetime.now(UTC) - status.last_read).total_seconds()
        since = _("What you see was read {ago}. ").format(ago=ago(max(0.0, seconds)))
    return since + _why(status.error)


def _part_text(cluster: ClusterSnapshot, parts: tuple[str, ...]) -> str:
    names = {
        "cluster": _("the configuration"),
        "groups": _("the groups"),
        "fleets": _("the fleets"),
        "instances": _("the nodes"),
        "steps": _("the steps"),
    }
    for part in parts:
        error = cluster.errors.get(part)
        if error is not None:
            text = _("The last try to read {what} failed: {why}")
            return text.format(what=names.get(part, part), why=_why(error))
    return ""


def _why(error: HueError | None) -> str:
    return str(error) if error is not None else ""
