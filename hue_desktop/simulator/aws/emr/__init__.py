"""Amazon EMR: every operation of its model, answered from the world of the simulated region."""

from __future__ import annotations

from collections.abc import Mapping

from hue_desktop.simulator.aws.emr.app_ui import AppUiOperations
from hue_desktop.simulator.aws.emr.clusters import ClusterOperations
from hue_desktop.simulator.aws.emr.fleets import FleetOperations
from hue_desktop.simulator.aws.emr.groups import GroupOperations
from hue_desktop.simulator.aws.emr.instances import InstanceOperations
from hue_desktop.simulator.aws.emr.job_flows import JobFlowOperations
from hue_desktop.simulator.aws.emr.not_simulated import NotSimulatedOperations
from hue_desktop.simulator.aws.emr.policies import PolicyOperations
from hue_desktop.simulator.aws.emr.releases import ReleaseOperations
from hue_desktop.simulator.aws.emr.run_job_flow import RunJobFlow
from hue_desktop.simulator.aws.emr.security import SecurityOperations
from hue_desktop.simulator.aws.emr.steps import StepOperations
from hue_desktop.simulator.service import Operation
from hue_desktop.simulator.world.world import World

__all__ = ["EmrService"]


class EmrService:
    """The EMR API of a world."""

    name = "emr"

    def __init__(self, world: World) -> None:
        rooms = (
            RunJobFlow(world),
            ClusterOperations(world),
            GroupOperations(world),
            FleetOperations(world),
            InstanceOperations(world),
            StepOperations(world),
            PolicyOperations(world),
            SecurityOperations(world),
            ReleaseOperations(world),
            AppUiOperations(world),
            JobFlowOperations(world),
            NotSimulatedOperations(),
        )
        self._operations: dict[str, Operation] = {}
        for room in rooms:
            self._operations.update(room.operations())

    def operations(self) -> Mapping[str, Operation]:
        """All operations by their names in the model."""
        return self._operations
