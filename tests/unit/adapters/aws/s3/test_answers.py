"""Answers that call for another request: regions, clocks, keys, errors after a 200, odd servers."""

from __future__ import annotations

import socket
import time
from email.utils import formatdate

import pytest

from hue_desktop.adapters.aws.s3 import connections
from hue_desktop.core.errors import (
    AccessDenied,
    CredentialsError,
    ProtocolError,
    Refused,
    Throttled,
)
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.storage import Entry, EntryKind, Location
from tests.contract.file_systems.place import BytesSource
from tests.unit.adapters.aws.s3.conftest import STORE, Open
from tests.unit.adapters.aws.s3.scripted import Answer, Asked, scripted

KEY = Location(STORE, "/bucket/key")
FOUND: Answer = (200, {"ETag": '"e"', "Content-Length": "3"}, b"")


def error(code: str, status: int, more: str = "", **headers: str) -> Answer:
    text = f"<Error><Code>{code}</Code><Message>because</Message>{more}</Error>"
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, text.encode()


def region_of(asked: Asked) -> str:
    return asked.headers["authorization"].split("/")[2]


@pytest.mark.parametrize("how", ["301", "400", "403"])
def test_a_bucket_of_another_region_is_signed_for_it(open_s3: Open, how: str) -> None:
    def answer(asked: Asked) -> Answer:
        if region_of(asked) == "eu-west-3":
            return 200, {}, b"abc"
        if how == "301":
            return error("PermanentRedirect", 301, x_amz_bucket_region="eu-west-3")
        more = "<Region>eu-west-3</Region>"
        return error("AuthorizationHeaderMalformed", int(how), more)

    with scripted(answer) as script:
        fs = open_s3(script.endpoint_url)
        assert fs.open(KEY).length == 3
        fs.open(KEY).close()
        assert [region_of(each) for each in script.asked] == ["us-east-1", "eu-west-3", "eu-west-3"]
        fs.close()


def test_a_wrong_clock_is_corrected(open_s3: Open) -> None:
    ahead = 3 * 3600

    def answer(asked: Asked) -> Answer:
        signed = time.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
        if abs(time.mktime(signed) - time.mktime(time.gmtime(time.time() + ahead))) < 900:
            return 200, {}, b"abc"
        return error("RequestTimeTooSkewed", 403, Date=formatdate(time.time() + ahead))

    with scripted(answer) as script:
        fs = open_s3(script.endpoint_url)
        fs.open(KEY).close()
        assert len(script.asked) <= 2
        fs.close()


