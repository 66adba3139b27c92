"""Bodies of requests: bytes in memory, a range of a file, or a stream with its checksum behind it.

Each gives the headers that describe it. The first two can be sent again; a stream cannot.
"""

from __future__ import annotations

import base64
import threading
from typing import Protocol

from hue_desktop.adapters.aws.s3.connections import Connection, Readable, read_at
from hue_desktop.adapters.aws.s3.signing import STREAMED, UNSIGNED
from hue_desktop.core.file_systems import Source

__all__ = [
    "NOTHING",
    "Body",
    "BytesBody",
    "FileBody",
    "Nothing",
    "StreamBody",
    "b64_of_crc",
    "crc32c",
]

CRC_CHUNK = 256 * 1024  #: stays in the processor's cache between reading and summing
STREAM_CHUNK = 256 * 1024
FILE_PIECE = 4 * 1024 * 1024

_local = threading.local()


def crc32c(data: Readable, before: int = 0) -> int:
    """CRC32C of some bytes, and of those before. Its library is loaded when bytes are moved.

    Loading takes as long as many requests, of which listings and copies within S3 are made.
    """
    from awscrt.checksums import crc32c as of_bytes

    return int(of_bytes(data, before))


def b64_of_crc(crc: int) -> str:
    """A CRC32C as S3 writes it."""
    return base64.b64encode(crc.to_bytes(4, "big")).decode()


def _buffer() -> memoryview:
    found: memoryview | None = getattr(_local, "buffer", None)
    if found is None:
        found = _local.buffer = memoryview(bytearray(CRC_CHUNK))
    return found


class Body(Protocol):
    """What a request carries. ``crc32c`` is known once it has been described or sent."""

    length: int  #: bytes on the wire
    sends: int  #: how often it was sent: after more than once, an earlier one may have succeeded
    payload: str  #: value of x-amz-content-sha256
    repeatable: bool
    crc32c: int

    def describe(self, headers: dict[str, str]) -> None:
        """Add the headers that belong to it."""

    def send(self, connection: Connection, head: bytes) -> None:
        """Send the request's head and then the body."""


class Nothing:
    """No body at all."""

    length = 0
    sends = 0
    payload = UNSIGNED
    repeatable = True
    crc32c = 0

    def describe(self, headers: dict[str, str]) -> None:
        """Nothing to say."""

    def send(self, connection: Connection, head: bytes) -> None:
        """The head alone."""
        self.sends += 1
        connection.send(head)


NOTHING = Nothing()


class BytesBody:
    """Bytes in memory; ``checked`` sends their CRC32C."""

    payload = UNSIGNED
    repeatable = True

    def __init__(self, data: Readable, *, checked: bool = True) -> None:
        self.data = data
        self.length = len(data)
        self.checked = checked
        self.sends = 0
        self.crc32c = crc32c(data) if checked else 0

    def describe(self, headers: dict[str, str]) -> None:
        """The checksum."""
        if self.checked:
            headers["x-amz-checksum-crc32c"] = b64_of_crc(self.crc32c)

    def send(self, connection: Connection, head: bytes) -> None:
        """Head and bytes together."""
        self.sends += 1
        connection.send(head, self.data)


class FileBody:
    """A range of an open file. It is read twice: for the checksum, and by the kernel to send it.

    A file that changes in between is refused by the server, as its checksum is another then.
    """

    payload = UNSIGNED
    repeatable = True

    def __init__(self, source: Source) -> None:
        self.fd, self.offset, self.length = source.fileno(), source.offset, source.length
        self.crc32c = 0
        self.sends = 0
        self._source = source
        self._told = 0  #: bytes that the source has been told of; once, however often they are sent

    def describe(self, headers: dict[str, str]) -> None:
        """The checksum, of the file as it is now."""
        buffer, crc, at, end = _buffer(), 0, self.offset, self.offset + self.length
        while at < end:
            got = read_at(self.fd, buffer[: min(CRC_CHUNK, end - at)], at)
            if not got:
                break
            crc = crc32c(buffer[:got], crc)
            at += got
        self.crc32c = crc
        headers["x-amz-checksum-crc32c"] = b64_of_crc(crc)

    def send(self, connection: Connection, head: bytes) -> None:
        """The head, then the file through the kernel."""
        self.sends += 1
        connection.send(head)
        for start in range(0, self.length, FILE_PIECE):
            piece = min(FILE_PIECE, self.length - start)
            connection.send_file(self.fd, self.offset + start, piece)
            if start + piece > self._told:
                self._told = start + piece
                self._source.advance(piece)


class StreamBody:
    """Bytes that come from elsewhere, once: sent in chunks, the checksum in a trailer.

    Source: "aws-chunked with a trailer" in the S3 API reference; memory stays at one chunk.
    """

    payload = STREAMED
    repeatable = False

    def __init__(self, source: Source) -> None:
        self._source = source
        self.size = source.length
        self.crc32c = 0
        self.sends = 0
        full, rest = divmod(self.size, STREAM_CHUNK)
        frame = len(f"{STREAM_CHUNK:x}") + 4
        self.length = full * (STREAM_CHUNK + frame) + len(b"0\r\n") + len(self._trailer(0))
        if rest:
            self.length += rest + len(f"{rest:x}") + 4

    def describe(self, headers: dict[str, str]) -> None:
        """The encoding and which trailer will come."""
        headers["content-encoding"] = "aws-chunked"
        headers["x-amz-decoded-content-length"] = str(self.size)
        headers["x-amz-trailer"] = "x-amz-checksum-crc32c"

    def send(self, connection: Connection, head: bytes) -> None:
        """All chunks and the trailer."""
        self.sends += 1
        connection.send(head)
        buffer, left, crc = _buffer()[:STREAM_CHUNK], self.size, 0
        while left:
            wanted = min(STREAM_CHUNK, left)
            at = 0
            while at < wanted:
                got = self._source.readinto(buffer[at:wanted])
                if not got:
                    raise EOFError("the source ended early")
                at += got
            crc = crc32c(buffer[:wanted], crc)
            connection.send(b"%x\r\n" % wanted, buffer[:wanted])
            connection.send(b"\r\n")
            left -= wanted
        self.crc32c = crc
        connection.send(b"0\r\n" + self._trailer(crc))

    @staticmethod
    def _trailer(crc: int) -> bytes:
        return f"x-amz-checksum-crc32c:{b64_of_crc(crc)}\r\n\r\n".encode()
