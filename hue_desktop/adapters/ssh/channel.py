"""A forwarded channel as a socket: for our own HTTP, and for libraries that want a file of it."""

from __future__ import annotations

import contextlib
import io
import socket
from typing import Any, cast

__all__ = ["ChannelSocket"]

PIECE_BYTES = 32 * 1024 - 64  #: what fits into one SSH packet of the usual size


class ChannelSocket:
    """Behaves as a connected ``socket`` as far as HTTP and Thrift clients go.

    It counts the files made of it: ``close`` while one of them is still read would close the
    channel under it, and its last bytes would be lost without an error.
    """

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._io_refs = 0
        self._closed = False

    @property
    def ended(self) -> bool:
        """Whether the other side has nothing more to say, or has said something unasked."""
        channel = self._channel
        return bool(channel.closed or channel.eof_received or channel.recv_ready())

    def sendall(self, data: Any, _flags: int = 0) -> None:
        """Send all of a buffer."""
        view = memoryview(data).cast("B")
        at = 0
        while at < len(view):
            at += self._sent(bytes(view[at : at + PIECE_BYTES]))

    def send(self, data: Any, _flags: int = 0) -> int:
        """Send some of a buffer; how much."""
        return self._sent(bytes(memoryview(data).cast("B")[:PIECE_BYTES]))

    def recv(self, count: int, _flags: int = 0) -> bytes:
        """Some bytes; none at the end. ``ConnectionResetError`` when the tunnel is gone."""
        try:
            got = bytes(self._channel.recv(count))
        except EOFError as error:  # it told the other side how much it may send now
            raise ConnectionResetError("the SSH connection has ended") from error
        if not got and not self._alive():
            raise ConnectionResetError("the SSH connection has ended")
        return got

    def recv_into(self, buffer: Any, nbytes: int = 0, _flags: int = 0) -> int:
        """Some bytes into a buffer; how many."""
        view = memoryview(buffer).cast("B")
        got = self.recv(nbytes or len(view))
        view[: len(got)] = got
        return len(got)

    def settimeout(self, timeout_s: float | None) -> None:
        """How long each call may wait."""
        self._channel.settimeout(timeout_s)

    def gettimeout(self) -> float | None:
        """What ``settimeout`` was given."""
        return cast("float | None", self._channel.gettimeout())

    def setsockopt(self, *_option: Any) -> None:
        """Options are the SSH connection's."""

    def makefile(self, mode: str = "rb", buffering: int = -1) -> Any:
        """A binary file of it; the channel is closed when it and all its files are."""
        raw = socket.SocketIO(cast("socket.socket", self), "w" if "w" in mode else "r")
        self._io_refs += 1
        if buffering == 0:
            return raw
        size = buffering if buffering > 0 else io.DEFAULT_BUFFER_SIZE
        return io.BufferedWriter(raw, size) if "w" in mode else io.BufferedReader(raw, size)

    def shutdown(self, _how: int) -> None:
        """Wake whoever waits, and end it."""
        with contextlib.suppress(EOFError, OSError):
            self._channel.close()

    def close(self) -> None:
        """Close the channel once no file of it is open any more."""
        self._closed = True
        self._close_unused()

    def fileno(self) -> int:
        """A channel has no descriptor that carries its bytes."""
        return -1

    def _decref_socketios(self) -> None:
        """``socket.SocketIO`` says that a file was closed."""
        self._io_refs = max(0, self._io_refs - 1)
        self._close_unused()

    def _sent(self, piece: bytes) -> int:
        try:
            return int(self._channel.send(piece))
        except EOFError as error:  # paramiko's word for a connection that is gone
            raise ConnectionResetError("the SSH connection has ended") from error

    def _close_unused(self) -> None:
        if self._closed and not self._io_refs:
            with contextlib.suppress(EOFError, OSError):  # with the connection it is closed anyway
                self._channel.close()

    def _alive(self) -> bool:
        transport = self._channel.get_transport()
        return bool(self._closed or (transport is not None and transport.is_active()))