def test_keys_that_were_renewed_are_used(open_s3: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(asked: Asked) -> Answer:
        if "Credential=AKIANEW/" in asked.headers["authorization"]:
            return FOUND
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANEW")
        return error("ExpiredToken", 400)

    with scripted(answer) as script:
        fs = open_s3(script.endpoint_url)
        assert fs.stat(KEY).size == 3
        fs.close()


def test_keys_that_expired_are_said(open_s3: Open) -> None:
    with scripted(lambda _asked: error("ExpiredToken", 400)) as script:
        fs = open_s3(script.endpoint_url)
        with pytest.raises(CredentialsError) as raised:
            fs.stat(KEY)
        assert raised.value.expired
        fs.close()


def test_head_is_explained(open_s3: Open) -> None:
    for code, kind in (("SignatureDoesNotMatch", CredentialsError), ("AccessDenied", AccessDenied)):
        with scripted(lambda _asked, code=code: error(code, 403)) as script:  # type: ignore[misc]
            fs = open_s3(script.endpoint_url)
            with pytest.raises(kind):
                fs.stat(KEY)
            fs.close()


def test_retry_after_is_honoured(open_s3: Open) -> None:
    times: list[float] = []

    def answer(_asked: Asked) -> Answer:
        times.append(time.monotonic())
        return error("SlowDown", 503, Retry_After="0.3") if len(times) == 1 else FOUND

    with scripted(answer) as script:
        fs = open_s3(script.endpoint_url)
        fs.stat(KEY)
        fs.close()
    assert times[1] - times[0] >= 0.3


def test_a_retry_after_that_is_too_long_is_handed_on(open_s3: Open) -> None:
    with scripted(lambda _asked: error("SlowDown", 503, Retry_After="30")) as script:
        fs = open_s3(script.endpoint_url)
        with pytest.raises(Throttled) as raised:
            fs.stat(KEY)
        assert raised.value.retry_after_s == 30
        assert len(script.asked) == 1
        fs.close()


def test_an_error_after_a_200_is_an_error(open_s3: Open) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.method == "HEAD":
            return FOUND
        if len(script.asked) < 4:
            return 200, {}, b'<?xml version="1.0"?>\n' + error("InternalError", 200)[2]
        return 200, {}, b'<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>'

    with scripted(answer) as script:
        fs = open_s3(script.endpoint_url)
        fs.copy_within(KEY, Location(STORE, "/bucket/other"), overwrite=True)
        assert [each.method for each in script.asked] == ["HEAD", "PUT", "PUT", "PUT"]
        fs.close()


def test_a_server_that_ignores_the_condition_is_found_out(open_s3: Open) -> None:
    kept: dict[str, bytes] = {"/bucket/there": b"old"}

    def answer(asked: Asked) -> Answer:
        path = asked.target
        if asked.method == "PUT":
            kept[path] = asked.body
            return 200, {"ETag": '"e"'}, b""
        if path not in kept:
            return error("NoSuchKey", 404)
        return 200, {"Content-Length": "0"}, b""

    with scripted(answer) as script:
        fs = open_s3(script.endpoint_url)
        for _each in range(2):
            with pytest.raises(Refused) as raised:
                fs.put(Location(STORE, "/bucket/there"), BytesSource(b"new"), overwrite=False)
            assert raised.value.code == Refusal.ALREADY_EXISTS
            fs.put(Location(STORE, f"/bucket/{_each}"), BytesSource(b"new"), overwrite=False)
        assert kept["/bucket/there"] == b"old"
        fs.close()


def test_a_server_that_keeps_the_frames_of_chunks_gets_whole_bodies(open_s3: Open) -> None:
    parts: list[bytes] = []

    def answer(asked: Asked) -> Answer:
        if asked.method == "POST":
            return 200, {}, b"<UploadId>u</UploadId>"
        if asked.method == "GET":
            size = len(parts[-1])
            part = f"<Part><PartNumber>1</PartNumber><Size>{size}</Size><ETag>e</ETag></Part>"
            return 200, {}, f"<ListPartsResult>{part}</ListPartsResult>".encode()
        parts.append(asked.body)
        return 200, {"ETag": '"e"'}, b""

    data = bytes(17 << 20)  # a part that is too large to be read first
    with scripted(answer) as script:
        fs = open_s3(script.endpoint_url)
        upload = fs.upload(KEY, len(data), part_size=len(data))
        with pytest.raises(Exception, match="no checksum behind a body") as raised:
            upload.write(0, 0, BytesSource(data))
        assert raised.value.retryable  # type: ignore[attr-defined]
        part = upload.write(0, 0, BytesSource(data))
        assert parts[-1] == data
        assert part.length == len(data)
        fs.close()


def test_an_upload_whose_commit_was_done_but_not_heard_of(open_s3: Open) -> None:
    done: list[bytes] = []

    def answer(asked: Asked) -> Answer:
        if asked.method == "POST" and "uploads" in asked.target:
            return 200, {}, b"<UploadId>u</UploadId>"
        if asked.method == "POST":
            done.append(asked.body)
            if len(done) == 1:
                return error("InternalError", 500)
            return error("NoSuchUpload", 404)
        if asked.method == "HEAD":
            return 200, {"Content-Length": "5", "ETag": '"abc-1"'}, b""
        return 200, {"ETag": '"e"'}, b""

    with scripted(answer) as script:
        fs = open_s3(script.endpoint_url)
        upload = fs.upload(KEY, 5)
        part = upload.write(0, 0, BytesSource(b"12345"))
        entry = upload.commit([part], crc32c=part.crc32c, overwrite=True)
        assert entry.details["etag"] == "abc-1"
        fs.close()


def test_something_else_answers(open_s3: Open) -> None:
    with scripted(lambda _asked: (404, {}, b"<html>nothing here</html>")) as script:
        fs = open_s3(script.endpoint_url)
        with pytest.raises(ProtocolError):
            fs.open(KEY, expected=None).close()
        fs.close()


def test_a_changed_object_is_refused_by_size_too(open_s3: Open) -> None:
    with scripted(lambda _asked: (200, {}, b"abc")) as script:
        fs = open_s3(script.endpoint_url)
        with pytest.raises(Refused) as raised:
            fs.open(KEY, expected=Entry("key", EntryKind.FILE, 4))
        assert raised.value.code == Refusal.SOURCE_CHANGED
        fs.close()


def test_plain_http_through_a_proxy(open_s3: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(lambda _asked: (200, {}, b"abc")) as proxy:
        address = proxy.endpoint_url.removeprefix("http://")
        monkeypatch.setenv("http_proxy", f"http://user:word@{address}")
        monkeypatch.setenv("no_proxy", "")
        fs = open_s3("http://s3.example.invalid:8333")
        fs.open(KEY).close()
        (asked,) = proxy.asked
        assert asked.target == "http://s3.example.invalid:8333/bucket/key"
        assert asked.headers["host"] == "s3.example.invalid:8333"
        assert asked.headers["proxy-authorization"] == "Basic dXNlcjp3b3Jk"
        fs.close()


def test_a_connection_that_the_server_closed_meanwhile(
    open_s3: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_S", 0.0)
    with scripted(lambda _asked: FOUND) as script:
        fs = open_s3(script.endpoint_url)
        fs.stat(KEY)
        (kept,) = fs._calls.pool._open
        assert not kept.is_stale()
        kept.sock.shutdown(socket.SHUT_RDWR)
        assert kept.is_stale()
        assert fs.stat(KEY).size == 3
        monkeypatch.setattr(connections, "IDLE_S", 60.0)
        (kept,) = fs._calls.pool._open
        kept.sock.shutdown(socket.SHUT_RDWR)  # noticed only when it is used
        assert fs.stat(KEY).size == 3
        fs.close()


@pytest.mark.parametrize("same", [True, False])
def test_a_put_that_was_done_but_not_heard_of(open_s3: Open, same: bool) -> None:
    kept: list[Asked] = []

    def answer(asked: Asked) -> Answer:
        if asked.method == "HEAD" and not kept:
            return error("NoSuchKey", 404)
        if asked.method == "HEAD":
            crc = kept[0].headers["x-amz-checksum-crc32c"] if same else "AAAAAA=="
            return 200, {"Content-Length": "3", "x-amz-checksum-crc32c": crc, "ETag": '"e"'}, b""
        if kept:
            return error("PreconditionFailed", 412)
        kept.append(asked)
        return error("InternalError", 500)

    with scripted(answer) as script:
        fs = open_s3(script.endpoint_url)
        if same:
            entry, _crc = fs.put(KEY, BytesSource(b"abc"), overwrite=False)
            assert entry.details["etag"] == "e"
        else:
            with pytest.raises(Refused) as raised:
                fs.put(KEY, BytesSource(b"abc"), overwrite=False)
            assert raised.value.code == Refusal.ALREADY_EXISTS
        fs.close()
