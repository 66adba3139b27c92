"""Which nodes go: those that were named, the cheapest to lose, or the worst that EMR might take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hue_desktop.core.shrink.blocks import BlockTable
from hue_desktop.core.shrink.sweep import Load, Stay, held_of, stay_of, sweep
from hue_desktop.core.shrink.values import AdminState, CoreNode, ShrinkRequest

__all__ = ["Field", "field_of"]

_GONE = (AdminState.DECOMMISSIONING, AdminState.DECOMMISSIONED)
_CONTAINER_BYTES = 1 << 30  #: interrupting a container weighs as much as copying so many bytes
_MASTER_BYTES = 16 << 30  #: an application master: its application starts again
_CRITICAL = 3  #: a byte that has no other copy weighs so many times more


@dataclass(frozen=True, slots=True)
class Field:
    """Nodes and table with one numbering: that of the table, then nodes without blocks.

    ``group`` are the numbers of the nodes that may leave, ``used`` is by number.
    """

    table: BlockTable
    nodes: tuple[CoreNode, ...]
    stay: Stay
    by_number: dict[int, CoreNode]
    number: dict[str, int]  #: by host
    group: tuple[int, ...]
    used: NDArray[np.int64]

    @property
    def hosts(self) -> int:
        """How many numbers there are."""
        return len(self.used)

    @property
    def size(self) -> int:
        """How many nodes the group has that are not on their way out."""
        return len(self.group)

    def named(self, ids: Sequence[str]) -> tuple[int, ...]:
        """The numbers of nodes by EC2 id or host, in that order; unknown ones are left out."""
        known = {node.ec2_id: number for number, node in self.by_number.items() if node.ec2_id}
        known |= {node.host: number for number, node in self.by_number.items()}
        return tuple(dict.fromkeys(known[each] for each in ids if each in known))

    def unknown(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Those of the ids that are no node of the group."""
        return tuple(each for each in ids if not self.named([each]))

    def ids(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """EC2 ids, or hosts where they are not known."""
        nodes = (self.by_number[each] for each in numbers)
        return tuple(node.ec2_id or node.host for node in nodes)

    def staying(self, leaving: Sequence[int]) -> tuple[CoreNode, ...]:
        """The nodes that serve and are not among those that leave."""
        gone = frozenset(leaving)
        nodes = ((number, node) for number, node in self.by_number.items() if node.serves)
        return tuple(node for number, node in nodes if number not in gone)

    def cheapest(self, steps: int, first: Sequence[int] = ()) -> Load:
        """Nodes in the order in which losing them costs least; ``first`` goes before."""
        costs = np.array([self._cost(number) for number in range(self.hosts)], np.int64)

        def pick(critical: NDArray[np.int64], left: list[int]) -> int:
            return self._best(costs + _CRITICAL * critical, left, first, np.argmin)

        return sweep(self.table, self.stay, self.hosts, min(steps, self.size), pick)

    def worst(self, steps: int, first: Sequence[int] = ()) -> Load:
        """Nodes in the order in which they take most that nobody else has."""

        def pick(critical: NDArray[np.int64], left: list[int]) -> int:
            return self._best(critical * 4 + self.used // 1024, left, first, np.argmax)

        return sweep(self.table, self.stay, self.hosts, min(steps, self.size), pick)

    def _best(
        self,
        scores: NDArray[np.int64],
        left: list[int],
        first: Sequence[int],
        choose: Callable[[NDArray[np.int64]], np.int64],
    ) -> int:
        if len(left) < len(first):
            return first[len(left)]
        gone = set(left)
        open_ = [number for number in self.group if number not in gone]
        return open_[int(choose(scores[open_]))]

    def _cost(self, number: int) -> int:
        node = self.by_number.get(number)
        if node is None:
            return int(self.used[number])
        work = (node.containers or 0) * _CONTAINER_BYTES
        return int(self.used[number]) + work + (node.application_masters or 0) * _MASTER_BYTES


def field_of(table: BlockTable, nodes: Sequence[CoreNode], request: ShrinkRequest) -> Field:
    """Number the nodes; those of the request's group may leave."""
    number = {host: at for at, host in enumerate(table.hosts)}
    for node in nodes:
        number.setdefault(node.host, len(number))
    by_number = {number[node.host]: node for node in nodes}
    group = tuple(
        number[node.host]
        for node in nodes
        if node.state not in _GONE
        and (not request.group_id or not node.group_id or node.group_id == request.group_id)
    )
    used = np.zeros(len(number), np.int64)
    if table.blocks:
        used[: len(table.hosts)] = _used(table)
    return Field(table, tuple(nodes), stay_of(table, nodes), by_number, number, group, used)


def _used(table: BlockTable) -> list[int]:
    """Bytes of replicas on each host."""
    held = held_of(table)
    return [int(table.length[held.of(host)].sum()) for host in range(len(table.hosts))]
