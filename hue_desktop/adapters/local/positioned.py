"""Reading and writing a file at a place, on every system.

Linux reads into a buffer at an offset, macOS reads at an offset, Windows does neither: there the
file's one position is moved under a lock.
"""

from __future__ import annotations

import os
import threading

__all__ = ["read_at", "write_at"]

_position = threading.Lock()


def read_at(file: int, into: memoryview, offset: int) -> int:
    """Fill ``into`` from ``offset`` as far as the system gives at once; 0 at the end. OSError."""
    if hasattr(os, "preadv"):
        return os.preadv(file, [into], offset)
    data = _read(file, len(into), offset)
    into[: len(data)] = data
    return len(data)


def write_at(file: int, data: bytes | memoryview, offset: int) -> int:
    """Write at ``offset``; how many bytes were taken. OSError."""
    if hasattr(os, "pwrite"):
        return os.pwrite(file, data, offset)
    with _position:
        os.lseek(file, offset, os.SEEK_SET)
        return os.write(file, data)


def _read(file: int, count: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(file, count, offset)
    with _position:
        os.lseek(file, offset, os.SEEK_SET)
        return os.read(file, count)
