"""Clusters through boto3: creating, describing, listing, tagging, ending, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.simulator.world.worlds import group, groups

Json = dict[str, Any]


def request(*instance_groups: Json, keep: bool = True, **more: Any) -> Json:
    return {
        "Name": "test",
        "ReleaseLabel": "emr-7.5.0",
        "Instances": {
            "KeepJobFlowAliveWhenNoSteps": keep,
            "InstanceGroups": list(instance_groups or groups()),
        },
        **more,
    }


def refused(emr: Any, operation: str, **params: Any) -> tuple[str, str]:
    """Code and message of the error that a request gets."""
    with pytest.raises(ClientError) as caught:
        getattr(emr, operation)(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_everything_asked_for_is_echoed(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    emr.create_security_configuration(Name="tls", SecurityConfiguration="{}")
    answer = emr.run_job_flow(
        Name="Echo",
        LogUri="s3://logs/emr/",
        ReleaseLabel="emr-7.5.0",
        Applications=[{"Name": "spark"}, {"Name": "Hive"}],
        Configurations=[{"Classification": "spark", "Properties": {"a": "b"}}],
        ServiceRole="EMR_DefaultRole",
        JobFlowRole="EMR_EC2_DefaultRole",
        AutoScalingRole="EMR_AutoScaling_DefaultRole",
        SecurityConfiguration="tls",
        CustomAmiId="ami-0123456789abcdef0",
        EbsRootVolumeSize=64,
        ScaleDownBehavior="TERMINATE_AT_TASK_COMPLETION",
        RepoUpgradeOnBoot="NONE",
        StepConcurrencyLevel=4,
        Tags=[{"Key": "team", "Value": "data"}],
        VisibleToAllUsers=True,
        KerberosAttributes={"Realm": "EC2.INTERNAL", "KdcAdminPassword": "secret"},
        PlacementGroupConfigs=[{"InstanceRole": "MASTER", "PlacementStrategy": "SPREAD"}],
        BootstrapActions=[
            {"Name": "b", "ScriptBootstrapAction": {"Path": "s3://b/x.sh", "Args": ["1"]}}
        ],
        Instances={
            "Ec2KeyName": "hue",
            "Ec2SubnetId": "subnet-1",
            "KeepJobFlowAliveWhenNoSteps": True,
            "TerminationProtected": True,
            "AdditionalMasterSecurityGroups": ["sg-1"],
            "InstanceGroups": groups(core=2, task=2, Market="SPOT", BidPrice="0.2"),
        },
    )
    told = emr.describe_cluster(ClusterId=answer["JobFlowId"])["Cluster"]
    assert told["ClusterArn"] == answer["ClusterArn"]
    assert told["Status"]["State"] == "STARTING"
    assert [item["Name"] for item in told["Applications"]] == ["Spark", "Hive"]
    assert told["Applications"][0]["Version"] == "3.5.2"
    assert told["Configurations"] == [{"Classification": "spark", "Properties": {"a": "b"}}]
    assert told["KerberosAttributes"]["KdcAdminPassword"] == "********"
    expected = {
        "Name": "Echo",
        "LogUri": "s3://logs/emr/",
        "ReleaseLabel": "emr-7.5.0",
        "ServiceRole": "EMR_DefaultRole",
        "AutoScalingRole": "EMR_AutoScaling_DefaultRole",
        "SecurityConfiguration": "tls",
        "CustomAmiId": "ami-0123456789abcdef0",
        "EbsRootVolumeSize": 64,
        "StepConcurrencyLevel": 4,
        "Tags": [{"Key": "team", "Value": "data"}],
        "TerminationProtected": True,
        "AutoTerminate": False,
        "UnhealthyNodeReplacement": True,
        "InstanceCollectionType": "INSTANCE_GROUP",
        "PlacementGroups": [{"InstanceRole": "MASTER", "PlacementStrategy": "SPREAD"}],
    }
    assert {name: told[name] for name in expected} == expected
    attributes = told["Ec2InstanceAttributes"]
    assert attributes["Ec2KeyName"] == "hue"
    assert attributes["Ec2SubnetId"] == "subnet-1"
    assert attributes["IamInstanceProfile"] == "EMR_EC2_DefaultRole"
    actions = emr.list_bootstrap_actions(ClusterId=told["Id"])["BootstrapActions"]
    assert actions == [{"Name": "b", "ScriptPath": "s3://b/x.sh", "Args": ["1"]}]


def test_a_cluster_without_a_subnet_is_in_the_default_one_of_its_zone(
    region: SimulatedRegion,
) -> None:
    emr, ec2 = region.client("emr"), region.client("ec2")
    subnets = {item["SubnetId"]: item for item in ec2.describe_subnets()["Subnets"]}
    bare = request()
    bare["Instances"].pop("Ec2SubnetId", None)
    told = emr.describe_cluster(ClusterId=emr.run_job_flow(**bare)["JobFlowId"])["Cluster"]
    attributes = told["Ec2InstanceAttributes"]
    found = subnets[attributes["Ec2SubnetId"]]
    assert found["AvailabilityZone"] == attributes["Ec2AvailabilityZone"]
    assert attributes["RequestedEc2SubnetIds"] == []
    for subnet_id, subnet in subnets.items():
        asked = request()
        asked["Instances"]["Ec2SubnetId"] = subnet_id
        told = emr.describe_cluster(ClusterId=emr.run_job_flow(**asked)["JobFlowId"])["Cluster"]
        attributes = told["Ec2InstanceAttributes"]
        assert attributes["Ec2SubnetId"] == subnet_id
        assert attributes["Ec2AvailabilityZone"] == subnet["AvailabilityZone"]


def test_primary_node_has_a_name_once_it_has_booted(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = emr.run_job_flow(**request())["JobFlowId"]
    for _ in range(3):  # in the first minute EC2 launches it, and it cannot have booted
        told = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
        assert "MasterPublicDnsName" not in told
        region.jump(seconds=20)
    nodes = emr.list_instances(ClusterId=cluster_id, InstanceGroupTypes=["MASTER"])["Instances"]
    assert nodes[0]["Ec2InstanceId"].startswith("i-")
    region.jump(minutes=12)
    told = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    listed = emr.list_instances(ClusterId=cluster_id, InstanceGroupTypes=["MASTER"])["Instances"]
    assert told["MasterPublicDnsName"] == listed[0]["PublicDnsName"]
    assert told["NormalizedInstanceHours"] >= 1
    assert listed[0]["PrivateDnsName"].endswith(".ec2.internal")


def test_legacy_counts_make_groups(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    instances = {
        "MasterInstanceType": "m5.xlarge",
        "SlaveInstanceType": "r5.xlarge",
        "InstanceCount": 4,
    }
    cluster_id = emr.run_job_flow(Name="old", ReleaseLabel="emr-6.15.0", Instances=instances)[
        "JobFlowId"
    ]
    told = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    assert [
        (item["InstanceGroupType"], item["InstanceType"], item["RequestedInstanceCount"])
        for item in told
    ] == [("MASTER", "m5.xlarge", 1), ("CORE", "r5.xlarge", 3)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ReleaseLabel": "emr-99.0.0"}, "release label is invalid: emr-99.0.0"),
        ({"Applications": [{"Name": "Excel"}]}, "Specified application: Excel is invalid"),
        ({"AmiVersion": "3.11"}, "Only one AMI version and release label"),
        ({"StepConcurrencyLevel": 257}, "between 1 and 256"),
        (
            {"ReleaseLabel": "emr-6.0.0", "AutoTerminationPolicy": {"IdleTimeout": 60}},
            "Auto-termination is not supported for release label emr-6.0.0",
        ),
        ({"SecurityConfiguration": "none"}, "'none' does not exist"),
        ({"AutoTerminationPolicy": {"IdleTimeout": 59}}, "between 60 and 604800"),
        ({"Tags": [{"Key": "aws:x", "Value": "1"}]}, "reserved"),
        (
            {
                "BootstrapActions": [
                    {"Name": "x", "ScriptBootstrapAction": {"Path": "s3://b/x.sh"}}
                ]
                * 17
            },
            "limit of 16",
        ),
    ],
)
def test_requests_emr_refuses(region: SimulatedRegion, change: Json, message: str) -> None:
    code, text = refused(region.client("emr"), "run_job_flow", **request(**change))
    assert code == "ValidationException"
    assert message in text
    assert not region.world.clusters


@pytest.mark.parametrize(
    ("instance_groups", "message"),
    [
        ([group("MASTER", 1, "z9.huge"), group("CORE")], "'z9.huge' is not supported"),
        ([group("CORE")], "Exactly one master"),
        ([group("MASTER"), group("CORE"), group("CORE")], "only one is allowed"),
        ([group("MASTER", 2), group("CORE")], "1 or 3"),
        ([group("MASTER"), group("TASK")], "requires a core"),
        ([group("MASTER"), group("CORE", 0)], "between 1 and 2000"),
        ([group("MASTER"), group("CORE", 2001)], "between 1 and 2000"),
        ([group("MASTER"), group("CORE"), *[group("TASK", 0)] * 49], "limit of 50"),
        ([group("MASTER"), group("CORE", BidPrice="0.1")], "Spot"),
        ([group("MASTER"), group("CORE", Market="SPOT", BidPrice="dear")], "not valid"),
    ],
)
def test_groups_emr_refuses(
    region: SimulatedRegion, instance_groups: list[Json], message: str
) -> None:
    code, text = refused(region.client("emr"), "run_job_flow", **request(*instance_groups))
    assert (code, message in text) == ("ValidationException", True), text


def test_groups_and_fleets_do_not_mix(region: SimulatedRegion) -> None:
    params = request()
    params["Instances"]["InstanceFleets"] = [{"InstanceFleetType": "MASTER"}]
    _, text = refused(region.client("emr"), "run_job_flow", **params)
    assert "mutually exclusive" in text


def test_unknown_clusters_by_operation(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    unknown = "j-UNKNOWN000000"
    assert refused(emr, "describe_cluster", ClusterId=unknown) == (
        "InvalidRequestException",
        f"Cluster id '{unknown}' is not valid.",
    )
    assert refused(emr, "terminate_job_flows", JobFlowIds=[unknown]) == (
        "ValidationException",
        "Specified job flow ID not valid",
    )


def test_list_clusters_filters_and_pages(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    ids = []
    for number in range(60):
        ids.append(emr.run_job_flow(**request(Name=f"c{number}"))["JobFlowId"])
        region.jump(seconds=1)
    emr.terminate_job_flows(JobFlowIds=ids[:10])
    first = emr.list_clusters()
    assert len(first["Clusters"]) == 50
    assert first["Clusters"][0]["Id"] == ids[-1]
    second = emr.list_clusters(Marker=first["Marker"])
    assert "Marker" not in second
    listed = [item["Id"] for item in first["Clusters"] + second["Clusters"]]
    assert listed == ids[::-1]
    ending = emr.list_clusters(ClusterStates=["TERMINATING"])["Clusters"]
    assert {item["Id"] for item in ending} == set(ids[:10])
    created = second["Clusters"][-1]["Status"]["Timeline"]["CreationDateTime"]
    older = emr.list_clusters(CreatedBefore=created + timedelta(seconds=1.5))["Clusters"]
    assert [item["Id"] for item in older] == [ids[1], ids[0]]
    assert refused(emr, "list_clusters", Marker="nonsense")[0] == "InvalidRequestException"


def test_at_most_ten_clusters_are_terminated_in_one_request(region: SimulatedRegion) -> None:
    _, text = refused(region.client("emr"), "terminate_job_flows", JobFlowIds=["j-1"] * 11)
    assert "At most 10" in text


def test_termination_protection(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    guarded, other = (emr.run_job_flow(**request())["JobFlowId"] for _ in range(2))
    emr.set_termination_protection(JobFlowIds=[guarded], TerminationProtected=True)
    code, text = refused(emr, "terminate_job_flows", JobFlowIds=[guarded, other])
    assert code == "ValidationException"
    assert "termination protected" in text
    state = emr.describe_cluster(ClusterId=guarded)["Cluster"]["Status"]["State"]
    assert state == "STARTING"
    emr.set_termination_protection(JobFlowIds=[guarded], TerminationProtected=False)
    emr.terminate_job_flows(JobFlowIds=[guarded])
    region.jump(minutes=3)
    status = emr.describe_cluster(ClusterId=guarded)["Cluster"]["Status"]
    assert status["State"] == "TERMINATED"
    assert status["StateChangeReason"] == {
        "Code": "USER_REQUEST",
        "Message": "Terminated by user request",
    }
    assert "EndDateTime" in status["Timeline"]


def test_a_terminated_cluster_may_not_be_modified(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = emr.run_job_flow(**request())["JobFlowId"]
    emr.terminate_job_flows(JobFlowIds=[cluster_id])
    for operation, params in {
        "set_termination_protection": {"JobFlowIds": [cluster_id], "TerminationProtected": True},
        "add_job_flow_steps": {"JobFlowId": cluster_id, "Steps": []},
        "add_instance_groups": {"JobFlowId": cluster_id, "InstanceGroups": [group("TASK")]},
        "modify_cluster": {"ClusterId": cluster_id, "StepConcurrencyLevel": 2},
        "add_tags": {"ResourceId": cluster_id, "Tags": [{"Key": "a", "Value": "b"}]},
    }.items():
        _, text = refused(emr, operation, **params)
        assert "may not be modified" in text, operation
    emr.terminate_job_flows(JobFlowIds=[cluster_id])


def test_tags(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = emr.run_job_flow(**request(Tags=[{"Key": "a", "Value": "1"}]))["JobFlowId"]
    emr.add_tags(ResourceId=cluster_id, Tags=[{"Key": "b", "Value": "2"}, {"Key": "a"}])
    emr.remove_tags(ResourceId=cluster_id, TagKeys=["none", "b"])
    told = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    assert told["Tags"] == [{"Key": "a", "Value": ""}]
    many = [{"Key": str(number), "Value": ""} for number in range(50)]
    assert "limit of 50" in refused(emr, "add_tags", ResourceId=cluster_id, Tags=many)[1]


def test_keep_alive_can_be_switched_off_for_a_waiting_cluster(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = emr.run_job_flow(**request())["JobFlowId"]
    region.jump(minutes=12)
    emr.set_keep_job_flow_alive_when_no_steps(
        JobFlowIds=[cluster_id], KeepJobFlowAliveWhenNoSteps=False
    )
    told = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    assert (told["AutoTerminate"], told["Status"]["State"]) == (True, "TERMINATING")


def test_describe_job_flows_still_answers(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = emr.run_job_flow(**request(keep=False))["JobFlowId"]
    region.jump(hours=1)
    (told,) = emr.describe_job_flows(JobFlowIds=[cluster_id])["JobFlows"]
    assert told["ExecutionStatusDetail"]["State"] == "COMPLETED"
    assert told["Instances"]["MasterInstanceType"] == "m5.xlarge"
    assert len(told["Instances"]["InstanceGroups"]) == 2
    assert emr.describe_job_flows(JobFlowStates=["RUNNING"])["JobFlows"] == []


def test_the_501st_active_cluster_is_refused(region: SimulatedRegion) -> None:
    with region.region.lock:
        world = region.world
        emr = region.client("emr")
        first = emr_cluster_without_wire(region)
        for number in range(499):
            world.clusters[f"j-{number:013d}"] = world.clusters[first]
    assert "limit of 500" in refused(emr, "run_job_flow", **request())[1]


def emr_cluster_without_wire(region: SimulatedRegion) -> str:
    """A cluster made under the region's lock, which the wire would wait for."""
    answer = region.region.call("emr", "RunJobFlow", request())
    return str(answer["JobFlowId"])


