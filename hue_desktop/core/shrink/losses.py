"""The files whose last copies leave, the largest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hue_desktop.core.shrink.situation import Situation
from hue_desktop.core.shrink.values import LostFile

__all__ = ["MOST_FILES", "Losses", "all_files", "losses_of", "paths_at_stake"]

MOST_FILES = 1000


@dataclass(frozen=True, slots=True)
class Losses:
    """``size`` is the bytes of the files, not only of their blocks at stake."""

    files: tuple[LostFile, ...] = ()
    count: int = 0
    size: int = 0


def losses_of(it: Situation) -> Losses:
    """The files at stake."""
    table, rows = it.table, it.tally.only_rows
    if not len(rows):
        return Losses()
    owners = table.file[rows]
    blocks = np.bincount(owners, minlength=table.files)
    files = np.flatnonzero(blocks)
    total = int(table.sizes[files].sum())
    largest = _largest(table.sizes, files)
    wanted = np.zeros(table.files, bool)
    wanted[largest] = True
    only_on: dict[int, set[str]] = {int(each): set() for each in largest}
    for row in rows[wanted[owners]]:
        holders = table.replicas[int(table.starts[row]) : int(table.starts[row + 1])]
        only_on[int(table.file[row])].update(table.hosts[int(each)] for each in holders)
    found = tuple(
        LostFile(
            table.path(int(each)),
            int(table.sizes[each]),
            int(blocks[each]),
            tuple(sorted(only_on[int(each)])),
        )
        for each in largest
    )
    return Losses(found, len(files), total)


def paths_at_stake(it: Situation) -> Iterator[str]:
    """All of the files; for a whole cluster those that hold data. Erasure-coded ones too."""
    if it.request.whole_cluster:
        files = np.flatnonzero(it.table.sizes)
    else:
        files = np.unique(it.table.file[it.tally.only_rows])
    return (it.table.path(int(each)) for each in files)


def all_files(it: Situation) -> Losses:
    """All of them: what a cluster takes with it when it ends."""
    table = it.table
    filled = np.flatnonzero(table.sizes)
    counts = np.bincount(table.file, minlength=table.files)
    found = tuple(
        LostFile(table.path(int(each)), int(table.sizes[each]), int(counts[each]), ())
        for each in _largest(table.sizes, filled)
    )
    return Losses(found, table.files, int(table.sizes.sum()))


def _largest(sizes: NDArray[np.int64], files: NDArray[np.intp]) -> NDArray[np.intp]:
    """The first 1000 by size, then by number."""
    if len(files) > MOST_FILES:
        kept = np.argpartition(-sizes[files], MOST_FILES)[:MOST_FILES]
        files = files[kept]
    order = np.lexsort((files, -sizes[files]))
    return np.asarray(files[order])
