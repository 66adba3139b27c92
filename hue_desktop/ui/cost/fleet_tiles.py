"""The tiles over the costs of all clusters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hue_desktop.core.format import DASH, money, month_name
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost.values import IdleFinding
from hue_desktop.ui.cost.cluster_rows import CostRow, CostSums, sums_of
from hue_desktop.ui.cost.finder import usd_day_of
from hue_desktop.ui.cost.tiles import TileText, month_end_text, shares_text

__all__ = ["FLEET_KEYS", "fleet_tiles"]

FLEET_KEYS = ("now", "month", "forecast", "saved", "spare")


def fleet_tiles(
    rows: Sequence[CostRow],
    findings: Sequence[IdleFinding],
    now: datetime,
    month_end: float,
    *,
    simulated: bool,
) -> list[TileText]:
    """In their order; ``rows`` and ``findings`` are those that are added up."""
    sums = sums_of(rows)
    return [
        _now(rows, sums, simulated),
        _month(rows, sums, month_name(now)),
        _forecast(sums, month_name(now), month_end),
        _saved(sums),
        _spare(findings),
    ]


def _now(rows: Sequence[CostRow], sums: CostSums, simulated: bool) -> TileText:
    unread = sum(row.active and row.rate is None for row in rows)
    caption = shares_text(sums.rate.ec2, sums.rate.emr, sums.rate.ebs) or _("nothing runs")
    if simulated:
        caption = _("simulated, not billed")
    if unread:
        text = ngettext("{n} cluster not read yet", "{n} clusters not read yet", unread)
        caption = text.format(n=unread)
    elif sums.rate.unknown:
        text = ngettext(
            "price of {n} node unknown", "price of {n} nodes unknown", sums.rate.unknown
        )
        caption = text.format(n=sums.rate.unknown)
    partly = bool(unread or sums.rate.unknown)
    if partly and not sums.rate.total:
        return TileText("now", _("Cost now"), DASH, "", caption)
    return TileText("now", _("Cost now"), money(sums.rate.total, at_least=partly), _("/h"), caption)


def _month(rows: Sequence[CostRow], sums: CostSums, month: str) -> TileText:
    label = _("{month} so far").format(month=month)
    n = len(rows)
    caption = ngettext("{n} cluster, UTC month", "{n} clusters, UTC month", n).format(n=n)
    if sums.unread:
        text = _("{n} of {all} clusters not added up yet")
        caption = text.format(n=sums.unread, all=n)
        if sums.unread == n:
            return TileText("month", label, DASH, "", caption)
    return TileText("month", label, money(sums.month, at_least=sums.at_least), "", caption)


def _forecast(sums: CostSums, month: str, month_end: float) -> TileText:
    label = _("{month} at this rhythm").format(month=month)
    figure = money(sums.forecast, 0, at_least=sums.at_least) if sums.forecast else DASH
    return TileText("forecast", label, figure, "", month_end_text(month_end))


def _saved(sums: CostSums) -> TileText:
    caption = _("since each was created")
    if sums.rate.saved_by_spot >= 0.005:
        now = money(sums.rate.saved_by_spot)
        caption = _("{now}/h now, against on-demand").format(now=now)
    return TileText("saved", _("Saved by Spot"), money(sums.saved), "", caption)


def _spare(findings: Sequence[IdleFinding]) -> TileText:
    total, n = usd_day_of(findings), len({each.ref for each in findings})
    caption = ngettext("idle finder, {n} cluster", "idle finder, {n} clusters", n).format(n=n)
    if not findings:
        return TileText("spare", _("Paid in vain"), money(0), _("/day"), _("nothing was found"))
    return TileText("spare", _("Paid in vain"), money(total), _("/day"), caption, "warn")
