"""The fleet service against a simulated region that other clients change."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import CredentialsError, Unreachable
from hue_desktop.core.instances import InstanceState, Market, Role
from hue_desktop.services.fleet import ConnectionState, FleetSnapshot
from tests.simulated import SimulatedRegion
from tests.unit.services.house import House, connection_to, open_house, run_cluster
from tests.unit.simulator.processes import simulator_process


def test_reads_a_cluster_with_all_its_parts(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)

    found = house.cluster(
        cluster_id, lambda c: c.cluster and c.groups and c.instances and c.steps is not None
    )

    assert found.summary.state is ClusterState.WAITING
    assert found.cluster is not None
    assert found.cluster.release == "emr-7.5.0"
    assert {node.role for node in found.nodes()} == set(Role)
    assert found.count(Role.CORE) == 4
    snapshot = house.until(lambda s: house.ref(cluster_id) in s.costs)
    snapshot = house.until(lambda s: s.costs[house.ref(cluster_id)].rate.total > 0)
    cost = snapshot.costs[house.ref(cluster_id)]
    assert set(cost.by_node) == {node.id for node in found.nodes()}
    assert cost.rate.total == pytest.approx(sum(cost.by_node.values()))
    assert cost.rate.unknown == 0
    assert (Role.CORE, Market.ON_DEMAND) in cost.by_role


def test_a_change_by_somebody_else_shows_in_the_cluster_in_front(
    region: SimulatedRegion, house: House
) -> None:
    cluster_id = run_cluster(region)
    house.fleet.set_focus(house.ref(cluster_id))
    ready = house.cluster(cluster_id, lambda c: c.instances and c.groups)
    task = next(group for group in ready.groups or () if group.role is Role.TASK)

    emr = region.client("emr")
    emr.modify_instance_groups(
        ClusterId=cluster_id, InstanceGroups=[{"InstanceGroupId": task.id, "InstanceCount": 5}]
    )
    house.cluster(cluster_id, lambda c: any(g.requested == 5 for g in c.groups))
    region.jump(minutes=10)

    grown = house.cluster(cluster_id, lambda c: c.count(Role.TASK) == 5)
    before = {node.id: node for node in ready.instances or ()}
    kept = [node for node in grown.instances or () if node.id in before]
    assert kept
    assert all(node is before[node.id] for node in kept), "unchanged nodes are the same objects"


def test_a_cluster_that_comes_up_is_not_without_metrics_for_minutes(
    region: SimulatedRegion, house: House
) -> None:
    cluster_id = run_cluster(region, up=False)
    house.cluster(cluster_id, lambda c: c.cluster)
    house.until(lambda s: bool(s.connections[0].caller_arn))

    region.jump(minutes=15)

    house.until(lambda s: house.ref(cluster_id) in s.metrics)


def test_announces_only_what_changed(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    ref = house.ref(cluster_id)
    house.fleet.set_focus(ref)
    house.cluster(cluster_id, lambda c: c.instances and c.steps is not None)
    house.until(lambda s: s.costs.get(ref) is not None and s.costs[ref].rate.total > 0)
    house.until(lambda s: ref in s.metrics and bool(s.connections[0].caller_arn))
    quiet_from = len(house.changes)
    reads = house.fleet.snapshot().clusters[ref].read_at["groups"]
    house.cluster(cluster_id, lambda c: c.read_at["groups"] > reads)
    assert house.changes[quiet_from:] == []

    region.client("emr").add_tags(ResourceId=cluster_id, Tags=[{"Key": "team", "Value": "a"}])
    house.cluster(cluster_id, lambda c: ("team", "a") in c.cluster.tags)

    [change] = house.changes[quiet_from:]
    assert change.clusters == {ref}
    assert change.parts == {ref: frozenset({"cluster"})}
    assert not change.connections


def test_a_terminated_cluster_stays_with_its_end(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    house.cluster(cluster_id, lambda c: c.instances)

    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(minutes=15)

    ended = house.cluster(cluster_id, lambda c: c.summary.state is ClusterState.TERMINATED)
    assert ended.summary.ended is not None
    snapshot = house.until(lambda s: s.costs[house.ref(cluster_id)].rate.total == 0)
    assert house.ref(cluster_id) in snapshot.clusters


def test_policies_are_merged_into_the_cluster(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region, AutoTerminationPolicy={"IdleTimeout": 7200})
    house.fleet.set_focus(house.ref(cluster_id))

    found = house.cluster(cluster_id, lambda c: c.cluster and c.cluster.idle_timeout_s == 7200)
    assert found.cluster is not None

    region.client("emr").remove_auto_termination_policy(ClusterId=cluster_id)
    house.cluster(cluster_id, lambda c: c.cluster.idle_timeout_s is None)


def test_lost_nodes_stay_known_in_front(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    house.fleet.set_focus(house.ref(cluster_id))
    ready = house.cluster(cluster_id, lambda c: c.instances)
    victim = next(node for node in ready.nodes(Role.TASK))

    region.client("emr").modify_instance_groups(
        ClusterId=cluster_id,
        InstanceGroups=[
            {"InstanceGroupId": victim.group_id, "EC2InstanceIdsToTerminate": [victim.ec2_id]}
        ],
    )
    region.jump(minutes=5)

    lost = house.cluster(
        cluster_id,
        lambda c: any(n.id == victim.id and not n.active for n in c.instances),
    )
    gone = next(node for node in lost.instances or () if node.id == victim.id)
    assert gone.state is InstanceState.TERMINATED


def test_ended_credentials_stop_reading_until_they_are_renewed(
    region: SimulatedRegion, house: House
) -> None:
    cluster_id = run_cluster(region)
    house.cluster(cluster_id, lambda c: c.cluster)

    region.control("credentials", {"expired": True})
    expired = house.until(lambda s: s.connections[0].state is ConnectionState.EXPIRED)
    assert isinstance(expired.connections[0].error, CredentialsError)
    assert expired.connections[0].error.remedy
    assert house.ref(cluster_id) in expired.clusters, "what was known stays"

    region.control("credentials", {"expired": False})
    house.fleet.refresh()
    online = house.until(lambda s: s.connections[0].state is ConnectionState.ONLINE)
    assert online.connections[0].error is None


def test_a_region_that_goes_away_leaves_stale_data_and_comes_back(tmp_path: Path) -> None:
    words = ("--state", str(tmp_path / "state"), "--scenario", "empty", "--speed", "600")
    with ExitStack() as later, ExitStack() as first:
        process = first.enter_context(simulator_process(*words))
        port = process.endpoint_url.rpartition(":")[2]
        cluster_id = process.client("emr").run_job_flow(
            Name="short",
            Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1},
            JobFlowRole="EMR_EC2_DefaultRole",
            ServiceRole="EMR_DefaultRole",
            ReleaseLabel="emr-7.5.0",
        )["JobFlowId"]
        connection = Connection(
            name="here",
            profile="hue-simulator",
            endpoint_url=process.endpoint_url,
            aws_config_file=process.facts["aws_config_file"],
        )
        house = later.enter_context(open_house(connection, tmp_path))
        house.cluster(cluster_id, lambda c: c.cluster)

        first.close()
        stale = house.until(lambda s: s.connections[0].state is ConnectionState.STALE)
        assert isinstance(stale.connections[0].error, Unreachable)
        assert stale.clusters[house.ref(cluster_id)].cluster
        assert stale.connections[0].last_read is not None

        later.enter_context(simulator_process(*words, "--port", port))
        house.fleet.refresh()
        house.until(lambda s: s.connections[0].state is ConnectionState.ONLINE)


def test_never_answering_is_failed_not_stale(tmp_path: Path, region: SimulatedRegion) -> None:
    nobody = replace(connection_to(region, tmp_path), endpoint_url="http://127.0.0.1:9")
    with open_house(nobody, tmp_path) as house:
        failed = house.until(lambda s: s.connections[0].state is ConnectionState.FAILED)
    assert "127.0.0.1:9" in str(failed.connections[0].error)


def test_throttling_is_no_trouble(tmp_path: Path, region: SimulatedRegion) -> None:
    cluster_id = run_cluster(region)
    region.control("throttle", {"api": "ListInstanceGroups", "always": True, "for_s": 1})
    with open_house(connection_to(region, tmp_path), tmp_path) as house:
        found = house.cluster(cluster_id, lambda c: c.instances)
        states = {change.snapshot.connections[0].state for change in house.changes}
    assert states <= {ConnectionState.CONNECTING, ConnectionState.ONLINE}
    assert found.errors == {}


def test_stops_at_once_while_calls_run(tmp_path: Path, region: SimulatedRegion) -> None:
    region.control("latency", {"ms": 5000})
    with open_house(connection_to(region, tmp_path), tmp_path) as house:
        began = time.monotonic()
        house.fleet.stop()
        house.access.close()
        assert time.monotonic() - began < 2.0
    region.control("latency", {"ms": 0})


def test_the_regions_clock_is_followed(region: SimulatedRegion, house: House) -> None:
    house.until(lambda s: s.connections[0].clock is not None)
    region.jump(days=3)

    def close(seen: FleetSnapshot) -> bool:
        off = seen.region_now(house.connection.name) - region.clock.now()
        return abs(off.total_seconds()) < 3

    house.until(close)


def test_read_only_is_announced_and_known(region: SimulatedRegion, house: House) -> None:
    house.fleet.set_read_only("here", True)
    house.until(lambda s: s.connections[0].read_only)
    assert house.fleet.is_read_only("here")
    assert any("here" in change.connections for change in house.changes)


def test_connections_show_before_anything_was_read(region: SimulatedRegion, tmp_path: Path) -> None:
    with open_house(connection_to(region, tmp_path), tmp_path, start=False) as house:
        [status] = house.fleet.snapshot().connections
    assert status.state is ConnectionState.CONNECTING
    assert status.last_read is None
