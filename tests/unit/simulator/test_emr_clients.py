"""What boto3 itself brings for EMR: its three waiters and eleven paginators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.simulator.test_region import CLUSTER

FAST = {"Delay": 0, "MaxAttempts": 2000}
PAGINATORS = [
    "list_bootstrap_actions",
    "list_clusters",
    "list_instance_fleets",
    "list_instance_groups",
    "list_instances",
    "list_notebook_executions",
    "list_security_configurations",
    "list_sessions",
    "list_steps",
    "list_studio_session_mappings",
    "list_studios",
]


@pytest.fixture(scope="module")
def fast() -> Iterator[SimulatedRegion]:
    with simulated_region(speed=3600) as running:
        yield running


def step(*arguments: str) -> dict[str, Any]:
    return {
        "Name": "step",
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": list(arguments)},
    }


def test_the_waiters_end_when_the_state_is_reached(fast: SimulatedRegion) -> None:
    emr = fast.client("emr")
    cluster_id = emr.run_job_flow(**CLUSTER)["JobFlowId"]
    emr.get_waiter("cluster_running").wait(ClusterId=cluster_id, WaiterConfig=FAST)
    assert emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]["State"] == "WAITING"
    step_id = emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step("spark-submit", "job.py")])[
        "StepIds"
    ][0]
    emr.get_waiter("step_complete").wait(ClusterId=cluster_id, StepId=step_id, WaiterConfig=FAST)
    emr.terminate_job_flows(JobFlowIds=[cluster_id])
    emr.get_waiter("cluster_terminated").wait(ClusterId=cluster_id, WaiterConfig=FAST)
    status = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]
    assert status["State"] == "TERMINATED"


def test_the_step_waiter_sees_a_failure(fast: SimulatedRegion) -> None:
    emr = fast.client("emr")
    cluster_id = emr.run_job_flow(**CLUSTER, Steps=[step("--simulate-failure")])["JobFlowId"]
    step_id = emr.list_steps(ClusterId=cluster_id)["Steps"][0]["Id"]
    with pytest.raises(WaiterError, match="terminal failure state"):
        emr.get_waiter("step_complete").wait(
            ClusterId=cluster_id, StepId=step_id, WaiterConfig=FAST
        )


def test_the_paginators_are_all_that_boto3_has(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    operations = (name for name in dir(emr) if name.startswith("list_"))
    assert sorted(name for name in operations if emr.can_paginate(name)) == PAGINATORS


@pytest.mark.parametrize("name", PAGINATORS)
def test_a_paginator_goes_through_all_pages(fast: SimulatedRegion, name: str) -> None:
    emr = fast.client("emr")
    arguments: dict[str, Any] = {}
    wants = emr.meta.service_model.operation_model(emr.meta.method_to_api_mapping[name]).input_shape
    if "ClusterId" in wants.members:
        made = emr.run_job_flow(**CLUSTER, BootstrapActions=[action(n) for n in range(3)])
        arguments["ClusterId"] = made["JobFlowId"]
    paginator = emr.get_paginator(name)
    result = str(paginator.result_keys[0].expression)
    if name == "list_instance_fleets":
        with pytest.raises(emr.exceptions.InvalidRequestException):
            list(paginator.paginate(**arguments))
        return
    pages = list(paginator.paginate(**arguments))
    items = [item for page in pages for item in page[result]]
    expected = {
        "list_bootstrap_actions": 3,
        "list_instance_groups": 2,
        "list_instances": 3,
        "list_steps": 0,
    }
    assert len(items) == expected.get(name, len(items))


def test_more_than_one_page(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    big = {
        **CLUSTER,
        "Instances": {
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceGroups": [
                {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
                {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 900},
            ],
        },
    }
    made = [emr.run_job_flow(**big)["JobFlowId"]]
    made += [emr.run_job_flow(**CLUSTER)["JobFlowId"] for _ in range(119)]
    pages = list(emr.get_paginator("list_clusters").paginate())
    assert [len(page["Clusters"]) for page in pages] == [50, 50, 20]
    assert sorted(c["Id"] for page in pages for c in page["Clusters"]) == sorted(made)
    region.jump(minutes=30)
    emr.add_job_flow_steps(JobFlowId=made[0], Steps=[step("sleep", str(n)) for n in range(120)])
    steps = [
        item["HadoopJarStep" if "HadoopJarStep" in item else "Config"]["Args"][1]
        for page in emr.get_paginator("list_steps").paginate(ClusterId=made[0])
        for item in page["Steps"]
    ]
    assert steps == [str(n) for n in reversed(range(120))]
    nodes = [
        node["Id"]
        for page in emr.get_paginator("list_instances").paginate(ClusterId=made[0])
        for node in page["Instances"]
    ]
    assert len(set(nodes)) == len(nodes) == 901


def action(number: int) -> dict[str, Any]:
    return {
        "Name": f"action {number}",
        "ScriptBootstrapAction": {"Path": "s3://bucket/set-up.sh", "Args": [str(number)]},
    }
