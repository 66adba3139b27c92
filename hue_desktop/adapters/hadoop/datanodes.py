"""Talking to DataNodes about blocks: ``DataTransferProtocol`` (``datatransfer.proto``), version 28.

Connections stand for a few seconds after a read, and are used for the next one.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections import defaultdict

from hue_desktop.adapters.hadoop.asking import Address, StaleConnection
from hue_desktop.adapters.hadoop.client_protocol import Block, Located, Node
from hue_desktop.adapters.hadoop.protobuf import Fields, delimited, pack, unpack
from hue_desktop.core.errors import Cancelled, HueError, ProtocolError, Unreachable
from hue_desktop.core.file_systems import Connector, Stream
from hue_desktop.core.text import _

__all__ = ["CRC32C", "DataNodeRefused", "DataNodes", "Talk", "base_header"]

VERSION = 28
READ, WRITE, CHECKSUM = 81, 80, 85
CRC32C = 2
COMPOSITE = 2
IDLE_S = 2.5  #: DataNodes close what is idle for 4 s
MOST_IDLE = 16
BUFFER_BYTES = 2048  #: heads and checksums of packets; their data goes elsewhere
_OPERATION = struct.Struct(">HB")
_TOKEN_ERROR = 5


class DataNodeRefused(HueError):
    """A DataNode answered that it cannot do this; another one may. ``token``: ask for a new one."""

    def __init__(self, message: str, *, token: bool = False) -> None:
        super().__init__(message, retryable=True)
        self.token = token


class Talk:
    """One connection to a DataNode, with what was read ahead."""

    def __init__(self, address: Address, stream: Stream) -> None:
        self.address = address
        self.stream = stream
        self.reused = False
        self.idle_since = 0.0
        self.buffer = bytearray(BUFFER_BYTES)
        self.view = memoryview(self.buffer)
        self.start = self.end = 0

    def send(self, data: bytes | memoryview) -> None:
        """Send bytes."""
        try:
            self.stream.sendall(data)  # type: ignore[arg-type]  # any buffer will do
        except OSError as error:
            raise self.broken(error) from error

    def request(self, operation: int, message: bytes) -> None:
        """Send an operation."""
        self.send(_OPERATION.pack(VERSION, operation) + delimited(message))

    def need(self, count: int, welcome: int = 0) -> None:
        """Read on until so many bytes are ahead; they begin at ``start``. Up to ``welcome`` bytes
        may come at once."""
        if self.start == self.end:
            self.start = self.end = 0
        most = max(count, welcome)
        if self.start + most > len(self.buffer):
            held = bytes(self.view[self.start : self.end])
            self.buffer = bytearray(max(most, BUFFER_BYTES))
            self.view = memoryview(self.buffer)
            self.view[: len(held)] = held
            self.start, self.end = 0, len(held)
        while self.end - self.start < count:
            self.end += self.receive(self.view[self.end : self.start + most])

    def fill(self, room: memoryview) -> None:
        """Read just as many bytes as there is room for, past what is ahead."""
        held = min(self.end - self.start, len(room))
        room[:held] = self.view[self.start : self.start + held]
        self.start += held
        while held < len(room):
            held += self.receive(room[held:])

    def receive(self, room: memoryview) -> int:
        """Some bytes from the stream."""
        try:
            got = self.stream.recv_into(room)
        except OSError as error:
            raise self.broken(error) from error
        if not got:
            raise self.broken(None)
        self.reused = False
        return got

    def message(self) -> Fields:
        """The next message that comes behind its length."""
        length = shift = 0
        while True:
            self.need(1)
            byte = self.buffer[self.start]
            self.start += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 28:
                raise self.odd()
        self.need(length)
        told = unpack(self.view[self.start : self.start + length])
        self.start += length
        return told

    def answer(self) -> Fields:
        """The answer to an operation; ``DataNodeRefused`` when it is an error."""
        told = self.message()
        status = told.number(1)
        if status:
            reason = told.text(5) or _("status {n}").format(n=status)
            text = _("DataNode {host} refuses: {reason}").format(
                host=self.address[0], reason=reason.partition("\n")[0]
            )
            raise DataNodeRefused(text, token=status == _TOKEN_ERROR)
        return told

    def broken(self, error: OSError | None) -> Exception:
        """What a failure of the stream is."""
        if self.reused and not isinstance(error, TimeoutError):
            return StaleConnection()
        host, port = self.address
        if isinstance(error, TimeoutError):
            text = _("DataNode {host}:{port} has been silent for too long.")
        else:
            text = _("The connection to DataNode {host}:{port} was cut.")
        return Unreachable(text.format(host=host, port=port))

    def odd(self) -> ProtocolError:
        """What something else than the protocol is."""
        return ProtocolError(
            _("DataNode {host}:{port} cannot be understood.").format(
                host=self.address[0], port=self.address[1]
            ),
            remedy=_("It may want encrypted transfers; read this HDFS over WebHDFS then."),
        )

    def close(self) -> None:
        """Close; whoever waits on it fails."""
        shutdown = getattr(self.stream, "shutdown", None)
        with contextlib.suppress(OSError):
            if shutdown is not None:
                shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self.stream.close()


class DataNodes:
    """Connections to the DataNodes of one cluster."""

    def __init__(
        self, connector: Connector, *, timeout_s: float = 60.0, dial_timeout_s: float = 10.0
    ) -> None:
        self._connector = connector
        self._timeout_s = timeout_s
        self._dial_timeout_s = dial_timeout_s
        self._lock = threading.Lock()
        self._idle: dict[Address, list[Talk]] = defaultdict(list)
        self._busy: set[Talk] = set()
        self._closed = False

    def begin(self, node: Node, operation: int, message: bytes) -> tuple[Talk, Fields]:
        """Send an operation; the connection, and the DataNode's answer."""
        while True:
            talk = self._taken(node.address)
            try:
                talk.request(operation, message)
                return talk, talk.answer()
            except StaleConnection:
                self.drop(talk)
            except BaseException:
                self.drop(talk)
                raise

    def give_back(self, talk: Talk) -> None:
        """The operation has ended well: keep its connection."""
        talk.idle_since = time.monotonic()
        with self._lock:
            kept = self._idle[talk.address]
            keep = not self._closed and len(kept) < MOST_IDLE and talk.start == talk.end
            if keep:
                self._busy.discard(talk)
                kept.append(talk)
        if not keep:
            self.drop(talk)

    def drop(self, talk: Talk) -> None:
        """Close a connection."""
        with self._lock:
            self._busy.discard(talk)
        talk.close()

    def crc32c(self, located: Located) -> int | None:
        """The CRC32C of a block's bytes, composed of the checksums that a DataNode keeps of it.

        ``None`` when the block has no CRC32C, or no DataNode of it composes checksums.
        """
        options = pack(((1, COMPOSITE),))
        message = pack(((1, base_header(located.block, located.token)), (2, options)))
        for node in located.nodes:
            try:
                talk, told = self.begin(node, CHECKSUM, message)
            except HueError:
                continue
            self.give_back(talk)
            found = told.message(3)
            if found.number(4) != CRC32C or found.message(5).number(1, 1) != COMPOSITE:
                return None  # an older DataNode answers with its MD5
            value = found.data(3)
            return int.from_bytes(value[:4], "big") if len(value) >= 4 else None
        return None

    def close(self) -> None:
        """End all connections; calls under way fail."""
        with self._lock:
            self._closed = True
            talks = [each for kept in self._idle.values() for each in kept] + list(self._busy)
            self._idle.clear()
            self._busy.clear()
        for talk in talks:
            talk.close()

    def _taken(self, address: Address) -> Talk:
        while True:
            with self._lock:
                if self._closed:
                    raise Cancelled(_("The connection was closed."))
                kept = self._idle[address]
                talk = kept.pop() if kept else None
                if talk is not None:
                    self._busy.add(talk)
            if talk is None:
                break
            if time.monotonic() - talk.idle_since < IDLE_S:
                talk.reused = True
                return talk
            self.drop(talk)
        stream = self._connector.dial(*address, self._dial_timeout_s)
        stream.settimeout(self._timeout_s)
        talk = Talk(address, stream)
        with self._lock:
            self._busy.add(talk)
        return talk


def base_header(block: Block, token: bytes) -> bytes:
    """``BaseHeaderProto``."""
    return pack(((1, block.packed()), (2, token)))


def client_header(block: Block, token: bytes, client: str) -> bytes:
    """``ClientOperationHeaderProto``."""
    return pack(((1, base_header(block, token)), (2, client)))
