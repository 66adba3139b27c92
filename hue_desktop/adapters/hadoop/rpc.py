"""Hadoop's RPC: calls to a NameNode over dialled streams, with simple authentication.

Wire form: ``hadoop-common/src/site/markdown/…/RpcHeader.proto`` and ``IpcConnectionContext.proto``
of Hadoop 2 and 3 (version 9). A call that is sent again keeps its number, and the NameNode then
answers from its retry cache instead of doing it twice.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import threading
import time
import uuid
from collections.abc import Sequence

from hue_desktop.adapters.hadoop.asking import Address, Asking, StaleConnection
from hue_desktop.adapters.hadoop.protobuf import (
    Fields,
    Value,
    delimited,
    pack,
    read_varint,
    unpack,
    zigzag,
)
from hue_desktop.adapters.hadoop.remote_errors import from_exception
from hue_desktop.core.errors import AccessDenied, Cancelled, HueError, ProtocolError, Unreachable
from hue_desktop.core.file_systems import Connector, Stream
from hue_desktop.core.text import _

__all__ = ["RpcNameNodes"]

PROTOCOL = "org.apache.hadoop.hdfs.protocol.ClientProtocol"
CONTEXT_CALL = -3
MOST_ANSWER = 128 << 20
IDLE_S = 8.0  #: servers close what is idle for 10 s
MOST_IDLE = 64
_LENGTH = struct.Struct(">i")


class RpcNameNodes(Asking):
    """The NameNodes of one HDFS, asked by RPC as one user."""

    def __init__(
        self,
        connector: Connector,
        addresses: Sequence[Address],
        user: str,
        *,
        timeout_s: float = 60.0,
        dial_timeout_s: float = 10.0,
        attempts: int = 5,
    ) -> None:
        super().__init__(addresses, attempts=attempts)
        self.connector = connector
        self.user = user
        self.timeout_s = timeout_s
        self.dial_timeout_s = dial_timeout_s
        self._client_id = uuid.uuid4().bytes
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._idle: list[_Line] = []
        self._busy: set[_Line] = set()

    def call(self, method: str, *fields: tuple[int, Value], what: str = "") -> Fields:
        """The answer's fields. ``what``: the path, for sentences."""
        number = next(self._numbers) & 0x3FFFFFFF
        request = pack(fields)
        tries = itertools.count()
        return self.run(lambda: self._once(method, request, number, next(tries), what or method))

    def close(self) -> None:
        """End all connections and all waiting."""
        super().close()
        with self._lock:
            lines = [*self._idle, *self._busy]
            self._idle.clear()
            self._busy.clear()
        for line in lines:
            line.close()

    def _once(self, method: str, request: bytes, number: int, tried: int, what: str) -> Fields:
        line = self._taken()
        try:
            header = pack(
                (
                    (1, 2),  # rpcKind: protocol buffers
                    (2, 0),  # rpcOp: the whole call
                    (3, zigzag(number)),
                    (4, self._client_id),
                    (5, zigzag(tried)),
                )
            )
            target = pack(((1, method), (2, PROTOCOL), (3, 1)))
            line.send(delimited(header) + delimited(target) + delimited(request))
            answer = line.answer(what)
        except HueError as error:
            if isinstance(error, _Said):
                self._give_back(line)
                raise error.error from None
            self._drop(line)
            raise
        except BaseException:
            self._drop(line)
            raise
        self._give_back(line)
        return answer

    def _taken(self) -> _Line:
        address = self.address
        while True:
            with self._lock:
                line = self._idle.pop() if self._idle else None
                if line is not None:
                    self._busy.add(line)
            if line is None:
                break
            if line.address == address and time.monotonic() - line.idle_since < IDLE_S:
                line.reused = True
                return line
            self._drop(line)
        stream = self.connector.dial(*address, self.dial_timeout_s)
        stream.settimeout(self.timeout_s)
        line = _Line(address, stream)
        with self._lock:
            self._busy.add(line)
        if self._closed.is_set():
            self._drop(line)
            raise Cancelled(_("The connection was closed."))
        try:
            line.introduce(self.user, self._client_id)
        except BaseException:
            self._drop(line)
            raise
        return line

    def _give_back(self, line: _Line) -> None:
        line.idle_since = time.monotonic()
        with self._lock:
            keep = not self._closed.is_set() and len(self._idle) < MOST_IDLE
            if keep:
                self._busy.discard(line)
                self._idle.append(line)
        if not keep:
            self._drop(line)

    def _drop(self, line: _Line) -> None:
        with self._lock:
            self._busy.discard(line)
        line.close()


