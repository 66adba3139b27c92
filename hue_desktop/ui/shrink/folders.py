"""Files summed up by folder, as few folders as say something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hue_desktop.core.shrink.values import LostFile

__all__ = ["FolderSum", "by_folder"]

_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class FolderSum:
    """A folder (with a slash at its end), how many files lie below it, and their bytes."""

    path: str
    files: int
    size: int


def by_folder(files: Sequence[LostFile], most: int) -> tuple[FolderSum, ...]:
    """The folders that hold the files, largest first: the deepest level with ``most`` at most.

    The first level is taken as it is, however many folders it has.
    """
    sums: dict[str, tuple[int, int]] = {}
    for depth in range(_DEEPEST, 0, -1):
        sums = {}
        for file in files:
            folder = _folder(file.path, depth)
            amount, size = sums.get(folder, (0, 0))
            sums[folder] = (amount + 1, size + file.size)
        if len(sums) <= most:
            break
    found = [FolderSum(path, amount, size) for path, (amount, size) in sums.items()]
    return tuple(sorted(found, key=lambda one: (-one.size, one.path)))


def _folder(path: str, depth: int) -> str:
    parts = path.strip("/").split("/")[:-1][:depth]
    return "/" + "".join(f"{part}/" for part in parts)
