"""Sums over clusters, by connection and over the fleet.

Simulated clusters are free: their figures never enter a sum of real ones. When there is nothing
but simulated clusters, the page sums those and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hue_desktop.core.clusters import Attention
from hue_desktop.core.format import DASH, count, money, money_rate, percent
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.fleet import ConnectionStatus
from hue_desktop.ui.fleet.rows import Counts, FleetRow

__all__ = ["Sums", "TileText", "countable", "subtitle", "sums_of", "tile_texts"]


@dataclass(frozen=True, slots=True)
class Sums:
    """What some rows add up to; ended clusters add nothing."""

    rate: CostRate
    counts: Counts
    idle: CostRate
    idle_rows: tuple[FleetRow, ...]
    attention: tuple[FleetRow, ...]
    clusters: int
    unread: int  #: clusters whose nodes have not been read yet: the sums are at least what they say


@dataclass(frozen=True, slots=True)
class TileText:
    """What one tile shows; a tile without a figure is left out."""

    key: str
    label: str
    figure: str
    unit: str = ""
    caption: str = ""
    attention: str = ""


def sums_of(rows: Iterable[FleetRow]) -> Sums:
    """Add up; the caller decides which rows may be added to each other."""
    active = [row for row in rows if row.active]
    idle = tuple(row for row in active if row.idling)
    asks = (Attention.WARN, Attention.CRITICAL)
    return Sums(
        rate=_total(active),
        counts=sum((row.counts for row in active), Counts()),
        idle=_total(idle),
        idle_rows=idle,
        attention=tuple(row for row in active if row.attention in asks),
        clusters=len(active),
        unread=sum(row.unread for row in active),
    )


def _total(rows: Sequence[FleetRow]) -> CostRate:
    return sum((row.rate for row in rows if row.rate is not None), CostRate())


def countable(rows: Sequence[FleetRow]) -> tuple[tuple[FleetRow, ...], bool]:
    """The rows that the page sums up, and whether they are simulated ones."""
    real = tuple(row for row in rows if not row.simulated)
    if any(row.active for row in real) or not rows:
        return real, False
    return tuple(rows), True


def subtitle(rows: Sequence[FleetRow], connections: int) -> str:
    """How much is shown, and what the sums leave out."""
    active = [row for row in rows if row.active]
    n = len(active)
    clusters = ngettext("{n} cluster", "{n} clusters", n).format(n=n)
    places = ngettext("{n} connection", "{n} connections", connections).format(n=connections)
    text = _("{clusters} on {connections}").format(clusters=clusters, connections=places)
    simulated = sum(row.simulated for row in active)
    if simulated == n and n:
        return _("{text}, simulated and not billed").format(text=text)
    if simulated:
        return _("{text}, sums without the simulator").format(text=text)
    return text


def tile_texts(rows: Sequence[FleetRow], statuses: Sequence[ConnectionStatus]) -> list[TileText]:
    """The tiles in their order."""
    counted, simulated = countable(rows)
    sums = sums_of(counted)
    cost_caption = _unread_text(sums) or _cost_caption(rows, statuses, simulated)
    nodes = ("≥ " if sums.unread else "") + count(sums.counts.total)
    return [
        TileText("cost", _("Cost now"), *_figure(sums.rate, sums.unread), cost_caption),
        _idle_tile(sums),
        TileText("spot", _("Saved by Spot"), *_saved(sums), _spot_caption(sums)),
        TileText("nodes", _("Nodes"), nodes, "", _nodes_caption(sums.counts)),
        _attention_tile(rows),
    ]


def _figure(rate: CostRate, unread: int = 0) -> tuple[str, str]:
    """What is known to be spent; a dash while nothing is known."""
    if (unread or rate.unknown) and not rate.total:
        return DASH, ""
    return ("≥ " if rate.unknown or unread else "") + money(rate.total), _("/h")


def _unread_text(sums: Sums) -> str:
    if not sums.unread:
        return ""
    text = _("{n} of {all} clusters not read yet")
    return text.format(n=sums.unread, all=sums.clusters)


def _saved(sums: Sums) -> tuple[str, str]:
    return money(sums.rate.saved_by_spot), _("/h")


def _cost_caption(
    rows: Sequence[FleetRow], statuses: Sequence[ConnectionStatus], simulated: bool
) -> str:
    """The fullest budget, or what the sum is made of."""
    if simulated:
        return _("simulated, not billed")
    used: list[tuple[float, str, float]] = []
    for status in statuses:
        budget, name = status.connection.hourly_budget_usd, status.connection.name
        if budget:
            mine = [row for row in rows if row.ref.connection == name]
            used.append((100 * _total(mine).total / budget, name, budget))
    if used:
        share, name, budget = max(used)
        text = _("{name} at {share} of its {budget}/h budget")
        return text.format(name=name, share=percent(share), budget=money(budget, 0))
    rate = sums_of(countable(rows)[0]).rate
    parts = [(_("EC2"), rate.ec2), (_("EMR"), rate.emr), (_("EBS"), rate.ebs)]
    shown = [f"{name} {money(value)}" for name, value in parts if value >= 0.005]
    return " · ".join(shown) if len(shown) > 1 else ""


def _idle_tile(sums: Sums) -> TileText:
    n = len(sums.idle_rows)
    if not n:
        caption = _unread_text(sums) or _("no cluster idles")
        return TileText("idle", _("Idle right now"), *_figure(sums.idle, sums.unread), caption)
    longest = max(sums.idle_rows, key=lambda row: row.facts.idle_s or 0)
    clusters = ngettext("{n} cluster", "{n} clusters", n).format(n=n)
    caption = _("{clusters} · longest {time}").format(clusters=clusters, time=longest.idle)
    figure = _figure(sums.idle, sums.unread)
    return TileText("idle", _("Idle right now"), *figure, caption, "warn")


def _spot_caption(sums: Sums) -> str:
    text = _("{spot} of {task} task nodes")
    return text.format(spot=sums.counts.spot, task=sums.counts.task)


def _nodes_caption(counts: Counts) -> str:
    text = _("{master} master · {core} core · {task} task")
    return text.format(master=counts.master, core=counts.core, task=counts.task)


def _attention_tile(rows: Sequence[FleetRow]) -> TileText:
    """Attention is asked for by simulated clusters too."""
    asking = sums_of(rows).attention
    critical = sum(row.attention is Attention.CRITICAL for row in asking)
    names = ", ".join(row.name for row in asking[:3])
    if not asking:
        return TileText("attention", _("Needs attention"), "0", "", _("nothing to look at"))
    caption = names if len(asking) <= 3 else _("{names} and more").format(names=names)
    tone = "critical" if critical else "warn"
    return TileText("attention", _("Needs attention"), str(len(asking)), "", caption, tone)


def group_cells(rows: Sequence[FleetRow]) -> dict[str, str]:
    """The subtotals of a connection by column key."""
    sums = sums_of(rows)
    if not sums.clusters:
        return {}
    spot = sums.counts.spot_percent
    known = any(row.rate is not None for row in rows)
    at_least = sums.rate.unknown > 0 or sums.unread > 0
    rate = money_rate(sums.rate.total, at_least=at_least) if known else DASH
    return {
        "nodes": str(sums.counts),
        "spot": percent(spot) if spot is not None else "",
        "cost": rate.replace(_("/h"), ""),
        "sofar": _so_far(rows),
    }


def _so_far(rows: Sequence[FleetRow]) -> str:
    """What active clusters have cost; at least, while one is not added up."""
    active = [row for row in rows if row.active]
    known = [row.so_far for row in active if row.so_far is not None]
    if not known:
        return ""
    partly = len(known) < len(active) or any(row.at_least for row in active)
    return money(sum(known), at_least=partly)