class _Said(HueError):
    """The NameNode answered with an exception: the connection stands."""

    def __init__(self, error: HueError) -> None:
        super().__init__(error.message)
        self.error = error


class _Line:
    """One connection; one call at a time."""

    def __init__(self, address: Address, stream: Stream) -> None:
        self.address = address
        self.reused = False
        self.idle_since = 0.0
        self._stream = stream
        self._introduction = b""
        self._ahead = b""

    def introduce(self, user: str, client_id: bytes) -> None:
        """The connection's head and context, which go out with the first call."""
        header = pack(((1, 2), (2, 0), (3, zigzag(CONTEXT_CALL)), (4, client_id), (5, zigzag(-1))))
        context = pack(((2, pack(((1, user),))), (3, PROTOCOL)))
        body = delimited(header) + delimited(context)
        self._introduction = b"hrpc\x09\x00\x00" + _LENGTH.pack(len(body)) + body

    def send(self, body: bytes) -> None:
        """Send a call."""
        data = self._introduction + _LENGTH.pack(len(body)) + body
        self._introduction = b""
        try:
            self._stream.sendall(data)
        except OSError as error:
            raise self._broken(error) from error

    def answer(self, what: str) -> Fields:
        """The answer to the call; ``_Said`` when it is an exception."""
        (length,) = _LENGTH.unpack(self._read(4))
        if not 0 < length <= MOST_ANSWER:
            raise self._odd()
        data = memoryview(self._read(length))
        size, at = read_varint(data, 0)
        header = unpack(data[at : at + size])
        at += size
        status = header.number(2)
        if status:
            error = from_exception(
                header.text(4).rpartition(".")[2].rpartition("$")[2], header.text(5), what
            )
            if status == 2:  # FATAL: the server closes
                if "AccessControl" in header.text(4) or "Authenti" in header.text(5):
                    raise _no_proof()
                raise error
            raise _Said(error)
        if at >= len(data):
            return Fields()
        size, at = read_varint(data, at)
        return unpack(data[at : at + size])

    def close(self) -> None:
        """Close; whoever waits on it fails."""
        shutdown = getattr(self._stream, "shutdown", None)
        with contextlib.suppress(OSError):
            if shutdown is not None:
                shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._stream.close()

    def _read(self, count: int) -> bytes:
        ahead, self._ahead = self._ahead, b""
        data = bytearray(max(count, 8192))
        view = memoryview(data)
        view[: len(ahead)] = ahead
        filled = len(ahead)
        while filled < count:
            try:
                got = self._stream.recv_into(view[filled:])
            except OSError as error:
                raise self._broken(error) from error
            if not got:
                raise self._broken(None)
            filled += got
        self.reused = False
        self._ahead = bytes(view[count:filled])
        return bytes(view[:count])

    def _broken(self, error: OSError | None) -> Exception:
        host, port = self.address
        if self.reused and not isinstance(error, TimeoutError):
            return StaleConnection()
        if isinstance(error, TimeoutError):
            text = _("{host}:{port} has been silent for too long.")
        else:
            text = _("The connection to {host}:{port} was cut.")
        return Unreachable(text.format(host=host, port=port))

    def _odd(self) -> ProtocolError:
        host, port = self.address
        return ProtocolError(
            _("{host}:{port} does not speak Hadoop’s RPC.").format(host=host, port=port),
            remedy=_("Check the port: NameNodes listen on 8020; 9870 is for webhdfs://."),
        )


def _no_proof() -> AccessDenied:
    return AccessDenied(
        _("HDFS wants a proof of who we are (Kerberos), which Hue Desktop has not."),
        remedy=_("Use a gateway that accepts a user name, such as HttpFS, if there is one."),
    )
