"""Figures and names of the bench in words; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.format import DASH, count, money, round_parts, size
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.what_if.values import BenchFacts, BenchLine, Figures, Holding, Outcome

__all__ = [
    "GainLine",
    "RateCell",
    "estimate_text",
    "gain_lines",
    "held_text",
    "limits_text",
    "line_title",
    "names_of",
    "rate_cells",
    "shown_delta",
    "shown_totals",
    "total_cells",
    "unit_word",
]

_GIB = 1024.0**3


@dataclass(frozen=True, slots=True)
class RateCell:
    """$/h of a line or of the total: before, after, and the tone of what it becomes."""

    now: str
    want: str
    tone: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class GainLine:
    """What the cluster would have: label, before, after; ``less`` when it shrinks."""

    label: str
    before: str
    after: str
    changed: bool = False
    less: bool = False


def line_title(line: BenchLine) -> str:
    """``Master``, ``Core``, ``Task, Spot``: a task line is named by what it is now."""
    if line.role is Role.MASTER:
        word = _("Master")
    elif line.role is Role.CORE:
        word = _("Core")
    else:
        market = (line.now or line.want).market
        spot = market is Market.SPOT
        word = _("Task, Spot") if spot else _("Task, on-demand")
    if line.is_fleet and line.role is not Role.TASK:
        spot = line.want.market is Market.SPOT
        word = _("{role}, Spot").format(role=word) if spot else word
    return word


def held_text(held: Holding | None) -> str:
    """``8 × r5.2xlarge``, ``24 units``; a dash for what is not there."""
    if held is None:
        return DASH
    if held.fleet_types:
        text = ngettext("{n} unit", "{n} units", held.count)
        return text.format(n=count(held.count))
    return f"{count(held.count)} × {held.instance_type}"


def _shown(outcome: Outcome) -> list[tuple[float, float]]:
    """Dollars of each line as they are shown: before adds up to the rounded total.

    A line that costs the same shows the same, so the total after is the sum of what is shown.
    """
    pairs = [(before.total if before else 0.0, after.total) for before, after in outcome.line_rates]
    rounded = round_parts([before for before, _after in pairs])
    return [
        (was, was if after == before else round(after, 2))
        for was, (before, after) in zip(rounded, pairs, strict=True)
    ]


def rate_cells(outcome: Outcome) -> list[RateCell]:
    """$/h of each line."""
    cells = []
    for (old, new), (was, will) in zip(outcome.line_rates, _shown(outcome), strict=True):
        now = DASH if old is None else _money(old, was)
        tone = "good" if old is not None and will < was and not new.unknown else ""
        cells.append(RateCell(now, _money(new, will), tone, old is None or will != was))
    return cells


def shown_totals(outcome: Outcome) -> tuple[float, float]:
    """$/h before and after, as the lines add up."""
    shown = _shown(outcome)
    before = round(sum(was for was, _will in shown), 2)
    return before, round(sum(will for _was, will in shown), 2)


def shown_delta(outcome: Outcome) -> float:
    """$/h that the variant adds: the difference of the two shown totals."""
    before, after = shown_totals(outcome)
    return round(after - before, 2)


def total_cells(outcome: Outcome) -> RateCell:
    """The sums of what the lines show."""
    before, after = shown_totals(outcome)
    return RateCell(
        money(before, at_least=outcome.before.rate.unknown > 0),
        money(after, at_least=outcome.after.rate.unknown > 0),
        changed=before != after,
    )


def _money(rate: CostRate, shown: float) -> str:
    """A price that nobody knows is a dash, not nothing."""
    if rate.unknown and not rate.total:
        return _("not known")
    return money(shown, at_least=rate.unknown > 0)


def gain_lines(facts: BenchFacts, outcome: Outcome) -> list[GainLine]:
    """vCPU, memory, YARN memory, containers, HDFS."""
    old, new = outcome.before, outcome.after
    lines = [
        replace(_gain(_("Nodes"), old.room.nodes, new.room.nodes), less=False),
        _gain(_("vCPU"), old.room.vcpu, new.room.vcpu),
        _gain(_("Memory"), _whole(old.room.memory_gib), _whole(new.room.memory_gib), " GiB"),
        _gain(_("YARN memory"), _whole(old.room.yarn_gib), _whole(new.room.yarn_gib), " GiB"),
    ]
    if facts.container_bytes:
        label = _("Containers of {size}").format(size=size(facts.container_bytes, 1))
        lines.append(_gain(label, old.containers, new.containers))
    lines.append(_hdfs(old, new))
    return lines


def _whole(gib: float | None) -> float | None:
    return None if gib is None else round(gib)


def _gain(label: str, before: float | None, after: float | None, unit: str = "") -> GainLine:
    def text(value: float | None) -> str:
        return _("not known") if value is None else f"{count(value)}{unit}"

    changed = before != after
    less = before is not None and after is not None and after < before
    return GainLine(label, text(before), text(after), changed, less)


def _hdfs(old: Figures, new: Figures) -> GainLine:
    """Raw room of the DataNodes; files take it as often as they have copies."""
    before, after = old.room.hdfs_gib, new.room.hdfs_gib
    texts = [_("not known") if gib is None else size(gib * _GIB) for gib in (before, after)]
    less = before is not None and after is not None and round(after) < round(before)
    return GainLine(_("HDFS"), texts[0], texts[1], texts[0] != texts[1], less)


def estimate_text(outcome: Outcome) -> str:
    """Which of the figures are estimates, and from what."""
    found = []
    if not (outcome.before.room.yarn_sure and outcome.after.room.yarn_sure):
        found.append(_("YARN memory by EMR’s rule where no node of the type runs."))
    if not (outcome.before.room.hdfs_sure and outcome.after.room.hdfs_sure):
        found.append(_("HDFS room from the sizes of the disks."))
    return " ".join(found)


def limits_text(policy: ManagedScaling | None) -> str:
    """``3 to 20 instances``."""
    if policy is None:
        return _("off")
    return _("{low} to {high} {unit}").format(
        low=count(policy.minimum), high=count(policy.maximum), unit=unit_word(policy)
    )


def unit_word(policy: ManagedScaling) -> str:
    """What the limits count."""
    words = {"VCPU": _("vCPU"), "InstanceFleetUnits": _("units")}
    return words.get(policy.unit_type, _("nodes"))


def names_of(lines: Sequence[BenchLine]) -> list[str]:
    """Titles that tell lines apart: with the group's name where two are alike."""
    titles = [line_title(line) for line in lines]
    return [
        f"{title} · {line.name}" if titles.count(title) > 1 and line.name else title
        for title, line in zip(titles, lines, strict=True)
    ]
