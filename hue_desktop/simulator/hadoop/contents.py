"""The bytes of blocks: one file on disk for each block, however many replicas it has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

__all__ = ["BlockFiles"]

_PREFIX = "blk_"


class BlockFiles:
    """The block files of one HDFS."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._made: set[Path] = set()

    def path(self, block_id: int) -> Path:
        """Where the bytes of a block are, or will be."""
        return self._directory / f"{block_id >> 12 & 0xFFF:03x}" / f"{_PREFIX}{block_id}"

    def create(self, block_id: int) -> Path:
        """The place for a new block; its directory exists."""
        path = self.path(block_id)
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        return path

    def size(self, block_id: int) -> int:
        """Bytes of a block that are on disk."""
        try:
            return self.path(block_id).stat().st_size
        except FileNotFoundError:
            return 0

    def truncate(self, block_id: int, length: int) -> None:
        """Cut a block, or extend it with zeros that take no room."""
        with self.create(block_id).open("ab"):
            pass
        os.truncate(self.path(block_id), length)

    def whole(self, block_id: int, length: int) -> Path:
        """Where the bytes of a finished block are; one of which only the size was told is a hole
        from now on."""
        path = self.path(block_id)
        if not path.exists():
            self.truncate(block_id, length)
        return path

    def delete(self, block_ids: Iterable[int]) -> None:
        """Drop the bytes of blocks."""
        for block_id in block_ids:
            self.path(block_id).unlink(missing_ok=True)

    def sweep(self, known: Iterable[int]) -> None:
        """Drop block files that no namespace knows: a killed process left them."""
        names = {f"{_PREFIX}{block_id}" for block_id in known}
        for path in self._directory.glob(f"*/{_PREFIX}*"):
            if path.name not in names:
                path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Drop everything."""
        shutil.rmtree(self._directory, ignore_errors=True)
        self._made.clear()
