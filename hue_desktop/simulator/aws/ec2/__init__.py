"""EC2, as far as the nodes of EMR clusters and the Spot market go; moto answers the rest."""

from __future__ import annotations

from collections.abc import Mapping

from hue_desktop.simulator.aws.ec2.instances import InstanceOperations
from hue_desktop.simulator.aws.ec2.nodes import Nodes
from hue_desktop.simulator.aws.ec2.outside import OutsideOperations
from hue_desktop.simulator.aws.ec2.spot import SpotOperations
from hue_desktop.simulator.aws.ec2.volumes import VolumeOperations
from hue_desktop.simulator.service import Operation
from hue_desktop.simulator.world.world import World

__all__ = ["Ec2Service"]


class Ec2Service:
    """The EC2 operations that the region answers from its world."""

    name = "ec2"

    def __init__(self, world: World) -> None:
        nodes = Nodes(world)
        self._rooms = (
            InstanceOperations(world, nodes),
            OutsideOperations(world),
            SpotOperations(world, nodes),
            VolumeOperations(world, nodes),
        )

    def operations(self) -> Mapping[str, Operation]:
        """By model name."""
        return {name: run for room in self._rooms for name, run in room.operations().items()}
