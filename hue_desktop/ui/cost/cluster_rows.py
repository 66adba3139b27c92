"""All clusters' costs as rows, groups and sums.

Simulated clusters are free: their figures never enter a sum of real ones. When there is nothing but
simulated clusters, those are summed up and it is said so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import DASH, date_time, money
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.text import _
from hue_desktop.services.cost.values import CostOverview
from hue_desktop.services.fleet import ConnectionState, ConnectionStatus, FleetSnapshot
from hue_desktop.services.nodes import attention_of
from hue_desktop.ui.bills import carried_on, carried_on_saving
from hue_desktop.ui.cost.tiles import had_spot
from hue_desktop.ui.parts import StateShape, cluster_shape
from hue_desktop.ui.tables import Column, RowGroup

__all__ = [
    "CostRow",
    "CostSums",
    "Figures",
    "cells_of",
    "cost_columns",
    "cost_groups",
    "cost_rows",
    "countable",
    "sums_of",
]

_ORDER = (
    ConnectionClass.PRODUCTION,
    ConnectionClass.TEST,
    ConnectionClass.DEVELOPMENT,
    ConnectionClass.SIMULATED,
)
_OLD = (ConnectionState.STALE, ConnectionState.EXPIRED, ConnectionState.FAILED)


@dataclass(frozen=True)
class Figures:
    """What was read of a cluster: its overview, and what this month has cost so far."""

    overview: CostOverview
    month_usd: float


@dataclass(frozen=True, slots=True)
class CostRow:
    """A cluster as one row; ``None`` is a figure that is not known (yet)."""

    ref: ClusterRef
    name: str
    shape: StateShape
    note: str
    active: bool
    simulated: bool
    stale: bool
    rate: CostRate | None
    so_far: float | None
    month: float | None
    forecast: float | None
    saved: float | None
    idle: float | None
    at_least: bool
    problem: str


@dataclass(frozen=True, slots=True)
class CostSums:
    """What rows add up to; ``unread`` of them are not added up yet."""

    rate: CostRate
    so_far: float
    month: float
    forecast: float
    saved: float
    idle: float
    at_least: bool
    unread: int


def cost_rows(
    snapshot: FleetSnapshot,
    clusters: Iterable[ClusterSnapshot],
    figures: Callable[[ClusterRef], Figures | None],
    error: Callable[[ClusterRef], HueError | None],
) -> tuple[CostRow, ...]:
    """A row for each of ``clusters``, carried on to the region's time."""
    made = []
    for cluster in clusters:
        ref = cluster.ref
        status = snapshot.status(ref.connection, ref.region)
        if status is not None:
            now = snapshot.region_now(ref).timestamp()
            made.append(_row(snapshot, cluster, status, now, figures(ref), error(ref)))
    return tuple(made)


def _row(
    snapshot: FleetSnapshot,
    cluster: ClusterSnapshot,
    status: ConnectionStatus,
    now: float,
    figures: Figures | None,
    error: HueError | None,
) -> CostRow:
    summary, ref = cluster.summary, cluster.ref
    active = summary.state.active
    cost = snapshot.costs.get(ref) if active and cluster.instances is not None else None
    rate = cost.rate if cost is not None else None
    stale = status.state in _OLD
    overview = figures.overview if figures is not None else None
    bill = overview.bill if overview is not None else None
    usd_hour = rate.total if rate is not None and not stale else None
    attention, _sentence = attention_of(cluster)
    ended = date_time(summary.ended, always_date=True) if summary.ended else ""
    return CostRow(
        ref=ref,
        name=summary.name or ref.cluster_id,
        shape=cluster_shape(summary.state, attention),
        note=_("ended {when}").format(when=ended) if ended else "",
        active=active,
        simulated=status.connection.connection_class is ConnectionClass.SIMULATED,
        stale=stale,
        rate=rate,
        so_far=_cents(carried_on(bill.total, bill.end, usd_hour, now) if bill else None),
        month=_cents(
            carried_on(figures.month_usd, bill.end, usd_hour, now) if figures and bill else None
        ),
        forecast=_cents(overview.month_usd if overview else None),
        saved=_cents(
            carried_on_saving(bill, rate if usd_hour else None, now)
            if bill and had_spot(bill)
            else None
        ),
        idle=_cents(overview.idle_usd if overview else None),
        at_least=bool(bill.unknown) if bill else False,
        problem=str(error) if error is not None and figures is None else "",
    )


