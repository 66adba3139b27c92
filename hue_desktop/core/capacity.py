"""How much a cluster is asked to have: nodes, vCPU, memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import InstanceType

__all__ = ["Capacity", "capacity"]


@dataclass(frozen=True, slots=True)
class Capacity:
    """``vcpu`` and ``memory_gib`` are ``None`` when a type is not in the catalog."""

    nodes: int
    vcpu: int | None = None
    memory_gib: float | None = None

    def with_more(self, nodes: int, kind: InstanceType | None) -> Capacity:
        """The capacity with so many more (or fewer) nodes of a type."""
        if kind is None or self.vcpu is None or self.memory_gib is None:
            return Capacity(self.nodes + nodes)
        return Capacity(
            self.nodes + nodes,
            self.vcpu + nodes * kind.vcpu,
            self.memory_gib + nodes * kind.memory_gib,
        )


def capacity(snapshot: ClusterSnapshot, types: Mapping[str, InstanceType]) -> Capacity:
    """What the groups ask for; with fleets, the nodes that exist."""
    nodes, vcpu, memory = 0, 0, 0.0
    known = True
    for type_name, count in _counts(snapshot):
        nodes += count
        kind = types.get(type_name)
        if kind is None:
            known = known and count == 0
        else:
            vcpu += count * kind.vcpu
            memory += count * kind.memory_gib
    return Capacity(nodes, vcpu, memory) if known else Capacity(nodes)


def _counts(snapshot: ClusterSnapshot) -> Iterable[tuple[str, int]]:
    if snapshot.groups:
        return [(group.instance_type, group.requested) for group in snapshot.groups]
    return [(node.instance_type, 1) for node in snapshot.nodes()]