def test_moto_compatibility() -> None:
    with simulated_region(compat="moto", paused=True) as region:
        emr = region.client("emr")
        steps = [
            {"Name": name, "HadoopJarStep": {"Jar": "x.jar", "Args": []}} for name in ("a", "b")
        ]
        params = request(group("MASTER", 1, "z9.huge"), group("CORE", 2, "z9.huge"), Steps=steps)
        cluster_id = emr.run_job_flow(**{**params, "ReleaseLabel": "emr-0.1.2"})["JobFlowId"]
        assert emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]["State"] == "WAITING"
        told = emr.list_steps(ClusterId=cluster_id)["Steps"]
        assert [item["Status"]["State"] for item in told] == ["PENDING", "RUNNING"]
        added = emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=steps[:1])["StepIds"]
        step = emr.describe_step(ClusterId=cluster_id, StepId=added[0])["Step"]
        assert step["Status"]["State"] == "PENDING"
        running = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
        assert [item["RunningInstanceCount"] for item in running] == [1, 2]
        assert len(emr.list_instances(ClusterId=cluster_id)["Instances"]) == 3
        emr.terminate_job_flows(JobFlowIds=[cluster_id])
        told = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
        assert told["Status"]["State"] == "TERMINATED"
        ended = emr.run_job_flow(**request(keep=False))["JobFlowId"]
        told = emr.describe_cluster(ClusterId=ended)["Cluster"]
        assert told["Status"]["State"] == "TERMINATED"
