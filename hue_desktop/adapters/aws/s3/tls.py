"""TLS over a socket that is read and written in large pieces.

Python's own TLS sockets read each record (16 KiB) with two system calls and write each with one.
Here the records pass through memory, some dozens at a time.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    import ssl

__all__ = ["TlsSocket"]

PIECE = 256 * 1024


class TlsSocket:
    """What a connection needs of a socket. Used by one thread, but ``close`` by any."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> None:
        import ssl  # here, so that who speaks plain HTTP does not pay for it

        self._sock = sock
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._piece = memoryview(bytearray(PIECE))
        self._handshake()

    def _handshake(self) -> None:
        import ssl

        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            else:
                self._flush()
                return

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._sock.sendall(self._outgoing.read())

    def _fill(self) -> None:
        got = self._sock.recv_into(self._piece)
        if got:
            self._incoming.write(self._piece[:got])
        else:
            self._incoming.write_eof()

    def sendall(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt and send."""
        import ssl

        view = memoryview(data)
        for start in range(0, len(view), PIECE):
            piece = view[start : start + PIECE]
            while piece:
                try:
                    piece = piece[self._tls.write(piece) :]
                except ssl.SSLWantReadError:  # the peer renews its keys
                    self._flush()
                    self._fill()
            self._flush()

    def recv_into(self, view: memoryview) -> int:
        """What has come, at least one byte; 0 when the peer has closed."""
        import ssl

        total = 0
        while total < len(view):
            try:
                got = self._tls.read(len(view) - total, view[total:])
            except ssl.SSLWantReadError:
                if total:
                    return total
                self._flush()
                self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return total
            else:
                if not got:
                    return total
                total += int(got)
        return total

    @property
    def pending(self) -> int:
        """Bytes that have come and were not asked for."""
        return self._tls.pending() + self._incoming.pending

    def fileno(self) -> int:
        """Of the socket below."""
        return self._sock.fileno()

    def settimeout(self, timeout_s: float | None) -> None:
        """Of the socket below."""
        self._sock.settimeout(timeout_s)

    def setsockopt(self, level: int, option: int, value: bytes) -> None:
        """Of the socket below."""
        self._sock.setsockopt(level, option, value)

    def shutdown(self, how: int) -> None:
        """Of the socket below: a read under way ends."""
        self._sock.shutdown(how)

    def close(self) -> None:
        """Close the socket below; what was asked for has come, so nobody waits for a farewell."""
        with contextlib.suppress(OSError):
            self._sock.close()
