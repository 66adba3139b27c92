"""A change as lines of a table: what it was, what it becomes, and the difference.

Parts are rounded so that they add up to the shown total, and a difference is the difference of the
two shown values, so that a person can check the sums by eye.
"""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.core.format import DASH, MINUS, count, money, money_delta, money_rate, round_parts
from hue_desktop.core.pricing import CostChange, CostRate
from hue_desktop.core.text import _

__all__ = ["ChangeLine", "cost_lines", "count_line", "total_line", "with_delta"]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line in words. ``saves`` marks a difference that lowers the bill."""

    label: str
    before: str
    after: str
    delta: str = DASH
    saves: bool = False


def cost_lines(change: CostChange) -> tuple[ChangeLine, ...]:
    """EC2, EMR fee and EBS in dollars per hour."""
    labels = (_("EC2"), _("EMR fee"), _("EBS"))
    before, after = _parts(change.before), _parts(change.after)
    return tuple(
        _money_line(label, old, new) for label, old, new in zip(labels, before, after, strict=True)
    )


def total_line(change: CostChange) -> ChangeLine:
    """The sum of the lines; “at least” when a price in it is unknown."""
    before, after = sum(_parts(change.before)), sum(_parts(change.after))
    delta = round(after - before, 2)
    return ChangeLine(
        _("Cost"),
        money_rate(before, at_least=change.before.unknown > 0),
        money_rate(after, at_least=change.after.unknown > 0),
        money_delta(delta) if delta else _("no change"),
        delta < 0,
    )


def with_delta(text: str, change: CostChange | None) -> str:
    """``Add 12 nodes, +$4.46/h``: the words with what it costs, where that changes."""
    if change is None:
        return text
    before, after = sum(_parts(change.before)), sum(_parts(change.after))
    delta = round(after - before, 2)
    return f"{text}, {money_delta(delta)}" if delta else text


def count_line(label: str, before: float, after: float, unit: str = "") -> ChangeLine:
    """Nodes, vCPU, memory: whole numbers with their unit on the values, not on the difference."""
    delta = round(after) - round(before)
    behind = f" {unit}" if unit else ""
    return ChangeLine(
        label,
        f"{count(before)}{behind}",
        f"{count(after)}{behind}",
        DASH if delta == 0 else f"+{count(delta)}" if delta > 0 else f"{MINUS}{count(-delta)}",
    )


def _parts(rate: CostRate) -> tuple[float, ...]:
    return round_parts((rate.ec2, rate.emr, rate.ebs))


def _money_line(label: str, before: float, after: float) -> ChangeLine:
    delta = round(after - before, 2)
    shown = DASH if delta == 0 else f"+{money(delta)}" if delta > 0 else money(delta)
    return ChangeLine(label, money(before), money(after), shown, delta < 0)
