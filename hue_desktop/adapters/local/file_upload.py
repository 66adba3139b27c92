"""Writing a local file: beside its target under another name, then renamed in one step.

Nothing is synced to the disk before the rename: what was written survives the end of the process at
any instant, and after a power cut the checksums of the parts tell what is missing. Syncing would
make small files some hundred times slower.
"""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import threading
from collections.abc import Sequence

from hue_desktop.adapters.local.file_entries import entry_of
from hue_desktop.adapters.local.file_errors import refused, translate_os_error, translated
from hue_desktop.adapters.local.file_source import BUFFER_BYTES, buffer
from hue_desktop.adapters.local.naming import appear
from hue_desktop.adapters.local.positioned import read_at, write_at
from hue_desktop.core.errors import NotFound
from hue_desktop.core.file_systems import (
    Part,
    Refusal,
    Source,
    is_temporary,
    temporary_name,
    temporary_run,
)
from hue_desktop.core.storage import Entry
from hue_desktop.core.text import _

__all__ = ["LocalUpload", "create_beside", "pour", "set_modified", "tokens_of_run"]

PART_BYTES = 16 << 20
_BINARY = getattr(os, "O_BINARY", 0)
_TOKEN = "1"  #: version of the token's form
# A stored part leaves a record behind the file's own bytes; ``commit`` cuts the records off.
_RECORD = struct.Struct("<4sIQ")
_MARK = b"HueP"


