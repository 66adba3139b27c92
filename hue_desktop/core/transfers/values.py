"""A transfer: its request, its files, its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hue_desktop.core.storage import Location

__all__ = [
    "Comparison",
    "Conflict",
    "FileState",
    "Filter",
    "PlannedFile",
    "Route",
    "Transfer",
    "TransferFile",
    "TransferOptions",
    "TransferProgress",
    "TransferRequest",
    "TransferState",
    "TransferSummary",
    "Verify",
]


class Route(Enum):
    """How the bytes go."""

    STREAM = "stream"  #: through this machine
    SERVER_SIDE = "server-side"  #: S3 copies within itself
    S3DISTCP = "s3distcp"  #: a step on the cluster


class Conflict(Enum):
    """What happens to a file whose target exists and differs."""

    ASK = "ask"  #: the person is asked; without a person the file is skipped and reported
    SKIP = "skip"
    OVERWRITE = "overwrite"
    KEEP_BOTH = "keep-both"  #: the new one is called ``name (2).ext``


class Verify(Enum):
    """How sure we want to be. The size is compared always."""

    SIZE = "size"
    CHECKSUM = "checksum"  #: CRC32C end to end where both stores offer it, else said weaker


class Comparison(Enum):
    """What a target is beside its source, before anything is copied."""

    NEW = "new"  #: ``+`` nothing there
    SAME = "same"  #: ``=`` size and checksum agree, or size and time where no checksum is cheap
    DIFFERS = "differs"  #: ``!``


class FileState(Enum):
    """One file of a transfer."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class TransferState(Enum):
    """A transfer as a whole. The last four are ends; FAILED and CANCELLED can be resumed."""

    WAITING = "waiting"
    LISTING = "listing"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"  #: at least one file failed; the others are there and verified
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in (TransferState.DONE, TransferState.FAILED, TransferState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which files of a tree: shell patterns on the path relative to the source.

    A file is taken when it matches any ``include`` (or there is none) and no ``exclude``. ``*``
    does not cross ``/``, ``**`` does; a pattern without ``/`` is matched against the last part.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferOptions:
    """How to copy."""

    conflict: Conflict = Conflict.ASK
    verify: Verify = Verify.CHECKSUM
    filter: Filter = field(default_factory=Filter)
    route: Route | None = None  #: ``None``: as the planner suggests
    bandwidth_limit: int | None = None  #: bytes per second
    connections: int | None = None  #: at most so many at once; ``None``: as the engine sees fit
    move: bool = False  #: remove each source file once its target is verified


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """What a person asked for: sources into ``target``.

    With ``target`` a folder (slash at the end) each source lands below it under its own name,
    else the one source becomes ``target`` itself. A source folder with a slash at its end means
    its content (as rsync has it), without one the folder with its name.
    """

    sources: tuple[Location, ...]
    target: Location
    options: TransferOptions = field(default_factory=TransferOptions)
    unticked: frozenset[str] = frozenset()  #: relative target paths the person took out


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file as the sheet lists it. ``reason`` says what differs, in words."""

    source: Location
    target: Location
    relative: str
    size: int
    modified: float | None
    comparison: Comparison
    reason: str = ""
    folder: bool = False  #: an empty folder or a folder marker
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TransferSummary:
    """Counts and bytes of a plan or a transfer by what happens to files."""

    files: int = 0
    bytes: int = 0
    new: int = 0
    new_bytes: int = 0
    same: int = 0
    same_bytes: int = 0
    differing: int = 0
    differing_bytes: int = 0


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """How far a transfer is; a snapshot to be polled (10 times a second), never pushed."""

    files_total: int = 0
    files_done: int = 0
    files_skipped: int = 0
    files_failed: int = 0
    bytes_total: int = 0
    bytes_done: int = 0
    listing_done: bool = False
    bytes_per_s: float = 0.0  #: over the last few seconds
    eta_s: float | None = None
    now: str = ""  #: one file being copied
    files_asked: int = 0  #: of the skipped: their targets differ and nobody has decided yet


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer of the queue. ``step_id`` when it runs as a step on a cluster.

    ``verified`` says in words how the copies were checked (``"CRC32C of all bytes, 412 files"``).
    """

    id: int
    request: TransferRequest
    route: Route
    state: TransferState
    created: float  #: epoch seconds
    started: float | None = None
    ended: float | None = None
    progress: TransferProgress = field(default_factory=TransferProgress)
    error: str = ""  #: the first error in words
    remedy: str = ""
    step_id: str = ""
    verified: str = ""
    reason: str = ""  #: why this route


@dataclass(frozen=True, slots=True)
class TransferFile:
    """One file of a transfer as the journal has it. ``relative`` is below the request's target.

    ``asks``: it was left out because its target differs and nobody has decided yet. ``verified``
    says how the copy was checked: ``"crc32c"``, ``"size"``, or empty.
    """

    id: int
    relative: str
    source: Location
    target: Location
    size: int
    modified: float | None
    folder: bool
    state: FileState
    comparison: Comparison
    attempts: int = 0
    error: str = ""
    remedy: str = ""
    asks: bool = False
    verified: str = ""
