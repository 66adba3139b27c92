"""Changes as requests: each one is what boto's own model of EMR accepts."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from hue_desktop.adapters.aws.perform import outcome_of, request_of
from hue_desktop.core.changes import (
    AddTags,
    AddTaskFleet,
    AddTaskGroup,
    Change,
    ClusterSpec,
    CreateCluster,
    FleetSpec,
    GroupSpec,
    KillInstances,
    RemoveTags,
    ResizeFleet,
    ResizeGroup,
    SetAutoTermination,
    SetManagedScaling,
    SetProtection,
    Terminate,
)
from hue_desktop.core.clusters import BootstrapAction, ManagedScaling
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.instances import EbsVolume, FleetType, Market, Role
from hue_desktop.core.steps import ActionOnFailure, StepSpec

GROUPS = (
    GroupSpec(Role.MASTER, "m5.xlarge", 1),
    GroupSpec(Role.CORE, "m5.2xlarge", 4, ebs_volumes=(EbsVolume("gp3", 128, 3000, 125),)),
    GroupSpec(Role.TASK, "r5d.xlarge", 8, Market.SPOT, "spot", 0.1234567),
)
FLEET = FleetSpec(
    Role.TASK,
    (
        FleetType("r5d.xlarge", 4, bid_percent_of_on_demand=80.0),
        FleetType("r5.2xlarge", 8, bid_usd_hour=0.3, ebs_volumes=(EbsVolume("gp2", 64),)),
    ),
    target_on_demand=4,
    target_spot=32,
    name="tasks",
)
FULL = ClusterSpec(
    "all of it",
    "emr-7.1.0",
    ("Spark", "Hive"),
    groups=GROUPS,
    keep_alive=False,
    termination_protected=True,
    idle_timeout_s=3600,
    managed_scaling=ManagedScaling("Instances", 2, 20, 10, 4),
    bootstrap_actions=(BootstrapAction("setup", "s3://example/setup.sh", ("-v",)),),
    steps=(
        StepSpec(
            "load",
            "command-runner.jar",
            ("spark-submit", "load.py"),
            properties=(("a", "1"),),
            action_on_failure=ActionOnFailure.CANCEL_AND_WAIT,
        ),
    ),
    step_concurrency=4,
    tags=(("team", "finance"),),
    subnet_ids=("subnet-1",),
    key_name="etl",
    security_configuration="strict",
    log_uri="s3://logs/",
    configurations_json='[{"Classification": "spark", "Properties": {"x": "y"}}]',
    root_volume_gib=30,
    unhealthy_node_replacement=False,
)
CHANGES: list[tuple[Change, str]] = [
    (CreateCluster(FULL), "RunJobFlow"),
    (CreateCluster(ClusterSpec("least", "emr-7.1.0", groups=GROUPS[:1])), "RunJobFlow"),
    (CreateCluster(ClusterSpec("fleets", "emr-7.1.0", fleets=(FLEET,))), "RunJobFlow"),
    (Terminate("j-1"), "TerminateJobFlows"),
    (SetProtection("j-1", True), "SetTerminationProtection"),
    (SetAutoTermination("j-1", 600), "PutAutoTerminationPolicy"),
    (SetAutoTermination("j-1", None), "RemoveAutoTerminationPolicy"),
    (ResizeGroup("j-1", "ig-1", 0), "ModifyInstanceGroups"),
    (ResizeGroup("j-1", "ig-1", 5, ("i-1",), ("i-2",), 7200), "ModifyInstanceGroups"),
    (ResizeGroup("j-1", "ig-1", 5, timeout_s=600), "ModifyInstanceGroups"),
    (KillInstances("j-1", "ig-1", ("i-1", "i-2")), "ModifyInstanceGroups"),
    (SetManagedScaling("j-1", ManagedScaling("Instances", 2, 9, 4, 2)), "PutManagedScalingPolicy"),
    (SetManagedScaling("j-1", None), "RemoveManagedScalingPolicy"),
    (ResizeFleet("j-1", "if-1", 0, 12), "ModifyInstanceFleet"),
    (ResizeFleet("j-1", "if-1", 0, 12, 45, FLEET.types), "ModifyInstanceFleet"),
    (AddTaskGroup("j-1", GROUPS[2]), "AddInstanceGroups"),
    (AddTaskFleet("j-1", FLEET), "AddInstanceFleet"),
    (AddTags("j-1", (("k", "v"), ("empty", ""))), "AddTags"),
    (RemoveTags("j-1", ("k",)), "RemoveTags"),
]


@pytest.fixture(scope="module")
def emr_model() -> Any:
    return botocore.session.Session().get_service_model("emr")


@pytest.mark.parametrize(("change", "operation"), CHANGES)
def test_a_change_is_one_request_that_the_model_accepts(
    emr_model: Any, change: Change, operation: str
) -> None:
    request = request_of(change)
    assert request.operation == operation
    shape = emr_model.operation_model(operation).input_shape
    report = ParamValidator().validate(dict(request.parameters), shape)
    assert not report.has_errors(), report.generate_report()
    name, _space, parameters = request.text().partition(" ")
    assert name == operation
    assert json.loads(parameters) == request.parameters


def test_nothing_is_said_that_was_not_asked_for() -> None:
    least = request_of(CHANGES[1][0]).parameters
    assert set(least) == {
        "Name",
        "ReleaseLabel",
        "Instances",
        "ServiceRole",
        "JobFlowRole",
        "VisibleToAllUsers",
    }
    assert "UnhealthyNodeReplacement" not in least["Instances"]


def test_a_full_specification_is_all_there() -> None:
    full = request_of(CreateCluster(FULL)).parameters
    instances = full["Instances"]
    assert instances["KeepJobFlowAliveWhenNoSteps"] is False
    assert instances["UnhealthyNodeReplacement"] is False
    assert instances["Ec2SubnetId"] == "subnet-1"
    assert instances["InstanceGroups"][2]["BidPrice"] == "0.123457"
    assert "BidPrice" not in instances["InstanceGroups"][1]
    assert full["ManagedScalingPolicy"]["ComputeLimits"]["MaximumCoreCapacityUnits"] == 4
    assert full["Steps"][0]["HadoopJarStep"]["Properties"] == [{"Key": "a", "Value": "1"}]
    assert full["Configurations"][0]["Classification"] == "spark"
    assert full["StepConcurrencyLevel"] == 4


def test_fleets_take_all_subnets_and_no_weight_on_the_primary() -> None:
    primary = FleetSpec(Role.MASTER, (FleetType("m5.xlarge", 1),), target_on_demand=1)
    spec = ClusterSpec("f", "emr-7.1.0", fleets=(primary, FLEET), subnet_ids=("s-1", "s-2"))
    instances = request_of(CreateCluster(spec)).parameters["Instances"]
    assert instances["Ec2SubnetIds"] == ["s-1", "s-2"]
    first, second = instances["InstanceFleets"]
    assert "WeightedCapacity" not in first["InstanceTypeConfigs"][0]
    assert "LaunchSpecifications" not in first
    spot = second["LaunchSpecifications"]["SpotSpecification"]
    assert spot["AllocationStrategy"] == "price-capacity-optimized"


@pytest.mark.parametrize("text", ["{not json", '{"Classification": "x"}'])
def test_configurations_that_cannot_be_sent_are_refused_here(text: str) -> None:
    spec = ClusterSpec("c", "emr-7.1.0", groups=GROUPS, configurations_json=text)
    with pytest.raises(ConfigurationError, match="configurations"):
        request_of(CreateCluster(spec))


def test_the_ids_that_aws_gave() -> None:
    assert outcome_of(CHANGES[0][0], {"JobFlowId": "j-9"}) == {"cluster_id": "j-9"}
    added = {"JobFlowId": "j-1", "InstanceGroupIds": ["ig-9"]}
    assert outcome_of(AddTaskGroup("j-1", GROUPS[2]), added) == {"group_id": "ig-9"}
    assert outcome_of(AddTaskFleet("j-1", FLEET), {"InstanceFleetId": "if-9"}) == {
        "fleet_id": "if-9"
    }
    assert outcome_of(Terminate("j-1"), {}) == {}
