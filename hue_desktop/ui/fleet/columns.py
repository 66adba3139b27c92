"""The columns of the fleet's table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hue_desktop.core.clusters import Attention
from hue_desktop.core.format import DASH, money, percent
from hue_desktop.core.text import _
from hue_desktop.ui.fleet.rows import FleetRow
from hue_desktop.ui.tables import Column

__all__ = ["fleet_columns"]

_HIGH_YARN = 90.0
_HIGH_HDFS = 85.0


def fleet_columns() -> tuple[Column[FleetRow], ...]:
    """Columns for which EMR, the price list or CloudWatch have data; what is old is dimmed."""
    return tuple(replace(column, color=_dimming(column.color)) for column in _columns())


def _dimming(color: Callable[[FleetRow], str] | None) -> Callable[[FleetRow], str]:
    """The column's colour, or that of old data."""
    return lambda row: "text-3" if row.stale else color(row) if color is not None else ""


def _columns() -> tuple[Column[FleetRow], ...]:
    return (
        Column(
            "name",
            _("Cluster"),
            text=lambda row: row.name,
            sort=lambda row: row.name.lower(),
            kind="state",
            value=lambda row: row.shape,
            weight=500,
            width=150,
            tooltip=lambda row: f"{row.name} · {row.ref.cluster_id}",
            optional=False,
        ),
        Column(
            "state",
            _("State"),
            text=_state,
            sort=lambda row: (-row.attention.value, row.state),
            color=_state_color,
            tooltip=lambda row: f"{row.state}. {row.sentence} {row.marker_tip}".strip(),
            width=150,
            stretch=True,
        ),
        Column(
            "uptime",
            _("Uptime"),
            text=lambda row: row.uptime,
            sort=lambda row: row.facts.uptime_s,
            align="right",
            width=84,
            quiet=True,
            descending_first=True,
            hide_below=840,
            tooltip=lambda row: "" if row.active else _("Ran for {time}").format(time=row.uptime),
            help=_("Since the cluster was created, by the region’s own clock; or how long it ran"),
        ),
        Column(
            "nodes",
            _("Nodes M · C · T"),
            text=lambda row: _("not yet") if _uncounted(row) else str(row.counts),
            color=lambda row: "text-2" if _uncounted(row) else "",
            sort=lambda row: row.counts.total,
            align="right",
            width=98,
            descending_first=True,
            help=_("Running master, core and task nodes"),
        ),
        Column(
            "spot",
            _("Spot"),
            text=lambda row: percent(row.counts.spot_percent),
            sort=lambda row: row.counts.spot_percent,
            align="right",
            width=56,
            quiet=True,
            descending_first=True,
            help=_("Share of Spot in the running nodes"),
            hide_below=800,
        ),
        _cost(),
        _so_far(),
        *_metrics(),
        Column(
            "idle",
            _("Idle for"),
            text=_idle,
            sort=lambda row: row.facts.idle_s,
            color=lambda row: "warn" if row.idling else "",
            tooltip=lambda row: row.marker_tip,
            width=150,
            descending_first=True,
            help=_("How long the cluster has waited without work, and what its nodes cost since"),
        ),
        Column("more", "", text=lambda _row: "⋯", align="center", width=36, optional=False),
    )


def _cost() -> Column[FleetRow]:
    return Column(
        "cost",
        _("$/h"),
        text=_cost_text,
        sort=lambda row: row.usd_hour,
        align="right",
        width=78,
        weight=lambda row: 400 if row.simulated or row.unread else 600,
        color=lambda row: "text-2" if row.simulated or row.unread else "",
        tooltip=_cost_tip,
        descending_first=True,
        help=_("EC2, EMR fee and EBS now"),
    )


def _so_far() -> Column[FleetRow]:
    return Column(
        "sofar",
        _("$ so far"),
        text=_so_far_text,
        sort=lambda row: row.so_far,
        align="right",
        width=92,
        quiet=True,
        color=lambda row: "text-2",
        descending_first=True,
        hide_below=940,
        help=_("What the cluster has cost since it was created"),
    )


def _so_far_text(row: FleetRow) -> str:
    if row.so_far is None:
        return _("not yet") if row.active else DASH
    return money(row.so_far, at_least=row.at_least)


def _metrics() -> tuple[Column[FleetRow], ...]:
    return (
        Column(
            "yarn",
            _("YARN memory"),
            text=lambda row: _share(row, row.yarn),
            sort=lambda row: row.yarn,
            kind="bar",
            value=lambda row: _part(row.yarn),
            color=lambda row: _share_color(row.yarn, _HIGH_YARN),
            bar_color=lambda row: "warn-shape" if (row.yarn or 0) >= _HIGH_YARN else "role-core",
            align="left",
            width=110,
            descending_first=True,
            help=_("YARN memory in use, CloudWatch’s newest value (5-minute data)"),
        ),
        Column(
            "hdfs",
            _("HDFS used"),
            text=lambda row: _share(row, row.hdfs),
            sort=lambda row: row.hdfs,
            kind="bar",
            value=lambda row: _part(row.hdfs),
            color=lambda row: _share_color(row.hdfs, _HIGH_HDFS),
            bar_color=lambda row: "warn-shape" if (row.hdfs or 0) >= _HIGH_HDFS else "role-core",
            width=110,
            descending_first=True,
            hide_below=900,
            help=_("HDFS in use, CloudWatch’s newest value (5-minute data)"),
        ),
    )


def _uncounted(row: FleetRow) -> bool:
    """Neither nodes nor groups have been read yet."""
    return row.unread and not row.counts.total


def _state(row: FleetRow) -> str:
    """The state, or the sentence that says why the cluster asks to be looked at.

    What the idle finder says stands after the state, in a word or two.
    """
    if row.ended_text:
        return row.ended_text
    if row.attention in (Attention.WARN, Attention.CRITICAL) and row.sentence:
        return row.sentence.rstrip(".")
    return f"{row.state} · {row.marker}" if row.marker else row.state


def _state_color(row: FleetRow) -> str:
    if row.attention is Attention.CRITICAL:
        return "critical"
    return "warn" if row.attention is Attention.WARN or row.idling or row.marker else "text-2"


def _cost_text(row: FleetRow) -> str:
    if row.rate is None:
        return _("not yet") if row.unread else DASH
    return ("≥ " if row.rate.unknown else "") + money(row.rate.total)


def _cost_tip(row: FleetRow) -> str:
    rate = row.rate
    if rate is None:
        return _("Not known yet") if row.active else ""
    lines = [
        _("EC2 {ec2}/h").format(ec2=money(rate.ec2)),
        _("EMR fee {emr}/h").format(emr=money(rate.emr)),
        _("EBS {ebs}/h").format(ebs=money(rate.ebs)),
    ]
    if rate.saved_by_spot:
        lines.append(_("Spot saves {saved}/h").format(saved=money(rate.saved_by_spot)))
    if rate.unknown:
        lines.append(_("The price of {n} nodes is not known").format(n=rate.unknown))
    return "\n".join(lines)


def _share(row: FleetRow, value: float | None) -> str:
    if value is not None:
        return percent(value)
    return _("not yet") if row.starting else DASH


def _share_color(value: float | None, high: float) -> str:
    if value is None:
        return "text-2"
    return "warn" if value >= high else ""


def _part(value: float | None) -> float | None:
    return None if value is None else value / 100.0


def _idle(row: FleetRow) -> str:
    if not row.idling:
        return DASH
    return f"{row.idle} · {row.idle_cost}" if row.idle_cost else row.idle
