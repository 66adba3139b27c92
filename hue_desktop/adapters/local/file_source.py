"""Reading a range of a local file."""

from __future__ import annotations

import contextlib
import mmap
import os
import stat
import threading

from hue_desktop.adapters.local.file_errors import refused, translated
from hue_desktop.adapters.local.positioned import read_at
from hue_desktop.core.errors import Refused
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.storage import Checksum, Entry
from hue_desktop.core.text import _

__all__ = ["BUFFER_BYTES", "LocalSource", "buffer"]

BUFFER_BYTES = 128 << 10  #: stays in the processor's cache between receiving and writing
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_FLAGS |= getattr(os, "O_NONBLOCK", 0)  # opening a pipe would wait for somebody to write to it
_MODIFIED_TOLERANCE_S = 1e-6  # a float of epoch seconds is this exact

_thread = threading.local()


def buffer() -> memoryview:
    """Some room of this thread's own, for bytes on their way; whatever was in it is void."""
    found: memoryview | None = getattr(_thread, "buffer", None)
    if found is None:
        # mapped and not allocated: pages that small files never reach take no memory
        found = _thread.buffer = memoryview(mmap.mmap(-1, BUFFER_BYTES))
    return found


class LocalSource:
    """Bytes ``offset`` to ``offset + length`` of a file, through a descriptor of its own.

    With ``expected`` it makes sure at both ends of the reading that the file is still that one.
    """

    def __init__(
        self, path: str, offset: int, length: int | None, expected: Entry | None = None
    ) -> None:
        self._path = path
        self._expected = expected
        with translated(path):
            self._file = os.open(path, _FLAGS)
        try:
            with translated(path):
                found = os.fstat(self._file)
            if stat.S_ISDIR(found.st_mode):
                raise refused(Refusal.IS_FOLDER, _("{path} is a folder.").format(path=path))
            if not stat.S_ISREG(found.st_mode):
                text = _("{path} is a device or a pipe, not a file.").format(path=path)
                raise refused(Refusal.NOT_OFFERED, text)
            self._compare(found)
        except BaseException:
            os.close(self._file)
            raise
        self.checksum: Checksum | None = None  # a disk keeps none
        self.modified: float | None = found.st_mtime
        self.offset = offset
        rest = max(0, found.st_size - offset)
        self.length = rest if length is None else min(length, rest)
        self._position = offset
        self._end = offset + self.length
        self._closed = False

    def readinto(self, into: memoryview, /) -> int:
        """Fill as much as there is; 0 at the end. ``Refused`` when the file was changed."""
        wanted = min(len(into), self._end - self._position)
        if wanted == 0:
            self.check()
            return 0
        with translated(self._path):
            count = read_at(self._file, into[:wanted], self._position)
        if count == 0:
            raise self._changed()
        self._position += count
        return count

    def check(self) -> None:
        """``Refused`` with SourceChanged unless the file is still the one that was expected."""
        if self._expected is not None and not self._closed:
            with translated(self._path):
                self._compare(os.fstat(self._file))

    def fileno(self) -> int:
        """The descriptor; its own file position is not used."""
        return self._file

    def advance(self, count: int, /) -> None:
        """``count`` bytes went out by the descriptor; at the end the file is looked at again."""
        self._position += count
        if self._position >= self._end:
            self.check()

    def close(self) -> None:
        """Give the descriptor back; safe to call twice."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(OSError):
                os.close(self._file)

    def __enter__(self) -> LocalSource:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _compare(self, found: os.stat_result) -> None:
        expected = self._expected
        if expected is None:
            return
        same = expected.size in (None, found.st_size) and (
            expected.modified is None
            or abs(expected.modified - found.st_mtime) < _MODIFIED_TOLERANCE_S
        )
        if not same:
            raise self._changed()

    def _changed(self) -> Refused:
        return refused(
            Refusal.SOURCE_CHANGED,
            _("{path} was changed while it was read.").format(path=self._path),
            remedy=_("Copy it again when nobody writes to it."),
        )
