"""What each target count would mean, with the nodes that cost least to lose leaving first."""

from __future__ import annotations

from collections.abc import Iterator

from hue_desktop.core.format import duration
from hue_desktop.core.shrink.drain import fill
from hue_desktop.core.shrink.situation import FULL_SHARE, Situation, step_rates
from hue_desktop.core.shrink.sweep import Load
from hue_desktop.core.shrink.values import Level, TargetOption, Verdict
from hue_desktop.core.text import _

__all__ = ["options_of"]


def options_of(it: Situation, load: Load, verdict: Verdict) -> tuple[TargetOption, ...]:
    """From the count now down to 1; that of the request is as the verdict has it.

    ``load`` is the group's nodes leaving in the cheapest order.
    """
    return tuple(_options(it, load, verdict))


def _options(it: Situation, load: Load, verdict: Verdict) -> Iterator[TargetOption]:
    yield TargetOption(it.size, Level.OK, None, _("now"))
    for count in range(it.size - 1, 0, -1):
        if count == it.count and not it.request.whole_cluster:
            note = _note_of(verdict)
            yield TargetOption(count, verdict.level, verdict.seconds, note, verdict.leaving)
        else:
            yield _option(it, load, count)


def _note_of(verdict: Verdict) -> str:
    """The shortest reason: why it cannot be, else how long it takes."""
    for key, note in (
        ("state", _("not now")),
        ("safe_mode", _("safe mode")),
        ("floor", ""),
        ("room", _("does not fit")),
    ):
        finding = verdict.finding(key)
        if finding is not None and finding.level is Level.BAD:
            return note or finding.note
    return duration(verdict.seconds) if verdict.seconds is not None else _("time unknown")


def _option(it: Situation, load: Load, count: int) -> TargetOption:
    """As :func:`judge` would say it, from the sums of the sweep."""
    step = it.size - count - 1
    leaving = load.order[: step + 1]
    ids = it.field.ids(leaving)
    factor = it.limits.replication
    if it.limits.safe_mode:
        return TargetOption(count, Level.BAD, None, _("safe mode"), ids)
    if factor is not None and count < factor:
        note = _("factor is {n}").format(n=factor)
        return TargetOption(count, Level.BAD, None, note, ids)
    hosts = frozenset(it.field.by_number[each].host for each in leaving)
    moved = load.move_bytes[step] + it.tally.backlog_bytes
    filling = fill(it.field.nodes, hosts, moved, it.limits.full_share)
    if filling.known and (filling.over or filling.after > FULL_SHARE * filling.capacity):
        return TargetOption(count, Level.BAD, None, _("does not fit"), ids)
    rate, first = step_rates(it.limits, load, count, len(leaving), step)
    blocks = load.move_blocks[step] + it.tally.backlog_blocks
    seconds = rate.seconds(moved, blocks)
    only_s = first.seconds(load.only_bytes[step], load.only_blocks[step])
    limit_s = it.request.timeout_s
    at_stake = load.only_blocks[step] > 0
    full = filling.after > it.limits.warn_share * filling.capacity
    if at_stake and only_s > limit_s:
        level = Level.BAD
    elif at_stake or full or filling.over_careful or seconds > limit_s / 2:
        level = Level.WARN
    elif not filling.known or factor is None or not it.table.complete:
        level = Level.UNKNOWN
    else:
        level = Level.OK
    return TargetOption(count, level, seconds, duration(seconds), ids)
