"""Requests written and answers read by botocore itself, in every protocol of the front."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import botocore.parsers
import botocore.serialize
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.wire.models import SERVICES, Models, OperationApi, service_by_scope
from hue_desktop.simulator.wire.protocols import protocol_of
from hue_desktop.simulator.wire.requests import WireRequest
from hue_desktop.simulator.wire.writing import WrongAnswer
from tests.unit.simulator.examples import examples

MODELS = Models()
LENIENT = Models(strict=False)

# (botocore's service name, operation, protocol): nested members, lists, maps, times and numbers.
CASES = [
    ("emr", "RunJobFlow", "json"),
    ("emr", "ModifyInstanceGroups", "json"),
    ("emr", "ListClusters", "json"),
    ("pricing", "GetProducts", "json"),
    ("service-quotas", "ListServiceQuotas", "json"),
    ("cloudtrail", "LookupEvents", "json"),
    ("kms", "Encrypt", "json"),
    ("ec2", "DescribeSpotPriceHistory", "ec2"),
    ("ec2", "RunInstances", "ec2"),
    ("ec2", "DescribeInstances", "ec2"),
    ("iam", "CreateRole", "query"),
    ("sts", "AssumeRole", "query"),
    ("cloudwatch", "GetMetricData", "smithy-rpc-v2-cbor"),
    ("cloudwatch", "GetMetricData", "query"),
    ("cloudwatch", "GetMetricData", "json"),
    ("cloudwatch", "PutMetricData", "query"),
]
_INTEGERS = {"integer": 31, "long": 53, "short": 15, "byte": 7}
_KEYS = st.text("abcXYZ.-", min_size=1, max_size=6)
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


def operation_of(service: str, name: str, models: Models = LENIENT) -> OperationApi:
    service_id = next(item for item in SERVICES if item.name == service)
    operation = models.service(service_id).operation(name)
    assert operation is not None
    return operation


def values_of(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Any value that the shape allows."""
    if isinstance(shape, StructureShape):
        if depth > 5:
            return st.just({})
        members = {name: values_of(member, depth + 1) for name, member in shape.members.items()}
        required = {name: members[name] for name in shape.required_members}
        optional = {name: item for name, item in members.items() if name not in required}
        return st.fixed_dictionaries(required, optional=optional)
    if isinstance(shape, ListShape):
        return st.lists(values_of(shape.member, depth + 1), min_size=1, max_size=2)
    if isinstance(shape, MapShape):
        keys = values_of(shape.key) if shape.key.metadata.get("enum") else _KEYS
        return st.dictionaries(keys, values_of(shape.value, depth + 1), min_size=1, max_size=2)
    kind = shape.type_name
    if kind in _INTEGERS:
        return st.integers(-(2 ** _INTEGERS[kind]), 2 ** _INTEGERS[kind] - 1)
    if kind in ("float", "double"):
        return st.floats(allow_nan=False, allow_infinity=False, width=32)
    if kind == "boolean":
        return st.booleans()
    if kind == "timestamp":
        return st.integers(0, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
    if kind == "blob":
        return st.binary(max_size=8)
    if shape.metadata.get("enum"):
        return st.sampled_from(shape.metadata["enum"])
    return _TEXT


def wire_request(operation: OperationApi, protocol: str, params: dict[str, Any]) -> WireRequest:
    """The request as botocore's serializer writes it."""
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    request = serializer.serialize_to_request(params, operation.model)
    body = request["body"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    return WireRequest(request["method"], request["url_path"], "", request["headers"], body or b"")


@pytest.mark.parametrize(("service", "name", "protocol"), CASES)
def test_a_request_arrives_as_it_was_sent(service: str, name: str, protocol: str) -> None:
    operation = operation_of(service, name)
    shape = operation.model.input_shape
    assert shape is not None

    @given(values_of(shape))
    @settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
    def arrives(params: dict[str, Any]) -> None:
        request = wire_request(operation, protocol, params)
        speaks = protocol_of(request, operation.service)
        assert speaks.operation_name(request) == name
        arrived = speaks.params(operation, request)
        if protocol in ("ec2", "query"):
            assert _without_empty(arrived) == _without_empty(params)
        else:
            assert arrived == params

    arrives()


@pytest.mark.parametrize(
    ("service", "name", "protocol"),
    [
        ("emr", "DescribeCluster", "json"),
        ("emr", "ListInstances", "json"),
        ("pricing", "GetProducts", "json"),
        ("ec2", "DescribeInstances", "ec2"),
        ("ec2", "DescribeSpotPriceHistory", "ec2"),
        ("iam", "ListRoles", "query"),
        ("sts", "GetCallerIdentity", "query"),
        ("cloudwatch", "GetMetricData", "smithy-rpc-v2-cbor"),
        ("cloudwatch", "GetMetricData", "query"),
        ("cloudwatch", "GetMetricStatistics", "json"),
    ],
)
def test_botocore_reads_the_answer_that_was_meant(service: str, name: str, protocol: str) -> None:
    operation = operation_of(service, name)
    shape = operation.model.output_shape
    assert shape is not None
    parser = botocore.parsers.create_parser(protocol)
    asked = wire_request(operation, protocol, {})
    speaks = protocol_of(asked, operation.service)

    @given(values_of(shape))
    @settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
    def is_read(output: dict[str, Any]) -> None:
        answer = speaks.answer(operation, output, "request-1")
        headers = {"content-type": answer.content_type, **answer.headers}
        parsed = parser.parse(
            {"status_code": answer.status, "headers": headers, "body": answer.body}, shape
        )
        parsed.pop("ResponseMetadata")
        assert _without_empty(parsed) == _without_empty(output)

    is_read()


def _without_empty(value: Any) -> Any:
    """Forms and XML cannot write empty structures, so nothing that is empty counts."""
    if isinstance(value, dict):
        cleaned = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in cleaned.items() if item not in ("", {}, [], None)}
    if isinstance(value, list):
        return [item for item in map(_without_empty, value) if item not in ("", {}, [], None)]
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value


@pytest.mark.parametrize("service", [item.name for item in SERVICES])
def test_the_table_of_services_says_what_the_models_say(service: str) -> None:
    listed = next(item for item in SERVICES if item.name == service)
    metadata = MODELS.service(listed).model.metadata
    assert listed.scope == metadata.get("signingName", metadata["endpointPrefix"])
    assert listed.target == metadata.get("targetPrefix", "")
    assert service_by_scope(listed.scope, "") is listed


@pytest.mark.parametrize("service", ["emr", "cloudtrail", "cloudwatch", "pricing"])
def test_every_shape_of_a_service_compiles(service: str) -> None:
    api = MODELS.service(next(item for item in SERVICES if item.name == service))
    for name in api.model.operation_names:
        operation = api.operation(name)
        assert operation is not None
        assert (operation.read is None) == (operation.model.input_shape is None)
        assert (operation.write is None) == (operation.model.output_shape is None)


def emr_error(name: str, body: bytes) -> ApiError:
    """The error that reading a body for an EMR operation ends with."""
    operation = operation_of("emr", name, MODELS)
    headers = {
        "X-Amz-Target": f"ElasticMapReduce.{name}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    request = WireRequest("POST", "/", "", headers, body)
    with pytest.raises(ApiError) as raised:
        protocol_of(request, operation.service).params(operation, request)
    return raised.value


@pytest.mark.parametrize(
    ("name", "body", "code", "part"),
    [
        ("DescribeCluster", b"{}", "ValidationException", "Value null at 'clusterId'"),
        ("DescribeCluster", b'{"ClusterId": 5}', "SerializationException", "NUMBER_VALUE"),
        ("DescribeCluster", b'{"ClusterId": "', "SerializationException", "not a JSON"),
        ("DescribeCluster", b"[]", "SerializationException", "START_ARRAY"),
        ("DescribeCluster", b'{"ClusterId": "\\ud800"}', "SerializationException", "surrogate"),
        ("DescribeCluster", b"\xff\xfe", "SerializationException", "UTF-8"),
        ("DescribeCluster", b'{"a":' * 5000, "SerializationException", "not a JSON"),
        (
            "ListClusters",
            b'{"ClusterStates": ["RUNNING", "DANCING"]}',
            "ValidationException",
            "'DANCING' at 'clusterStates.2.member' failed to satisfy constraint: "
            "Member must satisfy enum value set: [STARTING,",
        ),
        ("ListClusters", b'{"CreatedAfter": "soon"}', "SerializationException", "Timestamp"),
        ("ListClusters", b'{"CreatedAfter": 1e99}', "SerializationException", "Timestamp"),
        (
            "ModifyCluster",
            b'{"ClusterId": "j-1", "StepConcurrencyLevel": 99999999999}',
            "SerializationException",
            "out of range for an Integer",
        ),
        (
            "RunJobFlow",
            b'{"Name": "%s", "Instances": {}}' % (b"n" * 300),
            "ValidationException",
            "Member must have length less than or equal to 256",
        ),
        ("AddTags", b'{"ResourceId": "j-1"}', "ValidationException", "1 validation error detected"),
        ("AddTags", b"{}", "ValidationException", "2 validation errors detected"),
    ],
)
def test_a_wrong_input_is_refused_as_emr_does(name: str, body: bytes, code: str, part: str) -> None:
    error = emr_error(name, body)
    assert (error.code, error.status) == (code, 400)
    assert part in error.message


def test_without_constraints_only_types_are_checked() -> None:
    operation = operation_of("emr", "ListClusters", LENIENT)
    assert operation.read is not None
    problems: list[str] = []
    assert operation.read({"ClusterStates": ["DANCING"]}, "", problems) == {
        "ClusterStates": ["DANCING"]
    }
    assert problems == []


@pytest.mark.parametrize(
    ("output", "part"),
    [
        ({"Nope": 1}, "DescribeClusterOutput has no member 'Nope'"),
        ({"Cluster": {"Status": {"State": "ASLEEP"}}}, "Cluster.Status.State: 'ASLEEP'"),
        ({"Cluster": {"Name": 7}}, "Cluster.Name: 7 is no string"),
        ({"Cluster": {"TerminationProtected": "yes"}}, "is no boolean"),
        ({"Cluster": {"NormalizedInstanceHours": 1.5}}, "is no integer"),
        ({"Cluster": {"Tags": {"a": "b"}}}, "Cluster.Tags: dict is no list"),
        (
            {"Cluster": {"Status": {"Timeline": {"CreationDateTime": 5}}}},
            "Cluster.Status.Timeline.CreationDateTime: 5 is no time",
        ),
        (
            {"Cluster": {"Status": {"Timeline": {"CreationDateTime": datetime(2026, 1, 1)}}}},
            "is no time with a zone",
        ),
    ],
)
def test_an_answer_outside_the_model_is_a_bug(output: dict[str, Any], part: str) -> None:
    operation = operation_of("emr", "DescribeCluster", MODELS)
    assert operation.write is not None
    with pytest.raises(WrongAnswer) as raised:
        operation.write(output)
    assert part in str(raised.value)


def test_members_without_a_value_are_left_out() -> None:
    operation = operation_of("emr", "DescribeCluster", MODELS)
    assert operation.write is not None
    assert operation.write({"Cluster": {"Id": "j-1", "Name": None}}) == {"Cluster": {"Id": "j-1"}}
