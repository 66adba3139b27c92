"""One suite for the ``Emr`` port: the same promises over every server that can be had here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hue_desktop.core.changes import (
    AddTags,
    AddTaskGroup,
    ClusterSpec,
    CreateCluster,
    GroupSpec,
    RemoveTags,
    ResizeGroup,
    SetProtection,
    Terminate,
)
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.errors import NotFound, Refused
from hue_desktop.core.instances import GroupState, InstanceState, Market, Role
from hue_desktop.core.steps import ActionOnFailure, StepSpec, StepState
from tests.contract.emr_backends import BACKENDS, GROUPS, SPEC, Backend, backend, running_cluster


@pytest.fixture(scope="module", params=BACKENDS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    with backend(request.param, tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture
def cluster_id(server: Backend) -> Iterator[str]:
    with running_cluster(server) as made:
        yield made


def test_a_new_cluster_is_what_was_asked_for(server: Backend, cluster_id: str) -> None:
    cluster = server.emr.describe_cluster(cluster_id)
    assert cluster.id == cluster_id
    assert cluster.name == "contract"
    assert cluster.state is ClusterState.WAITING
    assert cluster.release == "emr-6.15.0"
    assert {application.name for application in cluster.applications} >= {"Spark", "Hive"}
    assert set(cluster.tags) == set(SPEC.tags)
    assert cluster.keep_alive
    assert not cluster.uses_fleets
    assert not cluster.termination_protected
    assert cluster.log_uri.startswith("s3")
    assert json.loads(cluster.configurations_json)[0]["Classification"] == "spark"
    assert cluster.summary.created is not None
    assert cluster.summary.created.tzinfo is UTC
    assert cluster.summary.arn.endswith(f":cluster/{cluster_id}")


def test_it_is_listed(server: Backend, cluster_id: str) -> None:
    listed = {found.id: found for found in server.emr.list_clusters()}
    assert listed[cluster_id].name == "contract"
    assert cluster_id in {found.id for found in server.emr.list_clusters(active_only=True)}
    created = listed[cluster_id].created
    assert created is not None
    later = server.emr.list_clusters(created_after=created + timedelta(days=1))
    assert cluster_id not in {found.id for found in later}


def test_groups_have_roles_markets_and_counts(server: Backend, cluster_id: str) -> None:
    groups = {group.role: group for group in server.emr.list_groups(cluster_id)}
    assert set(groups) == set(Role)
    assert groups[Role.CORE].requested == groups[Role.CORE].running == 3
    assert groups[Role.CORE].instance_type == "m5.xlarge"
    assert groups[Role.CORE].state is GroupState.RUNNING
    assert (groups[Role.TASK].market, groups[Role.TASK].bid_usd_hour) == (Market.SPOT, 0.2)


def test_instances_belong_to_the_groups(server: Backend, cluster_id: str) -> None:
    groups = {group.id: group for group in server.emr.list_groups(cluster_id)}
    nodes = server.emr.list_instances(cluster_id)
    assert len(nodes) == 6
    assert all(node.role is None for node in nodes)
    assert len({node.id for node in nodes}) == 6
    for node in nodes:
        group = groups[node.group_id]
        assert (node.instance_type, node.market) == (group.instance_type, group.market)
        assert node.state is InstanceState.RUNNING
        assert node.ec2_id.startswith("i-")
        assert node.private_ip
        assert node.created is not None


def test_bootstrap_actions(server: Backend, cluster_id: str) -> None:
    assert server.emr.list_bootstrap_actions(cluster_id) == SPEC.bootstrap_actions


def test_a_group_is_resized(server: Backend, cluster_id: str) -> None:
    core = next(g for g in server.emr.list_groups(cluster_id) if g.role is Role.CORE)
    assert server.emr.perform(ResizeGroup(cluster_id, core.id, 5)) == {}
    server.pass_time(minutes=15)
    after = next(g for g in server.emr.list_groups(cluster_id) if g.id == core.id)
    assert (after.requested, after.running) == (5, 5)


def test_a_task_group_is_added(server: Backend, cluster_id: str) -> None:
    group = GroupSpec(Role.TASK, "c5.xlarge", 2, name="more")
    outcome = server.emr.perform(AddTaskGroup(cluster_id, group))
    server.pass_time(minutes=15)
    added = next(g for g in server.emr.list_groups(cluster_id) if g.name == "more")
    assert (added.role, added.running, added.instance_type) == (Role.TASK, 2, "c5.xlarge")
    if server.region is not None:  # moto does not tell the id
        assert outcome == {"group_id": added.id}


def test_protection_is_set_and_holds(server: Backend, cluster_id: str) -> None:
    server.emr.perform(SetProtection(cluster_id, True))
    assert server.emr.describe_cluster(cluster_id).termination_protected
    with pytest.raises(Refused, match="protect"):
        server.emr.perform(Terminate(cluster_id))
    assert server.emr.describe_cluster(cluster_id).state.active
    server.emr.perform(SetProtection(cluster_id, False))
    assert not server.emr.describe_cluster(cluster_id).termination_protected


def test_tags_are_set_and_removed(server: Backend, cluster_id: str) -> None:
    server.emr.perform(AddTags(cluster_id, (("team", "other"), ("new", ""))))
    server.emr.perform(RemoveTags(cluster_id, ("cost",)))
    assert dict(server.emr.describe_cluster(cluster_id).tags) == {"team": "other", "new": ""}


def test_a_terminated_cluster_ends(server: Backend) -> None:
    made = server.emr.perform(CreateCluster(SPEC))["cluster_id"]
    server.pass_time(minutes=15)
    server.emr.perform(Terminate(made))
    server.pass_time(minutes=15)
    summary = server.emr.describe_cluster(made).summary
    assert summary.state is ClusterState.TERMINATED
    assert summary.ended is not None
    assert made not in {found.id for found in server.emr.list_clusters(active_only=True)}


def test_steps_newest_first(server: Backend) -> None:
    steps = tuple(
        StepSpec(f"step {number}", "command-runner.jar", ("sleep", str(number)))
        for number in range(3)
    )
    spec = ClusterSpec("steps", "emr-6.15.0", groups=GROUPS[:1], steps=steps)
    made = server.emr.perform(CreateCluster(spec))["cluster_id"]
    server.pass_time(minutes=8)
    listed = server.emr.list_steps(made)
    assert [step.spec.name for step in listed] == ["step 2", "step 1", "step 0"]
    assert listed[0].spec.jar == "command-runner.jar"
    assert listed[0].spec.args == ("sleep", "2")
    assert listed[0].spec.action_on_failure is ActionOnFailure.CONTINUE
    assert listed[0].state is not StepState.UNKNOWN
    assert [step.id for step in server.emr.list_steps(made, limit=1)] == [listed[0].id]
    server.emr.perform(Terminate(made))


def test_an_unknown_cluster_is_not_found(server: Backend) -> None:
    with pytest.raises(NotFound):
        server.emr.describe_cluster("j-NOSUCHCLUSTER")


def test_the_clock_and_the_budget_are_kept(server: Backend) -> None:
    server.emr.list_clusters()
    clock = server.emr.clock()
    assert clock is not None
    if server.region is not None:
        assert abs(clock.region_time - server.region.clock.now()) < timedelta(seconds=5)
    else:
        assert abs(clock.region_time - datetime.now(UTC)) < timedelta(seconds=5)
    assert server.emr.usage().per_second > 0


def test_release_labels_newest_first(server: Backend) -> None:
    labels = server.emr.release_labels()
    assert labels[0].startswith("emr-7.")
    assert labels.index("emr-7.1.0") < labels.index("emr-6.15.0") < labels.index("emr-6.2.0")


def test_supported_types(server: Backend) -> None:
    types = {found.name: found for found in server.emr.supported_types("emr-6.15.0")}
    assert (types["m5.xlarge"].vcpu, types["m5.xlarge"].memory_gib) == (4, 16.0)
    assert types["m5.xlarge"].arch == "x86_64"
    assert types["m6g.xlarge"].arch == "arm64"
    assert types["m5.xlarge"].nvme_gb == 0
    assert types["r5d.xlarge"].nvme_gb > 0


def test_what_is_shown_is_what_is_sent(server: Backend) -> None:
    name, _space, parameters = server.emr.call_text(CreateCluster(SPEC)).partition(" ")
    assert name == "RunJobFlow"
    assert json.loads(parameters)["Name"] == "contract"
