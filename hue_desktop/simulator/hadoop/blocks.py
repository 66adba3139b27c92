"""Blocks and replicas: where new ones go, who has them, and how they multiply again over time.

Everything is a function of the facts and the instant given to :meth:`BlockManager.advance`: nothing
runs between two calls, and two short steps lead where one long step does.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hue_desktop.simulator.hadoop.datanodes import HEARTBEAT_EXPIRY_MS, DataNode, NodeFacts
from hue_desktop.simulator.hadoop.errors import HdfsError, io_error
from hue_desktop.simulator.hadoop.inodes import Block, File
from hue_desktop.simulator.hadoop.journal import Journal
from hue_desktop.simulator.hadoop.replication import Replication

__all__ = ["BlockManager", "Health", "no_room"]

_FIRST_BLOCK = 1_073_741_825
_FIRST_GENERATION = 1001
_FACTS = 1  #: key of this module's row in the table of facts
_JOINS, _FILLS, _LEAVES, _GOES = range(4)  #: what happens to a DataNode; in this order at once


@dataclass(frozen=True, slots=True)
class Health:
    """Counts of blocks that are not as they should be."""

    lacking: int  #: fewer live replicas than wanted
    missing: int  #: none at all
    missing_single: int  #: none at all, and only one was wanted


class BlockManager:
    """The blocks of one HDFS and the DataNodes that hold them."""

    def __init__(self, journal: Journal, seed: str, default: int = 1) -> None:
        self._journal = journal
        self._default = default  #: dfs.replication
        self._random = random.Random(seed)
        self.datanodes: dict[int, DataNode] = {}
        self.blocks: dict[int, Block] = {}
        self._wanted: dict[int, int] = {}  #: replication of each block
        self._references: dict[int, int] = {}  #: files (snapshots included) that hold a block
        self._next_block = _FIRST_BLOCK
        self._next_generation = _FIRST_GENERATION
        self.replication = Replication(self)
        self._seen: Mapping[str, NodeFacts] = {}
        self.changes = 0  #: counts what happened to DataNodes
        self._silent: tuple[int, list[DataNode]] = (-1, [])

    # What is kept

    def restore(self) -> None:
        """Take over DataNodes and blocks from the journal."""
        for number, document in self._journal.rows("datanodes"):
            self.datanodes[number] = DataNode.from_document(number, document)
        for block_id, document in self._journal.rows("blocks"):
            block = Block(block_id, document["g"], document["n"], document["r"])
            self.blocks[block_id] = block
            self._count(block, block.replicas, 1)
            self._next_block = max(self._next_block, block_id + 1)
            self._next_generation = max(self._next_generation, block.generation + 1)
        for key, document in self._journal.rows("facts"):
            if key == _FACTS:
                self.replication.done_until = document["done_until"]
                self._next_block = max(self._next_block, document["next_block"])
                self._next_generation = max(self._next_generation, document["next_generation"])

    def adopt(self, file: File) -> None:
        """Note that a file holds its blocks, at the replication it wants."""
        for block in file.blocks:
            self._references[block.id] = self._references.get(block.id, 0) + 1
            self._wanted[block.id] = max(file.replication, self._wanted.get(block.id, 0))
        self.replication.settled = False

    def release(self, file: File) -> list[Block]:
        """Note that a file is gone; the blocks that nobody holds any more."""
        return self.release_blocks(file.blocks)

    def release_blocks(self, blocks: Iterable[Block]) -> list[Block]:
        """Note that a file no longer holds these blocks; those that nobody holds any more."""
        freed = []
        for block in blocks:
            left = self._references.get(block.id, 0) - 1
            self._references[block.id] = left
            if left <= 0:
                freed.append(block)
                self._forget(block)
        return freed

    def _forget(self, block: Block) -> None:
        self._count(block, block.replicas, -1)
        for table in (self.blocks, self._wanted, self._references):
            table.pop(block.id, None)
        self._journal.put("blocks", block.id, None)

    def touch(self, block: Block) -> None:
        """Note that a block has changed."""
        document = {"g": block.generation, "n": block.length, "r": block.replicas}
        self._journal.put("blocks", block.id, document)

    def _touch_node(self, node: DataNode) -> None:
        self._journal.put("datanodes", node.number, node.to_document())

    def touch_facts(self) -> None:
        """Note what is known beside the blocks."""
        document = {
            "done_until": self.replication.done_until,
            "next_block": self._next_block,
            "next_generation": self._next_generation,
        }
        self._journal.put("facts", _FACTS, document)

    # Writing

    def allocate(
        self, path: str, file: File, writer: DataNode | None, excluded: Iterable[int] = ()
    ) -> Block:
        """A new block at the end of a file, with DataNodes chosen for it.

        Raises an ``IOException`` when no DataNode can take it.
        """
        targets = self.choose(path, file, writer, frozenset(excluded))
        block = Block(self._next_block, self._next_generation, 0, [node.number for node in targets])
        self._next_block += 1
        self._next_generation += 1
        self.blocks[block.id] = block
        self._references[block.id] = 1
        self._wanted[block.id] = file.replication
        file.blocks.append(block)
        self.touch(block)
        self.touch_facts()
        return block

    def place(self, file: File, length: int, holders: Iterable[DataNode]) -> Block:
        """A finished block at the end of a file, on these DataNodes."""
        numbers = [node.number for node in holders]
        block = Block(self._next_block, self._next_generation, length, numbers)
        self._next_block += 1
        self._next_generation += 1
        self.blocks[block.id] = block
        self._references[block.id] = 1
        self._wanted[block.id] = file.replication
        file.blocks.append(block)
        self._count(block, numbers, 1)
        self.replication.settled = False
        self.touch(block)
        self.touch_facts()
        return block

    def choose(
        self, path: str, file: File, writer: DataNode | None, excluded: frozenset[int]
    ) -> list[DataNode]:
        """DataNodes for a block: the writer's own first, then any; raises if there is none."""
        running = [node for node in self.datanodes.values() if node.serving]
        able = [
            node
            for node in running
            if node.writable
            and node.running
            and node.number not in excluded
            and node.remaining >= file.block_size
        ]
        if not able:
            raise no_room(path, len(running))
        self._random.shuffle(able)
        able.sort(key=lambda node: node is not writer)
        return able[: file.replication]

    def finalize(self, block: Block, length: int) -> None:
        """A block is written: its length stands, and only DataNodes that still run have it."""
        self._count(block, block.replicas, -1)
        block.length = length
        alive = [number for number in block.replicas if self.datanodes[number].running]
        block.replicas = alive or block.replicas
        self._count(block, block.replicas, 1)
        if len(alive) < self._wanted.get(block.id, 1):
            self.replication.settled = False
        self.touch(block)

    def renew(self, block: Block) -> None:
        """A block is written again (append, truncate): it gets a new generation."""
        block.generation = self._next_generation
        self._next_generation += 1
        self.touch(block)
        self.touch_facts()

    def want(self, file: File) -> None:
        """A file's replication has changed."""
        for block in file.blocks:
            self._wanted[block.id] = file.replication
        self.replication.settled = False

    def _count(self, block: Block, replicas: Iterable[int], sign: int) -> None:
        for number in replicas:
            self.datanodes[number].used += sign * block.length

    def shared(self, block: Block) -> bool:
        """Whether a snapshot holds the block as well."""
        return self._references.get(block.id, 0) > 1

    def copied(self, file: File, block: Block) -> Block:
        """A new block in place of one that the file shares; the bytes are the caller's to copy."""
        copy = Block(self._next_block, self._next_generation, block.length, list(block.replicas))
        self._next_block += 1
        self._next_generation += 1
        self.blocks[copy.id] = copy
        self._references[copy.id] = 1
        self._wanted[copy.id] = file.replication
        self._count(copy, copy.replicas, 1)
        self._references[block.id] -= 1
        file.blocks[file.blocks.index(block)] = copy
        self.touch(copy)
        self.touch_facts()
        return copy

    # Reading

    def any_of(self, nodes: Sequence[DataNode]) -> DataNode:
        """One of several, as chance has it: who asks again may be sent elsewhere."""
        return self._random.choice(nodes)

    def holders(self, block: Block) -> list[DataNode]:
        """DataNodes that the NameNode names for a block, those being decommissioned last."""
        nodes = [self.datanodes[number] for number in block.replicas]
        return sorted((node for node in nodes if node.serving), key=lambda n: n.leaving is not None)

    def readable(self, block: Block) -> bool:
        """Whether a DataNode that really runs has it."""
        return any(self.datanodes[number].running for number in block.replicas)

    def live_replicas(self, block: Block) -> int:
        """Replicas that count: on DataNodes that serve and are not being decommissioned."""
        return sum(1 for node in self.holders(block) if node.leaving is None)

    def wanted(self, block: Block) -> int:
        """How many replicas it should have."""
        return self._wanted.get(block.id, 1)

    def health(self) -> Health:
        """How many blocks lack replicas."""
        lacking = missing = single = 0
        for block in self.blocks.values():
            if not self.holders(block):
                missing += 1
                single += self.wanted(block) == 1
            elif self.live_replicas(block) < self.wanted(block):
                lacking += 1
        return Health(lacking, missing, single)

    def count_on(self, node: DataNode) -> int:
        """Replicas on a DataNode."""
        return sum(1 for block in self.blocks.values() if node.number in block.replicas)

    def lacking_on(self, node: DataNode) -> int:
        """Blocks on a DataNode that have too few live replicas elsewhere."""
        return sum(
            1
            for block in self.blocks.values()
            if node.number in block.replicas and self.live_replicas(block) < self.wanted(block)
        )

    # Time

    def see(self, nodes: Mapping[str, NodeFacts], now: int) -> None:
        """Bring the DataNodes up to the nodes as they are now; the mapping never changes.

        What became of them since the last look happens in the order of time, each after the
        replication that was possible before it.
        """
        if nodes is self._seen:
            return
        self._seen = nodes
        known = {node.key: node for node in self.datanodes.values()}
        for at, what, facts in _news(nodes, known, now):
            if at > self.replication.done_until:
                self.advance(min(at, now))
            if what is _JOINS:
                number = max(self.datanodes, default=0) + 1
                node = DataNode(number, facts.key, facts.host, facts.ip, facts.capacity, at)
                known[facts.key] = self.datanodes[number] = node
                self._changed(node)
                continue
            node = known[facts.key]
            if what is _GOES:
                self._lose(node, at)
            elif what is _LEAVES:
                node.leaving = facts.leaving
                self._changed(node)
            else:
                node.full = facts.full
                self._changed(node)

    def _changed(self, node: DataNode) -> None:
        self.replication.settled = False
        self.changes += 1
        self._touch_node(node)

    def _lose(self, node: DataNode, at: int) -> None:
        """The machine is gone, with every replica on it.

        The NameNode has let go of one that was decommissioned. One that still had to copy blocks
        is missed later, as any machine that dies.
        """
        if node.leaving is not None and node.number not in self.bound():
            node.dead = True
            self._drop_replicas(node)
        node.stopped = at if node.stopped is None else node.stopped
        node.lost = True
        node.held = []
        self._changed(node)

    def bound(self) -> Counter[int]:
        """The DataNodes that decommissioning still holds, with how many blocks each has to copy.

        As in Hadoop, a block that has the default replication elsewhere holds nobody, also when
        its file wants more.
        """
        staying = {node.number for node in self.datanodes.values() if node.counts}
        leaving = {
            node.number
            for node in self.datanodes.values()
            if node.leaving is not None and not node.dead
        }
        held: Counter[int] = Counter()
        if not leaving:
            return held
        for block in self.blocks.values():
            on = leaving.intersection(block.replicas)
            if on:
                enough = min(self.wanted(block), self._default)
                if len(staying.intersection(block.replicas)) < enough:
                    held.update(on)
        return held

    def stop(self, node: DataNode, at: int) -> None:
        """The DataNode's process ends; its disks stay."""
        if node.stopped is None:
            node.stopped = at
            self._changed(node)

    def start(self, node: DataNode, at: int) -> None:
        """The process runs again, counts from 0, and reports the blocks it has."""
        if node.lost or node.stopped is None:
            return
        node.started, node.served, node.received = at, 0, 0
        node.stopped = None
        node.dead = False
        for block_id in node.held:
            block = self.blocks.get(block_id)
            if block is not None and node.number not in block.replicas:
                block.replicas.append(node.number)
                node.used += block.length
                self.touch(block)
        node.held = []
        self._changed(node)

    def fill(self, node: DataNode, *, full: bool) -> None:
        """Fill a DataNode's disks, or make room again."""
        node.filled = full
        self._changed(node)

    def advance(self, now: int) -> None:
        """Let everything happen that is due: DataNodes found dead, replicas made and dropped."""
        if self.replication.settled and not self._unnoticed():
            self.replication.done_until = max(self.replication.done_until, now)
            return
        for node in sorted(self._unnoticed(), key=lambda item: item.stopped or 0):
            due = (node.stopped or 0) + HEARTBEAT_EXPIRY_MS
            if due > now:
                continue
            self.replication.run_until(due)
            node.dead = True
            node.leaving = None if node.lost else node.leaving  # it is missed, not removed
            node.held = [] if node.lost else self._held_by(node)
            self._drop_replicas(node)
            self._changed(node)
        self.replication.run_until(now)

    def _unnoticed(self) -> list[DataNode]:
        """DataNodes that have stopped and are not known to be dead."""
        if self._silent[0] != self.changes:
            nodes = self.datanodes.values()
            silent = [node for node in nodes if node.stopped is not None and not node.dead]
            self._silent = (self.changes, silent)
        return self._silent[1]

    def _held_by(self, node: DataNode) -> list[int]:
        return [block.id for block in self.blocks.values() if node.number in block.replicas]

    def _drop_replicas(self, node: DataNode) -> None:
        for block in self.blocks.values():
            if node.number in block.replicas:
                self.drop(block, node)

    def drop(self, block: Block, node: DataNode) -> None:
        block.replicas.remove(node.number)
        node.used -= block.length
        self.touch(block)


def _news(
    nodes: Mapping[str, NodeFacts], known: Mapping[str, DataNode], now: int
) -> Iterator[tuple[int, int, NodeFacts]]:
    """What happened to DataNodes since they were looked at, in the order of time."""
    found: list[tuple[int, int, NodeFacts]] = []
    for key, facts in nodes.items():
        node = known.get(key)
        if node is None:
            if facts.gone is not None:
                continue  # nobody looked while it was there
            found.append((facts.joined, _JOINS, facts))
        elif node.lost:
            continue
        if facts.full != (node is not None and node.full):
            found.append((now, _FILLS, facts))
        if facts.leaving != (node.leaving if node is not None else None):
            found.append((now if facts.leaving is None else facts.leaving, _LEAVES, facts))
        if facts.gone is not None:
            found.append((facts.gone, _GOES, facts))
    found.sort(key=lambda item: item[:2])
    yield from found


def no_room(path: str, running: int) -> HdfsError:
    """No DataNode takes a block of a file."""
    return io_error(
        f"File {path} could only be written to 0 of the 1 minReplication nodes. There are "
        f"{running} datanode(s) running and {running} node(s) are excluded in this operation."
    )
