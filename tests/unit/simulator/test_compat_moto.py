"""``--compat moto``: what tests that were written against the moto server rely on."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.simulator.test_region import CLUSTER


@pytest.fixture(scope="module")
def moto() -> Iterator[SimulatedRegion]:
    with simulated_region(compat="moto", throttled=None) as running:
        yield running


def post(region: SimulatedRegion, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", region.front.port, timeout=20)
    connection.request("POST", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_cluster_waits_at_once_and_ends_at_once(moto: SimulatedRegion) -> None:
    emr = moto.client("emr")
    cluster_id = emr.run_job_flow(**CLUSTER)["JobFlowId"]

    def state() -> str:
        found: str = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]["State"]
        return found

    assert state() == "WAITING"
    emr.terminate_job_flows(JobFlowIds=[cluster_id])
    assert state() == "TERMINATED"


def test_the_first_step_runs_and_the_others_wait(moto: SimulatedRegion) -> None:
    emr = moto.client("emr")
    steps: list[dict[str, Any]] = [
        {"Name": f"step {n}", "HadoopJarStep": {"Jar": "x.jar"}} for n in range(3)
    ]
    cluster_id = emr.run_job_flow(**CLUSTER, Steps=steps)["JobFlowId"]
    found = emr.list_steps(ClusterId=cluster_id)["Steps"]
    states = {item["Name"]: item["Status"]["State"] for item in found}
    assert states == {"step 0": "RUNNING", "step 1": "PENDING", "step 2": "PENDING"}


def test_any_type_release_and_region_is_accepted(moto: SimulatedRegion) -> None:
    emr = moto.session().client("emr", endpoint_url=moto.endpoint_url, region_name="ap-southeast-2")
    instances = {"MasterInstanceType": "x9.gigantic", "SlaveInstanceType": "y", "InstanceCount": 2}
    made = emr.run_job_flow(Name="odd", ReleaseLabel="emr-99.0.0", Instances=instances)
    assert made["JobFlowId"].startswith("j-")


def test_nothing_is_throttled(moto: SimulatedRegion) -> None:
    emr = moto.client("emr")
    for _ in range(60):
        emr.list_clusters()


def test_reset_clears_everything(moto: SimulatedRegion) -> None:
    emr, iam = moto.client("emr"), moto.client("iam")
    emr.run_job_flow(**CLUSTER)
    iam.create_user(UserName="someone")
    assert post(moto, "/moto-api/reset", Host="motoserver.example:5000") == 200
    assert emr.list_clusters()["Clusters"] == []
    assert iam.list_users()["Users"] == []
    assert post(moto, "/moto-api/else") == 404


def test_without_the_option_there_is_no_reset(region: SimulatedRegion) -> None:
    region.client("emr").run_job_flow(**CLUSTER)
    assert post(region, "/moto-api/reset") != 200
    assert len(region.client("emr").list_clusters()["Clusters"]) == 1
