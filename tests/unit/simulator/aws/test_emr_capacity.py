"""Groups, fleets and instances through boto3."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulated import SimulatedRegion
from tests.unit.simulator.world.worlds import group, groups

Json = dict[str, Any]


def run(emr: Any, *instance_groups: Json) -> str:
    answer = emr.run_job_flow(
        Name="capacity",
        ReleaseLabel="emr-7.5.0",
        Instances={
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceGroups": list(instance_groups or groups()),
        },
    )
    return str(answer["JobFlowId"])


def refusal(operation: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        operation(**params)
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_list_instances_filters(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = run(emr, *groups(core=3, task=2, Market="SPOT"))
    region.jump(minutes=12)
    ids = [item["Id"] for item in emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]]

    def count(**filters: Any) -> int:
        return len(emr.list_instances(ClusterId=cluster_id, **filters)["Instances"])

    assert count() == 6
    assert count(InstanceGroupId=ids[1]) == 3
    assert count(InstanceGroupTypes=["CORE", "TASK"]) == 5
    assert count(InstanceStates=["RUNNING"]) == 6
    assert count(InstanceStates=["TERMINATED"]) == 0
    assert "InvalidRequest" in refusal(
        emr.list_instances, ClusterId=cluster_id, InstanceGroupId="ig-x"
    )


def test_instance_of_a_group_as_aws_documents_it(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = run(emr, *groups(task=1, Market="SPOT", instance_type="m5.2xlarge"))
    (waiting,) = emr.list_instances(ClusterId=cluster_id, InstanceGroupTypes=["TASK"])["Instances"]
    assert waiting["Status"]["State"] == "AWAITING_FULFILLMENT"
    assert "Ec2InstanceId" not in waiting
    region.jump(minutes=12)
    (told,) = emr.list_instances(ClusterId=cluster_id, InstanceGroupTypes=["TASK"])["Instances"]
    assert set(told) == {
        "Id",
        "Ec2InstanceId",
        "PublicDnsName",
        "PublicIpAddress",
        "PrivateDnsName",
        "PrivateIpAddress",
        "Status",
        "InstanceGroupId",
        "Market",
        "InstanceType",
        "EbsVolumes",
    }
    assert told["Id"] == waiting["Id"]
    assert told["Id"].startswith("ci-")
    assert told["Ec2InstanceId"].startswith("i-")
    assert (told["Market"], told["InstanceType"]) == ("SPOT", "m5.2xlarge")
    assert told["PrivateDnsName"] == f"ip-{told['PrivateIpAddress'].replace('.', '-')}.ec2.internal"
    assert len(told["EbsVolumes"]) == 4
    assert len({item["VolumeId"] for item in told["EbsVolumes"]}) == 4
    timeline = told["Status"]["Timeline"]
    assert timeline["ReadyDateTime"] > timeline["CreationDateTime"]


def test_volumes_asked_for_are_told(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    ebs = {
        "EbsOptimized": True,
        "EbsBlockDeviceConfigs": [
            {
                "VolumesPerInstance": 2,
                "VolumeSpecification": {
                    "VolumeType": "gp3",
                    "SizeInGB": 200,
                    "Iops": 6000,
                    "Throughput": 500,
                },
            }
        ],
    }
    cluster_id = run(emr, group("MASTER"), group("CORE", 2, EbsConfiguration=ebs))
    told = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"][1]
    specification = {"VolumeType": "gp3", "SizeInGB": 200, "Iops": 6000, "Throughput": 500}
    assert told["EbsOptimized"]
    assert told["EbsBlockDevices"] == [
        {"Device": "/dev/sdb", "VolumeSpecification": specification},
        {"Device": "/dev/sdc", "VolumeSpecification": specification},
    ]


def test_task_groups_are_added_up_to_the_limit(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = run(emr)
    region.jump(minutes=12)
    added = emr.add_instance_groups(
        JobFlowId=cluster_id, InstanceGroups=[group("TASK", 2, Name="more")]
    )
    listed = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    assert [item["Id"] for item in listed][2:] == added["InstanceGroupIds"]
    assert listed[2]["Status"]["State"] == "PROVISIONING"
    region.jump(minutes=7)
    listed = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    assert (listed[2]["Status"]["State"], listed[2]["RunningInstanceCount"]) == ("RUNNING", 2)
    emr.add_instance_groups(JobFlowId=cluster_id, InstanceGroups=[group("TASK", 0)] * 47)
    text = refusal(emr.add_instance_groups, JobFlowId=cluster_id, InstanceGroups=[group("TASK", 0)])
    assert "limit of 50" in text
    text = refusal(emr.add_instance_groups, JobFlowId=cluster_id, InstanceGroups=[group("CORE")])
    assert "ValidationException" in text


def test_groups_may_only_be_modified_while_the_cluster_runs(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = run(emr, *groups(task=1))
    task = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"][2]["Id"]
    change = [{"InstanceGroupId": task, "InstanceCount": 3}]
    text = refusal(emr.modify_instance_groups, ClusterId=cluster_id, InstanceGroups=change)
    assert "only be modified when the job flow is running or waiting" in text
    region.jump(minutes=12)
    emr.modify_instance_groups(InstanceGroups=change)
    for bad in (
        [{"InstanceGroupId": "ig-NONE", "InstanceCount": 3}],
        [{"InstanceGroupId": task, "InstanceCount": 2001}],
        [{"InstanceGroupId": task}],
        [{"InstanceGroupId": task, "EC2InstanceIdsToTerminate": ["i-none"]}],
        [{"InstanceGroupId": task, "InstanceCount": 1, "Configurations": []}],
    ):
        text = refusal(emr.modify_instance_groups, ClusterId=cluster_id, InstanceGroups=bad)
        assert "ValidationException" in text


def fleet(role: str, on_demand: int, spot: int, *types: str, **more: Any) -> Json:
    return {
        "InstanceFleetType": role,
        "TargetOnDemandCapacity": on_demand,
        "TargetSpotCapacity": spot,
        "InstanceTypeConfigs": [{"InstanceType": name} for name in types or ("m5.xlarge",)],
        **more,
    }


def run_fleets(emr: Any, *fleets: Json) -> str:
    answer = emr.run_job_flow(
        Name="fleets",
        ReleaseLabel="emr-7.5.0",
        Instances={"KeepJobFlowAliveWhenNoSteps": True, "InstanceFleets": list(fleets)},
    )
    return str(answer["JobFlowId"])


def test_fleets(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    launch = {
        "SpotSpecification": {
            "TimeoutDurationMinutes": 20,
            "TimeoutAction": "SWITCH_TO_ON_DEMAND",
            "AllocationStrategy": "capacity-optimized",
        }
    }
    core = fleet("CORE", 2, 2, "m5.xlarge", "r5.xlarge", LaunchSpecifications=launch)
    cluster_id = run_fleets(emr, fleet("MASTER", 1, 0), core)
    region.jump(minutes=12)
    told = emr.list_instance_fleets(ClusterId=cluster_id)["InstanceFleets"]
    assert [item["Status"]["State"] for item in told] == ["RUNNING", "RUNNING"]
    assert told[1]["LaunchSpecifications"] == launch
    assert (told[1]["ProvisionedOnDemandCapacity"], told[1]["ProvisionedSpotCapacity"]) == (2, 2)
    types = told[1]["InstanceTypeSpecifications"]
    assert [item["BidPriceAsPercentageOfOnDemandPrice"] for item in types] == [100.0, 100.0]
    assert (
        emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["InstanceCollectionType"]
        == "INSTANCE_FLEET"
    )
    listed = emr.list_instances(ClusterId=cluster_id, InstanceFleetType="CORE")["Instances"]
    assert {item["InstanceFleetId"] for item in listed} == {told[1]["Id"]}
    assert "mutually exclusive" in refusal(emr.list_instance_groups, ClusterId=cluster_id)
    added = emr.add_instance_fleet(ClusterId=cluster_id, InstanceFleet=fleet("TASK", 0, 1))
    second = refusal(
        emr.add_instance_fleet, ClusterId=cluster_id, InstanceFleet=fleet("TASK", 0, 1)
    )
    assert "already exists" in second
    change = {"InstanceFleetId": added["InstanceFleetId"], "TargetSpotCapacity": 3}
    emr.modify_instance_fleet(ClusterId=cluster_id, InstanceFleet=change)
    region.jump(minutes=8)
    assert (
        emr.list_instance_fleets(ClusterId=cluster_id)["InstanceFleets"][2][
            "ProvisionedSpotCapacity"
        ]
        == 3
    )


@pytest.mark.parametrize(
    ("fleets", "message"),
    [
        ([fleet("MASTER", 1, 0), fleet("CORE", 1, 0), fleet("CORE", 1, 0)], "Only one"),
        ([fleet("CORE", 1, 0)], "MASTER must be"),
        ([fleet("MASTER", 1, 1), fleet("CORE", 1, 0)], "must be 1"),
        ([fleet("MASTER", 1, 0), fleet("CORE", 0, 0)], "greater than 0"),
        ([fleet("MASTER", 1, 0), fleet("CORE", 1, 0, *["m5.xlarge"] * 6)], "at most 5"),
        ([fleet("MASTER", 1, 0), fleet("CORE", 1, 0, "q1.tiny")], "'q1.tiny' is not supported"),
        (
            [
                fleet("MASTER", 1, 0),
                fleet(
                    "CORE",
                    0,
                    1,
                    LaunchSpecifications={
                        "SpotSpecification": {
                            "TimeoutDurationMinutes": 4,
                            "TimeoutAction": "TERMINATE_CLUSTER",
                        }
                    },
                ),
            ],
            "between 5 and 1440",
        ),
    ],
)
def test_fleets_emr_refuses(region: SimulatedRegion, fleets: list[Json], message: str) -> None:
    emr = region.client("emr")
    with pytest.raises(ClientError, match=message):
        run_fleets(emr, *fleets)


def test_spot_timeout_switches_to_on_demand_or_gives_up(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    ids = {}
    for action in ("SWITCH_TO_ON_DEMAND", "TERMINATE_CLUSTER"):
        spot = {"TimeoutDurationMinutes": 5, "TimeoutAction": action}
        core = fleet(
            "CORE", 0, 1900, "r5.8xlarge", LaunchSpecifications={"SpotSpecification": spot}
        )
        ids[action] = run_fleets(emr, fleet("MASTER", 1, 0), core)
    for cluster_id in ids.values():
        waiting = emr.list_instances(ClusterId=cluster_id, InstanceStates=["AWAITING_FULFILLMENT"])[
            "Instances"
        ]
        assert waiting
    region.jump(minutes=20)
    told = emr.list_instance_fleets(ClusterId=ids["SWITCH_TO_ON_DEMAND"])["InstanceFleets"][1]
    assert told["ProvisionedOnDemandCapacity"] > 0
    assert told["ProvisionedOnDemandCapacity"] + told["ProvisionedSpotCapacity"] == 1900
    status = emr.describe_cluster(ClusterId=ids["TERMINATE_CLUSTER"])["Cluster"]["Status"]
    assert status["State"] == "TERMINATED_WITH_ERRORS"
    assert status["StateChangeReason"]["Code"] == "INSTANCE_FLEET_TIMEOUT"


def test_supported_instance_types_page_through(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    names, marker = [], {}
    while True:
        told = emr.list_supported_instance_types(ReleaseLabel="emr-7.5.0", **marker)
        names += [item["Type"] for item in told["SupportedInstanceTypes"]]
        if "Marker" not in told:
            break
        marker = {"Marker": told["Marker"]}
    assert len(names) == len(set(names)) > 300
    assert "m5.xlarge" in names
    text = refusal(emr.list_supported_instance_types, ReleaseLabel="emr-0.0.0")
    assert "InvalidRequestException" in text


def test_a_fleet_has_no_more_instances_than_emr_allows(region: SimulatedRegion) -> None:
    emr = region.client("emr")

    def fleets(units: int, weight: int, label: str) -> dict[str, Any]:
        specs = [{"InstanceType": "m5.xlarge", "WeightedCapacity": weight}]
        core = {"InstanceFleetType": "CORE", "TargetOnDemandCapacity": units}
        master = {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1}
        return {
            "Name": "large",
            "ReleaseLabel": label,
            "Instances": {
                "KeepJobFlowAliveWhenNoSteps": True,
                "InstanceFleets": [
                    {**master, "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]},
                    {**core, "InstanceTypeConfigs": specs},
                ],
            },
        }

    with pytest.raises(ClientError, match="at most 2000 instances"):
        emr.run_job_flow(**fleets(2001, 1, "emr-7.5.0"))
    with pytest.raises(ClientError, match="at most 4000 instances"):
        emr.run_job_flow(**fleets(2**31 - 1, 8, "emr-7.7.0"))
    cluster_id = emr.run_job_flow(**fleets(8, 8, "emr-7.7.0"))["JobFlowId"]
    region.jump(minutes=12)
    told = emr.list_instance_fleets(ClusterId=cluster_id)["InstanceFleets"]
    core = next(item["Id"] for item in told if item["InstanceFleetType"] == "CORE")
    for change in (
        {"TargetOnDemandCapacity": 2**31 - 1},
        {"InstanceTypeConfigs": [{"InstanceType": "m5.xlarge", "WeightedCapacity": 0}]},
    ):
        with pytest.raises(ClientError, match=r"at most 4000|at least 1"):
            emr.modify_instance_fleet(
                ClusterId=cluster_id, InstanceFleet={"InstanceFleetId": core, **change}
            )
