"""Reading objects: the body of a GET as a source, its checksum compared when it was all of it."""

from __future__ import annotations

from hue_desktop.adapters.aws.s3.bodies import crc32c
from hue_desktop.adapters.aws.s3.calls import Calls, uri
from hue_desktop.adapters.aws.s3.failures import mismatch
from hue_desktop.adapters.aws.s3.heads import entry_of, full_crc32c, kept_time
from hue_desktop.adapters.aws.s3.responses import Response
from hue_desktop.core.errors import NotFound, Refused, ServiceError
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.storage import Checksum, Entry
from hue_desktop.core.text import _

__all__ = ["S3Source", "changed", "open_object"]

SUM_CHUNK = 256 * 1024


class S3Source:
    """Bytes of one range of an object. Used by one thread at a time."""

    def __init__(
        self, calls: Calls, response: Response, bucket: str, key: str, offset: int, length: int
    ) -> None:
        self._calls = calls
        self._response = response
        self._bucket, self._key = bucket, key
        self._offset = offset
        self._left = length
        self.length = length
        self.entry: Entry = entry_of(response.headers, key)
        self._kept = kept_time(response.headers)
        self._stored = full_crc32c(response.headers) if response.status == 200 else None
        self._summed = self._stored is not None
        self._crc = 0  #: of the bytes read so far

    @property
    def offset(self) -> int:
        """Where the range begins in the object."""
        return self._offset

    def fileno(self) -> int:
        """None: the bytes come from a server."""
        return -1

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill ``buffer`` as far as the range goes; ``Unreachable`` when the body is cut."""
        if not self._left or not buffer:
            return 0
        try:
            got = self._response.readinto(buffer, whole=True)
        except (OSError, ValueError) as error:
            self._response.close()
            raise self._calls.broken(error, "GetObject", self._bucket, self._key) from error
        if not got:
            ended = ConnectionResetError("the body ended early")
            raise self._calls.broken(ended, "GetObject", self._bucket, self._key)
        self._left -= got
        if self._summed:
            self._crc = crc32c(buffer[:got], self._crc)
            if not self._left and self._stored is not None and self._crc != self._stored:
                raise mismatch(uri(self._bucket, self._key))
        return got

    def sum_up(self) -> Checksum:
        """Read to the end; the CRC32C of what came."""
        self._summed = True
        buffer = memoryview(bytearray(SUM_CHUNK))
        try:
            while self.readinto(buffer):
                pass
        finally:
            self.close()
        return Checksum("CRC32C", f"{self._crc:08x}")

    @property
    def checksum(self) -> Checksum | None:
        """The CRC32C of the whole object if the answer told it; compared at the end."""
        return None if self._stored is None else Checksum("CRC32C", f"{self._stored:08x}")

    @property
    def modified(self) -> float | None:
        """The kept time."""
        return self._kept

    def advance(self, count: int, /) -> None:
        """There is no file to send from."""

    def close(self) -> None:
        """Drop what was not read."""
        self._response.close()


def open_object(
    calls: Calls,
    bucket: str,
    key: str,
    offset: int,
    length: int | None,
    expected: Entry | None,
) -> S3Source:
    """GET an object or a range of it; ``Refused`` (``SourceChanged``) if it is not ``expected``."""
    headers = {"x-amz-checksum-mode": "ENABLED"}
    size = expected.size if expected is not None else None
    method = "HEAD" if length == 0 or (offset and offset == size) else "GET"
    if length is not None and not offset and length == size:
        length = None  # all of it: then the answer has the checksum of the whole object
    if method == "GET" and (offset or length is not None):
        last = "" if length is None else str(offset + length - 1)
        headers["range"] = f"bytes={offset}-{last}"
    etag = str(expected.details.get("etag", "")) if expected is not None else ""
    if etag:
        headers["if-match"] = f'"{etag}"'
    try:
        response = calls.send("GetObject", method, bucket, key, headers=headers)
    except NotFound as error:
        if expected is not None and error.code != "NoSuchBucket":
            raise changed(bucket, key) from error
        raise
    except ServiceError as error:
        if error.code == "PreconditionFailed":
            raise changed(bucket, key) from error
        raise
    have = response.length if response.length >= 0 else 0
    source = S3Source(calls, response, bucket, key, offset, have)
    if expected is not None and _differs(source.entry, expected, etag):
        source.close()
        raise changed(bucket, key)
    return source


def _differs(now: Entry, expected: Entry, etag: str) -> bool:
    known = str(now.details.get("etag", ""))
    if etag and known and etag != known:
        return True
    return expected.size is not None and now.size is not None and expected.size != now.size


def changed(bucket: str, key: str) -> Refused:
    """The object is not the one that was listed."""
    return Refused(
        _("{what} has changed since it was listed.").format(what=uri(bucket, key)),
        code=Refusal.SOURCE_CHANGED,
        remedy=_("Copy it again."),
    )
