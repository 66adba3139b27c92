"""Worlds without a front, for tests of what clusters do over time.

Requests go through the real operations; answers are checked against botocore's output shapes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from hue_desktop.simulator.aws.emr import EmrService
from hue_desktop.simulator.chance import Chance
from hue_desktop.simulator.clock import Clock
from hue_desktop.simulator.instance_types import TypeCatalog
from hue_desktop.simulator.service import Call
from hue_desktop.simulator.spot_market import SpotMarket
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.documents import Stored
from hue_desktop.simulator.world.world import World

__all__ = ["START", "TestedWorld", "group", "groups", "step"]

Json = dict[str, Any]
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@cache
def emr_model() -> ServiceModel:
    """botocore's model of EMR."""
    return ServiceModel(Loader().load_service_model("emr", "service-2"), "emr")


@cache
def _types() -> TypeCatalog:
    return TypeCatalog.load("us-east-1")


class TestedWorld:
    """A world, its clock and its EMR."""

    __test__ = False

    def __init__(self, *, seed: int = 0, compat: str | None = None) -> None:
        self.clock = Clock(START, paused=True)
        self.seed, self.compat = seed, compat
        self.world = self._make()
        self._operations = EmrService(self.world).operations()

    def _make(self) -> World:
        chance = Chance(self.seed)
        market = SpotMarket(chance, _types())
        return World(self.clock, chance, _types(), market, compat=self.compat)

    def call(self, operation: str, **params: Any) -> Json:
        """One request now; the answer, checked against the model."""
        now = self.world.advance()
        answer = self._operations[operation](Call("emr", operation, params, now)) or {}
        shape = emr_model().operation_model(operation).output_shape
        if shape is None:
            assert answer == {}
        else:
            report = ParamValidator().validate(answer, shape)
            assert not report.has_errors(), f"{operation}: {report.generate_report()}"
        return answer

    def jump(self, **by: float) -> None:
        """Let time pass."""
        self.clock.jump(timedelta(**by))
        self.world.advance()

    def create(self, *instance_groups: Json, keep: bool = True, **params: Any) -> Cluster:
        """A cluster of groups, just asked for."""
        request: Json = {
            "Name": "test",
            "ReleaseLabel": "emr-7.5.0",
            "Instances": {
                "KeepJobFlowAliveWhenNoSteps": keep,
                "InstanceGroups": list(instance_groups or groups()),
            },
            **params,
        }
        return self.world.clusters[self.call("RunJobFlow", **request)["JobFlowId"]]

    def ready(self, *instance_groups: Json, **params: Any) -> Cluster:
        """A cluster of groups that serves; its core nodes too, and the task nodes EC2 had."""
        cluster = self.create(*instance_groups, **params)
        self.jump(minutes=12)
        return cluster

    def copy(self) -> TestedWorld:
        """Another world, restored from what this one has written so far, on the same clock."""
        other = TestedWorld(seed=self.seed, compat=self.compat)
        other.clock = self.clock
        other.world = other._make()
        other._operations = EmrService(other.world).operations()
        other.world.restore(
            [(entity.KIND, entity.key, entity.to_document()) for entity in entities(self.world)]
        )
        return other

    def documents(self) -> dict[tuple[str, str], Json]:
        """All that would be on disk."""
        found = {(item.KIND, item.key): item.to_document() for item in entities(self.world)}
        found.pop(("settings", "account"))
        return found


def entities(world: World) -> list[Stored]:
    """Everything in a world that has a document."""
    world.settings.at = world.at
    found: list[Stored] = [world.settings]
    for cluster in world.clusters.values():
        found += [cluster, *cluster.groups.values(), *cluster.fleets.values()]
        found += [*cluster.instances.values(), *cluster.steps.values()]
        found += cluster.yarn_applications.values()
    return [*found, *world.telemetry.entities(), *world.timeline]


def group(role: str, count: int = 1, instance_type: str = "m5.xlarge", **more: Any) -> Json:
    """An instance group for RunJobFlow."""
    return {
        "InstanceRole": role,
        "InstanceCount": count,
        "InstanceType": instance_type,
        "Market": "ON_DEMAND",
        **more,
    }


def groups(core: int = 3, task: int = 0, **task_more: Any) -> list[Json]:
    """One primary node, core nodes, and task nodes if any."""
    made = [group("MASTER"), group("CORE", core)]
    if task:
        made.append(group("TASK", task, **task_more))
    return made


def step(name: str = "work", *args: str, action: str = "CONTINUE") -> Json:
    """A step for RunJobFlow or AddJobFlowSteps."""
    return {
        "Name": name,
        "ActionOnFailure": action,
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": list(args)},
    }
