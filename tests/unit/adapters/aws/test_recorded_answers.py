"""The answers that AWS documents, through real boto3, as values of core."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from hue_desktop.adapters.aws.emr import AwsEmr
from hue_desktop.core.clusters import (
    Application,
    BootstrapAction,
    ClusterState,
    ManagedScaling,
)
from hue_desktop.core.instances import EbsVolume, GroupState, InstanceState, Market, Role
from hue_desktop.core.steps import ActionOnFailure, StepState
from tests.recorded_server import RecordedServer

Emr = Callable[..., AwsEmr]


@pytest.fixture
def emr(connect: Callable[..., object], recorded: RecordedServer) -> AwsEmr:
    return AwsEmr(connect(recorded.endpoint_url))  # type: ignore[arg-type]


def test_a_cluster_of_groups(emr: AwsEmr, recorded: RecordedServer) -> None:
    recorded.answer("DescribeCluster", "describe_cluster_groups")
    cluster = emr.describe_cluster("j-3KVTXXXXXX7UG")
    assert recorded.requests[0].body == {"ClusterId": "j-3KVTXXXXXX7UG"}
    assert (cluster.id, cluster.name, cluster.state) == (
        "j-3KVTXXXXXX7UG",
        "nightly-etl",
        ClusterState.RUNNING,
    )
    assert cluster.summary.reason == "Running step"
    assert cluster.summary.created == datetime(2024, 4, 5, 6, 28, 2, 116000, UTC)
    assert cluster.summary.ended is None
    assert cluster.release == "emr-6.15.0"
    assert cluster.applications[0] == Application("Spark", "3.4.1")
    assert cluster.tags == (("team", "finance"), ("empty", ""))
    assert not cluster.uses_fleets
    assert cluster.keep_alive
    assert cluster.termination_protected
    assert cluster.unhealthy_node_replacement is True
    assert cluster.step_concurrency == 5
    assert cluster.master_dns.startswith("ec2-203-0-113-25")
    assert (cluster.subnet_id, cluster.az) == ("subnet-0a1b2c3d4e5f60718", "eu-central-1b")
    assert (cluster.key_name, cluster.instance_profile) == ("etl-key", "EMR_EC2_DefaultRole")
    assert cluster.root_volume_gib == 15
    assert json.loads(cluster.configurations_json)[0]["Classification"] == "spark-defaults"


def test_a_cluster_that_failed_says_why_and_lacks_the_rest(
    emr: AwsEmr, recorded: RecordedServer
) -> None:
    recorded.answer("DescribeCluster", "describe_cluster_failed")
    cluster = emr.describe_cluster("j-1A2B3C4D5E6F7")
    assert cluster.state is ClusterState.TERMINATED_WITH_ERRORS
    assert cluster.summary.reason_code == "BOOTSTRAP_FAILURE"
    assert "non-zero return code" in cluster.summary.reason
    assert cluster.uses_fleets
    assert not cluster.keep_alive
    assert cluster.tags == ()
    assert cluster.unhealthy_node_replacement is None
    assert cluster.root_volume_gib is None
    assert cluster.configurations_json == "[]"
    assert cluster.applications == (Application("Trino", ""),)


def test_all_pages_of_clusters_in_order_and_a_state_of_the_future(
    emr: AwsEmr, recorded: RecordedServer
) -> None:
    recorded.answer("ListClusters", "list_clusters_page_1", "list_clusters_page_2")
    clusters = emr.list_clusters(active_only=True, created_after=datetime(2024, 4, 1, tzinfo=UTC))
    assert [cluster.id for cluster in clusters] == [
        "j-3KVTXXXXXX7UG",
        "j-2ZZZXXXXXX2ZZ",
        "j-1A2B3C4D5E6F7",
    ]
    assert [cluster.state for cluster in clusters] == [
        ClusterState.WAITING,
        ClusterState.UNKNOWN,
        ClusterState.TERMINATED,
    ]
    first, second = recorded.requests
    assert first.body["ClusterStates"] == [
        "STARTING",
        "BOOTSTRAPPING",
        "RUNNING",
        "WAITING",
        "TERMINATING",
    ]
    assert "Marker" not in first.body
    assert second.body["Marker"] == "bWFya2VyIG9mIHRoZSBzZWNvbmQgcGFnZQ=="
    assert second.body["CreatedAfter"] == first.body["CreatedAfter"]


def test_instances(emr: AwsEmr, recorded: RecordedServer) -> None:
    recorded.answer("ListInstances", "list_instances")
    core, spot, awaited = emr.list_instances("j-1", active_only=False)
    assert recorded.requests[0].body == {"ClusterId": "j-1"}
    assert (core.id, core.ec2_id, core.role) == ("ci-1R1ALXXXXXXXX", "i-0f5c1d2e3a4b59687", None)
    assert (core.group_id, core.market) == ("ig-2M1XXXXXXXXX5", Market.ON_DEMAND)
    assert core.private_ip == "10.0.5.172"
    assert [volume.device for volume in core.ebs_volumes] == ["/dev/sdb", "/dev/sdc"]
    assert core.ready is not None
    assert core.ended is None
    assert spot.state is InstanceState.TERMINATED
    assert (spot.group_id, spot.market) == ("if-3TASKXXXXXXX", Market.SPOT)
    assert (spot.state_code, spot.state_reason) == (
        "INSTANCE_FAILURE",
        "Unable to provision Spot capacity",
    )
    assert (awaited.state, awaited.ec2_id) == (InstanceState.AWAITING_FULFILLMENT, "")
    emr.list_instances("j-1")
    assert "TERMINATED" not in recorded.requests[1].body["InstanceStates"]


def test_groups(emr: AwsEmr, recorded: RecordedServer) -> None:
    recorded.answer("ListInstanceGroups", "list_instance_groups")
    primary, core, task = emr.list_groups("j-1")
    assert (primary.role, core.role, task.role) == (Role.MASTER, Role.CORE, Role.TASK)
    assert (core.requested, core.running, core.state) == (6, 4, GroupState.RESIZING)
    assert core.state_reason == "Expanding instance group"
    assert core.ebs_volumes == (
        EbsVolume("gp3", 128, 3000, 125, "/dev/sdb"),
        EbsVolume("gp2", 64, device="/dev/sdc"),
    )
    assert (task.market, task.bid_usd_hour, task.state) == (
        Market.SPOT,
        0.15,
        GroupState.ARRESTED,
    )
    assert primary.bid_usd_hour is None


def test_fleets(emr: AwsEmr, recorded: RecordedServer) -> None:
    recorded.answer("ListInstanceFleets", "list_instance_fleets")
    (fleet,) = emr.list_fleets("j-1")
    assert (fleet.target_on_demand, fleet.target_spot) == (4, 32)
    assert (fleet.provisioned_on_demand, fleet.provisioned_spot) == (4, 24)
    assert fleet.state is GroupState.PROVISIONING
    assert (fleet.spot_strategy, fleet.timeout_minutes) == ("price-capacity-optimized", 25)
    small, large = fleet.types
    assert (small.instance_type, small.weight, small.bid_percent_of_on_demand) == (
        "r5d.xlarge",
        4,
        100.0,
    )
    assert (large.bid_usd_hour, large.ebs_volumes[0].size_gib) == (0.3, 64)


def test_steps(emr: AwsEmr, recorded: RecordedServer) -> None:
    recorded.answer("ListSteps", "list_steps")
    running, failed, odd = emr.list_steps("j-1")
    assert (running.state, running.spec.args[0]) == (StepState.RUNNING, "spark-submit")
    assert failed.state is StepState.FAILED
    assert failed.reason == 'Unknown Error.: Exception in thread "main"'
    assert failed.spec.main_class == "org.example.Clean"
    assert failed.spec.properties == (("a", "1"), ("b", "2"))
    assert failed.spec.action_on_failure is ActionOnFailure.CANCEL_AND_WAIT
    assert failed.ended is not None
    assert odd.state is StepState.UNKNOWN
    assert odd.spec.action_on_failure is ActionOnFailure.TERMINATE_CLUSTER
    assert len(emr.list_steps("j-1", limit=2)) == 2


def test_bootstrap_actions_and_policies(emr: AwsEmr, recorded: RecordedServer) -> None:
    recorded.answer("ListBootstrapActions", "list_bootstrap_actions")
    recorded.answer("*", "policies")
    assert emr.list_bootstrap_actions("j-1") == (
        BootstrapAction("packages", "s3://example/packages.sh", ("--with", "pandas")),
        BootstrapAction("users", "s3://example/users.sh", ()),
    )
    assert emr.idle_timeout_s("j-1") == 3600
    assert emr.managed_scaling("j-1") == ManagedScaling("Instances", 2, 20, 10, None)


def test_an_endpoint_that_repeats_its_marker_does_not_hang_us(
    emr: AwsEmr, recorded: RecordedServer
) -> None:
    recorded.answer("ListClusters", "list_clusters_page_1")
    assert len(emr.list_clusters()) == 4
    assert recorded.count("ListClusters") == 2
