"""All blocks of an HDFS in columns: small enough for millions of files.

A file costs its name and about 20 bytes, a block 16 and 2 for each replica. Paths are kept as the
folder's number and the name, in UTF-8.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BlockTable", "BlockTableBuilder"]

_OPEN = 1


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class BlockTable:
    """Files and their blocks; ``hosts`` are the DataNodes that replicas refer to by number.

    Block ``b`` belongs to file ``file[b]``, has ``length[b]`` bytes, and its replicas are
    ``replicas[starts[b]:starts[b + 1]]``. ``complete`` is false when reading was cut short.
    """

    hosts: tuple[str, ...]
    sizes: NDArray[np.int64]  #: of files, bytes
    factors: NDArray[np.int16]  #: of files: the replication they want
    flags: NDArray[np.uint8]  #: of files
    units: NDArray[np.uint8]  #: of files: 1, or the data units of an erasure-coded one
    file: NDArray[np.int32]  #: of blocks
    length: NDArray[np.int64]  #: of blocks, bytes
    starts: NDArray[np.int64]  #: of blocks, and one more
    replicas: NDArray[np.uint16]
    folders: tuple[bytes, ...]
    folder_of: NDArray[np.int32]  #: of files
    names: bytes | bytearray  #: of files, one after the other
    name_ends: NDArray[np.int64]  #: of files
    complete: bool = True

    @property
    def files(self) -> int:
        """How many files."""
        return len(self.sizes)

    @property
    def blocks(self) -> int:
        """How many blocks."""
        return len(self.length)

    def path(self, file: int) -> str:
        """A file's absolute path."""
        begin = int(self.name_ends[file - 1]) if file else 0
        name = self.names[begin : int(self.name_ends[file])]
        folder = self.folders[int(self.folder_of[file])].rstrip(b"/")
        return (folder + b"/" + bytes(name)).decode("utf-8", "surrogateescape")

    def paths(self, files: Sequence[int]) -> Iterator[str]:
        """Paths of several files."""
        return (self.path(int(each)) for each in files)

    def open_for_write(self) -> NDArray[np.bool_]:
        """Of files: whether somebody writes them now."""
        found: NDArray[np.bool_] = np.not_equal(self.flags & _OPEN, 0)
        return found

    @property
    def nbytes(self) -> int:
        """What the table takes in memory, about."""
        columns = (
            self.sizes, self.factors, self.flags, self.units, self.file, self.length, self.starts,
            self.replicas, self.folder_of, self.name_ends,
        )  # fmt: skip
        return (
            sum(int(each.nbytes) for each in columns)
            + len(self.names)
            + sum(len(each) + 33 for each in self.folders)
        )


class BlockTableBuilder:
    """Fills a table file by file. Not for several threads at a time."""

    def __init__(self, hosts: Sequence[str] = ()) -> None:
        self._hosts: dict[str, int] = {}
        self._sizes, self._factors = array("q"), array("h")
        self._flags, self._units = bytearray(), bytearray()
        self._file, self._length = array("i"), array("q")
        self._starts, self._replicas = array("q", [0]), array("H")
        self._folders: dict[bytes, int] = {}
        self._folder_of, self._names, self._name_ends = array("i"), bytearray(), array("q")
        for host in hosts:
            self.host(host)

    @property
    def files(self) -> int:
        """Files so far."""
        return len(self._sizes)

    @property
    def nbytes(self) -> int:
        """Bytes so far, about."""
        arrays = (
            self._sizes, self._factors, self._file, self._length, self._starts, self._replicas,
            self._folder_of, self._name_ends,
        )  # fmt: skip
        return sum(len(each) * each.itemsize for each in arrays) + len(self._names)

    def host(self, name: str) -> int:
        """The number of a DataNode, given at its first mention."""
        return self._hosts.setdefault(name, len(self._hosts))

    def folder(self, path: bytes | str) -> int:
        """The number of a folder."""
        raw = path.encode("utf-8", "surrogateescape") if isinstance(path, str) else path
        return self._folders.setdefault(raw, len(self._folders))

    def add_file(
        self,
        folder: int,
        name: bytes,
        size: int,
        factor: int,
        *,
        writing: bool = False,
        units: int = 1,
    ) -> int:
        """A file of a folder; its blocks follow.

        With erasure coding ``units`` is how many data units a group has and ``factor`` how many
        with parity; a "block" is then a group, and its replicas are the holders of the units.
        """
        self._sizes.append(size)
        self._factors.append(factor)
        self._flags.append(_OPEN if writing else 0)
        self._units.append(units)
        self._folder_of.append(folder)
        self._names += name
        self._name_ends.append(len(self._names))
        return len(self._sizes) - 1

    def add_block(self, length: int, replicas: Sequence[int]) -> None:
        """A block of the newest file, with the numbers of the DataNodes that have it."""
        self._file.append(len(self._sizes) - 1)
        self._length.append(length)
        self._replicas.extend(replicas)
        self._starts.append(len(self._replicas))

    def add_path(
        self,
        path: str,
        factor: int,
        blocks: Sequence[tuple[int, Sequence[str]]],
        *,
        writing: bool = False,
        units: int = 1,
    ) -> None:
        """A whole file by its path, with lengths and hosts of its blocks."""
        folder, _slash, name = path.rpartition("/")
        self.add_file(
            self.folder(folder or "/"),
            name.encode("utf-8", "surrogateescape"),
            sum(length for length, _hosts in blocks),
            factor,
            writing=writing,
            units=units,
        )
        for length, hosts in blocks:
            self.add_block(length, [self.host(host) for host in hosts])

    def table(self, *, complete: bool = True) -> BlockTable:
        """The table; the builder must not be used any more."""
        return BlockTable(
            hosts=tuple(self._hosts),
            sizes=_column(self._sizes, np.int64),
            factors=_column(self._factors, np.int16),
            flags=np.frombuffer(self._flags, np.uint8),
            units=np.frombuffer(self._units, np.uint8),
            file=_column(self._file, np.int32),
            length=_column(self._length, np.int64),
            starts=_column(self._starts, np.int64),
            replicas=_column(self._replicas, np.uint16),
            folders=tuple(self._folders),
            folder_of=_column(self._folder_of, np.int32),
            names=self._names,
            name_ends=_column(self._name_ends, np.int64),
            complete=complete,
        )


def _column(values: array[Any], kind: Any) -> NDArray[Any]:
    """The array's own memory as a column."""
    return np.frombuffer(values, kind) if len(values) else np.zeros(0, kind)
