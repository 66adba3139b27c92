"""The lines of a verdict: each compares one fact with what it must be."""

from __future__ import annotations

from collections.abc import Callable

from hue_desktop.core.format import count, duration, percent, size
from hue_desktop.core.instances import GroupState
from hue_desktop.core.shrink.locations import tables_of
from hue_desktop.core.shrink.situation import FULL_SHARE, Situation
from hue_desktop.core.shrink.values import DrainRate, Finding, Level, RateSource
from hue_desktop.core.text import _, ngettext

__all__ = ["at_stake_files", "findings_of", "is_fixed", "reserve_of", "short"]

_TIME_RESERVE, _MEASURED_RESERVE = 0.5, 0.75  #: on an estimate, and on a measured rate
_SMALL_BYTES = 64 * 1024**2
_UNEVEN = 0.15  #: a node so much fuller than the mean afterwards is worth a word
_FIXED = (GroupState.ARRESTED, GroupState.TERMINATING, GroupState.TERMINATED, GroupState.ENDED)


def findings_of(situation: Situation) -> tuple[Finding, ...]:
    """All of them, in the order of the page; those of state only where there is something."""
    makers = _WHOLE if situation.request.whole_cluster else _MAKERS
    found = (make(situation) for make in makers)
    return tuple(each for each in found if each is not None)


def is_fixed(state: str) -> bool:
    """Whether a group in that state takes no new size."""
    return any(state == each.value for each in _FIXED)


def reserve_of(rate: DrainRate) -> float:
    """The share of the time-out that may be used before it is called tight."""
    return _TIME_RESERVE if rate.source is RateSource.ESTIMATED else _MEASURED_RESERVE


def _state(it: Situation) -> Finding | None:
    title = _("Group")
    if is_fixed(it.limits.state):
        text = _("The group is {state} and cannot be resized").format(state=it.limits.state)
        return Finding("state", Level.BAD, title, text, _("clone the cluster instead"))
    if it.limits.state == GroupState.SUSPENDED.value:
        text = _("The group is suspended after errors")
        return Finding("state", Level.WARN, title, text, _("setting its size makes EMR try again"))
    if it.limits.resizing_to is not None:
        text = _("A resize to {n} nodes is under way").format(n=count(it.limits.resizing_to))
        return Finding("state", Level.WARN, title, text, _("this takes its place"))
    if it.unknown_ids:
        text = _("No core node of this group: {ids}").format(ids=", ".join(it.unknown_ids[:3]))
        return Finding("state", Level.BAD, title, text, _("check again"))
    return None


def _scaling(it: Situation) -> Finding | None:
    """EMR's own scaling counts core nodes as well and adds them first."""
    if it.limits.scaling is None:
        return None
    text = _("Managed scaling is on ({low} to {high}) and may undo it").format(
        low=count(it.limits.scaling[0]), high=count(it.limits.scaling[1])
    )
    return Finding("scaling", Level.WARN, _("Scaling"), text, _("lower its limits first"))


def _safe_mode(it: Situation) -> Finding | None:
    if not it.limits.safe_mode:
        return None
    text = _("HDFS is in safe mode and copies nothing")
    level = Level.WARN if it.request.whole_cluster else Level.BAD
    return Finding("safe_mode", level, _("Safe mode"), text, _("wait until it ends"))


def _replication(it: Situation) -> Finding:
    title, tally = _("Replication"), it.tally
    text = ngettext(
        "{n} file has one replica", "{n} files have one replica", tally.lone_files
    ).format(n=count(tally.lone_files))
    if tally.lone_files == 0:
        text = _("Every block has a second replica")
    stake = at_stake_files(it)
    if stake:
        note = ngettext("{n} only on leaving nodes", "{n} only on leaving nodes", stake).format(
            n=count(stake)
        )
        return Finding("replication", Level.BAD if it.loses else Level.WARN, title, text, note)
    if it.exposed:
        note = ngettext(
            "{n} could be only on leaving nodes", "{n} could be only on leaving nodes", it.exposed
        ).format(n=count(it.exposed))
        return Finding("replication", Level.WARN, title, text, note)
    if tally.lost_files:
        note = ngettext(
            "{n} file misses blocks already", "{n} files miss blocks already", tally.lost_files
        ).format(n=count(tally.lost_files))
        return Finding("replication", Level.WARN, title, text, note)
    if not it.table.complete or it.limits.missing:
        return Finding("replication", Level.UNKNOWN, title, text, _("not everything was read"))
    if it.table.files == 0:
        return Finding("replication", Level.OK, title, _("HDFS holds no files"))
    return Finding("replication", Level.OK, title, text, _("no last copy leaves"))


