"""Notes what CloudWatch gets of an HDFS: at each five minutes, in the order of time.

It runs before an operation changes anything, for all the marks that have passed since; between two
operations only time passes, and what that does (a DataNode found dead, blocks replicated again) an
HDFS can work out for any instant. So nobody has to be awake at the marks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hue_desktop.simulator.hadoop.datanodes import NodeFacts
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.world.hdfs_record import EVERY_S, HdfsFigures
from hue_desktop.simulator.world.world import World

__all__ = ["HdfsRecorder"]

_KEPT_S = 63 * 86400  #: CloudWatch shows nothing older


class HdfsRecorder:
    """Keeps the record of one HDFS; ``nodes_at`` gives its DataNodes at an instant."""

    def __init__(
        self,
        world: World,
        cluster_id: str,
        hdfs: Hdfs,
        nodes_at: Callable[[float], Mapping[str, NodeFacts]],
    ) -> None:
        self._world = world
        self._cluster_id = cluster_id
        self._hdfs = hdfs
        self._nodes_at = nodes_at
        self._seen = -1  #: the journal's count when the figures were last taken
        self._busy = False
        if not world.telemetry.hdfs_record(cluster_id).until:
            self.begin()
        world.telemetry.keepers[cluster_id] = self.catch_up

    def begin(self) -> None:
        """Let its figures count from now on; what was told already stays."""
        record = self._world.telemetry.hdfs_record(self._cluster_id)
        self._world.touch(record.note(int(self._world.at) + 1, figures_of(self._hdfs)))

    def catch_up(self) -> None:
        """Note the marks up to the world's instant."""
        world, record = self._world, self._world.telemetry.hdfs_record(self._cluster_id)
        since = max(record.until, int(world.at) - _KEPT_S)
        first = (since // EVERY_S + 1) * EVERY_S
        if self._busy or first > world.at:
            return
        self._busy = True
        try:
            for mark in range(first, int(world.at) + 1, EVERY_S):
                with self._hdfs.session(self._nodes_at(mark), now=mark * 1000) as hdfs:
                    changed = hdfs.journal.noted != self._seen
                    self._seen = hdfs.journal.noted
                    world.touch(record.note(mark, figures_of(hdfs) if changed else None))
        finally:
            self._busy = False

    def close(self) -> None:
        """The HDFS is closed; its record stays."""
        if self._world.telemetry.keepers.get(self._cluster_id) == self.catch_up:
            del self._world.telemetry.keepers[self._cluster_id]


def figures_of(hdfs: Hdfs) -> HdfsFigures:
    """The figures of an HDFS, inside a session."""
    nodes = list(hdfs.blocks.datanodes.values())
    live = [node for node in nodes if not node.dead]
    lost = [node for node in nodes if node.dead and node.leaving is None]
    missing, lacking = _short_of_replicas(hdfs)
    return HdfsFigures(
        used=sum(node.used for node in live),
        capacity=sum(node.capacity for node in live),
        live=len(live),
        known=len(live) + len(lost),
        missing=missing,
        lacking=lacking,
        draining=sum(node.leaving is not None for node in live),
    )


def _short_of_replicas(hdfs: Hdfs) -> tuple[int, int]:
    """Blocks without a replica, and with too few; counted often, so without asking each node."""
    blocks = hdfs.blocks
    serving = {node.number for node in blocks.datanodes.values() if node.serving}
    staying = {node.number for node in blocks.datanodes.values() if node.leaving is None}
    missing = lacking = 0
    for block in blocks.blocks.values():
        held = serving.intersection(block.replicas)
        if not held:
            missing += 1
        elif len(held & staying) < blocks.wanted(block):
            lacking += 1
    return missing, lacking
