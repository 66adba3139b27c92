"""Writing a file's blocks through a pipeline of DataNodes."""

from __future__ import annotations

import struct
import threading
import time
from collections import deque
from collections.abc import Sequence
from itertools import repeat

from hue_desktop.adapters.hadoop.client_protocol import Block, ClientProtocol, Located, Node
from hue_desktop.adapters.hadoop.crc import crc_function
from hue_desktop.adapters.hadoop.datanodes import (
    CRC32C,
    WRITE,
    DataNodeRefused,
    DataNodes,
    Talk,
    client_header,
)
from hue_desktop.adapters.hadoop.protobuf import pack
from hue_desktop.core.errors import HueError, Refused, ServiceError, Throttled, Unreachable
from hue_desktop.core.file_systems import Refusal, Source
from hue_desktop.core.text import _

__all__ = ["write_file"]

PACKET_BYTES = 256 << 10
CHUNK = 512
OUTSTANDING = 32  #: packets that may be under way unacknowledged
PIPELINES = 4  #: how many sets of DataNodes are tried for a block
CLOSE_S = 60.0  #: for the NameNode to hear of the replicas
LEASE_S = 30.0
_SETUP_CREATE = 6
_STORAGE = {"DISK": 1, "SSD": 2, "ARCHIVE": 3, "RAM_DISK": 4, "PROVIDED": 5, "NVDIMM": 6}
_PACKET = struct.Struct(">iH")
_HEADER = struct.Struct("<BqBqBBBi")  #: PacketHeaderProto, whose fields have fixed lengths

_rooms = threading.local()


def write_file(
    protocol: ClientProtocol,
    datanodes: DataNodes,
    path: str,
    source: Source | None,
    *,
    parents: bool = True,
) -> tuple[int, int]:
    """Create a file (or replace it) with what a source holds: CRC32C and bytes."""
    block_size = protocol.defaults().block_size
    file_id = protocol.create(path, parents=parents)
    left = source.length if source is not None else 0
    crc = count = 0
    last: Block | None = None
    bad: list[Node] = []
    while source is not None and left:
        located, talk = _pipeline(protocol, datanodes, path, file_id, last, bad)
        length = min(left, block_size)
        try:
            crc, written = _Block(protocol, talk, located, path).write(source, length, crc)
        finally:
            datanodes.drop(talk)  # DataNodes close it after a block
        count += written
        left -= written
        block = located.block
        last = Block(block.pool, block.id, block.stamp, written)
    _complete(protocol, path, file_id, last)
    return crc, count


def _pipeline(
    protocol: ClientProtocol,
    datanodes: DataNodes,
    path: str,
    file_id: int,
    last: Block | None,
    bad: list[Node],
) -> tuple[Located, Talk]:
    """The next block, and the connection that its bytes go into."""
    previous = last.packed() if last is not None else None
    tried = 0
    while True:
        try:
            located = _add_block(protocol, path, file_id, previous, bad)
        except Refused as error:
            if bad and error.code == Refusal.NO_SPACE:
                raise _no_other(path, bad) from error
            raise
        if not located.nodes:
            raise _no_other(path, bad) if bad else _no_room(path)
        try:
            return located, _connected(protocol, datanodes, located)
        except HueError as error:
            tried += 1
            if not isinstance(error, (Unreachable, DataNodeRefused)) or tried >= PIPELINES:
                raise
            bad.append(_culprit(located, error))
            protocol.abandon_block(path, file_id, located.block)


def _add_block(
    protocol: ClientProtocol, path: str, file_id: int, previous: bytes | None, bad: Sequence[Node]
) -> Located:
    """addBlock, again while the NameNode has not heard of the block before."""
    deadline = time.monotonic() + CLOSE_S
    wait_s = 0.005
    while True:
        try:
            return protocol.add_block(path, file_id, previous, bad)
        except (ServiceError, Throttled) as error:
            if error.code != "NotReplicatedYetException" or time.monotonic() > deadline:
                raise
        protocol.namenodes.wait(wait_s)
        wait_s = min(0.4, wait_s * 2)


class _BadLink(DataNodeRefused):
    """The pipeline broke behind its first DataNode, at the one of that address."""

    def __init__(self, message: str, place: str) -> None:
        super().__init__(message)
        self.place = place


def _connected(protocol: ClientProtocol, datanodes: DataNodes, located: Located) -> Talk:
    first, *others = located.nodes
    kinds = [_STORAGE.get(each, 1) for each in located.storages] or [1] * len(located.nodes)
    ids = located.storage_ids or ("",) * len(located.nodes)
    message = pack(
        (
            (1, client_header(located.block, located.token, protocol.name)),
            *((2, node.message) for node in others),
            (4, _SETUP_CREATE),
            (5, len(located.nodes)),
            (6, 0),
            (7, 0),
            (8, located.block.stamp),
            (9, pack(((1, CRC32C), (2, CHUNK)))),
            (11, kinds[0]),
            *((12, kind) for kind in kinds[1:]),
            (16, ids[0] or None),
            *((17, each) for each in ids[1:] if each),
        )
    )
    talk, told = datanodes.begin(first, WRITE, message)
    place = told.text(2)
    if place:
        datanodes.drop(talk)
        raise _BadLink(_("DataNode {place} cannot be reached.").format(place=place), place)
    return talk


