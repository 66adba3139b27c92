"""What services need of a store: the file-system port. One contract suite runs over every backend.

All methods block, may be called from any thread at the same time, and raise a ``HueError``:
``NotFound``, ``AccessDenied``, ``Refused`` (exists already, not empty, quota, no space),
``Throttled``, ``Unreachable``, ``ProtocolError``, ``Cancelled``. A request that can be repeated
safely has been repeated (back-off with jitter) before ``Throttled`` or ``Unreachable`` comes out.

``Refused`` carries one of the codes of :class:`Refusal` where one fits, whatever the store's own
word for it is, so that services and tests need not know the stores.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from hue_desktop.core.storage import Checksum, Entry, EntryPage, Location, Space, StoreId

__all__ = [
    "RUN",
    "BlockPlace",
    "Capabilities",
    "Connector",
    "FileSystem",
    "Part",
    "Refusal",
    "Source",
    "Stream",
    "Upload",
    "is_temporary",
    "temporary_name",
    "temporary_run",
]

#: Which process began a temporary file: drawn once for each, kept in the transfer journal, so that
#: what a killed process left behind can be told from what another one is writing right now.
RUN = os.urandom(4).hex()

_TEMPORARY_START, _TEMPORARY_END = ".hue-", ".part"


class Refusal(StrEnum):
    """Why a store refuses: the ``code`` of ``Refused``."""

    ALREADY_EXISTS = "AlreadyExists"  #: and must not be replaced
    NOT_EMPTY = "NotEmpty"
    IS_FOLDER = "IsFolder"  #: a folder stands where a file is meant
    NOT_FOLDER = "NotFolder"  #: a file stands where a folder is meant
    NO_SPACE = "NoSpace"  #: disk full or quota reached
    SOURCE_CHANGED = "SourceChanged"
    INCOMPLETE = "Incomplete"  #: ``commit`` without all parts
    BAD_CHECKSUM = "BadChecksum"  #: what arrived is not what was sent
    INVALID_NAME = "InvalidName"  #: the store cannot hold such a name
    NOT_OFFERED = "NotOffered"  #: the store has no such thing


def temporary_name(unique: str) -> str:
    """What a file that is being written is called, beside its target; ``unique`` tells it apart."""
    return f"{_TEMPORARY_START}{RUN}-{unique}{_TEMPORARY_END}"


def temporary_run(name: str) -> str:
    """The ``RUN`` of the process that began the temporary file; empty for any other name."""
    return name[len(_TEMPORARY_START) :].partition("-")[0] if is_temporary(name) else ""


def is_temporary(name: str) -> bool:
    """Whether a last part of a path is such a name. ``list`` and ``walk`` leave them out."""
    return name.startswith(_TEMPORARY_START) and name.endswith(_TEMPORARY_END)


class Stream(Protocol):
    """What a dialled connection offers: a connected socket, or what behaves as one."""

    def sendall(self, data: bytes, /) -> None: ...
    def recv_into(self, buffer: Any, nbytes: int = 0, /) -> int: ...
    def settimeout(self, timeout_s: float | None, /) -> None: ...
    def close(self) -> None: ...


class Connector(Protocol):
    """Opens TCP connections; through an SSH tunnel when the cluster is behind one."""

    def dial(self, host: str, port: int, timeout_s: float) -> Stream:
        """A stream to ``host:port`` as the cluster sees it; ``Unreachable`` when none comes."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a store can do, so that nothing is offered in vain."""

    folders: bool = True  #: real folders: they exist without files in them
    rename: bool = True  #: atomic rename of files and folders
    keeps_modified: bool = True  #: a file can be given its modification time
    permissions: bool = False
    replication: bool = False
    versions: bool = False
    presigned: bool = False
    trash: bool = False
    blocks: bool = False
    server_side_copy: bool = False  #: ``copy_within`` works between two of its locations
    parallel_parts: bool = False  #: parts of one upload may be written at the same time
    checks_writes: bool = False  #: all that is written carries checksums, and the store compares
    max_name_bytes: int = 255


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """A block of an HDFS file: where it begins, how long it is, who holds it."""

    offset: int
    length: int
    hosts: tuple[str, ...]
    corrupt: bool = False
    storage_types: tuple[str, ...] = ()
    racks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part that has been stored. ``crc32c`` of its bytes; ``tag`` is the store's receipt.

    Of a part that ``Upload.stored`` tells, ``crc32c`` is -1 where the store did not keep it.
    """

    index: int  #: from 0
    offset: int
    length: int
    crc32c: int
    tag: str = ""


class Source(Protocol):
    """Bytes of one range of one file, in order. Closing it early drops the connection."""

    length: int  #: bytes the range holds

    @property
    def checksum(self) -> Checksum | None:
        """The whole file's checksum when the store told it with the bytes (S3: of a whole GET,
        which the source then has compared once its end was read); else ``None``."""

    @property
    def modified(self) -> float | None:
        """The file's own time when the store told it with the bytes (S3: ``mtime`` metadata)."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill as much as is there now; 0 at the end. A body cut short raises ``Unreachable``."""

    def fileno(self) -> int:
        """A file descriptor whose bytes may be sent from ``offset`` by the kernel, or -1."""

    def advance(self, count: int, /) -> None:
        """Whoever sends from ``fileno`` calls it after each piece (a MiB or some) with its bytes,
        so that progress shows and limits hold. May block for a moment; ``Cancelled`` to stop."""

    @property
    def offset(self) -> int:
        """Where the range begins in the file."""

    def close(self) -> None: ...


