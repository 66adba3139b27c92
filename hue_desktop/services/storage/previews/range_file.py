"""A file of a store as a Python file that can be read anywhere; only what is asked for is read."""

from __future__ import annotations

import io
from collections import OrderedDict
from typing import Any

from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Entry, Location

__all__ = ["RangeFile"]

_BLOCK_BYTES = 256 << 10
_BLOCKS = 64


class RangeFile(io.RawIOBase):
    """Reads in blocks and keeps some of them; ``bytes_read`` counts what the store gave.

    ``Refused`` with SourceChanged when the file is another than ``entry`` by now.
    """

    def __init__(self, file_system: FileSystem, location: Location, entry: Entry) -> None:
        super().__init__()
        self._file_system = file_system
        self._location = location
        self._entry = entry
        self.size = entry.size or 0
        self.bytes_read = 0
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def head(self, count: int) -> bytes:
        """The first bytes, in one request and without keeping them."""
        return self._fetch(0, min(count, self.size))

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the file goes."""
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self.size - self._at)
        if wanted <= 0:
            return 0
        if wanted > _BLOCK_BYTES:
            view[:wanted] = self._fetch(self._at, wanted)
        else:
            done = 0
            while done < wanted:
                number, inside = divmod(self._at + done, _BLOCK_BYTES)
                piece = self._block(number)[inside : inside + wanted - done]
                view[done : done + len(piece)] = piece
                done += len(piece)
        self._at += wanted
        return wanted

    def _block(self, number: int) -> bytes:
        found = self._blocks.get(number)
        if found is None:
            start = number * _BLOCK_BYTES
            found = self._fetch(start, min(_BLOCK_BYTES, self.size - start))
            self._blocks[number] = found
            if len(self._blocks) > _BLOCKS:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(number)
        return found

    def _fetch(self, offset: int, length: int) -> bytes:
        data = bytearray(length)
        view = memoryview(data)
        source = self._file_system.open(self._location, offset, length, expected=self._entry)
        try:
            done = 0
            while done < length:
                count = source.readinto(view[done:])
                if count == 0:
                    break
                done += count
        finally:
            source.close()
        self.bytes_read += done
        return bytes(data[:done])