def _cents(usd: float | None) -> float | None:
    """Rows show and add up whole cents, so that a sum is that of what is shown."""
    return None if usd is None else round(usd, 2)


def sums_of(rows: Sequence[CostRow]) -> CostSums:
    """Add up what is known; the caller decides which rows may be added to each other."""
    return CostSums(
        rate=sum((row.rate for row in rows if row.rate is not None), CostRate()),
        so_far=sum(row.so_far or 0.0 for row in rows),
        month=sum(row.month or 0.0 for row in rows),
        forecast=sum(row.forecast or 0.0 for row in rows),
        saved=sum(row.saved or 0.0 for row in rows),
        idle=sum(row.idle or 0.0 for row in rows),
        at_least=any(row.at_least or row.month is None for row in rows),
        unread=sum(row.month is None for row in rows),
    )


def countable(rows: Sequence[CostRow]) -> tuple[tuple[CostRow, ...], bool]:
    """The rows that are summed up, and whether they are simulated ones."""
    real = tuple(row for row in rows if not row.simulated)
    return (real, False) if real or not rows else (tuple(rows), True)


def cost_groups(
    statuses: Sequence[ConnectionStatus], rows: Sequence[CostRow]
) -> tuple[RowGroup[CostRow], ...]:
    """A group for each connection and region that has rows; production first."""
    ordered = sorted(statuses, key=lambda s: _ORDER.index(s.connection.connection_class))
    groups = []
    for status in ordered:
        place = status.connection.name, status.region
        mine = tuple(row for row in rows if (row.ref.connection, row.ref.region) == place)
        if mine:
            kind = status.connection.connection_class
            groups.append(
                RowGroup(
                    key=place,
                    title=status.connection.name,
                    rows=mine,
                    tag=_("not billed") if kind is ConnectionClass.SIMULATED else "",
                    note=status.region,
                    square=kind.value,
                    cells=cells_of(sums_of(mine)),
                )
            )
    return tuple(groups)


def cells_of(sums: CostSums) -> dict[str, str]:
    """Sums by column key."""
    return {
        "now": money(sums.rate.total, at_least=sums.rate.unknown > 0),
        "sofar": money(sums.so_far, at_least=sums.at_least),
        "month": money(sums.month, at_least=sums.at_least),
        "saved": money(sums.saved) if sums.saved else "",
        "idle": money(sums.idle) if sums.idle else "",
    }


def cost_columns() -> tuple[Column[CostRow], ...]:
    """Name, $/h, so far, this month, saved, idle."""
    return (
        Column(
            "name",
            _("Cluster"),
            lambda row: row.name,
            lambda row: row.name.casefold(),
            kind="state",
            value=lambda row: row.shape,
            weight=500,
            width=140,
            stretch=True,
            tooltip=lambda row: " · ".join(filter(None, (row.ref.cluster_id, row.note))),
            optional=False,
        ),
        Column(
            "now",
            _("$/h"),
            _now,
            lambda row: row.rate.total if row.rate is not None else None,
            align="right",
            width=84,
            color=_dim,
            descending_first=True,
            help=_("EC2, EMR fee and EBS now"),
        ),
        _usd("sofar", _("So far"), lambda row: row.so_far, _("Since the cluster was created")),
        _usd("month", _("This month"), lambda row: row.month, _("Since the first, 00:00 UTC")),
        _usd("saved", _("Saved"), lambda row: row.saved, _("By Spot, against on-demand"), 92),
        _usd("idle", _("Idle"), lambda row: row.idle, _("Paid while no YARN application ran"), 92),
    )


def _usd(
    key: str, title: str, value: Callable[[CostRow], float | None], help_text: str, width: int = 100
) -> Column[CostRow]:
    def text(row: CostRow) -> str:
        usd = value(row)
        if usd is not None:
            return money(usd, at_least=row.at_least and key != "idle")
        if row.problem:
            return _("not known")
        return _("not yet") if row.so_far is None else DASH

    return Column(
        key,
        title,
        text,
        value,
        align="right",
        width=width,
        color=lambda row: "warn" if key == "idle" and (value(row) or 0) > 0 else _dim(row),
        tooltip=lambda row: row.problem,
        descending_first=True,
        hide_below=620 if key == "saved" else 0,
        help=help_text,
    )


def _dim(row: CostRow) -> str:
    return "text-2" if row.stale or row.simulated or not row.active else ""


def _now(row: CostRow) -> str:
    if not row.active:
        return _("ended")
    if row.rate is None:
        return _("not yet")
    return money(row.rate.total, at_least=row.rate.unknown > 0)
