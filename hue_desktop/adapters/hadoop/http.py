"""HTTP/1.1 over dialled streams, as thin as WebHDFS needs it.

Bodies go from and to the caller's own buffers. Connections are kept for the next request where
the server lets us (a NameNode does, a DataNode closes after each answer).
"""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from hue_desktop.adapters.hadoop.asking import Address, StaleConnection
from hue_desktop.core.errors import Cancelled, ProtocolError, Unreachable
from hue_desktop.core.file_systems import Connector, Stream
from hue_desktop.core.text import _

__all__ = ["HttpConnection", "HttpPool", "Response"]

HEAD_BYTES = 16 * 1024  #: first reads; heads and small answers fit
MOST_HEAD_BYTES = 128 * 1024
IDLE_S = 8.0  #: a kept connection is not used again after this long; servers close after 10 s
MOST_IDLE = 64  #: kept connections of one server


class HttpConnection:
    """One connection: send requests, read their answers in the same order."""

    def __init__(self, address: Address, stream: Stream) -> None:
        self.address = address
        self.stream = stream
        self.reused = False
        self.idle_since = 0.0
        self._buffer = bytearray(HEAD_BYTES)
        self._start = 0
        self._end = 0

    def send(self, head: bytes | bytearray | memoryview) -> None:
        """Send bytes. ``StaleConnection`` when a kept connection was closed meanwhile."""
        try:
            self.stream.sendall(head)  # type: ignore[arg-type]  # any buffer will do
        except OSError as error:
            if self.reused:
                raise StaleConnection from error
            raise _cut(self.address, error) from error

    def response(self, method: str) -> Response:
        """The head of the next answer; 1xx are passed over."""
        while True:
            head = self._head()
            status, headers = _parsed(head, self.address)
            if status >= 200:
                return Response(self, method, status, headers)

    def take(self, view: memoryview) -> int:
        """Fill from what was read ahead, else from the stream; 0 at its end."""
        ahead = self._end - self._start
        if ahead:
            count = min(ahead, len(view))
            view[:count] = memoryview(self._buffer)[self._start : self._start + count]
            self._start += count
            return count
        try:
            return self.stream.recv_into(view)
        except OSError as error:
            raise _cut(self.address, error) from error

    def line(self) -> bytes:
        """The next line without its end: of a chunked body."""
        while True:
            at = self._buffer.find(b"\n", self._start, self._end)
            if at >= 0:
                line = bytes(self._buffer[self._start : at]).rstrip(b"\r")
                self._start = at + 1
                return line
            if not self._more():
                raise _cut(self.address, None)

    def close(self) -> None:
        """Close the stream. Safe to call twice."""
        with contextlib.suppress(OSError):
            self.stream.close()

    def _head(self) -> bytes:
        searched = 0
        while True:
            at = self._buffer.find(b"\r\n\r\n", self._start + searched, self._end)
            if at >= 0:
                head = bytes(self._buffer[self._start : at])
                self._start = at + 4
                self.reused = False  # it has answered: what comes now is no stale connection
                return head
            searched = max(0, self._end - self._start - 3)
            if not self._more():
                if self.reused and self._end == self._start:
                    raise StaleConnection
                raise _cut(self.address, None)

    def _more(self) -> int:
        """Read on into the buffer, making room first."""
        if self._start == self._end:
            self._start = self._end = 0
        elif self._end == len(self._buffer):
            if self._start:
                held = self._end - self._start
                self._buffer[:held] = self._buffer[self._start : self._end]
                self._start, self._end = 0, held
            elif len(self._buffer) >= MOST_HEAD_BYTES:
                raise _odd(self.address)
            else:
                self._buffer.extend(bytes(len(self._buffer)))
        try:
            got = self.stream.recv_into(memoryview(self._buffer)[self._end :])
        except OSError as error:
            if self.reused and not isinstance(error, TimeoutError):
                raise StaleConnection from error
            raise _cut(self.address, error) from error
        self._end += got
        return got


class Response:
    """An answer whose body is still to be read."""

    def __init__(
        self, connection: HttpConnection, method: str, status: int, headers: Mapping[str, str]
    ) -> None:
        self.status = status
        self.headers = headers
        self.connection = connection
        self.keep = headers.get("connection", "").lower() != "close"
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        #: bytes of the body (or of the chunk) still to come; -1: until the server closes
        self._left = _length(method, status, headers, connection.address)
        if self._chunked:
            self._left = 0
        self._first_chunk = True
        self.ended = self._left == 0 and not self._chunked

    @property
    def length(self) -> int:
        """Bytes of the body still to come; -1 where the server did not say."""
        return -1 if self._chunked else self._left

    def readinto(self, view: memoryview) -> int:
        """Fill as much as is there now; 0 at the end. ``Unreachable`` when it is cut short."""
        if self.ended:
            return 0
        if self._chunked and not self._left and not self._next_chunk():
            return 0
        if 0 <= self._left < len(view):
            view = view[: self._left]
        got = self.connection.take(view)
        if not got:
            if self._left > 0:
                raise _cut(self.connection.address, None)
            self.ended, self.keep = True, False
            return 0
        if self._left > 0:
            self._left -= got
            self.ended = self._left == 0 and not self._chunked
        return got

    def read(self, limit: int = 256 << 20) -> bytes:
        """The whole body; ``ProtocolError`` when it is longer than ``limit``."""
        body, room = bytearray(), memoryview(bytearray(64 * 1024))
        while got := self.readinto(room):
            body += room[:got]
            if len(body) > limit:
                raise _odd(self.connection.address)
        return bytes(body)

    def close(self) -> None:
        """Give up the rest of the body, and with it the connection."""
        self.connection.close()

    def _next_chunk(self) -> bool:
        if not self._first_chunk:
            self.connection.line()  # the line end after the chunk before
        self._first_chunk = False
        size = self.connection.line().partition(b";")[0]
        try:
            self._left = int(size, 16)
        except ValueError:
            raise _odd(self.connection.address) from None
        if self._left:
            return True
        while self.connection.line():
            pass  # trailers
        self.ended = True
        return False


