"""Writing an object with one PUT: whole, visible at once, its CRC32C compared by the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hue_desktop.adapters.aws.s3.bodies import Body, BytesBody, FileBody
from hue_desktop.adapters.aws.s3.calls import Calls, uri
from hue_desktop.adapters.aws.s3.heads import MTIME, mtime_text, name_of
from hue_desktop.core.errors import NotFound, Refused, ServiceError, Unreachable
from hue_desktop.core.file_systems import Source
from hue_desktop.core.storage import Entry, EntryKind
from hue_desktop.core.text import _

__all__ = ["already_there", "body_of", "exists", "new_entry", "put_object", "read_all"]

IN_MEMORY = 1024 * 1024  #: up to here a file is read at once and sent with its head


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
    body = body_of(source)
    headers = object_headers(modified, content_type)
    answer = send_unless_there(
        calls, "PutObject", bucket, key, headers=headers, body=body, overwrite=overwrite
    )
    return new_entry(key, source.length, modified, answer), body.crc32c


def send_unless_there(
    calls: Calls,
    operation: str,
    bucket: str,
    key: str,
    *,
    headers: Mapping[str, str],
    body: Body,
    overwrite: bool,
) -> Mapping[str, str]:
    """PUT with ``If-None-Match: *`` unless ``overwrite``; servers without it are asked before."""
    sent = dict(headers)
    if not overwrite:
        if calls.lacks("if-none-match"):
            if exists(calls, bucket, key):
                raise already_there(bucket, key)
        else:
            sent["if-none-match"] = "*"
    try:
        response = calls.send(operation, "PUT", bucket, key, headers=sent, body=body)
    except ServiceError as error:
        if error.code == "PreconditionFailed" and not overwrite:
            raise already_there(bucket, key) from error
        if error.code == "NotImplemented" and "if-none-match" in sent:
            calls.found_lacking("if-none-match")
            return send_unless_there(
                calls, operation, bucket, key, headers=headers, body=body, overwrite=overwrite
            )
        raise
    response.read()
    return response.headers


def body_of(source: Source) -> Body:
    """The best way to send a source: from memory if it is small, through the kernel if a file."""
    if source.length > IN_MEMORY and source.fileno() >= 0:
        return FileBody(source.fileno(), source.offset, source.length)
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


def exists(calls: Calls, bucket: str, key: str) -> bool:
    """Whether there is an object of exactly this key."""
    try:
        calls.send("HeadObject", "HEAD", bucket, key)
    except NotFound:
        return False
    return True


def already_there(bucket: str, key: str) -> Refused:
    """A target that must not be replaced."""
    return Refused(
        _("{what} exists already.").format(what=uri(bucket, key)),
        code="AlreadyExists",
        remedy=_("Choose another name, or allow it to be replaced."),
    )
