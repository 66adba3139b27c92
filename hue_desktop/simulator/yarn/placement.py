"""On which nodes the containers of applications run: a rule without memory.

All slots of a cluster form a ring, the first slot of every node, then the second of every node, and
so on. An application begins at a place that its id decides and takes the next slots that are free,
so its containers stay where they are while others grow and shrink elsewhere. Slots of nodes that
are being decommissioned count as taken first: what runs there began before.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

__all__ = ["place", "ring_of"]


def ring_of(slots: Sequence[int]) -> list[int]:
    """The ring of a cluster: node numbers, one for each slot."""
    return [
        node
        for level in range(max(slots, default=0))
        for node, count in enumerate(slots)
        if count > level
    ]


def place(
    ring: Sequence[int], draining: Sequence[int], shares: Sequence[tuple[str, int]]
) -> list[list[int]]:
    """For each (application, containers) the node of each of its containers.

    ``ring`` holds the slots that take containers, ``draining`` those that only keep them; there
    must be as many slots as containers.
    """
    taken = bytearray(len(ring))
    kept = 0
    placed: list[list[int]] = []
    for application, count in shares:
        left = min(count, len(draining) - kept)
        nodes = list(draining[kept : kept + left])
        kept += left
        at = zlib.crc32(application.encode()) % len(ring) if ring else 0
        for _ in range(count - left):
            at = taken.find(0, at)
            if at < 0:
                at = taken.find(0)
            taken[at] = 1
            nodes.append(ring[at])
        placed.append(nodes)
    return placed
