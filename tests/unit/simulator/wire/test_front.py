"""The front over real HTTP: what it refuses, and that it never answers HTML or a traceback."""

from __future__ import annotations

import http.client
import json
import socket
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulated import ACCESS_KEY, SimulatedRegion, simulated_region
from tests.unit.simulator.examples import examples


@pytest.fixture(scope="module")
def shared() -> Iterator[SimulatedRegion]:
    with simulated_region(paused=True) as running:
        yield running


def authorization(service: str = "elasticmapreduce", region: str = "us-east-1") -> str:
    return (
        f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20260101/{region}/{service}/aws4_request, "
        "SignedHeaders=host, Signature=00"
    )


def send(
    region: SimulatedRegion,
    headers: dict[str, str],
    body: bytes = b"",
    *,
    method: str = "POST",
    path: str = "/",
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", region.front.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def emr_headers(operation: str = "ListClusters", **more: str) -> dict[str, str]:
    return {
        "Authorization": authorization(),
        "X-Amz-Target": f"ElasticMapReduce.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
        **more,
    }


def form_headers(service: str) -> dict[str, str]:
    return {
        "Authorization": authorization(service),
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    }


def json_error(answer: tuple[int, Any, bytes]) -> tuple[int, str]:
    status, headers, body = answer
    assert headers["Content-Type"].startswith("application/x-amz-json")
    document = json.loads(body)
    assert document.get("message") or document.get("Message")
    return status, document["__type"]


def xml_error(answer: tuple[int, Any, bytes]) -> tuple[int, str]:
    status, headers, body = answer
    assert headers["Content-Type"].startswith("text/xml")
    codes = [node.text for node in ET.fromstring(body).iter() if node.tag.endswith("Code")]
    assert codes[0]
    return status, codes[0]


def test_a_json_request_is_answered(shared: SimulatedRegion) -> None:
    status, headers, body = send(shared, emr_headers(), b"{}")
    assert (status, json.loads(body)) == (200, {"Clusters": []})
    assert headers["Content-Type"] == "application/x-amz-json-1.1"
    assert len(headers["x-amzn-RequestId"]) == 36


def test_the_date_header_is_the_region_s_time() -> None:
    with simulated_region(paused=True) as region:
        region.jump(days=40)
        _, headers, _ = send(region, emr_headers(), b"{}")
        assert parsedate_to_datetime(headers["Date"]) == region.clock.now().replace(microsecond=0)


@pytest.mark.parametrize(
    ("change", "body", "expected"),
    [
        ({}, b"{", (400, "SerializationException")),
        ({}, b"\x00\xff", (400, "SerializationException")),
        ({}, b"null", (400, "SerializationException")),
        ({}, b"", (200, None)),
        ({"X-Amz-Target": "ElasticMapReduce.Fly"}, b"{}", (400, "UnknownOperationException")),
        ({"X-Amz-Target": ""}, b"{}", (400, "UnknownOperationException")),
        ({"X-Amz-Target": "Nonsense"}, b"{}", (400, "UnknownOperationException")),
        ({"Content-Type": "text/html"}, b"{}", (400, "SerializationException")),
        ({"Authorization": ""}, b"{}", (400, "MissingAuthenticationTokenException")),
        ({"Authorization": "Basic eA=="}, b"{}", (400, "IncompleteSignatureException")),
        (
            {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c, Signature=0"},
            b"{}",
            (400, "IncompleteSignatureException"),
        ),
        (
            {"Authorization": authorization(region="mars-north-1")},
            b"{}",
            (403, "InvalidSignatureException"),
        ),
        ({"Authorization": authorization("glue")}, b"{}", (400, "ServiceNotSimulatedException")),
    ],
)
def test_a_malformed_json_request_gets_a_modelled_error(
    shared: SimulatedRegion,
    change: dict[str, str],
    body: bytes,
    expected: tuple[int, str | None],
) -> None:
    headers = {name: value for name, value in {**emr_headers(), **change}.items() if value}
    answer = send(shared, headers, body)
    if expected[1] is None:
        assert answer[0] == expected[0]
    else:
        assert json_error(answer) == expected


@pytest.mark.parametrize(
    ("service", "body", "expected"),
    [
        ("ec2", b"", (400, "MissingAction")),
        ("ec2", b"Action=Fly", (400, "InvalidAction")),
        ("ec2", b"Action=DescribeInstances&MaxResults=many", (400, "InvalidParameterValue")),
        ("ec2", b"Action=TerminateInstances", (400, "MissingParameter")),
        ("ec2", b"\xff\xfe", (400, "MalformedQueryString")),
        ("iam", b"Action=CreateRole", (400, "ValidationError")),
        ("iam", b"Action=" + b"X" * 9000, (400, "InvalidAction")),
        ("sts", b"Action=GetCallerIdentity&.=1&a..b=2&a=3", (200, "")),
        ("ec2", b"Action=DescribeInstances&a" + b".b" * 40, (400, "InvalidParameterValue")),
    ],
)
def test_a_malformed_form_gets_an_xml_error(
    shared: SimulatedRegion, service: str, body: bytes, expected: tuple[int, str]
) -> None:
    answer = send(shared, form_headers(service), body)
    if expected[0] == 200:
        assert answer[0] == 200
    else:
        assert xml_error(answer) == expected


def test_an_unsigned_form_is_refused(shared: SimulatedRegion) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, body = send(shared, headers, b"Action=DescribeRegions")
    assert status in (400, 403)
    assert b"MissingAuthenticationToken" in body
    assert b"<html" not in body.lower()


def test_a_browser_gets_no_page(shared: SimulatedRegion) -> None:
    status, _, body = send(shared, {"Accept": "text/html"}, method="GET")
    assert status == 400
    assert b"<html" not in body.lower()


@pytest.mark.parametrize("host", ["evil.example:{port}", "127.0.0.1", "localhost:1", "", "[::1]"])
def test_a_foreign_host_name_is_refused(shared: SimulatedRegion, host: str) -> None:
    headers = emr_headers(Host=host.format(port=shared.front.port))
    assert send(shared, headers, b"{}")[0] == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_loopback_names_are_served(shared: SimulatedRegion, host: str) -> None:
    headers = emr_headers(Host=f"{host}:{shared.front.port}")
    assert send(shared, headers, b"{}")[0] == 200


def test_a_body_that_is_too_large_is_refused(shared: SimulatedRegion) -> None:
    headers = {**emr_headers(), "Content-Length": str(2**40)}
    with socket.create_connection(("127.0.0.1", shared.front.port), timeout=20) as connection:
        lines = [f"Host: 127.0.0.1:{shared.front.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n"
        connection.sendall(request.encode() + b"x" * 1000)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)
    assert send(shared, emr_headers(), b'{"Marker": "' + b"x" * 17_000_000 + b'"}')[0] == 413
    assert send(shared, emr_headers(), b"{}")[0] == 200


def test_a_truncated_body_leaves_the_server_well(shared: SimulatedRegion) -> None:
    for cut in (b"POST / HTT", b"POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\n{", b"\x16\x03\x01"):
        with socket.create_connection(("127.0.0.1", shared.front.port), timeout=20) as connection:
            connection.sendall(cut)
    assert send(shared, emr_headers(), b"{}")[0] == 200


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(shared: SimulatedRegion) -> None:
    lines = [f"{name}: {value}" for name, value in emr_headers().items()]
    lines += [f"Host: 127.0.0.1:{shared.front.port}", "Content-Length: 2", "Expect: 100-continue"]
    with socket.create_connection(("127.0.0.1", shared.front.port), timeout=20) as connection:
        connection.sendall(("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode())
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_a_line_that_is_not_http_gets_no_traceback(shared: SimulatedRegion) -> None:
    with socket.create_connection(("127.0.0.1", shared.front.port), timeout=20) as connection:
        connection.sendall(b"GARBAGE\r\nAccept: text/html\r\n\r\n")
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.")
    assert b"Traceback" not in answer
    assert b"<html" not in answer.lower()


_HEADER_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
_OPERATIONS = st.sampled_from(
    ["ListClusters", "RunJobFlow", "DescribeCluster", "AddTags", "ListSteps", "X", ""]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=8,
)
_JSON_BODIES = st.builds(
    lambda members: json.dumps(members).encode(),
    st.dictionaries(
        st.sampled_from(["ClusterId", "Name", "Instances", "Steps", "Tags", "ResourceId", "x"]),
        _VALUES,
    ),
)


@settings(max_examples=examples(80), deadline=None)
@given(
    operation=_OPERATIONS,
    body=_JSON_BODIES | st.binary(max_size=60),
    change=st.dictionaries(
        st.sampled_from(["Authorization", "X-Amz-Target", "Content-Type", "smithy-protocol"]),
        _HEADER_TEXT,
        max_size=1,
    ),
)
def test_whatever_comes_the_answer_is_json_or_cbor(
    shared: SimulatedRegion, operation: str, body: bytes, change: dict[str, str]
) -> None:
    status, headers, answer = send(shared, {**emr_headers(operation), **change}, body)
    assert status < 500, answer
    if headers["Content-Type"] != "application/cbor" and answer:
        json.loads(answer)


_FIELD_NAMES = [
    "Filter.1.Name",
    "Filter.1.Value.1",
    "Filter.x",
    "InstanceId.0",
    "InstanceId.1",
    "InstanceId.99999999999999",
    "MaxResults",
    "A.B.C",
    "..",
    "",
]


@settings(max_examples=examples(50), deadline=None)
@given(
    service=st.sampled_from(["ec2", "sts"]),
    action=st.sampled_from(["DescribeInstances", "GetCallerIdentity", "DescribeSpotPriceHistory"]),
    fields=st.lists(
        st.tuples(
            st.sampled_from(_FIELD_NAMES),
            st.text(max_size=12),
        ),
        max_size=4,
    ),
    tail=st.binary(max_size=10),
)
def test_whatever_form_comes_the_answer_is_xml(
    shared: SimulatedRegion,
    service: str,
    action: str,
    fields: list[tuple[str, str]],
    tail: bytes,
) -> None:
    from urllib.parse import urlencode

    body = urlencode([("Action", action), *fields], errors="replace").encode() + tail
    status, _, answer = send(shared, form_headers(service), body)
    assert status < 500, answer
    ET.fromstring(answer)


@settings(max_examples=examples(60), deadline=None)
@given(body=st.binary(max_size=80))
def test_whatever_cbor_comes_the_answer_is_modelled(shared: SimulatedRegion, body: bytes) -> None:
    headers = {
        "Authorization": authorization("monitoring"),
        "smithy-protocol": "rpc-v2-cbor",
        "Content-Type": "application/cbor",
    }
    path = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    status, answered, _ = send(shared, headers, body, path=path)
    assert status < 500
    assert answered["smithy-protocol"] == "rpc-v2-cbor"
