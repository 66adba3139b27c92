"""Where files are: stores, locations and what a listing says. Values only; no I/O.

A location is written as the tools of its store write it::

    s3://bucket/key          hdfs:///path (the cluster's)      hdfs://host:port/path
    webhdfs://host:port/path    /local/path, ~/path, file:///path
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

__all__ = [
    "LOCAL",
    "Checksum",
    "Entry",
    "EntryKind",
    "EntryPage",
    "Location",
    "Space",
    "StoreId",
    "StoreKind",
]


class StoreKind(Enum):
    """The three kinds of store."""

    LOCAL = "local"
    S3 = "s3"
    HDFS = "hdfs"


@dataclass(frozen=True, slots=True)
class StoreId:
    """Which store. Two equal ids are the same store, reached the same way.

    S3: ``connection`` and ``region`` say with which identity and endpoint. HDFS: the cluster
    ``cluster_id`` of that connection, or a NameNode that was named directly (``authority`` is
    ``host:port``, ``protocol`` is ``hdfs`` for RPC or ``webhdfs``).
    """

    kind: StoreKind
    connection: str = ""
    region: str = ""
    cluster_id: str = ""
    authority: str = ""
    protocol: str = ""


LOCAL = StoreId(StoreKind.LOCAL)


@dataclass(frozen=True, slots=True)
class Location:
    """A file, folder, object, prefix or bucket.

    ``path`` is absolute and starts with ``/``. On S3 it is ``/bucket/key`` with the key verbatim
    (keys may begin with ``/``, hold ``//``, or end in ``/``): the first slash after the bucket is
    the only one that is ours. Folders end in ``/`` (a prefix on S3); ``/`` is the store's root, on
    S3 the list of buckets.
    """

    store: StoreId
    path: str

    @property
    def bucket(self) -> str:
        """S3: the bucket; empty at the root."""
        return self.path[1:].partition("/")[0]

    @property
    def key(self) -> str:
        """S3: the key or prefix, verbatim; empty for a bucket."""
        return self.path[1:].partition("/")[2]

    @property
    def is_folder(self) -> bool:
        """Whether it is written as a folder or prefix."""
        return self.path.endswith("/")

    @property
    def name(self) -> str:
        """The last part of the path without a slash; empty at the root."""
        path = self.path[:-1] if self.path.endswith("/") else self.path
        return path.rpartition("/")[2]

    def child(self, name: str, *, folder: bool = False) -> Location:
        """A location below this one; ``name`` may hold slashes (a path relative to it)."""
        base = self.path if self.path.endswith("/") else self.path + "/"
        return Location(self.store, base + name + ("/" if folder else ""))

    def parent(self) -> Location:
        """The folder that holds it; the root is its own parent."""
        path = self.path[:-1] if self.path.endswith("/") else self.path
        return Location(self.store, path.rpartition("/")[0] + "/" if path else "/")

    def as_folder(self) -> Location:
        """The same with a slash at its end."""
        return self if self.is_folder else Location(self.store, self.path + "/")

    def as_file(self) -> Location:
        """The same without a slash at its end; not for S3 keys that end in one."""
        return Location(self.store, self.path.rstrip("/") or "/") if self.is_folder else self

    def __str__(self) -> str:
        if self.store.kind is StoreKind.LOCAL:
            return self.path
        if self.store.kind is StoreKind.S3:
            return "s3:/" + self.path
        return f"{self.store.protocol or 'hdfs'}://{self.store.authority}{self.path}"


class EntryKind(Enum):
    """What an entry of a listing is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder. ``None`` means the store did not say; ``modified`` in epoch seconds.

    ``details`` holds what only this kind of store knows, under the store's own words: S3
    ``storage_class``, ``etag``, ``version_id``; HDFS ``owner``, ``group``, ``permission`` (octal
    number), ``replication``, ``block_size``, ``erasure_coding``; local ``owner``, ``group``,
    ``permission``, ``link_target``.
    """

    name: str
    kind: EntryKind
    size: int | None = None
    modified: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_folder(self) -> bool:
        """Whether it can be gone into."""
        return self.kind is EntryKind.FOLDER


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some hundred or thousand entries in columns: a million of them must stay small.

    ``names`` are last parts (``list``) or paths relative to the listed folder (``walk``), folders
    without the slash at the end. ``walk`` of an S3 prefix that has a marker (the key equal to the
    prefix) tells it as a file with the name ``""``; ``list`` only if it holds bytes. Below ``a/``
    the folder ``a//`` is a folder with the name ``""``: ``child(name, folder=...)`` is right for
    both.
    ``sizes`` is -1 and ``modified`` NaN where the store did not say. ``columns`` are the store's
    own details, each as long as ``names``; their strings are shared (interned) where they repeat.
    """

    names: Sequence[str]
    folders: bytes | bytearray  #: 1 for a folder
    sizes: Sequence[int]  #: array('q')
    modified: Sequence[float]  #: array('d'), epoch seconds
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    def entry(self, row: int) -> Entry:
        """One row as a value."""
        size, modified = self.sizes[row], self.modified[row]
        return Entry(
            self.names[row],
            EntryKind.FOLDER if self.folders[row] else EntryKind.FILE,
            None if size < 0 else size,
            None if math.isnan(modified) else modified,
            {key: values[row] for key, values in self.columns.items()},
        )

    def entries(self) -> Iterator[Entry]:
        """All rows."""
        return (self.entry(row) for row in range(len(self.names)))


@dataclass(frozen=True, slots=True)
class Checksum:
    """A checksum of a whole file, as the store or we computed it.

    ``algorithm``: ``CRC32C`` (of all bytes; S3 full-object and HDFS COMPOSITE-CRC32C are this),
    ``MD5`` (S3 ETag of a single PUT), or a store's own that only compares with itself
    (``MD5-of-0MD5-of-512CRC32C``, ``CRC32C-2`` for a composite of parts). ``value`` is lower hex.
    """

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class Space:
    """Room in a store, in bytes; ``None`` where it has no end (S3) or does not say."""

    capacity: int | None = None
    used: int | None = None
    free: int | None = None
