"""The part of the ``Emr`` port that moto does not answer, over the simulated region."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hue_desktop.core.changes import (
    AddTaskFleet,
    ClusterSpec,
    CreateCluster,
    FleetSpec,
    ResizeFleet,
    ResizeGroup,
    SetAutoTermination,
    Terminate,
)
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.errors import HueError, Refused
from hue_desktop.core.instances import FleetType, Role
from tests.contract.emr_backends import GROUPS, WHOLE, Backend, backend, running_cluster

FLEETS = (
    FleetSpec(Role.MASTER, (FleetType("m5.xlarge", 1),), target_on_demand=1),
    FleetSpec(Role.CORE, (FleetType("m5.xlarge", 1), FleetType("m5.2xlarge", 2)), 4),
)


@pytest.fixture(scope="module", params=WHOLE)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    with backend(request.param, tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture
def cluster_id(server: Backend) -> Iterator[str]:
    with running_cluster(server) as made:
        yield made


def test_release_applications(server: Backend) -> None:
    found = {app.name: app.version for app in server.emr.release_applications("emr-6.15.0")}
    assert found["Spark"].startswith("3.4")
    with pytest.raises(HueError):
        server.emr.release_applications("emr-0.0.1")


def test_fleets(server: Backend) -> None:
    emr = server.emr
    made = emr.perform(CreateCluster(ClusterSpec("f", "emr-6.15.0", fleets=FLEETS)))["cluster_id"]
    server.pass_time(minutes=15)
    assert emr.describe_cluster(made).uses_fleets
    core = next(fleet for fleet in emr.list_fleets(made) if fleet.role is Role.CORE)
    assert (core.target_on_demand, core.provisioned_on_demand) == (4, 4)
    assert {part.instance_type: part.weight for part in core.types} == {
        "m5.xlarge": 1,
        "m5.2xlarge": 2,
    }
    emr.perform(ResizeFleet(made, core.id, 6, 2))
    task = FleetSpec(Role.TASK, (FleetType("r5.xlarge", 4),), target_spot=8, name="task")
    outcome = emr.perform(AddTaskFleet(made, task))
    server.pass_time(minutes=15)
    fleets = {fleet.id: fleet for fleet in emr.list_fleets(made)}
    assert (fleets[core.id].target_on_demand, fleets[core.id].target_spot) == (6, 2)
    added = fleets[outcome["fleet_id"]]
    assert (added.role, added.name, added.target_spot) == (Role.TASK, "task", 8)
    nodes = emr.list_instances(made)
    assert {node.group_id for node in nodes} <= set(fleets)
    emr.perform(Terminate(made))


def test_auto_termination(server: Backend, cluster_id: str) -> None:
    assert server.emr.idle_timeout_s(cluster_id) is None
    server.emr.perform(SetAutoTermination(cluster_id, 7200))
    assert server.emr.idle_timeout_s(cluster_id) == 7200
    server.emr.perform(SetAutoTermination(cluster_id, None))
    assert server.emr.idle_timeout_s(cluster_id) is None


def test_managed_scaling(server: Backend) -> None:
    limits = ManagedScaling("Instances", 2, 10, 5, 3)
    spec = ClusterSpec("ms", "emr-6.15.0", groups=GROUPS[:2], managed_scaling=limits)
    made = server.emr.perform(CreateCluster(spec))["cluster_id"]
    assert server.emr.managed_scaling(made) == limits
    server.emr.perform(Terminate(made))


def test_what_emr_refuses(server: Backend, cluster_id: str) -> None:
    assert server.emr.security_configurations() == ()
    if server.name != "simulated":
        return  # moto, and whoever behaves as it does, accepts all of this
    primary = next(g for g in server.emr.list_groups(cluster_id) if g.role is Role.MASTER)
    with pytest.raises(Refused):
        server.emr.perform(ResizeGroup(cluster_id, primary.id, 2))
    with pytest.raises(Refused):
        server.emr.perform(CreateCluster(ClusterSpec("x", "emr-9.9.9", groups=GROUPS)))
