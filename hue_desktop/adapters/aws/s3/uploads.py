"""Writing a large object in parts that travel side by side; it appears when it is committed."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from hue_desktop.adapters.aws.s3.bodies import Body, BytesBody, StreamBody, b64_of_crc
from hue_desktop.adapters.aws.s3.calls import Calls, uri
from hue_desktop.adapters.aws.s3.conditions import already_there, exists
from hue_desktop.adapters.aws.s3.failures import field
from hue_desktop.adapters.aws.s3.heads import entry_of, full_crc32c
from hue_desktop.adapters.aws.s3.writing import (
    IN_MEMORY,
    TRAILER,
    body_of,
    new_entry,
    object_headers,
    read_all,
)
from hue_desktop.core.errors import (
    HueError,
    NotFound,
    ProtocolError,
    Refused,
    ServiceError,
    Unreachable,
)
from hue_desktop.core.file_systems import Part, Refusal, Source
from hue_desktop.core.storage import Entry
from hue_desktop.core.text import _

__all__ = [
    "S3Upload",
    "Ticket",
    "begin_upload",
    "discard_upload",
    "part_size_for",
    "resume_upload",
    "unfinished_uploads",
]

MIB = 1024 * 1024
USUAL_PART = 16 * MIB
SMALLEST_PART = 5 * MIB
MOST_PARTS = 10_000
FULL_OBJECT = "FULL_OBJECT"


@dataclass(frozen=True, slots=True)
class Ticket:
    """All that is needed to go on with an upload later; its JSON is the token."""

    bucket: str
    key: str
    upload_id: str
    size: int
    part_size: int
    checksum: str  #: FULL_OBJECT, COMPOSITE, or empty where the server knows neither
    modified: float | None = None

    def token(self) -> str:
        """As text."""
        return json.dumps(asdict(self), ensure_ascii=True, separators=(",", ":"))

    @classmethod
    def of(cls, token: str) -> Ticket:
        """From text; ``ProtocolError`` if it is no token."""
        try:
            return cls(**json.loads(token))
        except (ValueError, TypeError) as error:
            raise ProtocolError(_("This is no token of an S3 upload.")) from error


def part_size_for(size: int, wanted: int | None) -> int:
    """As wanted, within what S3 allows: 5 MiB at least, 10,000 parts at most."""
    least = -(-size // MOST_PARTS)
    return max(wanted or USUAL_PART, SMALLEST_PART, -(-least // MIB) * MIB)


def begin_upload(
    calls: Calls,
    bucket: str,
    key: str,
    size: int,
    *,
    modified: float | None,
    part_size: int | None,
    content_type: str = "",
    extra: Mapping[str, str] | None = None,
) -> S3Upload:
    """CreateMultipartUpload, with the CRC32C of the whole object where the server takes it."""
    checksum = "" if calls.lacks("multipart-checksum") else FULL_OBJECT
    if checksum and calls.lacks("full-object"):
        checksum = "COMPOSITE"
    headers = {**object_headers(modified, content_type), **(extra or {})}
    headers.pop("x-amz-metadata-directive", None)  # of a copy in one request
    if checksum:
        headers["x-amz-checksum-algorithm"] = "CRC32C"
        headers["x-amz-checksum-type"] = checksum
    try:
        document = calls.document(
            "CreateMultipartUpload", "POST", bucket, key, query={"uploads": ""}, headers=headers
        )
    except ServiceError as error:
        if not checksum or error.code not in (
            "InvalidRequest",
            "InvalidArgument",
            "NotImplemented",
        ):
            raise
        calls.found_lacking("full-object" if checksum == FULL_OBJECT else "multipart-checksum")
        return begin_upload(
            calls, bucket, key, size,
            modified=modified, part_size=part_size, content_type=content_type, extra=extra,
        )  # fmt: skip
    upload_id = field(document, "UploadId")
    if not upload_id:
        raise ProtocolError(
            _("The answer to CreateMultipartUpload for {what} has no upload id.").format(
                what=uri(bucket, key)
            )
        )
    chosen = part_size_for(size, part_size)
    return S3Upload(calls, Ticket(bucket, key, upload_id, size, chosen, checksum, modified))


def resume_upload(calls: Calls, token: str) -> S3Upload:
    """Go on with an upload; ``NotFound`` when the server has forgotten it."""
    upload = S3Upload(calls, Ticket.of(token))
    upload.stored()
    return upload


def discard_upload(calls: Calls, token: str) -> None:
    """Abort an upload if it is still there."""
    S3Upload(calls, Ticket.of(token)).abort()


class S3Upload:
    """One multipart upload. ``write`` may be called from many threads."""

    def __init__(self, calls: Calls, ticket: Ticket) -> None:
        self._calls = calls
        self.ticket = ticket
        self._ended = False
        self.token = ticket.token()
        self.part_size = ticket.part_size

    def write(self, index: int, offset: int, source: Source) -> Part:
        """UploadPart; repeated by itself if the bytes are in a file or in memory."""
        body = self._body(source)
        query = {"partNumber": index + 1, "uploadId": self.ticket.upload_id}
        try:
            response = self._calls.send(
                "UploadPart", "PUT", self.ticket.bucket, self.ticket.key, query=query, body=body
            )
        except ServiceError as error:
            if isinstance(body, StreamBody) and error.code in _NO_TRAILER:
                raise self._without_trailer() from error
            raise
        response.read()
        if isinstance(body, StreamBody) and not self._calls.honours(TRAILER):
            self._prove_trailer(index, source.length)
        tag = response.headers.get("etag", "").strip('"')
        return Part(index, offset, source.length, body.crc32c, tag)

    def _prove_trailer(self, index: int, length: int) -> None:
        """A server that does not know chunks with a trailer keeps their frames as content."""
        stored = next((part for part in self.stored() if part.index == index), None)
        if stored is None or stored.length != length:
            raise self._without_trailer()
        self._calls.found_proven(TRAILER)

    def _without_trailer(self) -> ServiceError:
        self._calls.found_lacking(TRAILER)
        return ServiceError(
            _("{endpoint} takes no checksum behind a body.").format(
                endpoint=self._calls.where("UploadPart", self.ticket.bucket).endpoint
            ),
            code="TrailerNotSupported",
            remedy=_("Nothing to do: the part is sent again in another way."),
            retryable=True,
        )

    def _body(self, source: Source) -> Body:
        if source.length <= IN_MEMORY or source.fileno() >= 0:
            return body_of(self._calls, source)
        # Parts of the usual size are read first: that is a seventh faster than chunks with a
        # checksum behind them, which the server has to take apart, and they can be sent again.
        if source.length <= USUAL_PART or self._calls.lacks(TRAILER):
            return BytesBody(read_all(source))
        return StreamBody(source)

    def stored(self) -> Sequence[Part]:
        """ListParts. A part whose CRC32C the server does not tell has ``crc32c`` -1."""
        parts: list[Part] = []
        query: dict[str, str] = {"uploadId": self.ticket.upload_id}
        while True:
            document = self._calls.document(
                "ListParts", "GET", self.ticket.bucket, self.ticket.key, query=query
            )
            parts += [self._part(text) for text in _PART.findall(document)]
            marker = field(document, "NextPartNumberMarker")
            more = field(document, "IsTruncated") == "true"
            if not more or not marker or marker == query.get("part-number-marker"):
                return parts
            query["part-number-marker"] = marker

    def _part(self, text: str) -> Part:
        index = int(field(text, "PartNumber")) - 1
        return self.copied(index, index * self.part_size, int(field(text, "Size")), text)

    def copied(self, index: int, offset: int, length: int, text: str) -> Part:
        """The part that an answer of the server describes."""
        checksum = field(text, "ChecksumCRC32C")
        crc = int.from_bytes(base64.b64decode(checksum), "big") if checksum else -1
        return Part(index, offset, length, crc, field(text, "ETag").strip('"'))

    def commit(self, parts: Sequence[Part], *, crc32c: int | None, overwrite: bool) -> Entry:
        """CompleteMultipartUpload; the server compares the CRC32C of all bytes if it has one."""
        ticket, calls = self.ticket, self._calls
        if sum(part.length for part in parts) != ticket.size:
            raise _incomplete(ticket)
        if not overwrite and exists(calls, ticket.bucket, ticket.key):
            raise already_there(ticket.bucket, ticket.key)
        headers: dict[str, str] = {}
        if ticket.checksum == FULL_OBJECT and crc32c is not None:
            headers["x-amz-checksum-crc32c"] = b64_of_crc(crc32c)
            headers["x-amz-checksum-type"] = FULL_OBJECT
        if not overwrite:  # besides: somebody may be faster than we
            headers["if-none-match"] = "*"
        body = BytesBody(self._manifest(parts), checked=False)
        try:
            document = calls.document(
                "CompleteMultipartUpload",
                "POST",
                ticket.bucket,
                ticket.key,
                query={"uploadId": ticket.upload_id},
                headers=headers,
                body=body,
            )
        except NotFound as error:  # an earlier try may have succeeded without telling us
            document = self._completed_before(error, crc32c)
        except ServiceError as error:
            if error.code != "PreconditionFailed":
                raise
            there = already_there(ticket.bucket, ticket.key)
            if body.sends < 2:
                raise there from error
            document = self._completed_before(there, crc32c)
        self._ended = True
        answer = {"etag": field(document, "ETag")}
        return new_entry(ticket.key, ticket.size, ticket.modified, answer)

    def _manifest(self, parts: Sequence[Part]) -> bytes:
        rows = []
        for part in sorted(parts, key=lambda each: each.index):
            checksum = ""
            if self.ticket.checksum and part.crc32c >= 0:
                checksum = f"<ChecksumCRC32C>{b64_of_crc(part.crc32c)}</ChecksumCRC32C>"
            rows.append(
                f"<Part><PartNumber>{part.index + 1}</PartNumber>"
                f'<ETag>"{part.tag}"</ETag>{checksum}</Part>'
            )
        head = '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        return f"{head}{''.join(rows)}</CompleteMultipartUpload>".encode()

    def _completed_before(self, error: ServiceError, crc32c: int | None) -> str:
        ticket = self.ticket
        if error.code == "NoSuchBucket":
            raise error
        try:
            answer = self._calls.send(
                "HeadObject",
                "HEAD",
                ticket.bucket,
                ticket.key,
                headers={"x-amz-checksum-mode": "ENABLED"},
            ).headers
        except HueError:
            raise error from None
        known = full_crc32c(answer)
        same = entry_of(answer, ticket.key).size == ticket.size and "-" in answer.get("etag", "")
        if not same or (known is not None and crc32c is not None and known != crc32c):
            raise error
        return f"<ETag>{answer.get('etag', '')}</ETag>"

    def abort(self) -> None:
        """AbortMultipartUpload, until the server has forgotten it."""
        if self._ended:
            return
        ticket = self.ticket
        for _attempt in range(3):  # a part that is just being stored survives the first
            try:
                self._calls.send(
                    "AbortMultipartUpload",
                    "DELETE",
                    ticket.bucket,
                    ticket.key,
                    query={"uploadId": ticket.upload_id},
                )
                self.stored()
            except NotFound:
                self._ended = True
                return
        raise Unreachable(
            _("The upload to {what} could not be removed: parts still arrive.").format(
                what=uri(ticket.bucket, ticket.key)
            ),
            remedy=_("Try again in a moment."),
        )


def unfinished_uploads(calls: Calls, bucket: str, key: str) -> Sequence[str]:
    """Tokens of all uploads to exactly this key; good for ``discard`` only."""
    tokens: list[str] = []
    query = {"uploads": "", "prefix": key}
    while True:
        document = calls.document("ListMultipartUploads", "GET", bucket, query=query)
        for text in _UPLOAD.findall(document):
            if field(text, "Key") == key:
                tokens.append(Ticket(bucket, key, field(text, "UploadId"), 0, 0, "").token())
        markers = field(document, "NextKeyMarker"), field(document, "NextUploadIdMarker")
        if field(document, "IsTruncated") != "true" or not markers[0]:
            return tokens
        if markers == (query.get("key-marker"), query.get("upload-id-marker")):
            return tokens
        query |= {"key-marker": markers[0], "upload-id-marker": markers[1]}


def _incomplete(ticket: Ticket) -> Refused:
    return Refused(
        _("Not all parts of {what} have been stored.").format(what=uri(ticket.bucket, ticket.key)),
        code=Refusal.INCOMPLETE,
    )


#: Answers of servers that do not know chunks with a trailer.
_NO_TRAILER = frozenset(
    {
        "InvalidArgument",
        "InvalidRequest",
        "MissingContentLength",
        "NotImplemented",
        "SignatureDoesNotMatch",
        "XAmzContentSHA256Mismatch",
    }
)
_UPLOAD = re.compile(r"<Upload>(.*?)</Upload>", re.DOTALL)
_PART = re.compile(r"<Part>(.*?)</Part>", re.DOTALL)
