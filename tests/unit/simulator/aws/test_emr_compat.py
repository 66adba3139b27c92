"""``--compat moto`` answers as the moto server does: the same requests go to both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.simulated import SimulatedRegion, simulated_region

Json = dict[str, Any]
_TIMES = {"CreationDateTime", "ReadyDateTime", "StartDateTime", "EndDateTime"}


@pytest.fixture(scope="module")
def moto_emr() -> Iterator[Any]:
    """A client of the real moto server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    session = boto3.Session("AKIAHUESIMULATOR0000", "simulated", region_name="us-east-1")
    yield session.client("emr", endpoint_url=f"http://{host}:{port}")
    server.stop()


@pytest.fixture(scope="module")
def compat() -> Iterator[SimulatedRegion]:
    with simulated_region(compat="moto", paused=True) as region:
        yield region


def request(**instances: Any) -> Json:
    return {
        "Name": "cluster",
        "ReleaseLabel": "emr-6.2.0",
        "Instances": {
            "InstanceGroups": [
                {"InstanceRole": role, "InstanceType": "c3.xlarge", "InstanceCount": count}
                for role, count in (("MASTER", 1), ("CORE", 2), ("TASK", 3))
            ],
            "KeepJobFlowAliveWhenNoSteps": True,
            **instances,
        },
        "JobFlowRole": "EMR_EC2_DefaultRole",
        "ServiceRole": "EMR_DefaultRole",
        "LogUri": "s3://logs/",
        "Applications": [{"Name": "Spark", "Version": "2.4.3"}],
        "Tags": [{"Key": "a", "Value": "1"}],
        "Configurations": [{"Classification": "yarn-site", "Properties": {"k": "v"}}],
        "BootstrapActions": [
            {"Name": "b", "ScriptBootstrapAction": {"Path": "s3://b/x.sh", "Args": ["1"]}}
        ],
    }


def steps(*names: str) -> list[Json]:
    return [
        {
            "Name": name,
            "ActionOnFailure": "CONTINUE",
            "HadoopJarStep": {"Jar": "x.jar", "Args": ["1"], "MainClass": "Main"},
        }
        for name in names
    ]


def states(emr: Any, cluster_id: str) -> Json:
    """What a test written against moto would look at."""
    told = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    return {
        "state": told["Status"]["State"],
        "times": sorted(_TIMES & set(told["Status"]["Timeline"])),
        "steps": {
            item["Name"]: item["Status"]["State"]
            for item in emr.list_steps(ClusterId=cluster_id)["Steps"]
        },
        "groups": {
            item["InstanceGroupType"]: (
                item["Status"]["State"],
                item["Name"],
                item["RequestedInstanceCount"],
                item["RunningInstanceCount"],
            )
            for item in emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
        },
        **{
            name: told.get(name)
            for name in (
                "AutoTerminate",
                "BootstrapActions",
                "Configurations",
                "LogUri",
                "Name",
                "ReleaseLabel",
                "ServiceRole",
                "StepConcurrencyLevel",
                "Tags",
                "TerminationProtected",
                "VisibleToAllUsers",
            )
        },
        "applications": [
            (item["Name"], item.get("Version"))
            for item in told["Applications"]
            if "Name" in item  # where nobody asks for one, moto's default has lost its name
            and item["Name"] != "Hadoop"
        ],
        "zone": told["Ec2InstanceAttributes"]["Ec2AvailabilityZone"],
        "profile": told["Ec2InstanceAttributes"]["IamInstanceProfile"],
    }


def with_steps(emr: Any) -> list[Any]:
    cluster_id = emr.run_job_flow(**request(), Steps=steps("a", "b"))["JobFlowId"]
    seen = [states(emr, cluster_id)]
    emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=steps("c"))
    seen.append(states(emr, cluster_id))
    emr.terminate_job_flows(JobFlowIds=[cluster_id])
    return [*seen, states(emr, cluster_id)]


def transient(emr: Any) -> list[Any]:
    params = request(KeepJobFlowAliveWhenNoSteps=False)
    return [states(emr, emr.run_job_flow(**params)["JobFlowId"])]


