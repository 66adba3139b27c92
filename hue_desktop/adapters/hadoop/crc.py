"""CRC32C and CRC32 as plain functions of (bytes, what was before), and many chunks at once."""

from __future__ import annotations

import importlib
import sys
import threading
from array import array
from collections.abc import Callable
from functools import cache
from typing import Any

__all__ = ["Crc", "chunks_agree", "crc_function"]

Crc = Callable[[Any, int], int]
_ALL_ONES = 0xFFFF_FFFF
_MOST_ROOMS = 4


class _Rooms(threading.local):
    """Zeros between checksums, by number of chunks and their length; each thread has its own."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], array[int]] = {}


_ROOMS = _Rooms()


@cache
def crc_function(name: str = "crc32c") -> Crc:
    """awscrt's function below its wrapper: HDFS's chunks are so small that the wrapper shows."""
    try:
        found: Crc = getattr(importlib.import_module("_awscrt"), f"checksums_{name}")
    except (ImportError, AttributeError):
        found = getattr(importlib.import_module("awscrt.checksums"), name)
    return found


def chunks_agree(crc: Crc, data: memoryview, chunk: int, sums: bytes) -> bool:
    """Whether ``data`` is what the checksums of its chunks say (big-endian, as HDFS sends them).

    A call for each 512 bytes would cost six times as much as two for all of them. A CRC is linear:
    that of all bytes is the sum (XOR) of the chunks' CRCs, each moved on by the chunks behind it.
    Moving on is what a CRC does with zeros, so the checksums are laid a chunk apart into zeros, and
    the CRC of that, begun with 0 and not inverted, is the CRC of all chunks but the last moved on
    by one chunk. XOR with the last one's own must give the CRC of the data.
    """
    full, rest = divmod(len(data), chunk)
    if len(sums) != 4 * (full + bool(rest)):
        return False
    if chunk % 4:  # nobody's, but allowed
        parts = (data[at : at + chunk] for at in range(0, len(data), chunk))
        return b"".join(crc(part, 0).to_bytes(4, "big") for part in parts) == sums
    found = array("I", sums)
    if sys.byteorder == "little":
        found.byteswap()
    if rest and crc(data[full * chunk :], 0) != found.pop():
        return False
    if not found:
        return True
    spread = _zeros(full - 1, chunk)
    step = chunk // 4
    spread[::step] = found[:-1]
    moved = ~crc(memoryview(spread).cast("B"), _ALL_ONES) & _ALL_ONES if full > 1 else 0
    return moved ^ found[-1] == crc(data[: full * chunk], 0)


def _zeros(chunks: int, chunk: int) -> array[int]:
    """Room for checksums a chunk apart; nobody writes to what lies between."""
    rooms = _ROOMS.known
    room = rooms.get((chunks, chunk))
    if room is None:
        if len(rooms) > _MOST_ROOMS:
            rooms.clear()
        room = rooms[chunks, chunk] = array("I", bytes(chunks * chunk))
    return room
