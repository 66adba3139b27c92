"""As much of Protocol Buffers' wire form as HDFS's messages need, without generated classes.

A message is read into its fields by number (the numbers stand in Hadoop's ``.proto`` files), and
written from pairs of number and value.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

from hue_desktop.core.errors import ProtocolError
from hue_desktop.core.text import _

__all__ = ["Fields", "delimited", "pack", "read_varint", "unpack", "varint", "zigzag"]

Value = int | bytes | str | bool | None
_FIXED64, _FIXED32 = struct.Struct("<q"), struct.Struct("<i")


class Fields(dict[int, list[Any]]):
    """The fields of a message: integers, or bytes of what has a length. Absent is the default."""

    def number(self, field: int, default: int = 0) -> int:
        """An integer, boolean or enumeration."""
        found = self.get(field)
        return int(found[-1]) if found else default

    def text(self, field: int) -> str:
        """A string."""
        found = self.get(field)
        return bytes(found[-1]).decode("utf-8", "replace") if found else ""

    def data(self, field: int) -> bytes:
        """Bytes, or an embedded message as it stands."""
        found = self.get(field)
        return bytes(found[-1]) if found else b""

    def message(self, field: int) -> Fields:
        """An embedded message; one without fields when it is absent."""
        return unpack(self.data(field))

    def messages(self, field: int) -> list[Fields]:
        """A repeated message."""
        return [unpack(each) for each in self.get(field, ())]


def pack(pairs: Iterable[tuple[int, Value]]) -> bytes:
    """A message; ``None`` leaves a field out."""
    out = bytearray()
    for number, value in pairs:
        if value is None:
            continue
        if isinstance(value, int):  # booleans too
            out += varint(number << 3)
            out += varint(int(value))
        else:
            data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
            out += varint(number << 3 | 2)
            out += varint(len(data))
            out += data
    return bytes(out)


def delimited(message: bytes) -> bytes:
    """A message behind its length, as it goes over a stream."""
    return varint(len(message)) + message


def unpack(data: bytes | memoryview) -> Fields:
    """The fields of a message. ``ProtocolError`` when it is none."""
    found = Fields()
    at, end = 0, len(data)
    try:
        while at < end:
            key = data[at]  # most integers fit into a byte: no call for those
            at += 1
            if key > 0x7F:
                key, at = read_varint(data, at - 1)
            kind = key & 7
            value: int | bytes
            if kind == 0:
                value = data[at]
                at += 1
                if value > 0x7F:
                    value, at = read_varint(data, at - 1)
            elif kind == 2:
                length = data[at]
                at += 1
                if length > 0x7F:
                    length, at = read_varint(data, at - 1)
                value = bytes(data[at : at + length])
                at += length
                if at > end:
                    raise _odd()
            elif kind == 1:
                value, at = _FIXED64.unpack_from(data, at)[0], at + 8
            elif kind == 5:
                value, at = _FIXED32.unpack_from(data, at)[0], at + 4
            else:
                raise _odd()
            number = key >> 3
            if number in found:
                found[number].append(value)
            else:
                found[number] = [value]
    except (IndexError, struct.error) as error:
        raise _odd() from error
    return found


def varint(number: int) -> bytes:
    """An integer in seven bits a byte; negative ones as 64 bits."""
    if 0 <= number < 0x80:
        return bytes((number,))
    number &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(data: bytes | bytearray | memoryview, at: int) -> tuple[int, int]:
    """An integer and where it ends. ``IndexError`` when it does not end in ``data``."""
    shift = number = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > 63:
            raise _odd()


def zigzag(number: int) -> int:
    """A signed integer as ``sint32`` and ``sint64`` are written."""
    return number << 1 if number >= 0 else (-number << 1) - 1


def _odd() -> ProtocolError:
    return ProtocolError(_("An answer of HDFS cannot be understood."))
