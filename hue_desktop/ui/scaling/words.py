"""The words of this room: markets, roles and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from hue_desktop.core.candidates.values import CandidateList, ClusterRoom
from hue_desktop.core.cost_lines import ChangeLine, count_line
from hue_desktop.core.format import DASH, MINUS, date_time, decimal
from hue_desktop.core.instances import GroupState, Market, Role
from hue_desktop.core.pricing import PriceSource
from hue_desktop.core.text import _

__all__ = ["market_word", "role_fact", "role_word", "room_lines", "source_line", "state_sentence"]

_TIB = 1024.0  #: in GiB


def market_word(market: Market) -> str:
    """The market as a person reads it."""
    return _("Spot") if market is Market.SPOT else _("On-demand")


def role_word(role: Role) -> str:
    """The role as a person reads it."""
    return {Role.MASTER: _("Master"), Role.CORE: _("Core"), Role.TASK: _("Task")}[role]


def role_fact(role: Role) -> str:
    """What a person should know before nodes of this role come or go."""
    return {
        Role.MASTER: _("NameNode and ResourceManager run here; it cannot be resized."),
        Role.CORE: _(
            "Core nodes hold HDFS blocks. EMR decommissions leaving nodes gracefully: YARN drains "
            "first, then HDFS copies its blocks to the nodes that stay."
        ),
        Role.TASK: _(
            "Task nodes hold no HDFS blocks. EMR takes idle nodes first and waits for running "
            "containers, by default an hour at most."
        ),
    }[role]


def state_sentence(state: GroupState, reason: str) -> str:
    """What is special about a group's or fleet's state; empty when nothing is."""
    if state is GroupState.RESIZING:
        return ""  # the plan says which resize it takes the place of
    if state is GroupState.SUSPENDED:
        text = _("EMR suspended it after too many nodes failed to start. Setting a target resumes.")
        return f"{text} {reason}".strip()
    if state is GroupState.ARRESTED:
        return f"{_('EMR arrested it.')} {reason}".strip()
    return ""


def room_lines(before: ClusterRoom, after: ClusterRoom) -> list[ChangeLine]:
    """Nodes, vCPU, memory, YARN memory and HDFS; what nobody could tell says so."""
    return [
        count_line(_("Nodes"), before.nodes, after.nodes),
        _line(_("vCPU"), before.vcpu, after.vcpu, ""),
        _line(_("Memory"), before.memory_gib, after.memory_gib, "GiB"),
        _line(_("YARN memory"), before.yarn_gib, after.yarn_gib, "GiB"),
        _line(_("HDFS"), before.hdfs_gib, after.hdfs_gib, "TiB"),
    ]


def _line(label: str, before: float | None, after: float | None, unit: str) -> ChangeLine:
    """``unit`` TiB takes GiB and shows TiB from one on."""
    if before is None or after is None:
        return ChangeLine(label, _("unknown"), _("unknown"))
    if unit != "TiB":
        return count_line(label, before, after, unit)
    if max(before, after) < _TIB:
        return count_line(label, before, after, "GiB")
    return _tib_line(label, round(before / _TIB, 2), round(after / _TIB, 2))


def _tib_line(label: str, before: float, after: float) -> ChangeLine:
    """The difference is that of the two shown values."""
    delta = round(after - before, 2)
    shown = DASH if not delta else f"{'+' if delta > 0 else MINUS}{decimal(abs(delta), 2)}"
    return ChangeLine(label, f"{decimal(before, 2)} TiB", f"{decimal(after, 2)} TiB", shown)


def source_line(listed: CandidateList) -> str:
    """What the last column is, where the figures come from and how old they are."""
    market = _("Spot") if listed.market is Market.SPOT else _("on-demand price")
    text = _("Last column: $/h of {market}, EMR fee and EBS for 100 GiB of YARN memory.")
    parts = [text.format(market=market)]
    for name, moment in _oldest(listed.as_of).items():
        if moment is None:
            parts.append(f"{name}.")
        elif isinstance(moment, datetime):
            parts.append(f"{name}, {date_time(moment)}.")
        else:
            parts.append(f"{name}, {moment:%d %b %Y}.")
    return " ".join((*parts, *listed.missing))


def _oldest(sources: Iterable[PriceSource]) -> dict[str, date | datetime | None]:
    """One date a source: the oldest of its figures decides how far it can be trusted."""
    found: dict[str, date | datetime | None] = {}
    for source in sources:
        known = found.setdefault(source.name, source.as_of)
        if known is not None and source.as_of is not None and _day(source.as_of) < _day(known):
            found[source.name] = source.as_of
    return found


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
