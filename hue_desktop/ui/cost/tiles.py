"""The tiles over a cluster's costs: now, so far, this month, saved, wasted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hue_desktop.core.billing import Bill
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import (
    DASH,
    money,
    money_rate,
    month_name,
    percent,
    round_parts,
    short_duration,
)
from hue_desktop.core.instances import Market
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost.values import CostOverview
from hue_desktop.ui.bills import carried_on_saving
from hue_desktop.ui.cost.split import Split

__all__ = ["KEYS", "TileText", "cost_tiles", "had_spot", "month_end_text", "shares_text"]

KEYS = ("now", "sofar", "month", "saved", "idle")


@dataclass(frozen=True, slots=True)
class TileText:
    """One tile."""

    key: str
    label: str
    figure: str
    unit: str = ""
    caption: str = ""
    attention: str = ""


def cost_tiles(
    cluster: ClusterSnapshot,
    rate: CostRate | None,
    overview: CostOverview | None,
    split: Split,
    now: float,
) -> list[TileText]:
    """The tiles that make sense for the cluster; ``now`` is the region's epoch seconds."""
    ended = not cluster.summary.state.active
    made = [_so_far(cluster, overview, split, now), _saved(rate, overview, now), _idle(overview)]
    if ended:
        return made
    return [_now(rate, split), made[0], _month(overview, now), *made[1:]]


def shares_text(ec2: float, emr: float, ebs: float) -> str:
    """``EC2 67 % · EMR 24 % · EBS 9 %``; empty without any cost."""
    whole = ec2 + emr + ebs
    if whole <= 0:
        return ""
    shares = round_parts([100 * value / whole for value in (ec2, emr, ebs)], 0)
    names = (_("EC2"), _("EMR"), _("EBS"))
    return " · ".join(
        f"{name} {percent(share)}" for name, share in zip(names, shares, strict=True) if share
    )


def _now(rate: CostRate | None, split: Split) -> TileText:
    label = _("Cost now")
    if rate is None:
        return TileText("now", label, DASH, "", _("the nodes are not read yet"))
    if rate.unknown and not rate.total:
        return TileText("now", label, DASH, "", _unpriced(rate.unknown), "warn")
    caption = shares_text(rate.ec2, rate.emr, rate.ebs) or _("no node is billed")
    if rate.unknown:
        caption = _unpriced(rate.unknown)
    figure = money(split.now or 0.0, at_least=rate.unknown > 0)
    return TileText("now", label, figure, _("/h"), caption)


def _unpriced(nodes: int) -> str:
    text = ngettext("price of {n} node unknown", "price of {n} nodes unknown", nodes)
    return text.format(n=nodes)


def _so_far(
    cluster: ClusterSnapshot, overview: CostOverview | None, split: Split, now: float
) -> TileText:
    summary = cluster.summary
    label = _("So far") if summary.state.active else _("Final bill")
    if cluster.recorded_at is not None and cluster.recorded_at == summary.ended:
        label = _("Until it was seen last")  # nobody knows what it cost after that
    if overview is None or split.so_far is None:
        return TileText("sofar", label, DASH, "", _("not added up yet"))
    until = summary.ended.timestamp() if summary.ended else now
    started = summary.created.timestamp() if summary.created else overview.bill.start
    lived_s = max(0.0, until - started)
    words = [short_duration(lived_s)]
    if lived_s >= 60:
        mean = money_rate(split.so_far * 3600 / lived_s, at_least=split.at_least_so_far)
        words.append(_("mean {rate}").format(rate=mean))
    figure = money(split.so_far, at_least=split.at_least_so_far)
    return TileText("sofar", label, figure, "", ", ".join(words))


def _month(overview: CostOverview | None, now: float) -> TileText:
    month = month_name(datetime.fromtimestamp(now, UTC))
    label = _("{month} at this rhythm").format(month=month)
    if overview is None or overview.month_usd is None:
        return TileText("month", label, DASH, "", _("not added up yet") if not overview else "")
    at_least = bool(overview.bill.unknown) or overview.rate.unknown > 0
    figure = money(overview.month_usd, 0, at_least=at_least)
    return TileText("month", label, figure, "", month_end_text(overview.month_end))


def month_end_text(month_end: float | None) -> str:
    """``if it runs to 30 Nov, 24:00``; AWS bills months in UTC."""
    if month_end is None:
        return ""
    last = datetime.fromtimestamp(month_end - 1, UTC)
    day = last.strftime("%d %b").lstrip("0")
    return _("if it runs to {day}, 24:00").format(day=day)


def _saved(rate: CostRate | None, overview: CostOverview | None, now: float) -> TileText:
    label = _("Saved by Spot")
    if overview is None:
        return TileText("saved", label, DASH, "", _("not added up yet"))
    saved = carried_on_saving(overview.bill, rate, now)
    if not had_spot(overview.bill):
        return TileText("saved", label, DASH, "", _("it has had no Spot node"))
    words = _("against on-demand")
    if rate is not None and rate.saved_by_spot >= 0.005:
        words = _("{rate} now, against on-demand").format(rate=money_rate(rate.saved_by_spot))
    figure = money(saved, at_least=bool(overview.bill.unknown))
    return TileText("saved", label, figure, "", words)


def had_spot(bill: Bill) -> bool:
    """Whether a Spot node is in a bill."""
    return any(who.market is Market.SPOT for _part, who in bill.usd)


def _idle(overview: CostOverview | None) -> TileText:
    label = _("Idle waste")
    if overview is None:
        return TileText("idle", label, DASH, "", _("not added up yet"))
    if overview.idle_usd is None or overview.idle_s is None:
        return TileText("idle", label, DASH, "", _("not known what YARN ran"))
    idle, known = short_duration(overview.idle_s), overview.idle_known_s
    lived_s = overview.bill.end - overview.bill.start
    if overview.idle_s < 60:
        text = _("never idle in the {known} that are known")
        return TileText("idle", label, money(0), "", text.format(known=short_duration(known)))
    words = _("{time} with no YARN application").format(time=idle)
    if known < 0.9 * lived_s:
        words = _("{time} of the {known} that are known").format(
            time=idle, known=short_duration(known)
        )
    figure = money(overview.idle_usd, at_least=bool(overview.bill.unknown))
    return TileText("idle", label, figure, "", words, "warn")
