"""Reading a file's blocks from DataNodes; each chunk is held against its checksum."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable

from hue_desktop.adapters.hadoop.client_protocol import Located, Node
from hue_desktop.adapters.hadoop.crc import chunks_agree, crc_function
from hue_desktop.adapters.hadoop.datanodes import (
    READ,
    DataNodeRefused,
    DataNodes,
    client_header,
)
from hue_desktop.adapters.hadoop.protobuf import delimited, pack, unpack
from hue_desktop.core.errors import HueError, ProtocolError, Refused, Unreachable
from hue_desktop.core.storage import Checksum
from hue_desktop.core.text import _

__all__ = ["BlockSource"]

ROUNDS = 4  #: how often all places of a block are tried
MOST_PACKET = 32 << 20
MOST_AT_ONCE = 256 << 10  #: a few packets: each call has its price above us, too
_LENGTHS = struct.Struct(">iH")
_HEADER = struct.Struct("<BqBqBBBi")  #: PacketHeaderProto, whose fields have fixed lengths
_CHECKSUM_OK = delimited(pack(((1, 6),)))
_NONE, _CRC32 = 0, 1


class BlockSource:
    """The ``Source`` port over blocks. A DataNode that fails is replaced by another in the middle.

    ``locate`` asks the NameNode again for the blocks from an offset on; ``pause`` waits before
    the n-th round.
    """

    def __init__(
        self,
        datanodes: DataNodes,
        path: str,
        blocks: list[Located],
        offset: int,
        length: int,
        client: str,
        locate: Callable[[int], list[Located]],
        pause: Callable[[int], None],
        modified: float | None,
        *,
        is_whole: bool = False,
    ) -> None:
        self.offset = offset
        self.length = length
        self.modified = modified
        #: told once all of the file has been read: its chunks were held against HDFS's own
        self.checksum: Checksum | None = None
        self._is_whole = is_whole
        self._crc32c = 0
        self._datanodes = datanodes
        self._path = path
        self._blocks = blocks
        self._client = client
        self._locate = locate
        self._pause = pause
        self._done = 0
        self._reader: _BlockReader | None = None
        self._bad: set[Node] = set()
        self._rounds = 0
        self._closed = False

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill as much as is there now; 0 at the end."""
        while self._done < self.length:
            if self._closed:
                raise Unreachable(_("{path} has been closed.").format(path=self._path))
            try:
                if self._reader is None:
                    self._reader = self._next()
                got = self._reader.readinto(buffer)
            except (Unreachable, DataNodeRefused, ProtocolError) as error:
                self._lost(error)
                continue
            if got:
                self._done += got
                if self._is_whole:
                    self._crc32c = crc_function()(buffer[:got], self._crc32c)
                if self._done == self.length:
                    self._end()
                    if self._is_whole:
                        self.checksum = Checksum("CRC32C", f"{self._crc32c:08x}")
                return got
            self._end()  # of this block
        return 0

    def fileno(self) -> int:
        """No descriptor: the bytes come in packets."""
        return -1

    def advance(self, count: int, /) -> None:
        """Nothing to do: nobody reads behind our back."""

    def close(self) -> None:
        """Drop the connection if there is more to come."""
        self._closed = True
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.drop()

    def _next(self) -> _BlockReader:
        """Begin with the block where we are, at a place that has not failed yet."""
        at = self.offset + self._done
        block = next(
            (each for each in self._blocks if each.offset <= at < each.offset + each.block.length),
            None,
        )
        if block is None:
            raise Unreachable(_("A block of {path} is not known.").format(path=self._path))
        fit = (each for each in block.nodes if not self._bad or each not in self._bad)
        node = next(fit, None)
        if node is None:
            raise Unreachable(
                _("A block of {path} cannot be read: no live DataNode has it.").format(
                    path=self._path
                ),
                remedy=_("Bring its DataNodes back; if they are gone, the data is lost."),
            )
        start = at - block.offset
        length = min(block.block.length - start, self.length - self._done)
        try:
            return _BlockReader(self._datanodes, node, block, start, length, self._client)
        except HueError:
            self._bad.add(node)
            raise

    def _lost(self, error: HueError) -> None:
        """After a failure: the next place, or a new round with what the NameNode knows then."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.drop()
            self._bad.add(reader.node)
        at = self.offset + self._done
        left = any(
            each.offset <= at < each.offset + each.block.length and set(each.nodes) - self._bad
            for each in self._blocks
        )
        if left and not (isinstance(error, DataNodeRefused) and error.token):
            return
        self._rounds += 1
        if self._rounds >= ROUNDS:
            if isinstance(error, DataNodeRefused):
                raise Refused(
                    _("A block of {path} cannot be read.").format(path=self._path),
                    code="BlockMissingException",
                    remedy=error.message,
                    retryable=True,
                ) from error
            raise error
        self._pause(self._rounds)
        self._bad.clear()
        self._blocks = self._locate(at)

    def _end(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.finish()


class _BlockReader:
    """One range of one block from one DataNode."""

    def __init__(
        self,
        datanodes: DataNodes,
        node: Node,
        located: Located,
        start: int,
        length: int,
        client: str,
    ) -> None:
        header = client_header(located.block, located.token, client)
        message = pack(((1, header), (2, start), (3, length), (4, True)))
        self.node = node
        self._datanodes = datanodes
        self._left = length
        self._talk, told = datanodes.begin(node, READ, message)
        info = told.message(4)
        kind = info.message(1).number(1)
        self._chunk = 0 if kind == _NONE else info.message(1).number(2, 512)
        self._crc = crc_function("crc32" if kind == _CRC32 else "crc32c")
        self._skip = start - info.number(2, start)  #: bytes of the first chunk before the range
        self._room = _taken_room()
        self._at = self._end = 0  #: what of the packet at hand is still to be given
        self._welcome = 0
        self._failed: HueError | None = None
        self._seen_last = False

    def readinto(self, buffer: memoryview) -> int:
        """Fill from the packet at hand and some more; 0 at the end of the range.

        Nothing has been given when it raises; what came before a failure is given first.
        """
        room = min(len(buffer), self._left, MOST_AT_ONCE)
        filled = 0
        while filled < room:
            if self._at == self._end:
                if self._failed is None:
                    self._failed = self._next_packet()
                if self._failed is None:
                    continue
                if filled:
                    break
                raise self._failed
            count = min(self._end - self._at, room - filled)
            buffer[filled : filled + count] = self._room[self._at : self._at + count]
            self._at += count
            filled += count
        self._left -= filled
        return filled

    def finish(self) -> None:
        """Read to the last packet, say that all was well, and let the next use the connection."""
        talk = self._talk
        try:
            while not self._seen_last:
                self._packet()
            talk.send(_CHECKSUM_OK)
        except (HueError, OSError):
            self._datanodes.drop(talk)
        else:
            self._datanodes.give_back(talk)
        _ROOMS.append(self._room)

    def drop(self) -> None:
        """Give the connection up."""
        self._datanodes.drop(self._talk)

    def _next_packet(self) -> HueError | None:
        """Read the next packet; why it could not be."""
        if self._seen_last:
            return self._talk.odd()  # before all has come
        try:
            self._packet()
        except HueError as error:
            return error
        return None

    def _packet(self) -> None:
        """Read the next packet and hold its chunks against their checksums."""
        talk = self._talk
        talk.need(6, self._welcome)
        length, header_length = _LENGTHS.unpack_from(talk.buffer, talk.start)
        if not 4 <= length <= MOST_PACKET:
            raise talk.odd()
        self._at = self._end = 0
        talk.need(6 + header_length)
        at = talk.start + 6
        size, self._seen_last = _header(talk.view[at : at + header_length])
        sums_length = length - 4 - size
        if sums_length < 0 or size < 0:
            raise talk.odd()
        talk.need(6 + header_length + sums_length)
        at = talk.start + 6 + header_length  # making room may have moved it
        sums = bytes(talk.view[at : at + sums_length])
        self._welcome = 6 + header_length + sums_length  # the next one's are mostly as long
        talk.start = at + sums_length
        if size > len(self._room):
            self._room = memoryview(bytearray(size))
        talk.fill(self._room[:size])
        if self._chunk and size:
            self._verify(sums, size)
        skip = min(self._skip, size)
        self._skip -= skip
        self._at, self._end = skip, size

    def _verify(self, sums: bytes, size: int) -> None:
        if not chunks_agree(self._crc, self._room[:size], self._chunk, sums):
            raise DataNodeRefused(
                _("DataNode {host} sent bytes that do not fit their checksum.").format(
                    host=self.node.host
                )
            )


_ROOMS: deque[memoryview] = deque(maxlen=64)  #: where packets' data is put; rooms nobody uses


def _taken_room() -> memoryview:
    try:
        return _ROOMS.pop()
    except IndexError:
        return memoryview(bytearray(64 << 10))


def _header(data: memoryview) -> tuple[int, bool]:
    """A packet header's data length, and whether it is the last packet of the range."""
    if len(data) >= _HEADER.size and data[0] == 0x09 and data[18] == 0x18 and data[20] == 0x25:
        fields = _HEADER.unpack_from(data)
        return fields[7], bool(fields[5])
    told = unpack(data)
    return told.number(4), bool(told.number(3))
