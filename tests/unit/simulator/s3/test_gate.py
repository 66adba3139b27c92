"""The gate as clients see it: everything passes unchanged, unless trouble was asked for."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    FlexibleChecksumError,
    ResponseStreamingError,
)

from tests.simulated import SimulatedRegion

MIB = 1024 * 1024
PATTERN = hashlib.sha256(b"gate").digest() * (MIB // 32)


def error_of(raised: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    answer = raised.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@pytest.mark.parametrize("size", [0, 1, 65_535, 300_000, 5 * MIB + 17])
def test_objects_come_back_as_they_were(s3: Any, size: int) -> None:
    body = (PATTERN * 6)[:size]
    s3.put_object(Bucket="lake", Key=f"sizes/{size}", Body=body)
    answer = s3.get_object(Bucket="lake", Key=f"sizes/{size}")
    assert answer["Body"].read() == body
    assert answer["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    assert s3.head_object(Bucket="lake", Key=f"sizes/{size}")["ContentLength"] == size


@pytest.mark.parametrize("key", ["a b", "ü/ñ", "50%+1", "q?x=1&y", "#h", "a=b;c", "tab\there"])
def test_names_pass_unchanged(s3: Any, key: str) -> None:
    s3.put_object(Bucket="lake", Key=f"names/{key}", Body=b"x")
    found = s3.list_objects_v2(Bucket="lake", Prefix=f"names/{key}")
    assert f"names/{key}" in [item["Key"] for item in found["Contents"]]
    assert s3.get_object(Bucket="lake", Key=f"names/{key}")["Body"].read() == b"x"


def test_a_multipart_upload_with_checksums(s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket="lake", Key="parts", ChecksumAlgorithm="CRC32C")
    body = PATTERN * 5
    parts = []
    for number in (1, 2):
        done = s3.upload_part(
            Bucket="lake",
            Key="parts",
            UploadId=upload["UploadId"],
            PartNumber=number,
            Body=body,
            ChecksumAlgorithm="CRC32C",
        )
        checked = {name: done[name] for name in ("ETag", "ChecksumCRC32C")}
        parts.append({"PartNumber": number, **checked})
    s3.complete_multipart_upload(
        Bucket="lake", Key="parts", UploadId=upload["UploadId"], MultipartUpload={"Parts": parts}
    )
    assert s3.get_object(Bucket="lake", Key="parts")["Body"].read() == body * 2
    part = s3.get_object(Bucket="lake", Key="parts", Range="bytes=5-14")
    assert part["Body"].read() == body[5:15]


def test_a_chunked_body_passes(region: SimulatedRegion, s3: Any) -> None:
    url = s3.generate_presigned_url("put_object", {"Bucket": "lake", "Key": "chunked"})
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    for _ in range(2):  # the second request finds the first one's end
        blocks = (PATTERN[at : at + 70_000] for at in range(0, MIB, 70_000))
        connection.request("PUT", f"{parts.path}?{parts.query}", blocks, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
    connection.close()
    assert s3.get_object(Bucket="lake", Key="chunked")["Body"].read() == PATTERN


def test_an_answer_that_comes_before_the_body_arrives(s3: Any) -> None:
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket="no-such-bucket", Key="large", Body=PATTERN * 30)
    assert error_of(raised) == (404, "NoSuchBucket")


def test_many_clients_at_once(region: SimulatedRegion) -> None:
    s3 = region.client("s3")

    def there_and_back(number: int) -> bool:
        key = f"many/{number}"
        s3.put_object(Bucket="lake", Key=key, Body=PATTERN[: number * 1000])
        return bool(
            s3.get_object(Bucket="lake", Key=key)["Body"].read() == PATTERN[: number * 1000]
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(60)))


def test_a_wrong_signature_is_refused(region: SimulatedRegion) -> None:
    other = region.client("s3", aws_access_key_id="AKIAHUESIMULATOR0000", aws_secret_access_key="x")
    with pytest.raises(ClientError) as raised:
        other.list_objects_v2(Bucket="lake")
    assert error_of(raised) == (403, "SignatureDoesNotMatch")


def test_what_is_no_http_ends_its_connection_only(region: SimulatedRegion, s3: Any) -> None:
    url = urlsplit(region.s3_endpoint)
    for garbage in (b"\x16\x03\x01 hello\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"):
        with socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=20) as raw:
            raw.sendall(garbage)
            assert raw.recv(12) in (b"", b"HTTP/1.1 400")
    assert s3.list_buckets()["Buckets"]


def test_slow_down_hits_as_many_requests_as_it_says(region: SimulatedRegion, s3: Any) -> None:
    region.control("s3/faults", {"code": "SlowDown", "method": "PUT", "key": "slow/*", "count": 2})
    for _ in range(2):
        with pytest.raises(ClientError) as raised:
            s3.put_object(Bucket="lake", Key="slow/a", Body=b"x")
        assert error_of(raised) == (503, "SlowDown")
    s3.put_object(Bucket="lake", Key="slow/a", Body=b"x")
    assert region.control("s3")["faults"] == []


def test_slow_down_ends_with_its_time(region: SimulatedRegion, s3: Any) -> None:
    began = time.monotonic()
    region.control("s3/faults", {"code": "SlowDown", "for_s": 0.3})
    while True:
        try:
            s3.list_buckets()
            break
        except ClientError:
            assert time.monotonic() - began < 20
    assert time.monotonic() - began >= 0.3


def test_one_part_fails(region: SimulatedRegion, s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket="lake", Key="failing")["UploadId"]
    region.control("s3/faults", {"code": "InternalError", "part": 2, "count": 1})
    part = {"Bucket": "lake", "Key": "failing", "UploadId": upload, "Body": b"x" * 100}
    s3.upload_part(PartNumber=1, **part)
    with pytest.raises(ClientError) as raised:
        s3.upload_part(PartNumber=2, **part)
    assert error_of(raised) == (500, "InternalError")
    s3.upload_part(PartNumber=2, **part)
    s3.abort_multipart_upload(Bucket="lake", Key="failing", UploadId=upload)


def test_a_key_is_denied_and_others_are_not(region: SimulatedRegion, s3: Any) -> None:
    region.control("s3/faults", {"code": "AccessDenied", "key": "secret/*"})
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket="lake", Key="secret/a", Body=b"x")
    assert error_of(raised) == (403, "AccessDenied")
    s3.put_object(Bucket="lake", Key="open/a", Body=b"x")


def test_the_token_expires_as_everywhere(region: SimulatedRegion, s3: Any) -> None:
    region.control("credentials", {"expired": True})
    with pytest.raises(ClientError) as raised:
        s3.list_buckets()
    assert error_of(raised) == (400, "ExpiredToken")


def test_a_refused_head_has_no_body(region: SimulatedRegion, s3: Any) -> None:
    region.control("s3/faults", {"code": "SlowDown", "method": "HEAD", "count": 1})
    with pytest.raises(ClientError) as raised:
        s3.head_bucket(Bucket="lake")
    assert error_of(raised)[0] == 503
    s3.head_bucket(Bucket="lake")


def test_an_answer_is_cut(region: SimulatedRegion, s3: Any) -> None:
    s3.put_object(Bucket="lake", Key="cut", Body=PATTERN)
    region.control("s3/faults", {"kind": "cut", "method": "GET", "after_bytes": 1000, "count": 1})
    with pytest.raises(ResponseStreamingError):
        s3.get_object(Bucket="lake", Key="cut")["Body"].read()
    assert s3.get_object(Bucket="lake", Key="cut")["Body"].read() == PATTERN


def test_an_upload_is_cut_and_leaves_nothing(region: SimulatedRegion, s3: Any) -> None:
    region.control("s3/faults", {"kind": "cut", "method": "PUT", "after_bytes": 1000, "count": 1})
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="lake", Key="cut-upload", Body=PATTERN)
    assert "Contents" not in s3.list_objects_v2(Bucket="lake", Prefix="cut-upload")


def test_a_corrupt_answer_does_not_match_its_checksum(region: SimulatedRegion, s3: Any) -> None:
    s3.put_object(Bucket="lake", Key="corrupt", Body=PATTERN, ChecksumAlgorithm="CRC32C")
    region.control("s3/faults", {"kind": "corrupt", "after_bytes": 777, "method": "GET"})
    with pytest.raises(FlexibleChecksumError):
        s3.get_object(Bucket="lake", Key="corrupt", ChecksumMode="ENABLED")["Body"].read()


def test_a_corrupt_upload_is_noticed_by_the_store(region: SimulatedRegion, s3: Any) -> None:
    region.control("s3/faults", {"kind": "corrupt", "method": "PUT", "after_bytes": 9})
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket="lake", Key="bad", Body=PATTERN, ChecksumAlgorithm="CRC32C")
    assert error_of(raised)[0] == 400
    assert "Contents" not in s3.list_objects_v2(Bucket="lake", Prefix="bad")


def test_latency_and_bandwidth(region: SimulatedRegion, s3: Any) -> None:
    s3.put_object(Bucket="lake", Key="slow", Body=PATTERN)
    region.control("s3/faults", {"kind": "latency", "ms": 200, "count": 1})
    began = time.monotonic()
    s3.head_object(Bucket="lake", Key="slow")
    assert time.monotonic() - began >= 0.2
    region.control("s3/faults", {"kind": "bandwidth", "bytes_per_s": 4 * MIB})
    began = time.monotonic()
    assert s3.get_object(Bucket="lake", Key="slow")["Body"].read() == PATTERN
    assert time.monotonic() - began >= 0.24


def test_the_region_s_latency_is_s3_s_too(region: SimulatedRegion, s3: Any) -> None:
    region.control("latency", {"ms": 150})
    began = time.monotonic()
    s3.list_buckets()
    assert time.monotonic() - began >= 0.15


def test_a_fault_meets_connections_that_are_open(region: SimulatedRegion) -> None:
    url = urlsplit(region.s3_endpoint)
    connection = http.client.HTTPConnection(str(url.hostname), int(url.port or 0), timeout=20)
    connection.request("GET", "/lake")
    assert connection.getresponse().read()
    region.control("s3/faults", {"code": "SlowDown", "count": 1})
    connection.request("GET", "/lake")
    answer = connection.getresponse()
    assert (answer.status, b"SlowDown" in answer.read()) == (503, True)
    connection.close()


def test_all_connections_are_cut(region: SimulatedRegion) -> None:
    url = urlsplit(region.s3_endpoint)
    with socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=20) as raw:
        raw.sendall(b"GET /lake HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.recv(10)
        assert region.control("s3/cut", {})["cut"] >= 1
        while raw.recv(65536):
            pass


def test_clients_that_go_away_leave_nothing_behind(region: SimulatedRegion, s3: Any) -> None:
    s3.put_object(Bucket="lake", Key="large", Body=PATTERN * 20)
    url = urlsplit(region.s3_endpoint)
    signed = urlsplit(s3.generate_presigned_url("get_object", {"Bucket": "lake", "Key": "large"}))
    before = region.control("s3")["connections"]
    requests = [
        f"GET {signed.path}?{signed.query} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n",
        f"PUT /lake/half HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: 99999\r\n\r\nhalf",
        "GET /lake HTTP/1.1\r\nHo",
    ]
    for text in requests * 5:
        with socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=20) as raw:
            raw.sendall(text.encode())
            if text.startswith("GET /lake/"):
                assert raw.recv(12) == b"HTTP/1.1 200"
    deadline = time.monotonic() + 20
    while region.control("s3")["connections"] > before:
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "explode"},
        {"kind": "latency"},
        {"kind": "bandwidth"},
        {"count": 1.5},
        {"status": 200},
        {"for_s": -1},
        {"key": 5},
        {"after": 5},
        {"part": True},
    ],
)
def test_a_fault_that_makes_no_sense_is_explained(
    region: SimulatedRegion, body: dict[str, Any]
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", region.front.port, timeout=20)
    path = region.control_url.removeprefix(region.endpoint_url) + "/s3/faults"
    connection.request("POST", path, json.dumps(body))
    answer = connection.getresponse()
    assert answer.status == 400
    assert json.load(answer)["message"]
    connection.close()
    assert region.control("s3")["faults"] == []


def test_the_front_s_own_port_passes_s3_on(region: SimulatedRegion) -> None:
    front = region.client("s3", endpoint_url=region.endpoint_url)
    front.put_object(
        Bucket="lake", Key="by front/ü", Body=PATTERN * 20
    )  # more than the front reads
    assert front.get_object(Bucket="lake", Key="by front/ü")["Body"].read() == PATTERN * 20
    assert front.head_object(Bucket="lake", Key="by front/ü")["ContentLength"] == 20 * MIB
    with pytest.raises(ClientError) as raised:
        front.get_object(Bucket="lake", Key="nothing")
    assert error_of(raised) == (404, "NoSuchKey")
    front.delete_object(Bucket="lake", Key="by front/ü")
    front.put_object(Bucket="lake", Key="by-front", Body=PATTERN)
    region.control("s3/faults", {"kind": "cut", "after_bytes": 70_000, "count": 1})
    with pytest.raises(ResponseStreamingError):
        front.get_object(Bucket="lake", Key="by-front")["Body"].read()


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_presigned_urls(region: SimulatedRegion, version: str) -> None:
    region.client("s3").put_object(Bucket="lake", Key="signed", Body=b"yes")
    for endpoint in (region.endpoint_url, region.s3_endpoint):
        signer = region.session().client(
            "s3", endpoint_url=endpoint, config=Config(signature_version=version)
        )
        url = signer.generate_presigned_url("get_object", {"Bucket": "lake", "Key": "signed"})
        with urlopen(url, timeout=20) as answer:
            assert answer.read() == b"yes"
