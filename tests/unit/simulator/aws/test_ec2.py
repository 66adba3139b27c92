"""EC2's view of cluster nodes through boto3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulated import SimulatedRegion, simulated_region

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
GROUPS = [
    {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
    {"InstanceRole": "CORE", "InstanceType": "m5d.xlarge", "InstanceCount": 4},
    {"InstanceRole": "TASK", "InstanceType": "r5.xlarge", "InstanceCount": 3, "Market": "SPOT"},
]


def launch(region: SimulatedRegion, name: str = "analytics", **more: Any) -> str:
    """Start a cluster of eight nodes, three of them Spot; its id."""
    answer = region.client("emr").run_job_flow(
        Name=name,
        ReleaseLabel="emr-7.10.0",
        Instances={
            "InstanceGroups": GROUPS,
            "KeepJobFlowAliveWhenNoSteps": True,
            "Ec2KeyName": "hue",
            "Placement": {"AvailabilityZone": "us-east-1a"},
            **more,
        },
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        Tags=[{"Key": "team", "Value": name}],
    )
    return str(answer["JobFlowId"])


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """Two clusters that have run for twenty minutes; tests read only."""
    with simulated_region(start=START, paused=True) as region:
        launch(region)
        launch(region, "etl")
        region.jump(minutes=20)
        yield region


@pytest.fixture(scope="module")
def ec2(region: SimulatedRegion) -> Any:
    return region.client("ec2")


def of_cluster(region: SimulatedRegion, place: int) -> tuple[str, list[dict[str, Any]]]:
    emr = region.client("emr")
    cluster_id = emr.list_clusters()["Clusters"][place]["Id"]
    return cluster_id, emr.list_instances(ClusterId=cluster_id)["Instances"]


def flat(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for group in answer["Reservations"] for item in group["Instances"]]


def where(**filters: str) -> list[dict[str, Any]]:
    return [{"Name": name.replace("_", "-"), "Values": [v]} for name, v in filters.items()]


def test_the_nodes_of_a_cluster_are_found_by_the_tag_that_emr_gives(
    region: SimulatedRegion, ec2: Any
) -> None:
    cluster_id, listed = of_cluster(region, 0)
    rule = {"Name": "tag:aws:elasticmapreduce:job-flow-id", "Values": [cluster_id]}
    found = {item["InstanceId"]: item for item in flat(ec2.describe_instances(Filters=[rule]))}
    assert found.keys() == {item["Ec2InstanceId"] for item in listed}
    for item in listed:
        seen = found[item["Ec2InstanceId"]]
        assert seen["PrivateIpAddress"] == item["PrivateIpAddress"]
        assert seen["PrivateDnsName"] == item["PrivateDnsName"]
        assert seen["InstanceType"] == item["InstanceType"]
        assert seen["State"] == {"Code": 16, "Name": "running"}
        assert seen["KeyName"] == "hue"
        assert seen["Placement"]["AvailabilityZone"] == "us-east-1a"
        assert START < seen["LaunchTime"] < region.clock.now()
        assert (item["Market"] == "SPOT") == (seen.get("InstanceLifecycle") == "spot")


def test_roles_and_own_tags_are_tags(ec2: Any) -> None:
    rule = [
        {"Name": "tag:aws:elasticmapreduce:instance-group-role", "Values": ["CORE"]},
        {"Name": "tag:team", "Values": ["ana*"]},
    ]
    found = flat(ec2.describe_instances(Filters=rule))
    assert {item["InstanceType"] for item in found} == {"m5d.xlarge"}
    assert len(found) == 4
    tags = {tag["Key"]: tag["Value"] for tag in found[0]["Tags"]}
    assert tags["team"] == "analytics"


@pytest.mark.parametrize(
    ("rules", "count"),
    [
        (where(instance_type="r5.*"), 6),
        (where(instance_type="r?.xlarge"), 6),
        (where(instance_lifecycle="spot"), 6),
        (where(instance_state_name="running"), 16),
        (where(instance_state_name="stopped"), 0),
        (where(availability_zone="us-east-1a", instance_type="m5.xlarge"), 2),
        (where(tag_key="team", private_ip_address="10.*"), 16),
        ([{"Name": "instance-type", "Values": ["m5.xlarge", "r5.xlarge"]}], 8),
        ([{"Name": "instance-type", "Values": [r"r5.\*"]}], 0),
    ],
)
def test_filters(ec2: Any, rules: list[dict[str, Any]], count: int) -> None:
    assert len(flat(ec2.describe_instances(Filters=rules))) == count


def test_instances_come_in_pages(ec2: Any) -> None:
    pages = list(ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5}))
    assert [len(flat(page)) for page in pages] == [5, 5, 5, 1]
    assert len({item["InstanceId"] for page in pages for item in flat(page)}) == 16


def test_reservations_hold_what_was_launched_together(ec2: Any) -> None:
    sizes = [len(group["Instances"]) for group in ec2.describe_instances()["Reservations"]]
    assert sorted(sizes) == [1, 1, 3, 3, 4, 4]


def test_volumes_belong_to_their_nodes(region: SimulatedRegion, ec2: Any) -> None:
    cluster_id, listed = of_cluster(region, 0)
    rule = {"Name": "tag:aws:elasticmapreduce:job-flow-id", "Values": [cluster_id]}
    nodes = {item["InstanceId"]: item for item in flat(ec2.describe_instances(Filters=[rule]))}
    volumes = ec2.describe_volumes(Filters=[rule])["Volumes"]
    by_id = {volume["VolumeId"]: volume for volume in volumes}
    assert len(by_id) == len(volumes)
    for node in nodes.values():
        for device in node["BlockDeviceMappings"]:
            (attached,) = by_id[device["Ebs"]["VolumeId"]]["Attachments"]
            assert attached["InstanceId"] == node["InstanceId"]
            assert attached["Device"] == device["DeviceName"]
    master = next(item for item in listed if item["InstanceType"] == "m5.xlarge")
    mine = [
        volume
        for volume in volumes
        if volume["Attachments"][0]["InstanceId"] == master["Ec2InstanceId"]
    ]
    assert sorted(volume["Size"] for volume in mine) == [15, 32, 32]
    assert {volume["VolumeId"] for volume in mine} >= {
        volume["VolumeId"] for volume in master["EbsVolumes"]
    }
    roots = ec2.describe_volumes(Filters=where(volume_type="gp3"))["Volumes"]
    assert {volume["Throughput"] for volume in roots} == {125}


def test_status_checks(ec2: Any) -> None:
    statuses = ec2.describe_instance_status()["InstanceStatuses"]
    assert len(statuses) == 16
    assert {item["InstanceStatus"]["Status"] for item in statuses} == {"ok"}


def test_spot_requests_stand_behind_the_spot_nodes(ec2: Any) -> None:
    requests = ec2.describe_spot_instance_requests()["SpotInstanceRequests"]
    spot = flat(ec2.describe_instances(Filters=where(instance_lifecycle="spot")))
    by_request = {item["SpotInstanceRequestId"]: item["InstanceId"] for item in spot}
    assert {item["SpotInstanceRequestId"]: item["InstanceId"] for item in requests} == by_request
    assert {item["State"] for item in requests} == {"active"}
    assert {item["Status"]["Code"] for item in requests} == {"fulfilled"}
    one = ec2.describe_spot_instance_requests(SpotInstanceRequestIds=[*by_request][:1])
    assert len(one["SpotInstanceRequests"]) == 1


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (
            lambda ec2: ec2.describe_instances(InstanceIds=["i-00000000000000000"]),
            "InvalidInstanceID.NotFound",
        ),
        (lambda ec2: ec2.describe_instances(InstanceIds=["x-1"]), "InvalidInstanceID.Malformed"),
        (lambda ec2: ec2.describe_instances(NextToken="garbage"), "InvalidParameterValue"),
        (lambda ec2: ec2.describe_instances(Filters=where(colour="red")), "InvalidParameterValue"),
        (lambda ec2: ec2.describe_instances(DryRun=True), "DryRunOperation"),
        (lambda ec2: ec2.describe_volumes(VolumeIds=["vol-1"]), "InvalidVolume.NotFound"),
        (
            lambda ec2: ec2.terminate_instances(InstanceIds=["i-00000000000000000"]),
            "InvalidInstanceID.NotFound",
        ),
        (
            lambda ec2: ec2.describe_spot_instance_requests(SpotInstanceRequestIds=["sir-x"]),
            "InvalidSpotInstanceRequestID.NotFound",
        ),
    ],
)
def test_wrong_requests_get_ec2s_error(ec2: Any, call: Any, code: str) -> None:
    with pytest.raises(ClientError) as caught:
        call(ec2)
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    "call",
    [
        lambda ec2: ec2.run_instances(MinCount=1, MaxCount=1, ImageId="ami-12c6146b"),
        lambda ec2: ec2.stop_instances(InstanceIds=["i-00000000000000000"]),
    ],
)
def test_instances_outside_of_clusters_are_refused_plainly(ec2: Any, call: Any) -> None:
    with pytest.raises(ClientError, match="not simulated") as caught:
        call(ec2)
    assert caught.value.response["Error"]["Code"] == "UnsupportedOperation"


def test_moto_runs_instances_where_the_region_stands_in_for_it() -> None:
    with simulated_region(compat="moto") as region:
        made = region.client("ec2").run_instances(MinCount=1, MaxCount=1, ImageId="ami-12c6146b")
        assert len(made["Instances"]) == 1


def test_a_node_terminated_through_ec2_leaves_its_cluster() -> None:
    with simulated_region(start=START, paused=True) as region:
        cluster_id = launch(region)
        region.jump(minutes=20)
        ec2, emr = region.client("ec2"), region.client("emr")
        _, listed = of_cluster(region, 0)
        victim = next(item for item in listed if item["Market"] == "SPOT")
        key = victim["Ec2InstanceId"]
        (change,) = ec2.terminate_instances(InstanceIds=[key])["TerminatingInstances"]
        assert change["PreviousState"]["Name"] == "running"
        assert change["CurrentState"]["Name"] == "shutting-down"
        region.jump(minutes=5)
        (seen,) = flat(ec2.describe_instances(InstanceIds=[key]))
        assert seen["State"]["Name"] == "terminated"
        assert seen["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
        assert not seen["BlockDeviceMappings"]
        ended = emr.list_instances(ClusterId=cluster_id, InstanceStates=["TERMINATED"])
        assert key in {item["Ec2InstanceId"] for item in ended["Instances"]}
        region.jump(hours=2)
        with pytest.raises(ClientError, match="does not exist"):
            ec2.describe_instances(InstanceIds=[key])


def test_a_protected_clusters_nodes_stay() -> None:
    with simulated_region(start=START, paused=True) as region:
        launch(region, TerminationProtected=True)
        region.jump(minutes=20)
        ec2 = region.client("ec2")
        _, listed = of_cluster(region, 0)
        keys = [item["Ec2InstanceId"] for item in listed]
        with pytest.raises(ClientError) as caught:
            ec2.terminate_instances(InstanceIds=keys)
        assert caught.value.response["Error"]["Code"] == "OperationNotPermitted"
        assert len(ec2.describe_instance_status()["InstanceStatuses"]) == len(keys)
        attribute = ec2.describe_instance_attribute(
            InstanceId=keys[0], Attribute="disableApiTermination"
        )
        assert attribute["DisableApiTermination"]["Value"] is True


def test_an_interruption_is_told_two_minutes_ahead() -> None:
    with simulated_region(start=START, paused=True) as region:
        launch(region)
        region.jump(minutes=20)
        ec2 = region.client("ec2")
        (victim, *_) = flat(ec2.describe_instances(Filters=where(instance_lifecycle="spot")))
        with region.region.lock:
            region.world.interrupt_spot(victim["InstanceId"])
        region.jump(seconds=30)
        rule = where(instance_id=victim["InstanceId"])
        (request,) = ec2.describe_spot_instance_requests(Filters=rule)["SpotInstanceRequests"]
        assert request["Status"]["Code"] == "marked-for-termination"
        assert request["State"] == "active"
        region.jump(minutes=3)
        (request,) = ec2.describe_spot_instance_requests(Filters=rule)["SpotInstanceRequests"]
        assert request["Status"]["Code"] == "instance-terminated-no-capacity"
        assert request["State"] == "closed"
        (seen,) = flat(ec2.describe_instances(InstanceIds=[victim["InstanceId"]]))
        assert seen["StateReason"]["Code"] == "Server.SpotInstanceTermination"
