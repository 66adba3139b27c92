"""What exactly leaves with a set of nodes, and what HDFS then has to copy."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hue_desktop.core.shrink.blocks import BlockTable
from hue_desktop.core.shrink.drain import PADDED_BYTES
from hue_desktop.core.shrink.sweep import Stay, live_on

__all__ = ["Tally", "exposed_files", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Bytes and blocks of one shrink.

    ``only_rows`` are blocks whose last copy leaves; ``lost_rows`` those that had none before.
    ``move`` is what decommissioning copies, ``backlog`` what HDFS re-replicates anyway; both count
    each copy; ``padded`` is both with small blocks as large as they take time.
    ``short`` counts blocks that want more replicas than nodes stay. ``lone_files`` are the files
    that have a block with one live replica now,
    ``writing`` those being written that have blocks on nodes that leave.
    """

    only_rows: NDArray[np.int64]
    only_bytes: int
    only_padded: int
    move_bytes: int
    move_blocks: int
    shared_bytes: int
    backlog_bytes: int
    backlog_blocks: int
    padded: int
    short: int
    most_wanted: int
    lone_files: int
    lost_files: int
    writing: int


def tally(table: BlockTable, stay: Stay, leaving: Set[int], staying: int) -> Tally:
    """Count it. ``leaving`` are numbers of hosts, ``staying`` how many nodes can take blocks."""
    stays = stay.serves.copy()
    stays[list(leaving)] = False
    live = live_on(table, stays)
    least = np.int16(1) if stay.least is None else stay.least.astype(np.int16)
    spare = stay.spare()
    only = (live < least) & (spare >= 1)
    factor = table.factors[table.file] if table.blocks else np.zeros(0, np.int16)
    wanted = np.minimum(factor, max(0, staying))
    lacking = np.where(spare >= 1, np.maximum(wanted - live, 0), 0)
    size = table.length if stay.least is None else table.length // stay.least
    moved = size * lacking
    padded = np.maximum(size, PADDED_BYTES)
    per_block = np.diff(table.starts)
    touched = live < per_block
    drains = touched & (lacking > 0)
    rests = ~touched & (lacking > 0)
    one_left = spare == 1
    open_files = table.open_for_write()
    return Tally(
        only_rows=np.flatnonzero(only),
        only_bytes=int(table.length[only].sum()),
        only_padded=int(padded[only].sum()),
        move_bytes=int(moved[drains].sum()),
        move_blocks=int(lacking[drains].sum()),
        shared_bytes=int(moved[drains & (live > 0)].sum()),
        backlog_bytes=int(moved[rests].sum()),
        backlog_blocks=int(lacking[rests].sum()),
        padded=int((padded * lacking).sum()),
        short=int(np.count_nonzero(factor > staying)),
        most_wanted=int(factor.max()) if table.blocks else 0,
        lone_files=_files(table, one_left),
        lost_files=_files(table, spare < 1),
        writing=_files(table, touched & open_files[table.file]),
    )


def exposed_files(table: BlockTable, stay: Stay, count: int) -> int:
    """Files with a block that some choice of ``count`` nodes would leave without a copy."""
    spare = stay.spare()
    return _files(table, (spare >= 1) & (spare <= count))


def _files(table: BlockTable, rows: NDArray[np.bool_]) -> int:
    """How many files have such blocks."""
    seen = np.zeros(table.files, bool)
    seen[table.file[rows]] = True
    return int(np.count_nonzero(seen))
