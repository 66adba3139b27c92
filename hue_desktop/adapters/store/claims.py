"""Which process works on which transfer: locks that the system gives back when a process ends.

One file, one byte for each transfer, locked while somebody works on it. However a process ends,
its locks end with it, so that nothing has to be guessed from process ids or clocks.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from hue_desktop.core.errors import StateError
from hue_desktop.core.text import _

__all__ = ["Claims"]


class Claims:
    """Locks of this process in one file. Within the process they exclude each other as well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._held: set[int] = set()
        self._file = -1

    def take(self, number: int) -> bool:
        """Lock ``number``; whether nobody else has it."""
        with self._lock:
            if number in self._held:
                return False
            if self._file < 0:
                self._file = self._open()
            if not _lock_byte(self._file, number):
                return False
            self._held.add(number)
            return True

    def give_back(self, number: int) -> None:
        """Unlock it; nothing happens when it is not ours."""
        with self._lock:
            if number in self._held:
                self._held.discard(number)
                _unlock_byte(self._file, number)

    def close(self) -> None:
        """Unlock all."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
            self._file = -1
            self._held.clear()

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise StateError(
                _("{path} cannot be used: {error}.").format(path=self._path, error=error.strerror),
                remedy=_("Make the directory writable, or name another one in HUE_DATA_DIR."),
            ) from error


if os.name == "nt":  # pragma: no cover
    import msvcrt

    def _lock_byte(file: int, number: int) -> bool:
        os.lseek(file, number, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True

    def _unlock_byte(file: int, number: int) -> None:
        os.lseek(file, number, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined, unused-ignore]

else:
    import fcntl

    def _lock_byte(file: int, number: int) -> bool:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            return False
        return True

    def _unlock_byte(file: int, number: int) -> None:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, number)
