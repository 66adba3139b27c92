"""The control API: the clock, and trouble on demand."""

from __future__ import annotations

import http.client
import json
import urllib.error
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.simulated import SimulatedRegion, simulated_region


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    code: str = error.value.response["Error"]["Code"]
    return code


def refusal(region: SimulatedRegion, name: str, body: dict[str, Any]) -> tuple[int, str]:
    """Status and message of a control request that is refused."""
    with pytest.raises(urllib.error.HTTPError) as raised:
        region.control(name, body)
    with raised.value as answer:
        return answer.code, json.load(answer)["message"]


def test_the_state_is_told(region: SimulatedRegion) -> None:
    state = region.control("state")
    assert state["region"] == "us-east-1"
    assert state["account_id"] == "123456789012"
    assert state["clock"]["paused"] is True
    assert state["clusters"] == {}


def test_the_clock_can_be_set(region: SimulatedRegion) -> None:
    before = region.clock.now()
    state = region.control("clock", {"jump_s": 90})
    assert datetime.fromisoformat(state["clock"]["now"]) == before + timedelta(seconds=90)
    assert region.control("clock", {"speed": 60, "resume": True})["clock"]["paused"] is False
    assert region.clock.speed == 60
    assert region.control("clock", {"pause": True})["clock"]["paused"] is True


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("clock", {"jump_s": -5}),
        ("clock", {"speed": 0}),
        ("clock", {"speed": "fast"}),
        ("latency", {}),
        ("credentials", {}),
        ("faults", {}),
        ("throttle", {"api": "ListSteps"}),
        ("spot/interrupt", {}),
        ("spot/interrupt", {"cluster_id": "j-1", "fraction": 1}),
        ("spot/interrupt", {"instance_id": "ci-1"}),
        ("nodes/fail", {"instance_id": "ci-1"}),
        ("reset", {"scenario": "nonsense"}),
    ],
)
def test_a_request_that_makes_no_sense_is_explained(
    region: SimulatedRegion, name: str, body: dict[str, Any]
) -> None:
    status, message = refusal(region, name, body)
    assert status == 400
    assert message


def test_an_unknown_request_lists_the_known_ones(region: SimulatedRegion) -> None:
    assert refusal(region, "explode", {})[0] == 404


@pytest.mark.parametrize("token", ["", "wrong", "wrong/clock"])
def test_the_token_is_wanted(region: SimulatedRegion, token: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", region.front.port, timeout=20)
    connection.request("POST", f"/_control/{token}", b"{}")
    assert connection.getresponse().status == 403
    connection.close()


def test_a_foreign_host_name_is_refused_even_with_the_token(region: SimulatedRegion) -> None:
    path = region.control_url.removeprefix(region.endpoint_url) + "/state"
    connection = http.client.HTTPConnection("127.0.0.1", region.front.port, timeout=20)
    connection.request("GET", path, headers={"Host": f"evil.example:{region.front.port}"})
    assert connection.getresponse().status == 403
    connection.close()


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("emr", "list_clusters", "ExpiredTokenException"),
        ("cloudwatch", "list_metrics", "ExpiredTokenException"),
        ("sts", "get_caller_identity", "ExpiredToken"),
        ("ec2", "describe_instances", "RequestExpired"),
    ],
)
def test_credentials_expire_and_are_renewed(
    region: SimulatedRegion, service: str, operation: str, code: str
) -> None:
    call = getattr(region.client(service), operation)
    region.control("credentials", {"expired": True})
    with pytest.raises(ClientError) as raised:
        call()
    assert code_of(raised) == code
    region.control("credentials", {"expired": False})
    call()


def test_an_api_is_throttled_on_demand(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    region.control("throttle", {"api": "ListClusters", "always": True, "for_s": 600})
    with pytest.raises(ClientError) as raised:
        emr.list_clusters()
    assert code_of(raised) == "ThrottlingException"
    assert raised.value.response["Error"]["Message"] == "Rate exceeded"
    emr.list_security_configurations()
    region.control("throttle", {"reset": True})
    emr.list_clusters()


def test_a_rate_can_be_set(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    region.control("throttle", {"api": "ListClusters", "burst": 2, "refill": 0})
    emr.list_clusters()
    emr.list_clusters()
    with pytest.raises(ClientError):
        emr.list_clusters()


def test_the_default_rates_are_on_when_asked_for() -> None:
    with simulated_region(paused=True, throttled=True) as region:
        emr = region.client("emr")
        for _ in range(20):
            emr.list_clusters()
        with pytest.raises(ClientError) as raised:
            [emr.list_clusters() for _ in range(20)]
        assert code_of(raised) == "ThrottlingException"


def test_faults_hit_the_calls_they_name_as_often_as_they_say(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    fault = {
        "service": "emr",
        "operation": "ListClusters",
        "code": "InternalServerException",
        "status": 500,
        "count": 2,
    }
    region.control("faults", fault)
    emr.list_security_configurations()
    for _ in range(2):
        with pytest.raises(ClientError) as raised:
            emr.list_clusters()
        assert code_of(raised) == "InternalServerException"
    emr.list_clusters()


def test_a_cut_connection_and_a_broken_proxy(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    region.control("faults", {"code": "cut"})
    with pytest.raises(ConnectionClosedError):
        emr.list_clusters()
    region.control("faults", {"code": "garbage"})
    with pytest.raises(ClientError) as raised:
        emr.list_clusters()
    assert code_of(raised) == "502"
    emr.list_clusters()


@pytest.mark.parametrize(
    ("service", "operation", "call", "code"),
    [
        ("emr", "ListClusters", "list_clusters", "AccessDeniedException"),
        ("ec2", "DescribeInstances", "describe_instances", "UnauthorizedOperation"),
        ("cloudwatch", "DescribeAlarms", "describe_alarms", "AccessDenied"),
        ("sts", "GetCallerIdentity", "get_caller_identity", "AccessDenied"),
    ],
)
def test_an_operation_is_denied_until_it_is_allowed_again(
    region: SimulatedRegion, service: str, operation: str, call: str, code: str
) -> None:
    denied = {"service": service, "operation": operation}
    assert region.control("deny", denied)["denied"] == [f"{service}:{operation}"]
    client = region.client(service)
    for _ in range(2):
        with pytest.raises(ClientError) as error:
            getattr(client, call)()
        assert code_of(error) == code
        assert "not authorized to perform" in str(error.value)
    region.client("cloudwatch").list_metrics()
    region.control("deny", {**denied, "allow": True})
    getattr(client, call)()


def test_latency_is_added(region: SimulatedRegion) -> None:
    region.control("latency", {"ms": 150})
    emr = region.client("emr")
    started = datetime.now()
    emr.list_clusters()
    assert datetime.now() - started >= timedelta(milliseconds=150)


def test_reset_ends_all_trouble(region: SimulatedRegion) -> None:
    region.control("credentials", {"expired": True})
    region.control("latency", {"ms": 60_000})
    region.control("faults", {"code": "X", "count": 9})
    region.control("deny", {"service": "emr"})
    state = region.control("reset", {})
    assert state["credentials_expired"] is False
    assert state["latency_ms"] == 0
    assert state["faults"] == 0
    assert region.client("emr").list_clusters()["Clusters"] == []
