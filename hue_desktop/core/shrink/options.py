"""What each target count would mean, with the nodes that cost least to lose leaving first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hue_desktop.core.format import duration
from hue_desktop.core.shrink.drain import Filling, fill
from hue_desktop.core.shrink.findings import is_fixed, reserve_of
from hue_desktop.core.shrink.situation import Situation, is_overfull, step_rates, too_late
from hue_desktop.core.shrink.sweep import Load
from hue_desktop.core.shrink.tally import tally
from hue_desktop.core.shrink.values import DrainRate, Level, TargetOption, Verdict
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
    reason = _impossible(it, len(it.field.staying(leaving)))
    if reason:
        return TargetOption(count, Level.BAD, None, reason, ids)
    work = _work_of(it, load, step)
    hosts = frozenset(it.field.by_number[each].host for each in leaving)
    filling = fill(it.field.nodes, hosts, work.bytes, it.limits.full_share)
    if is_overfull(filling):
        return TargetOption(count, Level.BAD, None, _("does not fit"), ids)
    limit_s = it.request.timeout_s
    at_stake = work.only_blocks > 0
    late = at_stake and too_late(work.only_s, limit_s)
    no_room = at_stake and filling.known and work.only_bytes > filling.free
    if late or no_room:
        level = Level.BAD
    elif at_stake or work.seconds > limit_s * reserve_of(work.rate) or _warns(it, leaving, filling):
        level = Level.WARN
    else:
        level = _surely(it, leaving, filling)
    return TargetOption(count, level, work.seconds, duration(work.seconds), ids)


@dataclass(frozen=True, slots=True)
class _Work:
    """What HDFS copies for a target."""

    bytes: int
    only_bytes: int
    only_blocks: int
    rate: DrainRate
    seconds: float
    only_s: float


def _work_of(it: Situation, load: Load, step: int) -> _Work:
    leaving = load.order[: step + 1]
    staying = len(it.field.staying(leaving))
    if staying < it.tally.most_wanted:  # not every replica that is wanted has a node then
        numbers = {each for each in leaving if each < len(it.table.hosts)}
        found = tally(it.table, it.field.stay, numbers, staying)
        moved = found.move_bytes + found.backlog_bytes
        blocks, padded = found.move_blocks + found.backlog_blocks, found.padded
        only = (found.only_bytes, len(found.only_rows), found.only_padded)
        rate, first = step_rates(it.limits, found, staying, len(leaving))
    else:
        moved = load.move_bytes[step] + load.rest_bytes[step]
        blocks, padded = load.move_blocks[step] + load.rest_blocks[step], load.padded[step]
        only = (load.only_bytes[step], load.only_blocks[step], load.only_padded[step])
        rate, first = step_rates(it.limits, load, staying, len(leaving), step)
    seconds = rate.seconds(moved, blocks, padded)
    return _Work(moved, only[0], only[1], rate, seconds, first.seconds(*only))


def _impossible(it: Situation, staying: int) -> str:
    """Why the target cannot be, whoever leaves."""
    factor = it.limits.replication
    if it.limits.safe_mode:
        return _("safe mode")
    if is_fixed(it.limits.state):
        return _("not now")
    if factor is not None and staying < factor:
        return _("factor is {n}").format(n=factor)
    return ""


def _warns(it: Situation, leaving: Sequence[int], filling: Filling) -> bool:
    """What else asks for care."""
    stays = it.field.staying(leaving)
    hosts = {node.host for node in stays}
    full = any(not each.takes for each in filling.rooms if each.host in hosts)
    crowded = filling.known and filling.after > it.limits.warn_share * filling.capacity
    ages = [it.field.by_number[each].longest_s or 0.0 for each in leaving]
    late = max(ages, default=0.0) > it.request.timeout_s
    return bool(
        full
        or crowded
        or (filling.known and filling.over_careful)
        or late
        or it.tally.most_wanted > len(stays)
        or it.tally.lost_files
        or it.limits.resizing_to is not None
        or it.limits.scaling is not None
    )


def _surely(it: Situation, leaving: Sequence[int], filling: Filling) -> Level:
    """OK, where everything that decides is known."""
    known = (
        filling.known
        and it.limits.replication is not None
        and it.table.complete
        and not it.limits.missing
        and all(it.field.by_number[each].containers is not None for each in leaving)
    )
    return Level.OK if known else Level.UNKNOWN
