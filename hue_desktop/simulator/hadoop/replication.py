"""How replicas multiply again over time, at the pace of Hadoop's defaults.

Rounds begin every three seconds since the last instant at which nothing was left to do, so that two
short steps lead where one long step does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.blocks import BlockManager
    from hue_desktop.simulator.hadoop.datanodes import DataNode
    from hue_desktop.simulator.hadoop.inodes import Block

__all__ = ["Replication"]

_ROUND_MS = 3_000  #: the NameNode plans replication that often
_PER_NODE = 2  #: dfs.namenode.replication.work.multiplier.per.iteration
_STREAMS = 2  #: dfs.namenode.replication.max-streams
_STREAMS_AT_MOST = 4  #: dfs.namenode.replication.max-streams-hard-limit
_STREAM_BYTES_S = 50 * 1024**2  #: what one copy from disk to disk gets
_LOOK_AHEAD = 2000  #: blocks that cannot be sent in a round, before it is called full


class Replication:
    """Makes the replicas that a manager's blocks lack, and drops those that are too many."""

    def __init__(self, manager: BlockManager) -> None:
        self._manager = manager
        self.done_until = 0  #: it has been planned up to here, epoch milliseconds
        self.settled = False  #: nothing is left to do

    def seconds_left(self) -> float:
        """About how long the replication that can be done now will take."""
        live = sum(1 for node in self._manager.datanodes.values() if node.writable)
        rounds = math.ceil(len(self._work()) / (_PER_NODE * max(1, live)))
        alone = max(self._manager.bound().values(), default=0) / _STREAMS_AT_MOST
        return max(rounds, alone) * _ROUND_MS / 1000

    def run_until(self, now: int) -> None:
        """Copy what there is time for by an instant, epoch milliseconds."""
        if self.settled:
            self.done_until = max(self.done_until, now)
            return
        waiting = [(live, block.id) for live, block in self._work()]
        rounds = max(0, now - self.done_until) // _ROUND_MS
        done = self.done_until + rounds * _ROUND_MS
        at = self.done_until
        while waiting and at < done:
            at += _ROUND_MS
            if not self._round(waiting, at):
                busy = [
                    node.free_at for node in self._manager.datanodes.values() if node.free_at >= at
                ]
                if not busy:
                    break  # nothing changes by waiting
        self.settled = not waiting
        self.done_until = done if waiting else max(self.done_until, now)
        self._manager.touch_facts()

    def _round(self, waiting: list[tuple[int, int]], at: int) -> int:
        """Copy what one round allows of a heap of (live replicas, block); how many blocks.

        As in Hadoop, a node sends two blocks at a time, or four when it is being decommissioned or
        nobody else has the block; each takes as long as its bytes do.
        """
        nodes = self._manager.datanodes
        budget = _PER_NODE * max(1, sum(1 for node in nodes.values() if node.writable))
        free = {
            node.number: _STREAMS_AT_MOST
            for node in nodes.values()
            if node.running and node.free_at < at
        }
        copied = 0
        later: list[tuple[int, int]] = []
        while waiting and copied < budget and free:
            live, block_id = heappop(waiting)
            block = self._manager.blocks[block_id]
            source = self._source(block, live, free)
            target = self._target(block) if source is not None else None
            if source is None or target is None:
                later.append((live, block_id))
                if len(later) > _LOOK_AHEAD:
                    break
                continue
            self._send(block, source, target, at)
            free[source.number] -= 1
            if not free[source.number] or source.free_at >= at + _ROUND_MS:
                del free[source.number]
            copied += 1
            if live + 1 < self._manager.wanted(block):
                later.append((live + 1, block_id))
        for item in later:
            heappush(waiting, item)
        return copied

    def _source(self, block: Block, live: int, free: Mapping[int, int]) -> DataNode | None:
        """Who sends a block: of those that may send more in this round the least busy."""
        able = []
        for number in block.replicas:
            node = self._manager.datanodes[number]
            urgent = live == 0 or node.leaving is not None
            left = free.get(number, 0) - (0 if urgent else _STREAMS_AT_MOST - _STREAMS)
            if left > 0:
                able.append((-left, number))
        return self._manager.datanodes[min(able)[1]] if able else None

    def _target(self, block: Block) -> DataNode | None:
        """Who gets another replica: the DataNode with the most room."""
        able = [
            node
            for node in self._manager.datanodes.values()
            if node.writable
            and node.running
            and node.number not in block.replicas
            and node.remaining >= block.length
        ]
        return max(able, key=lambda node: (node.remaining, -node.number), default=None)

    def _send(self, block: Block, source: DataNode, target: DataNode, at: int) -> None:
        took = block.length * 1000 / (_STREAMS * _STREAM_BYTES_S)
        source.free_at = max(source.free_at, at - _ROUND_MS) + took
        block.replicas.append(target.number)
        target.used += block.length
        self._manager.touch(block)

    def _work(self) -> list[tuple[int, Block]]:
        """Blocks that can get another replica, with how many count, those with the fewest first.

        Drops replicas that are too many.
        """
        nodes = self._manager.datanodes.values()
        places = sum(1 for node in nodes if node.writable and node.running)
        counting = {node.number for node in nodes if node.counts}
        running = {node.number for node in nodes if node.running}
        lacking: list[tuple[int, int, Block]] = []
        for block in self._manager.blocks.values():
            live, wanted = len(counting.intersection(block.replicas)), self._manager.wanted(block)
            if live > wanted:
                self._drop_extra(block, live - wanted)
            elif live < wanted and live < places and not running.isdisjoint(block.replicas):
                lacking.append((live, block.id, block))
        lacking.sort(key=lambda item: item[:2])
        return [(live, block) for live, _, block in lacking]

    def _drop_extra(self, block: Block, count: int) -> None:
        extra = [node for node in self._manager.holders(block) if node.leaving is None]
        extra.sort(key=lambda node: node.remaining)
        for node in extra[:count]:
            self._manager.drop(block, node)
