"""How fast HDFS empties nodes, and where their bytes go.

The NameNode plans 2 copies for each live node every 3 s (``dfs.namenode.replication.work.
multiplier.per.iteration``, ``dfs.namenode.redundancy.interval.seconds``); a node sends 2 blocks at
a time, one that is being decommissioned 4 (``dfs.namenode.replication.max-streams`` and its hard
limit), and gets new orders with its heartbeat, every 3 s (``hdfs-default.xml``). What a node can
send is supposed to be what 2 streams get, however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hue_desktop.core.format import size
from hue_desktop.core.shrink.values import CoreNode, DrainRate, NodeRoom, RateSource
from hue_desktop.core.text import _

__all__ = ["PADDED_BYTES", "STREAM_BYTES_S", "Filling", "estimated", "fill", "urgent"]

ROUND_S = 3.0
BLOCKS_PER_NODE = 2  #: planned in each round
STREAMS, URGENT_STREAMS = 2, 4  #: of a node at a time
STREAM_BYTES_S = 50 * 1024**2  #: a copy from disk to disk, supposed
#: A leaving node begins four blocks in a round and sends two streams' worth of bytes in it: what is
#: smaller than this takes no less time.
PADDED_BYTES = int(STREAM_BYTES_S * STREAMS * ROUND_S / URGENT_STREAMS)


def estimated(staying: int, leaving: int, share: float = 0.0) -> DrainRate:
    """The rate that Hadoop's defaults allow.

    ``share`` of the bytes lie on nodes that stay as well, which then send, too.
    """
    staying = max(1, staying)
    helping = share * staying
    blocks_s = min(BLOCKS_PER_NODE * staying, URGENT_STREAMS * leaving + STREAMS * helping)
    senders = max(1.0, leaving + helping)
    bytes_s = min(senders, staying) * STREAMS * STREAM_BYTES_S
    text = _(
        "An estimate from Hadoop’s defaults: {n} copies at a time for a node, each at {rate}/s."
    ).format(n=STREAMS, rate=size(STREAM_BYTES_S))
    return DrainRate(bytes_s, RateSource.ESTIMATED, text, max(STREAMS, blocks_s) / ROUND_S)


def urgent(rate: DrainRate, staying: int, leaving: int) -> DrainRate:
    """The rate for blocks that have no other copy, which HDFS copies before all others."""
    if rate.source is RateSource.ESTIMATED:
        return estimated(staying, leaving)
    return rate


@dataclass(frozen=True, slots=True)
class Filling:
    """Where the bytes go. ``over`` is what finds no room at all.

    ``over_careful`` is what finds none on disks that are kept below the share at which YARN
    denies a node. ``known``: every staying node told its capacity.
    """

    rooms: tuple[NodeRoom, ...]
    free: int
    over: int
    over_careful: int
    capacity: int
    after: int
    known: bool


def fill(
    nodes: Sequence[CoreNode],
    leaving: frozenset[str],
    moved: int,
    full_share: float,
) -> Filling:
    """Spread the bytes evenly over the nodes that stay (HDFS chooses targets by chance).

    ``leaving`` are hosts. A node above ``full_share`` is supposed to take nothing while others can.
    """
    stays = [node for node in nodes if node.host not in leaving and node.serves]
    known = bool(stays) and all(node.capacity is not None for node in stays)
    careful = [_room(node, full_share) for node in stays]
    free = [_room(node, 1.0) for node in stays]
    added = _spread(moved, careful)
    over_careful = moved - sum(added)
    more = _spread(over_careful, [a - b for a, b in zip(free, added, strict=True)])
    over = over_careful - sum(more)
    gains = {node.host: a + b for node, a, b in zip(stays, added, more, strict=True)}
    takes = {node.host: room > 0 for node, room in zip(stays, careful, strict=True)}
    rooms = []
    for node in nodes:
        before = _before(node)
        if node.capacity is None or before is None or not node.readable:
            continue
        goes = node.host in leaving
        after = 0 if goes else before + gains.get(node.host, 0)
        took = takes.get(node.host, False)
        rooms.append(NodeRoom(node.host, node.ec2_id, before, after, node.capacity, goes, took))
    capacity = sum(node.capacity or 0 for node in stays)
    after = sum(each.after for each in rooms if not each.leaves and each.host in gains)
    return Filling(tuple(rooms), sum(free), over, over_careful, capacity, after, known)


def _before(node: CoreNode) -> int | None:
    """Bytes in use on its disks, of HDFS and others."""
    if node.capacity is not None and node.remaining is not None:
        return max(0, node.capacity - node.remaining)
    return node.used


def _room(node: CoreNode, share: float) -> int:
    """What still fits until its disks are so full."""
    before = _before(node)
    if node.capacity is None or before is None:
        return 0
    remaining = node.capacity - before
    return max(0, min(remaining, int(node.capacity * share) - before))


def _spread(amount: int, rooms: Sequence[int]) -> list[int]:
    """Even shares, as far as each has room."""
    added = [0] * len(rooms)
    left = amount
    open_ = [at for at, room in enumerate(rooms) if room > 0]
    while left > 0 and open_:
        share = max(1, left // len(open_))
        for at in open_:
            part = min(share, rooms[at] - added[at], left)
            added[at] += part
            left -= part
        open_ = [at for at in open_ if rooms[at] > added[at]]
    return added
