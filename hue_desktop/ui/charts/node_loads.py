"""What live health measures of single nodes, as colours and as texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hue_desktop.core.format import DASH, count, percent
from hue_desktop.core.instances import Instance
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.text import _

__all__ = ["LOADS", "PROBLEM_STATES", "Load", "NodeLoads"]

#: YARN's states of a node that ask for attention.
PROBLEM_STATES = frozenset(("UNHEALTHY", "LOST"))


@dataclass(frozen=True, slots=True)
class Load:
    """A metric that each node may have; ``share`` ones are percent, the others are counted."""

    key: str
    metric: str
    title: str
    short: str
    share: bool = True


#: Every metric that nodes are coloured by, by key.
LOADS: Mapping[str, Load] = {
    each.key: each
    for each in (
        Load("cpu", "node.cpu", _("CPU %"), _("CPU")),
        Load("memory", "node.memory", _("Memory %"), _("Memory")),
        Load("disk", "node.disk", _("Disk %"), _("Disk")),
        Load("yarn", "yarn.memory.share", _("YARN memory %"), _("YARN")),
        Load("containers", "yarn.containers", _("Containers"), _("Cont."), share=False),
        Load("hdfs", "hdfs.share", _("HDFS %"), _("HDFS")),
        Load("blocks", "hdfs.blocks", _("HDFS blocks"), _("Blocks"), share=False),
    )
}

_Readings = Mapping[str, NodeReading]


@dataclass(slots=True)
class NodeLoads:
    """The newest readings by private DNS name; columns look at it when a cell is drawn.

    ``problems`` is what they say is wrong with nodes, by EMR's instance id.
    """

    readings: _Readings = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    def known(self) -> frozenset[str]:
        """The keys of ``LOADS`` that some node has a value of."""
        names: set[str] = set()
        for reading in self.readings.values():
            names.update(reading.values)
        return frozenset(key for key, load in LOADS.items() if load.metric in names)

    def value(self, node: Instance, key: str) -> float | None:
        """A node's value; ``None`` where nobody measured it."""
        reading = self.readings.get(node.private_dns)
        return None if reading is None else reading.values.get(LOADS[key].metric)

    def share(self, node: Instance, key: str) -> float | None:
        """A node's value from 0 to 1, for a bar."""
        value = self.value(node, key)
        return None if value is None else min(1.0, max(0.0, value / 100.0))

    def text(self, node: Instance, key: str) -> str:
        """A node's value with its unit."""
        value = self.value(node, key)
        if value is None:
            return DASH
        return percent(value) if LOADS[key].share else count(value)

    def tip(self, node: Instance) -> str:
        """All values of a node in one line, what YARN says of its health in another."""
        reading = self.readings.get(node.private_dns)
        if reading is None:
            return ""
        words = [
            f"{load.short} {self.text(node, key)}"
            for key, load in LOADS.items()
            if load.metric in reading.values
        ]
        lines = [" · ".join(words)] if words else []
        if reading.state in PROBLEM_STATES:
            lines.append(f"YARN: {reading.state.lower()} {reading.health}".strip())
        return "\n".join(lines)
