"""An HTTP answer: status, headers, and a body that is read from the socket as it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hue_desktop.adapters.aws.s3.connections import Address, Connection, CutShort, Pool

__all__ = ["Response", "read_response"]

MAX_SMALL_BODY = 64 * 1024 * 1024


@dataclass(slots=True)
class Response:
    """``length`` is what the body still holds; -1 for chunks, -2 until the peer closes.

    The connection goes back to the pool when the body has been read to its end, and is closed by
    ``close`` otherwise.
    """

    status: int
    headers: Mapping[str, str]  #: lower-case names
    pool: Pool
    address: Address
    connection: Connection | None
    length: int = 0
    keep: bool = True
    _chunk: int = 0

    def readinto(self, view: memoryview, *, whole: bool = False) -> int:
        """Some bytes of the body, 0 at its end. ``CutShort`` when the peer closed too early."""
        if not self.length or self.connection is None or not view:
            return 0
        if self.length == -1:
            return self._read_chunked(view)
        if 0 < self.length < len(view):
            view = view[: self.length]
        got = self.connection.recv_into(view, whole=whole)
        if self.length == -2:
            if not got:
                self._end(keep=False)
            return got
        if not got:
            raise CutShort
        self.length -= got
        if not self.length:
            self._end()
        return got

    def read(self) -> bytes:
        """The whole body; for answers that are documents, not data."""
        if self.length >= 0:
            data = bytearray(self.length)
            view, at = memoryview(data), 0
            while at < len(data):
                at += self.readinto(view[at:])
            return bytes(data)
        pieces: list[bytes] = []
        buffer = memoryview(bytearray(65536))
        size = 0
        while got := self.readinto(buffer):
            pieces.append(bytes(buffer[:got]))
            size += got
            if size > MAX_SMALL_BODY:
                raise CutShort
        return b"".join(pieces)

    def close(self) -> None:
        """Give up the rest of the body."""
        if self.connection is not None:
            self._end(keep=False)

    def _read_chunked(self, view: memoryview) -> int:
        connection = self.connection
        assert connection is not None
        if not self._chunk:
            self._chunk = _chunk_size(connection.read_line())
            if not self._chunk:
                while connection.read_line():
                    pass  # trailers
                self._end()
                return 0
        got = connection.recv_into(view[: self._chunk])
        if not got:
            raise CutShort
        self._chunk -= got
        if not self._chunk:
            connection.read_line()
        return got

    def _end(self, *, keep: bool = True) -> None:
        connection, self.connection = self.connection, None
        self.length = 0
        if connection is None:
            return
        if keep and self.keep and not connection.buffered:
            self.pool.give_back(self.address, connection)
        else:
            self.pool.drop(connection)


def read_response(pool: Pool, address: Address, connection: Connection, method: str) -> Response:
    """Read an answer up to its body."""
    status, headers = _read_head(connection)
    while 100 <= status < 200:
        status, headers = _read_head(connection)
    response = Response(status, headers, pool, address, connection)
    response.keep = headers.get("connection", "").lower() != "close"
    if method == "HEAD" or status in (204, 304):
        length = 0
    elif "chunked" in headers.get("transfer-encoding", "").lower():
        length = -1
    elif "content-length" in headers:
        length = int(headers["content-length"])
    else:
        length = -2
    response.length = length
    if not length:
        response._end()
    return response


def _read_head(connection: Connection) -> tuple[int, dict[str, str]]:
    lines = connection.read_head().split("\r\n")
    first = lines[0]
    if not first.startswith("HTTP/1."):
        raise ValueError(f"not HTTP: {first[:40]!r}")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, _colon, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if first[7] == "0":
        headers.setdefault("connection", "close")
    return int(first[9:12]), headers


def _chunk_size(line: bytes) -> int:
    return int(line.partition(b";")[0], 16)
