"""The alerts of live health in the rows of the Fleet page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hue_desktop.core.clusters import ClusterRef, ClusterState
from hue_desktop.ui.alert_counts import AlertCount, worse
from hue_desktop.ui.fleet.rows import FleetRow
from hue_desktop.ui.parts import cluster_shape

__all__ = ["with_alerts"]


def with_alerts(
    rows: Iterable[FleetRow], alerts: Mapping[ClusterRef, AlertCount]
) -> tuple[FleetRow, ...]:
    """The rows; those of active clusters with alerts ask for attention and say why."""
    return tuple(
        _with(row, alerts[row.ref]) if row.active and row.ref in alerts else row for row in rows
    )


def _with(row: FleetRow, alerts: AlertCount) -> FleetRow:
    attention = worse(row.attention, alerts)
    return replace(
        row,
        attention=attention,
        shape=cluster_shape(ClusterState(row.facts.state), attention),
        sentence=" ".join(filter(None, (row.sentence, alerts.text))),
        facts=replace(row.facts, marks=row.facts.marks | {"attention"}),
    )
