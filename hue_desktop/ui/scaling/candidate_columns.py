"""The columns of the table of candidates, and how their figures are written."""

from __future__ import annotations

from collections.abc import Callable

from hue_desktop.core.candidates.values import Candidate
from hue_desktop.core.format import DASH, count, decimal, money, node_rate, percent
from hue_desktop.core.pricing import Interruption
from hue_desktop.core.text import _
from hue_desktop.ui.tables import Column

__all__ = ["candidate_columns", "lost_text"]

_OFTEN = 0.15  #: a share of nodes lost in a month that stands out

Text = Callable[[Candidate], str]
Figure = Callable[[Candidate], float | None]


def candidate_columns(
    is_picked: Callable[[Candidate], bool],
    units: Callable[[Candidate], int | None] | None,
) -> tuple[Column[Candidate], ...]:
    """From left to right; with ``units`` also how many units of a fleet a node of the type has."""
    weights = (
        (
            _figure(
                "units",
                _("Units"),
                lambda one: _number(units(one)),
                units,
                48,
                weight=600,
                help=_("How many units of the fleet one node of the type counts"),
            ),
        )
        if units is not None
        else ()
    )
    return (
        _pick(is_picked),
        _type(),
        *weights,
        *_size(),
        *_prices(bool(weights)),
        *_risk(),
        _worth(),
    )


def _figure(
    key: str,
    title: str,
    text: Text,
    sort: Figure,
    width: int,
    *,
    quiet: bool = False,
    weight: int = 400,
    hide_below: int = 0,
    color: Text | None = None,
    help: str = "",
) -> Column[Candidate]:
    return Column(
        key,
        title,
        text,
        sort=sort,
        align="right",
        width=width,
        quiet=quiet,
        weight=weight,
        hide_below=hide_below,
        color=color,
        help=help,
    )


def _pick(is_picked: Callable[[Candidate], bool]) -> Column[Candidate]:
    """A circle or a box; its text is for those who cannot see it."""

    def text(one: Candidate) -> str:
        return _("chosen") if is_picked(one) else ""

    return Column("pick", "", text, width=26, optional=False)


def _type() -> Column[Candidate]:
    return Column(
        "type",
        _("Type"),
        _spoken,
        sort=lambda one: one.name,
        width=176,
        tooltip=_tooltip,
        weight=500,
        stretch=True,
        optional=False,
    )


def _spoken(one: Candidate) -> str:
    """The name with what is painted after it."""
    marks = [_("suggested")] if one.suggested else []
    if one.type.arch != "x86_64":
        marks.append(one.type.arch)
    return ", ".join((one.name, *marks))


def _size() -> tuple[Column[Candidate], ...]:
    return (
        _figure(
            "vcpu",
            _("vCPU"),
            lambda one: count(one.type.vcpu),
            lambda one: one.type.vcpu,
            42,
            hide_below=440,
        ),
        _figure(
            "memory",
            _("Memory"),
            lambda one: f"{decimal(one.type.memory_gib, 0)} GiB",
            lambda one: one.type.memory_gib,
            66,
            hide_below=500,
        ),
    )


def _prices(units: bool) -> tuple[Column[Candidate], ...]:
    return (
        _figure(
            "on_demand",
            _("On-demand"),
            lambda one: node_rate(one.price.on_demand_usd_hour),
            lambda one: one.price.on_demand_usd_hour,
            77,
            quiet=True,
            hide_below=760 if units else 600,
        ),
        _figure(
            "spot",
            _("Spot now"),
            lambda one: node_rate(one.spot_now),
            lambda one: one.spot_now,
            64,
        ),
        Column(
            "line",
            _("Spot, 90 days"),
            _line_text,
            sort=_risen,
            width=88,
            tooltip=_line_tooltip,
            hide_below=450,
            help=_("As a share of the type’s on-demand price, so that heights compare"),
        ),
    )


def _risk() -> tuple[Column[Candidate], ...]:
    return (
        _figure(
            "lost",
            _("Lost / month"),
            lambda one: lost_text(one.interruption),
            lambda one: one.interruption.low if one.interruption else None,
            80,
            color=_lost_color,
            help=_("How many Spot nodes of the type EC2 takes back in a month"),
        ),
        _figure(
            "pools",
            _("Pools"),
            lambda one: _number(one.pools),
            lambda one: one.pools,
            42,
            quiet=True,
            hide_below=660,
            help=_("AZs with the type on Spot among those of the cluster’s subnets"),
        ),
    )


def _worth() -> Column[Candidate]:
    return _figure(
        "gib",
        _("per 100 GiB"),
        lambda one: DASH if one.usd_100gib is None else money(one.usd_100gib),
        lambda one: one.usd_100gib,
        78,
        weight=600,
        help=_("$/h of EC2, EMR fee and EBS for 100 GiB of YARN memory"),
    )


def _number(value: int | None) -> str:
    return DASH if value is None else count(value)


def _risen(one: Candidate) -> float | None:
    """How far the price has risen in the days that are shown; what rose most is worth a look."""
    if not one.spot_line or not one.spot_line[0][1]:
        return None
    return one.spot_line[-1][1] / one.spot_line[0][1]


def lost_text(interruption: Interruption | None) -> str:
    """``< 5 %``, ``10 – 15 %``, ``> 20 %``."""
    if interruption is None:
        return DASH
    low, high = round(100 * interruption.low), interruption.high
    if high is None:
        return _("> {low}\N{NO-BREAK SPACE}%").format(low=low)
    if not low:
        return _("< {high}\N{NO-BREAK SPACE}%").format(high=round(100 * high))
    return _("{low} – {high}\N{NO-BREAK SPACE}%").format(low=low, high=round(100 * high))


def _lost_color(one: Candidate) -> str:
    often = one.interruption is not None and one.interruption.low >= _OFTEN
    return "warn" if often else ""


def _tooltip(one: Candidate) -> str:
    """What a narrow table has no column for, and what speaks for or against the type."""
    text = _(
        "{type}: {vcpu} vCPU, {gib} GiB, {yarn} GiB for YARN{sure}\n"
        "on-demand {price}/h, lost in a month {lost}, pools {pools}"
    )
    head = text.format(
        type=one.name,
        vcpu=count(one.type.vcpu),
        gib=decimal(one.type.memory_gib, 0),
        yarn=decimal(one.yarn_gib, 1),
        sure="" if one.yarn_sure else _(" (estimated)"),
        price=node_rate(one.price.on_demand_usd_hour),
        lost=lost_text(one.interruption),
        pools=_number(one.pools),
    )
    return "\n".join((head, *one.reasons))


def _line_text(one: Candidate) -> str:
    """What the line says to those who cannot see it."""
    full = one.price.on_demand_usd_hour
    if not one.spot_line or not full:
        return DASH
    prices = [price for _at, price in one.spot_line]
    text = _("{low} to {high} of the on-demand price")
    return text.format(
        low=percent(100 * min(prices) / full), high=percent(100 * max(prices) / full)
    )


def _line_tooltip(one: Candidate) -> str:
    if not one.spot_line:
        return ""
    prices = [price for _at, price in one.spot_line]
    text = _("90 days: lowest {low}, highest {high}, now {now} of on-demand {full}")
    return text.format(
        low=node_rate(min(prices)),
        high=node_rate(max(prices)),
        now=node_rate(prices[-1]),
        full=node_rate(one.price.on_demand_usd_hour),
    )
