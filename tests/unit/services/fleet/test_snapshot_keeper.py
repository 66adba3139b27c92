"""Merging answers: late ones lose, unchanged values keep their identity."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hue_desktop.core.clusters import ClusterState, ManagedScaling
from hue_desktop.core.errors import AccessDenied, Unreachable
from hue_desktop.core.instances import Instance, InstanceState, Role
from hue_desktop.services.fleet.snapshot_keeper import SnapshotKeeper
from tests.unit.services.samples import REF, cluster_of, group, summary

AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def state() -> SnapshotKeeper:
    """A cluster of which the list was read."""
    return SnapshotKeeper(REF, summary())


def _wire(nodes: tuple[Instance, ...] | None) -> tuple[Instance, ...]:
    """The nodes as ListInstances gives them: without a role, new objects each time."""
    return tuple(replace(each, role=None) for each in nodes or ())


def test_nodes_get_their_role_whichever_comes_first(state: SnapshotKeeper) -> None:
    wanted = cluster_of(2, 3)
    assert state.apply_instances(_wire(wanted.instances), 1, AT, complete=True) == {"instances"}
    assert {each.role for each in state.snapshot.instances or ()} == {None}

    parts = state.apply_groups(wanted.groups or (), 2, AT)
    assert parts == {"groups", "instances"}
    assert state.snapshot.instances == wanted.instances


def test_nodes_lie_in_the_zone_of_their_cluster(state: SnapshotKeeper) -> None:
    wanted = cluster_of(2, 0)
    assert wanted.cluster is not None
    nodes = tuple(replace(each, role=None, az="") for each in wanted.instances or ())
    state.apply_instances(nodes, 1, AT, complete=True)
    assert "instances" in state.apply_cluster(wanted.cluster, 2, AT)
    assert {each.az for each in state.snapshot.instances or ()} == {"us-east-1a"}
    assert state.apply_instances(nodes, 3, AT, complete=True) == frozenset()


def test_a_refresh_without_a_change_changes_nothing(state: SnapshotKeeper) -> None:
    wanted = cluster_of(5, 5)
    state.apply_groups(wanted.groups or (), 1, AT)
    state.apply_instances(_wire(wanted.instances), 2, AT, complete=True)
    before = state.snapshot.instances

    assert state.apply_groups(wanted.groups or (), 3, AT) == frozenset()
    assert state.apply_instances(_wire(wanted.instances), 4, AT, complete=True) == frozenset()
    assert state.snapshot.instances is before


def test_only_changed_nodes_are_new_objects(state: SnapshotKeeper) -> None:
    wanted = cluster_of(20, 980)
    state.apply_groups(wanted.groups or (), 1, AT)
    state.apply_instances(_wire(wanted.instances), 2, AT, complete=True)
    before = {each.id: each for each in state.snapshot.instances or ()}

    nodes = list(_wire(wanted.instances))
    changed = random.Random(1).sample(range(len(nodes)), 20)
    for place in changed:
        nodes[place] = replace(nodes[place], state=InstanceState.BOOTSTRAPPING)
    random.Random(2).shuffle(nodes)
    state.apply_instances(tuple(nodes), 3, AT, complete=True)

    after = state.snapshot.instances or ()
    assert [each.id for each in after] == list(before), "the order does not jump"
    new = [each for each in after if each is not before[each.id]]
    assert len(new) == 20
    assert all(each.role is not None for each in new)


def test_late_answers_lose(state: SnapshotKeeper) -> None:
    assert state.apply_groups((group(Role.CORE, 5),), 7, AT)
    assert state.apply_groups((group(Role.CORE, 3),), 6, AT) == frozenset()
    assert [each.requested for each in state.snapshot.groups or ()] == [5]

    newer = summary(ClusterState.TERMINATING)
    assert state.apply_summary(newer, 8)
    cluster = cluster_of(1, 0).cluster
    assert cluster is not None
    state.apply_cluster(cluster, 7, AT)
    assert state.snapshot.summary is newer, "an older description does not bring the state back"
    assert state.snapshot.cluster is not None
    assert state.snapshot.cluster.state is ClusterState.TERMINATING


def test_ended_nodes_stay_known_when_only_active_ones_are_read(state: SnapshotKeeper) -> None:
    wanted = cluster_of(2, 0)
    nodes = list(_wire(wanted.instances))
    nodes[2] = replace(nodes[2], state=InstanceState.TERMINATED)
    state.apply_groups(wanted.groups or (), 1, AT)
    state.apply_instances(tuple(nodes), 2, AT, complete=True)

    assert state.apply_instances(tuple(nodes[:2]), 3, AT, complete=False) == frozenset()
    assert len(state.snapshot.instances or ()) == 3
    assert state.apply_instances(tuple(nodes[:2]), 4, AT, complete=True) == {"instances"}
    assert len(state.snapshot.instances or ()) == 2


def test_policies_survive_the_next_description(state: SnapshotKeeper) -> None:
    cluster = cluster_of(1, 0).cluster
    assert cluster is not None
    state.apply_cluster(cluster, 1, AT)
    scaling = ManagedScaling("Instances", 1, 5)
    assert state.apply_policies(3600, scaling, 2) == {"cluster"}
    assert state.apply_cluster(cluster, 3, AT) == frozenset()
    assert state.snapshot.cluster is not None
    assert state.snapshot.cluster.idle_timeout_s == 3600
    assert state.snapshot.cluster.managed_scaling is scaling


def test_an_error_keeps_the_old_value_and_goes_with_the_next_answer(state: SnapshotKeeper) -> None:
    state.apply_steps((), 1, AT)
    assert state.apply_error("steps", AccessDenied("no ListSteps")) == {"steps"}
    assert state.apply_error("steps", AccessDenied("no ListSteps")) == frozenset()
    assert state.apply_error("steps", Unreachable("gone")) == {"steps"}
    assert state.snapshot.steps == ()
    assert state.apply_steps((), 2, AT) == {"steps"}
    assert state.snapshot.errors == {}