def at_stake_files(it: Situation) -> int:
    """Files with a block whose copies are all on leaving nodes."""
    return len(set(it.table.file[it.tally.only_rows].tolist()))


def _time(it: Situation) -> Finding:
    title, limit_s = _("Time"), it.request.timeout_s
    if it.request.kill:
        level = Level.BAD if it.loses else Level.WARN
        text = _("The nodes end at once; nothing is copied first")
        return Finding("time", level, title, text, _("no draining"))
    limit = _("limit {time}").format(time=duration(limit_s))
    if not it.tally.move_blocks and not it.tally.backlog_blocks:
        return Finding("time", Level.OK, title, _("Nothing has to be copied"), limit)
    took = duration(it.seconds)
    rate = size(_effective_rate(it))
    if it.tally.move_bytes + it.tally.backlog_bytes < _SMALL_BYTES:
        text = _("about {time}").format(time=took)  # rounds take longer than bytes: no rate
    elif it.rate.source is RateSource.ESTIMATED:
        text = _("about {time} at {rate}/s, estimated").format(time=took, rate=rate)
    else:
        text = _("{time} at {rate}/s").format(time=took, rate=rate)
    if it.late and not it.saved:
        return Finding("time", Level.BAD, title, text, limit)
    if it.seconds > limit_s * reserve_of(it.rate):
        return Finding("time", Level.WARN, title, text, limit)
    return Finding("time", Level.OK, title, text, limit)


def _effective_rate(it: Situation) -> float:
    """Bytes a second over all of it: many small blocks go slower than the disks could."""
    total = it.tally.move_bytes + it.tally.backlog_bytes
    return total / it.seconds if it.seconds else it.rate.bytes_s


def _room(it: Situation) -> Finding:
    title, filling = _("Room"), it.filling
    if not it.stays:
        return Finding("room", Level.BAD, title, _("No node stays to hold the blocks"))
    if not filling.known:
        return Finding("room", Level.UNKNOWN, title, _("How large the disks are is unknown"))
    share = filling.after / filling.capacity if filling.capacity else 1.0
    text = _("{used} of {room} used afterwards").format(
        used=size(filling.after + filling.over), room=size(filling.capacity)
    )
    if it.overfull:
        if filling.over:
            note = _("{size} too little").format(size=size(filling.over))
        else:
            note = _("{share}; EMR stops at {most}").format(
                share=percent(100 * share), most=percent(100 * FULL_SHARE)
            )
        return Finding("room", Level.BAD, title, text, note)
    warn = it.limits.warn_share
    if share > warn or filling.over_careful:
        note = _("{share}, warns at {limit}").format(
            share=percent(100 * share), limit=percent(100 * warn)
        )
        return Finding("room", Level.WARN, title, text, note)
    return Finding("room", Level.OK, title, text, percent(100 * share))


def _balance(it: Situation) -> Finding:
    title = _("Balance")
    rooms = [each for each in it.filling.rooms if not each.leaves]
    stays = {node.host for node in it.stays}
    rooms = [each for each in rooms if each.host in stays and each.capacity]
    if not rooms:
        return Finding("balance", Level.UNKNOWN, title, _("How full the nodes are is unknown"))
    fullest = max(rooms, key=lambda each: each.after / each.capacity)
    full = [each for each in rooms if not each.takes]
    if full:
        one = max(full, key=lambda each: each.after / each.capacity)
        text = _("{host} stays at {share} disk").format(
            host=short(one.host), share=percent(100 * one.after / one.capacity)
        )
        note = _("takes no new blocks")
        if len(full) > 1:
            note = ngettext(
                "and {n} more take none", "and {n} more take none", len(full) - 1
            ).format(n=count(len(full) - 1))
        return Finding("balance", Level.WARN, title, text, note)
    mean = sum(each.after / each.capacity for each in rooms) / len(rooms)
    share = fullest.after / fullest.capacity
    text = _("{host} is the fullest with {share}").format(
        host=short(fullest.host), share=percent(100 * share)
    )
    note = _("mean {share}").format(share=percent(100 * mean))
    uneven = share - mean > _UNEVEN and share > it.limits.warn_share
    return Finding("balance", Level.WARN if uneven else Level.OK, title, text, note)


def _exists_here(it: Situation) -> Finding:
    files, total = it.table.files, int(it.table.sizes.sum())
    title = _("Files only here")
    if not files:
        level = Level.OK if it.table.complete else Level.UNKNOWN
        return Finding("replication", level, title, _("HDFS holds no files"))
    text = ngettext("{n} file with {size}", "{n} files with {size}", files)
    note = _("copies elsewhere cannot be seen")
    return Finding(
        "replication", Level.BAD, title, text.format(n=count(files), size=size(total)), note
    )