class LocalUpload:
    """One file that is being written; parts may come from several threads at once."""

    def __init__(
        self, temporary: str, target: str, size: int, part_size: int, modified: float | None
    ) -> None:
        self._temporary = temporary
        self._target = target
        self.size = size
        self.part_size = part_size
        self._modified = modified
        self._lock = threading.Lock()
        self._file = -1
        self._done = False
        self.token = _token(os.path.basename(temporary), target, size, part_size, modified)

    @classmethod
    def begin(
        cls, target: str, size: int, part_size: int | None, modified: float | None
    ) -> LocalUpload:
        """Make the temporary file. ``Refused`` when the disk has no room for all of it."""
        if os.path.isdir(target):
            raise translate_os_error(IsADirectoryError(errno.EISDIR, ""), target)
        file, temporary = create_beside(target)
        upload = cls(temporary, target, size, min(part_size or PART_BYTES, max(size, 1)), modified)
        upload._file = file
        try:
            _check_room(file, size, target)
        except BaseException:
            upload.abort()
            raise
        return upload

    @classmethod
    def from_token(cls, token: str) -> LocalUpload:
        """The upload that a token names; the temporary file may be gone. ``NotFound``: no token."""
        try:
            version, size, part_size, stamp, name, target = token.split("\n", 5)
            if version != _TOKEN or not is_temporary(name) or os.path.basename(name) != name:
                raise ValueError(token)
            temporary = os.path.join(os.path.dirname(target), name)
            modified = float(stamp) if stamp else None
            return cls(temporary, target, int(size), int(part_size), modified)
        except ValueError as error:
            raise NotFound(_("There is no such upload."), code="NoSuchUpload") from error

    def write(self, index: int, offset: int, source: Source) -> Part:
        """Write a part where it belongs and note that it is there."""
        if offset + source.length > self.size:
            raise refused(
                Refusal.INCOMPLETE, _("{path}: the source has grown.").format(path=self._target)
            )
        file = self._descriptor()
        crc, count = pour(source, file, offset, self._target)
        record = _RECORD.pack(_MARK, crc, count)
        with translated(self._target):
            write_at(file, record, self.size + index * _RECORD.size)
        return Part(index, offset, count, crc)

    def stored(self) -> Sequence[Part]:
        """The parts that were written whole: each is read and its checksum compared."""
        parts = []
        file = self._descriptor()
        with translated(self._target):
            for index in range(-(-self.size // self.part_size)):
                record = bytearray(_RECORD.size)
                at = self.size + index * _RECORD.size
                if read_at(file, memoryview(record), at) < _RECORD.size:
                    break
                mark, crc, count = _RECORD.unpack(record)
                offset = index * self.part_size
                whole = count == min(self.part_size, self.size - offset)
                if mark == _MARK and whole and _crc_of(file, offset, count) == crc:
                    parts.append(Part(index, offset, count, crc))
        return parts

    def commit(self, parts: Sequence[Part], *, crc32c: int | None, overwrite: bool) -> Entry:
        """Cut the records off, set the time, and let the file appear."""
        ordered = sorted(parts, key=lambda part: part.offset)
        self._check_whole(ordered)
        if crc32c is not None and _combined(ordered) != crc32c:
            raise refused(
                Refusal.BAD_CHECKSUM,
                _("{path}: what arrived is not what was sent.").format(path=self._target),
            )
        file = self._descriptor()
        if not overwrite and os.path.lexists(self._target):
            raise translate_os_error(FileExistsError(errno.EEXIST, ""), self._target)
        with translated(self._target):
            os.ftruncate(file, self.size)
            set_modified(file, self._temporary, self._modified)
            appear(self._temporary, self._target, overwrite=overwrite)
        self._done = True
        entry = entry_of(self._target, os.path.basename(self._target))
        self._close()
        return entry

    def abort(self) -> None:
        """Remove the temporary file unless it has become the target."""
        self._close()
        if not self._done:
            self._done = True
            try:
                os.unlink(self._temporary)
            except FileNotFoundError:
                pass
            except OSError as error:
                raise translate_os_error(error, self._temporary) from error

    def reopen(self) -> None:
        """Open the temporary file of an earlier run. ``NotFound`` when it is gone."""
        self._descriptor()

    def _descriptor(self) -> int:
        with self._lock:
            if self._done:
                raise NotFound(_("The upload has ended."), code="NoSuchUpload")
            if self._file < 0:
                with translated(self._temporary):
                    self._file = os.open(self._temporary, os.O_RDWR | _BINARY)
            return self._file

    def _close(self) -> None:
        with self._lock:
            file, self._file = self._file, -1
        if file >= 0:
            with contextlib.suppress(OSError):
                os.close(file)

    def _check_whole(self, parts: Sequence[Part]) -> None:
        end = 0
        for part in parts:
            if part.offset != end:
                break
            end += part.length
        if end != self.size:
            raise refused(
                Refusal.INCOMPLETE,
                _("{path}: {got} of {size} bytes have arrived.").format(
                    path=self._target, got=sum(part.length for part in parts), size=self.size
                ),
            )


def tokens_of_run(folder: str, run: str) -> list[str]:
    """Tokens, good for ``abort`` only, of the temporary files of one process in a folder."""
    try:
        names = [name for name in os.listdir(folder) if temporary_run(name) == run]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [_token(name, os.path.join(folder, name), 0, 1, None) for name in names]


def _token(name: str, target: str, size: int, part_size: int, modified: float | None) -> str:
    stamp = "" if modified is None else repr(modified)
    return "\n".join((_TOKEN, str(size), str(part_size), stamp, name, target))


def create_beside(target: str) -> tuple[int, str]:
    """A new file in the target's folder, which is made when missing: descriptor and path."""
    folder = os.path.dirname(target)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY
    with translated(target):
        while True:
            temporary = os.path.join(folder, temporary_name(os.urandom(8).hex()))
            try:
                return os.open(temporary, flags, 0o666), temporary
            except FileExistsError:
                continue
            except FileNotFoundError:
                os.makedirs(folder)  # raises when the folder is there, and so ends the loop


def pour(source: Source, file: int, offset: int, target: str) -> tuple[int, int]:
    """Write all of the source from ``offset`` on: its CRC32C and how many bytes came."""
    from awscrt.checksums import crc32c

    space = buffer()
    crc, start, filled = 0, offset, 0
    while True:
        count = source.readinto(space[filled:])
        filled += count
        if filled and (filled == BUFFER_BYTES or count == 0):
            crc = crc32c(space[:filled], crc)
            with translated(target):
                _write_all(file, space[:filled], offset)
            offset += filled
            filled = 0
        if count == 0:
            return crc, offset - start


def set_modified(file: int, path: str, modified: float | None) -> None:
    """Give an open file its modification time; epoch seconds."""
    if modified is None:
        return
    nanoseconds = round(modified * 1e9)
    place = file if os.utime in os.supports_fd else path
    os.utime(place, ns=(nanoseconds, nanoseconds))


def _write_all(file: int, data: memoryview, offset: int) -> None:
    while data:
        count = write_at(file, data, offset)
        data, offset = data[count:], offset + count


def _check_room(file: int, size: int, target: str) -> None:
    if not hasattr(os, "fstatvfs"):
        return
    with translated(target):
        room = os.fstatvfs(file)
    if size > room.f_bavail * room.f_frsize > 0:
        raise translate_os_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), target)


def _crc_of(file: int, offset: int, length: int) -> int | None:
    from awscrt.checksums import crc32c

    crc, end, space = 0, offset + length, buffer()
    while offset < end:
        count = read_at(file, space[: min(BUFFER_BYTES, end - offset)], offset)
        if count == 0:
            return None
        crc = crc32c(space[:count], crc)
        offset += count
    return crc


def _combined(parts: Sequence[Part]) -> int:
    from awscrt.checksums import combine_crc32c

    crc = 0
    for part in parts:
        crc = combine_crc32c(crc, part.crc32c, part.length)
    return crc