class HttpPool:
    """Connections to all servers of one cluster, kept where they may be.

    ``timeout_s`` is the longest that a server may be silent.
    """

    def __init__(
        self, connector: Connector, *, timeout_s: float = 60.0, dial_timeout_s: float = 10.0
    ) -> None:
        self._connector = connector
        self._timeout_s = timeout_s
        self._dial_timeout_s = dial_timeout_s
        self._lock = threading.Lock()
        self._idle: dict[Address, list[HttpConnection]] = defaultdict(list)
        self._busy: set[HttpConnection] = set()
        self._closed = False

    def take(self, address: Address, *, fresh: bool = False) -> HttpConnection:
        """A kept connection that still stands, or a new one."""
        while not fresh:
            with self._lock:
                if self._closed:
                    raise _closed()
                kept = self._idle[address]
                connection = kept.pop() if kept else None
                if connection is not None:
                    self._busy.add(connection)
            if connection is None:
                break
            if time.monotonic() - connection.idle_since < IDLE_S and not _readable(connection):
                connection.reused = True
                return connection
            self.drop(connection)
        stream = self._connector.dial(*address, self._dial_timeout_s)
        stream.settimeout(self._timeout_s)
        connection = HttpConnection(address, stream)
        with self._lock:
            closed = self._closed
            self._busy.add(connection)
        if closed:
            self.drop(connection)
            raise _closed()
        return connection

    def give_back(self, response: Response) -> None:
        """The answer has been dealt with: keep its connection if that can be."""
        connection = response.connection
        if not (response.ended and response.keep):
            self.drop(connection)
            return
        connection.idle_since = time.monotonic()
        with self._lock:
            kept = self._idle[connection.address]
            keep = not self._closed and len(kept) < MOST_IDLE
            if keep:
                self._busy.discard(connection)
                kept.append(connection)
        if not keep:
            self.drop(connection)

    def drop(self, connection: HttpConnection) -> None:
        """Close a connection."""
        with self._lock:
            self._busy.discard(connection)
        connection.close()

    def close(self) -> None:
        """Close all connections; whoever waits on one fails at once."""
        with self._lock:
            self._closed = True
            opened = [each for kept in self._idle.values() for each in kept]
            opened += self._busy
            self._idle.clear()
            self._busy.clear()
        for connection in opened:
            shutdown = getattr(connection.stream, "shutdown", None)
            if shutdown is not None:
                with contextlib.suppress(OSError):
                    shutdown(2)  # wakes a thread that waits in recv; close alone does not
            connection.close()


def _readable(connection: HttpConnection) -> bool:
    """Whether an idle connection has something to read, which can only be its end."""
    stream: Any = connection.stream
    stale = getattr(stream, "ended", None)
    if stale is not None:
        return bool(stale)
    try:
        poll = select.poll()
        poll.register(stream.fileno(), select.POLLIN)
        return bool(poll.poll(0))
    except (AttributeError, OSError, ValueError):
        return True


def _parsed(head: bytes, address: Address) -> tuple[int, dict[str, str]]:
    lines = head.decode("iso-8859-1").split("\r\n")
    words = lines[0].split(None, 2)
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdigit():
        raise _odd(address)
    headers = {}
    for line in lines[1:]:
        name, _colon, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if words[0] == "HTTP/1.0":
        headers.setdefault("connection", "close")
    return int(words[1]), headers


def _length(method: str, status: int, headers: Mapping[str, str], address: Address) -> int:
    if method == "HEAD" or status in (204, 304):
        return 0
    text = headers.get("content-length")
    if text is None:
        return -1
    if not text.isdigit():
        raise _odd(address)
    return int(text)


def _cut(address: Address, error: OSError | None) -> Unreachable:
    host, port = address
    if isinstance(error, TimeoutError):
        text = _("{host}:{port} has been silent for too long.")
    else:
        text = _("The connection to {host}:{port} was cut.")
    return Unreachable(text.format(host=host, port=port))


def _odd(address: Address) -> ProtocolError:
    host, port = address
    return ProtocolError(
        _("{host}:{port} answers with something that is not HTTP.").format(host=host, port=port),
        remedy=_("Check the port; another service may listen there."),
    )


def _closed() -> Cancelled:
    return Cancelled(_("The connection was closed."))
