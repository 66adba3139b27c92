"""Keep-alive connections to S3: sockets that send files through the kernel, and a pool of them.

Time-outs are those of the sockets themselves (``SO_RCVTIMEO``): a Python time-out costs a ``poll``
before each read and write. Where the system has none, Python's are used.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import ssl

__all__ = [
    "Address",
    "Connection",
    "CutShort",
    "FileEnded",
    "NoAnswer",
    "Pool",
    "Readable",
    "read_at",
]

CONNECT_TIMEOUT_S = 5.0
IO_TIMEOUT_S = 60.0
IDLE_S = 4.0  #: after this time unused a connection is looked at before it is used again
HEAD_BUFFER = 32 * 1024
FILE_CHUNK = 256 * 1024
MAX_HEAD = 256 * 1024

Readable: TypeAlias = bytes | bytearray | memoryview


class CutShort(ConnectionError):
    """The peer closed before the whole answer had come."""


class NoAnswer(CutShort):
    """The peer closed before the first byte of an answer."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whom to dial. ``proxy`` is ``(host, port, authorization)`` of an HTTP proxy."""

    host: str
    port: int
    tls: bool
    proxy: tuple[str, int, str] | None = None


class Connection:
    """One socket with a read buffer. Used by one thread at a time."""

    def __init__(self, sock: Any, tls: bool) -> None:
        self.sock = sock
        self.tls = tls
        self.used = False  #: an answer has come over it before
        self.idle_since = 0.0
        self._buffer = bytearray(HEAD_BUFFER)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0

    # -- sending ----------------------------------------------------------------------------
    def send(self, head: bytes, body: Readable = b"") -> None:
        """Send the head and a body that is in memory, in one system call if they fit."""
        if self.tls:
            with _timed():
                self.sock.sendall(head + body if len(body) <= FILE_CHUNK else head)
                if len(body) > FILE_CHUNK:
                    self.sock.sendall(body)
            return
        if not body:
            with _timed():
                self.sock.sendall(head)
            return
        with _timed():
            sent = self.sock.sendmsg((head, body)) if hasattr(self.sock, "sendmsg") else 0
            if sent < len(head):
                self.sock.sendall(head[sent:])
                sent = len(head)
            if sent < len(head) + len(body):
                self.sock.sendall(memoryview(body)[sent - len(head) :])

    def send_file(self, fd: int, offset: int, length: int) -> None:
        """Send a range of a file; by the kernel on plain HTTP. ``CutShort`` if the file ends."""
        end = offset + length
        if self.tls or not hasattr(os, "sendfile"):
            self._send_read(fd, offset, end)
            return
        out = self.sock.fileno()
        with _timed():
            while offset < end:
                sent = os.sendfile(out, fd, offset, min(end - offset, 1 << 30))
                if not sent:
                    raise FileEnded
                offset += sent

    def _send_read(self, fd: int, offset: int, end: int) -> None:
        buffer = bytearray(FILE_CHUNK)
        view = memoryview(buffer)
        while offset < end:
            got = read_at(fd, view[: min(FILE_CHUNK, end - offset)], offset)
            if not got:
                raise FileEnded
            with _timed():
                self.sock.sendall(view[:got])
            offset += got

    # -- reading ----------------------------------------------------------------------------
    def read_head(self) -> str:
        """The status line and the headers of an answer; what follows stays in the buffer."""
        while True:
            found = self._buffer.find(b"\r\n\r\n", self._start, self._end)
            if found >= 0:
                head = str(self._view[self._start : found], "latin-1")
                self._start = found + 4
                return head
            self._fill_head()

    def _fill_head(self) -> None:
        if self._start == self._end:
            self._start = self._end = 0
        if self._end == len(self._buffer):
            self._make_room()
        with _timed():
            got = self.sock.recv_into(self._view[self._end :])
        if not got:
            raise NoAnswer if self._start == self._end else CutShort
        self._end += got

    def _make_room(self) -> None:
        kept = bytes(self._view[self._start : self._end])
        if len(kept) > MAX_HEAD:
            raise CutShort
        self._buffer = bytearray(max(2 * len(kept), HEAD_BUFFER))
        self._view = memoryview(self._buffer)
        self._buffer[: len(kept)] = kept
        self._start, self._end = 0, len(kept)

    def read_line(self) -> bytes:
        """A line of a chunked body, without its end."""
        while True:
            found = self._buffer.find(b"\r\n", self._start, self._end)
            if found >= 0:
                line = bytes(self._view[self._start : found])
                self._start = found + 2
                return line
            self._fill_head()

    def recv_into(self, view: memoryview, *, whole: bool = False) -> int:
        """Bytes of a body; ``whole`` waits until ``view`` is full. 0 when the peer has closed."""
        kept = self._end - self._start
        if kept:
            taken = min(kept, len(view))
            view[:taken] = self._view[self._start : self._start + taken]
            self._start += taken
            return taken
        with _timed():
            if self.tls:
                return int(self.sock.recv_into(view))
            flags = socket.MSG_WAITALL if whole and _KERNEL_TIMEOUTS else 0
            return int(self.sock.recv_into(view, 0, flags))

    @property
    def buffered(self) -> int:
        """Bytes that have come and were not read."""
        return self._end - self._start

    def is_stale(self) -> bool:
        """Whether the peer has closed it, or sent what nobody asked for."""
        if self.buffered or (self.tls and self.sock.pending):
            return True
        import select

        if not hasattr(select, "poll"):
            return bool(select.select([self.sock], [], [], 0)[0])
        poll = select.poll()  # takes file descriptors above 1023, which ``select`` does not
        poll.register(self.sock.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        """Close it; a read under way in another thread ends."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self.sock.close()


class FileEnded(OSError):
    """The file that is being sent is shorter than it was."""


class _timed:
    """Turns the kernel's "would block" of a timed-out socket into ``TimeoutError``."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, _trace: Any) -> None:
        if kind is not None and kind.__name__ in _WOULD_BLOCK:
            raise TimeoutError("the socket timed out") from error


#: Of a socket, and of one with TLS; by name, as plain HTTP need not pay for importing ``ssl``.
_WOULD_BLOCK = frozenset({"BlockingIOError", "SSLWantReadError", "SSLWantWriteError"})
_KERNEL_TIMEOUTS = sys.platform != "win32"


def read_at(fd: int, view: memoryview, offset: int) -> int:
    """Bytes of a file from ``offset``, without moving its position; 0 at its end."""
    if hasattr(os, "preadv"):
        return os.preadv(fd, [view], offset)
    with _SEEKING:  # Windows has no positioned read
        os.lseek(fd, offset, os.SEEK_SET)
        data = os.read(fd, len(view))
    view[: len(data)] = data
    return len(data)


_SEEKING = threading.Lock()


class Pool:
    """Open connections by address; the one used last is taken first."""

    def __init__(self, tls_context: Callable[[], ssl.SSLContext]) -> None:
        self._tls_context = tls_context
        self._lock = threading.Lock()
        self._idle: dict[Address, list[Connection]] = {}
        self._open: set[Connection] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether nothing may be dialled any more."""
        return self._closed

    def take(self, address: Address) -> Connection:
        """A connection that nobody uses; dials when there is none."""
        while True:
            with self._lock:
                waiting = self._idle.get(address)
                connection = waiting.pop() if waiting else None
            if connection is None:
                return self.dial(address)
            if time.monotonic() - connection.idle_since < IDLE_S or not connection.is_stale():
                return connection
            self.drop(connection)

    def dial(self, address: Address) -> Connection:
        """A new connection."""
        if self.closed:
            raise ConnectionAbortedError("the pool is closed")
        sock: Any = _connect(address)
        try:
            if address.tls:
                from hue_desktop.adapters.aws.s3.tls import TlsSocket

                sock = TlsSocket(sock, self._tls_context(), address.host)
            _set_timeouts(sock)
        except BaseException:
            sock.close()
            raise
        connection = Connection(sock, address.tls)
        with self._lock:
            if not self._closed:
                self._open.add(connection)
                return connection
        connection.close()
        raise ConnectionAbortedError("the pool is closed")

    def give_back(self, address: Address, connection: Connection) -> None:
        """Keep it for the next request."""
        connection.used = True
        connection.idle_since = time.monotonic()
        with self._lock:
            if not self._closed:
                self._idle.setdefault(address, []).append(connection)
                return
        self.drop(connection)

    def drop(self, connection: Connection) -> None:
        """Close it for good."""
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def close(self) -> None:
        """Close all, also those in use."""
        with self._lock:
            self._closed = True
            connections = list(self._open)
            self._open.clear()
            self._idle.clear()
        for connection in connections:
            connection.close()


def _connect(address: Address) -> socket.socket:
    host, port = (address.proxy or (address.host, address.port))[:2]
    sock = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.proxy is not None and address.tls:
            sock.settimeout(2 * CONNECT_TIMEOUT_S)
            _open_tunnel(sock, address, address.proxy[2])
        sock.settimeout(2 * CONNECT_TIMEOUT_S)  # for the TLS handshake
    except BaseException:
        sock.close()
        raise
    return sock


def _open_tunnel(sock: socket.socket, address: Address, authorization: str) -> None:
    """Ask an HTTP proxy for a tunnel (RFC 9110 §9.3.6)."""
    target = f"{address.host}:{address.port}"
    head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"
    if authorization:
        head += f"Proxy-Authorization: {authorization}\r\n"
    sock.sendall(f"{head}\r\n".encode("latin-1"))
    answer = b""
    while b"\r\n\r\n" not in answer:
        got = sock.recv(4096)
        if not got or len(answer) > MAX_HEAD:
            raise ConnectionRefusedError("the proxy closed the connection")
        answer += got
    if answer.split(b" ", 2)[1:2] != [b"200"]:
        said = answer.split(b"\r\n", 1)[0].decode("latin-1")
        raise ConnectionRefusedError(f"the proxy refused the tunnel: {said}")


def _set_timeouts(sock: Any) -> None:
    if not _KERNEL_TIMEOUTS:
        sock.settimeout(IO_TIMEOUT_S)
        return
    sock.settimeout(None)
    seconds = int(IO_TIMEOUT_S)
    timeval = struct.pack("ll", seconds, int((IO_TIMEOUT_S - seconds) * 1e6))
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        sock.setsockopt(socket.SOL_SOCKET, option, timeval)
