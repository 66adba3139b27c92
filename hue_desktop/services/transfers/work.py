"""What the pieces of work of one transfer share."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hue_desktop.core.errors import CredentialsError, HueError, ReadOnly, Throttled
from hue_desktop.core.file_systems import FileSystem, Part, Refusal
from hue_desktop.core.storage import Entry, EntryKind, Location, StoreKind
from hue_desktop.core.transfers.naming import Landing
from hue_desktop.core.transfers.ports import FileRow, Opener, Outcome, TransferStore
from hue_desktop.core.transfers.values import TransferRequest
from hue_desktop.services.transfers.metering import Meter, Stop
from hue_desktop.services.transfers.widths import StoreLimits

__all__ = ["Piece", "Work", "expected_entry", "fatal", "may_repeat", "retry_delay_s"]

ATTEMPTS = 6  #: of a file; the stores' adapters repeat single requests by themselves
THROTTLED_ATTEMPTS = 12
_NO_SPACE_ATTEMPTS = 2
_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 20.0

Piece = Callable[[Meter], None]


@dataclass
class Work:
    """One transfer's stores, queues and signals; the pieces get it and change nothing else."""

    transfer_id: int
    request: TransferRequest
    store: TransferStore
    opener: Opener
    stop: Stop
    limits: StoreLimits
    later: Callable[[float, Piece, bool], None]  #: (delay in seconds, piece, heavy)
    add: Callable[[Piece, bool, bool], None]  #: (piece, heavy, first)
    give_up: Callable[[HueError], None]  #: no file of this transfer can succeed now
    busy: Callable[[], int]  #: workers at work
    resumed: bool = False  #: an earlier process may have copied files without noting it
    landings: Sequence[Landing] = ()
    outcomes: deque[Outcome] = field(default_factory=deque)
    parts: deque[tuple[int, Part]] = field(default_factory=deque)
    _sides: dict[int, tuple[Landing, FileSystem, FileSystem]] = field(default_factory=dict)

    def source_of(self, row: FileRow) -> tuple[FileSystem, Location]:
        """The source of a file."""
        landing, fs, _target_fs = self._sides.get(row.source) or self._open(row.source)
        return fs, landing.source_of(row.name)

    def target_of(self, row: FileRow) -> tuple[FileSystem, Location]:
        """The target of a file."""
        landing, _source_fs, fs = self._sides.get(row.source) or self._open(row.source)
        return fs, landing.base.child(row.target)

    def _open(self, index: int) -> tuple[Landing, FileSystem, FileSystem]:
        landing = self.landings[index]
        of = self.opener.of
        sides = (landing, of(landing.source.store), of(landing.base.store))
        self._sides[index] = sides
        return sides

    def complain(self, error: HueError, *locations: Location) -> None:
        """A store asked for fewer requests: remember it for all transfers."""
        if isinstance(error, Throttled):
            for each in locations:
                if each.store.kind is not StoreKind.LOCAL:
                    self.limits.throttled(each.store, self.busy())


def expected_entry(row: FileRow, location: Location) -> Entry:
    """The source as it was listed, so that a change is noticed."""
    details = {"etag": row.etag} if row.etag else {}
    return Entry(location.name, EntryKind.FILE, row.size, row.modified, details)


def fatal(error: HueError) -> bool:
    """Whether the other files would meet the same."""
    return isinstance(error, CredentialsError | ReadOnly)


def may_repeat(error: HueError, attempts: int) -> bool:
    """Whether it is worth another attempt after ``attempts`` of them."""
    most = THROTTLED_ATTEMPTS if isinstance(error, Throttled) else ATTEMPTS
    if getattr(error, "code", "") == Refusal.NO_SPACE:
        most = _NO_SPACE_ATTEMPTS  # others may free some, but hardly at once
    return error.retryable and attempts < most


def retry_delay_s(attempts: int) -> float:
    """How long to wait before the next attempt: doubled each time, with jitter."""
    delay = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0**attempts)
    return delay * random.uniform(0.5, 1.5)
