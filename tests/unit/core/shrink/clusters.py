"""Small HDFS clusters drawn by hypothesis, and what is true of them counted block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.shrink import (
    AdminState,
    BlockTable,
    BlockTableBuilder,
    CoreNode,
    ShrinkLimits,
    ShrinkRequest,
)

__all__ = [
    "GROUP",
    "LIMITS",
    "MIB",
    "REF",
    "Drawn",
    "clusters",
    "core_nodes",
    "request",
    "table_of",
]

MIB = 1024**2
GIB = 1024**3
GROUP = "ig-CORE"
REF = ClusterRef("test", "us-east-1", "j-TEST")
LIMITS = ShrinkLimits(replication=2)

#: A file: replication that it wants, and the blocks' lengths with the numbers of their nodes.
File = tuple[int, tuple[tuple[int, tuple[int, ...]], ...]]


def host(number: int) -> str:
    """A private name."""
    return f"ip-10-0-0-{number + 10}.ec2.internal"


def table_of(nodes: int, files: tuple[File, ...]) -> BlockTable:
    """The files as ``/data/0``, ``/data/1`` …"""
    builder = BlockTableBuilder([host(number) for number in range(nodes)])
    for number, (factor, blocks) in enumerate(files):
        builder.add_path(
            f"/data/{number}",
            factor,
            [(length, [host(each) for each in on]) for length, on in blocks],
        )
    return builder.table()


def core_nodes(
    nodes: int,
    files: tuple[File, ...] = (),
    *,
    capacity: int = 1000 * GIB,
    states: dict[int, AdminState] | None = None,
) -> list[CoreNode]:
    """The nodes, filled with the files' replicas."""
    used = [0] * nodes
    for _factor, blocks in files:
        for length, on in blocks:
            for each in on:
                used[each] += length
    return [
        CoreNode(
            host(number),
            f"i-{number}",
            GROUP,
            capacity=capacity,
            used=used[number],
            remaining=capacity - used[number],
            containers=0,
            usd_hour=0.5,
            state=(states or {}).get(number, AdminState.IN_SERVICE),
        )
        for number in range(nodes)
    ]


def request(
    *leaving: int, count: int | None = None, nodes: int = 0, **more: object
) -> ShrinkRequest:
    """The nodes of those numbers shall go."""
    ids = tuple(f"i-{each}" for each in leaving)
    wanted = nodes - len(leaving) if count is None else count
    return ShrinkRequest(REF, GROUP, ids, wanted, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Drawn:
    """A cluster, some nodes of which already leave or are dead; and the nodes that shall go."""

    nodes: int
    files: tuple[File, ...]
    states: dict[int, AdminState]
    leaving: tuple[int, ...]

    def stays(self, number: int) -> bool:
        """Whether its replicas count afterwards."""
        return number not in self.leaving and number not in self.states

    def serves(self, number: int) -> bool:
        """Whether they count now."""
        return number not in self.states

    def blocks(self) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """The file, the length and the nodes of each block."""
        for file, (_factor, blocks) in enumerate(self.files):
            for length, on in blocks:
                yield file, length, on


@st.composite
def clusters(draw: st.DrawFn) -> Drawn:
    """2 to 7 nodes, up to 8 files."""
    nodes = draw(st.integers(2, 7))
    numbers = st.integers(0, nodes - 1)
    block = st.tuples(
        st.sampled_from((MIB, 64 * MIB, 128 * MIB)),
        st.lists(numbers, max_size=4, unique=True).map(tuple),
    )
    file = st.tuples(st.integers(1, 4), st.lists(block, max_size=5).map(tuple))
    files = draw(st.lists(file, max_size=8).map(tuple))
    odd = st.sampled_from((AdminState.DECOMMISSIONING, AdminState.DEAD))
    states = draw(st.dictionaries(numbers, odd, max_size=2))
    leaving = draw(st.lists(numbers, max_size=nodes, unique=True).map(tuple))
    return Drawn(
        nodes, files, states, tuple(each for each in leaving if _may_leave(states.get(each)))
    )


def _may_leave(state: AdminState | None) -> bool:
    return state is not AdminState.DECOMMISSIONING
