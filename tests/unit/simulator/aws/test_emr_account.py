"""Policies, security, releases, application UIs, and what is not simulated, through boto3."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import ServiceModel

from hue_desktop.simulator.aws.emr import EmrService
from tests.simulated import SimulatedRegion
from tests.unit.simulator.world.worlds import TestedWorld, groups


def cluster(emr: Any) -> str:
    answer = emr.run_job_flow(
        Name="account",
        ReleaseLabel="emr-7.5.0",
        Instances={"KeepJobFlowAliveWhenNoSteps": True, "InstanceGroups": groups()},
    )
    return str(answer["JobFlowId"])


def test_every_operation_of_the_model_has_an_answer() -> None:
    model = ServiceModel(Loader().load_service_model("emr", "service-2"), "emr")
    answered = EmrService(TestedWorld().world).operations()
    assert set(answered) == set(model.operation_names)


def test_managed_scaling_policy_is_kept_and_checked(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = cluster(emr)
    assert "ManagedScalingPolicy" not in emr.get_managed_scaling_policy(ClusterId=cluster_id)
    limits = {"UnitType": "Instances", "MinimumCapacityUnits": 2, "MaximumCapacityUnits": 9}
    emr.put_managed_scaling_policy(
        ClusterId=cluster_id, ManagedScalingPolicy={"ComputeLimits": limits}
    )
    told = emr.get_managed_scaling_policy(ClusterId=cluster_id)["ManagedScalingPolicy"]
    assert told == {"ComputeLimits": limits}
    for change in (
        {"MaximumCapacityUnits": 1},
        {"MinimumCapacityUnits": 0},
        {"MaximumCoreCapacityUnits": 10},
        {"UnitType": "InstanceFleetUnits"},
    ):
        with pytest.raises(ClientError) as caught:
            emr.put_managed_scaling_policy(
                ClusterId=cluster_id, ManagedScalingPolicy={"ComputeLimits": {**limits, **change}}
            )
        assert caught.value.response["Error"]["Code"] == "ValidationException"
    emr.remove_managed_scaling_policy(ClusterId=cluster_id)
    assert "ManagedScalingPolicy" not in emr.get_managed_scaling_policy(ClusterId=cluster_id)


def test_auto_termination_policy_is_kept(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = cluster(emr)
    emr.put_auto_termination_policy(ClusterId=cluster_id)
    told = emr.get_auto_termination_policy(ClusterId=cluster_id)
    assert told["AutoTerminationPolicy"] == {"IdleTimeout": 3600}
    emr.put_auto_termination_policy(
        ClusterId=cluster_id, AutoTerminationPolicy={"IdleTimeout": 604_800}
    )
    emr.remove_auto_termination_policy(ClusterId=cluster_id)
    assert "AutoTerminationPolicy" not in emr.get_auto_termination_policy(ClusterId=cluster_id)


def test_security_configurations(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    text = '{"EncryptionConfiguration": {"EnableInTransitEncryption": false}}'
    made = emr.create_security_configuration(Name="a", SecurityConfiguration=text)
    told = emr.describe_security_configuration(Name="a")
    assert (told["SecurityConfiguration"], told["CreationDateTime"]) == (
        text,
        made["CreationDateTime"],
    )
    assert [
        item["Name"] for item in emr.list_security_configurations()["SecurityConfigurations"]
    ] == ["a"]
    with pytest.raises(ClientError, match="already exists"):
        emr.create_security_configuration(Name="a", SecurityConfiguration=text)
    with pytest.raises(ClientError, match="not valid JSON"):
        emr.create_security_configuration(Name="b", SecurityConfiguration="nonsense")
    emr.delete_security_configuration(Name="a")
    with pytest.raises(ClientError, match="does not exist"):
        emr.describe_security_configuration(Name="a")


def test_block_public_access(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    told = emr.get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    assert told["BlockPublicSecurityGroupRules"] is True
    ranges = [{"MinRange": 22, "MaxRange": 23}, {"MinRange": 8088, "MaxRange": 8088}]
    rules = {
        "BlockPublicSecurityGroupRules": False,
        "PermittedPublicSecurityGroupRuleRanges": ranges,
    }
    emr.put_block_public_access_configuration(BlockPublicAccessConfiguration=rules)
    told = emr.get_block_public_access_configuration()
    assert told["BlockPublicAccessConfiguration"] == rules
    assert told["BlockPublicAccessConfigurationMetadata"]["CreatedByArn"].startswith("arn:aws:iam")


def test_release_labels(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    labels = emr.list_release_labels()["ReleaseLabels"]
    assert {"emr-5.36.0", "emr-6.15.0", "emr-7.0.0", "emr-7.9.0"} <= set(labels)
    numbers = [tuple(map(int, item.removeprefix("emr-").split("."))) for item in labels]
    assert numbers == sorted(numbers, reverse=True)
    six = emr.list_release_labels(Filters={"Prefix": "emr-6.1", "Application": "Trino 422"})
    assert six["ReleaseLabels"] == ["emr-6.14.0"]
    paged, token = [], {}
    while True:
        told = emr.list_release_labels(MaxResults=7, **token)
        paged += told["ReleaseLabels"]
        if "NextToken" not in told:
            break
        token = {"NextToken": told["NextToken"]}
    assert paged == labels
    told = emr.describe_release_label(ReleaseLabel="emr-6.15.0")
    versions = {item["Name"]: item["Version"] for item in told["Applications"]}
    assert versions["Spark"] == "3.4.1"
    assert versions["Hadoop"] == "3.3.6"
    assert told["AvailableOSReleases"]
    with pytest.raises(ClientError, match="is not valid"):
        emr.describe_release_label(ReleaseLabel="emr-1.0.0")


def test_persistent_application_ui(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    arn = emr.describe_cluster(ClusterId=cluster(emr))["Cluster"]["ClusterArn"]
    ui_id = emr.create_persistent_app_ui(TargetResourceArn=arn, ProfilerType="TEZUI")[
        "PersistentAppUIId"
    ]
    told = emr.describe_persistent_app_ui(PersistentAppUIId=ui_id)["PersistentAppUI"]
    assert told["PersistentAppUIStatus"] == "STARTING"
    assert told["PersistentAppUITypeList"] == ["TEZ"]
    url = emr.get_persistent_app_ui_presigned_url
    assert url(PersistentAppUIId=ui_id)["PresignedURLReady"] is False
    region.jump(seconds=30)
    assert url(PersistentAppUIId=ui_id)["PresignedURL"].startswith("https://")
    with pytest.raises(ClientError, match="not valid"):
        emr.create_persistent_app_ui(TargetResourceArn="arn:aws:s3:::nothing")


def test_on_cluster_application_ui(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = cluster(emr)
    url = emr.get_on_cluster_app_ui_presigned_url
    with pytest.raises(ClientError, match="is not running"):
        url(ClusterId=cluster_id)
    region.jump(minutes=12)
    assert url(ClusterId=cluster_id, DryRun=True)["PresignedURLReady"]
    told = url(ClusterId=cluster_id, OnClusterAppUIType="ResourceManager")
    assert "resourcemanager" in told["PresignedURL"]


def test_what_is_not_simulated_says_so(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    assert emr.list_studios()["Studios"] == []
    assert emr.list_notebook_executions()["NotebookExecutions"] == []
    with pytest.raises(ClientError) as caught:
        emr.describe_studio(StudioId="es-1")
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidRequestException"
    assert "not part of this simulated region" in error["Message"]