def _tables(it: Situation) -> Finding | None:
    """What lies in Hive's warehouse, as far as folders tell."""
    found = tables_of(it.table)
    if not found:
        return None
    text = ngettext(
        "{n} table in Hive’s warehouse on HDFS",
        "{n} tables in Hive’s warehouse on HDFS",
        len(found),
    ).format(n=count(len(found)))
    note = _("{size}; the largest is {name}").format(
        size=size(sum(each.size for each in found)), name=found[0].name
    )
    return Finding("tables", Level.BAD, _("Tables only here"), text, note)


def _bytes(it: Situation) -> Finding:
    text = ngettext("{size} from {n} node", "{size} from {n} nodes", len(it.leaving)).format(
        size=size(it.tally.move_bytes), n=count(len(it.leaving))
    )
    note = ngettext("{n} block", "{n} blocks", it.tally.move_blocks).format(
        n=count(it.tally.move_blocks)
    )
    if it.tally.backlog_blocks:
        note = _("{blocks}, and {more} HDFS lacks now").format(
            blocks=note, more=count(it.tally.backlog_blocks)
        )
    return Finding("bytes", Level.OK, _("Bytes to move"), text, note)


def _floor(it: Situation) -> Finding:
    title, after = _("Replication floor"), len(it.stays)
    if it.count <= 0 and not it.request.whole_cluster:
        text = _("A core group cannot have 0 nodes")
        return Finding("floor", Level.BAD, title, text, _("terminate the cluster instead"))
    if it.request.whole_cluster:
        return Finding("floor", Level.OK, title, _("Nothing stays"))
    factor, most = it.limits.replication, it.tally.most_wanted
    text = ngettext("{n} node stays", "{n} nodes stay", after).format(n=count(after))
    if factor is not None and after < factor:
        note = _("EMR keeps dfs.replication, {n}").format(n=count(factor))
        return Finding("floor", Level.BAD, title, text, note)
    if it.tally.short:
        note = ngettext(
            "{n} block wants up to {most} replicas",
            "{n} blocks want up to {most} replicas",
            it.tally.short,
        ).format(n=count(it.tally.short), most=count(most))
        return Finding("floor", Level.WARN, title, text, note)
    if factor is None:
        return Finding("floor", Level.UNKNOWN, title, text, _("dfs.replication is unknown"))
    text = ngettext("{n} node holds factor {most}", "{n} nodes hold factor {most}", after).format(
        n=count(after), most=count(max(most, 1))
    )
    return Finding("floor", Level.OK, title, text, _("needs at least {n}").format(n=count(factor)))


def _work(it: Situation) -> Finding:
    title, writing = _("Running work"), it.tally.writing
    counts = [node.containers for node in it.leaving]
    if any(each is None for each in counts):
        text = _("What runs on the nodes is unknown")
        return Finding("work", Level.UNKNOWN, title, text, _("YARN did not answer"))
    total = sum(each or 0 for each in counts)
    ages = [node.longest_s for node in it.leaving if node.longest_s is not None]
    longest = max(ages, default=None)
    if (it.request.kill or it.request.whole_cluster) and total:
        text = ngettext("{n} container is ended", "{n} containers are ended", total)
        return Finding("work", Level.WARN, title, text.format(n=count(total)), _("at once"))
    if total:
        text = ngettext("{n} container drains first", "{n} containers drain first", total)
        text = text.format(n=count(total))
    else:
        text = _("No containers run on them")
    note = _("longest {time}").format(time=duration(longest)) if longest is not None else ""
    if writing:
        note = ngettext("{n} file is being written", "{n} files are being written", writing).format(
            n=count(writing)
        )
        return Finding("work", Level.WARN, title, text, note)
    late = total and longest is not None and longest > it.request.timeout_s
    return Finding("work", Level.WARN if late else Level.OK, title, text, note)


def short(host: str) -> str:
    """A private name without its domain."""
    return host.partition(".")[0] if not host.replace(".", "").isdigit() else host


_MAKERS: tuple[Callable[[Situation], Finding | None], ...] = (
    _state,
    _scaling,
    _safe_mode,
    _replication,
    _time,
    _room,
    _balance,
    _bytes,
    _floor,
    _work,
)

_WHOLE: tuple[Callable[[Situation], Finding | None], ...] = (
    _safe_mode,
    _exists_here,
    _tables,
    _work,
)
