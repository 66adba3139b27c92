"""What the transfer engine needs: a journal of its files, stores to copy between, and steps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from hue_desktop.core.file_systems import FileSystem, Part
from hue_desktop.core.storage import StoreId
from hue_desktop.core.transfers.values import (
    Comparison,
    FileState,
    Route,
    Transfer,
    TransferRequest,
)

__all__ = [
    "Counts",
    "FileRow",
    "NewFile",
    "Opener",
    "Outcome",
    "StepDoor",
    "StepRunner",
    "StepState",
    "StoredTransfer",
    "TransferStore",
]


class Opener(Protocol):
    """Gives the file system of a store; the same one every time."""

    def of(self, store: StoreId, /) -> FileSystem: ...


class NewFile(NamedTuple):
    """A file as the listing found it.

    ``source`` is the number of the request's source, ``name`` the path below it as its walk says
    (empty for a single file). ``target`` is the path below the request's base folder. ``etag`` is
    what the source's listing showed, so that a change is noticed.
    """

    source: int
    name: str
    target: str
    size: int
    modified: float | None
    etag: str
    folder: bool
    state: FileState
    comparison: Comparison
    error: str = ""
    asks: bool = False


class FileRow(NamedTuple):
    """A file of the journal."""

    id: int
    source: int
    name: str
    target: str
    size: int
    modified: float | None
    etag: str
    folder: bool
    state: FileState
    comparison: Comparison
    attempts: int
    error: str
    remedy: str
    asks: bool
    verified: str
    token: str  #: of the upload that was begun; ``?`` when it was about to begin
    removed: bool  #: the source of a move is gone


class Outcome(NamedTuple):
    """What became of a file; written in batches."""

    id: int
    state: FileState
    attempts: int
    error: str = ""
    remedy: str = ""
    verified: str = ""
    asks: bool = False
    size: int = -1  #: when it is another than the listing said; -1: as it was
    modified: float | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Files and bytes of a transfer by state."""

    files: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    asked: int = 0
    bytes_total: int = 0  #: of files that are to be copied, or were
    bytes_done: int = 0


class StoredTransfer(NamedTuple):
    """A transfer with what the engine keeps about it."""

    transfer: Transfer
    listed: bool  #: the listing of its sources was finished
    run: str  #: which processes worked on it (``RUN``), by spaces, the last one last


class TransferStore(Protocol):
    """The journal. Every call is one transaction that a kill of the process cannot undo."""

    def add(self, request: TransferRequest, route: Route, reason: str, created: float) -> int:
        """A new transfer, waiting; its id."""

    def save(self, transfer: Transfer, *, run: str) -> None:
        """State, times, error, remedy, step, verification."""

    def transfers(self, *, limit: int = 500) -> tuple[StoredTransfer, ...]:
        """The newest ones, newest first, with their counts as progress."""

    def transfer(self, transfer_id: int) -> StoredTransfer | None:
        """One of them."""

    def newest(self) -> int:
        """The greatest id; 0 when there is none."""

    def remove(self, transfer_id: int) -> None:
        """Forget it and its files."""

    def claim(self, transfer_id: int) -> bool:
        """Become its only worker, until ``release`` or the end of the process, however it comes."""

    def release(self, transfer_id: int) -> None:
        """Let others work on it."""

    def add_files(self, transfer_id: int, files: Sequence[NewFile]) -> None:
        """Files that were listed; those that are known already are left as they are."""

    def mark_listed(self, transfer_id: int) -> None:
        """The listing is finished."""

    def waiting(self, transfer_id: int, *, after: int, limit: int) -> list[FileRow]:
        """Files to be copied, by id, from the first beyond ``after`` on."""

    def files(
        self,
        transfer_id: int,
        states: Collection[FileState] | None = None,
        *,
        limit: int = 1000,
        offset: int = 0,
    ) -> list[FileRow]:
        """Files by id."""

    def find(self, transfer_id: int, target: str) -> FileRow | None:
        """The file with that path at the target."""

    def counts(self, transfer_id: int) -> Counts:
        """Files and bytes by state."""

    def verified(self, transfer_id: int) -> dict[str, int]:
        """How many finished files were checked in which way."""

    def finish(self, outcomes: Sequence[Outcome]) -> None:
        """What became of files; their parts and tokens are forgotten when they are done."""

    def set_token(self, file_id: int, token: str) -> None:
        """The upload that a file has; empty: none, and its parts are forgotten."""

    def add_parts(self, parts: Iterable[tuple[int, Part]]) -> None:
        """Parts that the store has, by file."""

    def parts(self, file_id: int) -> list[Part]:
        """Parts of a file's upload, in order."""

    def begun(self, transfer_id: int) -> list[FileRow]:
        """Files that have a token: their uploads were begun and not finished."""

    def wait_again(
        self, transfer_id: int, *, failed: bool = False, asked: bool = False, target: str = ""
    ) -> int:
        """Let files wait again: the failed ones, the asked ones, or the one; how many."""

    def settle_asked(self, transfer_id: int, target: str = "") -> int:
        """Leave files out for good that were asked about (all, or the one); how many."""

    def rename_target(self, file_id: int, target: str) -> None:
        """Copy the file under another name, at which nothing stands."""

    def mark_removed(self, file_ids: Sequence[int]) -> None:
        """The sources of these files are gone (a move)."""

    def to_remove(self, transfer_id: int, *, limit: int) -> list[FileRow]:
        """Files of a move that are done and whose sources are still there."""


class StepState(NamedTuple):
    """How a step is: EMR's word for its state, and why it failed."""

    state: str
    failure: str = ""

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.state in ("COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED")


class StepDoor(Protocol):
    """Steps of the clusters of one connection in one region."""

    def submit(self, cluster_id: str, name: str, args: Sequence[str]) -> str:
        """Add a command-runner step; its id."""

    def state(self, cluster_id: str, step_id: str) -> StepState:
        """How it is now."""

    def cancel(self, cluster_id: str, step_id: str) -> None:
        """Ask EMR to cancel it."""


class StepRunner(Protocol):
    """Runs steps on the cluster of a store (HDFS)."""

    def submit(self, store: StoreId, name: str, args: Sequence[str]) -> str:
        """Add a command-runner step; its id."""

    def state(self, store: StoreId, step_id: str) -> StepState:
        """How it is now."""

    def cancel(self, store: StoreId, step_id: str) -> None:
        """Ask EMR to cancel it."""
