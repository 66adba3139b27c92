"""Writing an object with one PUT: whole, visible at once, its CRC32C compared by the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hue_desktop.adapters.aws.s3.bodies import Body, BytesBody, FileBody, StreamBody
from hue_desktop.adapters.aws.s3.calls import Calls
from hue_desktop.adapters.aws.s3.conditions import unless_there
from hue_desktop.adapters.aws.s3.heads import MTIME, entry_of, full_crc32c, mtime_text, name_of
from hue_desktop.core.errors import Refused, Unreachable
from hue_desktop.core.file_systems import Source
from hue_desktop.core.storage import Entry, EntryKind
from hue_desktop.core.text import _

__all__ = ["body_of", "new_entry", "object_headers", "put_object", "read_all"]

IN_MEMORY = 1024 * 1024  #: up to here a file is read at once and sent with its head
TRAILER = "checksum in a trailer"  #: a feature that a server proves with its first such part
MOST_IN_MEMORY = 8 * 1024 * 1024  #: up to here a stream is, so that it can be sent again


def put_object(
    calls: Calls,
    bucket: str,
    key: str,
    source: Source,
    *,
    overwrite: bool,
    modified: float | None,
    content_type: str,
) -> tuple[Entry, int]:
    """PUT; ``Refused`` with the code ``AlreadyExists`` when a key is there and must stay."""
    body = body_of(calls, source)
    headers = object_headers(modified, content_type)

    def write(condition: Mapping[str, str]) -> Mapping[str, str]:
        response = calls.send(
            "PutObject", "PUT", bucket, key, headers={**headers, **condition}, body=body
        )
        response.read()
        return response.headers

    if overwrite:
        answer = write({})
    else:
        small = source.length <= IN_MEMORY
        try:
            answer = unless_there(calls, "PutObject", (bucket, key), write, may_repeat=small)
        except Refused:
            answer = _written_before(calls, (bucket, key), body, source.length, headers)
            if not answer:
                raise
    return new_entry(key, source.length, modified, answer), body.crc32c


def _written_before(
    calls: Calls, at: tuple[str, str], body: Body, size: int, headers: Mapping[str, str]
) -> Mapping[str, str]:
    """The answer of HEAD, if what is there came from an earlier try whose answer was lost."""
    if body.sends < 2:
        return {}
    answer = calls.send("HeadObject", "HEAD", *at, headers={"x-amz-checksum-mode": "ENABLED"})
    same = full_crc32c(answer.headers) == body.crc32c and entry_of(answer.headers, "").size == size
    kept = answer.headers.get(MTIME) == headers.get(MTIME)
    return answer.headers if same and kept else {}


def body_of(calls: Calls, source: Source) -> Body:
    """The best way to send a source: from memory if it is small, through the kernel if a file."""
    if source.length > IN_MEMORY and source.fileno() >= 0:
        return FileBody(source)
    if source.length > MOST_IN_MEMORY and calls.honours(TRAILER):
        return StreamBody(source)
    return BytesBody(read_all(source))


def read_all(source: Source) -> memoryview:
    """All bytes of a source."""
    data = memoryview(bytearray(source.length))
    at = 0
    while at < len(data):
        got = source.readinto(data[at:])
        if not got:
            raise Unreachable(_("The source ended before its end."))
        at += got
    return data


def object_headers(modified: float | None, content_type: str) -> dict[str, str]:
    """What a new object carries along."""
    headers: dict[str, str] = {}
    if modified is not None:
        headers[MTIME] = mtime_text(modified)
    if content_type:
        headers["content-type"] = content_type
    return headers


def new_entry(key: str, size: int, modified: float | None, answer: Mapping[str, Any]) -> Entry:
    """What stands there now, as far as the answer to the write tells."""
    details: dict[str, Any] = {"etag": str(answer.get("etag", "")).strip('"')}
    if answer.get("x-amz-version-id"):
        details["version_id"] = answer["x-amz-version-id"]
    return Entry(name_of(key), EntryKind.FILE, size, modified, details)