class Upload(Protocol):
    """One file that is being written. Nothing shows at the target until ``commit``.

    ``token`` is enough to go on after ``kill -9`` (``FileSystem.resume``) or to clean up
    (``FileSystem.discard``): an S3 upload id, a temporary name. It holds no secret.
    """

    token: str
    part_size: int  #: bytes of each part but the last; the whole file when it has one part

    def write(self, index: int, offset: int, source: Source) -> Part:
        """Store a part; parallel where the capabilities say so, else in order.

        ``Refused`` when the store says that the checksum of what came is not what was sent.
        """

    def stored(self) -> Sequence[Part]:
        """The parts that the store has (after ``resume``); their bytes need not be sent again."""

    def commit(self, parts: Sequence[Part], *, crc32c: int | None, overwrite: bool) -> Entry:
        """Make the file appear, whole, at once. ``Refused`` when one is there and must not be
        replaced; what was written is then still there for another ``commit`` or ``abort``."""

    def abort(self) -> None:
        """Leave nothing behind. Safe to call twice, and after ``commit`` (does nothing)."""


class FileSystem(Protocol):
    """One store. Locations given to it are its own (``location.store == store``)."""

    store: StoreId
    capabilities: Capabilities

    # -- reading ----------------------------------------------------------------------------
    def stat(self, location: Location) -> Entry:
        """What stands there. S3: an object of that key, or a prefix that holds any key."""

    def list(self, location: Location) -> Iterator[EntryPage]:
        """The folder's own entries in the store's order, page by page as they come.

        Closing the iterator stops reading. A bucket list at the root of S3.
        """

    def walk(self, location: Location) -> Iterator[EntryPage]:
        """All files below, names relative to ``location``; folders only where they are empty
        (real folders) or are keys of their own (S3 markers, name ending in ``/`` kept as folder).
        A folder that cannot be read comes as an entry of the column ``error`` (its text). What is
        no file to be copied (a symbolic link, a device) comes with its reason in the column
        ``skipped``. Both columns are absent from pages that have none, and empty where all is
        well."""

    def open(
        self, location: Location, offset: int = 0, length: int | None = None,
        *, expected: Entry | None = None,
    ) -> Source:  # fmt: skip
        """Bytes from ``offset``. With ``expected`` (etag, size, time) ``Refused`` with the code
        ``SourceChanged`` when the file is another than it was."""

    def checksum(self, location: Location, *, cheap: bool = True) -> Checksum | None:
        """What the store says the whole file's checksum is; ``cheap``: only when no data is read
        by anyone."""

    def space(self, location: Location) -> Space:
        """Room in the store; for HDFS the cluster's, for local the file system's."""

    # -- writing ----------------------------------------------------------------------------
    def put(
        self, location: Location, source: Source, *, overwrite: bool,
        modified: float | None = None, content_type: str = "",
    ) -> tuple[Entry, int]:  # fmt: skip
        """Store a small file whole, visible at once and atomically; also its CRC32C.

        Folders above it are made where they are missing, as by ``upload``.
        """

    def upload(
        self, location: Location, size: int, *, modified: float | None = None,
        part_size: int | None = None, content_type: str = "",
    ) -> Upload:  # fmt: skip
        """Begin to write a file of ``size`` bytes in parts."""

    def resume(self, token: str) -> Upload:
        """An upload that was begun earlier. ``NotFound`` when the store has forgotten it."""

    def discard(self, token: str) -> None:
        """Remove what an upload left behind; nothing happens when there is nothing."""

    def unfinished(self, location: Location, run: str) -> Sequence[str]:
        """Tokens for ``discard`` of what a killed process left behind: right below the folder
        ``location``, temporary names of its ``RUN``; S3: uploads to exactly
        the key ``location`` that were neither completed nor aborted, whoever began them."""

    def copy_within(
        self, source: Location, target: Location, *, overwrite: bool,
        expected: Entry | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Entry:  # fmt: skip
        """Copy without the bytes passing through this machine (``server_side_copy``). ``source``
        may be another store of the same kind and identity."""

    def make_folder(self, location: Location) -> None:
        """Make the folder and its parents; nothing happens when it is there."""

    def rename(self, source: Location, target: Location, *, overwrite: bool = False) -> None:
        """Atomic where ``rename`` is a capability; on S3 copy then delete."""

    def delete(self, location: Location, *, recursive: bool = False) -> int:
        """Remove for good; how many files went. ``Refused`` for a folder with something in it."""

    def delete_many(self, locations: Sequence[Location]) -> Mapping[Location, str]:
        """Remove files; what could not be removed, and why."""

    def change(self, location: Location, what: str, value: Any) -> None:
        """Set ``permission`` (octal number), ``owner``, ``group``, ``replication``, ``modified``
        or ``storage_class``. ``Refused`` where the store has no such thing."""

    # -- what only some have ----------------------------------------------------------------
    def blocks(self, location: Location) -> tuple[BlockPlace, ...]:
        """HDFS: the blocks of a file."""

    def properties(self, location: Location) -> Mapping[str, str]:
        """Everything else the store tells of it, under its own words: encryption, metadata, tags,
        ACL, quota, content summary (``files``, ``folders``, ``bytes``, ``bytes_with_replicas``)."""

    def versions(self, location: Location) -> tuple[Entry, ...]:
        """S3: versions of an object, newest first."""

    def presigned_url(self, location: Location, expires_s: int) -> str:
        """S3: a URL that reads the object without credentials until it expires."""

    def trash(self, locations: Sequence[Location]) -> Mapping[Location, Location]:
        """HDFS: move to the user's trash; where each now is."""

    def restore(self, location: Location) -> Location:
        """HDFS: move out of the trash to where it was. ``Refused`` when something is there."""

    def trash_root(self) -> Location | None:
        """HDFS: the user's trash; ``None`` where there is none."""

    def close(self) -> None:
        """Close all connections; calls under way fail soon."""
