"""What would make a shrink safer, and the facts as they are once it is done."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Set

import numpy as np

from hue_desktop.core.format import count, duration, size
from hue_desktop.core.shrink.findings import at_stake_files, short
from hue_desktop.core.shrink.losses import Losses
from hue_desktop.core.shrink.situation import Situation
from hue_desktop.core.shrink.sweep import Load
from hue_desktop.core.shrink.values import Finding, Fix, Level
from hue_desktop.core.text import _, ngettext

__all__ = ["fixes_of", "needed_timeout_s", "new_factor"]

_MOST_FACTOR = 3
_RESERVE = 1.5  #: of the time that draining takes
_HALF_HOUR = 1800
_COPY_BYTES_S = 40 * 1024**2  #: of one node to S3, supposed
_BALANCE_BYTES_S = 100 * 1024**2  #: dfs.datanode.balance.bandwidthPerSec since Hadoop 3.3
_MOST_TIMEOUT_S = 7 * 86_400


def fixes_of(
    it: Situation, findings: Sequence[Finding], losses: Losses, cheapest: Load
) -> tuple[Fix, ...]:
    """Those that would change a line of the verdict."""
    if it.request.whole_cluster:
        return tuple(_snapshot(it, losses))
    bad = {each.key for each in findings if each.level in (Level.WARN, Level.BAD)}
    return (
        *_choose_others(it, bad, cheapest),
        *_set_replication(it, bad, losses),
        *_snapshot(it, losses),
        *_rebalance(it, bad),
        *_raise_timeout(it, bad),
    )


def needed_timeout_s(it: Situation) -> int:
    """A time-out with reserve, in whole half hours."""
    return _HALF_HOUR * math.ceil(2 * it.seconds / _HALF_HOUR)


def new_factor(it: Situation) -> int:
    """With one more replica than nodes that leave, one of them stays wherever HDFS puts them."""
    serving = sum(node.serves for node in it.field.nodes)
    return max(1, min(len(it.leaving) + 1, _MOST_FACTOR, serving))


def _choose_others(it: Situation, bad: Set[str], cheapest: Load) -> Iterator[Fix]:
    """Other nodes of the same number, where they take less with them."""
    steps = len(it.leaving)
    if not it.limits.can_name or not steps or steps > len(cheapest.order):
        return
    others = cheapest.order[:steps]
    ids = it.field.ids(others)
    now = (it.tally.only_bytes, it.tally.move_bytes)
    then = (cheapest.only_bytes[steps - 1], cheapest.move_bytes[steps - 1])
    if not it.assumes_worst and (then >= now or (then[1] > 0.9 * now[1] and then[0] >= now[0])):
        return
    names = ", ".join(short(it.field.by_number[each].host) for each in others[:3])
    more = ngettext(" and {n} more", " and {n} more", steps - 3).format(n=count(steps - 3))
    text = _("{names}: {size} to move").format(
        names=names + (more if steps > 3 else ""), size=size(then[1])
    )
    cures = ["time"] if "time" in bad else []
    if "replication" in bad and (then[0] < now[0] or (it.exposed and not then[0])):
        cures.insert(0, "replication")
    title = ngettext("Let another node go", "Let other nodes go", steps)
    if it.assumes_worst:
        title = ngettext("Name the node that goes", "Name the nodes that go", steps)
    yield Fix("choose_others", title, text, tuple(cures), seconds=0.0, leaving=ids)


def _set_replication(it: Situation, bad: Set[str], losses: Losses) -> Iterator[Fix]:
    if "replication" not in bad or not losses.count or not it.stays or it.limits.safe_mode:
        return
    factor = new_factor(it)
    if factor < 2:
        return
    sure = factor > len(it.leaving)
    added, blocks = _added(it, factor)
    seconds = it.rate.seconds(added, blocks)
    files = at_stake_files(it)
    title = ngettext(
        "Set replication {r} on the file", "Set replication {r} on the {n} files", files
    ).format(r=factor, n=count(files))
    text = _("+{size}, about {time}").format(size=size(added), time=duration(seconds))
    if not sure:
        text += "; " + _("HDFS may choose leaving nodes for them, too")
    fits = not it.filling.known or added <= it.filling.free
    cures = tuple(key for key in ("replication", "time") if key in bad) if sure else ()
    yield Fix(
        "set_replication", title, text, cures, seconds, fits and sure and bool(blocks),
        files=files, size=added, replication=factor,
    )  # fmt: skip


def _added(it: Situation, factor: int) -> tuple[int, int]:
    """Bytes and blocks of the replicas that the whole files then get."""
    table = it.table
    chosen = np.zeros(table.files, bool)
    chosen[table.file[it.tally.only_rows]] = True
    more = np.where(chosen, np.maximum(factor - table.factors, 0), 0)[table.file]
    return int((table.length * more).sum()), int(more.sum())


def _snapshot(it: Situation, losses: Losses) -> Iterator[Fix]:
    if not losses.count:
        return
    seconds = losses.size / (_COPY_BYTES_S * max(1, len(it.stays) + len(it.leaving)))
    title = ngettext(
        "Copy the file to S3 first", "Copy the {n} files to S3 first", losses.count
    ).format(n=count(losses.count))
    text = _("{size} by S3DistCp, about {time}").format(
        size=size(losses.size), time=duration(seconds)
    )
    yield Fix(
        "snapshot_to_s3", title, text, ("replication",), seconds, it.request.whole_cluster,
        files=losses.count, size=losses.size,
    )  # fmt: skip


def _rebalance(it: Situation, bad: Set[str]) -> Iterator[Fix]:
    if "balance" not in bad or it.limits.safe_mode:
        return
    stays = [each for each in it.filling.rooms if not each.leaves and each.capacity]
    if len(stays) < 2:
        return
    mean = sum(each.before for each in stays) / sum(each.capacity for each in stays)
    over = sum(max(0, each.before - int(mean * each.capacity)) for each in stays)
    seconds = over / _BALANCE_BYTES_S
    text = _("{size} between nodes, about {time}").format(size=size(over), time=duration(seconds))
    yield Fix("rebalance", _("Rebalance HDFS first"), text, ("balance",), seconds, False, size=over)


def _raise_timeout(it: Situation, bad: Set[str]) -> Iterator[Fix]:
    wanted = needed_timeout_s(it)
    if "time" not in bad or it.request.kill or wanted <= it.request.timeout_s:
        return
    if wanted > _MOST_TIMEOUT_S:
        return
    title = _("Raise the decommission timeout to {time}").format(time=duration(wanted))
    text = _("for this resize only; no node is reconfigured")
    yield Fix("raise_timeout", title, text, ("time",), 0.0, timeout_s=wanted)
