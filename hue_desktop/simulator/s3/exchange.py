"""HTTP/1.1 as the gate needs it: heads that are read, bodies that only pass through.

The gate must know where a message ends and what it asks for; it never needs a body. So heads are
parsed, bodies are moved in large blocks from one socket to the other, and of the chunked coding
just as much is understood as tells where it ends.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = [
    "BLOCK",
    "Broken",
    "Chunked",
    "Framing",
    "Head",
    "Sized",
    "Stream",
    "UntilClose",
    "parse",
]

BLOCK = 256 * 1024
_MAX_HEAD = 64 * 1024
_END = b"\r\n\r\n"


class Broken(Exception):
    """The peer closed in the middle of a message, or what it sent is no HTTP."""


@dataclass(frozen=True, slots=True)
class Head:
    """The start line and the headers of a message."""

    raw: bytes  #: as it came, with the empty line at its end
    line: tuple[str, str, str]  #: method, target, version; or version, status, reason
    fields: Mapping[str, str]  #: by lower-case name; of a repeated one the last

    @property
    def closes(self) -> bool:
        """Whether the connection ends after this message."""
        said = self.fields.get("connection", "").lower()
        old = "HTTP/1.0" in (self.line[0], self.line[2])
        return "close" in said or (old and "keep-alive" not in said)

    def framing(self) -> Framing | None:
        """How the body that follows is delimited; ``None`` when the head does not tell.

        Raises :class:`Broken` for a length that is none.
        """
        if "chunked" in self.fields.get("transfer-encoding", "").lower():
            return Chunked()
        length = self.fields.get("content-length")
        if length is None:
            return None
        if not (length.isascii() and length.isdecimal()):
            raise Broken(f"Content-Length is {length!r}")
        return Sized(int(length))


def parse(raw: bytes) -> Head:
    """A head from its bytes; raises :class:`Broken` when they are none."""
    first, *rest = raw[: -len(_END)].decode("latin-1").split("\r\n")
    line = first.split(" ", 2)
    if len(line) < 2:
        raise Broken(f"not HTTP: {first[:60]!r}")
    fields = {}
    for text in rest:
        name, colon, value = text.partition(":")
        if not colon:
            raise Broken(f"not a header: {text[:60]!r}")
        fields[name.lower()] = value.strip()
    return Head(raw, (line[0], line[1], line[2] if len(line) == 3 else ""), fields)


class Framing(Protocol):
    """Finds the end of a body in the bytes that pass."""

    @property
    def done(self) -> bool:
        """Whether the body has ended."""

    def take(self, block: memoryview) -> int:
        """How many of these bytes belong to the body; raises :class:`Broken` when none can."""


class Sized:
    """A body of a length that was told."""

    def __init__(self, size: int) -> None:
        self._left = size

    @property
    def done(self) -> bool:
        """Whether all of it has passed."""
        return self._left == 0

    def take(self, block: memoryview) -> int:
        """The bytes up to the length."""
        taken = min(len(block), self._left)
        self._left -= taken
        return taken


class UntilClose:
    """A body that ends with its connection."""

    done = False

    def take(self, block: memoryview) -> int:
        """Everything."""
        return len(block)


class Chunked:
    """A body in the chunked coding (RFC 9112, section 7.1), trailer included."""

    def __init__(self) -> None:
        self._left = 0  # bytes of the chunk, with the line end behind it
        self._line = bytearray()
        self._in_trailer = False
        self.done = False

    def take(self, block: memoryview) -> int:
        """The bytes up to the end of the trailer."""
        at = 0
        while at < len(block) and not self.done:
            if self._left:
                step = min(self._left, len(block) - at)
                self._left -= step
                at += step
                continue
            self._line.append(block[at])
            at += 1
            if self._line.endswith(b"\r\n"):
                self._end_line(bytes(self._line[:-2]))
                self._line.clear()
            elif len(self._line) > _MAX_HEAD:
                raise Broken("a chunk's size line without an end")
        return at

    def _end_line(self, line: bytes) -> None:
        if self._in_trailer:
            self.done = not line
            return
        size = line.partition(b";")[0].strip()
        try:
            length = int(size, 16)
        except ValueError:
            raise Broken(f"a chunk of size {size[:20]!r}") from None
        if length < 0:
            raise Broken("a chunk of negative size")
        self._in_trailer = length == 0
        self._left = length + 2 if length else 0


class Stream:
    """A connected socket with what was read ahead."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray(BLOCK)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0

    async def head(self) -> Head | None:
        """The next head; ``None`` when the peer has closed between two messages.

        Raises :class:`Broken` for half a head and for what is none.
        """
        while True:
            found = self._buffer.find(_END, self._start, self._end)
            if found >= 0:
                raw = bytes(self._view[self._start : found + len(_END)])
                self._start = found + len(_END)
                return parse(raw)
            if self._end - self._start > _MAX_HEAD:
                raise Broken("the head is too large")
            if not await self._fill():
                if self._start == self._end:
                    return None
                raise Broken("closed in the middle of a head")

    async def block(self) -> memoryview:
        """Some bytes, valid until the next call; empty at the end."""
        if self._start == self._end:
            self._start = self._end = 0
            await self._fill()
        block = self._view[self._start : self._end]
        self._start = self._end
        return block

    def put_back(self, count: int) -> None:
        """Keep the last bytes of a block for the next message."""
        self._start -= count

    async def send(self, data: bytes | memoryview) -> None:
        """Send all of it."""
        await self._loop.sock_sendall(self.socket, data)

    def waits_for_reader(self) -> bool:
        """Whether the peer has sent something, or closed, that nobody has read."""
        if self._start < self._end:
            return True
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            return True
        return True

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()

    async def _fill(self) -> bool:
        """Read more behind what is there; whether anything came."""
        if self._start and self._end == len(self._buffer):
            held = self._end - self._start
            self._buffer[:held] = self._buffer[self._start : self._end]
            self._start, self._end = 0, held
        count = await self._loop.sock_recv_into(self.socket, self._view[self._end :])
        self._end += count
        return count > 0