def _culprit(located: Located, error: HueError) -> Node:
    place = getattr(error, "place", "")
    for node in located.nodes:
        if place and f"{node.address[0]}:{node.address[1]}" in place:
            return node
    port = place.rpartition(":")[2]
    by_port = (node for node in located.nodes if port == str(node.address[1]))
    return next(by_port, located.nodes[0])


class _Block:
    """One block under way."""

    def __init__(self, protocol: ClientProtocol, talk: Talk, located: Located, path: str) -> None:
        self._protocol = protocol
        self._talk = talk
        self._located = located
        self._path = path
        self._under_way: deque[int] = deque()
        self._renewed = time.monotonic()

    def write(self, source: Source, length: int, crc: int) -> tuple[int, int]:
        """Send ``length`` bytes of the source: the CRC32C carried on, and how many it were."""
        crc32c = crc_function()
        space, slices = _room()
        offset = sequence = 0
        while offset < length:
            size = _filled(source, space[: min(PACKET_BYTES, length - offset)])
            if not size:
                raise Unreachable(_("The source of {path} ended early.").format(path=self._path))
            data = space[:size]
            crc = crc32c(data, crc)
            chunks = list(map(crc32c, slices[: size // CHUNK], repeat(0)))
            if size % CHUNK:
                chunks.append(crc32c(data[size // CHUNK * CHUNK :], 0))
            self._send(sequence, offset, data, struct.pack(f">{len(chunks)}I", *chunks))
            offset += size
            sequence += 1
            if len(self._under_way) >= OUTSTANDING:
                self._acknowledged()
            self._hold_lease()
        self._send(sequence, offset, space[:0], b"", last=True)
        while self._under_way:
            self._acknowledged()
        return crc, offset

    def _send(
        self, sequence: int, offset: int, data: memoryview, sums: bytes, *, last: bool = False
    ) -> None:
        header = _HEADER.pack(0x09, offset, 0x11, sequence, 0x18, last, 0x25, len(data))
        head = _PACKET.pack(4 + len(sums) + len(data), len(header)) + header + sums
        self._under_way.append(sequence)
        self._talk.send(head)
        if data:
            self._talk.send(data)

    def _acknowledged(self) -> None:
        """Wait for the acknowledgement of the oldest packet, from all DataNodes."""
        told = self._talk.message()
        if any(_statuses(told.get(2, []))):
            raise Unreachable(
                _("A DataNode failed while {path} was written.").format(path=self._path)
            )
        self._under_way.popleft()

    def _hold_lease(self) -> None:
        if time.monotonic() - self._renewed > LEASE_S:
            self._renewed = time.monotonic()
            self._protocol.renew_lease()


def _statuses(raw: list[int | bytes]) -> list[int]:
    """The replies, packed or not."""
    found: list[int] = []
    for each in raw:
        found += [each] if isinstance(each, int) else list(each)
    return found


def _complete(protocol: ClientProtocol, path: str, file_id: int, last: Block | None) -> None:
    """Close the file: the NameNode does so once a replica of the last block has been reported."""
    packed = last.packed() if last is not None else None
    deadline = time.monotonic() + CLOSE_S
    wait_s = 0.002
    while not protocol.complete(path, file_id, packed):
        if time.monotonic() > deadline:
            raise Unreachable(_("HDFS did not close {path} in time.").format(path=path))
        protocol.namenodes.wait(wait_s)
        wait_s = min(0.4, wait_s * 2)


def _filled(source: Source, room: memoryview) -> int:
    """Fill the room from the source, unless it ends."""
    filled = 0
    while filled < len(room):
        got = source.readinto(room[filled:])
        if not got:
            break
        filled += got
    return filled


def _room() -> tuple[memoryview, list[memoryview]]:
    """This thread's buffer, and its chunks cut out once: cutting costs more than their CRC."""
    room: tuple[memoryview, list[memoryview]] | None = getattr(_rooms, "room", None)
    if room is None:
        view = memoryview(bytearray(PACKET_BYTES))
        room = view, [view[at : at + CHUNK] for at in range(0, PACKET_BYTES, CHUNK)]
        _rooms.room = room
    return room


def _no_other(path: str, bad: Sequence[Node]) -> Unreachable:
    """All DataNodes but those that failed just now are full or gone; soon there may be others."""
    names = ", ".join(f"{node.address[0]}:{node.address[1]}" for node in bad)
    return Unreachable(
        _("{path} needs other DataNodes than {names}, which failed, and there are none.").format(
            path=path, names=names
        )
    )


def _no_room(path: str) -> Refused:
    return Refused(
        _("HDFS found no DataNode with room for a block of {path}.").format(path=path),
        code=Refusal.NO_SPACE,
        retryable=True,
    )
