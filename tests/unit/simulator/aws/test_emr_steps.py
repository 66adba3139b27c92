"""Steps through boto3."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulated import SimulatedRegion
from tests.unit.simulator.world.worlds import groups, step


def ready(region: SimulatedRegion, **params: Any) -> tuple[Any, str]:
    """An EMR client and the id of a cluster that waits."""
    emr = region.client("emr")
    request = {
        "Name": "steps",
        "ReleaseLabel": "emr-7.5.0",
        "LogUri": "s3://logs/emr/",
        "Instances": {"KeepJobFlowAliveWhenNoSteps": True, "InstanceGroups": groups()},
    }
    cluster_id = emr.run_job_flow(**{**request, **params})["JobFlowId"]
    region.jump(minutes=12)
    return emr, str(cluster_id)


def states(emr: Any, cluster_id: str) -> list[str]:
    """States of all steps, oldest first."""
    listed = emr.list_steps(ClusterId=cluster_id)["Steps"]
    return [item["Status"]["State"] for item in reversed(listed)]


def test_steps_run_one_after_the_other(region: SimulatedRegion) -> None:
    emr, cluster_id = ready(region)
    work = [step(name, "--simulate-duration", "60") for name in ("a", "b", "c")]
    ids = emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=work)["StepIds"]
    assert states(emr, cluster_id) == ["RUNNING", "PENDING", "PENDING"]
    state = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]["State"]
    assert state == "RUNNING"
    region.jump(seconds=61)
    assert states(emr, cluster_id) == ["COMPLETED", "RUNNING", "PENDING"]
    region.jump(seconds=120)
    told = emr.describe_step(ClusterId=cluster_id, StepId=ids[0])["Step"]
    timeline = told["Status"]["Timeline"]
    assert (timeline["EndDateTime"] - timeline["StartDateTime"]).total_seconds() == 60.0
    assert told["Config"]["Args"] == ["--simulate-duration", "60"]
    assert told["AdditionalInfo"]["ResourceManagerApplicationIds"][0].startswith("application_")
    status = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]
    assert status["State"] == "WAITING"
    assert status["StateChangeReason"]["Message"] == "Cluster ready after last step completed."


def test_concurrency_lets_steps_run_side_by_side(region: SimulatedRegion) -> None:
    emr, cluster_id = ready(region)
    emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step(str(n)) for n in range(4)])
    told = emr.modify_cluster(ClusterId=cluster_id, StepConcurrencyLevel=3)
    assert told["StepConcurrencyLevel"] == 3
    assert states(emr, cluster_id) == ["RUNNING"] * 3 + ["PENDING"]
    bad = [step("x", action="CANCEL_AND_WAIT")]
    with pytest.raises(ClientError, match="must be CONTINUE"):
        emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=bad)


@pytest.mark.parametrize(
    ("action", "expected", "cluster_state"),
    [
        ("CONTINUE", ["FAILED", "COMPLETED", "COMPLETED"], "WAITING"),
        ("CANCEL_AND_WAIT", ["FAILED", "CANCELLED", "CANCELLED"], "WAITING"),
        ("TERMINATE_CLUSTER", ["FAILED", "CANCELLED", "CANCELLED"], "TERMINATED_WITH_ERRORS"),
    ],
)
def test_action_on_failure(
    region: SimulatedRegion, action: str, expected: list[str], cluster_state: str
) -> None:
    emr, cluster_id = ready(region)
    work = [step("bad", "--simulate-failure", action=action), step("b"), step("c")]
    emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=work)
    region.jump(hours=2)
    assert states(emr, cluster_id) == expected
    told = emr.list_steps(ClusterId=cluster_id, StepStates=["FAILED"])["Steps"][0]
    details = told["Status"]["FailureDetails"]
    assert details["LogFile"] == f"s3://logs/emr/{cluster_id}/steps/{told['Id']}/stderr.gz"
    assert details["Reason"]
    status = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]
    assert status["State"] == cluster_state
    if action == "TERMINATE_CLUSTER":
        assert status["StateChangeReason"]["Code"] == "STEP_FAILURE"


def test_cancelling(region: SimulatedRegion) -> None:
    emr, cluster_id = ready(region)
    work = [step(name, "--simulate-duration", "3600") for name in ("a", "b", "c")]
    ids = emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=work)["StepIds"]
    told = emr.cancel_steps(ClusterId=cluster_id, StepIds=ids[:2])["CancelStepsInfoList"]
    assert [item["Status"] for item in told] == ["SUBMITTED", "SUBMITTED"]
    assert states(emr, cluster_id) == ["CANCEL_PENDING", "CANCELLED", "PENDING"]
    region.jump(seconds=30)
    assert states(emr, cluster_id) == ["CANCELLED", "CANCELLED", "RUNNING"]
    (told,) = emr.cancel_steps(ClusterId=cluster_id, StepIds=ids[:1])["CancelStepsInfoList"]
    assert told["Status"] == "FAILED"
    assert "CANCELLED" in told["Reason"]
    with pytest.raises(ClientError, match="is not valid"):
        emr.cancel_steps(ClusterId=cluster_id, StepIds=["s-NONE"])


def test_running_steps_of_old_releases_cannot_be_cancelled(region: SimulatedRegion) -> None:
    emr, cluster_id = ready(region)
    region.world.clusters[cluster_id].release_label = "emr-5.27.0"
    ids = emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step("a")])["StepIds"]
    (told,) = emr.cancel_steps(ClusterId=cluster_id, StepIds=ids)["CancelStepsInfoList"]
    assert told["Status"] == "FAILED"


def test_the_257th_active_step_is_refused(region: SimulatedRegion) -> None:
    emr, cluster_id = ready(region)
    emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step(str(n)) for n in range(200)])
    emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step(str(n)) for n in range(56)])
    with pytest.raises(ClientError, match="Maximum number of active steps"):
        emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step("one more")])


def test_step_strings_are_limited(region: SimulatedRegion) -> None:
    emr, cluster_id = ready(region)
    fits = step("x", "y" * (10_240 - len("command-runner.jar")))
    emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[fits])
    fits["HadoopJarStep"]["Args"].append("z")
    with pytest.raises(ClientError, match="10240"):
        emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[fits])


def test_list_steps_pages_newest_first(region: SimulatedRegion) -> None:
    emr, cluster_id = ready(region)
    ids = emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step(str(n)) for n in range(70)])[
        "StepIds"
    ]
    pages = list(emr.get_paginator("list_steps").paginate(ClusterId=cluster_id))
    assert [len(item["Steps"]) for item in pages] == [50, 20]
    assert [item["Id"] for told in pages for item in told["Steps"]] == ids[::-1]
    some = emr.list_steps(ClusterId=cluster_id, StepIds=ids[:3])["Steps"]
    assert {item["Id"] for item in some} == set(ids[:3])
    with pytest.raises(ClientError, match="At most 10"):
        emr.list_steps(ClusterId=cluster_id, StepIds=ids[:11])
    with pytest.raises(ClientError, match="Step id 's-NONE' is not valid"):
        emr.describe_step(ClusterId=cluster_id, StepId="s-NONE")


def test_steps_interrupted_by_termination(region: SimulatedRegion) -> None:
    emr, cluster_id = ready(region)
    emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step("a"), step("b")])
    emr.terminate_job_flows(JobFlowIds=[cluster_id])
    assert states(emr, cluster_id) == ["INTERRUPTED", "CANCELLED"]
