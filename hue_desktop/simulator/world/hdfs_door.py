"""What the world asks of the HDFS of its clusters before core nodes go.

The world knows numbers about HDFS, a door knows blocks. Without one, and for clusters that it does
not serve, the numbers decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance

__all__ = ["HdfsDoor", "Held"]


@dataclass(frozen=True, slots=True)
class Held:
    """Nodes that decommissioning still holds, by EC2 id, and about how long it will."""

    nodes: frozenset[str]
    seconds: float


class HdfsDoor(Protocol):
    """Answers at the world's instant and never moves it; called under the region's lock."""

    def knows(self, cluster: Cluster) -> bool:
        """Whether there is an HDFS of that cluster to be asked."""

    def may_leave(self, cluster: Cluster, leaving: Sequence[Instance]) -> int:
        """How many of these nodes, in their order, HDFS can do without: enough nodes stay for
        ``dfs.replication``, with enough room."""

    def held(self, cluster: Cluster) -> Held:
        """Who still has blocks that are nowhere else often enough."""