def nothing_but_names(emr: Any) -> list[Any]:
    bare = {"Name": "bare", "Instances": {"KeepJobFlowAliveWhenNoSteps": True}}
    bare["Instances"] |= {
        "MasterInstanceType": "m9.none",
        "SlaveInstanceType": "m9.none",
        "InstanceCount": 3,
    }
    cluster_id = emr.run_job_flow(**bare)["JobFlowId"]
    return [states(emr, cluster_id)]


def resized(emr: Any) -> list[Any]:
    cluster_id = emr.run_job_flow(**request())["JobFlowId"]
    task = next(
        item["Id"]
        for item in emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
        if item["InstanceGroupType"] == "TASK"
    )
    emr.modify_instance_groups(InstanceGroups=[{"InstanceGroupId": task, "InstanceCount": 7}])
    emr.modify_cluster(ClusterId=cluster_id, StepConcurrencyLevel=5)
    return [states(emr, cluster_id)]


def protected(emr: Any) -> list[Any]:
    cluster_id = emr.run_job_flow(**request(TerminationProtected=True))["JobFlowId"]
    with pytest.raises(ClientError) as caught:
        emr.terminate_job_flows(JobFlowIds=[cluster_id])
    error = caught.value.response["Error"]
    emr.set_termination_protection(JobFlowIds=[cluster_id], TerminationProtected=False)
    emr.set_visible_to_all_users(JobFlowIds=[cluster_id], VisibleToAllUsers=True)
    emr.terminate_job_flows(JobFlowIds=[cluster_id])
    emr.add_tags(ResourceId=cluster_id, Tags=[{"Key": "b", "Value": "2"}])
    emr.remove_tags(ResourceId=cluster_id, TagKeys=["a"])
    return [error, states(emr, cluster_id)]


def three_primary_nodes(emr: Any) -> list[Any]:
    params = request()
    params["Instances"]["InstanceGroups"][0]["InstanceCount"] = 2
    with pytest.raises(ClientError) as caught:
        emr.run_job_flow(**params)
    params["Instances"]["InstanceGroups"][0]["InstanceCount"] = 3
    cluster_id = emr.run_job_flow(**params)["JobFlowId"]
    return [caught.value.response["Error"]["Message"], states(emr, cluster_id)]


def refused(emr: Any) -> list[Any]:
    seen = []
    attempts = (
        lambda: emr.describe_cluster(ClusterId="j-NONE"),
        lambda: emr.run_job_flow(**request(), AmiVersion="3.8.1"),
        lambda: emr.run_job_flow(**{**request(), "ReleaseLabel": "emr-5.0.0"}, CustomAmiId="ami-1"),
    )
    for attempt in attempts:
        with pytest.raises(ClientError) as caught:
            attempt()
        seen.append(caught.value.response["Error"])
    return seen


def security(emr: Any) -> list[Any]:
    emr.create_security_configuration(Name="s", SecurityConfiguration="{}")
    told = emr.describe_security_configuration(Name="s")
    emr.delete_security_configuration(Name="s")
    return [told["SecurityConfiguration"]]


def scaling(emr: Any) -> list[Any]:
    cluster_id = emr.run_job_flow(**request())["JobFlowId"]
    group_id = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"][0]["Id"]
    policy = {"Constraints": {"MinCapacity": 1, "MaxCapacity": 3}, "Rules": []}
    told = emr.put_auto_scaling_policy(
        ClusterId=cluster_id, InstanceGroupId=group_id, AutoScalingPolicy=policy
    )
    emr.remove_auto_scaling_policy(ClusterId=cluster_id, InstanceGroupId=group_id)
    groups = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    return [
        told["AutoScalingPolicy"]["Status"]["State"],
        told["AutoScalingPolicy"]["Constraints"],
        [item.get("AutoScalingPolicy") for item in groups],
    ]


@pytest.mark.parametrize(
    "story",
    [
        with_steps,
        transient,
        nothing_but_names,
        resized,
        protected,
        three_primary_nodes,
        refused,
        security,
        scaling,
    ],
)
def test_the_same_story_has_the_same_course(
    story: Any, moto_emr: Any, compat: SimulatedRegion
) -> None:
    assert story(compat.client("emr")) == story(moto_emr)
