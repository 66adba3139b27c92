"""Reading ``DirectoryListingProto`` with locations straight into the columns of a block table.

A million files come in thousands of answers of a megabyte each; general decoding would make some
forty objects for each file. Field numbers are those of ``hdfs.proto``.
"""

from __future__ import annotations

from collections.abc import Mapping

from hue_desktop.adapters.hadoop.protobuf import Fields, read_varint, unpack
from hue_desktop.core.errors import ProtocolError
from hue_desktop.core.shrink.blocks import BlockTableBuilder
from hue_desktop.core.text import _

__all__ = ["ListingReader"]

_MOST_MESSAGES = 20_000  #: a DataNode's message changes with its heartbeats
_POLICIES = {1: (6, 3), 2: (3, 2), 3: (6, 3), 4: (2, 1), 5: (10, 4)}  #: HDFS's own, by id


class ListingReader:
    """Fills a builder. ``numbers`` are the table's numbers of DataNodes by ``ip:port``.

    For one thread at a time.
    """

    def __init__(self, builder: BlockTableBuilder, numbers: Mapping[str, int]) -> None:
        self.builder = builder
        self._numbers = numbers
        self._messages: dict[bytes, int] = {}

    def add(self, folder: int, data: bytes) -> tuple[list[bytes], bytes, int]:
        """Take a page of a folder: its sub-folders' names, the last name, how many remain."""
        folders: list[bytes] = []
        last, remaining = b"", 0
        at, end = 0, len(data)
        try:
            while at < end:
                key = data[at]
                at += 1
                if key == 0x0A:
                    length = data[at]
                    at += 1
                    if length > 0x7F:
                        length, at = read_varint(data, at - 1)
                    last = self._entry(folder, data, at, at + length, folders)
                    at += length
                elif key == 0x10:
                    remaining, at = read_varint(data, at)
                else:
                    at = _past(data, key, at)
        except IndexError as error:
            raise _odd() from error
        if at != end:
            raise _odd()
        return folders, last, remaining

    def _entry(self, folder: int, data: bytes, at: int, end: int, folders: list[bytes]) -> bytes:
        """``HdfsFileStatusProto``; its name."""
        kind = size = factor = 0
        units = 1
        name, located, until = b"", 0, 0
        while at < end:
            key = data[at]
            at += 1
            if key & 7 == 0 and key < 0x80:
                value = data[at]
                at += 1
                if value > 0x7F:
                    value, at = read_varint(data, at - 1)
                if key == 0x08:
                    kind = value
                elif key == 0x18:
                    size = value
                elif key == 0x50:
                    factor = value
                continue
            if key > 0x7F:
                key, at = read_varint(data, at - 1)
            if key & 7 != 2:
                at = _past(data, key, at)
                continue
            length = data[at]
            at += 1
            if length > 0x7F:
                length, at = read_varint(data, at - 1)
            if key == 0x12:
                name = data[at : at + length]
            elif key == 0x62:
                located, until = at, at + length
            elif key == 0x8A:  # 17: the erasure coding policy
                units, factor = _units(unpack(data[at : at + length]))
            at += length
        if kind == 1:
            folders.append(name)
        elif kind == 2:
            self._file(folder, name, size, factor, units, data, located, until)
        return name

    def _file(
        self,
        folder: int,
        name: bytes,
        size: int,
        factor: int,
        units: int,
        data: bytes,
        at: int,
        end: int,
    ) -> None:
        """A file and its ``LocatedBlocksProto``."""
        blocks: list[tuple[int, int]] = []
        writing = False
        while at < end:
            key = data[at]
            at += 1
            if key == 0x12:
                length = data[at]
                at += 1
                if length > 0x7F:
                    length, at = read_varint(data, at - 1)
                blocks.append((at, at + length))
                at += length
            elif key == 0x18:
                writing = bool(data[at])
                at += 1
            else:
                at = _past(data, key, at)
        self.builder.add_file(folder, name, size, factor, writing=writing, units=units)
        for begin, until in blocks:
            self._block(data, begin, until)

    def _block(self, data: bytes, at: int, end: int) -> None:
        """``LocatedBlockProto``."""
        size = 0
        holders: list[int] = []
        while at < end:
            key = data[at]
            at += 1
            if key & 7 != 2:
                if key == 0x20 and data[at]:
                    holders = []  # no replica is sound
                    break
                at = _past(data, key, at)
                continue
            length = data[at]
            at += 1
            if length > 0x7F:
                length, at = read_varint(data, at - 1)
            if key == 0x1A:
                message = data[at : at + length]
                number = self._messages.get(message)
                if number is None:
                    number = self._holder(message)
                if number not in holders:
                    holders.append(number)
            elif key == 0x0A:
                size = _length(data, at, at + length)
            at += length
        self.builder.add_block(size, holders)

    def _holder(self, message: bytes) -> int:
        """``DatanodeInfoProto``: read once, then known by its bytes."""
        if len(self._messages) > _MOST_MESSAGES:
            self._messages.clear()
        told = unpack(message).message(1)
        number = self._numbers.get(f"{told.text(1)}:{told.number(4)}")
        if number is None:  # it joined after the DataNodes were asked for
            number = self.builder.host((told.text(2) or told.text(1)).lower())
        self._messages[message] = number
        return number


def _length(data: bytes, at: int, end: int) -> int:
    """``numBytes`` of an ``ExtendedBlockProto``."""
    while at < end:
        key = data[at]
        at += 1
        if key == 0x20:
            return read_varint(data, at)[0]
        at = _past(data, key, at)
    return 0


def _units(policy: Fields) -> tuple[int, int]:
    """Data units, and data with parity units, of an ``ErasureCodingPolicyProto``."""
    schema = policy.message(2)
    data, parity = schema.number(2), schema.number(3)
    if not data:
        data, parity = _POLICIES.get(policy.number(4), (0, 0))
    words = policy.text(1).split("-")
    if not data and len(words) >= 3 and words[-3].isdigit() and words[-2].isdigit():
        data, parity = int(words[-3]), int(words[-2])
    return (data, data + parity) if data else (1, 1)


def _past(data: bytes, key: int, at: int) -> int:
    """Where the next field begins.

    ``key`` may be the first byte of a longer one: only then the byte before ``at`` is it, too.
    """
    if key > 0x7F and data[at - 1] == key:
        key, at = read_varint(data, at - 1)
    kind = key & 7
    if kind == 0:
        while data[at] > 0x7F:
            at += 1
        return at + 1
    if kind == 2:
        length, at = read_varint(data, at)
        return at + length
    if kind in (1, 5):
        return at + (8 if kind == 1 else 4)
    raise _odd()


def _odd() -> ProtocolError:
    return ProtocolError(_("An answer of HDFS cannot be understood."))
