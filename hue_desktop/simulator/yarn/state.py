"""One cluster's YARN at an instant: nodes with their states, applications, containers in places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hue_desktop.simulator.world.history import step_history
from hue_desktop.simulator.world.load import Load, Share, load_of, shares_of
from hue_desktop.simulator.world.room import room_history, slots_at, workers_of, yarn_state
from hue_desktop.simulator.yarn.ledger import Ledger
from hue_desktop.simulator.yarn.placement import place, ring_of
from hue_desktop.simulator.yarn.usage import NodeUsage, non_dfs_bytes, usage_of

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.shapes import Shape
    from hue_desktop.simulator.world.world import World

__all__ = ["Yarn", "YarnMoment", "YarnNode"]


@dataclass(frozen=True, slots=True)
class YarnNode:
    """A worker as the ResourceManager lists it; ``held`` are its containers by application."""

    instance: Instance
    host: str
    shape: Shape
    state: str
    held: tuple[tuple[Share, int], ...]

    @property
    def containers(self) -> int:
        """How many containers it holds."""
        return sum(count for _, count in self.held)

    @property
    def schedulable(self) -> bool:
        """Whether the scheduler knows it."""
        return self.state in ("RUNNING", "DECOMMISSIONING")


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where the containers are, for as long as nothing about it changes."""

    key: object
    places: list[list[int]]
    held: list[tuple[tuple[int, int], ...]]  #: for each node (number of the share, containers)


class YarnMoment:
    """The YARN of a cluster at one instant, worked out as far as somebody asks."""

    def __init__(self, yarn: Yarn, at: float) -> None:
        self.at = at
        self.cluster = yarn.cluster
        self.world = yarn.world
        self.ledger = yarn.ledger
        self._yarn = yarn

    @cached_property
    def load(self) -> Load:
        """The figures that CloudWatch's metrics are made of, too."""
        return load_of(self.world, self.cluster, self.at)

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """The applications that run, with their containers."""
        return shares_of(self.world, self.cluster, self.at)

    @cached_property
    def nodes(self) -> list[YarnNode]:
        """All workers that YARN lists, gone ones of the last hour included."""
        world, at = self.world, self.at
        members = [(item, yarn_state(item, at)) for item in self._yarn.workers(at)]
        listed = [(item, state) for item, state in members if state]
        shapes = [world.shapes.get(item.instance_type) for item, _ in listed]
        held = self._placed(listed, shapes).held
        return [
            YarnNode(
                item,
                world.private_dns(item),
                shapes[number],
                state,
                tuple((self.shares[share], count) for share, count in held[number]),
            )
            for number, (item, state) in enumerate(listed)
        ]

    def node_at(self, ec2_id: str) -> YarnNode | None:
        """The worker on an EC2 instance."""
        return self._by_ec2_id.get(ec2_id)

    @cached_property
    def _by_ec2_id(self) -> dict[str, YarnNode]:
        return {node.instance.ec2_id: node for node in self.nodes}

    def containers_of(self, node: YarnNode) -> list[tuple[Share, int]]:
        """The containers on a node: the application and the container's number, from 1."""
        number = self.nodes.index(node)
        return [
            (share, place + 1)
            for share, nodes in zip(self.shares, self._yarn.placed.places, strict=True)
            for place, holder in enumerate(nodes)
            if holder == number
        ]

    def master_of(self, share: Share) -> YarnNode | None:
        """The node with an application's first container, its ApplicationMaster."""
        nodes = self.nodes
        holders = self._yarn.placed.places[self.shares.index(share)]
        return nodes[holders[0]] if holders else None

    def usage(self, node: YarnNode) -> NodeUsage:
        """CPU and memory of a node."""
        return usage_of(node.instance, node.shape, node.held, self.at)

    def non_dfs_bytes(self, node: YarnNode, dfs_bytes: int) -> int:
        """What lies on its data disks beside HDFS."""
        return non_dfs_bytes(node.instance, node.shape, node.held, dfs_bytes, self.at)

    def _placed(self, listed: Sequence[tuple[Instance, str]], shapes: Sequence[Shape]) -> _Placed:
        slots = [
            slots_at(item, shape, self.at) for (item, _), shape in zip(listed, shapes, strict=True)
        ]
        states = [state for _, state in listed]
        wanted = tuple((share.application.id, share.got) for share in self.shares)
        key = (tuple(item.id for item, _ in listed), tuple(states), tuple(slots), wanted)
        if self._yarn.placed.key != key:
            draining = [
                slot if state == "DECOMMISSIONING" else 0
                for slot, state in zip(slots, states, strict=True)
            ]
            free = [
                slot if state == "RUNNING" else 0 for slot, state in zip(slots, states, strict=True)
            ]
            places = place(ring_of(free), ring_of(draining), wanted)
            self._yarn.placed = _Placed(key, places, _by_node(places, len(slots)))
        return self._yarn.placed


def _by_node(places: Sequence[Sequence[int]], nodes: int) -> list[tuple[tuple[int, int], ...]]:
    held: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    for share, holders in enumerate(places):
        for node, count in Counter(holders).items():
            held[node].append((share, count))
    return [tuple(item) for item in held]


class Yarn:
    """One cluster's YARN; keeps what it worked out for the instant that was asked last."""

    def __init__(self, world: World, cluster: Cluster) -> None:
        self.world = world
        self.cluster = cluster
        self.placed = _Placed(None, [], [])
        self.ledger = Ledger(world, cluster)
        self._moment: tuple[tuple[object, ...], YarnMoment] | None = None

    def now(self) -> YarnMoment:
        """The instant at which the world stands; the caller holds the region's lock."""
        room = room_history(self.cluster, self.world.shapes)
        steps = step_history(self.cluster)
        key = (self.world.at, room, steps)  # compared by identity, so that a change counts
        if self._moment is None or self._moment[0] != key:
            self._moment = (key, YarnMoment(self, self.world.at))
        return self._moment[1]

    def workers(self, at: float) -> list[Instance]:
        """The workers that YARN may still list."""
        cached = self.cluster.node_cache.get("yarn-workers")
        if not isinstance(cached, list):
            cached = [item for item in workers_of(self.cluster) if item.ended + 7200 > at]
            self.cluster.node_cache["yarn-workers"] = cached
        return cached
