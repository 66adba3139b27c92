"""Where bodies end, however their bytes arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.simulator.s3.exchange import Broken, Chunked, Sized, parse
from hue_desktop.simulator.s3.faults import S3Request

NEXT = b"GET / HTTP/1.1\r\n\r\n"


def encoded(chunks: list[bytes], trailer: bytes) -> bytes:
    body = b"".join(b"%x;name=value\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return body + b"0\r\n" + trailer + b"\r\n"


def taken(framing: Chunked | Sized, data: bytes, steps: list[int]) -> int:
    """How many bytes a framing takes when they come in pieces of these lengths."""
    total, at = 0, 0
    for step in [*steps, len(data)]:
        block = memoryview(data)[at : at + step]
        count = framing.take(block)
        total += count
        at += step
        if count < len(block) or framing.done:
            break
    return total


@given(
    st.lists(st.binary(min_size=1, max_size=300), max_size=6),
    st.sampled_from([b"", b"x-amz-checksum-crc32: AAAA\r\n", b"A: b\r\nC: d\r\n"]),
    st.lists(st.integers(1, 90), max_size=30),
)
def test_a_chunked_body_ends_behind_its_trailer(
    chunks: list[bytes], trailer: bytes, steps: list[int]
) -> None:
    body = encoded(chunks, trailer)
    framing = Chunked()
    assert taken(framing, body + NEXT, steps) == len(body)
    assert framing.done


@given(st.integers(0, 2000), st.lists(st.integers(1, 90), max_size=30))
def test_a_sized_body_ends_with_its_length(size: int, steps: list[int]) -> None:
    framing = Sized(size)
    assert taken(framing, bytes(size) + NEXT, steps) == size
    assert framing.done


@pytest.mark.parametrize("bad", [b"xyz\r\n", b"-5\r\n", b"\r\n", b"1" * 70_000])
def test_a_chunk_that_is_none_is_noticed(bad: bytes) -> None:
    with pytest.raises(Broken):
        Chunked().take(memoryview(bad))


def test_heads_are_read() -> None:
    head = parse(b"PUT /b/k?x=1 HTTP/1.1\r\nHost: here\r\nContent-Length:  5 \r\n\r\n")
    assert head.line == ("PUT", "/b/k?x=1", "HTTP/1.1")
    assert head.fields["host"] == "here"
    framing = head.framing()
    assert framing is not None
    assert framing.take(memoryview(b"1234567")) == 5
    assert not head.closes
    assert parse(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").closes
    assert parse(b"GET / HTTP/1.0\r\n\r\n").closes


@pytest.mark.parametrize("length", ["-1", "1.5", "five", "٣", ""])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    head = parse(f"GET / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode("latin-1", "replace"))
    with pytest.raises(Broken):
        head.framing()


@pytest.mark.parametrize(
    ("target", "bucket", "key"),
    [
        ("/", "", ""),
        ("/lake", "lake", ""),
        ("/lake/", "lake", ""),
        ("/lake/a%20b/%C3%BC?partNumber=2", "lake", "a b/ü"),
        ("/lake//lead", "lake", "/lead"),
    ],
)
def test_requests_are_understood(target: str, bucket: str, key: str) -> None:
    request = S3Request.of("GET", target)
    assert (request.bucket, request.key) == (bucket, key)
    assert request.query.get("partNumber") == ("2" if "?" in target else None)
