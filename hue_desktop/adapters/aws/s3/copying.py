"""Copying within S3: the bytes do not come here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from hue_desktop.adapters.aws.s3.bodies import Nothing
from hue_desktop.adapters.aws.s3.calls import Calls
from hue_desktop.adapters.aws.s3.conditions import unless_there
from hue_desktop.adapters.aws.s3.failures import field
from hue_desktop.adapters.aws.s3.heads import carried, entry_of
from hue_desktop.adapters.aws.s3.reading import changed
from hue_desktop.adapters.aws.s3.signing import quoted
from hue_desktop.adapters.aws.s3.uploads import MIB, S3Upload, begin_upload
from hue_desktop.adapters.aws.s3.writing import new_entry
from hue_desktop.core.errors import ServiceError
from hue_desktop.core.file_systems import Part, Refusal
from hue_desktop.core.storage import Entry

__all__ = ["copy_object"]

ONE_CALL = 1024 * MIB  #: larger objects are copied in parts side by side (5 GiB is S3's limit)
COPY_PART = 256 * MIB
CHEAP = 16 * MIB
WIDTH = 8


def copy_object(
    calls: Calls,
    source: tuple[str, str],
    target: tuple[str, str],
    *,
    overwrite: bool,
    expected: Entry | None = None,
    extra: dict[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Entry:
    """CopyObject, or UploadPartCopy for large ones. ``extra`` headers replace what is carried."""
    head: Entry | None = expected
    if head is None or head.size is None:
        head = _head(calls, source)
    if (head.size or 0) > ONE_CALL:
        return _copy_parts(calls, source, target, head, extra or {}, overwrite, progress)
    headers = {"x-amz-copy-source": quoted(f"{source[0]}/{source[1]}"), **(extra or {})}
    etag = str(head.details.get("etag", ""))
    if etag:
        headers["x-amz-copy-source-if-match"] = f'"{etag}"'

    body = Nothing()

    def write(condition: Mapping[str, str]) -> str:
        sent = {**headers, **condition}
        return calls.document("CopyObject", "PUT", *target, headers=sent, body=body)

    try:
        if overwrite:
            document = write({})
        else:
            small = (head.size or 0) <= CHEAP
            document = unless_there(calls, "CopyObject", target, write, may_repeat=small)
    except ServiceError as error:
        if error.code == "PreconditionFailed":
            raise changed(*source) from error
        if error.code != Refusal.ALREADY_EXISTS or body.sends < 2:
            raise
        there = _head(calls, target)  # perhaps by an earlier try whose answer was lost
        if not etag or there.details["etag"] != etag or there.size != head.size:
            raise
        document = f"<ETag>{etag}</ETag>"
    if progress is not None:
        progress(head.size or 0)
    answer = {"etag": field(document, "ETag")}
    return new_entry(target[1], head.size or 0, head.modified, answer)


def _head(calls: Calls, at: tuple[str, str]) -> Entry:
    return entry_of(calls.send("HeadObject", "HEAD", *at).headers, at[1])


def _copy_parts(
    calls: Calls,
    source: tuple[str, str],
    target: tuple[str, str],
    head: Entry,
    extra: Mapping[str, str],
    overwrite: bool,
    progress: Callable[[int], None] | None,
) -> Entry:
    answer = calls.send("HeadObject", "HEAD", *source).headers
    now, size = entry_of(answer, source[1]), head.size or 0
    if now.size != size or head.details.get("etag", now.details["etag"]) != now.details["etag"]:
        raise changed(*source)
    kept = carried(answer)
    kept.pop("x-amz-storage-class", None)  # as CopyObject does it, unless it is asked for
    upload = begin_upload(
        calls,
        *target,
        size,
        modified=now.modified,
        part_size=COPY_PART,
        extra={**kept, **extra},
    )
    try:
        ranges = [(at, min(upload.part_size, size - at)) for at in range(0, size, upload.part_size)]

        def one(index: int) -> Part:
            offset, length = ranges[index]
            part = _copy_part(calls, upload, source, index, offset, length, answer.get("etag", ""))
            if progress is not None:
                progress(length)
            return part

        with ThreadPoolExecutor(WIDTH, "s3-copy") as pool:
            parts = list(pool.map(one, range(len(ranges))))
        return upload.commit(parts, crc32c=None, overwrite=overwrite)
    except BaseException:
        upload.abort()
        raise


def _copy_part(
    calls: Calls,
    upload: S3Upload,
    source: tuple[str, str],
    index: int,
    offset: int,
    length: int,
    etag: str,
) -> Part:
    headers = {
        "x-amz-copy-source": quoted(f"{source[0]}/{source[1]}"),
        "x-amz-copy-source-range": f"bytes={offset}-{offset + length - 1}",
    }
    if etag:
        headers["x-amz-copy-source-if-match"] = etag
    ticket = upload.ticket
    document = calls.document(
        "UploadPartCopy",
        "PUT",
        ticket.bucket,
        ticket.key,
        query={"partNumber": index + 1, "uploadId": ticket.upload_id},
        headers=headers,
    )
    return upload.copied(index, offset, length, document)
